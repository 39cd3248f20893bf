"""What is lost is judged as what is kept, and a variant of a figure that is withheld is withheld too."""

from datetime import date
from pathlib import Path

import pytest

from tests.portfolios import build, subscription
from tools import metrics
from tools.narrow import Narrow
from tools.portfolio import Portfolio
from tools.reading import Reading


def plans(home: Path) -> Portfolio:
    """Forty clients a plan: of Lopsided one pays as much as half of the rest and left; Even loses a tenth of each."""
    accounts, rows = [], []
    for plan in ("Even", "Lopsided"):
        for n in range(40):
            account = f"{plan}-{n:02d}"
            accounts.append({"account_id": account, "name": account, "plan": plan})
            giant = plan == "Lopsided" and n == 0
            kept = 0 if giant else 900 if plan == "Even" else 1000 + n
            rows.append(subscription(account, "2024-03-01", 39_000 if giant else 1000, end="2025-06-15"))
            rows += [subscription(account, "2025-06-15", kept)] if kept else []
    return build(home, as_of=date(2025, 12, 31), accounts=accounts, subscriptions=rows)


@pytest.fixture
def base(tmp_path: Path) -> Portfolio:
    return plans(tmp_path)


def of_plan(base: Portfolio, key: str, plan: str, convention: str | None = None) -> Reading:
    found = metrics.compute(base, key, by="plan", convention=convention)
    return next(item for item in found if item.scope["group"] == plan)


@pytest.mark.parametrize(("plan", "status"), [("Lopsided", "insufficient"), ("Even", "ok")])
def test_churn_of_money_of_a_group_is_withheld_with_its_complement(base: Portfolio, plan: str, status: str) -> None:
    kept, lost = of_plan(base, "grr", plan), of_plan(base, "money_churn", plan)
    assert kept.status == lost.status == status and (lost.reason is None) == (status == "ok")
    assert kept.ci is not None and lost.ci == pytest.approx((1 - kept.ci[1], 1 - kept.ci[0]))
    assert float(lost.value or 0) == pytest.approx(1 - float(kept.value or 0)) and lost.ci_method == kept.ci_method
    assert lost.numerator is not None and kept.numerator is not None and lost.denominator == kept.denominator
    assert float(lost.numerator) + float(kept.numerator) == float(kept.denominator or 0)


def test_churn_of_money_of_the_whole_base_is_a_census_with_its_interval(base: Portfolio) -> None:
    gross, net = metrics.compute(base, "money_churn")
    kept, grown = metrics.reading(base, "grr"), metrics.reading(base, "nrr")
    for lost, of in ((gross, kept), (net, grown)):
        assert lost.status == "ok" and of.ci is not None
        assert lost.ci == pytest.approx((1 - of.ci[1], 1 - of.ci[0]))


def test_a_small_loss_is_not_stated_where_the_interval_says_nothing_of_it(tmp_path: Path) -> None:
    accounts = [{"account_id": f"{plan}{n:02d}", "name": "x", "plan": plan} for plan in "ab" for n in range(40)]
    rows = [
        subscription(row["account_id"], "2024-12-31", 1000, end="2025-06-15" if row["account_id"] == "a00" else None)
        for row in accounts
    ]
    base = build(tmp_path, as_of=date(2025, 12, 31), accounts=accounts, subscriptions=rows)
    assert of_plan(base, "grr", "a").status == "ok" and of_plan(base, "money_churn", "a").status == "insufficient"
    assert of_plan(base, "money_churn", "b").status == "ok" and of_plan(base, "money_churn", "b").value == 0


def narrowed(base: Portfolio, plan: str) -> Portfolio:
    return base.narrowed(Narrow("plan", plan, tuple(f"{plan}-{n:02d}" for n in range(40))))


def test_variants_of_a_withheld_retention_are_withheld(base: Portfolio) -> None:
    part = narrowed(base, "Lopsided")
    found = {item.scope.get("kind", ""): item for item in metrics.compute(part, "nrr")}
    assert found[""].status == "insufficient"
    for kind in ("without_largest", "without_indexation"):
        assert found[kind].value is not None and found[kind].status == "insufficient", kind
        assert found[kind].reason == found[""].reason, kind
    for key, convention in (("nrr", "chartmogul"), ("nrr", "chained_monthly"), ("money_churn", "chartmogul")):
        other = metrics.compute(part, key, convention=convention)[0]
        assert other.value is not None and other.status == "insufficient", (key, convention)


def test_variants_of_a_stated_retention_are_stated(base: Portfolio) -> None:
    for portfolio in (base, narrowed(base, "Even")):
        assert {item.status for item in metrics.compute(portfolio, "nrr")} == {"ok"}
        assert metrics.compute(portfolio, "nrr", convention="chartmogul")[0].status == "ok"
