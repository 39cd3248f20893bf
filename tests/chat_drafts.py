"""A document for tests of decisions: drafted by a tool, decided about with an effect that can be counted.

The log of effects is the document's state: a decision that stands already has no second effect, as in every decider.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent import calls, decisions
from agent.sentences import Desk, Result
from tools.document import Claim, Name, Pending
from tools.text import Text

if TYPE_CHECKING:
    from agent.assistant import Assistant

WAYS = ("approve", "edit", "reject")
SAID = {
    "draft": Text("A letter to {client}.", "Письмо клиенту {client}."),
    "approve": Text("Approved.", "Одобрено."),
    "edit": Text("Changed to “{words}”.", "Изменено на «{words}»."),
    "reject": Text("Rejected.", "Отклонено."),
}


def drafted(desk: Desk, *, id: str) -> Result:
    """A draft of a letter, waiting."""
    claim = Claim("draft", SAID["draft"], {"client": Name(desk.portfolio.names[id], account=id)})
    return Result((claim,), pending=Pending("letter", id, WAYS))


def effects(home: Path) -> list[str]:
    """Every effect so far, in order: ``client decision text``."""
    log = home / "effects.log"
    return log.read_text("utf-8").splitlines() if log.is_file() else []


def decider(after: Callable[[Path], None] = lambda home: None) -> Any:
    """A decider that appends to the log; ``after`` runs between the effect and its result."""

    def decide(assistant: "Assistant", portfolio: Any, ref: str, decision: str, text: str) -> Result:
        home = assistant.settings.home
        line = f"{ref} {decision} {text}".strip()
        last = [item for item in effects(home) if item.startswith(f"{ref} ")][-1:]
        if last != [line]:
            with (home / "effects.log").open("a", encoding="utf-8") as log:
                log.write(line + "\n")
                log.flush()
                os.fsync(log.fileno())
        after(home)
        claim = Claim(decision, SAID[decision], {"words": Name(text)} if decision == "edit" else {})
        return Result((claim,), pending=Pending("letter", ref, WAYS) if decision == "edit" else None)

    return decide


def install(after: Callable[[Path], None] = lambda home: None) -> None:
    """Put the tool and the decider into the registries of this process."""
    tools: Any = calls.TOOLS
    tools["report"] = drafted
    decisions.DECIDERS["letter"] = decider(after)
