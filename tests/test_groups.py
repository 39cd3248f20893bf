"""Groups of a base: their figures add up to the whole, equal the same accounts alone, and keep SQL that gives them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.portfolios import build, subscription
from tools import metrics
from tools.portfolio import Portfolio

KEYS = ("mrr", "nrr", "grr", "logo_churn", "money_churn", "quick_ratio", "movements", "arpa")
PLANS = ("Basic", "Pro")


def contracts(plans: tuple[str, ...] = PLANS) -> dict[str, list[dict[str, Any]]]:
    """Thirty-five clients a plan: some grow, some shrink, some leave, some come in the year."""
    accounts, rows = [], []
    for plan in plans:
        for n in range(35):
            account, price = f"{plan}-{n:02d}", 100 + 10 * n + 7 * len(plan)
            accounts.append({"account_id": account, "name": account, "plan": plan})
            changed = f"2025-{1 + n % 12:02d}-15"
            rows.append(subscription(account, "2024-03-01", price, end=changed if n % 3 else None))
            if n % 3 == 1:
                rows.append(subscription(account, changed, price * (2 if n % 2 else 0.5)))
    return {"accounts": accounts, "subscriptions": rows}


def invoices(plans: tuple[str, ...] = PLANS) -> dict[str, list[dict[str, Any]]]:
    """Monthly invoices; only the lines of Pro say which period they pay for."""
    rows = []
    for month in range(1, 13):
        rows.append({"account_id": "Basic-1", "date": f"2025-{month:02d}-05", "amount": 1200})
        period = {"service_start": f"2025-{month:02d}-10", "service_end": f"2025-{month:02d}-28"}
        rows.append({"account_id": "Pro-1", "date": f"2025-{month:02d}-10", "amount": 100, **period})
    accounts = [{"account_id": f"{plan}-1", "name": plan, "plan": plan} for plan in plans]
    kept = [{**row, "currency": "RUB"} for row in rows if str(row["account_id"]).split("-")[0] in plans]
    return {"accounts": accounts, "invoices": kept}


@pytest.fixture(params=[contracts, invoices], ids=["contracts", "invoices"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Portfolio:
    return build(tmp_path, as_of=date(2025, 12, 31), **request.param())


@pytest.mark.parametrize("key", KEYS)
def test_the_kept_query_of_a_group_gives_its_value(base: Portfolio, key: str) -> None:
    for item in metrics.compute(base, key, by="plan"):
        if item.sql is not None and item.value is not None:
            again = base.query(item.sql).column(0)[0].as_py()
            assert float(again) == pytest.approx(float(item.value), rel=1e-9), item.scope


def test_the_money_of_the_groups_is_that_of_the_base(base: Portfolio) -> None:
    parts = [item.value for item in metrics.compute(base, "mrr", by="plan")]
    assert sum(part for part in parts if part is not None) == metrics.reading(base, "mrr").value


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("key", [key for key in KEYS if key != "movements"])
def test_a_group_is_what_its_accounts_alone_are(plan: str, key: str, tmp_path: Path) -> None:
    whole = build(tmp_path / "whole", as_of=date(2025, 12, 31), **contracts())
    alone = build(tmp_path / "alone", as_of=date(2025, 12, 31), **contracts((plan,)))
    group = next(item for item in metrics.compute(whole, key, by="plan") if item.scope["group"] == plan)
    found = metrics.reading(alone, key)
    assert (group.value, group.numerator, group.denominator) == (found.value, found.numerator, found.denominator)
    assert group.n == found.n > 0


def test_a_rate_with_a_wide_interval_is_not_stated_of_a_group(tmp_path: Path) -> None:
    rows = [subscription("big", "2024-01-01", 100_000, end="2025-06-01")]
    for n in range(39):
        rows.append(subscription(f"c{n}", "2024-01-01", 100 + n, end="2025-06-01" if n % 4 == 0 else None))
    names = ["big", *(f"c{n}" for n in range(39))]
    accounts = [{"account_id": name, "name": name, "plan": "one"} for name in names]
    base = build(tmp_path, as_of=date(2025, 12, 31), accounts=accounts, subscriptions=rows)
    (group,) = metrics.compute(base, "nrr", by="plan")
    assert group.status == "insufficient" and group.value is not None
    assert metrics.reading(base, "nrr").usable  # the whole base is a census


def test_a_month_by_month_figure_ends_with_todays(base: Portfolio) -> None:
    months = metrics.compute(base, "mrr", by="month")
    assert [item.scope["group"] for item in months] == [f"2025-{month:02d}" for month in range(1, 13)]
    assert months[-1].value == metrics.reading(base, "mrr").value


def test_the_arpa_of_a_group_has_an_interval_and_is_silent_where_one_client_decides_it(tmp_path: Path) -> None:
    accounts, rows = [], []
    for plan in PLANS:
        for n in range(40):
            account = f"{plan}-{n:02d}"
            accounts.append({"account_id": account, "name": account, "plan": plan})
            rows.append(subscription(account, "2025-01-01", 100_000 if (plan, n) == ("Pro", 0) else 100 + n))
    base = build(tmp_path, as_of=date(2025, 12, 31), accounts=accounts, subscriptions=rows)
    basic, pro = metrics.compute(base, "arpa", by="plan")
    assert basic.value == 119.5 and basic.status == "ok" and basic.ci is not None and basic.ci_method is not None
    assert basic.ci[0] < 119.5 < basic.ci[1] and basic.ci[1] - basic.ci[0] < 10
    assert pro.status == "insufficient" and pro.reason is not None and pro.ci is not None
    assert pro.ci[0] < float(pro.value or 0) < pro.ci[1]
    whole = metrics.reading(base, "arpa")
    assert whole.status == "ok" and whole.ci is not None  # the base itself is a census: stated, its interval beside it


def test_the_mean_of_one_client_has_no_interval(tmp_path: Path) -> None:
    base = build(tmp_path, as_of=date(2025, 12, 31), subscriptions=[subscription("a", "2025-01-01", 100)])
    assert metrics.reading(base, "arpa").ci is None
