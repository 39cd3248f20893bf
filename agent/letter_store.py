"""Letters as they are kept: a draft once under its id, decisions in a journal, the approved text frozen.

``letters/<id>.json`` is the draft, ``<id>.decisions.jsonl`` what was decided, a line each, never changed,
``<id>.<hash>.txt`` a text somebody edited, ``<id>.approved.txt`` the text that may go out. Asked twice, decided once.
"""

import fcntl
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from agent.conversation import NotWaiting
from agent.letter_check import unbound
from agent.memory import digest, write_once
from tools.errors import UnknownName, UserError
from tools.reports.json_text import dumps
from tools.text import Text, same

Status = Literal["draft", "held", "approved", "rejected"]
Json = dict[str, Any]
LONGEST = 20_000
ID = re.compile(r"[0-9a-f]{16}")
FROZEN = Text(
    "The letter {ref} was approved on {day} and may have gone out: it is not changed any more. Ask for a new draft instead.",
    "Письмо {ref} утверждено {day} и могло уже уйти: оно больше не меняется. Запросите новый черновик.",
)
NO_TEXT = Text("The edited letter is empty: nothing was approved.", "Исправленное письмо пустое: ничего не утверждено.")
TOO_LONG = Text(
    "The edited letter is longer than {n} characters: shorten it.",
    "Исправленное письмо длиннее {n} знаков: сократите его.",
)
NO_REASON = Text("Say why the letter is rejected.", "Напишите, почему письмо отклонено.")


class Unbound(UserError):
    """The edited text holds what the draft does not: ``found`` are numbers not from the data and words for us only."""

    def __init__(self, found: tuple[str, ...]) -> None:
        super().__init__(NOT_OURS.fill(found=same(", ".join(found))))
        self.found = found


NOT_OURS = Text(
    "This is not from your data, or not for a client's eyes: {found}. If it must stand as you wrote it, confirm that: "
    "--as-written (in a request, as_written).",
    "Этого нет в ваших данных или это не для глаз клиента: {found}. Если так и нужно, подтвердите: --as-written (в запросе — "
    "as_written).",
)


def kept(home: Path, draft: Json) -> Json:
    """The draft as it is kept, written now where it is new; its status and decisions with it."""
    path = _path(home, draft["id"], "json")
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with _held(home, draft["id"]):
            write_once(path, (dumps(draft) + "\n").encode())
    return read(home, draft["id"])


def read(home: Path, ref: str) -> Json:
    """A letter by its id: the draft, ``status``, ``decisions`` and the ``text`` in force; `UnknownName` where there is none."""
    path = _path(home, ref, "json")
    if not path.is_file():
        raise UnknownName(Text("letter", "письмо"), ref, [])
    draft: Json = json.loads(path.read_text("utf-8"))
    events = _events(home, ref)
    last = events[-1] if events else {}
    status: Status = last.get("decision", "draft")
    text = _text(home, ref, draft, last)
    shown: Json = {
        **draft, "status": status, "edited": text != draft["text"], "text": text, "original": draft["text"],
        "hash": digest(text)[:16], "decisions": events,
    }  # fmt: skip
    return {**shown, "spans": [], "clients": _filled(draft, text)} if shown["edited"] else shown


def approve(home: Path, ref: str, *, at: datetime) -> Json:
    """The letter with its text frozen: the draft's, or the edited one that waits for this; a second time changes nothing."""
    with _locked(home, ref):
        now = read(home, ref)
        if now["status"] != "approved":
            text = now["text"] if now["status"] == "held" else now["original"]
            _freeze(home, ref, text, at, edited=text != now["original"], as_written=now["status"] == "held")
    return read(home, ref)


def edit(home: Path, ref: str, text: str, *, at: datetime, as_written: bool = False, hold: bool = False) -> Json:
    """The letter approved with an edited text; the original stays in the draft.

    `Unbound` where the text holds numbers or words that the draft does not, unless ``as_written``; with ``hold`` the
    text is kept first and waits for `approve`. An approved letter is `NotWaiting`, unless with the same text.
    """
    said = "\n".join(row.rstrip() for row in text.strip().splitlines())
    if not said:
        raise UserError(NO_TEXT)
    if len(said) > LONGEST:
        raise UserError(TOO_LONG.fill(n=LONGEST))
    with _locked(home, ref):
        now = read(home, ref)
        if now["status"] == "approved":
            _frozen(now, allowed=now["text"] == said)
            return now
        original = now["original"]
        found = () if as_written else unbound(said, original, bound=[*_values(now)])
        if found:
            if hold:
                write_once(_path(home, ref, f"{digest(said)[:16]}.txt"), said.encode())
                _note(home, ref, {"at": _day(at), "decision": "held", "hash": digest(said)[:16], "found": list(found)})
            raise Unbound(found)
        _freeze(home, ref, said, at, edited=said != original, as_written=as_written)
    return read(home, ref)


def reject(home: Path, ref: str, reason: str, *, at: datetime) -> Json:
    """The letter rejected with the reason; again, it stays so. An approved letter is `NotWaiting`."""
    said = " ".join(reason.split())[:1000]
    if not said:
        raise UserError(NO_REASON)
    with _locked(home, ref):
        now = read(home, ref)
        _frozen(now, allowed=now["status"] != "approved")
        if now["status"] != "rejected":
            _note(home, ref, {"at": _day(at), "decision": "rejected", "reason": said})
    return read(home, ref)


def file_of(home: Path, ref: str) -> Path:
    """Where the approved text of a letter stands."""
    return _path(home, ref, "approved.txt")


def forget(home: Path, ref: str) -> None:
    """Remove a draft that nobody approved, with everything kept about it; nothing where it is approved or unknown."""
    if not ID.fullmatch(ref) or not _path(home, ref, "json").is_file() or read(home, ref)["status"] == "approved":
        return
    for path in sorted(_folder(home).glob(f"{ref}.*")):
        path.unlink(missing_ok=True)


def _freeze(home: Path, ref: str, text: str, at: datetime, *, edited: bool, as_written: bool = False) -> None:
    """The text first, then the line that says it is approved: a kill between the two leaves a draft."""
    write_once(_path(home, ref, "approved.txt"), text.encode())
    _note(
        home, ref,
        {"at": _day(at), "decision": "approved", "hash": digest(text)[:16], "edited": edited, "as_written": as_written},
    )  # fmt: skip


def _text(home: Path, ref: str, draft: Json, last: Mapping[str, Any]) -> str:
    """The text in force: the approved one, the edited one that waits, else the draft's."""
    if last.get("decision") == "approved":
        return _path(home, ref, "approved.txt").read_text("utf-8")
    if last.get("decision") == "held":
        return _path(home, ref, f"{last['hash']}.txt").read_text("utf-8")
    return str(draft["text"])


def _filled(draft: Json, text: str) -> list[Json]:
    """The letters to the clients of a segment by an edited text; what is not known of one stays in its brackets."""
    labels = {column["key"]: f"[{column['title']}]" for column in draft["columns"]}
    made = []
    for line in draft["clients"]:
        own = text
        for key, value in line["values"].items():
            own = own.replace(labels[key], value)
        made.append({**line, "text": own})
    return made


def _frozen(now: Json, *, allowed: bool) -> None:
    if not allowed:
        day = now["decisions"][-1]["at"][:10]
        raise NotWaiting(FROZEN.fill(ref=now["id"], day=day))


def _values(draft: Json) -> Iterator[str]:
    """What the draft fills in for the clients of a segment; what it says of one client stands in its text."""
    for line in draft["clients"]:
        yield from line["values"].values()


def _events(home: Path, ref: str) -> list[Json]:
    path = _path(home, ref, "decisions.jsonl")
    if not path.is_file():
        return []
    return [json.loads(row) for row in path.read_text("utf-8").splitlines() if row.strip()]


def _note(home: Path, ref: str, event: Json) -> None:
    rows = [*_events(home, ref), event]
    write_once(
        _path(home, ref, "decisions.jsonl"),
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(),
    )


@contextmanager
def _locked(home: Path, ref: str) -> Iterator[None]:
    """One decision at a time about one letter that is there."""
    read(home, ref)
    with _held(home, ref):
        yield


@contextmanager
def _held(home: Path, ref: str) -> Iterator[None]:
    """One at a time, across threads and processes."""
    with _path(home, ref, "lock").open("a+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _day(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _folder(home: Path) -> Path:
    return home / "letters"


def _path(home: Path, ref: str, ending: str) -> Path:
    if not ID.fullmatch(ref):
        raise UnknownName(Text("letter", "письмо"), ref, [])
    return _folder(home) / f"{ref}.{ending}"
