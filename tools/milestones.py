"""When each client started, had its first value and left: the dates behind time to value and the journey."""

from typing import Any

import ibis
from ibis import _

from tools import ledger, stats
from tools.portfolio import Portfolio


def journeys(portfolio: Portfolio) -> list[dict[str, Any]]:
    """Per account with a start: ``account_id, start, reached, lost`` (dates or None), by account."""
    if "journeys" in portfolio.memo:
        saved: list[dict[str, Any]] = portfolio.memo["journeys"]
        return saved
    base = ledger.base_of(portfolio)
    kept = _journeys(portfolio) if base is None else _of_part(portfolio, base)
    portfolio.memo["journeys"] = kept
    return kept


def _journeys(portfolio: Portfolio) -> list[dict[str, Any]]:
    assert portfolio.as_of is not None
    rows = starts(portfolio)
    found = portfolio.run(rows.filter(rows.start <= ledger.literal(portfolio.as_of)).order_by("account_id"))
    kept = []
    for row in found.to_pylist():
        gone = row["ended"] if row["open"] is False and row["ended"] and row["ended"] <= portfolio.as_of else None
        kept.append({**row, "lost": gone})
    return kept


def _of_part(portfolio: Portfolio, base: Portfolio) -> list[dict[str, Any]]:
    if "journey of account" not in base.memo:
        base.memo["journey of account"] = {row["account_id"]: row for row in journeys(base)}
    known = base.memo["journey of account"]
    return [known[account] for account in sorted(portfolio.inside or ()) if account in known]


def starts(portfolio: Portfolio) -> Any:
    """Table ``account_id, reached, ended, open, start`` of the accounts with a start: contract, first value, last end."""
    milestones = portfolio.table("milestones")
    value = milestones.filter(_.is_value.fill_null(False) | (_.stage == "first_value"))
    reached = value.group_by("account_id").agg(reached=_.date.min())
    signed = milestones.filter(_.stage == "contract").group_by("account_id").agg(signed=_.date.min())
    subscriptions = portfolio.table("subscriptions")
    paid = subscriptions.group_by("account_id").agg(
        started=_.start_date.min(), ended=_.end_date.max(), open=_.end_date.isnull().any()
    )
    accounts = portfolio.table("accounts").select("account_id", "signup_date")
    joined = accounts.left_join(signed, "account_id").drop("account_id_right")
    joined = joined.left_join(paid, "account_id").drop("account_id_right")
    joined = joined.left_join(reached, "account_id").drop("account_id_right")
    start = ibis.coalesce(joined.signup_date, joined.signed, joined.started)
    return joined.select("account_id", "reached", "ended", "open", start=start).filter(_.start.notnull())


def value_curve(portfolio: Portfolio) -> stats.Incidence:
    """Share of clients that reached the first value by each day from the contract, leavers a competing event."""
    days, events = [], []
    for row in journeys(portfolio):
        stop = row["reached"] or row["lost"] or portfolio.as_of
        days.append(max(0, (stop - row["start"]).days))
        events.append(1 if row["reached"] else 2 if row["lost"] else 0)
    return stats.incidence(days, events)
