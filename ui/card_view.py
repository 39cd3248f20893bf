"""One card of the knowledge base, as JSON and in the terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text as Styled

from tools.errors import UnknownName
from tools.text import Language, Text
from ui import terminal
from ui.phrases import phrase

if TYPE_CHECKING:
    from knowledge.cards import Card

Json = dict[str, Any]
WORDED = (
    "claim", "does", "sign", "action", "instead", "tools", "needs", "enough", "products", "russian", "effort", "stop_rule",
    "lesson", "first_phrase", "no_case",
)  # fmt: skip
RELATED = ("cases", "trends", "playbooks")


def find_card(slug: str) -> "Card":
    """The card of a slug, a term of the glossary among them; `UnknownName` with the nearest slugs otherwise."""
    from knowledge.cards import load_cards
    from knowledge.glossary import terms

    found = load_cards().get(slug) or terms().get(slug)
    if found is None:
        raise UnknownName(Text("card", "карточка"), slug, sorted([*load_cards(), *terms()]))
    return found


def card_json(card: "Card", language: Language) -> Json:
    """``{slug, kind, title, grade, sources, body, …}``: the fields that the card's kind has; ``ready`` is text to be used as it is."""
    from knowledge.cards import citations

    known = citations()
    sources = [
        {"title": known[key].title, "author": known[key].author, "year": known[key].year, "url": known[key].url}
        for key in card.source
    ]
    document: Json = {"slug": card.slug, "kind": card.kind, "title": card.title[language], "language": language}
    document |= {name: _plain(getattr(card, name), language) for name in WORDED if getattr(card, name)}
    document |= {name: list(getattr(card, name)) for name in RELATED if getattr(card, name)}
    document |= {name: getattr(card, name) for name in ("owner", "metric", "stage", "year") if getattr(card, name)}
    document |= {"body": card.body[language], "grade": card.grade, "sources": sources}
    if card.template is not None:
        document["ready"] = {"form": card.ready, "text": card.template[language]}
    return document


def show_card(card: "Card", language: Language, console: Console) -> None:
    """Print the card: what it says, its text to be used as it is, and where it comes from."""
    width = min(console.width, 120) - 4
    lines = list(_lines(card, language, width))
    console.print(terminal.titled(card.title[language], *lines))
    if card.template is not None and card.ready is not None:
        ready = terminal.prose(card.template[language], width=width)
        console.print(terminal.titled(phrase(card.ready, language), ready, colour="green"))


def _lines(card: "Card", language: Language, width: int) -> Iterator[Styled]:
    document = card_json(card, language)
    yield terminal.prose(card.body[language], width=width)
    yield Styled()
    for name in (*WORDED, *RELATED):
        if name in document:
            shown = document[name]
            words = "; ".join(shown) if isinstance(shown, list) else shown
            line = terminal.prose(f"{phrase(f'card_{name}', language)}: {words}", width=width)
            line.stylize("bold", 0, len(phrase(f"card_{name}", language)) + 1)
            yield line
    for source in document["sources"]:
        named = ", ".join(str(part) for part in (source["author"], source["title"], source["year"]) if part)
        yield terminal.prose(f"{phrase('source_of', language)}: {named}", width=width, style="bright_black")
    if card.kind != "term":
        yield Styled(f"{phrase('grade_of', language)}: {phrase(f'grade_{card.grade}', language)}", "bright_black")


def _plain(value: Any, language: Language) -> Any:
    if isinstance(value, Text):
        return value[language]
    return [item[language] if isinstance(item, Text) else item for item in value]
