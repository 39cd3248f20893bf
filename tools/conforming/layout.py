"""Rows of a raw table that are no data: totals rows, and the heading rows of a grouped report (a 1C register)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from tools.conforming.columns import Style, typed
from tools.conforming.recognise import Plan
from tools.conforming.remarks import Notes
from tools.errors import BadData
from tools.load import RawTable
from tools.text import Text

TOTAL = re.compile(
    r"(?:общий )?(?:итого|итог|всего|totals?|grand total|sub-?total|подытог|подитог)(?: по .*| за .*|: ?.*)?[:.]?"
)
_KEYS = ("account_id", "document", "subscription_id", "product")
_DAYS = ("date", "opened", "start_date")
_MONEY = ("amount", "gross", "sales", "returns", "mrr", "total_charge")


@dataclass(frozen=True, slots=True)
class Body:
    """Data rows of a raw table with their row numbers; ``lines`` is the independent count less the rows taken out."""

    rows: Any
    numbers: Any
    lines: int


def body_of(raw: RawTable, plan: Plan, *, style: Style, notes: Notes) -> Body:
    """The data rows: totals rows checked and taken out, heading rows checked and turned into a client column."""
    import pyarrow as pa
    import pyarrow.compute as pc

    undated = _undated(raw, plan)
    totals = _totals(raw, plan, undated)
    if totals:
        _check_totals(raw, plan, totals=totals, style=style, notes=notes)
    rows, numbers = raw.rows, raw.numbers
    if totals:
        keep = pa.array([True] * rows.num_rows)
        keep = pc.invert(pc.is_in(pa.array(range(rows.num_rows)), value_set=pa.array(totals)))
        rows, numbers = rows.filter(keep), numbers.filter(keep)
    body = Body(rows, numbers, raw.source_lines - len(totals))
    return _ungroup(raw, body, plan=plan, style=style, notes=notes)


def _undated(raw: RawTable, plan: Plan) -> list[int]:
    import pyarrow as pa
    import pyarrow.compute as pc

    day = next((plan.mapping[name] for name in _DAYS if name in plan.mapping), None)
    account = plan.mapping.get("account_id")
    if day is not None:
        empty = pc.is_null(raw.rows.column(day))
        if account:
            empty = pc.or_(empty, _says_total(raw.rows.column(account)))
    elif account:
        empty = _says_total(raw.rows.column(account))
    else:
        return []
    return list(pc.indices_nonzero(empty.combine_chunks() if isinstance(empty, pa.ChunkedArray) else empty).to_pylist())


def _says_total(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    words = [value for value in column.unique().to_pylist() if value and TOTAL.fullmatch(value.strip().casefold())]
    return pc.is_in(column, value_set=pa.array(words, pa.string()))


def _totals(raw: RawTable, plan: Plan, undated: Sequence[int]) -> list[int]:
    """Rows that name themselves a total, or the last row with money and neither client, document nor day."""
    if not undated:
        return []
    found = []
    table = raw.rows.take(list(undated))
    keys = [plan.mapping[name] for name in _KEYS if name in plan.mapping]
    money = [plan.mapping[name] for name in _MONEY if name in plan.mapping]
    for index, row in zip(undated, table.to_pylist(), strict=True):
        cells = [cell for cell in row.values() if cell]
        labels = [*cells[:1], *(row[key] for key in keys if row[key])]
        nameless = all(not row[key] for key in keys) and any(row[name] for name in money)
        if any(TOTAL.fullmatch(label.strip().casefold()) for label in labels):
            found.append(index)
        elif nameless and index == raw.rows.num_rows - 1 and len(cells) <= len(money) + 1:
            found.append(index)
    return found


def _check_totals(raw: RawTable, plan: Plan, *, totals: list[int], style: Style, notes: Notes) -> None:
    """Compare every totals row with the rows since the last one and with all rows above."""
    where = raw.file
    for name in _MONEY:
        header = plan.mapping.get(name)
        if header is None:
            continue
        values = typed(header, raw.rows.column(header), "money", style)[0].values.to_pylist()
        part, whole, stated = Decimal(0), Decimal(0), set(totals)
        good = wrong = 0
        grouped = _heading_rows(raw, plan)
        example = None
        for index, value in enumerate(values):
            if index in stated:
                agrees = value is None or value in (part, whole)
                good, wrong = good + agrees, wrong + (not agrees)
                if not agrees:
                    example = f"{raw.numbers[index].as_py()}: {value} / {part}"
                part = Decimal(0)
            elif value is not None and index not in grouped:
                part, whole = part + value, whole + value
        if good:
            notes.add("totals_row", where=where, rows=good)
        if wrong:
            notes.add("totals_row_differs", where=where, rows=wrong, example=example)
        return


def _heading_rows(raw: RawTable, plan: Plan) -> set[int]:
    split = _headings(raw.rows, plan)
    return set() if split is None else {index for index, heading in enumerate(split) if heading}


def _headings(rows: Any, plan: Plan) -> list[bool] | None:
    """Which rows are headings that name the client for the rows below; None where the table is not grouped."""
    import pyarrow.compute as pc

    account, day = plan.mapping.get("account_id"), plan.mapping.get("date")
    if account is None or day is None:
        return None
    named, dated = pc.is_valid(rows.column(account)), pc.is_valid(rows.column(day))
    headings = pc.and_(named, pc.invert(dated))
    details = pc.and_(pc.invert(named), dated)
    if (pc.sum(details).as_py() or 0) < 0.5 * rows.num_rows or not pc.any(headings).as_py():
        return None
    return list(headings.to_pylist())


def _ungroup(raw: RawTable, body: Body, *, plan: Plan, style: Style, notes: Notes) -> Body:
    import pyarrow as pa
    import pyarrow.compute as pc

    headings = _headings(body.rows, plan)
    if headings is None:
        return body
    if any(first and second for first, second in zip(headings, [*headings[1:], True], strict=True)):
        raise BadData(
            Text(
                f"“{raw.file}” is a report grouped in several levels, which is not read yet: "
                "export it as a plain list.",
                f"«{raw.file}» — отчёт с несколькими уровнями группировки, такой пока не читается: "
                "выгрузите его простым списком.",
            )
        )
    wrong = _groups_that_differ(body.rows, headings, plan=plan, style=style)
    notes.add("group_rows", where=raw.file, rows=sum(headings))
    if wrong:
        notes.add("group_rows_differ", where=raw.file, rows=wrong)
    account = plan.mapping["account_id"]
    keep = pa.array([not heading for heading in headings])
    filled = pc.fill_null_forward(body.rows.column(account).combine_chunks())
    place = body.rows.column_names.index(account)
    rows = body.rows.set_column(place, account, filled).filter(keep)
    return replace(body, rows=rows, numbers=body.numbers.filter(keep), lines=body.lines - sum(headings))


def _groups_that_differ(rows: Any, headings: list[bool], *, plan: Plan, style: Style) -> int:
    wrong: set[int] = set()
    for name in _MONEY:
        header = plan.mapping.get(name)
        if header is None:
            continue
        values = typed(header, rows.column(header), "money", style)[0].values.to_pylist()
        stated: dict[int, Decimal] = {}
        summed: dict[int, Decimal] = {}
        group = -1
        for index, (heading, value) in enumerate(zip(headings, values, strict=True)):
            if heading:
                group = index
                stated[group], summed[group] = value or Decimal(0), Decimal(0)
            elif group >= 0:
                summed[group] += value or 0
        wrong |= {group for group in stated if stated[group] not in (summed[group], 0)}
    return len(wrong)
