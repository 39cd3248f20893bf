"""Revenue recognised in calendar months, from invoice lines (§1.1, `recognised_month`)."""

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests.oracle.rules import DAY, Row, Rules, Span, Tables, next_month, ticks, until

MINOR = 100  # ticks of a kopeck


@dataclass
class Recognised:
    """Every month's revenue by account; a state of a day is that of the last complete month."""

    tables: Tables
    as_of: date
    rules: Rules = field(default_factory=Rules)

    def __post_init__(self) -> None:
        self.by_month: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for line in until(self.tables.get("invoices", ()), "date", self.as_of):
            if line["account_id"]:
                for month, part in spread(line).items():
                    self.by_month[month][line["account_id"]] += part
        self.accounts = sorted({account for month in self.by_month.values() for account in month})
        self.waited = {(account, month) for account in self.accounts for month in self._waited(account)}

    def first_day(self) -> date | None:
        """The first month with revenue."""
        return min((month for month, found in self.by_month.items() if any(found.values())), default=None)

    def days(self, span: Span) -> list[date]:
        """The last days of the months that are over within the window."""
        return [
            next_month(month) - DAY for month in sorted(self.by_month) if span.start < next_month(month) <= span.end
        ]

    def state(self, day: date, *, rates_of: date | None = None) -> dict[str, Fraction]:
        """Ticks of the last month complete on the day, by account; an account whose credits exceed it pays nothing."""
        found = self.by_month.get(last_complete(day), {})
        return {account: Fraction(part) for account, part in found.items() if part > 0}

    def of(self, account: str, day: date, *, rates_of: date | None = None) -> Fraction:
        """Ticks of one account."""
        return self.state(day).get(account, Fraction(0))

    def on_pause(self, account: str, day: date) -> bool:
        """True in a month without a line whose line came late, by no more than the days allowed: nothing was lost."""
        return (account, last_complete(day)) in self.waited

    def resumed(self, account: str, day: date) -> bool:
        """True where the account paid nothing on the day only because its line was late."""
        return self.on_pause(account, day)

    def _waited(self, account: str) -> list[date]:
        """Months skipped between two lines without a period, of which the second is late: the first pays a month."""
        lines = [line for line in until(self.tables.get("invoices", ()), "date", self.as_of) if line["amount"] > 0]
        own = {line["date"] for line in lines if line["account_id"] == account and line.get("service_start") is None}
        found = []
        for day, after in itertools.pairwise(sorted(own)):
            skipped, paid_to = next_month(day.replace(day=1)), a_month_after(day)
            if paid_to < after <= paid_to + self.rules.gap_days * DAY and after >= next_month(skipped):
                found.append(skipped)
        return found

    def ever_paid(self, account: str, before: date) -> bool:
        """True where the account paid in a month before that of the day."""
        return any(found.get(account, 0) > 0 for month, found in self.by_month.items() if next_month(month) <= before)


def spread(line: Row) -> dict[date, int]:
    """Parts of a line by month in ticks: by day, both ends included; minor units by largest remainder, ties to the earlier."""
    start, end = line.get("service_start"), line.get("service_end")
    total = ticks(line["amount"])
    if start is None or end is None:
        return {line["date"].replace(day=1): total}
    unit = MINOR if total % MINOR == 0 else 1
    sign, size, length = (1 if total >= 0 else -1), abs(total) // unit, (end - start).days + 1
    days: dict[date, int] = {}
    month = start.replace(day=1)
    while month <= end:
        days[month] = (min(end, next_month(month) - DAY) - max(start, month)).days + 1
        month = next_month(month)
    parts = {month: size * count // length for month, count in days.items()}
    rest = size - sum(parts.values())
    order = sorted(days, key=lambda one: (-(size * days[one] % length), one))
    for month in order[:rest]:
        parts[month] += 1
    return {month: sign * unit * part for month, part in parts.items()}


def last_complete(day: date) -> date:
    """The first day of the last month that is over on the evening of the day."""
    this = day.replace(day=1)
    return this if (day + DAY).day == 1 else (this - DAY).replace(day=1)


def a_month_after(day: date) -> date:
    """The same day of the next month, or the last one of a month that is too short."""
    first = next_month(day.replace(day=1))
    return min(first + (day.day - 1) * DAY, next_month(first) - DAY)
