"""The dense index: Chroma under the workspace, made from the cards, checked at start, rebuilt when it does not fit.

A build goes into a directory of its own and is moved into place whole, under a lock that dies with its process.
Chroma is never given an embedding function, never run as a server, and its telemetry is off.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from knowledge.embed import Embedder, Vectors, vectors_of
from knowledge.passages import Passage
from tools.errors import BackendError
from tools.text import LANGUAGES, Language, Text

if TYPE_CHECKING:
    from chromadb.api.client import Client

BATCH = 4_000
#: Vectors are compared one and all, so the graph of neighbours that Chroma draws beside them is kept as thin as it goes.
GRAPH: Any = {"space": "cosine", "ef_construction": 8, "max_neighbors": 2}
_FORMAT = 2
BUSY = Text(
    "The search index is being built by another process; until it is ready, cards are found by their words alone.",
    "Поисковый индекс сейчас строит другой процесс; пока он не готов, карточки ищутся только по словам.",
)


class Busy(BackendError):
    """Another process is building the index at this moment; ``text`` says what that means for the user."""

    def __init__(self) -> None:
        super().__init__("chroma", "another process builds the index", retryable=True)
        self.text = BUSY


@dataclass(frozen=True, slots=True)
class Index:
    """An open, checked index: one collection a language."""

    path: Path
    client: "Client"
    held: dict[Language, tuple[list[str], Vectors]] = field(default_factory=dict)

    def similarity(self, vector: Vectors, language: Language) -> dict[str, float]:
        """Cosine similarity of every passage of the language to the vector, by passage hash.

        The index is small, so its vectors are held in memory and compared one and all: no neighbour is missed.
        """
        keys, rows = self.rows(language)
        return dict(zip(keys, (rows @ np.asarray(vector, dtype="float32")).tolist(), strict=True))

    def rows(self, language: Language) -> tuple[list[str], Vectors]:
        """Hashes and vectors of the passages of a language, read from Chroma once."""
        if language not in self.held:
            found = _collection(self.client, language).get(include=["embeddings"])
            rows = np.asarray(found["embeddings"], dtype="float32").reshape(len(found["ids"]), -1)
            self.held[language] = (list(found["ids"]), rows)
        return self.held[language]

    def close(self) -> None:
        """Lets go of the files."""
        self.client.close()


def open_index(home: Path, items: Sequence[Passage], embedder: Embedder) -> Index:
    """The index of these passages under ``home/chroma``, built if absent, rebuilt if damaged or incomplete.

    Vectors of an older index are taken over; older indexes go when the new one is in place. Raises `Busy` at once where
    another process is building, `BackendError` when a fresh build cannot be read back.
    """
    root = home / "chroma"
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted = _manifest(items, embedder)
    path = root / _digest(wanted)
    found = _checked(path, items, embedder, wanted=wanted)
    if found is None:
        with _locked(root / "build.lock"):
            found = _checked(path, items, embedder, wanted=wanted)
            if found is None:
                _build(path, items, embedder, wanted=wanted)
                found = _checked(path, items, embedder, wanted=wanted)
    if found is None:
        raise BackendError("chroma", f"the index just built in {path.name!r} cannot be read back", retryable=True)
    return found


def _manifest(items: Sequence[Passage], embedder: Embedder) -> dict[str, Any]:
    keys = {language: sorted(item.key for item in items if item.language == language) for language in LANGUAGES}
    return {"format": _FORMAT, "embedder": embedder.name, "passages": keys}


def _digest(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:16]


def _client(path: Path) -> "Client":
    import chromadb
    from chromadb.config import Settings

    return cast("Client", chromadb.PersistentClient(path=str(path), settings=Settings(anonymized_telemetry=False)))


def _collection(client: "Client", language: Language) -> Any:
    return client.get_collection(f"cards-{language}", embedding_function=None)


def _build(path: Path, items: Sequence[Passage], embedder: Embedder, *, wanted: dict[str, Any]) -> None:
    rows = vectors_of(items, embedder, known=_known(path.parent, embedder))
    fresh = path.with_name(f"new-{path.name}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    client = _client(fresh)
    for language in LANGUAGES:
        places = [place for place, item in enumerate(items) if item.language == language]
        collection = client.create_collection(
            f"cards-{language}", embedding_function=None, configuration={"hnsw": GRAPH}
        )
        if places:
            for start in range(0, len(places), BATCH):
                part = places[start : start + BATCH]
                collection.add(ids=[items[place].key for place in part], embeddings=rows[part])
    client.close()
    (fresh / "manifest.json").write_text(json.dumps(wanted, sort_keys=True), "utf-8")
    if path.exists():
        shutil.rmtree(path)
    os.replace(fresh, path)
    for other in _indexes(path.parent):
        if other != path:
            shutil.rmtree(other, ignore_errors=True)


def _indexes(root: Path) -> list[Path]:
    """The folders of indexes, whole or not."""
    return sorted(found.parent for found in root.glob("*/manifest.json"))


def _known(root: Path, embedder: Embedder) -> dict[str, Vectors]:
    """Vectors of the same model in the indexes at hand, by passage hash; a damaged index gives none."""
    from chromadb.errors import ChromaError

    known: dict[str, Vectors] = {}
    for folder in _indexes(root):
        try:
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if manifest.get("embedder") != embedder.name or not _intact(folder, manifest):
            continue
        client = _client(folder)
        try:
            for language in LANGUAGES:
                keys, rows = Index(folder, client).rows(language)
                known |= dict(zip(keys, rows, strict=True))
        except (ChromaError, ValueError):
            pass
        finally:
            client.close()
    return known


def _checked(path: Path, items: Sequence[Passage], embedder: Embedder, *, wanted: dict[str, Any]) -> Index | None:
    """The index opened, or None where a file is damaged, a count differs, or a passage does not find itself."""
    if not _intact(path, wanted):
        return None
    from chromadb.errors import ChromaError

    client = _client(path)
    try:
        index = Index(path, client)
        for language in LANGUAGES:
            if _collection(client, language).count() != len(wanted["passages"][language]):
                client.close()
                return None
        if items:
            probe = items[0]
            near = index.similarity(vectors_of([probe], embedder)[0], probe.language)
            if not np.isclose(near.get(probe.key, 0.0), 1.0, atol=1e-2):
                client.close()
                return None
    except ChromaError:
        client.close()
        return None
    return index


def _intact(path: Path, wanted: dict[str, Any]) -> bool:
    """Whether manifest and database file are there and whole, asked without Chroma, which fails unclearly."""
    store = path / "chroma.sqlite3"
    if not store.is_file() or not (path / "manifest.json").is_file():
        return False
    try:
        if json.loads((path / "manifest.json").read_text("utf-8")) != wanted:
            return False
        with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return bool(database.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except (ValueError, sqlite3.DatabaseError):
        return False


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One builder at a time, across processes: an exclusive SQLite transaction, released when its process ends."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise Busy from error
        yield
