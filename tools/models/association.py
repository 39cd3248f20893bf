"""Association of products: what is bought together, how surely, and whether it is more than chance (metrics §8)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FEW_PAIRS = 200


@dataclass(frozen=True, slots=True)
class Association:
    """Owners of A that also own B, among ``n`` baskets; every figure but ``conviction`` is known where A and B occur.

    ``conviction`` is None where nobody has A without B: the ratio has no value then, and is not infinity.
    """

    joint: int
    a: int
    b: int
    n: int

    @property
    def support(self) -> float:
        """Share of the baskets that hold both, 0 to 1."""
        return self.joint / self.n

    @property
    def confidence(self) -> float:
        """Share of the baskets with A that hold B; not symmetric."""
        return self.joint / self.a

    @property
    def lift(self) -> float:
        """P(AB) / (P(A) P(B)); 1.0 says nothing; symmetric."""
        return self.joint * self.n / (self.a * self.b)

    @property
    def leverage(self) -> float:
        """P(AB) - P(A) P(B)."""
        return self.joint / self.n - (self.a / self.n) * (self.b / self.n)

    @property
    def conviction(self) -> float | None:
        """(1 - P(B)) / (1 - confidence)."""
        return None if self.joint == self.a else (1 - self.b / self.n) / (1 - self.joint / self.a)


def associate(baskets: Iterable[Iterable[str]], a: Iterable[str], b: Iterable[str]) -> Association | None:
    """The association of two sets of items over baskets; None where one of them is in no basket.

    Of the five baskets of the mlxtend guide, Onion -> Eggs: support .6, confidence 1.0, lift 1.25, leverage .12.
    """
    first, second = frozenset(a), frozenset(b)
    held = [frozenset(basket) for basket in baskets]
    with_a, with_b = [first <= basket for basket in held], [second <= basket for basket in held]
    joint = sum(one and other for one, other in zip(with_a, with_b, strict=True))
    found = Association(joint, sum(with_a), sum(with_b), len(held))
    return found if found.a and found.b else None


def chance(joint: Sequence[int], a: Sequence[int], b: Sequence[int], n: int) -> list[float]:
    """One-sided Fisher p of each pair: so many or more joint owners, were A and B held independently.

    Of 100 accounts 5 hold A, 20 hold B and 2 both: 0.26, in spite of a lift of 2.
    """
    if not len(joint):
        return []
    if len(joint) > FEW_PAIRS:
        from scipy.stats import hypergeom  # costs a second to import: only where there are many pairs

        found = hypergeom.sf(np.asarray(joint) - 1, n, np.asarray(a), np.asarray(b))
        return [float(value) for value in np.clip(found, 0.0, 1.0)]
    ways = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])  # logarithms of factorials
    return [_tail(int(k), int(x), int(y), ways) for k, x, y in zip(joint, a, b, strict=True)]


def _tail(joint: int, a: int, b: int, ways: np.ndarray[Any, Any]) -> float:
    """Chance of ``joint`` or more of the ``b`` being among the ``a`` (hypergeometric)."""
    n = len(ways) - 1
    least = max(joint, a + b - n, 0)
    k = np.arange(least, min(a, b) + 1)
    inside = ways[a] - ways[k] - ways[a - k] + ways[n - a] - ways[b - k] - ways[n - a - b + k]
    return float(min(1.0, np.exp(inside - (ways[n] - ways[b] - ways[n - b])).sum()))


def adjusted(p: Sequence[float], *, tests: int | None = None) -> list[float]:
    """Benjamini-Hochberg q of each p, in the given order; ``tests`` is their number where more were made than listed.

    Tests not listed count as the largest p: the q of the others only grows by it. .01 .02 .03 .04 of four are .04 each.
    """
    values = np.asarray(p, dtype=float)
    if not len(values):
        return []
    order = np.argsort(values, kind="stable")
    ranks = np.arange(1, len(values) + 1)
    q = np.minimum.accumulate((values[order] * max(tests or 0, len(values)) / ranks)[::-1])[::-1]
    found = np.empty(len(values))
    found[order] = np.minimum(q, 1.0)
    return [float(value) for value in found]
