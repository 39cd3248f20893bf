"""Rows that stand twice: kept and flagged, or counted once where a table promises one row each."""

from collections.abc import Sequence
from typing import Any

from tools.conforming.piece import Piece
from tools.conforming.recognise import normal
from tools.conforming.remarks import Notes
from tools.schema import TABLES

ONE_ROW_A_DOCUMENT = 0.9


def flag_repeats(pieces: Sequence[Piece], notes: Notes) -> None:
    """Remark on rows of a file that repeat another row in full and on unused row ids that repeat."""
    for piece in pieces:
        rows = piece.body.rows
        repeated = rows.num_rows - rows.group_by(rows.column_names).aggregate([]).num_rows
        if repeated:
            notes.add("exact_duplicates", where=piece.raw.file, rows=repeated)
        header = rows.column_names[0]
        if header in piece.plan.ignored and normal(header).endswith(" id"):
            column = rows.column(header).drop_null()
            again = len(column) - len(column.unique())
            if 0 < again <= 0.01 * len(column):
                notes.add("repeated_row_id", where=piece.raw.file, rows=again, column=header)


def one_row_each(name: str, table: Any, notes: Notes, *, where: str) -> Any:
    """The table with the first row of each key, where the schema promises a key; the rows dropped are remarked on."""
    key = TABLES[name].key
    if key and table[key[0]].null_count < table.num_rows:
        kept = _first_of(table, list(key))
        if kept.num_rows < table.num_rows:
            notes.add("duplicate_id", where=where, rows=table.num_rows - kept.num_rows, column=key[0])
        table = kept
    if name == "invoices":
        table = _documents_once(table, notes, where=where)
    return table


def _documents_once(table: Any, notes: Notes, *, where: str) -> Any:
    """Where nearly every row is its own document, one that repeats with the same client, day and amount counts once."""
    documents = table["document"]
    if documents.null_count or not table.num_rows or len(documents.unique()) == table.num_rows:
        return table
    if len(documents.unique()) < ONE_ROW_A_DOCUMENT * table.num_rows:
        return table
    kept = _first_of(table, ["account_id", "document", "date", "amount"])
    if kept.num_rows < table.num_rows:
        notes.add("duplicate_document", where=where, rows=table.num_rows - kept.num_rows)
    return kept


def _first_of(table: Any, columns: list[str]) -> Any:
    """First row of each combination in file order; rows with an empty first column are all kept."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    numbered = table.append_column("row", pa.array(np.arange(table.num_rows)))
    firsts = numbered.group_by(columns).aggregate([("row", "min")])["row_min"]
    nulls = numbered.filter(pc.is_null(numbered[columns[0]]))["row"]
    wanted = np.unique(np.concatenate([firsts.to_numpy(), nulls.to_numpy()]))
    return table.take(pa.array(wanted))
