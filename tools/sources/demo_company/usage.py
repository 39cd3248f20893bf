"""Weekly use and monthly limits of the demo."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tools.sources.demo_company.accounts import Account
from tools.sources.demo_company.calendar import LAST_DAY, MONTHS, last_day, month_of, stream
from tools.sources.demo_company.stories import company

WEEKS = 65
FEATURES = (("Заказы", True), ("Остатки", True), ("Отчёты", False), ("Обмен с 1С", False))
FULL_USE = ("green", "advocate", "limits", "top_at_risk", "largest", "quick")
LIMIT_CLIENT = {27: 96, 28: 99, 29: 100}  # used of 100, April to June 2026


@dataclass(frozen=True, slots=True)
class Use:
    """Actions of one client in one feature in the seven days that end on ``day``."""

    account: Account
    day: date
    feature: str
    key: bool
    quantity: int


@dataclass(frozen=True, slots=True)
class Limit:
    """Use of one limited thing at a month's end."""

    account: Account
    day: date
    name: str
    used: int
    allowed: int


def usage() -> list[Use]:
    """Use of the last 65 weeks, oldest first; weeks without use have no row."""
    rows = [row for account in company() for row in _weeks(account)]
    return sorted(rows, key=lambda row: (row.day, row.account.number))


def _weeks(account: Account) -> Iterator[Use]:
    draw = stream("usage", account.number)
    owned = [f for rank, f in enumerate(FEATURES) if account.story in FULL_USE or rank == 0 or draw.random() < 0.72]
    falls = account.story not in FULL_USE and draw.random() < 0.09
    for weeks_ago in range(WEEKS - 1, -1, -1):
        day = LAST_DAY - timedelta(days=7 * weeks_ago)
        if day < account.signed + timedelta(days=14) or not account.active(month_of(day)):
            continue
        for rank, (feature, key) in enumerate(owned):
            noise = draw.uniform(0.93, 1.07)
            base = account.seats_at(month_of(day)) * (12, 8, 3, 5)[rank]
            quantity = _quantity(account, weeks_ago, base, noise, falls=falls)
            if quantity:
                yield Use(account, day, feature, key, quantity)


def _quantity(account: Account, weeks_ago: int, base: int, noise: float, *, falls: bool) -> int:
    """Plain use, but: 45 % down in four weeks for the client at risk, flat for the green one, fading before a loss."""
    if account.story == "top_at_risk":
        return base * 20 if weeks_ago >= 4 else base * 11
    if account.story in ("green", "limits"):
        return base + (1 if weeks_ago % 2 else -1)
    if account.story in ("stuck", "unlaunched"):
        return round(base * noise * (0.15 if account.story == "stuck" else 0.04))
    if falls and weeks_ago < 4:
        noise *= 0.62
    if account.end is not None and account.number % 10 < 7:
        left = account.end - month_of(LAST_DAY - timedelta(days=7 * weeks_ago))
        noise *= {1: 0.45, 2: 0.6, 3: 0.8}.get(left, 1.0)
    return round(base * noise)


def limits() -> list[Limit]:
    """Orders and seats against what the plan allows, the last twelve month ends."""
    return [
        row
        for month in range(MONTHS - 12, MONTHS)
        for account in company()
        if account.active(month)
        for row in _limits(account, month)
    ]


def _limits(account: Account, month: int) -> Iterator[Limit]:
    seats = account.seats_at(month)
    orders = {"Старт": 1000, "Бизнес": 5000, "Про": 30000}[account.plan]
    draw = stream("limits", account.number)
    share, slope = draw.uniform(0.25, 0.7), draw.uniform(-0.004, 0.008)
    if account.story == "" and account.number % 29 == 3:
        share, slope = 0.72, 0.012
    used = round(orders * min(0.98, share + slope * (month - MONTHS + 12)))
    taken = max(1, round(seats * draw.uniform(0.55, 0.79)))
    if account.story == "limits":
        used = orders * LIMIT_CLIENT.get(month, 60 + month) // 100
        taken = seats if month >= 27 else seats - 2
    yield Limit(account, last_day(month), "Заказы в месяц", used, orders)
    yield Limit(account, last_day(month), "Места", taken, seats)
