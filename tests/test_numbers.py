"""Ten thousand answers over generated portfolios: every figure shown is bound to a reading, and the reading to the rows."""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from agent.assistant import Assistant
from agent.reading.number_words import number_words
from agent.settings import Settings
from tests.answers import generated, questions
from tests.computed_again import Again
from tests.generated import everywhere
from tests.number_text import parse, parse_day
from tools.document import Answer
from tools.text import LANGUAGES, Language

OF_ONE = 50  # questions to one portfolio
FEW, MANY = 50, 10_000
#: Number words of the product's fixed phrases, which are no figures of the data: "without one", "twelve months".
FIXED: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        {"first", "one", "ones", "second", "both", "several", "single", "twelve", "thirds", "half", "quarter"}
    ),
    "ru": frozenset({"первой", "первая", "первую", "один", "одно", "одного", "одной", "одни", "второго", "двенадцать"}),
}


def test_every_figure_of_an_answer_is_bound_and_right() -> None:
    _all_right(sum((answers_of(seed) for seed in range(FEW // OF_ONE)), Counter()), FEW)


@pytest.mark.soak
def test_every_figure_of_ten_thousand_answers_is_bound_and_right(capsys: pytest.CaptureFixture[str]) -> None:
    seen: Counter[str] = sum(
        everywhere(answers_of, [(seed,) for seed in range(1000, 1000 + MANY // OF_ONE)]), Counter()
    )
    with capsys.disabled():
        print("\n" + "\n".join(f"{what}: {count}" for what, count in sorted(seen.items())))  # noqa: T201
    _all_right(seen, MANY)


def _all_right(seen: Counter[str], times: int) -> None:
    assert seen["answers"] == times
    assert not {what: count for what, count in seen.items() if what.startswith("wrong")}
    assert seen["figures"] > times and seen["figures computed again"] > 0.25 * seen["figures"]


def answers_of(seed: int) -> Counter[str]:
    """What was seen of the answers over the portfolio of a seed; what is wrong with any under ``wrong: …``."""
    chance, seen = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        portfolio = generated(home, seed)
        again = Again(generated(home, seed))
        assistant = Assistant.open(Settings(home=home, llm_base_url=None))
        for question in chance.choices(questions(), k=OF_ONE):
            answer = assistant.ask(question, portfolio.snapshot, language=chance.choice(LANGUAGES))
            seen["answers"] += 1
            seen["refused"] += answer.refused is not None
            for what in _seen(answer, assistant.render_answer(answer), again):
                seen[f"{what} [{seed}: {question}]" if what.startswith("wrong") else what] += 1
    return seen


def _seen(answer: Answer, shown: dict[str, Any], again: "Again") -> Iterator[str]:
    """Each figure shown, each one computed again, and whatever is wrong."""
    outside, last = "", 0
    text, language = shown["text"], answer.language
    readings = {item["id"]: item for item in shown["readings"]}
    for span in sorted(shown["spans"], key=lambda item: item["start"]):
        if not last <= span["start"] < span["end"] <= len(text):
            yield f"wrong: a span out of place in {text!r}"
        said, bound = text[span["start"] : span["end"]], span["reading"]
        outside += text[last : span["start"]] + " ¦ "
        last = span["end"]
        if bound.startswith("date:"):
            yield "days"
            if parse_day(said, language) != date.fromisoformat(bound.removeprefix("date:")):
                yield f"wrong: {said!r} is not {bound}"
        elif not bound.startswith("name:"):
            yield "figures"
            if not _is_shown(readings[bound], said, language):
                yield f"wrong: {said!r} is not {readings[bound]['value']!r} ({readings[bound]['key']})"
    outside += text[last:]
    if any(letter.isnumeric() for letter in outside):
        yield f"wrong: a digit outside every span: {outside!r}"
    if free := set(number_words(outside)) - FIXED[language]:
        yield f"wrong: number words outside every span: {sorted(free)} in {outside!r}"
    for claim in answer.claims:
        for item in claim.readings:
            how, same = again.same(item)
            if same is not None:
                yield "figures computed again"
                yield f"computed again {how}"
            if same is False:
                yield f"wrong: {item.key} {item.scope} {item.value!r} is not what is computed again {how}"


def _is_shown(item: Mapping[str, Any], said: str, language: Language) -> bool:
    """Whether the text is the value of the reading, rounded once."""
    read, value = parse(said, language), item["value"]
    if read is None or value is None:
        return read is None and value is None
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    exact *= 100 if item["unit"] == "ratio" else 1
    money = item["unit"] not in ("ratio", "score", "nps", "days", "count", "times")
    right = read.value == exact.quantize(Decimal(1).scaleb(-read.decimals), ROUND_HALF_UP)
    return right and money == (read.currency is not None or item["unit"].startswith("XXX"))
