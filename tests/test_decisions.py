"""Decisions out of a message: what decides, what is a question, in both languages."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.decisions import Decision, decision_of, how_to, language_of
from tools.document import Pending

OPTIONS = {
    "letter": ("approve", "edit", "reject"),
    "report": ("approve", "reject"),
    "questions": ("answer", "skip"),
}
CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases" / "decisions.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[f"{case['say']} {case.get('waiting', True)}" for case in CASES])
def test_decision(case: dict[str, Any]) -> None:
    options = OPTIONS[case.get("kind", "letter")]
    found = decision_of(case["say"], options, waiting=case.get("waiting", True))
    wanted = Decision(case["is"], case.get("text", "")) if case["is"] else None
    assert found == wanted


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("kind", ["letter", "report"])
def test_every_way_that_is_offered_is_understood(language: Any, kind: Any) -> None:
    """What the sentence under a draft says in quotation marks decides as it says."""
    options = OPTIONS[kind]
    said = how_to(Pending(kind, "C1", options), paused=True)[language]
    marks = {"en": "“”", "ru": "«»"}[language]
    ways = [part.partition(marks[1])[0] for part in said.split(marks[0])[1:]]
    found = [decision_of(way, options, waiting=False) for way in ways]
    assert [item.decision for item in found if item is not None] == list(options)


def test_the_language_of_a_decision_is_that_of_its_words() -> None:
    assert language_of("одобряю", "en") == "ru"
    assert language_of("approve", "ru") == "en"
    assert language_of("ok", "ru") == "ru"
