"""What an action changes: treated against a control kept apart, its worth, and how many clients it takes to tell (§8)."""

from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

import numpy as np

from tools import stats

Quadrant = Literal["persuadable", "sure thing", "lost cause", "sleeping dog"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Treated less control with a 95 % interval; ``proven`` where the interval leaves zero out."""

    value: float
    interval: tuple[float, float]

    @property
    def proven(self) -> bool:
        """True where zero is not within the interval."""
        return self.interval[0] > 0 or self.interval[1] < 0


def of_shares(events: int, n: int, control_events: int, control_n: int) -> Difference:
    """Difference of two shares by Newcombe's method 10: 30/100 against 20/100 is +10 pp [-2.0, 21.7]."""
    return Difference(events / n - control_events / control_n, stats.newcombe(events, n, control_events, control_n))


def of_means(values: Any, control: Any) -> Difference:
    """Difference of two means with Welch's large-sample interval; each side needs two clients."""
    one, other = np.asarray(values, dtype=float), np.asarray(control, dtype=float)
    gap = float(one.mean() - other.mean())
    half = stats.Z * sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
    return Difference(gap, (gap - half, gap + half))


def expected_value(uplift: float, *, value: float, cost: float) -> float:
    """Worth of acting on one client: uplift x value - cost. +10 pp at 50,000 and 1,000 is +4,000; -5 pp is -3,500."""
    return uplift * value - cost


def quadrant(treated: float, untreated: float, *, margin: float = 0.0, likely: float = 0.5) -> Quadrant:
    """Who a client is by the chances of staying with and without the action; ``margin`` is what counts as a change."""
    if treated > untreated + margin:
        return "persuadable"
    if treated < untreated - margin:
        return "sleeping dog"
    return "sure thing" if untreated >= likely else "lost cause"


def gains(ranking: Any, treated: Any, outcome: Any) -> tuple[Any, Any]:
    """Incremental gain curve: share of clients taken from the top of the ranking, extra outcomes a treated client.

    At each point: outcomes of the treated less those of the control scaled to as many clients (Radcliffe 2007).
    Equal ranks are taken together.
    """
    rank, arm = np.asarray(ranking, dtype=float), np.asarray(treated, dtype=bool)
    won = np.asarray(outcome, dtype=float)
    values, place = np.unique(-rank, return_inverse=True)
    size = len(values)
    n_t, n_c = (np.cumsum(np.bincount(place, mask, size)) for mask in (arm, ~arm))
    y_t, y_c = (np.cumsum(np.bincount(place, won * mask, size)) for mask in (arm, ~arm))
    scaled = np.divide(y_c * n_t, n_c, out=np.zeros(size), where=n_c > 0)
    taken = np.concatenate([[0.0], (n_t + n_c) / len(rank)])
    return taken, np.concatenate([[0.0], (y_t - scaled) / arm.sum()])


def qini(ranking: Any, treated: Any, outcome: Any) -> float:
    """Area between the incremental gain curve and that of a random order; 0 for a ranking that knows nothing."""
    taken, gain = gains(ranking, treated, outcome)
    return float(np.trapezoid(gain, taken) - gain[-1] / 2)
