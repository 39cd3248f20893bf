"""What-ifs: by hand arithmetic, break-even, sensitivity; no figure of a source text, no assumption of our own."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.portfolios import build, subscription
from tools.effect import Range
from tools.errors import UnknownName, UserError
from tools.portfolio import Portfolio
from tools.scenarios import SCENARIOS, parse_range, run

DAY = date(2026, 6, 30)


def fixed(**values: float) -> dict[str, Range]:
    return {name: Range(value, value) for name, value in values.items()}


def shop(home: Path, clients: int = 160) -> Portfolio:
    """A quarter of the clients made one order of a thousand, the others one of a hundred each quarter."""
    rows: list[dict[str, Any]] = []
    for n in range(clients):
        large = n % 4 == 0
        days = ["2026-05-10"] if large else ["2025-11-10", "2026-02-10", "2026-05-10"]
        rows += [{"account_id": f"c{n:03d}", "date": day, "amount": 1000 if large else 100} for day in days]
    return build(home, as_of=DAY, profile="repeat", invoices=rows)


@pytest.mark.parametrize("key", SCENARIOS)
def test_trap_41_without_assumptions_there_is_no_forecast(key: str, tmp_path: Path) -> None:
    outcome = run(shop(tmp_path), key, {})
    assert outcome.effect.value is None and outcome.effect.reason is not None and outcome.missing
    assert outcome.scenario.response in {item.key for item in outcome.missing}  # no response is ever ours


@pytest.mark.parametrize("key", SCENARIOS)
def test_trap_41_no_input_of_a_scenario_has_a_value_of_its_own(key: str, tmp_path: Path) -> None:
    empty = build(tmp_path, accounts=[{"account_id": "a", "name": "a"}])
    outcome = run(empty, key, {})
    assert not outcome.inputs and len(outcome.missing) == len(SCENARIOS[key].inputs)


def test_a_lower_cheque_pays_where_frequency_makes_up_for_the_margin(tmp_path: Path) -> None:
    given = fixed(orders=2, margin=0.5, cheque_cut=0.1, cost=0) | {"more_orders": Range(0.15, 0.55)}
    outcome = run(shop(tmp_path), "lower_cheque", given)
    assert outcome.inputs["clients"].value == 40 and outcome.inputs["cheque"].value == 1000
    assert outcome.break_even.value == pytest.approx(0.25)
    assert outcome.effect.value == pytest.approx(40 * 1000 * (2 * 1.35 * 0.4 - 2 * 0.5))
    assert outcome.effect.grade == "stated" and outcome.effect.flags == ("hypothesis",)
    assert outcome.effect.ci == pytest.approx((40_000 * (2 * 1.15 * 0.4 - 1), 40_000 * (2 * 1.55 * 0.4 - 1)))


def test_a_cut_as_deep_as_the_margin_never_pays(tmp_path: Path) -> None:
    outcome = run(shop(tmp_path), "lower_cheque", fixed(orders=2, margin=0.3, cheque_cut=0.3, cost=0))
    assert outcome.break_even.value is None and outcome.break_even.reason is not None


def test_break_even_is_known_before_anyone_states_the_response(tmp_path: Path) -> None:
    outcome = run(shop(tmp_path), "lower_cheque", fixed(orders=2, margin=0.5, cheque_cut=0.1, cost=40))
    assert outcome.effect.value is None and [item.key for item in outcome.missing] == ["more_orders"]
    assert outcome.break_even.value == pytest.approx(0.25 + 40 / (1000 * 2 * 0.4))


def limited(home: Path, n: int) -> Portfolio:
    days = ("2026-04-30", "2026-05-31", "2026-06-30")
    rows = [
        {"account_id": f"c{k:02d}", "date": day, "name": "seats", "used": 9, "allowed": 10}
        for k in range(n)
        for day in days
    ]
    contracts = [subscription(f"c{k:02d}", "2025-01-01", 10_000) for k in range(n)]
    return build(home, as_of=DAY, subscriptions=contracts, limits=rows)


def test_open_limits_by_hand_with_one_at_a_time_swings(tmp_path: Path) -> None:
    given = fixed(uplift=0.25, margin=0.8, free_months=2, cost=3000, anyway=0.1) | {"convert": Range(0.2, 0.4)}
    outcome = run(limited(tmp_path, 40), "open_limits", given)
    gain = 40 * 120_000 * 0.25 * 0.8
    assert outcome.inputs["money"].value == 4_800_000
    assert outcome.effect.value == pytest.approx(gain * 0.2 - gain * 0.1 * 2 / 12 - 120_000)
    assert outcome.break_even.value == pytest.approx(0.1 + 0.1 * 2 / 12 + 120_000 / gain)
    ((one, low, high),) = outcome.swings
    assert one.key == "convert" and low.value == pytest.approx(gain * 0.1 - gain / 60 - 120_000)
    assert outcome.effect.ci == (low.value, high.value)


def test_a_handful_of_clients_is_no_forecast(tmp_path: Path) -> None:
    given = fixed(uplift=0.25, margin=0.8, free_months=2, cost=3000, anyway=0.1, convert=0.3)
    assert run(limited(tmp_path, 7), "open_limits", given).effect.status == "insufficient"


def test_paid_trial_by_hand(tmp_path: Path) -> None:
    leads = [{"account_id": f"l{n:03d}", "name": f"l{n}", "signup_date": "2026-05-01"} for n in range(200)]
    later = {"account_id": "future", "name": "f", "signup_date": "2026-08-01"}
    portfolio = build(
        tmp_path, as_of=DAY, accounts=[*leads, later], subscriptions=[subscription("paying", "2026-01-01", 5_000)]
    )
    given = fixed(margin=0.5, take=0.2, trial_price=1500, trial_cost=4000, anyway=0.05, convert=0.15)
    outcome = run(portfolio, "paid_trial", given)
    assert outcome.inputs["clients"].value == 200 and outcome.inputs["price"].value == 60_000
    assert outcome.effect.value == pytest.approx(20_000)
    assert outcome.break_even.value == pytest.approx(0.05 + 2500 / 30_000)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("0.1", 0.1, 0.1), ("10%", 0.1, 0.1), ("5%..12%", 0.05, 0.12), ("0,5", 0.5, 0.5), ("2..3", 2, 3)],
)
def test_a_range_is_read_as_written(text: str, low: float, high: float) -> None:
    found = parse_range(text)
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize("text", ["", "many", "3..2", "1..2..3", "nan", "inf", "%", "0.1..x"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        parse_range(text)


def test_an_impossible_or_unknown_assumption_is_refused(tmp_path: Path) -> None:
    portfolio = shop(tmp_path, 8)
    with pytest.raises(UserError):
        run(portfolio, "lower_cheque", fixed(cheque_cut=1.5))
    with pytest.raises(UnknownName):
        run(portfolio, "lower_cheque", fixed(retention=0.8))
    with pytest.raises(UnknownName):
        run(portfolio, "double_prices", {})


def test_the_command_lists_scenarios_and_works_one_out() -> None:
    from ui.cli import app

    listed = CliRunner().invoke(app, ["whatif", "--json", "--lang", "ru"])
    assert [row["key"] for row in json.loads(listed.stdout)["scenarios"]] == list(SCENARIOS)
    asked = ["whatif", "open_limits", "--data", "demo", "--json", "--lang", "ru"]
    given = ("margin=0.7", "uplift=20%..30%", "free_months=2", "cost=3000", "anyway=5%", "convert=10%..25%")
    found = CliRunner().invoke(app, [*asked, *(part for pair in given for part in ("--assume", pair))])
    document = json.loads(found.stdout)
    by_id = {item["id"]: item for item in document["readings"]}
    assert by_id[document["effect"]]["grade"] == "stated" and not document["missing"]
    assert len(by_id) == len(document["readings"]) and {row["key"] for row in document["sensitivity"]} == {
        "uplift",
        "convert",
    }


def grown(home: Path, *, full_then: int, grew: int, rates: list[dict[str, Any]] | None = None) -> Portfolio:
    """Forty clients at their limits now, some of them a year ago too; some of those pay more since."""
    days = ("2025-04-30", "2025-05-31", "2025-06-30", "2026-04-30", "2026-05-31", "2026-06-30")
    limits_ = [
        {"account_id": f"c{k:02d}", "date": day, "name": "seats", "used": 9 if at > 2 or k < full_then else 2, "allowed": 10}
        for k in range(40)
        for at, day in enumerate(days)
    ]  # fmt: skip
    rows = []
    for k in range(40):
        code = "USD" if rates is not None and k % 2 else "RUB"
        later = "2026-01-01" if k < grew else None
        rows.append(subscription(f"c{k:02d}", "2024-01-01", 10_000 + k, end=later, currency=code))
        if later:
            rows.append(subscription(f"c{k:02d}", later, 11_000 + 37 * k, currency=code))
    more = {"rates": rates} if rates is not None else {}
    return build(home, as_of=DAY, subscriptions=rows, limits=limits_, **more)


OPEN = fixed(uplift=0.25, margin=0.8, free_months=2, cost=3000, convert=0.3)


def test_a_share_seen_of_a_few_clients_is_no_ground_for_an_effect(tmp_path: Path) -> None:
    portfolio = grown(tmp_path, full_then=12, grew=3)
    outcome = run(portfolio, "open_limits", OPEN)
    anyway = outcome.inputs["anyway"]
    assert (anyway.value, anyway.n, anyway.status) == (0.25, 12, "insufficient") and anyway.ci is not None
    for item in (outcome.effect, outcome.break_even):
        assert item.status == "insufficient" and item.reason == anyway.reason and item.value is not None
    stated = run(portfolio, "open_limits", OPEN | fixed(anyway=0.25))
    assert stated.effect.status == "ok" and stated.inputs["anyway"].grade == "stated"


def test_a_share_of_enough_clients_with_a_wide_interval_is_no_ground_either(tmp_path: Path) -> None:
    anyway = run(grown(tmp_path, full_then=36, grew=18), "open_limits", OPEN).inputs["anyway"]
    assert anyway.n == 36 and anyway.status == "insufficient"


def test_without_a_rate_a_year_ago_the_share_is_asked_for_with_the_reason(tmp_path: Path) -> None:
    known = [
        {"date": day, "currency": "USD", "rate": rate} for day, rate in (("2026-06-30", 70.0), ("2025-06-30", 100.0))
    ]
    moved = run(grown(tmp_path / "known", full_then=12, grew=4, rates=known), "open_limits", OPEN)
    assert moved.inputs["anyway"].numerator == 4  # a rate that fell hides nobody's growth
    outcome = run(grown(tmp_path / "lacking", full_then=12, grew=4, rates=known[:1]), "open_limits", OPEN)
    assert [item.key for item in outcome.missing] == ["anyway"] and outcome.effect.value is None
    assert outcome.effect.reason is not None and "нет курса USD на 30.06.2025" in outcome.effect.reason.ru


def test_a_frequency_seen_of_a_few_clients_is_no_ground_for_an_effect(tmp_path: Path) -> None:
    rows = [{"account_id": f"n{n:03d}", "date": "2026-05-10", "amount": 1000} for n in range(40)]
    rows += [
        {"account_id": f"o{n:03d}", "date": day, "amount": 100}
        for n in range(12)
        for day in ("2025-05-10", "2026-03-10")
    ]
    portfolio = build(tmp_path, as_of=DAY, profile="repeat", invoices=rows)
    outcome = run(portfolio, "lower_cheque", fixed(margin=0.5, cheque_cut=0.1, cost=0, more_orders=0.3))
    orders = outcome.inputs["orders"]
    assert (orders.value, orders.n, orders.status) == (1.0, 12, "insufficient")
    assert outcome.effect.status == "insufficient" and outcome.effect.reason == orders.reason


def test_cheques_in_two_currencies_are_not_averaged_and_it_is_said(tmp_path: Path) -> None:
    rows = [{"account_id": "a", "date": "2026-05-10", "amount": 10, "currency": code} for code in ("RUB", "USD")]
    outcome = run(build(tmp_path, as_of=DAY, profile="repeat", invoices=rows), "lower_cheque", {})
    assert outcome.effect.reason is not None and "нескольких валютах" in outcome.effect.reason.ru


def test_levers_and_scenarios_go_by_their_names(
    demo_home: Path, demo_snapshot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.cli import app

    monkeypatch.setenv("CVM_HOME", str(demo_home))
    listed = CliRunner().invoke(app, ["whatif", "--lang", "ru"]).stdout
    assert "cvm whatif open_limits" in listed and "Открыть функции" in listed
    asked = ["whatif", "open_limits", "--data", "demo", "--lang", "ru", "--assume", "Валовая маржа=80%"]
    shown = CliRunner().invoke(app, asked, catch_exceptions=False).stdout
    assert "(convert)" not in shown and "--assume convert=…  останутся на старшем тарифе" in shown
    document = json.loads(CliRunner().invoke(app, [*asked, "--json"], catch_exceptions=False).stdout)
    assert not any("open_limits" in item["name"] or "open limits" in item["name"] for item in document["readings"])
