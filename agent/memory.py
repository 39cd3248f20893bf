"""The run store: every finished part is written once, under the hash of its content, and noted in a journal.

``runs/<run>/identity.json`` is what the run was asked for, ``steps/<hash>.json.gz`` the finished parts, ``journal.jsonl``
what happened, one line an event, fsynced. A part that was written before its journal line (a kill between the two) is
found by its name in the folder and noted then: no finished part is ever made twice.
"""

import fcntl
import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from agent.sentences import Result
from tools.document import Answer, Audit, Claim, Section, Step, Telling

KINDS: dict[str, Any] = {
    "step": Step,
    "audit": Audit,
    "telling": Telling,
    "section": Section,
    "claims": tuple[Claim, ...],
    "answer": Answer,
    "result": Result,
}


def encode(value: object) -> bytes:
    """The JSON bytes of a document: decimals as strings, floats exactly, dates in ISO form."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":")).encode()


def decode(kind: str, raw: bytes | str) -> Any:
    """The document of bytes made by `encode`, equal to the one that was given, types of numbers included."""
    return _adapter(kind).validate_json(raw)


def canonical(value: object) -> str:
    """The text that a plain value is hashed by."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(raw: bytes | str) -> str:
    """Thirty-two hex digits of SHA-256."""
    return hashlib.sha256(raw if isinstance(raw, bytes) else raw.encode()).hexdigest()[:32]


def write_once(path: Path, raw: bytes) -> None:
    """Write a file so that it is there whole or not at all, power cut included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("wb") as out:
        out.write(raw)
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, path)
    _sync_folder(path.parent)


class RunStore:
    """The folder of one run."""

    def __init__(self, root: Path, run: str) -> None:
        self.run = run
        self.folder = root / run
        self.journal_path = self.folder / "journal.jsonl"

    @property
    def exists(self) -> bool:
        """True where the run was begun."""
        return (self.folder / "identity.json").is_file()

    def begin(self, identity: Mapping[str, object]) -> bool:
        """Note what the run was asked for; True where it is new."""
        if self.exists:
            return False
        write_once(self.folder / "identity.json", canonical(identity).encode())
        self.note("run")
        return True

    @property
    def identity(self) -> dict[str, Any]:
        """What the run was asked for."""
        found: dict[str, Any] = json.loads((self.folder / "identity.json").read_text("utf-8"))
        return found

    @contextmanager
    def locked(self, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
        """Hold the run: a second process (or thread) says so through ``on_wait`` and waits; a kill frees the lock."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a+b") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if on_wait is not None:
                    on_wait()
                fcntl.flock(lock, fcntl.LOCK_EX)
            self._mend_journal()
            yield

    def finish(self, name: str, kind: str, value: object, *, status: str = "done") -> str:
        """Write a finished part under the hash of its content, then its journal line; the hash comes back."""
        raw = json.dumps({"name": name, "kind": kind, "status": status}).encode() + b"\n" + encode(value)
        key = digest(raw)
        write_once(self._path(key), gzip.compress(raw, 3, mtime=0))
        self.note("finished", step=name, hash=key, status=status)
        return key

    def finished(self, name: str) -> str | None:
        """The hash of a finished part, or None; a part without its journal line gets it now."""
        for row in self.events():
            if row["event"] == "finished" and row["step"] == name and self.holds(row["hash"]):
                return str(row["hash"])
        noted = {row["hash"] for row in self.events() if row["event"] == "finished"}
        for path in sorted((self.folder / "steps").glob("*.json.gz")):
            key = path.name.partition(".")[0]
            if key not in noted and (about := self._head(key))["name"] == name:
                self.note("finished", step=name, hash=key, status=about["status"])
                return key
        return None

    def read(self, key: str) -> Any:
        """The finished part under a hash."""
        head, _, body = gzip.decompress(self._path(key).read_bytes()).partition(b"\n")
        return decode(json.loads(head)["kind"], body)

    def part(self, name: str) -> Any:
        """The finished part of a name, or None."""
        key = self.finished(name)
        return None if key is None else self.read(key)

    def holds(self, key: str) -> bool:
        """True where the part under a hash is on disk."""
        return self._path(key).is_file()

    def forget(self, name: str) -> None:
        """Drop a finished part, so that it is made again (wording that fell back because the model was down)."""
        key = self.finished(name)
        if key is not None:
            self._path(key).unlink()

    def events(self, after: int = 0) -> list[dict[str, Any]]:
        """The journal's rows with an id above ``after``; a line cut by a kill is not one."""
        if not self.journal_path.is_file():
            return []
        lines = self.journal_path.read_bytes().split(b"\n")[:-1]
        rows = [json.loads(line) for line in lines]
        return [row for row in rows if row["id"] > after]

    def note(self, event: str, *, step: str | None = None, hash: str | None = None, status: str | None = None) -> None:
        """Append a journal row, on disk before this returns."""
        rows = self.events()
        row = {"id": rows[-1]["id"] + 1 if rows else 1, "event": event, "step": step, "hash": hash, "status": status}
        with self.journal_path.open("ab") as out:
            out.write(json.dumps(row).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())

    def _path(self, key: str) -> Path:
        return self.folder / "steps" / f"{key}.json.gz"

    def _head(self, key: str) -> dict[str, Any]:
        with gzip.open(self._path(key)) as stream:
            found: dict[str, Any] = json.loads(stream.readline())
        return found

    def _mend_journal(self) -> None:
        if self.journal_path.is_file():
            raw = self.journal_path.read_bytes()
            whole = raw[: raw.rfind(b"\n") + 1]
            if whole != raw:
                write_once(self.journal_path, whole)


@cache
def _adapter(kind: str) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(KINDS[kind])


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
