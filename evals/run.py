"""The runner of evaluation suites: asks each question of the demo and scores the answer."""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.case import Case, cases, suites
from evals.scorers import SCORERS
from tools.errors import UnknownName
from tools.text import Text

BACKENDS = ("rules", "model")


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case with its scores by scorer (None: unscored), the answer and how long it took."""

    suite: str
    case: Case
    scores: Mapping[str, bool | None]
    answer: Mapping[str, Any]
    seconds: float

    @property
    def passed(self) -> bool:
        """True where no scorer says no."""
        return all(score is not False for score in self.scores.values())


def run_suites(suite: str | None = None, *, backend: str | None = None) -> list[CaseResult]:
    """The results of one suite, or of all; ``backend`` is ``rules``, or ``model`` as configured (default)."""
    if backend is not None and backend not in BACKENDS:
        raise UnknownName(Text("backend", "модель"), backend, BACKENDS)
    names = [suite] if suite else suites()
    chosen = [(name, case) for name in names for case in cases(name)]
    with tempfile.TemporaryDirectory(prefix="cvm-eval-") as home:
        assistant = open_fresh(Path(home), backend=backend)
        snapshot = assistant.load("demo").snapshot
        return [_run(assistant, snapshot, name, case) for name, case in chosen]


def open_fresh(home: Path, *, backend: str | None = "rules") -> Any:
    """An assistant over an empty home; without a model when ``backend`` is ``rules``."""
    from agent.assistant import Assistant
    from agent.settings import Settings

    return Assistant.open(Settings(home=home, llm_base_url=None) if backend == "rules" else Settings(home=home))


def _run(assistant: Any, snapshot: str, suite: str, case: Case) -> CaseResult:
    from tools.reports.contract import answer_json

    began = time.perf_counter()
    answer = answer_json(assistant.ask(case.question, snapshot))
    seconds = time.perf_counter() - began
    scores = {name: score(case, answer) for name, score in SCORERS.items()}
    return CaseResult(suite, case, scores, answer, seconds)
