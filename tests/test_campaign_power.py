"""What the lists of a campaign can prove: references of metrics §8, unequal arms, the base's own share, small lists."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.campaign_small import DAY, HALF, base, named, portfolio_of
from tests.portfolios import in_memory, subscription
from tools.campaign import Arm, Campaign, plan
from tools.campaign_power import powers, verdict
from tools.stats import arms


@pytest.mark.parametrize("case", named("call"))
def test_what_two_arms_can_tell_apart(case: dict[str, Any]) -> None:
    found = getattr(arms, case["call"])(*case["args"])
    expected = case["value"]
    assert found is None if expected is None else found == pytest.approx(expected, abs=case["tolerance"], rel=0)


def history(clients: int, lost: int, grown: int) -> dict[str, Any]:
    """A base of so many clients three months ago, of whom some left and some pay more since."""
    tables = base(clients - lost)
    gone = [subscription(f"g{place:03d}", "2025-01-01", 1000, end="2026-05-01") for place in range(lost)]
    more = [subscription(f"c{place:02d}", "2026-05-01", 500) for place in range(grown)]
    tables["subscriptions"] += gone + more
    return tables


def drawn(target: int, control: int) -> Campaign:
    """A campaign with arms of these sizes; the rest of no meaning."""
    ids = [Arm(tuple(f"{arm}{place}" for place in range(size)), size) for arm, size in (("t", target), ("k", control))]
    nobody = portfolio_of(base())
    made = plan(nobody, "plan = Pro", control=HALF)
    return Campaign(
        made.name, made.where, made.snapshot, DAY, made.seed, Decimal("0.1"), 0, 0, 0, 0, made.in_force_rule, (), *ids
    )


def test_power_starts_from_the_share_of_the_own_base() -> None:
    retained, expanded = powers(portfolio_of(history(200, 20, 30)), drawn(900, 100), detect=Decimal("0.05"))
    assert (retained.base.value, retained.base.n, expanded.base.value) == (0.9, 200, 0.15)
    assert retained.smallest.value == pytest.approx(0.0848, abs=1e-4) and retained.smallest.flags == ()
    assert retained.needed is not None and retained.needed.value == 2992
    assert retained.holdout is not None and retained.holdout.value == arms.holdout(0.9, 0.95, 1000)
    said = verdict(retained, drawn(900, 100))
    assert "8.5 pp" in said.en and "8,5 п. п." in said.ru


def test_small_arms_are_a_hypothesis_only() -> None:
    portfolio = portfolio_of(history(200, 20, 30))
    retained, expanded = powers(portfolio, drawn(40, 10))
    assert retained.smallest.value is None and retained.smallest.reason is not None
    assert "hypothesis" in expanded.smallest.flags
    assert "a hypothesis only: with 50 clients an effect below" in verdict(expanded, drawn(40, 10)).en
    assert "только гипотеза" in verdict(retained, drawn(40, 10)).ru


def test_a_rise_beyond_everyone_has_a_reason_instead_of_a_control() -> None:
    retained, _expanded = powers(portfolio_of(history(200, 20, 0)), drawn(900, 100), detect=Decimal("0.2"))
    assert retained.needed is not None and retained.holdout is not None
    assert retained.needed.value is None is retained.holdout.value and retained.needed.reason is not None
    assert "20 pp" in retained.needed.reason.en


def test_without_a_ledger_the_widest_share_stands_for_the_base() -> None:
    portfolio = in_memory(accounts=[{"account_id": f"c{n}", "name": "x", "plan": "Pro"} for n in range(200)])
    made = plan(portfolio, "plan = Pro", control=HALF)
    assert made.as_of is None and made.starts is None and made.in_force_rule.en.startswith("not checked")
    retained, _expanded = powers(portfolio, made)
    assert retained.base.value is None and retained.smallest.status == "partial"
    assert retained.smallest.value == pytest.approx(arms.smallest_rise(0.5, 100, 100), abs=1e-9)
    assert all(item.needs is not None for item in made.exclusions)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(share=st.floats(0.05, 0.9), target=st.integers(20, 5000), control=st.integers(20, 5000))
def test_the_smallest_rise_is_where_the_arms_are_just_enough(share: float, target: int, control: int) -> None:
    rise = arms.smallest_rise(share, target, control)
    if rise is None:
        assert arms.units_needed(share, 1.0, control / (target + control)) > target + control
        return
    kept = control / (target + control)
    assert abs(arms.units_needed(share, share + rise, kept) - (target + control)) <= 1
    larger = arms.smallest_rise(share, target * 2, control * 2)
    assert larger is not None and larger < rise


@settings(derandomize=True, max_examples=100, deadline=None)
@given(share=st.floats(0.02, 0.9), step=st.floats(0.01, 0.09), units=st.integers(2, 20000))
def test_the_control_needed_is_the_fewest(share: float, step: float, units: int) -> None:
    kept = arms.holdout(share, share + step, units)
    seen = [size for size in range(1, units // 2 + 1) if _seen(share, step, units, size)]
    assert kept == (seen[0] if seen else None)


def _seen(share: float, step: float, units: int, size: int) -> bool:
    spread, other = share * (1 - share), (share + step) * (1 - share - step)
    return spread / size + other / (units - size) <= step**2 / 2.8015852181**2 * (1 + 1e-9)
