"""Files of a home that several messages open at once, before any of them is there: each of them waits, none fails."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.notes import Notebook
from agent.saver import connected
from tools.errors import UserError

NOW = datetime(2026, 8, 12, 9, tzinfo=UTC)


def noted(home: Path, who: int) -> None:
    Notebook(home, lambda: NOW, "t", str(who)).add(f"слово {who}")


def kept(home: Path, who: int) -> None:
    with connected(home / "state.sqlite", synced=False) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS said (who INTEGER)")
        connection.execute("INSERT INTO said VALUES (?)", (who,))


@pytest.mark.parametrize("write", [noted, kept])
def test_a_new_file_is_opened_by_six_at_once(write: Callable[[Path, int], None], tmp_path: Path) -> None:
    """Switching a new file to a write-ahead log is refused at once where another opens it; forty files meet that."""
    refused: list[UserError] = []

    def opening(home: Path, who: int, start: threading.Barrier) -> None:
        start.wait()
        try:
            write(home, who)
        except UserError as error:
            refused.append(error)

    for number in range(40):
        start = threading.Barrier(6)
        threads = [threading.Thread(target=opening, args=(tmp_path / str(number), who, start)) for who in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert refused == []
