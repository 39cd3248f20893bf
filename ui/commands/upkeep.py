"""Commands that look after the product itself: bench, doctor, docs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui import session
from ui.commands.options import Json, Lang

if TYPE_CHECKING:
    from fastapi.responses import Response

    from ui.api.asks import Work


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (bench, doctor, docs):
        app.command()(command)


def bench(
    as_json: Json = False,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for bench.json.")] = Path(),
    scale: Annotated[
        float, typer.Option("--scale", min=0.001, max=1, help="1: 20 million rows; 0.05: a minute.")
    ] = 1.0,
    peers: Annotated[bool, typer.Option("--peers/--no-peers", help="Beside other libraries, installed apart.")] = True,
    lang: Lang = None,
) -> None:
    """Time the audit by step beside a plain scan, and the product beside its peers on the same data."""
    import tempfile

    from evals.bench import run_bench, run_races, run_relay, run_small, run_words
    from ui import evals_view, terminal
    from ui.api.asks import Asks, streamed

    language = session.speak(lang)
    rows = run_bench(progress=session.note)
    asks = Asks()

    async def stream(name: str, work: "Work") -> "Response":
        return await streamed(asks.start((name, "", ""), work), after=0, language=language)

    with tempfile.TemporaryDirectory(prefix="cvm-bench-") as folder:
        races = [*run_small(Path(folder)), *run_words(Path(folder) / "words"), *run_relay(Path(folder), stream)]
        asks.close()
        if peers:
            races += run_races(Path(folder), scale=scale, progress=session.note)
    document = evals_view.bench_json(rows, races)
    if as_json:
        session.emit(document)
    else:
        evals_view.show_bench(rows, language, terminal.console())
        evals_view.show_races(races, language, terminal.console())
    evals_view.write_json(document, out / "bench.json")


def doctor(as_json: Json = False, lang: Lang = None) -> None:
    """Say what works here and what does not, and why; exit with 2 where an essential part does not."""
    from ui import terminal
    from ui.commands import checks

    language = session.speak(lang)
    found = checks.run_checks()
    if as_json:
        session.emit(checks.checks_json(found, language))
    else:
        checks.show(found, language, terminal.console())
    if any(item.essential and not item.works for item in found):
        raise typer.Exit(session.USER_ERROR)


def docs(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the pages.")] = Path("docs"),
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Render the reference of metrics, the glossary and the audiences in both languages from the registries."""
    from tools.text import LANGUAGES
    from ui.commands.reference import PAGES, page_path

    session.speak(lang)
    written = []
    for page, rendered in PAGES.items():
        for language in LANGUAGES:
            path = page_path(out, language, page)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(rendered(language), "utf-8")
            written.append(str(path))
    if as_json:
        session.emit({"files": written})
    else:
        typer.echo("\n".join(written))
