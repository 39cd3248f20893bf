"""Promised value, contacts with one campaign, referrals and the culture questionnaire of the demo."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tools.sources.demo_company.accounts import Account
from tools.sources.demo_company.calendar import LAST_DAY, month_of, stream
from tools.sources.demo_company.signals import leaves_on
from tools.sources.demo_company.stories import CAMPAIGN_DAY, company

CONFIRMED, MEASURED, STATED, DISPUTED = "подтверждено клиентом", "измерено", "заявлено", "оспорено"
CAMPAIGN = "Весеннее расширение 2026"
PROMISES = 30  # clients with promises of their own
KINDS = (
    ("Сократить сборку заказа", "мин на заказ", 40.0, 25.0, 360000),
    ("Снизить пересортицу", "% заказов", 6.0, 3.0, 540000),
    ("Увеличить долю заказов без ручного ввода", "% заказов", 20.0, 70.0, 420000),
    ("Сократить просроченные отгрузки", "шт. в месяц", 50.0, 10.0, 300000),
)
CHANNELS = ("Звонок", "Письмо", "Встреча", "Мессенджер")


@dataclass(frozen=True, slots=True)
class Goal:
    """A promise to a client, or to every client of a plan when ``account`` is None."""

    account: Account | None
    plan: str
    goal: str
    unit: str
    base: float
    target: float
    current: float | None
    value: int
    due: date
    grade: str


@dataclass(frozen=True, slots=True)
class Touch:
    """A contact with a client."""

    account: Account
    day: date
    channel: str
    two_way: bool
    campaign: str = ""
    arm: str = ""


@dataclass(frozen=True, slots=True)
class Referral:
    """A recommendation given by a client."""

    account: Account
    day: date
    status: str
    referred: Account | None


def goals() -> list[Goal]:
    """Promises: one for the whole plan «Про», and those of thirty clients of the other plans."""
    shared = Goal(None, "Про", "Сократить срок обработки заказа", "часов", 12, 8, 9, 900000, date(2026, 12, 31), STATED)
    named = [a for a in company() if a.story in ("green", "advocate", "limits")]
    plain = [a for a in company() if a.plan != "Про" and a.story == "" and a.start < 24 and not a.lost]
    rest = plain[:: max(1, len(plain) // 22)][: PROMISES - len(named)]
    owners = enumerate([*named, *rest])
    return [shared, *(goal for rank, account in owners for goal in _goals(rank, account, len(named)))]


def _goals(rank: int, account: Account, named: int) -> Iterator[Goal]:
    due = LAST_DAY + timedelta(days=31 + 15 * (rank % 9))
    if account.story == "green":
        due = account.contract_end or due
        yield Goal(account, account.plan, *KINDS[1][:2], 6, 3, 5, 900000, due, MEASURED)
        yield Goal(account, account.plan, *KINDS[2][:2], 10, 70, 30, 600000, due, MEASURED)
        return
    for step in range(1 + (rank % 3 == 0)):
        goal, unit, base, target, value = KINDS[(rank + step) % len(KINDS)]
        draw = stream("goals", account.number * 2 + step)
        share = 0.9 if account.story else draw.choice((0.4, 0.6, 0.7, 0.8, 0.9, 1.0))
        grade = (MEASURED, CONFIRMED, STATED)[(rank + step) % 3]
        current: float | None = round(base + (target - base) * share, 1)
        if rank == named and step == 0:
            goal, unit = "Увеличить число отгрузок", "шт. в день"
            base, target, current, grade = 100, 150, 260, CONFIRMED
        elif rank == named + 1 and step == 0:
            current, grade = round(base + (target - base) * 0.8, 1), DISPUTED
        elif rank in (named + 4, named + 9) and step == 0:
            current, grade = None, STATED
        yield Goal(account, account.plan, goal, unit, base, target, current, value, due, grade)


def touches() -> list[Touch]:
    """Contacts of the last nine months and the campaign with its control."""
    plain = [row for account in company() for row in _touches(account)]
    sent = [
        Touch(account, CAMPAIGN_DAY, "Письмо" if account.arm == "Цель" else "", False, CAMPAIGN, account.arm)
        for account in company()
        if account.arm
    ]
    return sorted([*plain, *sent], key=lambda touch: (touch.day, touch.account.number, touch.campaign))


def _touches(account: Account) -> Iterator[Touch]:
    draw = stream("touches", account.number)
    day = max(date(2025, 10, 1), account.signed) + timedelta(days=draw.randint(0, 25))
    until = date(2026, 3, 1) if account.story == "silent" else leaves_on(account)
    if account.story == "" and account.number % 13 == 6:
        until = min(until, date(2026, 3, 20))
    while day < until:
        if account.active(month_of(day)) or day < account.signed + timedelta(days=30):
            channel = draw.choices(CHANNELS, (30, 40, 10, 20))[0]
            yield Touch(account, day, channel, channel != "Письмо" or draw.random() < 0.35)
        day += timedelta(days=draw.randint(12, 50))


def referrals() -> list[Referral]:
    """Recommendations of the last eighteen months; every advocate gave one within the year."""
    won = [a for a in company() if a.cohort in "DN" and a.story in ("", "quick")]
    givers = [a for a in company() if a.story == "advocate"]
    others = [a for a in company() if a.story in ("", "campaign") and a.cohort in "AB" and not a.lost][:12]
    rows = []
    for rank, account in enumerate([*givers, *others]):
        known = won[rank] if rank % 2 == 0 else None
        day = known.signed - timedelta(days=20) if known else date(2025, 9, 4) + timedelta(days=13 * rank)
        status = "Стал клиентом" if known else ("Лид", "Отказ")[rank // 2 % 2]
        rows.append(Referral(account, day, status, known))
    return sorted(rows, key=lambda row: (row.day, row.account.number))


CULTURE: tuple[tuple[str, tuple[tuple[str, int, str], ...]], ...] = (
    (
        "Продукт",
        (
            ("Отвечает за срок до первой пользы", 3, "Цель по сроку до первой пользы в квартальном плане"),
            ("Отслеживает, как клиенты осваивают ключевые функции", 2, ""),
            (
                "В каждой задаче плана развития назван показатель клиентской ценности",
                4,
                "План развития: столбец «Метрика»",
            ),
            ("Находит проданное, но не используемое", 3, "Ежемесячный отчёт о неиспользуемых модулях"),
            ("Разбирает события пользы и меняет продукт", 2, ""),
        ),
    ),
    (
        "Маркетинг",
        (
            ("Делит клиентов по полученной пользе, а не по размеру", 1, ""),
            ("Отправляет клиентам отчёты о пользе", 2, ""),
            ("Проверяет кампании на контрольной группе", 1, ""),
            ("Ведёт программу рекомендаций", 2, ""),
            ("Обещает в рекламе то, что клиенты получают на деле", 1, ""),
        ),
    ),
    (
        "Поддержка",
        (
            ("Связывается с клиентом до жалобы, по сигналам здоровья", 3, "Журнал упреждающих звонков"),
            ("Считает успехом решённую помеху пользе, а не закрытое обращение", 3, "Регламент оценки обращений"),
            ("Ведёт план успеха с целями по каждому клиенту", 4, "Планы успеха, премия за выполнение"),
            ("Разбирает риски перед продлением", 3, "Протоколы разбора продлений"),
            ("Передаёт причины помех в отдел продукта", 3, "Сводка причин за месяц"),
        ),
    ),
    (
        "Продажи",
        (
            ("Записывает обещанную пользу при подписании договора", 2, ""),
            ("Передаёт клиента отделу сопровождения с целями", 1, ""),
            ("Предлагает расширение, опираясь на доказанную пользу", 1, ""),
            ("Получает премию за удержание", 2, ""),
            ("Не продаёт тем, кому продукт не подходит", 2, ""),
        ),
    ),
)
