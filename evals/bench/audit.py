"""Timings of the audit by step, beside the floor: DuckDB reading the same parquet with one aggregate a column."""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED = Path("..") / "shared" / "data"
RETAIL = ("online_retail",)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one piece of work on one source, and how many scan floors they are."""

    source: str
    work: str
    seconds: float
    ratio: float | None


def run_bench(*, progress: Callable[[str], None] | None = None) -> list[Timing]:
    """Timings of load and audit on the demo, and on the shared wholesaler where it is at hand."""
    sources = ["demo", *(str(SHARED / name) for name in RETAIL if (SHARED / name).exists())]
    timings: list[Timing] = []
    for source in sources:
        if progress is not None:
            progress(f"bench {source}")
        timings += _timings(source)
    return timings


def _timings(source: str) -> Iterator[Timing]:
    from evals.run import open_fresh

    shown = Path(source).name
    with tempfile.TemporaryDirectory(prefix="cvm-bench-") as home:
        assistant = open_fresh(Path(home))
        load, result = _timed(lambda: assistant.load(source))
        floor = _scan_floor(Path(home) / "portfolios" / result.snapshot)
        yield Timing(shown, "scan floor", floor, None)
        yield Timing(shown, "load", load, load / floor)
        total = 0.0
        portfolio = assistant.portfolio(result.snapshot)
        for key, run in _steps(portfolio):
            seconds, _ = _timed(run)
            total += seconds
            yield Timing(shown, key, seconds, seconds / floor)
        yield Timing(shown, "all steps", total, total / floor)


def _steps(portfolio: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    from tools.audit import STEPS

    for step in STEPS:
        yield step.key, lambda step=step: step.run(portfolio, {})  # type: ignore[misc]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def _scan_floor(folder: Path) -> float:
    """Seconds of one aggregate over every column of every table, warm."""
    import duckdb

    def scan() -> None:
        with duckdb.connect() as connection:
            for path in sorted(folder.glob("*.parquet")):
                connection.execute("SELECT max(COLUMNS(*)) FROM read_parquet(?)", [str(path)]).fetchall()

    scan()
    return min(_timed(scan)[0] for _ in range(3))
