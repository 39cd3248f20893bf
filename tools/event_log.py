"""The event log of contracts: every change of worth on its own day, beside the bridge of month ends (metrics §1.3).

Seen by month ends, a client that left on the third and came back on the twentieth only shrank, and one that came and
left inside a month was never there. The event log counts both; its steps sum to the same change.
"""

from typing import Any

import ibis

from tools import ledger
from tools.ledger.contract import daily_changes
from tools.portfolio import Portfolio
from tools.reading import Window

KINDS = ("new", "reactivation", "expansion", "contraction", "churn")


def log_totals(portfolio: Portfolio, window: Window) -> tuple[dict[str, int], str]:
    """One row over the days of the window: ticks and accounts by kind of step, and its SQL.

    ``opening`` and ``n``: worth and accounts at the opening; ``<kind>`` and ``<kind>_n``: steps; ``old_losses`` and
    ``old_churn_n``: of accounts with opening worth only; ``intra_period``: worth of those that came and left inside.
    """
    key = ("event log", window)
    if key not in portfolio.memo:
        portfolio.memo[key] = portfolio.row(_totals(_steps(portfolio, window), window))
    row, sql = portfolio.memo[key]
    return {name: int(value or 0) for name, value in row.items()}, sql


def _steps(portfolio: Portfolio, window: Window) -> Any:
    """Table of account, day, ``before, after`` of every change, with the account's opening and first day."""
    events = daily_changes(portfolio)
    run = ibis.window(group_by="account_id", order_by="day", preceding=None, following=0)
    every = ibis.window(group_by="account_id")
    steps = events.mutate(after=events.delta.sum().over(run))
    steps = steps.mutate(before=steps.after - steps.delta, first=ibis.ifelse(steps.delta > 0, steps.day, None))
    opened = ibis.ifelse(steps.day < ledger.literal(window.start), steps.delta, 0)
    return steps.mutate(first=steps["first"].min().over(every), opening=opened.sum().over(every))


def _totals(steps: Any, window: Window) -> Any:
    start, end = ledger.literal(window.start), ledger.literal(window.end)
    inside = (steps.day >= start) & (steps.day < end)
    change = steps.after - steps.before
    conditions = {
        "new": (steps.before == 0) & (steps.after > 0) & (steps.day == steps["first"]),
        "reactivation": (steps.before == 0) & (steps.after > 0) & (steps.day > steps["first"]),
        "expansion": (steps.before > 0) & (change > 0),
        "contraction": (change < 0) & (steps.after > 0),
        "churn": (steps.before > 0) & (steps.after == 0),
    }
    old = inside & (steps.opening > 0)
    lost = conditions["churn"]
    measures: dict[str, Any] = {
        "old_losses": change.abs().sum(where=old & (change < 0)),
        "old_churn_n": steps.account_id.nunique(where=old & lost),
        "intra_period": change.abs().sum(where=inside & lost & (steps["first"] >= start)),
        "intra_period_n": steps.account_id.nunique(where=inside & lost & (steps["first"] >= start)),
        "opening": steps.delta.sum(where=steps.day < start),
        "n": steps.account_id.nunique(where=steps.opening > 0),
    }
    for kind, condition in conditions.items():
        measures[kind] = change.abs().sum(where=inside & condition)
        measures[f"{kind}_n"] = steps.account_id.nunique(where=inside & condition)
    return steps.agg(**{name: value.fill_null(0) for name, value in measures.items()})


def possible(portfolio: Portfolio) -> bool:
    """True where each change has its day: contracts in one currency, counted by client, none on pause.

    A pause is no loss, and the log of prices alone does not tell one from the other.
    """
    one = len(ledger.currencies(portfolio, "subscriptions")) < 2
    return (
        ledger.basis(portfolio) == ledger.CONTRACT and one and not ledger.below(portfolio) and not portfolio.base.pauses
    )


__all__ = ["KINDS", "log_totals", "possible"]
