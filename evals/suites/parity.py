"""The same question in Russian and in English: the answers hold the same readings."""

from collections.abc import Sequence

from evals.case import Case, Pair
from evals.plans import held_apart, right
from evals.result import Outcome
from evals.stage import Stage
from tools.document import Answer
from tools.text import LANGUAGES


def cases() -> Sequence[Case]:
    """Every pair held apart: written as one question in two languages."""
    return [Case(name, "ru", pair) for name, pair in held_apart()]


def score(stage: Stage, case: Case) -> Outcome:
    """Whether both answers hold the same readings with the same values, and refuse alike."""
    pair: Pair = case.given
    answers = [
        stage.said([text for text in (pair.before(language), pair.question(language)) if text], language)
        for language in LANGUAGES
    ]
    one, other = (_figures(answer) for answer in answers)
    plans = [" ".join(str(call["name"]) for call in answer.tools) for answer in answers]
    said = f"{' | '.join(plans)}: {len(one)} and {len(other)} readings, {len(one & other)} shared"
    meant = all(right(pair.options, answer.tools, stage.portfolio) for answer in answers)
    return Outcome(
        {"readings": one == other}, said, {"both_planned_right": meant, "differ_though_right": meant and one != other}
    )


def _figures(answer: Answer) -> set[tuple[str, str]]:
    return {(reading.id, str(reading.value)) for claim in answer.claims for reading in claim.readings}
