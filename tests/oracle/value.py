"""Promises and time to value (§6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracle.rules import Row, Tables, ticks, until


@dataclass(frozen=True)
class Promises:
    """Weight and progress of each promise made to a client; progress None: the outcome is not known."""

    parts: tuple[tuple[int, Fraction | None], ...]

    @property
    def known(self) -> list[tuple[int, Fraction]]:
        return [(weight, progress) for weight, progress in self.parts if progress is not None]

    @property
    def promised(self) -> int:
        return sum(weight for weight, _progress in self.parts)

    @property
    def unknown(self) -> int:
        return sum(weight for weight, progress in self.parts if progress is None)


def promises(tables: Tables, *, among: set[str] | None) -> Promises:
    """The promises made to these clients (None: to all): their own, and those made to their plan."""
    plans: dict[str, list[str]] = {}
    for account in tables.get("accounts", ()):
        if among is None or account["account_id"] in among:
            plans.setdefault(account.get("plan") or "", []).append(account["account_id"])
    own = {(goal["account_id"], goal["goal"]) for goal in tables.get("value_goals", ()) if goal.get("account_id")}
    found = []
    for goal in tables.get("value_goals", ()):
        owner, name = goal.get("account_id"), goal["goal"]
        if owner:
            times = int(among is None or owner in among)
        else:  # what a client was promised herself stands before what her plan was promised under the same name
            times = sum((client, name) not in own for client in plans.get(goal["plan"], []))
        found += [(ticks(goal["value"]), progress(goal))] * times
    return Promises(tuple(found))


def progress(goal: Row) -> Fraction | None:
    """Share of the way from base to target, 0 to 1."""
    if goal.get("current") is None or goal.get("target") is None or goal.get("base") is None:
        return None
    base, target, current = (Fraction(str(goal[name])) for name in ("base", "target", "current"))
    if base == target:
        return Fraction(int(current >= target))
    return min(max((current - base) / (target - base), Fraction(0)), Fraction(1))


def vrs(found: Promises) -> Fraction | None:
    """0-100 over the promises with a known outcome."""
    weight = sum(weight for weight, _progress in found.known)
    return 100 * sum(weight * part for weight, part in found.known) / Fraction(weight) if weight else None


def bounds(found: Promises) -> tuple[Fraction, Fraction] | None:
    """0-100 with every unknown outcome missed, and met."""
    if not found.promised:
        return None
    sure = sum((weight * part for weight, part in found.known), Fraction(0))
    return 100 * sure / found.promised, 100 * (sure + found.unknown) / found.promised


def gap(found: Promises) -> Fraction | None:
    """Ticks a year promised and not delivered, over known outcomes."""
    return sum((weight * (1 - part) for weight, part in found.known), Fraction(0)) if found.known else None


@dataclass(frozen=True)
class Wait:
    """Days an account waited, and how it ended: ``value``, ``left`` or ``waits``."""

    days: int
    how: str


def waits(tables: Tables, as_of: date) -> list[Wait]:
    """From the first contract of each account to value, to its leaving, or to the last day."""
    value: dict[str, date] = {}
    for row in until(tables.get("milestones", ()), "date", as_of):
        if row.get("is_value"):
            value[row["account_id"]] = min(row["date"], value.get(row["account_id"], row["date"]))
    contracts: dict[str, list[Row]] = {}
    for row in until(tables.get("subscriptions", ()), "start_date", as_of):
        contracts.setdefault(row["account_id"], []).append(row)
    return [
        _wait(min(row["start_date"] for row in rows), rows, value.get(one), as_of) for one, rows in contracts.items()
    ]


def _wait(start: date, rows: list[Row], value: date | None, as_of: date) -> Wait:
    if value is not None:
        return Wait(max((value - start).days, 0), "value")
    if all(row["end_date"] and row["end_date"] <= as_of for row in rows):
        return Wait((max(row["end_date"] for row in rows) - start).days, "left")
    return Wait((as_of - start).days, "waits")


def incidence(found: Iterable[Wait]) -> list[tuple[int, Fraction]]:
    """Share that reached value by each day on which someone did (Aalen-Johansen); who waits on the day is still there."""
    waits, staying, reached = list(found), Fraction(1), Fraction(0)
    steps = []
    for day in sorted({wait.days for wait in waits if wait.how != "waits"}):
        there = sum(wait.days >= day for wait in waits)
        came = sum(wait.days == day and wait.how == "value" for wait in waits)
        left = sum(wait.days == day and wait.how == "left" for wait in waits)
        reached += staying * came / there
        staying *= 1 - Fraction(came + left, there)
        if came:
            steps.append((day, reached))
    return steps


def median(steps: list[tuple[int, Fraction]]) -> int | None:
    """The first day by which half have reached value."""
    return next((day for day, share in steps if share >= Fraction(1, 2)), None)


def reached_by(steps: list[tuple[int, Fraction]], day: int) -> Fraction:
    """Share that reached value by the day."""
    return max((share for when, share in steps if when <= day), default=Fraction(0))
