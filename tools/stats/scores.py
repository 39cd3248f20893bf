"""Scores: NPS and its change, quartile scores (metrics §3, §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from tools.stats.proportions import Z

Answers = tuple[int, int, int]


def nps_interval(promoters: int, passives: int, detractors: int) -> tuple[float, float]:
    """95 % adjusted-Wald interval of NPS (Rocks 2016), clipped to [-100, 100]."""
    n = promoters + passives + detractors + 3
    high, low = (promoters + 0.75) / n, (detractors + 0.75) / n
    half = Z * sqrt((high + low - (high - low) ** 2) / n)
    return max(-100.0, 100 * (high - low - half)), min(100.0, 100 * (high - low + half))


@dataclass(frozen=True, slots=True)
class Change:
    """A change with its 95 % interval and z; ``proven`` where the interval leaves nought out."""

    value: float
    interval: tuple[float, float]
    z: float | None

    @property
    def proven(self) -> bool:
        """True where the interval excludes zero."""
        return self.interval[0] > 0 or self.interval[1] < 0


def nps_change(before: Answers, after: Answers) -> Change:
    """Change of NPS between two independent samples of (promoters, passives, detractors), points -200 to 200.

    30 of 100 answers to 10 of 100: -20, interval [-42.3, 2.3], not proven (metrics §7). The point is the raw one; a
    sample in which all answers agree has the adjusted variance, so that a few of them never prove anything.
    """
    (first, spread), (second, other) = _nps(before), _nps(after)
    se = sqrt(spread + other)
    value = second - first
    interval = (max(-200.0, 100 * (value - Z * se)), min(200.0, 100 * (value + Z * se)))
    return Change(100 * value, interval, value / se if se else None)


def _nps(answers: Answers) -> tuple[float, float]:
    promoters, passives, detractors = answers
    n = promoters + passives + detractors
    high, low = promoters / n, detractors / n
    variance = (high + low - (high - low) ** 2) / n
    if variance < 1e-15:
        high_, low_ = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
        variance = (high_ + low_ - (high_ - low_) ** 2) / (n + 3)
    return high - low, variance


def quartile_score(values: Sequence[float], *, reverse: bool = False) -> tuple[list[int], tuple[float, float, float]]:
    """Scores 1-4 by right-closed quartiles (type 7 edges) and the edges; equal values always share a score.

    ``reverse``: the smallest value scores 4 (recency).
    """
    array = np.asarray(values, dtype=float)
    edges = np.quantile(array, [0.25, 0.5, 0.75])
    above = (array[:, None] > edges[None, :]).sum(axis=1)
    scores = 4 - above if reverse else 1 + above
    return [int(score) for score in scores], (float(edges[0]), float(edges[1]), float(edges[2]))
