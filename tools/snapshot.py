"""Snapshots: canonical tables written once under the hash of their rows, and opened again as a portfolio."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from tools.engine import DuckDB
from tools.errors import UnknownName, UserError
from tools.load import ControlTotal, Load, Problem, Question, TableLoad
from tools.policy import Policy
from tools.portfolio import Portfolio
from tools.schema import TABLES, arrow_schema
from tools.text import Text, same
from tools.unbound import DATED
from tools.written import Written

#: Rows of a file that are read as one piece: a longer table is read on several cores.
ROW_GROUP = 122_880


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot is made of, and how the user's files were read."""

    source: str
    currency: str
    tables: tuple[TableLoad, ...]
    control_totals: tuple[ControlTotal, ...]
    problems: tuple[Problem, ...]
    questions: tuple[Question, ...]
    answers: Mapping[str, str] = field(default_factory=dict)


MANIFEST: TypeAdapter[Manifest] = TypeAdapter(Manifest)


def save(load: Load, home: Path, *, source: str) -> str:
    """Write the load as a snapshot under ``home/portfolios`` and return its id; the same rows give the same id."""
    digest = hashlib.sha256()
    tables = {name: _canonical(load.data.get(name), name) for name in TABLES}
    for name, table in tables.items():
        digest.update(name.encode())
        told = _told(table)
        with pa.ipc.new_stream(_Hashing(digest), told.schema) as stream:
            stream.write_table(told, max_chunksize=1 << 16)
    digest.update(load.currency.encode())
    for answer in sorted(load.answers.items()):
        digest.update("=".join(answer).encode())
    snapshot = digest.hexdigest()[:16]
    folder = home / "portfolios" / snapshot
    manifest = Manifest(
        source, load.currency, load.tables, load.control_totals, load.problems, load.questions, load.answers
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
    try:
        (made / "manifest.json").write_bytes(MANIFEST.dump_json(manifest))
        if (
            folder / "manifest.json"
        ).exists():  # the same rows, perhaps read under other answers: say how they were read now
            os.replace(made / "manifest.json", folder / "manifest.json")
        else:
            for name, table in tables.items():
                pq.write_table(table, made / f"{name}.parquet", compression="zstd", row_group_size=ROW_GROUP)
            with suppress(OSError):  # another process was first; the rows are the same
                os.replace(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return snapshot


def loaded(home: Path, snapshot: str) -> tuple[Load, str]:
    """A snapshot as the load that it was made of, to be saved again with more in it, and its source."""
    folder = home / "portfolios" / snapshot
    manifest = MANIFEST.validate_json((folder / "manifest.json").read_bytes())
    tables = {
        name: pq.read_table(folder / f"{name}.parquet") for name in TABLES if (folder / f"{name}.parquet").exists()
    }
    if any(tables[name].schema.names != arrow_schema(name).names for name in tables) or len(tables) < len(TABLES):
        raise _outdated(manifest.source)
    kept = {name: table for name, table in tables.items() if table.num_rows}
    how = (manifest.tables, manifest.control_totals, manifest.problems, manifest.questions, manifest.currency)
    return Load(kept, *how, manifest.answers), manifest.source


def _canonical(table: pa.Table | None, name: str) -> pa.Table:
    if table is None:
        return arrow_schema(name).empty_table()
    whole = table.select(arrow_schema(name).names).cast(arrow_schema(name)).combine_chunks()
    return pa.Table.from_arrays([_blanked(column) for column in whole.columns], schema=whole.schema)


def _blanked(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column with nought under its empty cells, whatever was left there, so that the same rows are the same bytes."""
    if not column.null_count or pa.types.is_string(column.type):
        return column
    nought = pa.array([0], pa.int32()).cast(column.type)[0]
    return pc.if_else(column.is_valid(), column.fill_null(nought), pa.scalar(None, column.type))


def _told(table: pa.Table) -> pa.Table:
    """The table as it is hashed: which cells are missing beside the rest, so that no byte is left to chance.

    Arrow leaves the bytes under a missing cell, and the last bits of a bitmap, as memory happened to hold them.
    """
    columns: dict[str, pa.ChunkedArray] = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_boolean(column.type):
            column = column.cast(pa.int8())
        if column.null_count:
            columns[f"{name} missing"] = column.is_null().cast(pa.int8())
            column = column.fill_null(_blank(column.type))
        columns[name] = column
    return pa.table(columns)


def _blank(kind: pa.DataType) -> pa.Scalar:
    if pa.types.is_string(kind):
        return pa.scalar("", kind)
    return pa.scalar(date(1970, 1, 1) if pa.types.is_date(kind) else 0, kind)


class _Hashing:
    """A file that only hashes what is written to it."""

    closed = False

    def __init__(self, digest: Any) -> None:
        self._digest = digest

    def write(self, data: Any) -> int:
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        """Nothing to close."""


def open_portfolio(
    home: Path,
    snapshot: str,
    *,
    as_of: date | None = None,
    profile: str | None = None,
    policy: Policy | None = None,
) -> Portfolio:
    """The snapshot as a portfolio; ``last`` of it is the day of the last dated event, and ``as_of`` defaults to the last dated event (None where nothing is dated)."""
    folder = home / "portfolios" / snapshot
    if not (folder / "manifest.json").exists():
        known = [path.name for path in folder.parent.glob("[!.]*")] if folder.parent.exists() else []
        raise UnknownName(Text("portfolio", "база клиентов"), snapshot, known)
    manifest = MANIFEST.validate_json((folder / "manifest.json").read_bytes())
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    written: dict[str, Written] = {}
    for name in TABLES:
        file = folder / f"{name}.parquet"
        about = pq.read_metadata(file) if file.exists() else None
        if about is None or about.schema.names != arrow_schema(name).names:
            raise _outdated(manifest.source)
        written[name] = Written(about)
        path = str(file).replace("'", "''")
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
    first, last = _events(connection)
    if as_of is not None and first is not None and last is not None:
        _check_day(as_of, first, last)
    opened = Portfolio(
        snapshot=snapshot,
        manifest=manifest,
        engine=DuckDB(connection),
        as_of=None if last is None else as_of or last,
        policy=policy or Policy(),
        profile_key=profile,
        last=last,
        written=written,
    )
    if not manifest.answers:
        return opened
    from tools.ledger.rhythm import answered

    return answered(opened, manifest.answers)


def _outdated(source: str) -> UserError:
    return UserError(
        Text(
            "{source} was loaded by an earlier version: load the files again with `cvm load`.",
            "База «{source}» загружена прежней версией: загрузите файлы ещё раз командой `cvm load`.",
        ).fill(source=same(source))
    )


def _events(connection: duckdb.DuckDBPyConnection) -> tuple[date | None, date | None]:
    union = " UNION ALL ".join(f"SELECT {column} AS d FROM {table}" for table, column in DATED.items())
    found = connection.execute(f"SELECT min(d), max(d) FROM ({union})").fetchone()
    return (found[0], found[1]) if found else (None, None)


def _check_day(as_of: date, first: date, last: date) -> None:
    """Refuse a last day on which the data cannot say anything: before them, or more than five years after them."""
    if first <= as_of <= last + timedelta(days=5 * 366):
        return
    raise UserError(
        Text(
            f"The data run from {first} to {last}; {as_of} is outside of them: choose a last day within.",
            f"Данные охватывают период с {first} по {last}, а {as_of} вне его: выберите последний день внутри.",
        )
    )
