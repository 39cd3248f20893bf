"""Control totals: the export counted from its own strings by a second, simple path, beside what was loaded."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from tools.conforming.amounts import currencies_of
from tools.conforming.monthly import monthly
from tools.conforming.piece import MONEY_OF, Piece
from tools.load import ControlTotal
from tools.sources.cells import BLANK, BLANK_TEXT, Mark

ZERO = Decimal(0)
DIGITS = 14
_POWER = re.compile(r"-?\d+(?:[.,]\d+)?[eE][+-]?\d+")


def control_totals(pieces: Sequence[Piece], tables: Mapping[str, Any]) -> tuple[ControlTotal, ...]:
    """Rows of every table; clients, documents and amount by currency of invoices; the sum of subscription prices."""
    totals: list[ControlTotal] = []
    for name in dict.fromkeys(piece.name for piece in pieces):
        mine = [piece for piece in pieces if piece.name == name]
        table = tables[name]
        lines = sum(piece.body.lines for piece in mine)
        totals.append(ControlTotal("rows", name, Decimal(lines), Decimal(table.num_rows)))
        if name == "invoices":
            totals += _distinct(mine, table, what="clients", column="account_id")
            totals += _distinct(mine, table, what="documents", column="document")
        if name in MONEY_OF:
            totals += _money(mine, table, name=name)
    return tuple(totals)


def _distinct(pieces: Sequence[Piece], table: Any, *, what: Any, column: str) -> list[ControlTotal]:
    headers = [(piece, piece.plan.mapping[column]) for piece in pieces if column in piece.plan.mapping]
    if not headers:
        return []
    seen: set[str] = set()
    for piece, header in headers:
        texts = (value.strip() for value in piece.body.rows.column(header).unique().to_pylist() if value)
        seen |= {_code(text) for text in texts if text.casefold() not in BLANK_TEXT}
    loaded = table.column(column).drop_null().unique()
    return [ControlTotal(what, "invoices", Decimal(len(seen)), Decimal(len(loaded)))]


def _code(text: str) -> str:
    head, point, tail = text.partition(".")
    return head if point and not tail.strip("0") and head.isdigit() else text


def _money(pieces: Sequence[Piece], table: Any, *, name: str) -> list[ControlTotal]:
    source: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for piece in pieces:
        for currency, amount in _source_money(piece).items():
            source[currency] += amount
    loaded = _loaded_money(table, MONEY_OF[name])
    codes = sorted(set(source) | set(loaded))
    return [ControlTotal("amount", name, source[code], loaded.get(code, ZERO), code) for code in codes]


def _loaded_money(table: Any, column: str) -> dict[str, Decimal]:
    import pyarrow.compute as pc

    codes = pc.fill_null(table.column("currency"), "XXX")
    grouped = table.select([column]).append_column("code", codes).group_by("code").aggregate([(column, "sum")])
    return {row["code"]: row[f"{column}_sum"] or ZERO for row in grouped.to_pylist()}


def _source_money(piece: Piece) -> dict[str, Decimal]:
    """Amounts of the raw strings, each distinct combination read once and multiplied by its rows."""
    import pyarrow as pa

    mapping = piece.plan.mapping
    headers = piece.recipe.columns if piece.recipe else (mapping["mrr"],)
    kind = piece.recipe.kind if piece.recipe else "column"
    marks = {mapping[column]: cell for column, cell in piece.cells.items()}
    rows = piece.body.rows.select(list(dict.fromkeys(headers)))
    names = [f"c{place}" for place in range(len(rows.column_names))]
    codes = currencies_of(piece.currency, piece.body.rows)
    factors = piece.factors if piece.factors is not None else pa.repeat("1", rows.num_rows)
    table = rows.rename_columns(names).append_column("code", codes).append_column("factor", factors)
    counted = table.group_by([*names, "code", "factor"]).aggregate([([], "count_all")])
    cells = [marks[header] for header in rows.column_names]
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    columns = [counted[name].to_pylist() for name in names]
    codes, counts, factors = (counted[name].to_pylist() for name in ("code", "count_all", "factor"))
    for code, times, factor, *texts in zip(codes, counts, factors, *columns, strict=True):
        read = [plain(text, cell.mark) for text, cell in zip(texts, cells, strict=True)]
        values = [value * cell.factor for value, cell in zip(read, cells, strict=True) if value is not None]
        if factor is None or len(values) < len(read) or not all(map(_holds, values)):
            continue
        amount = values[0]
        if kind == "product":
            amount = values[0] * values[1]
        elif kind == "difference":
            amount = values[0] - values[1]
        if factor != "1":
            amount = monthly(amount, Fraction(factor))
        sums[code or "XXX"] += amount * times if _holds(amount) else ZERO
    return sums


def plain(text: str | None, mark: Mark) -> Decimal | None:
    """A number by the shortest way: its digits and its last mark if that is the decimal one; an empty cell is zero.

    None for words, for what is not finite, and for a power of ten that no amount reaches.
    """
    if not text or text.strip().casefold() in BLANK:
        return ZERO
    power = _POWER.search(text)
    try:
        value = Decimal(power[0].replace(",", ".") if power else text)
        if power or mark == "." or "." not in text:
            return value if _holds(value) else None
    except InvalidOperation:
        if power:
            return None
    digits = "".join(character for character in text if character.isdigit() or character in ".,").rstrip(".,")
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0 and (digits[last] == mark or len(digits) - last - 1 != 3) and digits.count(digits[last]) == 1:
        digits = digits[:last].replace(".", "").replace(",", "") + "." + digits[last + 1 :]
    else:
        digits = digits.replace(".", "").replace(",", "")
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return None
    minus = text.strip().startswith("(") or any(sign in text for sign in "-−")
    return -value if minus else value


def _holds(value: Decimal) -> bool:
    """True for a number that an amount of fourteen digits before the mark holds."""
    return value.is_finite() and (not value or value.adjusted() < DIGITS)
