"""Commands that talk: ask, search, and the doors of the web: chat, serve."""

from typing import Annotated

import typer

from ui import session
from ui.commands.options import AsOf, Data, Json, Lang, Map, Strict, day


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (ask, search, card, chat, serve):
        app.command()(command)


def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="One question, in English or Russian.")],
    source: Data,
    thread: Annotated[str | None, typer.Option("--thread", metavar="ID", help="Go on in this conversation.")] = None,
    as_of: AsOf = None,
    map_file: Map = None,
    strict: Strict = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Answer one question from the data and the cards; every number is a reading."""
    from tools.reports.contract import answer_json
    from ui import data_view, terminal

    session.speak(lang, question=question)
    asked, last = session.worded(question), day(as_of)
    assistant = session.open_assistant()
    snapshot = session.load(assistant, source, map_file=map_file)
    answer = assistant.ask(asked, snapshot, thread=thread, language=lang, as_of=last)
    document = answer_json(answer)
    if as_json:
        session.emit(document)
    else:
        data_view.show_answer(answer, terminal.console())
    if strict and (document["refused"] or any(reading["status"] != "ok" for reading in document["readings"])):
        raise typer.Exit(session.NOT_ALL)


def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for in the knowledge base.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=50, help="How many cards.")] = 5,
    kind: Annotated[
        str | None, typer.Option("--kind", help="playbook, case, trend, tool, mistake, term or document alone.")
    ] = None,
    step: Annotated[str | None, typer.Option("--step", metavar="KEY", help="Cards that serve this audit step.")] = None,
    segment: Annotated[
        str | None, typer.Option("--segment", metavar="KEY", help="Cards made for this value segment.")
    ] = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Find cards of the knowledge base (playbooks, cases, trends, tools, mistakes), terms, and your own documents."""
    from ui import data_view, terminal

    language = session.speak(lang, question=query)
    asked = session.worded(query)
    assistant = session.open_assistant()
    hits = assistant.search(asked, lang, limit, kind=kind, step=step, segment=segment)
    notice = assistant.knowledge.notice
    if notice is not None:
        session.note(notice[language])
    if as_json:
        results = [data_view.hit_json(hit) for hit in hits]
        session.emit({"results": results, **({"notice": notice[language]} if notice is not None else {})})
    else:
        data_view.show_hits(hits, language, terminal.console())


def card(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="The card, as cvm search names it.")],
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Show one card whole: what to do, the letter or checklist to use as it is, sources and grade."""
    from ui import card_view, terminal

    language = session.speak(lang)
    found = card_view.find_card(slug)
    if as_json:
        session.emit(card_view.card_json(found, language))
    else:
        card_view.show_card(found, language, terminal.console())


def chat(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port.")] = 8000,
    lang: Lang = None,
) -> None:
    """Open the web chat in the browser."""
    session.speak(lang)
    _run(host, port, open_browser=True)


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port.")] = 8000,
    lang: Lang = None,
) -> None:
    """Serve the chat and the API on one port."""
    session.speak(lang)
    _run(host, port, open_browser=False)


def _run(host: str, port: int, *, open_browser: bool) -> None:
    from ui.server import serve as run_server

    run_server(host=host, port=port, open_browser=open_browser)
