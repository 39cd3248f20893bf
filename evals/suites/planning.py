"""Questions and the tool calls they should become: the plan alone is made, no tool runs."""

from collections.abc import Sequence

from evals.case import Case, both
from evals.plans import LOOKED_AT, UNSEEN, held_apart, pairs, planned_for, right
from evals.result import Outcome
from evals.stage import Stage
from tools.text import LANGUAGES


def unseen() -> Sequence[Case]:
    """The pairs held apart: nobody looked at them while rules and examples were written."""
    return _cases(*UNSEEN)


def seen() -> Sequence[Case]:
    """The pairs by which rules were written, and which are examples now."""
    return _cases(LOOKED_AT)


def named() -> Sequence[Case]:
    """Periods in words, clients by name, cases of names, misspellings."""
    return list(both("names_periods", pairs("names_periods")))


def _cases(*names: str) -> Sequence[Case]:
    found = held_apart(*names)
    return [Case(f"{name} ({language})", language, pair) for name, pair in found for language in LANGUAGES]


def score(stage: Stage, case: Case) -> Outcome:
    """Whether one of the right plans was made."""
    base = stage.portfolio
    calls = planned_for(case.given, case.language, base, gateway=stage.gateway)
    made = "; ".join(f"{call['name']} {call['arguments']}" for call in calls)
    return Outcome({"plan": right(case.given.options, calls, base)}, made)
