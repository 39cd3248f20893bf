"""Prices of whole clients held in memory: the rules of `periods` and `contract`, over numbers instead of text keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tools.ledger.calendar import FOREVER
from tools.reading import Window

Numbers = np.ndarray[Any, np.dtype[np.int64]]
SPAN = 10_000_000  # more days than any calendar has: client * SPAN + day keeps the order of both


@dataclass(frozen=True, eq=False)
class Prices:
    """Prices in force, by client and first day, late renewals closed; ``late_renewals`` is how many of them there were.

    ``who`` is a client's place in ``clients``, a day is a number of days from 1970, ``end`` is the first day without
    the price. ``read`` is the number of rows read, those that never lasted a day included. ``behind`` (client, first day,
    first day after) are the spans in which a client is long unpaid.
    """

    clients: pa.Array
    who: Numbers
    start: Numbers
    end: Numbers
    ticks: Numbers
    late_renewals: int
    read: int
    behind: tuple[Numbers, Numbers, Numbers]


@dataclass(frozen=True, eq=False)
class Changes:
    """Worth (ticks) before and after each change, by client and window, in that order; ``debut``: where the first price began."""

    who: Numbers
    place: Numbers
    opening: Numbers
    closing: Numbers
    debut: Numbers


def prices_of(rows: pa.Table, unpaid: pa.Table | None, late_days: int) -> Prices:
    """Prices of ``account_id, start_date, end_date, ticks``, and of ``late_client, since, until`` where any is unpaid.

    Rows that end before a day has passed are left out.
    """
    read, start, end = len(rows), _days(rows["start_date"]), _days(rows["end_date"])
    lasting = end > start
    if not lasting.all():
        rows, start, end = rows.filter(pa.array(lasting)), start[lasting], end[lasting]
    named = rows["account_id"].combine_chunks().dictionary_encode()
    who, ticks = named.indices.to_numpy().astype("int64"), rows["ticks"].to_numpy()
    order = np.argsort(who * SPAN + start, kind="stable")  # quick where the rows come nearly in order
    who, start, end, ticks = who[order], start[order], end[order], ticks[order]
    end, closed = _renewed(who, start, end, late_days)
    return Prices(named.dictionary, who, start, end, ticks, closed, read, _behind(named.dictionary, unpaid))


def _days(column: pa.ChunkedArray) -> Numbers:
    """Days from 1970; a day that is not set is far away."""
    found: Numbers = pc.fill_null(column.cast(pa.date32()), FOREVER).cast(pa.int32()).to_numpy().astype("int64")
    return found


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _renewed(who: Numbers, start: Numbers, end: Numbers, late_days: int) -> tuple[Numbers, int]:
    """The ends of periods with each gap of at most ``late_days`` closed, and the number of gaps."""
    ends = who * SPAN + end
    paid_to = np.maximum.accumulate(ends)[:-1]  # the latest end so far: no client's reaches into the next
    begins = (who * SPAN + start)[1:]
    late = (who[1:] == who[:-1]) & (paid_to < begins) & (begins <= paid_to + late_days)
    if not late.any():
        return end, 0
    since, until = paid_to[late], start[1:][late]
    place = np.minimum(np.searchsorted(since, ends), len(since) - 1)
    return np.where(since[place] == ends, until[place], end), len(since)


def _behind(clients: pa.Array, unpaid: pa.Table | None) -> tuple[Numbers, Numbers, Numbers]:
    """The spans of the clients that have a price."""
    if unpaid is None:
        none = np.zeros(0, dtype="int64")
        return none, none, none
    who = pc.fill_null(pc.index_in(unpaid["late_client"], value_set=clients), -1).to_numpy().astype("int64")
    known = who >= 0
    return who[known], _days(unpaid["since"])[known], _days(unpaid["until"])[known]


def worth_on(prices: Prices, day: date) -> Numbers:
    """Ticks a month of every client in ``clients`` on a day."""
    number = _day(day)
    active = (prices.start <= number) & (prices.end > number)
    _firsts, lasts = _runs(prices.who)
    worth = np.diff(np.cumsum(prices.ticks * active)[lasts], prepend=0)
    who, since, until = prices.behind
    worth[who[(since <= number) & (until > number)]] = 0
    return worth


def changes_of(prices: Prices, windows: Sequence[Window]) -> Changes:
    """The windows in which a client's worth changed, and its worth before and after: what a query says in `moves`.

    A window is its place, from 1; place 0 is what was there before the first, and nothing after the last is counted.
    """
    days = [_day(day) for day in (*(window.start for window in windows), windows[-1].end)]
    width = len(days) + 1
    begun, gone = _places(days, prices.start), np.flatnonzero(prices.end < days[-1])
    ends = prices.who[gone] * width + _places(days, prices.end[gone])
    late, steps = _lateness(prices, days)
    key = np.concatenate([prices.who * width + begun, ends, late])
    order = np.argsort(key, kind="stable")  # runs in order are merged
    key = key[order]
    _firsts, last = _runs(key)
    who = key[last] // width
    place = key[last] - who * width
    prices_run = np.concatenate([prices.ticks, -prices.ticks[gone], np.zeros_like(late)])
    closing = _running(who, np.cumsum(prices_run[order])[last])
    if len(late):  # nothing counts while the client is long unpaid
        steps = np.concatenate([np.zeros(len(key) - len(late), dtype="int64"), steps])
        closing = closing * (_running(who, np.cumsum(steps[order])[last]) == 0)
    opening = np.zeros_like(closing)
    opening[1:] = closing[:-1] * (who[1:] == who[:-1])
    debut = begun[_runs(prices.who)[0]]
    return Changes(who, place, opening, closing, debut[who])


def _places(days: Sequence[int], day: Numbers) -> Numbers:
    """The number of ``days`` up to each day: looked up in a list of every day from the one before the first."""
    every = np.searchsorted(days, np.arange(days[0] - 1, days[-1] + 1), side="right")
    found: Numbers = every.take(day - (days[0] - 1), mode="clip")
    return found


def _lateness(prices: Prices, days: Sequence[int]) -> tuple[Numbers, Numbers]:
    """Client and window, as one key, of each step into (1) and out of (-1) being long unpaid."""
    who, since, until = prices.behind
    fell, rose = since < days[-1], until < days[-1]
    client, day = np.concatenate([who[fell], who[rose]]), np.concatenate([since[fell], until[rose]])
    return client * (len(days) + 1) + _places(days, day), np.repeat([1, -1], [fell.sum(), rose.sum()])


def _runs(values: Numbers) -> tuple[Numbers, Numbers]:
    """The first and the last place of each run of one value."""
    turns, size = np.flatnonzero(values[1:] != values[:-1]), len(values)
    return np.append(0, turns + 1)[:size], np.append(turns, size - 1)[:size]


def _running(who: Numbers, ran: Numbers) -> Numbers:
    """A sum that ran on from client to client, less where it stood when each client began.

    Clients 0, 0, 1 with 5, 8, 9 give 5, 8, 1. ``who`` holds every client from 0 on, in order.
    """
    _firsts, lasts = _runs(who)
    found: Numbers = ran - np.append(0, ran[lasts])[who]
    return found
