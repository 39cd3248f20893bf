"""Movements, retention and what is made of them (§1.2), over either way of counting."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

from tests.oracle.rules import DAY, Rules, Span, months

KINDS = ("new", "reactivation", "expansion", "contraction", "churn")
ZERO = Fraction(0)


class Book(Protocol):
    """A way of counting what an account pays on a day."""

    as_of: date
    rules: Rules
    accounts: list[str]

    def state(self, day: date, *, rates_of: date | None = None) -> dict[str, Fraction]: ...
    def on_pause(self, account: str, day: date) -> bool: ...
    def resumed(self, account: str, day: date) -> bool: ...
    def ever_paid(self, account: str, before: date) -> bool: ...
    def first_day(self) -> date | None: ...
    def days(self, span: Span) -> list[date]: ...


@dataclass(frozen=True)
class Ends:
    """What each account pays at both ends of a window, in the rates of its start."""

    opening: Mapping[str, Fraction]
    closing: Mapping[str, Fraction]
    paused: frozenset[str]

    @property
    def start(self) -> Fraction:
        return sum(self.opening.values(), ZERO)

    @property
    def kept(self) -> Fraction:
        """What the accounts of the opening pay at the end."""
        return sum((self.closing.get(account, ZERO) for account in self.opening), ZERO)

    @property
    def floor(self) -> Fraction:
        """The lesser of both ends, account by account."""
        return sum((min(money, self.closing.get(account, ZERO)) for account, money in self.opening.items()), ZERO)

    @property
    def lost(self) -> list[str]:
        """Accounts that paid and do not, paused ones apart."""
        return [one for one in self.opening if not self.closing.get(one) and one not in self.paused]


def ends(book: Book, span: Span) -> Ends:
    """Both ends of a window."""
    opening = book.state(span.opening)
    closing = book.state(span.closing, rates_of=span.opening)
    return Ends(opening, closing, frozenset(one for one in opening if book.on_pause(one, span.closing)))


def mrr(book: Book, day: date) -> Fraction:
    """Ticks a month on the day."""
    return sum(book.state(day).values(), ZERO)


def arpa(book: Book, day: date) -> Fraction | None:
    """Ticks a month for each paying account."""
    state = book.state(day)
    return sum(state.values(), ZERO) / len(state) if state else None


def nrr(found: Ends) -> Fraction | None:
    """Net revenue retention."""
    return found.kept / found.start if found.start else None


def grr(found: Ends) -> Fraction | None:
    """Gross revenue retention."""
    return found.floor / found.start if found.start else None


def logo_churn(found: Ends) -> Fraction | None:
    """Share of paying accounts that were lost."""
    return Fraction(len(found.lost), len(found.opening)) if found.opening else None


def without(found: Ends, account: str) -> Ends:
    """The ends without one account."""
    return Ends(
        {one: money for one, money in found.opening.items() if one != account},
        {one: money for one, money in found.closing.items() if one != account},
        found.paused,
    )


def largest(found: Ends) -> str | None:
    """The account that paid most at the start; None where two did."""
    top = sorted(found.opening, key=lambda one: -found.opening[one])[:2]
    return None if not top or (len(top) == 2 and found.opening[top[0]] == found.opening[top[1]]) else top[0]


def movements(book: Book, span: Span) -> dict[str, Fraction]:
    """Ticks by kind over the window, with ``start``, ``fx`` and ``end``."""
    found, real = ends(book, span), sum(book.state(span.closing).values(), ZERO)
    moved = dict.fromkeys(KINDS, ZERO)
    for account in {*found.opening, *found.closing}:
        kind, amount = _move(book, span, account, found)
        if kind:
            moved[kind] += amount
    return {"start": found.start, **moved, "fx": real - sum(found.closing.values(), ZERO), "end": real}


def _move(book: Book, span: Span, account: str, found: Ends) -> tuple[str | None, Fraction]:
    s, e = found.opening.get(account, ZERO), found.closing.get(account, ZERO)
    if not s and book.resumed(account, span.opening):
        return "expansion", e
    if not s:
        return ("reactivation" if book.ever_paid(account, span.start) else "new"), e
    if not e:
        return ("contraction" if account in found.paused else "churn"), s
    return ("expansion", e - s) if e > s else ("contraction", s - e) if e < s else (None, ZERO)


def monthly(book: Book) -> dict[str, dict[str, Fraction]]:
    """Movements of each calendar month (``2026-06``) from the first revenue to the last day."""
    first = book.first_day()
    spans = months(first, book.as_of) if first else []
    return {f"{span.start:%Y-%m}": movements(book, span) for span in spans}


def quick_ratio(moved: Mapping[str, Fraction]) -> Fraction | None:
    """Gained over lost; None where nothing was lost."""
    lost = moved["contraction"] + moved["churn"]
    return (moved["new"] + moved["reactivation"] + moved["expansion"]) / lost if lost else None


def summed(parts: list[Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """Movements of several windows added up by kind."""
    return {kind: sum((part[kind] for part in parts), ZERO) for kind in KINDS}


def indexation(book: Book, span: Span) -> Fraction:
    """Ticks a month added by steps of one day and one percent that many accounts share."""
    added = ZERO
    for day in book.days(span):
        before, after = book.state(day - DAY, rates_of=span.opening), book.state(day, rates_of=span.opening)
        steps: dict[Fraction, list[Fraction]] = {}
        for account, money in before.items():
            if after.get(account, ZERO) > money:
                steps.setdefault(after[account] / money, []).append(after[account] - money)
        for amounts in steps.values():
            if len(amounts) >= book.rules.step_share * len(before):
                added += sum(amounts, ZERO)
    return added
