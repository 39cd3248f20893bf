"""The text of a question with its times said one way, however they were written: «2 кв. 26», “April–June”, “June last year”."""

import re
from datetime import date

from agent.reading.time_words import BETWEEN, BUT_ONE, DAYS, NAMED, ORDINAL_DAYS, WRITTEN

_FIRST = r"(?:(?:перв|втор|трет|четверт)\w+|first|second|third|fou?rth|[1-4](?:-?(?:й|ый|ой|ий|м|ом|ем|е|го)|st|nd|rd|th)?|i{1,3}|iv)"
_WHAT = r"(?:квартал\w*|кв|полугоди\w*|quarters?|half|halves)"
#: Parts of a year by their names.
PART_NAMES = rf"{_FIRST} {_WHAT}|[qh][1-4]\b"
_OF_YEAR = (
    rf"(?:{NAMED})\b|{PART_NAMES}|(?:зим|весн|осен)\w+|лет(?:о|ом|а)\b|(?:winter|spring|summer|autumn)\b(?! (?:campaign|promo))|"
    r"(?:перв|втор)\w+ половин\w+"
)
#: A year by its distance from that of the data.
_YEARS = (
    (2, r"позапрошл\w+ год\w*|(?:the )?year before last"),
    (1, r"(?:прошл|предыдущ|минувш)\w+ год\w*|(?:last|previous|prior) year"),
    (0, r"(?:эт|текущ|нынешн)\w+ год\w*|(?:this|the current) year"),
)
_LAST_OF = re.compile(
    r"\b(?:последн\w+|last|final) (?:(?P<q>квартал\w*|quarter)|(?P<m>месяц\w*|month)|(?P<h>полугоди\w*|half))(?: of| в| за|,)?(?: the)? (?P<year>20\d\d)(?: год\w*)?"
)
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


def one_way(text: str, as_of: date | None) -> str:
    """The text with quarters, years and stretches that are written in several ways said one way."""
    for pattern, said in WRITTEN:
        text = pattern.sub(said, text)
    for number, pattern in enumerate(ORDINAL_DAYS, 1):
        text = pattern.sub(f"{number} ", text)
    text = _LAST_OF.sub(_closing, text if as_of is None else _of_year(text, as_of.year))
    for once in _ONCE:
        text = once.sub(_twice, text)
    text = AS_OF.sub(" за ", text)
    text = BETWEEN.sub(_ranged, text)
    text = BUT_ONE.sub(r"позапрошлый \1", text)
    return DAYS.sub(r" с \1 \3 по \2 \3", text)


def _of_year(text: str, year: int) -> str:
    """The text with the year of a month, quarter, half or season in figures: “June last year”, «прошлогодний июнь»."""
    for ago, said in _YEARS:
        number = str(year - ago)
        text = re.sub(rf"\b({_OF_YEAR})(?:,? (?:of|в|за|the|in))* (?:{said})\b(?:['’]s)?", rf"\1 {number}", text)
        text = re.sub(
            rf"(?:\b(?:в|за|in|during|over|of) )?\b(?:{said})(?:['’]s)?,? (?:(?:в|во|за|in|the|during) )*({_OF_YEAR})(?!,? 20)",
            rf" за \1 {number}", text,
        )  # fmt: skip
        text = re.sub(rf"\b(последн\w+|last|final) (квартал\w*|месяц\w*|полугоди\w*|quarter|month|half)(?: of)? (?:{said})\b", rf"\1 \2 {number}", text)  # fmt: skip
    text = re.sub(rf"\b({NAMED}) позапрошлого(?=\W*(?:$|[,.?!;)]))", rf"\1 {year - 2}", text)
    text = re.sub(rf"\b({NAMED}) прошлого(?=\W*(?:$|[,.?!;)]))", rf"\1 {year - 1}", text)
    text = re.sub(rf"\bпрошлогодн\w+ ({NAMED})", rf"за \1 {year - 1}", text)
    text = re.sub(rf"\b(?:прошедш|минувш)\w+ (?=(?:{NAMED})\b)", " за ", text)
    return re.sub(rf"\b(?:эт|нынешн)\w+ ((?:{NAMED})\b)(?! 20)|\bthis ((?!mar\b|march\b|may\b)(?:{NAMED})\b)(?! 20)", rf" за \1\2 {year}", text)  # fmt: skip


def _closing(match: re.Match[str]) -> str:
    return f"{'декабрь' if match['m'] else 'q4' if match['q'] else 'h2'} {match['year']}"


def _twice(match: re.Match[str]) -> str:
    unit = next(said for pattern, said in _ONE_UNIT if re.fullmatch(pattern, match["unit"]))
    year = match.groupdict().get("year") or ""
    return f"{match['a']} {unit}{year}{match['and']} {match['b']} {unit}"


def _ranged(match: re.Match[str]) -> str:
    first, begun, last, ended = (match[n] or match[n + 4] or "" for n in range(1, 5))
    return f" с {first}{begun} по {last}{ended}"
