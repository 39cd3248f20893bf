"""The audit as an interview: answers checked, seven steps told out of them, every figure stated, the files named."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient
from typer.testing import CliRunner

from agent.assistant import Assistant
from agent.results import AuditResult
from agent.settings import Settings
from tools.audit import steps
from tools.document import Audit, Finding
from tools.errors import UserError
from tools.interview.answers import Interview, read
from tools.interview.blank import blank
from tools.interview.form import form
from tools.interview.questions import ABOUT, QUESTIONS, of_step
from tools.interview.steps import interview_step
from tools.policy import Policy
from tools.reading import Reading
from tools.reports.register import audit_readings
from ui.cli import app
from ui.server import create_app

CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "interview.yaml").read_text("utf-8")
)
WHOLE: dict[str, Any] = {
    **{item.key: item.example for item in QUESTIONS if item.kind != "departments"},
    "culture": {"product": 3, "marketing": 2, "support": 4, "sales": 1},
    "currency": "RUB",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return Assistant.open(Settings(home=tmp_path_factory.mktemp("interview"), llm="rules"))


@pytest.fixture(scope="module")
def made(assistant: Assistant) -> AuditResult:
    return assistant.interview(WHOLE, language="ru")


def _told(given: dict[str, Any]) -> tuple[list[Reading], list[Finding]]:
    found = read(given)
    portfolio = blank(found, policy=Policy())
    told = [interview_step(spec, portfolio, found) for spec in steps()]
    return [item for step in told for item in step.readings], [item for step in told for item in step.findings]


def test_two_or_three_questions_a_step_and_about_fifteen_in_all() -> None:
    assert 14 <= len(QUESTIONS) <= 18
    assert all(1 <= len(of_step(spec.key)) <= 4 for spec in steps())
    assert {item.step for item in QUESTIONS} == {spec.key for spec in steps()}


@pytest.mark.parametrize("case", CASES["figures"], ids=[case["name"] for case in CASES["figures"]])
def test_an_answer_gives_its_figure_and_the_findings_of_the_policy(case: dict[str, Any]) -> None:
    readings, findings = _told(case["given"])
    head = next(
        item for item in readings if item.key == case["key"] and item.scope.get("kind") in (None, "at_risk_money")
    )
    assert float(head.value or 0) == pytest.approx(case["value"])
    codes = {item.code for item in findings}
    assert set(case.get("codes", ())) <= codes
    assert not codes & set(case.get("without", ()))


@pytest.mark.parametrize("case", CASES["refused"], ids=[case["name"] for case in CASES["refused"]])
def test_an_answer_that_cannot_be_is_refused_with_a_sentence(case: dict[str, Any]) -> None:
    with pytest.raises(UserError) as refused:
        read({**WHOLE, **case["given"]} if len(case["given"]) > 1 else case["given"])
    assert case["en"] in refused.value.shown("en")
    assert case["ru"] in refused.value.shown("ru")


def test_nothing_answered_is_refused_and_an_empty_answer_is_never_nought() -> None:
    with pytest.raises(UserError):
        read({"currency": "RUB", "clients": "", "culture": {"product": None}})
    readings, findings = _told({"clients": "", "lost": None, "nps": 10})
    assert {item.key for item in readings if item.scope.get("kind") != "target"} == {"nps"}
    assert {item.code for item in findings} == {"nps_detractors"}


def test_answers_are_read_again_from_what_they_are_written_as() -> None:
    found = read(WHOLE)
    assert read(found.written()) == found
    assert read({**WHOLE, "lost": 34}).snapshot != found.snapshot
    assert Interview({}, {}).snapshot != found.snapshot


def test_every_step_is_partial_with_its_files_and_every_figure_is_stated(made: AuditResult) -> None:
    assert [step.key for step in made.audit.steps] == [spec.key for spec in steps()]
    for step in made.audit.steps:
        assert step.status == "partial" and step.reason is not None
        assert all(item.file.ru in step.reason.ru and item.file.en in step.reason.en for item in of_step(step.key))
        for item in step.readings:
            assert item.grade == "stated" and item.ci is None and item.sql is None
            if item.scope.get("kind") != "target":
                assert item.coverage == 0 and item.status == "partial" and item.reason is not None


def test_an_unanswered_step_is_left_out_by_name_with_the_file_it_needs(assistant: Assistant) -> None:
    audit = assistant.interview({"ttv": 45}, language="en").audit
    by_key = {step.key: step for step in audit.steps}
    assert by_key["delivery"].status == "partial"
    for key in set(by_key) - {"delivery"}:
        step = by_key[key]
        assert step.status == "skipped" and step.reason is not None and not step.readings
        assert of_step(key)[0].file.en in step.reason.en
    assert {item.what.en for item in by_key["delivery"].missing} >= {"Adoption of what was sold"}


def test_recommendations_are_whole_and_no_effect_is_invented(made: AuditResult) -> None:
    every = [item for step in made.audit.steps for item in step.recommendations]
    assert len(every) >= 6
    for item in every:
        assert item.action and item.owner and item.tools and item.trend and item.stop_rule and item.effort
        assert item.effect.value is None and item.effect.reason is not None
        assert item.break_even is None or item.break_even.grade == "stated"
    assert len(made.audit.plan) == 5 and len(made.audit.mistakes) == 4
    assert made.audit.summary


def test_the_files_say_that_there_were_no_data(made: AuditResult) -> None:
    page, text = (made.files[kind].read_text("utf-8") for kind in ("html", "md"))
    for written in (page, text):
        assert "только по ответам, без данных" in written
        assert "Чисел из ваших ответов" in written and "Чисел из данных" not in written
    document = json.loads(made.files["json"].read_text("utf-8"))
    assert document["interview"] is True and document["answers"]["lost"] == "33"
    assert document["as_of"] is None


def test_the_same_answers_are_one_run_and_a_finished_one_is_given_again(
    assistant: Assistant, made: AuditResult
) -> None:
    assert assistant.interview_id(WHOLE, language="ru") == made.run
    assert assistant.interview({**WHOLE, "clients": "240 "}, language="ru").run == made.run
    again = assistant.result(made.run)
    assert again is not None and _figures(again.audit) == _figures(made.audit)
    assert assistant.interview_id({**WHOLE, "clients": 241}, language="ru") != made.run


def _figures(audit: Audit) -> list[tuple[str, Any]]:
    return [(item.id, item.value) for item in audit_readings(audit)]


def test_a_run_that_was_cut_off_goes_on(assistant: Assistant) -> None:
    answers = {**WHOLE, "clients": 260}
    first = assistant.interview(answers, language="en")
    assistant.store(first.run).forget("proof")
    assistant.store(first.run).forget("audit")
    assert _figures(assistant.resume(first.run).audit) == _figures(first.audit)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_empty_file_asks_every_question_and_holds_no_answer(language: Any) -> None:
    text = form(language, file="interview.yaml")
    empty = yaml.safe_load(text)
    assert set(empty) == {item.key for item in QUESTIONS} | set(ABOUT)
    assert all(item.text[language] in text and item.file[language] in text for item in QUESTIONS)
    with pytest.raises(UserError):
        read(empty)


def test_from_the_empty_file_to_an_audit_that_is_verified(tmp_path: Path) -> None:
    run = CliRunner()
    file = tmp_path / "answers.yaml"
    assert run.invoke(app, ["interview", "--out", str(file), "--lang", "ru"]).exit_code == 0
    again = run.invoke(app, ["interview", "--out", str(file), "--lang", "ru"])
    assert isinstance(again.exception, UserError) and "уже есть" in again.exception.shown("ru")
    text = file.read_text("utf-8").replace("clients_then:", "clients_then: 220").replace("lost:", "lost: 33")
    file.write_text(text, "utf-8")
    out = tmp_path / "out"
    made = run.invoke(app, ["audit", "--answers", str(file), "--out", str(out), "--lang", "ru", "--for", "ceo"])
    assert made.exit_code == 0, made.output
    for name in ("audit.json", "audit.ceo.html", "audit.ceo.md"):
        assert run.invoke(app, ["verify", str(out / name), "--lang", "ru"]).exit_code == 0
    document = json.loads((out / "audit.json").read_text("utf-8"))
    document["steps"][4]["readings"][0]["value"] += 1
    (out / "audit.json").write_text(json.dumps(document), "utf-8")
    assert run.invoke(app, ["verify", str(out / "audit.json"), "--lang", "ru"]).exit_code == 2


def test_an_audit_of_nothing_says_how_to_begin() -> None:
    told = CliRunner().invoke(app, ["audit", "--lang", "ru"]).exception
    assert isinstance(told, UserError)
    assert "--data" in told.shown("ru") and "cvm interview" in told.shown("ru") and "cvm interview" in told.shown("en")


def test_over_http_it_is_asked_started_and_fetched(assistant: Assistant) -> None:
    with TestClient(create_app(assistant, chat=False)) as client:
        asked = client.get("/v1/interviews/questions", headers={"Accept-Language": "ru"}).json()
        assert [item["key"] for item in asked["questions"]] == [item.key for item in QUESTIONS]
        begun = client.post("/v1/interviews", json={"answers": WHOLE, "language": "ru"})
        assert begun.status_code == 202
        with client.stream("GET", begun.json()["links"]["events"]) as events:
            assert "event: done" in list(events.iter_lines())
        audit = client.get(begun.json()["links"]["self"])
        assert audit.status_code == 200 and audit.json()["interview"] is True
        assert client.get(begun.json()["links"]["html"]).status_code == 200
        wrong = client.post("/v1/interviews", json={"answers": {"clients_then": 20, "lost": 33}, "language": "ru"})
        assert wrong.status_code == 422 and "33" in wrong.json()["detail"]
