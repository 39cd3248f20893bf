"""Health score: exact decomposition, the portfolio's movement, frozen reference, two-sided support, check against churn."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.portfolios import build, subscription
from tools import ledger, metrics
from tools.fields import account_values
from tools.metrics.health import (
    COMPONENTS,
    calibration,
    explain_change,
    norms,
    portfolio_change,
    scores,
    scores_under,
)
from tools.models import calibration as checks
from tools.models import score
from tools.narrow import Narrow
from tools.portfolio import Portfolio

WEIGHTS = {"use": 0.4, "adopt": 0.2, "support": 0.15, "relation": 0.15, "pay": 0.1}
BEFORE = {"use": 80.0, "adopt": 60.0, "support": 50.0, "relation": 70.0, "pay": 100.0}
AFTER = {"use": 50.0, "adopt": 65.0, "support": 50.0, "pay": 100.0}


def test_reference_why_the_score_moved() -> None:
    found = score.change(BEFORE, AFTER, WEIGHTS)
    assert found is not None
    right = {"use": -14.12, "adopt": 1.18, "support": 0.0, "pay": 0.0}
    assert found.parts == pytest.approx(right, abs=0.005) and found.coverage == pytest.approx(0.35, abs=0.005)
    assert found.norms == 0 and found.total == pytest.approx(-12.59, abs=0.005)
    assert sum(found.parts.values()) + found.coverage == pytest.approx(found.total, abs=1e-9)


def test_reference_zero_filling_would_give_another_score() -> None:
    assert score.weighted({**AFTER, "relation": 0.0}, WEIGHTS) == pytest.approx(50.5)
    assert score.weighted(AFTER, WEIGHTS) == pytest.approx(59.41, abs=0.005)


def test_trap_26_reference_the_worst_client_left_and_no_stayer_got_better() -> None:
    found = score.movement({"A": 80, "B": 60, "C": 20}, {"A": 75, "B": 60, "D": 90})
    assert found is not None and found.counts == (2, 1, 1)
    assert (found.before, found.after) == pytest.approx((53.33, 75.0), abs=0.005)
    assert (found.stayers, found.entrants, found.leavers) == pytest.approx((-2.5, 7.5, 16.67), abs=0.005)


parts = st.dictionaries(st.sampled_from(sorted(WEIGHTS)), st.floats(0, 100), min_size=1)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(before=parts, held=parts, norms=st.dictionaries(st.sampled_from(sorted(WEIGHTS)), st.floats(-50, 50)))
def test_contributions_sum_to_the_change(before: Any, held: Any, norms: Any) -> None:
    after = {name: value + norms.get(name, 0.0) for name, value in held.items()}
    found = score.change(before, after, WEIGHTS, after_old_norms=held)
    if found is None:
        assert not set(before) & set(held)
        return
    assert sum(found.parts.values()) + found.coverage + found.norms == pytest.approx(found.total, abs=1e-9)


def test_equal_values_share_a_percentile_and_giants_do_not_stretch_it() -> None:
    values = np.array([1.0, 2.0, 2.0, 3.0] * 50 + [1e9])
    ranks = score.percentiles(values, np.full(201, -1), score.reference(values, np.full(201, -1), least=30))
    assert ranks[1] == ranks[2] and ranks[0] == pytest.approx(100 * 25 / 201)
    assert ranks[-1] == ranks[3]  # winsorised at the 99th percentile, the giant is one of the threes


def test_a_band_with_enough_clients_is_compared_with_itself() -> None:
    values, bands = np.arange(60.0), np.repeat([0, 1], 30)
    by_band = score.percentiles(values, bands, score.reference(values, bands, least=30))
    whole = score.percentiles(values, bands, score.reference(values, bands, least=31))
    assert by_band[30] == pytest.approx(by_band[0], abs=1) and whole[30] > whole[0] + 45


LAST = date(2026, 6, 30)


def base(home: Path, *, churn: bool = False, halved: bool = False) -> Portfolio:
    """Two hundred clients; with ``churn``, those whose use halves leave in the quarter after.

    With ``halved`` use varies from week to week, and all use the product half as much in the last four of them.
    """
    subscriptions, usage, invoices = [], [], []
    for number in range(200):
        account, leaves = f"c{number:03d}", churn and number % 3 == 0
        end = LAST - timedelta(days=30 + number % 50) if leaves else None
        subscriptions.append(subscription(account, "2024-01-01", 1000 * (number + 1), end=str(end) if end else None))
        for week in range(76):
            day = date(2025, 1, 6) + timedelta(days=7 * week)
            if (end and day >= end) or day > LAST or (number == 1 and day > LAST - timedelta(days=40)):
                continue
            fading = end is not None and (end - day).days < 130
            for feature in ("a", "b") if number % 2 else ("a",):
                quantity = (5.0 if fading else 20.0) + number % 7
                quantity += number * week % 5 if halved else 0
                quantity /= 2 if halved and day > LAST - timedelta(days=28) else 1
                usage.append(
                    {"account_id": account, "date": str(day), "feature": feature, "is_key": True, "quantity": quantity}
                )
        invoices.append({"account_id": account, "date": "2025-01-10", "amount": 10, "due_date": "2025-02-10", "paid_date": "2025-02-01"})  # fmt: skip
    tickets = [
        {"ticket_id": f"t{n}", "account_id": f"c{n:03d}", "opened": str(LAST - timedelta(days=5))} for n in range(2, 60)
    ]
    tickets.append({"ticket_id": "old", "account_id": "c003", "opened": "2025-01-20"})  # tickets are kept since then
    return build(home, as_of=LAST, subscriptions=subscriptions, usage=usage, tickets=tickets, invoices=invoices)


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    return base(tmp_path_factory.mktemp("steady"))


@pytest.fixture(scope="module")
def leaving(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    return base(tmp_path_factory.mktemp("leaving"), churn=True)


def test_silence_is_as_bad_as_many_tickets(steady: Portfolio) -> None:
    found = scores(steady)
    assert found["c001"].parts["support"] == 0.0  # no ticket, and no use either
    assert found["c150"].parts["support"] > found["c002"].parts["support"] > 0


def test_a_part_of_the_base_is_measured_against_the_whole(steady: Portfolio) -> None:
    part = steady.narrowed(Narrow("segment", "x", tuple(f"c{n:03d}" for n in range(40))))
    assert scores(part) == {account: item for account, item in scores(steady).items() if account < "c040"}


def test_every_change_of_an_account_is_explained_to_the_last_digit(leaving: Portfolio) -> None:
    since = LAST - timedelta(days=91)
    then, now = scores(leaving.earlier(since)), scores(leaving)
    explained = 0
    for account, item in now.items():
        found = explain_change(leaving, account, since)
        if found is None:
            continue
        explained += 1
        assert found.total == pytest.approx((item.score or 0) - (then[account].score or 0), abs=1e-9)
        assert sum(found.parts.values()) + found.coverage + found.norms == pytest.approx(found.total, abs=1e-9)
        assert set(found.parts) <= set(COMPONENTS)
    assert explained > 100


def test_the_parts_of_the_base_s_change_are_readings(leaving: Portfolio) -> None:
    found = {item.scope.get("kind", ""): item for item in metrics.compute(leaving, "chs")}
    moved = portfolio_change(leaving, date(2026, 3, 30))
    assert moved is not None
    values = [float(found[kind].value or 0) for kind in ("stayers", "entrants", "leavers", "norms")]
    assert sum(values) == pytest.approx(float(found["change"].value or 0), abs=1e-9) and moved.counts[2] > 30
    assert found["change"].value == pytest.approx(moved.total) and "size_bands" in found[""].flags


def test_the_norms_of_two_days_are_a_term_of_their_own(leaving: Portfolio) -> None:
    since = date(2026, 3, 30)
    then, now = scores(leaving.earlier(since)), scores(leaving)
    held = scores_under(leaving, norms(leaving.earlier(since)))
    moved = portfolio_change(leaving, since)
    stay = [account for account in then if account in now]
    assert moved is not None and abs(moved.norms) > 1
    for account in stay:
        change = explain_change(leaving, account, since)
        assert change is not None and change.norms == pytest.approx(
            (now[account].score or 0) - (held[account].score or 0)
        )
    apart = [(held[account].score or 0) - (then[account].score or 0) for account in stay]
    assert moved.stayers == pytest.approx(sum(apart) / len(apart), abs=1e-9)
    total = moved.stayers + moved.entrants + moved.leavers + moved.norms
    assert total == pytest.approx(moved.after - moved.before, abs=1e-9)


def test_a_base_that_all_lost_health_together_did_not_stay_as_it_was(tmp_path: Path) -> None:
    portfolio = base(tmp_path, halved=True)
    found = {item.scope.get("kind", ""): item for item in metrics.compute(portfolio, "chs")}
    assert float(found["stayers"].value or 0) < -5 and float(found["norms"].value or 0) > 5
    assert abs(float(found["change"].value or 0)) < 2


def test_the_score_is_checked_against_the_churn_after_it(leaving: Portfolio) -> None:
    found = calibration(leaving)
    assert found is not None and found.events > 60 and found.checked and found.note is None
    assert found.auc is not None and found.lift is not None and found.lift > 1.5
    assert found.interval is not None and 0.6 < found.interval[0] < found.auc
    assert sum(rate.n for rate in found.rates) == found.n
    assert "expert_weights" not in metrics.reading(leaving, "chs").flags
    assert found.brier is None  # an isotonic curve needs two hundred churns
    assert found.weights is None or sum(found.weights.values()) == pytest.approx(100)


def test_without_churn_the_weights_stay_an_expert_s(steady: Portfolio) -> None:
    found = calibration(steady)
    assert found is not None and found.auc is None and not found.checked and found.weights is None
    assert found.note is not None and found.note.ru == "веса экспертные, по оттоку не проверены"
    head = metrics.reading(steady, "chs")
    assert "expert_weights" in head.flags
    assert all(item.scope.get("kind") != "auc" for item in metrics.compute(steady, "chs"))


def test_weights_are_learned_only_from_enough_churns() -> None:
    draw = np.random.default_rng(2)
    parts = draw.uniform(0, 100, (3000, 2))
    left = draw.random(3000) < 1 / (1 + np.exp(parts[:, 0] / 20 - 1))
    found = checks.reweighted(parts, left, ["use", "pay"])
    assert found is not None and found["use"] > 90 and sum(found.values()) == pytest.approx(100)
    assert checks.reweighted(parts[:40], np.arange(40) < 19, ["use", "pay"]) is None
    assert checks.isotonic(parts[:, 0], left) is not None and checks.isotonic(parts[:100, 0], left[:100]) is None


def test_colours_are_claimed_only_in_order() -> None:
    fine = checks.by_band(["red"] * 4 + ["yellow"] * 4 + ["green"] * 4, [True] * 3 + [False] + [True] + [False] * 7)
    assert checks.monotone(fine)
    assert not checks.monotone(checks.by_band(["red", "yellow", "green"], [False, True, False]))


def test_calibration_error_is_nought_where_chances_are_right() -> None:
    chances = np.repeat([0.2, 0.6], 50)
    label = np.concatenate([np.arange(50) < 10, np.arange(50) < 30])
    assert checks.ece(chances, label) == pytest.approx(0) and [item.n for item in checks.deciles(chances, label)] == [
        50,
        50,
    ]
    assert checks.ece(1 - chances, label) == pytest.approx(0.4)


def test_the_change_of_a_client_is_under_the_earlier_norms_and_the_rest_is_told_apart(leaving: Portfolio) -> None:
    since = ledger.back(LAST, 3)
    found = account_values(leaving, "chs_change")
    now, then = scores(leaving), scores(leaving.earlier(since))
    shifted = 0
    for account, change in found.items():
        why = explain_change(leaving, account, since)
        assert why is not None
        whole = float(now[account].score or 0) - float(then[account].score or 0)
        assert float(change) + why.coverage + why.norms == pytest.approx(whole, abs=1e-9)
        shifted += abs(why.norms) > 0.5
    assert shifted > 10  # those who left took the norms with them: that is no change of those who stayed
