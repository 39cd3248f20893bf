"""Periods that hang on the last day of the data: the last six months, this quarter, since the start of the year."""

import re
from datetime import date, timedelta

from agent.reading.time_words import (
    BARE,
    BEFORE,
    LAST,
    LAST_BUT_ONE,
    LAST_YEAR,
    LENGTHS,
    LONG,
    MANY,
    NUMBERS,
    OVER,
    ROLLING,
    THIS,
    TO_DATE,
)
from agent.reading.windows import SPANS, UNREAD
from tools.ledger.calendar import back


def of_to_date(text: str, as_of: date | None) -> str | None:
    """Since the start of the year, quarter or month."""
    opened = re.search(
        r"\bс начала (?:этого |текущего )?(квартал|месяц)|\bsince the (?:start|beginning) of (?:this |the )?(quarter|month)",
        text,
    )
    if opened is not None:
        return _to_now("quarter" if (opened[1] or opened[2]) in ("квартал", "quarter") else "month", as_of)
    if not TO_DATE.search(text):
        return None
    return f"{as_of.year}-01-01/{as_of}" if as_of is not None else UNREAD


def of_this(text: str, as_of: date | None) -> str | None:
    """The current month, quarter or year, as far as it has gone."""
    match = THIS.search(text)
    return None if match is None else _to_now(str(match.lastgroup), as_of)


def _to_now(unit: str, as_of: date | None) -> str:
    """The calendar month, quarter, half or year that the last day of the data is in, as far as it has gone."""
    if as_of is None or unit in ("day", "week"):
        return UNREAD
    start = as_of.replace(day=1, month=_opening(as_of.month, unit))
    return f"{start}/{as_of}"


def of_before(text: str, as_of: date | None) -> str | None:
    """The last whole calendar week, month, quarter, half or year of the data."""
    twice = LAST_BUT_ONE.search(text)
    match = twice or BEFORE.search(text) or LAST_YEAR.search(text)
    if match is None:
        return None
    unit = str(match.lastgroup)
    if as_of is None or unit == "day":
        return UNREAD
    after = as_of + timedelta(days=1)
    if unit == "week":
        end = after - timedelta(days=after.weekday() + 7 * bool(twice))
        return f"{end - timedelta(days=7)}/{end - timedelta(days=1)}"
    end = after.replace(day=1, month=_opening(after.month, unit))
    return _named(back(end, LENGTHS[unit][1] * (2 if twice else 1)), unit)


def _opening(month: int, unit: str) -> int:
    length = LENGTHS[unit][1]
    return (month - 1) // length * length + 1


def _named(start: date, unit: str) -> str:
    if unit == "year":
        return str(start.year)
    if unit == "month":
        return f"{start:%Y-%m}"
    return f"{start.year}-{unit[0].upper()}{(start.month - 1) // LENGTHS[unit][1] + 1}"


def of_last(text: str, as_of: date | None) -> str | None:
    """The last so many days or months."""
    return _length(LAST.search(text))


def of_over(text: str, as_of: date | None) -> str | None:
    """So many days or months that end with the data, without the word “last”."""
    named = next((name for pattern, name in ROLLING if pattern.search(text)), None)
    bare = BARE.search(text)
    if named is None and bare is not None:
        named = "month" if bare["month"] else "quarter" if bare["quarter"] else "year"
    return _length(OVER.search(text)) or _length(LONG.search(text)) or named


def _length(match: re.Match[str] | None) -> str | None:
    if match is None:
        return None
    said = match["n"] or "1"
    if match["n"] is None and MANY.search(match[0]):
        return UNREAD
    letter, each = LENGTHS[str(match.lastgroup)]
    count = each * (int(said) if said.isdigit() else NUMBERS[said])
    span = f"P{count}{letter}"
    return SPANS.get(span, span) if count else UNREAD
