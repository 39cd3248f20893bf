"""Groups of a base: by an account column, a segmentation, size, cohort, owner; every account in exactly one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from tools.errors import LISTED, UnknownName, UserError
from tools.fields import SPOKEN, account_values
from tools.narrow import Narrow
from tools.parts import Parts
from tools.portfolio import Portfolio
from tools.schema import TABLES
from tools.spans import TIMES, named
from tools.text import Text, same

SEGMENTS = {"segment": "value", "value": "value", "rfm": "rfm", "clusters": "clusters"}
COLUMNS = tuple(
    column.name
    for column in TABLES["accounts"].columns
    if column.kind in ("text", "bool") and column.name not in ("account_id", "name", "inn", "crm_id")
)
DERIVED = ("size", "cohort")
NOT_KNOWN = "—"  # the group of the accounts without a value


def names() -> tuple[str, ...]:
    """Everything a base can be grouped by."""
    return (*SEGMENTS, *DERIVED, *(column for column in COLUMNS if column not in DERIVED), *TIMES)


def _spoken() -> list[str]:
    """The names with the Russian words for them."""
    return [*names(), *(word for name in names() for word in SPOKEN.get(name, ()) if not word.isascii())]


def parts(portfolio: Portfolio, by: str, *, on: date | None = None) -> list[Portfolio]:
    """The portfolio cut by `groups` (those of an earlier day ``on``), once, so that what is known serves every metric."""
    key = ("parts", by, on)
    if key not in portfolio.memo:
        at = portfolio if on is None else portfolio.earlier(on)
        portfolio.memo[key] = [portfolio.narrowed(group) for group in groups(at, by)]
    found: list[Portfolio] = portfolio.memo[key]
    return list(found)


def groups(portfolio: Portfolio, by: str) -> list[Narrow]:
    """The parts of a portfolio, in their own order; accounts without a value are the last group, ``—``.

    `UnknownName` for a column that does not exist, `UserError` for one that the data leave empty.
    """
    found = _groups(portfolio, by)
    every = Parts(portfolio.engine, portfolio.read, tuple(group.ids or () for group in found))
    return [replace(group, parts=every, place=place) for place, group in enumerate(found)]


def _groups(portfolio: Portfolio, by: str) -> list[Narrow]:
    if by in SEGMENTS:
        return _by_segment(portfolio, by)
    if by == "size" and not portfolio.has("accounts", "size"):
        edges = ("", *(f"{edge:.12g}" for edge in _edges(portfolio)), "")
        return [
            part if part.group == NOT_KNOWN else replace(part, range="..".join(edges[int(part.group) - 1 :][:2]))
            for part in _by_values(portfolio, "size", _sizes(portfolio))
        ]
    if by == "cohort":
        return _by_values(portfolio, "cohort", _cohorts(portfolio))
    if by not in COLUMNS:
        raise UnknownName(Text("column to group by", "столбец для разбивки"), by, _spoken(), hint=LISTED)
    table = portfolio.table("accounts")
    found = portfolio.run(table.select("account_id", value=table[by].cast("string")).order_by("account_id"))
    members: dict[str | None, list[str]] = {}
    for account, value in zip(found["account_id"].to_pylist(), found["value"].to_pylist(), strict=True):
        members.setdefault(value, []).append(account)
    known = sorted(value for value in members if value is not None)
    if not known:
        raise _empty(by)
    parts = [Narrow(by, value, tuple(members[value]), column=True) for value in known]
    if None in members:
        parts.append(Narrow(by, NOT_KNOWN, tuple(members[None]), missing=True, column=True))
    return parts


def _empty(by: str) -> UserError:
    return UserError(
        Text(
            "The data have no column {by}: add it to the table of clients, or group by segment, size, cohort or month.",
            "В данных нет столбца {by}: добавьте его в таблицу клиентов или сгруппируйте по segment, size, cohort, month.",
        ).fill(by=same(by))
    )


def _by_segment(portfolio: Portfolio, by: str) -> list[Narrow]:
    from tools.segments import assign

    found = assign(portfolio, SEGMENTS[by])
    members = {group.key: found.ids(group.key) for group in found.groups}
    return [Narrow("segment", key, tuple(ids)) for key, ids in members.items() if ids]


def _by_values(portfolio: Portfolio, by: str, values: Mapping[str, str]) -> list[Narrow]:
    if not values:
        raise _empty(by)
    members: dict[str, list[str]] = {}
    for account, value in values.items():
        members.setdefault(value, []).append(account)
    parts = [Narrow(by, value, tuple(members[value])) for value in sorted(members)]
    rest = tuple(account for account, _name in portfolio.accounts() if account not in values)
    return [*parts, Narrow(by, NOT_KNOWN, rest)] if rest else parts


def band_of(portfolio: Portfolio, by: str) -> Mapping[str, str]:
    """The derived band of every account that has one: ``size`` (quartile of its monthly worth) or ``cohort``."""
    return _sizes(portfolio) if by == "size" else _cohorts(portfolio)


def _sizes(portfolio: Portfolio) -> dict[str, str]:
    """Quarter of the base by monthly worth, ``1`` the smallest; equal worths share theirs."""
    worth = account_values(portfolio, "mrr")
    if not worth:
        return {}
    ordered = sorted(worth)
    amounts = np.array([float(worth[account]) for account in ordered])
    edges = np.array(_edges(portfolio))
    bands = 1 + (amounts[:, None] > edges[None, :]).sum(axis=1)
    return {account: str(band) for account, band in zip(ordered, bands, strict=True)}


def _edges(portfolio: Portfolio) -> list[float]:
    """The monthly worths at which the quarters of the base are cut; none where no client pays."""
    amounts = [float(amount) for amount in account_values(portfolio, "mrr").values()]
    return [float(edge) for edge in np.quantile(amounts, [0.25, 0.5, 0.75])] if amounts else []


def _cohorts(portfolio: Portfolio) -> dict[str, str]:
    """Quarter of the first payment, ``2025-Q1``."""
    if portfolio.as_of is None:
        return {}
    first = {
        account: portfolio.as_of - timedelta(days=int(days))
        for account, days in account_values(portfolio, "tenure_days").items()
    }
    return {account: named("quarter", day) for account, day in first.items()}
