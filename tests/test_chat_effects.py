"""A draft stops at approve, edit, reject: however the decision comes, its effect is had exactly once."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from agent import calls, decisions
from agent.assistant import Assistant
from agent.conversation import NotWaiting, thread_id
from agent.refusals import REASONS
from agent.settings import Settings
from tests import chat_drafts
from tests.agent_small import small

ASK = {"ru": "Подготовь отчёт о ценности для {client}", "en": "Prepare a value report for {client}"}
ELSE = {"ru": "Какой у нас отток?", "en": "What is our MRR?"}
SAY = {
    ("ru", "approve"): "Одобряю",
    ("ru", "reject"): "Отклонить: рано",
    ("ru", "edit"): "Исправь: Добрый день!",
    ("en", "approve"): "approve",
    ("en", "reject"): "reject: too early",
    ("en", "edit"): "edit: Good day!",
}
TEXT = {"approve": "", "reject": {"ru": "рано", "en": "too early"}, "edit": {"ru": "Добрый день!", "en": "Good day!"}}
MANNERS = (
    "at once", "said twice", "the same key twice", "late", "after a restart", "late after a restart", "by its reference",
    "late by its reference", "killed after the effect", "the first of two drafts",
)  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("loaded")
    return home, small(home).snapshot


@pytest.fixture
def home(loaded: tuple[Path, str], tmp_path: Path) -> Path:
    shutil.copytree(loaded[0], tmp_path / "home")
    return tmp_path / "home"


def opened(home: Path) -> Assistant:
    return Assistant.open(Settings(home=home, llm_base_url=None))


def decided(assistant: Assistant, home: Path, thread: str) -> dict[str, str]:
    with assistant.conversations() as book:
        return {draft.ref: draft.decision for draft in book.drafts(book.thread(thread).id)}


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("decision", ["approve", "reject", "edit"])
@pytest.mark.parametrize("manner", MANNERS)
def test_an_effect_is_had_once(
    manner: str, decision: str, language: str, home: Path, loaded: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = loaded[1]
    monkeypatch.setitem(calls.TOOLS, "report", chat_drafts.drafted)  # type: ignore[arg-type]
    cut: list[Path] = []

    def power_cut(place: Path) -> None:
        if manner.startswith("killed") and not cut:
            cut.append(home.parent / "cut")
            shutil.copytree(place, cut[0])

    monkeypatch.setitem(decisions.DECIDERS, "letter", chat_drafts.decider(power_cut))
    assistant = opened(home)

    def ask(words: str, **more: Any) -> str:
        return str(assistant.render_answer(assistant.ask(words, snapshot, thread="t", **more))["text"])

    words, ref = SAY[language, decision], "C4"
    if "two drafts" in manner:
        ask(ASK[language].format(client="Ромашка Е"))
        assert decided(assistant, home, "t") == {"C5": ""}
        ref = "C5"
    assert words.split(":")[0].casefold() in ask(ASK[language].format(client="Ромашка Д")).casefold()
    if "late" in manner:
        assert ask(ELSE[language])
    if "restart" in manner:
        assistant = opened(home)
    if "reference" in manner or "two drafts" in manner:
        text = TEXT[decision]
        said = text if isinstance(text, str) else text[language]
        more: dict[str, Any] = {"language": language, "turn": "k", "text": said, "ref": ref}
        answer = assistant.decide(thread_id("t", snapshot), snapshot, decision, **more)
        assert assistant.decide(thread_id("t", snapshot), snapshot, decision, **more) == answer
        told = assistant.render_answer(answer)["text"]
    else:
        told = ask(words, turn="k")
    if "said twice" in manner:
        again = ask(words)
        assert again == told
    if "same key" in manner:
        assert ask(words, turn="k") == told
    if cut:
        assistant, home = opened(cut[0]), cut[0]
        assert ask(words, turn="k") == told
    assert told.startswith(chat_drafts.SAID[decision][language].partition("“")[0].partition("«")[0])  # type: ignore[index]
    text = TEXT[decision]
    line = f"{ref} {decision} {text if isinstance(text, str) else text[language]}".strip()
    assert chat_drafts.effects(home) == [line]
    assert decided(assistant, home, "t")[ref] == decision
    assert ask(ELSE[language])  # and the conversation goes on
    with assistant.conversations() as book:
        assert book.open_threads() == []


def test_another_question_leaves_the_draft_a_draft(
    home: Path, loaded: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(calls.TOOLS, "report", chat_drafts.drafted)  # type: ignore[arg-type]
    monkeypatch.setitem(decisions.DECIDERS, "letter", chat_drafts.decider())
    assistant = opened(home)
    drafted = assistant.ask(ASK["ru"].format(client="Ромашка Д"), loaded[1], thread="t")
    assert drafted.pending is not None and drafted.pending.kind == "letter"
    other = assistant.ask("Какой у нас отток?", loaded[1], thread="t")
    assert other.pending is None and other.tools[0]["name"] == "metric"
    follow = assistant.ask("а за последний квартал?", loaded[1], thread="t")
    assert follow.tools[0]["arguments"] == {"key": "logo_churn", "period": "quarter"}
    assert decided(assistant, home, "t") == {"C4": ""} and chat_drafts.effects(home) == []


def test_a_change_is_shown_again_and_waits_again(
    home: Path, loaded: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(calls.TOOLS, "report", chat_drafts.drafted)  # type: ignore[arg-type]
    monkeypatch.setitem(decisions.DECIDERS, "letter", chat_drafts.decider())
    assistant = opened(home)
    for words in (ASK["ru"].format(client="Ромашка Д"), "исправь: А", "исправь: Б", "да"):
        answer = assistant.ask(words, loaded[1], thread="t")
    assert answer.pending is None
    assert chat_drafts.effects(home) == ["C4 edit А", "C4 edit Б", "C4 approve"]


def test_outside_a_conversation_nothing_waits(home: Path, loaded: tuple[Path, str]) -> None:
    assistant = opened(home)
    answer = assistant.ask(ASK["ru"].format(client="Ромашка Д"), loaded[1])
    assert answer.pending is not None
    assert decisions.ALONE["ru"] in assistant.render_answer(answer)["text"]
    assert assistant.ask("одобряю", loaded[1]).refused == REASONS["nothing_waits"]
    assert assistant.ask("approve", loaded[1], thread="fresh").refused == REASONS["nothing_waits"]


def test_a_report_approved_in_a_conversation_is_frozen(home: Path, loaded: tuple[Path, str]) -> None:
    assistant = opened(home)
    assistant.ask(ASK["ru"].format(client="Ромашка Д"), loaded[1], thread="t")
    for words in ("одобряю", "одобряю"):
        answer = assistant.ask(words, loaded[1], thread="t")
        assert answer.refused is None and "Ромашка Д" in assistant.render_answer(answer)["text"]
    frozen = list((home / "reports" / "clients").glob("*.approved"))
    assert len(frozen) == 1
    assert assistant.report("C4", loaded[1], language="ru").status == "approved"
    rejected = assistant.ask("отклонить", loaded[1], thread="t")
    assert rejected.claims[0].id == "decided.report"


def test_what_does_not_wait_is_not_decided_about(home: Path, loaded: tuple[Path, str]) -> None:
    assistant = opened(home)
    assistant.ask(ASK["ru"].format(client="Ромашка Д"), loaded[1], thread="t")
    thread = thread_id("t", loaded[1])
    for decision, ref in (("approve", "C5"), ("edit", ""), ("skip", "C4")):
        with pytest.raises(NotWaiting):
            assistant.decide(thread, loaded[1], decision, ref=ref)
    assert assistant.decide(thread, loaded[1], "approve", ref="C4").refused is None
