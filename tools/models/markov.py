"""Value of clients that move between segments: V = (I - P/(1+d))^-1 R (metrics §2.7; Pfeifer & Carraway 2000)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def value(moves: Any, reward: Any, *, discount: float, periods: int | None = None) -> Array:
    """Discounted value of a client now in each segment, its reward of today included.

    ``moves[i, j]`` is the share that goes from i to j in a period; a row may sum to less than one, the rest leave for
    good. ``periods`` ahead (4: today and four more), or for ever. Recency of 2000 at d=0.2: 52.320 for a fresh buyer.
    """
    step = np.asarray(moves, dtype=float) / (1 + discount)
    gain = np.asarray(reward, dtype=float)
    rows = step.sum(axis=1) * (1 + discount)
    if (step < 0).any() or (rows > 1 + 1e-9).any():
        raise ValueError("shares of moves lie between 0 and 1 and a row sums to at most 1")
    if periods is None:
        if discount <= 0:
            raise ValueError("a value for ever needs a discount above zero")
        return np.asarray(np.linalg.solve(np.eye(len(gain)) - step, gain))
    total = gain
    for _period in range(periods):
        total = gain + step @ total
    return np.asarray(total)


def recency(probabilities: Sequence[float], *, margin: float, contact: float) -> tuple[Array, Array]:
    """Moves and rewards of clients by recency of purchase: bought with the share given, else one recency further.

    The last state is lost. ``contact`` is spent on recencies 1 to n after the period, so a fresh buyer brings
    ``margin - contact`` and the others cost ``contact``.
    """
    n = len(probabilities)
    moves, reward = np.zeros((n + 1, n + 1)), np.full(n + 1, -contact)
    for state, bought in enumerate(probabilities):
        moves[state, 0] = bought
        moves[state, state + 1] = 1 - bought
    moves[n, n] = 1.0
    reward[0], reward[n] = margin - contact, 0.0
    return moves, reward


def of_table(
    counts: Mapping[tuple[str, str], float], rewards: Mapping[str, float], *, discount: float, periods: int | None
) -> Mapping[str, float]:
    """Value by segment from a table of moves, (from, to) to clients; ``rewards`` names the segments that pay.

    Whoever moves to a segment outside of ``rewards`` is gone. A segment that nobody was seen in is left out.
    """
    names = sorted(rewards)
    place = {name: index for index, name in enumerate(names)}
    moves, leaving = np.zeros((len(names), len(names))), np.zeros(len(names))
    for (start, end), clients in sorted(counts.items()):
        if start in place:
            leaving[place[start]] += clients
            if end in place:
                moves[place[start], place[end]] += clients
    shares = np.divide(moves, leaving[:, None], where=leaving[:, None] > 0, out=np.zeros_like(moves))
    worth = value(shares, [rewards[name] for name in names], discount=discount, periods=periods)
    return {name: float(worth[index]) for name, index in place.items() if leaving[index] > 0}
