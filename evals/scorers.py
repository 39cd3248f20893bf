"""Scores of one answer against what a case expects; a scorer that a case does not ask for is ``None``: unscored."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evals.case import Case

Answer = Mapping[str, Any]
Scorer = Callable[[Case, Answer], bool | None]


def readings(case: Case, answer: Answer) -> bool | None:
    """Every expected metric is among the readings shown."""
    if not case.expect.readings:
        return None
    shown = {reading["key"] for reading in answer["readings"]}
    return set(case.expect.readings) <= shown


def cards(case: Case, answer: Answer) -> bool | None:
    """At least one of the expected cards (or of the expected kind ``any``) is named."""
    if not case.expect.cards:
        return None
    if case.expect.cards == ["any"]:
        return bool(answer["cards"])
    return bool(set(case.expect.cards) & set(answer["cards"]))


def refused(case: Case, answer: Answer) -> bool | None:
    """The answer is refused exactly where it should be."""
    return bool(answer["refused"]) == case.expect.refused


def language(case: Case, answer: Answer) -> bool | None:
    """The answer is in the language of the question."""
    return bool(answer["language"] == case.language)


def grounded(case: Case, answer: Answer) -> bool | None:
    """No digit of the text stands outside a span, and every span of a reading has its reading."""
    known = {reading["id"] for reading in answer["readings"]}
    identities = [span["reading"] for span in answer["spans"]]
    bound = all(identity in known or identity.startswith(("date:", "name:")) for identity in identities)
    return bound and _covered(answer["text"], answer["spans"])


def _covered(text: str, spans: Sequence[Mapping[str, Any]]) -> bool:
    inside = {place for span in spans for place in range(span["start"], span["end"])}
    return all(place in inside for place, character in enumerate(text) if character.isdigit())


SCORERS: Mapping[str, Scorer] = {
    "readings": readings,
    "cards": cards,
    "refused": refused,
    "language": language,
    "grounded": grounded,
}
