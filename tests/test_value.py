"""Voice, referrals, journey and time to value where a case needs many rows or a function of its own."""

from datetime import date
from pathlib import Path

import pytest

from tests.portfolios import build, subscription
from tools import metrics
from tools.fields import account_values
from tools.metrics.voice import employee_nps, nps_change
from tools.portfolio import Portfolio

DAY = date(2026, 6, 30)


def answers(high: int, middle: int, low: int, *, day: str = "2026-06-01") -> list[dict[str, object]]:
    scores = [9] * high + [8] * middle + [0] * low
    return [{"account_id": f"c{place:03d}", "date": day, "score": score} for place, score in enumerate(scores)]


@pytest.mark.parametrize(
    ("counts", "value", "interval", "status"),
    [
        ((50, 30, 20), 30.0, (14.1, 44.2), "ok"),
        ((16, 12, 8), 22.2, (-4.0, 45.1), "ok"),
        ((5, 3, 2), 30.0, (-19.1, 65.2), "insufficient"),
        ((10, 0, 0), 100.0, (47.5, 100.0), "insufficient"),
    ],
)
def test_reference_nps_with_its_interval(
    counts: tuple[int, int, int], value: float, interval: tuple[float, float], status: str, tmp_path: Path
) -> None:
    found = metrics.reading(build(tmp_path, as_of=DAY, surveys=answers(*counts)), "nps")
    assert found.value == pytest.approx(value, abs=0.05) and found.status == status
    assert found.ci == pytest.approx(interval, abs=0.06)


def test_reference_change_of_nps_between_periods(tmp_path: Path) -> None:
    found = nps_change((40, 30, 30), (50, 30, 20))
    assert found.difference == pytest.approx(20) and found.z == pytest.approx(1.75, abs=0.005)
    assert found.interval == pytest.approx((-2.3, 42.3), abs=0.06) and not found.proven
    portfolio = build(tmp_path, as_of=DAY, surveys=[*answers(40, 30, 30, day="2025-05-01"), *answers(50, 30, 20)])
    change = metrics.reading(portfolio, "nps", kind="change")
    assert change.value == pytest.approx(20) and change.status == "insufficient"
    assert change.reason is not None and "изменение не доказано" in change.reason.ru


def test_unanimous_answers_still_have_a_spread() -> None:
    found = nps_change((0, 0, 10), (10, 0, 0))
    assert found.proven and found.interval[0] < 200 < found.interval[1]


def test_many_answers_of_one_client_widen_the_interval(tmp_path: Path) -> None:
    once = [{"account_id": f"c{n}", "date": "2026-06-01", "score": 10 if n < 24 else 0} for n in range(40)]
    clustered = [{**row, "account_id": f"c{place % 4}" if place < 24 else "d"} for place, row in enumerate(once)]
    alone = metrics.reading(build(tmp_path / "a", as_of=DAY, surveys=once), "nps")
    grouped = metrics.reading(build(tmp_path / "b", as_of=DAY, surveys=clustered), "nps")
    assert alone.value == grouped.value and alone.ci is not None and grouped.ci is not None
    assert grouped.ci[1] - grouped.ci[0] > alone.ci[1] - alone.ci[0]
    assert "clustered by client" in str(grouped.ci_method)


def test_fewer_than_seven_employees_stay_anonymous() -> None:
    scores = {"product": [10, 10, 9, 8, 8, 6, 0], "sales": [10] * 6}
    assert employee_nps(scores, min_answers=7) == {"product": pytest.approx(100 / 7), "sales": None}


def referred(home: Path) -> Portfolio:
    old = [subscription(f"c{n:03d}", "2024-01-01", 100) for n in range(160)]
    new = [subscription(f"n{n:03d}", "2026-02-01", 100) for n in range(40)]
    leads = [
        {
            "account_id": f"c{n % 12:03d}",
            "date": "2026-01-15",
            "status": "won" if n < 8 else "lead",
            "referred_id": f"n{n:03d}" if n < 8 else None,
        }
        for n in range(20)
    ]
    return build(home, as_of=DAY, subscriptions=[*old, *new], referrals=leads)


def test_reference_referrals_of_two_hundred_clients(tmp_path: Path) -> None:
    portfolio = referred(tmp_path)
    assert metrics.reading(portfolio, "referrals").value == pytest.approx(0.06)
    assert metrics.reading(portfolio, "referrals", kind="conversion").value == pytest.approx(0.40)
    assert metrics.reading(portfolio, "referrals", kind="referred_share").value == pytest.approx(0.20)
    assert metrics.reading(portfolio, "referrals", kind="k").value == pytest.approx(0.04)
    counted = account_values(portfolio, "referrals")
    assert counted["c000"] == 2 and counted["c100"] == 0


def test_enough_respondents_are_not_flagged(tmp_path: Path) -> None:
    rows = [{"department": "product", "statement": n, "score": 2} for n in range(1, 6) for _ in range(5)]
    found = metrics.compute(build(tmp_path, as_of=DAY, culture=rows), "culture")
    assert all("few_respondents" not in item.flags for item in found)


def test_time_to_value_by_account_is_of_those_that_reached_it(tmp_path: Path) -> None:
    portfolio = build(
        tmp_path,
        as_of=DAY,
        accounts=[{"account_id": a, "name": a, "signup_date": "2026-01-10"} for a in ("a", "b", "c")],
        milestones=[
            {"account_id": "a", "date": "2026-01-24", "stage": "first_value", "is_value": True},
            {"account_id": "b", "date": "2026-01-02", "stage": "first_value", "is_value": True},
        ],
    )
    assert account_values(portfolio, "ttv") == {"a": 14, "b": 0}


def test_a_common_price_step_is_no_expansion(tmp_path: Path) -> None:
    rows = []
    for n in range(10):
        rows += [
            subscription(f"c{n}", "2025-01-01", 100, end="2026-01-01"),
            subscription(f"c{n}", "2026-01-01", 120 if n == 0 else 108),
        ]
    signed = [{"account_id": "c0", "date": "2025-01-01", "stage": "contract"}]
    portfolio = build(tmp_path, as_of=DAY, subscriptions=rows, milestones=signed)
    found = metrics.compute(portfolio, "journey")
    grown = next(item for item in found if item.scope.get("group") == "expansion" and item.scope["kind"] == "entered")
    assert grown.value == 1
