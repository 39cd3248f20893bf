"""The sheets of the workbook: what each asks, which columns are told and which are to be filled, what it unlocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tools.text import Text

Kind = Literal["text", "number", "money", "share", "past", "day", "grade", "score"]
ABOUT = "about"
VERSION = 1
#: In place of a client's id: every client whose own row says nothing.
EVERYONE = "*"


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its key in the machine's row, its header, what its cells hold; ``{currency}`` may stand in a header.

    ``past`` is a day not after the last one of the data. ``told`` columns are shown and never read as a value.
    """

    key: str
    title: Text
    kind: Kind = "text"
    width: int = 16
    hint: Text | None = None
    told: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: canonical table it fills, its sentence, metrics and audit steps it serves, columns in order.

    ``lacking`` names the clients (or promises, or departments) that it is for; ``gains`` says what no metric's name does.
    """

    key: str
    table: str
    title: Text
    says: Text
    lacking: Text
    metrics: tuple[str, ...]
    steps: tuple[str, ...]
    fields: tuple[Field, ...]
    gains: Text | None = None

    @property
    def asked(self) -> tuple[Field, ...]:
        """The columns to be filled."""
        return tuple(field for field in self.fields if not field.told)

    def field(self, key: str) -> Field:
        """The column of a key."""
        return next(field for field in self.fields if field.key == key)


def _told(key: str, en: str, ru: str, width: int = 16, kind: Kind = "text") -> Field:
    return Field(key, Text(en, ru), kind, width, told=True)


CLIENT = _told("account_id", "Client id", "Код клиента", 14)
NAME = _told("name", "Client", "Клиент", 34)
PLAN = _told("plan", "Plan", "Тариф", 14)
GOAL = Field(
    "goal", Text("What was promised", "Что обещано"), width=32, required=True,
    hint=Text(
        "One result a row, in the client's words: hours saved a week, share of orders on time.",
        "Один результат в строке, словами клиента: часов экономии в неделю, доля заказов в срок.",
    ),
)  # fmt: skip
PROMISE = (
    GOAL,
    Field("unit", Text("Unit", "Единица"), width=12, hint=Text("Hours, %, days.", "Часы, %, дни.")),
    Field(
        "base", Text("Value before", "Было"), "number", 12,
        Text("The value before the contract.", "Значение до начала договора."),
    ),
    Field(
        "target", Text("Value promised", "Обещано довести до"), "number", 14,
        Text("The value the client was promised.", "Значение, которое обещано клиенту."), required=True,
    ),
    Field(
        "current", Text("Value now", "Сейчас"), "number", 12,
        Text("Leave empty if it is not known.", "Если неизвестно, оставьте пусто."),
    ),
    Field(
        "value", Text("Worth a year, {currency}", "Ценность в год, {currency}"), "money", 16,
        Text("What the whole promise is worth to the client a year.", "Сколько стоит клиенту выполненное обещание за год."),
    ),
    Field("due", Text("Due", "Срок"), "day", 12, Text("By which day.", "К какому дню.")),
)  # fmt: skip
GRADES: Mapping[str, Text] = {
    "confirmed": Text("confirmed by client", "подтверждено клиентом"),
    "measured": Text("measured", "измерено"),
    "stated": Text("stated", "заявлено"),
    "disputed": Text("disputed", "оспорено"),
}
GRADE = Field(
    "grade", Text("Evidence", "Подтверждение"), "grade", 20,
    Text("Empty: stated by us.", "Пусто — заявлено нами."),
)  # fmt: skip

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "plan_promises", "value_goals", Text("Promises by plan", "Обещания по тарифам"),
        Text(
            "What every client of a plan is promised. Said once here, it counts for each client of the plan that has no "
            "promise of its own. For a second promise copy the row.",
            "Что обещано каждому клиенту тарифа. Обещание записывается один раз и действует для всех клиентов тарифа, у "
            "которых нет своего. Для второго обещания скопируйте строку.",
        ),
        Text("clients without a promise", "клиентов без обещания"),
        ("vrs", "value_gap"), ("delivery", "proof"),
        (
            PLAN,
            _told("clients", "Clients", "Клиентов", 10, "number"),
            _told("without", "Without a promise", "Без обещания", 12, "number"),
            *PROMISE,
        ),
    ),
    Sheet(
        "promises", "value_goals", Text("Promises by client", "Обещания клиентам"),
        Text(
            "What a client was promised: from which value to which, worth how much, by when. Such a promise goes before that of "
            "the plan. For a second promise copy the row.",
            "Что обещано клиенту: с какого значения до какого, сколько это стоит, к какому сроку. Такое обещание важнее обещания "
            "тарифа. Для второго обещания скопируйте строку.",
        ),
        Text("clients without a promise", "клиентов без обещания"),
        ("vrs", "value_gap", "client_roi"), ("delivery", "proof"),
        (CLIENT, NAME, PLAN, _told("known", "Known already", "Уже известно", 24), *PROMISE, GRADE),
    ),
    Sheet(
        "outcomes", "value_goals", Text("Outcomes of promises", "Итоги обещаний"),
        Text(
            "Promises on record whose outcome or worth is not known: write what is known now. The promise itself is not changed here.",
            "Записанные обещания, по которым неизвестен итог или ценность: впишите, что известно сейчас. Само обещание здесь не меняется.",
        ),
        Text("promises without an outcome or a worth", "обещаний без итога или ценности"),
        ("vrs", "value_gap", "client_roi"), ("delivery", "proof"),
        (
            CLIENT, NAME, PLAN,
            _told("goal", "What was promised", "Что обещано", 32),
            _told("unit", "Unit", "Единица", 12),
            _told("target", "Value promised", "Обещано довести до", 14, "number"),
            _told("known", "Known already", "Уже известно", 24),
            Field("base", Text("Value before", "Было"), "number", 12),
            Field("current", Text("Value now", "Сейчас"), "number", 12),
            Field("value", Text("Worth a year, {currency}", "Ценность в год, {currency}"), "money", 16),
            GRADE,
        ),
    ),
    Sheet(
        "first_value", "milestones", Text("First value", "Первая польза"),
        Text(
            "The day on which a client had the first result for which the product was bought; leave it empty where there is none "
            "yet. The day of the first contract is needed only where it is not known.",
            "День, когда клиент получил первый результат, ради которого покупал; если его ещё нет, оставьте пусто. Дата первого "
            "договора нужна, только если она неизвестна.",
        ),
        Text("clients without a day of first value", "клиентов без даты первой пользы"),
        ("ttv", "journey"), ("delivery",),
        (
            CLIENT, NAME, PLAN,
            _told("start", "Contract since, known", "Договор с, известно", 14, "day"),
            _told("known", "First value, known", "Первая польза, известно", 14, "day"),
            Field("signup_date", Text("First contract", "Первый договор"), "past", 16),
            Field("first_value", Text("First value on", "Первая польза, дата"), "past", 16),
        ),
    ),
    Sheet(
        "contract_ends", "accounts", Text("Contract ends", "Окончания договоров"),
        Text(
            "The day on which the contract in force ends. Leave it empty for a contract without an end.",
            "День, когда кончается действующий договор. Для бессрочного оставьте пусто.",
        ),
        Text("clients without a contract end", "клиентов без окончания договора"),
        ("renewals",), ("retention",),
        (
            CLIENT, NAME, PLAN,
            _told("known", "Known already", "Уже известно", 14, "day"),
            Field("contract_end", Text("Contract ends on", "Договор до"), "day", 16),
        ),
    ),
    Sheet(
        "owners", "accounts", Text("Owners", "Ответственные"),
        Text(
            "Who is responsible for the client: a role or a person, spelled alike in every row.",
            "Кто отвечает за клиента: роль или человек, в каждой строке одинаково.",
        ),
        Text("clients without an owner", "клиентов без ответственного"),
        (), (),
        (
            CLIENT, NAME, PLAN,
            _told("known", "Known already", "Уже известно", 24),
            Field("owner", Text("Owner", "Ответственный"), width=28),
        ),
        Text("figures and lists by owner", "показатели и списки по ответственным"),
    ),
    Sheet(
        "costs", "accounts", Text("Margin and costs", "Маржа и затраты"),
        Text(
            "Gross margin, what it cost to win the client, and what it costs to serve it a year. The first row stands for every client "
            "whose own row is empty.",
            "Валовая маржа, сколько стоило привлечь клиента и сколько стоит обслуживать его в год. Первая строка — для всех клиентов, у "
            "которых своя строка пуста.",
        ),
        Text("clients without a margin or costs", "клиентов без маржи или затрат"),
        ("ltv", "cac_payback"), ("growth",),
        (
            CLIENT, NAME, PLAN,
            _told("known", "Known already", "Уже известно", 24),
            Field(
                "margin", Text("Gross margin, %", "Валовая маржа, %"), "share", 14,
                Text("As a percentage: 65%.", "В процентах: 65 %."),
            ),
            Field("acquisition_cost", Text("Cost of winning, {currency}", "Привлечение, {currency}"), "money", 18),
            Field("service_cost", Text("Service a year, {currency}", "Обслуживание в год, {currency}"), "money", 18),
        ),
        Text("groups of clients by profit", "группы клиентов по прибыли"),
    ),
    Sheet(
        "culture", "culture", Text("Culture", "Культура"),
        Text(
            "Four departments score five statements each, from 0 (never) to 4 (always). A score of 3 or 4 needs a link that proves it. "
            "For a second respondent copy the rows.",
            "Четыре отдела оценивают по пять утверждений, от 0 (никогда) до 4 (всегда). Оценке 3 или 4 нужна ссылка, которая её "
            "подтверждает. Для второго отвечающего скопируйте строки.",
        ),
        Text("departments without answers", "отделов без ответов"),
        ("culture",), ("culture",),
        (
            _told("department", "Department", "Отдел", 28),
            _told("statement", "No.", "№", 6, "number"),
            _told("text", "Statement: the department…", "Утверждение: отдел…", 60),
            Field("score", Text("Score 0–4", "Оценка 0–4"), "score", 12, required=True),
            Field("artefact", Text("Proof of a 3 or 4", "Подтверждение оценки 3–4"), width=40),
        ),
    ),
)  # fmt: skip
BY_KEY: Mapping[str, Sheet] = {sheet.key: sheet for sheet in SHEETS}
ABOUT_TITLE = Text("How to fill", "Как заполнить")
ABOUT_HEADS = (
    Text("Sheet", "Лист"),
    Text("What is lacking", "Чего не хватает"),
    Text("What it unlocks", "Что это даст"),
)
EVERY_CLIENT = Text("Every client whose own row is empty", "Все клиенты, у которых своя строка пуста")
#: What a count of what a sheet asks for is called beside a reading.
LACKING: Mapping[str, Text] = {f"lacking.{sheet.key}": sheet.lacking for sheet in SHEETS}


def header(field: Field, currency: str) -> Text:
    """The header of a column; where the portfolio has no currency none is named."""
    if currency == "XXX":
        return Text(*(words.replace(", {currency}", "") for words in (field.title.en, field.title.ru)))
    return field.title.fill(currency=currency)
