"""Losses by groups that a departure changes: those of the opening day, or a reason; never today's survivors."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.portfolios import in_memory, subscription
from tools import metrics
from tools.engine import DuckDB
from tools.filters import parse
from tools.portfolio import Portfolio
from tools.question import Question, answer
from tools.reading import Reading, Window

DAY = date(2026, 6, 30)


@pytest.fixture
def base() -> Iterator[Portfolio]:
    """A hundred clients a year ago, of which twenty left; thirty more came since."""
    rows: list[dict[str, Any]] = []
    for n in range(100):
        end = f"2026-{1 + n % 6:02d}-15" if n % 5 == 0 else None
        rows.append(subscription(f"c{n:02d}", "2024-01-01", 50 + n, end=end))
    rows += [subscription(f"n{n:02d}", "2026-02-01", 100) for n in range(30)]
    names = [f"c{n:02d}" for n in range(100)]
    accounts = [
        {"account_id": name, "name": name, "region": "Урал" if n % 2 else "Москва", "churned": n % 5 == 0}
        for n, name in enumerate(names)
    ]
    portfolio = in_memory(as_of=DAY, subscriptions=rows, accounts=accounts)
    yield portfolio
    assert isinstance(portfolio.engine, DuckDB)
    portfolio.engine.connection.close()


def known(found: list[Reading]) -> list[Reading]:
    return [item for item in found if item.value is not None]


@pytest.mark.parametrize("by", ["segment", "value"])
def test_the_lifetime_of_a_segment_rests_on_those_who_were_in_it_when_the_year_began(base: Portfolio, by: str) -> None:
    (churn,) = known(metrics.compute(base, "logo_churn", by=by))
    (found,) = known(metrics.compute(base, "ltv", by=by))
    assert churn.value == 0.2 and found.status == "ok" and found.n == churn.n == 100
    assert "segment_at_opening" in found.flags and found.scope["group"] == churn.scope["group"]
    assert found.ci is not None and found.ci[0] < float(found.value or 0) < found.ci[1]


def test_quarters_of_worth_are_those_of_the_opening_as_well(base: Portfolio) -> None:
    churn = known(metrics.compute(base, "logo_churn", by="size"))
    assert [(item.value, item.n) for item in churn] == [(0.2, 25)] * 4
    assert [item.n for item in known(metrics.compute(base, "ltv", by="size"))] == [25] * 4


@pytest.mark.parametrize("by", ["segment", "size"])
@pytest.mark.parametrize("key", ["quick_ratio", "movements"])
def test_gains_beside_losses_have_a_reason_instead(base: Portfolio, key: str, by: str) -> None:
    (found,) = metrics.compute(base, key, by=by)
    assert found.value is None and found.reason is not None and "только оставшиеся" in found.reason.ru


@pytest.mark.parametrize("convention", ["simple_recent", "sbg", "survival", "markov"])
def test_a_lifetime_of_months_of_its_own_has_a_reason_by_segment(base: Portfolio, convention: str) -> None:
    (found,) = metrics.compute(base, "ltv", by="segment", convention=convention)
    assert found.value is None and found.reason is not None and "другие месяцы" in found.reason.ru


def test_a_group_that_nobody_leaves_by_departing_is_that_of_today(base: Portfolio) -> None:
    for key in ("ltv", "quick_ratio", "logo_churn"):
        found = metrics.compute(base, key, by="region")
        assert {item.scope["group"] for item in found} == {"Москва", "Урал", "—"}
        assert all("segment_at_opening" not in item.flags for item in found)
        assert len(known(found)) == 2


def asked(base: Portfolio, key: str, where: str, by: str | None = None) -> list[Reading]:
    return answer(base, Question(key, where=parse(where), by=by))


def test_a_filter_by_what_a_departure_changes_chooses_before_the_period(base: Portfolio) -> None:
    (churn, *_) = asked(base, "logo_churn", "mrr > 90")
    assert (churn.value, churn.n) == (pytest.approx(11 / 59), 59)  # of c41 to c99, those of c45, c50 … c95
    assert "segment_at_opening" in churn.flags
    group = known(metrics.compute(base, "logo_churn", by="segment"))[0]
    (same, *_) = asked(base, "logo_churn", f"segment = {group.scope['group']}")
    assert (same.value, same.n, same.ci) == (group.value, group.n, group.ci)


def test_a_filter_by_what_stays_chooses_among_all_of_today(base: Portfolio) -> None:
    (churn, *_) = asked(base, "logo_churn", "region = Урал")
    assert churn.n == 50 and "segment_at_opening" not in churn.flags


def test_a_filter_of_each_month_chooses_before_the_month(base: Portfolio) -> None:
    months = {item.scope["group"]: item for item in asked(base, "logo_churn", "mrr > 90", by="month")}
    assert months["2026-06"].n == 80 and months["2026-06"].value == 2 / 80  # c65 and c95, of 50 left and 30 that came
    assert months["2025-12"].value == 0 and months["2025-12"].n == 59
    quarters = {item.scope["group"]: item for item in asked(base, "logo_churn", "mrr > 90", by="quarter")}
    assert quarters["2026-Q1"].n == 59 and quarters["2026-Q1"].numerator == 6  # c50, c55, c60, c80, c85, c90


def test_gains_beside_losses_have_a_reason_inside_such_a_filter(base: Portfolio) -> None:
    (found,) = asked(base, "quick_ratio", "mrr > 90")
    assert found.value is None and found.reason is not None and "только оставшиеся" in found.reason.ru
    assert asked(base, "mrr", "mrr > 90")[0].value is not None


def test_what_was_not_known_before_the_period_is_said(base: Portfolio) -> None:
    (found,) = asked(base, "logo_churn", "silence > 30")
    assert found.value is None and found.reason is not None and "накануне периода" in found.reason.ru


@pytest.mark.parametrize("key", ["logo_churn", "nrr", "ltv", "quick_ratio"])
def test_a_column_that_says_who_left_has_a_reason_instead(base: Portfolio, key: str) -> None:
    (inside,) = asked(base, key, "churned = false")
    assert inside.value is None and inside.reason is not None and "сегодня" in inside.reason.ru


def test_campaigns_have_a_reason_inside_such_a_filter(base: Portfolio) -> None:
    (found,) = asked(base, "campaign_effect", "mrr > 90")
    assert found.value is None and found.reason is not None and "свой день начала" in found.reason.ru


@pytest.mark.parametrize("by", [None, "month", "region"])
@pytest.mark.parametrize("where", [None, "mrr > 90"])
def test_a_period_that_has_not_begun_has_no_figure(base: Portfolio, by: str | None, where: str | None) -> None:
    ahead = Window(date(2030, 1, 1), date(2030, 3, 1))
    for key in ("nrr", "mrr", "logo_churn"):
        found = answer(base, Question(key, ahead, by, parse(where) if where else None))
        assert found and all(item.value is None and item.reason is not None for item in found), key
