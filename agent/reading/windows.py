"""The days that a period stands for: the window of a figure, the one before it, and whether it lies ahead or before the data."""

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tools.ledger.calendar import back
from tools.reading import Window

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: A stretch of time that is named but cannot be taken as one window.
UNREAD = "unread"
SPANS = {"P1M": "month", "P3M": "quarter", "P12M": "year"}


def window(portfolio: "Portfolio", period: str | None) -> Window | None:
    """The days of a period; None where none is named or it cannot be taken, or where the data have no last day."""
    if period is None or period == UNREAD:
        return None
    if (whole := calendar(period)) is not None:
        return whole
    if portfolio.as_of is None:
        return None
    named = {name: span for span, name in SPANS.items()}.get(period, period)
    match = re.fullmatch(r"(-?)P(\d+)([MD])", named)
    if match is None:
        return None
    if match[1]:
        day = moved_back(Window(portfolio.as_of, portfolio.as_of + timedelta(days=1)), int(match[2])).start
        return Window(day, day + timedelta(days=1))
    end = _last_day(portfolio, portfolio.as_of) + timedelta(days=1)
    count = int(match[2])
    return Window(back(end, count) if match[3] == "M" else end - timedelta(days=count), end)


def of_a_point(period: str | None) -> bool:
    """Whether a period is a day so long ago, on which every figure keeps its own window: ``-P12M``."""
    return period is not None and period.startswith("-P")


def preceding(window: Window) -> Window:
    """The window of the same length that ends where this one begins: whole months where it is made of them."""
    months = 12 * (window.end.year - window.start.year) + window.end.month - window.start.month
    whole = months > 0 and back(window.end, months) == window.start
    return Window(back(window.start, months) if whole else window.start - (window.end - window.start), window.start)


def moved_back(window: Window, months: int) -> Window:
    """The window so many months earlier; one that ends with a month ends with a month."""
    end = back(window.end, months)
    return Window(back(window.start, months) if window.days > 1 else end - timedelta(days=1), end)


def future(period: str | None, as_of: date | None) -> bool:
    """Whether the period begins after the data end."""
    found = calendar(period) if period is not None else None
    return found is not None and as_of is not None and found.start > as_of


#: A part of a year that ended so many days ago comes sooner than it went.
_LONG_AGO = 183


def upcoming(period: str, text: str, as_of: date, *, coming: bool) -> str:
    """A part of a year that the words name without the year and that is over, in the year after: what is to come is asked about.

    Where the words do not say that it is ``coming``, only one that comes sooner than it went is put in the year after.
    """
    part = re.fullmatch(r"(20\d\d)(-(?:Q[1-4]|H[12]|\d\d))", period)
    dated = re.search(r"20\d\d|\b(?:last|past|previous|прошл\w+|предыдущ\w+|последн\w+)\b", text)
    over = calendar(period) if part is not None and not dated else None
    return (
        f"{int(part[1]) + 1}{part[2]}"
        if part and over is not None and over.end <= as_of + timedelta(days=1 if coming else -_LONG_AGO)
        else period
    )


def before_data(portfolio: "Portfolio", window: Window | None) -> bool:
    """Whether the whole window lies before the first month with money."""
    from tools import ledger

    if window is None or ledger.no_ledger(portfolio) is not None:
        return False
    months = ledger.months(portfolio)
    return bool(months) and window.end <= months[0].start


def _last_day(portfolio: "Portfolio", as_of: date) -> date:
    from tools import ledger

    return as_of if ledger.no_ledger(portfolio) is not None else ledger.anchor(portfolio) or as_of


def calendar(period: str) -> Window | None:
    """The days of a calendar period or of two days with a stroke between them; None for a length."""
    first, _, last = period.partition("/")
    if last:
        return Window(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))
    match = re.fullmatch(r"(20\d\d)(?:-(?:Q([1-4])|H([12])|(\d\d)))?", period)
    if match is None:
        return None
    year, quarter, half, month = (int(part or 0) for part in match.groups())
    start, length = (3 * quarter - 2, 3) if quarter else (6 * half - 5, 6) if half else (month, 1) if month else (1, 12)
    after = start + length - 1
    return Window(date(year, start, 1), date(year + after // 12, after % 12 + 1, 1))
