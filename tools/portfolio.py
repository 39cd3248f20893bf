"""Portfolio: an immutable snapshot of canonical tables, read through unbound Ibis tables by an embedded DuckDB."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from tools.document import Profile
from tools.engine import Engine, Overflow, compiled, typed
from tools.errors import UnknownName
from tools.levels import LEVELS, at_level
from tools.narrow import Narrow
from tools.policy import Policy
from tools.reading import Window
from tools.schema import TABLES
from tools.text import Text
from tools.unbound import DATED, OF_PART, canonical, counts, number
from tools.written import Written

if TYPE_CHECKING:
    from tools.snapshot import Manifest

GROUP = "\u27e6group {}\u27e7"  # stands for a group's name in a compiled query
MEMBERS_WRITTEN = 200  # ids of a part that a kept query still spells out


@dataclass(frozen=True)
class Portfolio:
    """One snapshot seen on one day: tables, currency, profile and policy. Rows dated after ``as_of`` are not there.

    ``narrows`` are the parts looked at, one inside the other; ``level`` is the unit counted (see `tools.levels`);
    ``convention`` forces a way of counting recurring revenue; ``overlay`` holds answers given in the audit itself, in
    place of a table of the snapshot; ``stated`` are those that people gave beside the data (`tools.stated`). ``written``
    is what the files of the snapshot say of its tables before any row is read.
    """

    snapshot: str
    manifest: "Manifest"
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
    stated: Mapping[str, Any] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)
    written: Mapping[str, Written] = field(default_factory=dict, compare=False, repr=False)
    read: dict[str, pa.Table | None] = field(default_factory=dict, compare=False, repr=False)

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
        memo = ("table", name, *self._shape)
        if memo not in self.base.memo:
            self.base.memo[memo] = self._within(name)
        return self.base.memo[memo]

    def _within(self, name: str) -> Any:
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
        table = canonical(name, bool(self.narrows), self.as_of)
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
        return self._named(self._written(key, build, dialect))

    def asked(self, key: Hashable, build: Callable[[], Any]) -> pa.Table:
        """The result of the expression that ``build`` makes, which is made once under ``key`` for all parts of one shape."""
        return self._answer(self._written(key, build, self.engine.dialect))

    def _written(self, key: Hashable, build: Callable[[], Any], dialect: str) -> str:
        memo = ("text", key, *self._shape, dialect)
        if memo not in self.base.memo:
            self.base.memo[memo] = compiled(build(), dialect)
        return str(self.base.memo[memo])

    @property
    def _shape(self) -> tuple[Any, ...]:
        """What two parts of one base share where the same question to both is the same but for the group's name."""
        narrows = tuple((narrow.by, narrow.missing) if narrow.column else "listed" for narrow in self.narrows)
        return narrows, self.as_of, self.level, self.outcomes_known, self.convention, self.answers

    @property
    def answers(self) -> tuple[tuple[str, int], ...]:
        """What tells apart the tables that stand in place of those of the snapshot."""
        return tuple(sorted((name, id(table)) for name, table in self.overlay.items()))

    def _named(self, sql: str) -> str:
        """The query with the names of the groups in place of their marks, so that all groups share one compilation."""
        sql = sql.replace(OF_PART, "")
        for depth, narrow in enumerate(self.narrows):
            sql = sql.replace(GROUP.format(depth), narrow.group.replace("'", "''"))
        return sql

    def query(self, sql: str, *, extra: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """The result of a query in the engine's own dialect, from any thread; ``extra`` tables are seen by it.

        Raises `BadData` with the rows where an amount is too large to count with.
        """
        members = {f"members_{depth}": narrow.members for depth, narrow in enumerate(self.narrows) if narrow.listed}
        try:
            return self.engine.query(sql, {**self.overlay, **members, **(extra or {})})
        except Overflow as error:
            from tools.traced import too_large

            told = too_large(self.base)
            if told is None:
                raise
            raise told from error

    def run(self, expression: Any, *, extra: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """The result of an expression."""
        return typed(self._answer(compiled(expression, self.engine.dialect), extra), expression)

    def _answer(self, sql: str, extra: Mapping[str, pa.Table] | None = None) -> pa.Table:
        sql, rows = self._cut(sql)
        return self.query(self._named(sql), extra={**rows, **(extra or {})})

    def _cut(self, sql: str) -> tuple[str, dict[str, pa.Table]]:
        """The query with the tables of a part in place of those of the base, where the base is cut into parts."""
        narrow = next((narrow for narrow in reversed(self.narrows) if narrow.parts is not None), None)
        found: dict[str, pa.Table] = {}
        if narrow is None or narrow.parts is None or self.level != "account" or self.engine.dialect != "duckdb":
            return sql, found
        for name in TABLES:
            if name + OF_PART not in sql or name in self.overlay:
                continue
            rows = narrow.parts.rows(name, narrow.place)
            if rows is not None:
                sql, found["part_" + name] = sql.replace(name + OF_PART, "part_" + name), rows
        return sql, found

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

    def row_of(self, key: Hashable, build: Callable[[], Any]) -> tuple[dict[str, Any], str]:
        """`row` of the expression that ``build`` makes, which is made once under ``key`` for all parts of one shape."""
        return self.asked(key, build).to_pylist()[0], self.text(key, build)

    def counts(self, name: str) -> Mapping[str, int]:
        """Rows of a table on ``as_of`` (under ``*``) and values of each of its columns."""
        if ("counts", name) not in self.memo:
            self.memo[("counts", name)] = self._counted(name)
        found: Mapping[str, int] = self.memo[("counts", name)]
        return found

    def _counted(self, name: str) -> Mapping[str, int]:
        written, columns = self.known(name), [column.name for column in TABLES[name].columns]
        cells = {} if written is None else {column: written.cells(column) for column in columns}
        if written is not None and None not in cells.values():
            return {"*": written.rows, **{column: int(number or 0) for column, number in cells.items()}}
        row = self.asked(("counts", name), lambda: counts(self.table(name), name)).to_pylist()[0]
        return {column: int(value) for column, value in row.items()}

    @property
    def pauses(self) -> bool:
        """True where a subscription of the data is paused."""
        if self.whole is not None:
            return self.whole.pauses
        if "pauses" not in self.memo:
            written = self.known("subscriptions")
            self.memo["pauses"] = (written is None or written.cells("status") != 0) and self._paused()
        return bool(self.memo["pauses"])

    def _paused(self) -> bool:
        table = self._dated("subscriptions")
        return int(self.asked("pauses", lambda: number(table, "paused")).column(0)[0].as_py()) > 0

    def known(self, name: str) -> Written | None:
        """What the file of a table says of it, where the portfolio sees every row of the file as it stands; else None."""
        written = self.written.get(name)
        hidden = name == "value_goals" and not self.outcomes_known
        if written is None or name in self.overlay or self.narrows or self.level != "account" or hidden:
            return None
        if self.as_of is None or name not in DATED or written.cells(DATED[name]) == 0:
            return written
        ends = written.ends(DATED[name])
        return written if ends is not None and ends[1] <= self.as_of else None

    def rows(self, name: str) -> int:
        """Number of rows of a table on ``as_of``."""
        if ("counts", name) in self.memo:
            return self.counts(name)["*"]
        if ("rows", name) not in self.memo:
            self.memo[("rows", name)] = self._rows(name)
        return int(self.memo[("rows", name)])

    def _rows(self, name: str) -> int:
        if name in self.written and name not in self.overlay and not self.written[name].rows:
            return 0
        written = self.known(name)
        if written is not None:
            return written.rows
        return int(self.asked(("rows", name), lambda: number(self.table(name))).column(0)[0].as_py())

    def has(self, name: str, column: str | None = None) -> bool:
        """True where the source has the table (and a value of the column): a fact of the base, the same in all its parts.

        What there is of it in a part, `rows` and `counts` say.
        """
        return self.base.rows(name) > 0 and (column is None or self.base.counts(name)[column] > 0)

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
