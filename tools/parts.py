"""Rows of the parts of a base: every table is read once and put in the order of the parts, not asked part by part."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tools.engine import Engine

#: Tables longer than this are asked of the engine part by part: they are not to be held in memory.
ROWS_HELD = 10_000_000
SHARED = ("value_goals",)  # rows of no account (promises to a whole plan) belong to every part of these

Places = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, eq=False)
class Parts:
    """Disjoint parts of the accounts of a snapshot; ``read`` holds its tables for all who look at the snapshot."""

    engine: Engine
    read: dict[str, pa.Table | None]
    ids: tuple[tuple[str, ...], ...]
    orders: dict[str, tuple[Places, Places]] = field(default_factory=dict)
    figures: dict[int, tuple[pa.Table, pa.Table, Places]] = field(default_factory=dict)

    def rows(self, name: str, part: int) -> pa.Table | None:
        """The rows of a table that belong to a part, in their own order; None where the table is too long to hold."""
        table = self._table(name)
        if table is None:
            return None
        order, edges = self._order(name, table)
        places = order[edges[part + 1] : edges[part + 2]]
        if name in SHARED:
            places = np.sort(np.concatenate([order[: edges[1]], places]))
        return table.take(pa.array(places))

    def cut(self, rows: pa.Table, part: int) -> pa.Table:
        """The rows of the accounts of a part, in their own order; the table is put in the order of the parts once."""
        if id(rows) not in self.figures:
            order, edges = self._places(rows["account_id"])
            self.figures[id(rows)] = (rows, rows.take(pa.array(order)).combine_chunks(), edges)
        _rows, ordered, edges = self.figures[id(rows)]
        return ordered.slice(edges[part + 1], edges[part + 2] - edges[part + 1])

    def _table(self, name: str) -> pa.Table | None:
        if name not in self.read:
            count = self.engine.query(f'SELECT count(*) FROM "{name}"', {}).column(0)[0].as_py()
            found = self.engine.query(f'SELECT * FROM "{name}"', {}) if count <= ROWS_HELD else None
            self.read[name] = None if found is None else found.combine_chunks()
        return self.read[name]

    def _order(self, name: str, table: pa.Table) -> tuple[Places, Places]:
        if name not in self.orders:
            self.orders[name] = self._places(table["account_id"])
        return self.orders[name]

    def _places(self, accounts: pa.ChunkedArray) -> tuple[Places, Places]:
        """Places of the rows by part, and where each part begins: first rows without an account, then part by part."""
        everyone = pa.array([account for ids in self.ids for account in ids], pa.string())
        part = np.repeat(np.arange(1, len(self.ids) + 1), [len(ids) for ids in self.ids])
        part = np.concatenate([part, [len(self.ids) + 1]])  # of other accounts: of no part
        place = pc.fill_null(pc.index_in(accounts, value_set=everyone), len(part) - 1).to_numpy()
        mine = np.where(pc.is_null(accounts).to_numpy(), 0, part[place])
        order = np.argsort(mine.astype(np.int16 if len(self.ids) < 30_000 else np.int64), kind="stable")
        edges = np.searchsorted(mine[order], np.arange(len(self.ids) + 2))
        return order, edges
