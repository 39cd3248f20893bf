"""The bench compares equal work: a small race must end with the same answer on both sides."""

import subprocess
import sys
from pathlib import Path

import pytest

from evals.bench import races, worlds


@pytest.mark.parametrize("course", [course for course in races.courses(0.002)], ids=lambda course: course.name)
def test_the_peers_that_must_agree_agree(course: races.Course, tmp_path: Path) -> None:
    snapshot = worlds.build(course.world(), tmp_path)
    file = tmp_path / "portfolios" / snapshot / f"{course.table}.parquet"
    ours = races._own(course.own, tmp_path, snapshot)
    assert "failed" not in ours, ours
    for rival in course.rivals:
        if rival.same and rival.name in ("pandas", "raw SQL"):
            theirs = races._script(Path(sys.executable), rival.script, [str(file), *rival.arguments])
            assert races.agree(ours["answer"], theirs["answer"]), (ours, theirs)


def test_a_rival_that_cannot_run_is_a_row_with_its_reason() -> None:
    found = races._run([sys.executable, "-c", "raise SystemExit('no such package')"])
    assert found == {"failed": "no such package"}


def test_the_worlds_are_the_same_in_every_run(tmp_path: Path) -> None:
    code = f"from pathlib import Path; from evals.bench import worlds; print(worlds.build(worlds.telecom(50), Path({str(tmp_path)!r})))"
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in "ab"
    }
    assert len(runs) == 1
