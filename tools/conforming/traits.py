"""What a table of clients says beyond the canonical columns: one row a client and trait, for the models.

Kept are numbers, dates and categories of few values. Left out are codes, phones, addresses and free text: no model
reads them, and they often name people.
"""

from collections.abc import Sequence
from typing import Any

from tools.conforming.columns import style_of, typed
from tools.conforming.piece import Piece
from tools.schema import Kind, arrow_schema
from tools.sources.cells import BLANK, ORDERS, date_of, is_number

MOST_VALUES = 50
CODE_DIGITS = 9
MOSTLY = 0.95


def traits_of(pieces: Sequence[Piece]) -> tuple[Any, dict[str, list[str]]]:
    """The ``traits`` table (None without any) and the headers kept, by file; the first row of a client counts."""
    import pyarrow as pa

    made: list[Any] = []
    kept: dict[str, list[str]] = {}
    for piece in pieces:
        if piece.name != "accounts":
            continue
        rows = piece.body.rows.filter(piece.kept)
        first = _first_rows(piece.data["account_id"])
        for header in piece.plan.ignored:
            kind = _kind(rows.column(header))
            if kind is not None:
                kept.setdefault(piece.raw.file, []).append(header)
                made.append(_trait(piece, rows.column(header), header=header, kind=kind).take(first))
    if not made:
        return None, {}
    whole = pa.concat_tables(made)
    return whole.filter(whole["value"].is_valid()).combine_chunks(), kept


def _first_rows(accounts: Any) -> Any:
    import pyarrow as pa

    seen: dict[str, int] = {}
    for place, account in enumerate(accounts.to_pylist()):
        if account is not None:
            seen.setdefault(account, place)
    return pa.array(list(seen.values()), pa.int64())


def _kind(column: Any) -> Kind | None:
    """How the column reads, or None where no model should: few filled cells, codes, free text."""
    filled = [value for value in column.to_pylist() if value is not None and value.strip().casefold() not in BLANK]
    values = sorted(set(filled))
    if len(filled) < 2:
        return None
    dates = sum(any(date_of(value, order, serial=False) is not None for order in ORDERS) for value in values)
    if dates >= MOSTLY * len(values):
        return "date"
    if sum(map(is_number, values)) >= MOSTLY * len(values):
        return None if _codes(values, filled) else "number"
    return "text" if len(values) <= MOST_VALUES and 2 * len(values) <= len(filled) else None


def _codes(values: list[str], filled: list[str]) -> bool:
    """True for row numbers, phones and ids: whole numbers, each its own row."""
    if len(values) < len(filled) or not all(value.strip().isdecimal() for value in values):
        return False
    numbers = [int(value) for value in values]
    return len(str(min(numbers))) >= CODE_DIGITS or max(numbers) - min(numbers) + 1 == len(numbers) > 1


def _trait(piece: Piece, column: Any, *, header: str, kind: Kind) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    count = len(column)
    cell, _question = typed(header, column, kind, style_of(piece.raw, {header: kind}, {}))
    text, _none = typed(header, column, "text", style_of(piece.raw, {}, {}))
    values = pc.if_else(cell.filled, text.values, pa.scalar(None, pa.string()))
    columns = {
        "account_id": piece.data["account_id"],
        "name": pa.array([header] * count, pa.string()),
        "value": values,
        "number": cell.values if kind == "number" else pa.nulls(count, pa.float64()),
        "day": cell.values if kind == "date" else pa.nulls(count, pa.date32()),
        "source_file": piece.data["source_file"],
        "source_row": piece.data["source_row"],
    }
    schema = arrow_schema("traits")
    return pa.Table.from_arrays([columns[field.name].cast(field.type) for field in schema], schema=schema)
