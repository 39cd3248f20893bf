"""Questions and conversations whose last answer is scored: readings, cards, refusals, language, grounding, calls."""

from collections.abc import Callable, Sequence

from evals.case import Case, Talk, talks
from evals.plans import right
from evals.result import Outcome
from evals.scorers import SCORERS
from evals.stage import Stage


def of(suite: str) -> Callable[[], Sequence[Case]]:
    """The cases of a suite of conversations, read when they are asked for."""
    return lambda: talks(suite)


def score(stage: Stage, case: Case) -> Outcome:
    """What every scorer says of the last answer."""
    talk: Talk = case.given
    shown = stage.assistant.render_answer(stage.said(talk.messages(case.language), case.language))
    scores = {name: scorer(talk.expect, case.language, shown) for name, scorer in SCORERS.items()}
    if talk.expect.options:
        scores["calls"] = right(talk.expect.options, shown["tools"], stage.portfolio)
    return Outcome(scores, shown["text"], {"by_model": shown["written_by"] == "model"})
