"""Whatever is asked of whatever data: a value or a reason, never NaN, infinity, or a number where the formula has none."""

import math
import random
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.generated import AS_OF, EVERYTHING, Seeded, Tables, everywhere, tables
from tests.portfolios import in_memory
from tools import formats, metrics
from tools.errors import UserError
from tools.reading import Reading, Window
from tools.schema import TABLES
from tools.text import LANGUAGES

CALLS = 20  # of one portfolio
NORMAL, SOAK = 200, 20_000
YEAR, MONTH = Window(date(2025, 7, 1), date(2026, 7, 1)), Window(date(2026, 6, 1), date(2026, 7, 1))
SCENES = (  # the last day and the window asked for: few, so that queries are compiled once
    (AS_OF, None), (AS_OF, None), (AS_OF, MONTH), (AS_OF, Window(date(2026, 1, 1), date(2026, 4, 1))), (AS_OF, YEAR),
    (AS_OF, Window(date(2020, 1, 1), date(2020, 2, 1))), (AS_OF, Window(date(2030, 1, 1), date(2031, 1, 1))),
    (date(2026, 6, 12), None), (date(2025, 1, 1), None), (None, None),
)  # fmt: skip
BY = (
    None,
    None,
    None,
    None,
    "plan",
    "region",
    "owner",
    "size",
    "parent_id",
    "month",
    "segment",
    "cohort",
    "rfm",
    "nonsense",
)
PROFILES = (None, None, None, "subscription", "repeat", "usage", "snapshot")
WRONG = ("nan", "inf", "None", "{", "}", "Decimal(")
BUGS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, RuntimeError, duckdb.Error)
KEPT = {
    "account_id",
    "score",
    "department",
    "statement",
    "used",
    "allowed",
    "opened",
    "date",
    "start_date",
    "mrr",
    "amount",
}


@pytest.fixture(scope="module")
def slice_of_calls() -> Counter[str]:
    return sum((calls(seed) for seed in range(NORMAL // CALLS)), Counter())


def test_every_reading_is_a_value_or_a_reason(slice_of_calls: Counter[str]) -> None:
    assert slice_of_calls["calls"] == NORMAL
    assert not {said: times for said, times in slice_of_calls.items() if said.startswith("wrong")}


def test_the_calls_see_values_reasons_and_refusals(slice_of_calls: Counter[str]) -> None:
    assert all(slice_of_calls[kind] for kind in ("ok", "partial", "insufficient", "undefined", "refused"))


@pytest.mark.soak
def test_every_reading_of_twenty_thousand_calls_is_a_value_or_a_reason() -> None:
    found: Counter[str] = sum(everywhere(calls, [(seed,) for seed in range(SOAK // CALLS)]), Counter())
    assert found["calls"] == SOAK
    assert not {said: times for said, times in found.items() if said.startswith("wrong")}


def calls(seed: int) -> Counter[str]:
    """Readings by status over the calls of one portfolio; what is wrong with any of them under ``wrong: ...``."""
    chance = random.Random(seed)
    seen: Counter[str] = Counter()
    as_of, window = chance.choice(SCENES)
    portfolio = in_memory(
        as_of=as_of, profile=chance.choice(PROFILES), currency=chance.choice(("RUB", "RUB", "XXX")),
        **thin(tables(Seeded(chance), EVERYTHING), chance),
    )  # fmt: skip
    known = metrics.metrics()
    for place in range(CALLS):
        key = sorted(known)[(seed * CALLS + place) % len(known)]
        asked: dict[str, Any] = {
            "window": window,
            "by": chance.choice(BY),
            "convention": chance.choice((None, None, *known[key].conventions)),
        }
        seen["calls"] += 1
        try:
            found = metrics.compute(portfolio, key, **asked)
        except UserError as error:
            seen["refused"] += 1
            if any(not error.shown(language).strip() for language in LANGUAGES):
                seen[f"wrong: {seed} {key} {asked}: a refusal without a word"] += 1
            continue
        except BUGS as error:  # told with the call that met it, so that one does not hide the others
            seen[f"wrong: {seed} {key} {asked}: {type(error).__name__} {error}"] += 1
            continue
        for item in found:
            seen[item.status] += 1
            seen.update(f"wrong: {seed} {key} {asked} {dict(item.scope)}: {said}" for said in faults(item))
    portfolio.engine.connection.close()  # type: ignore[attr-defined]
    return seen


def thin(made: Tables, chance: random.Random) -> Tables:
    """The tables with some of them, of their columns and of their rows taken away."""
    kept: Tables = {}
    for name, rows in made.items():
        if name != "accounts" and chance.random() < 0.25:
            continue
        optional = sorted({column for row in rows for column in row} - KEPT)
        gone = set(chance.sample(optional, chance.randint(0, len(optional)))) if chance.random() < 0.4 else set()
        few = chance.choice((len(rows), len(rows), 1, 2, 0)) if name != "accounts" else len(rows)
        kept[name] = [_without(name, row, gone, chance) for row in rows[:few]]
    return kept


def _without(name: str, row: dict[str, Any], gone: set[str], chance: random.Random) -> dict[str, Any]:
    holes = {column.name for column in TABLES[name].columns if not column.required and chance.random() < 0.03}
    zero = {"mrr", "amount", "value", "allowed", "quantity"} & set(row) if chance.random() < 0.04 else set()
    kept = {column: value for column, value in row.items() if column not in gone | holes}
    return kept | {column: type(row[column])(0) for column in zero if row[column] is not None}


def faults(item: Reading) -> list[str]:
    """What is wrong with a reading."""
    numbers = {
        "value": item.value,
        "numerator": item.numerator,
        "denominator": item.denominator,
        "coverage": item.coverage,
    }
    numbers |= {f"ci{place}": end for place, end in enumerate(item.ci or ())}
    found = [f"{name} is {value}" for name, value in numbers.items() if not _finite(value)]
    if (item.value is None) != (item.status == "undefined"):
        found.append(f"{item.status} with the value {item.value}")
    if item.denominator is not None and item.denominator == 0 and item.value is not None:
        found.append(f"{item.value} over nothing")
    if item.status != "ok" and item.reason is None:
        found.append(f"{item.status} without a reason")
    if item.ci and item.ci[0] > item.ci[1]:
        found.append(f"interval {item.ci}")
    if item.n < 0 or (item.coverage is not None and not 0 <= item.coverage <= 1):
        found.append(f"n {item.n}, coverage {item.coverage}")
    return found + _badly_said(item)


def _finite(value: int | float | Decimal | None) -> bool:
    return value is None or math.isfinite(value)


def _badly_said(item: Reading) -> list[str]:
    said = [formats.reading(item, language, currency="RUB") for language in LANGUAGES]
    said += [item.reason[language] for language in LANGUAGES] if item.reason else []
    return [
        f"says {text!r}"
        for text in said
        if not text.strip() or any(mark in text.split() or (len(mark) == 1 and mark in text) for mark in WRONG)
    ]
