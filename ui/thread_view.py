"""Conversations, as JSON and in the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text as Styled

from tools import formats
from tools.text import Language, Text
from ui import data_view, terminal

if TYPE_CHECKING:
    from agent.conversation import Draft, Thread, Turn

EMPTY = Text(
    "There is no conversation yet: begin one with cvm ask “…” --data SOURCE --thread NAME.",
    "Бесед пока нет: начните с cvm ask «…» --data ИСТОЧНИК --thread ИМЯ.",
)
GONE = Text("Erased: “{title}”.", "Стёрто: «{title}».")
RENAMED = Text("The title now: “{title}”.", "Новое название: «{title}».")
WAITS = Text("Not decided about: {drafts}.", "Ждёт решения: {drafts}.")
KINDS = {
    "letter": Text("letter", "письмо"),
    "report": Text("value report", "отчёт о ценности"),
    "questions": Text("questionnaire", "анкета"),
}
HEADINGS = (
    Text("Conversation", "Беседа"),
    Text("Name", "Имя"),
    Text("Questions", "Вопросов"),
    Text("Last", "Последний"),
    Text("Id", "Код"),
)


def thread_json(thread: "Thread") -> dict[str, Any]:
    """``{id, name, title, portfolio, created, updated, turns}`` of one conversation."""
    return {
        "id": thread.id,
        "name": thread.name,
        "title": thread.title,
        "portfolio": thread.snapshot,
        "created": thread.created.isoformat(timespec="microseconds"),
        "updated": thread.updated.isoformat(timespec="microseconds"),
        "turns": thread.turns,
    }


def turn_json(turn: "Turn") -> dict[str, Any]:
    """``{turn, place, at, question, answer}`` of one answered turn."""
    from tools.reports.contract import answer_json

    return {
        "turn": turn.turn,
        "place": turn.place,
        "at": turn.at.isoformat(timespec="seconds"),
        "question": turn.question,
        "answer": answer_json(turn.answer) if turn.answer is not None else None,
    }


def drafts_json(drafts: "Sequence[Draft]") -> list[dict[str, str]]:
    """``{kind, ref, decision}`` of what a conversation showed for a decision."""
    return [{"kind": item.kind, "ref": item.ref, "decision": item.decision} for item in drafts]


def show_threads(threads: "Sequence[Thread]", language: Language, console: Console) -> None:
    """Print the conversations with their names, lengths and last days."""
    if not threads:
        console.print(terminal.prose(EMPTY[language], width=min(console.width, 120) - 4))
        return
    table = terminal.grid(*(heading[language] for heading in HEADINGS), right=(2,), plain=(1, 3, 4))
    for item in threads:
        title = Styled(terminal.harmless(item.title or "—"), style="bold")
        day = formats.day(item.updated.date(), language)
        turns = formats.count(item.turns, language)
        table.add_row(title, terminal.harmless(item.name or "—"), turns, day, Styled(item.id, "bright_black"))
    console.print(table)


def show_history(turns: "Sequence[Turn]", drafts: "Sequence[Draft]", language: Language, console: Console) -> None:
    """Print each question with its answer, and what is not decided about."""
    for turn in turns:
        day = formats.day(turn.at.date(), language)
        console.print(Styled(f"{day} · {terminal.harmless(turn.question)}", style="bold"), soft_wrap=True)
        if turn.answer is not None:
            data_view.show_answer(turn.answer, console)
    left = [f"{KINDS[item.kind][language]} {item.ref}" for item in drafts if not item.decision]
    if left:
        line = WAITS.fill(drafts=terminal.harmless(", ".join(left)))[language]
        console.print(terminal.prose(line, width=min(console.width, 120) - 4))


def show_line(text: Text, title: str, language: Language, console: Console) -> None:
    """Print what was done with a conversation."""
    line = text.fill(title=terminal.harmless(title or "—"))[language]
    console.print(terminal.prose(line, width=min(console.width, 120) - 4))
