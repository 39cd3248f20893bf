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

Numbers = np.ndarray[Any, np.dtype[Any]]  # whole ones: of 32 bits for clients, days and windows, of 64 for ticks


@dataclass(frozen=True, eq=False)
class Prices:
    """Prices in force, by client and first day, late renewals closed; ``late_renewals`` is how many of them there were.

    ``who`` is a client's place in ``clients``, ``last`` the place of each client's last price, a day is a number of days
    from 1970, ``end`` is the first day without the price. ``read`` is the number of rows read, those that never lasted a
    day included. ``behind`` (client, first day, first day after) are the spans in which a client is long unpaid.
    """

    clients: pa.Array
    who: Numbers
    last: Numbers
    start: Numbers
    end: Numbers
    ticks: Numbers
    late_renewals: int
    read: int
    behind: tuple[Numbers, Numbers, Numbers]


@dataclass(frozen=True, eq=False)
class Changes:
    """Worth (ticks) before and after each change, by client and window, in that order; ``debut``: where the client first paid."""

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
    who, ticks = named.indices.to_numpy(), rows["ticks"].to_numpy()
    order = np.argsort(_keyed(who, *_from_first(start)), kind="stable")  # quick where the rows come nearly in order
    who, start, end, ticks = (values.take(order) for values in (who, start, end, ticks))
    end, closed = _renewed(who, start, end, late_days)
    return Prices(
        named.dictionary, who, _lasts(who), start, end, ticks, closed, read, _behind(named.dictionary, unpaid)
    )


def _days(column: pa.ChunkedArray) -> Numbers:
    """Days from 1970; a day that is not set is far away."""
    days = column.cast(pa.date32())
    whole = pc.fill_null(days, FOREVER) if days.null_count else days
    found: Numbers = whole.cast(pa.int32()).to_numpy()
    return found


def _from_first(days: Numbers) -> tuple[int, Numbers]:
    """How many days there are from the first to the last, and which of them each is, from nought."""
    if not len(days):
        return 1, days
    first = days.min()
    return int(days.max() - first) + 1, days - first


def _keyed(who: Numbers, width: int, number: Numbers) -> Numbers:
    """Client and number below ``width`` as one number that keeps the order of both; small and made in place, for memory is slow."""
    small = (int(who.max(initial=0)) + 1) * width < np.iinfo("int32").max
    key: Numbers = np.multiply(who, width, dtype="int32" if small else "int64")
    key += number
    return key


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _renewed(who: Numbers, start: Numbers, end: Numbers, late_days: int) -> tuple[Numbers, int]:
    """The ends of periods with each gap of at most ``late_days`` closed, and the number of gaps."""
    if not len(start):
        return end, 0
    days, begun = _from_first(start)
    width = days + late_days + 1  # from the last day of a client to the first of the next one is no late renewal
    ends = _keyed(who, width, np.minimum(end, start.max() + 1) - start.min())
    paid_to = np.maximum.accumulate(ends)[:-1]  # the latest so far: no client's reaches into the next
    gap = _keyed(who, width, begun)[1:]
    gap -= paid_to
    late = np.flatnonzero((gap > 0) & (gap <= late_days))
    if not len(late):
        return end, 0
    since, until = paid_to[late], start[1:][late]
    place = np.minimum(np.searchsorted(since, ends), len(since) - 1)
    return np.where(since[place] == ends, until[place], end), len(since)


def _behind(clients: pa.Array, unpaid: pa.Table | None) -> tuple[Numbers, Numbers, Numbers]:
    """The spans of the clients that have a price."""
    if unpaid is None:
        none = np.zeros(0, dtype="int32")
        return none, none, none
    who = pc.fill_null(pc.index_in(unpaid["late_client"], value_set=clients), -1).to_numpy()
    known = who >= 0
    return who[known], _days(unpaid["since"])[known], _days(unpaid["until"])[known]


def worth_on(prices: Prices, day: date) -> Numbers:
    """Ticks a month of every client in ``clients`` on a day."""
    number = _day(day)
    active = (prices.start <= number) & (prices.end > number)
    ran = prices.ticks * active
    worth = np.diff(np.cumsum(ran, out=ran)[prices.last], prepend=0)
    who, since, until = prices.behind
    worth[who[(since <= number) & (until > number)]] = 0
    return worth


def changes_of(prices: Prices, windows: Sequence[Window]) -> Changes:
    """The windows in which a client's worth changed, and its worth before and after: what a query says in `moves`.

    A window is its place, from 1; place 0 is what was there before the first, and nothing after the last is counted.
    """
    days = [_day(day) for day in (*(window.start for window in windows), windows[-1].end)]
    width = len(days) + 1
    ended = prices.end < days[-1]
    next_day = (prices.end[:-1] == prices.start[1:]) & (prices.who[:-1] == prices.who[1:]) & ended[:-1]
    ended[:-1] ^= next_day  # a price that the next one follows is one change with it
    begun, gone = _places(days, prices.start), np.flatnonzero(ended)
    late, fell, steps = _lateness(prices, days)
    units = np.concatenate([prices.who, prices.who.take(gone), late])
    key = _keyed(units, width, np.concatenate([begun, _places(days, prices.end.take(gone)), fell]))
    order = np.argsort(key, kind="stable")  # runs in order are merged
    key = key.take(order)
    last = _lasts(key)
    place = key.take(last)
    who = place // width
    place -= who * width
    head = np.append(0, _lasts(who) + 1)[:-1]  # where the changes of each client begin
    ran = np.zeros(len(units), dtype="int64")
    ran[: len(prices.ticks)] = prices.ticks
    ran[1 : len(prices.ticks)] -= prices.ticks[:-1] * next_day
    np.negative(prices.ticks.take(gone), out=ran[len(prices.ticks) : len(units) - len(late)])
    first = np.append(0, last + 1).take(head)
    closing = _running(ran.take(order), first, last)
    if len(late):  # nothing counts while the client is long unpaid
        steps = np.concatenate([np.zeros(len(order) - len(late), dtype="int64"), steps])
        closing *= _running(steps.take(order), first, last) == 0
    opening = np.empty_like(closing)
    opening[1:] = closing[:-1]
    opening[head] = 0
    debut = _places(days, _first_paid(prices)).astype("int64")
    return Changes(who, place, opening, closing, debut.take(who))


def _first_paid(prices: Prices) -> Numbers:
    """The first day on which each client's prices count: not one on which it is long unpaid."""
    head = np.append(0, prices.last + 1)[:-1]
    found = prices.start.take(head)
    who, since, until = prices.behind
    hidden = (since <= found.take(who)) & (until > found.take(who))
    for client in np.unique(who[hidden]):
        runs = slice(head[client], prices.last[client] + 1)
        start, end = prices.start[runs], prices.end[runs]
        spans = who == client
        days = np.unique(np.concatenate([start, until[spans]]))
        held = ((start <= days[:, None]) & (end > days[:, None])).any(axis=1)
        late = ((since[spans] <= days[:, None]) & (until[spans] > days[:, None])).any(axis=1)
        counts = days[held & ~late]
        found[client] = counts[0] if len(counts) else _day(FOREVER)
    return found


def _places(days: Sequence[int], day: Numbers) -> Numbers:
    """The number of ``days`` up to each day: looked up in a list of every day from the one before the first."""
    every = np.searchsorted(days, np.arange(days[0] - 1, days[-1] + 1), side="right").astype("int32")
    found: Numbers = every.take(day - (days[0] - 1), mode="clip")
    return found


def _lateness(prices: Prices, days: Sequence[int]) -> tuple[Numbers, Numbers, Numbers]:
    """Client and window of each step into (1) and out of (-1) being long unpaid, and the step."""
    who, since, until = prices.behind
    fell, rose = since < days[-1], until < days[-1]
    client, day = np.concatenate([who[fell], who[rose]]), np.concatenate([since[fell], until[rose]])
    return client, _places(days, day), np.repeat([1, -1], [fell.sum(), rose.sum()])


def _lasts(values: Numbers) -> Numbers:
    """The place where each run of one value ends."""
    size = len(values)
    return np.append(np.flatnonzero(values[1:] != values[:-1]), size - 1)[:size]


def _running(steps: Numbers, first: Numbers, last: Numbers) -> Numbers:
    """The sum of each client's steps up to each ``last``; ``first`` is where the steps of each client begin.

    Steps 5, 3, 1 of clients 0, 0, 1 give 5, 8, 1. The steps are used up.
    """
    if len(first):
        steps[first[1:]] -= np.add.reduceat(steps, first)[:-1]
    found: Numbers = np.cumsum(steps, out=steps).take(last)
    return found
