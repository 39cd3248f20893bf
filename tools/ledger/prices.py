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
    the price. ``behind`` (client, first day, first day after) are the spans in which a client is long unpaid.
    """

    clients: pa.Array
    who: Numbers
    start: Numbers
    end: Numbers
    ticks: Numbers
    late_renewals: int
    behind: tuple[Numbers, Numbers, Numbers]


@dataclass(frozen=True, eq=False)
class Changes:
    """Changes of worth (ticks) by client and window, in that order; ``begun`` is above zero where a price began."""

    who: Numbers
    place: Numbers
    delta: Numbers
    begun: Numbers


def prices_of(rows: pa.Table, unpaid: pa.Table | None, late_days: int) -> Prices:
    """Prices of ``account_id, start_date, end_date, ticks``, and of ``late_client, since, until`` where any is unpaid."""
    named = rows["account_id"].combine_chunks().dictionary_encode()
    who = named.indices.to_numpy().astype("int64")
    start, end, ticks = _days(rows["start_date"]), _days(rows["end_date"]), rows["ticks"].to_numpy()
    order = np.argsort(who * SPAN + start)
    who, start, end, ticks = who[order], start[order], end[order], ticks[order]
    end, closed = _renewed(who, start, end, late_days)
    return Prices(named.dictionary, who, start, end, ticks, closed, _behind(named.dictionary, unpaid))


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
    worth = np.zeros(len(prices.clients), dtype="int64")
    active = (prices.start <= number) & (prices.end > number)
    np.add.at(worth, prices.who[active], prices.ticks[active])
    who, since, until = prices.behind
    worth[who[(since <= number) & (until > number)]] = 0
    return worth


def changes_of(prices: Prices, windows: Sequence[Window]) -> Changes:
    """What `contract.changes` says of the same prices."""
    days = [_day(day) for day in (*(window.start for window in windows), windows[-1].end)]
    behind, since, until = prices.behind
    gone, fell, rose = prices.end < days[-1], since < days[-1], until < days[-1]
    events = [
        _events(prices.who, prices.start, delta=prices.ticks, begun=1),
        _events(prices.who[gone], prices.end[gone], delta=-prices.ticks[gone]),
        _events(behind[fell], since[fell], late=1),
        _events(behind[rose], until[rose], late=-1),
    ]
    who, day, *measures = (np.concatenate(column) for column in zip(*events, strict=True))
    width = len(days) + 1
    key = who * width + np.searchsorted(days, day, side="right")
    order = np.argsort(key, kind="stable")  # two runs in order are merged
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    delta, late, begun = (np.add.reduceat(values[order], first, dtype=np.int64) for values in measures)
    who, place = np.divmod(key[order][first], width)
    if len(behind):  # nothing counts while the client is long unpaid
        worth = np.where(running(who, late) == 0, running(who, delta), 0)
        delta = worth - before(who, worth)
    return Changes(who, place, delta, begun)


def _events(who: Numbers, day: Numbers, *, delta: Any = 0, late: int = 0, begun: int = 0) -> Any:
    return np.broadcast_arrays(who, day, delta, np.int8(late), np.int8(begun))


def running(who: Numbers, values: Numbers) -> Numbers:
    """Sums of the values up to each row, client by client."""
    first = np.flatnonzero(np.diff(who, prepend=-1))
    ran = np.cumsum(values)
    return ran - np.repeat(ran[first] - values[first], np.diff(first, append=len(who)))


def before(who: Numbers, values: Numbers) -> Numbers:
    """The value of the row before, zero at the first of a client."""
    return np.where(np.diff(who, prepend=-1) == 0, np.roll(values, 1), 0)
