"""Passages: what is embedded and searched, cut from the cards by language, paragraph and question."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from knowledge.cards import Card
from tools.text import LANGUAGES, Language


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of a card or document in one language: ``text`` is shown as it stands, ``indexed`` is searched.

    ``form`` says how it is embedded: a question in which users ask for the card, or a paragraph under its title.
    """

    slug: str
    language: Language
    text: str
    indexed: str
    form: Literal["query", "passage"] = "passage"

    @property
    def key(self) -> str:
        """Hash of the slug and the searched text: the key of its vector."""
        return hashlib.sha256(f"{self.slug}\n{self.indexed}".encode()).hexdigest()


def passages(cards: Iterable[Card]) -> list[Passage]:
    """Every passage of the cards, in the order of cards and languages, each searched text of a card once."""
    found = (passage for card in cards for language in LANGUAGES for passage in _of(card, language))
    return list({passage.key: passage for passage in found}.values())


def _of(card: Card, language: Language) -> list[Passage]:
    """The gist of the card, the paragraphs of its body, its ready text, and the questions in which users ask for it."""
    title, shown = card.title[language], _gist(card, language)[0]
    gist = " ".join(" ".join(_gist(card, language)).split())
    body = [part.strip() for part in card.body[language].split("\n\n") if part.strip()]
    ready = [card.template[language]] if card.template is not None else []
    return [
        Passage(card.slug, language, shown, f"{title}. {gist}"),
        *(Passage(card.slug, language, text, f"{title}. {' '.join(text.split())}") for text in (*body, *ready)),
        *(Passage(card.slug, language, shown, asked, "query") for asked in (title, *card.asked[language].split("\n"))),
    ]


def _gist(card: Card, language: Language) -> list[str]:
    """What the card comes to, the first sentence first; the body's first paragraph where it has nothing shorter."""
    worded = (card.action, card.claim, card.lesson, card.does, card.sign, card.instead)
    gist = [part[language] for part in worded if part is not None]
    for named in ([tool[language] for tool in card.tools], [*card.products, *card.russian]):
        if named:
            gist.append("; ".join(named) + ".")
    return gist or [card.body[language].split("\n\n")[0].strip()]
