"""RFM, the second lens: recency, frequency, money by right-closed quartiles over the window (metrics §3)."""

from typing import Any

from ibis import _

from tools import ledger, stats
from tools.document import Claim
from tools.metrics.orders import inside, on, trailing_year
from tools.portfolio import Portfolio
from tools.reading import Reading, Rows, Unit
from tools.segments import Placed, Segmentation, groups_of, segmentation
from tools.text import Text

RULE = "net_of_returns_12_months"
TITLES = {
    "best": Text("Best: recent, frequent, large", "Лучшие: недавние, частые, крупные"),
    "good": Text("Regular", "Постоянные"),
    "new": Text("Ordered once in the year, recently", "Заказали лишь однажды за год, недавно"),
    "once": Text("Ordered once in the year, long ago", "Заказали лишь однажды за год, давно"),
    "lapsing": Text("Lapsing: used to buy often or much", "Остывающие: покупали часто или много"),
    "rare": Text("Rare and small", "Редкие и мелкие"),
    "inactive": Text("No order in the window", "Без заказов в окне"),
}


def no_orders(portfolio: Portfolio) -> Text | None:
    """Why there is no RFM, or None."""
    if portfolio.as_of is None or not portfolio.has("invoices"):
        return Text("there are no dated orders or invoices", "нет датированных заказов или счетов")
    return ledger.mixed_currency(portfolio, "invoices")


def cell(r: int, f: int, m: int, orders: int) -> str:
    """The group of an RFM cell, total over 1-4 each: every combination has exactly one."""
    if orders == 1:
        return "new" if r >= 3 else "once"
    if r == 4 and f == 4 and m == 4:
        return "best"
    if r == 1 and (f >= 3 or m >= 3):
        return "lapsing"
    return "good" if r >= 2 and (f >= 2 or m >= 2) else "rare"


@segmentation("rfm", title=Text("RFM", "RFM"), impossible=no_orders)
def rfm_segments(portfolio: Portfolio) -> Segmentation:
    """Every account in one RFM group. Recency in days from ``as_of``; an order is a document with a positive sum.

    Returns reduce money; rows without a client are left out; accounts without an order in the window are ``inactive``.
    """
    assert portfolio.as_of is not None
    rows, sql, left = _accounts(portfolio)
    placed: list[Placed] = []
    edges: list[Reading] = []
    if rows:
        columns = {name: [float(row[name]) for row in rows] for name in ("recency", "orders", "money")}
        r, r_edges = stats.quartile_score(columns["recency"], reverse=True)
        f, f_edges = stats.quartile_score(columns["orders"])
        m, m_edges = stats.quartile_score(columns["money"])
        edges = _edges(portfolio, {"recency": r_edges, "orders": f_edges, "money": m_edges}, len(rows), left)
        names = dict(portfolio.accounts())
        for row, recency, frequency, amount in zip(rows, r, f, m, strict=True):
            account = row["account_id"]
            key = cell(recency, frequency, amount, int(row["orders"]))
            placed.append(Placed(account, names.get(account, account), key, _why(portfolio, row, sql)))
    seen = {account.id for account in placed}
    idle = Claim("why.inactive", Text("no order within the year", "нет заказов за год"))
    placed += [Placed(a, name, "inactive", idle) for a, name in portfolio.accounts() if a not in seen]
    return Segmentation("rfm", groups_of(portfolio, TITLES, placed, by="rfm"), tuple(placed), tuple(edges))


def _accounts(portfolio: Portfolio) -> tuple[list[dict[str, Any]], str, dict[str, int]]:
    assert portfolio.as_of is not None
    window = trailing_year(portfolio)
    lines = inside(portfolio, window)
    known = lines.filter(_.account_id.notnull())
    document = known.document.fill_null(known.date.cast("string"))
    orders = known.group_by("account_id", document=document).agg(date=_.date.max(), money=_.amount.sum())
    by = orders.group_by("account_id").agg(
        recency=on(portfolio.as_of).delta(orders.date.max(where=orders.money > 0), unit="day"),
        orders=(orders.money > 0).sum(),
        money=orders.money.sum().cast("float64"),
    )
    sql = portfolio.sql(by.filter(by.orders > 0).order_by("account_id"))
    rows = portfolio.query(sql).to_pylist()
    counts, _sql = portfolio.row(lines.agg(n=lines.count(), used=lines.account_id.count()))
    left = {
        "no client": int(counts["n"]) - int(counts["used"]),
        "outside the window": portfolio.rows("invoices") - int(counts["n"]),
    }
    left = {reason: number for reason, number in left.items() if number}
    portfolio.memo["rfm rows"] = Rows(int(counts["used"]), left)
    return rows, sql, left


def _edges(
    portfolio: Portfolio, edges: dict[str, tuple[float, float, float]], n: int, left: dict[str, int]
) -> list[Reading]:
    units = {"recency": Unit.DAYS, "orders": Unit.COUNT, "money": Unit.MONEY}
    rows = portfolio.memo["rfm rows"]
    return [
        Reading(
            "rfm", units[name], value, n=n, window=trailing_year(portfolio), convention=RULE, rows=rows,
            scope={"kind": name, "by": "quartile", "group": f"q{25 * (place + 1)}"}, snapshot=portfolio.snapshot,
        )
        for name, values in edges.items()
        for place, value in enumerate(values)
    ]  # fmt: skip


def _why(portfolio: Portfolio, row: dict[str, Any], sql: str) -> Claim:
    account = row["account_id"]

    def part(name: str, unit: Unit, value: Any) -> Reading:
        from tools.metrics import one_value

        escaped = str(account).replace("'", "''")
        return Reading(
            "rfm",
            unit,
            value,
            n=1,
            window=trailing_year(portfolio),
            convention=RULE,
            scope={"account": account, "kind": name},
            sql=one_value(sql, f'"{name}"', f"\"account_id\" = '{escaped}'"),
            snapshot=portfolio.snapshot,
        )

    return Claim(
        f"why.{account}",
        Text(
            "last order {recency} ago, orders {orders}, revenue {money}",
            "последний заказ {recency} назад, заказов {orders}, выручка {money}",
        ),
        {
            "recency": part("recency", Unit.DAYS, int(row["recency"])),
            "orders": part("orders", Unit.COUNT, int(row["orders"])),
            "money": part("money", Unit.MONEY, round(float(row["money"]), 2)),
        },
    )
