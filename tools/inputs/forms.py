"""Sheets that came back: recognised by the machine's row, else by their title and headers; their cells read one by one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tools.conforming.vocabulary import VOCABULARY
from tools.errors import BadData
from tools.inputs.sheets import ABOUT, ABOUT_TITLE, BY_KEY, SHEETS, VERSION, Field, Sheet
from tools.inputs.workbook import MARK
from tools.load import RawTable
from tools.sources.cells import core_of, date_of, decimal_of, mark_of, order_of
from tools.text import LANGUAGES, Text

LOOK = 10
CENT, LIMIT = Decimal("0.0001"), Decimal(10) ** 14 - 1
FIRST_YEAR, OPEN_YEAR = 1950, 2100
_MARKED = re.compile(rf"{re.escape(MARK)}/(\d+) (\w+) (\S+) (\w+)")


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of a sheet: its number there and its cells by the key of the column."""

    number: int
    cells: Mapping[str, str]

    def filled(self, sheet: Sheet) -> bool:
        """True where a column to fill holds something."""
        return any(field.key in self.cells for field in sheet.asked)


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A sheet that came back: which it is, the snapshot it was made from, the file, its title there, its rows."""

    sheet: Sheet
    snapshot: str | None
    file: str
    title: str
    rows: tuple[FormRow, ...]
    headers: Mapping[str, str]

    @property
    def where(self) -> str:
        """File and sheet, as the provenance of a row says it."""
        return f"{self.file} » {self.title}"


def parted(raws: Sequence[RawTable]) -> tuple[list[Form], list[RawTable]]:
    """The sheets of input workbooks among raw tables, and all other tables.

    Raises `BadData` for a workbook of a later version.
    """
    found = {place: form for place, raw in enumerate(raws) if (form := _form(raw)) is not None}
    books = {raws[place].file for place in found}
    about = {ABOUT_TITLE[language] for language in LANGUAGES}
    others = [
        raw
        for place, raw in enumerate(raws)
        if place not in found and not (raw.file in books and raw.sheet in about) and not _is_about(raw)
    ]
    return list(found.values()), others


def _is_about(raw: RawTable) -> bool:
    known = _known(raw)
    return known is not None and known[0] == ABOUT


def _known(raw: RawTable) -> tuple[str, str] | None:
    """Sheet key and snapshot of the machine's row, or None without one."""
    match = next((match for name in raw.rows.column_names if (match := _MARKED.fullmatch(name))), None)
    if match is None:
        return None
    if int(match[1]) > VERSION or (match[2] != ABOUT and match[2] not in BY_KEY):
        raise BadData(
            Text(
                f"The workbook “{raw.file}” was made by a later version of the program: update it, or make a new "
                "workbook with `cvm inputs`.",
                f"Книга «{raw.file}» сделана более новой версией программы: обновите её или получите новую книгу "
                "командой `cvm inputs`.",
            )
        )
    return match[2], match[3]


def _form(raw: RawTable) -> Form | None:
    known = _known(raw)
    if known is not None and known[0] == ABOUT:
        return None
    if known is not None:
        sheet, snapshot = BY_KEY[known[0]], known[1]
        columns = {_key(name): name for name in raw.rows.column_names}
    else:
        named = _by_headers(raw)
        if named is None:
            return None
        (sheet, columns), snapshot = named, None
    kept = {field.key: columns[field.key] for field in sheet.fields if field.key in columns}
    listed = raw.rows.select(list(kept.values())).rename_columns(list(kept)).to_pylist()
    rows = [
        FormRow(number, {key: cell.strip() for key, cell in row.items() if cell is not None and cell.strip()})
        for number, row in zip(raw.numbers.to_pylist(), listed, strict=True)
    ]
    head = next((place for place, row in enumerate(rows[:LOOK]) if _is_header(row, sheet)), None)
    headers = rows[head].cells if head is not None else {}
    body = rows[head + 1 :] if head is not None else [row for row in rows if not _is_note(row, sheet)]
    return Form(sheet, snapshot, raw.file, raw.sheet or raw.name, tuple(row for row in body if row.cells), headers)


def _key(name: str) -> str:
    match = _MARKED.fullmatch(name)
    return match[4] if match else name


def _by_headers(raw: RawTable) -> tuple[Sheet, dict[str, str]] | None:
    """A sheet whose machine's row was deleted: by its title and all of its headers in one language."""
    for sheet in SHEETS:
        for language in LANGUAGES:
            if raw.sheet == sheet.title[language]:
                stems = {field.key: _stem(field.title[language]) for field in sheet.fields}
                heads = {_stem(name): name for name in raw.rows.column_names}
                if set(stems.values()) <= set(heads):
                    return sheet, {key: heads[stem] for key, stem in stems.items()}
    return None


def _stem(header: str) -> str:
    """A header without the currency after its comma."""
    return re.sub(r", (?:\{currency\}|[A-Z]{3})$", "", header)


def _is_header(row: FormRow, sheet: Sheet) -> bool:
    alike = 0
    for key, cell in row.cells.items():
        titles = sheet.field(key).title
        alike += _stem(cell) in (_stem(titles.en), _stem(titles.ru))
    return alike >= 2


def _is_note(row: FormRow, sheet: Sheet) -> bool:
    return any(cell in (sheet.says.en, sheet.says.ru) for cell in row.cells.values())


def read(field: Field, text: str) -> Any:
    """The value of a filled cell, or None where it cannot be read one way only.

    A day is ISO, dotted, in words, or plain by its numbers; one that fits two orders is not guessed, nor is a number
    whose comma fits two readings.
    """
    if field.kind == "text":
        return " ".join(text.split())
    if field.kind in ("day", "past"):
        return _day(text)
    if field.kind == "grade":
        return _word(text, VOCABULARY["value_goals", "grade"])
    exact = _number(text)
    if exact is None or abs(exact) > LIMIT:
        return None
    if field.kind == "score":
        return int(exact) if exact == int(exact) and 0 <= exact <= 4 else None
    if field.kind == "share":
        return float(exact) if -1 <= exact <= 1 else None
    return exact.quantize(CENT, ROUND_HALF_UP) if field.kind == "money" else float(exact)


def _day(text: str) -> date | None:
    order = order_of(text)
    if order == "?":
        return None
    day = date_of(text, order or "dmy")
    return day if day is not None and FIRST_YEAR <= day.year < OPEN_YEAR else None


def _number(text: str) -> Decimal | None:
    share = text.endswith("%")
    core = core_of(text.rstrip("% ") if share else text)
    if core is None:
        return None
    mark = mark_of(core)
    if mark == "?":
        mark = "." if "." in core else None  # a typed number comes with a point; a comma alone fits two readings
        if mark is None:
            return None
    value = decimal_of(core, mark or ".")
    return value / 100 if share and value is not None else value


def _word(text: str, words: Mapping[str, Iterable[str]]) -> str | None:
    plain = " ".join(text.casefold().replace("ё", "е").replace("_", " ").split())
    return next((word for word, spellings in words.items() if plain == word or plain in spellings), None)
