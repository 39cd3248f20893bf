"""Revenue recognised in months, from invoice lines: spread by day over the paid period, exact to the tick."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import ibis
from ibis import _

from tools.ledger import rhythm
from tools.ledger.calendar import back, days, month_of, shifted
from tools.ledger.money import client_of, currency_of, ticks
from tools.portfolio import Portfolio

INVOICE_MONTH = "invoice_month"
USAGE = "usage_mrr"
TRAILING = 3  # months of the mean that stands for recurring revenue of metered use


def recognised_worth(portfolio: Portfolio, points: Sequence[date]) -> Any:
    """Table ``account_id, client_id, currency, point, ticks``; the month of a point stands for its whole revenue."""
    parts = recognised(portfolio)
    if metered(portfolio):
        return _trailing(parts, points)
    point = days(points)
    dated = point.mutate(month=month_of(point.point))
    joined = parts.join(dated, parts.month == dated.month)
    return joined.group_by("account_id", "client_id", "currency", "point").agg(ticks=_.ticks.sum().cast("int64"))


def metered(portfolio: Portfolio) -> bool:
    """True where recurring revenue is the mean of three months of charges (metrics §1.1, profile ``usage``)."""
    if portfolio.convention is not None:
        return portfolio.convention == USAGE
    return not portfolio.has("subscriptions") and (portfolio.whole or portfolio).profile.key == "usage"


def _trailing(parts: Any, points: Sequence[date]) -> Any:
    point = days(points)
    behind = [
        point.mutate(month=(month_of(point.point) - ibis.interval(months=back_by)).cast("date"))
        for back_by in range(TRAILING)
    ]
    dated = behind[0].union(*behind[1:])
    joined = parts.join(dated, parts.month == dated.month)
    total = joined.group_by("account_id", "client_id", "currency", "point").agg(ticks=_.ticks.sum().cast("int64"))
    total = total.filter(total.ticks > 0)
    return total.mutate(ticks=floordiv(total.ticks, TRAILING))


def recognised(portfolio: Portfolio, until: date | None = None) -> Any:
    """Table ``account_id, client_id, currency, month, ticks``: a line's part in each month; the parts sum to the line.

    ``until`` counts days up to it only (the month to date). Spreading works in minor units by largest remainder,
    ties to the earlier month (metrics §0).
    """
    lines = timed(portfolio)
    spread = lines.starts.notnull() & (lines.ends >= lines.starts)
    plain = lines.filter(~spread.fill_null(False))
    if until is not None:
        plain = plain.filter(_.date <= ibis.date(until.year, until.month, until.day))
    names = ("account_id", "client_id", "currency")
    short = plain.select(*names, month=month_of(plain.date), ticks=plain.ticks)
    bounds = service_bounds(portfolio)
    if bounds is None:
        return short
    return short.union(_spread(lines.filter(spread), bounds, until=until).select(*names, "month", "ticks"))


def even_worth(portfolio: Portfolio, points: Sequence[date]) -> Any:
    """Table ``account_id, point, ticks`` above zero, spread revenue as if every month had the mean number of days."""
    lines = timed(portfolio)
    spread = (lines.starts.notnull() & (lines.ends >= lines.starts)).fill_null(False)
    plain = lines.filter(~spread)
    parts, bounds = plain.select("account_id", month=month_of(plain.date), ticks=plain.ticks), service_bounds(portfolio)
    if bounds is not None:
        days_of = _spread(lines.filter(spread), bounds)
        length = (days_of.month + ibis.interval(months=1)).cast("date").delta(days_of.month, unit="day")
        even = (days_of.ticks.cast("float64") * 365 / (12 * length.cast("float64"))).round().cast("int64")
        parts = parts.union(days_of.select("account_id", "month", ticks=even))
    point = days(points)
    dated = point.mutate(month=month_of(point.point))
    joined = parts.join(dated, parts.month == dated.month)
    found = joined.group_by("account_id", "point").agg(ticks=_.ticks.sum().cast("int64"))
    return found.filter(found.ticks > 0)


def timed(portfolio: Portfolio) -> Any:
    """Invoice lines of clients with their paid period as ``starts, ends`` (null: it belongs to its invoice month)."""
    table = portfolio.table("invoices").filter(_.account_id.notnull(), _.amount.notnull(), _.date.notnull())
    table = table.mutate(client_id=client_of(table), currency=currency_of(portfolio, table), ticks=ticks(table.amount))
    if portfolio.convention == INVOICE_MONTH:
        none = ibis.null("date")
        return table.mutate(starts=none, ends=none)
    known = table.service_start.notnull() & table.service_end.notnull()
    if portfolio.base.has("invoices", "service_end"):
        return table.mutate(
            starts=ibis.ifelse(known, table.service_start, None), ends=ibis.ifelse(known, table.service_end, None)
        )
    return rhythm.with_periods(portfolio, table)


def _whole(portfolio: Portfolio) -> Portfolio:
    """The base of a part, read as the part is: under its convention and its answers."""
    if portfolio.whole is None:
        return portfolio
    return replace(portfolio.base, convention=portfolio.convention, overlay=portfolio.overlay, memo={})


def service_bounds(portfolio: Portfolio) -> tuple[date, date] | None:
    """First and last day of all paid periods, or None where no line has one."""
    key = ("bounds", portfolio.convention == INVOICE_MONTH, portfolio.answers)
    base, portfolio = _whole(portfolio), portfolio.base
    if key not in portfolio.memo:
        lines = timed(base)
        lines = lines.filter(lines.ends >= lines.starts)
        row, _sql = base.row(lines.agg(first=lines.starts.min(), last=lines.ends.max()))
        portfolio.memo[key] = (row["first"], row["last"]) if row["first"] and row["last"] else None
    bounds: tuple[date, date] | None = portfolio.memo[key]
    return bounds


def _spread(lines: Any, bounds: tuple[date, date], *, until: date | None = None) -> Any:
    first, last = bounds
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    start = first.replace(day=1)
    calendar = days([back(start, -step) for step in range(count)]).select(month=_.point)
    calendar = calendar.mutate(month_end=(calendar.month + ibis.interval(months=1)).cast("date"))
    parts = lines.join(calendar, (calendar.month <= lines.ends) & (calendar.month_end > lines.starts))
    parts = parts.mutate(since=ibis.greatest(parts.month, parts.starts))
    stop = ibis.least(parts.month_end, shifted(parts.ends, 1))
    size = parts.ticks.abs()
    step = ibis.ifelse(size % 100 == 0, 100, 1).cast("int64")
    names = ("source_file", "source_row", "account_id", "client_id", "currency", "month", "since")
    parts = parts.select(
        *names,
        sign=ibis.ifelse(parts.ticks < 0, -1, 1),
        step=step,
        units=floordiv(size, step).cast("int64"),
        span=stop.delta(parts.since, unit="day").cast("int64"),
        whole=(parts.ends.delta(parts.starts, unit="day") + 1).cast("int64"),
    )
    parts = parts.mutate(base=floordiv(_.units * _.span, _.whole), rest=(_.units * _.span) % _.whole)
    line = ibis.window(group_by=["source_file", "source_row"])
    ranked = ibis.window(group_by=["source_file", "source_row"], order_by=[ibis.desc("rest"), ibis.asc("month")])
    parts = parts.mutate(left=_.units - _.base.sum().over(line), rank=ibis.row_number().over(ranked))
    parts = parts.mutate(ticks=(_.sign * _.step * (_.base + ibis.ifelse(_.rank < _.left, 1, 0))).cast("int64"))
    return parts if until is None else _up_to(parts, until)


def _up_to(parts: Any, until: date) -> Any:
    """The parts of months cut at a day: of the month in which it lies, the share of its paid days so far."""
    after = until + timedelta(days=1)
    day = ibis.date(after.year, after.month, after.day)
    parts = parts.filter(parts.since < day)
    so_far = ibis.least(parts.span, day.delta(parts.since, unit="day").cast("int64"))
    return parts.mutate(ticks=floordiv(parts.ticks * so_far, parts.span).cast("int64"))


def late_invoices(portfolio: Portfolio, points: Sequence[date]) -> Any | None:
    """Table ``account_id, point``: months without a line between two monthly lines, the second late by few days.

    The line before pays a month from its date; the next comes at most the policy's ``late_renewal_days`` after that.
    None where there is no such month.
    """
    key = ("late invoices", portfolio.convention == INVOICE_MONTH, portfolio.answers)
    if key not in portfolio.base.memo:
        base = _whole(portfolio)
        found = base.run(_late_months(base).count().name("n").as_table())
        portfolio.base.memo[key] = int(found.column(0)[0].as_py())
    if metered(portfolio) or not portfolio.base.memo[key]:
        return None
    late = _late_months(portfolio)
    point = days(points)
    point = point.mutate(point_month=month_of(point.point))
    return late.join(point, late.month == point.point_month).select("account_id", "point").distinct()


def _late_months(portfolio: Portfolio) -> Any:
    lines = timed(portfolio).filter(_.starts.isnull(), _.amount > 0).select("account_id", "date").distinct()
    after = lines.date.lead().over(ibis.window(group_by="account_id", order_by="date"))
    lines = lines.mutate(after=after, paid_to=(lines.date + ibis.interval(months=1)).cast("date"))
    limit = shifted(lines.paid_to, int(portfolio.policy["late_renewal_days"]))
    empty = month_of((month_of(lines.date) + ibis.interval(months=1)).cast("date"))
    late = lines.filter(
        lines.after > lines.paid_to, lines.after <= limit, lines.after >= (empty + ibis.interval(months=1))
    )
    return late.select("account_id", month=empty)


def floordiv(value: Any, by: Any) -> Any:
    """Whole quotient of a number that is not negative, alike on every engine."""
    return (value - value % by) // by
