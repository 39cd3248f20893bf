"""Conversations on disk: threads, their turns, what each turn told while it was answered, and the effects it had.

Rows of the same file as the checkpoints. A turn is a row from the moment it is accepted; its answer, once written, is
what everyone who asks for that turn gets.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.conversation import About, Draft, Thread, Turn, shortened, stamp
from agent.locks import held
from agent.memory import decode, encode
from agent.saver import connected
from agent.sentences import Result
from agent.state import ChatEvent
from tools.document import Answer
from tools.errors import UnknownName
from tools.text import Text

TABLES = """
CREATE TABLE IF NOT EXISTS threads (id TEXT PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL, snapshot TEXT NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, listed INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS turns (thread TEXT NOT NULL, place INTEGER NOT NULL, turn TEXT NOT NULL, question TEXT NOT NULL,
    at TEXT NOT NULL, about TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, plan TEXT, answer TEXT,
    PRIMARY KEY (thread, place), UNIQUE (thread, turn));
CREATE TABLE IF NOT EXISTS told (thread TEXT NOT NULL, turn TEXT NOT NULL, id INTEGER NOT NULL, kind TEXT NOT NULL,
    data TEXT NOT NULL, PRIMARY KEY (thread, turn, id));
CREATE TABLE IF NOT EXISTS effects (key TEXT PRIMARY KEY, thread TEXT NOT NULL, turn TEXT NOT NULL, kind TEXT NOT NULL,
    ref TEXT NOT NULL, decision TEXT NOT NULL, at TEXT NOT NULL, result TEXT);
CREATE TABLE IF NOT EXISTS drafts (thread TEXT NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL, shown TEXT NOT NULL,
    decision TEXT NOT NULL DEFAULT '', PRIMARY KEY (thread, kind, ref));
"""
KNOWN = Text("conversation", "беседа")
LISTED = Text("All of them: cvm threads.", "Все беседы: cvm threads.")


@contextmanager
def locked(home: Path, thread: str, *, seconds: float) -> Iterator[None]:
    """Hold a thread: the next message waits for its turn, then `agent.locks.Busy` is raised."""
    with held(home / "locks" / f"{thread}.lock", seconds=seconds):
        yield


def unlock_file(home: Path, thread: str) -> None:
    """Take away the lock file of an erased thread; whoever waits at it finds that out."""
    (home / "locks" / f"{thread}.lock").unlink(missing_ok=True)


@contextmanager
def book_at(path: Path, *, synced: bool = True) -> Iterator["Book"]:
    """The conversations of a state file."""
    with connected(path, synced=synced) as connection:
        connection.executescript(TABLES)
        yield Book(connection)


class Book:
    """The rows of conversations; each method is one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(self, thread: str, name: str, snapshot: str, *, at: datetime, title: str, listed: bool = True) -> None:
        """Note a thread; one that is there stays as it is, but for the day it last went on."""
        with self._connection as rows:
            rows.execute(
                "INSERT INTO threads VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET updated = excluded.updated, "
                "title = CASE WHEN title = '' THEN excluded.title ELSE title END",
                (thread, name, shortened(title), snapshot, stamp(at), stamp(at), int(listed)),
            )

    def threads(
        self, *, snapshot: str | None = None, before: tuple[str, str] | None = None, limit: int = -1
    ) -> list[Thread]:
        """Threads, the one that last went on first; ``before``: (updated, id) of the last one of the page before."""
        last, last_id = before or ("9999", "")
        found = self._connection.execute(
            f"{_THREAD} WHERE listed AND (? IS NULL OR snapshot = ?) AND (updated < ? OR updated = ? AND id > ?) "
            "ORDER BY updated DESC, id LIMIT ?",
            (snapshot, snapshot, last, last, last_id, limit),
        )
        return [_thread(row) for row in found]

    def thread(self, thread: str) -> Thread:
        """A thread by its id, or by its name where one thread alone has it; else `UnknownName`."""
        found = [
            _thread(row)
            for row in self._connection.execute(
                f"{_THREAD} WHERE listed AND (id = ? OR name = ?) ORDER BY id = ? DESC", (thread, thread, thread)
            )
        ]
        if not found or (len(found) > 1 and found[0].id != thread):
            known = [item.id for item in found] or [item.name for item in self.threads()]
            raise UnknownName(KNOWN, thread, known, hint=LISTED)
        return found[0]

    def rename(self, thread: str, title: str) -> None:
        """Give a thread another title."""
        with self._connection as rows:
            rows.execute("UPDATE threads SET title = ? WHERE id = ?", (shortened(title), thread))

    def accept(self, thread: str, turn: str, question: str, about: About, *, at: datetime) -> Turn:
        """Write a new turn down, before anything is done about it."""
        with self._connection as rows:
            place = rows.execute(
                "INSERT INTO turns (thread, place, turn, question, at, about) SELECT ?, coalesce(max(place), 0) + 1, ?, ?, ?, ? "
                "FROM turns WHERE thread = ? RETURNING place",
                (thread, turn, question, stamp(at), about.written(), thread),
            ).fetchall()[0][0]
        return Turn(thread, place, turn, question, at, about)

    def again(self, turn: Turn) -> None:
        """Count on disk that the turn is begun: one that kills each process that takes it up can be told by that."""
        with self._connection as rows:
            rows.execute("UPDATE turns SET tries = tries + 1 WHERE thread = ? AND place = ?", (turn.thread, turn.place))

    def drop(self, turn: Turn) -> None:
        """Forget an accepted turn that was not answered."""
        with self._connection as rows:
            rows.execute(
                "DELETE FROM turns WHERE thread = ? AND place = ? AND answer IS NULL", (turn.thread, turn.place)
            )
            rows.execute("DELETE FROM told WHERE thread = ? AND turn = ?", (turn.thread, turn.turn))

    def answer(self, turn: Turn, answer: Answer, *, shown: str, at: datetime) -> Answer:
        """Write the answer, once; what stands there comes back, as whoever reads it later gets it."""
        raw = encode(answer).decode()
        plan = json.dumps([dict(call) for call in answer.tools], ensure_ascii=False)
        with self._connection as rows:
            rows.execute(
                "UPDATE turns SET answer = ?, plan = ? WHERE thread = ? AND place = ? AND answer IS NULL",
                (raw, plan, turn.thread, turn.place),
            )
            rows.execute("UPDATE threads SET updated = ? WHERE id = ?", (stamp(at), turn.thread))
            if answer.pending is not None:
                rows.execute(
                    "INSERT INTO drafts VALUES (?, ?, ?, ?, '') ON CONFLICT DO UPDATE SET shown = excluded.shown",
                    (turn.thread, answer.pending.kind, answer.pending.ref, shown),
                )
        found = self.turn(turn.thread, turn.turn)
        assert found is not None and found.answer is not None
        return found.answer

    def turn(self, thread: str, turn: str) -> Turn | None:
        """A turn by its id, or None."""
        row = self._connection.execute(f"{_TURN} WHERE thread = ? AND turn = ?", (thread, turn)).fetchone()
        return None if row is None else _turn(row)

    def open_turn(self, thread: str) -> Turn | None:
        """The turn that was accepted and not answered, or None."""
        row = self._connection.execute(
            f"{_TURN} WHERE thread = ? AND answer IS NULL ORDER BY place LIMIT 1", (thread,)
        ).fetchone()
        return None if row is None else _turn(row)

    def open_threads(self) -> list[tuple[str, str]]:
        """Id and snapshot of every thread with a turn that was accepted and not answered."""
        found = self._connection.execute(
            "SELECT DISTINCT threads.id, snapshot FROM turns JOIN threads ON thread = threads.id WHERE answer IS NULL"
        )
        return [(row[0], row[1]) for row in found]

    def history(self, thread: str, *, after: int = 0, limit: int = -1) -> list[Turn]:
        """The answered turns of a thread with a place above ``after``, in order."""
        found = self._connection.execute(
            f"{_TURN} WHERE thread = ? AND place > ? AND answer IS NOT NULL ORDER BY place LIMIT ?",
            (thread, after, limit),
        )
        return [_turn(row) for row in found]

    def note(self, turn: Turn, kind: str, data: str) -> int:
        """Write down what a turn told; its number within the turn comes back."""
        with self._connection as rows:
            row = rows.execute(
                "INSERT INTO told SELECT ?, ?, coalesce(max(id), 0) + 1, ?, ? FROM told WHERE thread = ? AND turn = ? RETURNING id",
                (turn.thread, turn.turn, kind, data, turn.thread, turn.turn),
            ).fetchall()[0]
        return int(row[0])

    def told(self, thread: str, turn: str) -> list[ChatEvent]:
        """What a turn told so far, in order."""
        found = self._connection.execute(
            "SELECT id, kind, data FROM told WHERE thread = ? AND turn = ? ORDER BY id", (thread, turn)
        )
        return [ChatEvent(*row) for row in found]

    def drafts(self, thread: str) -> list[Draft]:
        """What a thread showed for a decision, the latest last."""
        found = self._connection.execute(
            "SELECT kind, ref, shown, decision FROM drafts WHERE thread = ? ORDER BY rowid", (thread,)
        )
        return [Draft(*row) for row in found]

    def kept_elsewhere(self, thread: str, draft: Draft) -> bool:
        """Whether another thread showed the same draft."""
        row = self._connection.execute(
            "SELECT 1 FROM drafts WHERE thread != ? AND kind = ? AND ref = ?", (thread, draft.kind, draft.ref)
        ).fetchone()
        return row is not None

    def effect(self, key: str) -> Result | None:
        """The result of an effect that was had, or None."""
        row = self._connection.execute("SELECT result FROM effects WHERE key = ?", (key,)).fetchone()
        return None if row is None else _result(row[0])

    def had(self, key: str, turn: Turn, decided: tuple[str, str, str], result: Result, *, at: datetime) -> Result:
        """Note an effect (kind, ref, decision) with its result; the one noted first comes back."""
        kind, ref, decision = decided
        with self._connection as rows:
            rows.execute(
                "INSERT INTO effects VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (key, turn.thread, turn.turn, kind, ref, decision, stamp(at), encode(result).decode()),
            )
            if result.refused is None:
                rows.execute(
                    "UPDATE drafts SET decision = ? WHERE thread = ? AND kind = ? AND ref = ?",
                    (decision, turn.thread, kind, ref),
                )
        return self.effect(key) or result

    def older(self, than: datetime, *, alone: datetime) -> list[str]:
        """Ids of the threads that last went on before a moment; of questions outside any thread, before another."""
        found = self._connection.execute(
            "SELECT id FROM threads WHERE updated < ? OR (NOT listed AND updated < ?)", (stamp(than), stamp(alone))
        )
        return [row[0] for row in found]

    def erase(self, thread: str) -> None:
        """Every row of a thread, checkpoints included, gone from the file and from its log."""
        with self._connection as rows:
            known = {row[0] for row in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for table, column in _OWN:
                if table in known:
                    rows.execute(f"DELETE FROM {table} WHERE {column} = ?", (thread,))
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_THREAD = (
    "SELECT id, name, title, snapshot, created, updated, "
    "(SELECT count(*) FROM turns WHERE thread = threads.id AND answer IS NOT NULL) FROM threads"
)
_TURN = "SELECT thread, place, turn, question, at, about, tries, answer FROM turns"
_OWN = (
    ("checkpoints", "thread_id"), ("writes", "thread_id"), ("turns", "thread"), ("told", "thread"), ("effects", "thread"),
    ("drafts", "thread"), ("threads", "id"),
)  # fmt: skip


def _thread(row: Any) -> Thread:
    id, name, title, snapshot, created, updated, turns = row
    return Thread(id, name, title, snapshot, datetime.fromisoformat(created), datetime.fromisoformat(updated), turns)


def _turn(row: Any) -> Turn:
    thread, place, turn, question, at, about, tries, answer = row
    said = _decoded("answer", answer) if answer is not None else None
    return Turn(thread, place, turn, question, datetime.fromisoformat(at), About.read(about), tries, said)


def _result(raw: str) -> Result:
    found: Result = _decoded("result", raw)
    return found


def _decoded(kind: str, raw: str) -> Any:
    """A document out of a row; what is none is damage to the file like any other."""
    try:
        return decode(kind, raw)
    except ValueError as error:
        raise sqlite3.DatabaseError(f"a row holds no {kind}") from error
