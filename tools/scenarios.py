"""What if: plays over one's own revenue and plays of the source texts, priced by the user's own readings and stated assumptions, never by a text.

The texts bring ideas, not figures: no share of theirs is an input here (trap 41). Each scenario is linear in one
response that nobody knows before a test, so the response at which it pays back is always said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import sqrt

from tools import stats
from tools.effect import Range
from tools.errors import UserError
from tools.plays import SCENARIOS, scenario
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Unit
from tools.scenario_parts import Input, Scenario
from tools.text import LANGUAGES, Text, same


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scenario worked out: readings by input, those still to be stated, effect, break-even, one-at-a-time swings."""

    scenario: Scenario
    inputs: Mapping[str, Reading]
    missing: tuple[Input, ...]
    effect: Reading
    break_even: Reading
    swings: tuple[tuple[Input, Reading, Reading], ...]

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every reading of the outcome: effect, break-even, inputs, swings."""
        ends = (item for _input, low, high in self.swings for item in (low, high))
        return (self.effect, self.break_even, *self.inputs.values(), *ends)


def run(portfolio: Portfolio, key: str, assumed: Mapping[str, Range]) -> Outcome:
    """The scenario over the portfolio's readings and the stated assumptions, which stand before what is measured.

    The effect is the value at the middle of every range, its interval the least and most over all their ends: stated,
    a hypothesis until tested against control. What is neither measured nor stated leaves it undefined, by name; what
    was measured of too few clients makes it insufficient until it is stated.
    """
    item = scenario(key)
    measured = item.measure(portfolio)
    for name, given in assumed.items():
        _check(item.input(name), given)
    values = {**measured.values, **assumed}
    readings = {name: reading for name, reading in measured.readings.items() if name not in assumed}
    readings |= {name: _stated(portfolio, item, name, given) for name, given in assumed.items()}
    missing = tuple(one for one in item.inputs if one.key not in values)
    shown = {one.key: readings[one.key] for one in item.inputs if one.key in readings}
    reason = measured.reason or next((why for one in missing if (why := measured.gaps.get(one.key))), None)
    thin = next((found for found in readings.values() if not found.usable), None)
    book = _Book(portfolio, item, values, reason, missing, None if thin is None else thin.reason, measured.weights)
    return Outcome(item, shown, missing, book.effect(), book.break_even(), book.swings())


def parse_range(text: str) -> Range:
    """A range as one writes it: ``0.1``, ``10%``, ``5%..12%``; `UserError` otherwise."""
    try:
        ends = [_number(part) for part in text.split("..")]
        if 1 <= len(ends) <= 2 and ends[0] <= ends[-1]:
            return Range(ends[0], ends[-1])
    except ValueError:
        pass  # not a number: refused below like every other wrong range
    raise UserError(
        Text(
            "{given} is not a number or a range; write 0.1, 10% or 5%..12%.",
            "{given} — не число и не диапазон; напишите 0.1, 10% или 5%..12%.",
        ).fill(given=same(text or "''"))
    )


def _number(part: str) -> float:
    shown = part.strip().replace(",", ".")
    found = float(shown.removesuffix("%").strip()) / (100 if shown.endswith("%") else 1)
    if found != found or found in (float("inf"), float("-inf")):
        raise ValueError(part)
    return found


def _check(item: Input, given: Range) -> None:
    if given.low < 0 or (item.most is not None and given.high > item.most):
        raise UserError(
            Text(
                "{name} must be from 0 to {most}.", "«{name}»: допустимо от 0 до {most}."
            ).fill(name=item.name, most=same("∞" if item.most is None else f"{item.most:g}"))
        )  # fmt: skip


def _stated(portfolio: Portfolio, item: Scenario, name: str, given: Range) -> Reading:
    return Reading(
        "effect",
        item.input(name).unit,
        given.middle,
        ci=(given.low, given.high) if given.low < given.high else None,
        ci_method="stated range" if given.low < given.high else None,
        convention="whatif",
        grade="stated",
        scope={"kind": f"{item.key}.{name}", "where": f"{given.low:g}..{given.high:g}"},
        window=portfolio.day,
        snapshot=portfolio.snapshot,
    )


@dataclass(frozen=True)
class _Book:
    """The arithmetic of one outcome."""

    portfolio: Portfolio
    item: Scenario
    values: Mapping[str, Range]
    reason: Text | None
    missing: tuple[Input, ...]
    thin: Text | None  # why a measured input may not be relied on
    weights: tuple[float, ...] = ()

    def reading(self, kind: str, value: Number | None, unit: Unit, **more: object) -> Reading:
        clients = self.values.get("clients")
        n = int(clients.middle) if clients is not None else 0
        few = FEW if n < self.portfolio.policy["min_accounts"] else self.thin
        status = "undefined" if value is None else "insufficient" if few else "ok"
        reason = more.pop("reason", None) or (few if value is not None else None)
        stated = ",".join(f"{name}={given.low:g}..{given.high:g}" for name, given in sorted(self.values.items()))
        return Reading(
            "effect",
            unit,
            value,
            status=status,  # type: ignore[arg-type]
            reason=reason,  # type: ignore[arg-type]
            n=n,
            convention="whatif",
            grade="stated",
            scope={"kind": kind, "where": stated},
            flags=("hypothesis",),
            window=self.portfolio.day,
            snapshot=self.portfolio.snapshot,
            **more,  # type: ignore[arg-type]
        )

    def at(self, **fixed: float) -> float:
        """Money with every input at its middle but those given."""
        return self.item.outcome({name: given.middle for name, given in self.values.items()} | fixed)

    def effect(self) -> Reading:
        if self.missing:
            return self.reading(self.item.key, None, Unit.MONEY_YEAR, reason=self.lack(self.missing))
        spans = {name: sorted({given.low, given.high}) for name, given in self.values.items()}
        ends = [self.item.outcome(dict(zip(spans, corner, strict=True))) for corner in product(*spans.values())]
        width, response = self.spread(), self.item.response
        least, most = min(ends) - width, max(ends) + width
        if width:
            floor, ceiling = sorted((self.at(**{response: 0.0}), self.at(**{response: 1.0})))
            least, most = max(least, min(floor, *ends)), min(most, max(ceiling, *ends))
        method = "ends of the stated ranges" + (", 95% over which clients respond" if width else "")
        interval = (round(least, 2), round(most, 2))
        return self.reading(self.item.key, round(self.at(), 2), Unit.MONEY_YEAR, ci=interval, ci_method=method)

    def spread(self) -> float:
        """How far the effect goes either way (95 %) by which clients respond, each as likely as any other.

        Forty clients of 10,000 a year, half of them kept: 200,000, give or take 1.96 x 10,000 x sqrt(40 x 0.5 x 0.5),
        that is 61,981.
        """
        if not self.item.chance or not self.weights:
            return 0.0
        response, given = self.item.response, self.values[self.item.response]
        whole = abs(self.at(**{response: 1.0}) - self.at(**{response: 0.0})) / sum(self.weights)
        widest = max(share * (1 - share) for share in (given.low, given.middle, given.high))
        return stats.Z * whole * sqrt(widest * sum(pays**2 for pays in self.weights))

    def break_even(self) -> Reading:
        kind, response = f"{self.item.key}.break_even", self.item.response
        lacking = tuple(one for one in self.missing if one.key != response)
        unit = self.item.input(response).unit
        if lacking:
            return self.reading(kind, None, unit, reason=self.lack(lacking))
        if self.item.loss:
            return self.reading(kind, None, unit, reason=LOSS)
        nothing, whole = self.at(**{response: 0.0}), self.at(**{response: 1.0})
        if whole <= nothing:
            return self.reading(kind, None, unit, reason=NEVER)
        share = max(0.0, -nothing / (whole - nothing))
        most = self.item.input(response).most
        if most is not None and share > most:
            return self.reading(kind, None, unit, reason=NEVER)
        return self.reading(kind, share, unit)

    def swings(self) -> tuple[tuple[Input, Reading, Reading], ...]:
        """Effect at the ends of one range, the others at their middles; the widest swing first."""
        if self.missing:
            return ()
        found = []
        for one in self.item.inputs:
            given = self.values[one.key]
            if given.low == given.high:
                continue
            ends = [round(self.at(**{one.key: end}), 2) for end in (given.low, given.high)]
            low, high = (
                self.reading(f"{self.item.key}.{one.key}.{side}", value, Unit.MONEY_YEAR)
                for side, value in zip(("low", "high"), ends, strict=True)
            )
            found.append((abs(ends[1] - ends[0]), one, low, high))
        return tuple(row[1:] for row in sorted(found, key=lambda row: (-row[0], row[1].key)))

    def lack(self, missing: tuple[Input, ...]) -> Text:
        """Why there is no value: what the data do not give, and what is to be stated."""
        names = {language: ", ".join(one.name[language] for one in missing) for language in LANGUAGES}
        stated = Text("to be stated: {names}", "нужно указать: {names}").fill(names=Text(names["en"], names["ru"]))
        if self.reason is None:
            return stated
        return Text("{why}; {stated}", "{why}; {stated}").fill(why=self.reason, stated=stated)


FEW = Text("too few clients for a forecast", "клиентов слишком мало для прогноза")
LOSS = Text("a loss has nothing to pay back", "потере нечего окупать")
NEVER = Text(
    "no response pays it back under these assumptions", "при этих допущениях акция не окупается ни при каком отклике"
)

__all__ = ["SCENARIOS", "Input", "Outcome", "Scenario", "parse_range", "run", "scenario"]
