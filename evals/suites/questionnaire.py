"""Conversations in which the assistant asks: what waits for an answer, what is kept of it, which figures it changes."""

import shutil
from collections.abc import Sequence
from typing import Any

from agent.stated import stated
from evals import workspaces
from evals.case import FORMS, Case, Expectation, Form, Turn, entries
from evals.result import Outcome
from evals.scorers import grounded
from evals.stage import Stage
from tools.document import Answer


def cases() -> Sequence[Case]:
    """The conversations."""
    forms = FORMS.validate_python(entries("questionnaire"))
    return [Case(f"{form.name} ({form.language})", form.language, form) for form in forms]


def score(stage: Stage, case: Case) -> Outcome:
    """What every turn should have left, in a home of its own."""
    form: Form = case.given
    empty, snapshot = stage.once("questionnaire", lambda: _empty(stage))
    home = stage.folder / f"questionnaire {stage.number()}"
    shutil.copytree(empty, home)
    assistant = stage.at(home)
    scores: dict[str, bool] = {}
    said = []
    for place, turn in enumerate(form.turns, start=1):
        answer = assistant.ask(turn.say, snapshot, thread="form", language=None)
        shown = assistant.render_answer(answer)
        said.append(str(shown["text"]))
        kept = stated(home, snapshot)
        for name, right in _turn(turn, answer, shown, kept).items():
            scores[f"{name} {place}"] = right
    shutil.rmtree(home)
    return Outcome(scores, " | ".join(said))


def _turn(turn: Turn, answer: Answer, shown: dict[str, Any], kept: Any) -> dict[str, bool]:
    """What is as it should be after a turn, and what is not."""
    waits = answer.pending.kind if answer.pending is not None else None
    ids = [claim.id for claim in answer.claims]
    values = {reading.key: reading.value for claim in answer.claims for reading in claim.readings}
    found = {
        "waits": waits == turn.waits,
        "claims": all(any(id.startswith(wanted) for id in ids) for wanted in turn.claims),
        "shows": all(values.get(key) == value for key, value in turn.shows.items()),
        "grounded": bool(grounded(Expectation(), answer.language, shown)),
    }
    if turn.kept is not None:
        found["kept"] = dict(kept) == turn.kept
    return found


def _empty(stage: Stage) -> tuple[Any, str]:
    """A home with a company that has told nothing yet, to be copied, and its snapshot."""
    home = stage.folder / "questionnaire"
    home.mkdir()
    return home, stage.at(home).load(workspaces.write(stage.folder / "company")).snapshot
