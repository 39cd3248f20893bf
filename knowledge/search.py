"""Search over cards, terms and the user's own documents: similarity of meaning in both languages and BM25 over stems, fused.

A card is found by its passages of either language and shown in the one asked for. BM25 alone where no embedder is at hand.
Documents are measured by the yardstick of the cards and leave no mark on it: no document changes the order of the cards.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from knowledge.cards import Card, Kind, load_cards
from knowledge.corpus import Corpus, Scores, Side, has_words, language_of, stems
from knowledge.embed import Embedder, Vectors, bundled
from knowledge.glossary import terms
from knowledge.index import Busy, Index, open_index
from knowledge.passages import Passage, passages
from knowledge.reach import reach
from tools.text import LANGUAGES, Language, Text, same

if TYPE_CHECKING:
    from knowledge.shelf import Document

WORDS_WEIGHT = 0.5  # of words beside meaning
OTHER_WEIGHT = 0.5  # of passages in the other language beside those in the question's own
_UNSET: Any = object()


@dataclass(frozen=True, slots=True)
class Hit:
    """One card or document found: its best passage, word for word; scores compare within one answer only.

    ``trust`` is the label of a document: how far it may be trusted.
    """

    slug: str
    kind: Kind
    title: Text
    language: Language
    score: float
    passage: str
    trust: Text | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The cards, the glossary and the documents, and what is needed to search them; ``notice`` says what is missing.

    ``stamp`` is that of the shelf when it was read.
    """

    cards: Mapping[str, Card]
    documents: "Mapping[str, Document]"
    corpus: Corpus
    shelf: Corpus
    embedder: Embedder | None
    index: Index | None
    notice: Text | None = None
    stamp: str = ""
    held: dict[tuple[str, Language], Vectors] = field(default_factory=dict)

    @classmethod
    def open(cls, home: Path, *, embedder: Embedder | None = _UNSET) -> "Knowledge":
        """The knowledge base with its index under ``home/chroma``; ``embedder=None`` means BM25 alone.

        While another process builds the index, words alone are searched and the notice says so. Raises `BackendError`
        when the index can be neither opened nor built.
        """
        from knowledge.shelf import shelved, stamp

        marked = stamp(home)
        cards, shipped, corpus = _shipped()
        documents = {document.slug: document for document in shelved(home)}
        own = list({item.key: item for one in documents.values() for item in one.passages()}.values())
        model = bundled() if embedder is _UNSET else embedder
        try:
            index, notice = (open_index(home, [*shipped, *own], model) if model is not None else None), None
        except Busy as busy:
            index, notice = None, busy.text
        return cls(cards, documents, corpus, Corpus.of(own), model, index, notice, marked)

    def search(
        self,
        query: str,
        *,
        language: Language | None = None,
        kinds: Collection[Kind] | None = None,
        step: str | None = None,
        segment: str | None = None,
        limit: int = 5,
    ) -> list[Hit]:
        """Cards and documents nearest to the question, the best first, one hit each; an empty question finds nothing.

        ``language`` is that of the passages; without it a card speaks the language of the question (Russian where it
        holds a Cyrillic letter). A document is shown in its own where it speaks no other. ``step`` and ``segment`` keep the cards that serve an audit step
        or a value segment; documents serve none.
        """
        if not has_words(query):
            return []
        found = self._scored(query)
        slugs = [*self.corpus.slugs, *self.shelf.slugs]
        hits: list[Hit] = []
        for place in np.argsort(-found.total, kind="stable"):
            score, slug = float(found.total[place]), slugs[int(place)]
            if len(hits) == limit or (not found.by_meaning and score <= 0):
                break
            kind = self.cards[slug].kind if slug in self.cards else "document"
            if (kinds is None or kind in kinds) and self._serves(slug, step, segment):
                hits += self._hit(slug, kind, score, language, found)
        return hits

    def close(self) -> None:
        """Lets go of the index files."""
        if self.index is not None:
            self.index.close()

    def _serves(self, slug: str, step: str | None, segment: str | None) -> bool:
        return (step is None and segment is None) or reach(slug).serves(step=step, segment=segment)

    def _hit(self, slug: str, kind: Kind, score: float, wanted: Language | None, found: "_Found") -> Iterator[Hit]:
        """The hit of an entry: a card in the language wanted, else in the question's; a document in its own if need be."""
        corpus, by_passage = (self.shelf, found.of_shelf) if kind == "document" else (self.corpus, found.of_cards)
        place = corpus.slugs.index(slug)
        spoken = _order(found.spoken)
        for language in [wanted] if wanted and kind != "document" else [*([wanted] if wanted else []), *spoken]:
            side = corpus.sides[language]
            mine = np.flatnonzero(side.owner == place)
            if len(mine):
                best = side.items[int(mine[np.argmax(by_passage[language][mine])])]
                if slug in self.cards:
                    yield Hit(slug, kind, self.cards[slug].title, language, score, best.text)
                else:
                    own = self.documents[slug]
                    yield Hit(slug, kind, same(own.name), language, score, best.text, own.label)
                return

    def _scored(self, query: str) -> "_Found":
        """Every entry's score: words and meaning, each in standard deviations over the cards, so that they compare."""
        spoken, asked = language_of(query), stems(query)
        by_meaning = self.embedder is not None and self.index is not None
        vector = self.embedder.embed([query], kind="query")[0] if self.embedder is not None and by_meaning else None
        cards = self._compared("cards", self.corpus, asked, spoken, vector)
        shelf = self._compared("shelf", self.shelf, asked, spoken, vector)
        totals = [_total(cards, cards), _total(shelf, cards)]
        return _Found(spoken, np.concatenate(totals), cards.by_passage, shelf.by_passage, by_meaning)

    def _compared(
        self, name: str, corpus: Corpus, asked: Sequence[str], spoken: Language, vector: Vectors | None
    ) -> "_Compared":
        """The words and the meaning of the question against the entries of a corpus, in the question's language and the other."""
        count, order = len(corpus.slugs), _order(spoken)
        told = {language: corpus.sides[language].words(asked) for language in order}
        words = tuple(_words(corpus.sides[language], told[language], count) for language in order)
        if vector is None:
            return _Compared(words, None, {language: told[language][0] for language in order})
        near = {language: self._similarity(name, corpus, language, vector) for language in order}
        meaning = tuple(corpus.sides[language].best(near[language], count) for language in order)
        return _Compared(words, meaning, near)

    def _similarity(self, name: str, corpus: Corpus, language: Language, vector: Vectors) -> Scores:
        """Cosine similarity of every passage of the language, all compared: no neighbour is missed."""
        if (name, language) not in self.held:
            assert self.index is not None
            keys, rows = self.index.rows(language)
            place = {key: at for at, key in enumerate(keys)}
            mine = [place[item.key] for item in corpus.sides[language].items]
            self.held[name, language] = rows[mine] if mine else np.zeros((0, len(vector)), dtype=np.float32)
        near = self.held[name, language] @ np.asarray(vector, dtype="float32")
        return cast(Scores, np.asarray(near, dtype=np.float64))


@cache
def _shipped() -> tuple[Mapping[str, Card], Sequence[Passage], Corpus]:
    """The cards and the terms, their passages, and these as a corpus: the same for every home."""
    cards = {**load_cards(), **terms()}
    items = passages(cards.values())
    return cards, items, Corpus.of(items)


@dataclass(frozen=True, slots=True)
class _Compared:
    """Scores by entry, in the question's language and in the other (NaN where an entry does not speak it), and by passage."""

    words: tuple[Scores, ...]
    meaning: tuple[Scores, ...] | None
    by_passage: Mapping[Language, Scores]


@dataclass(frozen=True, slots=True)
class _Found:
    """Scores of every entry, cards before documents, and of their passages; whether meaning was compared, or words alone."""

    spoken: Language
    total: Scores
    of_cards: Mapping[Language, Scores]
    of_shelf: Mapping[Language, Scores]
    by_meaning: bool


def _order(spoken: Language) -> list[Language]:
    return [spoken, *(language for language in LANGUAGES if language != spoken)]


def _words(side: Side, found: tuple[Scores, Scores], count: int) -> Scores:
    """BM25 by entry: of its best passage and of it as a whole, half and half; NaN where it speaks another language."""
    whole = np.full(count, np.nan)
    whole[side.entries] = found[1]
    together: Scores = (side.best(found[0], count) + whole) / 2
    return together


def _total(found: _Compared, yardstick: _Compared) -> Scores:
    """Words and meaning fused by weight, each in standard deviations of the yardstick; words alone without meaning.

    An entry that does not speak the question's language is compared by meaning alone: words met by chance say nothing.
    """
    own, other = found.words
    if found.meaning is None or yardstick.meaning is None:
        return np.where(np.isnan(own), np.nan_to_num(other), own)
    words = _standardised(own, yardstick.words[0])
    meaning = [_standardised(mine, ruler) for mine, ruler in zip(found.meaning, yardstick.meaning, strict=True)]
    near = _blended(meaning[0], meaning[1])
    total: Scores = np.where(np.isnan(words), near, WORDS_WEIGHT * words + (1 - WORDS_WEIGHT) * near)
    return total


def _blended(own: Scores, other: Scores) -> Scores:
    """Meaning in the question's language and in the other one, by weight; in one alone where an entry speaks no other."""
    together = (own + OTHER_WEIGHT * other) / (1 + OTHER_WEIGHT)
    return np.where(np.isnan(own), other, np.where(np.isnan(other), own, together))


def _standardised(values: Scores, yardstick: Scores) -> Scores:
    """The values less the yardstick's mean, in its standard deviations (as they are where it does not vary). NaN stays."""
    known = yardstick[~np.isnan(yardstick)]
    return (values - known.mean()) / (known.std() or 1.0) if len(known) else values


__all__ = ["Hit", "Knowledge", "language_of", "stems"]
