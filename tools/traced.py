"""Rows traced to the user's files: where they stand, and which of them hold an amount too large to count with."""

from collections.abc import Mapping
from typing import Any

from tools import formats
from tools.errors import BadData
from tools.portfolio import Portfolio
from tools.text import Text, same

SHOWN_ROWS = 5
LIMIT = 10**10  # the schema's decimals hold ten thousand times an amount below it (see `tools.ledger.ticks`)
AMOUNTS: Mapping[str, str] = {"subscriptions": "mrr", "invoices": "amount"}


def places(portfolio: Portfolio, name: str, test: Any) -> str:
    """File and row (``prices.csv:2, prices.csv:7``) of the first rows of a table that pass a test; empty for none."""
    rows = portfolio.table(name).filter(test).select("source_file", "source_row")
    found = portfolio.run(rows.order_by("source_file", "source_row").limit(SHOWN_ROWS + 1)).to_pylist()
    shown = ", ".join(f"{row['source_file']}:{row['source_row']}" for row in found[:SHOWN_ROWS])
    return shown + (", …" if len(found) > SHOWN_ROWS else "")


def too_large(portfolio: Portfolio) -> BadData | None:
    """The error that names the rows whose amount is `LIMIT` or more; None where there are none."""
    tables = {name: portfolio.table(name)[column] for name, column in AMOUNTS.items()}
    found = [places(portfolio, name, amount.abs() >= LIMIT) for name, amount in tables.items()]
    if not any(found):
        return None
    return BadData(
        Text(
            "An amount of {limit} or more is too large to count with: {rows}. Correct it in the file, or give all amounts"
            " in thousands, and load the files again with `cvm load`.",
            "Сумма от {limit} и больше слишком велика для расчёта: {rows}. Исправьте её в файле или переведите все суммы"
            " в тысячи и загрузите файлы ещё раз командой `cvm load`.",
        ).fill(
            limit=Text(formats.count(LIMIT, "en"), formats.count(LIMIT, "ru")),
            rows=same(", ".join(filter(None, found))),
        )
    )
