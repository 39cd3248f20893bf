"""Commands of the shelf: the user's own documents put on it, listed, taken off."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ui import session
from ui.commands.options import Json, Lang

shelf = typer.Typer(
    name="shelf",
    help="Your own documents: searched and quoted beside the cards, never followed as instructions.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(shelf)


@shelf.command()
def add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="docx, pdf, md or txt files.")],
    trust: Annotated[
        Literal["own", "approved"],
        typer.Option("--trust", help="own: not checked by anyone; approved: approved by your company."),
    ] = "own",
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Put documents on the shelf: all of them, or none where one cannot be read."""
    from knowledge.shelf import add_all
    from ui import shelf_view, terminal

    language = session.speak(lang)
    added = add_all(_home(), [(path, None) for path in files], trust=trust)
    if as_json:
        session.emit({"documents": [shelf_view.document_json(item, language) for item in added]})
    else:
        shelf_view.show_documents(added, language, terminal.console())


@shelf.command("list")
def listed(as_json: Json = False, lang: Lang = None) -> None:
    """List the documents of the shelf with their trust labels, and those that are damaged."""
    from knowledge.shelf import faults, shelved
    from ui import shelf_view, terminal

    language, home = session.speak(lang), _home()
    found, broken = shelved(home), faults(home)
    if as_json:
        session.emit(shelf_view.shelf_json(found, broken, language))
        return
    shelf_view.show_documents(found, language, terminal.console())
    for text in broken.values():
        session.note(text[language])


@shelf.command()
def remove(
    document: Annotated[str, typer.Argument(metavar="NAME|ID", help="The document, as cvm shelf list names it.")],
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Take a document off the shelf; its file is deleted there, yours stays where it was."""
    from knowledge.shelf import remove as take
    from ui import shelf_view, terminal

    language = session.speak(lang)
    gone = take(_home(), document)
    if as_json:
        session.emit({"removed": shelf_view.document_json(gone, language)})
    else:
        shelf_view.show_removed(gone, language, terminal.console())


def _home() -> Path:
    from agent.settings import read_settings, ready_home

    return ready_home(read_settings().home)
