"""Recurring prices in force, from subscriptions: late renewals closed, long-unpaid clients out, pauses told apart."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis
from ibis import _

from tools.ledger.calendar import days, literal, place_of, shifted
from tools.ledger.money import client_of, currency_of, ticks
from tools.portfolio import Portfolio
from tools.reading import Window

FOREVER = date(9999, 12, 31)
PAST_DUE_COUNTS = "past_due_counts"


def priced(portfolio: Portfolio) -> Any:
    """Subscriptions that count: of a client, with a price, no trial, not paused."""
    table = portfolio.table("subscriptions")
    counts = (table.mrr > 0) & ~table.is_trial.fill_null(False) & (table.status.fill_null("") != "paused")
    return table.filter(table.account_id.notnull() & counts)


def covered(portfolio: Portfolio) -> Any:
    """Table ``account_id, client_id, currency, start_date, end_date, ticks`` of prices in force.

    A gap of at most the policy's ``late_renewal_days`` between periods of one client is a late renewal: the price
    that ended stands until the next begins (metrics §1.2). A gap in which a pause was recorded is that pause.
    """
    rows = _periods(portfolio)
    if late_renewals(portfolio.base) == 0:
        return rows
    found = _gaps(portfolio, rows.view()).view()
    joined = rows.left_join(found, (rows.client_id == found.late_client) & (rows.end_date == found.since))
    names = ("account_id", "client_id", "currency", "start_date", "ticks")
    both = joined.select(*names, "end_date", "until")
    return both.mutate(end_date=ibis.coalesce(both.until, both.end_date)).drop("until")


def late_renewals(portfolio: Portfolio) -> int:
    """Number of gaps between periods of one client short enough to be late renewals."""
    if "late renewals" not in portfolio.memo:
        found = portfolio.run(_gaps(portfolio, _periods(portfolio)).count().name("n").as_table())
        portfolio.memo["late renewals"] = int(found.column(0)[0].as_py())
    return int(portfolio.memo["late renewals"])


def _periods(portfolio: Portfolio) -> Any:
    table = priced(portfolio)
    rows = table.select(
        "account_id",
        "start_date",
        "end_date",
        client_id=client_of(table),
        currency=currency_of(portfolio, table),
        ticks=ticks(table.mrr),
    )
    return rows.filter(rows.start_date.notnull(), rows.end_date.isnull() | (rows.end_date > rows.start_date))


def _gaps(portfolio: Portfolio, rows: Any) -> Any:
    """Table ``late_client, since, until`` of the days between periods of one client that are a late renewal."""
    rows = rows.select("client_id", "start_date", ends=rows.end_date.fill_null(literal(FOREVER)))
    before = ibis.window(group_by="client_id", order_by=["start_date", "ends"], preceding=(None, 1))
    rows = rows.mutate(paid_to=rows.ends.max().over(before))
    limit = shifted(rows.paid_to, int(portfolio.policy["late_renewal_days"]))
    late = rows.filter(rows.paid_to.notnull(), rows.paid_to < rows.start_date, rows.start_date <= limit)
    late = late.select(late_client=_.client_id, since=_.paid_to, until=_.start_date).distinct()
    if not portfolio.base.pauses:
        return late
    table = pauses(portfolio)
    rest = table.select(rests=table.client_id, rest_from=table.start_date)
    inside = (rest.rest_from >= late.since) & (rest.rest_from < late.until)
    return late.anti_join(rest, (late.late_client == rest.rests) & inside)


def unpaid(portfolio: Portfolio) -> Any | None:
    """Table ``late_client, since, until`` (days) while a client is past due longer than the policy's days.

    None where invoices carry no due and payment dates, or none was that late. Metrics §1.1: involuntary churn.
    """
    dated = portfolio.base.has("invoices", "due_date") and portfolio.base.has("invoices", "paid_date")
    if not dated or portfolio.convention == PAST_DUE_COUNTS:
        return None
    if "unpaid" not in portfolio.base.memo:
        found = portfolio.base.run(_unpaid_spans(portfolio.base).count().name("n").as_table())
        portfolio.base.memo["unpaid"] = int(found.column(0)[0].as_py())
    return _unpaid_spans(portfolio) if portfolio.base.memo["unpaid"] else None


def _unpaid_spans(portfolio: Portfolio) -> Any:
    table = portfolio.table("invoices").filter(_.account_id.notnull(), _.due_date.notnull(), _.amount > 0)
    spans = table.select(
        late_client=client_of(table),
        since=shifted(table.due_date, int(portfolio.policy["overdue_days"]) + 1),
        until=table.paid_date.fill_null(literal(FOREVER)),
    )
    assert portfolio.as_of is not None
    return spans.filter(spans.until > spans.since, spans.since <= literal(portfolio.as_of)).distinct()


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
    meet in one row. ``begun`` is above zero where a price began. One currency only.
    """
    rows = covered(portfolio)
    zero, one = ibis.literal(0, "int64"), ibis.literal(1, "int64")
    gone = rows.filter(rows.end_date < literal(windows[-1].end))
    names = ("account_id", "client_id")
    starts = rows.select(*names, place=place_of(rows.start_date, windows), delta=rows.ticks, late=zero, begun=one)
    ends = gone.select(*names, place=place_of(gone.end_date, windows), delta=-gone.ticks, late=zero, begun=zero)
    late = unpaid(portfolio)
    events = starts.union(ends) if late is None else starts.union(ends).union(_lateness(rows, late, windows))
    sums = {"delta": _.delta.sum().cast("int64"), "begun": _.begun.sum().cast("int64")}
    if late is not None:
        return _while_paid(events.group_by(*names, "place").agg(**sums, late=_.late.sum().cast("int64")))
    if portfolio.level != "account":
        return events.group_by(*names, "place").agg(**sums)
    found = events.group_by("account_id", "place").agg(**sums)  # here the client is the account: one key is enough
    return found.select("account_id", "place", "delta", "begun", client_id=found.account_id)


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


def pauses(portfolio: Portfolio) -> Any:
    """Table ``account_id, client_id, start_date, end_date`` of pauses; rows that follow one another are one pause.

    A pause written as a row a billing period is one, from its first day to its last; one without an end lasts.
    """
    table = portfolio.table("subscriptions").filter(
        _.account_id.notnull(), _.status == "paused", _.start_date.notnull()
    )
    rows = table.select(
        "account_id", "start_date", client_id=client_of(table), end_date=table.end_date.fill_null(literal(FOREVER))
    )
    rows = rows.filter(rows.end_date > rows.start_date)
    unit = {"group_by": ["account_id", "client_id"], "order_by": ["start_date", "end_date"]}
    rows = rows.mutate(reached=rows.end_date.max().over(ibis.window(**unit, preceding=(None, 1))))
    fresh = rows.reached.isnull() | (rows.start_date > shifted(rows.reached, 1))
    rows = rows.mutate(fresh=ibis.ifelse(fresh, 1, 0))
    rows = rows.mutate(number=rows.fresh.sum().over(ibis.window(**unit, preceding=None, following=0)))
    spans = rows.group_by("account_id", "client_id", "number")
    return spans.agg(start_date=_.start_date.min(), end_date=_.end_date.max())


def paused(portfolio: Portfolio, points: Sequence[date]) -> Any | None:
    """Table ``account_id, point`` of the accounts on a pause not longer than the policy's days; None without pauses."""
    if not portfolio.base.pauses or not portfolio.base.has("subscriptions"):
        return None
    table = pauses(portfolio)
    point = days(points)
    since = (point.point.cast("timestamp") - ibis.interval(days=int(portfolio.policy["pause_days"]))).date()
    point = point.mutate(since=since)
    held = table.join(
        point,
        (table.start_date <= point.point) & (table.start_date >= point.since) & (table.end_date > point.point),
    )
    return held.select("account_id", "point").distinct()


def pause_ends(portfolio: Portfolio, windows: Sequence[Window]) -> Any | None:
    """Table ``account_id, client_id, place``: the window in which each pause ends or its days run out; None without pauses."""
    if not portfolio.base.pauses or not portfolio.base.has("subscriptions"):
        return None
    table = pauses(portfolio)
    stop = ibis.least(shifted(table.start_date, int(portfolio.policy["pause_days"]) + 1), table.end_date)
    found = table.select("account_id", "client_id", stop=stop)
    found = found.filter(found.stop < literal(windows[-1].end))
    return found.select("account_id", "client_id", place=place_of(found.stop, windows)).distinct()


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
