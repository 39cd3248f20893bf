"""Where cases are tried: an assistant over a home with the demo in it, and whatever else a suite sets up for itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from agent.assistant import Assistant
from agent.writer import ModelWriter
from tools.document import Answer

if TYPE_CHECKING:
    from agent.backends import Gateway
    from tools.portfolio import Portfolio
    from tools.text import Language

Made = TypeVar("Made")


@dataclass
class Stage:
    """One back end on one home; what a suite opens here is closed with the stage."""

    assistant: Assistant
    snapshot: str
    folder: Path
    held: dict[str, Any] = field(default_factory=dict)
    closing: ExitStack = field(default_factory=ExitStack)

    @property
    def portfolio(self) -> "Portfolio":
        """The demo."""
        return self.assistant.portfolio(self.snapshot)

    @property
    def gateway(self) -> "Gateway | None":
        """The model, counting for one answer; None without one."""
        writer = self.assistant.writer
        return writer.gateway.metered("answer") if isinstance(writer, ModelWriter) else None

    def once(self, key: str, make: Callable[[], Made]) -> Made:
        """What ``make`` makes, made once for the stage."""
        if key not in self.held:
            self.held[key] = make()
        made: Made = self.held[key]
        return made

    def opened(self, key: str, make: Callable[[], AbstractContextManager[Made]]) -> Made:
        """What a context manager gives, entered once and left with the stage."""
        return self.once(key, lambda: self.closing.enter_context(make()))

    def at(self, home: Path) -> Assistant:
        """The same back end over another home."""
        return Assistant(self.assistant.settings.model_copy(update={"home": home}), self.assistant.writer)

    def number(self) -> int:
        """A number that this stage has not given yet."""
        self.held["number"] = int(self.held.get("number", 0)) + 1
        return int(self.held["number"])

    def said(self, messages: list[str], language: "Language") -> Answer:
        """The answer to the last message: alone, or as the last of a conversation of its own."""
        if len(messages) == 1:
            return self.assistant.ask(messages[0], self.snapshot, language=language)
        thread = f"{self.folder.name} {self.number()}"
        *before, last = messages
        for message in before:
            self.assistant.ask(message, self.snapshot, thread=thread)
        return self.assistant.ask(last, self.snapshot, thread=thread)
