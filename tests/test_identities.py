"""What holds on every portfolio, whatever it is: bridge, bounds, partition, additivity, and what must change nothing."""

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.generated import AS_OF, CONTRACTS, EVERYTHING, FIRST, Tables, everywhere, only, seeded
from tests.oracle.compare import beside
from tests.portfolios import in_memory
from tools import cohorts, ledger, metrics, moves, segments
from tools.errors import UserError
from tools.metrics.health_scores import explain_change, portfolio_change
from tools.portfolio import Portfolio
from tools.reading import Reading, Window
from tools.unbound import DATED

SIGNS = {"new": 1, "reactivation": 1, "expansion": 1, "indexation": 1, "fx": 1, "contraction": -1, "churn": -1}
FULL = 5_000
FEW = 2
KEYS_AT_ONCE = 4  # metrics whose invariance is tried on one portfolio; all of them come round
AFTER = replace(EVERYTHING, after=True, clients=(1, 7))
CROWD = replace(EVERYTHING, after=False, clients=(4, 9), foreign=False)
STEADY = only(CONTRACTS, "subscriptions", "invoices", pauses=False, debts=True)
SINCE = AS_OF - timedelta(days=91)


def bridge_closes(seed: int) -> str:
    """Empty, or what is wrong with the months of the seed's portfolio."""
    with opened(seeded(seed, EVERYTHING)) as portfolio:
        return next(iter(_broken_bridges(metrics.compute(portfolio, "movements"))), "")


def _broken_bridges(readings: Sequence[Reading]) -> list[str]:
    """The months that do not close, are negative or do not begin where the last one ended; by region where there are any."""
    bridges: dict[str, dict[str, dict[str, Any]]] = {}
    for item in readings:
        part, _, month = str(item.scope.get("group", "")).rpartition(",")
        if "month" in str(item.scope.get("by")).split(",") and item.value is not None:
            bridges.setdefault(part, {}).setdefault(month, {})[item.scope["kind"]] = item.value
    return [said for part, months in bridges.items() if (said := _broken(part, months))]


def _broken(part: str, months: dict[str, dict[str, Any]]) -> str:
    before: Decimal | None = None
    for month, moved in sorted(months.items()):
        unknown = set(moved) - set(SIGNS) - {"start", "end"}
        change = sum(SIGNS[kind] * moved[kind] for kind in SIGNS if kind in moved)
        if unknown or moved["start"] + change != moved["end"]:
            return f"{part} {month}: {moved}"
        if any(moved[kind] < 0 for kind in moved if kind not in ("fx", "indexation")):
            return f"{part} {month}: a negative movement, {moved}"
        if before is not None and moved["start"] != before:
            return f"{part} {month}: starts at {moved['start']}, the month before ended at {before}"
        before = moved["end"]
    return ""


def any_window_closes(seed: int) -> str:
    """Empty, or what is wrong with the movements of a window drawn at random: its months must add up to it."""
    drawn = random.Random(seed)
    since = AS_OF - timedelta(days=drawn.randrange(20, 500))
    window = Window(since, min(since + timedelta(days=drawn.randrange(1, 300)), AS_OF + timedelta(days=1)))
    if drawn.random() < 0.5:  # as managers ask: from the first of a month
        window = Window(window.start.replace(day=1), window.end)
    with opened(seeded(seed, EVERYTHING)) as portfolio:
        found = metrics.compute(portfolio, "movements", window=window)
        if found[0].value is None or (said := next(iter(_broken_bridges(found)), "")):
            return said if found[0].value is not None else ""
        months = [item for item in found if item.scope.get("by") == "month"]
        whole = {item.scope["kind"]: item for item in found if "by" not in item.scope}
        for kind in {item.scope["kind"] for item in months} if len(whole) > 1 else ():
            parts = [item for item in months if item.scope["kind"] == kind]
            shown = {"start": parts[:1], "end": parts[-1:]}.get(kind, parts)
            if whole[kind].value != sum(item.value for item in shown) or whole[kind].n != sum(item.n for item in shown):
                return f"{seed} {window} {kind}: {whole[kind].value}, months {[item.value for item in shown]}"
            again = portfolio.query(whole[kind].sql).column(0)[0].as_py()
            if again != pytest.approx(float(whole[kind].value or 0), rel=1e-9):
                return f"{seed} {window} {kind}: {whole[kind].value}, its query {again}"
        return ""


RETENTION = ("nrr", "grr", "money_churn", "logo_churn")


def gross_is_below_net(seed: int) -> str:
    """Empty, or the retention that is out of bounds."""
    with opened(seeded(seed, EVERYTHING)) as portfolio:
        return _out_of_bounds({key: metrics.compute(portfolio, key)[0].value for key in RETENTION})


def _out_of_bounds(found: Mapping[str, Any]) -> str:
    known = {key: float(value) for key, value in found.items() if value is not None}
    if not {"nrr", "grr"} <= set(known):
        return ""
    within = all(0 <= known[key] <= 1 for key in known if key != "nrr")
    return "" if within and known["grr"] <= known["nrr"] + 1e-12 else str(known)


def regions_close_and_are_in_bounds(start: int, count: int = 250) -> str:
    """Empty, or the first of so many portfolios, each a region of one base, whose bridge or retention is wrong."""
    parts = {f"p{seed}": seeded(seed, replace(EVERYTHING, foreign=False)) for seed in range(start, start + count)}
    with opened(beside(parts)) as portfolio:
        faults = _broken_bridges(metrics.compute(portfolio, "movements", by="region"))
        found: dict[str, dict[str, Any]] = {}
        for key in RETENTION:
            for reading in metrics.compute(portfolio, key, by="region"):
                found.setdefault(reading.scope["group"], {})[key] = reading.value
    faults += [f"{part}: {said}" for part, values in found.items() if (said := _out_of_bounds(values))]
    unseen = {part for part, tables in parts.items() if tables.get("accounts")} - set(found)
    return next(iter(faults), f"regions not told of: {sorted(unseen)}" if unseen else "")


def changes_run_as_their_query_says(seed: int) -> str:
    """Empty, or where the changes of prices in hand are not those of the query a reading shows, on any last day."""
    with opened(seeded(seed, STEADY), as_of=AS_OF - timedelta(days=seed % 45)) as portfolio:
        windows = ledger.months(portfolio)
        if not windows:
            return ""
        sides = [moves.moved_rows(portfolio, windows), portfolio.run(moves.moved(portfolio, windows))]
    names = sorted(set(sides[0].column_names) & set(sides[1].column_names))
    return "" if len(names) == 12 and _same(names, ("account_id", "place"), *sides) else f"{seed}: {sides}"


def cohorts_in_hand_are_those_of_their_query(seed: int) -> str:
    """Empty, or the month whose cohort counted in memory is not that of its query."""
    with opened(seeded(seed, STEADY), as_of=AS_OF - timedelta(days=seed % 45)) as portfolio:
        for window in ledger.months(portfolio):
            asked = cohorts.cohort(portfolio, window)
            sides = [cohorts.opened(portfolio, window), portfolio.run(asked.filter(asked.client_opening > 0))]
            if not _same(sides[1].column_names, ("account_id",), *sides):
                return f"{seed} {window}: {sides}"
    return ""


def _same(names: Sequence[str], keys: Sequence[str], one: Any, two: Any) -> bool:
    here, there = (side.select(names).sort_by([(key, "ascending") for key in keys]) for side in (one, two))
    return bool(here.to_pylist() == there.to_pylist())


def segments_are_a_partition(seed: int) -> str:
    """Empty, or the segmentation that loses or doubles a client."""
    tables = seeded(seed, CROWD)
    with opened(tables) as portfolio:
        clients = sorted(row["account_id"] for row in tables["accounts"])
        payers = set(_payers(tables))
        for by in segments.segmentations():
            try:
                found = segments.assign(portfolio, by)
            except UserError:
                continue
            placed = sorted(place.id for place in found.accounts)
            left_out = set(clients) - set(placed)
            if len(set(placed)) != len(placed) or left_out & payers or not set(placed) <= set(clients):
                return f"{seed} {by}: {placed} of {clients}, of whom {sorted(payers)} have paid"
            if sum(int(group.accounts.value or 0) for group in found.groups) != len(placed):
                return f"{seed} {by}: {[(group.key, group.accounts.value) for group in found.groups]}"
            for group in found.groups:
                if group.accounts.value != sum(place.segment == group.key for place in found.accounts):
                    return f"{seed} {by} {group.key}: {group.accounts.value}"
    return ""


def health_moves_by_its_parts(seed: int) -> str:
    """Empty, or the change of a health score that its parts do not sum to."""
    tables = seeded(seed, CROWD)
    with opened(tables) as portfolio:
        for row in tables["accounts"]:
            change = explain_change(portfolio, row["account_id"], SINCE)
            if change is not None:
                parts = sum(change.parts.values()) + change.coverage + change.norms
                if abs(parts - (change.after - change.before)) > 1e-9 or abs(change.total - parts) > 1e-9:
                    return f"{seed} {row['account_id']}: {change}"
        base = portfolio_change(portfolio, SINCE)
        if base is not None:
            parts = base.stayers + base.entrants + base.leavers + base.norms
            if abs(parts - (base.after - base.before)) > 1e-9:
                return f"{seed}: {base}"
    return ""


def rows_after_the_day_do_not_exist(seed: int) -> str:
    """Empty, or the reading that rows dated after the last day change."""
    tables = _to_the_last_day(seeded(seed, AFTER))
    cut = {name: [row for row in rows if not _after(name, row)] for name, rows in tables.items()}
    return _first_change(seed, tables, cut, str)


def order_of_rows_does_not_matter(seed: int) -> str:
    """Empty, or the reading that the order of rows changes."""
    tables = seeded(seed, AFTER)
    chance = random.Random(seed)
    mixed = {name: chance.sample(rows, len(rows)) for name, rows in tables.items()}
    return _first_change(seed, tables, mixed, str)


def names_of_clients_do_not_matter(seed: int) -> str:
    """Empty, or the reading that other ids and names of the clients change."""
    tables = seeded(seed, AFTER)
    clients = [row["account_id"] for row in tables["accounts"]]
    chance = random.Random(seed)
    new = dict(zip(clients, chance.sample([f"x{place:03}" for place in range(900)], len(clients)), strict=True))
    back = {renamed: client for client, renamed in new.items()}
    renamed = {name: [_renamed(row, new) for row in rows] for name, rows in tables.items()}
    return _first_change(seed, tables, renamed, lambda said: back.get(said, said))


IDENTITIES: dict[str, tuple[Callable[[int], str], int]] = {  # and for how many of a hundred portfolios of the long run
    check.__name__: (check, percent)
    for check, percent in (
        (bridge_closes, 10),
        (any_window_closes, 10),
        (gross_is_below_net, 10),
        (changes_run_as_their_query_says, 10),
        (cohorts_in_hand_are_those_of_their_query, 10),
        (segments_are_a_partition, 10),
        (health_moves_by_its_parts, 10),
        (rows_after_the_day_do_not_exist, 10),
        (order_of_rows_does_not_matter, 10),
        (names_of_clients_do_not_matter, 10),
    )
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_holds(name: str) -> None:
    check, percent = IDENTITIES[name]
    assert not [said for seed in range(FEW) if (said := check(seed))]


@pytest.mark.soak
@pytest.mark.parametrize("name", IDENTITIES)
def test_holds_on_thousands(name: str) -> None:
    check, percent = IDENTITIES[name]
    found = [said for said in everywhere(check, [(seed,) for seed in range(FULL * percent // 100)]) if said]
    assert not found, f"{len(found)} portfolios: {found[:3]}"


def test_regions_of_a_base_close_and_are_in_bounds() -> None:
    assert not regions_close_and_are_in_bounds(0, 12)


@pytest.mark.soak
def test_five_thousand_portfolios_close_and_are_in_bounds() -> None:
    found = [said for said in everywhere(regions_close_and_are_in_bounds, [(n,) for n in range(0, FULL, 250)]) if said]
    assert not found, f"{len(found)} bases: {found[:3]}"


@contextmanager
def opened(tables: Tables, *, as_of: date = AS_OF) -> Any:
    """The tables as a portfolio, closed after use."""
    portfolio = in_memory(as_of=as_of, **tables)
    try:
        yield portfolio
    finally:
        portfolio.engine.connection.close()  # type: ignore[attr-defined]


def _payers(tables: Tables) -> set[str]:
    """Clients who have paid for a contract, or been invoiced: none of them may be without a segment."""
    paid = {row["account_id"] for row in tables.get("invoices", ()) if not tables.get("subscriptions")}
    return paid | {
        row["account_id"]
        for row in tables.get("subscriptions", ())
        if row["status"] == "active" and not row.get("is_trial") and row["start_date"] <= AS_OF
    }


def _first_change(seed: int, tables: Tables, other: Tables, named: Callable[[str], str]) -> str:
    keys = _keys_of(seed)
    with opened(tables) as one, opened(other) as two:
        for key in keys:
            before, after = _said(one, key, str), _said(two, key, named)
            if before != after:
                return f"{seed} {key}: {sorted(set(before) ^ set(after))[:4]}"
    return ""


def _keys_of(seed: int) -> Sequence[str]:
    keys = sorted(metrics.metrics())
    return [keys[(seed * KEYS_AT_ONCE + place) % len(keys)] for place in range(KEYS_AT_ONCE)]


def _said(portfolio: Portfolio, key: str, named: Callable[[str], str]) -> list[str]:
    return sorted(_figures(item, named) for item in metrics.compute(portfolio, key))


def _figures(item: Reading, named: Callable[[str], str]) -> str:
    """Everything that a reading states, without the id, the SQL and the snapshot."""
    scope = {name: named(value) for name, value in item.scope.items()}
    ends = tuple(round(end, 9) for end in item.ci) if item.ci else None
    return repr((
        item.key, sorted(scope.items()), item.value, item.status, item.n, item.numerator, item.denominator, item.window,
        item.convention, ends, item.coverage, item.flags, item.grade,
    ))  # fmt: skip


def _to_the_last_day(tables: Tables) -> Tables:
    """The tables with a row of the last day itself, so that the data reach it either way."""
    clients = tables["accounts"]
    touch = {"account_id": clients[0]["account_id"], "date": AS_OF, "channel": "call", "two_way": False}
    first = {"account_id": clients[0]["account_id"], "start_date": FIRST, "mrr": Decimal(1), "currency": "RUB"}
    return {
        **tables,
        "touches": [*tables.get("touches", []), touch],
        "subscriptions": [*tables.get("subscriptions", []), first],
    }


def _after(name: str, row: dict[str, Any]) -> bool:
    day = row.get(DATED[name]) if name in DATED else None
    return day is not None and day > AS_OF


def _renamed(row: dict[str, Any], new: dict[str, str]) -> dict[str, Any]:
    changed = {name: new[row[name]] for name in ("account_id", "parent_id", "referred_id") if row.get(name) in new}
    return {**row, **changed, **({"name": f"ООО «{changed['account_id']}»"} if "name" in row else {})}
