"""Timings in the terminal, and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text as Styled

from tools import formats
from tools.text import Language, Text
from ui import terminal

if TYPE_CHECKING:
    from evals.bench import Race, Timing

HEADS = {
    "seconds": Text("Seconds", "Секунды"),
    "source": Text("Data", "Данные"),
    "work": Text("Work", "Работа"),
    "floors": Text("Scan floors", "Во сколько раз дольше чтения"),
    "who": Text("Runner", "Кто"),
    "memory": Text("Memory, MB", "Память, МБ"),
    "times": Text("Times", "Во сколько раз"),
    "aim": Text("Aim", "Цель"),
    "note": Text("Note", "Примечание"),
}


def bench_json(rows: Sequence["Timing"], races: Sequence["Race"] = ()) -> dict[str, Any]:
    """``{timings: [{source, work, seconds, ratio}], races: [{work, who, seconds, peak_mb, ratio, aim, met, note}]}``.

    The ratio of a timing is in scan floors; that of a race is the peer's seconds over ours (floor and raw SQL: ours
    over theirs).
    """
    return {
        "timings": [
            {
                "source": row.source,
                "work": row.work,
                "seconds": round(row.seconds, 4),
                "ratio": None if row.ratio is None else round(row.ratio, 1),
            }
            for row in rows
        ],
        "races": [asdict(race) for race in races],
    }


def show_races(races: Sequence["Race"], language: Language, console: Console) -> None:
    """Print one line a runner, work by work, with the aim and whether it is met."""
    table = terminal.grid(
        *(HEADS[name][language] for name in ("work", "who", "seconds", "memory", "times", "aim", "note")),
        right=(2, 3, 4),
    )
    for race in races:
        mark = {True: Styled("✓", style="green"), False: Styled("✗", style="red"), None: Styled("")}[race.met]
        table.add_row(
            race.work,
            race.who,
            "—" if race.seconds is None else formats.decimal(race.seconds, language, digits=3, fixed=True),
            "—" if race.peak_mb is None else formats.decimal(race.peak_mb, language, digits=0, fixed=True),
            "—" if race.ratio is None else formats.decimal(race.ratio, language, digits=2, fixed=True) + "×",
            Styled.assemble(f"{race.aim} ", mark),
            race.note,
        )
    console.print(table)


def show_bench(rows: Sequence["Timing"], language: Language, console: Console) -> None:
    """Print one line a piece of work."""
    table = terminal.grid(*(HEADS[name][language] for name in ("source", "work", "seconds", "floors")), right=(2, 3))
    for row in rows:
        ratio = formats.decimal(row.ratio, language, digits=1, fixed=True) + "×" if row.ratio is not None else "—"
        seconds = formats.decimal(row.seconds, language, digits=3, fixed=True)
        table.add_row(row.source, row.work, seconds, ratio)
    console.print(table)


def write_json(document: dict[str, Any], path: Path) -> None:
    """Write the document as a file."""
    from tools.reports.contract import dumps

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(document) + "\n", "utf-8")
