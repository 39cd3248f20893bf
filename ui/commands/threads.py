"""Commands of conversations: listed, shown, renamed, erased."""

from typing import Annotated

import typer

from ui import session
from ui.commands.options import Json, Lang

threads = typer.Typer(
    name="threads",
    help="Conversations begun with --thread or in the web chat.",
    invoke_without_command=True,
    rich_markup_mode=None,
)
Ref = Annotated[str, typer.Argument(metavar="ID|NAME", help="The conversation, as cvm threads names it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(threads)


@threads.callback()
def every(context: typer.Context, as_json: Json = False, lang: Lang = None) -> None:
    """Conversations begun with --thread or in the web chat; alone: list them."""
    if context.invoked_subcommand is None:
        _list(as_json=as_json, lang=lang)


@threads.command("list")
def listed(as_json: Json = False, lang: Lang = None) -> None:
    """List the conversations, the last one first."""
    _list(as_json=as_json, lang=lang)


def _list(*, as_json: bool, lang: Lang) -> None:
    from ui import terminal, thread_view

    language = session.speak(lang)
    with session.open_assistant().conversations() as book:
        found = book.threads()
    if as_json:
        session.emit({"threads": [thread_view.thread_json(item) for item in found]})
    else:
        thread_view.show_threads(found, language, terminal.console())


@threads.command()
def show(thread: Ref, as_json: Json = False, lang: Lang = None) -> None:
    """Show the questions and answers of a conversation, and its drafts that wait for a decision."""
    from ui import terminal, thread_view

    language = session.speak(lang)
    with session.open_assistant().conversations() as book:
        found = book.thread(thread)
        turns, drafts = book.history(found.id), book.drafts(found.id)
    if as_json:
        history = [thread_view.turn_json(turn) for turn in turns]
        session.emit({**thread_view.thread_json(found), "history": history, "drafts": thread_view.drafts_json(drafts)})
    else:
        thread_view.show_history(turns, drafts, language, terminal.console())


@threads.command()
def rename(
    thread: Ref,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="The new title.")],
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Give a conversation another title; its name stays."""
    from ui import terminal, thread_view

    language = session.speak(lang)
    with session.open_assistant().conversations() as book:
        found = book.thread(thread)
        book.rename(found.id, title)
        found = book.thread(found.id)
    if as_json:
        session.emit(thread_view.thread_json(found))
    else:
        thread_view.show_line(thread_view.RENAMED, found.title, language, terminal.console())


@threads.command()
def delete(thread: Ref, as_json: Json = False, lang: Lang = None) -> None:
    """Erase a conversation: questions, answers, drafts that nobody decided about. What was approved stays."""
    from ui import terminal, thread_view

    language = session.speak(lang)
    assistant = session.open_assistant()
    with assistant.conversations() as book:
        found = book.thread(thread)
    assistant.erase_thread(found.id)
    if as_json:
        session.emit({"erased": thread_view.thread_json(found)})
    else:
        thread_view.show_line(thread_view.GONE, found.title, language, terminal.console())
