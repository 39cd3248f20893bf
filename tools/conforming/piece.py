"""One raw table to one canonical table: columns typed, rows that cannot be read named and left out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.conforming.amounts import CurrencyRule, Recipe, amounts_of, currencies_of, currency_rule, recipe_of
from tools.conforming.columns import Style, Typed, style_of, text_column, typed
from tools.conforming.layout import Body, body_of
from tools.conforming.monthly import make_monthly, not_recurring
from tools.conforming.recognise import EXTRA_KINDS, Plan, normal
from tools.conforming.remarks import Notes
from tools.conforming.synonyms import NAMES
from tools.load import RawTable
from tools.schema import TABLES, Kind, arrow_schema

CODES = (
    "account_id",
    "document",
    "inn",
    "crm_id",
    "parent_id",
    "subscription_id",
    "ticket_id",
    "subscription_key",
    "product",
    "referred_id",
)
_WITH_CODE = re.compile(r"(.+?)\s*\(([\w-]*\d[\w-]*)\)")
_SCIENCE = r"^\d([.,]\d+)?[eE]\+\d+$"
ENDS = frozenset({("subscriptions", "end_date"), ("accounts", "contract_end"), ("invoices", "service_end")})
MONEY_OF: Mapping[str, str] = {"invoices": "amount", "subscriptions": "mrr"}


@dataclass(slots=True)
class Piece:
    """A canonical table made of one raw table, with what reconciliation needs of the raw side.

    ``kept`` marks the rows of ``body`` that are in ``data``; ``unread`` those whose amount cannot be read; ``factors``
    are what prices for a billing period were multiplied by.
    """

    raw: RawTable
    plan: Plan
    body: Body
    data: Any
    attributes: dict[str, Any]
    how: dict[str, str]
    key: Any = None
    kept: Any = None
    unread: Any = None
    recipe: Recipe | None = None
    factors: Any = None
    currency: CurrencyRule = field(default_factory=lambda: CurrencyRule("none"))
    cells: dict[str, Typed] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Canonical table."""
        return self.plan.table


def piece_of(raw: RawTable, plan: Plan, *, answers: Mapping[str, str], notes: Notes) -> Piece:
    """The canonical rows of ``raw``; every row left out and every value dropped is in ``notes``."""
    kinds = {header: _kind(plan.table, column) for column, header in plan.mapping.items()}
    style = style_of(raw, kinds, answers)
    body = body_of(raw, plan, style=style, notes=notes)
    cells = _cells(raw, body, plan=plan, style=style, notes=notes)
    piece = Piece(raw, plan, body, None, {}, {**raw.how, **plan.how, **_said(cells)}, cells=cells)
    columns: dict[str, Any] = {column: cell.values for column, cell in cells.items() if column not in EXTRA_KINDS}
    if plan.table == "invoices":
        _amount(piece, columns, style=style, notes=notes)
    make_monthly(piece, columns, style=style, notes=notes)
    if plan.table in MONEY_OF:
        piece.currency = currency_rule(plan.mapping, cells, money=MONEY_OF[plan.table])
        columns["currency"] = currencies_of(piece.currency, body.rows)
    if plan.table == "accounts":
        _snapshot_rules(piece, columns, notes)
    piece.attributes = {name: text_column(body.rows.column(header), code=name in CODES).values
                        for name, header in plan.attributes.items()}  # fmt: skip
    _split_names(piece, columns)
    if "subscription_key" in cells:
        piece.key = cells["subscription_key"].values
    _finish(piece, columns, notes)
    return piece


def _kind(table: str, column: str) -> Kind:
    return EXTRA_KINDS.get(column) or TABLES[table].column(column).kind


def _cells(raw: RawTable, body: Body, *, plan: Plan, style: Style, notes: Notes) -> dict[str, Typed]:
    cells = {}
    for column, header in plan.mapping.items():
        kind = _kind(plan.table, column)
        values = body.rows.column(header)
        if column in CODES:
            cell, question = text_column(values, code=True), None
            _science(raw, header, cell, notes)
        else:
            cell, question = typed(header, values, kind, style, open_end=(plan.table, column) in ENDS)
        if question:
            notes.ask(question)
        cells[column] = cell
        if cell.opened:
            notes.add("open_end_dates", where=raw.file, rows=cell.opened, column=header)
        if cell.rounded:
            notes.add("money_rounded", where=raw.file, rows=cell.rounded, column=header)
        if cell.factor != 1:
            notes.add("thousands", where=raw.file, rows=body.rows.num_rows, column=header)
    _left_empty(raw, cells, plan=plan, notes=notes)
    return cells


def _left_empty(raw: RawTable, cells: Mapping[str, Typed], *, plan: Plan, notes: Notes) -> None:
    """Remark on unreadable cells that leave the row in: neither a required value nor a part of the amount."""
    parts = recipe_of(plan.mapping, cells).columns if plan.table == "invoices" else ()
    for column, cell in cells.items():
        header = plan.mapping[column]
        bad = _count(cell.bad)
        needed = column in (*TABLES[plan.table].required, "billing_period", "charged_days")
        if bad and not needed and header not in parts:
            notes.add("bad_values", where=raw.file, rows=bad, column=header, example=cell.example)


def _science(raw: RawTable, header: str, cell: Typed, notes: Notes) -> None:
    import pyarrow.compute as pc

    cut = pc.fill_null(pc.match_substring_regex(cell.values, _SCIENCE), False)
    if pc.any(cut).as_py():
        notes.add("id_in_scientific_notation", where=raw.file, rows=_count(cut), column=header)


def _amount(piece: Piece, columns: dict[str, Any], *, style: Style, notes: Notes) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    plan, body = piece.plan, piece.body
    piece.recipe = recipe = recipe_of(plan.mapping, piece.cells)
    ready = {plan.mapping[name]: cell for name, cell in piece.cells.items() if _kind("invoices", name) == "money"}
    parts = {
        header: ready.get(header) or typed(header, body.rows.column(header), "money", style)[0]
        for header in recipe.columns
    }
    amounts = amounts_of(recipe, {header: cell.values for header, cell in parts.items()})
    piece.unread = _unread(list(parts.values()), amounts)
    columns["amount"] = pc.if_else(piece.unread, pa.scalar(None, amounts.type), amounts)
    piece.how["amount"] = "; ".join(dict.fromkeys(part for part in (recipe.how, piece.how.get("amount")) if part))
    if recipe.taxed:
        notes.add("amount_includes_tax", where=piece.raw.file, rows=body.rows.num_rows)


def _unread(parts: list[Typed], amounts: Any) -> Any:
    """Rows where a part of the amount cannot be read, or where what the parts make is too large."""
    import pyarrow.compute as pc

    bad, full = parts[0].bad, parts[0].filled
    for part in parts[1:]:
        bad, full = pc.or_(bad, part.bad), pc.and_(full, part.filled)
    return pc.or_(bad, pc.and_(full, pc.is_null(amounts)))


def _snapshot_rules(piece: Piece, columns: dict[str, Any], notes: Notes) -> None:
    """Blank charges of a client of zero tenure are zero: nothing was charged yet."""
    from decimal import Decimal

    import pyarrow as pa
    import pyarrow.compute as pc

    if not {"total_charge", "tenure_months"} <= set(columns):
        return
    blank = pc.and_(pc.invert(piece.cells["total_charge"].filled), pc.equal(columns["tenure_months"], 0))
    blank = pc.fill_null(blank, False)
    if not pc.any(blank).as_py():
        return
    columns["total_charge"] = pc.if_else(blank, pa.scalar(Decimal(0), pa.decimal128(18, 4)), columns["total_charge"])
    header = piece.plan.mapping["total_charge"]
    notes.add("blank_total_zero_tenure", where=piece.raw.file, rows=_count(blank), column=header)


def _split_names(piece: Piece, columns: dict[str, Any]) -> None:
    """«ООО Ромашка (123)» in every row of a name column is a name and a code."""
    import pyarrow as pa

    from tools.conforming.columns import distinct

    header = piece.plan.mapping.get("account_id")
    if header is None or normal(header) not in NAMES:
        return
    values, indices = distinct(columns["account_id"])
    parts = [_WITH_CODE.fullmatch(value) if value else None for value in values]
    if not values or any(part is None for value, part in zip(values, parts, strict=True) if value):
        return
    columns["account_id"] = pa.array([part[2] if part else None for part in parts], pa.string()).take(indices)
    piece.attributes["name"] = pa.array([part[1] if part else None for part in parts], pa.string()).take(indices)
    piece.how["account_id"] = f"the code in brackets of {header}"


def _finish(piece: Piece, columns: dict[str, Any], notes: Notes) -> None:
    """Leave out rows without a required value, add provenance, put the columns in the schema's order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    raw, body = piece.raw, piece.body
    count = body.rows.num_rows
    keep = pc.invert(not_recurring(piece))
    stated = [name for name in ("billing_period", "charged_days") if name in columns]
    for column in (*stated, *TABLES[piece.name].required):
        if column == "account_id" and piece.name != "accounts":
            continue
        missing = pc.is_null(columns[column])
        header = piece.plan.mapping.get(column) or (piece.recipe.how if piece.recipe else column)
        _left_out(piece, column, header=header, lost=pc.and_(keep, missing), notes=notes)
        keep = pc.and_(keep, pc.invert(missing))
    where = raw.file if raw.sheet is None else f"{raw.file} » {raw.sheet}"
    columns["source_file"] = pa.array([where] * count, pa.string())
    columns["source_row"] = body.numbers
    schema = arrow_schema(piece.name)
    arrays = [columns.get(field.name, pa.nulls(count, field.type)) for field in schema]
    cast = [array.cast(field.type) for array, field in zip(arrays, schema, strict=True)]
    table = pa.Table.from_arrays(cast, schema=schema)
    piece.data, piece.kept = table.filter(keep), keep
    piece.attributes = {name: values.filter(keep) for name, values in piece.attributes.items()}
    piece.key = piece.key.filter(keep) if piece.key is not None else None


def _left_out(piece: Piece, column: str, *, header: str, lost: Any, notes: Notes) -> None:
    import pyarrow.compute as pc

    rows = _count(lost)
    if not rows:
        return
    cell = piece.cells.get(column)
    marked = piece.unread if column == "amount" else cell.bad if cell else pc.invert(lost)
    unread = pc.and_(lost, marked)
    bad = _count(unread)
    if bad:
        place, at = _place(piece, unread)
        headers = piece.recipe.columns if piece.recipe and column == "amount" else (header,)
        said = " × ".join(str(piece.body.rows.column(name)[at].as_py()) for name in headers)
        notes.add("bad_required", where=piece.raw.file, rows=bad, column=header, example=f"{place}: {said}")
    if rows - bad:
        place, _ = _place(piece, pc.and_(lost, pc.invert(unread)))
        notes.add("missing_required", where=piece.raw.file, rows=rows - bad, column=header, example=place)


def _place(piece: Piece, mask: Any) -> tuple[str, int]:
    """Sheet or file and row number of the first marked row, and its index."""
    import pyarrow.compute as pc

    first = int(pc.index(mask, True).as_py())
    return f"{piece.raw.sheet or piece.raw.file}: {piece.body.numbers[first].as_py()}", first


def _said(cells: Mapping[str, Typed]) -> dict[str, str]:
    return {column: cell.how for column, cell in cells.items() if cell.how and cell.how != "whole numbers"}


def _count(mask: Any) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(mask).as_py() or 0)
