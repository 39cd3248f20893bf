"""Cohorts and the movement bridge over the ledger: who was worth what on two days, and what changed month by month.

The bridge is made from change intervals: a price that begins or ends is one event in one month, and running sums
over the events of an account give what it was worth before and after. Invoice lines and several currencies, where
every month has its own amount, go through a row per account and month. Both give the same table and one set of rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis import _

from tools import ledger
from tools.portfolio import Portfolio
from tools.reading import Window


def cohort(portfolio: Portfolio, window: Window) -> Any:
    """Table ``account_id, opening, closing`` (ticks), ``held`` (on pause at the end) of every account with either.

    Both ends in the rate of the window's opening day. ``client_opening, client_closing`` are those of the paying
    client, the account itself unless the level is below it.
    """
    worth = units(portfolio, [window.opening, window.closing], rate_of=window.opening)
    at_opening = worth.point == ledger.literal(window.opening)
    accounts = worth.group_by("account_id", "client_id").agg(
        opening=worth.ticks.sum(where=at_opening).fill_null(0).cast("int64"),
        closing=worth.ticks.sum(where=~at_opening).fill_null(0).cast("int64"),
    )
    accounts = _with_client(portfolio, accounts)
    names = ("account_id", "opening", "closing", "client_opening", "client_closing")
    marks = held_at(portfolio, [window.closing])
    if marks is None:
        return accounts.select(*names, held=ibis.literal(False))
    marks = marks.select(on_hold=_.account_id).distinct()
    joined = accounts.left_join(marks, accounts.account_id == marks.on_hold)
    return joined.select(*names, held=joined.on_hold.notnull())


def units(portfolio: Portfolio, points: Sequence[date], *, rate_of: date | None = None) -> Any:
    """Table ``account_id, client_id, point, ticks``: worth above zero of each unit of the portfolio's level."""
    if not ledger.below(portfolio):
        return ledger.state(portfolio, points, rate_of=rate_of).mutate(client_id=_.account_id)
    native = ledger.native(portfolio, points)
    found = ledger.in_one_currency(portfolio, native, ledger.source(portfolio), points=points, on=rate_of)
    return found.filter(found.ticks > 0)


def _with_client(portfolio: Portfolio, accounts: Any) -> Any:
    if not ledger.below(portfolio):
        return accounts.mutate(client_opening=accounts.opening, client_closing=accounts.closing)
    client = ibis.window(group_by="client_id")
    return accounts.mutate(
        client_opening=accounts.opening.sum().over(client), client_closing=accounts.closing.sum().over(client)
    )


def held_at(portfolio: Portfolio, points: Sequence[date]) -> Any | None:
    """Table ``account_id, point`` of accounts whose zero on a day is no loss: a pause, or an invoice that is late."""
    if ledger.basis(portfolio) == ledger.CONTRACT:
        return ledger.paused(portfolio, points)
    return ledger.late_invoices(portfolio, points)


def cohort_totals(portfolio: Portfolio, window: Window) -> tuple[dict[str, int], str]:
    """One row over the accounts with opening revenue: opening, kept, capped (ticks), n, lost; and its SQL.

    Below the paying client a unit of a client with opening revenue counts, and is lost only with its client.
    """
    key = ("totals", window)
    if key not in portfolio.memo:
        sql = portfolio.text(key, lambda: _totals(cohort(portfolio, window)))
        portfolio.memo[key] = (_summed(_cohort_rows(portfolio, window)), sql)
    found: tuple[dict[str, int], str] = portfolio.memo[key]
    return found


def _totals(accounts: Any) -> Any:
    accounts = accounts.filter(accounts.client_opening > 0)
    lost = (accounts.opening > 0) & (accounts.client_closing == 0) & ~accounts.held
    came_back = (accounts.opening == 0).sum()
    return accounts.agg(
        opening=_.opening.sum().fill_null(0),
        kept=_.closing.sum().fill_null(0),
        capped=ibis.least(_.opening, _.closing).sum().fill_null(0),
        n=_.count() - came_back.fill_null(0),
        lost=lost.sum().fill_null(0),
    )


def _cohort_rows(portfolio: Portfolio, window: Window) -> pa.Table:
    """`cohort` of the accounts (below the client: of the clients) with opening revenue, by account; asked once."""
    key = ("cohort", window)
    if key not in portfolio.memo:
        base = ledger.base_of(portfolio)
        if base is None:
            found = cohort(portfolio, window)
            portfolio.memo[key] = portfolio.run(found.filter(found.client_opening > 0).order_by("account_id"))
        else:
            portfolio.memo[key] = ledger.cut(portfolio, _cohort_rows(base, window))
    rows: pa.Table = portfolio.memo[key]
    return rows


def _summed(rows: pa.Table) -> dict[str, int]:
    opening, closing, client_closing = (
        rows[name].to_numpy().astype("int64") for name in ("opening", "closing", "client_closing")
    )
    held = rows["held"].to_numpy(zero_copy_only=False).astype(bool)
    return {
        "opening": int(opening.sum()),
        "kept": int(closing.sum()),
        "capped": int(np.minimum(opening, closing).sum()),
        "n": int((opening > 0).sum()),
        "lost": int(((opening > 0) & (client_closing == 0) & ~held).sum()),
    }


def cohort_accounts(portfolio: Portfolio, window: Window) -> list[tuple[str, int, int]]:
    """Account, opening and closing ticks of every account with opening revenue (or of a client with it), by account."""
    rows = _cohort_rows(portfolio, window)
    money = (rows[name].cast("int64").to_pylist() for name in ("opening", "closing"))
    return list(zip(rows["account_id"].to_pylist(), *money, strict=True))


def paid_before(portfolio: Portfolio, day: date) -> Any:
    """Table ``known_account`` of the accounts (below it, of clients) that had paid before a day."""
    if ledger.basis(portfolio) == ledger.CONTRACT:
        rows = ledger.priced(portfolio)
        return rows.filter(rows.start_date < ledger.literal(day)).select(known_account=rows.account_id).distinct()
    parts = ledger.recognised(portfolio)
    parts = parts.filter(parts.month < ledger.literal(day), parts.ticks > 0)
    return parts.select(known_account=parts.account_id).distinct()


KINDS = ("new", "reactivation", "expansion", "contraction", "churn")
GAINS = ("new", "reactivation", "expansion")
LOSSES = ("contraction", "churn")


@dataclass(frozen=True, slots=True)
class Bridge:
    """Movements by month: a table ``month`` (its closing day), then ``<kind>`` ticks and ``<kind>_n`` accounts.

    ``fx`` is the change from exchange rates; ``foreign`` says whether there can be any.
    """

    windows: list[Window]
    rows: pa.Table
    sql: str
    foreign: bool = False


def movement_bridge(portfolio: Portfolio) -> Bridge:
    """The movement bridge of every month: start + new + reactivation + expansion - contraction - churn + fx = end.

    That of a listed part of a base is summed from the changes of the whole base, which are asked once.
    """
    if "bridge" not in portfolio.memo:
        base = ledger.base_of(portfolio)
        windows = ledger.months(base or portfolio)
        foreign = len(ledger.currencies(base or portfolio, ledger.source(portfolio))) > 1
        sql = portfolio.text("bridge", lambda: movements(portfolio, windows))
        rows = portfolio.run(movements(portfolio, windows)) if base is None else _part_of(base, portfolio, windows)
        portfolio.memo["bridge"] = Bridge(windows, rows, sql, foreign)
    found: Bridge = portfolio.memo["bridge"]
    return found


CHANGED = "changed_rows"


def _part_of(base: Portfolio, portfolio: Portfolio, windows: list[Window]) -> pa.Table:
    if CHANGED not in base.memo:
        base.memo[CHANGED] = base.run(moved(base, windows))
    changes: pa.Table = base.memo[CHANGED]
    table = ibis.table(ibis.memtable(changes.slice(0, 0)).schema(), name=CHANGED)
    summed = portfolio.text(CHANGED, lambda: _summed_by_month(table, windows), dialect=portfolio.engine.dialect)
    return portfolio.query(summed, extra={CHANGED: ledger.cut(portfolio, changes)})


def movements(portfolio: Portfolio, windows: list[Window]) -> Any:
    """Table ``month, start, <kind>…, fx, end`` and their numbers of accounts, one row per window, in order."""
    return _summed_by_month(moved(portfolio, windows), windows)


def _summed_by_month(changed: Any, windows: list[Window]) -> Any:
    by_place = changed.group_by("place").agg(**_measures(changed))
    order = ledger.places([windows[0].opening, *(window.closing for window in windows)])
    joined = order.left_join(by_place, "place").select("point", *(c for c in by_place.columns), at=order.place)
    counts = [name for name in by_place.columns if name != "place"]
    filled = joined.select("point", "at", **{name: joined[name].fill_null(0) for name in counts})
    run = ibis.window(order_by="at", preceding=None, following=0)
    ends = filled.mutate(end=filled.net.sum().over(run).cast("int64"), end_n=filled.net_n.sum().over(run).cast("int64"))
    ends = ends.mutate(start=ends.end - ends.net, start_n=ends.end_n - ends.net_n).filter(_.at > 0)
    kinds = [name for kind in ("start", *KINDS, "fx", "end") for name in (kind, f"{kind}_n")]
    return ends.select("point", *kinds).rename(month="point").order_by("month")


def moved(portfolio: Portfolio, windows: list[Window]) -> Any:
    """Table of every account and month in which its worth changed: ``opening, closing, now`` and what kind it may be."""
    single = len(ledger.currencies(portfolio, ledger.source(portfolio))) < 2
    if single and ledger.basis(portfolio) == ledger.CONTRACT:
        both = _from_changes(portfolio, windows)
    else:
        both = _from_months(portfolio, windows)
    return _held(portfolio, both, windows)


def _from_changes(portfolio: Portfolio, windows: list[Window]) -> Any:
    """Opening and closing worth by account and month of change, from the days on which prices begin and end."""
    events = ledger.changes(portfolio, windows)
    if ledger.level(portfolio) == "holding":
        events = events.group_by("account_id", "place").agg(delta=_.delta.sum(), begun=_.begun.sum())
        events = events.mutate(client_id=_.account_id)
    both = _running(events, "account_id")
    if not ledger.below(portfolio):
        return both.mutate(client_opening=both.opening, client_closing=both.closing)
    clients = events.group_by("client_id", "place").agg(delta=_.delta.sum(), begun=_.begun.sum())
    clients = _running(clients, "client_id").select(
        c_client=_.client_id, c_place=_.place, client_opening=_.opening, client_closing=_.closing, debut=_.debut
    )
    joined = both.join(clients, (both.client_id == clients.c_client) & (both.place == clients.c_place))
    names = ("account_id", "client_id", "place", "opening", "closing", "now")
    return joined.select(*names, "client_opening", "client_closing", debut=clients.debut)


def _running(events: Any, who: str) -> Any:
    run = ibis.window(group_by=who, order_by="place", preceding=None, following=0)
    all_of_it = ibis.window(group_by=who)
    began = ibis.ifelse(events.begun > 0, events.place, None)
    both = events.mutate(
        closing=events.delta.sum().over(run).cast("int64"), debut=began.min().over(all_of_it).cast("int64")
    )
    both = both.mutate(opening=both.closing - both.delta, now=both.closing)
    return both.drop("delta", "begun")


def _from_months(portfolio: Portfolio, windows: list[Window]) -> Any:
    """Opening and closing worth by account and month, from a row per account, currency and month."""
    points = [windows[0].opening, *(window.closing for window in windows)]
    order = ledger.places(points)
    worth = ledger.native(portfolio, points)
    worth = worth.join(order, "point").select("account_id", "client_id", "currency", "point", "place", "ticks")
    if len(ledger.currencies(portfolio, ledger.source(portfolio))) > 1:
        worth = _priced(portfolio, worth, points)
    else:
        worth = worth.mutate(then=_.ticks, now=_.ticks)
    if ledger.level(portfolio) == "holding":
        worth = worth.mutate(client_id=_.account_id)
    names = ("account_id", "client_id")
    worth = worth.group_by(*names, "place").agg(then=_.then.sum(), now=_.now.sum())
    worth = worth.filter(worth.now > 0)
    zero = ibis.literal(0, "int64")
    after = worth.select(*names, place=worth.place + 1, opening=worth.now, closing=zero, now=zero)
    here = worth.select(*names, place=worth.place, opening=zero, closing=worth.then, now=worth.now)
    both = after.filter(_.place < len(points)).union(here).group_by(*names, "place")
    both = both.agg(**{name: _[name].sum().cast("int64") for name in ("opening", "closing", "now")})
    return _with_debut(portfolio, both, windows)


def _priced(portfolio: Portfolio, worth: Any, points: Sequence[date]) -> Any:
    """Each amount in the rate of its month's opening day (``then``) and of its own day (``now``)."""
    rates = ledger.rates_on(portfolio, ledger.source(portfolio), points).view()
    order = ledger.places(points).view()
    rates = rates.join(order, rates.rate_point == order.point)
    rates = rates.select(rate_currency=rates.rate_currency, rate_place=rates.place, rate=rates.rate)
    now = worth.join(rates, (worth.currency == rates.rate_currency) & (worth.place == rates.rate_place))
    now = now.select(*worth.columns, now=ledger.converted(now.ticks, now.rate))
    before = rates.view()
    opening = ibis.greatest(now.place - 1, 0)
    both = now.join(before, (now.currency == before.rate_currency) & (opening == before.rate_place))
    return both.select(*now.columns, then=ledger.converted(both.ticks, both.rate))


def _with_debut(portfolio: Portfolio, both: Any, windows: list[Window]) -> Any:
    """``client_opening, client_closing`` and ``debut``: the month in which the client first paid."""
    who = "client_id" if ledger.below(portfolio) else "account_id"
    client = ibis.window(group_by=[who, "place"])
    paying = ibis.ifelse(both.closing > 0, both.place, None)
    both = both.mutate(
        client_opening=both.opening.sum().over(client).cast("int64"),
        client_closing=both.closing.sum().over(client).cast("int64"),
        debut=paying.min().over(ibis.window(group_by=who)).cast("int64"),
    )
    if ledger.basis(portfolio) != ledger.CONTRACT:
        return both
    firsts = ledger.priced(portfolio)
    firsts = firsts.mutate(client_id=ledger.client_of(firsts)).group_by(who)
    firsts = firsts.agg(begun=ledger.place_of(_.start_date.min(), windows)).view()
    joined = both.join(firsts, both[who] == firsts[who])
    names = [name for name in both.columns if name != "debut"]
    return joined.select(*(both[name] for name in names), debut=ibis.least(both.debut, firsts.begun))


def _held(portfolio: Portfolio, both: Any, windows: list[Window]) -> Any:
    """The movements with ``held`` (zero, but no loss) and ``resumed`` (back after a late invoice, no return)."""
    points = [windows[0].opening, *(window.closing for window in windows)]
    marks = held_at(portfolio, points)
    if marks is None:
        return both.mutate(held=ibis.literal(False), resumed=ibis.literal(False))
    order = ledger.places(points).view()
    marked = marks.join(order, marks.point == order.point)
    marked = marked.select(on_hold=marks.account_id, hold_place=order.place).distinct().view()
    names = both.columns
    both = both.left_join(marked, (both.account_id == marked.on_hold) & (both.place == marked.hold_place))
    both = both.select(*names, "on_hold").mutate(held=_.on_hold.notnull()).drop("on_hold")
    if ledger.basis(portfolio) == ledger.CONTRACT:
        return both.mutate(resumed=ibis.literal(False))
    before = marked.select(on_hold=marked.on_hold, hold_place=marked.hold_place + 1).view()
    both = both.left_join(before, (both.account_id == before.on_hold) & (both.place == before.hold_place))
    return both.select(*names, "held", resumed=both.on_hold.notnull())


def _measures(both: Any) -> dict[str, Any]:
    change = both.closing - both.opening
    born = (both.client_opening == 0) & (both.closing > 0) & ~both.resumed
    conditions = {
        "new": born & (both.place == both.debut),
        "reactivation": born & (both.place > both.debut),
        "expansion": (change > 0) & ((both.client_opening > 0) | both.resumed),
        "contraction": (change < 0) & ((both.client_closing > 0) | both.held),
        "churn": (both.opening > 0) & (both.client_closing == 0) & ~both.held,
    }
    foreign = both.now - both.closing
    measures: dict[str, Any] = {"net": (both.now - both.opening).sum()}
    measures["net_n"] = (both.now > 0).sum() - (both.opening > 0).sum()
    for kind, condition in conditions.items():
        measures[kind] = change.abs().sum(where=condition)
        measures[f"{kind}_n"] = condition.sum()
    measures["fx"], measures["fx_n"] = foreign.sum(), (foreign != 0).sum()
    return {name: value.fill_null(0).cast("int64") for name, value in measures.items()}
