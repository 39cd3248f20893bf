"""Proportions: intervals, differences, bounds of nothing seen, many tests at once, sizes of samples (metrics §9)."""

from collections.abc import Sequence
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np

Z = NormalDist().inv_cdf(0.975)


def wilson(events: int, n: int) -> tuple[float, float]:
    """95 % Wilson interval of a proportion, fractions 0-1; ``n`` above zero. 81 of 263: .2553-.3662 (metrics §9)."""
    share = events / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(0.0, middle - half) if events else 0.0, min(1.0, middle + half) if events < n else 1.0


def clopper_pearson(events: int, n: int) -> tuple[float, float]:
    """95 % exact interval of a proportion, for a guarantee: never covers less. 81 of 263: .2527-.3676 (metrics §9)."""
    from scipy.special import betaincinv

    low = float(betaincinv(events, n - events + 1, 0.025)) if events else 0.0
    high = float(betaincinv(events + 1, n - events, 0.975)) if events < n else 1.0
    return low, high


def newcombe(events: int, n: int, other_events: int, other_n: int) -> tuple[float, float]:
    """95 % interval of the difference ``events/n - other_events/other_n``, Newcombe's method 10 (metrics §9).

    Fractions, -1 to 1. 56/70 against 48/80 gives .0524-.3339.
    """
    first, second = events / n, other_events / other_n
    (low, high), (other_low, other_high) = wilson(events, n), wilson(other_events, other_n)
    down = sqrt((first - low) ** 2 + (other_high - second) ** 2)
    up = sqrt((high - first) ** 2 + (second - other_low) ** 2)
    return first - second - down, first - second + up


def rule_of_three(n: int) -> float:
    """Upper 95 % bound of a share of which nothing was seen in ``n``, by hand: 3/n, at most 1. n=20: .150."""
    return min(1.0, 3 / n)


def zero_bound(n: int) -> float:
    """Exact one-sided upper 95 % bound of a share of which nothing was seen in ``n``: 1 - .05^(1/n). n=20: .1391."""
    return float(1 - 0.05 ** (1 / n))


def adjusted(chances: Sequence[float]) -> list[float]:
    """Benjamini-Hochberg q-values of p-values, in their order: the share of false finds among those at or below."""
    found = np.asarray(chances, dtype=float)
    if found.size == 0:
        return []
    order = np.argsort(found, kind="stable")
    scaled = found[order] * len(found) / np.arange(1, len(found) + 1)
    falling = np.minimum.accumulate(scaled[::-1])[::-1]
    values = np.empty_like(falling)
    values[order] = np.minimum(falling, 1.0)
    return [float(value) for value in values]


def shrink(events: int, n: int, *, base: float, weight: float) -> float:
    """A share drawn to the base's for ranking, (k + w·base) / (n + w). 0 of 3 at 10 %, weight 20: 8.7 % (metrics §9)."""
    return (events + weight * base) / (n + weight)


def sample_size(share: float, half_width: float) -> int:
    """Accounts needed to know a share to ± ``half_width``, no finite-population correction: 5 pp at one half, 385."""
    return _up(share * (1 - share) * (1.96 / half_width) ** 2)


def per_arm(before: float, after: float, *, power: float = 0.80) -> int:
    """Accounts in each arm to see a share change, two-sided 5 %: 10 % to 8 % needs 3,211, 10 % to 5 % 432 (§8)."""
    if before == after:
        raise ValueError("two equal shares cannot be told apart by any number of accounts")
    reach = Z + NormalDist().inv_cdf(power)
    return _up(reach * reach * (before * (1 - before) + after * (1 - after)) / (before - after) ** 2)


def rescaled(share: float, days: float, to_days: float) -> float:
    """A loss rate of ``days`` as one of ``to_days``: 1 - (1-c)^(d'/d), never multiplied. 2 % a month: 21.53 % a year."""
    return float(1 - (1 - share) ** (to_days / days))


def _up(value: float) -> int:
    return ceil(value - 1e-9)
