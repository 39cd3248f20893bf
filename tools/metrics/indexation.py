"""Indexation: a same-month, same-percent step of many clients, told apart from growth."""

from collections import defaultdict

from tools import ledger
from tools.metrics import Ask, metric
from tools.metrics.recurring import NEEDS, base
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit, Window
from tools.text import Text


def steps(portfolio: Portfolio, window: Window) -> dict[str, int]:
    """Ticks of the common price steps inside the window, by account (metrics §1.1: a step of >= 20 % of accounts)."""
    key = ("steps", window)
    if key not in portfolio.memo:
        found: dict[str, int] = defaultdict(int)
        for month in ledger.months(portfolio):
            if month.end <= window.start or month.start >= window.end:
                continue
            for account, ticks in _common_step(portfolio, month).items():
                found[account] += ticks
        portfolio.memo[key] = dict(found)
    saved: dict[str, int] = portfolio.memo[key]
    return saved


def _common_step(portfolio: Portfolio, month: Window) -> dict[str, int]:
    pairs = [pair for pair in ledger.cohort_accounts(portfolio, month) if pair[1] > 0]
    groups: dict[float, list[tuple[str, int]]] = defaultdict(list)
    for account, opening, closing in pairs:
        if closing > opening:
            groups[round(closing / opening, 3)].append((account, closing - opening))
    largest = max(groups.values(), key=len, default=[])
    enough = len(largest) >= portfolio.policy["indexation_share"] * len(pairs)
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
    if ready.convention != ledger.CONTRACT:
        reason = Text("needs prices in force (subscriptions)", "нужны действующие цены (подписки)")
        return ready.undefined(reason)
    assert ready.window is not None
    found = steps(ready.portfolio, ready.window)
    return ready.reading(ledger.money(sum(found.values())), n=len(found))
