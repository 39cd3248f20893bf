"""A part of the clients that a question names and the data lack: “NRR for dentists”, «NPS в Химках»."""

import re
from functools import cache
from typing import TYPE_CHECKING

from agent.examples import vocabulary
from agent.reading.counted import CLIENT
from agent.reading.names import known_words
from agent.reading.spelling import times
from agent.reading.values import named_words
from tools.text import LANGUAGES

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

_OF = r"(?:у|в|во|на|по|для|среди|из|for|in|at|among|across|from|within)"
_OURS = r"(?:the|our|all|наших|наши|нашим|всех|всем)"
#: A word or two after a preposition or before a word for clients: whom a figure is asked of.
PART = re.compile(
    rf"\b{_OF} (?:{_OURS} )*(?P<of>(?:[^\W\d_-]+ ){{0,1}}?[^\W\d_][\w-]{{3,}}\b)(?! (?:{_OF}|of)\b)|\b(?P<kind>[^\W\d_][\w-]{{3,}}) {CLIENT}"
)


def unknown_part(seen: "Understood", portfolio: "Portfolio") -> str | None:
    """The words by which a question narrows a figure down, where neither the data nor any known question has them."""
    from knowledge.search import stems

    known = vocabulary() | set(known_words(portfolio)) | times() | _terms()
    told = named_words(seen, portfolio)
    for match in PART.finditer(seen.plain):
        place = "of" if match["of"] else "kind"
        said = seen.question.strip()[slice(*match.span(place))]  # as it was written
        words = match[place].split()
        strange = [word for word in words if word not in told and not set(stems(word)) & known and stems(word)]
        if strange:
            return " ".join(said.split()[words.index(strange[0]) :])
    return None


@cache
def _terms() -> frozenset[str]:
    """Stems of the words by which figures and terms are called."""
    from agent.reading.words import SPOKEN
    from knowledge.glossary import entries
    from knowledge.search import stems

    names = [name for entry in entries().values() for language in LANGUAGES for name in entry.names(language)]
    names += [name for words in SPOKEN.values() for name in words]
    return frozenset(stem for name in names for stem in stems(name))
