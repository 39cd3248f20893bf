"""Workbooks of inputs as they come back: every cell written anew, as another program saves it, with some filled in."""

import io
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from tools.inputs.contents import contents
from tools.inputs.filled import filled
from tools.inputs.forms import Form, parted
from tools.inputs.sheets import BY_KEY
from tools.inputs.workbook import FIRST, xlsx
from tools.load import Load
from tools.portfolio import Portfolio
from tools.snapshot import loaded, open_portfolio, save
from tools.sources import read_bytes
from tools.text import Language

TOP = FIRST + 1  # number of the first prefilled row in the sheet
#: What is written into a sheet: row number and column by cell; a row is found by its first cell or its client's id.
Cells = Mapping[tuple[str | int, str], Any]
Fills = Mapping[str, Cells]


def rows_of(data: bytes, sheet: str, language: Language) -> list[list[Any]]:
    """Cells of a sheet, row by row."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [list(row) for row in book.get_sheet_by_name(BY_KEY[sheet].title[language]).to_python(skip_empty_area=False)]


def rewritten(data: bytes, fills: Fills, language: Language, *, without: Iterable[int] = ()) -> bytes:
    """The workbook saved by another program: values alone, no hidden rows; ``without`` these rows of every sheet."""
    book, out = CalamineWorkbook.from_filelike(io.BytesIO(data)), io.BytesIO()
    wanted = {BY_KEY[sheet].title[language]: cells for sheet, cells in fills.items()}
    assert set(wanted) <= set(book.sheet_names)
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "d.m.yy",
    }
    with xlsxwriter.Workbook(out, options) as made:
        for name in book.sheet_names:
            rows = [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
            _put(rows, wanted.get(name, {}))
            page = made.add_worksheet(name)
            for number, row in enumerate(row for place, row in enumerate(rows, 1) if place not in set(without)):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        page.write_string(number, column, cell)
                    elif cell is not None:
                        page.write(number, column, cell)
    return out.getvalue()


def _put(rows: list[list[Any]], cells: Cells) -> None:
    keys = [str(cell).split(" ")[-1] for cell in rows[0]]
    for (where, column), value in cells.items():
        number = where if isinstance(where, int) else _number(rows, where)
        while len(rows) < number:
            rows.append([""] * len(keys))
        rows[number - 1][keys.index(column)] = value


def _number(rows: list[list[Any]], first: str) -> int:
    return next(number for number, row in enumerate(rows, 1) if number >= TOP and row[0] == first)


def sent(portfolio: Portfolio, fills: Fills, language: Language = "en") -> list[Form]:
    """The sheets of a portfolio's workbook as they come back with some cells filled in."""
    key = ("workbook sent", language)
    if key not in portfolio.memo:
        portfolio.memo[key] = xlsx(contents(portfolio), language)
    back = rewritten(portfolio.memo[key], fills, language)
    forms, others = parted(read_bytes("inputs.xlsx", back))
    assert not others
    return forms


def answered(home: Path, portfolio: Portfolio, fills: Fills, language: Language = "en") -> tuple[Portfolio, Load]:
    """The portfolio that comes of a filled workbook, and how it was read."""
    made = filled(loaded(home, portfolio.snapshot)[0], sent(portfolio, fills, language))
    return open_portfolio(home, save(made, home, source="test")), made


def day(text: str) -> date:
    """A day by its ISO form."""
    return date.fromisoformat(text)
