"""The runner: every case of the suites asked for, as often as asked for, on each back end."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.result import CaseResult, Outcome, Row
from tools.text import Text

if TYPE_CHECKING:
    from evals.case import Case
    from evals.stage import Stage
    from evals.suites import Suite

Progress = Callable[[Text], None]
REPEATS = 4


def run_suites(
    suite: str | None = None,
    *,
    backends: Sequence[str] = ("rules",),
    repeats: int = REPEATS,
    sample: int | None = None,
    progress: Progress | None = None,
) -> list[Row]:
    """A row a suite and back end; with ``sample`` at most so many cases of each suite, evenly chosen.

    Raises `UnknownName` for a suite or a back end that there is not; one that is not here is a row with the reason.
    """
    from evals.backends import Absent, backend
    from evals.suites import SUITES, suite_of

    chosen = [suite_of(suite)] if suite is not None else list(SUITES.values())
    opening = [(name, backend(name)) for name in dict.fromkeys(backends)]
    rows: list[Row] = []
    for name, _ in opening:
        wanted = [item for item in chosen if not item.own or not any(row.suite == item.name for row in rows)]
        try:
            with _staged(name) as stage:
                rows += [
                    run_suite(item, stage, item.own or name, repeats=repeats, sample=sample, progress=progress)
                    for item in wanted
                ]
        except Absent as error:
            rows.append(Row(None, name, why=error.why))
    return rows


def run_suite(
    suite: "Suite",
    stage: "Stage",
    backend: str,
    *,
    repeats: int = 1,
    sample: int | None = None,
    progress: Progress | None = None,
) -> Row:
    """One suite on a stage that stands."""
    cases = sampled(suite.cases(), sample)
    if progress is not None:
        progress(Text(f"{suite.title.en}, {backend}: {len(cases)}", f"{suite.title.ru}, {backend}: {len(cases)}"))
    return Row(suite.name, backend, tuple(_result(suite, stage, case, repeats) for case in cases))


def sampled(cases: "Sequence[Case]", most: int | None) -> "Sequence[Case]":
    """At most so many cases, evenly over the whole list, of each language as many as its share."""
    if most is None or len(cases) <= most:
        return cases
    apart = sorted(range(len(cases)), key=lambda place: cases[place].language)
    return [cases[place] for place in sorted(apart[number * len(cases) // most] for number in range(most))]


def _result(suite: "Suite", stage: "Stage", case: "Case", repeats: int) -> CaseResult:
    return CaseResult(case.name, case.language, tuple(_timed(suite, stage, case) for _ in range(repeats)))


def _timed(suite: "Suite", stage: "Stage", case: "Case") -> Outcome:
    began = time.perf_counter()
    found = suite.score(stage, case)
    return replace(found, seconds=found.seconds or time.perf_counter() - began)


@contextmanager
def _staged(backend: str) -> "Iterator[Stage]":
    """A stage with the demo, in a home of its own that is gone afterwards."""
    from evals.backends import backend as opened
    from evals.stage import Stage

    with tempfile.TemporaryDirectory(prefix="cvm-eval-") as folder:
        home = Path(folder) / "home"
        with opened(backend)(home) as assistant:
            stage = Stage(assistant, assistant.load("demo").snapshot, Path(folder))
            with stage.closing:
                yield stage


def open_fresh(home: Path, *, backend: str | None = "rules") -> Any:
    """An assistant over an empty home; without a model when ``backend`` is ``rules``."""
    from agent.assistant import Assistant
    from agent.settings import Settings

    return Assistant.open(Settings(home=home, llm_base_url=None) if backend == "rules" else Settings(home=home))
