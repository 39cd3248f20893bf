"""Passages: what is embedded and searched, cut from the cards by language and paragraph."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.cards import Card
from tools.text import LANGUAGES, Language


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of a card in one language; ``text`` is shown, ``indexed`` (title first) is searched."""

    slug: str
    language: Language
    text: str
    indexed: str

    @property
    def key(self) -> str:
        """Hash of the searched text: the key of its vector."""
        return hashlib.sha256(self.indexed.encode()).hexdigest()


def passages(cards: Iterable[Card]) -> list[Passage]:
    """Every passage of the cards, in the order of cards and languages."""
    return [passage for card in cards for language in LANGUAGES for passage in _of(card, language)]


def _of(card: Card, language: Language) -> list[Passage]:
    """The paragraphs of the card, and its gist once more under the words in which users ask for it."""
    paragraphs = _paragraphs(card, language)
    title = card.title[language]
    return [
        Passage(card.slug, language, paragraphs[0], f"{title}. {card.asked[language]}"),
        *(Passage(card.slug, language, text, f"{title}. {text}") for text in paragraphs),
    ]


def _paragraphs(card: Card, language: Language) -> list[str]:
    """The gist of the card (action and tools, or claim and lesson), then the paragraphs of its body."""
    gist = [part[language] for part in (card.action, card.claim, card.lesson) if part is not None]
    if card.tools:
        gist.append("; ".join(tool[language] for tool in card.tools) + ".")
    body = [paragraph.replace("\n", " ").strip() for paragraph in card.body[language].split("\n\n")]
    return [" ".join(gist), *(paragraph for paragraph in body if paragraph)]
