"""The filter language: how filters are read, typed and told apart from faults, and which accounts match."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.portfolios import build, subscription
from tools.fields import plain
from tools.filters import (
    Among,
    And,
    BadFilter,
    Compare,
    Condition,
    Filter,
    Known,
    Not,
    Or,
    conjuncts,
    matching,
    parse,
    select,
)
from tools.filters_parse import among, both, either
from tools.portfolio import Portfolio

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "filters.yaml").read_text("utf-8"))
DAY = date(2025, 12, 31)
ROWS: list[dict[str, Any]] = [
    {"account_id": "A", "plan": "pro", "seats": 10, "margin": 0.3, "signup_date": "2024-05-01", "churned": False},
    {"account_id": "B", "plan": "Pro", "seats": 20, "margin": 0.5, "signup_date": "2025-02-01", "churned": False},
    {"account_id": "C", "plan": "Basic", "name": "Ёлка", "signup_date": "2025-06-01", "churned": False},
    {"account_id": "D", "seats": 5, "churned": True, "region": "Москва"},
    {"account_id": "E", "plan": "Про Плюс", "seats": 7, "region": "Санкт-Петербург", "signup_date": "2023-12-31"},
]
PAID = {"A": Decimal(100), "B": Decimal("2500000.50"), "C": Decimal(50), "E": Decimal(1_000_000)}
STARTS = {"A": "2024-05-01", "B": "2025-02-01", "C": "2025-06-01", "E": "2024-01-01"}


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    """Five accounts with holes in their columns."""
    accounts = [{"name": row["account_id"], **row} for row in ROWS]
    paid = [subscription(account, STARTS[account], amount) for account, amount in PAID.items()]  # type: ignore[arg-type]
    return build(tmp_path_factory.mktemp("little"), as_of=DAY, accounts=accounts, subscriptions=paid)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES if "canonical" in case])
def test_reading(case: dict[str, Any], little: Portfolio) -> None:
    found = parse(case["text"])
    assert str(found) == case["canonical"]
    assert parse(str(found)) == found
    if "ids" in case:
        assert list(matching(little, found)) == case["ids"]
    if "unknown" in case:
        assert select(little, found).unknown == case["unknown"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES if "error" in case])
def test_fault(case: dict[str, Any]) -> None:
    with pytest.raises(BadFilter) as caught:
        parse(case["text"])
    assert case["error"] in caught.value.text.en
    assert case.get("ru", "") in caught.value.text.ru
    assert caught.value.position == case["at"]
    if "near" in case:
        assert case["near"] in caught.value.near


def test_depth_and_length_have_an_end() -> None:
    for text in ("(" * 5000, "not " * 900 + "plan = a", "not " * 100 + "plan = a", "(" * 100 + "plan = a" + ")" * 100):
        with pytest.raises(BadFilter):
            parse(text)


def test_a_part_of_the_base_is_filtered_within(little: Portfolio) -> None:
    where = parse("seats >= 7")
    part = little.narrowed(select(little, where).narrow(where))
    assert matching(part, parse("plan = pro")) == ("A", "B") and matching(part, parse("plan != pro")) == ("E",)
    assert matching(part, parse("mrr > 200")) == ("B", "E")


words = st.text(min_size=1, max_size=12).map(plain).filter(bool)
numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3).map(
    lambda number: number.normalize() + 0
)
days = st.dates(date(2023, 1, 1), date(2026, 1, 1))
signs = st.sampled_from(("=", "!=", "<", "<=", ">", ">="))
equal = st.sampled_from(("=", "!="))
TEXTS, NUMBERS = st.sampled_from(("plan", "region")), st.sampled_from(("seats", "margin", "mrr"))
known_words = st.sampled_from(("pro", "basic", "москва", "про плюс"))
known_numbers = st.sampled_from([Decimal(value) for value in ("5", "7", "10", "0.3", "0.5", "50", "100", "1000000")])


def conditions(texts: st.SearchStrategy[str], figures: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Condition]:
    """Any condition over some columns of every type and an account reading."""
    plain_ones = st.one_of(
        st.builds(Compare, TEXTS, equal, texts),
        st.builds(Compare, NUMBERS, signs, figures),
        st.builds(Compare, st.just("signup_date"), signs, days),
        st.builds(Compare, st.just("churned"), equal, st.booleans()),
        st.builds(among, TEXTS, st.lists(texts, min_size=1, max_size=3), negated=st.booleans()),
        st.builds(among, NUMBERS, st.lists(figures, min_size=1, max_size=3), negated=st.booleans()),
        st.builds(Known, st.sampled_from(("plan", "seats", "mrr", "signup_date")), st.booleans()),
    )
    return st.recursive(
        plain_ones,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.lists(inner, min_size=2, max_size=3).map(both),
            st.lists(inner, min_size=2, max_size=3).map(either),
        ),
        max_leaves=6,
    )


@settings(max_examples=300, deadline=None, derandomize=True)
@given(condition=conditions(words, numbers))
def test_what_is_written_is_read_again(condition: Condition) -> None:
    assert parse(str(Filter(condition))) == Filter(condition)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(condition=conditions(known_words, known_numbers))
def test_matching_is_what_a_look_at_each_row_gives(condition: Condition, little: Portfolio) -> None:
    truths = {row["account_id"]: holds(condition, row) for row in ROWS}
    found = select(little, Filter(condition))
    assert list(found.ids) == [account for account, truth in truths.items() if truth is True]
    assert found.unknown == sum(truth is None for truth in truths.values()) and found.of == len(ROWS)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(condition=conditions(known_words, known_numbers))
def test_a_filter_its_opposite_and_the_unknown_part_the_base(condition: Condition, little: Portfolio) -> None:
    yes, no = select(little, Filter(condition)), select(little, Filter(Not(condition)))
    assert not set(yes.ids) & set(no.ids)
    assert len(yes.ids) + len(no.ids) + yes.unknown == yes.of and yes.unknown == no.unknown


def holds(condition: Condition, row: dict[str, Any]) -> bool | None:
    """The truth of a condition for one account, by the book; None is unknown."""
    if isinstance(condition, And | Or):
        truths = [holds(part, row) for part in condition.parts]
        decisive = isinstance(condition, Or)
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive
    if isinstance(condition, Not):
        truth = holds(condition.part, row)
        return None if truth is None else not truth
    value = cell(condition.field, row)
    if isinstance(condition, Known):
        return (value is not None) == condition.known
    if value is None:
        return None
    if isinstance(condition, Among):
        return (value in condition.values) != condition.negated
    wanted: Any = condition.value
    return {
        "=": value == wanted, "!=": value != wanted, "<": value < wanted, "<=": value <= wanted,
        ">": value > wanted, ">=": value >= wanted,
    }[condition.sign]  # fmt: skip


def cell(field: str, row: dict[str, Any]) -> Any:
    if field == "mrr":
        return PAID.get(row["account_id"])
    value = row.get(field)
    if value is None:
        return None
    if field == "signup_date":
        return date.fromisoformat(value)
    return Decimal(str(value)) if field in ("seats", "margin") else value if field == "churned" else value.lower()


def test_a_filter_comes_apart_into_what_must_all_hold() -> None:
    text = 'industry = "Food and Drink" and (plan = Pro or plan = Start) and chs < 50'
    parts = conjuncts(text)
    assert len(parts) == 3 and str(parse(" and ".join(parts))) == str(parse(text))
    assert conjuncts("") == [] and conjuncts("chs < 50") == ["chs < 50"]
