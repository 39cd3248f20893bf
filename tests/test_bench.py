"""The bench compares equal work: a small race must end with the same answer on both sides."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.responses import Response, StreamingResponse

from evals.bench import races, relay, words, worlds
from ui.api.asks import Asks, Work, streamed


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


def test_the_wait_for_the_first_word_is_the_sum_of_its_stages(tmp_path: Path) -> None:
    figure, meaning = words.first_words(tmp_path, ["Какой у нас MRR?", "What does GRR mean?"])
    for wait in (figure, meaning):
        assert sum(wait.spent.values()) == pytest.approx(wait.seconds) and wait.seconds > 0
        assert set(wait.spent) == set(words.STAGES) and min(wait.spent.values()) >= 0
    assert figure.spent["tools"] > 0 and figure.spent["planning"] > 0 and figure.spent["writing"] > 0


def test_the_questions_of_the_first_word_are_twenty_or_more_in_both_languages() -> None:
    pairs = words._questions()
    assert len(pairs) >= 20 and {tuple(pair) for pair in pairs} == {("ru", "en")}
    assert Counter(question for pair in pairs for question in pair.values()).most_common(1)[0][1] == 1


def _data(pieces: Sequence[Any]) -> list[str]:
    lines = (line for piece in pieces for line in bytes(piece).decode().splitlines())
    return [line for line in lines if line.startswith("data: ")]


def test_the_stream_and_the_plain_relay_tell_the_same_pieces(tmp_path: Path) -> None:
    asks = Asks()

    async def stream(name: str, work: Work) -> Response:
        return await streamed(asks.start((name, "", ""), work), after=0, language="en")

    async def told(name: str) -> list[str]:
        response = await stream(name, relay._work)
        assert isinstance(response, StreamingResponse)
        return _data([piece async for piece in response.body_iterator])

    async def plainly() -> list[str]:
        return _data([piece async for piece in relay._plain()])

    ours = asyncio.run(told("pieces"))
    assert ours == asyncio.run(plainly()) and len(ours) == relay.PIECES
    rows = relay.run_relay(tmp_path, stream)
    asks.close()
    assert [row.who for row in rows] == ["cvm", "plain relay", "cvm", "plain reading"]
    assert all(row.seconds is not None and row.seconds > 0 for row in rows)
    assert "to the first piece" in rows[0].note and "a token" in rows[2].note
