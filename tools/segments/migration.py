"""Migration of RFM scores between two days, with frozen and with moving bounds (metrics §3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tools import stats
from tools.portfolio import Portfolio
from tools.segments.scores import LETTERS, MEASURES, Scored, default_rule, score, scored
from tools.text import Text

Bounds = Literal["frozen", "moving"]
Ints = npt.NDArray[np.int64]
MEASURE_OF = dict(zip(LETTERS, MEASURES, strict=True))
TO_THE_MEAN = Text(
    "low scores rise by themselves: an effect is what exceeds the control group or the moves of the period before",
    "низкие баллы растут и сами по себе: эффект — это то, что сверх контрольной группы или переходов прошлого периода",
)
RANKS_ONLY = Text(
    "the base grew and its bounds moved with it: by frozen bounds clients rose, by rank they kept their places",
    "база выросла, и границы сдвинулись вместе с ней: по прежним границам клиенты поднялись, по местам — остались на своих",
)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with its share (0 to 1) and 95 % Wilson interval; both None of nobody."""

    events: int
    n: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.events / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % Wilson interval of the share."""
        return stats.wilson(self.events, self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Clients by score before (rows 1 to 4, then the new ones) and after (columns 1 to 4, then those who left).

    The rows 1-4 sum to the clients at the start, the columns 1-4 to the clients at the end.
    """

    letter: str
    counts: tuple[tuple[int, ...], ...]

    def share(self, row: int, column: int) -> Share:
        """Of the clients with score ``row`` before, those with ``column`` after; one past the last: new, left."""
        return Share(self.counts[row - 1][column - 1], sum(self.counts[row - 1]))

    @property
    def rose(self) -> int:
        """Clients whose score grew."""
        return sum(self.counts[i][j] for i in range(len(self.counts) - 1) for j in range(len(self.counts) - 1) if j > i)


@dataclass(frozen=True, slots=True)
class Migration:
    """Moves under one kind of bounds: a matrix by dimension, the hits of the aim in full and by dimension.

    The aim of a client is recency 4, orders and money one score up; the full hit is counted over every client of the
    start. In the hits by dimension, those who cannot rise (orders or money already 4) are not in the denominator.
    """

    bounds: Bounds
    matrices: Mapping[str, Matrix]
    full: Share
    partial: Mapping[str, Share]


@dataclass(frozen=True, slots=True)
class Migrations:
    """Both kinds of bounds, money per client of the start before and after, and per client of the end.

    A client that left counts with the money it still paid, mostly none. ``note`` is what the reader must be told.
    """

    start: date
    end: date
    frozen: Migration
    moving: Migration
    cash_before: float | None
    cash_after: float | None
    cash_end: float | None
    notes: tuple[Text, ...]


def migrations(portfolio: Portfolio, start: date, end: date | None = None, *, rule: str | None = None) -> Migrations:
    """RFM moves from the evening of ``start`` to that of ``end`` (``as_of``), each with the window of the rule.

    Windows shorter apart than their length share orders, and so damp the moves.
    """
    assert portfolio.as_of is not None
    last = end or portfolio.as_of
    later = portfolio if last == portfolio.as_of else portfolio.earlier(last)
    chosen = rule or default_rule(later).key
    return between(scored(portfolio.earlier(start), rule=chosen), scored(later, rule=chosen), start=start, end=last)


def between(before: Scored, after: Scored, *, start: date, end: date) -> Migrations:
    """Moves between two scored days. Money 500, 1000, 2000, 3000 all doubled: frozen 2 3 4 4, moving 1 2 3 4."""
    frozen, moving = move(before, after, "frozen"), move(before, after, "moving")
    notes = [TO_THE_MEAN]
    grew, kept = frozen.matrices["m"].rose, moving.matrices["m"].rose
    if grew > kept:
        notes.append(RANKS_ONLY)
    was, now = _active(before), _active(after)
    place = _places(_ids(before)[was], _ids(after))
    money = after.column("money")
    same = np.where(place >= 0, money[np.maximum(place, 0)], 0.0) if len(money) else np.zeros(len(place))
    return Migrations(
        start, end, frozen, moving, _mean(before.column("money")[was]), _mean(same), _mean(money[now]), tuple(notes)
    )


def move(before: Scored, after: Scored, bounds: Bounds) -> Migration:
    """Matrices and hits under frozen bounds (the first day's edges) or moving ones (cut again on the second day)."""
    parts = before.rule.parts
    was, now = _active(before), _active(after)
    ids0, ids1 = _ids(before)[was], _ids(after)[now]
    place = _places(ids0, ids1)
    fresh = _places(ids1, ids0) < 0
    old = {letter: before.column(letter)[was] for letter in LETTERS}
    new = {letter: _after(before, after, letter, bounds)[now] for letter in LETTERS}
    landed = {
        letter: np.where(place >= 0, new[letter][np.maximum(place, 0)], parts + 1)
        if len(ids1)
        else np.full(len(ids0), parts + 1)
        for letter in LETTERS
    }
    matrices = {letter: _matrix(letter, old[letter], landed[letter], new[letter][fresh], parts) for letter in LETTERS}
    stayed = place >= 0
    hits = {"r": stayed & (landed["r"] == parts)}
    for letter in ("f", "m"):
        hits[letter] = stayed & (landed[letter] >= np.minimum(old[letter] + 1, parts))
    full = Share(int((hits["r"] & hits["f"] & hits["m"]).sum()), len(ids0))
    partial = {"r": Share(int(hits["r"].sum()), len(ids0))}
    for letter in ("f", "m"):
        can = old[letter] < parts
        partial[letter] = Share(int((hits[letter] & can).sum()), int(can.sum()))
    return Migration(bounds, matrices, full, partial)


def _after(before: Scored, after: Scored, letter: str, bounds: Bounds) -> Ints:
    if bounds == "moving":
        return np.asarray(after.column(letter), dtype=np.int64)
    name = MEASURE_OF[letter]
    return score(np.nan_to_num(after.column(name).astype(float)), before.edges[name], reverse=letter == "r")


def _matrix(letter: str, old: Ints, landed: Ints, fresh: Ints, parts: int) -> Matrix:
    counts = np.zeros((parts + 1, parts + 1), dtype=np.int64)
    np.add.at(counts, (old - 1, landed - 1), 1)
    np.add.at(counts, (np.full(len(fresh), parts), fresh - 1), 1)
    return Matrix(letter, tuple(tuple(int(value) for value in row) for row in counts))


def _active(found: Scored) -> npt.NDArray[np.bool_]:
    return np.asarray(found.column("orders") > 0)


def _ids(found: Scored) -> npt.NDArray[Any]:
    return np.asarray(found.table["account_id"].to_numpy(zero_copy_only=False))


def _places(wanted: npt.NDArray[Any], among: npt.NDArray[Any]) -> Ints:
    """Where each id stands among the others, -1 where it does not."""
    found = pc.index_in(pa.array(wanted, pa.string()), value_set=pa.array(among, pa.string()))
    return np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _mean(values: npt.NDArray[Any]) -> float | None:
    return float(values.mean()) if len(values) else None


@dataclass(frozen=True, slots=True)
class Moves:
    """Clients by segment at two days, ``("new", key)`` and ``(key, "gone")`` included; yearly money per client by segment."""

    counts: Mapping[tuple[str, str], int]
    money: Mapping[str, float]


def segment_moves(portfolio: Portfolio, start: date, *, by: str = "value") -> Moves:
    """Moves between segments from ``start`` to ``as_of``, for a Markov chain of client value (metrics §2.7).

    Both days are seen with the same eyes: outcomes of promises carry no date, so on neither day are they known.
    """
    from tools.metrics.orders import worths
    from tools.segments import assign

    assert portfolio.as_of is not None
    then, now = portfolio.earlier(start), portfolio.earlier(portfolio.as_of)
    before, after = assign(then, by).segment_of, assign(now, by).segment_of
    counts: dict[tuple[str, str], int] = {}
    for account in sorted(before.keys() | after.keys()):
        pair = (before.get(account, "new"), after.get(account, "gone"))
        counts[pair] = counts.get(pair, 0) + 1
    paid: dict[str, list[float]] = {}
    money = worths(then)
    for account, key in before.items():
        paid.setdefault(key, []).append(money.get(account, 0.0))
    return Moves(counts, {key: float(np.mean(values)) for key, values in sorted(paid.items())})
