"""Everything that the engine computes for a portfolio: each metric in each convention, account readings, segmentations."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tools import fields, metrics, portfolio, segments
from tools.portfolio import Portfolio
from tools.reading import Reading, Window

Question = Callable[[Portfolio], Any]
Answers = dict[str, Any]
Expressions = dict[Any, str]  # node of an expression that was run or shown: the first question that needed it


def questions() -> Iterator[tuple[str, Question]]:
    """Name of every question and the function that asks it of a portfolio; the answers of two engines are equal."""
    for key, item in metrics.metrics().items():
        for convention in (None, *item.conventions):
            yield " ".join(filter(None, (key, convention))), partial(_metric, key=key, convention=convention)
    for key in fields.account_readings():
        yield f"account reading {key}", partial(_values, key=key)
    for key in segments.segmentations():
        yield f"segments by {key}", partial(_segments, by=key)


def answered(given: Portfolio) -> tuple[Answers, Expressions]:
    """The answers to all questions, with the expressions that gave them; asked once of a portfolio."""
    memo = ("tests", "answered")
    if memo not in given.memo:
        found: Answers = {}
        seen: Expressions = {}
        fresh = replace(given, memo={})
        for name, ask in questions():
            with recorded(name, seen):
                found[name] = ask(fresh)
        given.memo[memo] = found, seen
    kept: tuple[Answers, Expressions] = given.memo[memo]
    return kept


@contextmanager
def recorded(name: str, seen: Expressions) -> Iterator[None]:
    """While it holds, every expression that a portfolio compiles is noted under the name."""
    compiled = portfolio.compiled

    def noted(expression: Any, dialect: str) -> str:
        seen.setdefault(expression.op(), name)
        return compiled(expression, dialect)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portfolio, "compiled", noted)
        yield


def of_case(case: dict[str, Any], given: Portfolio) -> Answers:
    """The readings that a metric case asks for, by metric and convention."""
    window = Window(*case["window"]) if "window" in case else None
    asked = {(expected["key"], expected.get("convention")) for expected in case["expect"]}
    return {
        f"{key} {convention}": [
            shown(item) for item in metrics.compute(given, key, window=window, convention=convention)
        ]
        for key, convention in sorted(asked, key=str)
        if key in metrics.metrics()
    }


def differences(first: Answers, second: Answers) -> dict[str, tuple[Any, Any]]:
    """The answers that differ, by question."""
    return {name: (first[name], second.get(name)) for name in first if first[name] != second.get(name)}


def _metric(given: Portfolio, key: str, convention: str | None) -> list[tuple[object, ...]]:
    return [shown(item) for item in metrics.compute(given, key, convention=convention)]


def _values(given: Portfolio, key: str) -> dict[str, object]:
    found = fields.account_values(given, key)
    return {account: near(found[account]) for account in sorted(found)}


def _segments(given: Portfolio, by: str) -> Any:
    why = segments.impossible(given, by)
    return why if why is not None else dict(sorted(segments.assign(given, by).segment_of.items()))


def shown(item: Reading) -> tuple[object, ...]:
    """What of a reading must be the same on every engine."""
    parts = (near(item.value), near(item.numerator), near(item.denominator))
    return item.key, dict(item.scope), item.status, item.reason, item.n, *parts, item.flags, item.window, item.rows


def near(value: Any) -> object:
    """The number, to be met within the error of adding doubles in another order."""
    return value if value is None else pytest.approx(float(value), rel=1e-9, abs=1e-9)
