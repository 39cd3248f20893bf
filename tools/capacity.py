"""What the team can do in a week: hours of each department, contacts of each channel, a budget; stated or assumed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.errors import BadData
from tools.metrics.culture import DEPARTMENTS
from tools.policy import Policy
from tools.text import Text

CHANNELS = ("call", "letter", "meeting")
LEAST_COST = 0.01
MONEY = ("budget", "hour_cost")
KNOWN = (*DEPARTMENTS, *CHANNELS, *MONEY)
SPOKEN = {
    "продукт": "product", "маркетинг": "marketing", "поддержка": "support", "сопровождение": "support", "продажи": "sales",
    "звонки": "call", "письма": "letter", "встречи": "meeting", "бюджет": "budget", "час": "hour_cost",
}  # fmt: skip
MOST_HOURS = 10_000  # a week, of one department
NOT_CAPACITY = Text(
    "Capacity {given}: expected name=number parts (zero or more, each name once) with names among {known}.",
    "Возможности команды {given}: нужны части вида имя=число (не меньше нуля, каждое имя раз); имена: {known}.",
)
NO_COST = Text(
    "A budget needs the cost of an hour beside it, a positive one: add hour_cost.",
    "К бюджету нужна стоимость часа больше нуля: добавьте hour_cost.",
)


@dataclass(frozen=True, slots=True)
class Capacity:
    """Minutes a week by department, contacts a week by channel (absent: not limited), minutes that the budget pays for.

    ``stated`` names the departments whose hours the user gave; those of the others are an assumption of ours.
    """

    minutes: Mapping[str, int]
    contacts: Mapping[str, int] = field(default_factory=dict)
    paid: int | None = None
    stated: frozenset[str] = frozenset()


def capacity(given: object, policy: Policy) -> Capacity:
    """The capacity out of ``{support: 20, call: 30, budget: 300000, hour_cost: 1500}``: hours a week, contacts a week, money.

    A department that is not named keeps the hours of the policy (an assumption of ours). Raises `BadData`.
    """
    assumed = {name: policy[f"plan_hours_{name}"] for name in DEPARTMENTS}
    if given is None:
        return Capacity({name: _minutes(hours) for name, hours in assumed.items()})
    figures = _figures(given)
    if ("budget" in figures) != ("hour_cost" in figures) or figures.get("hour_cost", 1) < LEAST_COST:
        raise BadData(NO_COST)
    return Capacity(
        minutes={name: _minutes(figures.get(name, assumed[name])) for name in DEPARTMENTS},
        contacts={name: int(figures[name]) for name in CHANNELS if name in figures},
        paid=_minutes(figures["budget"] / figures["hour_cost"]) if "budget" in figures else None,
        stated=frozenset(figures) & frozenset(DEPARTMENTS),
    )


def written(words: str) -> Mapping[str, float]:
    """``support=20, call=30`` as a mapping; `BadData` where a part is no ``name=number``."""
    parts = [part.partition("=") for part in words.replace(";", ",").split(",") if part.strip()]
    names = [SPOKEN.get(name.strip().casefold(), name.strip()) for name, _, _ in parts]
    if len(set(names)) < len(names):
        raise _fault(words)
    try:
        return _figures(dict(zip(names, (float(number.replace(" ", "")) for _, _, number in parts), strict=True)))
    except ValueError as error:
        raise _fault(words) from error


def _figures(given: object) -> dict[str, float]:
    if not isinstance(given, Mapping) or not given:
        raise _fault(given)
    for name, number in given.items():
        fits = isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number < 1e12
        if name not in KNOWN or not fits or (name in DEPARTMENTS and number > MOST_HOURS):
            raise _fault(f"{name}: {number}")
    return {str(name): float(number) for name, number in given.items()}


def _minutes(hours: float) -> int:
    return round(hours * 60)


def _fault(given: Any) -> BadData:
    return BadData(NOT_CAPACITY.fill(given=f"“{given}”", known=", ".join(KNOWN)))
