"""Cash, payback and return for the client by account and in groups."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.portfolios import build, subscription
from tools import metrics
from tools.fields import account_values
from tools.metrics.payback import account_return
from tools.reading import Window

DAY = date(2026, 6, 30)


def line(account: str, day: str, amount: float, paid: str | None) -> dict[str, object]:
    return {"account_id": account, "date": day, "amount": amount, "paid_date": paid, "currency": "RUB"}


def test_cash_by_account_is_exact_and_takes_refunds_off(tmp_path: Path) -> None:
    lines = [line("a", "2026-01-05", 0.1, "2026-01-06"), line("a", "2026-02-05", 0.2, "2026-02-06")]
    lines += [line("b", "2026-01-05", 10, "2026-01-06"), line("b", "2026-03-01", -4, None)]
    lines += [line("c", "2026-01-05", 10, None), line("d", "2024-01-05", 10, "2024-01-06")]
    portfolio = build(tmp_path, as_of=DAY, invoices=lines)
    assert account_values(portfolio, "cash") == {"a": Decimal("0.3"), "b": Decimal(6)}


def test_cash_in_several_currencies_is_not_added(tmp_path: Path) -> None:
    lines = [line("a", "2026-01-05", 1, "2026-01-06"), {**line("b", "2026-01-05", 1, "2026-01-06"), "currency": "USD"}]
    portfolio = build(tmp_path, as_of=DAY, invoices=lines)
    assert metrics.reading(portfolio, "cash_per_client").value is None
    assert account_values(portfolio, "cash") == {}


def test_a_small_group_states_no_cash_per_client(tmp_path: Path) -> None:
    portfolio = build(
        tmp_path,
        as_of=DAY,
        accounts=[{"account_id": "a", "name": "a", "plan": "Pro"}, {"account_id": "b", "name": "b", "plan": "Basic"}],
        subscriptions=[subscription("a", "2026-01-01", 10), subscription("b", "2026-01-01", 10)],
        invoices=[line("a", "2026-06-01", 10, "2026-06-02"), line("b", "2026-06-01", 30, "2026-06-02")],
    )
    window = Window(date(2026, 6, 1), date(2026, 7, 1))
    found = metrics.compute(portfolio, "cash_per_client", window=window, by="plan")
    assert sorted((item.scope["group"], float(item.value or 0), item.status) for item in found) == [
        ("Basic", 30.0, "insufficient"),
        ("Pro", 10.0, "insufficient"),
    ]


@pytest.mark.parametrize(
    ("grades", "expected"),
    [(("confirmed", "confirmed"), "confirmed"), (("measured", "stated"), "mixed"), (("stated", "stated"), "stated")],
)
def test_the_return_for_clients_is_graded_by_its_evidence(
    grades: tuple[str, str], expected: str, tmp_path: Path
) -> None:
    goals = [
        {"account_id": "a", "goal": goal, "base": 0, "target": 10, "current": 10, "value": 1200, "grade": grade}
        for goal, grade in zip(("x", "y"), grades, strict=True)
    ]
    portfolio = build(tmp_path, as_of=DAY, subscriptions=[subscription("a", "2026-01-01", 100)], value_goals=goals)
    assert metrics.reading(portfolio, "client_roi").grade == expected
    assert account_return(portfolio) == {"a": pytest.approx(2.0)}


def test_an_unknown_outcome_makes_the_return_partial(tmp_path: Path) -> None:
    goals = [
        {"account_id": f"a{n}", "goal": "x", "base": 0, "target": 10, "current": 10, "value": 1200} for n in range(30)
    ]
    goals.append({"account_id": "a0", "goal": "y", "base": 0, "target": 10, "value": 36_000})
    rows = [subscription(f"a{n}", "2026-01-01", 100) for n in range(30)]
    portfolio = build(tmp_path, as_of=DAY, subscriptions=rows, value_goals=goals)
    found = metrics.reading(portfolio, "client_roi")
    assert found.value == pytest.approx(1.0) and found.status == "partial" and found.coverage == pytest.approx(0.5)
