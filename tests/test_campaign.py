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


def invoiced(home: Path, *, target: tuple[int, int], control: int = 100) -> Portfolio:
    """Metered clients billed every month of 2026, forty an arm; the target's charges change in the month of May."""
    rows, touches = [], []
    for arm, (before, after) in (("target", target), ("control", (control, control))):
        for number in range(40):
            account = f"{arm[0]}{number:02d}"
            touches.append({"account_id": account, "date": "2026-05-05", "campaign": "spring", "arm": arm})
            rows += [
                {"account_id": account, "date": f"2026-{month:02d}-20", "amount": after if month > 4 else before}
                for month in range(1, 9)
            ]
    return build(home, as_of=date(2026, 8, 31), profile="usage", invoices=rows, touches=touches)


def test_the_month_of_a_campaign_is_after_it_for_metered_clients_too(tmp_path: Path) -> None:
    found = kinds(invoiced(tmp_path, target=(100, 200)))
    assert found["money"].value == Decimal(4_000) == found["gross"].value
    assert found["expanded"].value == 1 and found[""].value == 0


@pytest.mark.parametrize(("paused", "retained"), [(True, 1.0), (False, 0.5)], ids=["paused", "cancelled"])
def test_a_client_on_pause_is_retained_though_its_money_is_not(tmp_path: Path, paused: bool, retained: float) -> None:
    rows, touches = [], []
    for arm in ("target", "control"):
        for number in range(40):
            account = f"{arm[0]}{number:02d}"
            stops = arm == "target" and number % 2
            rows.append(subscription(account, "2025-01-01", 1000, end="2026-03-20" if stops else None))
            rows += [subscription(account, "2026-03-20", 1000, status="paused")] if stops and paused else []
            touches.append({"account_id": account, "date": str(DAY), "campaign": "spring", "arm": arm})
    found = kinds(build(tmp_path, as_of=LAST, subscriptions=rows, touches=touches))
    assert found["target"].value == retained and found[""].value == retained - 1
    assert found["money"].value == Decimal(-20_000) and found["expanded"].value == 0


def costed(home: Path, costs: list[int | None], *, both: int | None = None, control: int | None = None) -> Portfolio:
    """Forty clients an arm, half of the target pays 500 more; ``costs`` of the target's contacts, one each."""
    rows, touches = [], []
    for arm in ("target", "control"):
        for number in range(40):
            account = f"{arm[0]}{number:02d}"
            rows.append(subscription(account, "2025-01-01", 1000))
            if arm == "target" and number < 20:
                rows.append(subscription(account, "2026-04-01", 500))
            cost = costs[number] if arm == "target" else control if number == 0 else None
            touches.append({"account_id": account, "date": str(DAY), "campaign": "spring", "arm": arm, "cost": cost})
    rows.append(subscription("b", "2025-01-01", 1000))
    touches += [
        {"account_id": "b", "date": str(DAY), "campaign": "spring", "arm": arm, "cost": both}
        for arm in ("target", "control")
    ]
    return build(home, as_of=LAST, subscriptions=rows, touches=touches)


def test_a_cost_of_some_contacts_is_partial_and_so_is_the_return(tmp_path: Path) -> None:
    found = kinds(costed(tmp_path, [10] * 4 + [None] * 36))
    for kind in ("cost", "roi"):
        assert found[kind].status == "partial" and found[kind].coverage == 0.1, kind
        assert found[kind].reason is not None and "не указана" in found[kind].reason.ru, kind
    assert found["cost"].value == 40 and found["cost"].rows.left_out == {"cost not given": 36}
    whole = kinds(costed(tmp_path / "whole", [10] * 40))
    assert whole["cost"].status == whole["roi"].status == "ok" and whole["cost"].coverage == 1
    assert whole["roi"].value == pytest.approx((120_000 - 400) / 400)


def test_a_cost_of_nought_is_stated_and_gives_no_return(tmp_path: Path) -> None:
    found = kinds(costed(tmp_path, [0] * 40))
    assert found["cost"].value == 0 and found["cost"].status == "ok"
    assert found["roi"].value is None and found["roi"].reason is not None
    assert found["roi"].reason.en.startswith("nothing was spent")
    some = kinds(costed(tmp_path / "some", [0] * 4 + [None] * 36))
    assert some["cost"].status == "partial" and some["roi"].value is None
    assert some["roi"].reason is not None and "is not given" in some["roi"].reason.en


def test_the_cost_leaves_out_clients_of_both_arms_and_keeps_what_the_control_took(tmp_path: Path) -> None:
    found = kinds(costed(tmp_path, [10] * 40, both=700, control=50))
    assert found["cost"].value == 450 and found["cost"].coverage == 1
    only = kinds(costed(tmp_path / "only", [None] * 40, both=700, control=50))
    assert only["cost"].value is None and only["roi"].value is None


def test_a_small_arm_outranks_a_cost_known_in_part(tmp_path: Path) -> None:
    small = kinds(campaign(tmp_path, target=(9, 10), control=(5, 10), cost=10))
    assert small["roi"].status == "insufficient" and small["cost"].status == "ok"
