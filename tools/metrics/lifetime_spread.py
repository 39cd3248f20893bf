"""Intervals of the lifetime values that rest on more than one churn: by plan, and by month (metrics §2.1, §9)."""

from typing import Any

import numpy as np

from tools import cohorts
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
    """Interval of the monthly money over the mean of the churn of some months, a client redrawn with all of its months."""
    place = {account: at for at, account in enumerate(found.accounts)}
    every = []
    for month in months:
        table = cohorts.cohort(found.ask.portfolio, month)
        every.append(found.ask.portfolio.run(table.filter(table.opening > 0)).to_pylist())
    for account in sorted({row["account_id"] for rows in every for row in rows} - place.keys()):
        place[account] = len(place)
    size = len(months)
    sums = np.zeros((len(place), 2 * size + 2))
    sums[: len(found.money), -2], sums[: len(found.money), -1] = found.money, found.money > 0
    for at, rows in enumerate(every):
        for row in rows:
            mine = sums[place[row["account_id"]]]
            mine[at], mine[size + at] = 1, row["closing"] == 0 and not row["held"]

    def value(totals: Any) -> Any:
        opened, lost = totals[..., :size], totals[..., size : 2 * size]
        return totals[..., -2] / totals[..., -1] / (lost / opened).mean(axis=-1)

    return sums_interval(sums, value)
