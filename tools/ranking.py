"""Accounts in the order of a figure: the first ones, or the last."""

from collections.abc import Mapping
from dataclasses import replace

from tools import ledger
from tools.errors import UnknownName, UserError
from tools.fields import AccountReading, account_readings, account_values, find_field
from tools.portfolio import Portfolio
from tools.reading import Reading, Rows, Status, Window
from tools.text import Text, same

YEARS, MONTHS = ("nrr", "grr", "mrr_change"), ("mrr", "arr")  # figures of the ledger: of a year, of its last month


def figure(key: str) -> AccountReading:
    """The account-level reading of a key, metric or alias; a `UserError` lists those that exist."""
    readings = account_readings()
    try:
        found = find_field(key)
    except UnknownName:
        found = None
    if found is not None and found.key in readings:
        return readings[found.key]
    raise UserError(
        Text(
            "{key} is not known client by client, so clients cannot be ranked by it. What can be: {known}.",
            "Показатель {key} не считается по отдельным клиентам, упорядочить по нему нельзя. Можно по таким: {known}.",
        ).fill(key=same(key), known=same(", ".join(sorted(readings))))
    )


def ranked(
    portfolio: Portfolio, key: str, *, count: int, lowest: bool = False, convention: str | None = None
) -> list[Reading]:
    """The ``count`` accounts with the highest (``lowest``: the lowest) value, in order, ties by id.

    Accounts without a value are never ranked; ``rows`` says how many were ranked and how many were left out.
    """
    item = figure(key)
    counted = _by_convention(portfolio, item.key, convention)
    names, values = counted.names, account_values(counted, item.key)
    known = [(value, account) for account, value in values.items() if account in names]
    known.sort(key=lambda pair: (pair[0] if lowest else -pair[0], pair[1]))
    left = len(names) - len(known)
    rows = Rows(len(known), {"no value": left} if left else {})
    scope = _scope(counted)
    window, rule = _window(counted, item.key)
    if not known:
        reason = Text("no client has a known value of {name}", "ни у одного клиента нет значения «{name}»").fill(
            name=item.name
        )
        return [
            Reading(item.key, item.unit, None, "undefined", reason, scope=scope, rows=rows, snapshot=portfolio.snapshot)
        ]
    doubt = ledger.doubt(counted) if item.key in (*YEARS, *MONTHS) else None
    status: Status = "partial" if doubt else "ok"
    flags, why = ((doubt[0],), doubt[1]) if doubt else ((), None)
    return [
        Reading(
            item.key, item.unit, value, status, why, n=1, window=window, convention=rule, rows=rows, flags=flags,
            scope={**scope, "account": account}, snapshot=portfolio.snapshot,
        )
        for value, account in known[:count]
    ]  # fmt: skip


def _scope(portfolio: Portfolio) -> Mapping[str, str]:
    filters = [part.group for part in portfolio.narrows if part.by == "where"]
    scope = {"where": filters[-1]} if filters else {}
    return scope if portfolio.level == "account" else {**scope, "level": portfolio.level}


def _by_convention(portfolio: Portfolio, key: str, convention: str | None) -> Portfolio:
    if convention is None:
        return portfolio
    if key not in (*YEARS, *MONTHS):
        raise UserError(
            Text(
                "{key} of a client has one convention only: leave the convention out.",
                "У показателя {key} по клиентам способ расчёта один: не указывайте convention.",
            ).fill(key=same(key))
        )
    if convention not in ledger.CONVENTIONS:
        raise UnknownName(Text("convention", "способ счёта"), convention, ledger.CONVENTIONS)
    whole = portfolio.whole
    other = None if whole is None else replace(whole, convention=convention, memo={})
    return replace(portfolio, convention=convention, whole=other, memo={})


def _window(portfolio: Portfolio, key: str) -> tuple[Window | None, str]:
    if key not in (*YEARS, *MONTHS) or ledger.no_ledger(portfolio) is not None:
        return portfolio.day, ""
    span = ledger.year(portfolio) if key in YEARS else ledger.last_month(portfolio)
    return span, ledger.convention(portfolio)
