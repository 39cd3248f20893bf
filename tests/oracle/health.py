"""Health of clients: percentiles of the base, weights made whole again over what is known, coverage (§5)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd

from tests.oracle import value
from tests.oracle.contracts import Contracts
from tests.oracle.rules import Row, Tables, until, year_to
from tests.oracle.scores import weighted

WEIGHTS = {"usage": 25, "adoption": 20, "value": 20, "support": 10, "relationship": 15, "payment": 10}
LEAST_COVERAGE = 0.6
RECENT, BEFORE, SEEN_DAYS, SUPPORT_DAYS, CRITICAL = 28, 84, 8, 90, 5


@dataclass(frozen=True)
class Health:
    """Components and score of 0-100 (None: too little is known), coverage of 0-1."""

    parts: Mapping[str, float]

    @property
    def coverage(self) -> float:
        return sum(WEIGHTS[name] for name in self.parts) / sum(WEIGHTS.values())

    @property
    def score(self) -> float | None:
        if self.coverage < LEAST_COVERAGE:
            return None
        return weighted([(WEIGHTS[name], part) for name, part in self.parts.items()])


def health(book: Contracts) -> dict[str, Health]:
    """Health of the clients that pay on the last day."""
    paying, as_of = sorted(book.state(book.as_of)), book.as_of
    load = ranks({one: -times for one, times in _tickets(book.tables, paying, as_of).items()})
    kept = {one: value.vrs(value.promises(book.tables, among={one})) for one in paying}
    parts: dict[str, Mapping[str, float | Fraction]] = {
        "usage": ranks(_trend(book.tables, paying, as_of)),
        "adoption": ranks(_adoption(book.tables, paying, as_of)),
        "value": {one: share for one, share in kept.items() if share is not None},
        "support": load | dict.fromkeys(_stopped(book.tables, as_of) & set(load), 0.0),
        "relationship": _answers(book.tables, as_of),
        "payment": ranks({one: -days for one, days in _lateness(book.tables, paying, as_of).items()}),
    }
    return {one: Health({name: float(each[one]) for name, each in parts.items() if one in each}) for one in paying}


def ranks(values: Mapping[str, float]) -> dict[str, float]:
    """Mid-rank percentiles of 0-100 among values drawn in to their 1st and 99th percentile."""
    if not values:
        return {}
    held = pd.Series(values, dtype=float)
    low, high = np.quantile(held, [0.01, 0.99])
    below = held.clip(low, high).rank(method="average") - 0.5
    return dict(zip(values, (100 * below / len(held)).tolist(), strict=True))


def _used(tables: Tables, as_of: date) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in until(tables.get("usage", ()), "date", as_of):
        found[row["account_id"]].append(row)
    return found


def _trend(tables: Tables, paying: list[str], as_of: date) -> dict[str, float]:
    """Use a day of the last four weeks over that of the quarter before, of clients known for all of it."""
    turn, first = as_of - timedelta(days=RECENT), as_of - timedelta(days=RECENT + BEFORE)
    found = {}
    for account, rows in _used(tables, as_of).items():
        before = [row for row in rows if first < row["date"] <= turn]
        long = min(row["date"] for row in rows) <= first + timedelta(days=1)
        if account in paying and long and len({row["date"] for row in before}) >= SEEN_DAYS:
            recent = sum(row["quantity"] for row in rows if row["date"] > turn)
            found[account] = (recent / RECENT) / (sum(row["quantity"] for row in before) / BEFORE)
    return found


def _adoption(tables: Tables, paying: list[str], as_of: date) -> dict[str, float]:
    """Share of the key features of the base (all where none is key) used in the last ninety days."""
    used = _used(tables, as_of)
    rows = [row for found in used.values() for row in found if row["date"] >= year_to(as_of).start]
    known = {row["feature"] for row in rows if row["is_key"]} or {row["feature"] for row in rows}
    since = as_of - timedelta(days=SUPPORT_DAYS)
    return {
        account: len({row["feature"] for row in found if row["date"] > since} & known) / len(known)
        for account, found in used.items()
        if account in paying and known
    }


def _stopped(tables: Tables, as_of: date) -> set[str]:
    turn = as_of - timedelta(days=RECENT)
    return {account for account, rows in _used(tables, as_of).items() if all(row["date"] <= turn for row in rows)}


def _tickets(tables: Tables, paying: list[str], as_of: date) -> dict[str, int]:
    """Tickets opened within ninety days, a critical one still open counted five times, where tickets are kept."""
    rows = until(tables.get("tickets", ()), "opened", as_of)
    if not rows:
        return {}
    found = dict.fromkeys(paying, 0)
    for row in rows:
        is_open = row["closed"] is None or row["closed"] > as_of
        if row["account_id"] in found and row["opened"] > as_of - timedelta(days=SUPPORT_DAYS):
            found[row["account_id"]] += CRITICAL if is_open and row["priority"] == "critical" else 1
    return found


def _answers(tables: Tables, as_of: date) -> dict[str, float]:
    """The last answer of the year as 0-100, or the mean satisfaction with tickets where there is none."""
    year, last = year_to(as_of), {}
    pleased: dict[str, list[float]] = defaultdict(list)
    for row in sorted(tables.get("surveys", ()), key=lambda one: one["date"]):
        if year.start <= row["date"] < year.end:
            last[row["account_id"]] = 10.0 * row["score"]
    for row in tables.get("tickets", ()):
        if year.start <= row["opened"] < year.end and row.get("csat") is not None:
            pleased[row["account_id"]].append(25.0 * (row["csat"] - 1))
    return {account: sum(each) / len(each) for account, each in pleased.items()} | last


def _lateness(tables: Tables, paying: list[str], as_of: date) -> dict[str, int]:
    """Worst days past due of the unpaid lines; 0 where none is late; only where due and paid dates are kept."""
    lines = [line for line in until(tables.get("invoices", ()), "date", as_of) if line["amount"] > 0]
    if not any(line.get("paid_date") for line in lines):
        return {}
    found: dict[str, int] = {}
    for line in lines:
        if line.get("due_date") and line["account_id"] in paying:
            owed = line.get("paid_date") is None or line["paid_date"] > as_of
            late = max((as_of - line["due_date"]).days, 0) if owed else 0
            found[line["account_id"]] = max(found.get(line["account_id"], 0), late)
    return found
