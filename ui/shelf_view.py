"""The shelf of the user's own documents, as JSON and in the terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text as Styled

from tools.text import Language, Text
from ui import terminal

if TYPE_CHECKING:
    from knowledge.shelf import Document

Json = dict[str, Any]
EMPTY = Text(
    "The shelf is empty: put a document on it with cvm shelf add FILE.",
    "На полке пусто: добавьте документ командой cvm shelf add ФАЙЛ.",
)
REMOVED = Text("Taken off the shelf: “{name}”.", "Снят с полки: «{name}».")
HEADINGS = (
    Text("Document", "Документ"),
    Text("Trust", "Доверие"),
    Text("Added", "Добавлен"),
    Text("Id", "Код"),
)


def document_json(document: "Document", language: Language) -> Json:
    """``{id, slug, name, trust, label, language, added, passages, characters}`` of one document."""
    return {
        "id": document.id,
        "slug": document.slug,
        "name": document.name,
        "trust": document.trust,
        "label": document.label[language],
        "language": document.language,
        "added": document.added,
        "passages": len(document.passages()),
        "characters": sum(map(len, document.texts)),
    }


def shelf_json(found: "Iterable[Document]", faults: Mapping[str, Text], language: Language) -> Json:
    """``{documents, faults: [{id, text}]}`` of the whole shelf."""
    return {
        "documents": [document_json(item, language) for item in found],
        "faults": [{"id": id, "text": text[language]} for id, text in faults.items()],
    }


def show_documents(found: "Sequence[Document]", language: Language, console: Console) -> None:
    """Print the documents with their trust labels, days and short ids."""
    from knowledge.shelf import SHORT

    if not found:
        console.print(terminal.prose(EMPTY[language], width=min(console.width, 120) - 4))
        return
    table = terminal.grid(*(heading[language] for heading in HEADINGS), plain=(2, 3))
    for item in found:
        name = Styled(terminal.harmless(item.name), style="bold")
        table.add_row(name, item.label[language], item.added or "—", Styled(item.id[:SHORT], "bright_black"))
    console.print(table)


def show_removed(document: "Document", language: Language, console: Console) -> None:
    """Print which document was taken off."""
    line = REMOVED.fill(name=terminal.harmless(document.name))[language]
    console.print(terminal.prose(line, width=min(console.width, 120) - 4))
