"""Every sentence of the knowledge base is our own: no eight words in a row of a source text stand in a card."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.cards import load_cards
from tools.text import LANGUAGES, Text

LENGTH = 8
CARDS = load_cards()


def shingles(text: str) -> Iterator[tuple[str, ...]]:
    """Every run of eight words, in small letters, ё as е."""
    words = re.findall(r"\w+", text.lower().replace("ё", "е"))
    return (tuple(words[place : place + LENGTH]) for place in range(len(words) - LENGTH + 1))


@pytest.fixture(scope="module")
def told(shared: Path) -> frozenset[tuple[str, ...]]:
    """The runs of eight words of the source texts."""
    seeds = shared.parent / "seeds"
    files = [path for path in seeds.rglob("*") if path.suffix in (".md", ".txt")]
    found = frozenset(run for path in files for run in shingles(path.read_text("utf-8")))
    assert len(found) > 1000, "the source texts were not read"
    return found


@pytest.mark.parametrize("slug", CARDS)
def test_no_eight_words_of_a_source_stand_in_a_card(told: frozenset[tuple[str, ...]], slug: str) -> None:
    card = CARDS[slug]
    fields = [getattr(card, name) for name in card.__dataclass_fields__]
    texts = [part for value in fields for part in (value if isinstance(value, tuple) else [value])]
    for text in texts:
        if isinstance(text, Text):
            for language in LANGUAGES:
                taken = sorted(set(shingles(text[language])) & told)
                assert not taken, " ".join(taken[0])
