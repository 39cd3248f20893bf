"""Intervals of lifetime values that rest on several churns: by plan, by month; and of any figure of sums."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.portfolios import build, in_memory, subscription
from tools import metrics, stats
from tools.engine import DuckDB
from tools.portfolio import Portfolio
from tools.reading import Reading

DAY = date(2026, 6, 30)


def ratio(sums: Any) -> Any:
    return sums[..., 0] / sums[..., 1]


def test_an_interval_of_sums_is_that_of_a_ratio_and_does_not_depend_on_the_order() -> None:
    dice = np.random.default_rng(7)
    rows = np.stack([dice.lognormal(5, 1, 400), np.ones(400)], axis=1)
    found, method = stats.sums_interval(rows, ratio)
    plain, _method = stats.ratio_interval(rows[:, 0], rows[:, 1])
    assert found == pytest.approx(plain, rel=0.01) and method == "bootstrap of accounts, 10000 draws"
    assert stats.sums_interval(rows[::-1], ratio)[0] == found


def test_many_accounts_are_linearised_to_the_same_interval() -> None:
    dice = np.random.default_rng(7)
    rows = np.stack([dice.lognormal(5, 1, 6000), np.ones(6000)], axis=1)
    found, method = stats.sums_interval(rows, ratio)
    plain, _method = stats.ratio_interval(rows[:, 0], rows[:, 1])
    assert found == pytest.approx(plain, rel=1e-4) and method == "linearised"


def test_a_figure_without_an_upper_end_has_no_interval() -> None:
    rows = np.stack([np.ones(50), np.arange(50) == 0], axis=1)
    assert stats.sums_interval(rows, ratio) == (None, None)


def base(home: Path, *, lost: dict[str, int], size: int = 120) -> Portfolio:
    """Clients of two plans, of 100 and 1,000 a month; ``lost`` of each plan, spread over the last six months."""
    accounts, rows = [], []
    for plan, price in (("small", 100), ("large", 1000)):
        for n in range(size):
            account = f"{plan}-{n:03d}"
            accounts.append({"account_id": account, "name": account, "plan": plan})
            end = f"2026-{1 + n % 6:02d}-15" if n < lost[plan] else None
            rows.append(subscription(account, "2024-01-01", price, end=end))
    rows.append(subscription("newest", "2026-06-01", 100))  # the data go on to the day of the audit
    return build(home, as_of=DAY, accounts=accounts, subscriptions=rows)


def of(portfolio: Portfolio, convention: str) -> dict[str, Reading]:
    return {item.scope["kind"]: item for item in metrics.compute(portfolio, "ltv", convention=convention)}


@pytest.mark.parametrize("convention", ["segmented", "simple_recent"])
def test_a_lifetime_of_enough_clients_is_stated_with_an_interval(convention: str, tmp_path: Path) -> None:
    for kind, item in of(base(tmp_path, lost={"small": 60, "large": 40}), convention).items():
        assert item.status == "ok" and item.ci is not None, kind
        assert item.ci[0] < float(item.value or 0) < item.ci[1] and item.ci_method is not None


@pytest.mark.parametrize("convention", ["segmented", "simple_recent"])
def test_a_lifetime_that_few_leavers_decide_is_not_stated(convention: str, tmp_path: Path) -> None:
    found = of(base(tmp_path, lost={"small": 2, "large": 1}), convention)
    simple = found["segmented_simple" if convention == "segmented" else "simple_recent"]
    assert simple.value is not None and simple.status == "insufficient" and simple.reason is not None


def test_without_the_rates_of_the_last_months_the_recent_form_has_no_value(tmp_path: Path) -> None:
    rows = [subscription(f"r{n}", "2024-01-01", 100, end="2026-05-15" if n < 9 else None) for n in range(40)]
    rows += [subscription(f"u{n}", "2024-01-01", 10, currency="USD") for n in range(40)]
    rates = [{"date": day, "currency": "USD", "rate": 90.0} for day in ("2025-06-30", "2026-06-30")]
    portfolio = build(tmp_path, as_of=DAY, subscriptions=rows, rates=rates)
    assert metrics.reading(portfolio, "ltv").value is not None
    (found,) = metrics.compute(portfolio, "ltv", convention="simple_recent")
    assert found.value is None and found.reason is not None and "нет курса USD" in found.reason.ru


LEVELS = ("holding", "account", "billing", "line")
CONTRACTUAL = ("discounted", "simple", "segmented", "simple_recent")
END = date(2026, 7, 1)


@contextmanager
def opened(rows: list[dict[str, Any]]) -> Iterator[Portfolio]:
    portfolio = in_memory(as_of=DAY, subscriptions=rows)
    try:
        yield portfolio
    finally:
        assert isinstance(portfolio.engine, DuckDB)
        portfolio.engine.connection.close()


def lines(seed: int) -> list[dict[str, Any]]:
    """Clients of one to four lines: some leave with all of them, some drop a line, some go on a pause that may run out."""
    dice, rows = random.Random(seed), []
    leaving, dropping, pausing = dice.choice((10, 25, 50)), dice.choice((0, 20, 60)), dice.choice((0, 30))
    for n in range(dice.randint(35, 70)):
        account = f"c{n:02d}"
        left = END - timedelta(days=dice.randint(1, 365)) if dice.randrange(100) < leaving else None
        for place in range(dice.randint(1, 4)):
            dropped = END - timedelta(days=dice.randint(1, 365)) if dice.randrange(100) < dropping else None
            end = min((day for day in (left, dropped) if day), default=None)
            unit = {"line_id": f"l{place}", "billing_id": f"b{place // 2}", "end": str(end) if end else None}
            rows.append(subscription(account, "2024-01-01", dice.choice((50, 100, 400)), **unit))
        if left is not None and dice.randrange(100) < pausing:
            rows.append(subscription(account, str(left), 50, status="paused", line_id="l0", billing_id="b0"))
    rows.append(subscription("newest", "2026-06-01", 100, line_id="x", billing_id="y"))
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_the_interval_of_a_lifetime_holds_its_value_at_every_level(seed: int) -> None:
    with opened(lines(seed)) as portfolio:
        found = [
            item
            for level in LEVELS
            for convention in CONTRACTUAL
            for item in metrics.compute(portfolio.leveled(level), "ltv", convention=convention)
            if item.value is not None and item.ci is not None
        ]
    assert {item.scope.get("level", "account") for item in found} == set(LEVELS)
    for item in found:
        assert item.ci is not None and item.ci[0] <= float(item.value or 0) <= item.ci[1], item.scope


def test_a_line_dropped_by_a_client_that_stays_is_no_loss_to_the_interval(tmp_path: Path) -> None:
    rows = []
    for n in range(60):
        end = f"2026-{1 + n % 6:02d}-15"
        rows.append(subscription(f"c{n:02d}", "2024-01-01", 100, end=end if n < 12 else None, line_id="one"))
        rows.append(subscription(f"c{n:02d}", "2024-01-01", 100, end=end if n < 40 else None, line_id="two"))
    rows.append(subscription("newest", "2026-06-01", 100, line_id="one"))
    portfolio = build(tmp_path, as_of=DAY, subscriptions=rows).leveled("line")
    assert metrics.reading(portfolio, "logo_churn").value == 0.2  # 24 of 120 lines left with their clients
    for convention in CONTRACTUAL:
        head = metrics.compute(portfolio, "ltv", convention=convention)[0]
        assert head.ci is not None and head.ci[0] < float(head.value or 0) < head.ci[1], convention
