"""The command `eval`: the evaluation suites, back end by back end."""

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from ui import session
from ui.commands.options import Json, Lang, Strict


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("eval")(evaluate)


def evaluate(
    suite: Annotated[str | None, typer.Argument(metavar="SUITE", help="One suite; default: all.")] = None,
    backend: Annotated[
        list[str] | None,
        typer.Option(
            "--backend",
            metavar="NAME",
            help="rules (default), embedded, scripted, model as configured; may be repeated.",
        ),
    ] = None,
    repeats: Annotated[
        int, typer.Option("--repeats", min=1, help="Runs of a case; it passes where all of them do.")
    ] = 4,
    sample: Annotated[
        int | None, typer.Option("--sample", min=1, metavar="N", help="At most N cases of a suite, evenly chosen.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for eval.json.")] = Path(),
    strict: Strict = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Run the evaluation suites, show what passed by suite and back end, and write eval.json."""
    from evals.result import document
    from evals.run import run_suites
    from ui import eval_view, terminal
    from ui.evals_view import write_json

    language = session.speak(lang)
    rows = run_suites(
        suite,
        backends=backend or ["rules"],
        repeats=repeats,
        sample=sample,
        progress=lambda text: session.note(text[language]),
    )
    today = datetime.now(UTC).date()
    found = document(rows, day=today, version=version("cvm-assistant"), repeats=repeats, sample=sample)
    write_json(found, out / "eval.json")
    if as_json:
        session.emit(found)
    else:
        eval_view.show(rows, language, terminal.console(), repeats=repeats)
    if strict and any(row.why is not None or row.passed_all < len(row.cases) for row in rows):
        raise typer.Exit(session.NOT_ALL)
