"""RFM, the second lens: recency, frequency, money by right-closed quartiles over the window (metrics §3)."""

from itertools import product

import numpy as np

from tools import ledger
from tools.document import Claim
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.segments import Roster, Segmentation, groups_of, segmentation
from tools.segments.scores import INACTIVE, LETTERS, MEASURES, Scored, cuts, scored
from tools.text import Text

TITLES = {
    "best": Text("Best: recent, frequent, large", "Лучшие: недавние, частые, крупные"),
    "good": Text("Regular", "Постоянные"),
    "new": Text("Ordered once in the period, recently", "Заказали лишь однажды за период, недавно"),
    "once": Text("Ordered once in the period, long ago", "Заказали лишь однажды за период, давно"),
    "lapsing": Text("Lapsing: used to buy often or much", "Остывающие: покупали часто или много"),
    "rare": Text("Rare and small", "Редкие и мелкие"),
    "inactive": Text("No order in the window", "Без заказов в окне"),
}
MEANINGS = {
    "best": Text(
        "the highest scores of recency, number of orders and money", "высшие баллы по давности, числу заказов и деньгам"
    ),
    "good": Text(
        "the last order is not among the oldest, and orders or money are above the lowest score",
        "последний заказ не из самых давних, а число заказов или деньги выше низшего балла",
    ),
    "new": Text("the only order of the period is a recent one", "единственный заказ за период сделан недавно"),
    "once": Text("the only order of the period is not recent", "единственный заказ за период сделан давно"),
    "lapsing": Text(
        "used to order often or for much, and the last order is among the oldest",
        "заказывали часто или на большие суммы, но последний заказ — из самых давних",
    ),
    "rare": Text(
        "few and small orders, whenever the last one was",
        "заказов мало и на небольшие суммы, когда бы ни был последний",
    ),
    "inactive": Text("no order in the whole period", "за весь период ни одного заказа"),
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


@segmentation("rfm", title=Text("RFM", "RFM"), impossible=no_orders, titles=TITLES, meanings=MEANINGS)
def rfm_segments(portfolio: Portfolio) -> Segmentation:
    """Every account in one RFM group. Recency in days from ``as_of``; an order is a document with a positive sum.

    Returns reduce money, and a return of a whole order takes it back; rows without a client are left out; accounts
    without an order in the window are ``inactive``. Empty scores are said: they come from values that many share.
    """
    found = scored(portfolio)
    roster = Roster(
        portfolio, found.table["account_id"].to_pylist(), group_keys(found), lambda account: _why(portfolio, account)
    )
    groups = groups_of(portfolio, TITLES, roster, by="rfm")
    return Segmentation("rfm", groups, roster, edge_readings(portfolio, found), _notes(portfolio, found))


def group_keys(found: Scored) -> list[str]:
    """The group of every account of the table, in its order."""
    parts = found.rule.parts
    keys = list(TITLES)
    chosen = np.full((parts + 1, parts + 1, parts + 1, 2), keys.index(INACTIVE), dtype=np.int64)
    spread = [1 + round(step * 3 / (parts - 1)) for step in range(parts)]  # five scores onto the four that have groups
    for r, f, m, once in product(*(range(1, parts + 1),) * 3, (0, 1)):
        key = cell(spread[r - 1], spread[f - 1], spread[m - 1], 1 if once else 2)
        chosen[r, f, m, once] = keys.index(key)
    of_r, of_f, of_m = (found.column(letter) for letter in LETTERS)
    places = chosen[of_r, of_f, of_m, (found.column("orders") == 1).astype(np.int64)]
    return [keys[place] for place in places.tolist()]


def edge_readings(portfolio: Portfolio, found: Scored) -> tuple[Reading, ...]:
    """The edges between the scores, by measure: days, orders, money."""
    units = {"recency_days": Unit.DAYS, "orders": Unit.COUNT, "money": Unit.MONEY}
    by = "quartile" if found.rule.parts == 4 else "quintile"
    readings = []
    for name in MEASURES:
        for share, edge in zip(cuts(found.rule.parts), found.edges[name], strict=False):
            scope = {"kind": name.removesuffix("_days"), "by": by, "group": f"q{round(100 * share)}"}
            sql = f'SELECT quantile_cont("{name}"::DOUBLE, {share}) AS "value" FROM ({found.measures_sql}) AS "result" WHERE "orders" > 0'
            readings.append(
                Reading(
                    "rfm", units[name], edge, n=found.active, window=found.window, convention=found.rule.key,
                    rows=found.rows, scope=scope, sql=portfolio.kept(sql), snapshot=portfolio.snapshot,
                )
            )  # fmt: skip
    return tuple(readings)


NAMES = {"r": Text("recency", "давность"), "f": Text("number of orders", "число заказов"), "m": Text("money", "деньги")}


def empty_scores(found: Scored) -> list[tuple[str, int]]:
    """Scores that nobody has, as letter and score."""
    if not found.active:
        return []
    return [(letter, score) for letter in LETTERS for score, size in found.sizes(letter).items() if not size]


def _notes(portfolio: Portfolio, found: Scored) -> tuple[Claim, ...]:
    notes = [Claim("rfm.rule", found.rule.text)]
    if empty := empty_scores(found):
        names = {letter: NAMES[letter] for letter, _score in empty}
        text = Text(
            "some scores are empty, since many clients share one value: " + ", ".join(n.en for n in names.values()),
            "часть баллов пуста, потому что у многих клиентов одно и то же значение: "
            + ", ".join(n.ru for n in names.values()),
        )
        notes.append(Claim("rfm.empty", text))
    return tuple(notes)


IDLE = Claim("why.inactive", Text("no order within the window", "нет заказов за период"))


def _why(portfolio: Portfolio, account: str) -> Claim:
    found = scored(portfolio)
    place = _place(portfolio, found, account)
    row = {name: found.table[name][place].as_py() for name in ("orders", "recency_days", "money")}
    if not row["orders"]:
        return IDLE

    def part(name: str, unit: Unit, value: float) -> Reading:
        from tools.metrics import one_value

        escaped = account.replace("'", "''")
        return Reading(
            "rfm",
            unit,
            value,
            n=1,
            window=found.window,
            convention=found.rule.key,
            scope={"account": account, "kind": name.removesuffix("_days")},
            sql=portfolio.kept(one_value(found.measures_sql, f'"{name}"', f"\"account_id\" = '{escaped}'")),
            snapshot=portfolio.snapshot,
        )

    return Claim(
        f"why.{account}",
        Text(
            "last order {recency} ago, orders {orders}, revenue {money}",
            "последний заказ {recency} назад, заказов {orders}, выручка {money}",
        ),
        {
            "recency": part("recency_days", Unit.DAYS, int(row["recency_days"])),
            "orders": part("orders", Unit.COUNT, int(row["orders"])),
            "money": part("money", Unit.MONEY, round(float(row["money"]), 2)),
        },
    )


def _place(portfolio: Portfolio, found: Scored, account: str) -> int:
    memo = ("rfm places", found.rule.key, found.window)
    if memo not in portfolio.memo:
        ids = found.table["account_id"].to_pylist()
        portfolio.memo[memo] = {known: place for place, known in enumerate(ids)}
    return int(portfolio.memo[memo][account])
