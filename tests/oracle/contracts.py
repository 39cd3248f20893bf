"""Recurring revenue from contracts: who pays how much on a day (§1.1, `contract_run_rate`)."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from tests.oracle.rules import DAY, Row, Rules, Span, Tables, ticks, until

FAR = date.max


class NoRate(ValueError):
    """Money in a currency without a rate, or without a currency among others that have one."""


@dataclass
class Contracts:
    """The contracts known on the last day."""

    tables: Tables
    as_of: date
    rules: Rules = field(default_factory=Rules)
    currency: str = "RUB"

    def __post_init__(self) -> None:
        rows = [
            row for row in until(self.tables.get("subscriptions", ()), "start_date", self.as_of) if row["account_id"]
        ]
        self.paid: dict[str, list[Row]] = {}
        self.paused: dict[str, list[Row]] = {}
        for row in rows:
            if row.get("is_trial") or row.get("status") == "trial":
                continue
            where = self.paused if row.get("status") == "paused" else self.paid
            if row["mrr"] > 0 or where is self.paused:
                where.setdefault(row["account_id"], []).append(row)
        codes = {row.get("currency") for paid in self.paid.values() for row in paid}
        alone = codes.pop() if len(codes) == 1 else None
        self.currency = self.rules.currency or alone or self.currency
        self.accounts = sorted({row["account_id"] for row in rows})
        self.debts = self._debts()
        self.rates: dict[str, list[tuple[date, Fraction]]] = {}
        for row in sorted(self.tables.get("rates", ()), key=lambda rate: rate["date"]):
            self.rates.setdefault(row["currency"], []).append((row["date"], Fraction(str(row["rate"]))))

    def first_day(self) -> date | None:
        """The first day of the first paid contract."""
        return min((row["start_date"] for rows in self.paid.values() for row in rows), default=None)

    def contracts(self, account: str) -> list[Row]:
        """The contracts of an account, paused ones too."""
        return [*self.paid.get(account, []), *self.paused.get(account, [])]

    def days(self, span: Span) -> list[date]:
        """The days of the window on which a contract begins."""
        return sorted(
            {
                row["start_date"]
                for rows in self.paid.values()
                for row in rows
                if span.start <= row["start_date"] < span.end
            }
        )

    def state(self, day: date, *, rates_of: date | None = None) -> dict[str, Fraction]:
        """Ticks a month by account on a day, in the rates of another day where one is named; zeros are left out."""
        found = {account: self.of(account, day, rates_of=rates_of) for account in self.paid}
        return {account: money for account, money in found.items() if money}

    def of(self, account: str, day: date, *, rates_of: date | None = None) -> Fraction:
        """Ticks a month of one account."""
        if self._in_long_debt(account, day):
            return Fraction(0)
        rows = _in_force(self.paid.get(account, []), day)
        if not rows:
            rows = self._late_renewal(account, day)
        return sum((self._worth(row, rates_of or day) for row in rows), Fraction(0))

    def resumed(self, account: str, day: date) -> bool:
        """Contracts begin anew after whatever was between them."""
        return False

    def on_pause(self, account: str, day: date) -> bool:
        """True where the account pays nothing because of a pause that is not too long yet."""
        longest = timedelta(days=self.rules.pause_days)
        begun = self._pause_began(account, day)
        return begun is not None and not self.of(account, day) and day - begun <= longest

    def _pause_began(self, account: str, day: date) -> date | None:
        """The first day of the pause in force; contracts on pause that follow one another are one pause."""
        rows = self.paused.get(account, [])
        begun = min((row["start_date"] for row in _in_force(rows, day)), default=None)
        while begun is not None:
            longer = [row["start_date"] for row in rows if row["start_date"] < begun <= (row["end_date"] or FAR) + DAY]
            if not longer:
                break
            begun = min(longer)
        return begun

    def ever_paid(self, account: str, before: date) -> bool:
        """True where the account paid on some day before."""
        days = {row["start_date"] for row in self.paid.get(account, [])}
        days |= {day for row in self.debts.get(account, []) for day in (row.get("paid_date"),) if day}
        return any(self.of(account, day) > 0 for day in days if day < before)

    def _late_renewal(self, account: str, day: date) -> list[Row]:
        """The contracts that ended last, where the next begins within the days allowed and no pause fills the gap."""
        rows = self.paid.get(account, [])
        ended = max((row["end_date"] for row in rows if (row["end_date"] or FAR) <= day), default=None)
        begins = min((row["start_date"] for row in rows if row["start_date"] > day), default=None)
        if ended is None or begins is None or (begins - ended).days > self.rules.gap_days:
            return []
        if any(ended <= row["start_date"] < begins for row in self.paused.get(account, [])):
            return []
        return _in_force(rows, ended - DAY)

    def _debts(self) -> dict[str, list[Row]]:
        """Lines with a due date by account; none where payments are not recorded at all."""
        lines = until(self.tables.get("invoices", ()), "date", self.as_of)
        recorded = self.rules.payments_recorded
        if recorded is None:
            recorded = any(line.get("paid_date") for line in lines)
        if self.rules.past_due_days is None or not recorded:
            return {}
        found: dict[str, list[Row]] = {}
        for line in lines:
            if line.get("due_date") and line["amount"] > 0 and line["account_id"]:
                found.setdefault(line["account_id"], []).append(line)
        return found

    def _in_long_debt(self, account: str, day: date) -> bool:
        allowed = timedelta(days=self.rules.past_due_days or 0)
        return any(
            (line.get("paid_date") or FAR) > day and day - line["due_date"] > allowed
            for line in self.debts.get(account, [])
        )

    def _worth(self, row: Row, day: date) -> Fraction:
        currency = row.get("currency")
        if currency == self.currency:
            return Fraction(ticks(row["mrr"]))
        known = self.rates.get(currency or "", [])
        place = bisect_right(known, day, key=_day_of)
        if not place:
            raise NoRate(f"{currency} on {day}")
        return ticks(row["mrr"]) * known[place - 1][1]


_day_of: Callable[[tuple[date, Fraction]], date] = lambda pair: pair[0]  # noqa: E731


def _in_force(rows: list[Row], day: date) -> list[Row]:
    return [row for row in rows if row["start_date"] <= day < (row["end_date"] or FAR)]
