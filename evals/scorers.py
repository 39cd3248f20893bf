"""Scores of one answer against what is expected of it; what is not expected is ``None``: unscored."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evals.case import Expectation
from tools.text import Language

Answer = Mapping[str, Any]
Scorer = Callable[[Expectation, Language, Answer], bool | None]


def readings(expect: Expectation, language: Language, answer: Answer) -> bool | None:
    """Every expected metric is among the readings shown."""
    if not expect.readings:
        return None
    shown = {reading["key"] for reading in answer["readings"]}
    return set(expect.readings) <= shown


def cards(expect: Expectation, language: Language, answer: Answer) -> bool | None:
    """At least one of the expected cards is named; for ``any``, at least one card."""
    if not expect.cards:
        return None
    if expect.cards == ["any"]:
        return bool(answer["cards"])
    return bool(set(expect.cards) & set(answer["cards"]))


def refused(expect: Expectation, language: Language, answer: Answer) -> bool | None:
    """The answer is refused exactly where it should be."""
    return bool(answer["refused"]) == expect.refused


def silent(expect: Expectation, language: Language, answer: Answer) -> bool | None:
    """Where the answer should be refused, it shows no figure."""
    return not answer["readings"] if expect.refused else None


def spoken(expect: Expectation, language: Language, answer: Answer) -> bool | None:
    """The answer is in the language of the question."""
    return bool(answer["language"] == language)


def grounded(expect: Expectation, language: Language, answer: Answer) -> bool | None:
    """No digit of the text stands outside a span, and every span of a reading has its reading."""
    known = {reading["id"] for reading in answer["readings"]}
    identities = [span["reading"] for span in answer["spans"]]
    bound = all(identity in known or identity.startswith(("date:", "name:")) for identity in identities)
    return bound and not any(letter.isnumeric() for letter in outside(answer["text"], answer["spans"]))


def outside(text: str, spans: Sequence[Mapping[str, Any]]) -> str:
    """The text without its spans, a bar for each."""
    found, last = "", 0
    for span in sorted(spans, key=lambda item: int(item["start"])):
        found += text[last : span["start"]] + "¦"
        last = span["end"]
    return found + text[last:]


SCORERS: Mapping[str, Scorer] = {
    "readings": readings,
    "cards": cards,
    "refused": refused,
    "silent": silent,
    "language": spoken,
    "grounded": grounded,
}
