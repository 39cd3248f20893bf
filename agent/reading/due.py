"""By when: the day that words of a promise or an action name («до 1 сентября», “by Friday”), counted from the day they are said."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from agent.reading.periods import MONTHS, NUMBERS

NUMBER = rf"(?:(?P<n>\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})[ -])?"
NAMED = "|".join(f"(?P<m{place}>{name})" for place, name in enumerate(MONTHS, start=1))
DAYS = (
    r"понедельник\w*|mon(?:day)?", r"вторник\w*|tue(?:s|sday)?", r"сред[аыуе]|wed(?:nesday)?", r"четверг\w*|thu(?:rs|rsday)?",
    r"пятниц\w*|fri(?:day)?", r"суббот\w*|sat(?:urday)?", r"воскресень\w*|sun(?:day)?",
)  # fmt: skip
WEEKDAY = "|".join(f"(?P<d{place}>{name})" for place, name in enumerate(DAYS))
#: What makes of a day a deadline, and what may as well only tell when something happens.
UNTIL = r"\b(?:до|к|ко|не позднее|не позже|срок(?: до|[:—–-])?|by|before|until|till|no later than|not later than|due(?: on| by)?)\s+(?:the )?"
WHEN = r"\b(?:в|во|на|on|in|this)\s+(?:the )?"
UNITS: Mapping[str, str] = {
    "day": r"дн\w+|день|сут\w+|days?", "week": r"недел\w+|weeks?", "month": r"месяц\w*|months?",
    "quarter": r"квартал\w*|quarters?", "year": r"год\w*|лет|years?",
}  # fmt: skip
UNIT = "|".join(f"(?P<{name}>{words})" for name, words in UNITS.items())
YEAR = r"(?:,? (?P<of>20\d\d))?"
NEXT = re.compile(r"следующ|ближайш|next")


def due(plain: str, today: date, *, loosely: bool = True) -> date | None:
    """The day named in words in small letters; None where none is.

    With ``loosely`` a mere time counts too («в пятницу», «завтра», “in two weeks”), else deadlines alone («до пятницы»).
    A day without a year is the next such day; «до сентября» is its first day, «в сентябре» its last.
    """
    text = re.sub(r"\s+", " ", plain)
    for before, strict in ((UNTIL, True), (WHEN, False)):
        if not strict and not loosely:
            continue
        for pattern, day in _RULES:
            match = re.search(rf"{before}(?:{pattern})", text)
            if match is not None and (found := day(match, today, strict)) is not None:
                return found
    return _ahead(text, today) if loosely else None


def end_of(unit: str, today: date, *, ahead: int = 0) -> date:
    """The last day of the week, month, quarter or year that a day is in, or of one of those that follow."""
    if unit == "day":
        return today + timedelta(days=ahead)
    if unit == "week":
        return today + timedelta(days=6 - today.weekday() + 7 * ahead)
    length = {"month": 1, "quarter": 3, "year": 12}[unit]
    after = today.year * 12 + (today.month - 1) // length * length + length * (ahead + 1)
    return date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def _end(match: re.Match[str], today: date, strict: bool) -> date | None:
    """«до конца недели», «до конца сентября»."""
    if (month := _month(match)) is not None:
        first = _next(today.replace(day=1), month, 1, match["of"])
        return end_of("month", first) if first is not None else None
    return end_of(_unit(match), today, ahead=1 if NEXT.search(match[0]) else 0)


def _dated(match: re.Match[str], today: date, strict: bool) -> date | None:
    """A day in figures: 01.09.2026, 01.09, 2026-09-01."""
    year = match["y"] or match["iso_y"]
    day, month = int(match["d"] or match["iso_d"]), int(match["m"] or match["iso_m"])
    return _next(today, month, day, year)


def _named(match: re.Match[str], today: date, strict: bool) -> date | None:
    """A day of a month: «1 сентября», “September 1st”."""
    return _next(today, _month(match) or today.month, int(match["day"] or match["day_after"]), match["of"])


def _of_month(match: re.Match[str], today: date, strict: bool) -> date | None:
    """«до 15 числа», “by the 15th”: the next such day."""
    day = int(match["day"])
    for month in range(today.month, today.month + 3):
        found = _day(today.year + (month - 1) // 12, (month - 1) % 12 + 1, day)
        if found is not None and found >= today:
            return found
    return None


def _month_alone(match: re.Match[str], today: date, strict: bool) -> date | None:
    month = _month(match)
    assert month is not None
    first = _next(today, month, 1, match["of"]) if strict or month != today.month else today
    return first if strict or first is None else end_of("month", first)


def _weekday(match: re.Match[str], today: date, strict: bool) -> date | None:
    wanted = next(place for place in range(7) if match[f"d{place}"])
    ahead = (wanted - today.weekday()) % 7 or 7
    week = today + timedelta(days=7 - today.weekday() + wanted)
    return week if re.search(r"следующ|next", match[0]) else today + timedelta(days=ahead)


def _this(match: re.Match[str], today: date, strict: bool) -> date | None:
    """«на этой неделе», «в следующем месяце»: its last day."""
    return end_of(_unit(match), today, ahead=1 if NEXT.search(match[0]) else 0)


def _ahead(text: str, today: date) -> date | None:
    """«завтра», «через две недели», “within ten days”."""
    for words, days in ((r"послезавтра|day after tomorrow", 2), (r"завтра|tomorrow", 1), (r"сегодня|today|tonight", 0)):
        if re.search(rf"\b(?:{words})\b", text):
            return today + timedelta(days=days)
    match = re.search(rf"\b(?:через|в течение|спустя|in|within)\s+{NUMBER}(?:{UNIT})\b", text)
    if match is None:
        return None if (week := re.search(r"\bnext (?:(?P<week>week)|(?P<month>month)|(?P<quarter>quarter))\b", text)) is None else end_of(_unit(week), today, ahead=1)  # fmt: skip
    said = match["n"] or "1"
    count, unit = int(said) if said.isdigit() else NUMBERS[said], _unit(match)
    if unit in ("day", "week"):
        return today + timedelta(days=count * (7 if unit == "week" else 1))
    months = today.month - 1 + count * {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = today.year + months // 12, months % 12 + 1
    return next(found for day in range(today.day, 0, -1) if (found := _day(year, month, day)) is not None)


_Rule = Callable[[re.Match[str], date, bool], date | None]
_RULES: tuple[tuple[str, _Rule], ...] = (
    (rf"(?:самого )?(?:конц[ау]|end of)(?: the| this)?(?: эт\w+| текущ\w+| следующ\w+| next)? (?:{UNIT}|(?:{NAMED}){YEAR})\b", _end),
    (r"(?P<iso_y>20\d\d)-(?P<iso_m>\d\d)-(?P<iso_d>\d\d)|(?P<d>\d{1,2})\.(?P<m>\d{1,2})(?:\.(?P<y>20\d\d))?(?![\d.])", _dated),
    (rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th|-?го)? (?:of )?)?(?:{NAMED})(?: (?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?\b)?{YEAR}\b", lambda match, today, strict: _named(match, today, strict) if match["day"] or match["day_after"] else _month_alone(match, today, strict)),
    (r"(?P<day>\d{1,2})(?:-?(?:го|му)\b(?: числ\w+)?| числ\w+|st\b|nd\b|rd\b|th\b)", _of_month),
    (rf"(?:следующ\w+ |ближайш\w+ |эт\w+ |next |this )?(?:{WEEKDAY})\b", _weekday),
    (rf"(?:эт\w+|следующ\w+|ближайш\w+|текущ\w+|this|next|the coming) (?:{UNIT})\b", _this),
    (r"(?P<week>week)\b|(?P<month>month)\b", lambda match, today, strict: None if strict else _this(match, today, strict)),
    (r"(?P<tomorrow>завтра|tomorrow)\b", lambda match, today, strict: today + timedelta(days=1)),
)  # fmt: skip


def _month(match: re.Match[str]) -> int | None:
    return next((place for place in range(1, 13) if match[f"m{place}"]), None)


def _unit(match: re.Match[str]) -> str:
    return next(name for name in UNITS if match.groupdict().get(name))


def _next(today: date, month: int, day: int, year: str | None) -> date | None:
    """The day in the year named, else the next such day; a 31st of a short month is its last day."""
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    for candidate in [int(year)] if year else [today.year, today.year + 1]:
        found = _day(candidate, month, day) or end_of("month", date(candidate, month, 1))
        if year or found >= today:
            return found
    return end_of("month", date(today.year + 1, month, 1))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
