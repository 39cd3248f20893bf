"""The text of a question with its times said one way, however they were written: «2 кв. 26», “April–June”, “at the end of 2025”."""

import re

from agent.reading.time_words import BETWEEN, BUT_ONE, DAYS, NAMED, WRITTEN

_FIRST = r"(?:(?:перв|втор|трет|четверт)\w+|first|second|third|fou?rth|[1-4](?:-?(?:й|ый|ой|ий|м|ом|ем|е|го)|st|nd|rd|th)?|i{1,3}|iv)"
_WHAT = r"(?:квартал\w*|кв|полугоди\w*|quarters?|half|halves)"
#: The unit said once of two: «в первом квартале и во втором», “the first and second quarters”.
_ONCE = (
    re.compile(rf"\b(?P<a>{_FIRST}) (?P<unit>{_WHAT})(?P<year> 20\d\d)?(?P<and>,? (?:и|или|против|с|vs\.?|and|or|against|versus|with|then)(?: (?:во?|за|in|the|for))*) (?P<b>{_FIRST})\b(?! {_WHAT})"),
    re.compile(rf"\b(?P<a>{_FIRST})(?P<and>,? (?:и|или|против|vs\.?|and|or|against|versus)(?: (?:во?|за|in|the|for))*) (?P<b>{_FIRST}) (?P<unit>{_WHAT})\b"),
)  # fmt: skip
_ONE_UNIT = (
    (r"квартал\w*|кв", "квартале"),
    (r"полугоди\w*", "полугодие"),
    (r"quarters?", "quarter"),
    (r"half|halves", "half"),
)
#: The state at the close of a period is that of the period: “at the end of March 2026”, «на конец прошлого года».
AS_OF = re.compile(
    r"(?:\b(?:на|в|к|at|by|as of|as at|in|for)|^|(?<=[,;:(—–])) ?(?:the |самый )?(?:конец|конце|концу|end|close)(?: of)?(?: the)? "
    rf"(?=(?:{NAMED})\b|20\d\d\b|{_FIRST} {_WHAT}|[qh][1-4]\b|(?:прошл|предыдущ)\w+ (?:год|квартал|месяц|полугод)|(?:last|previous) (?:year|quarter|month))"
)


def one_way(text: str) -> str:
    """The text with quarters, years and stretches that are written in several ways said one way."""
    for pattern, said in WRITTEN:
        text = pattern.sub(said, text)
    for once in _ONCE:
        text = once.sub(_twice, text)
    text = AS_OF.sub(" за ", text)
    text = BETWEEN.sub(_ranged, text)
    text = BUT_ONE.sub(r"позапрошлый \1", text)
    return DAYS.sub(r" с \1 \3 по \2 \3", text)


def _twice(match: re.Match[str]) -> str:
    unit = next(said for pattern, said in _ONE_UNIT if re.fullmatch(pattern, match["unit"]))
    year = match.groupdict().get("year") or ""
    return f"{match['a']} {unit}{year}{match['and']} {match['b']} {unit}"


def _ranged(match: re.Match[str]) -> str:
    first, begun, last, ended = (match[n] or match[n + 4] or "" for n in range(1, 5))
    return f" с {first}{begun} по {last}{ended}"
