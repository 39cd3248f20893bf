"""Delimited text: encoding, delimiter and header are found, no row is lost, and records are counted a second time."""

import csv
import io
import re
from collections import Counter
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING

from tools.errors import BadData
from tools.load import RawTable
from tools.sources import source
from tools.sources.encoding import decode
from tools.sources.grid import Grid, header_row, table_of, unique_names
from tools.text import Text

if TYPE_CHECKING:
    from _csv import Reader as Records

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 300
FAST_FROM = 4 << 20
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "spaces"}
_GAP = re.compile(r"\s+")
_LINE = re.compile(r"\r\n|\n|\r")


@source("delimited", endings=("csv", "tsv", "txt", "tab", "dat"))
def read_delimited(name: str, data: bytes) -> list[RawTable]:
    """One raw table; line numbers are those of the file. Header only, or no table at all: `BadData`."""
    text, encoding = decode(name, data)
    text, first_line, forced = _separator_line(text.replace("\x00", ""))
    delimiter = forced or find_delimiter(text)
    how = {"format": "text", "encoding": encoding, "delimiter": _NAMES.get(delimiter, delimiter)}
    stem = PurePath(name).name.split(".")[0]
    quick = _fast(text, delimiter, first_line) if len(data) > FAST_FROM and delimiter != " " else None
    if quick is not None:
        rows, numbers, header, lines = quick
        return [RawTable(stem, name, None, rows, numbers, {**how, "header": f"row {header}"}, lines)]
    quoting = csv.QUOTE_NONE if delimiter == " " or _runaway(text, delimiter) else csv.QUOTE_MINIMAL
    if quoting == csv.QUOTE_NONE and delimiter != " ":
        how["quotes"] = "taken as plain characters"
    grid = _grid(text, delimiter, quoting=quoting, first_line=first_line)
    if not grid.rows:
        raise BadData(Text(f"The file “{name}” is empty: export it again.", f"Файл «{name}» пуст: выгрузите ещё раз."))
    counted = _count(text, delimiter, quoting)
    table = table_of(grid, name=stem, file=name, sheet=None, how=how, counted=counted)
    if table is None:
        raise BadData(
            Text(
                f"“{name}” has a header but no rows: export it with the data.",
                f"В файле «{name}» есть заголовок, но нет ни одной строки: выгрузите его с данными.",
            )
        )
    return [table]


def find_delimiter(text: str) -> str:
    """The delimiter under which most lines have the same, largest number of fields; a space stands for runs of them."""
    sample = "".join(islice(io.StringIO(text[: 1 << 18], newline=""), SAMPLE_LINES))
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in _records(sample, delimiter) if row]
        width, share = _modal(widths)
        score = share * (width - 1) ** 0.5 if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    if best_score < 0.5:
        width, share = _modal([len(_GAP.split(line.strip())) for line in _LINE.split(sample) if line.strip()])
        if width > 1 and share > 0.9:
            return " "
    return best


def _records(text: str, delimiter: str, quoting: int = csv.QUOTE_MINIMAL) -> "Records":
    csv.field_size_limit(1 << 30)
    lines = io.StringIO(text, newline="")
    return csv.reader(lines, delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]


def _modal(widths: list[int]) -> tuple[int, float]:
    if not widths:
        return 0, 0.0
    width, times = Counter(widths).most_common(1)[0]
    return width, times / len(widths)


def _separator_line(text: str) -> tuple[str, int, str | None]:
    match = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    return (text[match.end() :], 2, match[1]) if match else (text, 1, None)


def _runaway(text: str, delimiter: str) -> bool:
    """True where an unclosed quote swallows a hundred lines or more."""
    if '"' not in text:
        return False
    last = 0
    reader = _records(text, delimiter)
    for _ in reader:
        if reader.line_num - last > 100:
            return True
        last = reader.line_num
    return False


def _grid(text: str, delimiter: str, *, quoting: int, first_line: int) -> Grid:
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    if delimiter == " ":
        for number, line in enumerate(_LINE.split(text), first_line):
            if line.strip():
                rows.append([*_GAP.split(line.strip())])
                numbers.append(number)
        return Grid(rows, numbers)
    reader = _records(text, delimiter, quoting)
    start = 1
    for record in reader:
        cells = [cell.strip() or None for cell in record]
        if any(cells):
            rows.append(cells)
            numbers.append(start + first_line - 1)
        start = reader.line_num + 1
    return Grid(rows, numbers)


def _count(text: str, delimiter: str, quoting: int) -> int:
    """Records in the text, blank ones left out, counted apart from the rows that are kept."""
    if '"' not in text or quoting == csv.QUOTE_NONE:
        blank = "" if delimiter == " " else delimiter
        return sum(1 for line in _LINE.split(text) if line.strip().strip(blank).strip())
    return sum(1 for record in _records(text, delimiter) if any(cell.strip() for cell in record))


def _fast(text: str, delimiter: str, first_line: int):  # type: ignore[no-untyped-def]
    """Large regular text through Arrow; None where its rows and the physical lines do not agree one to one."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    sample = _grid(text[: 1 << 16].rsplit("\n", 1)[0], delimiter, quoting=csv.QUOTE_MINIMAL, first_line=first_line)
    header = header_row(sample.rows)
    if header is None or sample.numbers[header] != header + first_line:
        return None
    names = unique_names(sample.rows[header])
    lines = text.count("\n") + (not text.endswith("\n")) - header - 1
    try:
        table = pacsv.read_csv(
            pa.BufferReader(text.encode()),
            read_options=pacsv.ReadOptions(skip_rows=header + 1, column_names=names, encoding="utf8"),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=False, ignore_empty_lines=False),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != lines or _has_blank_row(table):
        return None
    start = header + first_line + 1
    return table, pa.array(range(start, start + lines), pa.int64()), header + first_line, lines


def _has_blank_row(table) -> bool:  # type: ignore[no-untyped-def]
    import pyarrow.compute as pc

    blank = None
    for column in table.columns:
        empty = pc.is_null(column)
        blank = empty if blank is None else pc.and_(blank, empty)
    return bool(pc.any(blank).as_py())
