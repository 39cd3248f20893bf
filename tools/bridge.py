"""Cohorts and the movement bridge over the ledger: who was worth what on two days, and what changed month by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import pyarrow as pa
from ibis import _

from tools import ledger
from tools.portfolio import Portfolio
from tools.reading import Window


def cohort(portfolio: Portfolio, window: Window) -> Any:
    """Table ``account_id, opening, closing`` (ticks), ``held`` (on pause at the end) of every account with either."""
    worth = ledger.state(portfolio, [window.opening, window.closing])
    at_opening = worth.point == ledger.literal(window.opening)
    accounts = worth.group_by("account_id").agg(
        opening=worth.ticks.sum(where=at_opening).fill_null(0),
        closing=worth.ticks.sum(where=~at_opening).fill_null(0),
    )
    marks = ledger.paused(portfolio, [window.closing])
    if marks is None:
        return accounts.mutate(held=ibis.literal(False))
    marks = marks.select(on_hold=_.account_id)
    joined = accounts.left_join(marks, accounts.account_id == marks.on_hold)
    return joined.select("account_id", "opening", "closing", held=joined.on_hold.notnull())


def cohort_totals(portfolio: Portfolio, window: Window) -> tuple[dict[str, Any], str]:
    """One row over the accounts with opening revenue: opening, kept, capped (ticks), n, lost, top; and its SQL."""
    key = ("totals", window)
    if key not in portfolio.memo:
        accounts = cohort(portfolio, window).filter(_.opening > 0)
        portfolio.memo[key] = portfolio.row(
            accounts.agg(
                opening=_.opening.sum().fill_null(0),
                kept=_.closing.sum().fill_null(0),
                capped=ibis.least(_.opening, _.closing).sum().fill_null(0),
                n=_.count(),
                lost=((_.closing == 0) & ~_.held).sum().fill_null(0),
            )
        )
    row, sql = portfolio.memo[key]
    return {name: int(value) for name, value in row.items()}, sql


def cohort_accounts(portfolio: Portfolio, window: Window) -> list[tuple[str, int, int]]:
    """Account, opening and closing ticks of every account with either, by account."""
    key = ("cohort", window)
    if key not in portfolio.memo:
        found = portfolio.run(cohort(portfolio, window).order_by("account_id"))
        portfolio.memo[key] = [
            (row["account_id"], int(row["opening"]), int(row["closing"])) for row in found.to_pylist()
        ]
    rows: list[tuple[str, int, int]] = portfolio.memo[key]
    return rows


KINDS = ("new", "reactivation", "expansion", "contraction", "churn")


@dataclass(frozen=True, slots=True)
class Bridge:
    """Movements by month: a table ``month`` (its closing day), then ``<kind>`` ticks and ``<kind>_n`` accounts."""

    windows: list[Window]
    rows: pa.Table
    sql: str


def movement_bridge(portfolio: Portfolio) -> Bridge:
    """The movement bridge of every month: start + new + reactivation + expansion - contraction - churn = end."""
    if "bridge" not in portfolio.memo:
        windows = ledger.months(portfolio)
        sql = portfolio.sql(_movements(portfolio, windows))
        portfolio.memo["bridge"] = Bridge(windows, portfolio.query(sql), sql)
    found: Bridge = portfolio.memo["bridge"]
    return found


def _movements(portfolio: Portfolio, windows: list[Window]) -> Any:
    points = [windows[0].opening, *(window.closing for window in windows)]
    worth = ledger.state(portfolio, points)
    order = ledger.days(points)
    order = order.mutate(place=ibis.row_number().over(ibis.window(order_by=order.point)))
    worth = worth.join(order, "point").select("account_id", "place", "ticks")
    earlier = worth.select(account_id=_.account_id, place=_.place + 1, before=_.ticks)
    both = worth.join(earlier, ["account_id", "place"], how="outer")
    both = both.select(
        account_id=ibis.coalesce(both.account_id, both.account_id_right),
        place=ibis.coalesce(both.place, both.place_right),
        opening=both.before.fill_null(0),
        closing=both.ticks.fill_null(0),
    )
    debut = _debuts(portfolio, worth, order).view()
    both = both.view().join(debut, "account_id").select("account_id", "place", "opening", "closing", "debut")
    both, held = _held(portfolio, both, order, points)
    change = both.closing - both.opening
    conditions = {
        "new": (both.opening == 0) & (both.closing > 0) & (both.place == both.debut),
        "reactivation": (both.opening == 0) & (both.closing > 0) & (both.place > both.debut),
        "expansion": (both.opening > 0) & (change > 0),
        "contraction": (change < 0) & ((both.closing > 0) | held),
        "churn": (both.opening > 0) & (both.closing == 0) & ~held,
    }
    measures: dict[str, Any] = {"start": both.opening.sum(), "end": both.closing.sum()}
    measures["start_n"] = (both.opening > 0).sum()
    measures["end_n"] = (both.closing > 0).sum()
    for kind, condition in conditions.items():
        measures[kind] = change.abs().sum(where=condition).fill_null(0)
        measures[f"{kind}_n"] = condition.sum().fill_null(0)
    by_place = both.group_by("place").agg(**{name: value.cast("int64") for name, value in measures.items()})
    joined = order.join(by_place, "place", how="left").filter(_.place > 0)
    shown = {name: joined[name].fill_null(0) for name in measures}
    return joined.select(month=joined.point, **shown).order_by("month")


def _debuts(portfolio: Portfolio, worth: Any, order: Any) -> Any:
    """Table ``account_id, debut``: the place of the month in which an account first paid, even if it left within it."""
    if ledger.convention(portfolio) != ledger.CONTRACT:
        return worth.group_by("account_id").agg(debut=_.place.min())
    firsts = ledger.priced(portfolio).group_by("account_id").agg(since=_.start_date.min())
    place = order.view()
    reached = firsts.join(place, place.point >= firsts.since)
    return reached.group_by("account_id").agg(debut=_.place.min())


def _held(portfolio: Portfolio, both: Any, order: Any, points: Sequence[date]) -> tuple[Any, Any]:
    """The movements and the test that an account is on pause at the end of its month."""
    marks = ledger.paused(portfolio, points)
    if marks is None:
        return both, ibis.literal(False)
    marked = marks.join(order.view(), "point").select(on_hold=_.account_id, hold_place=_.place).view()
    both = both.left_join(marked, (both.account_id == marked.on_hold) & (both.place == marked.hold_place))
    return both, both.on_hold.notnull()
