"""Quartile scores (§3) and the mean of known components (§5)."""

from collections.abc import Sequence
from fractions import Fraction


def quartiles(values: Sequence[Fraction]) -> list[Fraction]:
    """The three edges by linear interpolation (type 7)."""
    ordered = sorted(values)
    found = []
    for quarter in (1, 2, 3):
        place = Fraction((len(ordered) - 1) * quarter, 4)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        found.append(ordered[low] + (place - low) * (ordered[high] - ordered[low]))
    return found


def scores(values: Sequence[Fraction], *, reverse: bool = False) -> list[int]:
    """1 to 4: one more than the edges below the value; equal values share a score."""
    edges = quartiles(values)
    plain = [1 + sum(edge < value for edge in edges) for value in values]
    return [5 - score for score in plain] if reverse else plain


def weighted(parts: Sequence[tuple[float, float | None]]) -> float | None:
    """Mean of the known scores by weight, weights made whole again; None where nothing is known."""
    known = [(weight, score) for weight, score in parts if score is not None]
    total = sum(weight for weight, _score in known)
    return sum(weight * score for weight, score in known) / total if total else None
