"""Figures of answers beside those that the metric gives when it is asked directly."""

from collections.abc import Sequence

from agent.reading.windows import window
from evals.case import FIGURES, Case, Figure, both, entries
from evals.result import Outcome
from evals.stage import Stage
from tools.metrics import metrics

#: Groupings of clients: lists, not one figure.
GROUPINGS = frozenset({"segments", "rfm", "clusters"})
#: Questions after a metric by nothing but its name.
BY_NAME = {"ru": "Какое у нас значение показателя «{name}»?", "en": "What is our value of the metric “{name}”?"}


def cases() -> Sequence[Case]:
    """Questions in a manager's words, and every metric by its name."""
    named = [
        Figure(key=key, ru=BY_NAME["ru"].format(name=item.name.ru), en=BY_NAME["en"].format(name=item.name.en))
        for key, item in metrics().items()
        if key not in GROUPINGS
    ]
    return [*both("numbers", FIGURES.validate_python(entries("numbers"))), *both("by name", named)]


def score(stage: Stage, case: Case) -> Outcome:
    """Whether the answer shows the metric's own figures, and no other of the metric for the same place and time."""
    figure: Figure = case.given
    direct = stage.assistant.metric(
        figure.key,
        stage.snapshot,
        window=window(stage.portfolio, figure.period),
        by=figure.by,
        where=figure.where,
        top=figure.top,
        bottom=figure.bottom,
    )
    answer = stage.assistant.ask(figure.question(case.language), stage.snapshot)
    shown = {reading.id: reading for claim in answer.claims for reading in claim.readings}
    parted = bool(figure.by or figure.top or figure.bottom or direct[0].scope.get("by"))
    heads = direct if parted else direct[:1]
    usable = [reading.id for reading in heads if reading.usable]
    same = [reading for reading in direct if reading.id in shown]
    scores = {
        "stated": any(identity in shown for identity in usable) or not usable,
        "equal": all(shown[reading.id].value == reading.value for reading in same),
    }
    return Outcome(scores, str(stage.assistant.render_answer(answer)["text"]))
