"""What two arms of unequal size can tell apart: difference of two shares, two-sided 5 %, unpooled variance (metrics §8)."""

from math import ceil, sqrt
from statistics import NormalDist

from tools.stats.proportions import Z

POWER = 0.80


def smallest_rise(share: float, target: int, control: int, *, power: float = POWER) -> float | None:
    """The smallest rise over the control's share that arms of these sizes show at that power; a fraction.

    None where even a rise to everyone would not be seen. 10 % with 683 an arm: 0.05 (to 15 %); 90 % with 432: 0.05.
    """
    if target < 1 or control < 1:
        return None
    reach = _reach(power) ** 2
    square = 1 + reach / target
    line = reach * (1 - 2 * share) / target
    rest = reach * share * (1 - share) * (1 / target + 1 / control)
    rise = (line + sqrt(line * line + 4 * square * rest)) / (2 * square)
    return rise if 0 < rise <= 1 - share + 1e-12 else None


def smallest_difference(share: float, n: int, *, power: float = POWER) -> float | None:
    """The smallest rise or fall of a share that ``n`` accounts in each arm show; None where even the largest would not.

    10 % with 432 an arm: a fall by 0.05 (§8).
    """
    found = [smallest_rise(start, n, n, power=power) for start in (share, 1 - share)]
    return min((move for move in found if move is not None), default=None)


def holdout(before: float, after: float, units: int, *, power: float = POWER) -> int | None:
    """The fewest of ``units`` to keep apart so that a share of ``before`` is told from ``after``; None where a half is too few.

    10 % to 5 % needs 292 of 5,000.
    """
    spread, other = before * (1 - before), after * (1 - after)
    limit = (after - before) ** 2 / _reach(power) ** 2

    def seen(control: int) -> bool:
        return spread / control + other / (units - control) <= limit * (1 + 1e-9)

    best = units * sqrt(spread) / (sqrt(spread) + sqrt(other)) if spread + other > 0 else 1
    low, high = 0, min(units // 2, max(1, ceil(best)))
    if high < 1 or not seen(high):
        high -= 1  # the best split lies between two whole numbers
        if high < 1 or not seen(high):
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high


def units_needed(before: float, after: float, control: float, *, power: float = POWER) -> int:
    """Units in both arms together, ``control`` of them kept apart (a fraction), to tell the two shares apart.

    10 % to 5 % at one half: 864; at a tenth: 2,992.
    """
    spread = before * (1 - before) / control + after * (1 - after) / (1 - control)
    return ceil(_reach(power) ** 2 * spread / (after - before) ** 2 - 1e-9)


def _reach(power: float) -> float:
    return Z + NormalDist().inv_cdf(power)
