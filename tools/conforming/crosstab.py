"""A table with a month in each column header becomes one row a client and month; empty cells are no rows."""

from dataclasses import replace

from tools.conforming.recognise import normal
from tools.conforming.synonyms import CODES, INNS, NAMES
from tools.load import RawTable
from tools.sources.cells import BLANK, date_of

FEWEST_MONTHS = 3
MONTH, AMOUNT = "month", "amount"


def unpivot(raw: RawTable) -> RawTable:
    """``raw`` itself, or its long form where it names clients down the side and at least three months on top.

    Months follow each other whole, so that a totals row stands under the rows that it adds up.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    headers = raw.rows.column_names
    months = {name: day for name in headers if (day := date_of(name, "dmy", serial=False)) is not None}
    sides = [name for name in headers if name not in months]
    known = {*CODES, *INNS, *NAMES}
    if len(months) < FEWEST_MONTHS or not any(normal(name) in known for name in sides):
        return raw
    parts, numbers, counted = [], [], 0
    for name, day in months.items():
        cells = raw.rows.column(name)
        counted += sum(1 for cell in cells.to_pylist() if cell is not None and cell.strip().casefold() not in BLANK)
        blank = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(cells)), value_set=pa.array(sorted(BLANK)))
        filled = pc.and_(pc.is_valid(cells), pc.invert(blank)).combine_chunks()
        part = raw.rows.select(sides).append_column(AMOUNT, cells).filter(filled)
        parts.append(part.append_column(MONTH, pa.array([day.isoformat()] * part.num_rows, pa.string())))
        numbers.append(raw.numbers.filter(filled))
    said = {**raw.how, "months in columns": f"{len(months)} columns, the first of each month taken for the day"}
    return replace(raw, rows=pa.concat_tables(parts), numbers=pa.concat_arrays(numbers), how=said, source_lines=counted)
