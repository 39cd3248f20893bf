"""Months of the demo, counted from January 2024 = 0, and one seeded random stream per subject."""

from datetime import date, timedelta
from random import Random

LAST_DAY = date(2026, 6, 30)
MONTHS = 30
INDEXATION_MONTH = 24  # January 2026
OPENING = 17  # June 2025, the state before the last twelve months
SEED = 20260630


def stream(subject: str, number: int = 0) -> Random:
    """A random stream of its own, so that a change of one subject never moves another."""
    return Random(f"{SEED}:{subject}:{number}")


def first_day(month: int) -> date:
    """First day of a month; negative months are before January 2024."""
    return date(2024 + month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    """Last day of a month."""
    return first_day(month + 1) - timedelta(days=1)


def month_of(day: date) -> int:
    """Month number of a day."""
    return (day.year - 2024) * 12 + day.month - 1
