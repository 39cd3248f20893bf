"""Indexation: a same-date, same-percent step of many clients, told apart from growth."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from tools import ledger
from tools.ledger.recognised import even_worth
from tools.metrics import Ask, metric
from tools.metrics.recurring import NEEDS, base
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit, Window
from tools.text import Text


def steps(portfolio: Portfolio, window: Window) -> dict[str, int]:
    """Ticks of the common price steps inside the window, by account (metrics §1.1: a step of >= 20 % of accounts)."""
    key = ("steps", window)
    base = ledger.base_of(portfolio)
    if base is not None:  # what is common is common in the whole base
        inside_part = portfolio.inside or frozenset()
        return {account: ticks for account, ticks in steps(base, window).items() if account in inside_part}
    if key not in portfolio.memo:
        inside = [month for month in ledger.months(portfolio) if month.end > window.start and month.start < window.end]
        points = [inside[0].opening, *(month.closing for month in inside)] if inside else []
        worth: dict[date, dict[str, int]] = {point: {} for point in points}
        contract = ledger.basis(portfolio) == ledger.CONTRACT
        state = ledger.state if contract else even_worth
        for row in portfolio.run(state(portfolio, points)).to_pylist() if points else []:
            worth[row["point"]][row["account_id"]] = int(row["ticks"])
        found: dict[str, int] = defaultdict(int)
        begun = _begun(portfolio, points) if contract and points else {}
        for before, after in pairwise(points):
            dates = begun.get(after, {})
            for account, ticks in _common_step(portfolio, worth[before], worth[after], dates).items():
                found[account] += ticks
        portfolio.memo[key] = (
            dict(found) if contract or not found else _as_closed(portfolio, found, worth[points[-1]], points[-1])
        )
    saved: dict[str, int] = portfolio.memo[key]
    return saved


NOT_TOLD = Text(
    "the paid periods are a guess, or the money is in several currencies, so a common price step cannot be told apart",
    "оплаченные периоды — догадка или деньги в нескольких валютах, поэтому общую индексацию не отделить",
)


def possible(portfolio: Portfolio) -> bool:
    """True where a step of price is not hidden by other reasons for a change of the amount."""
    one = len(ledger.currencies(portfolio, ledger.source(portfolio))) < 2
    return one and not ledger.guessed(portfolio) and not ledger.metered(portfolio)


def _as_closed(portfolio: Portfolio, found: dict[str, int], even: dict[str, int], day: date) -> dict[str, int]:
    """Steps of months made equal in length, as they are in the closing month."""
    rows = portfolio.run(ledger.state(portfolio, [day])).to_pylist()
    real = {row["account_id"]: int(row["ticks"]) for row in rows}
    return {a: round(step * real.get(a, 0) / even[a]) if even.get(a) else step for a, step in found.items()}


def _begun(portfolio: Portfolio, points: list[date]) -> dict[date, dict[str, date]]:
    """By closing day of a month: the last day in it on which a price of an account began."""
    table = ledger.priced(portfolio)
    inside = (table.start_date > ledger.literal(points[0])) & (table.start_date <= ledger.literal(points[-1]))
    found: dict[date, dict[str, date]] = defaultdict(dict)
    rows = portfolio.run(table.filter(inside).group_by("account_id", "start_date").agg().order_by("start_date"))
    for account, day in zip(rows["account_id"].to_pylist(), rows["start_date"].to_pylist(), strict=True):
        found[points[bisect_left(points, day)]][account] = day
    return found


def _common_step(
    portfolio: Portfolio, before: dict[str, int], after: dict[str, int], dates: Mapping[str, date]
) -> dict[str, int]:
    """Ticks by account of the largest step of one percent on one date (invoices: in one month), if it is large enough."""
    groups: dict[tuple[float, date | None], list[tuple[str, int]]] = defaultdict(list)
    for account in sorted(before):
        opening, closing = before[account], after.get(account, 0)
        if closing > opening:
            groups[round(closing / opening, 3), dates.get(account)].append((account, closing - opening))
    largest = max(groups.values(), key=len, default=[])
    enough = len(largest) >= portfolio.policy["indexation_share"] * len(before)
    return dict(largest) if enough and len(largest) >= portfolio.policy["names_only_below"] else {}


@metric(
    "indexation",
    name=Text("Indexation of prices", "Индексация цен"),
    meaning=Text(
        "Monthly revenue added by one price step of many clients on one date.",
        "Прибавка регулярной выручки от одновременного повышения цен многим клиентам.",
    ),
    unit=Unit.MONEY_MONTH,
    better="none",
    formula="sum of steps of the same percent in the same month for >= 20 % of accounts",
    source="metrics-1.1",
    needs=NEEDS,
    conventions=ledger.CONVENTIONS,
)
def indexation(ask: Ask) -> Reading:
    """Money a month added by common price steps inside the year; zero where there was none.

    60 % of equal clients at +8 % on one date: NRR 1.048, without indexation 1.00.
    """
    ready = base(ask, default="year")
    if isinstance(ready, Reading):
        return ready
    if not possible(ready.portfolio):
        return ready.undefined(NOT_TOLD)
    assert ready.window is not None
    found = steps(ready.portfolio, ready.window)
    return ready.reading(ledger.money(sum(found.values())), n=len(found))
