"""Search over the cards: dense similarity and BM25 over stems, fused; BM25 alone where no embedder is at hand."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.cards import Card, Kind, load_cards
from knowledge.embed import Embedder, bundled
from knowledge.index import Index, open_index
from knowledge.passages import Passage, passages
from tools.text import LANGUAGES, Language, Text

LEXICAL_WEIGHT, DENSE_WEIGHT = 0.3, 0.7

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_UNSET: Any = object()
_STEMMING = Lock()


@dataclass(frozen=True, slots=True)
class Hit:
    """One card found: its best passage in the language of the question; scores compare within one answer only."""

    slug: str
    kind: Kind
    title: Text
    language: Language
    score: float
    passage: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The cards and what is needed to search them."""

    cards: Mapping[str, Card]
    lexical: Mapping[Language, "_Lexical"]
    embedder: Embedder | None
    index: Index | None

    @classmethod
    def open(cls, home: Path, *, embedder: Embedder | None = _UNSET) -> "Knowledge":
        """The knowledge base with its index under ``home/chroma``; ``embedder=None`` means BM25 alone.

        Raises `BackendError` when the index can be neither opened nor built.
        """
        cards = load_cards()
        items = passages(cards.values())
        model = bundled() if embedder is _UNSET else embedder
        index = open_index(home, items, model) if model is not None else None
        lexical = {language: _Lexical.of([i for i in items if i.language == language]) for language in LANGUAGES}
        return cls(cards, lexical, model, index)

    def search(
        self,
        query: str,
        *,
        language: Language | None = None,
        kinds: Collection[Kind] | None = None,
        limit: int = 5,
    ) -> list[Hit]:
        """Cards nearest to the question, the best first, one hit a card; an empty question finds nothing.

        The language is that of the question (Russian where it holds a Cyrillic letter) unless given.
        """
        spoken = language or language_of(query)
        lexical = self.lexical[spoken]
        if not _WORD.search(query):
            return []
        hits: dict[str, Hit] = {}
        for place, score in _ranked(self._scores(query, spoken)):
            if self.index is None and score <= 0:
                break
            item = lexical.items[place]
            card = self.cards[item.slug]
            if item.slug not in hits and (kinds is None or card.kind in kinds):
                hits[item.slug] = Hit(card.slug, card.kind, card.title, spoken, score, item.text)
        return list(hits.values())[:limit]

    def close(self) -> None:
        """Lets go of the index files."""
        if self.index is not None:
            self.index.close()

    def _scores(self, query: str, language: Language) -> NDArray[np.float64]:
        lexical = self.lexical[language]
        words = lexical.scores(query)
        if self.embedder is None or self.index is None:
            return words
        near = self.index.similarity(self.embedder.embed([query], kind="query")[0], language)
        dense = np.array([near.get(item.key, 0.0) for item in lexical.items])
        return LEXICAL_WEIGHT * _standardised(words) + DENSE_WEIGHT * _standardised(dense)


@dataclass(frozen=True, slots=True)
class _Lexical:
    """BM25 over the stems of the passages of one language."""

    items: Sequence[Passage]
    model: Any

    @classmethod
    def of(cls, items: Sequence[Passage]) -> "_Lexical":
        import bm25s

        model = bm25s.BM25()
        model.index([stems(item.indexed) for item in items], show_progress=False)
        return cls(items, model)

    def scores(self, query: str) -> NDArray[np.float64]:
        known = [stem for stem in stems(query) if stem in self.model.vocab_dict]
        if not known:
            return np.zeros(len(self.items))
        return np.asarray(self.model.get_scores(known), dtype=np.float64)


def language_of(text: str) -> Language:
    """Russian where the text holds a Cyrillic letter, else English."""
    return "ru" if _CYRILLIC.search(text) else "en"


def stems(text: str) -> list[str]:
    """The words of a text, lower case, ё as е, each stemmed by its own script."""
    words = _WORD.findall(text.lower().replace("ё", "е"))
    with _STEMMING:  # a stemmer keeps its word in itself: threads would mix them up
        return [str(_stemmer("russian" if _CYRILLIC.search(word) else "english").stemWord(word)) for word in words]


@cache
def _stemmer(name: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(name)


def _ranked(scores: NDArray[np.float64]) -> list[tuple[int, float]]:
    order = np.argsort(-scores, kind="stable")
    return [(int(place), float(scores[place])) for place in order]


def _standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values less their mean, in standard deviations; all zero where they do not differ."""
    spread = values.std()
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)
