"""Options that several commands share, declared once."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from tools.errors import UserError
from tools.reading import Window
from ui.phrases import REFUSALS

Lang = Annotated[
    Literal["en", "ru"] | None,
    typer.Option("--lang", help="Language of the answer. Default: the question's, else the locale."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, and nothing else there.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 where part could not be computed.")]
DATA_HELP = "A file, a folder, a name loaded before, or demo."
Data = Annotated[str, typer.Option("--data", metavar="SOURCE", help=DATA_HELP)]
Map = Annotated[
    Path | None,
    typer.Option("--map", metavar="FILE", help="Answers to questions about the data (YAML: question id: answer)."),
]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="D", help="The last day that counts: YYYY-MM-DD.")]
From = Annotated[str | None, typer.Option("--from", metavar="D", help="First day of the period: YYYY-MM-DD.")]
To = Annotated[str | None, typer.Option("--to", metavar="D", help="Day after the last one of the period: YYYY-MM-DD.")]
Where = Annotated[
    str | None,
    typer.Option(
        "--where", metavar="FILTER", help='Which clients: "plan = Pro and chs < 50 and segment in (at_risk)".'
    ),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the files.")]


def day(given: str | None, *, option: str = "--as-of") -> date | None:
    """The date of an option, or None where it was not given; `UserError` for all but YYYY-MM-DD."""
    if given is None:
        return None
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given.strip()):
            return date.fromisoformat(given.strip())
    except ValueError:
        pass  # no such day in the calendar: refused below like every other wrong date
    raise UserError(REFUSALS["not_a_day"].fill(option=option, given=given))


def window(given_start: str | None, given_end: str | None, *, as_of: date | None) -> Window | None:
    """The window ``[from, to)`` asked for, or None for the default year."""
    start, end = day(given_start, option="--from"), day(given_end, option="--to")
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise UserError(REFUSALS["half_window"])
    if as_of is not None:
        raise UserError(REFUSALS["two_windows"])
    if start >= end:
        raise UserError(REFUSALS["empty_window"].fill(start=start, end=end))
    return Window(start, end)
