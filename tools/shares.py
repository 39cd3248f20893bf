"""What part of a sum a part of the clients makes: their reading over that of all."""

from dataclasses import replace

from tools.metrics import MEANS, SUMS
from tools.reading import Reading, Unit

#: What sums behind a mean a reading of it may be of.
SUMMED = ("revenue", "clients")


def divisible(reading: Reading) -> bool:
    """Whether the readings of parts of the clients add up to that of all: a count or a sum of money, no mean of any."""
    return reading.unit in SUMS and (reading.key not in MEANS or reading.scope.get("kind") in SUMMED)


def share(part: Reading, whole: Reading) -> Reading | None:
    """The share of a part, a fraction of the whole, with both sums as numerator and denominator.

    None where either is not known, where they are of different days or no sums, or where the whole is not above zero.
    """
    if not divisible(part) or part.window != whole.window or part.key != whole.key:
        return None
    if part.value is None or whole.value is None or whole.value <= 0:
        return None
    return replace(
        part, unit=Unit.RATIO, value=float(part.value) / float(whole.value), numerator=part.value,
        denominator=whole.value, ci=None, ci_method=None, sql=None, scope={**part.scope, "kind": "share"},
    )  # fmt: skip
