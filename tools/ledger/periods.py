"""Periods in which a price is in force, from subscriptions: late renewals closed; and the spans of long-unpaid clients."""

from functools import lru_cache
from typing import Any

import ibis
from ibis import _

from tools.ledger.calendar import FOREVER, literal, shifted
from tools.ledger.money import client_of, counting, currencies, currency_of, ticks
from tools.ledger.pauses import pauses
from tools.ledger.prices import Prices, prices_of
from tools.portfolio import Portfolio
from tools.unbound import TABLES_KEPT

PAST_DUE_COUNTS = "past_due_counts"


def priced(portfolio: Portfolio) -> Any:
    """Subscriptions that count: of a client, with a price, no trial, not paused."""
    return counting(portfolio.table("subscriptions"))


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
        held = in_hand(portfolio)
        if held is None:
            found = portfolio.run(_gaps(portfolio, _periods(portfolio)).count().name("n").as_table())
        portfolio.memo["late renewals"] = int(found.column(0)[0].as_py()) if held is None else held.late_renewals
    return int(portfolio.memo["late renewals"])


def in_hand(portfolio: Portfolio) -> Prices | None:
    """The prices in force, read once; None where only a query tells: of other levels, with pauses, in several currencies."""
    if portfolio.level != "account" or portfolio.base.pauses or len(currencies(portfolio, "subscriptions")) > 1:
        return None
    if "prices" not in portfolio.memo:
        rows = portfolio.run(_dated(priced(portfolio)))
        spans, late_days = unpaid(portfolio), int(portfolio.policy["late_renewal_days"])
        portfolio.memo["prices"] = prices_of(rows, None if spans is None else portfolio.run(spans), late_days)
    found: Prices = portfolio.memo["prices"]
    return found


@lru_cache(maxsize=TABLES_KEPT)
def _dated(table: Any) -> Any:
    rows = table.filter(table.start_date.notnull())
    return rows.select("account_id", "start_date", "end_date", ticks=ticks(rows.mrr))


def _periods(portfolio: Portfolio) -> Any:
    if "periods" not in portfolio.memo:
        table = priced(portfolio)
        rows = table.select(
            "account_id",
            "start_date",
            "end_date",
            client_id=client_of(table),
            currency=currency_of(portfolio, table),
            ticks=ticks(table.mrr),
        )
        lasting = rows.end_date.isnull() | (rows.end_date > rows.start_date)  # `prices_of` says the same of numbers
        portfolio.memo["periods"] = rows.filter(rows.start_date.notnull(), lasting)
    return portfolio.memo["periods"]


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
