"""State is what a checkpoint keeps (strings and hashes); Context is what lives only while a run does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

from tools.text import Language, Text

if TYPE_CHECKING:
    from agent.memory import RunStore
    from agent.recommend import Adviser
    from agent.writer import Writer
    from tools.portfolio import Portfolio

EventKind = Literal["run", "started", "finished", "resumed", "wording", "notice", "done", "question"]


def merged(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Both tables together; the newer entry wins."""
    return {**old, **new}


class State(TypedDict, total=False):
    """What the audit graph keeps: the run's id, the hash of each finished step, of the telling and of the result."""

    run: str
    steps: Annotated[dict[str, str], merged]
    telling: str
    result: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something the user may want to see while an audit runs."""

    kind: EventKind
    step: str | None = None
    status: str | None = None
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Live objects of one run, never stored."""

    run: str
    portfolio: "Portfolio"
    store: "RunStore"
    adviser: "Adviser"
    writer: "Writer"
    language: Language
    steps: tuple[str, ...]
    answers: Mapping[str, object]
    interactive: bool = False
    on_event: Callable[[Event], None] | None = None

    def tell(self, event: Event) -> None:
        """Pass an event on to whoever listens."""
        if self.on_event is not None:
            self.on_event(event)
