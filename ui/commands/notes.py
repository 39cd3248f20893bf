"""The command of notes about clients: listed, added, marked done, erased."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tools.text import Text
from ui import session
from ui.commands.options import DATA_HELP, Json, Lang, Map, day

if TYPE_CHECKING:
    from agent.notes import Note, Notebook
    from tools.portfolio import Portfolio

NO_CLIENT = Text(
    "No note is about “{account}” yet: add --data SOURCE, so that the client is found in the data.",
    "Записей о «{account}» ещё нет: добавьте --data ИСТОЧНИК, чтобы найти клиента в данных.",
)
WHOSE = Text(
    "--forget needs the client or the id of a note: cvm notes CLIENT --forget.",
    "Для --forget укажите клиента или код записи: cvm notes КЛИЕНТ --forget.",
)
ONE_THING = Text(
    "--add, --done and --forget are done one at a time.", "--add, --done и --forget выполняются по одному."
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(notes)


def notes(
    account: Annotated[str | None, typer.Argument(metavar="ACCOUNT", help="Id or name of a client; none: all.")] = None,
    source: Annotated[str | None, typer.Option("--data", metavar="SOURCE", help=DATA_HELP)] = None,
    add: Annotated[str | None, typer.Option("--add", metavar="TEXT", help="Note this.")] = None,
    kind: Annotated[
        Literal["decision", "promise", "action", "outcome", "note"] | None,
        typer.Option("--kind", help="Of this kind. Default with --add: by the words."),
    ] = None,
    due: Annotated[str | None, typer.Option("--due", metavar="D", help="To be done by: YYYY-MM-DD.")] = None,
    done: Annotated[str | None, typer.Option("--done", metavar="ID", help="Mark this note as done.")] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Erase the client's notes, or the note of this id.")] = False,
    map_file: Map = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """List what was noted about clients: decisions, promises, actions, outcomes; add, mark as done, erase."""
    from agent.planning.noting import kind_of
    from tools.errors import UserError
    from ui import note_view, terminal

    language, until = session.speak(lang), day(due, option="--due")
    if (add is not None) + (done is not None) + forget > 1:
        raise UserError(ONE_THING)
    assistant = session.open_assistant()
    book = assistant.notebook()
    portfolio = assistant.portfolio(session.load(assistant, source, map_file=map_file)) if source is not None else None
    if add is not None:
        chosen = kind or kind_of(add.lower().replace("ё", "е"))
        client = None if account is None else _client(account, book, portfolio)
        found = [book.add(add, kind=chosen, account=client, due=until)]
    elif done is not None:
        found = [book.finish(done)]
    elif forget:
        if account is None:
            raise UserError(WHOSE)
        count = book.forget([note.id for note in _about(account, book, portfolio)])
        if as_json:
            session.emit({"forgotten": count})
        else:
            terminal.console().print(note_view.FORGOTTEN.fill(count=count)[language])
        return
    else:
        found = book.all() if account is None else _about(account, book, portfolio)
        found = [note for note in found if kind in (None, note.kind)]
    if as_json:
        session.emit({"notes": [note_view.note_json(note, book.today) for note in found]})
    else:
        note_view.show_notes(found, book.today, language, terminal.console())


def _client(account: str, book: "Notebook", portfolio: "Portfolio | None") -> tuple[str, str]:
    """Id and name of the client meant: of the data where they are given, else of the notes."""
    from tools.errors import UserError
    from tools.text import same

    if portfolio is not None:
        return portfolio.find_account(account)
    wanted = account.casefold()
    for note in book.all():
        if note.account is not None and wanted in (note.account.casefold(), str(note.name).casefold()):
            return note.account, str(note.name)
    raise UserError(NO_CLIENT.fill(account=same(account)))


def _about(account: str, book: "Notebook", portfolio: "Portfolio | None") -> list["Note"]:
    """The note of an id, or the notes of a client."""
    held = book.all()
    own = [note for note in held if note.id == account]
    if own:
        return own
    id, name = _client(account, book, portfolio)
    if portfolio is not None:
        return book.of(id, portfolio)
    return [note for note in held if (note.account, note.name) == (id, name)]
