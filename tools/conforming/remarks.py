"""What is said about the data while it is read: each remark once a file, rows added up, in both languages."""

from dataclasses import dataclass, field
from typing import Any

from tools.formats import count, plural_ru
from tools.load import Problem, Question, Severity
from tools.text import Text

_ALL: tuple[tuple[str, Severity, str, str], ...] = (
    (
        "files_ignored",
        "info",
        "Files that are no tables were left out: {files}.",
        "Пропущены файлы без таблиц: {files}.",
    ),
    (
        "table_not_recognised",
        "warning",
        "{where} is no table the audit uses and was left out ({rows}); its columns: {columns}.",
        "Таблица {where} для аудита не используется и не загружена ({rows}); её столбцы: {columns}.",
    ),
    (
        "totals_row",
        "info",
        "Totals rows are left out and used as a check; they agree with the rows: {rows}. {where}.",
        "Строки итогов не загружены, по ним проведена сверка, суммы сходятся: {rows}. {where}.",
    ),
    (
        "totals_row_differs",
        "warning",
        "Totals rows do not agree with the sum of the rows above: {rows}. {where}.",
        "Строки итогов не сходятся с суммой строк над ними: {rows}. {where}.",
    ),
    (
        "group_rows",
        "info",
        "Heading rows of a grouped report give the client to the rows below: {rows}. {where}.",
        "Строки группировки отчёта задают клиента строкам под ними: {rows}. {where}.",
    ),
    (
        "group_rows_differ",
        "warning",
        "Heading rows do not agree with the sum of their rows: {rows}. {where}.",
        "Строки группировки не сходятся с суммой своих строк: {rows}. {where}.",
    ),
    (
        "missing_required",
        "warning",
        "Left out, “{column}” is empty: {rows}. {where}.",
        "Не загружены, пусто в «{column}»: {rows}. {where}.",
    ),
    (
        "bad_required",
        "warning",
        "Left out, “{column}” could not be read: {rows}. {where}.",
        "Не загружены, не читается «{column}»: {rows}. {where}.",
    ),
    (
        "bad_values",
        "warning",
        "“{column}” could not be read and is left empty: {rows}. {where}.",
        "Не читается «{column}», значение оставлено пустым: {rows}. {where}.",
    ),
    (
        "rows_without_client",
        "warning",
        "No client is named; the rows count in totals and in no client: {rows}. {where}.",
        "Клиент не указан; строки входят в общие суммы, но ни в одного клиента: {rows}. {where}.",
    ),
    (
        "money_rounded",
        "info",
        "“{column}” has more than four decimals and was rounded to four: {rows}. {where}.",
        "В «{column}» больше четырёх знаков после запятой, округлено до четырёх: {rows}. {where}.",
    ),
    (
        "exact_duplicates",
        "info",
        "Rows that repeat another row in full are kept: {rows}. {where}.",
        "Строки, полностью повторяющие другую строку, оставлены: {rows}. {where}.",
    ),
    (
        "exact_duplicates:lines",
        "info",
        "Rows that repeat another row in full are kept and add {money}: {rows}. {where}.",
        "Строки, полностью повторяющие другую строку, оставлены и добавляют {money}: {rows}. {where}.",
    ),
    (
        "exact_duplicates:many",
        "warning",
        "Rows that repeat another row in full are kept and add {money}: {rows}. "
        "If the export doubled them, export it again. {where}.",
        "Строки, полностью повторяющие другую строку, оставлены и добавляют {money}: {rows}. "
        "Если они задвоились при выгрузке, выгрузите файл ещё раз. {where}.",
    ),
    (
        "open_end_dates",
        "info",
        "“{column}” lies beyond 2099 and is read as “no end”: {rows}. {where}.",
        "Дата в «{column}» позже 2099 года и прочитана как «без окончания»: {rows}. {where}.",
    ),
    (
        "duplicate_id",
        "warning",
        "“{column}” repeats in a table of one row each; the first is counted: {rows}. {where}.",
        "Повторяется «{column}», хотя строка должна быть одна; учтена первая: {rows}. {where}.",
    ),
    (
        "duplicate_document",
        "warning",
        "The same document stands twice; it is counted once: {rows}. {where}.",
        "Один и тот же документ встречается дважды; учтён один раз: {rows}. {where}.",
    ),
    (
        "repeated_row_id",
        "info",
        "“{column}” repeats; the rows are kept: {rows}. {where}.",
        "Повторяется «{column}»; строки оставлены: {rows}. {where}.",
    ),
    (
        "id_in_scientific_notation",
        "warning",
        "“{column}” was cut to a power of ten by a spreadsheet; digits are lost: {rows}. {where}.",
        "«{column}» испорчен табличной программой (вид 7,7E+09), цифры потеряны: {rows}. {where}.",
    ),
    (
        "accounts_derived",
        "info",
        "There is no table of clients; it was made of the others: {clients}.",
        "Таблицы клиентов нет, она собрана из остальных: {clients}.",
    ),
    (
        "accounts_added",
        "info",
        "Clients found in other tables only were added: {clients}.",
        "Добавлены клиенты, которых нет в таблице клиентов: {clients}.",
    ),
    (
        "clients_matched",
        "info",
        "Clients were matched to the table of clients by {column}: {rows}. {where}.",
        "Клиенты сопоставлены с таблицей клиентов по столбцу «{column}»: {rows}. {where}.",
    ),
    (
        "subscription_unknown",
        "warning",
        "The subscription is not in the table of subscriptions: {rows}. {where}.",
        "Подписки нет в таблице подписок: {rows}. {where}.",
    ),
    (
        "blank_total_zero_tenure",
        "info",
        "“{column}” is blank for clients of zero tenure and is taken as zero: {rows}. {where}.",
        "Пусто в «{column}» у клиентов с нулевым стажем, принято за ноль: {rows}. {where}.",
    ),
    (
        "no_client_column",
        "warning",
        "No column names the client; each row is taken for one client, known by its row number: {rows}. {where}.",
        "Столбца с клиентом нет; каждая строка принята за клиента, код — номер строки: {rows}. {where}.",
    ),
    (
        "no_money_column",
        "warning",
        "Columns of numbers are not named as money and were not added up: {columns}. {where}.",
        "Числовые столбцы не названы деньгами и не сложены: {columns}. {where}.",
    ),
    (
        "no_currency",
        "info",
        "No currency is named anywhere; amounts are in one unnamed currency.",
        "Валюта нигде не названа; суммы показаны в одной неназванной валюте.",
    ),
    (
        "currency_missing_in_rows",
        "warning",
        "Some rows name no currency while others do: {rows}. {where}.",
        "У части строк валюта не указана, у других указана: {rows}. {where}.",
    ),
    (
        "currency_by_workbook",
        "info",
        "{currency} is named on some sheets and was taken for all: {rows}. {where}.",
        "Валюта {currency} названа не на всех листах и принята для всех: {rows}. {where}.",
    ),
    (
        "several_currencies",
        "warning",
        "Amounts come in several currencies: {columns}.",
        "Суммы в разных валютах: {columns}.",
    ),
    (
        "amount_includes_tax",
        "warning",
        "Amounts include tax that could not be taken out: {rows}. {where}.",
        "Суммы включают налог, выделить его не удалось: {rows}. {where}.",
    ),
    (
        "months_in_columns",
        "info",
        "Months stand in columns; each filled cell became a row of that month: {rows}. {where}.",
        "Месяцы стоят в столбцах; каждая заполненная ячейка стала строкой этого месяца: {rows}. {where}.",
    ),
    (
        "price_made_monthly",
        "info",
        "“{column}” is a price for a billing period and was made a price a month (a year is 12 months, a week 84/365 "
        "of one), rounded to four decimals: {rows}. {where}.",
        "«{column}» — цена за период оплаты; она пересчитана в цену за месяц (год — 12 месяцев, неделя — 84/365 "
        "месяца) с округлением до четырёх знаков: {rows}. {where}.",
    ),
    (
        "price_prorated",
        "info",
        "By “{column}” the price was charged for a part of its period; it was brought to the whole one: {rows}. "
        "{where}.",
        "По столбцу «{column}» цена взята за часть периода; она пересчитана на полный период: {rows}. {where}.",
    ),
    (
        "one_time_price",
        "info",
        "By “{column}” the price is paid once; it is no recurring revenue and was left out: {rows}. {where}.",
        "По столбцу «{column}» цена разовая, к регулярной выручке не относится и не загружена: {rows}. {where}.",
    ),
    (
        "negative_price",
        "warning",
        "The price is below zero; it is in the control total and in no recurring revenue: {rows}. {where}.",
        "Цена меньше нуля: она есть в сверке, но в регулярную выручку не входит: {rows}. {where}.",
    ),
    (
        "ends_before_start",
        "warning",
        "The end is not after the start; such a period never counts: {rows}. {where}.",
        "Окончание не позже начала, такой период нигде не считается: {rows}. {where}.",
    ),
    (
        "far_days",
        "urgent",
        "Dated more than a year after everything else, up to {last}: {rows}. If that is a slip, correct it: the data "
        "are taken to end there. The day before it is {before}; `--as-of {before}` counts to that one.",
        "Датированы более чем на год позже всего остального, до {last}: {rows}. Если это опечатка, исправьте её: этот "
        "день считается последним в данных. До него последний день — {before}; счёт на него: `--as-of {before}`.",
    ),
    (
        "thousands",
        "info",
        "“{column}” is in thousands and was multiplied: {rows}. {where}.",
        "«{column}» указан в тысячах, пересчитан в единицы: {rows}. {where}.",
    ),
)
# What stands after a colon in a code tells variants of one remark apart and is not shown.
REMARKS = {code: (severity, Text(en, ru)) for code, severity, en, ru in _ALL}


@dataclass(slots=True)
class Notes:
    """Remarks and questions gathered while tables are read; the same remark on the same file is said once."""

    _rows: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _values: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    _examples: dict[tuple[str, str, str], str | None] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)

    def add(
        self, code: str, *, where: str = "", rows: int = 0, column: str = "", example: str | None = None, **values: Any
    ) -> None:
        """Remember a remark; nothing is said of no rows unless ``rows`` is negative or never counted."""
        key = (code, where, column)
        self._rows[key] = self._rows.get(key, 0) + rows
        self._values.setdefault(key, values)
        if self._examples.get(key) is None:
            self._examples[key] = example

    def ask(self, question: Question) -> None:
        """Remember a question, once by its id."""
        self.questions.setdefault(question.id, question)

    def problems(self) -> tuple[Problem, ...]:
        """The remarks, the worst first, in order of reading."""
        order = ("urgent", "warning", "info", "good")
        made = [self._problem(key) for key in self._rows]
        return tuple(sorted(made, key=lambda problem: order.index(problem.severity)))

    def _problem(self, key: tuple[str, str, str]) -> Problem:
        code, where, column = key
        severity, text = REMARKS[code]
        rows = self._rows[key]
        counts = {"rows": rows_text(rows), "clients": clients_text(rows)}
        filled = text.fill(where=where, column=column, **counts, **self._values[key])
        example = self._examples[key]
        return Problem(code.partition(":")[0], severity, filled, rows, example)


def rows_text(rows: int) -> Text:
    """1 row / 3 строки."""
    return Text(
        f"{count(rows, 'en')} {'row' if rows == 1 else 'rows'}",
        f"{count(rows, 'ru')} {plural_ru(rows, 'строка', 'строки', 'строк')}",
    )


def clients_text(clients: int) -> Text:
    """1 client / 3 клиента."""
    return Text(
        f"{count(clients, 'en')} {'client' if clients == 1 else 'clients'}",
        f"{count(clients, 'ru')} {plural_ru(clients, 'клиент', 'клиента', 'клиентов')}",
    )
