"""Intervals of the lifetime values that rest on more than one churn: by plan, and by month (metrics §2.1, §9)."""

from typing import Any

import numpy as np
import pyarrow.compute as pc

from tools import bridge
from tools.metrics.lifetime_base import Basis, monthly_of
from tools.reading import Window
from tools.stats import sums_interval

Found = tuple[tuple[float, float] | None, str | None]


def of_plans(found: Basis, places: Any, *, discounted: bool) -> Found:
    """Interval of the mean over clients, each plan of ``places`` with a churn of its own, place 0 with that of the base."""
    paying = found.money > 0
    size = int(places.max()) + 1
    mine = np.eye(size)[places]
    parts = [mine * column[:, None] for column in (found.opened, found.lost, found.money * paying)]
    rows = np.hstack([*parts, paying[:, None]])

    def value(sums: Any) -> Any:
        opened, lost, money = (sums[..., at * size : (at + 1) * size] for at in range(3))
        whole = lost.sum(axis=-1, keepdims=True) / opened.sum(axis=-1, keepdims=True)
        own = lost[..., 1:] / opened[..., 1:]
        share = np.concatenate([whole, own], axis=-1)
        worth = found.value(money, share) if discounted else money / monthly_of(share, found.days)
        return np.where(money == 0, 0.0, worth).sum(axis=-1) / sums[..., -1]

    return sums_interval(rows, value)


def of_months(found: Basis, months: list[Window]) -> Found:
    """Interval of the monthly money over the mean of the churn of some last months, a client redrawn with all of its months.

    Who could be lost and who was are those of the movement bridge: a pause that ran out is a loss of that month.
    """
    exposed, lost, every = _by_month(found, len(months))
    size = len(months)
    sums = np.zeros((every, 2 * size + 2))
    sums[:, :size], sums[:, size : 2 * size] = exposed, lost
    sums[: len(found.money), -2], sums[: len(found.money), -1] = found.money, found.money > 0

    def value(totals: Any) -> Any:
        opened, gone = totals[..., :size], totals[..., size : 2 * size]
        return totals[..., -2] / totals[..., -1] / (gone / opened).mean(axis=-1)

    return sums_interval(sums[sums.any(axis=1)], value)


def _by_month(found: Basis, size: int) -> tuple[Any, Any, int]:
    """Marks of each client by month, those of the basis first: could be lost in it, was lost in it; and how many."""
    portfolio = found.ask.portfolio
    rows, points = bridge.changed(portfolio), len(bridge.movement_bridge(portfolio).windows)
    place = {account: at for at, account in enumerate(found.accounts)}
    named = rows["account_id"].to_pylist()
    for account in sorted(set(named) - place.keys()):
        place[account] = len(place)
    who, every = np.array([place[account] for account in named], dtype=np.int64), len(place)
    at, opening, now, client_closing = (
        pc.fill_null(rows[name], 0).to_numpy() for name in ("place", "opening", "now", "client_closing")
    )
    held, lapsed = (rows[name].to_numpy(zero_copy_only=False).astype(bool) for name in ("held", "lapsed"))
    begun = (now > 0).astype(float) - (opening > 0)
    gone = ((opening > 0) & (client_closing == 0) & ~held) | lapsed

    def summed(values: Any) -> Any:
        return np.bincount(who, values, minlength=every)

    last = range(points - size + 1, points + 1)
    exposed = [summed(begun * (at < month)) + summed(lapsed & (at == month)) for month in last]
    return np.stack(exposed, axis=1), np.stack([summed(gone & (at == month)) for month in last], axis=1), every
