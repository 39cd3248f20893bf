"""Lifetime value of clients that order without a contract: BG/NBD with Gamma-Gamma (metrics §2.3, §2.5, §2.8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
from ibis import _

from tools import ledger
from tools.metrics import Ask
from tools.metrics.lifetime_base import margins
from tools.metrics.lifetime_forms import MONTH_DAYS, Array, monthly_discount
from tools.metrics.orders import NO_MONEY
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Rows, Status
from tools.stats import Z
from tools.text import Text

FEW = Text("fewer than 30 clients bought twice", "дважды покупали меньше 30 клиентов")
THIN = Text(
    "fewer than 300 clients bought more than once: the model of orders is not to be relied on",
    "больше одного раза покупали меньше 300 клиентов: на модель заказов опираться рано",
)
BOUNDS = Text(
    "the orders do not tell buying from stopping, so the model runs to its bounds",
    "по заказам не отличить паузу от ухода, модель упирается в свои пределы",
)


@dataclass(frozen=True, slots=True)
class Purchases:
    """A row per client: repeat purchase days, weeks to the last and weeks observed, mean spend of a repeat day.

    ``paid_days`` are the repeat days with money: days without any are repeat days, but say nothing of spend.
    """

    accounts: Any
    x: Array
    t_x: Array
    T: Array
    paid_days: Array
    spend: Array
    margin: Array | None
    rows: Rows


@dataclass(frozen=True, slots=True)
class Forecast:
    """Money of each client over the horizon, in the order of the purchases; or the reason there is none."""

    purchases: Purchases
    values: Array | None
    reason: Text | None
    firm: bool


def purchases(portfolio: Portfolio) -> Purchases:
    """What each client bought: purchases of one day are one, the first day is not counted, by one query.

    A day of returns alone is no purchase. Weeks run to ``as_of``. CDNOW: 2457 repeat purchases of 946 clients.
    """
    assert portfolio.as_of is not None
    lines = portfolio.table("invoices").filter(_.account_id.notnull(), _.amount.notnull(), _.date.notnull())
    days = lines.group_by("account_id", "date").agg(
        net=(lines.amount * ledger.TICKS).cast("int64").sum().cast("int64"),
        bought=lines.amount.max() >= 0,
        lines=lines.count(),
    )
    bought = days.filter(days.bought)
    bought = bought.mutate(first=bought.date.min().over(ibis.window(group_by="account_id")))
    paid = (bought.date > bought.first) & (bought.net != 0)
    counts = {
        "x": bought.count() - 1,
        "lines": bought.lines.sum(),
        "paid_days": paid.sum().fill_null(0),
        "net": bought.net.sum(where=paid).fill_null(0),
    }
    clients = bought.group_by("account_id").agg(
        first=bought.date.min(), last=bought.date.max(), **{name: found.cast("int64") for name, found in counts.items()}
    )
    accounts = portfolio.table("accounts").select(client=_.account_id, margin=_.margin)
    joined = clients.left_join(accounts, clients.account_id == accounts.client)
    day = ledger.literal(portfolio.as_of)
    found = portfolio.run(
        joined.select(
            "account_id", "x", "lines", "paid_days", "net", "margin",
            recency=joined.last.delta(joined.first, unit="day"), age=day.delta(joined.first, unit="day"),
        ).order_by("age", "x", "recency", "net", "account_id")
    )  # fmt: skip
    rows = portfolio.counts("invoices")
    return _purchases(found, everything=rows["*"], named=rows["account_id"])


def _purchases(found: Any, *, everything: int, named: int) -> Purchases:
    x, recency, age, days, net, lines = (
        found.column(name).to_numpy().astype(float) for name in ("x", "recency", "age", "paid_days", "net", "lines")
    )
    spend = np.divide(net / ledger.TICKS, days, where=days > 0, out=np.zeros_like(net))
    used = int(lines.sum())
    left = {"no client": everything - named, "no amount, or a day of returns alone": named - used}
    return Purchases(
        accounts=found.column("account_id"),
        x=x,
        t_x=recency / 7,
        T=age / 7,
        paid_days=days,
        spend=np.maximum(spend, 0.0),
        margin=margins(found.column("margin"), np.maximum(net, 0.0)),
        rows=Rows(used, {reason: number for reason, number in left.items() if number}),
    )


def forecast(portfolio: Portfolio) -> Forecast:
    """Expected money of every client over the horizon, orders and spend fitted on the whole base, asked once."""
    if "ltv orders" not in portfolio.memo:
        portfolio.memo["ltv orders"] = _forecast(portfolio)
    found: Forecast = portfolio.memo["ltv orders"]
    return found


def _forecast(portfolio: Portfolio) -> Forecast:
    policy, bought = portfolio.policy, purchases(portfolio)
    repeaters = int((bought.x > 0).sum())
    if repeaters < policy["min_accounts"]:
        return Forecast(bought, None, FEW, firm=False)
    from tools.models import bgnbd, gamma_gamma

    spend, why = gamma_gamma.fit(bought.paid_days, bought.spend, most=policy["ltv_max_correlation"])
    if spend is None:
        return Forecast(bought, None, why, firm=False)
    orders, place = bgnbd.triples(bought.x, bought.t_x, bought.T)
    model = bgnbd.fit(orders)
    if model.at_bound:
        return Forecast(bought, None, BOUNDS, firm=False)
    weeks = MONTH_DAYS / 7 * np.arange(1, int(policy["ltv_horizon_months"]) + 1)
    ahead = bgnbd.discounted(model, orders, weeks=weeks, discount=monthly_discount(policy["ltv_discount_year"]))
    values = ahead[place] * gamma_gamma.expected(spend, bought.paid_days, bought.spend)
    values = values if bought.margin is None else values * bought.margin
    if not np.isfinite(values).all():
        return Forecast(bought, None, BOUNDS, firm=False)
    thin = THIN if repeaters < policy["ltv_min_repeat"] else None
    return Forecast(bought, values, thin, firm=thin is None)


def by_orders(ask: Ask) -> list[Reading]:
    """Mean money that a client of the base is still expected to bring over 60 months, discounted; ``n`` clients.

    A group's figure is the mean of its clients, the model being fitted on the whole base. Undefined below 30 clients
    with a repeat purchase, where spend depends on frequency and where the model runs to its bounds; insufficient below 300.
    """
    portfolio = ask.portfolio
    ask = Ask(portfolio, ask.metric, portfolio.day, "bgnbd")
    if portfolio.as_of is None or not portfolio.has("invoices"):
        return [ask.undefined(NO_MONEY)]
    mixed = ledger.mixed_currency(portfolio, "invoices")
    if mixed is not None:
        return [ask.undefined(mixed)]
    found = forecast(portfolio.whole or portfolio)
    if found.values is None:
        return [ask.undefined(found.reason or NO_MONEY, rows=found.purchases.rows)]
    values = found.values
    if portfolio.narrow is not None:
        inside = portfolio.names
        values = values[[account in inside for account in found.purchases.accounts.to_pylist()]]
        if len(values) == 0:
            return [ask.undefined(NO_MONEY)]
    status: Status = "ok" if found.firm else "insufficient"
    flags = () if found.purchases.margin is not None else ("revenue_not_margin",)
    half = Z * float(values.std()) / float(np.sqrt(len(values)))
    return [
        ask.reading(
            float(values.mean()),
            n=len(values),
            ci=(float(values.mean()) - half, float(values.mean()) + half),
            ci_method="linearised over clients, the models' parameters held",
            status=status,
            reason=found.reason,
            flags=flags,
            rows=found.purchases.rows,
        )
    ]


def account_values(ask: Ask) -> Mapping[str, Number]:
    """Expected money of each client by account; none where the base is too thin to tell."""
    portfolio = ask.portfolio
    if not portfolio.has("invoices") or ledger.mixed_currency(portfolio, "invoices") is not None:
        return {}
    found = forecast(portfolio)
    if found.values is None or not found.firm:
        return {}
    rounded = np.round(found.values, 2).tolist()
    return dict(zip(found.purchases.accounts.to_pylist(), rounded, strict=True))
