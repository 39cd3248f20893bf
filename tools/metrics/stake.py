"""Money at stake and the effect one may promise of it (metrics §8)."""

from tools.effect import money_effect, recovered
from tools.fields import account_reading
from tools.metrics import Ask, metric
from tools.metrics.contracts import contract_ends
from tools.metrics.growth import at_risk
from tools.metrics.orders import NO_MONEY, valued, worths
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Unit
from tools.text import Text


@metric(
    "money_at_stake",
    name=Text("Money at stake", "Деньги под угрозой"),
    meaning=Text("What the clients of the risk zone pay a year.", "Сколько в год платят клиенты из зоны риска."),
    unit=Unit.MONEY_YEAR,
    better="lower",
    formula=Text("sum of the yearly worth of the accounts at risk", "сумма годовых платежей клиентов в зоне риска"),
    source="metrics-8",
    needs=Text(
        "recurring revenue by client, and signs of risk: use, payments, promises, tickets",
        "регулярная выручка по клиентам и признаки риска: использование, оплаты, обещания, обращения",
    ),
)
def money_of_the_risk_zone(ask: Ask) -> list[Reading]:
    """Money a year of the clients at risk; then ``renewals`` (of them, contract ending soon), ``newcomers``, ``accounts``.

    ``newcomers``: clients that wait for their first value. ``accounts``: number at risk. Paused clients pay nothing and
    add nothing.
    """
    from tools import segments as segmentation

    portfolio = ask.portfolio
    money = worths(portfolio)
    if not money:
        return [ask.undefined(NO_MONEY, window=None)]
    why = segmentation.impossible(portfolio, "value")
    if why is not None:
        return [ask.undefined(why, window=None)]
    window, convention = valued(portfolio)
    ready = Ask(portfolio, ask.metric, window, convention)
    risky = at_risk(portfolio) & set(money)
    waiting = set(segmentation.assign(portfolio, "value").ids("newcomers")) & set(money)
    parts = [("", risky), ("renewals", risky & _due(portfolio)), ("newcomers", waiting)]
    sums = [
        ready.reading(
            round(sum(money[account] for account in sorted(accounts)), 2),
            n=len(accounts),
            scope={"kind": kind} if kind else {},
        )
        for kind, accounts in parts
    ]
    return [*sums, ready.reading(len(risky), unit=Unit.COUNT, n=len(money), scope={"kind": "accounts"})]


@account_reading(
    "money_at_stake", name=Text("Pays a year, at risk", "Платит в год, в зоне риска"), unit=Unit.MONEY_YEAR
)
def account_money_at_stake(portfolio: Portfolio) -> dict[str, Number]:
    """What accounts of the risk zone pay a year; all others are left out."""
    money = worths(portfolio)
    return {account: money[account] for account in sorted(at_risk(portfolio) & set(money))}


def _due(portfolio: Portfolio) -> set[str]:
    if portfolio.as_of is None:
        return set()
    days = portfolio.policy["renewal_days"]
    return {account for account, end in contract_ends(portfolio).items() if 0 <= (end - portfolio.as_of).days <= days}


@metric(
    "effect",
    name=Text("Expected effect", "Ожидаемый эффект"),
    meaning=Text(
        "What working with the clients at risk can bring, by the share that came back in the past year.",
        "Что даст работа с зоной риска, если судить по доле клиентов, вернувшихся из неё за прошлый год.",
    ),
    unit=Unit.MONEY_YEAR,
    better="higher",
    formula=Text(
        "money at stake * share recovered in the portfolio's own year",
        "деньги под угрозой * доля, которую удалось вернуть за свой же год",
    ),
    source="metrics-8",
    needs=Text(
        "a year of history with signs of risk, or an assumption of yours",
        "год истории с признаками риска или ваше допущение",
    ),
)
def expected_effect(ask: Ask) -> list[Reading]:
    """Money a year with the range of Wilson's interval of the own history; then ``break_even``, a share.

    Without history there is no value but its reason: no share of a source text ever stands in. The break-even share
    is the cost over the money at stake, or one average client of those at stake where no cost is stated.
    """
    stake = money_of_the_risk_zone(Ask(ask.portfolio, ask.metric))
    head = stake[0] if isinstance(stake, list) else stake
    narrow = ask.portfolio.narrow
    scope = {"by": narrow.by, "group": narrow.group} if narrow else {}
    return [item for item in money_effect(ask.portfolio, head, scope, history=recovered(ask.portfolio)) if item]
