"""A lying model behind the real gateway: nothing it made up is shown, whatever it is asked."""

import random
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agent.assistant import Assistant
from agent.settings import Settings
from agent.writer import numbered
from evals.lies import LIES, LyingLLM
from tests.agent_small import small
from tests.answers import questions
from tests.number_text import values_in
from tools.document import Answer

FEW, MANY = 24, 1000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_nothing_that_a_model_made_up_is_shown(home: Path) -> None:
    _shown_nothing(told(home, FEW, seed=1), FEW)


@pytest.mark.soak
def test_nothing_that_a_model_made_up_is_shown_in_a_thousand_answers(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = told(home, MANY, seed=2)
    with capsys.disabled():
        print(f"\n{dict(seen)}")  # noqa: T201
    _shown_nothing(seen, MANY)
    assert all(seen[f"lie: {kind}"] > MANY // 50 for kind in LIES)


def _shown_nothing(seen: Counter[str], times: int) -> None:
    assert seen["answers"] == times
    assert not {what: count for what, count in seen.items() if what.startswith("wrong")}
    assert seen["honest, worded by the model"] > 0


def told(home: Path, times: int, *, seed: int) -> Counter[str]:
    """What came of so many answers that a model was asked to word."""
    portfolio, chance, seen = small(home), random.Random(seed), Counter[str]()
    asked = questions()
    with LyingLLM(seed) as server:
        settings = Settings(
            home=home, llm_base_url=server.url, llm_model="m", llm_timeout=20, llm_api_key=SecretStr("x")
        )
        assistant = Assistant.open(settings)
        while seen["answers"] < times:
            before = len(server.said)
            answer = assistant.ask(chance.choice(asked), portfolio.snapshot)
            if said := server.said[before:]:
                seen["answers"] += 1
                seen[_verdict(answer, assistant, dict((text, lie) for lie, text in said))] += 1
        seen.update(f"lie: {kind}" for kind, _ in server.said if kind)
    return seen


def _verdict(answer: Answer, assistant: Assistant, said: Mapping[str, str]) -> str:
    """Whether what is shown is the claims', judged by what was said and by the text, not by the guard."""
    shown = assistant.render_answer(answer)
    outside = _outside(shown)
    if re.search(r"[<>`]|https?:|evil", outside) or any(letter.isnumeric() for letter in outside):
        return f"wrong: {outside!r}"
    register = numbered(answer.claims, answer.currency)
    known = [values_in(register.shown(slot, answer.language)) for slot in register.slots.values()]
    if not set(values_in(shown["text"])) <= {value for values in known for value in values}:
        return f"wrong: a figure in {shown['text']!r}"
    if shown["written_by"] != "model":
        return "wrong: an honest draft rejected" if "" in said.values() else "a lie, worded by rules"
    draft = answer.section.draft
    if said[draft] == "":
        return "honest, worded by the model"
    return "a lie that changed nothing" if _alike(answer, draft) else f"wrong: {said[draft]}: {draft!r}"


def _alike(answer: Answer, said: str) -> bool:
    """Whether the lie changed nothing that is shown: two ids of the same value, or two lines of a list without ranks
    that say the same of two clients.
    """
    register = numbered(answer.claims, answer.currency)
    drafts = [register.draft(claim, answer.language) for claim in answer.claims]
    here, there = (register.fill(draft, answer.language).text for draft in (said, " ".join(drafts)))
    ranked = any(draft.rstrip().endswith(":") for draft in drafts)
    return here == there or (not ranked and _sentences(here) == _sentences(there))


def _sentences(text: str) -> list[str]:
    return sorted(re.split(r"(?<=[.!?])\s+", text))


def _outside(shown: dict[str, Any]) -> str:
    text, last = "", 0
    for span in sorted(shown["spans"], key=lambda item: item["start"]):
        text += shown["text"][last : span["start"]] + "¦"
        last = span["end"]
    return text + str(shown["text"][last:])
