"""Options that several commands share, declared once."""

from datetime import date, datetime
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
Data = Annotated[
    str,
    typer.Option("--data", metavar="SOURCE", help="A file, a folder, a database URL, a name loaded before, or demo."),
]
Map = Annotated[
    Path | None,
    typer.Option("--map", metavar="FILE", help="Answers to questions about the data (YAML: question id: answer)."),
]
_DAY = ["%Y-%m-%d"]
AsOf = Annotated[
    datetime | None, typer.Option("--as-of", formats=_DAY, metavar="D", help="The last day that counts: YYYY-MM-DD.")
]
From = Annotated[datetime | None, typer.Option("--from", formats=_DAY, metavar="D", help="First day of the period.")]
To = Annotated[
    datetime | None, typer.Option("--to", formats=_DAY, metavar="D", help="Day after the last one of the period.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the files.")]


def day(moment: datetime | None) -> date | None:
    """The date of an option, or None where it was not given."""
    return moment.date() if moment else None


def window(start: datetime | None, end: datetime | None, *, as_of: datetime | None) -> Window | None:
    """The window ``[from, to)`` asked for, or None for the default year."""
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise UserError(REFUSALS["half_window"])
    if as_of is not None:
        raise UserError(REFUSALS["two_windows"])
    if start >= end:
        raise UserError(REFUSALS["empty_window"].fill(start=start.date(), end=end.date()))
    return Window(start.date(), end.date())
