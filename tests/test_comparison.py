"""Simpson check: published examples, the identity, and the check over a portfolio."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.portfolios import build, subscription
from tools import metrics
from tools.comparison import alarms, not_comparable, simpson_checks
from tools.stats import Part, decompose
from tools.text import Text


def test_reference_kidney_stones() -> None:
    found = decompose({"small": Part(81, 87, 234, 270), "large": Part(192, 263, 55, 80)})
    assert (found.before, found.after) == pytest.approx((0.780, 0.826), abs=5e-4)
    assert (found.standard_before, found.standard_after) == pytest.approx((0.833, 0.779), abs=5e-4)
    assert found.within < 0 < found.total and found.alarm
    assert (81 / 87, 234 / 270, 192 / 263, 55 / 80) == pytest.approx((0.931, 0.867, 0.730, 0.688), abs=5e-4)


def test_reference_trap_35_both_segments_improve_and_the_total_worsens() -> None:
    found = decompose({"big": Part(2.0, 100, 1.08, 60), "small": Part(10.0, 100, 22.8, 240)})
    assert (found.before, found.after) == pytest.approx((0.0600, 0.0796))
    assert found.within == pytest.approx(-0.00395) and found.mix == pytest.approx(0.02355)
    assert found.alarm


def test_a_group_that_is_there_once_changes_only_the_mix() -> None:
    found = decompose({"old": Part(10, 100, 10, 100), "new": Part(0, 0, 50, 100)})
    assert found.within == pytest.approx(0) and found.mix == pytest.approx(found.total) and not found.alarm


def test_one_empty_period_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="both periods"):
        decompose({"a": Part(0, 0, 1, 2)})


@st.composite
def parts(draw: st.DrawFn) -> dict[str, Part]:
    made = {}
    for name in draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True)):
        first, second = draw(st.integers(0, 50)), draw(st.integers(0, 50))
        made[name] = Part(draw(st.integers(0, first)), first, draw(st.integers(0, second)), second)
    return made


@settings(max_examples=300, deadline=None, derandomize=True)
@given(parts())
def test_within_and_mix_sum_to_the_change(found: dict[str, Part]) -> None:
    assume(sum(part.of_before for part in found.values()) and sum(part.of_after for part in found.values()))
    result = decompose(found)
    assert result.within + result.mix == pytest.approx(result.total, abs=1e-12)
    if len(found) == 1:
        assert result.mix == pytest.approx(0, abs=1e-12) and not result.alarm


def _base(plans: dict[str, tuple[int, int, int, int]]) -> dict[str, Any]:
    """Clients by plan: (open on 30 June 2024, lost in the year after, new in it, lost of all open in the year after that)."""
    subscriptions, accounts = [], []
    for plan, (old, lost, new, lost_later) in plans.items():
        for place in range(old + new):
            name = f"{plan}-{place}"
            accounts.append({"account_id": name, "name": name, "plan": plan})
            end = "2025-03-01" if place < lost else "2026-03-01" if place < lost + lost_later else None
            start = "2024-01-01" if place < old else "2025-01-01"
            subscriptions.append(subscription(name, start, 100, end=end))
    subscriptions.append(subscription("young", "2026-06-01", 100))  # in neither opening
    return {"accounts": accounts, "subscriptions": subscriptions}


def test_the_alarm_names_the_plan_and_the_mix(tmp_path: Path) -> None:
    portfolio = build(
        tmp_path, as_of=date(2026, 6, 30), **_base({"Pro": (200, 20, 0, 16), "Start": (100, 30, 400, 136)})
    )
    (check,) = simpson_checks(portfolio, "logo_churn", by=("plan",))
    assert check.parts == {"Pro": Part(20, 200, 16, 180), "Start": Part(30, 100, 136, 470)}
    assert (check.found.before, check.found.after) == pytest.approx((50 / 300, 152 / 650))
    assert check.found.within < 0 < check.found.total
    assert check.sentence is not None and check.sentence.slots["by"] == Text("plan", "тарифам")
    assert {item.scope["kind"] for item in check.sentence.readings} == {
        "simpson_before", "simpson_after", "simpson_within", "simpson_mix",
    }  # fmt: skip
    change = next(item for item in check.readings if item.scope["kind"] == "simpson_change")
    assert change.ci is not None and change.ci[0] < float(change.value or 0) < change.ci[1]
    assert check.sentence.id in {claim.id for claim in alarms(portfolio)}


def test_money_is_weighed_by_money(tmp_path: Path) -> None:
    portfolio = build(
        tmp_path, as_of=date(2026, 6, 30), **_base({"Pro": (200, 20, 0, 16), "Start": (100, 30, 400, 136)})
    )
    (check,) = simpson_checks(portfolio, "grr", by=("plan",))
    assert (check.found.before, check.found.after) == pytest.approx((250 / 300, 498 / 650))
    assert check.found.alarm and check.sentence is not None


def test_few_clients_say_nothing(tmp_path: Path) -> None:
    portfolio = build(tmp_path, as_of=date(2026, 6, 30), **_base({"Pro": (16, 2, 0, 1), "Start": (8, 3, 40, 12)}))
    checks = simpson_checks(portfolio, "logo_churn", by=("plan",))
    assert checks and checks[0].found.alarm and checks[0].sentence is None
    assert all(item.status == "insufficient" and item.reason is not None for item in checks[0].readings)


def test_groups_by_size_age_and_segment_hold_every_client_once(tmp_path: Path) -> None:
    portfolio = build(tmp_path, as_of=date(2026, 6, 30), **_base({"Pro": (60, 6, 0, 5), "Start": (30, 9, 90, 20)}))
    checks = simpson_checks(portfolio, "logo_churn")
    assert {"plan", "age"} <= {check.by for check in checks}
    for check in checks:
        assert sum(part.of_before for part in check.parts.values()) == 90
        assert sum(part.of_after for part in check.parts.values()) == 165


def test_a_snapshot_has_nothing_to_compare(tmp_path: Path) -> None:
    portfolio = build(tmp_path, accounts=[{"account_id": "a", "name": "a", "plan": "Pro"}])
    assert simpson_checks(portfolio, "grr") == () and alarms(portfolio) == ()


def test_without_a_rate_of_the_earlier_year_there_is_a_reason_and_no_check(tmp_path: Path) -> None:
    base = _base({"Pro": (60, 6, 0, 5), "Start": (60, 9, 90, 20)})
    for row in base["subscriptions"]:
        row["currency"] = "USD" if row["account_id"].startswith("Pro") else "RUB"
    days = ("2026-06-30", "2025-06-30", "2024-06-30")
    rates = [{"date": day, "currency": "USD", "rate": 90.0} for day in days]
    known = build(tmp_path / "known", as_of=date(2026, 6, 30), rates=rates, **base)
    assert simpson_checks(known, "grr", by=("plan",)) and not_comparable(known) is None
    lacking = build(tmp_path / "lacking", as_of=date(2026, 6, 30), rates=rates[:2], **base)
    assert simpson_checks(lacking, "grr", by=("plan",)) == ()
    why = not_comparable(lacking)
    assert why is not None and why.en == "there is no rate of USD on 30 Jun 2024"


def test_below_the_client_a_unit_is_lost_only_with_its_client(tmp_path: Path) -> None:
    rows = []
    for place in range(40):
        gone = "2026-03-01" if place < 8 else None
        rows.append(subscription(f"c{place:02d}", "2024-01-01", 100, end=gone, line_id="one"))
        rows.append(
            subscription(f"c{place:02d}", "2024-01-01", 100, end="2026-03-01" if place < 20 else None, line_id="two")
        )
    accounts = [{"account_id": f"c{place:02d}", "plan": "Pro" if place % 2 else "Start"} for place in range(40)]
    rows.append(subscription("young", "2026-06-01", 100, line_id="one"))
    portfolio = build(tmp_path, as_of=date(2026, 6, 30), subscriptions=rows, accounts=accounts).leveled("line")
    (check,) = simpson_checks(portfolio, "logo_churn", by=("plan",))
    assert check.found.after == metrics.reading(portfolio, "logo_churn").value == 0.2
