"""Room to grow, shown only where the client is well: up-sell by limits, cross-sell by rules (metrics §8)."""

from typing import Any

from tools import stats
from tools.fields import account_reading
from tools.metrics import Ask, metric, thin_reason
from tools.metrics.contracts import contract_ends
from tools.metrics.health import paying
from tools.metrics.orders import worths
from tools.models.association import Association
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Unit, significant
from tools.text import Text
from tools.whitespace import Limit, Offer, Rule, limits, rules, welcome, whitespace

SHOWN = 50
SHOWN_RULES = 20


def at_risk(portfolio: Portfolio) -> set[str]:
    """Accounts of the risk zone by the value lens; none where the data do not allow it."""
    from tools import segments as segmentation

    if segmentation.impossible(portfolio, "value") is not None:
        return set()
    return set(segmentation.assign(portfolio, "value").ids("at_risk"))


def well(portfolio: Portfolio) -> set[str]:
    """Paying accounts that may be offered more: health not red, no critical ticket open, not in the risk zone."""
    return welcome(portfolio) - at_risk(portfolio)


def outgrown(portfolio: Portfolio) -> set[str]:
    """Accounts at the limits of their plan that may be offered a larger one."""
    return {account for account, signal in limits(portfolio).items() if signal.hit} & well(portfolio)


@metric(
    "upsell",
    name=Text("Ready for a larger plan", "Готовы к расширению тарифа"),
    meaning=Text(
        "Clients that keep hitting the limits of their plan and are well: no risk, health not red, no critical ticket.",
        "Клиенты, которые упираются в лимиты тарифа и при этом благополучны: нет риска, красного индекса и критичных обращений.",
    ),
    unit=Unit.COUNT,
    better="higher",
    formula=Text("accounts with use >= 0.8 of a limit in 2 of 3 months, health not red, no open critical ticket, not at risk", "клиенты, занявшие >= 0,8 лимита в 2 месяцах из 3, без красного здоровья, без открытых критичных обращений, не в зоне риска"),
    source="metrics-8",
    needs=Text("limits by client and month: used and allowed", "лимиты по клиентам и месяцам: использовано и разрешено"),
)  # fmt: skip
def ready_for_a_larger_plan(ask: Ask) -> list[Reading]:
    """Number of clients; then ``money`` they pay a year, ``held_back``, ``downsell``, ``days_to_limit`` by account.

    ``held_back``: at the limit, but unhappy. ``downsell``: use has fallen and the contract ends soon, so the next plan
    may be smaller. ``days_to_limit`` goes by the slope of the months: 80, 85, 90 of 100 are full in 60.8 days.
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("limits"):
        no = Text("no limits of plans and their use are given", "нет лимитов тарифов и их использования")
        return [ask.undefined(no, window=None)]
    ready = Ask(portfolio, ask.metric, portfolio.day)
    inside = set(paying(portfolio))
    signals = {account: signal for account, signal in limits(portfolio).items() if account in inside}
    fit = well(portfolio)
    hits = {account for account, signal in signals.items() if signal.hit}
    parts = [
        *_counted(ready, "", hits & fit, len(signals)),
        *_counted(ready, "held_back", hits - fit, len(signals)),
        *_counted(ready, "downsell", _shrinking(portfolio, signals), len(signals)),
    ]
    return [*parts, *_days(ready, {account: signals[account] for account in fit & set(signals)})]


def _counted(ask: Ask, kind: str, accounts: set[str], n: int) -> list[Reading]:
    """The number of the accounts and what they pay a year."""
    money = worths(ask.portfolio)
    known = [money[account] for account in sorted(accounts) if account in money]
    scope = {"kind": kind} if kind else {}
    count = ask.reading(len(accounts), n=n, scope=scope)
    if not known:
        return [count]
    paid = {"kind": f"{kind}_money" if kind else "money"}
    return [count, ask.reading(round(sum(known), 2), unit=Unit.MONEY_YEAR, n=len(known), scope=paid)]


def _shrinking(portfolio: Portfolio, signals: dict[str, Limit]) -> set[str]:
    """Clients whose use has fallen and whose contract ends within the policy's days."""
    assert portfolio.as_of is not None
    days = portfolio.policy["renewal_days"]
    ends = contract_ends(portfolio)
    soon = {account for account, end in ends.items() if 0 <= (end - portfolio.as_of).days <= days}
    return {account for account, signal in signals.items() if signal.falling and account in soon}


def _days(ask: Ask, signals: dict[str, Limit]) -> list[Reading]:
    soonest = sorted((signal.days, account) for account, signal in signals.items() if signal.days is not None)
    return [
        ask.reading(days, unit=Unit.DAYS, n=1, scope={"kind": "days_to_limit", "account": account})
        for days, account in soonest[:SHOWN]
    ]


@account_reading("days_to_limit", name=Text("Days to the limit", "Дней до лимита"), unit=Unit.DAYS)
def account_days_to_limit(portfolio: Portfolio) -> dict[str, Number]:
    """Days until the most pressing limit is full by its slope, of accounts whose use grows; 0 where it is full."""
    return {account: signal.days for account, signal in limits(portfolio).items() if signal.days is not None}


@account_reading(
    "upsell",
    name=Text("Pays a year, ready for a larger plan", "Платит в год, готов к расширению тарифа"),
    unit=Unit.MONEY_YEAR,
)
def account_upsell(portfolio: Portfolio) -> dict[str, Number]:
    """What accounts that are ready for a larger plan pay a year; all others are left out."""
    if portfolio.as_of is None or not portfolio.has("limits"):
        return {}
    ready, money = outgrown(portfolio) & set(paying(portfolio)), worths(portfolio)
    return {account: money[account] for account in sorted(ready) if account in money}


@metric(
    "cross_sell",
    name=Text("Room for a second product", "Потенциал второго продукта"),
    meaning=Text(
        "Clients that do well and lack a product which owners of theirs usually have.",
        "Благополучные клиенты без продукта, который обычно есть у владельцев того же, что и у них.",
    ),
    unit=Unit.COUNT,
    better="higher",
    formula=Text("accounts with an unowned product of a rule with >= 10 joint owners and Benjamini-Hochberg q <= 0.1", "клиенты без продукта из правила, у которого >= 10 совместных владельцев и q <= 0,1 (Бенджамини — Хохберг)"),
    source="metrics-8",
    needs=Text("products by client, from contracts or invoice lines", "продукты по клиентам: из договоров или строк счетов"),
)  # fmt: skip
def room_for_a_second_product(ask: Ask) -> list[Reading]:
    """Number of clients with an offer; then ``offers``, ``potential`` (money a year) and each rule's figures.

    ``potential``: per client its surest offer, price of the product x confidence, range by Wilson's interval of the
    confidence; no control group stands behind it (flag ``hypothesis``). Rules carry ``lift``, ``confidence`` and
    ``joint``, the scope naming both products. Without a passed rule: undefined, and the best pairs as insufficient.
    """
    portfolio = ask.portfolio
    whole = portfolio.whole or portfolio
    if portfolio.as_of is None or not _named(whole):
        return [ask.undefined(Text("the data name no products", "в данных не указаны продукты"), window=None)]
    ready = Ask(portfolio, ask.metric, portfolio.day)
    found = rules(whole)
    passed = [rule for rule in found if rule.passed]
    figures = [item for rule in (passed or found)[:SHOWN_RULES] for item in _figures(ready, rule)]
    if not passed:
        return [ready.undefined(NO_RULE, n=len(paying(portfolio))), *figures]
    inside = set(paying(portfolio)) - at_risk(whole)
    offers = [offer for offer in whitespace(whole) if offer.account in inside]
    head = ready.reading(len({offer.account for offer in offers}), n=len(inside))
    cells = ready.reading(len(offers), n=len(inside), scope={"kind": "offers"})
    return [head] if ask.head else [head, cells, *_potential(ready, offers), *figures]


NO_RULE = Text(
    "too little data: no pair of products has enough joint owners beyond chance",
    "данных недостаточно: ни у одной пары продуктов нет достаточного числа общих владельцев сверх случайного",
)


def _named(portfolio: Portfolio) -> bool:
    return portfolio.has("subscriptions", "product") or portfolio.has("invoices", "product")


@account_reading(
    "cross_sell",
    name=Text("Potential of a second product a year", "Потенциал второго продукта в год"),
    unit=Unit.MONEY_YEAR,
)
def account_cross_sell(portfolio: Portfolio) -> dict[str, Number]:
    """Price of the surest product on offer x confidence of its rule, of the accounts with an offer; a hypothesis."""
    if portfolio.as_of is None or not _named(portfolio):
        return {}
    inside = set(paying(portfolio)) - at_risk(portfolio)
    surest = _surest([offer for offer in whitespace(portfolio) if offer.account in inside])
    return {account: significant(offer.price * offer.figures.confidence) for account, offer in surest.items()}


def _surest(offers: list[Offer]) -> dict[str, Offer]:
    surest: dict[str, Offer] = {}
    for offer in offers:
        surest.setdefault(offer.account, offer)
    return surest


def _potential(ask: Ask, offers: list[Offer]) -> list[Reading]:
    surest = _surest(offers)
    if not surest:
        return []
    total = low = high = 0.0
    for offer in surest.values():
        ends = stats.wilson(offer.figures.joint, offer.figures.a)
        total, low, high = (
            total + offer.price * offer.figures.confidence,
            low + offer.price * ends[0],
            high + offer.price * ends[1],
        )
    few = len(surest) < ask.portfolio.policy["min_accounts"]
    return [
        ask.reading(
            round(total, 2),
            unit=Unit.MONEY_YEAR,
            n=len(surest),
            ci=(round(low, 2), round(high, 2)),
            ci_method="price x Wilson 95% of the rule's confidence",
            scope={"kind": "potential"},
            flags=("hypothesis",),
            status="insufficient" if few else "ok",
            reason=thin_reason() if few else None,
        )
    ]


def _figures(ask: Ask, rule: Rule) -> list[Reading]:
    about = {"by": "product", "group": f"{rule.a} → {rule.b}"}
    found: Association = rule.figures
    common: dict[str, Any] = {
        "n": found.n,
        "status": "ok" if rule.passed else "insufficient",
        "reason": None if rule.passed else NO_RULE,
    }
    confidence = ask.reading(
        found.confidence,
        unit=Unit.RATIO,
        numerator=found.joint,
        denominator=found.a,
        ci=stats.wilson(found.joint, found.a),
        ci_method="Wilson 95%",
        scope={**about, "kind": "confidence"},
        **{**common, "n": found.a},
    )
    lift = ask.reading(found.lift, unit=Unit.TIMES, scope={**about, "kind": "lift"}, **common)
    joint = ask.reading(found.joint, unit=Unit.COUNT, scope={**about, "kind": "joint"}, **common)
    return [lift, confidence, joint]
