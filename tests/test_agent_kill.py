"""Killed at any moment, the same command finishes the run: no finished step twice, the same bytes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent.memory import RunStore
from tests.agent_small import small

ROOT = Path(__file__).resolve().parent.parent
STEPS = ("segments", "delivery", "growth", "personalisation", "retention", "culture", "proof")
PARTS = (*STEPS, "telling", "audit")


def killed(tmp_path: Path, points: list[str]) -> list[dict[str, Any]]:
    """The journal of a run killed at each of the points, after it gave the bytes of an undisturbed one."""
    home, other = tmp_path / "killed", tmp_path / "whole"
    snapshot = small(home).snapshot
    assert small(other).snapshot == snapshot
    command = [sys.executable, "-m", "tests.agent_kill_child", str(home), str(other), snapshot, *points]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    after_kills, undisturbed, again = json.loads(done.stdout)
    assert after_kills == undisturbed == again
    [run] = [path.name for path in (home / "runs").iterdir()]
    assert (other / "runs" / run).is_dir()
    rows = RunStore(home / "runs", run).events()
    check_journal(rows)
    return rows


def resumed(rows: list[dict[str, Any]]) -> int:
    return sum(row["event"] == "resumed" for row in rows)


def check_journal(rows: list[dict[str, Any]]) -> None:
    assert [row["id"] for row in rows] == list(range(1, len(rows) + 1))
    for name in PARTS:
        places = [place for place, row in enumerate(rows) if row["event"] == "finished" and row["step"] == name]
        assert len(places) == 1, f"{name} finished {len(places)} times"
        assert not [row for row in rows[places[0] :] if row["event"] == "started" and row["step"] == name], (
            f"{name} ran again"
        )
    assert rows[-1]["event"] == "done"


def test_killed_once_in_each_step(tmp_path: Path) -> None:
    points = [f"{'file' if n % 2 else 'start'}:{step}" for n, step in enumerate(STEPS)]
    assert resumed(killed(tmp_path, [*points, "file:telling", "file:audit"])) == len(points) + 1


@pytest.mark.soak
def test_killed_in_each_step_twice_and_after_each_file(tmp_path: Path) -> None:
    points = [point for step in STEPS for point in (f"start:{step}", f"start:{step}", f"file:{step}")]
    assert resumed(killed(tmp_path, [*points, "file:telling", "file:audit"])) == len(points) + 1
