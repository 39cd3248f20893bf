"""Answers and recommendations (§7)."""

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from tests.oracle.rules import Span, Tables

Z = 1.959963984540054


@dataclass(frozen=True)
class Answers:
    """Promoters, detractors and all answers."""

    promoters: int
    detractors: int
    n: int


def answers(tables: Tables, span: Span) -> Answers:
    """The answers of the window."""
    scores = [row["score"] for row in tables.get("surveys", ()) if span.start <= row["date"] < span.end]
    return Answers(sum(score >= 9 for score in scores), sum(score <= 6 for score in scores), len(scores))


def nps(found: Answers) -> Fraction | None:
    """-100 to 100."""
    return Fraction(100 * (found.promoters - found.detractors), found.n) if found.n else None


def interval(found: Answers) -> tuple[float, float] | None:
    """Adjusted-Wald 95 % interval, within -100 and 100."""
    if not found.n:
        return None
    n, up, down = found.n + 3, (found.promoters + 0.75) / (found.n + 3), (found.detractors + 0.75) / (found.n + 3)
    half = Z * sqrt((up + down - (up - down) ** 2) / n)
    return max(100 * (up - down - half), -100.0), min(100 * (up - down + half), 100.0)
