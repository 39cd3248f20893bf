"""What is known of every account on a day: the signals that the value segments read (metrics §4)."""

from dataclasses import dataclass
from datetime import date, timedelta

from ibis import _

from tools import ledger
from tools.metrics.health import days_late, scores, usage_change
from tools.metrics.orders import on, worths
from tools.metrics.value import account_scores, journeys
from tools.portfolio import Portfolio
from tools.reading import Window
from tools.text import Text
from tools.whitespace import lacking, limits


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of an account on a day; None is unknown. A value event nobody defined is neither reached nor missed."""

    paying: bool
    paid_before: bool
    paused: bool = False
    tenure_days: int | None = None
    value_reached: bool | None = None
    vrs: float | None = None
    chs: float | None = None
    usage_change: float | None = None
    contraction: float | None = None
    days_late: float | None = None
    advocate: bool = False
    limit_hit: bool = False
    cross_sell: bool = False
    vrs_fall: float | None = None


def has_history(portfolio: Portfolio) -> bool:
    """True where the ledger can speak of the day and has a complete month before it."""
    return ledger.no_ledger(portfolio) is None and bool(ledger.months(portfolio))


def signals(portfolio: Portfolio, *, risks_only: bool = False) -> dict[str, Signals]:
    """Signals of every account that pays or has paid, by account; ``risks_only``: advocacy and growth not looked up."""
    day = portfolio.as_of
    assert day is not None
    money, fell, ever = worths(portfolio), _falls(portfolio), _ever(portfolio)
    health, promised = scores(portfolio), account_scores(portfolio) if portfolio.outcomes_known else {}
    use, late, journey = usage_change(portfolio), days_late(portfolio), _journeys(portfolio)
    paused = _paused(portfolio)
    fans = set() if risks_only else _advocates(portfolio)
    full = set() if risks_only else limit_hitters(portfolio)
    without = frozenset() if risks_only else lacking(portfolio)
    found = {}
    for account in sorted(ever | money.keys() | paused):
        start, reached = journey.get(account, (None, None))
        paid = money.get(account)
        found[account] = Signals(
            paying=paid is not None,
            paid_before=account in ever,
            paused=account in paused and paid is None,
            tenure_days=(day - start).days if start else None,
            value_reached=reached,
            vrs=promised[account][0] if account in promised else None,
            chs=health[account].score if account in health else None,
            usage_change=use.get(account),
            contraction=fell.get(account),
            days_late=late.get(account),
            advocate=account in fans,
            limit_hit=account in full,
            cross_sell=account in without,
        )
    return found


def no_falls(portfolio: Portfolio) -> Text | None:
    """Why nobody's fall of payment over the quarter can be seen, or None where it can."""
    return ledger.missing_rate(portfolio, ledger.source(portfolio), [_quarter(portfolio).opening])


def _quarter(portfolio: Portfolio) -> Window:
    end = ledger.last_month(portfolio).end
    return Window(ledger.back(end, 3), end)


def _falls(portfolio: Portfolio) -> dict[str, float]:
    """Share of its payment a quarter ago that each account pays no more, both in the rate of that day; of those that pay."""
    if no_falls(portfolio) is not None:
        return {}
    quarter = _quarter(portfolio)
    points = [quarter.opening, quarter.closing]
    state = portfolio.run(ledger.state(portfolio, points, rate_of=quarter.opening))
    worth: dict[date, dict[str, int]] = {point: {} for point in points}
    columns = (state[name].to_pylist() for name in ("account_id", "point", "ticks"))
    for account, point, ticks in zip(*columns, strict=True):
        worth[point][account] = ticks
    before, now = worth.values()
    return {account: 1 - now[account] / ticks for account, ticks in before.items() if account in now}


def _journeys(portfolio: Portfolio) -> dict[str, tuple[date, bool]]:
    """Start and whether the first value is reached, by account."""
    if not portfolio.has("milestones"):
        return {}
    return {row["account_id"]: (row["start"], row["reached"] is not None) for row in journeys(portfolio)}


def _ever(portfolio: Portfolio) -> set[str]:
    name, column = (
        ("subscriptions", "mrr") if ledger.convention(portfolio) == ledger.CONTRACT else ("invoices", "amount")
    )
    table = portfolio.table(name).filter(_.account_id.notnull(), _[column] > 0)
    return {str(value) for value in portfolio.run(table.select("account_id").distinct()).column(0).to_pylist()}


def _paused(portfolio: Portfolio) -> set[str]:
    assert portfolio.as_of is not None
    held = ledger.paused(portfolio, [portfolio.as_of])
    return set() if held is None else {str(value) for value in portfolio.run(held).column("account_id").to_pylist()}


def _advocates(portfolio: Portfolio) -> set[str]:
    assert portfolio.as_of is not None
    since = on(portfolio.as_of - timedelta(days=int(portfolio.policy["advocacy_days"])))
    found: set[str] = set()
    if portfolio.has("surveys"):
        table = portfolio.table("surveys").filter(_.date > since, _.score >= 9)
        found |= set(portfolio.run(table.select("account_id").distinct()).column(0).to_pylist())
    if portfolio.has("referrals"):
        table = portfolio.table("referrals").filter(_.date > since)
        found |= set(portfolio.run(table.select("account_id").distinct()).column(0).to_pylist())
    return found


def limit_hitters(portfolio: Portfolio) -> set[str]:
    """Accounts at the policy's share of a limit in enough of the last months."""
    return {account for account, limit in limits(portfolio).items() if limit.hit}
