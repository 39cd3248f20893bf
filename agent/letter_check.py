"""What an edited letter holds that its draft does not: numbers that are not from the data, words that are ours only."""

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

from agent.reading.number_words import number_words

_NUMBER = re.compile(
    r"(?:(?<!\w)[-+−–])?(?:\d{1,3}(?: \d{3})+(?:[.,]\d+)?|\d+(?:[.,:/]\d+)*)(?!\d)"
    r"(?: ?(?:%|₽|\$|€|£|руб\w*|тыс\w*|млн|млрд|п\. ?п\.|million\b|thousand\b|bn\b))?",
    re.IGNORECASE,
)
#: What a client must not read about itself: our measures by acronym, our groups, our view of its leaving.
_INNER = re.compile(
    r"\b(?:NRR|NDR|GRR|MRR|ARR|ARPA|ARPU|LTV|CLV|CAC|CHS|VRS|TTV|NPS|RFM|ROI|churn\w*|health score|risk zone|at.risk|upsell|up-sell|"
    r"отток\w*|зон[аеуы] риска|рисков\w+ зон\w+|риск\w* ухода|индекс\w* здоровья|здоровь[ея] клиента|марж\w+|апселл?\w*|под угрозой)\b",
    re.IGNORECASE,
)


def unbound(edited: str, original: str, *, bound: Sequence[str] = ()) -> tuple[str, ...]:
    """Numbers (in figures or words) and inner words of the edited text that the original has not, in order, once each.

    Numbers must stand in the order of the original, so that two that changed places are found too; one put where the
    original has none must be among the ``bound`` values, as in a letter to many clients.
    """
    before, after = numbers(original), numbers(edited)
    matched = SequenceMatcher(None, before, after, autojunk=False)
    kept = {place for block in matched.get_matching_blocks() for place in range(block.b, block.b + block.size)}
    values = {item for value in bound for item in numbers(value)} - set(before)
    figures = [item for place, item in enumerate(after) if place not in kept and item not in values]
    known = number_words(original)
    words = [word for word in number_words(edited) if word not in known]
    said = {found.group().lower() for found in _INNER.finditer(original)}
    inner = [found.group() for found in _INNER.finditer(edited) if found.group().lower() not in said]
    return tuple(dict.fromkeys([*figures, *words, *inner]))


def numbers(text: str) -> list[str]:
    """The numbers of a text as they read, without blanks in them: ``25,298₽``, ``03.07.2026``."""
    plain = unicodedata.normalize("NFKC", text)
    return ["".join(found.group().split()).lower() for found in _NUMBER.finditer(plain)]
