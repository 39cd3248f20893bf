"""What was known of each client on each observation day: one query a family for all days (metrics §8).

Every row used is dated on or before the observation. The end of a subscription counts only once it has come, undated
columns of the client (status, end of the contract) never: they are as of today.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
from ibis import _

from tools import ledger
from tools.metrics.health import critical
from tools.portfolio import Portfolio
from tools.text import Text

#: Features in the order of what most often tells a leaver, so that thin data use the first ones only.
FEATURES = {
    "usage_trend": Text("usage trend", "динамика использования"),
    "days_late": Text("days past due", "дней просрочки"),
    "open_critical": Text("open critical tickets", "открытые критичные обращения"),
    "usage_level": Text("usage a day", "использование в день"),
    "tenure": Text("tenure", "стаж"),
    "tickets": Text("tickets of 90 days", "обращения за 90 дней"),
    "nps": Text("survey answers of a year", "оценки в опросах за год"),
    "breadth": Text("breadth of features used", "широта использования функций"),
    "mrr_change": Text("change of the recurring payment", "изменение регулярного платежа"),
    "to_anniversary": Text("days to the anniversary of the contract", "дней до годовщины договора"),
    "mrr": Text("recurring payment", "регулярный платёж"),
    "contact_days": Text("days since the last two-way contact", "дней с последнего двустороннего контакта"),
}


@dataclass(frozen=True, slots=True)
class Grid:
    """Clients by observation days: ``cells[feature][day, client]`` (NaN unknown), monthly money, in force, on a pause."""

    accounts: tuple[str, ...]
    days: tuple[date, ...]
    cells: dict[str, Any]
    money: Any
    active: Any
    paused: Any


def observations(start: date, end: date, *, months: int = 1, lead: int = 7) -> list[tuple[date, date]]:
    """Observation days and the day each one's label window ends: start + k months - lead, next observation.

    From 2024-01-01, one month and seven days: 2024-01-25, churn counted up to 2024-02-23 (metrics §8). Both lie
    before ``end``.
    """
    marks = []
    step = 1
    while (day := ledger.back(start, -months * step) - timedelta(days=lead)) <= end:
        marks.append(day)
        step += 1
    return list(zip(marks, marks[1:], strict=False))


def grid(portfolio: Portfolio, days: Sequence[date]) -> Grid:
    """Everything known of every client on each of the days."""
    accounts = tuple(account for account, _name in portfolio.accounts())
    made = _Grid(portfolio, accounts, tuple(days))
    money = made.of(ledger.state(portfolio, days).mutate(worth=_.ticks.cast("float64") / ledger.TICKS), "worth")
    paused = ledger.paused(portfolio, days)
    held = made.of(paused.mutate(one=1.0), "one") if paused is not None else np.full(money.shape, np.nan)
    cells: dict[str, Any] = {"mrr": np.log1p(np.nan_to_num(money))}
    earlier = [ledger.back(day, 3) for day in days]
    before = _Grid(portfolio, accounts, tuple(earlier)).of(
        ledger.state(portfolio, earlier).mutate(worth=_.ticks.cast("float64") / ledger.TICKS), "worth"
    )
    cells["mrr_change"] = np.log(np.where(money > 0, money, np.nan) / np.where(before > 0, before, np.nan))
    for family in (_tenure, _usage, _tickets, _late, _surveys, _touches):
        cells |= family(portfolio, made)
    return Grid(accounts, tuple(days), cells, money, money > 0, held > 0)


@dataclass(frozen=True, slots=True)
class _Grid:
    portfolio: Portfolio
    accounts: tuple[str, ...]
    days: tuple[date, ...]

    @property
    def points(self) -> Any:
        """The observation days with the days 28, 90, 112 and 365 before each."""
        table = ledger.days(self.days)
        since = {f"since{n}": _before(table.point, n) for n in (28, 90, 112, 365)}
        return table.mutate(**since)

    def of(self, expression: Any, *columns: str) -> Any:
        """One array day x client a column, NaN where the query has no row; one column: the array itself."""
        import pyarrow as pa
        import pyarrow.compute as pc

        rows = self.portfolio.run(expression.select("account_id", "point", *columns))
        client = pc.index_in(rows["account_id"], pa.array(self.accounts, pa.string())).to_numpy()
        day = pc.index_in(rows["point"].cast(pa.date32()), pa.array(self.days, pa.date32())).to_numpy()
        kept = ~(np.isnan(client) | np.isnan(day)) if client.dtype.kind == "f" or day.dtype.kind == "f" else slice(None)
        place = (day[kept].astype(int), client[kept].astype(int))
        found = []
        for column in columns:
            array = np.full((len(self.days), len(self.accounts)), np.nan)
            array[place] = rows[column].cast(pa.float64()).to_numpy()[kept]
            found.append(array)
        return found if len(found) > 1 else found[0]


def _before(point: Any, days: int) -> Any:
    return (point.cast("timestamp") - ibis.interval(days=days)).date()


def _tenure(portfolio: Portfolio, made: _Grid) -> dict[str, Any]:
    if ledger.convention(portfolio) == ledger.CONTRACT:
        first = ledger.priced(portfolio).group_by("account_id").agg(first=_.start_date.min())
    else:
        first = (
            portfolio.table("invoices").filter(_.account_id.notnull()).group_by("account_id").agg(first=_.date.min())
        )
    points = made.points
    joined = first.join(points, first["first"] <= points.point)
    days = made.of(joined.mutate(days=joined.point.delta(joined["first"], unit="day")), "days")
    return {"tenure": np.log1p(days), "to_anniversary": 365 - np.mod(days, 365), "tenure_days": days}


def _usage(portfolio: Portfolio, made: _Grid) -> dict[str, Any]:
    if not portfolio.has("usage"):
        return {}
    usage = portfolio.table("usage").filter(_.account_id.notnull(), _.date.notnull())
    amount = usage.quantity.fill_null(1.0)
    points, usage = made.points, usage.mutate(amount=amount)
    seen = usage.group_by("account_id").agg(first=_.date.min())
    tracked = made.of(
        (known := seen.join(points, seen["first"] <= points.point)).mutate(
            whole=(known["first"] <= known.since112).cast("int32")
        ),
        "whole",
    )
    joined = usage.join(points, (usage.date <= points.point) & (usage.date > points.since112))
    key = joined.is_key.fill_null(False) if portfolio.has("usage", "is_key") else ibis.literal(True)
    by = joined.group_by("account_id", "point").agg(
        last=joined.amount.sum(where=joined.date > joined.since28),
        before=joined.amount.sum(where=joined.date <= joined.since28),
        breadth=joined.feature.nunique(where=(joined.date > joined.since90) & key),
    )
    last, before, breadth = (np.nan_to_num(array) for array in made.of(by, "last", "before", "breadth"))
    known = ~np.isnan(tracked)
    trend = np.where((tracked == 1) & (before > 0), (last / 28) / np.where(before > 0, before / 84, 1), np.nan)
    level = np.where(known, np.log1p(last / 28), np.nan)
    return {"usage_trend": trend, "usage_level": level, "breadth": np.where(known, breadth, np.nan)}


def _tickets(portfolio: Portfolio, made: _Grid) -> dict[str, Any]:
    if not portfolio.has("tickets"):
        return {}
    tickets, points = portfolio.table("tickets").filter(_.account_id.notnull()), made.points
    joined = tickets.join(points, tickets.opened <= points.point)
    still = (joined.closed.isnull() | (joined.closed > joined.point)) & critical(joined)
    by = joined.group_by("account_id", "point").agg(
        recent=(joined.opened > joined.since90).cast("int32").sum(), still=still.fill_null(False).cast("int32").sum()
    )
    recent, still = made.of(by, "recent", "still")
    return {"tickets": np.log1p(np.nan_to_num(recent)), "open_critical": np.nan_to_num(still)}


def _late(portfolio: Portfolio, made: _Grid) -> dict[str, Any]:
    if not (portfolio.has("invoices", "due_date") and portfolio.has("invoices", "paid_date")):
        return {}
    lines = portfolio.table("invoices").filter(_.account_id.notnull(), _.due_date.notnull(), _.amount > 0)
    points = made.points
    joined = lines.join(points, lines.date <= points.point)
    unpaid = (joined.paid_date.isnull() | (joined.paid_date > joined.point)) & (joined.due_date < joined.point)
    late = ibis.ifelse(unpaid, joined.point.delta(joined.due_date, unit="day"), 0)
    return {
        "days_late": made.of(joined.mutate(late=late).group_by("account_id", "point").agg(late=_.late.max()), "late")
    }


def _surveys(portfolio: Portfolio, made: _Grid) -> dict[str, Any]:
    if not portfolio.has("surveys"):
        return {}
    surveys, points = portfolio.table("surveys").filter(_.score >= 0, _.score <= 10), made.points
    joined = surveys.join(points, (surveys.date <= points.point) & (surveys.date > points.since365))
    by = joined.group_by("account_id", "point").agg(mean=joined.score.cast("float64").mean())
    return {"nps": made.of(by, "mean")}


def _touches(portfolio: Portfolio, made: _Grid) -> dict[str, Any]:
    if not portfolio.has("touches", "two_way"):
        return {}
    touches, points = portfolio.table("touches").filter(_.two_way, _.account_id.notnull()), made.points
    joined = touches.join(points, touches.date <= points.point)
    last = joined.group_by("account_id", "point").agg(last=joined.date.max())
    return {"contact_days": made.of(last.mutate(days=last.point.delta(last["last"], unit="day")), "days")}
