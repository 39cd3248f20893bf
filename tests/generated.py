"""Whole portfolios by chance: clients, contracts with gaps, overlaps, pauses and trials, invoices, usage, voices, promises.

One recipe, two sources of chance: hypothesis (which shrinks what fails) and a seeded generator (thousands a minute).
Days and months are fixed, so that the queries of one portfolio are the queries of the next.
"""

import os
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

AS_OF = date(2026, 6, 30)
FIRST = date(2025, 1, 1)
SPAN = (AS_OF - FIRST).days
PRODUCTS = ("Core", "Reports", "API")
PLANS = ("Start", "Pro", "Max")
REGIONS = ("Москва", "Урал", "Сибирь")
OWNERS = ("Иванова", "Петров")
SIZES = ("S", "M", "L")
FEATURES = ("login", "export", "api")
PRICES = (1000, 5000, 12000, 99999)
STEP = Decimal("1.08")

Tables = dict[str, list[dict[str, Any]]]
T = TypeVar("T")


class Dice(Protocol):
    """A source of chance."""

    def integer(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        ...

    def pick(self, among: Sequence[T]) -> T:
        """One of them."""
        ...

    def chance(self, percent: int) -> bool:
        """True so many times of a hundred."""
        ...


@dataclass(frozen=True)
class Seeded:
    """Chance of a seeded generator."""

    source: random.Random

    def integer(self, low: int, high: int) -> int:
        return self.source.randint(low, high)

    def pick(self, among: Sequence[T]) -> T:
        return among[self.source.randrange(len(among))]

    def chance(self, percent: int) -> bool:
        return self.source.randrange(100) < percent


@dataclass(frozen=True)
class Drawn:
    """Chance of hypothesis; zero, the first and False are the simplest."""

    draw: Callable[[st.SearchStrategy[Any]], Any]

    def integer(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, high)))

    def pick(self, among: Sequence[T]) -> T:
        return among[self.integer(0, len(among) - 1)]

    def chance(self, percent: int) -> bool:
        return self.integer(0, 99) >= 100 - percent


@dataclass(frozen=True)
class Shape:
    """What may be in a portfolio, and how much."""

    clients: tuple[int, int] = (1, 8)
    tables: frozenset[str] = frozenset({"subscriptions"})
    trials: bool = True
    pauses: bool = True
    anchored: bool = True  # the first client pays from the first day on, so that the data cover the window
    periods: bool = True  # invoice lines say which days they pay for
    credits: bool = True
    debts: bool = False  # lines fall due, and some are paid late or never
    returns: bool = False  # some documents are taken back in full, on their day
    once: bool = False  # nobody answers a survey twice
    foreign: bool = False
    rates: bool = True
    steps: bool = False  # common price steps
    after: bool = False  # rows dated after the last day
    dates: Sequence[str] = field(default=())  # dates of the accounts table that are known


CONTRACTS = Shape()
INVOICES = Shape(tables=frozenset({"invoices"}))
EVERYTHING = Shape(
    clients=(0, 9),
    anchored=False,
    tables=frozenset(
        "subscriptions invoices usage limits tickets surveys milestones value_goals referrals touches culture".split()
    ),
    debts=True,
    foreign=True,
    steps=True,
    after=True,
    dates=("signup_date", "contract_end"),
)


def seeded(seed: int, shape: Shape = CONTRACTS) -> Tables:
    """The tables of a seed; the same ones every time."""
    return tables(Seeded(random.Random(seed)), shape)


@st.composite
def portfolios(draw: st.DrawFn, shape: Shape = CONTRACTS) -> Tables:
    """Tables drawn by hypothesis."""
    return tables(Drawn(draw), shape)


def tables(dice: Dice, shape: Shape) -> Tables:
    """The tables of a portfolio; a table of the shape may be empty."""
    clients = [f"c{place:02}" for place in range(dice.integer(*shape.clients))]
    made: Tables = {"accounts": [_account(dice, shape, client, clients) for client in clients]}
    step = FIRST + timedelta(days=dice.integer(200, SPAN - 20)) if shape.steps and dice.chance(50) else None
    makers: dict[str, Callable[[str], list[dict[str, Any]]]] = {
        "subscriptions": lambda client: _contracts(dice, shape, client, step) + _anchor(shape, client, "start_date"),
        "invoices": lambda client: _lines(dice, shape, client) + _anchor(shape, client, "date"),
        "usage": lambda client: _usage(dice, client),
        "limits": lambda client: _limits(dice, client),
        "tickets": lambda client: _tickets(dice, client),
        "surveys": lambda client: _surveys(dice, shape, client),
        "milestones": lambda client: _milestones(dice, shape, client),
        "value_goals": lambda client: _goals(dice, {"account_id": client}),
        "referrals": lambda client: _referrals(dice, shape, client),
        "touches": lambda client: _touches(dice, client),
    }
    for name, maker in makers.items():
        sure = len(shape.tables) < 4 or (shape.anchored and name == "subscriptions")
        if name in shape.tables and (sure or dice.chance(80)):
            made[name] = [row for client in clients for row in maker(client)]
    if "value_goals" in made and dice.chance(30):
        plan = dice.pick(PLANS)
        clients_of = {row["account_id"] for row in made["accounts"] if row.get("plan") == plan}
        own = [row for row in made["value_goals"] if row["account_id"] not in clients_of]
        made["value_goals"] = own + _goals(dice, {"plan": plan})  # both at once: see OPEN in test_independent
    if "culture" in shape.tables and dice.chance(20):
        made["culture"] = _culture(dice)
    if shape.foreign and dice.chance(50):
        _make_foreign(dice, shape, made)
    for place, row in enumerate(made.get("subscriptions", [])):
        row["subscription_id"] = f"s{place}"
    return made


def everywhere(work: Callable[..., T], arguments: Sequence[tuple[Any, ...]]) -> list[T]:
    """What the work gives for each of the arguments, in their order, on all processors."""
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 4), mp_context=get_context("spawn"), initializer=_gently) as pool:
        return list(pool.map(work, *zip(*arguments, strict=True), chunksize=25))


def _gently() -> None:
    if hasattr(os, "nice"):
        os.nice(10)


def only(shape: Shape, *names: str, **changes: Any) -> Shape:
    """The shape with these tables alone."""
    return replace(shape, tables=frozenset(names), **changes)


def _day(dice: Dice, low: int = 0, high: int = SPAN) -> date:
    return FIRST + timedelta(days=dice.integer(low, high))


def _price(dice: Dice) -> Decimal:
    return Decimal(dice.pick(PRICES)) if dice.chance(50) else Decimal(dice.integer(1, 5_000_000)) / 100


def _account(dice: Dice, shape: Shape, client: str, clients: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"account_id": client, "name": f"ООО «{client}»"}
    for name, values in (("plan", PLANS), ("size", SIZES), ("region", REGIONS), ("owner", OWNERS)):
        if dice.chance(85):
            row[name] = dice.pick(values)
    if dice.chance(20):
        row["parent_id"] = dice.pick(clients)
    if "signup_date" in shape.dates and dice.chance(60):
        row["signup_date"] = _day(dice)
    if "contract_end" in shape.dates and dice.chance(40):
        row["contract_end"] = AS_OF + timedelta(days=dice.integer(-60, 120))
    if dice.chance(10):
        row["margin"] = dice.integer(1, 9) / 10
    return row


def _anchor(shape: Shape, client: str, dated: str) -> list[dict[str, Any]]:
    if not shape.anchored or client != "c00":
        return []
    row = {"account_id": client, "product": "Core", "currency": "RUB"}
    if dated == "start_date":
        return [row | {"start_date": FIRST, "end_date": None, "mrr": Decimal(100), "status": "active"}]
    days = [date(2025 + month // 12, month % 12 + 1, 1) for month in range(18)]
    return [
        row | {"document": f"a{day:%m%y}", "date": day, "amount": Decimal(100), "service_start": day,
               "service_end": _months_on(day, 1) - timedelta(days=1)}
        for day in days
    ]  # fmt: skip


def _contracts(dice: Dice, shape: Shape, client: str, step: date | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for _ in range(dice.pick((1, 1, 1, 2, 3, 0))):
        product, price = dice.pick(PRODUCTS), _price(dice)
        start = FIRST if dice.chance(40) else _day(dice)
        for place in range(dice.pick((1, 1, 2, 3, 4))):
            end = None if dice.chance(40) else start + timedelta(days=dice.pick((10, 31, 61, 183, 365)))
            row = {"account_id": client, "product": product, "start_date": start, "end_date": end, "mrr": price}
            row["currency"], row["status"], row["is_trial"] = "RUB", "active", False
            if shape.trials and place == 0 and dice.chance(10):
                row["status"], row["is_trial"] = ("trial", True) if dice.chance(50) else ("active", True)
            elif shape.pauses and dice.chance(7):
                row["status"] = "paused"
            rows.append(row)
            if end is None:
                break
            start = end + timedelta(days=dice.pick((0, 0, 0, 3, 14, 15, 40, -9)))
            price = dice.pick((price, price, _price(dice), (price / 2).quantize(Decimal("0.01"))))
    rows = [row for row in rows if row["mrr"] > 0 and (shape.after or row["start_date"] <= AS_OF)]
    if step is not None and dice.chance(60):
        rows = [part for row in rows for part in _stepped(row, step)]
    return rows


def _stepped(row: dict[str, Any], day: date) -> list[dict[str, Any]]:
    """The row cut in two on the day of the common price step."""
    if not row["start_date"] < day or (row["end_date"] or date.max) <= day or row["status"] != "active":
        return [row]
    price = Decimal(int(row["mrr"])) + 1
    return [{**row, "mrr": price, "end_date": day}, {**row, "mrr": price * STEP, "start_date": day}]


def _lines(dice: Dice, shape: Shape, client: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    number = 0
    for _ in range(dice.pick((1, 1, 2, 0))):
        product, price, months = dice.pick(PRODUCTS), _price(dice), dice.pick((1, 1, 3, 12) if shape.periods else (1,))
        day = FIRST if dice.chance(50) else _day(dice, 0, SPAN - 40)
        periods = shape.periods and (months > 1 or dice.chance(70))
        for _place in range(dice.integer(1, 18 // months + 1)):
            if day > AS_OF and not shape.after:
                break
            number += 1
            row: dict[str, Any] = {"account_id": client, "document": f"{client}-{number}", "date": day}
            row |= {"amount": price * months, "currency": "RUB", "product": product}
            later = _months_on(day, months)
            if periods:
                row["service_start"], row["service_end"] = day, later - timedelta(days=1)
            if shape.debts and dice.chance(80):
                row["due_date"] = day + timedelta(days=dice.pick((0, 10, 30)))
                row["paid_date"] = None if dice.chance(15) else row["due_date"] + timedelta(days=dice.integer(-9, 60))
                if row["paid_date"] and row["paid_date"] > AS_OF:
                    row["paid_date"] = None
            rows.append(row)
            if shape.credits and dice.chance(8):
                part = (row["amount"] / dice.pick((2, 3, 10))).quantize(Decimal("0.01"))
                given = {
                    name: row[name] for name in ("service_start", "service_end", "currency", "product") if name in row
                }
                rows.append(
                    given | {"account_id": client, "document": f"{client}-{number}c", "date": day, "amount": -part}
                )
            if shape.returns and dice.chance(8):
                rows.append({**row, "amount": -row["amount"]})
            if dice.chance(15):
                price = _price(dice)
            day = later if dice.chance(85) else _months_on(later, 1)
    return rows


def _months_on(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, min(day.day, 28))


def _usage(dice: Dice, client: str) -> list[dict[str, Any]]:
    return [
        {"account_id": client, "date": _day(dice, SPAN - 150), "feature": feature, "quantity": float(dice.integer(1, 50)),
         "is_key": feature == "export"}
        for feature in (dice.pick(FEATURES) for _ in range(dice.pick((0, 1, 12, 25))))
    ]  # fmt: skip


def _limits(dice: Dice, client: str) -> list[dict[str, Any]]:
    months = [date(2026, month, 28) for month in (4, 5, 6)]
    return [
        {"account_id": client, "date": day, "name": "users", "used": float(dice.integer(0, 110)), "allowed": 100.0}
        for day in (months if dice.chance(40) else [])
    ]


def _tickets(dice: Dice, client: str) -> list[dict[str, Any]]:
    rows = []
    for place in range(dice.pick((0, 0, 1, 4))):
        opened = _day(dice)
        closed = opened + timedelta(days=dice.integer(0, 20)) if dice.chance(80) else None
        row = {"ticket_id": f"t-{client}-{place}", "account_id": client, "opened": opened, "closed": closed}
        rows.append(row | {"priority": dice.pick(("low", "critical")), "csat": float(dice.integer(1, 5))})
    return rows


def _surveys(dice: Dice, shape: Shape, client: str) -> list[dict[str, Any]]:
    late = SPAN + (60 if shape.after else 0)
    return [
        {"account_id": client, "date": _day(dice, 0, late), "score": dice.integer(0, 10)}
        for _ in range(dice.pick((0, 1) if shape.once else (0, 1, 2, 6)))
    ]


def _milestones(dice: Dice, shape: Shape, client: str) -> list[dict[str, Any]]:
    late = SPAN + (60 if shape.after else 0)
    return [
        {"account_id": client, "date": _day(dice, 0, late), "stage": "first_value", "is_value": True}
        for _ in range(dice.pick((0, 1, 1, 2)))
    ]


def _goals(dice: Dice, owner: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for place in range(dice.pick((0, 1, 2, 3))):
        base, target = dice.integer(0, 50), dice.integer(0, 50)
        if base == target:
            target += 1
        current = None if dice.chance(20) else float(dice.integer(-20, 90))
        row = {**owner, "goal": f"goal {place}", "base": float(base), "target": float(target), "current": current}
        rows.append(row | {"value": Decimal(dice.integer(1, 900) * 1000), "due": _day(dice, SPAN - 90, SPAN + 90)})
    return rows


def _referrals(dice: Dice, shape: Shape, client: str) -> list[dict[str, Any]]:
    return [
        {"account_id": client, "date": _day(dice), "status": dice.pick(("lead", "won", "lost"))}
        for _ in range(dice.pick((0, 0, 1, 2)))
    ]


def _touches(dice: Dice, client: str) -> list[dict[str, Any]]:
    return [
        {"account_id": client, "date": _day(dice), "channel": "call", "two_way": dice.chance(60)}
        for _ in range(dice.pick((0, 1, 3)))
    ]


def _culture(dice: Dice) -> list[dict[str, Any]]:
    return [
        {"department": department, "statement": statement, "score": dice.integer(0, 4)}
        for department in ("product", "marketing", "support", "sales")
        for statement in range(1, 6)
    ]


def _make_foreign(dice: Dice, shape: Shape, made: Tables) -> None:
    """Some contracts are in dollars; the rate of a dollar moves."""
    for row in made.get("subscriptions", []):
        if dice.chance(30):
            row["currency"] = "USD"
    if shape.rates:
        months = [date(2025 + month // 12, month % 12 + 1, dice.pick((1, 20))) for month in range(1, 18)]
        days = [FIRST - timedelta(days=1), *months]
        made["rates"] = [{"date": day, "currency": "USD", "rate": dice.integer(80, 110) / 1.0} for day in days]
