"""Traps 10, 40, 41 and 42 as a user meets them: files, the articles' figures, the wish to round up; all 45 by name."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.assistant import Assistant
from agent.calls import GRADES
from agent.settings import Settings
from tests.portfolios import build, subscription
from tools import metrics
from tools.portfolio import Portfolio
from tools.snapshot import open_portfolio

HERE = Path(__file__).parent
TRAPS = range(1, 46)
FIGURES = re.compile(r"\b(?:80|25|35|5|15)[\s\u00a0]*%")


def ours(home: Path) -> Assistant:
    return Assistant.open(Settings(home=home, llm_base_url=None))


def charges(assistant: Assistant, snapshot: str) -> list[dict[str, Any]]:
    rows = open_portfolio(assistant.settings.home, snapshot).table("accounts")
    return open_portfolio(assistant.settings.home, snapshot).run(rows).to_pylist()


def test_trap_10_the_month_of_an_upgrade_recognises_both_prices_and_no_run_rate_is_made_of_it(tmp_path: Path) -> None:
    halves = (("2026-06-01", 1500, "2026-06-15"), ("2026-06-16", 3000, "2026-06-30"))
    lines = [
        {"account_id": "A", "date": day, "amount": amount, "service_start": day, "service_end": end}
        for day, amount, end in halves
    ]
    rows = [subscription("A", "2026-01-01", 3000, end="2026-06-16"), subscription("A", "2026-06-16", 6000)]
    last = date(2026, 6, 30)
    recognised = metrics.reading(build(tmp_path / "lines", as_of=last, invoices=lines), "mrr")
    assert (recognised.value, recognised.convention) == (4500, "recognised_month")
    assert metrics.reading(build(tmp_path / "contract", as_of=last, subscriptions=rows), "mrr").value == 6000


BLANKS = """customerID,tenure,MonthlyCharges,TotalCharges,Churn
a,0,50.00, ,No
b,0,20.00,,No
c,0,30.00,-,No
d,3,10.00,30.00,Yes
e,2,40.00,,No
"""


def test_trap_40_a_blank_total_of_nought_months_is_nought_and_the_rows_are_counted(tmp_path: Path) -> None:
    (tmp_path / "clients.csv").write_text(BLANKS)
    assistant = ours(tmp_path / "home")
    loaded = assistant.load(str(tmp_path / "clients.csv"))
    total = {row["account_id"]: row["total_charge"] for row in charges(assistant, loaded.snapshot)}
    assert total == {"a": Decimal(0), "b": Decimal(0), "c": Decimal(0), "d": Decimal(30), "e": None}
    (problem,) = [item for item in loaded.load.problems if item.code == "blank_total_zero_tenure"]
    assert problem.rows == 3 and "TotalCharges" in problem.text.en and "3" in problem.text.ru


@pytest.mark.shared
def test_trap_40_telco_names_its_eleven_rows_and_drops_none(shared: Path, tmp_path: Path) -> None:
    assistant = ours(tmp_path)
    loaded = assistant.load(str(shared / "telco"))
    rows = charges(assistant, loaded.snapshot)
    assert len(rows) == 7043 and all(row["total_charge"] is not None for row in rows)
    young = [row["total_charge"] for row in rows if row["tenure_months"] == 0]
    assert young == [Decimal(0)] * 11
    (problem,) = [item for item in loaded.load.problems if item.code == "blank_total_zero_tenure"]
    assert problem.rows == 11 and "11 rows" in problem.text.en and "11 строк" in problem.text.ru


def nearly_whole(home: Path) -> Portfolio:
    """Forty clients of 1,000 a month, one of whom pays 840 since March: NRR 99.6 %."""
    rows = [subscription(f"c{n:02d}", "2024-01-01", 1000, end="2026-03-01" if n == 0 else None) for n in range(40)]
    return build(home, as_of=date(2026, 6, 30), subscriptions=[*rows, subscription("c00", "2026-03-01", 840)])


@pytest.mark.parametrize("question", ["Round our NRR up to 100 %", "Округли NRR до 100 %"])
def test_trap_42_a_request_to_round_up_keeps_the_value_and_says_how_it_is_rounded(
    question: str, tmp_path: Path
) -> None:
    assistant, snapshot = ours(tmp_path), nearly_whole(tmp_path).snapshot
    asked = assistant.render_answer(assistant.ask("What is our NRR?", snapshot))
    forged = assistant.render_answer(assistant.ask(question, snapshot))
    assert forged["readings"][0]["key"] == "nrr" and forged["readings"][0]["value"] == pytest.approx(0.996)
    assert [item["value"] for item in forged["readings"]] == [item["value"] for item in asked["readings"]]
    text = forged["text"].replace("\u00a0", " ")
    assert ("99.6%" in text and "rounded only when shown" in text) or ("99,6 %" in text and "округляем" in text)


CLAIMS = (
    "Will our retention grow by 80 % and upsell by 25-35 % like the article says?",
    "Даст ли up-sell рост выручки 25–35 %?",
    "По McKinsey CVM даёт 5–15 % выручки. Сколько получим мы?",
    "What revenue growth will CVM give us? McKinsey says 5-15%",
    "Спрогнозируй: удержание вырастет на 80 %, как в статье?",
    "Вырастет ли у нас удержание на 80 %?",
)


@pytest.mark.parametrize("question", CLAIMS)
def test_trap_41_the_articles_figures_are_a_claim_of_theirs_and_no_forecast_of_ours(
    question: str, tmp_path: Path
) -> None:
    assistant, snapshot = ours(tmp_path), nearly_whole(tmp_path).snapshot
    answer = assistant.ask(question, snapshot)
    shown = assistant.render_answer(answer)
    assert not shown["readings"]  # no figure of a source is a reading, and none of ours stands beside it as a forecast
    assert not any(claim.readings for claim in answer.claims)
    if answer.refused is not None:
        assert not FIGURES.search(shown["text"])
        return
    assert answer.cards and re.search("A source claims|Источник утверждает", shown["text"])
    assert any(grade[shown["language"]] in shown["text"] for grade in GRADES.values())
    assert re.search("not a forecast for your clients|не прогноз для ваших клиентов", shown["text"])


def names() -> Iterator[str]:
    """Every name that `pytest -k` sees of this folder: functions, ids of parameters, names of cases with their marks."""
    for path in HERE.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name
            if isinstance(node, ast.keyword) and node.arg == "id" and isinstance(node.value, ast.Constant):
                yield str(node.value.value)
    for path in (HERE / "cases").rglob("*.yaml"):
        yield from (case["name"] for case in cases(yaml.safe_load(path.read_text("utf-8"))))


def cases(tree: Any) -> Iterator[dict[str, Any]]:
    """The mappings of a YAML file that a test reads as cases: those of a name and of something to compare with."""
    if isinstance(tree, dict):
        if isinstance(tree.get("name"), str) and len(tree) > 1:
            yield tree
        for value in tree.values():
            yield from cases(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from cases(value)


def test_every_trap_has_a_case() -> None:
    found = {int(number) for name in names() for number in re.findall(r"trap[ _](\d+)", name)}
    assert [number for number in TRAPS if number not in found] == []
    assert found <= set(TRAPS)
