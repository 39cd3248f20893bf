"""One column of strings to a typed Arrow column: distinct values are parsed once, what fails is marked, never lost."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tools.load import Question, RawTable
from tools.schema import ARROW, Kind
from tools.sources.cells import (
    BLANK,
    BLANK_TEXT,
    Mark,
    Order,
    bool_of,
    core_of,
    currency_of,
    date_of,
    mark_of,
    number_of,
    order_of,
)
from tools.text import Text

CENT = Decimal("0.0001")
LIMIT = Decimal(10) ** 14 - 1
FIRST_YEAR, OPEN_YEAR = 1950, 2100
PLAIN_FROM = 1000
_THOUSANDS = re.compile(r"\b(?:тыс|thousands?|k(?:usd|eur|rub))\b", re.IGNORECASE)
_FOREVER = re.compile(r"9999\D?12\D?31|2958465(?:[.,]0+)?")
_SIGNS = frozenset("₽$€£₸₴₹₺рРaA") | frozenset("abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюя")


@dataclass(frozen=True, slots=True)
class Typed:
    """A column after parsing: values, which cells were filled, which of those could not be read, how it was read.

    ``opened`` counts rows whose date of end is so far off that it means no end.
    """

    values: Any
    filled: Any
    bad: Any
    how: str = ""
    example: str | None = None
    rounded: int = 0
    mark: Mark = "."
    factor: int = 1
    currencies: Mapping[str, str] = field(default_factory=dict)
    opened: int = 0


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers and dates of a file are written where a column alone does not tell, and the user's answers."""

    file: str
    mark: Mark | None
    order: Order | None
    answers: Mapping[str, str]


def distinct(column: Any) -> tuple[list[str | None], Any]:
    """Distinct values of a column and the index of each row's value (null where the cell is null)."""
    import pyarrow as pa

    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = whole.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return encoded.dictionary.to_pylist(), encoded.indices


def style_of(raw: RawTable, columns: Mapping[str, Kind], answers: Mapping[str, str]) -> Style:
    """What the columns of a file that do tell say of its decimal mark and date order."""
    marks: Counter[Mark] = Counter()
    orders: Counter[Order] = Counter()
    for header, kind in columns.items():
        values = distinct(raw.rows.column(header).slice(0, 20000))[0]
        if kind in ("money", "number") and raw.how.get("numbers") != "typed":
            marks.update(mark for mark in _marks(values) if mark != "?")
        elif kind == "date":
            orders.update(order for order in map(order_of, filter(None, values)) if order in ("dmy", "mdy"))
    if raw.how.get("numbers") == "typed":
        marks["."] += 1
    mark = marks.most_common(1)[0][0] if marks else None
    order = orders.most_common(1)[0][0] if len(orders) == 1 else None
    return Style(raw.file, mark, order, answers)


def typed(
    header: str, column: Any, kind: Kind, style: Style, *, open_end: bool = False
) -> tuple[Typed, Question | None]:
    """The column as ``kind``; a question where every value fits two readings and nothing else in the file decides.

    A day outside 1950-2099 is unreadable, but for a column of ends (``open_end``) from 2100 on it means no end.
    """
    if kind == "text":
        return text_column(column), None
    values, indices = distinct(column)
    if kind == "bool":
        return _assemble(values, indices, [bool_of(value or "") for value in values], kind=kind), None
    if kind == "date":
        return _dates(header, values, indices, style, open_end=open_end)
    return _numbers(header, values, indices, kind=kind, style=style)


def text_column(column: Any, *, code: bool = False) -> Typed:
    """Trimmed text; a code that a spreadsheet wrote as 17850.0 in every row becomes 17850."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    values = pc.utf8_trim_whitespace(whole)
    blank = pc.is_in(pc.utf8_lower(values), value_set=pa.array(sorted(BLANK_TEXT)))
    values = pc.if_else(blank, pa.scalar(None, pa.string()), values)
    how = ""
    if code:
        numeric = pc.fill_null(pc.match_substring_regex(values, r"^\d+(\.0+)?$"), False)
        pointed = pc.fill_null(pc.match_substring_regex(values, r"^\d+\.0+$"), False)
        if pc.any(pointed).as_py() and numeric.equals(pointed):
            how = "“.0” of whole numbers dropped"
            values = pc.replace_substring_regex(values, r"^(\d+)\.0+$", r"\1")
    never = pa.array([False]).take(pa.array([0] * len(values), pa.int64())) if len(values) else pa.array([], pa.bool_())
    return Typed(values, pc.is_valid(values), never, how)


def _marks(values: list[str | None]) -> list[Any]:
    cores = [core_of(value) for value in values if value]
    return [mark for mark in (mark_of(core) for core in cores if core) if mark]


def _numbers(
    header: str, values: list[str | None], indices: Any, *, kind: Kind, style: Style
) -> tuple[Typed, Question | None]:
    quick = _plain_money(values, indices) if kind == "money" and not _THOUSANDS.search(header) else None
    if quick is not None:
        return quick, None
    votes = Counter(_marks(values))
    unsure, question = votes.pop("?", 0), None
    mark: Mark = "."
    if votes:
        mark = votes.most_common(1)[0][0]
    elif unsure:
        found, question = _asked_mark(header, values, style)
        mark = found
    factor = 1000 if kind == "money" and _THOUSANDS.search(header) else 1
    numbers = [number_of(value, mark) if value else None for value in values]
    scaled = [None if number is None else number * factor for number in numbers]
    exact = [None if number is None or abs(number) > LIMIT else number for number in scaled]
    how = f"decimal {'comma' if mark == ',' else 'point'}" if votes or unsure else "whole numbers"
    if len(votes) > 1:
        how += ", mixed with the other mark"
    rounded = 0
    ready: list[Any] = exact
    if kind == "money":
        ready = [None if number is None else number.quantize(CENT, ROUND_HALF_UP) for number in exact]
        rounded = _rows_where(indices, [a != b for a, b in zip(exact, ready, strict=True)])
    elif kind == "int":
        ready = [int(number) if number is not None and number == int(number) else None for number in exact]
    else:
        ready = [None if number is None else float(number) for number in exact]
    made = _assemble(values, indices, ready, kind=kind, how=how)
    signs = {value: code for value in values if value and not _SIGNS.isdisjoint(value) and (code := currency_of(value))}
    parts = {name: getattr(made, name) for name in ("values", "filled", "bad", "how", "example")}
    return Typed(**parts, rounded=rounded, mark=mark, factor=factor, currencies=signs), question


def _plain_money(values: list[str | None], indices: Any) -> Typed | None:
    """Money where every distinct value is bare digits with one sure decimal mark, converted in one go."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = pa.array(values, pa.string())
    if len(whole) < PLAIN_FROM:
        return None
    for mark in (".", ","):
        point = re.escape(mark)
        if not pc.all(pc.match_substring_regex(whole, rf"^-?\d{{1,13}}({point}\d{{1,4}})?$")).as_py():
            continue
        sure = rf"^-?(0{point}\d+|\d{{4,}}{point}\d+|\d+{point}(\d{{1,2}}|\d{{4}}))$"
        if not pc.any(pc.match_substring_regex(whole, sure)).as_py():
            return None
        money = pc.replace_substring(whole, ",", ".").cast(ARROW["money"]).take(indices)
        filled = pc.is_valid(money)
        never = pc.and_(filled, pc.invert(filled))
        return Typed(money, filled, never, f"decimal {'comma' if mark == ',' else 'point'}", mark=mark)
    return None


def _asked_mark(header: str, values: list[str | None], style: Style) -> tuple[Mark, Question | None]:
    name = f"decimal:{style.file}:{header}"
    answer = style.answers.get(name)
    if answer:
        return ("," if answer == "comma" else "."), None
    if style.mark:
        return style.mark, None
    example = next(value for value in values if value and mark_of(core_of(value) or "") == "?")
    text = Text(
        f"In “{header}” of {style.file}: is {example} a whole number with a thousands mark, or a fraction? "
        "The mark is the decimal one if it is a fraction.",
        f"Столбец «{header}» файла {style.file}: {example} — это целое с разделителем тысяч или дробь? "
        "Если дробь, знак в числе десятичный.",
    )
    usual: Mark = "." if "," in example else ","
    return usual, Question(name, text, ("point", "comma"), ("mrr", "cash_per_client", "concentration"))


def _dates(
    header: str, values: list[str | None], indices: Any, style: Style, *, open_end: bool
) -> tuple[Typed, Question | None]:
    votes = Counter(order for order in (order_of(value) for value in values if value) if order)
    unsure = votes.pop("?", 0)
    question = None
    order: Order = "dmy"
    if votes:
        order = votes.most_common(1)[0][0]  # type: ignore[assignment]
        how = f"{_ORDERS[order]}, seen in the values"
    elif unsure and style.order:
        order, how = style.order, f"{_ORDERS[style.order]}, as in the other dates of the file"
    elif unsure:
        order, question = _asked_order(header, values, style)
        how = f"{_ORDERS[order]}, {'assumed' if question else 'as answered'}"
    else:
        serial = any(value and re.fullmatch(r"\d{5}(\.\d+)?", value.strip()) for value in values)
        how = "serial numbers of a spreadsheet" if serial else "year first or named months"
    days: list[date | None] = [date_of(value, order) if value else None for value in values]
    opened = [open_end and _means_open(value, day) for value, day in zip(values, days, strict=True)]
    within = [day if day and FIRST_YEAR <= day.year < OPEN_YEAR else None for day in days]
    ended = [None if never else value for value, never in zip(values, opened, strict=True)]
    made = _assemble(ended, indices, within, kind="date", how=how)
    return replace(made, opened=_rows_where(indices, opened)), question


def _means_open(value: str | None, day: date | None) -> bool:
    return bool(value and ((day and day.year >= OPEN_YEAR) or _FOREVER.fullmatch(value.strip())))


_ORDERS: Mapping[str, str] = {"dmy": "day-month", "mdy": "month-day"}


def _asked_order(header: str, values: list[str | None], style: Style) -> tuple[Order, Question | None]:
    name = f"date_order:{style.file}:{header}"
    answer = style.answers.get(name)
    if answer:
        return ("mdy" if answer == "month-day" else "dmy"), None
    example = next(value for value in values if value and order_of(value) == "?")
    text = Text(
        f"In “{header}” of {style.file} every date reads both ways: is {example} day-month or month-day?",
        f"Столбец «{header}» файла {style.file}: все даты читаются двояко. {example} — сначала день или месяц?",
    )
    return "dmy", Question(name, text, ("day-month", "month-day"), ("movements", "nrr", "silence"))


def _assemble(
    values: list[str | None], indices: Any, parsed: list[Any], *, kind: Kind, how: str = "", blank: Any = BLANK
) -> Typed:
    import pyarrow as pa
    import pyarrow.compute as pc

    filled = [value is not None and value.strip().casefold() not in blank for value in values]
    bad = [full and got is None for full, got in zip(filled, parsed, strict=True)]
    kept = [got if full else None for full, got in zip(filled, parsed, strict=True)]
    example = next((value for value, wrong in zip(values, bad, strict=True) if wrong), None)
    none = pa.scalar(False)

    def spread(items: list[Any], of: pa.DataType) -> Any:
        return pa.array(items, of).take(indices)

    return Typed(
        spread(kept, ARROW[kind]),
        pc.coalesce(spread(filled, pa.bool_()), none),
        pc.coalesce(spread(bad, pa.bool_()), none),
        how,
        example,
    )


def _rows_where(indices: Any, marked: list[bool]) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not any(marked):
        return 0
    return pc.sum(pa.array(marked, pa.bool_()).take(indices)).as_py() or 0
