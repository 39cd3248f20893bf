"""Cash per client: money received in a window per client active in it (metrics §1.2, §1.3)."""

from typing import Any

import ibis
from ibis import _

from tools import ledger
from tools.fields import account_reading
from tools.metrics import Ask, metric, one_value, thin_reason
from tools.metrics.orders import NEEDS as LINES
from tools.metrics.orders import NO_MONEY, on, trailing_year
from tools.metrics.recurring import closing, interval_of_mean, rhythm
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Rows, Unit, Window
from tools.text import Text

PAID = "paid"
INVOICED = "invoiced"


def receipts(portfolio: Portfolio, window: Window) -> Any:
    """Invoice lines of known clients as cash of the window: by the day paid, refunds by the day paid back.

    A line not paid is no cash. Where no line has a payment date, the day of the document stands for it.
    """
    lines = portfolio.table("invoices").filter(_.account_id.notnull(), _.amount.notnull())
    day = lines.date
    if portfolio.has("invoices", "paid_date"):
        day = ibis.ifelse(lines.amount < 0, ibis.coalesce(lines.paid_date, lines.date), lines.paid_date)
    return lines.filter((day >= on(window.start)) & (day < on(window.end)))


def active(portfolio: Portfolio, window: Window) -> Any:
    """Table ``account_id`` of the accounts active on any day of the window, by contract, else by line."""
    if ledger.convention(portfolio) == ledger.CONTRACT:
        held = ledger.priced(portfolio)
        first, last = held.start_date, held.end_date
    else:
        held = portfolio.table("invoices").filter(_.account_id.notnull(), _.amount > 0)
        first = ibis.coalesce(held.service_start, held.date)
        last = (ibis.coalesce(held.service_end, held.date) + ibis.interval(days=1)).cast("date")
    overlaps = (first < on(window.end)) & (last.isnull() | ((last > on(window.start)) & (last > first)))
    return held.filter(overlaps).select("account_id").distinct()


@metric(
    "cash_per_client",
    name=Text("Cash per client", "Деньги с клиента (cash-per-client)"),
    meaning=Text(
        "Money received in the window less refunds, without VAT, per client active in it.",
        "Сколько денег за период пришло за вычетом возвратов и без НДС на одного действующего клиента.",
    ),
    unit=Unit.MONEY,
    better="higher",
    formula=Text(
        "(cash in - refunds, ex VAT) / accounts active on any day of the window",
        "(поступления - возвраты, без НДС) / клиенты, действовавшие хотя бы день периода",
    ),
    source="metrics-1.2",
    needs=LINES,
    conventions={
        PAID: Text("by the day of payment; unpaid lines are left out", "по дате оплаты; неоплаченные строки не входят"),
        INVOICED: Text(
            "by the day of the document: no payment dates are given", "по дате документа: дат оплаты в данных нет"
        ),
    },
)
def cash_in_per_client(ask: Ask) -> list[Reading]:
    """Money per active client over the window (default: twelve months); then ``per_payer`` and ``arpa``.

    A yearly prepayment makes it lumpy, so ARPA of the closing day stands next to it. 120,000 + 10,000 + 10,000 - 4,000
    over four active clients gives 34,000; per payer 45,333.33; ARPA 10,000.
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("invoices"):
        return [ask.undefined(NO_MONEY, window=None)]
    mixed = ledger.mixed_currency(portfolio, "invoices")
    if mixed is not None:
        return [ask.undefined(mixed, window=None)]
    window = ask.window or trailing_year(portfolio)
    known = portfolio.has("invoices", "paid_date")
    ready = Ask(portfolio, ask.metric, window, PAID if known else INVOICED)
    row, sql = portfolio.row_of(("cash", window, known), lambda: _sums(portfolio, window))
    flags = () if known else ("invoiced_not_paid",)
    shown: dict[str, Any] = {"numerator": row["cash"], "rows": Rows(int(row["used"])), "flags": flags}
    nobody = Text("nobody was active in the window", "за период не было клиентов")
    head = _per(ready, row, "active", sql, nobody, shown)
    if ask.head:
        return [head]
    unpaid = Text("nobody paid in the window", "за период никто не платил")
    return [head, _per(ready, row, "payers", sql, unpaid, shown), *_arpa(ready)]


def _sums(portfolio: Portfolio, window: Window) -> Any:
    cash = receipts(portfolio, window)
    sums = cash.agg(
        cash=cash.amount.sum().fill_null(0),
        payers=cash.account_id.nunique(where=cash.amount > 0),
        used=cash.count(),
    )
    return sums.cross_join(active(portfolio, window).agg(active=_.count()))


def _per(ask: Ask, row: dict[str, Any], count: str, sql: str, nobody: Text, shown: dict[str, Any]) -> Reading:
    n = int(row[count])
    scope = {"kind": "per_payer"} if count == "payers" else {}
    if n == 0:
        return ask.undefined(nobody, scope=scope)
    few = ask.portfolio.narrow is not None and n < ask.portfolio.policy["min_accounts"]
    return ask.reading(
        float(row["cash"] / n),
        status="insufficient" if few else "ok",
        reason=thin_reason() if few else None,
        n=n,
        denominator=n,
        scope=scope,
        sql=one_value(sql, f'CAST("cash" AS DOUBLE) / "{count}"'),
        **shown,
    )


def _arpa(ask: Ask) -> list[Reading]:
    assert ask.window is not None
    common: dict[str, Any] = {"unit": Unit.MONEY_MONTH, "scope": {"kind": "arpa"}}
    common["convention"] = ledger.convention(ask.portfolio)
    last = ledger.anchor(ask.portfolio) or ask.window.closing
    why = ledger.missing_rate(ask.portfolio, ledger.source(ask.portfolio), [last, ask.window.closing])
    if why is not None:
        return [ask.undefined(why, **common)]
    if ledger.no_ledger(ask.portfolio) is not None:
        return []
    value, n, sql = closing(ask)
    if n == 0:
        return []
    few = ask.portfolio.narrow is not None and n < ask.portfolio.policy["min_accounts"]
    marks = {"status": "insufficient", "reason": thin_reason()} if few else rhythm(ask)
    return [
        ask.reading(
            float(value / n),
            n=n,
            numerator=value,
            denominator=n,
            sql=one_value(sql, f'CAST("ticks" AS DOUBLE) / {ledger.TICKS} / "n"'),
            **common,
            **interval_of_mean(ask),
            **marks,
        )
    ]


@account_reading("cash", name=Text("Cash of twelve months", "Деньги за двенадцать месяцев"), unit=Unit.MONEY)
def account_cash(portfolio: Portfolio) -> dict[str, Number]:
    """Cash of twelve months by account, refunds subtracted, without VAT; accounts without a payment are left out."""
    if portfolio.as_of is None or not portfolio.has("invoices"):
        return {}
    if ledger.mixed_currency(portfolio, "invoices") is not None:
        return {}
    key = ("cash by account", portfolio.has("invoices", "paid_date"))
    found = portfolio.asked(key, lambda: _by_account(receipts(portfolio, trailing_year(portfolio))))
    return dict(zip(found["account_id"].to_pylist(), found["cash"].to_pylist(), strict=True))


def _by_account(lines: Any) -> Any:
    return lines.group_by("account_id").agg(cash=lines.amount.sum()).order_by("account_id")
