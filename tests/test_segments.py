"""Segments: total and ordered functions; every combination of signals has exactly one."""

from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.portfolios import build, subscription
from tools import stats
from tools.policy import Policy
from tools.portfolio import Portfolio
from tools.segments import assign, budget, impossible, rfm, six
from tools.segments.signals import signals as known_of
from tools.segments.value import TITLES, Signals, segment_of

POLICY = Policy()


def combinations() -> list[Signals]:
    unknown_low_high = (None, 20.0, 90.0)
    return [
        Signals(
            paying=paying, paid_before=True, paused=paused, tenure_days=tenure, value_reached=reached, vrs=vrs, chs=chs,
            usage_change=use, days_late=late, advocate=advocate, limit_hit=limit, cross_sell=cross, vrs_fall=fall,
        )
        for paying, paused, tenure, reached, vrs, chs, use, late, advocate, limit, cross, fall in product(
            (True, False), (True, False), (10, 400), (None, True, False), unknown_low_high, unknown_low_high,
            (None, 0.2, 1.0), (None, 60.0), (True, False), (True, False), (True, False), (None, 20.0),
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


def test_a_fall_of_promises_kept_is_a_risk_and_a_lacking_product_is_growth() -> None:
    calm = Signals(paying=True, paid_before=True, chs=50.0, usage_change=1.0, vrs=70.0)
    assert segment_of(replace(calm, vrs_fall=15.0), None, POLICY) == ("at_risk", "promises_slip")
    assert segment_of(replace(calm, vrs_fall=14.9), None, POLICY)[0] == "steady"
    assert segment_of(replace(calm, cross_sell=True), None, POLICY)[0] == "growth"
    assert segment_of(replace(calm, cross_sell=True, vrs=59.0), None, POLICY)[0] == "steady"


def base(home: Path, **more: Any) -> Portfolio:
    starts = {"a": "2020-01-01", "b": "2020-01-01", "c": "2026-01-01", "d": "2026-01-01", "e": "2026-01-01"}
    rows = [subscription(account, start, 100) for account, start in starts.items()]
    return build(home, as_of=date(2026, 6, 30), subscriptions=rows, **more)


def test_six_groups_follow_the_policy_and_keep_every_account(tmp_path: Path) -> None:
    portfolio = base(tmp_path)
    found, value = assign(portfolio, "six"), assign(portfolio, "value")
    assert found.segment_of.keys() == value.segment_of.keys()
    assert all(six.group_of(portfolio, segment) in dict(six.GROUPS.values()) for segment in TITLES)
    assert found.notes, "clients too little is known of are shown as steady, and it is said"
    moved = replace(portfolio, policy=Policy({**POLICY.values, "six_unknown": 3}), memo={})
    assert set(assign(moved, "six").segment_of.values()) == {"six_risk"}


def test_budgets_need_the_cost_to_serve_and_place_every_client_once(tmp_path: Path) -> None:
    assert impossible(base(tmp_path), "budget") is not None
    costs = {"a": 200, "b": 5000, "c": 200, "d": 5000}
    accounts = [{"account_id": a, "name": a, "service_cost": cost} for a, cost in costs.items()]
    found = assign(base(tmp_path, accounts=accounts), "budget")
    assert dict(found.segment_of) == {
        "a": "true_friends", "b": "barnacles", "c": "butterflies", "d": "strangers", "e": "not_placed"
    }  # fmt: skip
    for profit, days in product((None, -1.0, 0.0, 1.0), (None, 0, 10, 20)):
        assert budget.quarter_of(budget.Worth(profit, days), 10) in budget.TITLES


def test_a_reason_is_made_for_the_account_that_is_looked_at(tmp_path: Path) -> None:
    found = assign(base(tmp_path), "value")
    assert [account.id for account in found.accounts[1:3]] == ["b", "c"]
    assert found.accounts[0].why == found.members("unknown")[0].why
    assert found.ids("unknown") == list("abcde") and found.ids("lost") == []


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


def foreign(home: Path, *, rates: dict[str, float]) -> Portfolio:
    """A client of dollars and one of roubles that pay what they always paid, one of each that pays half of it."""
    rows = [subscription("usd", "2025-01-01", 10, currency="USD"), subscription("rub", "2025-01-01", 1000)]
    for account, price, code in (("usd_less", 10, "USD"), ("rub_less", 1000, "RUB")):
        rows.append(subscription(account, "2025-01-01", price, end="2026-05-01", currency=code))
        rows.append(subscription(account, "2026-05-01", price / 2, currency=code))
    given = [{"date": day, "currency": "USD", "rate": rate} for day, rate in rates.items()]
    return build(home, as_of=date(2026, 6, 30), subscriptions=rows, rates=given)


def test_a_fall_of_the_exchange_rate_is_no_fall_of_payment(tmp_path: Path) -> None:
    days = {"2026-02-28": 100.0, "2026-03-31": 100.0, "2026-05-31": 70.0, "2026-06-30": 70.0}
    found = known_of(foreign(tmp_path, rates=days))
    fell = {account: item.contraction for account, item in found.items()}
    assert fell == {"usd": 0.0, "rub": 0.0, "usd_less": 0.5, "rub_less": 0.5}


def test_without_a_rate_a_quarter_ago_no_fall_is_seen_and_it_is_said(tmp_path: Path) -> None:
    portfolio = foreign(tmp_path, rates={"2026-06-30": 70.0})
    assert {item.contraction for item in known_of(portfolio).values()} == {None}
    why = {str(claim.slots["why"]) for claim in assign(portfolio, "value").notes if "why" in claim.slots}
    assert len(why) == 1 and "31 Mar 2026" in why.pop()
