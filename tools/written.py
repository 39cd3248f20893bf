"""What the file of a table says of its rows before any of them is read: how many there are, and what a column holds."""

from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq


@dataclass(frozen=True, slots=True)
class Written:
    """The facts in the foot of the parquet file of one table, as Arrow writes it: ends of a column are whole values."""

    about: pq.FileMetaData

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.about.num_rows)

    def cells(self, column: str) -> int | None:
        """Number of rows with a value in the column; None where the file does not say."""
        found = [part.num_values for part in self._parts(column) if part is not None]
        return sum(found) if len(found) == self.about.num_row_groups else None

    def ends(self, column: str) -> tuple[Any, Any] | None:
        """The least and the most value of the column; None where it holds none, or the file does not say."""
        full = [part for part in self._parts(column) if part is None or part.num_values]
        if not full or any(part is None or not part.has_min_max for part in full):
            return None
        return min(part.min for part in full), max(part.max for part in full)

    def _parts(self, column: str) -> list[Any]:
        """The statistics of the column in each group of rows, None where a group has none or does not count the missing."""
        place = self.about.schema.names.index(column)
        found = (self.about.row_group(group).column(place).statistics for group in range(self.about.num_row_groups))
        return [part if part is not None and part.has_null_count else None for part in found]
