"""The workbook of inputs: what it asks for, and what each sheet changes when it comes back."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.generated import EVERYTHING, seeded
from tests.inputs_files import Fills, answered, day, sent
from tests.portfolios import build, subscription
from tools.audit import steps
from tools.inputs.contents import contents
from tools.inputs.filled import filled
from tools.inputs.sheets import SHEETS
from tools.metrics import compute, metrics
from tools.portfolio import Portfolio
from tools.reading import Reading
from tools.snapshot import loaded, open_portfolio, save
from tools.text import LANGUAGES, Language

LAST = "2025-12-31"


def base(home: Path, **more: list[dict[str, Any]]) -> Portfolio:
    """Eight clients on two plans with contracts since 2024 and nothing else known of them."""
    accounts = [
        {"account_id": f"C{n}", "name": f"ООО «Ромашка {n}»", "plan": "Pro" if n < 4 else "Start"} for n in range(8)
    ]
    contracts = [subscription(f"C{n}", "2024-01-01", 1000 + 100 * n, subscription_id=f"S{n}") for n in range(8)]
    return build(
        home, accounts=accounts, subscriptions=contracts,
        invoices=[{"account_id": f"C{n}", "document": f"{n}", "date": LAST, "amount": 1000, "currency": "RUB"} for n in range(8)],
        **more,
    )  # fmt: skip


def head(portfolio: Portfolio, key: str) -> Reading:
    return compute(portfolio, key)[0]


PROMISE = {"goal": "hours saved", "base": 0, "target": 10, "current": 5, "value": 1000}


def row(where: str | int, **cells: Any) -> dict[tuple[str | int, str], Any]:
    return {(where, column): value for column, value in cells.items()}


def test_what_is_known_is_not_asked_for(tmp_path: Path) -> None:
    known = {f"C{n}": day("2024-02-01") for n in range(8)}
    portfolio = base(
        tmp_path,
        milestones=[{"account_id": id, "date": reached, "stage": "first_value"} for id, reached in known.items()],
        culture=[
            {"department": name, "statement": place, "score": 2}
            for name in ("product", "marketing", "support") for place in range(1, 6)
        ],
    )  # fmt: skip
    pages = {page.sheet.key: page for page in contents(portfolio).pages}
    assert set(pages) == {"plan_promises", "promises", "contract_ends", "owners", "costs", "culture"}
    assert {key: page.lacking for key, page in pages.items()} == {
        "plan_promises": 8, "promises": 8, "contract_ends": 8, "owners": 8, "costs": 8, "culture": 1,
    }  # fmt: skip
    assert [row.cells["plan"] for row in pages["plan_promises"].rows] == ["Pro", "Start"]
    assert len(pages["culture"].rows) == 5 and len(pages["costs"].rows) == 9


def test_clients_that_left_stand_on_no_sheet_and_those_with_most_money_come_first(tmp_path: Path) -> None:
    left = subscription("C9", "2024-01-01", 9000, end="2025-03-01", subscription_id="S9")
    portfolio = build(
        tmp_path, subscriptions=[left, *(subscription(f"C{n}", "2024-01-01", 100 * n + 50) for n in range(3))],
        invoices=[{"account_id": "C0", "document": "1", "date": LAST, "amount": 1}],
    )  # fmt: skip
    page = next(page for page in contents(portfolio).pages if page.sheet.key == "contract_ends")
    assert [row.cells["account_id"] for row in page.rows] == ["C2", "C1", "C0"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_workbook_changes_nothing(
    demo: Portfolio, demo_home: Path, tmp_path: Path, language: Language
) -> None:
    load, _ = loaded(demo_home, demo.snapshot)
    made = filled(load, sent(demo, {}, language))
    assert save(made, tmp_path, source="demo") == demo.snapshot
    assert made.control_totals == load.control_totals and made.tables == load.tables
    assert [problem.code for problem in made.problems[len(load.problems) :]] == ["inputs_empty"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_promise_of_the_plan_counts_for_its_clients(tmp_path: Path, language: Language) -> None:
    portfolio = base(tmp_path)
    assert head(portfolio, "vrs").status == "undefined"
    after, load = answered(tmp_path, portfolio, {"plan_promises": row("Pro", **PROMISE)}, language)
    score = head(after, "vrs")
    assert (score.value, score.grade, score.n) == (50.0, "by plan", 4)
    assert head(after, "value_gap").value == 2000
    assert [(item.source, item.loaded) for item in load.control_totals if item.table == "value_goals"] == [(1, 1)]


def test_a_promise_of_the_client_goes_before_that_of_its_plan(tmp_path: Path) -> None:
    fills: Fills = {
        "plan_promises": row("Pro", **PROMISE),
        "promises": row("C1", **{**PROMISE, "current": 10}) | row("C7", **PROMISE, grade="подтверждено клиентом"),
    }
    after, load = answered(tmp_path, base(tmp_path), fills)
    score = head(after, "vrs")
    assert (score.value, score.grade, score.n) == (pytest.approx(60.0), "mixed", 5)
    goals = load.data["value_goals"].to_pylist()
    assert {(goal["account_id"], goal["plan"], goal["grade"]) for goal in goals} == {
        (None, "Pro", None), ("C1", None, "stated"), ("C7", None, "confirmed"),
    }  # fmt: skip
    assert {(goal["source_file"], goal["source_row"] > 3) for goal in goals[1:]} == {
        ("inputs.xlsx » Promises by client", True)
    }


def test_an_outcome_completes_the_promise_on_record(tmp_path: Path) -> None:
    goal = {"account_id": "C1", "goal": "hours", "base": 0.0, "target": 10.0, "value": 500, "grade": "stated"}
    done = {**goal, "account_id": "C2", "current": 10.0}
    portfolio = base(tmp_path, value_goals=[goal, done])
    assert head(portfolio, "vrs").coverage == 0.5
    after, load = answered(tmp_path, portfolio, {"outcomes": row("C1", current=5, grade="measured")})
    assert (head(after, "vrs").value, head(after, "vrs").coverage) == (75.0, 1.0)
    assert [goal["grade"] for goal in load.data["value_goals"].to_pylist()] == ["measured", "stated"]
    assert load.data["value_goals"].num_rows == 2


@pytest.mark.parametrize(("current", "codes"), [(6, {"inputs_twice"}), (5, set())])
def test_a_promise_on_record_written_on_two_sheets_is_one_promise(
    tmp_path: Path, current: int, codes: set[str]
) -> None:
    own, plans = {"account_id": "C1", **PROMISE, "current": None}, {"plan": "Pro", **PROMISE, "current": None}
    restated = {"plan_promises": row("Pro", **PROMISE), "promises": row("C1", **PROMISE)}
    outcomes = row(4, current=current) | row(5, current=current)
    _, load = answered(tmp_path, base(tmp_path, value_goals=[own, plans]), {**restated, "outcomes": outcomes})
    assert {problem.code for problem in load.problems if problem.severity == "warning"} == codes
    assert [goal["current"] for goal in load.data["value_goals"].to_pylist()] == [5, 5]


def test_days_of_first_value_give_the_time_to_value(tmp_path: Path) -> None:
    portfolio = base(tmp_path)
    assert head(portfolio, "ttv").status == "undefined"
    fills: Fills = {"first_value": {(f"C{n}", "first_value"): day("2024-01-21") for n in range(6)}}
    after, _ = answered(tmp_path, portfolio, fills)
    assert head(after, "ttv").value == 20
    more = row("C0", signup_date=day("2024-01-11")) | row("C6", first_value="22 января 2024")
    again, load = answered(tmp_path, after, {"first_value": more})
    reached = {item["account_id"]: item["date"] for item in load.data["milestones"].to_pylist()}
    assert reached == {f"C{n}": day("2024-01-21") for n in range(6)} | {"C6": day("2024-01-22")}
    assert head(again, "ttv").value == 20
    assert load.data["accounts"].to_pylist()[0]["signup_date"] == day("2024-01-11")


def test_contract_ends_give_the_renewals(tmp_path: Path) -> None:
    portfolio = base(tmp_path)
    assert head(portfolio, "renewals").status == "undefined"
    fills: Fills = {
        "contract_ends": row("C1", contract_end=day("2026-01-15"))
        | {(f"C{n}", "contract_end"): "01.12.2026" for n in range(2, 8)}
        | row("C0", contract_end=day("2027-01-01"))
    }
    due, clients = compute(answered(tmp_path, portfolio, fills)[0], "renewals")[:2]
    assert (due.value, due.status, clients.value) == (1100 * 12, "ok", 1)


def test_owners_can_be_grouped_by(tmp_path: Path) -> None:
    from tools.question import Question, answer

    fills: Fills = {"owners": {(f"C{n}", "owner"): "Anna" if n % 2 else "Boris" for n in range(8)}}
    after, _ = answered(tmp_path, base(tmp_path), fills)
    assert {item.scope["group"]: item.value for item in answer(after, Question("mrr", by="owner"))} == {
        "Anna": 1100 + 1300 + 1500 + 1700, "Boris": 1000 + 1200 + 1400 + 1600,
    }  # fmt: skip


def test_the_first_row_of_costs_stands_for_every_client_whose_own_is_empty(tmp_path: Path) -> None:
    portfolio = base(tmp_path)
    fills: Fills = {"costs": row("*", margin=0.5, acquisition_cost=6000) | row("C7", margin="80 %")}
    after, load = answered(tmp_path, portfolio, fills)
    rows = {item["account_id"]: item for item in load.data["accounts"].to_pylist()}
    assert {rows[f"C{n}"]["margin"] for n in range(7)} == {0.5} and rows["C7"]["margin"] == 0.8
    assert {item["acquisition_cost"] for item in rows.values()} == {Decimal(6000)}
    assert head(portfolio, "cac_payback").status == "undefined"
    assert head(after, "cac_payback").value is not None


def test_culture_answers_make_the_score_and_the_step(tmp_path: Path) -> None:
    portfolio = base(tmp_path)
    assert head(portfolio, "culture").status == "undefined"
    fills: Fills = {"culture": {(4 + place, "score"): 3 for place in range(20)} | row(4, artefact="wiki")}
    after, _ = answered(tmp_path, portfolio, fills, "ru")
    assert (head(after, "culture").value, head(after, "culture").status) == (75.0, "ok")


def test_steps_of_the_audit_that_were_left_out_are_done(tmp_path: Path) -> None:
    portfolio = base(tmp_path)
    fills: Fills = {
        "plan_promises": row("Pro", **PROMISE) | row("Start", **PROMISE),
        "first_value": {(f"C{n}", "first_value"): day("2024-02-01") for n in range(8)},
        "contract_ends": {(f"C{n}", "contract_end"): day("2026-06-30") for n in range(8)},
        "culture": {(4 + place, "score"): 2 for place in range(20)},
    }
    after, _ = answered(tmp_path, portfolio, fills)
    before, now = ({spec.key: spec.run(held, {}) for spec in steps()} for held in (portfolio, after))
    assert (before["proof"].status, now["proof"].status) == ("partial", "done")
    assert (before["culture"].status, now["culture"].status) == ("skipped", "done")
    lacked = {key: {item.what.en for item in made["retention"].missing} for key, made in (("was", before), ("is", now))}
    assert "Renewals due" in lacked["was"] - lacked["is"]


def test_a_filled_cell_changes_its_own_figures_only(tmp_path: Path) -> None:
    portfolio = base(tmp_path)
    after, _ = answered(tmp_path, portfolio, {"contract_ends": row("C1", contract_end=day("2026-01-15"))})
    for key in sorted(set(metrics()) - {"renewals", "chs", "segments"}):
        was, now = compute(portfolio, key), compute(after, key)
        assert [(item.scope, item.value, item.status) for item in was] == [
            (item.scope, item.value, item.status) for item in now
        ], key
    assert head(after, "renewals").value == 1100 * 12


def test_the_same_workbook_loaded_again_changes_nothing(tmp_path: Path) -> None:
    portfolio = base(tmp_path, value_goals=[{"account_id": "C5", "goal": "x", "base": 0.0, "target": 1.0}])
    fills: Fills = {
        "plan_promises": row("Pro", **PROMISE),
        "promises": row("C1", **PROMISE),
        "outcomes": row("C5", current=0.5, value=10),
        "first_value": row("C1", first_value=day("2024-03-01")),
        "contract_ends": row("C1", contract_end=day("2026-01-15")),
        "costs": row("*", margin=0.5),
        "culture": row(4, score=3) | row(5, score=1),
    }
    forms = sent(portfolio, fills)
    once = filled(loaded(tmp_path, portfolio.snapshot)[0], forms)
    snapshot = save(once, tmp_path, source="once")
    assert snapshot != portfolio.snapshot
    twice = filled(loaded(tmp_path, snapshot)[0], forms)
    assert save(twice, tmp_path, source="twice") == snapshot
    assert twice.control_totals == once.control_totals


def test_two_respondents_of_one_department_are_both_heard(tmp_path: Path) -> None:
    portfolio = base(tmp_path)
    extra = {(24 + place, column): value for place in range(2) for column, value in
             (("department", "Продукт"), ("statement", 1), ("score", place))}  # fmt: skip
    _, load = answered(tmp_path, portfolio, {"culture": row(4, score=4) | extra}, "ru")
    assert [(item["department"], item["score"]) for item in load.data["culture"].to_pylist()] == [
        ("product", 4), ("product", 0), ("product", 1),
    ]  # fmt: skip


MAKERS: dict[str, Callable[[int], Any]] = {
    "goal": lambda n: f"one more goal {n}", "unit": lambda n: "%", "base": lambda n: n, "target": lambda n: n + 10.5,
    "current": lambda n: n + 1, "value": lambda n: 1000 + n, "due": lambda n: date(2026, 12, 1 + n % 28),
    "grade": lambda n: "measured", "signup_date": lambda n: date(2024, 1, 1 + n % 28),
    "first_value": lambda n: date(2025, 1, 1 + n % 28), "contract_end": lambda n: date(2039, 1, 1 + n % 28),
    "owner": lambda n: f"owner {n % 3}", "margin": lambda n: 0.25, "acquisition_cost": lambda n: 10 + n,
    "service_cost": lambda n: 5 + n, "score": lambda n: n % 5, "artefact": lambda n: f"link {n}",
}  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_a_portfolio_made_by_chance_goes_out_and_comes_back(seed: int, tmp_path: Path) -> None:
    goes_and_comes(seed, tmp_path)


@pytest.mark.soak
def test_two_hundred_portfolios_made_by_chance_go_out_and_come_back(tmp_path: Path) -> None:
    for seed in range(4, 204):
        goes_and_comes(seed, tmp_path / str(seed))


def goes_and_comes(seed: int, tmp_path: Path) -> None:
    """An empty workbook changes nothing; a full one is read without a warning and leaves nothing to ask for."""
    portfolio = build(tmp_path, **seeded(seed, EVERYTHING))
    book = contents(portfolio)
    load, _ = loaded(tmp_path, portfolio.snapshot)
    assert save(filled(load, sent(portfolio, {})), tmp_path, source="same") == portfolio.snapshot
    fills: Fills = {
        page.sheet.key: {
            (4 + place, field.key): MAKERS[field.key](place)
            for place in range(len(page.rows))
            for field in page.sheet.asked
        }
        for page in book.pages
    }
    made = filled(load, sent(portfolio, fills))
    assert not [problem for problem in made.problems if problem.severity == "warning"], made.problems
    after = open_portfolio(tmp_path, save(made, tmp_path, source="filled"))
    assert contents(after).pages == (), "nothing is lacking once everything is filled in"


def test_every_sheet_names_metrics_and_steps_that_exist() -> None:
    known = {spec.key for spec in steps()}
    assert all(set(sheet.metrics) <= set(metrics()) and set(sheet.steps) <= known for sheet in SHEETS)
    assert all(len(sheet.title[language]) <= 31 for sheet in SHEETS for language in LANGUAGES)
