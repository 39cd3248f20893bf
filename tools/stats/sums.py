"""Interval of a figure made of sums over accounts, whatever its form (metrics §9)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tools.reading import significant
from tools.stats.money import BOOTSTRAP_UP_TO, DRAWS, SEED
from tools.stats.proportions import Z

BATCH = 2_000_000  # cells drawn at once
STEP = 1e-6  # of a sum, for the slope of a figure by it


def sums_interval(rows: Any, value: Callable[[Any], Any]) -> tuple[tuple[float, float] | None, str | None]:
    """95 % interval of ``value`` of the column sums of ``rows`` (a row per account), and its method.

    ``value`` takes sums, one column a quantity on the last axis, and gives the figure of each; doubling every sum must
    not change it. Accounts are redrawn 10,000 times at a stated seed, above 5,000 accounts the variance is linearised.
    None where the figure has no upper end, or no value in most draws. The order of the accounts does not matter.
    """
    held = np.asarray(rows, dtype=float)
    held = held[np.lexsort(held.T)]
    if len(held) > BOOTSTRAP_UP_TO:
        low, high = _linearised(held, value)
        return (significant(low), significant(high)), "linearised"
    with np.errstate(divide="ignore", invalid="ignore"):
        found = value(_redrawn(held))
    found = found[~np.isnan(found)]
    if len(found) < DRAWS / 2:
        return None, None
    low, high = (float(edge) for edge in np.quantile(found, [0.025, 0.975], method="nearest"))
    if not np.isfinite(high):
        return None, None
    return (significant(low), significant(high)), f"bootstrap of accounts, {DRAWS} draws"


def _redrawn(rows: Any) -> Any:
    generator, n = np.random.default_rng(SEED), len(rows)
    sums, batch = np.empty((DRAWS, rows.shape[1])), max(1, BATCH // n)
    for start in range(0, DRAWS, batch):
        size = min(batch, DRAWS - start)
        drawn = generator.integers(0, n, size=(size, n)) + n * np.arange(size)[:, None]
        times = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        sums[start : start + size] = times.astype(float) @ rows
    return sums


def _linearised(rows: Any, value: Callable[[Any], Any]) -> tuple[float, float]:
    total = rows.sum(axis=0)
    middle, slopes = float(value(total)), np.zeros(len(total))
    for column in np.flatnonzero(total):
        moved = total.copy()
        moved[column] *= 1 + STEP
        slopes[column] = (float(value(moved)) - middle) / (total[column] * STEP)
    spread = Z * float(np.sqrt(len(rows) * np.var(rows @ slopes, ddof=1)))
    return middle - spread, middle + spread
