"""Stretches from one point of the calendar to another, or to now: «с начала марта по конец мая», “since Q3 last year”."""

import re
from datetime import date, timedelta

from agent.reading.calendar_words import of_months, of_numbered, of_parts, of_seasons, of_years
from agent.reading.one_way import PART_NAMES
from agent.reading.rolling_words import of_before, of_this
from agent.reading.time_words import COMPARED, ENGLISH, MONTHS, NAMED
from agent.reading.windows import UNREAD, calendar
from tools.reading import Window

_DAY = (
    rf"20\d\d-\d\d-\d\d|\d{{1,2}}\.\d\d\.(?:20)?\d\d(?![\d%])|(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])(?![\d%.]\d)|"
    rf"\d{{1,2}}(?:st|nd|rd|th|-?го)?(?: of)? (?:{NAMED})\b|(?:{ENGLISH}) (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b(?!\d)"
)
_SEASON = r"(?:(?:прошл|позапрошл|эт)\w+ |last |this )?(?:зимы|зиму|весны|весну|лета|лето|осени|осень|winter|spring|summer|autumn|fall)\b"
_TOLD = (
    r"(?:позапрошлого|прошлого|предыдущего|этого|текущего) (?:года|квартала|месяца|полугодия)\b|(?:прошлой|этой) недели\b|"
    r"(?:last|previous|this) (?:year|quarter|month)\b"
)
_NEW_YEAR = r"(?:the )?(?:нового (?:20\d\d )?года|new year)\b"
_OF_NOW = r"(?:года|квартала|месяца|(?:the )?(?:year|quarter|month))\b"
_POINT = rf"(?:{_DAY}|(?:{PART_NAMES})|(?:{NAMED})\b|{_SEASON}|{_TOLD}|{_NEW_YEAR}|{_OF_NOW}|\d\d\.20\d\d|20[123]\d(?! ?[₽$€%]|-?м\b))(?:,? (?:of |в )?20\d\d\b)?(?: год\w*| г\b)?"
_EDGE = (
    r"(?:(?:the |very |самого |самый )*(?P<{0}edge>начал[ао]|start|beginning|конца|конец|end|close|середин[ыу]|middle|mid|early|late)"
    r"(?: of)?[ -])?(?:the )?"
)
_NOW = r"сегодня\w*|сейчас|настоящее время|сегодняшний день|now|today|date|the present"
#: What opens a stretch that goes on to now, and one whose end is named.
_SINCE = r"\b(?:начиная (?:с|со)|со?|since|from|starting (?:in|from|with|on))"
_BOTH = r"\b(?:начиная (?:с|со)|со?|от|since|from|starting (?:in|from|with|on)|между|between)"
_TO = r",? ?(?:\b(?:и |and )?(?:по|до|to|till?|until|up to|through|thru|и|and)\b|[-–—]) ?"
STRETCH = re.compile(
    rf"(?:{_BOTH} )?{_EDGE.format('from_')}(?P<from>{_POINT}){_TO}{_EDGE.format('to_')}(?P<to>{_POINT}|(?P<now>(?:{_NOW})\b))"
)
OPEN = re.compile(rf"(?P<how>{_SINCE}) {_EDGE.format('from_')}(?P<from>{_POINT})")
#: Edges that are a day of the calendar, and «с мартом», which compares.
_FIRST, _LAST = re.compile(r"начал|start|beginning"), re.compile(r"коне?ц|end|close")
_WITH = re.compile(r"(?:ем|ом|ым|им)\b")
#: What is of a time when it is “from” it: “revenue from last year”.
_OF_IT = re.compile(rf"{_TOLD}|{_SEASON}|20\d\d\b.*")


def of_stretch(text: str, as_of: date | None) -> tuple[str, str] | None:
    """The first and the last day of a stretch, `UNREAD` where one of its ends is no day, and the text around it; None where there is none."""
    if as_of is None:
        return None
    whole = next((match for match in STRETCH.finditer(text) if _is_stretch(match)), None)
    found = whole or next((match for match in OPEN.finditer(text) if _opens(match)), None)
    if found is None:
        return None
    around = f"{text[: found.start()]} {text[found.end() :]}"
    return (_between(found, as_of) if found is whole else _since(found, as_of)), around


def _is_stretch(match: re.Match[str]) -> bool:
    """Whether two points are the ends of a stretch: it says so, or they are the like of each other with a stroke or “to” between."""
    said = re.match(_BOTH, match[0]) is not None
    sign = match[0][match.end("from") - match.start() : match.start("to") - match.start()]
    tied = re.search(r"\b(?:и|and)\b", sign) is None or match[0].startswith(("между", "between"))
    year = re.fullmatch(r"20\d\d", match["from"]) is not None and not re.match(r"20\d\d", match["to"])  # “2025-Q4”
    bare = _WITH.search(match["from"]) or not said and (year or match["now"] or re.fullmatch(_OF_NOW, match["from"]))
    bare = bare or not match["to_edge"] and re.fullmatch(_OF_NOW, match["to"])
    return tied and not bare and (said or re.search(r"по|to|through|thru|[-–—]", sign) is not None)


def _opens(match: re.Match[str]) -> bool:
    """Whether a point opens a stretch up to now: not «с мартом», not “from the January price rise”, a bare unit only from its start."""
    if COMPARED.search(match.string[: match.start()]):
        return False
    of_it = _OF_IT.fullmatch(match["from"]) or match[0].startswith("from the ")
    if _WITH.search(match["from"]) or match["how"] == "from" and not match["from_edge"] and of_it:
        return False
    return match["from_edge"] is not None or re.fullmatch(_OF_NOW, match["from"]) is None


def _since(match: re.Match[str], as_of: date) -> str:
    first = _placed(match["from"], as_of)
    if first is None or not _begins(match["from_edge"]) or first.start > as_of:
        return UNREAD
    return f"{first.start}/{as_of}"


def _between(match: re.Match[str], as_of: date) -> str:
    if not _begins(match["from_edge"]) or match["to_edge"] and not _LAST.match(match["to_edge"]):
        return UNREAD
    begun, ended = match["from"], match["to"]
    if re.fullmatch(_OF_NOW, ended):
        return UNREAD
    if match["now"]:
        first = _placed(begun, as_of)
        return f"{first.start}/{as_of}" if first is not None and first.start <= as_of else UNREAD
    if _own(begun) and not _own(ended):
        first = _window(begun, as_of)
        last = None if first is None else _after(ended, first, as_of)
    else:
        last = _placed(ended, as_of)
        first = _before(begun, last, as_of) if last is not None else None
    if first is None or last is None or first.start > last.closing:
        return UNREAD
    return f"{first.start}/{last.closing if first.start > as_of else min(last.closing, as_of)}"


def _begins(edge: str | None) -> bool:
    return edge is None or _FIRST.match(edge) is not None


def _own(piece: str) -> bool:
    """Whether a point says its year, or hangs on the last day of the data."""
    return (
        re.search(rf"20\d\d|\d\.\d\d\.\d\d|{_TOLD}|{_NEW_YEAR}|\b(?:прошл|позапрошл|эт)\w+ |\b(?:last|this) ", piece)
        is not None
        or re.fullmatch(_OF_NOW, piece) is not None
    )


def _placed(piece: str, as_of: date) -> Window | None:
    """A point in its own year, else the latest that has begun."""
    if _own(piece):
        return _window(piece, as_of)
    found = _window(piece, as_of, as_of.year)
    return _window(piece, as_of, as_of.year - 1) if found is not None and found.start > as_of else found


def _before(piece: str, last: Window, as_of: date) -> Window | None:
    """The latest such point that is not after another one."""
    if _own(piece):
        return _window(piece, as_of)
    found = _window(piece, as_of, last.closing.year)
    return _window(piece, as_of, last.closing.year - 1) if found is not None and found.start > last.closing else found


def _after(piece: str, first: Window, as_of: date) -> Window | None:
    """The earliest such point that is not before another one."""
    found = (_window(piece, as_of, year) for year in (first.start.year, first.start.year + 1))
    return next((window for window in found if window is not None and window.start >= first.start), None)


def _window(piece: str, as_of: date, year: int | None = None) -> Window | None:
    """The days of a point, of a year where it names none."""
    if re.match(_DAY, piece):
        day = _day(piece, year)
        return None if day is None else Window(day, day + timedelta(days=1))
    if re.fullmatch(rf"{_NEW_YEAR}|{_OF_NOW}", piece):
        named = re.search(r"20\d\d", piece)
        unit = (
            "year"
            if named or re.search(r"год|year", piece)
            else "quarter"
            if re.search(r"квартал|quarter", piece)
            else "month"
        )
        return calendar(named[0]) if named else calendar(of_this(f"this {unit}", as_of) or "")
    said = f"за {piece}" + (f" {year}" if year else "")
    said = re.sub(r"\bлета\b", "лето", re.sub(r"\blast (?=year|quarter|month)", "previous ", said))
    rules = (of_numbered, of_seasons, of_parts, of_months, of_this, of_before, of_years)
    found = next((name for rule in rules if (name := rule(said, as_of)) is not None), None)
    return None if found in (None, UNREAD) else calendar(str(found))


def _day(piece: str, year: int | None) -> date | None:
    numbers = [int(number) for number in re.findall(r"\d+", piece)]
    if re.match(r"20\d\d-", piece):
        parts = numbers
    elif "." in piece:
        parts = [numbers[2] + 2000 * (numbers[2] < 100) if len(numbers) > 2 else year or 0, numbers[1], numbers[0]]
    else:
        month = next(place for place, name in enumerate(MONTHS, 1) if re.search(rf"\b(?:{name})\b", piece))
        parts = [numbers[1] if len(numbers) > 1 else year or 0, month, numbers[0]]
    try:
        return date(*parts)
    except ValueError:
        return None
