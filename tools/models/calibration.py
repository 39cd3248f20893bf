"""Does a score tell who leaves: AUC with its error, lift, calibration (metrics §5, §8, §9). Pure functions of arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from tools.stats import Z, wilson


def auc(scores: Any, labels: Any) -> float:
    """Chance that a leaver scores above a stayer, 0-1; ties count one half. Needs at least one of each."""
    score, label = np.asarray(scores, dtype=float), np.asarray(labels, dtype=bool)
    order = np.sort(score[~label])
    risky = score[label]
    wins = np.searchsorted(order, risky, side="left") + np.searchsorted(order, risky, side="right")
    return float(wins.sum() / (2 * len(order) * len(risky)))


def hanley_mcneil(area: float, positive: int, negative: int) -> float:
    """Standard error of an AUC (Hanley and McNeil 1982): .893 of 51 and 58 gives 0.0325."""
    both_high, both_low = area / (2 - area), 2 * area * area / (1 + area)
    spread = area * (1 - area) + (positive - 1) * (both_high - area * area) + (negative - 1) * (both_low - area * area)
    return sqrt(spread / (positive * negative))


def auc_interval(area: float, positive: int, negative: int) -> tuple[float, float]:
    """95 % interval of an AUC by Hanley-McNeil, within 0-1."""
    half = Z * hanley_mcneil(area, positive, negative)
    return max(0.0, area - half), min(1.0, area + half)


def average_precision(scores: Any, labels: Any) -> float:
    """Area under precision and recall by steps, 0-1; equal scores are one step. The base rate is the floor."""
    score, label = np.asarray(scores, dtype=float), np.asarray(labels, dtype=float)
    values, place = np.unique(-score, return_inverse=True)
    hits, sizes = np.bincount(place, label, len(values)), np.bincount(place, minlength=len(values))
    found, seen = np.cumsum(hits), np.cumsum(sizes)
    return float((hits * found / seen).sum() / label.sum())


def top_lift(scores: Any, labels: Any, *, share: float = 0.1) -> float:
    """Churn rate of the riskiest ``share`` over the rate of all; a tie at the edge counts in proportion.

    It is 1 for a score that knows nothing. Source: Gold 2020, listing 9_2 (metrics §5).
    """
    label = np.asarray(labels, dtype=float)
    weight = top_weights(scores, share=share)
    return float((weight * label).sum() / weight.sum() / label.mean())


def top_weights(scores: Any, *, share: float = 0.1) -> Any:
    """1 for each of the riskiest ``share``, 0 for the rest, a fraction for those tied at the edge."""
    score = np.asarray(scores, dtype=float)
    wanted = max(1.0, share * len(score))
    edge = np.sort(score)[::-1][int(np.ceil(wanted)) - 1]
    above, tied = score > edge, score == edge
    return above + tied * (wanted - above.sum()) / tied.sum()


def brier(chances: Any, labels: Any) -> float:
    """Mean squared distance of chance and outcome; p(1-p) of the base rate is what knowing nothing costs."""
    return float(np.mean((np.asarray(chances, dtype=float) - np.asarray(labels, dtype=float)) ** 2))


@dataclass(frozen=True, slots=True)
class Bin:
    """Clients of one tenth of the chances: how many, mean chance said, share that left with its Wilson interval."""

    n: int
    said: float
    left: float
    interval: tuple[float, float]


def deciles(chances: Any, labels: Any, *, bins: int = 10) -> list[Bin]:
    """Calibration by tenths of equal size, lowest chance first; equal chances are never split."""
    chance, label = np.asarray(chances, dtype=float), np.asarray(labels, dtype=float)
    edges = np.quantile(chance, np.linspace(0, 1, bins + 1)[1:-1])
    place = np.searchsorted(edges, chance, side="left")
    found = []
    for number in range(bins):
        inside = place == number
        n, events = int(inside.sum()), int(label[inside].sum())
        if n:
            found.append(Bin(n, float(chance[inside].mean()), events / n, wilson(events, n)))
    return found


def ece(chances: Any, labels: Any, *, bins: int = 10) -> float:
    """Expected calibration error: mean distance of chance said and share that left, over tenths by size."""
    found = deciles(chances, labels, bins=bins)
    return sum(item.n * abs(item.said - item.left) for item in found) / sum(item.n for item in found)


@dataclass(frozen=True, slots=True)
class Rate:
    """Churn of one band of a score: clients, how many left, share and Wilson interval (None for an empty band)."""

    band: str
    n: int
    left: int

    @property
    def share(self) -> float | None:
        """Share that left."""
        return self.left / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 95 % interval."""
        return wilson(self.left, self.n) if self.n else None


def by_band(bands: Sequence[str], labels: Sequence[bool]) -> list[Rate]:
    """Churn of red, yellow and green, in that order."""
    pairs = list(zip(bands, labels, strict=True))
    return [
        Rate(name, sum(1 for b, _ in pairs if b == name), sum(1 for b, left in pairs if b == name and left))
        for name in ("red", "yellow", "green")
    ]


def monotone(rates: Sequence[Rate]) -> bool:
    """True where each band loses a larger share than the next: else no claim may be made of colours."""
    shares = [rate.share for rate in rates if rate.share is not None]
    return len(shares) > 1 and all(one > other for one, other in zip(shares, shares[1:], strict=False))


def reweighted(parts: Any, labels: Any, names: Sequence[str], *, per_part: int = 10) -> dict[str, float] | None:
    """Weights learned from churn (L2 logistic on 0-100 parts), summing to 100; None on thin data.

    Needs ``per_part`` churns for each component and every component known. A component that does not lower churn
    gets no weight.
    """
    matrix, label = np.asarray(parts, dtype=float), np.asarray(labels, dtype=int)
    if label.sum() < per_part * len(names) or label.sum() == len(label):
        return None
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1.0, max_iter=1000).fit((matrix - matrix.mean(axis=0)) / 100, label)
    pull = np.maximum(0.0, -fitted.coef_[0])
    return {name: float(100 * p / pull.sum()) for name, p in zip(names, pull, strict=True)} if pull.sum() else None


def isotonic(scores: Any, labels: Any, *, least: int = 200) -> tuple[Any, Any] | None:
    """Score and chance of churn as a falling step curve; None below ``least`` churns (metrics §5)."""
    label = np.asarray(labels, dtype=float)
    if label.sum() < least:
        return None
    from sklearn.isotonic import IsotonicRegression

    curve = IsotonicRegression(increasing=False, out_of_bounds="clip").fit(np.asarray(scores, dtype=float), label)
    return curve.X_thresholds_, curve.y_thresholds_
