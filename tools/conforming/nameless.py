"""A lone table of numbers that names no client: each row is taken for one, and no column is called money unasked."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tools.conforming.columns import style_of, typed
from tools.conforming.piece import Piece, piece_of
from tools.conforming.recognise import SAMPLE, Plan, normal
from tools.conforming.remarks import Notes
from tools.conforming.synonyms import SYNONYMS
from tools.load import Question, RawTable
from tools.sources.cells import is_date, is_number
from tools.text import Text

ROW = "row number"
FEWEST_ROWS = 10


def nameless_piece(raw: RawTable, *, answers: Mapping[str, str], notes: Notes) -> Piece | None:
    """Clients known by row number, or None where the table is not one of clients and their numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    mapping = _attributes(raw)
    others = [name for name in raw.rows.column_names if name not in mapping.values()]
    numbers = [name for name in others if _numeric(raw.rows.column(name))]
    if raw.how.get("header") == "none" or not mapping or len(numbers) < 2 or raw.rows.num_rows < FEWEST_ROWS:
        return None
    if len(numbers) + len(mapping) < raw.rows.num_columns:
        return None
    rows = raw.rows.append_column(ROW, pc.cast(raw.numbers, pa.string()))
    plan = Plan("accounts", {"account_id": ROW, **mapping}, {}, tuple(numbers), {"account_id": ROW})
    piece = piece_of(replace(raw, rows=rows), plan, answers=answers, notes=notes)
    notes.add("no_client_column", where=raw.file, rows=raw.rows.num_rows)
    _spend(piece, raw, numbers, answers=answers, notes=notes)
    return piece


def _spend(piece: Piece, raw: RawTable, numbers: list[str], *, answers: Mapping[str, str], notes: Notes) -> None:
    """Add up the columns that the user names as money; unnamed, they stay out and are asked about."""
    import pyarrow as pa

    name = f"spend_columns:{raw.file}"
    chosen = [column.strip() for column in answers.get(name, "").split(",") if column.strip() in numbers]
    piece.how["total_charge"] = " + ".join(chosen) or "not named as money"
    if not chosen:
        amounts = [column for column in numbers if len(raw.rows.column(column).unique()) > FEWEST_ROWS]
        listed = ", ".join(amounts or numbers)
        if answers.get(name) != "none":
            notes.add("no_money_column", where=raw.file, columns=listed)
            text = Text(
                f"Which columns of {raw.file} are money that the client spent? {listed}",
                f"Какие столбцы файла {raw.file} — деньги, потраченные клиентом? {listed}",
            )
            notes.ask(Question(name, text, (listed, "none"), ("segments", "concentration")))
        return
    style = style_of(raw, dict.fromkeys(chosen, "money"), answers)
    values = [typed(column, raw.rows.column(column), "money", style)[0].values.to_pylist() for column in chosen]
    sums = [sum((value or Decimal(0) for value in row), Decimal(0)) for row in zip(*values, strict=True)]
    place = piece.data.schema.get_field_index("total_charge")
    piece.data = piece.data.set_column(place, "total_charge", pa.array(sums, pa.decimal128(18, 4)))


def _attributes(raw: RawTable) -> dict[str, str]:
    found = {}
    for column in ("plan", "industry", "region"):
        header = next((name for name in raw.rows.column_names if normal(name) in SYNONYMS["accounts"][column]), None)
        if header:
            found[column] = header
    return found


def _numeric(column: Any) -> bool:
    values = [value for value in column.slice(0, SAMPLE).to_pylist() if value]
    return bool(values) and all(is_number(value) and not is_date(value) for value in values)
