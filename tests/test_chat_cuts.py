"""The state file as it was around every single write of a conversation: from each the same answer and the same effects."""

import shutil
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from agent import calls, decisions
from agent.assistant import Assistant
from agent.saver import StateSaver
from agent.settings import Settings
from tests import chat_drafts
from tests.agent_small import small

MESSAGES = (
    "MRR?",
    "Подготовь отчёт о ценности для Ромашка Д",
    "исправь: А",
    "Какой у нас отток?",
    "одобряю",
    "одобряю",
)


def copier(home: Path, into: Path) -> Callable[[str], Callable[..., Any]]:
    """Methods of the store that copy the state before and after they write."""
    numbers, one = count(), threading.Lock()

    def copy() -> None:
        with one:
            folder = into / str(next(numbers))
            folder.mkdir(parents=True)
            for path in home.iterdir():
                if path.name.startswith("state") or path.name == "effects.log":
                    shutil.copy(path, folder)

    def copying(name: str) -> Callable[..., Any]:
        write = getattr(StateSaver, name)

        def method(self: StateSaver, *arguments: Any, **more: Any) -> Any:
            copy()
            done = write(self, *arguments, **more)
            copy()
            return done

        return method

    return copying


def test_cut_off_at_any_write_a_turn_is_finished_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    snapshot = small(home).snapshot
    monkeypatch.setitem(calls.TOOLS, "report", chat_drafts.drafted)  # type: ignore[arg-type]
    monkeypatch.setitem(decisions.DECIDERS, "letter", chat_drafts.decider())
    assistant = Assistant.open(Settings(home=home, llm_base_url=None))
    portfolio = assistant.portfolio(snapshot)
    cuts = 0
    for number, words in enumerate(MESSAGES):
        asked: dict[str, Any] = {"thread": "t", "turn": f"k{number}"}
        with monkeypatch.context() as patched:
            copying = copier(home, tmp_path / f"turn{number}")
            for name in ("put", "put_writes"):
                patched.setattr(StateSaver, name, copying(name))
            whole = assistant.ask(words, snapshot, **asked)
        for folder in sorted((tmp_path / f"turn{number}").iterdir()):
            (folder / "portfolios").symlink_to(home / "portfolios")
            other = Assistant.open(Settings(home=folder, llm_base_url=None))
            other._portfolios[(snapshot, None, None, None)] = portfolio
            assert other.ask(words, snapshot, **asked) == whole, (words, folder.name)
            assert chat_drafts.effects(folder) == chat_drafts.effects(home), (words, folder.name)
            cuts += 1
    assert cuts >= 100
