"""Columns of a client that carry no date: canonical ones and the further traits of the source, one array each."""

from typing import Any

import numpy as np

from tools.models.leak import Column, Kind
from tools.portfolio import Portfolio
from tools.schema import TABLES

NUMBERS = ("tenure_months", "monthly_charge", "total_charge", "seats", "margin", "service_cost")
TEXTS = ("plan", "size", "industry", "region", "owner", "status")
DATES = ("contract_end",)
MOST_VALUES = 50


def undated(portfolio: Portfolio, accounts: tuple[str, ...]) -> list[Column]:
    """Numbers, categories of few values and dates of every client, under the headers of the user's own file."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = portfolio.table("accounts")
    wanted = [name for name in (*NUMBERS, *TEXTS, *DATES) if portfolio.counts("accounts")[name]]
    shown = _headers(portfolio)
    rows = portfolio.run(table.select("account_id", *wanted))
    place = pc.index_in(pa.array(accounts, pa.string()), rows["account_id"].combine_chunks())
    found = []
    for name in wanted:
        kind: Kind = "number" if name in NUMBERS else "text" if name in TEXTS else "date"
        values = _array(rows[name].combine_chunks().take(place), kind)
        if kind != "text" or len({value for value in values if value is not None}) <= MOST_VALUES:
            found.append(Column(shown.get(name, name), kind, values))
    return found + _traits(portfolio, accounts)


def _traits(portfolio: Portfolio, accounts: tuple[str, ...]) -> list[Column]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not portfolio.has("traits"):
        return []
    rows = portfolio.run(portfolio.table("traits").select("account_id", "name", "value", "number", "day"))
    found = []
    for name in sorted(rows["name"].unique().to_pylist()):
        mine = rows.filter(pc.equal(rows["name"], name))
        kind: Kind = "number" if mine["number"].null_count < mine.num_rows else "text"
        kind = "date" if mine["day"].null_count < mine.num_rows else kind
        cells = mine[{"number": "number", "text": "value", "date": "day"}[kind]].combine_chunks()
        place = pc.index_in(pa.array(accounts, pa.string()), mine["account_id"].combine_chunks())
        found.append(Column(name, kind, _array(cells.take(place), kind)))
    return found


def _array(values: Any, kind: Kind) -> Any:
    import pyarrow as pa

    if kind == "text":
        return np.array(values.to_pylist(), dtype=object)
    if kind == "date":
        values = values.cast(pa.date32()).cast(pa.int32())
    return values.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(float)


def _headers(portfolio: Portfolio) -> dict[str, str]:
    names = {column.name for column in TABLES["accounts"].columns}
    loads = [load for load in portfolio.manifest.tables if load.name == "accounts"]
    return {column: header for load in loads for column, header in load.mapping.items() if column in names}
