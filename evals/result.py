"""Results of suites: one case in several runs, a suite in one row, and the document that is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import Any

from tools.text import Language, Text

Scores = Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of a case: scores by scorer (None: unscored), facts that are counted without judging, what was seen."""

    scores: Scores
    said: str = ""
    facts: Mapping[str, bool] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """True where something was scored and no scorer says no."""
        given = [score for score in self.scores.values() if score is not None]
        return bool(given) and all(given)

    @property
    def failed(self) -> tuple[str, ...]:
        """The scorers that say no."""
        return tuple(name for name, score in self.scores.items() if score is False)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case in all its runs."""

    name: str
    language: Language
    runs: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether the first run passed."""
        return self.runs[0].passed

    @property
    def passed_all(self) -> bool:
        """Whether every run passed."""
        return all(run.passed for run in self.runs)

    @property
    def seen(self) -> Outcome:
        """The first run that failed, else the first one."""
        return next((run for run in self.runs if not run.passed), self.runs[0])


@dataclass(frozen=True, slots=True)
class Row:
    """One suite on one back end; without cases ``why`` says why it did not run."""

    suite: str | None
    backend: str
    cases: tuple[CaseResult, ...] = ()
    why: Text | None = None

    @property
    def passed(self) -> int:
        """Cases whose first run passed."""
        return sum(case.passed for case in self.cases)

    @property
    def passed_all(self) -> int:
        """Cases of which every run passed."""
        return sum(case.passed_all for case in self.cases)

    def share(self, count: int) -> float | None:
        """A count of cases as a share of them all."""
        return round(count / len(self.cases), 4) if self.cases else None

    def seconds(self, percent: int) -> float | None:
        """The nearest-rank percentile of the seconds a run took."""
        taken = sorted(run.seconds for case in self.cases for run in case.runs)
        return round(taken[max(0, ceil(len(taken) * percent / 100) - 1)], 3) if taken else None

    @property
    def facts(self) -> Mapping[str, float]:
        """Shares of the runs in which each fact held."""
        runs = [run for case in self.cases for run in case.runs]
        names = dict.fromkeys(name for run in runs for name in run.facts)
        return {name: round(sum(run.facts.get(name, False) for run in runs) / len(runs), 4) for name in names}


def document(rows: Sequence[Row], *, day: date, version: str, repeats: int, sample: int | None) -> dict[str, Any]:
    """``{date, version, repeats, sample, rows: [{suite, backend, cases, runs, passed, passed_all, …}]}``; the day is the caller's."""
    return {
        "date": day.isoformat(),
        "version": version,
        "repeats": repeats,
        "sample": sample,
        "rows": [_row(row) for row in rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "suite": row.suite,
        "backend": row.backend,
        "cases": len(row.cases),
        "runs": len(row.cases[0].runs) if row.cases else 0,
        "passed": row.passed,
        "passed_all": row.passed_all,
        "share": row.share(row.passed),
        "pass_all": row.share(row.passed_all),
        "seconds_p50": row.seconds(50),
        "seconds_p95": row.seconds(95),
        "facts": dict(row.facts),
        "why": row.why.en if row.why is not None else None,
        "failed": [{"case": case.name, "scorers": list(case.seen.failed)} for case in row.cases if not case.passed_all],
    }
