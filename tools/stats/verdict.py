"""When a rate may be stated, and the sentence that stands in its place when it may not (metrics §9)."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

from tools.reading import Status
from tools.stats.proportions import Z, per_arm, wilson, zero_bound
from tools.text import Language, Text

ENOUGH_UP_TO = 1_000_000


class Thresholds(Protocol):
    """What `verdict` reads of a policy."""

    def __getitem__(self, key: str) -> float: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """May a rate be stated: its status, the sentence for where it may not, the interval, how many accounts it takes.

    ``bound`` is the upper bound to state where nothing was seen; ``names_only``: so few accounts that they are listed
    by name and no rate is computed.
    """

    status: Status
    reason: Text | None
    interval: tuple[float, float] | None
    needed: int | None = None
    bound: float | None = None
    names_only: bool = False


def verdict(events: int, n: int, policy: Thresholds, *, census: bool = False, against: float | None = None) -> Verdict:
    """Whether ``events`` of ``n`` may be stated as a rate (of a group, or of what is to come) under the policy.

    Silent below 30 accounts, or where the Wilson interval is wider than 20 points or than 1.2 of the rate; nothing
    seen is stated by its upper bound, never as no risk. ``census``: the whole base, what happened in it; always
    stated. ``against``: the rate to tell it from, for the number of accounts needed. 3 of 40 is insufficient, 30 of
    300 is stated (metrics §9).
    """
    if n == 0:
        return Verdict("undefined", Text("no client to count over", "нет клиентов, по которым считать"), None)
    interval = wilson(events, n)
    bound = zero_bound(n) if events == 0 else None
    if census or _enough(events / n, n, policy):
        return Verdict("ok", None, interval, bound=bound)
    needed = _needed(events / n, n, policy, against=against)
    names_only = n < policy["names_only_below"]
    pattern = NAMES if names_only else SILENT.fill(needs=_needs(events / n, against))
    reason = _filled(pattern, events=events, n=n, interval=interval, needed=needed, against=against)
    return Verdict("insufficient", reason, interval, needed, bound, names_only)


SILENT = Text(
    "Not enough data: clients {n}, events {k}; 95% interval {lo}–{hi}.{needs} For now only this can be said: {counts}.",
    "Данных недостаточно: клиентов {n}, событий {k}; 95 % интервал {lo}–{hi}.{needs} "
    "Сейчас можно утверждать только: {counts}.",
)
NAMES = Text(
    "Too few clients for a rate: {counts}. They are listed by name instead.",
    "Клиентов слишком мало для доли: {counts}. Вместо доли они перечислены поимённо.",
)
APART = Text(" To tell {a} from {b}, ≈{needed} clients are needed.", " Чтобы отличить {a} от {b}, нужно ≈{needed}.")
NARROW = Text(
    " To state the rate, ≈{needed} clients are needed if it stays at {a}.",
    " Чтобы назвать долю, нужно ≈{needed} клиентов, если она останется {a}.",
)
UNSEEN = Text(
    " To state an upper bound, ≈{needed} clients are needed.",
    " Чтобы назвать верхнюю границу, нужно ≈{needed} клиентов.",
)
COUNTS = Text("{k} of {n}", "{k} из {n}")


def _needed(share: float, n: int, policy: Thresholds, *, against: float | None) -> int | None:
    """Accounts for the comparison, or else the fewest at which a rate as seen could be stated; None beyond reach."""
    if against is not None and against != share:
        return per_arm(share, against)
    low, high = n, n
    while not _enough(share, high, policy):
        low, high = high, high * 2
        if high > ENOUGH_UP_TO:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _enough(share, middle, policy) else (middle, high)
    return max(high, int(policy["min_accounts"]))


def _enough(share: float, n: int, policy: Thresholds) -> bool:
    """True where a share of ``n`` may be stated; the share is held as a fraction, so that it grows steadily with ``n``."""
    width = 2 * Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)  # of the Wilson interval
    relative = share == 0 or width <= policy["max_ci_relative"] * share
    return n >= policy["min_accounts"] and width <= policy["max_ci_width"] and relative


def _needs(share: float, against: float | None) -> Text:
    if against is not None and against != share:
        return APART
    return UNSEEN if share == 0 else NARROW


def _filled(
    pattern: Text, *, events: int, n: int, interval: tuple[float, float], needed: int | None, against: float | None
) -> Text:
    from tools.formats import count, percent

    def both(show: Callable[[Language], str]) -> Text:
        return Text(show("en"), show("ru"))

    return pattern.fill(counts=COUNTS).fill(
        n=both(lambda language: count(n, language)),
        k=both(lambda language: count(events, language)),
        lo=both(lambda language: percent(interval[0], language)),
        hi=both(lambda language: percent(interval[1], language)),
        a=both(lambda language: percent(events / n, language)),
        b=both(lambda language: percent(against if against is not None else 0.0, language)),
        needed=both(lambda language: count(needed or 0, language)),
    )
