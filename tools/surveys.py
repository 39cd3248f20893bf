"""Survey answers of a window as expressions: which are scores, how many of each kind, points by client (metrics §7)."""

from typing import Any

import ibis
from ibis import _

from tools import ledger
from tools.portfolio import Portfolio
from tools.reading import Window


def points(scores: Any) -> Any:
    """A promoter is +100, a detractor -100, a passive 0."""
    return ibis.ifelse(scores >= 9, 100.0, ibis.ifelse(scores <= 6, -100.0, 0.0))


def scored(portfolio: Portfolio, window: Window) -> Any:
    """Table of the window's answers that are a score, nought to ten."""
    table, good = _given(portfolio, window)
    return table.filter(good)


def counted(portfolio: Portfolio, window: Window) -> Any:
    """One row: promoters, passives and detractors of the window, and answers that are no score (``odd``)."""
    table, good = _given(portfolio, window)
    return table.agg(
        promoters=(good & (table.score >= 9)).sum().fill_null(0),
        passives=(good & (table.score >= 7) & (table.score <= 8)).sum().fill_null(0),
        detractors=(good & (table.score <= 6)).sum().fill_null(0),
        odd=(~good).sum().fill_null(0),
    )


def points_by_account(portfolio: Portfolio, window: Window) -> Any:
    """Table ``account_id, points, n``: the sum of a client's points and its answers, by account."""
    named = scored(portfolio, window).filter(_.account_id.notnull())
    by = named.group_by("account_id").agg(points=points(named.score).sum(), n=named.count())
    return by.order_by("account_id")


def _given(portfolio: Portfolio, window: Window) -> tuple[Any, Any]:
    table = portfolio.table("surveys")
    table = table.filter((table.date >= ledger.literal(window.start)) & (table.date < ledger.literal(window.end)))
    return table, (table.score >= 0) & (table.score <= 10)
