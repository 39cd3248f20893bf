"""Pauses of subscriptions: their spans, who is on one on a day, and when they end or run out."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis
from ibis import _

from tools.ledger.calendar import FOREVER, days, literal, place_of, shifted
from tools.ledger.money import client_of
from tools.portfolio import Portfolio
from tools.reading import Window


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
