"""Subscriptions and invoice lines of the demo, both computed from the same price of each month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tools.sources.demo_company.accounts import CORE, MODULE_PRICE, Account
from tools.sources.demo_company.calendar import LAST_DAY, MONTHS, first_day, last_day, stream
from tools.sources.demo_company.stories import company

KOPECK = Decimal("0.01")
SETUP = {"Старт": 15000, "Бизнес": 60000, "Про": 180000}


@dataclass(frozen=True, slots=True)
class Subscription:
    """One price of one product in force from ``start`` until ``end`` (excluded)."""

    account: Account
    product: str
    start: date
    end: date | None
    price: int
    seats: int | None
    status: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an invoice."""

    account: Account
    day: date
    item: str
    text: str
    net: Decimal
    period: tuple[date, date] | None
    due: date
    paid: date | None

    @property
    def vat(self) -> Decimal:
        """VAT on top: 20 % until 2025, 22 % from 2026, by the date of the document."""
        rate = Decimal("0.22") if self.day.year >= 2026 else Decimal("0.20")
        return (self.net * rate).quantize(KOPECK, ROUND_HALF_UP)


def subscriptions() -> list[Subscription]:
    """Run-rate table: a new row whenever a price changes; a pause is a row at price 0."""
    return [row for account in company() for row in _of(account)]


def _of(account: Account) -> Iterator[Subscription]:
    products = list(dict.fromkeys(p for month in range(MONTHS) for p in account.prices(month)))
    if not products:
        raise ValueError(account.code)
    first = max(account.start, 0)
    for product in products:
        runs: list[tuple[int, int, int]] = []  # from, until, price
        for month in range(first, MONTHS):
            price = account.prices(month).get(product, 0)
            if runs and runs[-1][1] == month and runs[-1][2] == price:
                runs[-1] = (runs[-1][0], month + 1, price)
            elif price:
                runs.append((month, month + 1, price))
        for begin, until, price in runs:
            start = account.start if begin == 0 else begin
            yield _row(account, product, (start, until), price)
    if account.paused is not None:
        seats = account.seats_at(account.paused)
        yield Subscription(account, CORE, first_day(account.paused), None, 0, seats, "Приостановлена")


def _row(account: Account, product: str, span: tuple[int, int], price: int) -> Subscription:
    start, until = span
    open_end = until == MONTHS
    end = None if open_end else first_day(until)
    if open_end and account.end is not None and account.end > MONTHS:
        end = first_day(account.end)
    seats = account.seats_at(max(start, 0)) if product == CORE else None
    status = "Действует" if open_end else "Завершена"
    return Subscription(account, product, first_day(start), end, price, seats, status)


def lines() -> list[Line]:
    """Every invoice line, by date and client."""
    found = [line for account in company() for line in (*_recurring(account), *_single(account))]
    return sorted(found, key=lambda line: (line.day, line.account.number))


def _recurring(account: Account) -> Iterator[Line]:
    for month in range(max(0, min(account.start, MONTHS)), MONTHS):
        now = account.prices(month)
        before = account.prices(month - 1) if month else {}
        starts = _starts(account, month)
        for product in [*now, *(gone for gone in before if gone not in now)]:
            price = now.get(product, 0)
            rate = price if starts else price - before.get(product, 0)
            if rate and now:
                until = _cycle_end(account, month)
                span = (first_day(month), last_day(until - 1))
                text = f"Доступ, тариф «{account.plan}»" if starts else "Доплата до конца оплаченного периода"
                day = first_day(month) + timedelta(days=account.number % 4)
                net = Decimal(rate * (until - month))
                yield Line(account, day, product, text, net, span, *_payment(account, day))


def _starts(account: Account, month: int) -> bool:
    fresh = month == account.start or month == account.back
    if account.cycle == 12:
        return fresh or (month - account.start) % 12 == 0
    return fresh or month % account.cycle == 0


def _cycle_end(account: Account, month: int) -> int:
    if account.cycle == 12:
        return month + 12 - (month - account.start) % 12
    return month + account.cycle - month % account.cycle


def _payment(account: Account, day: date) -> tuple[date, date | None]:
    habit = stream("habit", account.number).randint(-6, 8)
    draw = stream("payment", account.number * 100000 + day.toordinal() % 100000)
    due = day + timedelta(days=10)
    paid = due + timedelta(days=max(-8, habit + draw.randint(-3, 4)))
    if account.story in ("green", "advocate"):
        paid = due - timedelta(days=2)
    bad_debt = account.lost and account.story != "silent" and account.number % 9 == 4
    if bad_debt and account.end and day >= first_day(account.end - account.cycle):
        return due, None
    late = account.story == "top_at_risk" or (account.story == "" and account.number % 10 == 7)
    if paid > LAST_DAY or (late and day >= date(2026, 6, 1) and day < date(2026, 6, 20)):
        return due, None
    return due, paid


def _single(account: Account) -> Iterator[Line]:
    """Lines without a service period: set-up, training, credits; none in June but one of the top client."""
    if 0 <= account.start < MONTHS:
        yield _once(account, first_day(account.start), "Внедрение и настройка", SETUP[account.plan])
    draw = stream("single", account.number)
    month = draw.choice([m for m in range(1, 29) if m % 12 != 5])
    chance = draw.random()
    if account.active(month) and account.arm == "" and account.story != "limits":
        if chance < 0.12:
            yield _once(account, first_day(month) + timedelta(days=17), "Обучение сотрудников", 12000)
        elif chance > 0.93:
            net = -MODULE_PRICE[account.plan] // 2
            yield _once(account, first_day(month) + timedelta(days=20), "Корректировка за простой сервиса", net)
    if account.story == "top_at_risk":
        for day in (date(2025, 9, 18), date(2026, 2, 12), date(2026, 6, 22)):
            yield _once(account, day, "Обучение сотрудников", 18000)


def _once(account: Account, day: date, item: str, net: int) -> Line:
    text = "Разовая услуга" if net > 0 else "Уменьшение счёта"
    return Line(account, day, item, text, Decimal(net), None, day + timedelta(days=10), day + timedelta(days=4))
