"""Shares of parts in the whole, the share of the largest, orders of a period that is over, renewals of days ahead: over the demo."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from agent.assistant import Assistant
from agent.settings import Settings
from tools.filters import parse
from tools.portfolio import Portfolio
from tools.question import Question, answer
from tools.reading import Reading, Unit, Window
from tools.shares import share


@pytest.fixture(scope="module")
def assistant(demo_home: Path) -> Assistant:
    return Assistant.open(Settings(home=demo_home, llm_base_url=None))


@pytest.fixture(scope="module")
def base(assistant: Assistant, demo_snapshot: str) -> Portfolio:
    return assistant.portfolio(demo_snapshot)


def stated(assistant: Assistant, snapshot: str, question: str) -> Iterator[Reading]:
    answered = assistant.ask(question, snapshot)
    yield from (slot for claim in answered.claims for slot in claim.slots.values() if isinstance(slot, Reading))


def test_shares_of_all_groups_make_the_whole(assistant: Assistant, base: Portfolio) -> None:
    found = [item for item in stated(assistant, base.snapshot, "share of MRR by plan") if item.unit is Unit.RATIO]
    whole = answer(base, Question("mrr"))[0].value
    assert len(found) == 3
    assert sum(Decimal(str(item.numerator)) for item in found) == whole
    assert sum(float(item.value or 0) for item in found) == pytest.approx(1)
    assert {item.denominator for item in found} == {whole}


def test_a_part_is_divided_by_all(assistant: Assistant, base: Portfolio) -> None:
    found = next(
        item for item in stated(assistant, base.snapshot, "Какую долю MRR даёт тариф Про?") if item.unit is Unit.RATIO
    )
    part = answer(base, Question("mrr", where=parse("plan = Про")))[0].value
    whole = answer(base, Question("mrr"))[0].value
    assert part is not None and whole is not None
    assert found.value == pytest.approx(float(part) / float(whole))


def test_a_mean_and_another_day_have_no_share(base: Portfolio) -> None:
    mrr, mean = answer(base, Question("mrr"))[0], answer(base, Question("arpa"))[0]
    assert share(mean, mean) is None
    earlier = answer(base.earlier(date(2025, 12, 31)), Question("mrr"))[0]
    assert share(mrr, earlier) is None


@pytest.mark.parametrize("count", [1, 3, 7])
def test_the_largest_together(base: Portfolio, count: int) -> None:
    ranked = answer(base, Question("mrr", top=count))
    whole = answer(base, Question("mrr"))[0].value
    found = answer(base, Question("concentration", top=count))
    assert whole is not None and len(found) == 1 and found[0].scope["kind"] == f"top_{count}"
    assert found[0].value == pytest.approx(sum(float(item.value or 0) for item in ranked) / float(whole), abs=0.02)


def test_clients_in_order_of_a_year_that_is_over(assistant: Assistant, base: Portfolio) -> None:
    found = list(stated(assistant, base.snapshot, "Top 3 clients by revenue in 2025"))
    lines = base.table("invoices")
    of_year = lines.filter(lines.date >= date(2025, 1, 1), lines.date < date(2026, 1, 1))
    sums = base.run(of_year.group_by("account_id").agg(money=of_year.amount.sum())).to_pylist()
    money = {row["account_id"]: row["money"] for row in sums}
    assert [item.scope["account"] for item in found] == sorted(money, key=lambda id: (-money[id], id))[:3]
    assert [item.value for item in found] == sorted(money.values(), reverse=True)[:3]


def test_a_filter_beside_an_order_by_a_figure_that_is_no_metric(base: Portfolio) -> None:
    found = answer(base, Question("mrr_change", where=parse("region = Москва"), top=3))
    assert found and all(item.usable for item in found)


def test_renewals_of_two_stretches_ahead_make_those_of_both(base: Portfolio) -> None:
    july, august, both = (
        answer(base, Question("renewals", Window(start, end)))[:2]
        for start, end in (
            (date(2026, 7, 1), date(2026, 8, 1)),
            (date(2026, 8, 1), date(2026, 9, 1)),
            (date(2026, 7, 1), date(2026, 9, 1)),
        )
    )
    assert all(item.value for item in (*july, *august))
    assert [float(one.value or 0) + float(two.value or 0) for one, two in zip(july, august, strict=True)] == [
        float(item.value or 0) for item in both
    ]


def test_whose_contract_ends_is_told_by_name(assistant: Assistant, base: Portfolio) -> None:
    found = list(stated(assistant, base.snapshot, "Which contracts end in July?"))
    count = next(item.value for item in found if item.scope.get("kind") == "clients")
    assert count == len({item.scope["account"] for item in found if "account" in item.scope})
