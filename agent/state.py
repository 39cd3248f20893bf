"""State is what a checkpoint keeps (strings and hashes); Context is what lives only while a run does."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from tools.text import Language, Text

if TYPE_CHECKING:
    from agent.memory import RunStore
    from agent.recommend import Adviser
    from agent.writer import Writer
    from tools.audit import StepSpec
    from tools.document import Step
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


def computed(spec: "StepSpec", portfolio: "Portfolio", answers: Mapping[str, object]) -> "Step":
    """A step as the audit of data makes it."""
    return spec.run(portfolio, answers)


@dataclass(frozen=True, slots=True)
class Context:
    """Live objects of one run, never stored; ``work`` makes a step, ``interview`` says that it is told out of answers."""

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
    work: "Callable[[StepSpec, Portfolio, Mapping[str, object]], Step]" = computed
    interview: bool = False

    def tell(self, event: Event) -> None:
        """Pass an event on to whoever listens."""
        if self.on_event is not None:
            self.on_event(event)


ChatEventKind = Literal["understood", "planned", "sentence", "restarted", "done"]


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """Something that happened while a question is answered: its number within the turn, and its JSON as it was kept.

    ``sentence`` holds the next part of the text with its spans; after ``restarted`` the text begins anew.
    """

    id: int
    kind: ChatEventKind
    data: str


@dataclass(frozen=True, slots=True)
class Before:
    """What the last answer of a thread was about: its tool calls, ids of its clients in order, keys of its readings."""

    calls: tuple[Mapping[str, Any], ...] = ()
    accounts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @classmethod
    def read(cls, raw: str) -> "Before":
        """The one that `written` wrote; an empty string is the beginning of a thread."""
        found = json.loads(raw) if raw else {}
        return cls(tuple(found.get("calls", ())), tuple(found.get("accounts", ())), tuple(found.get("keys", ())))

    def written(self) -> str:
        """As JSON, to be kept in a checkpoint."""
        return json.dumps({"calls": self.calls, "accounts": self.accounts, "keys": self.keys}, ensure_ascii=False)
