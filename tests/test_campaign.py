"""Campaign effect: target against control, and nothing without one."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.portfolios import build, subscription
from tools import metrics
from tools.portfolio import Portfolio
from tools.reading import Reading

LAST, DAY = date(2026, 6, 30), date(2026, 3, 1)


def campaign(home: Path, *, target: tuple[int, int], control: tuple[int, int] | None, cost: int | None = None,
             last: date = LAST, bought: int = 0, both: int = 0) -> Portfolio:  # fmt: skip
    """Clients of 1,000 a month each: (stayed, all) of each arm; ``bought`` of the target take 500 more."""
    rows, touches = [], []
    for arm, pair in (("target", target), ("control", control)):
        stayed, size = pair or (0, 0)
        for number in range(size):
            account = f"{arm[0]}{number:03d}"
            end = None if number < stayed else str(DAY + timedelta(days=30))
            rows.append(subscription(account, "2025-01-01", 1000, end=end))
            if arm == "target" and number < bought:
                rows.append(subscription(account, "2026-04-01", 500))
            touches.append({"account_id": account, "date": str(DAY), "campaign": "spring",
                            "arm": arm if control else None, "cost": cost if arm == "target" else None})  # fmt: skip
    touches += [
        {"account_id": f"c{n:03d}", "date": str(DAY), "campaign": "spring", "arm": "target"} for n in range(both)
    ]
    return build(home, as_of=last, subscriptions=rows, touches=touches)


def kinds(portfolio: Portfolio, convention: str | None = None) -> dict[str, Reading]:
    found = metrics.compute(portfolio, "campaign_effect", convention=convention)
    return {item.scope.get("kind", ""): item for item in found}


@pytest.mark.parametrize(
    ("target", "control", "value", "interval"),
    [((30, 100), (20, 100), 0.10, (-0.0202, 0.2167)), ((80, 100), (85, 100), -0.05, (-0.1555, 0.0563))],
)
def test_reference_segments_of_the_specification(
    tmp_path: Path, target: Any, control: Any, value: float, interval: Any
) -> None:
    head = kinds(campaign(tmp_path, target=target, control=control))[""]
    assert head.value == pytest.approx(value) and head.ci == pytest.approx(interval, abs=0.0001)
    assert head.flags == ("not_proven",) and head.n == 200 and head.ci_method == "Newcombe 95%"


def test_trap_37_without_a_control_it_is_a_hypothesis(tmp_path: Path) -> None:
    readings = metrics.compute(campaign(tmp_path, target=(90, 100), control=None), "campaign_effect")
    assert [item.value for item in readings] == [None] and readings[0].flags == ("hypothesis",)
    assert readings[0].reason is not None and readings[0].reason.ru.startswith("гипотеза")


def test_money_and_return_are_counted_against_the_control(tmp_path: Path) -> None:
    found = kinds(campaign(tmp_path, target=(100, 100), control=(80, 80), bought=40, cost=100))
    assert found["money"].value == Decimal(20_000) == found["gross"].value and found["money"].flags == ("proven",)
    assert found["cost"].value == Decimal(10_000)
    assert found["roi"].value == pytest.approx((240_000 - 10_000) / 10_000)
    assert found["expanded"].value == pytest.approx(0.4) and found[""].value == 0
    assert found["target"].value == found["control"].value == 1
    assert kinds(campaign(tmp_path, target=(100, 100), control=(80, 80), bought=40), "expanded")[""].value == 0.4


def test_what_the_control_lost_counts_for_the_target(tmp_path: Path) -> None:
    found = kinds(campaign(tmp_path, target=(40, 40), control=(20, 40)))
    assert found["gross"].value == 0 and found["money"].value == Decimal(20_000)
    assert found["roi"].value is None and found["roi"].reason is not None


def test_clients_of_both_arms_are_left_out_and_counted(tmp_path: Path) -> None:
    head = kinds(campaign(tmp_path, target=(40, 40), control=(40, 40), both=5))[""]
    assert head.n == 75 and head.rows.left_out == {"in both arms": 5}


def test_a_small_arm_is_insufficient_and_a_running_campaign_partial(tmp_path: Path) -> None:
    assert kinds(campaign(tmp_path, target=(9, 10), control=(5, 10)))[""].status == "insufficient"
    running = kinds(campaign(tmp_path, target=(40, 40), control=(40, 40), last=DAY + timedelta(days=30)))[""]
    assert running.status == "partial" and running.window is not None and running.window.end == date(2026, 4, 1)


def test_the_campaign_of_the_demo_looks_good_and_is_nought(demo: Portfolio) -> None:
    found = kinds(demo)
    assert found[""].value == found["expanded"].value == 0 and found["money"].value == 0
    assert float(found["gross"].value or 0) > 0 and "not_proven" in found["money"].flags
    assert found[""].scope["group"] == "Весеннее расширение 2026" and found[""].n == 60


def test_a_ledger_in_doubt_makes_every_share_of_a_campaign_partial(tmp_path: Path) -> None:
    found = kinds(campaign(tmp_path, target=(40, 40), control=(40, 40), last=date(2027, 7, 1)))
    for kind in ("", "expanded", "target", "money", "gross"):
        assert found[kind].status == "partial" and "after_data" in found[kind].flags, kind
    assert "not_proven" in found[""].flags
