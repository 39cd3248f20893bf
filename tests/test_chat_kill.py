"""Killed at any moment, a conversation loses no answer that was given and has no effect twice."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agent.assistant import Assistant
from agent.conversation import thread_id
from agent.settings import Settings
from tests.agent_small import small
from tests.chat_drafts import effects
from tests.chat_kill_child import ROUND, digest, message
from tests.conftest import ROOT
from tests.test_threads import integrity


@pytest.mark.parametrize(("kills", "seed"), [(5, 1), pytest.param(200, 2, marks=pytest.mark.soak)])
def test_killed_at_random_moments(tmp_path: Path, kills: int, seed: int) -> None:
    """Five kills in every run of the tests, two hundred in a soak."""
    snapshot = small(tmp_path).snapshot
    command = [sys.executable, "-m", "tests.chat_kill_child", str(tmp_path), snapshot, str(kills), str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    heard: dict[int, str] = {}
    for row in found["heard"]:
        assert heard.setdefault(row["n"], row["text"]) == row["text"]
    assert sorted(heard) == list(range(len(heard))) and len(heard) % len(ROUND) == 0

    assistant = Assistant.open(Settings(home=tmp_path, llm_base_url=None))
    with assistant.conversations() as book:
        history = book.history(thread_id("t", snapshot))
        assert book.open_threads() == []
    assert [turn.turn for turn in history] == [f"k{number}" for number in range(len(history))]
    assert [turn.question for turn in history] == [message(number) for number in range(len(history))]
    kept = [digest(shown(assistant, turn.answer)) for turn in history]
    assert len(kept) >= len(heard) and kept[: len(heard)] == [heard[number] for number in range(len(heard))]
    assert effects(tmp_path) == wanted(len(history))
    assert integrity(assistant.settings.state_path) == "ok"
    slowest = max(found["firsts"], default=0.0)
    sys.stderr.write(f"{kills} kills, {len(heard)} turns; first answer after a kill: at most {slowest:.2f} s\n")


def shown(assistant: Assistant, answer: Any) -> str:
    rendered: Mapping[str, Any] = assistant.render_answer(answer)
    return str(rendered["text"])


def wanted(turns: int) -> list[str]:
    """The effects that so many turns have, each once; a decision that stands already has none."""
    lines: list[str] = []
    state: dict[str, str] = {}
    for number in range(turns):
        words = message(number)
        decisions = {"одобряю": ("C4", "approve"), "исправь": ("C5", "edit"), "отклонить": ("C5", "reject")}
        head, _, text = words.partition(": ")
        if head in decisions:
            client, decision = decisions[head]
            line = f"{client} {decision} {text}".strip()
            if state.get(client) != line:
                lines.append(line)
                state[client] = line
    return lines
