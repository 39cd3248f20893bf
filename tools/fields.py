"""Fields of an account: what one can filter, group and rank by. Columns of the table, segments, account readings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tools.portfolio import Portfolio
from tools.reading import Number, Unit
from tools.text import Text

Values = Mapping[str, Number]


@dataclass(frozen=True)
class AccountReading:
    """A figure that every account may have: its key (that of the metric where there is one), unit and computation."""

    key: str
    name: Text
    unit: Unit
    compute: Callable[[Portfolio], Values]


_READINGS: dict[str, AccountReading] = {}


def account_reading(
    key: str, *, name: Text, unit: Unit
) -> Callable[[Callable[[Portfolio], Values]], Callable[[Portfolio], Values]]:
    """Register a function as the account-level reading ``key``: value by account, unknown accounts left out.

    The function computes every account of the portfolio at once; it is never called for one account.
    """

    def register(compute: Callable[[Portfolio], Values]) -> Callable[[Portfolio], Values]:
        if key in _READINGS:
            raise ValueError(f"account reading {key!r} is declared twice")
        _READINGS[key] = AccountReading(key, name, unit, compute)
        return compute

    return register


def account_readings() -> Mapping[str, AccountReading]:
    """Every account-level reading by key."""
    from tools.metrics import metrics

    metrics()  # the families register theirs when they are imported
    return _READINGS


def account_values(portfolio: Portfolio, key: str) -> Values:
    """Values of an account-level reading by account, of the accounts of the portfolio; computed once for the whole."""
    whole = portfolio.whole or portfolio
    memo = ("account reading", key)
    if memo not in whole.memo:
        whole.memo[memo] = account_readings()[key].compute(whole)
    found: Values = whole.memo[memo]
    if portfolio.narrow is None:
        return found
    inside = portfolio.names
    return {account: value for account, value in found.items() if account in inside}
