"""The parts of every view of the command line; they work without a terminal and at eighty columns."""

from collections.abc import Iterable, Mapping, Sequence
from unicodedata import category

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text as Styled

from tools import formats
from tools.load import ControlTotal, Problem
from tools.reading import Reading, Window
from tools.render import Rendered
from tools.text import Language
from ui.phrases import SEVERITY, phrase, table_title

COLOURS = {"urgent": "red", "warning": "yellow", "info": "blue", "good": "green"}
STATUS_COLOURS = {"done": "green", "partial": "yellow", "skipped": "bright_black"}
NARROW = 100
NAMELESS = (None, formats.NO_CURRENCY)


def console(*, stderr: bool = False) -> Console:
    """A console that marks up nothing on its own."""
    return Console(stderr=stderr, highlight=False)


def prose(rendered: Rendered | str, *, width: int, style: str = "") -> Styled:
    """The text broken at plain spaces only (never inside a number), what was filled in set in bold."""
    if isinstance(rendered, str):
        return Styled(_broken(harmless(rendered), width), style=style)
    shown = Styled(_broken(harmless(rendered.text), width), style=style)
    for span in rendered.spans:
        shown.stylize("bold", span.start, span.end)
    return shown


def harmless(text: str) -> str:
    """The text with a space for every character that steers a terminal; its length stays."""
    return "".join(" " if category(letter) in ("Cc", "Cf") and letter != "\n" else letter for letter in text)


def _broken(text: str, width: int) -> str:
    """The text with some spaces turned into line ends; its length stays, so that spans stay right."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            if line and cell_len(line) + 1 + cell_len(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return "\n".join(lines)


def titled(title: str, *body: RenderableType, colour: str = "cyan") -> Panel:
    """A panel with its title at the left."""
    return Panel(
        Group(*body),
        title=f"[bold]{title}[/]",
        title_align="left",
        border_style=colour,
        box=box.ROUNDED,
        padding=(0, 1),
    )


def grid(*headings: str, right: Sequence[int] = (), plain: Sequence[int] = ()) -> Table:
    """A light table; columns in ``right`` are numbers (never broken), those in ``plain`` are never broken."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, expand=False)
    for place, heading in enumerate(headings):
        table.add_column(
            heading,
            justify="right" if place in right else "left",
            no_wrap=place in right or place in plain,
            overflow="ellipsis" if place in plain else "fold",
        )
    return table


def period(window: Window | None, language: Language) -> str:
    """The window as first and last day, both included; a single day once."""
    return "—" if window is None else formats.period(window.start, window.closing, language)


def value(reading: Reading, language: Language, *, currency: str) -> Styled:
    """The value in the colour of its status: shown plainly, doubtful, or absent."""
    shown = formats.reading(reading, language, currency=currency)
    style = {"ok": "bold", "partial": "bold yellow", "insufficient": "bright_black", "undefined": "bright_black"}
    return Styled(shown, style=style[reading.status])


def readings_table(
    readings: Iterable[Reading],
    language: Language,
    *,
    currency: str,
    width: int,
    names: Mapping[str, str] | None = None,
) -> Table:
    """Name, value, window, convention and n of each reading; a narrow page leaves window and convention out.

    ``names`` gives the shown name of a client by id.
    """
    from tools.reports.names import reading_name, rule_name

    wide = width >= NARROW
    heads = ("reading", "value", "n", "window", "convention") if wide else ("reading", "value", "n")
    table = grid(*(phrase(name, language) for name in heads), right=(1, 2), plain=(3,))
    for item in readings:
        cells: list[RenderableType] = [
            Styled(harmless(reading_name(item, language, names))),
            value(item, language, currency=currency),
            Styled(formats.count(item.n, language)),
        ]
        if wide:
            cells += [Styled(period(item.window, language)), Styled(rule_name(item, language), style="bright_black")]
        table.add_row(*cells)
        if item.reason is not None and item.status in ("undefined", "insufficient"):
            table.add_row(Styled(f"  {item.reason[language]}", style="italic bright_black"))
    return table


def control_totals(totals: Iterable[ControlTotal], language: Language) -> Table:
    """The reconciliation with the export, differences in red."""
    names = ("table", "what", "source", "loaded", "difference")
    table = grid(*(phrase(name, language) for name in names), right=(2, 3, 4))
    for total in totals:
        table.add_row(
            table_title(total.table, language),
            phrase(total.what, language) + (f", {total.currency}" if total.currency not in NAMELESS else ""),
            formats.decimal(total.source, language, digits=2),
            formats.decimal(total.loaded, language, digits=2),
            Styled(
                formats.decimal(total.difference, language, digits=2), style="bold red" if total.difference else "green"
            ),
        )
    return table


def problems(found: Sequence[Problem], language: Language, *, width: int) -> list[RenderableType]:
    """Each remark on the data with its severity."""
    lines: list[RenderableType] = []
    for problem in found:
        example = f" ({problem.example})" if problem.example else ""
        lines.append(bullet(problem.severity, problem.text[language] + example, language, width=width))
    return lines


def bullet(severity: str, text: Rendered | str, language: Language, *, width: int) -> RenderableType:
    """One finding or remark: a coloured mark, the severity as a word, the text."""
    mark = Styled(f"● {SEVERITY[severity][language]}", style=f"bold {COLOURS[severity]}")
    return Group(mark, Padding(prose(text, width=width - 2), (0, 0, 0, 2)))


def rule(title: str) -> Rule:
    """A heading across the page."""
    return Rule(f"[bold]{title}[/]", style="cyan", align="left")
