"""Closed forms of lifetime value and their interval: plain arithmetic over arrays (metrics §2.1, §9)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.stats import BOOTSTRAP_UP_TO, DRAWS, SEED, Z

Array = np.ndarray[Any, np.dtype[np.float64]]
MONTH_DAYS = 365 / 12
COUNTS = 1 << 14  # above any number of clients that is redrawn
COUNTED = np.array([1.0, COUNTS, COUNTS**2])


def monthly_discount(discount_year: float) -> float:
    """Discount a month of a discount a year: 0.10 gives 0.00797."""
    return float((1 + discount_year) ** (1 / 12) - 1)


def monthly_churn(share: float, *, days: float) -> float:
    """Churn a month (30.4167 days) of a share lost in ``days``: 30 of 500 lost in 92 days are 0.02025."""
    return float(1 - (1 - share) ** (MONTH_DAYS / days))


def discounted(monthly: float, churn: float, *, discount_year: float, months: int) -> float:
    """Value of ``months`` payments, the first now: 80 at 3 % churn and 10 % a year over 60 months is 1911.47."""
    kept = (1 - churn) / (1 + discount_year) ** (1 / 12)
    return monthly * (months if kept == 1 else (1 - kept**months) / (1 - kept))


def endless(monthly: float, churn: float, *, discount_year: float, first: bool = True) -> float:
    """The same without a horizon: 2123.50, or 2043.50 where the ``first`` payment is not counted."""
    step = monthly_discount(discount_year)
    return monthly * ((1 + step) if first else (1 - churn)) / (step + churn)


def simple(monthly: float, churn: float) -> float:
    """Monthly money over churn above zero, neither discounted nor capped: 80 at 3 % is 2666.67."""
    return monthly / churn


def most_churn(n: int) -> float:
    """Upper one-sided 95 % bound of a share of which none of ``n`` was seen: 25 give 0.1129."""
    return float(1 - 0.05 ** (1 / n))


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of a base (opened, lost, closing money, closing clients) and their sums in each redrawn base, if redrawn.

    The rows are sorted, so that an interval depends neither on names nor on the order of rows.
    """

    rows: Array
    drawn: Array | None

    @staticmethod
    def of(opened: Any, lost: Any, closing: Any) -> "Sample":
        """The base redrawn 10,000 times, up to 5,000 clients; not redrawn above."""
        opened, lost, closing = (np.asarray(column, dtype=float) for column in (opened, lost, closing))
        rows = np.stack([opened, lost, closing, (closing > 0).astype(float)], axis=1)
        rows = rows[np.lexsort((closing, lost, opened))]
        return Sample(rows, _redrawn(rows) if len(rows) <= BOOTSTRAP_UP_TO else None)

    def interval(self, value: Callable[[Any, Any], Any]) -> tuple[tuple[float, float] | None, str | None]:
        """95 % interval of ``value(mean closing money, share lost)`` and its method; None where it has no upper end."""
        if self.drawn is None:
            return _linearised(self.rows, value), "linearised"
        with np.errstate(divide="ignore", invalid="ignore"):
            found = value(*_means(self.drawn))
        found = found[~np.isnan(found)]
        if len(found) < DRAWS / 2:
            return None, None
        low, high = (float(edge) for edge in np.quantile(found, [0.025, 0.975], method="nearest"))
        return ((low, high), f"bootstrap of accounts, {DRAWS} draws") if np.isfinite(high) else (None, None)


def _means(sums: Array) -> tuple[Array, Array]:
    return sums[..., 2] / sums[..., 3], sums[..., 1] / sums[..., 0]


def _redrawn(rows: Array) -> Array:
    """Sums of the rows over 10,000 bases drawn with replacement, at a stated seed."""
    generator, money, counts = np.random.default_rng(SEED), np.empty(DRAWS), np.empty(DRAWS)
    paid = np.ascontiguousarray(rows[:, 2])
    marks = rows[:, [0, 1, 3]] @ COUNTED  # three marks of nought or one, summed in one pass and exactly
    batch = max(1, 200_000 // max(len(rows), 1))
    for start in range(0, DRAWS, batch):
        size = min(batch, DRAWS - start)
        drawn = generator.integers(0, len(rows), size=(size, len(rows)))
        money[start : start + size] = paid.take(drawn).sum(axis=1)
        counts[start : start + size] = marks.take(drawn).sum(axis=1)
    whole = counts.astype(np.int64)
    return np.stack([whole % COUNTS, whole // COUNTS % COUNTS, money, whole // COUNTS**2], axis=1).astype(float)


def _linearised(rows: Array, value: Callable[[Any, Any], Any]) -> tuple[float, float]:
    total = rows.sum(axis=0)
    money, share = _means(total)
    middle, step = value(money, share), 1e-6
    by_money = (value(money * (1 + step), share) - middle) / (money * step)
    by_share = (value(money, share * (1 + step)) - middle) / (share * step)
    pull = by_money * (rows[:, 2] - money * rows[:, 3]) / total[3]
    pull = pull + by_share * (rows[:, 1] - share * rows[:, 0]) / total[0]
    spread = Z * float(np.sqrt(pull @ pull))
    return float(middle) - spread, float(middle) + spread
