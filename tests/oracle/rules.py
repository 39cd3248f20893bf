"""What the two implementations must agree on before they count, and days and money as whole numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]
TICKS = 10_000
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rules:
    """Rules of §1.1 and §1.2 that can be switched off; the full specification by default."""

    gap_days: int = 14  # a pause between periods that is a late renewal; 0: none is
    past_due_days: int | None = 30  # None: debts do not stop revenue
    payments_recorded: bool | None = None  # whether paid dates are kept at all; None: as the invoices show
    currency: str | None = None  # that of the whole base; None: the only one in which anything is priced, else roubles
    pause_days: int = 90
    renewal_days: int = 60
    silence_days: int = 90
    step_share: Decimal = Decimal("0.20")


@dataclass(frozen=True)
class Span:
    """Days ``[start, end)``; opening and closing are the states before each."""

    start: date
    end: date

    @property
    def opening(self) -> date:
        return self.start - DAY

    @property
    def closing(self) -> date:
        return self.end - DAY


def year_to(day: date) -> Span:
    """The twelve months that end with the day."""
    end = day + DAY
    return Span(end.replace(year=end.year - 1), end)


def months(first: date, last: date) -> list[Span]:
    """Calendar months from that of ``first`` to that of ``last``, the last cut after ``last``."""
    found, start = [], first.replace(day=1)
    while start <= last:
        following = next_month(start)
        found.append(Span(start, min(following, last + DAY)))
        start = following
    return found


def next_month(day: date) -> date:
    """The first day of the month after that of the day."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def ticks(amount: Any) -> int:
    """Money in ten-thousandths."""
    return int(Decimal(str(amount)) * TICKS)


def until(rows: Iterable[Row], column: str, day: date) -> list[Row]:
    """Rows dated not after the day (undated ones stay)."""
    return [row for row in rows if row.get(column) is None or row[column] <= day]
