"""Payback: the cost of winning a client against its margin, and the client's own return (metrics §1.2, §6)."""

from typing import Any

from ibis import _

from tools import in_hand, ledger
from tools.fields import account_reading
from tools.metrics import Ask, metric, one_value, thin_reason
from tools.metrics.cash import receipts
from tools.metrics.orders import NO_MONEY, trailing_year, valued, worth
from tools.metrics.value import NO_PROMISES, PROMISES, grade_of, owed, owed_totals
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Rows, Status, Unit
from tools.text import Text

MONTH_DAYS = 365 / 12

COSTS = Text(
    "the cost of winning each client, its gross margin and its monthly payment",
    "стоимость привлечения каждого клиента, его валовая маржа и платёж в месяц",
)


@metric(
    "cac_payback",
    standing=True,
    name=Text("CAC payback", "Окупаемость привлечения (CAC payback)"),
    meaning=Text(
        "How long the gross margin of an average client takes to return the cost of winning it.",
        "За какой срок валовая маржа среднего клиента возвращает затраты на его привлечение.",
    ),
    unit=Unit.DAYS,
    better="lower",
    formula=Text(
        "365/12 * mean acquisition cost / (ARPA * gross margin)",
        "365/12 * средняя стоимость привлечения / (ARPA * валовая маржа)",
    ),
    source="metrics-1.2",
    needs=COSTS,
)
def payback_of_acquisition(ask: Ask) -> list[Reading]:
    """Days (a month is 365/12 of them), then ``months``: how many monthly margins the cost equals, in times.

    The cost is the mean over all clients with a known one, those that left included; ARPA and margin are of those of
    them in force. Without a margin it has no value; ``on_revenue`` is then its floor. 60,000 at an ARPA of 10,000 and
    a margin of one half: 12 months, 365 days.
    """
    portfolio = ask.portfolio
    if not portfolio.has("accounts", "acquisition_cost"):
        return [ask.undefined(Text("no cost of winning a client is given", "стоимость привлечения не указана"))]
    window, convention = valued(portfolio)
    ready = Ask(portfolio, ask.metric, window, convention)
    key = ("acquired", window, convention)
    row, sql = portfolio.row_of(key, lambda: _acquired(portfolio, worth(portfolio)[0]))
    paying, cost = int(row["paying"]), row["cost"]
    if not paying or not row["money"]:
        return [ready.undefined(Text("no client with a known cost pays now", "ни один клиент с известной стоимостью не платит"))]  # fmt: skip
    n = int(row["n"])
    few = n < portfolio.policy["min_accounts"]
    common: dict[str, Any] = {
        "n": n, "coverage": paying / int(row["every"]) if row["every"] else None,
        "status": "insufficient" if few else "ok", "reason": thin_reason() if few else None,
        "rows": Rows(n, {"no cost": portfolio.rows("accounts") - n} if portfolio.rows("accounts") > n else {}),
    }  # fmt: skip
    if row["margin"] is None or row["margin"] <= 0:
        return _no_margin(ready, row, sql, common)
    months = cost / (row["money"] / 12 * row["margin"])
    formula = '"cost" / ("money" / 12 * "margin")'
    common |= {"numerator": round(cost, 4), "denominator": round(row["money"] / 12 * row["margin"], 4)}
    return [
        ready.reading(months * MONTH_DAYS, sql=one_value(sql, f"{formula} * 365.0 / 12"), **common),
        ready.reading(
            months, unit=Unit.TIMES, scope={"kind": "months"}, sql=one_value(sql, formula), **common
        ),
    ]  # fmt: skip


def _acquired(portfolio: Portfolio, worths: Any) -> Any:
    """One row: mean cost of the clients with one, mean yearly money and margin of those of them that pay."""
    costed = portfolio.table("accounts").filter(_.acquisition_cost.notnull())
    payers = worths.select(payer=_.account_id, money=_.money)
    joined = costed.left_join(payers, costed.account_id == payers.payer)
    stated = joined.margin.notnull() & joined.money.notnull()
    weight = joined.money.sum(where=stated).nullif(0)
    means = joined.agg(
        n=joined.count(),
        cost=joined.acquisition_cost.cast("float64").mean(),
        money=joined.money.mean(),
        paying=joined.money.count(),
        margin=(joined.money * joined.margin).sum(where=stated) / weight,
    )
    return means.cross_join(worths.agg(every=_.count()))


def _no_margin(ask: Ask, row: dict[str, Any], sql: str, common: dict[str, Any]) -> list[Reading]:
    if row["margin"] is not None:
        reason = Text(
            "the margin is not positive: the cost never returns", "маржа не положительна: затраты не окупятся"
        )
        return [ask.undefined(reason, n=common["n"])]
    reason = Text("the gross margin is not known; revenue alone would flatter the term", "валовая маржа неизвестна, а по одной выручке срок вышел бы заниженным")  # fmt: skip
    months = row["cost"] / (row["money"] / 12)
    floor = ask.reading(
        months * MONTH_DAYS,
        scope={"kind": "on_revenue"},
        flags=("revenue_not_margin",),
        sql=one_value(sql, '"cost" / ("money" / 12) * 365.0 / 12'),
        **common,
    )
    return [ask.undefined(reason, n=common["n"]), floor]


RETURNS = {
    "run_rate": Text(
        "value received a year over what the client pays a year", "полученная польза за год к платежам клиента за год"
    ),
    "paid": Text(
        "value received a year over what the client paid in twelve months",
        "полученная польза за год к оплаченному за двенадцать месяцев",
    ),
}


@metric(
    "client_roi",
    name=Text("Return for the client (ROI)", "Отдача для клиента (ROI)"),
    meaning=Text(
        "Value the clients received for each unit of money they pay us.",
        "Сколько пользы клиенты получили на каждую единицу денег, которую платят нам.",
    ),
    unit=Unit.TIMES,
    better="higher",
    formula=Text(
        "sum of promised value realised, a year / sum of what the same clients pay, a year",
        "сумма выполненных обещаний за год / сумма, которую те же клиенты платят за год",
    ),
    source="metrics-6",
    needs=PROMISES,
    conventions=RETURNS,
)
def return_for_the_client(ask: Ask) -> list[Reading]:
    """Times, over the clients with a priced promise of known outcome; then ``net``: (value - paid) / paid, a ratio.

    Promises whose outcome is not known add nothing, and make it ``partial``. The grade is that of the evidence:
    confirmed by the client, measured, stated. 825,000 received by a client that pays 300,000 gives 2.75.
    """
    portfolio = ask.portfolio
    if not portfolio.has("value_goals", "value"):
        return [ask.undefined(NO_PROMISES, window=None)]
    convention = ask.convention or "run_rate"
    ready = Ask(portfolio, ask.metric, portfolio.day, convention)
    if not _pays(portfolio, convention):
        return [ready.undefined(NO_MONEY)]
    row, sql = _returned(portfolio, convention)
    if not row["n"] or not row["paid"]:
        return [ready.undefined(Text("no paying client has a priced promise with a known outcome", "нет платящего клиента с оценённым в деньгах обещанием и известным итогом"))]  # fmt: skip
    few, open_ = row["n"] < portfolio.policy["min_accounts"], row["unknown"] > 0
    status: Status = "insufficient" if few else "partial" if open_ else "ok"
    reason = Text("the outcome of some promises is not known", "по части обещаний итог неизвестен") if open_ else None
    common: dict[str, Any] = {
        "n": int(row["n"]), "numerator": round(row["value"], 2), "denominator": round(row["paid"], 2),
        "status": status, "reason": thin_reason() if few else reason, "grade": grade_of(owed_totals(portfolio)[0]),
        "coverage": row["value"] / (row["value"] + row["unknown"]) if row["value"] + row["unknown"] else None,
    }  # fmt: skip
    times = row["value"] / row["paid"]
    if ask.head:
        return [ready.reading(times, sql=one_value(sql, '"value" / "paid"'), **common)]
    net = ready.reading(
        times - 1, unit=Unit.RATIO, scope={"kind": "net"}, sql=one_value(sql, '"value" / "paid" - 1'), **common
    )
    return [ready.reading(times, sql=one_value(sql, '"value" / "paid"'), **common), net]


def _pays(portfolio: Portfolio, convention: str) -> bool:
    """True where it is known what clients pay a year (``run_rate``), or what they paid in twelve months."""
    if convention == "run_rate":
        return True
    dated = portfolio.as_of is not None and portfolio.has("invoices")
    return dated and ledger.mixed_currency(portfolio, "invoices") is None


def _returned(portfolio: Portfolio, convention: str) -> tuple[dict[str, Any], str]:
    """One row: value realised, money paid and value of unknown outcome of the clients with both; and its SQL."""
    base = ledger.base_of(portfolio)
    key = "returns", convention, valued(portfolio), portfolio.has("invoices", "paid_date")
    if base is None or valued(base) == valued(portfolio):
        return in_hand.row_of(portfolio, key, rows=lambda asked: _returns(asked, convention), sums=_sums)
    return portfolio.row_of(key, lambda: _sums(_returns(portfolio, convention)))


def _sums(both: Any) -> Any:
    return both.agg(value=both.realised.sum(), paid=both.money.sum(), unknown=both.unknown.sum(), n=both.count())


def _paid(portfolio: Portfolio, convention: str) -> Any:
    """Table ``payer, money``: what each client pays a year, or paid in twelve months."""
    if convention == "run_rate":
        return worth(portfolio)[0].select(payer=_.account_id, money=_.money)
    lines = receipts(portfolio, trailing_year(portfolio))
    money = lines.group_by("account_id").agg(money=lines.amount.sum().cast("float64"))
    return money.select(payer=_.account_id, money=_.money)


def _returns(portfolio: Portfolio, convention: str) -> Any:
    """Table ``account_id, realised, unknown, money`` of the clients with a known outcome and a payment."""
    paid = _paid(portfolio, convention)
    promised = owed(portfolio).filter(_.value.notnull())
    known = promised.progress.notnull()
    worth_of = promised.value.cast("float64")
    by = promised.group_by("account_id").agg(
        realised=(worth_of * promised.progress).sum(where=known),
        unknown=worth_of.sum(where=~known).fill_null(0.0),
    )
    joined = by.filter(by.realised.notnull()).join(paid, _.account_id == paid.payer)
    return joined.filter(joined.money > 0).select("account_id", "realised", "unknown", "money")


@account_reading("client_roi", name=Text("Return for the client (ROI)", "Отдача для клиента (ROI)"), unit=Unit.TIMES)
def account_return(portfolio: Portfolio) -> dict[str, Number]:
    """Value received a year over what the client pays a year, by account with both, in times."""
    if not portfolio.has("value_goals", "value"):
        return {}
    rows = portfolio.run(_returns(portfolio, "run_rate").order_by("account_id")).to_pylist()
    return {row["account_id"]: row["realised"] / row["money"] for row in rows}
