"""Bounds in a manager's words: «со здоровьем ниже 50», “who gave us an NPS of 6 or lower”, as conditions of a filter."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from agent.counted import CLIENT
from tools.errors import UserError
from tools.fields import account_readings, find_field
from tools.reading import Unit

if TYPE_CHECKING:
    from agent.understand import Understood

NUMBER = (
    r"(?P<number>\d{1,3}(?:[  ]\d{3})+|\d+(?:[.,]\d+)?)"
    r"(?: ?(?:(?P<thousand>тыс\w*|к\b|k\b|thousand)|(?P<million>млн\w*|миллион\w*|m\b|mln\b|million)))?"
    r"(?: ?(?P<percent>%|процент\w*|percent))?(?: (?P<days>дн\w*|день|days?)\b)?"
    rf"(?! ?(?:недел|месяц|год|лет|week|month|year|{CLIENT}))"
)
LESS = r"(?:ниже|меньше|менее|хуже|less|lower|below|under|fewer|worse)"
MORE = r"(?:выше|больше|более|лучше|свыше|more|higher|above|over|greater|better)"
#: Shapes of a bound by its sign, the particular before the general: «не ниже 50» is no «ниже 50».
SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (sign, re.compile(shape))
    for sign, shape in (
        ("<=", rf"(?:\bне {MORE}|\b(?:at most|(?:no|not) {MORE}(?: than)?)|≤|<=) ?{NUMBER}"),
        (">=", rf"(?:\bне {LESS}|\b(?:at least|(?:no|not) {LESS}(?: than)?)|≥|>=) ?{NUMBER}"),
        ("<=", rf"(?<![\d.,]){NUMBER} (?:и|или|or|and) {LESS}\b"),
        (">=", rf"(?<![\d.,]){NUMBER}(?: (?:и|или|or|and) {MORE}\b|\+)"),
        ("<", rf"(?:\b{LESS}(?: than| чем)?|<) ?{NUMBER}"),
        (">", rf"(?:\b{MORE}(?: than| чем)?|>) ?{NUMBER}"),
    )
)
#: Figures of a client that verbs and other words stand for beside a number.
SAID: Mapping[str, str] = {
    "mrr": r"плат(?:ит|ят|ящ\w+)|чек\w*|абонплат\w*|pay(?:s|ing)?|cheque|check",
    "revenue_per_client": r"выручк\w*|оборот\w*|принос\w+|принес\w*|revenue|turnover|bring\w*|brought",
    "silence": r"молч\w+|тиш\w+|silent|quiet",
    "days_late": r"просроч\w+ на|опазд\w+|опозд\w+|late",
    "tenure_days": r"с нами|with us",
    "chs": r"здоров\w+|health\w*",
    "value_gap": r"разрыв\w* ценности|value gap",
    "churn_risk": r"риск\w*|вероятност\w*|risk|chance",
}
BEFORE, AFTER = 5, 3


def bounds(seen: "Understood") -> list[tuple[str, str]]:
    """The conditions of the bounds that a question sets to figures of a client, each with the key of its figure."""
    found = [(sign, match) for sign, match in _matches(seen.plain)]
    conditions = []
    for sign, match in found:
        key = _about(seen, match)
        if key is not None:
            conditions.append((f"{key} {sign} {_amount(match, key)}", key))
    return list(dict.fromkeys(conditions))


def _matches(plain: str) -> Iterator[tuple[str, re.Match[str]]]:
    taken: list[tuple[int, int]] = []
    for sign, shape in SHAPES:
        for match in shape.finditer(plain):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                yield sign, match


def _about(seen: "Understood", match: re.Match[str]) -> str | None:
    """The figure that a bound is set to: the one named nearest before the number, then after it, then in the question."""
    before = seen.plain[: match.start()].split()[-BEFORE:]
    after = seen.plain[match.end() :].split()[:AFTER]
    known = account_readings()
    timed = match["days"] is not None
    nearest = [key for word in reversed(before) if (key := _figure(word)) is not None]
    later = [key for word in after if (key := _figure(word)) is not None]
    named = [key for key in reversed(seen.metrics) if key in known]
    fitting = (key for key in (*nearest, *later, *named) if (known[key].unit is Unit.DAYS) == timed or not timed)
    return next(fitting, None)


def _figure(word: str) -> str | None:
    said = (key for key, words in SAID.items() if re.match(rf"(?:{words})(?!\w)", word))
    return reading(word) or next(said, None)


def _amount(match: re.Match[str], key: str) -> str:
    digits = re.sub(r"[  ]", "", match["number"]).replace(",", ".")
    times = 1000 if match["thousand"] else 1_000_000 if match["million"] else 1
    if match["percent"] and account_readings()[key].unit is Unit.RATIO:
        return str(float(digits) / 100)
    return digits if times == 1 else f"{float(digits) * times:.0f}"


def reading(word: str) -> str | None:
    """The figure of a client that a word names in any of its cases, or None."""
    try:
        found = find_field(base(word.strip(',.:;?!()«»"')))
    except UserError:
        return None
    return found.key if found.reading else None


def base(word: str) -> str:
    """The word as fields know it where it stands in another case (здоровью: здоровье), else as it is."""
    from knowledge.search import stems
    from tools.fields import SPOKEN

    own = stems(word)
    return next((known for words in SPOKEN.values() for known in words if stems(known) == own), word)
