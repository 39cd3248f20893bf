"""What a conversation is made of: threads, turns, drafts shown for a decision, and their ids."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tools.document import Answer
from tools.errors import UserError
from tools.text import Language, Text

THREAD_ID = re.compile(r"chat-[0-9a-f]{32}")
TITLE = 80  # characters of the first question that a thread goes by until it is renamed
OTHER_DATA = Text(
    "This conversation is about other data: ask it there, or begin a new one.",
    "Эта беседа — о других данных: спросите по ним или начните новую.",
)


class BadState(UserError):
    """The file of conversations and unfinished runs cannot be read or written; says which file and what to do."""


class Busy(UserError):
    """Somebody else holds the conversation for longer than one would wait."""


class KeyReused(UserError):
    """The key of a turn came with other words than the first time."""


class NotWaiting(UserError):
    """A decision about what does not wait for it."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation: its id, the user's name for it, a title, the data it is about, when it began and last went on."""

    id: str
    name: str
    title: str
    snapshot: str
    created: datetime
    updated: datetime
    turns: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One message and its answer; without an answer it was accepted and is still to be answered.

    ``about`` holds what else it was asked with: language, day, an explicit decision.
    """

    thread: str
    place: int
    turn: str
    question: str
    at: datetime
    about: "About"
    tries: int = 0
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What a message came with beside its words."""

    language: Language | None = None
    as_of: date | None = None
    decision: tuple[str, str, str] | None = None

    def written(self) -> str:
        """As JSON."""
        day = self.as_of.isoformat() if self.as_of else None
        return json.dumps({"language": self.language, "as_of": day, "decision": self.decision}, ensure_ascii=False)

    @classmethod
    def read(cls, raw: str) -> "About":
        """The one that `written` wrote."""
        found = json.loads(raw)
        day = date.fromisoformat(found["as_of"]) if found["as_of"] else None
        return cls(found["language"], day, tuple(found["decision"]) if found["decision"] else None)


@dataclass(frozen=True, slots=True)
class Draft:
    """A document or a questionnaire that a thread showed, and the last decision about it ("" while there is none)."""

    kind: str
    ref: str
    shown: str
    decision: str


def thread_id(thread: str, snapshot: str) -> str:
    """The id under which a thread's state is kept: of the user's name for it and the data it is about."""
    return "chat-" + hashlib.sha256(f"{snapshot}|{thread}".encode()).hexdigest()[:32]


def once_id(turn: str, snapshot: str) -> str:
    """The id under which a question outside any thread is kept, so that the same one is answered once."""
    return "once-" + hashlib.sha256(f"{snapshot}|{turn}".encode()).hexdigest()[:32]


def stamp(at: datetime) -> str:
    """A moment as text whose order is that of time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def shortened(title: str) -> str:
    """A title on one line, of eighty characters at most."""
    words = " ".join(title.split())
    return words if len(words) <= TITLE else words[: TITLE - 1].rstrip() + "…"


def refuse_other_data(thread: Thread, snapshot: str) -> None:
    """Raise `UserError` where a thread is about other data."""
    if thread.snapshot != snapshot:
        raise UserError(OTHER_DATA)
