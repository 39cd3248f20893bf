"""Engines: where the queries run. The embedded DuckDB by default; any database of Ibis that holds the same tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import duckdb
import ibis
import ibis.expr.operations as ops
import pyarrow as pa

COMPILED_KEPT = 2_000
MARKED, MOST_DAYS = (9001, 1), 99  # year and month of a mark; its day is its place among the days
MARK = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|MAKE_DATE\(9001, 1, (\d+)\)""")  # outside quotes, whose texts stay


class Overflow(ArithmeticError):
    """A query met a number too large for its column."""


class Engine(Protocol):
    """Runs queries in one dialect of SQL over the canonical tables, from any thread."""

    @property
    def dialect(self) -> str:
        """The name by which Ibis knows the dialect."""
        ...

    def query(self, sql: str, extra: Mapping[str, pa.Table]) -> pa.Table:
        """The result of a query; ``extra`` tables are seen by it under their names, before those of the snapshot."""
        ...


@dataclass(frozen=True)
class DuckDB:
    """The embedded engine: a cursor of its own for every query."""

    connection: duckdb.DuckDBPyConnection
    dialect: str = field(default="duckdb", init=False)

    def query(self, sql: str, extra: Mapping[str, pa.Table]) -> pa.Table:
        """The result of a query."""
        cursor = self.connection.cursor()
        try:
            for name, table in extra.items():
                cursor.register(name, table)
            return whole(cursor.execute(sql).to_arrow_table())
        except duckdb.OutOfRangeException as error:
            raise Overflow(str(error)) from error
        finally:
            cursor.close()


def whole(rows: pa.Table) -> pa.Table:
    """The rows with 128-bit integers (what DuckDB's sums of integers are) as 64-bit ones; overflow is an error."""
    wide = pa.decimal128(38, 0)
    return rows.cast(pa.schema([field.with_type(pa.int64()) if field.type == wide else field for field in rows.schema]))


def typed(rows: pa.Table, expression: Any) -> pa.Table:
    """The rows with whole numbers as such and empty columns of the expression's type, whatever the driver made of them."""
    said = expression.schema().to_pyarrow()
    fields = []
    for seen in rows.schema:
        wanted = said.field(seen.name).type
        other = pa.types.is_null(seen.type) or (pa.types.is_integer(wanted) and not pa.types.is_integer(seen.type))
        fields.append(seen.with_type(wanted) if other else seen)
    return rows.cast(pa.schema(fields))


def compiled(expression: Any, dialect: str) -> str:
    """SQL of an expression over logical table names, the same in every process; the same expression is compiled once."""
    return _compiled(expression.op(), dialect)


@lru_cache(maxsize=COMPILED_KEPT)
def _compiled(node: Any, dialect: str) -> str:
    days = _days(node) if dialect == "duckdb" else []
    alike = _alike(node, {day: ibis.date(*MARKED, place).op() for place, day in enumerate(days, start=1)})
    shown = [f"MAKE_DATE({', '.join(str(part.value) for part in day.args)})" for day in days]
    written = _written(alike, dialect)
    return MARK.sub(lambda found: shown[int(found[1]) - 1] if found[1] else found[0], written) if days else written


@lru_cache(maxsize=COMPILED_KEPT)
def _written(node: Any, dialect: str) -> str:
    return str(ibis.to_sql(node.to_expr(), dialect=dialect, pretty=False))


def _days(node: Any) -> list[Any]:
    """The constant days of an expression as they are met, so that one question of many days is compiled once; none where
    there are too many to mark."""
    days = [day for day in node.find(ops.DateFromYMD) if all(isinstance(part, ops.Literal) for part in day.args)]
    return days if len(days) <= MOST_DAYS else []


def _alike(node: Any, marks: Mapping[Any, Any]) -> Any:
    """The expression with its days marked and its views numbered from nought, so that the same question is the same expression.

    Ibis numbers the views of a process, so that one asked twice would be compiled twice; the number is not in the SQL.
    """
    places: dict[int, int] = {}

    def replaced(found: Any, changed: dict[str, Any] | None) -> Any:
        if found in marks:
            return marks[found]
        if isinstance(found, ops.SelfReference):
            parent = found.parent if changed is None else changed["parent"]
            return ops.SelfReference(parent, identifier=places.setdefault(found.identifier, len(places)))
        return found if changed is None else found.__recreate__(changed)

    return node.replace(replaced) if marks or node.find(ops.SelfReference) else node
