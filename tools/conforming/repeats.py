"""Rows that stand twice: kept and flagged, or counted once where a table promises one row each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tools.conforming.piece import Piece
from tools.conforming.recognise import normal
from tools.conforming.remarks import Notes
from tools.formats import money
from tools.schema import TABLES
from tools.text import Text

ONE_ROW_A_DOCUMENT = 0.9
MANY = Decimal("0.05")


def flag_repeats(pieces: Sequence[Piece], notes: Notes) -> None:
    """Remark on rows of a file that repeat another row in full and on unused row ids that repeat.

    Of invoice lines the money they add is said; from a twentieth of the rows or of the money on it is a warning.
    """
    invoices = [piece for piece in pieces if piece.name == "invoices"]
    if not _counted_once(invoices):
        for file in dict.fromkeys(piece.raw.file for piece in invoices):
            _flag_lines([piece for piece in invoices if piece.raw.file == file], notes, where=file)
    for piece in pieces:
        rows = piece.body.rows
        if piece.name != "invoices" and (repeated := _count(_repeats(rows))):
            notes.add("exact_duplicates", where=piece.raw.file, rows=repeated)
        header = rows.column_names[0]
        if header in piece.plan.ignored and normal(header).endswith(" id"):
            column = rows.column(header).drop_null()
            again = len(column) - len(column.unique())
            if 0 < again <= 0.01 * len(column):
                notes.add("repeated_row_id", where=piece.raw.file, rows=again, column=header)


def _flag_lines(pieces: Sequence[Piece], notes: Notes, *, where: str) -> None:
    """Remark on the repeated invoice lines of one file with the money they add, by currency."""
    repeated = 0
    added: defaultdict[str, Decimal] = defaultdict(Decimal)
    sizes: defaultdict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for piece in pieces:
        again = _repeats(piece.body.rows)
        repeated += _count(again)
        for code, twice, amount, size in _sums(piece.data, again.filter(piece.kept)):
            sizes[code, twice] += size
            if twice:
                added[code] += amount
    if not repeated:
        return
    rows = sum(piece.body.rows.num_rows for piece in pieces)
    heavy = any(sizes[code, True] >= MANY * (sizes[code, True] + sizes[code, False]) > 0 for code in added)
    code = "exact_duplicates:many" if heavy or repeated >= MANY * rows else "exact_duplicates:lines"
    notes.add(code, where=where, rows=repeated, money=_money(added))


def _repeats(rows: Any) -> Any:
    """Marks of the rows that repeat an earlier row in full."""
    import numpy as np
    import pyarrow as pa

    marks = np.zeros(rows.num_rows, dtype=bool)
    if rows.group_by(rows.column_names).aggregate([]).num_rows < rows.num_rows:
        names = [f"c{place}" for place in range(rows.num_columns)]
        numbered = rows.rename_columns(names).append_column("row", pa.array(np.arange(rows.num_rows)))
        marks[:] = True
        marks[numbered.group_by(names).aggregate([("row", "min")])["row_min"].to_numpy()] = False
    return pa.array(marks)


def _sums(table: Any, again: Any) -> list[tuple[str, bool, Decimal, Decimal]]:
    """Currency, whether repeated, sum of amounts, sum of their sizes."""
    import pyarrow.compute as pc

    lines = table.select(["currency", "amount"]).append_column("again", again)
    lines = lines.append_column("size", pc.abs(table["amount"]))
    sums = lines.group_by(["currency", "again"]).aggregate([("amount", "sum"), ("size", "sum")])
    return [(row["currency"] or "XXX", row["again"], row["amount_sum"], row["size_sum"]) for row in sums.to_pylist()]


def _money(added: Mapping[str, Decimal]) -> Text:
    sums = sorted(added.items()) or [("XXX", Decimal(0))]
    return Text(
        " + ".join(money(amount, "en", currency=code) for code, amount in sums),
        " + ".join(money(amount, "ru", currency=code) for code, amount in sums),
    )


def _count(marks: Any) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(marks).as_py() or 0)


def _counted_once(pieces: Sequence[Piece]) -> bool:
    """True where `one_row_each` will count every repeated line once, so that none is kept."""
    import pyarrow as pa

    if not pieces or any(piece.data["account_id"].null_count for piece in pieces):
        return False
    return _one_row_a_document(pa.concat_tables([piece.data.select(["document"]) for piece in pieces])["document"])


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
    if not _one_row_a_document(table["document"]):
        return table
    kept = _first_of(table, ["account_id", "document", "date", "amount"])
    if kept.num_rows < table.num_rows:
        notes.add("duplicate_document", where=where, rows=table.num_rows - kept.num_rows)
    return kept


def _one_row_a_document(documents: Any) -> bool:
    """True where some documents repeat, and nearly every row is its own document."""
    if documents.null_count or not len(documents):
        return False
    return bool(ONE_ROW_A_DOCUMENT * len(documents) <= len(documents.unique()) < len(documents))


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
