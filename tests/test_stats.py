"""Statistical honesty: reference numbers and traps of metrics §9 as data, then properties."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import stats
from tools.policy import Policy

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "stats.yaml").read_text("utf-8"))


def _named(cases: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(case, id="-".join([*case.get("marks", []), case["name"]])) for case in cases]


@pytest.mark.parametrize("case", _named([case for case in CASES if "call" in case]))
def test_number(case: dict[str, Any]) -> None:
    found = getattr(stats, case["call"])(*case["args"], **case.get("named", {}))
    expected = tuple(case["value"]) if isinstance(found, tuple) else case["value"]
    assert found == pytest.approx(expected, abs=case["tolerance"], rel=0)


@pytest.mark.parametrize("case", _named([case for case in CASES if "verdict" in case]))
def test_verdict(case: dict[str, Any]) -> None:
    events, n = case["verdict"]
    more = {name: case[name] for name in ("against", "census") if name in case}
    found = stats.verdict(events, n, Policy(), **more)
    assert found.status == case["status"]
    assert (found.reason is None) == (found.status == "ok")
    assert found.names_only == case.get("names_only", False)
    if "needed" in case:
        assert found.needed == case["needed"]
    if "bound" in case:
        assert found.bound == pytest.approx(case["bound"], abs=5e-5)
    if "interval" in case:
        assert found.interval == pytest.approx(case["interval"], abs=5e-5)


def test_the_wording_says_counts_interval_and_how_many_are_needed() -> None:
    reason = stats.verdict(2, 8, Policy(), against=0.1).reason
    assert reason is not None
    assert reason.ru.replace("\u00a0", " ") == (
        "Данных недостаточно: клиентов 8, событий 2; 95 % интервал 7,1 %–59,1 %. Чтобы отличить 25,0 % от 10,0 %, "
        "нужно ≈97. Сейчас можно утверждать только: 2 из 8."
    )
    assert "2 of 8" in reason.en and "≈97" in reason.en


def test_a_verdict_follows_the_policy() -> None:
    strict = Policy({**Policy().values, "min_accounts": 400})
    assert stats.verdict(30, 300, strict).status == "insufficient"
    assert stats.verdict(30, 300, strict).needed == 400


def test_reference_change_of_nps_is_not_proven() -> None:
    change = stats.nps_change((40, 30, 30), (50, 30, 20))
    assert change.value == pytest.approx(20) and change.z == pytest.approx(1.75, abs=5e-3)
    assert change.interval == pytest.approx((-2.3, 42.3), abs=0.06)
    assert not change.proven


def test_a_change_between_agreeing_handfuls_is_not_certain() -> None:
    assert not stats.nps_change((3, 0, 0), (2, 0, 0)).proven
    assert stats.nps_change((3, 0, 0), (2, 0, 0)).interval[0] < 0


OPENING = [100, 100, 200, 300, 100, 100, 100, 70]  # A1 A2 A3 A4 A7 A9 A10 A11 of metrics 1.3
CLOSING = [100, 150, 120, 0, 50, 70, 100, 70]


def test_reference_interval_of_nrr_over_drawn_accounts() -> None:
    (low, high), method = stats.ratio_interval(CLOSING, OPENING)
    assert (low, high) == pytest.approx((0.293, 1.028), abs=0.002)  # Monte Carlo: the draws fall on other accounts
    assert method == "bootstrap of accounts, 10000 draws"


def test_reference_nrr_without_the_largest_account() -> None:
    found = stats.dependence(CLOSING, OPENING)
    assert found.high == pytest.approx(0.857, abs=5e-4)
    assert found.low == pytest.approx(510 / 970)
    assert (found.top_1, found.top_5) == pytest.approx((300 / 1070, 800 / 1070))


def test_one_account_leaves_no_range() -> None:
    found = stats.dependence([90], [100])
    assert (found.low, found.high, found.top_1) == (None, None, 1.0)


def test_the_interval_of_many_accounts_is_linearised_and_close_to_the_drawn_one() -> None:
    generator = np.random.default_rng(7)
    opening = generator.lognormal(6, 0.5, 5_001)
    closing = opening * generator.uniform(0, 1.6, 5_001)
    linear, method = stats.ratio_interval(closing, opening)  # type: ignore[arg-type]
    assert method == "linearised"
    drawn, _method = stats.ratio_interval(closing[:5_000], opening[:5_000])  # type: ignore[arg-type]
    assert linear == pytest.approx(drawn, abs=2e-3)


def test_answers_of_one_account_do_not_count_as_independent() -> None:
    values = [100.0] * 10 + [-100.0] * 10 + [100.0] * 10
    together, _method = stats.cluster_interval(values, ["a"] * 10 + ["b"] * 10 + ["c"] * 10)
    apart, _method = stats.cluster_interval(values, [f"r{place}" for place in range(30)])
    assert together == (-100.0, 100.0) and apart[1] - apart[0] < 100


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500)), min_size=1, max_size=12), st.randoms())
def test_the_order_of_accounts_changes_no_interval(pairs: list[tuple[int, int]], random: Any) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)
    first, second = (stats.ratio_interval(*zip(*order, strict=True)) for order in (pairs, shuffled))
    assert first == second


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_hold_the_share_and_the_exact_one_is_wider_at_the_ends(pair: tuple[int, int]) -> None:
    events, n = pair
    for low, high in (stats.wilson(events, n), stats.clopper_pearson(events, n)):
        assert 0 <= low <= events / n <= high <= 1
    assert stats.newcombe(events, n, events, n)[0] <= 0 <= stats.newcombe(events, n, events, n)[1]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(0, 60), st.integers(1, 120))
def test_with_the_accounts_needed_the_same_share_would_be_stated(events: int, n: int) -> None:
    found = stats.verdict(min(events, n), n, Policy())
    if found.status == "insufficient" and found.needed is not None and not found.names_only:
        assert found.needed >= 30
        again = round(min(events, n) / n * found.needed * 50)
        assert stats.verdict(again, found.needed * 50, Policy()).status == "ok"


def test_equal_shares_are_never_told_apart() -> None:
    with pytest.raises(ValueError, match="equal shares"):
        stats.per_arm(0.1, 0.1)
