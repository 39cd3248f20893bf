"""The command of the interview: writes the empty answers file that `cvm audit --answers FILE` takes without data."""

from pathlib import Path
from typing import Annotated

import typer

from ui import session
from ui.commands.options import Json, Lang

Answers = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Where to write it. Default: interview.yaml here.")
]
NAME = "interview.yaml"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(interview)


def interview(out: Answers = None, as_json: Json = False, lang: Lang = None) -> None:
    """Write the questions of an audit without data as a file to fill in; a file that is there is not written over."""
    from tools.errors import UserError
    from tools.interview.form import form
    from tools.reports.write import write_files
    from ui.phrases import REFUSALS, phrase

    language = session.speak(lang)
    path = out or Path(NAME)
    path = path / NAME if path.is_dir() else path
    if path.exists():
        raise UserError(REFUSALS["file_is_there"].fill(path=path))
    write_files({path.name: form(language, file=str(path))}, path.parent)
    if as_json:
        session.emit({"file": str(path)})
    else:
        typer.echo(phrase("interview_written", language, path=str(path)))
