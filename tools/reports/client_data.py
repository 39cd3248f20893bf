"""Reads what a client received out of the tables: each figure a fact with the SQL that gives it again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import ibis
from ibis import _

from tools.document import Name
from tools.metrics import one_value
from tools.narrow import Narrow
from tools.portfolio import Portfolio
from tools.reading import Grade, Number, Reading, Rows, Unit, Window
from tools.reports.client_facts import ClientFact

TOP = 6


@dataclass(frozen=True)
class Desk:
    """One client's rows: the portfolio narrowed to the client, and the period told about."""

    portfolio: Portfolio
    account: str
    window: Window | None

    @cached_property
    def narrow(self) -> Portfolio:
        """The portfolio with this client's rows alone."""
        return self.portfolio.narrowed(Narrow("account", self.account, (self.account,)))

    def table(self, name: str, dated: str) -> Any:
        """The client's rows of a table inside the period."""
        table = self.narrow.table(name)
        if self.window is None:
            return table
        column = table[dated]
        return table.filter((column >= ibis.literal(self.window.start)) & (column < ibis.literal(self.window.end)))

    def fact(
        self, key: str, value: Number | None, unit: Unit, *, sql: str, rows: int = 0, about: str = "", line: str = "",
        grade: Grade = "measured",
    ) -> ClientFact | None:  # fmt: skip
        """The figure as a fact of this client; None where there is none.

        ``sql`` has a column called as the key; ``line`` picks the row of a table of lines by its column ``what``.
        """
        if value is None:
            return None
        where = '"what" = \'' + line.replace("'", "''") + "'" if line else ""
        column = self.narrow.kept(one_value(sql, f'"{key.split(".")[1]}"', where))
        scope = {"account": self.account, **({"where": about} if about else {})}
        return ClientFact(
            self.account,
            Reading(
                key,
                unit,
                value,
                n=rows,
                window=self.window,
                convention="client_rows",
                scope=scope,
                grade=grade,
                rows=Rows(rows),
                sql=column,
                snapshot=self.portfolio.snapshot,
            ),
        )


Lines = tuple[tuple[Name, Mapping[str, ClientFact | date | None]], ...]


@dataclass(frozen=True)
class Part:
    """What one table says: figures by key, dates by name, and lines (name, figures and dates)."""

    facts: Mapping[str, ClientFact | None] = field(default_factory=dict)
    dates: Mapping[str, date | None] = field(default_factory=dict)
    lines: Lines = ()


def delivered(desk: Desk) -> Part:
    """Documents, months and products of the client's invoices in the period; credits reduce the sums."""
    table = desk.table("invoices", "date")
    document = ibis.coalesce(table.document, table.date.cast("string"))
    billed = table.amount > 0
    whole = table.agg(
        documents=document.nunique(where=billed),
        months=table.date.truncate("M").nunique(where=billed),
        invoiced=table.amount.sum(),
        rows=table.count(),
        first=table.date.min(),
        last=table.date.max(where=billed),
        service_start=table.service_start.min(),
        service_end=table.service_end.max(),
    )
    row, sql = desk.narrow.row(whole)
    if not row["rows"]:
        return Part({"months": _months(desk)})
    facts = {
        "documents": desk.fact("client.documents", row["documents"], Unit.COUNT, sql=sql, rows=row["rows"]),
        "invoiced": desk.fact("client.invoiced", _money(row["invoiced"]), Unit.MONEY, sql=sql, rows=row["rows"]),
        "months": _months(desk),
    }
    dates = {name: row[name] for name in ("first", "last", "service_start", "service_end")}
    return Part(facts, dates, _products(desk, table))


def _months(desk: Desk) -> ClientFact | None:
    """Calendar months with at least one day of service: the service period where there is one, else the document's."""
    table = desk.narrow.table("invoices").filter(_.amount > 0)
    start, end = ibis.coalesce(table.service_start, table.date), ibis.coalesce(table.service_end, table.date)
    if desk.window is not None:
        first, last = ibis.literal(desk.window.start), ibis.literal(desk.window.closing)
        table = table.filter((start <= last) & (end >= first))
        start, end = ibis.greatest(start, first), ibis.least(end, last)
    low, high = start.truncate("M"), end.truncate("M")
    span = (high.year() - low.year()) * 12 + high.month() - low.month() + 1
    lines = table.select(first=low.year() * 12 + low.month(), span=ibis.greatest(span, 1).cast("int64"))
    steps = lines.select("first", step=ibis.range(ibis.literal(0, "int64"), lines.span).unnest())
    row, sql = desk.narrow.row(steps.agg(months=(steps["first"] + steps.step).nunique(), rows=(steps.step == 0).sum()))
    return desk.fact("client.months", row["months"] or None, Unit.COUNT, sql=sql, rows=row["rows"])


def _products(desk: Desk, table: Any) -> Lines:
    document = ibis.coalesce(table.document, table.date.cast("string"))
    named = table.mutate(what=ibis.coalesce(table["product"], table.description), document=document)
    billed = named.filter(named.what.notnull() & (named.amount > 0))
    return _lines(
        desk, billed.group_by("what").agg(lines=_.document.nunique(), rows=_.count(), last=_.date.max()), "client.lines"
    )


def used(desk: Desk) -> Part:
    """Days with activity, features and actions of the client in the period, with the most used features."""
    table = desk.table("usage", "date")
    active = table.filter(table.quantity.isnull() | (table.quantity > 0))
    row, sql = desk.narrow.row(
        active.agg(active_days=_.date.nunique(), features=_.feature.nunique(), rows=_.count(), last=_.date.max())
    )
    if not row["rows"]:
        return Part()
    facts = {
        "active_days": desk.fact("client.active_days", row["active_days"], Unit.COUNT, sql=sql, rows=row["rows"]),
        "features": desk.fact("client.features", row["features"] or None, Unit.COUNT, sql=sql, rows=row["rows"]),
    }
    done = active.filter(active.feature.notnull()).select(
        "date", what=active.feature, done=ibis.coalesce(active.quantity, 1.0)
    )
    grouped = done.group_by("what").agg(events=_.done.sum(), rows=_.count(), last=_.date.max())
    return Part(facts, {"last": row["last"]}, _lines(desk, grouped, "client.events"))


def solved(desk: Desk) -> Part:
    """Requests the client sent in the period, how many are solved, half of them within how many days, and on what."""
    table = desk.table("tickets", "opened")
    closed = table.closed.notnull()
    if desk.portfolio.as_of is not None:
        closed = closed & (table.closed <= ibis.literal(desk.portfolio.as_of))
    length = table.closed.delta(table.opened, unit="day").cast("float64")
    row, sql = desk.narrow.row(
        table.agg(opened=table.count(), solved=closed.sum(), days_to_solve=length.median(where=closed))
    )
    if not row["opened"]:
        return Part()
    facts = {
        "opened": desk.fact("client.opened", row["opened"], Unit.COUNT, sql=sql, rows=row["opened"]),
        "solved": desk.fact("client.solved", int(row["solved"] or 0), Unit.COUNT, sql=sql, rows=row["opened"]),
        "days": desk.fact("client.days_to_solve", row["days_to_solve"], Unit.DAYS, sql=sql, rows=row["opened"]),
    }
    themes = table.filter(table.theme.notnull()).group_by(what=table.theme)
    return Part(facts, {}, _lines(desk, themes.agg(opened=_.count(), rows=_.count()), "client.opened"))


def _lines(desk: Desk, grouped: Any, key: str) -> Lines:
    """A line a group, most first: its name, the count of ``key`` and the last day where the group has one."""
    column = key.split(".")[1]
    sql = desk.narrow.sql(grouped)
    found = desk.narrow.run(grouped.order_by(ibis.desc(column), "what").limit(TOP)).to_pylist()
    return tuple(
        (
            Name(row["what"]),
            {
                column: desk.fact(
                    key, row[column], Unit.COUNT, sql=sql, rows=row["rows"], about=row["what"], line=row["what"]
                ),
                "last": row.get("last"),
            },
        )
        for row in found
    )


def first_value(desk: Desk) -> date | None:
    """The day of the first promised benefit, or None where no such milestone is recorded."""
    table = desk.narrow.table("milestones").filter(_.is_value.fill_null(False) | (_.stage == "first_value"))
    found = desk.narrow.run(table.agg(day=_.date.min())).column(0)[0].as_py()
    return found if isinstance(found, date) else None


def _money(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.01"))
