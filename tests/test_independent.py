"""Two implementations of one specification give the same figures: `tools` and the plain one of `tests.oracle`."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.generated import AS_OF, CONTRACTS, INVOICES, Shape, Tables, everywhere, only, portfolios, seeded
from tests.oracle import expected
from tests.oracle.compare import differences, differences_beside, rendered, smallest
from tests.oracle.expected import Figure, Value
from tests.oracle.health import WEIGHTS
from tests.oracle.orders import EDGES
from tests.oracle.rules import Rules, Span, year_to
from tools.metrics.health_scores import scores
from tools.portfolio import Portfolio
from tools.reading import Window
from tools.segments.scores import scored

#: Figures on which the two read the specification differently; the lead decides, the list must become empty.
OPEN: Mapping[tuple[str, str], str] = {
    ("nrr", "without_largest"): "largest at the start (§1.3, A4), or at either end?",
    ("indexation", ""): "same date (§1.1), or same month and at least five clients?",
    ("value_gap", "by plan"): "does one promise of her own stand before all of her plan's? Not generated until decided",
}
RULES = Rules()
MARCH = Span(date(2026, 3, 1), date(2026, 4, 1))
QUARTER = Span(date(2026, 1, 1), date(2026, 4, 1))
FULL = 5_000


@dataclass(frozen=True)
class World:
    """Portfolios of one shape and how to count them; how many in the ordinary run (alone, beside others) and the long."""

    name: str
    shape: Shape
    figures: Callable[[Tables, Rules], Mapping[Figure, Value]]
    share: int  # of a hundred of the long run
    alone: int
    beside: int = 0
    convention: str | None = None
    profile: str = "subscription"
    span: Span | None = None
    read: Callable[[Portfolio], Mapping[Figure, Any]] | None = None

    def expected(self, tables: Tables, rules: Rules = RULES) -> dict[Figure, Value]:
        """The figures of the second implementation."""
        return {figure: value for figure, value in self.figures(tables, rules).items() if figure[:2] not in OPEN}

    def differences(self, tables: Tables, *, key: str | None = None) -> dict[Figure, tuple[Any, Any]]:
        """Figures of the tables that differ; of one metric where it is named."""
        figures = {figure: value for figure, value in self.expected(tables).items() if key in (None, figure[0])}
        return differences(
            tables, figures, as_of=AS_OF, span=self.span, convention=self.convention, profile=self.profile,
            read=self.read,
        )  # fmt: skip

    def told(self, tables: Tables) -> str:
        """The smallest part of the tables on which the two differ, in words; empty where they agree."""
        found = self.differences(tables)
        if not found:
            return ""
        key, kind, _group = next(iter(found))
        least = smallest(tables, lambda fewer: (key, kind) in {one[:2] for one in self.differences(fewer, key=key)})
        return f"{self.name}: {rendered(least, self.differences(least))}"

    def told_beside(self, seeds: Sequence[int]) -> str:
        """Where the two differ on portfolios that are regions of one base, in words; empty where they agree."""
        parts = {f"r{seed:04}": seeded(seed, self.shape) for seed in seeds}
        rates = next((tables["rates"] for tables in parts.values() if "rates" in tables), None)
        if rates is not None:
            parts = {part: {**tables, "rates": rates} for part, tables in parts.items()}
        rules = Rules(payments_recorded=any(
            line.get("paid_date") for tables in parts.values() for line in tables.get("invoices", ())
        ), currency="RUB" if self.shape.foreign else None)  # fmt: skip
        found = differences_beside(
            parts, {part: self.expected(tables, rules) for part, tables in parts.items()},
            as_of=AS_OF, span=self.span, convention=self.convention, profile=self.profile,
        )  # fmt: skip
        if not found:
            return ""
        part, differing = next(iter(found.items()))
        alone = self.told(parts[part])
        return alone or f"{self.name}, only beside others: {rendered(parts[part], differing)}"


def _contracts(name: str, share: int, alone: int, beside: int = 0, *, span: Span | None = None, shape: Shape) -> World:
    def figures(tables: Tables, rules: Rules) -> Mapping[Figure, Value]:
        return expected.contracts(tables, AS_OF, rules, span)

    return World(name, shape, figures, share, alone, beside, "contract_run_rate", span=span)


def _recognised(name: str, share: int, alone: int, beside: int = 0, *, span: Span | None = None) -> World:
    def figures(tables: Tables, rules: Rules) -> Mapping[Figure, Value]:
        return expected.recognised(tables, AS_OF, rules, span)

    return World(name, INVOICES, figures, share, alone, beside, "recognised_month", span=span)


def _scores(portfolio: Portfolio) -> Mapping[Figure, Any]:
    """Every client's days, orders, money and scores, and the edges of the scores."""
    year = year_to(AS_OF)
    found = scored(portfolio, Window(year.start, year.end))
    rows = {row.pop("account_id"): row for row in found.table.to_pylist()}
    figures = {("rfm", name, account): cell for account, row in rows.items() for name, cell in row.items()}
    cuts = {name: zip(EDGES, cut, strict=False) for name, cut in found.edges.items()}
    return figures | {("rfm edge", name, share): edge for name, cut in cuts.items() for share, edge in cut}


def _health(portfolio: Portfolio) -> Mapping[Figure, Any]:
    """Every paying client's score, coverage and components of health."""
    found = scores(portfolio)
    figures: dict[Figure, Any] = {("chs", "score", account): one.score for account, one in found.items()}
    figures |= {("chs", "coverage", account): one.coverage for account, one in found.items()}
    parts = {account: {**dict.fromkeys(WEIGHTS), **one.parts} for account, one in found.items()}
    return figures | {
        (f"chs {name}", "", account): part for account, all_ in parts.items() for name, part in all_.items()
    }


DEBTS = only(CONTRACTS, "subscriptions", "invoices", debts=True)
DOLLARS = replace(CONTRACTS, foreign=True)
STANDING = only(CONTRACTS, "subscriptions", "touches", "referrals", trials=False)
PROMISED = only(CONTRACTS, "subscriptions", "milestones", "value_goals", trials=False, pauses=False)
ANSWERS = only(CONTRACTS, "surveys", clients=(1, 25))
ORDERS = replace(INVOICES, clients=(1, 12), returns=True, credits=False)
SIGNS = "subscriptions invoices usage tickets surveys value_goals".split()
WORLDS = {
    world.name: world
    for world in (
        _contracts("contracts over the year", 20, 2, 20, shape=CONTRACTS),
        _contracts("contracts over a month", 10, 1, 20, span=MARCH, shape=CONTRACTS),
        _contracts("contracts with price steps", 5, 1, shape=replace(CONTRACTS, steps=True)),
        _contracts("contracts and debts", 10, 2, 40, shape=DEBTS),
        _contracts("contracts in two currencies", 10, 2, 40, shape=DOLLARS),
        _contracts("contracts without a rate", 2, 1, shape=replace(DOLLARS, rates=False)),
        _contracts("many clients", 3, 1, shape=replace(CONTRACTS, clients=(30, 45))),
        _recognised("invoices over the year", 15, 2, 40),
        _recognised("invoices over a quarter", 5, 1, span=QUARTER),
        World("invoices as written", replace(INVOICES, debts=True), lambda t, _: expected.paper(t, AS_OF), 5, 40, profile="repeat"),
        World("clients of the last day", STANDING, lambda t, rules: expected.standing(t, AS_OF, rules), 5, 40),
        World("promises", PROMISED, lambda t, rules: expected.promised(t, AS_OF, rules), 5, 44),
        World("answers", ANSWERS, lambda t, _: expected.said(t, AS_OF), 2, 2),
        World("answers of one each", replace(ANSWERS, once=True), lambda t, _: expected.said_once(t, AS_OF), 3, 2, 40),
        World("orders", ORDERS, lambda t, _: expected.ordered(t, AS_OF), 5, 40, profile="repeat", read=_scores),
        World("health", only(CONTRACTS, *SIGNS, debts=True, clients=(2, 12)), lambda t, r: expected.healthy(t, AS_OF, r), 5, 43, read=_health),
    )
}  # fmt: skip
BESIDE = [world for world in WORLDS.values() if world.beside]


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
@settings(
    max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(data=st.data())
def test_both_give_the_same(world: World, data: st.DataObject) -> None:
    assert not world.told(data.draw(portfolios(world.shape)))


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
def test_both_give_the_same_by_seed(world: World) -> None:
    assert not next(filter(None, (difference_of(world.name, seed) for seed in range(world.alone))), "")


@pytest.mark.parametrize("world", BESIDE, ids=[world.name for world in BESIDE])
def test_both_give_the_same_of_every_region_of_a_base(world: World) -> None:
    assert not world.told_beside(range(100, 100 + world.beside))


def test_the_ordinary_run_compares_every_metric_on_forty_portfolios() -> None:
    times: Counter[str] = Counter()
    for world in WORLDS.values():
        seeds = (*range(world.alone), *range(100, 100 + world.beside))
        times.update(key for seed in seeds for key in {key for key, _, _ in world.expected(seeded(seed, world.shape))})
    assert {key: count for key, count in times.items() if count < 40} == {}


@pytest.mark.soak
@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
def test_both_give_the_same_thousands_of_times(world: World) -> None:
    work = [(world.name, seed) for seed in range(FULL * world.share // 100)]
    found = [said for said in everywhere(difference_of, work) if said]
    assert not found, f"{len(found)} of {len(work)} differ: {found[0]}"


@pytest.mark.soak
@pytest.mark.parametrize("world", BESIDE, ids=[world.name for world in BESIDE])
def test_both_give_the_same_of_every_region_of_many_bases(world: World) -> None:
    found = [said for start in range(200, 5_200, 250) if (said := world.told_beside(range(start, start + 250)))]
    assert not found, f"{len(found)} bases differ: {found[0]}"


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
