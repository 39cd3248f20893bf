"""The first word of an answer by rules: how long a user of the demo waits for it, and what the wait is spent on."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from evals.bench.races import OURS, Race

QUESTIONS = Path(__file__).with_name("questions.yaml")
STAGES = ("embedding", "planning", "tools", "writing")
WARMING = ("Какой у нас ARR?", "Which cards speak of price?")  # the first questions load the models


@dataclass
class Wait:
    """Seconds to the first word of one question, and of them those of each stage.

    Planning is the time to the plan, tools the time in their calls, both without the embedding of texts; writing is
    all the rest: gathering, wording and keeping the turn.
    """

    seconds: float = 0.0
    spent: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))


def run_words(home: Path) -> list[Race]:
    """The median and the 95th percentile over every question in both languages, each asked once in a thread of its own."""
    waits = first_words(home, [question[language] for question in _questions() for language in ("ru", "en")])
    seconds = [wait.seconds for wait in waits]
    work = f"first word of a rules answer, {len(waits)} questions"
    middle, late = (float(np.quantile(seconds, level)) for level in (0.5, 0.95))
    slow = [wait for wait in waits if wait.seconds >= late]
    return [
        Race(work, f"{OURS}, p50", middle, None, None, "", None, _shares(waits)),
        Race(work, f"{OURS}, p95", late, None, None, "", None, f"of the slowest {len(slow)}: {_shares(slow)}"),
    ]


def _questions() -> list[dict[str, str]]:
    found: list[dict[str, str]] = yaml.safe_load(QUESTIONS.read_text("utf-8"))
    return found


def _shares(waits: Sequence[Wait]) -> str:
    whole = sum(wait.seconds for wait in waits)
    return ", ".join(f"{stage} {sum(wait.spent[stage] for wait in waits) / whole:.0%}" for stage in STAGES)


def first_words(home: Path, questions: Sequence[str]) -> list[Wait]:
    """The wait for each question, asked one after the other of the demo loaded into an empty home."""
    from agent import calls
    from evals.run import open_fresh
    from knowledge.embed import bundled

    assistant = open_fresh(home)
    snapshot = assistant.load("demo").snapshot
    clock = _Clock()
    with clock.timing(type(bundled()), "embed", "embedding"), clock.timing(calls, "run", "tools"):
        return [clock.ask(assistant, snapshot, words) for words in (*WARMING, *questions)][len(WARMING) :]


class _Clock:
    """Seconds of the stages of the question under way, up to its first word."""

    def __init__(self) -> None:
        self.wait, self.began, self.over = Wait(), 0.0, True

    def ask(self, assistant: Any, snapshot: str, words: str) -> Wait:
        """The wait for the first word of one question."""
        self.wait, self.over, self.began = Wait(), False, time.perf_counter()
        assistant.ask(words, snapshot, thread=words, turn="1", on_event=self.heard)
        return self.wait

    def heard(self, event: Any) -> None:
        """Note the plan and the first word as they are told."""
        spent, passed = self.wait.spent, time.perf_counter() - self.began
        if event.kind == "planned":
            spent["planning"] = passed - spent["embedding"]
        if event.kind == "sentence" and not self.over:
            self.wait.seconds, self.over = passed, True
            spent["writing"] = passed - sum(spent.values())

    @contextmanager
    def timing(self, owner: Any, name: str, stage: str) -> Iterator[None]:
        """While it lasts, the seconds of a function count for the stage, less those of stages within it."""
        plain: Callable[..., Any] = getattr(owner, name)

        def timed(*given: Any, **named: Any) -> Any:
            began, spent = time.perf_counter(), dict(self.wait.spent)
            try:
                return plain(*given, **named)
            finally:
                if not self.over:
                    inside = sum(self.wait.spent.values()) - sum(spent.values())
                    self.wait.spent[stage] += time.perf_counter() - began - inside

        setattr(owner, name, timed)
        try:
            yield
        finally:
            setattr(owner, name, plain)
