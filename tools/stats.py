"""Intervals and curves of metrics §9, §2.6 and §7, exact and small."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np

Z = NormalDist().inv_cdf(0.975)
SEED = 42
DRAWS = 10_000
BOOTSTRAP_UP_TO = 5_000


def wilson(events: int, n: int) -> tuple[float, float]:
    """95 % Wilson interval of a proportion; ``n`` above zero."""
    share = events / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(0.0, middle - half) if events else 0.0, min(1.0, middle + half) if events < n else 1.0


def nps_interval(promoters: int, passives: int, detractors: int) -> tuple[float, float]:
    """95 % adjusted-Wald interval of NPS (Rocks 2016), clipped to [-100, 100]."""
    n = promoters + passives + detractors + 3
    high, low = (promoters + 0.75) / n, (detractors + 0.75) / n
    half = Z * sqrt((high + low - (high - low) ** 2) / n)
    return max(-100.0, 100 * (high - low - half)), min(100.0, 100 * (high - low + half))


def ratio_interval(numerators: Sequence[int], denominators: Sequence[int]) -> tuple[tuple[float, float], str]:
    """95 % interval of sum/sum over accounts, and the method: bootstrap of accounts, or linearised variance if many."""
    top, bottom = np.asarray(numerators, dtype=float), np.asarray(denominators, dtype=float)
    n = len(top)
    if n > BOOTSTRAP_UP_TO:
        ratio = top.sum() / bottom.sum()
        spread = float(np.sqrt(n * np.var(top - ratio * bottom, ddof=1)) / bottom.sum())
        return (float(ratio) - Z * spread, float(ratio) + Z * spread), "linearised"
    generator = np.random.default_rng(SEED)
    ratios = np.empty(DRAWS)
    batch = max(1, 2_000_000 // max(n, 1))
    for start in range(0, DRAWS, batch):
        size = min(batch, DRAWS - start)
        drawn = generator.integers(0, n, size=(size, n))
        ratios[start : start + size] = top[drawn].sum(axis=1) / bottom[drawn].sum(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return (float(low), float(high)), f"bootstrap of accounts, {DRAWS} draws"


@dataclass(frozen=True, slots=True)
class Incidence:
    """Share that reached the event by each day, others leaving before it counted as a competing event."""

    times: tuple[float, ...]
    reached: tuple[float, ...]
    median: float | None
    median_ci: tuple[float, float | None] | None

    def by(self, day: float) -> float:
        """Share that reached the event by ``day``."""
        shares = [share for time, share in zip(self.times, self.reached, strict=True) if time <= day]
        return shares[-1] if shares else 0.0


def incidence(days: Sequence[float], events: Sequence[int]) -> Incidence:
    """Aalen-Johansen cumulative incidence; ``events``: 1 reached, 2 left before, 0 not yet (censored at its day).

    Without leavers it is one minus Kaplan-Meier. The median is the first day with at least half reached.
    """
    order = np.argsort(days, kind="stable")
    time, kind = np.asarray(days, dtype=float)[order], np.asarray(events)[order]
    at_risk, survival, total, greenwood = len(time), 1.0, 0.0, 0.0
    times: list[float] = []
    reached: list[float] = []
    lows: list[float] = []
    highs: list[float] = []
    for moment in np.unique(time):
        here = kind[time == moment]
        hits, leaves = int((here == 1).sum()), int((here == 2).sum())
        if hits:
            total += survival * hits / at_risk
        if hits + leaves < at_risk:
            greenwood += (hits + leaves) / (at_risk * (at_risk - hits - leaves))
        survival *= 1 - (hits + leaves) / at_risk
        at_risk -= len(here)
        if hits:
            low, high = _loglog(1 - total, greenwood)
            times, reached = [*times, float(moment)], [*reached, total]
            lows, highs = [*lows, 1 - high], [*highs, 1 - low]
    median = _first(times, reached)
    early, late = _first(times, highs), _first(times, lows)
    interval = None if median is None or early is None else (early, late)
    return Incidence(tuple(times), tuple(reached), median, interval)


def _loglog(survival: float, greenwood: float) -> tuple[float, float]:
    if not 0 < survival < 1:
        return survival, survival
    spread = Z * sqrt(greenwood) / abs(log(survival))
    bounds = sorted((survival ** exp(spread), survival ** exp(-spread)))
    return bounds[0], bounds[1]


def _first(times: Sequence[float], shares: Sequence[float]) -> float | None:
    return next((time for time, share in zip(times, shares, strict=True) if share >= 0.5 - 1e-12), None)


def quartile_score(values: Sequence[float], *, reverse: bool = False) -> tuple[list[int], tuple[float, float, float]]:
    """Scores 1-4 by right-closed quartiles (type 7 edges) and the edges; equal values always share a score.

    ``reverse``: the smallest value scores 4 (recency).
    """
    array = np.asarray(values, dtype=float)
    edges = np.quantile(array, [0.25, 0.5, 0.75])
    above = (array[:, None] > edges[None, :]).sum(axis=1)
    scores = 4 - above if reverse else 1 + above
    return [int(score) for score in scores], (float(edges[0]), float(edges[1]), float(edges[2]))
