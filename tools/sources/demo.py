"""The demo company, written raw: what an export of 1C, a CRM, a help desk and a survey tool would look like.

Everything is invented, seeded and dated: the same bytes every run. The planted stories and their exact figures are in
`demo_company/FACTS.md` and in `facts()`.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from tools.sources.demo_company import money, promises, signals, usage
from tools.sources.demo_company.calendar import LAST_DAY as LAST_DAY
from tools.sources.demo_company.export import Cell, delimited, workbook
from tools.sources.demo_company.facts import FACTS, Fact
from tools.sources.demo_company.stories import company

Rows = Iterable[Sequence[Cell]]


def write(folder: Path) -> None:
    """Write every export file of the demo into ``folder``, made if missing; the same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    delimited(folder / "Реестр счетов.csv", _register(), encoding="cp1251")
    workbook(folder / "Клиенты.xlsx", "Клиенты", _clients())
    workbook(folder / "Обещания.xlsx", "Обещания", _promises())
    for name, rows in (
        ("Подписки", _subscriptions()), ("Использование", _usage()), ("Лимиты", _limits()), ("Обращения", _tickets()),
        ("NPS", _surveys()), ("Вехи", _milestones()), ("Рекомендации", _referrals()), ("Контакты", _touches()),
        ("Анкета культуры", _culture()),
    ):  # fmt: skip
        delimited(folder / f"{name}.csv", rows)


def facts() -> Mapping[str, Fact]:
    """The planted facts by key: net roubles, fractions, counts, codes and dates, in plain types."""
    return FACTS


def _register() -> Rows:
    lines = money.lines()
    yield ("Реестр выставленных счетов за период 01.01.2024 - 30.06.2026",)
    yield ("Организация: ООО «Демо Складские Решения» (вымышленная)",)
    yield ()
    yield (
        "Контрагент",
        "ИНН",
        "Код клиента",
        "Номер документа",
        "Дата",
        "Номенклатура",
        "Содержание",
        "Сумма без НДС, руб.",
        "НДС, руб.",
        "Начало периода",
        "Конец периода",
        "Срок оплаты",
        "Дата оплаты",
    )
    number, last = 0, None
    for line in lines:
        here = (line.day, line.account.code, line.period is None)
        number, last = (number, last) if here == last else (number + 1, here)
        start, end = line.period or (None, None)
        yield (
            line.account.name,
            line.account.inn,
            line.account.code,
            f"УТ-{number:06d}",
            line.day,
            line.item,
            line.text,
            line.net,
            line.vat,
            start,
            end,
            line.due,
            line.paid,
        )
    net, vat = sum((line.net for line in lines), Decimal(0)), sum((line.vat for line in lines), Decimal(0))
    yield ("Итого", None, None, None, None, None, None, net, vat, None, None, None, None)


def _clients() -> Rows:
    yield (
        "Код клиента",
        "Название",
        "ИНН",
        "Тариф",
        "Отрасль",
        "Регион",
        "Число мест",
        "Ответственный",
        "Дата договора",
        "Окончание договора",
        "Статус в CRM",
        "Холдинг",
    )
    for a in company():
        yield (
            a.code,
            a.name,
            a.inn,
            a.plan,
            a.industry,
            a.region,
            a.seats_at(29),
            a.owner,
            a.signed,
            a.contract_end,
            a.status,
            a.holding,
        )


def _subscriptions() -> Rows:
    yield (
        "Код подписки",
        "Код клиента",
        "Продукт",
        "Тариф",
        "Дата начала",
        "Дата окончания",
        "Цена в месяц",
        "Валюта",
        "Число мест",
        "Статус подписки",
    )
    for number, row in enumerate(money.subscriptions(), start=1):
        a = row.account
        yield (
            f"S-{number:05d}",
            a.code,
            row.product,
            a.plan,
            row.start,
            row.end,
            Decimal(row.price),
            "RUB",
            row.seats,
            row.status,
        )


def _usage() -> Rows:
    yield "Код клиента", "Дата", "Функция", "Ключевая функция", "Количество действий"
    yield from ((row.account.code, row.day, row.feature, row.key, row.quantity) for row in usage.usage())


def _limits() -> Rows:
    yield "Код клиента", "Дата замера", "Лимит", "Использовано", "Разрешено"
    yield from ((row.account.code, row.day, row.name, row.used, row.allowed) for row in usage.limits())


def _tickets() -> Rows:
    yield "Номер обращения", "Код клиента", "Открыто", "Закрыто", "Приоритет", "Тема", "CSAT", "Текст обращения"
    for number, t in enumerate(signals.tickets(), start=1):
        text = signals.THEMES[t.theme]
        yield f"T-{number:05d}", t.account.code, t.opened, t.closed, t.priority, t.theme, t.csat, text


def _surveys() -> Rows:
    yield "Код клиента", "Дата ответа", "Оценка NPS", "Комментарий"
    yield from ((row.account.code, row.day, row.score, row.comment) for row in signals.surveys())


def _milestones() -> Rows:
    yield "Код клиента", "Этап", "Дата этапа", "Первая польза"
    yield from ((row.account.code, row.stage, row.day, row.stage == signals.VALUE) for row in signals.milestones())


def _promises() -> Rows:
    yield (
        "Код клиента",
        "Тариф",
        "Обещание",
        "Единица",
        "Было",
        "Обещанное значение",
        "Сейчас",
        "Ценность в год, руб.",
        "Срок",
        "Подтверждение",
    )
    for g in promises.goals():
        code = g.account.code if g.account else None
        yield code, g.plan, g.goal, g.unit, g.base, g.target, g.current, g.value, g.due, g.grade


def _referrals() -> Rows:
    yield "Код клиента", "Дата рекомендации", "Статус рекомендации", "Приведённый клиент"
    for row in promises.referrals():
        yield row.account.code, row.day, row.status, row.referred.code if row.referred else None


def _touches() -> Rows:
    yield "Код клиента", "Дата контакта", "Канал", "Двусторонний контакт", "Кампания", "Группа"
    yield from ((t.account.code, t.day, t.channel, t.two_way, t.campaign, t.arm) for t in promises.touches())


def _culture() -> Rows:
    yield "Отдел", "Номер утверждения", "Утверждение", "Оценка", "Подтверждение"
    for department, statements in promises.CULTURE:
        for number, (statement, score, artefact) in enumerate(statements, start=1):
            yield department, number, statement, score, artefact
