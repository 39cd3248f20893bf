"""Paying clients on the last day: whose contract ends, who is silent, who recommends, who weighs most."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

from tests.oracle.contracts import Contracts
from tests.oracle.rules import Row, until, year_to


def renewals(book: Contracts) -> tuple[Fraction, int] | None:
    """Ticks a year of the clients whose contract ends soon, and their number; None where no end is on record."""
    known = {row["account_id"]: row.get("contract_end") for row in book.tables.get("accounts", ())}
    state = book.state(book.as_of)
    held = [one for one in book.accounts if any(_in_force(row, book.as_of) for row in book.contracts(one))]
    ends = {account: known.get(account) or _last_end(book, account) for account in {*held, *state}}
    if not any(ends.values()) and not any(known.values()):
        return None
    last = book.as_of + timedelta(days=book.rules.renewal_days)
    due = [account for account, end in ends.items() if end and book.as_of < end <= last]
    due = [account for account in due if account in state]
    return 12 * sum((state[account] for account in due), Fraction(0)), len(due)


def _last_end(book: Contracts, account: str) -> date | None:
    ends = [row["end_date"] for row in book.contracts(account) if row["start_date"] <= book.as_of]
    return None if None in ends else max(ends)


def _in_force(row: Row, day: date) -> bool:
    return bool(row["start_date"] <= day < (row["end_date"] or date.max))


def silent(book: Contracts) -> int | None:
    """Paying clients without a two-way contact for longer than allowed; None where no contact is known to be one."""
    known = [row for row in until(book.tables.get("touches", ()), "date", book.as_of) if row.get("two_way") is not None]
    touches = [row for row in known if row["two_way"]]
    since = book.as_of - timedelta(days=book.rules.silence_days)
    heard = {row["account_id"] for row in touches if row["date"] >= since}
    return len(set(book.state(book.as_of)) - heard) if known else None


def referrers(book: Contracts) -> Fraction | None:
    """Share of paying clients that recommended within the year."""
    rows, year = book.tables.get("referrals", ()), year_to(book.as_of)
    state = set(book.state(book.as_of))
    found = {row["account_id"] for row in rows if year.start <= row["date"] < year.end}
    return Fraction(len(state & found), len(state)) if state and rows else None


def share_of_largest(paid: Mapping[str, Fraction | int], top: int) -> Fraction | None:
    """Share of the largest clients in all money; None where there is none."""
    total = Fraction(sum(paid.values()))
    return sum(sorted(paid.values(), reverse=True)[:top]) / total if total > 0 else None
