"""Tables with the cells of a workbook put in; rows keep their order, new ones come last."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tools.load import ControlTotal
from tools.unbound import DATED


def with_cells(table: pa.Table, column: str, given: Mapping[str, Any]) -> pa.Table:
    """The table of clients with the values given of a column, by client."""
    place = table.schema.get_field_index(column)
    pairs = zip(table["account_id"].to_pylist(), table[column].to_pylist(), strict=True)
    values = [given.get(account, value) for account, value in pairs]
    return table.set_column(place, table.schema.field(column), pa.array(values, table.schema.field(column).type))


def reached(
    rows: list[dict[str, Any]], values: Mapping[str, date], places: Mapping[str, tuple[str, int]]
) -> list[dict[str, Any]]:
    """Milestones with the days of first value: one on record moves to the day given, else a row is added."""
    known: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["account_id"] in values and is_value(row):
            known[row["account_id"]].append(row)
    for account, day in values.items():
        earliest = min(known[account], key=lambda row: row["date"], default=None)
        if earliest is None:
            file, number = places[account]
            made = {"account_id": account, "date": day, "stage": "first_value", "is_value": True}
            rows.append({**made, "source_file": file, "source_row": number})
            continue
        for row in known[account]:
            row["date"] = day if row is earliest else max(row["date"], day)
    return rows


def is_value(row: Mapping[str, Any]) -> bool:
    """True for a milestone that is the first benefit."""
    return bool(row["is_value"]) or row["stage"] == "first_value"


def answered(rows: list[dict[str, Any]], answers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Answers with those of the workbook: the same one once, a lone earlier one replaced, others beside it."""
    had: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        had[row["department"], row["statement"]].append(place)
    made = list(rows)
    for answer in answers:
        places = had[answer["department"], answer["statement"]]
        if any(
            (rows[place]["score"], rows[place]["artefact"]) == (answer["score"], answer["artefact"]) for place in places
        ):
            continue
        if len(places) == 1 and made[places[0]] is rows[places[0]]:
            made[places[0]] = dict(answer)
        else:
            made.append(dict(answer))
    return made


def place_of(totals: Sequence[ControlTotal], name: str) -> int | None:
    """Where the control total of a table's rows stands, or None."""
    return next((place for place, item in enumerate(totals) if (item.what, item.table) == ("rows", name)), None)


def last_day(data: Mapping[str, pa.Table]) -> date | None:
    """The day of the last dated event, or None where nothing is dated."""
    days = [pc.max(data[name][column]).as_py() for name, column in DATED.items() if name in data]
    return max((day for day in days if day is not None), default=None)
