"""Periods of the calendar in a question: days, months, seasons, quarters, years, each of the year named or the latest begun."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from agent.reading.rolling_words import of_this
from agent.reading.time_words import (
    COMPARED,
    DATED,
    DAY,
    FIRST,
    MONTH,
    MONTHS,
    NAMED,
    NUMBERED,
    NUMBERS,
    OF_YEAR,
    OPENING,
    OWN,
    PART,
    SEASON,
    SINCE,
    YEAR,
)  # fmt: skip
from agent.reading.windows import UNREAD, calendar, future
from tools.ledger.calendar import back
from tools.reading import Window

#: What stands before the day of a state: “as of 31 March”.
_STATE = r"\b(?:на|on|at|as of|as at) "


def of_days(text: str, as_of: date | None) -> str | None:
    """From one day to another, or to now; the state on a single day is that of the month which it closes."""
    found = [_date(*groups) for groups in re.findall(DAY, text)]
    if not found:
        return None
    first, last = found[0], found[-1]
    if len(found) == 1 and first is not None and as_of is not None:
        if re.search(rf"{_STATE}(?:the )?{DAY}", text):
            return _closing(first, as_of)
        since = re.search(rf"{SINCE} (?:the )?{DAY}", text) and not re.search(
            rf"\b(?:по|до|to|till?|until) {DAY}", text
        )
        return f"{first}/{as_of}" if since and first <= as_of else UNREAD
    return f"{first}/{last}" if len(found) == 2 and first is not None and last is not None and first <= last else UNREAD


def of_dated(text: str, as_of: date | None) -> str | None:
    """From one day of a month in words to another, or to now; a single day is no period."""
    found = list(DATED.finditer(text))
    if not found:
        return None
    before = text[: found[0].start()]
    if len(found) == 1 and as_of is not None and re.search(rf"{_STATE}(?:the )?$", before):
        return _closing(_latest(found[0], as_of), as_of)
    opened = re.search(rf"(?:{SINCE}|\b(?:между|between)) (?:the )?$", before) is not None
    if len(found) > 2 or as_of is None or not opened:
        on = re.search(r"\b(?:за|к|на|on|at|by|for|as of) (?:the )?$", before)
        return UNREAD if on or len(found) > 1 else None
    years = [int(match["year"]) for match in found if match["year"]]
    last = _day(found[-1], years[-1] if years else as_of.year) if len(found) == 2 else as_of
    if last is not None and not years and last > as_of:
        last = last.replace(year=last.year - 1)
    first = _day(found[0], years[0] if years else last.year) if last is not None else None
    if first is not None and last is not None and not years and first > last:
        first = first.replace(year=first.year - 1)
    return f"{first}/{last}" if first is not None and last is not None and first <= last else UNREAD


def _latest(match: re.Match[str], as_of: date) -> date | None:
    """The day named: of the year named, else the latest one of the data."""
    day = _day(match, int(match["year"] or as_of.year))
    return _day(match, as_of.year - 1) if day is not None and match["year"] is None and day > as_of else day


def _closing(day: date | None, as_of: date) -> str:
    """The month that ends with a day, or right before it: figures are of whole months."""
    if day is None or day > as_of + timedelta(days=1):
        return UNREAD
    last = day - timedelta(days=1) if day.day == 1 else day
    return f"{last:%Y-%m}" if (last + timedelta(days=1)).day == 1 else UNREAD


def _day(match: re.Match[str], year: int) -> date | None:
    named = str(match["month"] or match["first"])
    month = next(number for number, name in enumerate(MONTHS, 1) if re.fullmatch(name, named))
    return _date(str(match["day"] or match["after"]), str(month), str(year))


def _date(*parts: str) -> date | None:
    day, month, year = parts[:3] if parts[0] else reversed(parts[3:])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def of_numbered(text: str, as_of: date | None) -> str | None:
    """A month in figures: «03.2026»."""
    found = [match["iso"] or f"{match['year']}-{match['month']}" for match in NUMBERED.finditer(text)]
    return None if not found else found[0] if len(found) == 1 else UNREAD


def of_seasons(text: str, as_of: date | None) -> str | None:
    """A season: of the year named, else the latest that has begun; winter is called by the year that it ends in."""
    match = SEASON.search(text)
    if match is None or re.search(rf"{SINCE} (?:{NAMED})\b.* (?:по|до|to|till?|until) (?:{NAMED})\b", text):
        return None
    first = next(month for month, name in ((12, "winter"), (3, "spring"), (6, "summer"), (9, "autumn")) if match[name])
    found = _in_year(text, as_of, lambda year: f"{year - (first == 12)}-{first:02d}")
    begun = calendar(found) if found != UNREAD else None
    if begun is None or as_of is not None and begun.start > as_of:
        return found
    last = date(begun.start.year + (first == 12), (first + 2) % 12 + 1, 1) - timedelta(days=1)
    if as_of is not None and last >= as_of and re.match(r"\W*(?:прошл|last)", match[0]):
        begun, last = Window(back(begun.start, 12), begun.end), back(last + timedelta(days=1), 12) - timedelta(days=1)
    return f"{begun.start}/{last if as_of is None else min(last, as_of)}"


def of_first(text: str, as_of: date | None) -> str | None:
    """The first or last so many months of a year; of anything else no window that rules know."""
    match = OF_YEAR.search(text)
    if match is not None and as_of is not None:
        count = int(match["n"]) if match["n"].isdigit() else NUMBERS[match["n"]]
        year = int(match["year"]) if match["year"] else as_of.year - bool(match["last"])
        months = (1, count) if match["first"] else (13 - count, 12)
        begun, end = calendar(f"{year}-{months[0]:02d}"), calendar(f"{year}-{months[1]:02d}")
        return f"{begun.start}/{end.closing}" if begun and end and end.closing <= as_of and 1 < count < 12 else UNREAD
    return UNREAD if FIRST.search(text) and not PART.search(text) else None


def of_parts(text: str, as_of: date | None) -> str | None:
    """A quarter or a half of a year: of the year named, else the latest that has begun."""
    found = [
        match for match in PART.finditer(text) if not re.search(r"(?:последн\w+|last|past) $", text[: match.start()])
    ]
    parts = list(dict.fromkeys(_part(match) for match in found))
    if not parts:
        return None
    kind, place = parts[0]
    if len(parts) > 1 or kind == "H" and place > 2:
        return UNREAD
    named = _in_year(text, as_of, lambda year: f"{year}-{kind}{place}")
    opened = re.search(rf"{SINCE} (?:the )?$", text[: found[0].start()]) and not re.search(r"[ыи]м ", found[0][0])
    return _until_now(named, as_of) if opened else named


def _part(match: re.Match[str]) -> tuple[str, int]:
    named = (place for place, name in enumerate(("one", "two", "three", "four"), 1) if match[name])
    return (match["kind"] or ("q" if match["q"] else "h")).upper(), int(match["place"] or 0) or next(named)


def of_months(text: str, as_of: date | None) -> str | None:
    """A month, or one month to another: of the year named, else the latest that has begun."""
    found = _once([match for match in MONTH.finditer(text) if _is_month(text, match)])
    if not found:
        return None
    numbers = [_number(match) for match in found]
    before = (found[0]["before"] or "").strip()
    instrumental = re.search(r"(?:ем|ом)$", found[0][0].split()[-1]) is not None
    if len(found) == 1 and before in OPENING and not instrumental:
        return _until_now(_in_year(text, as_of, lambda year: f"{year}-{numbers[0]:02d}"), as_of)
    if len(found) == 2 and before in ("с", "со", "from"):
        return _from_to(text, as_of, found)
    if len(found) > 1 or not instrumental and before in (*OPENING, "по", "до", "to", "until"):
        return UNREAD
    ahead = f"{as_of.year}-{numbers[0]:02d}" if as_of is not None and before == "на" and not YEAR.search(text) else None
    return ahead if ahead and future(ahead, as_of) else _in_year(text, as_of, lambda year: f"{year}-{numbers[0]:02d}")


def _is_month(text: str, match: re.Match[str]) -> bool:
    """Whether a word for a month is one: it says so itself, or stands apart: “Food industry, March: …”."""
    if match["before"] or match["year"] or OWN.match(text, match.start()):
        return True
    before, after = text[: match.start()], text[match.start() + len(match[0].rstrip(",")) :]
    return re.search(r"(?:^|[,;:(—–]) ?$", before) is not None and re.match(r" ?(?:$|[,.;:?!)—–])", after) is not None


def _number(match: re.Match[str]) -> int:
    return next(number for number in range(1, 13) if match[number + 1])


def _once(found: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """The months without those named again: “in May, and the quick ratio for May too”."""
    own = {(_number(match), match["year"] if len(found) > 1 else None): match for match in reversed(found)}
    return [match for match in found if match in own.values()]


def _from_to(text: str, as_of: date | None, found: Sequence[re.Match[str]]) -> str:
    first, last = (_number(match) for match in found)
    if found[0]["year"] and found[1]["year"]:
        begun, end = calendar(f"{found[0]['year']}-{first:02d}"), calendar(f"{found[1]['year']}-{last:02d}")
        return f"{begun.start}/{end.closing}" if begun and end and begun.start <= end.start else UNREAD
    until = _in_year(text, as_of, lambda year: f"{year + (found[0]['year'] is not None and first > last)}-{last:02d}")
    end = calendar(until) if until != UNREAD else None
    return UNREAD if end is None else f"{end.start.year - (first > last)}-{first:02d}-01/{end.closing}"


def _until_now(first: str, as_of: date | None) -> str:
    """From the first day of a month or a year to the last day of the data."""
    begun = calendar(first)
    return UNREAD if begun is None or as_of is None or begun.start > as_of else f"{begun.start}/{as_of}"


def _in_year(text: str, as_of: date | None, named: Callable[[int], str]) -> str:
    years = set(YEAR.findall(text))
    if len(years) > 1:
        return UNREAD
    if years:
        return named(int(years.pop()))
    if as_of is None:
        return UNREAD
    if re.search(r"(?:прошл|предыдущ)\w+ год|\b(?:last|previous) year", text):
        return named(as_of.year - 1)
    here = named(as_of.year)
    return named(as_of.year - 1) if future(here, as_of) and not of_this(text, as_of) else here


def of_years(text: str, as_of: date | None) -> str | None:
    """A year, or from one to now."""
    years = list(dict.fromkeys(YEAR.findall(text)))
    since = re.search(rf"{SINCE} (?:the (?:start|beginning) of |начала )?{years[0]}(?!-?м\b)", text) if years else None
    if len(years) == 1 and since is not None and not COMPARED.search(text[: since.start()]):
        return _until_now(years[0], as_of)
    return None if not years else years[0] if len(years) == 1 else UNREAD
