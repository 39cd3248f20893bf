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
    """The gist of the card, the paragraphs of its body, then its text to be used as it is."""
    worded = (card.action, card.claim, card.lesson, card.does, card.sign, card.instead)
    gist = [part[language] for part in worded if part is not None]
    for named in ([tool[language] for tool in card.tools], [*card.products, *card.russian]):
        if named:
            gist.append("; ".join(named) + ".")
    body = [paragraph.replace("\n", " ").strip() for paragraph in card.body[language].split("\n\n")]
    ready = [" ".join(card.template[language].split())] if card.template is not None else []
    return [" ".join(gist), *(paragraph for paragraph in body if paragraph), *ready]
