"""What tells a client's health: usage, features, tickets, survey answers, payments; one query each (metrics §5)."""

from datetime import timedelta
from typing import Any

import ibis
from ibis import _

from tools.metrics.orders import on
from tools.portfolio import Portfolio


def usage_change(portfolio: Portfolio) -> dict[str, float]:
    """Usage a day of the last 28 days over that of the 84 days before, by account; 1.0 is steady.

    Accounts seen on too few days before, or not a whole quarter, are left out: a trend of a few events is noise.
    """
    if "usage change" not in portfolio.memo:
        portfolio.memo["usage change"] = _usage_change(portfolio)
    found: dict[str, float] = portfolio.memo["usage change"]
    return found


def _usage_change(portfolio: Portfolio) -> dict[str, float]:
    if portfolio.as_of is None or not portfolio.has("usage"):
        return {}
    usage = portfolio.table("usage")
    middle = on(portfolio.as_of - timedelta(days=28))
    start = on(portfolio.as_of - timedelta(days=112))
    amount = usage.quantity.fill_null(1.0)
    by = usage.group_by("account_id").agg(
        last=amount.sum(where=usage.date > middle).fill_null(0.0),
        before=amount.sum(where=(usage.date > start) & (usage.date <= middle)).fill_null(0.0),
        since=usage.date.min(),
        seen=usage.date.nunique(where=(usage.date > start) & (usage.date <= middle)),
    )
    enough = by.seen >= int(portfolio.policy["usage_min_days"])
    whole = by.filter(by.before > 0, by.since <= start, enough)
    rows = portfolio.run(whole.order_by("account_id")).to_pylist()
    return {row["account_id"]: (row["last"] / 28) / (row["before"] / 84) for row in rows}


def feature_share(portfolio: Portfolio) -> dict[str, float]:
    """Share of the key features used in the last 90 days, 0-1, by account with any usage so far.

    Where no feature is marked as key, every feature counts. The features are those the base used in the last year.
    """
    if portfolio.as_of is None or not portfolio.has("usage", "feature"):
        return {}
    usage = portfolio.table("usage").filter(_.account_id.notnull(), _.quantity.fill_null(1.0) > 0)
    keys, every = _features(portfolio.base)
    if not every:
        return {}
    recent = usage.date > on(portfolio.as_of - timedelta(days=90))
    wanted = recent & usage.is_key.fill_null(False) if keys else recent
    by = usage.group_by("account_id").agg(breadth=usage.feature.nunique(where=wanted))
    return {row["account_id"]: float(row["breadth"]) / (keys or every) for row in portfolio.run(by).to_pylist()}


def _features(base: Portfolio) -> tuple[int, int]:
    """Key features and all features that the base used in the last year."""
    assert base.as_of is not None
    if "features of a year" not in base.memo:
        since = on(base.as_of - timedelta(days=365))
        usage = base.table("usage").filter(_.account_id.notnull(), _.quantity.fill_null(1.0) > 0, _.date > since)
        counted = usage.agg(keys=_.feature.nunique(where=_.is_key.fill_null(False)), every=_.feature.nunique())
        row = base.run(counted).to_pylist()[0]
        base.memo["features of a year"] = int(row["keys"] or 0), int(row["every"] or 0)
    found: tuple[int, int] = base.memo["features of a year"]
    return found


def silent(portfolio: Portfolio) -> set[str]:
    """Accounts that used the product once and not in the last 28 days."""
    if portfolio.as_of is None or not portfolio.has("usage"):
        return set()
    used = portfolio.table("usage").filter(_.account_id.notnull(), _.quantity.fill_null(1.0) > 0)
    last = used.group_by("account_id").agg(last=_.date.max())
    gone = last.filter(last["last"] <= on(portfolio.as_of - timedelta(days=28)))
    return {str(value) for value in portfolio.run(gone.select("account_id")).column(0).to_pylist()}


def support_load(portfolio: Portfolio) -> dict[str, float]:
    """Tickets of ninety days, open critical ones five times, by account; only where the portfolio keeps tickets."""
    if portfolio.as_of is None or not portfolio.has("tickets"):
        return {}
    tickets = portfolio.table("tickets")
    recent = tickets.filter(tickets.opened > on(portfolio.as_of - timedelta(days=90)))
    still = (recent.closed.isnull() | (recent.closed > on(portfolio.as_of))) & critical(recent)
    loads = recent.group_by("account_id").agg(load=recent.count() + 4 * still.sum().fill_null(0))
    found = {row["account_id"]: float(row["load"]) for row in portfolio.run(loads).to_pylist()}
    return {account: found.get(account, 0.0) for account, _name in portfolio.accounts()}


def open_critical(portfolio: Portfolio) -> set[str]:
    """Accounts with a critical ticket open on ``as_of``."""
    if portfolio.as_of is None or not portfolio.has("tickets", "priority"):
        return set()
    tickets = portfolio.table("tickets")
    still = tickets.closed.isnull() | (tickets.closed > on(portfolio.as_of))
    found = tickets.filter(still & critical(tickets), tickets.account_id.notnull()).select("account_id").distinct()
    return {str(value) for value in portfolio.run(found).column(0).to_pylist()}


def critical(tickets: Any) -> Any:
    """True for tickets of critical priority."""
    return tickets.priority == "critical"


def relationship(portfolio: Portfolio) -> dict[str, float]:
    """Last survey answer of a year, 0-100; the mean satisfaction with tickets stands for it where none was answered."""
    if portfolio.as_of is None:
        return {}
    since = on(portfolio.as_of - timedelta(days=365))
    found: dict[str, float] = {}
    if portfolio.has("tickets", "csat"):
        tickets = portfolio.table("tickets").filter(_.opened > since, _.csat >= 1, _.csat <= 5, _.account_id.notnull())
        mean = tickets.group_by("account_id").agg(score=25 * (_.csat.mean() - 1))
        found |= {row["account_id"]: float(row["score"]) for row in portfolio.run(mean).to_pylist()}
    if portfolio.has("surveys"):
        surveys = portfolio.table("surveys").filter(_.date > since, _.score >= 0, _.score <= 10)
        newest = [ibis.desc("date"), ibis.desc("source_file"), ibis.desc("source_row")]
        place = ibis.row_number().over(ibis.window(group_by="account_id", order_by=newest))
        last = surveys.mutate(place=place).filter(_.place == 0).select("account_id", "score")
        found |= {row["account_id"]: 10.0 * row["score"] for row in portfolio.run(last).to_pylist()}
    return found


def days_late(portfolio: Portfolio) -> dict[str, float]:
    """Worst days past due on ``as_of`` over the unpaid documents, by account with due dates; 0 where none is late."""
    if portfolio.as_of is None or not (
        portfolio.has("invoices", "due_date") and portfolio.has("invoices", "paid_date")
    ):
        return {}
    lines = portfolio.table("invoices").filter(_.account_id.notnull(), _.due_date.notnull(), _.amount > 0)
    unpaid = lines.paid_date.isnull() | (lines.paid_date > on(portfolio.as_of))
    late = on(portfolio.as_of).delta(lines.due_date, unit="day")
    by = lines.group_by("account_id").agg(late=ibis.greatest(late.max(where=unpaid).fill_null(0), 0))
    return {row["account_id"]: float(row["late"]) for row in portfolio.run(by).to_pylist()}
