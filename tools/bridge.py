"""The movement bridge over the ledger: the changes in the worth of accounts (`moves`), summed month by month."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from tools import ledger
from tools.moves import conditions, moved, moved_rows
from tools.portfolio import Portfolio
from tools.reading import Window

NEVER = np.iinfo(np.int64).max  # the place of what did not happen
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")
GAINS = ("new", "reactivation", "expansion")
LOSSES = ("contraction", "churn")
FIGURES = (*(name for kind in ("start", *KINDS, "fx", "end") for name in (kind, f"{kind}_n")), "lapsed_n")


@dataclass(frozen=True, slots=True)
class Bridge:
    """Movements by month: a table ``month`` (its closing day), then ``<kind>`` ticks and ``<kind>_n`` accounts.

    ``fx`` is the change from exchange rates; ``foreign`` says whether there can be any. ``lapsed_n`` are those of
    ``churn_n`` whose pause ran out: they pay nothing at the start of the month either.
    """

    windows: list[Window]
    rows: pa.Table
    write: Callable[[], str]
    foreign: bool = False

    @property
    def sql(self) -> str:
        """The query of the rows, written when it is asked for."""
        return self.write()


def movement_bridge(portfolio: Portfolio) -> Bridge:
    """The movement bridge of every month: start + new + reactivation + expansion - contraction - churn + fx = end.

    That of a listed part of a base is summed from the changes of the whole base, which are asked once.
    """
    if "bridge" not in portfolio.memo:
        base = ledger.base_of(portfolio)
        windows = ledger.months(base or portfolio)
        foreign = len(ledger.currencies(base or portfolio, ledger.source(portfolio))) > 1
        span = ("bridge", windows[0].start, windows[-1].end)

        def write() -> str:
            return portfolio.text(span, lambda: movements(portfolio, windows))

        portfolio.memo["bridge"] = Bridge(windows, _of_changes(changed(portfolio), windows), write, foreign)
    found: Bridge = portfolio.memo["bridge"]
    return found


def bridge_over(portfolio: Portfolio, window: Window) -> Bridge:
    """The movement bridge of the months of a window; one that the window cuts counts from its first or to its last day."""
    whole = movement_bridge(portfolio)
    cut = _cut(whole.windows, window)
    inside = [place for place, part in enumerate(cut) if window.start <= part.start and part.end <= window.end]
    if cut == whole.windows:
        rows, write = whole.rows, whole.write
    else:
        key = ("bridge over", window, cut[0].start, cut[-1].end)
        base = ledger.base_of(portfolio) or portfolio
        if key not in base.memo:
            base.memo[key] = moved_rows(base, cut)
        kept = base.memo[key] if base is portfolio else ledger.cut(portfolio, base.memo[key])
        rows = _of_changes(kept, cut)

        def write() -> str:
            return portfolio.text(key, lambda: movements(portfolio, cut))

    return Bridge([cut[place] for place in inside], rows.take(pa.array(inside, pa.int64())), write, whole.foreign)


def _cut(months: list[Window], window: Window) -> list[Window]:
    """The months where they make up the window; else its own calendar months, and what lies before and after them."""
    since, until = max(window.start, months[0].start), min(window.end, months[-1].end)
    if since >= until or {since, until} <= {day for month in months for day in (month.start, month.end)}:
        return months
    starts = [date(since.year + place // 12, place % 12 + 1, 1) for place in _places(since, until)]
    edges = sorted({months[0].start, since, *starts, until, months[-1].end})
    return [Window(*ends) for ends in itertools.pairwise(edges)]


def _places(since: date, until: date) -> range:
    """The months that begin between two days, counted from January of the first day's year."""
    return range(since.month, (until.year - since.year) * 12 + until.month - (until.day == 1))


CHANGED = "changed_rows"


def changed(portfolio: Portfolio) -> pa.Table:
    """The rows of `moved` over every month; those of a listed part are cut from the whole base's, asked once."""
    base = ledger.base_of(portfolio)
    if CHANGED not in portfolio.memo:
        rows = moved_rows(portfolio, ledger.months(portfolio)) if base is None else changed(base)
        portfolio.memo[CHANGED] = rows if base is None else ledger.cut(portfolio, rows)
    found: pa.Table = portfolio.memo[CHANGED]
    return found


def _of_changes(changes: pa.Table, windows: list[Window]) -> pa.Table:
    """The rows of `movements`, summed from the changes in hand."""
    both = _arrays(changes, len(windows))
    size, foreign = abs(both.closing - both.opening), both.now - both.closing
    kinds = {kind: (size, condition) for kind, condition in conditions(both).items()}

    def total(values: Any, place: Any) -> Any:
        found = np.zeros(len(windows) + 1, dtype=np.int64)
        np.add.at(found, place, values)
        return found

    def number(place: Any) -> Any:
        return np.bincount(place, minlength=len(windows) + 1)

    sums = {"net": total(both.now - both.opening, both.place)}
    sums["net_n"] = total(np.subtract(both.now > 0, both.opening > 0, dtype="int64"), both.place)
    for kind, (values, condition) in (kinds | {"fx": (foreign, foreign != 0)}).items():
        here = np.flatnonzero(condition)
        place = both.place.take(here)
        sums[kind], sums[f"{kind}_n"] = total(values.take(here), place), number(place)
    sums["lapsed_n"] = number(both.place.compress(both.lapsed))
    sums["churn_n"] = number(both.place.compress(kinds["churn"][1] | both.lapsed))
    for tail in ("", "_n"):
        sums["end" + tail] = np.cumsum(sums["net" + tail])
        sums["start" + tail] = sums["end" + tail] - sums["net" + tail]
    months = pa.array([window.closing for window in windows], pa.date32())
    return pa.table({"month": months, **{name: sums[name][1:] for name in FIGURES}})


def _arrays(rows: pa.Table, last: int) -> SimpleNamespace:
    """Columns of the rows of the months: place 0 is the opening of the first, others are left out."""
    seen = pc.min_max(rows["place"]).as_py()
    if len(rows) and (seen["min"] < 0 or seen["max"] > last):
        rows = rows.filter(pc.and_(pc.greater_equal(rows["place"], 0), pc.less_equal(rows["place"], last)))
    names = ("place", "opening", "closing", "now", "client_opening", "client_closing")
    whole = {name: pc.fill_null(rows[name], 0) if rows[name].null_count else rows[name] for name in names}
    arrays = {name: column.to_numpy().astype("int64", copy=False) for name, column in whole.items()}
    debut = pc.fill_null(rows["debut"].cast("int64"), NEVER).to_numpy()
    marks = {name: _marks(rows[name]) for name in ("held", "resumed", "lapsed")}
    return SimpleNamespace(**arrays, **marks, debut=debut)


def _marks(column: pa.ChunkedArray) -> Any:
    if not pc.any(column).as_py():
        return np.zeros(len(column), dtype=bool)
    return column.to_numpy(zero_copy_only=False).astype(bool)


def movements(portfolio: Portfolio, windows: list[Window]) -> Any:
    """Table ``month, start, <kind>…, fx, end`` and their numbers of accounts, one row per window, in order."""
    return _summed_by_month(moved(portfolio, windows), windows)


def _summed_by_month(changed: Any, windows: list[Window]) -> Any:
    by_place = changed.group_by("place").agg(**_measures(changed))
    order = ledger.places([windows[0].opening, *(window.closing for window in windows)])
    joined = order.left_join(by_place, "place").select("point", *(c for c in by_place.columns), at=order.place)
    counts = [name for name in by_place.columns if name != "place"]
    filled = joined.select("point", "at", **{name: joined[name].fill_null(0) for name in counts})
    run = ibis.window(order_by="at", preceding=None, following=0)
    ends = filled.mutate(end=filled.net.sum().over(run).cast("int64"), end_n=filled.net_n.sum().over(run).cast("int64"))
    ends = ends.mutate(start=ends.end - ends.net, start_n=ends.end_n - ends.net_n).filter(_.at > 0)
    return ends.select("point", *FIGURES).rename(month="point").order_by("month")


def _measures(both: Any) -> dict[str, Any]:
    change, foreign = both.closing - both.opening, both.now - both.closing
    measures: dict[str, Any] = {"net": (both.now - both.opening).sum()}
    measures["net_n"] = (both.now > 0).sum() - (both.opening > 0).sum()
    for kind, condition in conditions(both).items():
        measures[kind] = change.abs().sum(where=condition)
        measures[f"{kind}_n"] = ((condition | both.lapsed) if kind == "churn" else condition).sum()
    measures["fx"], measures["fx_n"], measures["lapsed_n"] = foreign.sum(), (foreign != 0).sum(), both.lapsed.sum()
    return {name: value.fill_null(0).cast("int64") for name, value in measures.items()}
