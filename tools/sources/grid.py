"""Rows of cells to a raw table: where the header stands, titles above it, two-storey headers, ragged rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.load import RawTable
from tools.sources.cells import is_date, is_number

Row = Sequence[str | None]
LOOK = 40


@dataclass(frozen=True, slots=True)
class Grid:
    """Non-empty rows and the 1-based number of each in the user's file."""

    rows: list[list[str | None]]
    numbers: list[int]


def table_of(
    grid: Grid, *, name: str, file: str, sheet: str | None, how: Mapping[str, str], counted: int | None = None
) -> RawTable | None:
    """The raw table of a grid, or None where nothing stands under the header.

    ``counted`` is the number of records found by another count of the file, header and titles included.
    """
    import pyarrow as pa

    start = header_row(grid.rows)
    names, first = _names(grid.rows, start)
    body, numbers = grid.rows[first:], grid.numbers[first:]
    if not body:
        return None
    width = max(len(names), max(len(row) for row in body))
    heads = unique_names([*names, *[None] * (width - len(names))])
    padded = [row if len(row) == width else [*row, *[None] * (width - len(row))] for row in body]
    columns = [pa.array(column, pa.string()) for column in zip(*padded, strict=True)]
    full = [column.null_count < len(column) for column in columns]
    kept = [i for i, head in enumerate(heads) if full[i] or not head.startswith("column ")]
    rows = pa.table([columns[i] for i in kept], names=[heads[i] for i in kept])
    said = {**how, "header": _header_said(grid, start, first)}
    lines = (counted if counted is not None else len(grid.rows)) - first
    return RawTable(name, file, sheet, rows, pa.array(numbers, pa.int64()), said, lines)


def header_row(rows: Sequence[Row]) -> int | None:
    """Index of the header row, or None where the first full row already holds data."""
    look = rows[:LOOK]
    filled = [sum(cell is not None for cell in row) for row in look]
    usual = Counter(filled[1:] or filled).most_common(1)[0][0]
    widest = max(filled)
    need = min(max(2, (usual + 1) // 2), widest)
    for index, row in enumerate(look):
        if filled[index] < need or (filled[index] < widest / 2 and index < len(look) - 1 and filled[index] < usual):
            continue
        return index if _is_header(row) else None
    return None


def _is_header(row: Row) -> bool:
    cells = [cell for cell in row if cell is not None]
    plain = [cell for cell in cells if not is_number(cell) and not is_date(cell)]
    if len(plain) == len(cells) or (len(plain) >= 0.8 * len(cells) and len(cells) > 4):
        return True
    months = [cell for cell in cells if is_date(cell)]
    return bool(plain) and len(months) >= 3 and len(months) + len(plain) == len(cells) and not is_date(cells[0])


def _names(rows: Sequence[Row], start: int | None) -> tuple[list[str | None], int]:
    """Header names and the index of the first data row."""
    if start is None:
        return [None] * max(len(row) for row in rows[:LOOK]), 0
    top = list(rows[start])
    if start + 1 < len(rows) and _second_storey(top, rows[start + 1]):
        return _two_storeys(top, rows[start + 1]), start + 2
    return top, start + 1


def _second_storey(top: Row, below: Row) -> bool:
    cells = [(i, cell) for i, cell in enumerate(below) if cell is not None]
    gaps = any(i >= len(top) or top[i] is None for i, _ in cells)
    text = all(not is_number(cell) and not is_date(cell) for _, cell in cells)
    return bool(cells) and gaps and text and below[0] is None and len(cells) < len(top)


def _two_storeys(top: Row, below: Row) -> list[str | None]:
    names: list[str | None] = []
    parent: str | None = None
    for index in range(max(len(top), len(below))):
        upper = top[index] if index < len(top) else None
        lower = below[index] if index < len(below) else None
        parent = upper if upper is not None else (parent if lower is not None else None)
        names.append(" ".join(part for part in (parent, lower) if part) or None)
    return names


def unique_names(names: Sequence[str | None]) -> list[str]:
    """Header cells as column names: blanks named by place, repeats numbered."""
    seen: Counter[str] = Counter()
    result = []
    for place, cell in enumerate(names, 1):
        name = " ".join(cell.split()) if cell else f"column {place}"
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def _header_said(grid: Grid, start: int | None, first: int) -> str:
    if start is None:
        return "none"
    row = grid.numbers[start]
    return f"row {row}" if first == start + 1 else f"rows {row}-{grid.numbers[first - 1]}"
