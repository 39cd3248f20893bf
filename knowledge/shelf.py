"""The shelf of the user's own documents: kept under ``home/shelf``, searched and quoted, never obeyed.

``shelf/<id>/`` holds the original file and ``document.json``, the text read from it. A folder is filled beside the
shelf's others under a hidden name and moved into place whole; a removed one is first moved away. So whatever a killed
process leaves is hidden, and the next change of the shelf sweeps it out. The same content twice is one document.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge import documents
from knowledge.cutting import language_of, merged
from knowledge.passages import Passage
from tools.errors import BadData, UnknownName, UserError
from tools.text import Language, Text

Trust = Literal["own", "approved"]
TRUSTS: tuple[Trust, ...] = get_args(Trust)
LABELS: Mapping[str, Text] = {
    "own": Text(
        "your own document; what it says was not checked",
        "ваш собственный документ; сказанное в нём не проверялось",
    ),
    "approved": Text("approved by your company", "утверждён вашей компанией"),
}
MAX_DOCUMENTS = 2_000
MAX_CHARACTERS = 5_000_000  # of all documents together: some thousands of passages, compared in milliseconds
MAX_NAME = 120
SHORT = 12
ORIGINAL = "original"
_ID = re.compile(r"[0-9a-f]{32}")
DAMAGED = Text(
    "The document {id} on the shelf is damaged and is left out: add its file again, or remove it by this id.",
    "Документ {id} на полке повреждён и не участвует в поиске: добавьте его файл заново или уберите его по этому коду.",
)
TAKEN = Text(
    "Another document is called “{name}” already: remove it first if this is its new version, or rename the file.",
    "Документ с именем «{name}», но другим текстом, уже есть: если это новая версия, сначала уберите старую, иначе "
    "переименуйте файл.",
)
FULL = Text(
    f"The shelf holds at most {MAX_DOCUMENTS} documents and {MAX_CHARACTERS} characters of text: remove what is not needed.",
    f"На полку помещается не больше {MAX_DOCUMENTS} документов и {MAX_CHARACTERS} знаков текста: уберите ненужное.",
)
NO_NAME = Text("A document needs a name with letters in it.", "У документа должно быть имя с буквами.")
SEVERAL = Text(
    "Several documents are meant by “{name}”: give the id — {ids}.",
    "Под «{name}» подходят несколько документов: укажите код — {ids}.",
)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the user: its name and trust label, its paragraphs, the day it was added (UTC)."""

    id: str
    name: str
    trust: Trust
    language: Language
    added: str | None
    texts: tuple[str, ...]

    @property
    def slug(self) -> str:
        """What a hit of the search calls it: ``doc_`` and the first twelve hex digits of its content's hash."""
        return f"doc_{self.id[:SHORT]}"

    @property
    def label(self) -> Text:
        """How far it may be trusted, in words."""
        return LABELS[self.trust]

    def passages(self) -> list[Passage]:
        """Its paragraphs merged to 300–1,200 characters, each in the language of its own script.

        No word is cut. Shorter: the last, where the one before it is full. Longer: a single word that is.
        """
        return [
            Passage(self.slug, language_of(text, self.language), text, f"{self.name}. {text}")
            for text in merged(self.texts)
        ]


def shelved(home: Path) -> tuple[Document, ...]:
    """Every whole document of the shelf by name; damaged ones are left out, see `faults`."""
    found = (document for _, document in _entries(home) if document is not None)
    return tuple(sorted(found, key=lambda item: (item.name.casefold(), item.id)))


def faults(home: Path) -> Mapping[str, Text]:
    """By id, why a document of the shelf is left out; a folder without ``document.json`` was never on it."""
    return {id: DAMAGED.fill(id=id) for id, document in _entries(home) if document is None}


def stamp(home: Path) -> str:
    """A hash that changes whenever the shelf does, had without reading the documents."""
    held = []
    for folder in _folders(home):
        try:
            state = (folder / "document.json").stat()
        except FileNotFoundError:  # removed by another process at this moment
            continue
        held.append((folder.name, state.st_mtime_ns, state.st_size))
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]


def add(home: Path, path: Path, *, name: str | None = None, trust: str = "own") -> Document:
    """The document of a file, put on the shelf; known content keeps its day and takes the new name and label.

    Raises `BadData` for a file that cannot be read, a name taken by other content, a full shelf.
    """
    return add_all(home, [(path, name)], trust=trust)[0]


def add_all(home: Path, files: Sequence[tuple[Path, str | None]], *, trust: str = "own") -> tuple[Document, ...]:
    """The documents of several files with their names (None: the file's own): all go in, or none does."""
    label = _trust(trust)
    read = [_read(path, name, label) for path, name in files]
    with _locked(home) as root:
        on = {item.id: item for item in shelved(home)}
        names = {item.id: item.name for item in on.values()}
        for document, _ in read:
            if any(other != document.id and _same(name, document.name) for other, name in names.items()):
                raise BadData(TAKEN.fill(name=document.name))
            names[document.id] = document.name
        length = sum(len(text) for item in {**on, **{new.id: new for new, _ in read}}.values() for text in item.texts)
        if len(names) > MAX_DOCUMENTS or length > MAX_CHARACTERS:
            raise BadData(FULL)
        return tuple(_put(root, document, data) for document, data in read)


def remove(home: Path, id_or_name: str) -> Document:
    """Takes a document off the shelf and gives it back; one that is damaged only by its id, and without its text.

    Raises `UnknownName` where there is none, `UserError` where several are meant.
    """
    with _locked(home) as root:
        entries = {
            id: document or Document(id, id, "own", "en", added=None, texts=()) for id, document in _entries(home)
        }
        meant = [entries[id] for id in entries if id_or_name in (id, id[:SHORT], entries[id].slug)]
        meant = meant or [item for item in entries.values() if _same(item.name, id_or_name)]
        if not meant:
            known = [item.name for item in entries.values()]
            raise UnknownName(Text("document", "документ"), documents.clean(id_or_name)[:MAX_NAME], known)
        if len(meant) > 1:
            raise UserError(SEVERAL.fill(name=meant[0].name, ids=", ".join(item.id for item in meant)))
        _drop(root / meant[0].id)
        return meant[0]


class _Kept(BaseModel):
    """``document.json``, checked strictly."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: str
    name: str
    trust: Trust
    language: Language
    added: str | None
    texts: list[str]
    size: int


def _entries(home: Path) -> Iterator[tuple[str, Document | None]]:
    """The ids on the shelf, each with its document, or None where it is damaged."""
    for folder in _folders(home):
        yield folder.name, _opened(folder)


def _folders(home: Path) -> list[Path]:
    root = home / "shelf"
    folders = sorted(root.iterdir()) if root.is_dir() else []
    return [path for path in folders if _ID.fullmatch(path.name) and (path / "document.json").is_file()]


def _opened(folder: Path) -> Document | None:
    try:
        kept = _Kept.model_validate_json((folder / "document.json").read_bytes())
        whole = kept.id == folder.name and (folder / ORIGINAL).stat().st_size == kept.size
    except (ValidationError, OSError):
        return None
    if not whole or not kept.texts:
        return None
    return Document(kept.id, kept.name, kept.trust, kept.language, added=kept.added, texts=tuple(kept.texts))


def _read(path: Path, name: str | None, trust: Trust) -> tuple[Document, bytes]:
    """A file as a document of today, and its bytes; the ending of its path says how it is read."""
    shown = documents.clean(name if name is not None else path.name)
    data = documents.load(path, shown)
    texts = documents.paragraphs(shown, data, ending=path.suffix)
    if not any(letter.isalnum() for letter in shown):
        raise BadData(NO_NAME)
    id = hashlib.sha256(data).hexdigest()[:32]
    language = language_of(" ".join(texts))
    return Document(id, shown[:MAX_NAME].strip(), trust, language, datetime.now(UTC).date().isoformat(), texts), data


def _trust(given: str) -> Trust:
    found = next((trust for trust in TRUSTS if trust == given), None)
    if found is None:
        raise UnknownName(Text("trust label", "метка доверия"), given, TRUSTS)
    return found


def _same(one: str, other: str) -> bool:
    return documents.clean(one).casefold() == documents.clean(other).casefold()


def _put(root: Path, document: Document, data: bytes) -> Document:
    """Fills a hidden folder and moves it into place; of a document that is there already, the words alone change."""
    place = root / document.id
    before = _opened(place) if (place / "document.json").is_file() else None
    if before is not None:
        document = replace(document, added=before.added)
        if document != before:
            _write(place / ".document.part", _json(document, len(data)))
            os.replace(place / ".document.part", place / "document.json")
        return document
    fresh = root / f".new-{uuid.uuid4().hex}"
    fresh.mkdir(mode=0o700)
    _write(fresh / ORIGINAL, data)
    _write(fresh / "document.json", _json(document, len(data)))
    _drop(place)
    os.replace(fresh, place)
    _sync(root)
    return document


def _json(document: Document, size: int) -> bytes:
    return json.dumps({**asdict(document), "size": size}, ensure_ascii=False, indent=1).encode()


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _drop(place: Path) -> None:
    """Takes a folder away at once under a hidden name, then empties it."""
    if place.exists():
        gone = place.with_name(f".gone-{uuid.uuid4().hex}")
        os.replace(place, gone)
        shutil.rmtree(gone)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(home: Path) -> Iterator[Path]:
    """The shelf held by one writer at a time, swept of what killed ones left; a kill frees the lock."""
    root = home / "shelf"
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    root.chmod(0o700)
    with (root / ".lock").open("a+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in [*root.glob(".new-*"), *root.glob(".gone-*")]:
            shutil.rmtree(left)
        yield root
