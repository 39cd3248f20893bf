"""Questions to a base: accounts in order, groups, filters, levels, and the lattice of definitions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from tests.portfolios import build, subscription
from tools import metrics
from tools.errors import UnknownName, UserError
from tools.fields import account_readings, account_values, fields, find_field
from tools.filters import parse
from tools.lattice import conclusion, lattice, line_of
from tools.portfolio import Portfolio
from tools.question import UNKNOWN, Question, answer
from tools.ranking import figure, ranked
from tools.reading import Reading, Unit
from tools.roster import roster

DAY = date(2025, 12, 31)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    """Forty accounts: 34 of plan Pro, three of Basic, three without a plan; two pay nothing any more."""
    accounts: list[dict[str, Any]] = []
    paid: list[dict[str, Any]] = []
    for place in range(40):
        account = f"a{place:02}"
        plan = "Pro" if place < 34 else "Basic" if place < 37 else None
        accounts.append({"account_id": account, "name": f"Client {place}", "plan": plan, "seats": place or None})
        end = "2025-06-01" if place in (3, 36) else None
        paid.append(subscription(account, "2024-01-01", 100 if place < 38 else 900, end=end))
    seen = [{"account_id": "a00", "date": str(DAY)}]
    return build(tmp_path_factory.mktemp("base"), as_of=DAY, accounts=accounts, subscriptions=paid, touches=seen)


def ids(readings: list[Reading]) -> list[str]:
    return [reading.scope["account"] for reading in readings]


def test_the_first_are_in_order_and_ties_go_by_id(base: Portfolio) -> None:
    first = answer(base, Question("mrr", top=4))
    assert ids(first) == ["a38", "a39", "a00", "a01"]
    assert [reading.value for reading in first] == [Decimal(900), Decimal(900), Decimal(100), Decimal(100)]
    assert first[0].rows.used == 38 and first[0].rows.left_out == {"no value": 2}
    last = answer(base, Question("mrr", bottom=2))
    assert ids(last) == ["a00", "a01"]


def test_the_first_within_a_filter_say_which(base: Portfolio) -> None:
    found = answer(base, Question("arr", top=3, where=parse("PLAN=pro AND seats > 30")))
    assert ids(found) == ["a31", "a32", "a33"]
    assert found[0].scope == {"account": "a31", "where": "plan = Pro and seats > 30"}
    assert found[0].rows.left_out[UNKNOWN] == 3 + 1  # three clients without a plan, and a00 without seats
    again = answer(base, Question("arr", top=3, where=parse("plan = Pro and (seats>30)")))
    assert [reading.id for reading in again] == [reading.id for reading in found]


def test_a_metric_that_no_client_has_lists_those_that_can_rank(base: Portfolio) -> None:
    with pytest.raises(UserError) as caught:
        answer(base, Question("quick_ratio", top=3))
    assert "mrr" in caught.value.text.en and "chs" in caught.value.text.ru


def test_nothing_known_ranks_nobody(base: Portfolio) -> None:
    (found,) = ranked(base, "value_gap", count=5)
    assert found.value is None and found.reason is not None and found.rows.left_out == {"no value": 40}


def test_aliases_lead_to_the_same_figure() -> None:
    assert figure("здоровье").key == figure("health").key == figure("CHS").key == "chs"
    assert figure("ndr").key == "nrr" and find_field("тариф").key == "plan"


def test_a_filtered_metric_is_that_of_the_accounts_alone(base: Portfolio) -> None:
    (found,) = answer(base, Question("mrr", where=parse("plan = pro")))
    assert found.value == Decimal(3300) and found.n == 33
    assert found.scope["where"] == "plan = Pro"
    assert found.rows.left_out[UNKNOWN] == 3 and "filter_unknown" in found.flags


def test_nobody_matches_gives_a_reason_and_a_hint(base: Portfolio) -> None:
    (found,) = answer(base, Question("mrr", where=parse("plan = Prro")))
    assert found.value is None and found.reason is not None and "there are Pro, Basic" in found.reason.en
    (none,) = answer(base, Question("mrr", where=parse("industry = retail")))
    assert none.reason is not None and "do not say" in none.reason.en


def test_groups_state_thirty_hold_back_few_and_name_a_handful(base: Portfolio) -> None:
    found = {reading.scope["group"]: reading for reading in answer(base, Question("nrr", by="plan"))}
    assert found["Pro"].status == "ok" and found["Pro"].n == 34
    basic = found["Basic"]
    assert basic.value is None and basic.n == 3 and basic.reason is not None
    assert all(name in basic.reason.ru for name in ("Client 34", "Client 35", "Client 36"))
    assert found["—"].value is None and found["—"].n == 3


def test_a_sum_of_few_clients_is_stated(base: Portfolio) -> None:
    found = {reading.scope["group"]: reading for reading in answer(base, Question("mrr", by="plan"))}
    assert found["Basic"].value == Decimal(200) and found["Basic"].status == "ok"


def test_groups_within_a_filter(base: Portfolio) -> None:
    found = answer(base, Question("mrr", by="plan", where=parse("seats >= 32")))
    assert {reading.scope["group"]: reading.value for reading in found} == {
        "Pro": Decimal(200), "Basic": Decimal(200), "—": Decimal(1900),
    }  # fmt: skip
    assert all(reading.scope["where"] == "seats >= 32" for reading in found)


@pytest.mark.parametrize(
    "question",
    [
        Question("mrr", by="plan", top=3),
        Question("mrr", top=3, bottom=3),
        Question("mrr", top=0),
        Question("chs", top=3, convention="contract"),
        Question("mrr", level="planet"),
        Question("mrr", by="shoe_size"),
    ],
)
def test_what_cannot_be_asked_is_refused(question: Question, base: Portfolio) -> None:
    with pytest.raises(UserError):
        answer(base, question)


def test_figures_agree_with_their_metrics(base: Portfolio) -> None:
    assert sum(account_values(base, "mrr").values()) == metrics.reading(base, "mrr").value
    assert sum(account_values(base, "arr").values()) == metrics.reading(base, "arr").value
    kept = account_values(base, "nrr")
    assert kept["a03"] == 0 and kept["a00"] == 1 and "a03" not in account_values(base, "mrr")
    assert account_values(base, "tenure_days")["a00"] == (DAY - date(2024, 1, 1)).days


def test_a_query_is_written_once_when_it_is_read() -> None:
    written: list[str] = []

    def late() -> str:
        written.append("SELECT 1")
        return written[-1]

    reading = Reading("mrr", Unit.COUNT, 1, sql=cast(Any, late))
    assert not written
    assert (reading.sql, reading.sql, replace(reading, n=2).sql) == ("SELECT 1",) * 3 and written == ["SELECT 1"]
    assert Reading("mrr", Unit.COUNT, 1).sql is None


def test_every_figure_of_nothing_is_empty(tmp_path: Path) -> None:
    portfolio = build(tmp_path, accounts=[{"account_id": "a", "name": "a"}])
    for key in account_readings():
        assert dict(account_values(portfolio, key)) == {}, key


def test_no_figure_hides_a_column() -> None:
    assert all(not fields()[key].reading for key in ("plan", "seats", "region", "size", "segment"))


def test_one_way_of_counting_turns_the_conclusion_over(tmp_path: Path) -> None:
    paid = [
        subscription(f"a{place:02}", "2024-01-01", 100, end="2025-06-01" if place < 4 else None) for place in range(40)
    ]
    paid += [subscription("a39", "2025-03-01", 600)]
    portfolio = build(tmp_path, as_of=DAY, subscriptions=paid)
    choices = lattice(portfolio, "nrr")
    flips = {choice.kind or choice.convention: choice.flips for choice in choices}
    head = choices[0].reading
    assert float(head.value or 0) == pytest.approx(1.05) and flips["without_largest"]
    assert not choices[0].flips and not flips["without_indexation"]
    invoiced = next(choice for choice in choices if choice.reading.value is None)
    assert not invoiced.flips  # no invoices: no value, so nothing is turned over
    said = conclusion(portfolio, "nrr", choices)
    assert said is not None and "не ниже 100,0" in said.ru and "ниже — без крупнейшего" in said.ru
    assert "at or above 100.0%" in said.en and "below — without the largest" in said.en


def test_a_metric_without_a_line_has_no_conclusion(base: Portfolio) -> None:
    choices = lattice(base, "mrr")
    assert line_of(base, "mrr") is None and conclusion(base, "mrr", choices) is None
    assert not any(choice.flips for choice in choices) and len(choices) > 1


def test_the_lower_is_better_where_it_is(base: Portfolio) -> None:
    choices = lattice(base, "logo_churn")
    said = conclusion(base, "logo_churn", choices)
    assert said is not None and "не выше 10,0" in said.ru and not any(choice.flips for choice in choices)


def test_a_roster_in_pages(base: Portfolio) -> None:
    first = roster(base, fields=["plan", "mrr"], where=parse("seats > 35"), sort="-mrr", size=2)
    assert [(line.id, line.values["mrr"]) for line in first.lines] == [("a38", Decimal(900)), ("a39", Decimal(900))]
    assert (first.total, first.unknown, first.next) == (4, 1, 2)
    second = roster(base, fields=["plan", "mrr"], where=parse("seats > 35"), sort="-mrr", size=2, start=2)
    assert [(line.id, line.values["mrr"]) for line in second.lines] == [("a37", Decimal(100)), ("a36", None)]
    assert second.next is None
    with pytest.raises(UnknownName):
        roster(base, fields=["planet"])
    with pytest.raises(UserError):
        roster(base, ids=["nobody"])
