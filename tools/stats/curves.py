"""Aalen-Johansen cumulative incidence with its variance (metrics §2.6, §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.stats.proportions import Z


@dataclass(frozen=True, slots=True)
class Incidence:
    """Share that reached the event by each day, others leaving before it counted as a competing event.

    ``low`` and ``high`` are the 95 % log-log interval of ``reached`` by day, ``se`` its standard error.
    """

    times: tuple[float, ...]
    reached: tuple[float, ...]
    median: float | None
    median_ci: tuple[float, float | None] | None
    se: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    def by(self, day: float) -> float:
        """Share that reached the event by ``day``."""
        place = int(np.searchsorted(self.times, day, side="right"))
        return self.reached[place - 1] if place else 0.0


def incidence(days: Sequence[float], events: Sequence[int]) -> Incidence:
    """Aalen-Johansen cumulative incidence; ``events``: 1 reached, 2 left before, 0 not yet (censored at its day).

    Without leavers it is one minus Kaplan-Meier, and the variance is Greenwood's; without censoring it is the plain
    share p, and the variance p(1-p)/n. The variance is the delta-method one (Marubini and Valsecchi 1995). The median
    is the first day with at least half reached. 4 reach day 5, 4 leave day 10, 2 reach day 15: 0.60.
    """
    moments, at_risk, hits, leaves = counted(days, events)
    both = hits + leaves
    survival = np.cumprod(1 - both / at_risk)
    before = np.concatenate([[1.0], survival[:-1]]) if len(survival) else survival
    total = np.cumsum(before * hits / at_risk)
    se = np.sqrt(np.maximum(0.0, _variance(total, before, at_risk=at_risk, hits=hits, both=both)))
    lows, highs = loglog(1 - total, se)
    here = hits > 0
    times, reached = moments[here], total[here]
    low, high = 1 - highs[here], 1 - lows[here]
    median, early, late = (_first(times, share) for share in (reached, high, low))
    interval = None if median is None or early is None else (early, late)
    return Incidence(_plain(times), _plain(reached), median, interval, _plain(se[here]), _plain(low), _plain(high))


def counted(days: Sequence[float], events: Sequence[int]) -> tuple[Any, Any, Any, Any]:
    """By distinct day: the day, number at risk just before it, events 1 and events 2 on it; events precede censoring."""
    time, kind = np.asarray(days, dtype=float), np.asarray(events, dtype=int)
    moments, place = np.unique(time, return_inverse=True)
    size = len(moments)
    leaving = np.bincount(place, minlength=size)
    at_risk = len(time) - np.concatenate([[0], np.cumsum(leaving)[:-1]]) if size else leaving
    hits = np.bincount(place, weights=kind == 1, minlength=size)
    return moments, at_risk.astype(float), hits, np.bincount(place, weights=kind == 2, minlength=size)


def loglog(survival: Any, se: Any) -> tuple[Any, Any]:
    """95 % log-log bounds of a survival curve from its standard errors; at 0 and 1 the bounds are the point itself."""
    low, high = survival.copy(), survival.copy()
    inside = (survival > 1e-12) & (survival < 1 - 1e-12)
    point = survival[inside]
    spread = np.exp(np.minimum(50.0, Z * se[inside] / (point * np.abs(np.log(point)))))
    low[inside], high[inside] = point**spread, point ** (1 / spread)
    return low, high


def _variance(total: Any, before: Any, *, at_risk: Any, hits: Any, both: Any) -> Any:
    """Variance of the incidence on each day: three sums, each expanded so that a running sum gives every day."""
    left = at_risk - both
    greenwood = np.divide(both, at_risk * left, out=np.zeros(len(both)), where=left > 0)
    crossed = before * hits / at_risk**2
    own = before**2 * (at_risk - hits) * hits / at_risk**3
    sums = [np.cumsum(part) for part in (greenwood, greenwood * total, greenwood * total**2, crossed, crossed * total)]
    spread = total**2 * sums[0] - 2 * total * sums[1] + sums[2]
    return spread + np.cumsum(own) - 2 * (total * sums[3] - sums[4])


def _first(times: Any, shares: Any) -> float | None:
    found = np.flatnonzero(shares >= 0.5 - 1e-12)
    return float(times[found[0]]) if len(found) else None


def _plain(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
