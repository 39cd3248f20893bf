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

#: After these any unknown word names clients; after others one with a capital letter, or a plural.
_AMONG = r"(?:у|среди|among|across|within)"
_IN = r"(?:в|во|из|на|по|in|from)"
_FOR = r"(?:для|for)"
_LESS = r"(?:excluding|except(?: for)?|without|apart from|other than|minus|кроме|исключая|за исключением|за вычетом|не считая|без(?: уч[её]та)?)"
_OURS = r"(?:the|our|all|наших|наши|нашим|всех|всем)"
_WORD = r"[^\W\d_][\w-]{2,}"
#: A word after a preposition or before a word for clients: whom a figure is asked of.
PART = re.compile(
    rf"\b(?:{_AMONG} (?:{_OURS} )*(?P<among>{_WORD})\b(?! {CLIENT})|{_IN} (?:{_OURS} )*(?P<place>{_WORD})\b(?! {CLIENT})|{_FOR} (?:{_OURS} )*(?P<lot>{_WORD})\b(?! {CLIENT})|{_LESS} (?:{_OURS} )*(?P<less>{_WORD})\b(?! {CLIENT})|(?P<kind>{_WORD}) {CLIENT})\b"
)
#: Readers of a figure, and what it is in or for besides clients.
ASIDE = re.compile(
    r"stakeholders|shareholders|investors|colleagues|reasons|purposes|minutes|slides|стейкхолдер\w*|акционер\w*|инвестор\w*|коллег\w*|руководител\w*|начальник\w*|слайд\w*|презентаци\w*"
)
PLURAL = re.compile(r"\w+(?:[^s]s|ов|ев|ей|ий|иц|ек)")


def unknown_part(seen: "Understood", portfolio: "Portfolio") -> str | None:
    """The words by which a question narrows a figure down, where neither the data nor any known question has them."""
    from knowledge.search import stems

    known = vocabulary() | set(known_words(portfolio)) | times() | _terms()
    told = named_words(seen, portfolio)
    for match in PART.finditer(seen.plain):
        place = next(name for name, word in match.groupdict().items() if word)
        said, word = seen.question.strip()[slice(*match.span(place))], match[place]  # as it was written
        plural = PLURAL.fullmatch(word) is not None and said[0].islower()
        meant = place in ("among", "kind") or (said[0].isupper() and place in ("place", "less"))
        meant = meant or plural and place in ("lot", "less")
        if meant and word not in told and not ASIDE.fullmatch(word) and stems(word) and not set(stems(word)) & known:
            return said
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
