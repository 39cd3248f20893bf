"""Two implementations of one specification give the same figures: `tools` and the plain one of `tests.oracle`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.generated import AS_OF, CONTRACTS, INVOICES, Shape, Tables, everywhere, only, portfolios, seeded
from tests.oracle import expected
from tests.oracle.compare import differences, rendered, smallest
from tests.oracle.expected import Figure, Value
from tests.oracle.rules import Rules, Span

#: Rules in force in the product; a rule of §1.1 or §1.2 that it does not have yet is switched off here, by name.
RULES = Rules(past_due_days=None)
#: Figures on which the two read the specification differently; the lead decides, the list must become empty.
OPEN: Mapping[tuple[str, str], str] = {
    ("nrr", "without_largest"): "largest at the start (§1.3, A4), or at either end?",
    ("indexation", ""): "same date (§1.1), or same month and at least five clients?",
    ("value_gap", "by plan"): "does one promise of her own stand before all of her plan's? Not generated until decided",
}
MARCH = Span(date(2026, 3, 1), date(2026, 4, 1))
QUARTER = Span(date(2026, 1, 1), date(2026, 4, 1))
FULL = 5_000


@dataclass(frozen=True)
class World:
    """Portfolios of one shape, how to count them, and how many of them in the long run."""

    name: str
    shape: Shape
    figures: Callable[[Tables], Mapping[Figure, Value]]
    share: int
    convention: str | None = None
    profile: str = "subscription"
    span: Span | None = None

    def differences(self, tables: Tables) -> dict[Figure, tuple[Any, Any]]:
        """Figures of the tables that differ."""
        figures = {figure: value for figure, value in self.figures(tables).items() if figure[:2] not in OPEN}
        return differences(
            tables, figures, as_of=AS_OF, span=self.span, convention=self.convention, profile=self.profile
        )

    def told(self, tables: Tables) -> str:
        """The smallest part of the tables on which the two differ, in words; empty where they agree."""
        found = self.differences(tables)
        if not found:
            return ""
        first = next(iter(found))
        least = smallest(tables, lambda fewer: first[:2] in {figure[:2] for figure in self.differences(fewer)})
        return f"{self.name}: {rendered(least, self.differences(least))}"


def _contracts(name: str, share: int, span: Span | None = None, **changes: Any) -> World:
    def figures(tables: Tables) -> Mapping[Figure, Value]:
        return expected.contracts(tables, AS_OF, RULES, span)

    return World(name, replace(CONTRACTS, **changes), figures, share, "contract_run_rate", span=span)


def _recognised(name: str, share: int, span: Span | None = None, **changes: Any) -> World:
    def figures(tables: Tables) -> Mapping[Figure, Value]:
        return expected.recognised(tables, AS_OF, RULES, span)

    return World(name, replace(INVOICES, **changes), figures, share, "recognised_month", span=span)


STANDING = only(CONTRACTS, "subscriptions", "touches", "referrals", trials=False)
PROMISED = only(CONTRACTS, "subscriptions", "milestones", "value_goals", trials=False, pauses=False)
WORLDS = {
    world.name: world
    for world in (
        _contracts("contracts over the year", 25),
        _contracts("contracts over a month", 10, MARCH),
        _contracts("contracts with price steps", 5, steps=True),
        _contracts("many clients", 5, clients=(30, 45)),
        _recognised("invoices over the year", 20),
        _recognised("invoices over a quarter", 5, QUARTER),
        World("invoices as written", replace(INVOICES, debts=True), lambda t: expected.paper(t, AS_OF), 10, profile="repeat"),
        World("clients of the last day", STANDING, lambda t: expected.standing(t, AS_OF, RULES), 10),
        World("promises", PROMISED, lambda t: expected.promised(t, AS_OF, RULES), 5),
        World("answers", only(CONTRACTS, "surveys", clients=(1, 25)), lambda t: expected.said(t, AS_OF), 5),
    )
}  # fmt: skip


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
@settings(
    max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_both_give_the_same(world: World, data: st.DataObject) -> None:
    assert not world.told(data.draw(portfolios(world.shape)))


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
def test_both_give_the_same_by_seed(world: World) -> None:
    assert not [found for seed in range(4) if (found := difference_of(world.name, seed))]


@pytest.mark.soak
@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
def test_both_give_the_same_thousands_of_times(world: World) -> None:
    work = [(world.name, seed) for seed in range(FULL * world.share // 100)]
    found = [said for said in everywhere(difference_of, work) if said]
    assert not found, f"{len(found)} of {len(work)} differ: {found[0]}"


def difference_of(name: str, seed: int) -> str:
    """Where the two differ on the portfolio of a seed, in words; empty where they agree."""
    return WORLDS[name].told(seeded(seed, WORLDS[name].shape))


def test_the_second_implementation_counts_the_worked_example() -> None:
    """§1.3 by hand: 1070 at the start, 800 at the end; NRR 660/1070, GRR 610/1070, one of eight lost."""
    found = expected.contracts(_worked_example(), date(2026, 2, 1), Rules(), Span(date(2026, 1, 2), date(2026, 2, 2)))
    seen = {key: found[key, "", ""] for key in ("nrr", "grr", "logo_churn")}
    assert {key: float(value) for key, value in seen.items()} == pytest.approx(  # type: ignore[arg-type]
        {"nrr": 660 / 1070, "grr": 610 / 1070, "logo_churn": 1 / 8}
    )
    assert found["mrr", "", ""] == expected.money(800 * 10_000)


def _worked_example() -> Tables:
    far, late = date(2025, 6, 1), date(2026, 1, 20)
    rows: list[tuple[str, date, int, date | None]] = [
        ("A1", far, 100, None), ("A2", far, 100, date(2026, 1, 15)), ("A2", date(2026, 1, 15), 150, None),
        ("A3", far, 200, date(2026, 1, 10)), ("A3", date(2026, 1, 10), 120, None), ("A4", far, 300, late),
        ("A5", date(2026, 1, 5), 80, None), ("A6", date(2025, 1, 1), 60, far), ("A6", date(2026, 1, 12), 60, None),
        ("A7", far, 50, None), ("A7", far, 50, date(2026, 1, 31)), ("A8", date(2026, 1, 5), 40, late),
        ("A9", far, 100, date(2026, 1, 3)), ("A9", late, 70, None), ("A10", far, 100, None),
        ("A11", far, 70, date(2026, 3, 10)),
    ]  # fmt: skip
    names = ("account_id", "start_date", "mrr", "end_date")
    return {"subscriptions": [{**dict(zip(names, row, strict=True)), "currency": "RUB"} for row in rows]}
