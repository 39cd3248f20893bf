"""Days and months of the ledger: points, monthly windows and their places, and dates as expressions."""

import functools
import operator
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import ibis

from tools.reading import Window

FOREVER = date(9999, 12, 31)


def back(day: date, months: int) -> date:
    """``day`` so many months earlier, held inside the month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError


def month_end(day: date) -> date:
    """The last day of the last complete month on ``day``."""
    after = day + timedelta(days=1)
    return day if after.day == 1 else day.replace(day=1) - timedelta(days=1)


def days(points: Sequence[date]) -> Any:
    """A one-column table ``point`` of the given days; a run of months is written as a run, to keep the SQL short."""
    after = points[0] + timedelta(days=1)
    if len(points) > 3 and all(back(after, -step) - timedelta(days=1) == day for step, day in enumerate(points)):
        run = ibis.range(0, len(points)).unnest().name("step").as_table()
        ends = literal(after).cast("timestamp") + run.step.as_interval("M") - ibis.interval(days=1)
        return run.select(point=ends.date())
    return ibis.array([literal(day) for day in points]).unnest().name("point").as_table()


def places(points: Sequence[date]) -> Any:
    """Table ``point, place`` of the given days in order, the first at place 0."""
    order = days(points)
    return order.mutate(place=(ibis.row_number().over(ibis.window(order_by=order.point))).cast("int64"))


def place_of(day: Any, windows: Sequence[Window]) -> Any:
    """The number (from 1) of the window in which a date expression lies: 0 before the first, one more after the last.

    Where the windows are those of `months` it is told by arithmetic of months, the same for every number of them.
    """
    first, cut = windows[0].start, windows[-1].end.day
    if any(window.start != back(windows[-1].end, len(windows) - at) for at, window in enumerate(windows)):
        begun = [(day >= literal(edge)).cast("int64") for edge in (*(w.start for w in windows), windows[-1].end)]
        return functools.reduce(operator.add, begun)
    whole = (day.year().cast("int64") * 12 + day.month() - (first.year * 12 + first.month) + 1).cast("int64")
    if cut == 1:
        return whole
    early = day.day() < cut
    if cut > 28:  # a month that is too short is cut at its last day
        early = early & (shifted(day, 1).month() == day.month())
    return whole - ibis.ifelse(early, 1, 0).cast("int64")


def literal(day: date) -> Any:
    """A day as an expression that reads alike on every engine."""
    return ibis.date(day.year, day.month, day.day)


def month_of(day: Any) -> Any:
    """The first day of a date's month, a date on every engine."""
    return ibis.date(day.year(), day.month(), 1)


def shifted(day: Any, count: int) -> Any:
    """A date expression so many days later, a date on every engine."""
    return (day + ibis.interval(days=count)).cast("date")
