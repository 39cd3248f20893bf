"""The audit end to end: steps in order, recommendations whole, and what a model may and may not do to its wording."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agent.assistant import Assistant
from agent.backends import parse_json
from agent.guard import final_scan
from agent.results import AuditResult
from agent.runs import AuditPaused
from agent.settings import Settings
from agent.state import Event
from evals.scripted_llm import ScriptedLLM
from tests.agent_small import small
from tools.document import NoCase
from tools.errors import UnknownName
from tools.reports.register import audit_register
from tools.text import Language

STEPS = ["segments", "delivery", "growth", "personalisation", "retention", "culture", "proof"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def snapshot(home: Path) -> str:
    return small(home).snapshot


def by_rules(home: Path, snapshot: str, language: Language = "ru", **more: Any) -> AuditResult:
    return Assistant.open(Settings(home=home, llm_base_url=None)).audit(snapshot, language=language, **more)


def by_model(
    home: Path,
    snapshot: str,
    script: str,
    tmp_path: Path,
    *,
    seconds: float = 20,
    on_event: Callable[[Event], None] | None = None,
) -> tuple[AuditResult, int]:
    with ScriptedLLM(script) as server:
        settings = Settings(
            home=home, llm_base_url=server.url, llm_model=script, llm_timeout=seconds, llm_api_key=SecretStr("test")
        )
        found = Assistant.open(settings).audit(snapshot, language="ru", out=tmp_path, on_event=on_event)
        return found, len(server.requests)


@pytest.fixture(scope="module")
def rules(home: Path, snapshot: str) -> AuditResult:
    return by_rules(home, snapshot)


def numbers_bound(found: AuditResult) -> None:
    """Nothing outside a span is a digit, and no number word stands that the claims do not hold."""
    register = audit_register(found.audit)
    claims = [*found.audit.summary, *(c for step in found.audit.steps for c in step.claims)]
    claims += [claim for step in found.audit.steps for finding in step.findings for claim in finding.claims]
    own = [claim.text[found.telling.language] for claim in claims]
    own += [slot[found.telling.language] for claim in claims for slot in claim.slots.values() if hasattr(slot, "ru")]
    for section in found.telling.sections.values():
        assert final_scan(register.fill(section.draft, found.telling.language), found.telling.language, own=own) == []


def test_seven_steps_in_order_a_summary_a_plan_and_four_mistakes(rules: AuditResult) -> None:
    assert [step.key for step in rules.audit.steps] == STEPS
    assert rules.audit.summary
    assert [stage.number for stage in rules.audit.plan] == [1, 2, 3, 4, 5]
    assert len(rules.audit.mistakes) == 4
    assert set(rules.telling.sections) == {*STEPS, "summary"}
    assert {name: path.exists() for name, path in rules.files.items()} == {"html": True, "md": True, "json": True}
    numbers_bound(rules)


def test_every_recommendation_names_everything_it_must(rules: AuditResult) -> None:
    advice = [item for step in rules.audit.steps for item in step.recommendations]
    assert advice
    for step in rules.audit.steps:
        assert len(step.recommendations) <= 3
        assert len({item.playbook for item in step.recommendations}) == len(step.recommendations)
    for item in advice:
        assert item.tools and item.metric.key and item.metric.basis and item.why
        assert isinstance(item.case, NoCase) or item.case.source
        assert item.trend.source and item.stop_rule and 1 <= item.stage <= 5
        assert item.effect.value is not None or item.effect.reason is not None
    placed = [index for stage in rules.audit.plan for index in stage.recommendations]
    assert sorted(placed) == list(range(len(advice)))


def test_asked_again_the_stored_run_is_given_and_nothing_runs(home: Path, snapshot: str, rules: AuditResult) -> None:
    before = (home / "runs" / rules.run / "journal.jsonl").read_bytes()
    heard: list[Event] = []
    again = by_rules(home, snapshot, on_event=heard.append)
    assert again.audit == rules.audit and again.telling == rules.telling and again.run == rules.run
    assert (home / "runs" / rules.run / "journal.jsonl").read_bytes() == before
    assert not [event for event in heard if event.kind in ("started", "finished")]


def test_the_result_is_found_by_its_id(home: Path, rules: AuditResult) -> None:
    found = Assistant.open(Settings(home=home, llm_base_url=None)).result(rules.run)
    assert found is not None and found.audit == rules.audit
    assert Assistant.open(Settings(home=home, llm_base_url=None)).result("0" * 16) is None


@pytest.mark.parametrize("script", ["honest", "fenced", "no_schema", "429_once"])
def test_an_honest_model_words_the_audit_in_at_most_three_calls(
    home: Path, snapshot: str, rules: AuditResult, tmp_path: Path, script: str
) -> None:
    found, calls = by_model(home, snapshot, script, tmp_path)
    assert found.run == rules.run and found.audit == rules.audit
    assert found.telling.written_by == "model" and found.telling.notice is None
    assert calls <= 3
    numbers_bound(found)


@pytest.mark.parametrize("script", ["digit", "number_word", "unknown_id", "swap", "html"])
def test_a_lying_model_is_refused_section_by_section(
    home: Path, snapshot: str, rules: AuditResult, tmp_path: Path, script: str
) -> None:
    found, calls = by_model(home, snapshot, script, tmp_path)
    assert calls == 2
    rejected = [
        section for section in found.telling.sections.values() if section.written_by == "rules (draft rejected)"
    ]
    assert rejected and found.telling.notice is None
    if script != "swap":
        assert not [section for section in found.telling.sections.values() if section.written_by == "model"]
        assert {key: s.draft for key, s in found.telling.sections.items()} == {
            key: s.draft for key, s in rules.telling.sections.items()
        }
    numbers_bound(found)
    shown = json.loads(found.files["json"].read_text("utf-8"))
    assert {step["written_by"] for step in shown["steps"]} <= {"rules", "rules (draft rejected)", "model"}


@pytest.mark.parametrize(
    "script", ["hang", "500", "429", "truncated", "empty", "corrupt", "length", "disconnect", "garbage", "trickle"]
)
def test_a_failing_endpoint_leaves_the_rules_text_and_a_notice(
    home: Path, snapshot: str, rules: AuditResult, tmp_path: Path, script: str
) -> None:
    found, calls = by_model(home, snapshot, script, tmp_path, seconds=1.5 if script in ("hang", "trickle") else 20)
    assert calls <= 3
    assert found.audit == rules.audit
    assert {key: s.draft for key, s in found.telling.sections.items()} == {
        key: s.draft for key, s in rules.telling.sections.items()
    }
    assert found.telling.notice is not None and found.telling.notice.ru and found.telling.notice.en


def test_an_endpoint_that_is_down_is_named_and_tried_again_when_asked_again(
    home: Path, snapshot: str, tmp_path: Path
) -> None:
    settings = Settings(
        home=home, llm_base_url="http://127.0.0.1:9/v1", llm_model="down", llm_timeout=5, llm_api_key=SecretStr("x")
    )
    first = Assistant.open(settings).audit(snapshot, language="ru", out=tmp_path)
    assert first.telling.notice is not None
    heard: list[Event] = []
    Assistant.open(settings).audit(snapshot, language="ru", out=tmp_path, on_event=heard.append)
    assert [event.kind for event in heard if event.kind == "wording"] == ["wording"]
    assert not [event for event in heard if event.kind == "started"]


def test_the_culture_questionnaire_pauses_an_interactive_run_once(home: Path, snapshot: str) -> None:
    assistant = Assistant.open(Settings(home=home, llm_base_url=None))
    heard: list[Event] = []
    with pytest.raises(AuditPaused) as paused:
        assistant.audit(snapshot, language="en", interactive=True, on_event=heard.append)
    assert paused.value.step == "culture" and heard[-1].kind == "question"
    scores = {name: [3, 2, 3, 2, 3] for name in ("product", "marketing", "support", "sales")}
    found = assistant.resume(paused.value.run, reply=scores)
    culture = next(step for step in found.audit.steps if step.key == "culture")
    assert culture.status != "skipped"
    finished = [row["step"] for row in assistant.events(found.run) if row["event"] == "finished"]
    assert len(finished) == len(set(finished)) == 9


def test_left_unanswered_the_questionnaire_is_skipped_by_name(home: Path, snapshot: str) -> None:
    assistant = Assistant.open(Settings(home=home, llm_base_url=None))
    with pytest.raises(AuditPaused) as paused:
        assistant.audit(snapshot, language="ru", interactive=True)
    found = assistant.resume(paused.value.run)
    assert next(step for step in found.audit.steps if step.key == "culture").status == "skipped"


def test_steps_not_chosen_are_skipped_by_name(home: Path, snapshot: str) -> None:
    found = by_rules(home, snapshot, steps=["proof"])
    assert [step.key for step in found.audit.steps] == STEPS
    assert all(step.status == "skipped" and step.reason for step in found.audit.steps if step.key != "proof")
    with pytest.raises(UnknownName):
        by_rules(home, snapshot, steps=["prof"])


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '```json\n{"a": 1}\n```',
        '<tool_call>{"a": 1}</tool_call>',
        'Sure! {"a": 1} Bye {',
        '{broken {"a": 1}',
    ],
)
def test_json_is_found_in_what_models_send(text: str) -> None:
    assert parse_json(text) == {"a": 1}


def test_no_json_is_none() -> None:
    assert parse_json("no") is None and parse_json("[1, 2]") is None and parse_json("{" * 5000) is None
