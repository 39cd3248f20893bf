"""The command that writes the workbook of inputs: what the data lack, the clients prefilled."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tools.text import Language, Text
from ui import session
from ui.commands.options import Data, Json, Lang, Map

if TYPE_CHECKING:
    from agent.inputs import InputsResult

READING = Text("looking for what the data lack…", "ищу, чего нет в данных…")
TITLE = Text("Workbook of missing inputs: {n} clients in force", "Книга недостающих данных: действующих клиентов — {n}")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(inputs)


def inputs(
    source: Data,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The xlsx file to write; default: in CVM_HOME/inputs.")
    ] = None,
    map_file: Map = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Write a workbook for what the data lack, clients prefilled; filled in, it is given to load like any file."""
    from agent.inputs import inputs_json

    language = session.speak(lang)
    assistant = session.open_assistant()
    snapshot = session.load(assistant, source, map_file=map_file)
    session.note(READING[language])
    result = assistant.inputs(snapshot, language=language, out=out)
    if as_json:
        session.emit(inputs_json(result, language))
    else:
        _show(result, language)


def _show(result: "InputsResult", language: Language) -> None:
    from agent.inputs import next_step
    from tools import formats
    from tools.inputs.sheets import ABOUT_HEADS
    from tools.inputs.workbook import unlocks
    from ui import terminal

    console = terminal.console()
    if result.path is not None:
        console.print(TITLE.fill(n=formats.count(result.book.clients, language))[language])
        table = terminal.grid(*(head[language] for head in ABOUT_HEADS))
        for page in result.book.pages:
            lack = f"{page.sheet.lacking[language]}: {formats.count(page.lacking, language)}"
            table.add_row(page.sheet.title[language], lack, unlocks(page, result.book)[language])
        console.print(table)
    console.print(terminal.harmless(next_step(result)[language]), soft_wrap=True)
