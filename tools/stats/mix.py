"""A change of a ratio of sums in two terms: within its groups, and by their mix (metrics §9)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True)
class Part:
    """One group in both periods: what happened out of how much (accounts or money), before and after."""

    before: float
    of_before: float
    after: float
    of_after: float


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change of a rate in two terms that sum to it: within the groups, and by their mix. Fractions.

    ``alarm``: the groups moved the other way than the total. ``standard_before`` and ``standard_after`` are the rates
    that both periods would have with the same mix, that of both together.
    """

    before: float
    after: float
    within: float
    mix: float
    standard_before: float
    standard_after: float

    @property
    def total(self) -> float:
        """The whole change."""
        return self.after - self.before

    @property
    def alarm(self) -> bool:
        """True where the sign within the groups is opposite to that of the total."""
        return min(abs(self.within), abs(self.total)) > NEGLIGIBLE and (self.within > 0) != (self.total > 0)


def decompose(parts: Mapping[str, Part]) -> Decomposition:
    """The change of sum/sum over groups: within = sum of mean share x change, mix = sum of share change x mean rate.

    A group that is there in one period only changes the mix, not the inside. Big clients churn 2.0 -> 1.8 % (100 -> 60),
    small 10.0 -> 9.5 % (100 -> 240): the total goes 6.00 -> 7.96 %, within -0.395 pp, mix +2.355 pp: alarm (trap 35).
    Both periods must hold something.
    """
    rows = [(part.before, part.of_before, part.after, part.of_after) for _name, part in sorted(parts.items())]
    hits, of, later_hits, later_of = np.array(rows, dtype=float).T
    if of.sum() <= 0 or later_of.sum() <= 0:
        raise ValueError("a comparison needs both periods")
    share, later_share = of / of.sum(), later_of / later_of.sum()
    first = np.divide(hits, of, out=np.zeros_like(hits), where=of > 0)
    second = np.divide(later_hits, later_of, out=np.zeros_like(hits), where=later_of > 0)
    first, second = np.where(of > 0, first, second), np.where(later_of > 0, second, first)
    within = float(((share + later_share) / 2 * (second - first)).sum())
    mix = float(((later_share - share) * (first + second) / 2).sum())
    pooled = (of + later_of) / (of + later_of).sum()
    return Decomposition(
        float(hits.sum() / of.sum()),
        float(later_hits.sum() / later_of.sum()),
        within,
        mix,
        float((pooled * first).sum()),
        float((pooled * second).sum()),
    )
