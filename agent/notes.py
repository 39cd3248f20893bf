"""What the user had noted about clients: decisions, promises, actions, outcomes, in her own words; ``CVM_HOME/notes.sqlite``.

A note belongs to a client by its id, and in data where the id is another's or unknown, by its exact name. What a note
says is data: it is quoted, never followed, and no figure rests on it.
"""

import hashlib
import sqlite3
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from agent.locks import write_ahead
from tools.errors import BackendError, UnknownName, UserError
from tools.text import Text

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

Kind = Literal["decision", "promise", "action", "outcome", "note"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST = 2_000
MOST = 20_000  # notes of one workspace
BUSY_SECONDS = 30.0
WORKSPACE = "default"
TABLE = """
CREATE TABLE IF NOT EXISTS notes (place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workspace TEXT NOT NULL, account TEXT,
    name TEXT, kind TEXT NOT NULL, text TEXT NOT NULL, due TEXT, made TEXT NOT NULL, thread TEXT NOT NULL,
    status TEXT NOT NULL, done TEXT, done_in TEXT NOT NULL DEFAULT '', key TEXT NOT NULL UNIQUE);
"""
EMPTY = Text("A note needs words: write what to remember.", "В заметке нет слов: напишите, что запомнить.")
TOO_LONG = Text(
    f"A note holds at most {LONGEST} characters: shorten it.",
    f"Заметка вмещает не больше {LONGEST} знаков: сократите её.",
)
FULL = Text(
    f"There are {MOST} notes already: erase what is not needed any more, “cvm notes ACCOUNT --forget”.",
    f"Заметок уже {MOST}: уберите ненужные, «cvm notes КЛИЕНТ --forget».",
)
DAMAGED = Text(
    "The file of notes “{path}” is damaged: move it away or restore it from a copy; nothing else depends on it.",
    "Файл заметок «{path}» повреждён: уберите его или верните из копии; остальное от него не зависит.",
)
NO_ROOM = Text(
    "The file of notes “{path}” cannot be written: check free space and rights of the folder.",
    "Файл заметок «{path}» не записывается: проверьте свободное место и права на папку.",
)
NOTE = Text("note", "заметка")


@dataclass(frozen=True, slots=True)
class Note:
    """One note: for whom (None: for no client in particular), its kind, words and due day, when made and where.

    ``open`` is what is still to be done; ``done`` the moment it was marked so.
    """

    id: str
    account: str | None
    name: str | None
    kind: Kind
    text: str
    due: date | None
    made: datetime
    thread: str
    status: Literal["open", "done"]
    done: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether a promise or an action is still to be done; decisions, outcomes and plain notes never are."""
        return self.status == "open" and self.kind in ("promise", "action")


@dataclass(frozen=True, slots=True)
class Notebook:
    """The notes of a home folder, as one turn of a conversation sees them; ``clock`` is the caller's."""

    home: Path
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    thread: str = ""
    turn: str = ""
    workspace: str = WORKSPACE
    _once: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def path(self) -> Path:
        """The file of notes."""
        return self.home / "notes.sqlite"

    @property
    def today(self) -> date:
        """The day on the caller's clock."""
        return self.clock().date()

    def add(
        self,
        text: str,
        *,
        kind: Kind = "note",
        account: tuple[str, str] | None = None,
        due: date | None = None,
        done: bool = False,
    ) -> Note:
        """The note, on disk; the same words of a kind about a client in the same turn are one note.

        Control and direction characters are dropped. Raises `UserError` for no words, too many, or a full book.
        """
        words = cleaned(text)
        id, name = account if account is not None else (None, None)
        key = _digest(self.workspace, self.thread, self.turn or self._once, id or "", kind, words)
        now = self.clock()
        with self._rows() as rows:
            held = rows.execute("SELECT count(*) FROM notes WHERE workspace = ?", (self.workspace,)).fetchone()[0]
            known = rows.execute(f"{_ALL} WHERE key = ?", (key,)).fetchone()
            if known is None:
                if held >= MOST:
                    raise UserError(FULL)
                rows.execute(
                    "INSERT OR IGNORE INTO notes (id, workspace, account, name, kind, text, due, made, thread, status, done, key) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        f"n{key[:10]}", self.workspace, id, name, kind, words, due.isoformat() if due else None, _stamp(now),
                        self.thread, "done" if done else "open", _stamp(now) if done else None, key,
                    ),
                )  # fmt: skip
            return _note(rows.execute(f"{_ALL} WHERE key = ?", (key,)).fetchone())

    def all(self) -> list[Note]:
        """Every note, the newest first."""
        if not self.path.is_file():
            return []
        with self._rows() as rows:
            return [
                _note(row) for row in rows.execute(f"{_ALL} WHERE workspace = ? ORDER BY place DESC", (self.workspace,))
            ]

    def of(self, account: str, portfolio: "Portfolio") -> list[Note]:
        """The notes of a client of these data, the newest first."""
        whose = binder(portfolio)
        return [note for note in self.all() if whose(note) == account]

    def note(self, id: str) -> Note:
        """A note by its id; `UnknownName` where there is none."""
        found = self.all()
        for note in found:
            if note.id == id:
                return note
        raise UnknownName(NOTE, id, [note.id for note in found[:200]])

    def finish(self, id: str) -> Note:
        """Mark a note done; one that is done stays as it is."""
        self.note(id)
        with self._rows() as rows:
            rows.execute(
                "UPDATE notes SET status = 'done', done = ?, done_in = ? WHERE id = ? AND workspace = ? AND status = 'open'",
                (_stamp(self.clock()), self._here, id, self.workspace),
            )
        return self.note(id)

    def finished_here(self) -> list[Note]:
        """What this very turn marked done: a turn that is gone on with after a kill tells the same."""
        if not self.turn or not self.path.is_file():
            return []
        with self._rows() as rows:
            return [_note(row) for row in rows.execute(f"{_ALL} WHERE done_in = ? ORDER BY place", (self._here,))]

    @property
    def _here(self) -> str:
        return f"{self.thread}/{self.turn}" if self.turn else ""

    def forget(self, ids: Sequence[str]) -> int:
        """Erase notes by their ids, out of the file and its log; how many there were."""
        return self._erase("id", ids)

    def forget_thread(self, thread: str) -> int:
        """Erase what was noted in a conversation; how many notes there were."""
        return self._erase("thread", [thread] if thread else [])

    def _erase(self, column: Literal["id", "thread"], values: Sequence[str]) -> int:
        if not values or not self.path.is_file():
            return 0
        with self._rows() as rows:
            marks = ", ".join("?" * len(values))
            found = rows.execute(
                f"DELETE FROM notes WHERE workspace = ? AND {column} IN ({marks})", (self.workspace, *values)
            )
            count = found.rowcount
        with self._rows() as rows:
            rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    @contextmanager
    def _rows(self) -> Iterator[sqlite3.Connection]:
        """The file, open for one transaction that is on disk when it ends; damage is a typed error."""
        self.home.mkdir(parents=True, exist_ok=True)
        try:
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
            try:
                write_ahead(connection, seconds=BUSY_SECONDS)
                for pragma in ("synchronous=FULL", "secure_delete=ON"):
                    connection.execute(f"PRAGMA {pragma}")
                connection.executescript(TABLE)
                with connection:
                    yield connection
            finally:
                connection.close()
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise BackendError(self.path.name, "another process keeps it locked", retryable=True) from error
            raise UserError(NO_ROOM.fill(path=self.path)) from error
        except sqlite3.DatabaseError as error:
            raise UserError(DAMAGED.fill(path=self.path)) from error


def binder(portfolio: "Portfolio") -> Callable[[Note], str | None]:
    """Finds the client of these data that a note is about: the same id and name, else the same name, else the same id."""
    names = dict(portfolio.accounts())
    called: dict[str, list[str]] = {}
    for account, name in names.items():
        called.setdefault(name, []).append(account)

    def whose(note: Note) -> str | None:
        if note.account is None or names.get(note.account) == note.name:
            return note.account
        same = called.get(note.name or "", [])
        return same[0] if len(same) == 1 else note.account if note.account in names else None

    return whose


def cleaned(text: str) -> str:
    """The words on one line without control, direction and other invisible characters; `UserError` for none or too many."""
    normal = "".join(" " if letter in "\n\r\t\u2028\u2029" else letter for letter in text)
    kept = "".join(letter for letter in normal if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    words = " ".join(kept.split())
    if not any(letter.isalnum() for letter in words):
        raise UserError(EMPTY)
    if len(words) > LONGEST:
        raise UserError(TOO_LONG)
    return words


_ALL = "SELECT id, account, name, kind, text, due, made, thread, status, done FROM notes"


def _note(row: tuple[str, ...]) -> Note:
    id, account, name, kind, text, due, made, thread, status, done = row
    return Note(
        id, account, name, next(known for known in KINDS if known == kind), text, date.fromisoformat(due) if due else None,
        datetime.fromisoformat(made), thread, "done" if status == "done" else "open", datetime.fromisoformat(done) if done else None,
    )  # fmt: skip


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
