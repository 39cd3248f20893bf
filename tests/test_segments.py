"""Segments: total and ordered functions; every combination of signals has exactly one."""

from itertools import product

import pytest

from tools import stats
from tools.policy import Policy
from tools.segments import rfm
from tools.segments.value import TITLES, Signals, segment_of

POLICY = Policy()


def combinations() -> list[Signals]:
    unknown_low_high = (None, 20.0, 90.0)
    return [
        Signals(
            paying=paying, paid_before=True, paused=paused, tenure_days=tenure, value_reached=reached, vrs=vrs, chs=chs,
            usage_change=use, days_late=late, advocate=advocate, limit_hit=limit,
        )
        for paying, paused, tenure, reached, vrs, chs, use, late, advocate, limit in product(
            (True, False), (True, False), (10, 400), (None, True, False), unknown_low_high, unknown_low_high,
            (None, 0.2, 1.0), (None, 60.0), (True, False), (True, False),
        )
        if not (paying and paused)
    ]  # fmt: skip


def test_every_combination_of_signals_has_exactly_one_segment() -> None:
    seen = set()
    for signals in combinations():
        segment, risk = segment_of(signals, None, POLICY)
        assert segment in TITLES
        assert (segment == "at_risk") == (risk is not None)
        assert not (signals.paying and segment == "lost"), "a paying client is never lost"
        if signals.days_late and signals.paying and segment not in ("newcomers",):
            assert segment == "at_risk", "risk outranks advocacy"
        seen.add(segment)
    assert seen == set(TITLES)


def test_risk_is_left_only_when_the_signal_is_gone_now_and_a_month_before() -> None:
    calm = Signals(paying=True, paid_before=True, chs=90.0, usage_change=1.0, vrs=90.0)
    fell = Signals(paying=True, paid_before=True, chs=90.0, usage_change=0.5, vrs=90.0)
    assert segment_of(calm, fell, POLICY)[0] == "at_risk"
    assert segment_of(calm, calm, POLICY)[0] == "core"


def test_an_undefined_value_event_is_neither_reached_nor_missed() -> None:
    blind = Signals(paying=True, paid_before=True, tenure_days=400)
    assert segment_of(blind, None, POLICY)[0] == "unknown"


def test_every_rfm_cell_has_exactly_one_group() -> None:
    for r, f, m, orders in product(range(1, 5), range(1, 5), range(1, 5), (1, 2)):
        assert rfm.cell(r, f, m, orders) in rfm.TITLES


@pytest.mark.parametrize(
    ("values", "scores"),
    [
        pytest.param([500, 1000, 2000, 3000], [1, 2, 3, 4], id="reference: four amounts"),
        pytest.param([1, 1, 1, 1, 1, 1, 2, 3, 5, 9], [1, 1, 1, 1, 1, 1, 3, 4, 4, 4], id="trap 22: ties share a score"),
    ],
)
def test_quartiles_are_right_closed(values: list[float], scores: list[int]) -> None:
    assert stats.quartile_score(values)[0] == scores


def test_trap_24_the_most_recent_scores_four() -> None:
    assert stats.quartile_score([1, 50, 100, 200], reverse=True)[0] == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("events", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_reference_wilson(events: int, n: int, low: float, high: float) -> None:
    assert stats.wilson(events, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("answers", "low", "high"),
    [((50, 30, 20), 14.1, 44.2), ((16, 12, 8), -4.0, 45.1), ((5, 3, 2), -19.1, 65.2), ((10, 0, 0), 47.5, 100.0)],
)
def test_reference_nps_interval(answers: tuple[int, int, int], low: float, high: float) -> None:
    assert stats.nps_interval(*answers) == pytest.approx((low, high), abs=0.06)


def test_trap_27_time_to_value_counts_those_not_there_yet() -> None:
    curve = stats.incidence([3, 4, 5, 7, 8, 10, 14, 20, 30, 30], [1, 0, 1, 1, 0, 1, 1, 0, 0, 0])
    assert curve.median == 14 and curve.reached[-1] == pytest.approx(0.595)
    assert curve.median_ci == (3, None)


def test_trap_28_leaving_before_value_is_a_competing_event() -> None:
    curve = stats.incidence([5] * 4 + [10] * 4 + [15] * 2, [1] * 4 + [2] * 4 + [1] * 2)
    assert curve.reached[-1] == pytest.approx(0.60)


def test_reference_gehan_median() -> None:
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    censored = {0, 5, 6, 8, 11, 12, 13, 16, 17, 18, 19, 20}
    events = [0 if place in censored else 1 for place in range(len(times))]
    curve = stats.incidence(times, events)
    assert curve.median == 23
    assert [round(1 - curve.by(day), 4) for day in (6, 7, 10, 13, 16, 22, 23)] == [
        0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482,
    ]  # fmt: skip


def test_reference_discounted_lifetime() -> None:
    from tools.metrics.lifetime import discounted

    assert discounted(80, 0.03, discount_year=0.10, months=60) == pytest.approx(1911.47, abs=0.005)
