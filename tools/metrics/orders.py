"""Revenue by client where money is dated: revenue per client, concentration."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import ibis
from ibis import _

from tools import ledger
from tools.metrics import Ask, metric, one_value
from tools.portfolio import Portfolio
from tools.reading import Reading, Rows, Unit, Window
from tools.text import Text

NET = {
    "net_of_returns": Text(
        "invoice lines with a client, returns subtracted, the window's days only",
        "строки счетов с указанным клиентом за вычетом возвратов, только дни периода",
    )
}
NO_MONEY = Text("there are no dated amounts by client", "нет датированных сумм по клиентам")
NEEDS = Text("invoice or order lines with client, date and amount", "строки счетов или заказов: клиент, дата, сумма")


def trailing_year(portfolio: Portfolio) -> Window:
    """The twelve months that end with ``as_of``."""
    assert portfolio.as_of is not None
    end = portfolio.as_of + timedelta(days=1)
    return Window(ledger.back(end, 12), end)


def on(day: date) -> Any:
    """A date as a literal that reads alike on every engine."""
    return ibis.date(day.year, day.month, day.day)


def inside(lines: Any, window: Window) -> Any:
    """The invoice lines of a window, those without a client included."""
    return lines.filter((lines.date >= on(window.start)) & (lines.date < on(window.end)))


@metric(
    "revenue_per_client",
    name=Text("Revenue per client", "Выручка на клиента"),
    meaning=Text(
        "Net revenue of the period per client that bought in it.",
        "Чистая выручка периода на одного покупавшего в нём клиента.",
    ),
    unit=Unit.MONEY,
    better="higher",
    formula=Text(
        "sum of line amounts, returns negative / clients with a line",
        "сумма строк, возвраты со знаком минус / клиенты, у которых есть строка",
    ),
    source="metrics-1.2",
    needs=NEEDS,
    conventions=NET,
)
def revenue_per_client(ask: Ask) -> list[Reading]:
    """Money per client over the window (default: twelve months), then the revenue of each calendar month.

    The month of ``as_of`` is ``partial`` unless it is complete. Rows without a client are left out and counted.
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("invoices"):
        return [ask.undefined(NO_MONEY, window=None)]
    mixed = ledger.mixed_currency(portfolio, "invoices")
    if mixed is not None:
        return [ask.undefined(mixed, window=None)]
    ready = Ask(portfolio, ask.metric, ask.window or trailing_year(portfolio), "net_of_returns")
    assert ready.window is not None
    window = ready.window
    row, sql = portfolio.row_of(("bought", window), lambda: _bought(inside(portfolio.table("invoices"), window)))
    everything = portfolio.rows("invoices")
    total = int(row["used"])
    if not portfolio.narrows:  # a line without a client is in no part of the base
        total = int(portfolio.run(inside(portfolio.table("invoices"), window).agg(n=_.count())).column(0)[0].as_py())
    left = {"no client": total - int(row["used"]), "outside the window": everything - total}
    left = {reason: number for reason, number in left.items() if number}
    clients = int(row["clients"])
    if clients == 0:
        return [ready.undefined(Text("nobody bought in the period", "за период никто не покупал"))]
    headline = ready.reading(
        float(row["revenue"] / clients),
        n=clients,
        numerator=row["revenue"],
        denominator=clients,
        rows=Rows(int(row["used"]), left),
        sql=one_value(sql, 'CAST("revenue" AS DOUBLE) / "clients"'),
    )
    return [headline] if ask.head else [headline, *_months(ready)]


def _bought(lines: Any) -> Any:
    known = lines.filter(lines.account_id.notnull())
    return known.agg(revenue=known.amount.sum(), clients=known.account_id.nunique(), used=known.count())


def _months(ask: Ask) -> list[Reading]:
    portfolio, window = ask.portfolio, ask.window
    assert window is not None and portfolio.as_of is not None
    lines = inside(portfolio.table("invoices"), window).filter(_.account_id.notnull())
    monthly = lines.group_by(month=ledger.month_of(lines.date)).agg(
        revenue=lines.amount.sum(), clients=lines.account_id.nunique(), used=lines.count(), last=lines.date.max()
    )
    monthly = monthly.order_by("month")
    sql = portfolio.sql(monthly)
    readings = []
    for row in portfolio.run(monthly).to_pylist():
        start = row["month"]
        whole = Window(start, ledger.back(start, -1))
        known = (
            row["last"] + timedelta(days=1) if whole.end > window.end else whole.end
        )  # an open month ends with its data
        cut = Window(max(start, window.start), min(whole.end, window.end, known))
        partial = cut != whole
        reason = Text("the month is not complete in the data", "месяц в данных неполный") if partial else None
        readings.append(
            ask.reading(
                row["revenue"],
                status="partial" if partial else "ok",
                reason=reason,
                flags=("partial_month",) if partial else (),
                window=cut,
                n=int(row["clients"]),
                rows=Rows(int(row["used"])),
                scope={"kind": "revenue", "by": "month", "group": f"{start:%Y-%m}"},
                sql=one_value(sql, 'CAST("revenue" AS DOUBLE)', f"\"month\" = DATE '{start}'"),
            )
        )
    return readings


def worth(portfolio: Portfolio) -> tuple[Any, Window | None, str]:
    """Table ``account_id, money`` (float, a year) of what each account is worth, and what `valued` says of it."""
    if "worth" not in portfolio.memo:
        portfolio.memo["worth"] = _worth(portfolio)
    return portfolio.memo["worth"], *valued(portfolio)


def valued(portfolio: Portfolio) -> tuple[Window | None, str]:
    """Window and convention of what an account is worth: 12 x MRR, else trailing revenue, else its monthly charge."""
    if "valued" not in portfolio.memo:
        portfolio.memo["valued"] = _valued(portfolio)
    found: tuple[Window | None, str] = portfolio.memo["valued"]
    return found


def _valued(portfolio: Portfolio) -> tuple[Window | None, str]:
    if ledger.no_ledger(portfolio) is None:
        return ledger.last_month(portfolio), ledger.convention(portfolio)
    if portfolio.as_of is not None and portfolio.has("invoices") and not ledger.mixed_currency(portfolio, "invoices"):
        return trailing_year(portfolio), "net_of_returns"
    return None, "monthly_charge"


def _worth(portfolio: Portfolio) -> Any:
    window, convention = valued(portfolio)
    if window is None:
        accounts = portfolio.table("accounts").filter(_.monthly_charge.notnull(), ~_.churned.fill_null(False))
        return accounts.select("account_id", money=accounts.monthly_charge.cast("float64") * 12)
    if convention == "net_of_returns":
        lines = inside(portfolio.table("invoices"), window).filter(_.account_id.notnull())
        money = lines.group_by("account_id").agg(money=lines.amount.sum().cast("float64"))
        return money.filter(money.money > 0)
    state = ledger.state(portfolio, [window.closing])
    return state.select("account_id", money=state.ticks.cast("float64") * 12 / ledger.TICKS)


def worths(portfolio: Portfolio) -> dict[str, float]:
    """What each account is worth a year, by account; accounts without a figure are absent."""
    if "worths" not in portfolio.memo:
        base = ledger.base_of(portfolio)
        if base is not None:
            known = worths(base)
            inside_part = sorted(portfolio.inside or ())
            portfolio.memo["worths"] = {account: known[account] for account in inside_part if account in known}
        else:
            found = portfolio.asked(("worths", valued(portfolio)), lambda: worth(portfolio)[0].order_by("account_id"))
            money = found["money"].to_numpy().round(4).tolist()
            portfolio.memo["worths"] = dict(zip(found["account_id"].to_pylist(), money, strict=True))
    saved: dict[str, float] = portfolio.memo["worths"]
    return saved


#: Of how many of the largest accounts concentration tells unless asked of another number.
LARGEST = (1, 5, 10)


@metric(
    "concentration",
    name=Text("Concentration of revenue", "Концентрация выручки"),
    meaning=Text("Share of the largest clients in revenue.", "Доля крупнейших клиентов в выручке."),
    unit=Unit.RATIO,
    better="lower",
    formula=Text("revenue of the top k accounts / revenue of all", "выручка k крупнейших клиентов / выручка всех"),
    source="users",
    needs=NEEDS,
)
def concentration(ask: Ask) -> list[Reading]:
    """Fraction of revenue of the top 1, 5 and 10 accounts (kinds ``top_1``, ``top_5``, ``top_10``), 0 to 1."""
    return of_largest(ask, LARGEST)


def of_largest(ask: Ask, counts: Sequence[int]) -> list[Reading]:
    """Fraction of revenue of so many largest accounts, 0 to 1, a reading a count (kind ``top_3``)."""
    portfolio = ask.portfolio
    window, convention = valued(portfolio)
    ready = Ask(portfolio, ask.metric, window, convention)
    found = worths(portfolio)
    total = sum(found.values())
    if total <= 0:
        return [ready.undefined(NO_MONEY)]
    sql = portfolio.text(("worth", window, convention), lambda: worth(portfolio)[0])
    ranked = f'SELECT *, ROW_NUMBER() OVER (ORDER BY "money" DESC, "account_id") AS "place" FROM ({sql}) AS "w"'
    readings = []
    amounts = sorted(found.values(), reverse=True)
    for top in counts:
        share = f'SUM("money") FILTER (WHERE "place" <= {top}) / SUM("money")'
        readings.append(
            ready.reading(
                sum(amounts[:top]) / total,
                n=len(found),
                numerator=round(sum(amounts[:top]), 2),
                denominator=round(total, 2),
                scope={"kind": f"top_{top}"},
                sql=one_value(ranked, share),
            )
        )
    return readings
