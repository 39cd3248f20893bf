"""Tickets, NPS answers and milestones of the demo."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp

from tools.sources.demo_company.accounts import Account
from tools.sources.demo_company.calendar import LAST_DAY, first_day, stream
from tools.sources.demo_company.stories import company

THEMES = {
    "Обмен с 1С": "Заказы не доходят до 1С, приходится заводить вручную",
    "Скорость работы": "Список заказов открывается дольше минуты",
    "Отчёты": "Отчёт по остаткам не сходится с нашим учётом",
    "Доступы и роли": "Новый сотрудник не видит нужный склад",
    "Загрузка справочника": "Не получается загрузить номенклатуру, первая отгрузка не проведена",
    "Счета и оплата": "Нужен акт за прошлый месяц",
}
WEIGHTS = (30, 22, 18, 14, 6, 10)
PRIORITIES = ("Низкий", "Обычный", "Высокий", "Критический")
WAVES = (date(2024, 11, 18), date(2025, 5, 19), date(2025, 11, 17), date(2026, 5, 18))
COMMENTS = {
    2: ("Отгружаем быстрее, чем раньше", "Поддержка отвечает по делу", ""),
    1: ("В целом устраивает", "Не хватает отчётов", ""),
    0: ("Обмен с 1С ломается каждый месяц", "Медленно работает", "Не видим обещанной экономии"),
}
VALUE, LAUNCH, CONTRACT, HABIT = "Первая ценность", "Запуск", "Договор", "Привычка"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket of support."""

    account: Account
    opened: date
    closed: date | None
    priority: str
    theme: str
    csat: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One NPS answer."""

    account: Account
    day: date
    score: int
    comment: str


@dataclass(frozen=True, slots=True)
class Milestone:
    """A stage that a client reached."""

    account: Account
    day: date
    stage: str


def leaves_on(account: Account) -> date:
    """Day after the last paid one, or the day after the data."""
    if account.end is None or account.back is not None:
        return LAST_DAY + timedelta(days=1)
    return min(first_day(account.end), LAST_DAY + timedelta(days=1))


def tickets() -> list[Ticket]:
    """Tickets since January 2025, by day; green, limits and advocate clients have none open."""
    return sorted((row for a in company() for row in _tickets(a)), key=lambda t: (t.opened, t.account.number))


def _tickets(account: Account) -> Iterator[Ticket]:
    draw = stream("tickets", account.number)
    if account.story == "stuck" and account.number % 7:
        opened = LAST_DAY - timedelta(days=draw.randint(3, 18))
        yield Ticket(account, opened, None, "Высокий", "Загрузка справочника", None)
    if account.story == "top_at_risk":
        for days, theme in ((19, "Обмен с 1С"), (8, "Скорость работы")):
            yield Ticket(account, LAST_DAY - timedelta(days=days), None, "Критический", theme, None)
    if account.story in ("green", "limits", "stuck", "unlaunched"):
        return
    rate = 0.3 + 0.25 * ("Старт", "Бизнес", "Про").index(account.plan) + (0.5 if account.lost else 0)
    day = max(date(2025, 1, 1), account.signed + timedelta(days=5))
    while (day := day + timedelta(days=max(2, round(draw.expovariate(rate) * 31)))) < leaves_on(account):
        yield _ticket(account, day)


def _ticket(account: Account, day: date) -> Ticket:
    draw = stream("ticket", account.number * 100000 + day.toordinal() % 100000)
    priority = draw.choices(PRIORITIES, (20, 55, 20, 5))[0]
    theme = draw.choices(tuple(THEMES), WEIGHTS)[0]
    closed = day + timedelta(days=draw.choice((0, 1, 1, 2, 3, 5, 9)))
    if closed > LAST_DAY:
        closed = LAST_DAY
    unhappy = account.lost or theme == "Обмен с 1С"
    csat = draw.choices((1, 2, 3, 4, 5), (14, 18, 24, 26, 18) if unhappy else (3, 5, 14, 38, 40))[0]
    stays_open = (LAST_DAY - day).days < 6 and account.story == "" and priority in PRIORITIES[:2]
    answered = draw.random() < 0.62 and not stays_open
    return Ticket(account, day, None if stays_open else closed, priority, theme, csat if answered else None)


def surveys() -> list[Answer]:
    """NPS answers of four waves."""
    return [row for wave in WAVES for account in company() if (row := _answer(account, wave))]


def _answer(account: Account, wave: date) -> Answer | None:
    draw = stream("nps", account.number * 10 + WAVES.index(wave))
    day = wave + timedelta(days=draw.randint(0, 9))
    planted = {"green": 9, "advocate": 9 + account.number % 2, "top_at_risk": 6}.get(account.story)
    if planted is not None and wave == WAVES[-1]:
        return Answer(account, day, planted, COMMENTS[2 if planted > 8 else 0][account.number % 2])
    if draw.random() > 0.45 or not account.signed + timedelta(days=45) < day < leaves_on(account):
        return None
    mood = draw.gauss(7.9 - (2.2 if account.lost else 0), 1.8)
    score = min(10, max(0, round(mood)))
    band = 2 if score > 8 else 1 if score > 6 else 0
    return Answer(account, day, score, draw.choice(COMMENTS[band]))


def milestones() -> list[Milestone]:
    """Stages reached until the last day; a client that left early never reached its first value."""
    return sorted((row for a in company() for row in _stages(a)), key=lambda m: (m.day, m.account.number))


def _stages(account: Account) -> Iterator[Milestone]:
    yield Milestone(account, account.signed, CONTRACT)
    draw = stream("milestones", account.number)
    days = round(exp(draw.gauss(3.2, 0.42)))
    days = min(max(days, 7), 85) if account.story != "quick" else 12 + account.number % 7
    launch = account.signed + timedelta(days=min(20, max(3, round(days * draw.uniform(0.35, 0.6)))))
    if account.story == "unlaunched":
        return
    yield Milestone(account, launch, LAUNCH)
    if account.story == "stuck" or never_valued(account):
        return
    value = account.signed + timedelta(days=days)
    yield Milestone(account, value, VALUE)
    habit = value + timedelta(days=draw.randint(25, 70))
    if habit < leaves_on(account) and draw.random() < 0.78:
        yield Milestone(account, habit, HABIT)


def never_valued(account: Account) -> bool:
    """Whether the client left before its first value: short lives only."""
    return account.lost and account.end is not None and account.start >= 0 and account.end - account.start <= 9
