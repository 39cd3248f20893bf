"""Lifetime value of a client (metrics §2): closed forms here, models of renewals and of orders in the files beside."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tools import bridge, ledger
from tools.fields import account_reading
from tools.metrics import Ask, lifetime_spread, metric, metrics, thin_reason
from tools.metrics.lifetime_base import Basis, basis, monthly_of
from tools.metrics.lifetime_forms import Array, Sample, discounted, monthly_churn, most_churn, simple
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Unit
from tools.text import Text

FORMS = {
    "discounted": Text(
        "margin or revenue a month, discounted, over a fixed horizon",
        "маржа или выручка в месяц с дисконтом на горизонте",
    ),
    "simple": Text(
        "margin or revenue a month over churn, for comparison",
        "маржа или выручка в месяц, делённая на отток — для сравнения",
    ),
    "simple_recent": Text(
        "margin or revenue a month over the mean monthly churn of the last six months (ChartMogul)",
        "маржа или выручка в месяц, делённая на средний месячный отток за полгода (как в ChartMogul)",
    ),
    "segmented": Text(
        "discounted, each plan with a churn of its own, then weighted by clients",
        "с дисконтом, по каждому тарифу со своим оттоком, затем среднее по клиентам",
    ),
    "sbg": Text(
        "discounted over the horizon, survival fitted to renewals of cohorts (shifted beta-geometric)",
        "с дисконтом на горизонте, дожитие подобрано по продлениям когорт (сдвинутое бета-геометрическое)",
    ),
    "survival": Text(
        "discounted over the months observed, survival by Kaplan–Meier",
        "с дисконтом на наблюдавшихся месяцах, дожитие по Каплану — Мейеру",
    ),
    "markov": Text(
        "discounted over the horizon, clients moving between bands of payment (Markov chain)",
        "с дисконтом на горизонте, клиенты переходят между уровнями платежа (марковская цепь)",
    ),
    "bgnbd": Text(
        "orders expected over the horizon (BG/NBD) times expected spend (Gamma-Gamma), discounted",
        "ожидаемые заказы на горизонте (BG/NBD), умноженные на ожидаемый чек (Gamma-Gamma), с дисконтом",
    ),
}
CONTRACTUAL = Text(
    "the clients pay by contract; the model of orders is for purchases without one",
    "клиенты платят по договору, а модель заказов — для покупок без договора",
)
NO_CHURN = Text(
    "nobody left in the year, so the lifetime has no end to divide by; only a lower bound can be stated",
    "за год никто не ушёл, делить не на что: назвать можно только нижнюю границу",
)


@metric(
    "ltv",
    standing=True,
    name=Text("Lifetime value of a client (LTV)", "Ценность клиента за срок жизни (LTV)"),
    meaning=Text(
        "What an average client is expected to bring over the horizon, at the churn of the last year; without "
        "contracts, by the orders and the spend expected of it.",
        "Сколько средний клиент принесёт за горизонт при оттоке последнего года; без договоров — по ожидаемым "
        "заказам и чеку.",
    ),
    unit=Unit.MONEY,
    better="higher",
    formula=Text(
        "m * (1 - q^60) / (1 - q), q = (1 - monthly churn) / (1 + monthly discount)",
        "m * (1 - q^60) / (1 - q), q = (1 - отток за месяц) / (1 + ставка дисконта за месяц)",
    ),
    source="metrics-2.1",
    needs=Text(
        "recurring revenue of at least a year, or orders of many clients that bought again; and the gross margin",
        "регулярная выручка хотя бы за год или заказы многих повторных покупателей; и валовая маржа",
    ),
    conventions=FORMS,
)
def lifetime_value(ask: Ask) -> list[Reading]:
    """Money per client: discounted over 60 months (headline), then the simple form; models where asked for by name.

    Orders without a contract: BG/NBD with Gamma-Gamma is the headline (§2.8). By client churn, never net churn.
    Without a margin it is revenue, flagged so. No churn at all: undefined, with the lower bound that the interval of
    churn allows (kind ``lower_bound``). Fewer than 30 clients, or an interval wider than 1.2 of the value: insufficient.
    80 a month at 3 % churn and 10 % a year give 1911.47.
    """
    from tools.metrics import lifetime_cohorts, lifetime_orders

    orders = ask.portfolio.as_of is not None and ask.portfolio.profile.key == "repeat"
    if orders and ask.convention in ("", "bgnbd"):
        return lifetime_orders.by_orders(ask)
    if ask.convention == "bgnbd":
        return [ask.undefined(CONTRACTUAL, window=None)]
    found = basis(ask)
    if isinstance(found, Reading):
        return [replace(found, convention=ask.convention)]
    models = {
        "segmented": segmented,
        "simple_recent": _recent,
        "sbg": lifetime_cohorts.by_renewals,
        "survival": lifetime_cohorts.by_survival,
        "markov": lifetime_cohorts.by_moves,
    }
    if ask.convention in models:
        return models[ask.convention](found)
    if found.share == 0:
        return _no_churn(found)
    sample = Sample.of(found.opened, found.lost, found.money)
    forms = [_closed(found, sample, form) for form in ("discounted", "simple")]
    return forms[::-1] if ask.convention == "simple" else forms


def _closed(found: Basis, sample: Sample, form: str) -> Reading:
    """One of the two closed forms with its interval."""
    churn = monthly_churn(found.share, days=found.days)
    if form == "discounted":
        policy = found.ask.portfolio.policy
        months, yearly = int(policy["ltv_horizon_months"]), policy["ltv_discount_year"]
        value = discounted(found.monthly, churn, discount_year=yearly, months=months)
        ci, method = sample.interval(found.value)
    else:
        value = simple(found.monthly, churn)
        ci, method = sample.interval(lambda money, share: money / monthly_of(share, found.days))
    return _judged(found, value, (ci, method), convention=form, kind="simple" if form == "simple" else "")


def _judged(found: Basis, value: float, interval: lifetime_spread.Found, *, convention: str, kind: str) -> Reading:
    """The reading of a value; one without an interval, or too wide an interval, is insufficient (metrics §9)."""
    ci, method = interval
    standing = found.standing()
    wide = ci is None or ci[1] - ci[0] > found.ask.portfolio.policy["max_ci_relative"] * value
    if wide and standing["status"] != "insufficient":
        standing |= {"status": "insufficient", "reason": thin_reason()}
    scope = {"kind": kind} if kind else {}
    return found.ask.reading(value, convention=convention, ci=ci, ci_method=method, scope=scope, **standing)


def _no_churn(found: Basis) -> list[Reading]:
    churn = monthly_churn(most_churn(found.n), days=found.days)
    bound = simple(found.monthly, churn)
    standing = found.standing()
    return [
        found.ask.undefined(NO_CHURN, convention="discounted", n=found.n),
        found.ask.reading(bound, convention="simple", scope={"kind": "lower_bound"}, **standing),
    ]


def _recent(found: Basis) -> list[Reading]:
    """Money over the mean of the monthly client churn of the last complete months."""
    portfolio = found.ask.portfolio
    months = int(portfolio.policy["ltv_recent_months"])
    moved = bridge.movement_bridge(portfolio)
    latest = moved.windows[-months:]
    ends = [day for month in latest for day in (month.opening, month.closing)]
    lacking = ledger.missing_rate(portfolio, ledger.source(portfolio), ends)
    if lacking is not None:
        return [found.ask.undefined(lacking, convention="simple_recent")]
    rows = moved.rows.to_pylist()[-months:]
    shares = [int(row["churn_n"]) / _exposed(row) for row in rows if _exposed(row)]
    if len(shares) < months:
        why = Text("fewer than six months with paying clients", "меньше шести месяцев с платящими клиентами")
        return [found.ask.undefined(why, convention="simple_recent")]
    if not any(shares):
        why = Text(
            "nobody left in the last months, so there is nothing to divide by",
            "за последние месяцы никто не ушёл, делить не на что",
        )
        return [found.ask.undefined(why, convention="simple_recent", n=found.n)]
    value = simple(found.monthly, sum(shares) / len(shares))
    interval = lifetime_spread.of_months(found, latest)
    return [_judged(found, value, interval, convention="simple_recent", kind="simple_recent")]


def _exposed(row: Mapping[str, Any]) -> int:
    """Clients that could be lost in a month: those paying at its start, and those whose pause ran out in it."""
    return int(row["start_n"]) + int(row.get("lapsed_n", 0))


def segmented(found: Basis) -> list[Reading]:
    """The discounted form plan by plan and the mean over clients, then the simple one (kind ``segmented_simple``).

    A plan of fewer than 30 opening clients, or that lost none, takes the churn of the base.
    """
    if found.share == 0:
        return [found.ask.undefined(NO_CHURN, convention="segmented", n=found.n)]
    share = plan_churn(found)
    paying = found.money > 0
    values = found.value(found.money[paying], share[paying])
    plain = found.money[paying] / monthly_of(share[paying], found.days)
    places = plan_places(found)
    forms = (("segmented", values, True), ("segmented_simple", plain, False))
    return [
        _judged(
            found, float(each.mean()), lifetime_spread.of_plans(found, places, discounted=discount),
            convention="segmented", kind=kind,
        )
        for kind, each, discount in forms
    ]  # fmt: skip


def plan_churn(found: Basis) -> Array:
    """Share lost over the window in each client's plan, or in the base where the plan is too small to tell."""
    places = plan_places(found)
    opened, lost = np.bincount(places, found.opened), np.bincount(places, found.lost)
    shares = lost / np.where(opened > 0, opened, 1)
    shares[0] = found.share
    return np.asarray(shares[places])


def plan_places(found: Basis) -> Any:
    """Number of each client's plan, from 1; 0 of the plans too small to tell, or that lost nobody, and of no plan."""
    least = found.ask.portfolio.policy["min_accounts"]
    names, place = np.unique([plan or "" for plan in found.plans], return_inverse=True)
    opened = np.bincount(place, found.opened, minlength=len(names))
    lost = np.bincount(place, found.lost, minlength=len(names))
    told = (opened >= least) & (lost > 0) & (names != "")
    return np.where(told, np.cumsum(told), 0)[place]


@account_reading("ltv", name=Text("Lifetime value (LTV)", "Ценность за срок жизни (LTV)"), unit=Unit.MONEY)
def account_lifetimes(portfolio: Portfolio) -> Mapping[str, Number]:
    """Money that each client is expected to bring over the horizon; no client where the base cannot tell.

    Recurring: its own monthly money, by margin where known, at the churn of its plan or of the base. Orders: its
    expected spend times its expected discounted orders. Clients that pay nothing now are left out of the first.
    """
    if portfolio.as_of is None:
        return {}
    ask = Ask(portfolio, metrics()["ltv"])
    if portfolio.profile.key == "repeat":
        from tools.metrics import lifetime_orders

        return lifetime_orders.account_values(ask)
    found = basis(ask)
    if isinstance(found, Reading) or found.share == 0 or found.standing()["status"] == "insufficient":
        return {}
    values = np.round(found.value(found.money, plan_churn(found)), 2)
    return {account: float(value) for account, value in zip(found.accounts, values, strict=True) if value > 0}
