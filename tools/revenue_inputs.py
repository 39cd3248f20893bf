"""What the data measure of a what-if about revenue in force: clients, what they pay a year, what one of them pays."""

from collections.abc import Callable

from tools import stats
from tools.metrics.growth import at_risk
from tools.metrics.orders import worths
from tools.portfolio import Portfolio
from tools.reading import Unit
from tools.scenario_inputs import NOBODY, Book, Measured

Measure = Callable[[Portfolio], Measured]


def paying(scenario: str) -> Measure:
    """Every client that pays, what they pay a year together, and the margin where it is given."""
    return lambda portfolio: _money(portfolio, scenario, {id for id, pays in worths(portfolio).items() if pays > 0})


def risky(scenario: str) -> Measure:
    """The same of the clients of the risk zone."""
    return lambda portfolio: _money(portfolio, scenario, at_risk(portfolio))


def _money(portfolio: Portfolio, scenario: str, accounts: set[str]) -> Measured:
    pays = worths(portfolio)
    known = sorted(account for account in accounts if pays.get(account, 0.0) > 0)
    if not known:
        return Measured(reason=NOBODY)
    book, each = Book(portfolio, scenario), tuple(pays[account] for account in known)
    book.keep("clients", len(known), Unit.COUNT, len(known))
    book.keep("money", round(sum(each), 2), Unit.MONEY_YEAR, len(known))
    return book.done(each)


def typical(portfolio: Portfolio) -> Measured:
    """Every client that pays, and what one of them pays a year on average, with its interval."""
    each = [pays for pays in worths(portfolio).values() if pays > 0]
    if not each:
        return Measured(reason=NOBODY)
    book = Book(portfolio, "win_clients")
    ci, method = stats.ratio_interval(each, [1.0] * len(each))
    book.keep("clients", len(each), Unit.COUNT, len(each))
    book.keep("price", round(sum(each) / len(each), 4), Unit.MONEY_YEAR, len(each), ci=ci, ci_method=method)
    return book.done()
