"""Unbound Ibis tables of the canonical names, cut at a day, and the numbers of their rows and cells."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import ibis

from tools.schema import TABLES

IBIS_TYPES = {
    "text": "string",
    "money": "decimal(18,4)",
    "number": "float64",
    "int": "int64",
    "date": "date",
    "bool": "boolean",
}
OF_PART = "\u27e6part\u27e7"  # after a table's name in a compiled query: read within a part of the accounts only
TABLES_KEPT = 1_000  # unbound tables, one for each name, day and kind of reading
#: The column by which a row of a table is dated; rows after ``as_of`` do not exist for an audit.
DATED: Mapping[str, str] = {
    "subscriptions": "start_date",
    "invoices": "date",
    "usage": "date",
    "limits": "date",
    "tickets": "opened",
    "surveys": "date",
    "milestones": "date",
    "referrals": "date",
    "touches": "date",
    "churn_events": "date",
}


@lru_cache(maxsize=TABLES_KEPT)
def canonical(name: str, of_part: bool, as_of: date | None) -> Any:
    """The unbound table of a canonical name without the rows after a day; the same for all portfolios, made once."""
    columns = {column.name: IBIS_TYPES[column.kind] for column in TABLES[name].columns}
    mark = OF_PART if of_part and "account_id" in columns else ""
    table = ibis.table({**columns, "source_file": "string", "source_row": "int64"}, name=name + mark)
    if as_of is None or name not in DATED:
        return table
    dated = table[DATED[name]]
    return table.filter(dated.isnull() | (dated <= ibis.date(as_of.year, as_of.month, as_of.day)))


@lru_cache(maxsize=TABLES_KEPT)
def number(table: Any, status: str | None = None) -> Any:
    """The number of the rows of a table, or of those of one status, as a table of one cell."""
    rows = table if status is None else table.filter(table.status == status)
    return rows.count().name("n").as_table()


def counts(table: Any, name: str) -> Any:
    """The number of rows (under ``*``) and of the cells of each column."""
    return table.agg(
        **{"*": table.count()}, **{column.name: table[column.name].count() for column in TABLES[name].columns}
    )
