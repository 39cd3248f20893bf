"""How alike two questions are worded: stems, pairs of stems and runs of letters that both have, the rare ones more."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

#: Places for pieces of wording; two that share one are taken for the same.
PLACES = 1 << 16
#: How much shared stems and shared letters count, beside a shared meaning of one; chosen on questions not seen before.
STEMS, LETTERS = 0.4, 0.3
RUNS = range(2, 6)


@dataclass(frozen=True, slots=True)
class Wordings:
    """The wording of many texts, by piece: which texts have it (``texts[starts[p]:starts[p + 1]]``) and with what weight."""

    starts: NDArray[np.int32]
    texts: NDArray[np.uint16]
    weights: NDArray[np.float16]
    rare: NDArray[np.float32]

    def alike(self, text: str, count: int) -> NDArray[np.float32]:
        """How alike each of the ``count`` texts is worded to a text: from 0 to STEMS + LETTERS."""
        own = _weighted(text, self.rare)
        spans = [slice(self.starts[place], self.starts[place + 1]) for place in own]
        at = np.concatenate([self.texts[span] for span in spans]) if spans else np.zeros(0, np.uint16)
        parts = [self.weights[span].astype(np.float32) * own[place] for place, span in zip(own, spans, strict=True)]
        summed = np.bincount(at, np.concatenate(parts) if parts else None, minlength=count)
        return summed.astype(np.float32)


def worded(texts: Sequence[str]) -> Wordings:
    """The wordings of texts; ValueError for none, and for more than 65,536 of them."""
    if not 0 < len(texts) <= PLACES:
        raise ValueError(f"{len(texts)} texts: from 1 to {PLACES} can be kept")
    seen = Counter(place for text in texts for place in {place for bag in _bags(text) for place in bag})
    rare = np.full(PLACES, log(1 + len(texts)) + 1, np.float32)
    for place, count in seen.items():
        rare[place] = log((1 + len(texts)) / (1 + count)) + 1
    rows = [(place, at, weight) for at, text in enumerate(texts) for place, weight in _weighted(text, rare).items()]
    rows.sort()
    places, at, weights = (np.array(column) for column in zip(*rows, strict=True))
    starts = np.searchsorted(places, np.arange(PLACES + 1)).astype(np.int32)
    return Wordings(starts, at.astype(np.uint16), weights.astype(np.float16), rare)


def _weighted(text: str, rare: NDArray[np.float32]) -> dict[int, float]:
    """The weight of each piece of a text: stems together of length √STEMS, letters of length √LETTERS."""
    found: dict[int, float] = {}
    for bag, share in zip(_bags(text), (STEMS, LETTERS), strict=True):
        own = {place: (1 + log(count)) * float(rare[place]) for place, count in bag.items()}
        length = sqrt(sum(weight * weight for weight in own.values()) / share)
        for place, weight in own.items():
            found[place] = found.get(place, 0.0) + weight / length
    return found


@lru_cache(maxsize=512)
def _bags(text: str) -> tuple[Counter[int], Counter[int]]:
    """How often a text has each stem and pair of stems, and each run of letters within a word."""
    from knowledge.search import stems

    said = text.lower().replace("ё", "е")
    return _places(_pairs(stems(said))), _places(run for word in said.split() for run in _runs(f" {word} "))


def _pairs(own: Sequence[str]) -> Iterator[str]:
    yield from own
    yield from (f"{first} {second}" for first, second in zip(own, own[1:], strict=False))


def _runs(word: str) -> Iterator[str]:
    return (word[at : at + length] for length in RUNS for at in range(len(word) - length + 1))


def _places(pieces: Iterable[str]) -> Counter[int]:
    return Counter(crc32(piece.encode()) % PLACES for piece in pieces)
