"""Small portfolios for tests: canonical tables from short lists of rows, saved and opened as real snapshots."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tools.engine import DuckDB
from tools.load import Load
from tools.policy import Policy
from tools.portfolio import Portfolio
from tools.schema import TABLES, arrow_schema
from tools.snapshot import Manifest, open_portfolio, save
from tools.unbound import DATED

Rows = Iterable[Mapping[str, Any]]


def build(
    home: Path, *, as_of: date | None = None, profile: str | None = None, currency: str = "RUB", **tables: Rows
) -> Portfolio:
    """A portfolio of the given rows by table; accounts that only other tables name are added."""
    data = {name: table(name, rows) for name, rows in complete(tables).items()}
    snapshot = save(Load(data, (), (), (), (), currency), home, source="test")
    return open_portfolio(home, snapshot, as_of=as_of, profile=profile)


def in_memory(
    *,
    as_of: date | None = None,
    profile: str | None = None,
    currency: str = "RUB",
    policy: Policy | None = None,
    **tables: Rows,
) -> Portfolio:
    """The portfolio that `build` gives, without files: for thousands of small ones. Close its connection after use."""
    connection = duckdb.connect(":memory:", config={"threads": 1, "autoinstall_known_extensions": False})
    connection.execute(_empty_tables())
    digest, days = hashlib.sha256(currency.encode()), []
    for name, rows in complete(tables).items():
        if rows:
            given = table(name, rows)
            digest.update(repr((name, given.to_pylist())).encode())
            connection.register("_given", given)
            connection.execute(f"INSERT INTO {name} SELECT * FROM _given")
            connection.unregister("_given")
            days += [day for day in given[DATED[name]].to_pylist() if day] if name in DATED else []
    last = max(days, default=None)
    manifest = Manifest("test", currency, (), (), (), ())
    return Portfolio(
        snapshot=digest.hexdigest()[:16],
        manifest=manifest,
        engine=DuckDB(connection),
        as_of=None if last is None else as_of or last,
        policy=policy or Policy(),
        profile_key=profile,
        last=last,
    )


@cache
def _empty_tables() -> str:
    """The statements that make every canonical table, empty."""
    connection = duckdb.connect(":memory:")
    for name in TABLES:
        connection.register("_empty", arrow_schema(name).empty_table())
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM _empty")
        connection.unregister("_empty")
    found = connection.execute("SELECT sql FROM duckdb_tables()").fetchall()
    connection.close()
    return "".join(statement for (statement,) in found)


def complete(tables: Mapping[str, Rows]) -> dict[str, list[dict[str, Any]]]:
    """The rows by table, with the accounts that only other tables name."""
    given = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    known = {row["account_id"] for row in given.get("accounts", [])}
    named = {row.get("account_id") for name, rows in given.items() if name != "accounts" for row in rows}
    accounts = given.setdefault("accounts", [])
    accounts += [{"account_id": account, "name": account} for account in sorted(named - known - {None})]
    return given


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
