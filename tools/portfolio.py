"""Portfolio: an immutable snapshot of canonical tables, read through unbound Ibis tables by an embedded DuckDB."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from tools.document import Profile
from tools.engine import DuckDB, Engine, compiled
from tools.errors import UnknownName, UserError
from tools.levels import LEVELS, at_level
from tools.load import ControlTotal, Load, Problem, Question, TableLoad
from tools.policy import Policy
from tools.reading import Window
from tools.schema import TABLES, arrow_schema
from tools.text import Text, same

IBIS_TYPES = {
    "text": "string",
    "money": "decimal(18,4)",
    "number": "float64",
    "int": "int64",
    "date": "date",
    "bool": "boolean",
}
GROUP = "\u27e6group {}\u27e7"  # stands for a group's name in a compiled query
MEMBERS_WRITTEN = 200  # ids of a part that a kept query still spells out
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
        with pa.ipc.new_stream(_Hashing(digest), table.schema) as stream:
            stream.write_table(table, max_chunksize=1 << 16)
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
                pq.write_table(table, made / f"{name}.parquet", compression="zstd")
            with suppress(OSError):  # another process was first; the rows are the same
                os.replace(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return snapshot


def _canonical(table: pa.Table | None, name: str) -> pa.Table:
    if table is None:
        return arrow_schema(name).empty_table()
    return table.select(arrow_schema(name).names).cast(arrow_schema(name)).combine_chunks()


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


@dataclass(frozen=True)
class Narrow:
    """A part of the accounts: those whose column has one value (``missing``: none), or a list of ids.

    ``ids`` may be known of a column's part too (``column`` True): queries then name the column, and nothing is asked
    of the engine to know who is inside.
    """

    by: str
    group: str
    ids: tuple[str, ...] | None = None
    missing: bool = False
    column: bool = False

    @property
    def listed(self) -> bool:
        """True where queries name the accounts themselves."""
        return self.ids is not None and not self.column

    @cached_property
    def members(self) -> pa.Table:
        """The ids as a table of one column, ``account_id``."""
        return pa.table({"account_id": pa.array(self.ids or (), pa.string())})


@dataclass(frozen=True)
class Portfolio:
    """One snapshot seen on one day: tables, currency, profile and policy. Rows dated after ``as_of`` are not there.

    ``narrows`` are the parts looked at, one inside the other; ``level`` is the unit counted (see `tools.levels`);
    ``convention`` forces a way of counting recurring revenue; ``overlay`` holds answers given in the audit itself, in
    place of a table of the snapshot.
    """

    snapshot: str
    manifest: Manifest
    engine: Engine
    as_of: date | None
    policy: Policy
    profile_key: str | None = None
    narrows: tuple[Narrow, ...] = ()
    level: str = "account"
    whole: "Portfolio | None" = None
    last: date | None = None
    outcomes_known: bool = True
    convention: str | None = None
    overlay: Mapping[str, pa.Table] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """ISO code of the portfolio's currency; ``XXX`` where the data name none."""
        return self.manifest.currency

    @cached_property
    def profile(self) -> Profile:
        """The business model the data show, or the one the user chose."""
        from tools.profile import detect

        return detect(self) if self.whole is None else self.whole.profile

    @property
    def base(self) -> "Portfolio":
        """The whole base that this is a part of, or itself: facts about how the data are kept are those of the base."""
        return self.whole or self

    @cached_property
    def inside(self) -> frozenset[str] | None:
        """Ids of the accounts within the parts looked at; None for the whole base, or where they are not listed."""
        parts = [narrow.ids for narrow in self.narrows]
        if not parts or any(ids is None for ids in parts):
            return None
        return frozenset.intersection(*(frozenset(ids or ()) for ids in parts))

    @property
    def narrow(self) -> Narrow | None:
        """The innermost part looked at, or None for the whole base."""
        return self.narrows[-1] if self.narrows else None

    def table(self, name: str) -> Any:
        """The unbound Ibis table of a canonical name: cut at ``as_of``, at the level and within the parts asked for."""
        table = at_level(name, self._dated(name), self.level, self._dated)
        if not self.narrows or "account_id" not in table.columns:
            return table
        shared = table.account_id.isnull() if name == "value_goals" else None  # promises to a whole plan
        for depth, narrow in enumerate(self.narrows):
            inside = table.account_id.isin(self._inside(narrow, depth))
            table = table.filter(inside if shared is None else inside | shared)
        return table

    def _inside(self, narrow: Narrow, depth: int) -> Any:
        if narrow.listed:
            return ibis.table({"account_id": "string"}, name=f"members_{depth}").account_id
        accounts = at_level("accounts", self._dated("accounts"), self.level, self._dated)
        column = accounts[narrow.by]
        return accounts.filter(
            column.isnull() if narrow.missing else column.cast("string") == GROUP.format(depth)
        ).account_id

    def _dated(self, name: str) -> Any:
        columns = {column.name: IBIS_TYPES[column.kind] for column in TABLES[name].columns}
        table = ibis.table({**columns, "source_file": "string", "source_row": "int64"}, name=name)
        if self.as_of is not None and name in DATED:
            dated = table[DATED[name]]
            table = table.filter(
                dated.isnull() | (dated <= ibis.date(self.as_of.year, self.as_of.month, self.as_of.day))
            )
        if name == "value_goals" and not self.outcomes_known:
            table = table.mutate(current=ibis.null("float64"))
        return table

    def earlier(self, day: date) -> "Portfolio":
        """The same snapshot on an earlier day; outcomes of promises carry no date, so they are not known then."""
        key = ("earlier", day)
        if key not in self.memo:
            whole = None if self.whole is None else self.whole.earlier(day)
            self.memo[key] = replace(self, as_of=day, outcomes_known=False, whole=whole, memo={})
        found: Portfolio = self.memo[key]
        return found

    @property
    def day(self) -> Window | None:
        """The last day as a window, for readings of a state; None where nothing is dated."""
        return None if self.as_of is None else Window(self.as_of, self.as_of + timedelta(days=1))

    def narrowed(self, narrow: Narrow) -> "Portfolio":
        """The same snapshot with only the accounts of one group."""
        return replace(self, narrows=(*self.narrows, narrow), whole=self.whole or self, memo={})

    def leveled(self, level: str) -> "Portfolio":
        """The same snapshot counted by another unit: holding, account, billing, line."""
        if level not in LEVELS:
            raise UnknownName(Text("level", "уровень"), level, LEVELS)
        return self if level == self.level else replace(self, level=level, whole=None, memo={})

    def sql(self, expression: Any) -> str:
        """The SQL of an expression over logical table names, in DuckDB's dialect, the same in every process."""
        return self._named(compiled(expression, "duckdb"))

    def text(self, key: Hashable, build: Callable[[], Any], *, dialect: str = "duckdb") -> str:
        """The SQL of the expression that ``build`` makes, made once under ``key`` for all parts of one shape."""
        shape = tuple((narrow.by, narrow.missing) if narrow.column else "listed" for narrow in self.narrows)
        memo = ("text", key, shape, self.convention, self.answers, dialect)
        if memo not in self.base.memo:
            self.base.memo[memo] = compiled(build(), dialect)
        return self._named(self.base.memo[memo])

    @property
    def answers(self) -> tuple[tuple[str, int], ...]:
        """What tells apart the tables that stand in place of those of the snapshot."""
        return tuple(sorted((name, id(table)) for name, table in self.overlay.items()))

    def _named(self, sql: str) -> str:
        """The query with the names of the groups in place of their marks, so that all groups share one compilation."""
        for depth, narrow in enumerate(self.narrows):
            sql = sql.replace(GROUP.format(depth), narrow.group.replace("'", "''"))
        return sql

    def query(self, sql: str, *, extra: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """The result of a query in the engine's own dialect, from any thread; ``extra`` tables are seen by it."""
        members = {f"members_{depth}": narrow.members for depth, narrow in enumerate(self.narrows) if narrow.listed}
        return self.engine.query(sql, {**self.overlay, **members, **(extra or {})})

    def run(self, expression: Any, *, extra: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """The result of an expression."""
        return self.query(self._named(compiled(expression, self.engine.dialect)), extra=extra)

    def kept(self, sql: str | None) -> str | None:
        """SQL as a reading keeps it: with the ids of a small part written out; None where they are too many to write."""
        parts = []
        for depth, narrow in enumerate(self.narrows):
            if sql is None or f'"members_{depth}"' not in sql:
                continue
            if narrow.ids is None or not 0 < len(narrow.ids) <= MEMBERS_WRITTEN:
                return None
            values = ", ".join("('" + account.replace("'", "''") + "')" for account in narrow.ids)
            parts.append(f'"members_{depth}" AS (SELECT * FROM (VALUES {values}) AS "m"("account_id"))')
        if not parts or sql is None:
            return sql
        body = f", {sql[5:]}" if sql.startswith("WITH ") else f" {sql}"
        return f"WITH {', '.join(parts)}{body}"

    def row(self, expression: Any) -> tuple[dict[str, Any], str]:
        """The one row of an aggregate and its SQL."""
        return self.run(expression).to_pylist()[0], self.sql(expression)

    def counts(self, name: str) -> Mapping[str, int]:
        """Rows of a table on ``as_of`` (under ``*``) and values of each of its columns."""
        if ("counts", name) not in self.memo:
            table = self.table(name)
            values = {column.name: table[column.name].count() for column in TABLES[name].columns}
            row, _sql = self.row(table.agg(**{"*": table.count()}, **values))
            self.memo[("counts", name)] = {column: int(value) for column, value in row.items()}
        found: Mapping[str, int] = self.memo[("counts", name)]
        return found

    @property
    def pauses(self) -> bool:
        """True where a subscription of the data is paused."""
        if "pauses" not in self.memo:
            table = self._dated("subscriptions")
            self.memo["pauses"] = self.run((table.status == "paused").any().name("any").as_table()).column(0)[0].as_py()
        return bool(self.memo["pauses"])

    def rows(self, name: str) -> int:
        """Number of rows of a table on ``as_of``."""
        return self.counts(name)["*"]

    def has(self, name: str, column: str | None = None) -> bool:
        """True where the table has rows (and the column at least one value)."""
        return self.counts(name)[column or "*"] > 0

    def accounts(self) -> list[tuple[str, str]]:
        """Id and shown name of every account, by id."""
        if "accounts" not in self.memo and self.inside is not None and self.whole is not None:
            self.memo["accounts"] = [pair for pair in self.whole.accounts() if pair[0] in self.inside]
        if "accounts" not in self.memo:
            table = self.table("accounts")
            found = self.run(table.select("account_id", "name").order_by("account_id")).to_pylist()
            self.memo["accounts"] = [(row["account_id"], row["name"] or row["account_id"]) for row in found]
        return list(self.memo["accounts"])

    @cached_property
    def names(self) -> dict[str, str]:
        """Shown name of every account by id."""
        return dict(self.accounts())

    def find_account(self, reference: str) -> tuple[str, str]:
        """Id and name of the one account meant by an id, a name or a part of it (case and quotes apart), else `UnknownName`."""
        accounts = self.accounts()
        wanted = _plain(reference)
        hits = [pair for pair in accounts if pair[0] == reference] or [
            pair for pair in accounts if wanted in (_plain(pair[0]), _plain(pair[1]))
        ]
        hits = hits or [pair for pair in accounts if len(wanted) > 3 and wanted in _plain(pair[1])]
        if len(hits) != 1:
            raise UnknownName(Text("client", "клиент"), reference, [name for pair in accounts for name in pair])
        return hits[0]


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold().replace("ё", "е") if character.isalnum())


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
    for name in TABLES:
        file = folder / f"{name}.parquet"
        if not file.exists() or pq.read_schema(file).names != arrow_schema(name).names:
            raise _outdated(manifest.source)
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
