"""Cohorts over the ledger: who was worth what on the two ends of a window, and what of it was kept."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis import _

from tools import ledger, stats
from tools.ledger.prices import worth_on
from tools.portfolio import Portfolio
from tools.reading import Window


def cohort(portfolio: Portfolio, window: Window) -> Any:
    """Table ``account_id, opening, closing`` (ticks), ``held`` (on pause at the end) of every account with either.

    Both ends in the rate of the window's opening day. ``client_opening, client_closing`` are those of the paying
    client, the account itself unless the level is below it; then ``client_id`` says which client it is.
    """
    worth = units(portfolio, [window.opening, window.closing], rate_of=window.opening)
    at_opening = worth.point == ledger.literal(window.opening)
    accounts = worth.group_by("account_id", "client_id").agg(
        opening=worth.ticks.sum(where=at_opening).fill_null(0).cast("int64"),
        closing=worth.ticks.sum(where=~at_opening).fill_null(0).cast("int64"),
    )
    accounts = _with_client(portfolio, accounts)
    names = ["account_id", "opening", "closing", "client_opening", "client_closing"]
    names += ["client_id"] if ledger.below(portfolio) else []
    marks = held_at(portfolio, [window.closing])
    if marks is None:
        return accounts.select(*names, held=ibis.literal(False))
    marks = marks.select(on_hold=_.account_id).distinct()
    joined = accounts.left_join(marks, accounts.account_id == marks.on_hold)
    return joined.select(*names, held=joined.on_hold.notnull())


def units(portfolio: Portfolio, points: Sequence[date], *, rate_of: date | None = None) -> Any:
    """Table ``account_id, client_id, point, ticks``: worth above zero of each unit of the portfolio's level."""
    if not ledger.below(portfolio):
        return ledger.state(portfolio, points, rate_of=rate_of).mutate(client_id=_.account_id)
    native = ledger.native(portfolio, points)
    found = ledger.in_one_currency(portfolio, native, ledger.source(portfolio), points=points, on=rate_of)
    return found.filter(found.ticks > 0)


def _with_client(portfolio: Portfolio, accounts: Any) -> Any:
    if not ledger.below(portfolio):
        return accounts.mutate(client_opening=accounts.opening, client_closing=accounts.closing)
    client = ibis.window(group_by="client_id")
    return accounts.mutate(
        client_opening=accounts.opening.sum().over(client), client_closing=accounts.closing.sum().over(client)
    )


def held_at(portfolio: Portfolio, points: Sequence[date]) -> Any | None:
    """Table ``account_id, point`` of accounts whose zero on a day is no loss: a pause, or an invoice that is late."""
    if ledger.basis(portfolio) == ledger.CONTRACT:
        return ledger.paused(portfolio, points)
    return ledger.late_invoices(portfolio, points)


def cohort_totals(portfolio: Portfolio, window: Window) -> dict[str, int]:
    """One row over the accounts with opening revenue: opening, kept, capped (ticks), n, lost.

    Below the paying client a unit of a client with opening revenue counts, and is lost only with its client.
    """
    key = ("totals", window)
    if key not in portfolio.memo:
        portfolio.memo[key] = _summed(_cohort_rows(portfolio, window))
    found: dict[str, int] = portfolio.memo[key]
    return found


def totals_sql(portfolio: Portfolio, window: Window) -> str:
    """The query of `cohort_totals`."""
    return portfolio.text(("totals", window), lambda: _totals(cohort(portfolio, window)))


def _totals(accounts: Any) -> Any:
    accounts = accounts.filter(accounts.client_opening > 0)
    lost = (accounts.opening > 0) & (accounts.client_closing == 0) & ~accounts.held
    came_back = (accounts.opening == 0).sum()
    return accounts.agg(
        opening=_.opening.sum().fill_null(0),
        kept=_.closing.sum().fill_null(0),
        capped=ibis.least(_.opening, _.closing).sum().fill_null(0),
        n=_.count() - came_back.fill_null(0),
        lost=lost.sum().fill_null(0),
    )


def _cohort_rows(portfolio: Portfolio, window: Window) -> pa.Table:
    """`cohort` of the accounts (below the client: of the clients) with opening revenue; asked once."""
    key = ("cohort", window)
    if key not in portfolio.memo:
        base = ledger.base_of(portfolio)
        if base is None:
            portfolio.memo[key] = opened(portfolio, window)
        else:
            portfolio.memo[key] = ledger.cut(portfolio, _cohort_rows(base, window))
    rows: pa.Table = portfolio.memo[key]
    return rows


def opened(portfolio: Portfolio, window: Window) -> pa.Table:
    """The rows of `cohort` with opening revenue, counted here where the prices are in hand."""
    held = ledger.in_hand(portfolio) if ledger.basis(portfolio) == ledger.CONTRACT else None
    if held is None:
        found = cohort(portfolio, window)
        return portfolio.run(found.filter(found.client_opening > 0)).sort_by("account_id")
    opening, closing = worth_on(held, window.opening), worth_on(held, window.closing)
    paid = np.flatnonzero(opening > 0)
    ends = {"opening": pa.array(opening.take(paid)), "closing": pa.array(closing.take(paid))}
    clients = {f"client_{name}": worth for name, worth in ends.items()}
    none = pa.array(np.zeros(len(paid), dtype=bool))
    return pa.table({"account_id": held.clients.take(pa.array(paid)), **ends, **clients, "held": none})


def _summed(rows: pa.Table) -> dict[str, int]:
    return {name: int(values.sum()) for name, values in _measured(rows).items()}


def _measured(rows: pa.Table) -> dict[str, Any]:
    opening, closing, client_closing = (
        rows[name].to_numpy().astype("int64", copy=False) for name in ("opening", "closing", "client_closing")
    )
    held = rows["held"].to_numpy(zero_copy_only=False).astype(bool)
    return {
        "opening": opening,
        "kept": closing,
        "capped": np.minimum(opening, closing),
        "n": (opening > 0).astype("int64"),
        "lost": ((opening > 0) & (client_closing == 0) & ~held).astype("int64"),
    }


def cohort_interval(portfolio: Portfolio, window: Window, top: str, bottom: str) -> tuple[tuple[float, float], str]:
    """95 % interval of the ratio of two columns of `cohort_totals`, and its method; the units of one client move together."""
    rows = _cohort_rows(portfolio, window)
    found = _measured(rows)
    if ledger.below(portfolio):
        clients = rows["client_id"].to_pylist()
        if bottom == "n" and found[top].sum() in (0, found["n"].sum()):  # all alike: draws would have no width
            whole = len(set(clients))
            return stats.wilson(whole if found[top].any() else 0, whole), "Wilson 95%"
        return stats.cluster_interval(found[top], clients, found[bottom])
    mine = found["opening"] > 0
    return stats.ratio_interval(found[top][mine], found[bottom][mine])


def cohort_accounts(portfolio: Portfolio, window: Window) -> list[tuple[str, int, int]]:
    """Account, opening and closing ticks of every account with opening revenue (or of a client with it), by account."""
    key = ("cohort in order", window)
    if key not in portfolio.memo:
        portfolio.memo[key] = _cohort_rows(portfolio, window).sort_by("account_id")
    rows: pa.Table = portfolio.memo[key]
    money = (rows[name].cast("int64").to_pylist() for name in ("opening", "closing"))
    return list(zip(rows["account_id"].to_pylist(), *money, strict=True))


def paid_before(portfolio: Portfolio, day: date) -> Any:
    """Table ``known_account`` of the accounts (below it, of clients) that had paid before a day."""
    if ledger.basis(portfolio) == ledger.CONTRACT:
        rows = ledger.priced(portfolio)
        return rows.filter(rows.start_date < ledger.literal(day)).select(known_account=rows.account_id).distinct()
    parts = ledger.recognised(portfolio)
    parts = parts.filter(parts.month < ledger.literal(day), parts.ticks > 0)
    return parts.select(known_account=parts.account_id).distinct()
