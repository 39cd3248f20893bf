"""Another period than the last question's, told by that one: «а годом раньше?», «а во втором?», “April, same”."""

import re
from typing import TYPE_CHECKING

from agent.reading.periods import MONTHS, NUMBERS
from agent.reading.periods import asked as period_asked
from agent.reading.windows import calendar, preceding, window
from tools.ledger.calendar import back
from tools.reading import Window

if TYPE_CHECKING:
    from datetime import date

    from tools.portfolio import Portfolio

UNITS = {"year": 12, "half": 6, "quarter": 3, "month": 1}
_UNIT = r"(?:(?P<{0}year>год(?:ом|ами|а|у)?|years?)|(?P<{0}half>полугоди\w+|half[- ]year)|(?P<{0}quarter>квартал\w*|quarters?)|(?P<{0}month>месяц\w*|months?))"
_COUNT = rf"(?:(?:на )?(?P<n>\d|{'|'.join(word for word, number in NUMBERS.items() if number < 5)}) )?"
#: A year, a quarter, a month before the period of the last question.
EARLIER = re.compile(
    rf"\b(?:на )?{_COUNT}{_UNIT.format('')} (?:раньше|назад|ранее|до (?:этого|того)|earlier|before(?: that)?|ago|prior|back)\b"
)
#: The period of the same length just before it.
BEFORE = re.compile(
    r"^\W*(?:(?:а|и|ну|теперь|and|then|now|what about|how about)\W+)*(?:за |в |in |for )?(?:перед этим|до (?:этого|того)|(?:the )?(?:period|one|time) before(?: that)?|before that|"
    r"(?:the )?(?:previous|preceding|prior) (?:one|period)|предыдущ\w+(?: период)?)\W*$"
)
#: The same months of the year before.
YEAR_AGO = re.compile(
    r"\b(?:то(?:т|му|го|м|й)? же|та же|такой же|аналогичн\w+|соответствующ\w+|same|corresponding|equivalent) (?:период\w*|врем\w+|квартал\w*|месяц\w*|полугоди\w*|period|time|quarter|month|half)"
    r"(?:,? (?:но |of |в |за )*(?:прошл\w+ год\w*|the previous year|last year|год назад|годом ранее|a year ago))"
)
_OPEN = r"^\W*(?:(?:а|и|ну|теперь|тогда|то же|same|лучше|давай|rather|and|then|now|so|ok|what about|how about|was|were|is|for|in|за|в|во|на|the|only|just|только)\W+)*"
_SHUT = r"(?:,? (?:теперь|сейчас|давай|now|next|тогда|then|instead|вместо этого|тоже|то же(?: самое)?|так же|same(?: thing| again)?|too|please|пожалуйста|как|отдельно|покаж\w+|глян\w+|дай|show(?: me)?|on its own|alone|only|just|by itself|separately|было|был|была|лучше|хуже|больше|меньше|выше|ниже|any better|better|worse|higher|lower|more|less))*\W*$"
ORDINAL = r"(?P<one>1|i|перв\w+|first)|(?P<two>2|ii|втор\w+|second)|(?P<three>3|iii|трет\w+|third)|(?P<four>4|iv|четверт\w+|fourth)"
#: The period just after that of the last question.
LATER = re.compile(
    rf"{_OPEN}(?:(?:следующ\w+|последующ\w+|next|following|subsequent)(?: {_UNIT.format('')}| one| period| период\w*)|(?:the )?{_UNIT.format('also_')} (?:after|later|following)(?: that)?|"
    rf"{_UNIT.format('on_')} (?:позже|спустя|после(?: этого| того)?))\W*$"
)
#: The place of a quarter or a half alone: the last question says of what.
PLACE = re.compile(
    rf"{_OPEN}(?:{ORDINAL})(?:st|nd|rd|th|-?(?:й|ый|ой|ий|м|ом|ем|е|го))?(?: one)?(?:,? (?:of |in |в )?(?P<year>20\d\d)(?:-?го|-?й|-?м)?(?: г(?:ода?|оду)?\.?)?)?{_SHUT}"
)
#: The period before that of the last question, by its unit: «в предыдущем году», “the quarter before”.
PREVIOUS = re.compile(rf"\b(?:предыдущ\w+|предшествующ\w+|previous|preceding|prior) {_UNIT.format('')}")
MONTH = re.compile(rf"{_OPEN}(?P<month>{'|'.join(MONTHS)}),?(?: (?P<year>20\d\d))?(?: г(?:ода?)?\.?)?{_SHUT}")
_YEAR_SAID = re.compile(r"20\d\d|\b(?:эт\w+|текущ\w+|прошл\w+|последн\w+|this|last|past|current|year|год\w*)\b")


def moved(plain: str, last: str | None, portfolio: "Portfolio") -> str | None:
    """The period that a question means after one of the period ``last``; None where it says none of its own."""
    return (
        _earlier(plain, last, portfolio)
        or _later(plain, last, portfolio)
        or _placed(plain, last)
        or _month(plain, last, portfolio.as_of)
    )


def in_year_of(period: str, last: str | None, plain: str) -> str:
    """A month, quarter or half said without its year is of the year of the last question's month, quarter or half."""
    named = re.fullmatch(r"20\d\d-(?:[QH]\d|\d\d)", period)
    before = re.fullmatch(r"(20\d\d)-(?:[QH]\d|\d\d)", last or "")
    if named is None or before is None or _YEAR_SAID.search(plain):
        return period
    return f"{before[1]}{period[4:]}"


def _earlier(plain: str, last: str | None, portfolio: "Portfolio") -> str | None:
    found = EARLIER.search(plain)
    days = window(portfolio, last)
    if days is not None and YEAR_AGO.search(plain):
        return _named(Window(back(days.start, 12), back(days.end, 12)))
    same = PREVIOUS.search(plain)
    if days is not None and same is not None and back(days.end, UNITS[str(same.lastgroup)]) == days.start:
        return _named(preceding(days))
    if days is None or found is None and BEFORE.search(plain) is None:
        return None
    if found is None:
        return _named(preceding(days))
    count = found["n"] or "1"
    months = UNITS[str(found.lastgroup)] * (int(count) if count.isdigit() else NUMBERS[count])
    return _named(Window(back(days.start, months), back(days.end, months)))


def _later(plain: str, last: str | None, portfolio: "Portfolio") -> str | None:
    """The period after the last question's, where it has ended: after 2025-Q3 «а в следующем квартале?»."""
    found = LATER.search(plain)
    days = window(portfolio, last) if found is not None and calendar_name(last or "") else None
    if found is None or days is None:
        return None
    months = UNITS["year" if len(str(last)) == 4 else {"H": "half", "Q": "quarter"}.get(str(last)[5], "month")]
    said = next((UNITS[name.rpartition("_")[2]] for name, words in found.groupdict().items() if words), months)
    after = Window(days.end, back(days.end, -months))
    return _named(after) if said == months and portfolio.as_of and after.closing <= portfolio.as_of else None


def _placed(plain: str, last: str | None) -> str | None:
    known = re.fullmatch(r"(20\d\d-[QH])[1-4]", last or "")
    found = PLACE.search(plain)
    if known is None or found is None:
        return None
    place = next(n for n, name in enumerate(("one", "two", "three", "four"), 1) if found[name])
    unit = known[1][-1]
    year = found["year"] or known[1][:4]
    return None if unit == "H" and place > 2 else f"{year}-{unit}{place}"


def _month(plain: str, last: str | None, as_of: "date | None") -> str | None:
    found = MONTH.search(plain)
    period = period_asked(f"in {found['month']} {found['year'] or ''}".strip(), as_of) if found is not None else None
    return in_year_of(period, last, plain) if period is not None and calendar_name(period) else None


def calendar_name(period: str) -> bool:
    """Whether a period is a calendar one by its name."""
    return re.fullmatch(r"20\d\d(?:-(?:[QH]\d|\d\d))?", period) is not None


def _named(days: Window) -> str:
    """A window by its calendar name where it has one, else by its first and last day."""
    year = days.start.year
    names = (f"{year}", *(f"{year}-H{n}" for n in (1, 2)), *(f"{year}-Q{n}" for n in (1, 2, 3, 4)))
    named = (*names, *(f"{year}-{n:02d}" for n in range(1, 13)))
    return next((name for name in named if calendar(name) == days), f"{days.start}/{days.closing}")
