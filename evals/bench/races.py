"""The product beside its peers: the same generated data, the same run, each in a process of its own (metrics of stack.md)."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.bench import worlds

RIVALS = Path(__file__).parent / "rivals"
#: Rivals that need packages the product does not carry; they get an environment of their own.
PACKAGES = ("lifetimes", "polars", "pandas<3", "pyarrow", "duckdb>=1.4,<2", "scipy", "autograd", "dill")
BARE = ("fightchurn",)  # only its SQL is wanted
OURS, FLOOR = "cvm", "scan floor"


@dataclass(frozen=True, slots=True)
class Race:
    """One runner of one piece of work: seconds, peak memory in MB, times our seconds and share of our memory, the aim.

    ``ratio`` is its seconds over ours (of the floor and raw SQL: ours over theirs); ``met`` is None without an aim.
    """

    work: str
    who: str
    seconds: float | None
    peak_mb: float | None
    ratio: float | None
    aim: str
    met: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rival:
    """A script, its arguments, whether its answer must equal ours, and the aim: ours at most / theirs at least."""

    name: str
    script: str
    arguments: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    memory_at_most: float | None = None
    same: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """A piece of work: the world it runs in, the table and columns of the floor, and the rivals."""

    name: str
    own: str
    world: Callable[[], dict[str, str]]
    table: str
    columns: str
    rivals: tuple[Rival, ...]


LAST, START = "2026-06-30", "2025-06-30"


def courses(scale: float) -> list[Course]:
    """The table of timings; ``scale`` 1 is the full size (20M rows)."""
    big, clients = int(20_000_000 * scale), int(1_000_000 * scale)
    log, rfm = "account_id,date,feature,quantity", "account_id,document,date,amount"
    span = (START, LAST)
    return [
        Course(
            f"RFM, {big:,} rows, {clients:,} clients", "rfm", lambda: dict(worlds.orders(big, clients)), "invoices", rfm,
            (
                Rival(FLOOR, "floor.py", at_most=10),
                Rival("pandas", "rfm_pandas.py", span, at_least=3, memory_at_most=0.4, same=True),
                Rival("lifetimes", "rfm_lifetimes.py", span, at_least=6),
                Rival("polars", "rfm_polars.py", span, same=True),
            ),
        ),
        Course(
            f"RFM, {big // 20:,} rows", "rfm", lambda: dict(worlds.orders(big // 20, clients // 20)), "invoices", rfm,
            (
                Rival("raw SQL", "rfm_raw_sql.py", span, at_most=1.25, same=True),
                Rival("pandas", "rfm_pandas.py", span, at_least=1, same=True),
                Rival("lifetimes", "rfm_lifetimes.py", span, at_least=3),
            ),
        ),
        Course(
            f"bridge, NRR, GRR: {clients // 10:,} accounts x 36 months", "bridge", lambda: dict(worlds.contracts(clients // 10)),
            "subscriptions", "account_id,start_date,end_date,mrr",
            (
                Rival(FLOOR, "floor.py", at_most=4),
                Rival("pandas", "bridge_pandas.py", (LAST,), at_least=5, same=True),
                Rival("fightchurn SQL", "bridge_fightchurn.py", (LAST, "36"), at_least=10),
            ),
        ),
        Course(
            f"usage features, {big:,} events", "usage", lambda: dict(worlds.events(big, clients // 10)), "usage", log,
            (
                Rival(FLOOR, "floor.py", at_most=6),
                Rival("pandas", "usage_pandas.py", (LAST,), at_least=4, memory_at_most=0.2, same=True),
            ),
        ),
    ]  # fmt: skip


def run_races(home: Path, *, scale: float = 1.0, progress: Callable[[str], None] = lambda _said: None) -> list[Race]:
    """Every course with every rival; a rival that cannot be had is a row with the reason, never a silent gap."""
    found: list[Race] = []
    home.mkdir(parents=True, exist_ok=True)
    python = environment(home, progress)
    for course in courses(scale):
        progress(course.name)
        snapshot = worlds.build(course.world(), home)
        file = home / "portfolios" / snapshot / f"{course.table}.parquet"
        ours = _own(course.own, home, snapshot)
        found.append(_ours(course.name, ours))
        if "seconds" not in ours:
            continue
        for rival in course.rivals:
            arguments = [course.columns] if rival.name == FLOOR else list(rival.arguments)
            found.append(_against(course.name, ours, rival, _script(python, rival.script, [str(file), *arguments])))
    return [*found, *_fits(home, python, scale, progress)]


def _fits(home: Path, python: Path, scale: float, progress: Callable[[str], None]) -> list[Race]:
    found = []
    for name, customers, least in (("CDNOW size", 2_357, 10.0), ("1M", int(1_000_000 * scale), 15.0)):
        work = f"BG/NBD, {name} ({customers:,} customers)"
        progress(work)
        file = worlds.buyers(customers, home / f"buyers-{customers}.parquet")
        ours = _run([sys.executable, "-m", "evals.bench.own", "bgnbd", str(file)])
        found.append(_ours(work, ours))
        if "seconds" not in ours:
            continue
        theirs = _script(python, "bgnbd_lifetimes.py", [str(file)])
        found.append(_against(work, ours, Rival("lifetimes", "bgnbd_lifetimes.py", at_least=least), theirs))
    return found


def _ours(work: str, ours: dict[str, Any]) -> Race:
    return Race(work, OURS, ours.get("seconds"), ours.get("peak_mb"), None, "", None, ours.get("failed", ""))


def _against(work: str, ours: dict[str, Any], rival: Rival, theirs: dict[str, Any]) -> Race:
    if "seconds" not in theirs:
        return Race(work, rival.name, None, None, None, _aim(rival), None, theirs["failed"])
    slower = rival.at_most is None
    ratio = theirs["seconds"] / ours["seconds"] if slower else ours["seconds"] / theirs["seconds"]
    share = ours["peak_mb"] / theirs["peak_mb"]
    tests = [
        ratio >= rival.at_least if rival.at_least is not None else None,
        ratio <= rival.at_most if rival.at_most is not None else None,
        share <= rival.memory_at_most if rival.memory_at_most is not None else None,
        agree(ours["answer"], theirs["answer"]) if rival.same else None,
    ]
    known = [test for test in tests if test is not None]
    notes = [f"memory {share:.2f}x"] if rival.memory_at_most is not None else []
    if rival.same:
        notes.append("same answer" if tests[3] else f"DIFFERENT: {ours['answer']} | {theirs['answer']}")
    met = all(known) if known else None
    return Race(work, rival.name, theirs["seconds"], theirs["peak_mb"], ratio, _aim(rival), met, ", ".join(notes))


def _aim(rival: Rival) -> str:
    parts = [f">= {rival.at_least:g}x"] if rival.at_least is not None else []
    parts += [f"<= {rival.at_most:g}x"] if rival.at_most is not None else []
    return ", ".join([*parts, *([f"memory <= {rival.memory_at_most:g}x"] if rival.memory_at_most is not None else [])])


def agree(ours: Sequence[float], theirs: Sequence[float]) -> bool:
    """True where two answers are the same to nine digits."""
    pairs = list(zip(ours, theirs, strict=False))
    return len(ours) == len(theirs) and all(abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b)) for a, b in pairs)


def environment(home: Path, progress: Callable[[str], None]) -> Path:
    """The interpreter of the rivals' own environment, made once under ``home`` with pip."""
    folder = home / "rivals"
    python = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        progress("installing the peers in an environment of their own")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True, capture_output=True)
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        installed = subprocess.run([*pip, *PACKAGES], capture_output=True, text=True)
        bare = subprocess.run([*pip, "--no-deps", *BARE], capture_output=True, text=True)
        if installed.returncode == 0 and bare.returncode == 0:
            (folder / ".ready").touch()
    return python


def _own(work: str, home: Path, snapshot: str) -> dict[str, Any]:
    return _run([sys.executable, "-m", "evals.bench.own", work, str(home), snapshot])


def _script(python: Path, script: str, arguments: Sequence[str]) -> dict[str, Any]:
    return _run([str(python), str(RIVALS / script), *arguments])


def _run(command: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run([command[0], "-W", "ignore", *command[1:]], capture_output=True, text=True)
    if done.returncode != 0:
        return {"failed": (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1][:200]}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
