"""Rows of the whole base held in memory, of which any part is summed by one short query of one table."""

from collections.abc import Callable, Hashable
from typing import Any

import ibis
import pyarrow as pa

from tools import ledger
from tools.portfolio import Portfolio

IN_HAND = "rows_in_hand"


def row_of(
    portfolio: Portfolio, key: Hashable, *, rows: Callable[[Portfolio], Any], sums: Callable[[Any], Any]
) -> tuple[dict[str, Any], str]:
    """The one row of ``sums`` over the table that ``rows`` makes of a portfolio, and its SQL.

    ``rows`` must say the same of an account in a part of the base as in the whole of it. Those of a listed part are
    cut from the base's, which are asked once; everything else is asked as it stands.
    """
    base = ledger.base_of(portfolio)
    if base is None:
        return portfolio.row_of(key, lambda: sums(rows(portfolio)))
    sql = portfolio.text(key, lambda: sums(rows(portfolio)))
    if ("in hand", key) not in base.memo:
        base.memo["in hand", key] = base.run(rows(base))
    return summed(portfolio, key, ledger.cut(portfolio, base.memo["in hand", key]), sums), sql


def summed(portfolio: Portfolio, key: Hashable, rows: pa.Table, sums: Callable[[Any], Any]) -> dict[str, Any]:
    """The one row of ``sums`` over rows in hand; the query is made once under ``key``."""
    table = ibis.table(ibis.Schema.from_pyarrow(rows.schema), name=IN_HAND)
    sql = portfolio.text(("in hand", key), lambda: sums(table), dialect=portfolio.engine.dialect)
    found: dict[str, Any] = portfolio.query(sql, extra={IN_HAND: rows}).to_pylist()[0]
    return found
