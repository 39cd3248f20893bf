"""Rows that were read as they stand and yet count for nothing, or for more than they should: prices, ends, days far ahead."""

from collections.abc import Mapping
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from tools.conforming.remarks import Notes
from tools.text import same
from tools.unbound import DATED

#: Rows dated later than all others by more days than this, and no more of them than one in so many, are doubtful.
FAR, FEW = 366, 50


def note_doubts(tables: Mapping[str, pa.Table], notes: Notes) -> None:
    """Say which rows are left out of every figure, and which move the last day far from the rest."""
    prices = tables.get("subscriptions")
    if prices is not None:
        _note(notes, "negative_price", prices.filter(pc.less(prices["mrr"], 0)))
        _note(notes, "ends_before_start", prices.filter(pc.less_equal(prices["end_date"], prices["start_date"])))
    days = _days(tables)
    before = _before_the_far(days)
    if before is not None:
        far = int(pc.sum(pc.greater(days, pa.scalar(before))).as_py())
        last = pc.max(days).as_py()
        notes.add("far_days", rows=far, last=same(f"{last}"), before=same(f"{before}"))


def _note(notes: Notes, code: str, rows: pa.Table) -> None:
    for entry in rows["source_file"].value_counts().to_pylist():
        notes.add(code, where=entry["values"] or "", rows=entry["counts"])


def _days(tables: Mapping[str, pa.Table]) -> pa.ChunkedArray:
    """The days of all dated rows, each table's by the column that dates it."""
    found = [tables[name][column].cast(pa.date32()) for name, column in DATED.items() if name in tables]
    return pa.chunked_array([chunk for column in found for chunk in column.drop_null().chunks], pa.date32())


def _before_the_far(days: pa.ChunkedArray) -> date | None:
    """The last day before a few that are far ahead of all others; None where there are none."""
    counts: list[tuple[date, int]] = sorted(
        (entry["values"], entry["counts"]) for entry in days.value_counts().to_pylist()
    )
    after = 0
    for place in range(len(counts) - 1, 0, -1):
        after += counts[place][1]
        if after * FEW > len(days):
            return None
        if counts[place][0] - counts[place - 1][0] > timedelta(days=FAR):
            return counts[place - 1][0]
    return None
