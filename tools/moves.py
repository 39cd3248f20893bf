"""What changed in the worth of an account month by month, and of what kind it was: expressions over the ledger.

The changes are made from change intervals: a price that begins or ends is one event in one month, and running sums
over the events of an account give what it was worth before and after. Invoice lines and several currencies, where
every month has its own amount, go through a row per account and month. Both give the same table and one set of rules.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis import _

from tools import ledger
from tools.cohorts import held_at
from tools.ledger.prices import Prices, changes_of
from tools.portfolio import Portfolio
from tools.reading import Window


def moved(portfolio: Portfolio, windows: list[Window]) -> Any:
    """Table of every account and month in which its worth changed: ``opening, closing, now`` and what kind it may be."""
    both = _from_changes(portfolio, windows) if _by_events(portfolio) else _from_months(portfolio, windows)
    return _held(portfolio, both, windows)


def _by_events(portfolio: Portfolio) -> bool:
    single = len(ledger.currencies(portfolio, ledger.source(portfolio))) < 2
    return single and ledger.basis(portfolio) == ledger.CONTRACT


def moved_rows(portfolio: Portfolio, windows: list[Window]) -> pa.Table:
    """The rows of `moved`; of prices in hand they are counted here, in the order of client and month."""
    held = ledger.in_hand(portfolio) if _by_events(portfolio) else None
    return portfolio.run(moved(portfolio, windows)) if held is None else _ran(held, windows)


def _ran(held: Prices, windows: list[Window]) -> pa.Table:
    """The rows of `moved` of whole clients: none on pause, none resumed."""
    found = changes_of(held, windows)
    account, no = held.clients.take(pa.array(found.who)), pa.array(np.zeros(len(found.who), dtype=bool))
    opening, closing = pa.array(found.opening), pa.array(found.closing)
    debut = pa.array(found.debut, mask=found.place < found.debut)
    both = {"account_id": account, "client_id": account, "place": pa.array(found.place, pa.int64())}
    both |= {"opening": opening, "closing": closing, "now": closing, "debut": debut}
    both |= {"client_opening": opening, "client_closing": closing}
    return pa.table(both | dict.fromkeys(("held", "resumed", "lapsed"), no))


def _from_changes(portfolio: Portfolio, windows: list[Window]) -> Any:
    """Opening and closing worth by account and month of change, from the days on which prices begin and end."""
    events = ledger.changes(portfolio, windows)
    ended = ledger.pause_ends(portfolio, windows)
    if ended is not None:  # no change of worth, but a client may be lost here
        zero = ibis.literal(0, "int64")
        events = events.union(ended.mutate(delta=zero, begun=zero).select(*events.columns))
        events = events.group_by("account_id", "client_id", "place").agg(
            delta=_.delta.sum().cast("int64"), begun=_.begun.sum().cast("int64")
        )
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
    """The worth of each ``who`` before and after its events of a place, and ``debut``: where it first paid."""
    run = ibis.window(group_by=who, order_by="place", preceding=None, following=0)
    began = ibis.ifelse(events.begun > 0, events.place, None)
    both = events.mutate(closing=events.delta.sum().over(run).cast("int64"), debut=began.min().over(run).cast("int64"))
    both = both.mutate(opening=both.closing - both.delta, now=both.closing)
    return both.select(*(name for name in both.columns if name not in ("delta", "begun")))


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
    rows = after.filter(_.place < len(points)).union(here)
    ended = ledger.pause_ends(portfolio, windows) if ledger.basis(portfolio) == ledger.CONTRACT else None
    if ended is not None:
        if ledger.level(portfolio) == "holding":
            ended = ended.mutate(client_id=_.account_id)
        rows = rows.union(ended.mutate(opening=zero, closing=zero, now=zero).select(*rows.columns))
    both = rows.group_by(*names, "place")
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
    firsts, late = ledger.priced(portfolio), ledger.unpaid(portfolio)
    firsts = firsts.mutate(client_id=ledger.client_of(firsts))
    began = firsts.select(who, day=firsts.start_date) if late is None else ledger.first_paid(firsts, late)
    firsts = began.group_by(who).agg(begun=ledger.place_of(_.day.min(), windows)).view()
    joined = both.left_join(firsts, both[who] == firsts[who])
    names = [name for name in both.columns if name != "debut"]
    debut = ibis.coalesce(ibis.least(both.debut, firsts.begun), both.debut, firsts.begun)
    return joined.select(*(both[name] for name in names), debut=debut)


def _held(portfolio: Portfolio, both: Any, windows: list[Window]) -> Any:
    """The movements with ``held`` (zero, but no loss) and ``resumed`` (back after a late invoice, no return)."""
    points = [windows[0].opening, *(window.closing for window in windows)]
    marks = held_at(portfolio, points)
    if marks is None:
        no = ibis.literal(False)
        return both.mutate(held=no, resumed=no, lapsed=no)
    order = ledger.places(points).view()
    marked = marks.join(order, marks.point == order.point)
    marked = marked.select(on_hold=marks.account_id, hold_place=order.place).distinct().view()
    names = both.columns
    both = both.left_join(marked, (both.account_id == marked.on_hold) & (both.place == marked.hold_place))
    both = both.select(*names, "on_hold").mutate(held=_.on_hold.notnull()).drop("on_hold")
    if ledger.basis(portfolio) == ledger.CONTRACT:
        return _lapsing(both).select(*names, "held", resumed=ibis.literal(False), lapsed=_.lapsed)
    before = marked.select(on_hold=marked.on_hold, hold_place=marked.hold_place + 1).view()
    both = both.left_join(before, (both.account_id == before.on_hold) & (both.place == before.hold_place))
    return both.select(*names, "held", resumed=both.on_hold.notnull(), lapsed=ibis.literal(False))


def _lapsing(both: Any) -> Any:
    """``lapsed``: the first month without a pause after the pause in which the worth fell to zero, with nothing paid."""
    before = {"preceding": (None, 1), "group_by": "account_id", "order_by": "place"}
    fell, at = (both.opening > 0) & (both.closing == 0), both.place
    loose = (both.opening == 0) & (both.closing == 0) & ~both.held
    both = both.mutate(
        fell_at=ibis.ifelse(fell, at, None).max().over(ibis.window(**before)),
        paused_at=ibis.ifelse(fell & both.held, at, None).max().over(ibis.window(**before)),
        loose_at=ibis.ifelse(loose, at, None).max().over(ibis.window(**before)),
    )
    first = (_.fell_at == _.paused_at) & (_.loose_at.isnull() | (_.loose_at < _.fell_at))
    unpaid = (_.client_opening == 0) & (_.client_closing == 0)
    return both.mutate(lapsed=(unpaid & ~_.held & first).fill_null(False))


def conditions(both: Any) -> dict[str, Any]:
    """Of what kind a change is: expressions of a table, or arrays of its columns."""
    change = both.closing - both.opening
    born = (both.client_opening == 0) & (both.closing > 0) & ~both.resumed
    return {
        "new": born & (both.place == both.debut),
        "reactivation": born & (both.place > both.debut),
        "expansion": (change > 0) & ((both.client_opening > 0) | both.resumed),
        "contraction": (change < 0) & ((both.client_closing > 0) | both.held),
        "churn": (both.opening > 0) & (both.client_closing == 0) & ~both.held,
    }
