"""Commands about the data: load, metric, segment."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tools.errors import UserError
from ui import session
from ui.commands.options import DATA_HELP, AsOf, Data, From, Json, Lang, Map, Strict, To, Where, day, window
from ui.phrases import REFUSALS

if TYPE_CHECKING:
    from tools.load import Question

SEGMENTATIONS = "value|rfm|clusters|six|budget"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(load)
    app.command()(metric)
    app.command()(segment)


def load(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="Files, folders, or demo.")],
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Name to call the data by later.")] = None,
    map_file: Map = None,
    yes: Annotated[bool, typer.Option("--yes", help="Never ask; stop where a question changes a result.")] = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Read files, map them to known tables, print control totals, remarks and open questions."""
    from tools.reports.contract import load_json
    from ui import data_view, terminal

    language = session.speak(lang)
    answers = dict(session.read_mapping(map_file)) if map_file else {}
    assistant = session.open_assistant()
    result = assistant.load(sources, answers=answers)
    asked = [question for question in result.load.questions if question.changes]
    if asked and not yes and not as_json and sys.stdin.isatty():
        answers |= _ask(asked, language)
        result = assistant.load(sources, answers=answers)
    if not as_json:
        last = assistant.portfolio(result.snapshot).last
        data_view.show_load(result.load, result.snapshot, language, terminal.console(), last=last)
    session.refuse_open(result.load.questions)
    if name:
        result = assistant.load(sources, name=name, answers=answers)
    if as_json:
        manifest: Any = result.load
        session.emit(load_json(manifest, result.snapshot, language=language))


def _ask(questions: list["Question"], language: Any) -> dict[str, str]:
    answers: dict[str, str] = {}
    for question in questions:
        typer.echo(question.text[language], err=True)
        for place, option in enumerate(question.options, start=1):
            typer.echo(f"  {place}. {option}", err=True)
        chosen = typer.prompt(">", type=typer.IntRange(1, len(question.options)), err=True)  # type: ignore[attr-defined]
        answers[question.id] = question.options[chosen - 1]
    return answers


def metric(
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="KEY", help="A metric: nrr, grr, logo_churn, chs, …; none: the list of metrics and columns."
        ),
    ] = None,
    source: Annotated[str | None, typer.Option("--data", metavar="SOURCE", help=DATA_HELP)] = None,
    start: From = None,
    end: To = None,
    as_of: AsOf = None,
    by: Annotated[str | None, typer.Option("--by", metavar="COLUMN", help="One reading per value of a column.")] = None,
    where: Where = None,
    top: Annotated[int | None, typer.Option("--top", metavar="N", help="The N clients with the most of it.")] = None,
    bottom: Annotated[int | None, typer.Option("--bottom", metavar="N", help="The N with the least.")] = None,
    level: Annotated[
        str, typer.Option("--level", metavar="holding|account|billing|line", help="What a client is.")
    ] = "account",
    convention: Annotated[str | None, typer.Option("--convention", metavar="ID", help="Rule of computing.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Definition, rows, SQL, other conventions.")] = False,
    map_file: Map = None,
    strict: Strict = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Compute one metric, one reading per group, or the first clients by it."""
    language = session.speak(lang)
    if key is None:
        _names(language, as_json=as_json)
        return
    last = day(as_of)
    asked = window(start, end, as_of=last)

    from tools.filters import parse
    from tools.question import Question
    from ui import metric_view, terminal

    condition = parse(where) if where is not None else None
    question = Question(key, asked, by, condition, top=top, bottom=bottom, level=level, convention=convention)
    metric_view.asked_of(question)
    if source is None:
        raise UserError(REFUSALS["no_data"])
    assistant = session.open_assistant()
    snapshot = session.load(assistant, source, map_file=map_file)
    shown = metric_view.shown(assistant, snapshot, question, as_of=last, explain=explain)
    if as_json:
        session.emit(metric_view.metric_json(shown, language))
    else:
        metric_view.show_metric(shown, language, terminal.console())
    if strict and any(reading.status != "ok" for reading in shown.readings):
        raise typer.Exit(session.NOT_ALL)


def _names(language: Any, *, as_json: bool) -> None:
    from ui import metric_view, terminal

    listed = metric_view.names(language)
    if as_json:
        session.emit(listed)
    else:
        metric_view.show_names(listed, language, terminal.console())


def segment(
    source: Data,
    by: Annotated[str, typer.Option("--by", metavar=SEGMENTATIONS, help="Which segmentation.")] = "value",
    map_file: Map = None,
    strict: Strict = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Show every account with its segment and the reasons."""
    from ui import data_view, terminal

    language = session.speak(lang)
    assistant = session.open_assistant()
    snapshot = session.load(assistant, source, map_file=map_file)
    found = assistant.segment(snapshot, by)
    currency = assistant.portfolio(snapshot).currency
    if as_json:
        session.emit(data_view.segment_json(found, language, currency=currency))
    else:
        data_view.show_segments(found, language, terminal.console(), currency=currency)
    if strict and any(group.accounts.status != "ok" for group in found.groups):
        raise typer.Exit(session.NOT_ALL)
