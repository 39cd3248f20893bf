"""Association rules, whitespace, limits, and the money effect: reference numbers, gates and refusals."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.portfolios import build, subscription
from tools import metrics
from tools.effect import Range, money_effect
from tools.fields import account_values
from tools.models.association import Association, adjusted, associate, chance
from tools.portfolio import Portfolio
from tools.question import Question, answer
from tools.reading import Reading, Unit
from tools.whitespace import lacking, limits, rules, whitespace

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "association.yaml").read_text("utf-8"))
FIGURES = ("support", "confidence", "lift", "leverage", "conviction")
DAY = date(2026, 6, 30)


def _checked(found: Association, case: dict[str, Any]) -> None:
    for name in FIGURES:
        if name in case:
            assert getattr(found, name) == (None if case[name] is None else pytest.approx(case[name], abs=1e-6)), name


@pytest.mark.parametrize("case", CASES["rules"], ids=lambda case: f"{case['a']} to {case['b']}")
def test_reference_baskets_of_the_mlxtend_guide(case: dict[str, Any]) -> None:
    found = associate(CASES["baskets"], [case["a"]], [case["b"]])
    assert found is not None
    _checked(found, case)


@pytest.mark.parametrize("case", CASES["counts"], ids=lambda case: case["name"])
def test_reference_rules_of_published_counts(case: dict[str, Any]) -> None:
    _checked(Association(case["joint"], case["a"], case["b"], case["n"]), case)


@pytest.mark.parametrize("case", CASES["chance"], ids=lambda case: case["name"])
def test_reference_chance_of_a_lift(case: dict[str, Any]) -> None:
    assert Association(case["joint"], case["a"], case["b"], case["n"]).lift == pytest.approx(case["lift"])
    assert chance([case["joint"]], [case["a"]], [case["b"]], case["n"])[0] == pytest.approx(case["p"], abs=5e-3)


def test_an_item_in_no_basket_has_no_rule() -> None:
    assert associate(CASES["baskets"], ["Bread"], ["Eggs"]) is None
    assert chance([], [], [], 5) == [] and adjusted([]) == []


def test_adjustment_counts_the_tests_not_listed() -> None:
    assert adjusted([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.04] * 4)
    assert adjusted([0.01, 0.9]) == pytest.approx([0.02, 0.9])
    assert adjusted([0.01], tests=20) == pytest.approx([0.2])
    assert adjusted([0.9], tests=20) == [1.0]


def owners(home: Path, *, a_only: int, both: int, b_only: int, neither: int, **more: Any) -> Portfolio:
    rows, place = [], 0
    for n, products in ((a_only, "A"), (both, "AB"), (b_only, "B"), (neither, "C")):
        for _ in range(n):
            rows += [subscription(f"c{place:03d}", "2026-01-01", 100, product=product) for product in products]
            place += 1
    return build(home, as_of=DAY, subscriptions=rows, **more)


def test_trap_36_two_joint_owners_make_no_campaign(tmp_path: Path) -> None:
    portfolio = owners(tmp_path, a_only=3, both=2, b_only=18, neither=77)
    head, *figures = metrics.compute(portfolio, "cross_sell")
    lift = next(item for item in figures if item.scope["kind"] == "lift" and item.scope["group"] == "A → B")
    assert head.value is None and head.reason is not None and "данных недостаточно" in head.reason.ru
    assert lift.value == pytest.approx(2.0) and lift.status == "insufficient"
    assert not whitespace(portfolio) and not any(rule.passed for rule in rules(portfolio))


def test_ten_joint_owners_beyond_chance_make_an_offer_of_the_missing_product(tmp_path: Path) -> None:
    portfolio = owners(tmp_path, a_only=4, both=12, b_only=3, neither=41)
    passed = [rule for rule in rules(portfolio) if rule.passed]
    assert {(rule.a, rule.b) for rule in passed} == {("A", "B"), ("B", "A")}
    assert passed[0].figures.confidence == pytest.approx(0.8) and passed[0].a == "B"  # confidence is not symmetric
    assert passed[0].figures.lift == pytest.approx(passed[1].figures.lift)  # lift is
    offers = {(offer.account, offer.product) for offer in whitespace(portfolio)}
    assert offers == {(f"c{place:03d}", "B") for place in range(4)} | {(f"c{place:03d}", "A") for place in (16, 17, 18)}
    head, offered, potential, *_rest = metrics.compute(portfolio, "cross_sell")
    assert head.value == 7 and offered.value == 7
    assert potential.value == pytest.approx(4 * 1200 * 0.75 + 3 * 1200 * 0.8) and potential.status == "insufficient"
    assert potential.flags == ("hypothesis",) and potential.ci is not None


def test_nine_joint_owners_are_one_too_few(tmp_path: Path) -> None:
    assert not whitespace(owners(tmp_path, a_only=0, both=9, b_only=0, neither=51))


def test_the_unhappy_are_offered_nothing(tmp_path: Path) -> None:
    ticket = {"ticket_id": "t", "account_id": "c000", "opened": "2026-06-01", "priority": "critical"}
    portfolio = owners(tmp_path, a_only=4, both=12, b_only=3, neither=41, tickets=[ticket])
    assert "c000" not in lacking(portfolio) and "c001" in lacking(portfolio)


def test_independent_products_pass_no_gate(tmp_path: Path) -> None:
    portfolio = owners(tmp_path, a_only=20, both=20, b_only=20, neither=20)
    assert not any(rule.passed for rule in rules(portfolio))


def test_products_come_from_invoice_lines_where_contracts_name_none(tmp_path: Path) -> None:
    lines = [
        {"account_id": f"c{place:02d}", "date": "2026-06-01", "amount": 10, "product": product}
        for place in range(40)
        for product in ("AB" if place < 12 else "A" if place < 14 else "C")
    ]
    portfolio = build(tmp_path, as_of=DAY, profile="repeat", invoices=lines)
    assert {(offer.account, offer.product) for offer in whitespace(portfolio)} == {("c12", "B"), ("c13", "B")}


def measures(account: str, *shares: float) -> list[dict[str, Any]]:
    days = ("2026-04-30", "2026-05-31", "2026-06-30")[-len(shares) :]
    return [
        {"account_id": account, "date": day, "name": "seats", "used": share * 100, "allowed": 100}
        for day, share in zip(days, shares, strict=True)
    ]


def test_what_clients_are_ranked_by_adds_up_to_the_metric(demo: Portfolio) -> None:
    whole = {
        (item.key, item.scope.get("kind")): item
        for key in ("upsell", "cross_sell", "money_at_stake", "adoption")
        for item in metrics.compute(demo, key)
    }
    for key, kind in (("upsell", "money"), ("cross_sell", "potential"), ("money_at_stake", None)):
        found = account_values(demo, key)
        assert found and sum(map(float, found.values())) == pytest.approx(float(whole[key, kind].value or 0))
    used = account_values(demo, "adoption")
    assert sum(map(float, used.values())) / len(used) == pytest.approx(float(whole["adoption", "breadth"].value or 0))
    first = answer(demo, Question("cash_per_client", top=1))[0]
    assert (first.key, first.value) == ("cash", max(account_values(demo, "cash").values()))


def test_reference_days_to_the_limit_go_by_the_slope(tmp_path: Path) -> None:
    rows = [*measures("up", 0.80, 0.85, 0.90), *measures("full", 0.9, 1.0), *measures("flat", 0.5, 0.5, 0.5)]
    rows += [*measures("one", 0.9), *measures("down", 0.9, 0.7, 0.5), *measures("slow", 0.30, 0.31, 0.32)]
    found = limits(build(tmp_path, as_of=DAY, limits=rows))
    assert found["up"].days == pytest.approx(2 * 365 / 12) and found["up"].hit
    assert found["full"].days == 0.0 and found["full"].hit
    assert found["flat"].days is None and found["one"].days is None and not found["one"].hit
    assert found["down"].falling and not found["up"].falling
    assert found["slow"].days is None  # beyond a year it is no forecast


def stake(portfolio: Portfolio, value: float | None, n: int) -> Reading:
    return Reading("money_at_stake", Unit.MONEY_YEAR, value, n=n, snapshot=portfolio.snapshot)


def test_the_effect_is_own_history_times_money(tmp_path: Path) -> None:
    portfolio = build(tmp_path, as_of=DAY, subscriptions=[subscription("a", "2026-01-01", 1)])
    found, even = money_effect(portfolio, stake(portfolio, 200_000.0, 40), {"kind": "x"}, history=(12, 40))
    assert found.value == 60_000 and found.ci == pytest.approx((36_150, 90_860), abs=1) and found.status == "ok"
    assert even is not None and even.value == pytest.approx(0.025)
    thin, _even = money_effect(portfolio, stake(portfolio, 200_000.0, 40), {"kind": "x"}, history=(3, 10))
    assert thin.status == "insufficient" and thin.value == 60_000


@pytest.mark.parametrize("ground", [{"history": (12, 40)}, {"assumed": Range(0.1, 0.2)}])
def test_a_handful_of_clients_at_stake_is_no_forecast(ground: Any, tmp_path: Path) -> None:
    portfolio = build(tmp_path, as_of=DAY, subscriptions=[subscription("a", "2026-01-01", 1)])
    found, even = money_effect(portfolio, stake(portfolio, 200_000.0, 4), {}, **ground)
    assert found.value is not None and found.status == "insufficient" and found.reason is not None
    assert "клиентов" in found.reason.ru and even is not None and even.value == 0.25


def test_a_stated_share_is_graded_stated_and_a_cost_gives_the_break_even(tmp_path: Path) -> None:
    portfolio = build(tmp_path, as_of=DAY, subscriptions=[subscription("a", "2026-01-01", 1)])
    found, even = money_effect(
        portfolio, stake(portfolio, 200_000.0, 10), {}, assumed=Range(0.1, 0.2), cost=Decimal(5_000)
    )
    assert found.grade == "stated" and found.value == pytest.approx(30_000) and found.ci == (20_000, 40_000)
    assert even is not None and even.value == pytest.approx(0.025) and even.convention == "cost"


def test_with_neither_history_nor_assumption_there_is_a_reason_and_a_break_even(tmp_path: Path) -> None:
    portfolio = build(tmp_path, as_of=DAY, subscriptions=[subscription("a", "2026-01-01", 1)])
    found, even = money_effect(portfolio, stake(portfolio, 200_000.0, 10), {})
    assert found.value is None and found.reason is not None and even is not None and even.value == 0.1
    nothing, none = money_effect(portfolio, None, {})
    assert nothing.value is None and none is None
