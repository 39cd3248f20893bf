"""Small portfolios for tests: canonical tables from short lists of rows, saved and opened as real snapshots."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from tools.load import Load
from tools.portfolio import Portfolio, open_portfolio, save
from tools.schema import TABLES, arrow_schema

Rows = Iterable[Mapping[str, Any]]


def build(
    home: Path, *, as_of: date | None = None, profile: str | None = None, currency: str = "RUB", **tables: Rows
) -> Portfolio:
    """A portfolio of the given rows by table; accounts that only other tables name are added."""
    given = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    known = {row["account_id"] for row in given.get("accounts", [])}
    named = {row.get("account_id") for name, rows in given.items() if name != "accounts" for row in rows}
    accounts = given.setdefault("accounts", [])
    accounts += [{"account_id": account, "name": account} for account in sorted(named - known - {None})]
    data = {name: table(name, rows) for name, rows in given.items()}
    snapshot = save(Load(data, (), (), (), (), currency), home, source="test")
    return open_portfolio(home, snapshot, as_of=as_of, profile=profile)


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """The canonical table of the rows."""
    schema = arrow_schema(name)
    kinds = {column.name: column.kind for column in TABLES[name].columns}
    full = [{**row, "source_file": "test", "source_row": place} for place, row in enumerate(rows, start=2)]
    columns = {
        field.name: pa.array([_cell(row.get(field.name), kinds.get(field.name)) for row in full], type=field.type)
        for field in schema
    }
    return pa.table(columns, schema=schema)


def _cell(value: Any, kind: str | None) -> Any:
    if kind == "money" and value is not None:
        return Decimal(str(value))
    return date.fromisoformat(value) if kind == "date" and isinstance(value, str) else value


def subscription(account: str, start: str, mrr: float, *, end: str | None = None, **more: Any) -> dict[str, Any]:
    """One subscription row."""
    return {"account_id": account, "start_date": start, "mrr": mrr, "end_date": end, "currency": "RUB", **more}
