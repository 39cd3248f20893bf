"""Results of the evaluation suites in the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from tools import formats
from tools.text import Language, Text
from ui import terminal

if TYPE_CHECKING:
    from evals.result import Row

SHOWN = 10
HEADS = {
    "suite": Text("Suite", "Набор"),
    "backend": Text("Back end", "Модель"),
    "cases": Text("Cases", "Случаев"),
    "passed": Text("Right", "Верно"),
    "all": Text("Right {n} of {n} times", "Верно {n} раза из {n}"),
    "once": Text("Right every time", "Верно каждый раз"),
    "p50": Text("Seconds, p50", "Секунд, p50"),
    "p95": Text("p95", "p95"),
    "absent": Text("{backend} did not run: {why}", "{backend} не запускалась: {why}"),
    "failed": Text("{suite}, {backend}, not right: {names}", "{suite}, {backend}, неверно: {names}"),
    "more": Text("and {n} more", "и ещё {n}"),
}
FACTS = {
    "shown_with_guard": Text("lies shown with the guard on", "показано лжи с проверкой"),
    "shown_without_guard": Text("lies that would be shown without it", "было бы показано без неё"),
    "by_model": Text("worded by the model", "изложено моделью"),
    "read": Text("orders quoted in the answer", "приказов процитировано в ответе"),
    "both_planned_right": Text("planned as meant in both languages", "понято верно на обоих языках"),
    "differ_though_right": Text("figures differ though planned as meant", "числа разные, хотя понято верно"),
}


def show(rows: Sequence["Row"], language: Language, console: Console, *, repeats: int) -> None:
    """Print one line a suite and back end, shares that are counted beside, and the cases that are not right."""
    from evals.suites import SUITES

    every = HEADS["all"].fill(n=repeats) if repeats > 1 else HEADS["once"]
    heads = [HEADS[name][language] for name in ("suite", "backend", "cases", "passed")]
    table = terminal.grid(
        *heads, every[language], HEADS["p50"][language], HEADS["p95"][language], right=(2, 3, 4, 5, 6)
    )
    notes: list[str] = []
    for row in rows:
        if row.suite is None or row.why is not None:
            why = row.why[language] if row.why is not None else ""
            notes.append(HEADS["absent"].fill(backend=row.backend, why=why)[language])
            continue
        title = SUITES[row.suite].title[language]
        table.add_row(
            title,
            row.backend,
            str(len(row.cases)),
            _share(row.share(row.passed), language),
            _share(row.share(row.passed_all), language),
            *(formats.decimal(row.seconds(percent) or 0.0, language, digits=2, fixed=True) for percent in (50, 95)),
        )
        notes += _notes(row, title, language)
    if table.row_count:
        console.print(table)
    for note in notes:
        console.print(note, markup=False, soft_wrap=True)


def _notes(row: "Row", title: str, language: Language) -> list[str]:
    facts = [f"{FACTS[name][language]}: {_share(share, language)}" for name, share in row.facts.items() if share]
    wrong = [f"{case.name} ({', '.join(case.seen.failed)})" for case in row.cases if not case.passed_all]
    found = [f"{title}, {row.backend}: {'; '.join(facts)}"] if facts else []
    if wrong:
        left = [HEADS["more"].fill(n=len(wrong) - SHOWN)[language]] if len(wrong) > SHOWN else []
        names = "; ".join([*wrong[:SHOWN], *left])
        found.append(HEADS["failed"].fill(suite=title, backend=row.backend, names=names)[language])
    return found


def _share(share: float | None, language: Language) -> str:
    return "—" if share is None else formats.percent(share, language)
