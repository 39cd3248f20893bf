"""The audit as it runs: live lines in a terminal, one plain flushed line an event elsewhere."""

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text as Styled

from tools.text import Language, Text
from ui import session
from ui.phrases import STATUS, phrase
from ui.terminal import STATUS_COLOURS

if TYPE_CHECKING:
    from agent.state import Event
    from tools.document import Audit

SECONDS_WIDTH = 7
KINDS = {
    "run": Text("run", "аудит"),
    "started": Text("started", "начат шаг"),
    "finished": Text("finished", "закончен шаг"),
    "resumed": Text("resumed", "продолжен шаг"),
    "wording": Text("wording", "формулировки"),
    "question": Text("question", "вопрос"),
    "notice": Text("notice", "сообщение"),
    "done": Text("done", "готово"),
}
MARKS = {"done": "✓", "partial": "◐", "skipped": "–"}


@dataclass(slots=True)
class _Line:
    title: Text
    began: float = 0.0
    took: float = 0.0
    status: str | None = None
    result: str = ""


def plain_line(event: "Event", language: Language) -> str:
    """An event as one line: ``started segments``, ``finished segments done``, by its title in Russian; else its text."""
    named = event.step is not None and event.kind in ("started", "finished", "resumed")
    if named and language == "ru":
        return _named_line(event)
    text = "" if named or event.text is None else " ".join(event.text[language].split())
    kind = KINDS[event.kind][language] if event.kind in KINDS else event.kind
    return " ".join(part for part in (kind, event.step or "", event.status or "", text) if part)


def _named_line(event: "Event") -> str:
    from tools.audit import STEPS

    title = next((step.title.ru for step in STEPS if step.key == event.step), str(event.step))
    known = STATUS.get(event.status or "")
    status = known.ru if known is not None else ""
    line = f"{KINDS[event.kind].ru} «{title}»"
    return f"{line}: {status}" if status else line


def _first_sentence(text: str) -> str:
    return text.split(". ")[0].rstrip(".")


@dataclass(slots=True)
class Progress:
    """Shows the events of an audit; a context manager, and the ``on_event`` of the assistant."""

    language: Language
    console: Console
    lines: dict[str, _Line] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    _live: Live | None = None
    _spinner: Spinner = field(default_factory=lambda: Spinner("dots", style="cyan"))

    def __enter__(self) -> "Progress":
        if self.console.is_terminal:
            from tools.audit import STEPS

            self.lines = {step.key: _Line(step.title) for step in STEPS}
            self._live = Live(console=self.console, refresh_per_second=8, get_renderable=self._view)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def __call__(self, event: "Event") -> None:
        """Show one event."""
        session.stop_if_interrupted()
        if self._live is None:
            session.note(plain_line(event, self.language))
            return
        line = self.lines.get(event.step or "")
        if line is None:
            if event.text is not None and event.kind in ("notice", "wording"):
                self.notices.append(event.text[self.language])
            return
        if event.kind == "started":
            line.began = time.monotonic()
        elif event.kind in ("finished", "resumed"):
            line.status = event.status or "done"
            line.took = time.monotonic() - line.began if line.began else 0.0
            line.result = _first_sentence(event.text[self.language]) if event.text else self._resumed(event.kind)

    def settle(self, audit: "Audit") -> None:
        """Close the lines of steps that were finished by an earlier run."""
        for step in audit.steps:
            line = self.lines.get(step.key)
            if line is not None and line.status is None:
                line.status, line.result = step.status, phrase("before", self.language)

    def _resumed(self, kind: str) -> str:
        return phrase("resumed", self.language) if kind == "resumed" else ""

    def _view(self) -> RenderableType:
        titles = max((cell_len(line.title[self.language]) for line in self.lines.values()), default=1)
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=1, min_width=1)
        table.add_column(no_wrap=True, min_width=min(titles, self.console.width // 2), overflow="ellipsis")
        table.add_column(justify="right", no_wrap=True, min_width=SECONDS_WIDTH)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for line in self.lines.values():
            table.add_row(*self._row(line))
        return Group(table, *(Styled(notice, style="yellow") for notice in self.notices[-2:]))

    def _row(self, line: _Line) -> tuple[RenderableType, ...]:
        title = line.title[self.language]
        if line.status is not None:
            colour = STATUS_COLOURS.get(line.status, "white")
            known = STATUS.get(line.status)
            result = line.result or (known[self.language] if known else line.status)
            mark = Styled(MARKS.get(line.status, "·"), style=colour)
            return mark, Styled(title), self._seconds(line.took), Styled(result, style=colour)
        if line.began:
            return self._spinner, Styled(title, style="bold"), self._seconds(time.monotonic() - line.began), Styled("")
        return Styled("·", style="bright_black"), Styled(title, style="bright_black"), Styled(""), Styled("")

    def _seconds(self, took: float) -> Styled:
        from tools import formats

        return Styled(phrase("seconds", self.language, n=formats.decimal(took, self.language, digits=1, fixed=True)))
