"""The command that writes a client's value report."""

from typing import Annotated

import typer

from ui import session
from ui.commands.options import AsOf, Data, Json, Lang, Map, Out, Strict, day


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(report)


def report(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Id or name of a client.")],
    source: Data,
    formats: Annotated[str, typer.Option("--format", metavar="F,…", help="Formats: html, …")] = "html",
    out: Out = None,
    approve: Annotated[bool, typer.Option("--approve", help="Freeze the report as approved.")] = False,
    as_of: AsOf = None,
    map_file: Map = None,
    strict: Strict = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Write a client's value report: a marked draft, frozen by --approve."""
    from tools.reports import renderer
    from ui import terminal
    from ui.phrases import phrase

    language, last = session.speak(lang), day(as_of)
    wanted = tuple(dict.fromkeys(name.strip().lower() for name in formats.split(",") if name.strip()))
    for name in wanted:
        renderer("client", name)
    assistant = session.open_assistant()
    snapshot = session.load(assistant, source, map_file=map_file)
    result = assistant.report(
        account, snapshot, language=language, formats=wanted, out=out, approve=approve, as_of=last
    )
    files = {name: str(path.resolve()) for name, path in result.files.items()}
    if as_json:
        session.emit({"account": result.account, "status": result.status, "files": files, "hash": result.hash})
    else:
        console = terminal.console()
        console.print(f"{account}: {phrase(result.status, language)}")
        for path in files.values():
            console.print(f"{phrase('report', language)}: {path}", soft_wrap=True)
    if strict and not files:
        raise typer.Exit(session.NOT_ALL)
