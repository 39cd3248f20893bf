"""What a figure is set against, an earlier time of its own: “than a year ago”, «по сравнению с прошлым кварталом», “YoY”."""

import re
from dataclasses import dataclass

from agent.reading.time_words import NAMED, NUMBER, NUMBERS, UNIT

#: The days just before those of the figure.
BEFORE = "before"
_LONG = {"month": 1, "quarter": 3, "half": 6, "year": 12}
#: What sets a figure against the words behind it.
_LINK = (
    r"(?:\b(?:than|vs\.?|versus|against|compar\w+ (?:to|with|against)|in comparison (?:to|with)|relative to|чем|против|"
    r"по сравнению со?|в сравнении со?|относительно)|\bсравн\w+ (?:[^\s,.?!]+ ){0,5}?со?|\bcompare (?:[^\s,.?!]+ ){0,5}?(?:to|with|against))"
)
_FILL = r"(?: (?:it|we|they|he|was|were|had|is|did|in|at|of|for|what|the|that|за|в|на|у нас|был[оаи]?|есть|какой|какая|как|was like|on))*"
_LAST = r"(?:last|previous|prior|preceding|прошл\w+|прошедш\w+|предыдущ\w+)"
_SAME = r"(?:same|corresponding|equivalent|(?:т(?:от|ой|ом|ем|о|ого|ому)|так\w{2}) же(?: сам\w+)?|аналогичн\w+|соответствующ\w+)"
_PERIOD = r"(?:month|quarter|half|period|time|day|месяц\w*|квартал\w*|полугоди\w*|период\w*|врем\w+)"
_PART = r"(?:month|quarter|half|year|месяц\w*|квартал\w*|полугоди\w*|год\w*)"
_THIS = rf"(?:this|current|эт\w{{1,3}}|текущ\w+) (?:full )?{_PART}\b"
#: Earlier times: the same days a year before, so long ago, the days just before.
_YEAR = (
    rf"(?:the )?(?:{_SAME} {_PERIOD}(?: (?:of|in|a|the|за|в))*(?: {_LAST} (?:year|год\w*)\b| year (?:ago|earlier|before)\b| год\w* назад)|"
    rf"{_LAST} (?:calendar )?(?:year|год\w*)\b|year[- ]ago\b|year before\b)"
)
_AGO = rf"(?:(?:a|an|one|{NUMBER}) )?{UNIT} (?:ago|earlier|before|prior|(?:тому )?назад|раньше|ранее)\b"
_ONE = (
    rf"(?:the )?(?:{_LAST} (?:full )?(?P<unit>month|quarter|half|period|месяц\w*|квартал\w*|полугоди\w*|период\w*)\b|"
    rf"(?P<other>month|quarter|half|period) (?:before|earlier)\b|{_LAST}(?: one)?(?=\W*$|[,.;?!]))"
)
_YEAR_AGO = re.compile(rf"{_LINK}{_FILL} (?P<then>{_YEAR})")
_SOME_AGO = re.compile(rf"{_LINK}{_FILL} (?P<then>{_AGO})")
_ONE_BEFORE = re.compile(rf"{_LINK}{_FILL} (?P<then>{_ONE})")
_BY_YEAR = re.compile(
    r"(?P<then>\b(?:year[- ](?:over|on)[- ]year|yoy|y/y|y-o-y|г/г|год к году|год (?:от|за) год[уа])(?!\w))"
)
_BY_QUARTER = re.compile(r"\b(?:quarter[- ](?:over|on)[- ]quarter|qoq|q/q|q-o-q|кв/кв|квартал к кварталу)(?!\w)")
PRESENT = re.compile(r"\b(?:now|today|currently|сейчас|сегодня|теперь)\b")
#: The present beside an earlier time is one comparison, and no two asks.
_PRESENT = re.compile(
    rf"(\b(?:now|today|currently|сейчас|сегодня|теперь|{_THIS})(?: [^\s,.?!]+){{0,3}}?),? (and|и) (?=(?:{_FILL} )?(?:{re.sub('[?]P<[a-z]+>', '?:', f'{_YEAR}|{_AGO}|{_ONE}')}))",
    re.IGNORECASE,
)
#: A part of a year beside itself a year before.
_TWIN = re.compile(
    rf"\b(?P<part>{NAMED}|q[1-4])\b(?P<between>.{{0,60}}?\b(?:vs\.?|versus|against|than|with|to|and|против|с|и|чем|к) )"
    r"(?:last (?P=part)|(?P=part)\w* (?:of )?(?:last year|прошлого года|год\w* назад))\b",
    re.IGNORECASE,
)
#: Of clients and not of a figure of all: who was there then, or pays more than then.
_OF_CLIENTS = re.compile(
    r"\b(?:кто|у кого|кого|кому|тех|те|теми|котор\w+|who|whom|whose|which|those|старые|существующ\w+|existing|old|были с нами|with us)\b(?! же)"
)
_THIS_YEAR = re.compile(r"\b(?:this|current|эт(?:от|ого|ом)|текущ\w+) (?:year|год\w*)\b|\bytd\b|\bс начала года\b")
#: A level of so long ago: “MRR a year ago”.
_LEVEL = re.compile(rf"\b{_AGO}")


@dataclass(frozen=True, slots=True)
class Against:
    """How many months before the figure's own days the others lie (none: just before), the unit they name, and where they stand."""

    months: int | None
    unit: str | None
    span: tuple[int, int]

    @property
    def text(self) -> str:
        """As an argument of a call: ``before``, or a length such as ``P12M``."""
        return BEFORE if self.months is None else f"P{self.months}M"


def one_comparison(question: str) -> str:
    """The question with a comparison in words that hold it together: “now vs a year ago” for “now and a year ago”."""
    question = _PRESENT.sub(lambda match: f"{match[1]} {'vs' if match[2].lower() == 'and' else 'против'} ", question)
    return _TWIN.sub(r"\g<part>\g<between>the same period last year", question)


def against(plain: str) -> Against | None:
    """The earlier time that a question (small letters, ё as е) sets its figure against; None where it sets it against none."""
    if _OF_CLIENTS.search(plain):
        return None
    for shape in (_YEAR_AGO, _BY_YEAR):
        if (match := shape.search(plain)) is not None:
            return Against(12, None, match.span("then"))
    if (match := _SOME_AGO.search(plain)) is not None and (months := _months(match)):
        return Against(months, None, match.span("then"))
    if (match := _BY_QUARTER.search(plain)) is not None:
        return Against(None, "quarter", match.span())
    match = _ONE_BEFORE.search(plain)
    if match is None:
        return None
    said, this = match["unit"] or match["other"], re.search(rf"\b{_THIS}", plain)
    if said is None and _THIS_YEAR.search(plain):
        return Against(12, None, match.span("then"))
    return Against(None, None if this or said is None else _unit(said), match.span("then")) if this or said else None


def level(plain: str) -> str | None:
    """The point so long before the last day at which a question asks for a figure, as ``-P12M``; None where it names none."""
    match = _LEVEL.search(plain)
    months = _months(match) if match is not None and not _OF_CLIENTS.search(plain) else 0
    return f"-P{months}M" if months else None


def _months(match: re.Match[str]) -> int:
    unit, said = next((name for name in _LONG if match[name]), None), match["n"]
    count = 1 if said is None else int(said) if said.isdigit() else NUMBERS[said]
    return count * _LONG[unit] if unit else 0


def _unit(said: str) -> str | None:
    return "month" if re.match("month|месяц", said) else "quarter" if re.match("quarter|квартал", said) else None
