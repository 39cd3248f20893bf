"""A score from weighted components: percentiles by a frozen reference, and why the score moved (metrics §5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Parts = Mapping[str, float]
Band = Literal["red", "yellow", "green"]


def weighted(parts: Parts, weights: Mapping[str, float]) -> float | None:
    """Mean of the known parts by weight, 0-100; None where nothing known has weight.

    Weights 20 15 22 and scores 47 59 21 give 40.12 (Gainsight, metrics §5). Unknown parts are left out, never filled.
    """
    known = sum(weights[name] for name in parts)
    return sum(weights[name] * value for name, value in parts.items()) / known if known > 0 else None


def coverage(parts: Parts, weights: Mapping[str, float]) -> float:
    """Weight of the known parts over all weight, 0-1."""
    return sum(weights[name] for name in parts) / sum(weights.values())


def means(parts: Mapping[str, Sequence[float | None]], weights: Mapping[str, float]) -> tuple[Any, Any]:
    """`weighted` (NaN for None) and `coverage` of many accounts: columns of parts in one order, None where unknown."""
    size = max((len(column) for column in parts.values()), default=0)
    total, known = np.zeros(size), np.zeros(size)
    for name, column in parts.items():
        values = np.array(column, dtype=float)
        total += np.where(np.isnan(values), 0.0, weights[name] * values)
        known += np.where(np.isnan(values), 0.0, weights[name])
    return np.where(known > 0, total, np.nan) / np.where(known > 0, known, 1.0), known / sum(weights.values())


def band(score: float, *, red: float = 50, green: float = 75) -> Band:
    """The colour of a score; a bound belongs to the band below it: 50 is red, 75 yellow (Gainsight)."""
    return "red" if score <= red else "green" if score > green else "yellow"


@dataclass(frozen=True, slots=True)
class Change:
    """Why a score moved: parts known at both dates, then coverage, then norms; ``total`` is their sum to 1e-9."""

    before: float
    after: float
    parts: Mapping[str, float]
    coverage: float
    norms: float

    @property
    def total(self) -> float:
        """Score at the later date less that at the earlier one."""
        return self.after - self.before


def change(
    before: Parts, after: Parts, weights: Mapping[str, float], *, after_old_norms: Parts | None = None
) -> Change | None:
    """The change of one score, exactly additive; None where a date has no score or no part is known at both.

    ``after_old_norms`` are the later parts under the earlier reference: the difference to ``after`` is the norms' own
    effect. Weights .4 .2 .15 .15 .1 with 80 60 50 70 100, then 50 65 50 unknown 100: usage -14.12, adoption +1.18,
    coverage +0.35, total -12.59 (metrics §5).
    """
    middle = after if after_old_norms is None else after_old_norms
    first, held, last = weighted(before, weights), weighted(middle, weights), weighted(after, weights)
    common = [name for name in weights if name in before and name in middle]
    total = sum(weights[name] for name in common)
    if first is None or held is None or last is None or total <= 0:
        return None
    parts = {name: weights[name] * (middle[name] - before[name]) / total for name in common}
    shared_before = sum(weights[name] * before[name] for name in common) / total
    shared_after = sum(weights[name] * middle[name] for name in common) / total
    return Change(first, last, parts, (shared_before - first) + (held - shared_after), last - held)


@dataclass(frozen=True, slots=True)
class Movement:
    """Why the mean of a base moved: clients of both dates, those who came, who left, and the norms; they sum to ``total``."""

    before: float
    after: float
    stayers: float
    entrants: float
    leavers: float
    counts: tuple[int, int, int]
    norms: float = 0.0

    @property
    def total(self) -> float:
        """Mean at the later date less that at the earlier one."""
        return self.after - self.before


def movement(before: Parts, after: Parts, *, after_old_norms: Parts | None = None) -> Movement | None:
    """The change of the mean over accounts; None where a date has no account, or no account is in both.

    ``after_old_norms`` are the later scores of the same accounts under the earlier reference: clients are compared by
    them, and the difference of the two later means is the norms' own effect.
    A 80 to 75, B 60 to 60, C 20 left, D new 90: 53.33 to 75.00 is -2.5 of those who stayed, +7.5 of the new one and
    +16.67 of the one who left (metrics §5).
    """
    stay = [account for account in before if account in after]
    if not stay:
        return None
    held = after if after_old_norms is None else after_old_norms
    first, middle, last = _mean(before.values()), _mean(held[a] for a in after), _mean(after.values())
    stay_first, stay_last = _mean(before[a] for a in stay), _mean(held[a] for a in stay)
    counts = (len(stay), len(after) - len(stay), len(before) - len(stay))
    moved = (stay_last - stay_first, middle - stay_last, stay_first - first)
    return Movement(first, last, *moved, counts=counts, norms=last - middle)


def _mean(values: Any) -> float:
    found = list(values)
    return float(sum(found)) / len(found)


@dataclass(frozen=True, slots=True)
class Reference:
    """Sorted winsorised values of a component, by size band; band -1 is the whole base."""

    sorted_values: Mapping[int, Any]
    bounds: tuple[float, float]


def reference(values: Any, bands: Any, *, least: int) -> Reference:
    """The frozen reference of a component: values of each band of at least ``least`` clients, and of the whole base.

    Values beyond the 1st and 99th percentiles are set to them, so that one giant does not stretch the scale.
    """
    low, high = np.quantile(values, [0.01, 0.99])
    held = np.clip(values, low, high)
    found = {-1: np.sort(held)}
    for number in np.unique(bands[bands >= 0]):
        inside = held[bands == number]
        if len(inside) >= least:
            found[int(number)] = np.sort(inside)
    return Reference(found, (float(low), float(high)))


def percentiles(values: Any, bands: Any, norm: Reference) -> Any:
    """Mid-rank percentile 0-100 of each value within its band's reference; equal values share theirs."""
    held = np.clip(values, *norm.bounds)
    result = np.empty(len(held))
    chosen = np.where(np.isin(bands, [key for key in norm.sorted_values if key >= 0]), bands, -1)
    for number in np.unique(chosen):
        ordered, mine = norm.sorted_values[int(number)], chosen == number
        below = np.searchsorted(ordered, held[mine], side="left")
        upto = np.searchsorted(ordered, held[mine], side="right")
        result[mine] = 100 * (below + upto) / (2 * len(ordered))
    return result
