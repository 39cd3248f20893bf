"""Months, quarters and years as groups: the spans of a period, each with the name it goes by."""

from dataclasses import replace
from datetime import date

from tools import ledger
from tools.portfolio import Portfolio
from tools.reading import Reading, Window
from tools.text import Text

TIMES = {"month": 1, "quarter": 3, "year": 12}  # months in each
SO_FAR = Text("the period is not over", "период ещё не закончился")
PART = Text("only a part of it is counted here", "здесь посчитана только его часть")


def spans(portfolio: Portfolio, by: str, window: Window | None) -> list[Window]:
    """The calendar months, quarters or years of the window, oldest first, the outer ones cut by it and by the data.

    Without a window: those that begin within the twelve months to the last day, or every year with money.
    """
    span = window or _default(portfolio, by)
    last = portfolio.day
    if span is None or last is None:
        return []
    end = min(span.end, last.end)
    first = _first_of(by, span.start)
    if window is None and by != "year" and first < span.start:
        first = ledger.back(first, -TIMES[by])
    found: list[Window] = []
    while first < end:
        after = ledger.back(first, -TIMES[by])
        found.append(Window(max(first, span.start), min(after, end)))
        first = after
    return found


def _default(portfolio: Portfolio, by: str) -> Window | None:
    if not ledger.anchor(portfolio):
        return portfolio.day
    year = ledger.year(portfolio)
    money = by == "year" and ledger.no_ledger(portfolio) is None
    months = ledger.months(portfolio) if money else []
    return Window(months[0].start, year.end) if months else year


def _first_of(by: str, day: date) -> date:
    """The first day of the month, quarter or year of a day."""
    return date(day.year, day.month - (day.month - 1) % TIMES[by], 1)


def timed(reading: Reading, portfolio: Portfolio, by: str, span: Window) -> Reading:
    """A reading as that of its span; one of a span that is not over when the data end, or is cut, is partial."""
    found = replace(reading, scope={**reading.scope, "by": by, "group": named(by, span.closing)})
    first = _first_of(by, span.start)
    if found.status != "ok" or (span.start, span.end) == (first, ledger.back(first, -TIMES[by])):
        return found
    so_far = portfolio.day is not None and span.start == first and span.end == portfolio.day.end
    return replace(found, status="partial", reason=SO_FAR if so_far else PART)


def named(by: str, day: date) -> str:
    """What the month, quarter or year of a day goes by: ``2026-06``, ``2026-Q2``, ``2026``."""
    if by == "year":
        return str(day.year)
    return f"{day:%Y-%m}" if by == "month" else f"{day.year}-Q{(day.month + 2) // 3}"
