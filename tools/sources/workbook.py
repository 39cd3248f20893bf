"""Workbooks (xlsx, xls, ods): each sheet that holds a table is a raw table; row numbers are the sheet's own."""

import io
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import PurePath

from tools.errors import BadData
from tools.load import RawTable
from tools.sources import source
from tools.sources.grid import Grid, table_of
from tools.sources.magic import locked
from tools.text import Text


@source("workbook", endings=("xlsx", "xls", "ods"))
def read_workbook(name: str, data: bytes) -> list[RawTable]:
    """Raw tables of every sheet with rows; empty sheets are skipped."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [(sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)) for sheet in _sheets(book)]
    except PasswordError as error:
        raise locked(name) from error
    except (CalamineError, OSError, ValueError) as error:
        raise BadData(
            Text(
                f"The workbook “{name}” cannot be opened: save it as xlsx or csv.",
                f"Книга «{name}» не открывается: сохраните её как xlsx или csv.",
            )
        ) from error
    tables = [_table(name, sheet, rows) for sheet, rows in sheets if any(cell != "" for row in rows for cell in row)]
    found = [table for table in tables if table is not None]
    if not found:
        raise BadData(
            Text(f"The workbook “{name}” has no rows: export it again.", f"В книге «{name}» нет строк с данными.")
        )
    return found


def _sheets(book: object) -> list[str]:
    metadata = getattr(book, "sheets_metadata", [])
    return [sheet.name for sheet in metadata if str(sheet.typ).endswith("WorkSheet")]


def _table(name: str, sheet: str, rows: Sequence[Sequence[object]]) -> RawTable | None:
    cells = [[_cell(cell) for cell in row] for row in rows]
    numbered = [(number, row) for number, row in enumerate(cells, 1) if any(cell is not None for cell in row)]
    grid = Grid([row for _, row in numbered], [number for number, _ in numbered])
    how = {"format": "workbook", "sheet": sheet, "numbers": "typed"}
    stem = PurePath(name).name.split(".")[0]
    return table_of(grid, name=stem, file=name, sheet=sheet, how=how)


def _cell(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    text = str(value).strip()
    return text or None
