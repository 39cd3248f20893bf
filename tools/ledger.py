"""The recurring-revenue ledger: what each account is worth a month on given days, by convention.

Two conventions (metrics §1.1), never mixed: ``contract_run_rate`` reads subscriptions (a price in force on a day),
``recognised_month`` reads invoice lines (a line with a service period is spread over it by day, both ends included,
in minor units by largest remainder; a line without one belongs to its invoice month; credits net).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis
from ibis import _

from tools.portfolio import Portfolio
from tools.reading import Window
from tools.text import Text

CONTRACT = "contract_run_rate"
RECOGNISED = "recognised_month"
CONVENTIONS = {
    CONTRACT: Text(
        "price in force on the day, from subscriptions",
        "действующая на день цена по подпискам",
    ),
    RECOGNISED: Text(
        "revenue recognised in the month, from invoice lines: a line with a service period is spread over it by day",
        "выручка, признанная в месяце, по строкам счетов: строка с периодом услуги разнесена по дням",
    ),
}
AFTER_DATA = Text(
    "the data end before the day of the audit: what happened since is not in them",
    "данные кончаются раньше дня аудита: что было потом, в них не видно",
)
TICKS = 10_000  # the ledger counts in ten-thousandths, the scale of money in the schema


def no_ledger(portfolio: Portfolio) -> Text | None:
    """Why there is no recurring revenue to speak of, or None where there is."""
    if portfolio.as_of is None:
        return Text(
            "the data are one snapshot without dates: no month, no rate, no trend",
            "данные — один срез без дат: нет месяцев, нет темпов и динамики",
        )
    if portfolio.profile.key in ("repeat", "snapshot"):
        return Text(
            "the clients buy order by order: there is no recurring price, so none is claimed",
            "клиенты покупают отдельными заказами: регулярного платежа нет, и он не приписывается",
        )
    mixed = mixed_currency(portfolio, "subscriptions" if convention(portfolio) == CONTRACT else "invoices")
    if mixed is not None:
        return mixed
    if anchor(portfolio) is None:
        return Text("there is no complete month yet", "ещё нет ни одного полного месяца")
    return None


def doubt(portfolio: Portfolio) -> tuple[str, Text] | None:
    """Why the ledger may mislead, as a flag and its reason; then nobody may be called lost or at risk.

    A base of contracts is in doubt when nothing at all happened for more than a year before the day of the audit.
    """
    if convention(portfolio) != RECOGNISED:
        late = (
            portfolio.as_of is not None and portfolio.last is not None and (portfolio.as_of - portfolio.last).days > 366
        )
        return ("after_data", AFTER_DATA) if late else None
    if not portfolio.has("invoices", "service_end"):
        reason = Text(
            "no line says which period it pays for: a yearly or quarterly payer would look lost between invoices",
            "ни в одной строке не указан оплаченный период: годовой или квартальный плательщик между счетами выглядел бы ушедшим",
        )
        return "billing_rhythm", reason
    if "last line" not in portfolio.memo:
        table = portfolio.table("invoices")
        portfolio.memo["last line"] = portfolio.run(table.agg(d=table.date.max())).column(0)[0].as_py()
    last, day = portfolio.memo["last line"], anchor(portfolio)
    if last is None or day is None or (day.year, day.month) <= (last.year, last.month):
        return None
    return "after_data", AFTER_DATA


def mixed_currency(portfolio: Portfolio, name: str) -> Text | None:
    """Why the amounts of a table may not be added: several currencies, or rows without one among others."""
    key = ("currencies", name)
    if key not in portfolio.memo:
        table = portfolio.table(name)
        row, _sql = portfolio.row(
            table.agg(kinds=table.currency.nunique(), named=table.currency.count(), every=table.count())
        )
        portfolio.memo[key] = (int(row["kinds"] or 0), int(row["every"] or 0) - int(row["named"] or 0))
    kinds, without = portfolio.memo[key]
    if kinds > 1:
        return Text(
            "amounts are in several currencies and no rate is given; they are not added up",
            "суммы в нескольких валютах, а курсов нет: складывать их нельзя",
        )
    if kinds == 1 and without:
        return Text(
            "some rows name no currency while others do; none is assumed",
            "в части строк валюта не указана, хотя в других есть: она не додумывается",
        )
    return None


def convention(portfolio: Portfolio) -> str:
    """The convention asked for, else the one the data allow: subscriptions first, else invoice lines."""
    if portfolio.convention is not None:
        return portfolio.convention
    return CONTRACT if portfolio.has("subscriptions") else RECOGNISED


def anchor(portfolio: Portfolio) -> date | None:
    """The last day the ledger speaks of: ``as_of``, or for invoices the end of the last complete month."""
    if portfolio.as_of is None:
        return None
    if convention(portfolio) == CONTRACT:
        return portfolio.as_of
    after = portfolio.as_of + timedelta(days=1)
    return portfolio.as_of if after.day == 1 else portfolio.as_of.replace(day=1) - timedelta(days=1)


def back(day: date, months: int) -> date:
    """``day`` so many months earlier, held inside the month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError


def year(portfolio: Portfolio) -> Window:
    """The twelve months that end with the anchor day."""
    return _months_to(portfolio, 12)


def last_month(portfolio: Portfolio) -> Window:
    """The month that ends with the anchor day."""
    return _months_to(portfolio, 1)


def _months_to(portfolio: Portfolio, months: int) -> Window:
    end = _end(portfolio)
    return Window(back(end, months), end)


def _end(portfolio: Portfolio) -> date:
    day = anchor(portfolio)
    if day is None:
        raise ValueError("a portfolio without dates has no window")
    return day + timedelta(days=1)


def months(portfolio: Portfolio) -> list[Window]:
    """Every month from the first with money to the anchor, oldest first."""
    first = _first(portfolio)
    end = _end(portfolio)
    windows: list[Window] = []
    step = 0
    while first is not None and back(end, step) > first:
        windows.append(Window(back(end, step + 1), back(end, step)))
        step += 1
    return windows[::-1]


def _first(portfolio: Portfolio) -> date | None:
    if convention(portfolio) == CONTRACT:
        table = portfolio.table("subscriptions")
        found = portfolio.run(table.agg(d=table.start_date.min())).column(0)[0].as_py()
    else:
        table = portfolio.table("invoices")
        found = portfolio.run(table.agg(d=table.date.min())).column(0)[0].as_py()
    return found if isinstance(found, date) else None


def days(points: Sequence[date]) -> Any:
    """A one-column table ``point`` of the given days; a run of months is written as a run, to keep the SQL short."""
    after = points[0] + timedelta(days=1)
    if len(points) > 3 and all(back(after, -step) - timedelta(days=1) == day for step, day in enumerate(points)):
        run = ibis.range(0, len(points)).unnest().name("step").as_table()
        ends = literal(after).cast("timestamp") + run.step.as_interval("M") - ibis.interval(days=1)
        return run.select(point=ends.date())
    return ibis.array([literal(day) for day in points]).unnest().name("point").as_table()


def literal(day: date) -> Any:
    """A day as an expression that reads alike on every engine."""
    return ibis.date(day.year, day.month, day.day)


def state(portfolio: Portfolio, points: Sequence[date]) -> Any:
    """Table ``account_id, point, ticks``: the monthly worth of each account on each day; only accounts above zero."""
    build = _contract if convention(portfolio) == CONTRACT else _recognised
    worth = build(portfolio, points)
    return worth.filter(worth.ticks > 0)


def priced(portfolio: Portfolio) -> Any:
    """Subscriptions that count: of a client, with a price, no trial, not paused."""
    table = portfolio.table("subscriptions")
    counts = (table.mrr > 0) & ~table.is_trial.fill_null(False) & (table.status.fill_null("") != "paused")
    return table.filter(table.account_id.notnull() & counts)


def _contract(portfolio: Portfolio, points: Sequence[date]) -> Any:
    subscriptions = priced(portfolio)
    point = days(points)
    active = subscriptions.join(
        point,
        (subscriptions.start_date <= point.point)
        & (subscriptions.end_date.isnull() | (subscriptions.end_date > point.point)),
    )
    return active.group_by("account_id", "point").agg(ticks=_ticks(_.mrr).sum())


def paused(portfolio: Portfolio, points: Sequence[date]) -> Any | None:
    """Table ``account_id, point`` of the accounts on a pause not longer than the policy's days; None without pauses."""
    if convention(portfolio) != CONTRACT or not portfolio.pauses:
        return None
    table = portfolio.table("subscriptions").filter(_.account_id.notnull(), _.status == "paused")
    point = days(points)
    since = (point.point.cast("timestamp") - ibis.interval(days=int(portfolio.policy["pause_days"]))).date()
    point = point.mutate(since=since)
    held = table.join(
        point,
        (table.start_date <= point.point)
        & (table.start_date >= point.since)
        & (table.end_date.isnull() | (table.end_date > point.point)),
    )
    return held.select("account_id", "point").distinct()


def _recognised(portfolio: Portfolio, points: Sequence[date]) -> Any:
    """Months in which the points lie; the point of a month stands for its whole recognised revenue."""
    parts = recognised(portfolio)
    point = days(points)
    dated = point.mutate(month=month_of(point.point))
    joined = parts.join(dated, parts.month == dated.month)
    return joined.group_by("account_id", "point").agg(ticks=_.ticks.sum())


def recognised(portfolio: Portfolio) -> Any:
    """Table ``account_id, month, ticks``: each invoice line's part in each month; the parts of a line sum to it."""
    lines = portfolio.table("invoices").filter(_.account_id.notnull(), _.amount.notnull(), _.date.notnull())
    spread = lines.service_start.notnull() & lines.service_end.notnull() & (lines.service_end >= lines.service_start)
    plain = lines.filter(~spread).select(account_id=_.account_id, month=month_of(_.date), ticks=_ticks(_.amount))
    bounds = _service_bounds(portfolio)
    if bounds is None:
        return plain
    return plain.union(_spread(lines.filter(spread), bounds))


def _service_bounds(portfolio: Portfolio) -> tuple[date, date] | None:
    if "bounds" not in portfolio.memo:
        table = portfolio.table("invoices")
        row, _sql = portfolio.row(table.agg(first=table.service_start.min(), last=table.service_end.max()))
        found = (row["first"], row["last"])
        portfolio.memo["bounds"] = found if all(found) else None
    bounds: tuple[date, date] | None = portfolio.memo["bounds"]
    return bounds


def _spread(lines: Any, bounds: tuple[date, date]) -> Any:
    first, last = bounds
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    start = first.replace(day=1)
    calendar = days([back(start, -step) for step in range(count)]).select(month=_.point)
    calendar = calendar.mutate(month_end=(calendar.month + ibis.interval(months=1)).cast("date"))
    parts = lines.join(calendar, (calendar.month <= lines.service_end) & (calendar.month_end > lines.service_start))
    until = ibis.least(parts.month_end, (parts.service_end + ibis.interval(days=1)).cast("date"))
    span = until.delta(ibis.greatest(parts.month, parts.service_start), unit="day").cast("int64")
    whole = (parts.service_end.delta(parts.service_start, unit="day") + 1).cast("int64")
    size = _ticks(parts.amount).abs()
    step = ibis.ifelse(size % 100 == 0, 100, 1).cast("int64")
    parts = parts.select(
        "source_file",
        "source_row",
        "account_id",
        "month",
        sign=ibis.ifelse(parts.amount < 0, -1, 1),
        step=step,
        units=(size / step).floor().cast("int64"),
        span=span,
        whole=whole,
    )
    parts = parts.mutate(base=_floordiv(_.units * _.span, _.whole), rest=(_.units * _.span) % _.whole)
    line = ibis.window(group_by=["source_file", "source_row"])
    ranked = ibis.window(group_by=["source_file", "source_row"], order_by=[ibis.desc("rest"), ibis.asc("month")])
    parts = parts.mutate(left=_.units - _.base.sum().over(line), rank=ibis.row_number().over(ranked))
    ticks = _.sign * _.step * (_.base + ibis.ifelse(_.rank < _.left, 1, 0))
    return parts.select(account_id=_.account_id, month=_.month, ticks=ticks.cast("int64"))


def month_of(day: Any) -> Any:
    """The first day of a date's month, a date on every engine."""
    return ibis.date(day.year(), day.month(), 1)


def _floordiv(value: Any, by: Any) -> Any:
    return (value - value % by) // by


def _ticks(amount: Any) -> Any:
    return (amount * TICKS).cast("int64")


def money(ticks: int | None) -> Decimal:
    """Ticks as an exact amount, without trailing zeros below cents."""
    amount = Decimal(int(ticks or 0)) / TICKS
    cents = amount.quantize(Decimal("0.01"))
    return cents if cents == amount else amount
