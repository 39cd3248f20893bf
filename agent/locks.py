"""One at a time, across threads and processes: waited for in the order of arrival, and not forever."""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from agent.conversation import Busy
from tools.text import Text

_QUEUES: dict[Path, list[object]] = {}
_CHANGED = threading.Condition()
POLL_SECONDS = 0.01
BUSY = Text(
    "An earlier message of this conversation is still being answered: wait for the answer and send this one again.",
    "В этой беседе ещё готовится ответ на прошлое сообщение: дождитесь его и отправьте это ещё раз.",
)


@contextmanager
def held(path: Path, *, seconds: float) -> Iterator[None]:
    """Hold a lock file, which a kill frees; those of one process get it in the order in which they came.

    Raises `Busy` after ``seconds``.
    """
    end = time.monotonic() + seconds
    ticket = object()
    with _CHANGED:
        queue = _QUEUES.setdefault(path, [])
        queue.append(ticket)
        first = _CHANGED.wait_for(lambda: queue[0] is ticket, seconds)
    try:
        if not first:
            raise Busy(BUSY)
        with _locked(path, end):
            yield
    finally:
        with _CHANGED:
            queue.remove(ticket)
            if not queue:
                _QUEUES.pop(path, None)
            _CHANGED.notify_all()


@contextmanager
def _locked(path: Path, end: float) -> Iterator[None]:
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as lock:
            while not _taken(lock):
                if time.monotonic() > end:
                    raise Busy(BUSY)
                time.sleep(POLL_SECONDS)
            if _is_still(lock, path):
                yield
                return


def _taken(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(lock: IO[bytes], path: Path) -> bool:
    """Whether the file that was locked is the one at its place: whoever erased a conversation took it away."""
    try:
        return os.fstat(lock.fileno()).st_ino == path.stat().st_ino
    except FileNotFoundError:
        return False


def write_ahead(connection: sqlite3.Connection, *, seconds: float) -> None:
    """Switch a file to a write-ahead log; SQLite waits for a write but not for this, so it is asked again."""
    end = time.monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        time.sleep(POLL_SECONDS)
