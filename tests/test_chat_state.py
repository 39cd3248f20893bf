"""The state file after a power cut, in other hands, and of an older version: opened, or refused in a sentence."""

import gzip
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from agent.assistant import Assistant
from agent.conversation import BadState, thread_id
from agent.saver import saver_at
from agent.settings import Settings
from tests.agent_small import small
from tests.test_threads import integrity
from tools.errors import UserError

OLD = Path(__file__).parent / "cases" / "state_before_turns.sqlite.gz"
OLD_IDS = {
    "finished": "chat-3486bf97bd2fb1276a9c730907d5c9aa",
    "broken": "chat-68a530080656c005f57dcd6b1e156c14",
}


def opened(home: Path) -> Assistant:
    return Assistant.open(Settings(home=home, llm_base_url=None))


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home whose conversations are all in the write-ahead log, as a power cut may find them."""
    home = tmp_path_factory.mktemp("used")
    snapshot = small(home).snapshot
    assistant = opened(home)
    with assistant.conversations():  # a second connection: the log is not folded into the file
        for number in range(4):
            assistant.ask("MRR?", snapshot, thread="t", turn=f"k{number}")
        shutil.copytree(home, home.parent / "cut")
        assert (home.parent / "cut" / "state.sqlite-wal").stat().st_size > 100_000
    return home.parent / "cut", snapshot


def test_a_file_cut_anywhere_opens_or_is_refused(used: tuple[Path, str], tmp_path: Path) -> None:
    """Fifty copies: the log cut at any byte, the file without its last page, both, or a page of noughts."""
    chance = random.Random(5)
    opened_whole = refused = 0
    source, snapshot = used
    known = [f"k{number}" for number in range(4)]
    for number in range(50):
        home = tmp_path / str(number)
        shutil.copytree(source, home)
        state, log = home / "state.sqlite", home / "state.sqlite-wal"
        (home / "state.sqlite-shm").unlink(missing_ok=True)
        kind = ("log", "page", "both", "noughts", "folded")[number % 5]
        if kind in ("page", "noughts", "folded"):
            connection = sqlite3.connect(state)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
        if kind in ("log", "both"):
            cut(log, chance.randrange(log.stat().st_size))
        if kind in ("page", "both"):
            cut(state, max(state.stat().st_size - 4096, 0))
        if kind == "folded":
            cut(state, chance.randrange(state.stat().st_size))
        if kind == "noughts":
            with state.open("r+b") as file:
                file.seek(4096 * chance.randrange(state.stat().st_size // 4096))
                file.write(bytes(4096))
        assistant = opened(home)
        try:
            kept = turns(home, snapshot)
            answer = assistant.ask("MRR?", snapshot, thread="t", turn="new")
        except BadState as error:
            refused += 1
            assert "state.sqlite" in error.text.ru and "Move it away" in error.text.en
            state.rename(home / "aside")
            for rest in ("-wal", "-shm"):
                (home / f"state.sqlite{rest}").unlink(missing_ok=True)
            assert assistant.ask("MRR?", snapshot, thread="t", turn="new").claims
        else:
            opened_whole += 1
            assert kept == known[: len(kept)] and answer.claims
            assert integrity(state) == "ok"
    assert opened_whole >= 10 and refused >= 5, (opened_whole, refused)


def turns(home: Path, snapshot: str) -> list[str]:
    with opened(home).conversations() as book:
        return [turn.turn for turn in book.history(thread_id("t", snapshot))]


def cut(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)


def test_checkpoints_in_other_hands_are_refused(tmp_path: Path) -> None:
    snapshot = small(tmp_path).snapshot
    assistant = opened(tmp_path)
    assistant.ask("MRR?", snapshot, thread="t")
    forged = [
        ("msgpack", b"\xc7\x05\x05forge"),
        ("msgpack", b"\x00"),
        ("pickle", b"\x80\x04K\x01."),
        ("json", b'{"lc": 2, "type": "constructor", "id": ["os", "system"], "kwargs": {"command": "true"}}'),
        ("msgpack", bytes(range(256))),
    ]
    for kind, blob in forged:
        connection = sqlite3.connect(assistant.settings.state_path)
        connection.execute("UPDATE checkpoints SET type = ?, checkpoint = ?", (kind, blob))
        connection.commit()
        connection.close()
        with pytest.raises(BadState):
            assistant.ask("MRR?", snapshot, thread="t")


def test_an_answer_in_other_hands_is_refused(tmp_path: Path) -> None:
    snapshot = small(tmp_path).snapshot
    assistant = opened(tmp_path)
    assistant.ask("MRR?", snapshot, thread="t", turn="k")
    connection = sqlite3.connect(assistant.settings.state_path)
    connection.execute("UPDATE turns SET answer = '{}'")
    connection.commit()
    connection.close()
    with pytest.raises(BadState):
        assistant.ask("MRR?", snapshot, thread="t", turn="k")


def test_a_file_that_is_no_database_is_refused_before_an_audit_too(tmp_path: Path) -> None:
    snapshot = small(tmp_path).snapshot
    (tmp_path / "state.sqlite").write_bytes(b"these are not the rows you look for" * 200)
    for work in (lambda: opened(tmp_path).audit(snapshot), lambda: opened(tmp_path).ask("?", snapshot, thread="t")):
        with pytest.raises(UserError, match="damaged"):
            work()


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    snapshot = small(tmp_path).snapshot
    (tmp_path / "state.sqlite").mkdir()
    with pytest.raises(BadState, match="cannot be written"):
        opened(tmp_path).ask("MRR?", snapshot, thread="t")


def test_conversations_of_an_older_version_go_on(tmp_path: Path) -> None:
    """A finished turn is gone on from; one broken off before its text is asked anew."""
    snapshot = small(tmp_path).snapshot
    state = tmp_path / "state.sqlite"
    state.write_bytes(gzip.decompress(OLD.read_bytes()))
    connection = sqlite3.connect(state)
    for name, id in OLD_IDS.items():
        for table in ("checkpoints", "writes"):
            connection.execute(f"UPDATE {table} SET thread_id = ? WHERE thread_id = ?", (thread_id(name, snapshot), id))
    connection.commit()
    connection.close()
    assistant = opened(tmp_path)
    with saver_at(state) as saver:
        assert len(list(saver.list(None))) == 10
    followed = assistant.ask("а за последний квартал?", snapshot, thread="finished")
    assert followed.tools[0]["arguments"] == {"key": "logo_churn", "period": "quarter"}
    assert assistant.ask("Какой у нас отток?", snapshot, thread="broken").claims
    assert integrity(state) == "ok"
