"""Filters of accounts: ``plan = Pro and chs < 50 and segment in (at_risk, newcomers)``, parsed, typed, never executed.

A condition on what is not known of an account is neither true nor false: the account is left out, and counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from tools.errors import FEW, UserError, nearest
from tools.fields import Cells, cells, plain
from tools.narrow import Narrow
from tools.portfolio import Portfolio
from tools.text import Text, latin

Value = str | Decimal | date | bool
Mask = np.ndarray[Any, np.dtype[np.bool_]]


class BadFilter(UserError):
    """A filter that cannot be read; ``position`` is the character (from 0) at fault, ``near`` the nearest names."""

    def __init__(self, text: Text, position: int, near: Iterable[str] = ()) -> None:
        super().__init__(text)
        self.position, self.near = position, list(near)


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against one value; ``sign`` is one of = != < <= > >=."""

    field: str
    sign: str
    value: Value

    def __str__(self) -> str:
        return f"{self.field} {self.sign} {_shown(self.value)}"


@dataclass(frozen=True, slots=True)
class Among:
    """A field that has one of the values, or with ``negated`` none of them."""

    field: str
    values: tuple[Value, ...]
    negated: bool = False

    def __str__(self) -> str:
        word = "not in" if self.negated else "in"
        return f"{self.field} {word} ({', '.join(_shown(value) for value in self.values)})"


@dataclass(frozen=True, slots=True)
class Known:
    """Whether a field is known at all."""

    field: str
    known: bool = True

    def __str__(self) -> str:
        return f"{self.field} is {'known' if self.known else 'unknown'}"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; unknown stays unknown."""

    part: "Condition"

    def __str__(self) -> str:
        return f"not ({self.part})" if isinstance(self.part, And | Or) else f"not {self.part}"


@dataclass(frozen=True, slots=True)
class And:
    """Every part holds."""

    parts: "tuple[Condition, ...]"

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: "tuple[Condition, ...]"

    def __str__(self) -> str:
        return " or ".join(str(part) for part in self.parts)


Condition = Compare | Among | Known | Not | And | Or


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that was read; its text is the canonical one: the same condition, however spelled, gives the same text."""

    condition: Condition

    def __str__(self) -> str:
        return str(self.condition)


@dataclass(frozen=True, slots=True)
class Selection:
    """Ids of the accounts that match, by id; of how many; and how many were left out because something is unknown.

    ``on`` is the day as of which they were chosen, where it is another than the portfolio's own.
    """

    ids: tuple[str, ...]
    of: int
    unknown: int
    on: date | None = None

    def narrow(self, where: Filter) -> Narrow:
        """The selection as a part of a portfolio."""
        return Narrow("where", str(where), self.ids)


def parse(text: str) -> Filter:
    """The filter that a text says; `BadFilter` says what is wrong, at which character, and what to do."""
    from tools.filters_parse import read

    return Filter(read(text))


def conjuncts(text: str) -> list[str]:
    """The conditions that all must hold by a filter, each as a text of its own; of an empty text none."""
    if not text.strip():
        return []
    whole = parse(text).condition
    parts = whole.parts if isinstance(whole, And) else (whole,)
    return [f"({part})" if isinstance(part, Or) else str(part) for part in parts]


def matching(portfolio: Portfolio, where: Filter) -> tuple[str, ...]:
    """Ids of the accounts that match, by id."""
    return select(portfolio, where).ids


def select(portfolio: Portfolio, where: Filter) -> Selection:
    """The accounts of the portfolio that match; `UserError` where the data do not have a field at all."""
    memo = ("where", where)
    if memo not in portfolio.memo:
        where = spelled(portfolio, where)
        ids = np.array(list(portfolio.names), dtype=object)
        true, unknown = _truth(portfolio, where.condition)
        portfolio.memo[memo] = Selection(tuple(ids[true]), len(ids), int(unknown.sum()))
    found: Selection = portfolio.memo[memo]
    return found


def spelled(portfolio: Portfolio, where: Filter) -> Filter:
    """The filter with every free value spelled as the base spells it, one written in the other alphabet included.

    ``plan = pro`` over a base whose plan is called «Про» is ``plan = Про``; a value that no account has stays.
    """
    return Filter(_spelled(portfolio.base, where.condition))


def _spelled(base: Portfolio, condition: Condition) -> Condition:
    match condition:
        case And(parts):
            return And(tuple(_spelled(base, part) for part in parts))
        case Or(parts):
            return Or(tuple(_spelled(base, part) for part in parts))
        case Not(part):
            return Not(_spelled(base, part))
        case Compare(field, sign, value):
            return Compare(field, sign, own_value(base, field, value))
        case Among(field, values, negated):
            return Among(field, tuple(own_value(base, field, value) for value in values), negated)
    return condition


def own_value(base: Portfolio, field: str, value: Value) -> Value:
    """A free value as the base spells it: the same word, else the only one that reads alike in Latin letters."""
    if not isinstance(value, str) or not _is_free(field):
        return value
    there = _values(base, field)
    same_word = [item for item in there if plain(item) == plain(value)]
    alike = same_word or [item for item in there if latin(item) == latin(value)]
    return alike[0] if same_word or len(alike) == 1 else value


def strangers(portfolio: Portfolio, where: Filter) -> dict[tuple[str, str], list[str]]:
    """Text values asked for that no account has, with the values there are, the nearest first: a hint at a slip."""
    found: dict[tuple[str, str], list[str]] = {}
    for field, value in _asked(where.condition):
        if _is_free(field):
            column, there = cells(portfolio, field), _values(portfolio, field)
            if there and not (_compared(column, "=", value) & column.known).any():
                near = nearest(latin(str(value)), {latin(item): item for item in there})
                rest = there if len(there) <= FEW else []
                found[field, str(value)] = list(dict.fromkeys([*near, *rest]))
    return found


def _is_free(field: str) -> bool:
    from tools.fields import fields

    return fields()[field].kind == "text" and fields()[field].closed is None


def _values(portfolio: Portfolio, field: str) -> list[str]:
    from tools.fields import raw_values

    memo = ("values of", field)
    if memo not in portfolio.memo:
        portfolio.memo[memo] = sorted({str(item) for item in raw_values(portfolio, field).values()})
    found: list[str] = portfolio.memo[memo]
    return found


def _asked(condition: Condition) -> list[tuple[str, Value]]:
    match condition:
        case And(parts) | Or(parts):
            return [pair for part in parts for pair in _asked(part)]
        case Compare(field, "=", value):
            return [(field, value)]
        case Among(field, values, False):
            return [(field, value) for value in values]
    return []


def fields_of(condition: Condition) -> set[str]:
    """The fields a condition asks about."""
    match condition:
        case And(parts) | Or(parts):
            return {field for part in parts for field in fields_of(part)}
        case Not(part):
            return fields_of(part)
        case _:
            return {condition.field}


def _truth(portfolio: Portfolio, condition: Condition) -> tuple[Mask, Mask]:
    """For every account, by id: whether the condition is true, and whether it is unknown."""
    match condition:
        case And(parts):
            truths = [_truth(portfolio, part) for part in parts]
            true = np.logical_and.reduce([found for found, _unknown in truths])
            false = np.logical_or.reduce([~found & ~unknown for found, unknown in truths])
            return true, ~true & ~false
        case Or(parts):
            truths = [_truth(portfolio, part) for part in parts]
            true = np.logical_or.reduce([found for found, _unknown in truths])
            false = np.logical_and.reduce([~found & ~unknown for found, unknown in truths])
            return true, ~true & ~false
        case Not(part):
            found, unknown = _truth(portfolio, part)
            return ~found & ~unknown, unknown
        case Known(field, known):
            column = cells(portfolio, field)
            return (column.known if known else ~column.known), np.zeros(len(column.known), dtype=bool)
        case Compare(field, sign, value):
            column = cells(portfolio, field)
            return _compared(column, sign, value) & column.known, ~column.known
        case Among(field, values, negated):
            column = cells(portfolio, field)
            hits = np.logical_or.reduce([_compared(column, "=", value) for value in values])
            return (~hits if negated else hits) & column.known, ~column.known


def _compared(column: Cells, sign: str, value: Value) -> Mask:
    wanted: Any = float(value) if isinstance(value, Decimal) else plain(value) if isinstance(value, str) else value
    if isinstance(value, date):
        wanted = np.datetime64(value, "D")
    values = column.values
    match sign:
        case "=":
            found = values == wanted
        case "!=":
            found = values != wanted
        case "<":
            found = values < wanted
        case "<=":
            found = values <= wanted
        case ">":
            found = values > wanted
        case _:
            found = values >= wanted
    return np.asarray(found, dtype=bool)


def _shown(value: Value) -> str:
    from tools.filters_parse import bare

    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return value if bare(value) else '"' + value.replace('"', '""') + '"'
