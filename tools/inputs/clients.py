"""The clients of a load, as the rows of a workbook name them: by id, else by exact name."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa


@dataclass(slots=True)
class Clients:
    """Ids, names and plans of the table of clients."""

    table: pa.Table | None
    ids: Mapping[str, str | None]
    names: Mapping[str, list[str]]
    plans: frozenset[str]
    _columns: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: pa.Table | None) -> "Clients":
        """The clients of a table of accounts; none without one."""
        rows = table.select(["account_id", "name", "plan"]).to_pylist() if table is not None else []
        names: defaultdict[str, list[str]] = defaultdict(list)
        for row in rows:
            if row["name"]:
                names[_name(row["name"])].append(row["account_id"])
        ids = {row["account_id"]: row["name"] for row in rows if row["account_id"] is not None}
        return cls(table, ids, dict(names), frozenset(row["plan"] for row in rows if row["plan"]))

    def column(self, name: str) -> Mapping[str, Any]:
        """A column by client."""
        if name not in self._columns:
            assert self.table is not None
            pairs = zip(self.table["account_id"].to_pylist(), self.table[name].to_pylist(), strict=True)
            self._columns[name] = dict(pairs)
        return self._columns[name]

    def find(self, given: str | None, name: str | None) -> str | list[str]:
        """The one client that an id or a name means; a list where it is none (empty) or not one alone.

        A known id whose row bears the name of another client is no match: a column was moved against the others.
        """
        named = self.names.get(_name(name), []) if name else []
        if given is not None and given in self.ids:
            return given if given in named or not named else [given, *named]
        return named[0] if len(named) == 1 else named


def _name(name: str) -> str:
    return " ".join(name.split())
