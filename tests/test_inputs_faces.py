"""The workbook of inputs from the command line, over HTTP and in the chat."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from agent.assistant import Assistant
from agent.planner import planned
from agent.reading.understand import understood
from agent.settings import Settings
from tests.agent_small import small
from tests.conftest import ROOT
from tests.inputs_files import day, rewritten
from tools.portfolio import Portfolio
from tools.text import LANGUAGES, Language
from ui.api.responses import MEDIA
from ui.server import create_app

ASKED = [
    "Какой файл заполнить?", "Чего не хватает, дай форму", "Что нам нужно заполнить?", "Дай шаблон для недостающих данных",
    "Куда вписать окончания договоров?", "Сделай таблицу, которую мне заполнить", "Где таблица, которую надо заполнить?",
    "give me the workbook to fill in", "What do we fill in?", "Is there a template for missing inputs?",
    "Which file should I fill in to get the renewals?",
]  # fmt: skip
NOT_ASKED = [
    "Чего нельзя посчитать по этим файлам и какой файл это исправит?", "Что нельзя посчитать?", "What cannot be computed?",
    "Дай шаблон письма для C3", "Сколько клиентов без обещаний?", "Какой у нас NRR?", "What is our churn?",
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def portfolio(home: Path) -> Portfolio:
    return small(home)


@pytest.fixture(scope="module")
def assistant(home: Path, portfolio: Portfolio) -> Assistant:
    return Assistant.open(Settings(home=home, llm_base_url=None))


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Iterator[TestClient]:
    with TestClient(create_app(assistant, chat=False), raise_server_exceptions=False) as opened:
        yield opened


def run(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`cvm` in a process of its own."""
    environment = {**os.environ, "CVM_HOME": str(home), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "ui.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")


def test_the_command_writes_the_workbook_and_never_over_one_that_is_filled(
    home: Path, portfolio: Portfolio, tmp_path: Path
) -> None:
    path = tmp_path / "my inputs.xlsx"
    arguments = ("inputs", "--data", portfolio.snapshot, "--lang", "en", "--out", str(path))
    done = run(home, *arguments)
    assert done.returncode == 0, done.stderr
    assert f'cvm load "{path}"' in done.stdout and "Contract ends" in done.stdout and "looking" in done.stderr
    empty = path.read_bytes()
    path.write_bytes(rewritten(empty, {}, "en"))
    assert run(home, *arguments).returncode == 0 and path.read_bytes() == empty
    filled = rewritten(empty, {"contract_ends": {("C2", "contract_end"): day("2026-02-01")}}, "en")
    path.write_bytes(filled)
    refused = run(home, *arguments)
    assert refused.returncode == 2 and "load it first" in refused.stderr and path.read_bytes() == filled
    loaded = json.loads(run(home, "load", str(path), "--json", "--lang", "ru").stdout)
    assert loaded["snapshot"] != portfolio.snapshot
    assert "inputs_read" in {problem["code"] for problem in loaded["problems"]}


def test_the_command_says_what_stands_where_as_json(home: Path, portfolio: Portfolio) -> None:
    done = run(home, "inputs", "--data", portfolio.snapshot, "--json", "--lang", "ru")
    document = json.loads(done.stdout)
    assert Path(document["file"]).parent == home / "inputs" and Path(document["file"]).is_file()
    sheets = {sheet["key"]: sheet for sheet in document["sheets"]}
    assert sheets["contract_ends"]["lacking"] == document["clients"] == 12
    assert sheets["contract_ends"]["metrics"] == ["renewals"] and "не считается" in sheets["contract_ends"]["unlocks"]


def test_another_ending_is_refused(assistant: Assistant, portfolio: Portfolio, tmp_path: Path) -> None:
    from tools.errors import UserError

    with pytest.raises(UserError, match=r"\.xlsx"):
        assistant.inputs(portfolio.snapshot, language="en", out=tmp_path / "inputs.csv")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_goes_out_and_comes_back_over_http(
    client: TestClient, portfolio: Portfolio, language: Language
) -> None:
    answer = client.get(f"/v1/portfolios/{portfolio.snapshot}/inputs", headers={"Accept-Language": language})
    assert answer.status_code == 200 and answer.headers["content-type"] == MEDIA["xlsx"]
    assert "attachment" in answer.headers["content-disposition"]
    ends: dict[tuple[str | int, str], Any] = {(f"C{n}", "contract_end"): day("2026-02-01") for n in range(2, 14)}
    back = rewritten(answer.content, {"contract_ends": ends}, language)
    sent = client.post("/v1/portfolios", files=[("files", ("inputs.xlsx", back, MEDIA["xlsx"]))])
    assert sent.status_code == 201, sent.text
    metric = f"/v1/portfolios/{sent.json()['snapshot']}/metrics/renewals"
    assert client.get(metric).json()["readings"][0]["status"] == "ok"
    assert client.get(f"/v1/portfolios/{'0' * 16}/inputs").status_code == 404


@pytest.mark.parametrize("question", ASKED)
def test_a_question_after_a_form_is_answered_with_the_workbook(question: str, portfolio: Portfolio) -> None:
    assert "inputs" in {item["name"] for item in planned(understood(question, portfolio), portfolio, last=[])}


@pytest.mark.parametrize("question", NOT_ASKED)
def test_other_questions_are_not(question: str, portfolio: Portfolio) -> None:
    assert "inputs" not in {item["name"] for item in planned(understood(question, portfolio), portfolio, last=[])}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chat_says_how_many_lack_what_and_where_the_workbook_is(
    assistant: Assistant, portfolio: Portfolio, language: Language
) -> None:
    question = "Чего не хватает, дай форму" if language == "ru" else "give me the workbook to fill in"
    answer = assistant.render_answer(assistant.ask(question, portfolio.snapshot, language=language))
    assert answer["refused"] is None
    assert f"cvm inputs --data {portfolio.snapshot}" in answer["text"]
    assert f"/v1/portfolios/{portfolio.snapshot}/inputs" in answer["text"]
    lacking = {reading["scope"]["kind"]: reading["value"] for reading in answer["readings"]}
    assert lacking["lacking.contract_ends"] == 12 and lacking["lacking.promises"] == 6


def test_what_cannot_be_computed_ends_with_what_can_be_filled_in(assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.render_answer(assistant.ask("Что нельзя посчитать?", portfolio.snapshot))
    assert answer["text"].rstrip(".»").endswith(f"cvm inputs --data {portfolio.snapshot}")
