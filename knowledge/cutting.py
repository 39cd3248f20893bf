"""Text of documents cut for the search: passages of a length, sentences, and the language of a script."""

import re
from collections.abc import Iterator, Sequence

from tools.text import Language

SHORTEST, LONGEST = 300, 1_200
CYRILLIC_SHARE = 0.3
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


def language_of(text: str, otherwise: Language = "en") -> Language:
    """Russian where at least three in ten letters are Cyrillic; a text without letters speaks the language given."""
    letters = [letter for letter in text.casefold() if letter.isalpha()]
    cyrillic = sum("а" <= letter <= "я" or letter == "ё" for letter in letters)
    if not letters:
        return otherwise
    return "ru" if cyrillic >= CYRILLIC_SHARE * len(letters) else "en"


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order; a line's end ends one too."""
    return [part for part in _SENTENCE_END.split(text) if part.strip()]


def merged(texts: Sequence[str]) -> list[str]:
    """Paragraphs in a row joined until they are long enough, long ones cut between sentences."""
    found: list[str] = []
    held = ""
    for text in texts:
        mark = "\n"
        for unit in _units(text):
            if held and len(held) + 1 + len(unit) > LONGEST:
                found.append(held)
                held = ""
            held = f"{held}{mark}{unit}" if held else unit
            mark = " "
        if len(held) >= SHORTEST:
            found.append(held)
            held = ""
    if held and found and len(found[-1]) + 1 + len(held) <= LONGEST:
        held = f"{found.pop()}\n{held}"
    return [*found, held] if held else found


def _units(text: str) -> Iterator[str]:
    """The sentences of a paragraph; one too long to be joined to a short passage is cut between words."""
    for sentence in sentences(text):
        held = ""
        for word in sentence.split(" "):
            if held and len(held) + 1 + len(word) > LONGEST - SHORTEST:
                yield held
                held = ""
            held = f"{held} {word}" if held else word
        yield held
