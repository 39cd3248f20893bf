"""Notes about clients, as JSON and in the terminal."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text as Styled

from agent.note_tools import TITLES
from tools import formats
from tools.text import Language, Text
from ui import terminal

if TYPE_CHECKING:
    from agent.notes import Note

EMPTY = Text(
    "Nothing is noted: begin with cvm notes CLIENT --add “…” --data SOURCE, or “remember: …” in the chat.",
    "Записей нет: начните с cvm notes КЛИЕНТ --add «…» --data ИСТОЧНИК или со слов «запомни: …» в чате.",
)
FORGOTTEN = Text("Notes erased: {count}.", "Стёрто записей: {count}.")
HEADINGS = (
    Text("Noted", "Записано"),
    Text("Client", "Клиент"),
    Text("Kind", "Вид"),
    Text("Words", "Слова"),
    Text("Due", "Срок"),
    Text("State", "Состояние"),
    Text("Id", "Код"),
)
STATES = {
    "open": Text("open", "открыто"),
    "overdue": Text("overdue", "просрочено"),
    "done": Text("done", "сделано"),
    "": Text("—", "—"),
}


def note_json(note: "Note", today: date) -> dict[str, Any]:
    """``{id, account, name, kind, text, due, made, status, overdue, done, thread}``; ``status`` is null where nothing is to be done."""
    return {
        "id": note.id,
        "account": note.account,
        "name": note.name,
        "kind": note.kind,
        "text": note.text,
        "due": note.due.isoformat() if note.due else None,
        "made": note.made.isoformat(timespec="seconds"),
        "status": note.status if note.kind in ("promise", "action") else None,
        "overdue": state(note, today) == "overdue",
        "done": note.done.isoformat(timespec="seconds") if note.done else None,
        "thread": note.thread or None,
    }


def state(note: "Note", today: date) -> str:
    """``open``, ``overdue``, ``done``, or nothing for what is not to be done."""
    if note.kind not in ("promise", "action"):
        return ""
    return note.status if not note.open or note.due is None or note.due >= today else "overdue"


def show_notes(notes: Sequence["Note"], today: date, language: Language, console: Console) -> None:
    """One row a note."""
    if not notes:
        console.print(EMPTY[language], soft_wrap=True)
        return
    table = terminal.grid(*(heading[language] for heading in HEADINGS), plain=(6,))
    for note in notes:
        table.add_row(
            formats.day(note.made.date(), language),
            Styled(terminal.harmless(note.name or "—")),
            TITLES[note.kind][language],
            Styled(terminal.harmless(note.text)),
            formats.day(note.due, language) if note.due else "—",
            STATES[state(note, today)][language],
            note.id,
        )
    console.print(table)
