"""What is searched: passages grouped by the card or document they belong to, with BM25 over stems in each language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.passages import Passage
from tools.text import LANGUAGES, Language

Scores = NDArray[np.float64]

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_STEMMING = Lock()


def language_of(text: str) -> Language:
    """Russian where the text holds a Cyrillic letter, else English."""
    return "ru" if _CYRILLIC.search(text) else "en"


def has_words(text: str) -> bool:
    """Whether there is anything to look for."""
    return _WORD.search(text) is not None


def stems(text: str) -> list[str]:
    """The words of a text, lower case, ё as е, each stemmed by its own script."""
    return [_stem(word) for word in _WORD.findall(text.lower().replace("ё", "е"))]


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    with _STEMMING:  # a stemmer keeps its word in itself: threads would mix them up
        return str(_stemmer("russian" if _CYRILLIC.search(word) else "english").stemWord(word))


@dataclass(frozen=True, slots=True)
class Side:
    """The passages of one language, those of an entry (a card or a document) side by side, and BM25 over both.

    ``owner`` gives the place of each passage's entry; ``entries`` are the places of the entries that speak the language
    and ``starts`` where the passages of each begin.
    """

    items: Sequence[Passage]
    owner: NDArray[np.int64]
    entries: NDArray[np.int64]
    starts: NDArray[np.int64]
    by_passage: Any
    by_entry: Any

    def best(self, scores: Scores, count: int) -> Scores:
        """The highest score among the passages of each of ``count`` entries; NaN where it does not speak the language."""
        found = np.full(count, np.nan)
        if len(self.entries):
            found[self.entries] = np.maximum.reduceat(scores, self.starts)
        return found

    def words(self, query: Sequence[str]) -> tuple[Scores, Scores]:
        """BM25 of the stems by passage, and by entry as a whole (in the order of ``entries``)."""
        return _bm25(self.by_passage, query, len(self.items)), _bm25(self.by_entry, query, len(self.entries))


@dataclass(frozen=True, slots=True)
class Corpus:
    """Entries by slug, and their passages in each language."""

    slugs: Sequence[str]
    sides: Mapping[Language, Side]

    @classmethod
    def of(cls, items: Sequence[Passage]) -> "Corpus":
        """The corpus of the passages, entries in the order in which they first come."""
        slugs = list(dict.fromkeys(item.slug for item in items))
        place = {slug: at for at, slug in enumerate(slugs)}
        return cls(slugs, {language: _side(items, place, language) for language in LANGUAGES})


def _side(items: Sequence[Passage], place: Mapping[str, int], language: Language) -> Side:
    mine = sorted((item for item in items if item.language == language), key=lambda item: place[item.slug])
    owner = np.array([place[item.slug] for item in mine], dtype=np.int64)
    entries, starts = np.unique(owner, return_index=True)
    whole: dict[int, list[str]] = {int(entry): [] for entry in entries}
    by_passage = []
    for item, at in zip(mine, owner, strict=True):
        found = stems(item.indexed)
        by_passage.append(found)
        whole[int(at)] += found
    return Side(mine, owner, entries, starts, _model(by_passage), _model(list(whole.values())))


def _model(documents: list[list[str]]) -> Any:
    import bm25s

    if not any(documents):
        return None
    model = bm25s.BM25()
    model.index(documents, show_progress=False)
    return model


def _bm25(model: Any, query: Sequence[str], count: int) -> Scores:
    known = [stem for stem in query if model is not None and stem in model.vocab_dict]
    return np.asarray(model.get_scores(known), dtype=np.float64) if known else np.zeros(count)


@cache
def _stemmer(name: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(name)
