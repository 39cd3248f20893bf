"""Recurring prices of a year, a quarter or a week made prices a month, exactly but for the fourth decimal."""

from calendar import monthrange
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tools.conforming.columns import CENT, Style, Typed
from tools.conforming.periods import DAY, PRICED, factors_of, stated_factor
from tools.conforming.recognise import normal
from tools.conforming.remarks import Notes

if TYPE_CHECKING:
    from tools.conforming.piece import Piece


def monthly(price: Decimal, factor: Fraction) -> Decimal:
    """The price times the factor, rounded half-up to four decimals: 2,000 a year is 166.6667 a month.

    It is within 0.00005 of the exact price a month, so a sum of n such prices is within n * 0.00005 of the exact sum:
    three yearly prices of 1,000 come to 249.9999, shown as 250.00, thirty thousand to 2,499,999 instead of 2,500,000.
    The remainder is not spread over the rows: equal prices stay equal, whatever stands beside them in the file, and a
    renewal at the same price is no movement.
    """
    return (price * factor.numerator / factor.denominator).quantize(CENT, ROUND_HALF_UP)


def make_monthly(piece: "Piece", columns: dict[str, Any], *, style: Style, notes: Notes) -> None:
    """Put prices a month into ``columns`` where the price is for a period that a column or its own header names.

    Of subscriptions ``billing_period`` and ``charged_days`` are put there too, null where the row cannot be counted.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    mapping, where = piece.plan.mapping, piece.raw.file
    column = PRICED.get(piece.name, "")
    price, period = mapping.get(column), mapping.get("billing_period")
    stated = stated_factor(normal(price)) if price else None
    if price is None or not (period or stated):
        return
    stood = columns[column]
    if period:
        piece.cells["billing_period"] = factors_of(period, piece.body.rows.column(period), style, notes)
        piece.factors = piece.cells["billing_period"].values
        if piece.name == "subscriptions":
            columns["billing_period"] = piece.factors
            _whole_periods(piece, columns, notes)
    else:
        piece.factors = pa.repeat(str(stated), piece.body.rows.num_rows)
    columns[column] = _monthly_prices(stood, piece.factors)
    said = f"{price} by {period or 'its name'}, made monthly"
    piece.how[column] = "; ".join(part for part in (said, piece.how.get(column)) if part)
    made = _count(pc.and_(pc.is_valid(columns[column]), pc.not_equal(piece.factors, "1")))
    if made:
        notes.add("price_made_monthly", where=where, rows=made, column=price)
    if period:
        _without_period(piece, stood, header=period, notes=notes)


def not_recurring(piece: "Piece") -> Any:
    """Marks of the rows of ``piece.body`` that a subscription's billing period says are paid once."""
    import pyarrow as pa

    cell = piece.cells.get("billing_period")
    if piece.name != "subscriptions" or cell is None:
        return pa.repeat(False, piece.body.rows.num_rows)
    return _paid_once(cell)


def _paid_once(periods: Typed) -> Any:
    import pyarrow.compute as pc

    return pc.and_(pc.and_not(periods.filled, periods.bad), pc.is_null(periods.values))


def _without_period(piece: "Piece", prices: Any, *, header: str, notes: Notes) -> None:
    """Remark on prices paid once and, where the row stays in without its price, on those of an unknown period."""
    import pyarrow.compute as pc

    cell = piece.cells["billing_period"]
    once = _paid_once(cell)
    if rows := _count(once):
        notes.add("one_time_price", where=piece.raw.file, rows=rows, column=header)
    lost = pc.and_(pc.is_valid(prices), pc.and_not(pc.is_null(cell.values), once))
    if piece.name == "accounts" and (rows := _count(lost)):
        notes.add("bad_values", where=piece.raw.file, rows=rows, column=header, example=cell.example)


def _whole_periods(piece: "Piece", columns: dict[str, Any], notes: Notes) -> None:
    """Bring prices that were charged for some days of their period to the whole of it, counted from the row's start.

    1,000 for ten days of a month that begins on 21 April (thirty days) is 3,000 a month. An empty cell is a whole
    period; less than a day cannot be read.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    cell = piece.cells.get("charged_days")
    if cell is None:
        return
    bad = pc.or_(cell.bad, pc.fill_null(pc.less(cell.values, 1), False))
    days = pc.if_else(bad, pa.scalar(None, cell.values.type), cell.values)
    rows = zip(piece.factors.to_pylist(), days.to_pylist(), columns["start_date"].to_pylist(), strict=True)
    made = [_scaled(factor, held, start) if factor and held and start else factor for factor, held, start in rows]
    piece.factors = pc.if_else(bad, pa.scalar(None, pa.string()), pa.array(made, pa.string()))
    piece.cells["charged_days"] = replace(cell, bad=bad)
    columns["charged_days"] = pc.if_else(bad, pa.scalar(None, pa.int64()), 0)
    if held := _count(pc.is_valid(days)):
        notes.add("price_prorated", where=piece.raw.file, rows=held, column=piece.plan.mapping["charged_days"])


def _scaled(factor: str, charged: int, start: date) -> str:
    return str(Fraction(factor) * _days(start, 1 / Fraction(factor)) / charged)


def _days(start: date, months: Fraction) -> Fraction:
    """Days of the period that begins on ``start``: by the calendar for whole months."""
    if months.denominator > 1:
        return months / DAY
    years, month = divmod(start.month - 1 + int(months), 12)
    last = monthrange(start.year + years, month + 1)[1]
    return Fraction((date(start.year + years, month + 1, min(start.day, last)) - start).days)


def _monthly_prices(prices: Any, factors: Any) -> Any:
    """Prices in the schema's decimals times the factors; null where either is."""
    import pyarrow as pa

    known = {text: Fraction(text) for text in factors.unique().to_pylist() if text}
    pairs = zip(prices.to_pylist(), factors.to_pylist(), strict=True)
    made = [None if price is None or text is None else monthly(price, known[text]) for price, text in pairs]
    return pa.array(made, prices.type)


def _count(mask: Any) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(mask).as_py() or 0)
