"""Recurring prices in force, from subscriptions: the worth of accounts on a day, and its changes by month and by day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis
from ibis import _

from tools.ledger.calendar import days, literal, place_of
from tools.ledger.periods import covered, unpaid
from tools.portfolio import Portfolio
from tools.reading import Window


def contract_worth(portfolio: Portfolio, points: Sequence[date]) -> Any:
    """Table ``account_id, client_id, currency, point, ticks``: prices in force on each day, in their own currency."""
    rows, point = covered(portfolio), days(points)
    active = rows.join(
        point, (rows.start_date <= point.point) & (rows.end_date.isnull() | (rows.end_date > point.point))
    )
    late = unpaid(portfolio)
    if late is not None:
        moment = days(points).view()
        marks = late.join(moment, (late.since <= moment.point) & (late.until > moment.point))
        marks = marks.select(late_client=marks.late_client, late_point=marks.point).distinct()
        active = active.anti_join(marks, (active.client_id == marks.late_client) & (active.point == marks.late_point))
    return active.group_by("account_id", "client_id", "currency", "point").agg(ticks=_.ticks.sum())


def changes(portfolio: Portfolio, windows: Sequence[Window]) -> Any:
    """Table ``account_id, client_id, place, delta, begun``: change of worth by the window in which it happened.

    Made of the days on which a price begins or ends, never of a row per month: a start and an end inside one window
    meet in one row. ``begun`` is above zero where a price began to count. One currency only.
    """
    rows = covered(portfolio)
    zero, one = ibis.literal(0, "int64"), ibis.literal(1, "int64")
    gone = rows.filter(rows.end_date < literal(windows[-1].end))
    names = ("account_id", "client_id")
    late = unpaid(portfolio)
    begun = one if late is None else zero
    starts = rows.select(*names, place=place_of(rows.start_date, windows), delta=rows.ticks, late=zero, begun=begun)
    ends = gone.select(*names, place=place_of(gone.end_date, windows), delta=-gone.ticks, late=zero, begun=zero)
    events = starts.union(ends)
    if late is not None:
        first = first_paid(rows, late)
        paid = first.filter(first.day < literal(windows[-1].end))
        paid = paid.select(*names, place=place_of(paid.day, windows), delta=zero, late=zero, begun=one)
        events = events.union(_lateness(rows, late, windows)).union(paid)
    sums = {"delta": _.delta.sum().cast("int64"), "begun": _.begun.sum().cast("int64")}
    if late is not None:
        return _while_paid(events.group_by(*names, "place").agg(**sums, late=_.late.sum().cast("int64")))
    if portfolio.level != "account":
        return events.group_by(*names, "place").agg(**sums)
    found = events.group_by("account_id", "place").agg(**sums)  # here the client is the account: one key is enough
    return found.select("account_id", "place", "delta", "begun", client_id=found.account_id)


def first_paid(rows: Any, late: Any) -> Any:
    """Table ``account_id, client_id, day``: days on which prices begin to count, none while the client is long unpaid."""
    names = ("account_id", "client_id")
    again = rows.join(late, rows.client_id == late.late_client)
    again = again.filter(again.until >= again.start_date, again.end_date.isnull() | (again.until < again.end_date))
    days = rows.select(*names, day=rows.start_date).union(again.select(*names, day=again.until)).distinct()
    other = late.view()
    inside = (other.since <= days.day) & (other.until > days.day)
    return days.anti_join(other, (days.client_id == other.late_client) & inside)


def _lateness(rows: Any, late: Any, windows: Sequence[Window]) -> Any:
    units = rows.select("account_id", "client_id").distinct()
    spans = units.join(late, units.client_id == late.late_client)
    zero, names = ibis.literal(0, "int64"), ("account_id", "client_id")

    def steps(day: str, step: int) -> Any:
        inside = spans.filter(spans[day] < literal(windows[-1].end))
        place = ibis.greatest(place_of(inside[day], windows), 0).cast("int64")
        return inside.select(*names, place=place, delta=zero, late=ibis.literal(step, "int64"), begun=zero)

    return steps("since", 1).union(steps("until", -1))


def _while_paid(events: Any) -> Any:
    """The changes of worth when nothing counts while the client is past due."""
    run = ibis.window(group_by=["account_id", "client_id"], order_by="place", preceding=None, following=0)
    step = ibis.window(group_by=["account_id", "client_id"], order_by="place")
    events = events.mutate(ran=events.delta.sum().over(run), behind=events.late.sum().over(run))
    events = events.mutate(worth=ibis.ifelse(events.behind == 0, events.ran, 0).cast("int64"))
    events = events.mutate(delta=events.worth - events.worth.lag().over(step).fill_null(0))
    return events.select("account_id", "client_id", "place", "delta", "begun")


def daily_changes(portfolio: Portfolio) -> Any:
    """Table ``account_id, day, delta``: net change of worth of each account by day; one currency only."""
    rows = covered(portfolio)
    assert portfolio.as_of is not None
    gone = rows.filter(rows.end_date <= literal(portfolio.as_of))
    names = ("account_id", "client_id")
    zero = ibis.literal(0, "int64")
    starts = rows.select(*names, place=rows.start_date, delta=rows.ticks, late=zero, begun=zero)
    ends = gone.select(*names, place=gone.end_date, delta=-gone.ticks, late=zero, begun=zero)
    events, late = starts.union(ends), unpaid(portfolio)
    if late is not None:
        units = rows.select(*names).distinct()
        spans = units.join(late, units.client_id == late.late_client)
        over = spans.filter(spans.until <= literal(portfolio.as_of))
        events = events.union(
            spans.select(*names, place=spans.since, delta=zero, late=zero + 1, begun=zero),
            over.select(*names, place=over.until, delta=zero, late=zero - 1, begun=zero),
        )
    found = events.group_by(*names, "place").agg(delta=_.delta.sum(), late=_.late.sum(), begun=_.begun.sum())
    found = found.drop("late") if late is None else _while_paid(found)
    days_of = found.group_by("account_id", day=found.place).agg(delta=_.delta.sum().cast("int64"))
    return days_of.filter(days_of.delta != 0)
