"""The demo written as the exports a Russian vendor would have; the same bytes every time."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

Cell = str | int | float | Decimal | date | bool | None
MADE = datetime(2026, 7, 1)


def shown(cell: Cell) -> str:
    """A cell as a Russian export writes it: dd.mm.yyyy, decimal comma, да/нет, nothing for what is missing."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "да" if cell else "нет"
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    if isinstance(cell, Decimal):
        return f"{cell:.2f}".replace(".", ",")
    return str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)


def delimited(path: Path, rows: Iterable[Sequence[Cell]], *, encoding: str = "utf-8-sig") -> None:
    """Write rows as text with `;` between cells."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([shown(cell) for cell in row] for row in rows)
    path.write_bytes(text.getvalue().encode(encoding))


def workbook(path: Path, sheet: str, rows: Iterable[Sequence[Cell]]) -> None:
    """Write rows as a workbook of one sheet, header first, real dates and numbers."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": MADE, "title": sheet})
    page = book.add_worksheet(sheet)
    bold, dated = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy"})
    page.freeze_panes(1, 0)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if cell is None or cell == "":
                continue
            if isinstance(cell, date):
                page.write_datetime(number, place, datetime(cell.year, cell.month, cell.day), dated)
            elif isinstance(cell, int | float) and not isinstance(cell, bool):
                page.write_number(number, place, cell)
            else:
                page.write_string(number, place, shown(cell), bold if number == 0 else None)
    page.set_column(0, 20, 18)
    book.close()
