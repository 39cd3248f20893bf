"""Accounts as a table: the fields asked for, filtered and sorted, a page at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.errors import UserError
from tools.fields import Field, cells, find_field, raw_values
from tools.filters import Filter, select
from tools.portfolio import Portfolio
from tools.text import Text

ALWAYS = ("account_id", "name")


@dataclass(frozen=True, slots=True)
class Line:
    """One account: id, name, and its fields; what is not known is None."""

    id: str
    name: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Roster:
    """A page of accounts, how many there are in all, how many the filter left out as unknown, and where the next begins."""

    lines: tuple[Line, ...]
    total: int
    unknown: int
    next: int | None


def roster(
    portfolio: Portfolio,
    *,
    fields: Sequence[str] = (),
    where: Filter | None = None,
    sort: str | None = None,
    ids: Collection[str] | None = None,
    start: int = 0,
    size: int = 100,
) -> Roster:
    """A page of the accounts that match, by id or by ``sort`` (a field; ``-`` before it: largest first, unknown last)."""
    shown = list(dict.fromkeys(find_field(name).key for name in fields))
    selection = select(portfolio, where) if where is not None else None
    every = selection.ids if selection is not None else tuple(portfolio.names)
    if ids is not None:
        _known(portfolio, ids)
        every = tuple(account for account in every if account in set(ids))
    ordered = _sorted(portfolio, every, sort) if sort else every
    page = ordered[start : start + size]
    columns = {key: raw_values(portfolio, key) for key in shown if key not in ALWAYS}
    lines = tuple(
        Line(account, portfolio.names[account], {key: found.get(account) for key, found in columns.items()})
        for account in page
    )
    after = start + size if start + size < len(ordered) else None
    return Roster(lines, len(ordered), selection.unknown if selection is not None else 0, after)


def _known(portfolio: Portfolio, ids: Collection[str]) -> None:
    absent = sorted(set(ids) - set(portfolio.names))
    if absent:
        listed = ", ".join(absent[:10])
        raise UserError(Text(f"There are no such clients: {listed}.", f"Нет таких клиентов: {listed}."))


def _sorted(portfolio: Portfolio, ids: Sequence[str], sort: str) -> tuple[str, ...]:
    field: Field = find_field(sort.lstrip("+-"))
    column = cells(portfolio, field.key)
    place = {account: index for index, account in enumerate(portfolio.names)}
    chosen = np.array([place[account] for account in ids], dtype=int)
    _distinct, rank = np.unique(column.values, return_inverse=True)
    rank = rank[chosen] if chosen.size else np.array([], dtype=int)
    order = np.lexsort((chosen, -rank if sort.startswith("-") else rank, ~column.known[chosen]))
    return tuple(ids[index] for index in order)
