"""Segments, RFM and clusters as metrics: sizes, money, edges, moves; the work is in `tools.segments` (metrics §3, §4)."""

from collections import Counter

import numpy as np

from tools import ledger
from tools.metrics import Ask, metric
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.segments.scores import LETTERS, MEASURES, RULES, Scored, scored, typical_gap
from tools.text import Text

NEEDS = Text(
    "usage, outcomes or promises by client; or dated orders",
    "использование, результаты или обещания по клиентам; либо датированные заказы",
)
ORDERS = Text("invoice or order lines with client, date and amount", "строки счетов или заказов: клиент, дата, сумма")


@metric(
    "segments",
    name=Text("Clients by segment", "Клиенты по сегментам"),
    meaning=Text(
        "How many clients each value segment holds and what they pay.",
        "Сколько клиентов в каждом сегменте ценности и сколько они платят.",
    ),
    unit=Unit.COUNT,
    better="none",
    formula=Text(
        "every account in exactly one segment: the first rule that holds",
        "каждый клиент ровно в одном сегменте: по первому выполненному правилу",
    ),
    source="metrics-4",
    needs=NEEDS,
)
def value_segment_sizes(ask: Ask) -> Reading | list[Reading]:
    """Accounts placed, then accounts and yearly money of each segment (kind ``money``).

    Every account that pays, has paid or is on pause is in exactly one segment; the others are left out. Two lost and
    one at risk of three: 3, then 2 and 1 (metrics §4).
    """
    return _sizes(ask, "value", "segment")


@metric(
    "clusters",
    name=Text("Clusters of clients", "Кластеры клиентов"),
    meaning=Text(
        "How many clients each cluster holds; an exploration, not a segment to act on.",
        "Сколько клиентов в каждом кластере; разведка, а не сегмент для действий.",
    ),
    unit=Unit.COUNT,
    better="none",
    formula=Text(
        "k-means over scaled features of the accounts, k by agreement of four criteria",
        "k-средних по нормированным признакам клиентов, k — по согласию четырёх критериев",
    ),
    source="metrics-4",
    needs=ORDERS,
)
def cluster_sizes(ask: Ask) -> Reading | list[Reading]:
    """Accounts placed, then accounts and yearly money of each cluster (kind ``money``), then what chose their number.

    Undefined with its reason where the base is too small or the criteria cannot be computed (metrics §4).
    """
    return _sizes(ask, "clusters", "clusters")


@metric(
    "rfm",
    standing=True,
    name=Text("Clients by RFM", "Клиенты по RFM"),
    meaning=Text(
        "Clients that ordered in the window, by how recently, how often and for how much.",
        "Клиенты с заказом за период: как давно, как часто и на сколько покупают.",
    ),
    unit=Unit.COUNT,
    better="none",
    formula=Text(
        "score = 1 + number of type 7 quantiles below the value, right-closed; recency reversed",
        "балл = 1 + число квантилей (тип 7) ниже значения, граница входит в нижнюю группу; давность — наоборот",
    ),
    source="metrics-3",
    needs=ORDERS,
    conventions={key: rule.text for key, rule in RULES.items()},
)
def rfm_of_the_base(ask: Ask) -> Reading | list[Reading]:
    """Clients with an order; edges, clients by score and group, means; then the moves of a year against the aim.

    The window is twelve months, or twenty-four where the typical gap between orders is longer than a quarter. Equal
    values share a score, so sizes are unequal and a score may be empty: orders 1 1 1 1 1 1 2 3 5 9 have the edges 1,
    1, 2.75 and the scores 1 1 1 1 1 1 3 4 4 4 (metrics §3).
    """
    from tools.segments.rfm import no_orders

    whole = ask.portfolio.whole or ask.portfolio
    why = no_orders(whole)
    if why is not None:
        return ask.undefined(why, window=ask.portfolio.day)
    found = scored(whole, ask.window, rule=ask.convention or None)
    ready = Ask(ask.portfolio, ask.metric, found.window, found.rule.key)
    if not found.active:
        return ready.undefined(Text("nobody ordered in the period", "за период никто не заказывал"))
    if ask.portfolio is not whole:
        inside = {account for account, _name in ask.portfolio.accounts()}
        bought = zip(found.table["account_id"].to_pylist(), found.column("orders").tolist(), strict=True)
        number = sum(1 for account, orders in bought if orders and account in inside)
        return ready.reading(number, n=len(inside))
    sql = f'SELECT COUNT(*) AS "value" FROM ({found.measures_sql}) AS "result" WHERE "orders" > 0'
    head = ready.reading(found.active, n=found.table.num_rows, rows=found.rows, sql=sql)
    return (
        [head]
        if ask.head
        else [head, *_shape(ready, found), *_scores(ready, found), *_groups(ready, found), *_moves(ready, found)]
    )


def _sizes(ask: Ask, by: str, shown_by: str) -> Reading | list[Reading]:
    from tools.segments import assign, impossible, segmentations

    whole = ask.portfolio.whole or ask.portfolio
    if by not in segmentations():
        return ask.undefined(Text("clusters are not built here", "кластеры здесь не строятся"), window=whole.day)
    why = impossible(whole, by)
    if why is not None:
        return ask.undefined(why, window=whole.day)
    found = assign(whole, by)
    ready = Ask(ask.portfolio, ask.metric, whole.day)
    if ask.portfolio is whole:
        head = ready.reading(len(found.segment_of), n=len(found.segment_of))
        groups = [item for group in found.groups for item in (group.accounts, group.money) if item is not None]
        return [head, *groups, *found.edges]
    inside = [account for account, _name in ask.portfolio.accounts() if account in found.segment_of]
    sizes = Counter(found.segment_of[account] for account in inside)
    scopes = [(group.key, {"kind": "clients", "by": shown_by, "group": group.key}) for group in found.groups]
    parts = [ready.reading(sizes.get(key, 0), n=len(inside), scope=scope) for key, scope in scopes]
    return [ready.reading(len(inside), n=len(inside)), *parts]


def _shape(ask: Ask, found: Scored) -> list[Reading]:
    """Edges, then means and medians over the clients with an order."""
    from tools.segments.rfm import edge_readings

    bought = found.column("orders") > 0
    recency, orders, money = (found.column(name)[bought].astype(float) for name in MEASURES)
    figures = (
        ("recency_median", Unit.DAYS, np.median(recency), 'quantile_cont("recency_days", 0.5)'),
        ("orders_mean", Unit.TIMES, orders.mean(), 'AVG("orders")'),
        ("money_mean", Unit.MONEY, money.mean(), 'AVG("money")'),
        ("money_median", Unit.MONEY, np.median(money), 'quantile_cont("money", 0.5)'),
    )
    readings = [
        ask.reading(
            float(value),
            unit=unit,
            n=found.active,
            rows=found.rows,
            scope={"kind": kind},
            sql=f'SELECT {expression} AS "value" FROM ({found.measures_sql}) AS "result" WHERE "orders" > 0',
        )
        for kind, unit, value, expression in figures
    ]
    gap = typical_gap(ask.portfolio)
    if gap is not None:
        readings.append(ask.reading(gap, unit=Unit.DAYS, n=found.active, scope={"kind": "typical_gap"}))
    return [*edge_readings(ask.portfolio, found), *readings]


def _scores(ask: Ask, found: Scored) -> list[Reading]:
    """Clients by score of each dimension; an empty score is there with nought and a flag."""
    readings = []
    for letter, name in zip(LETTERS, MEASURES, strict=True):
        kind = f"{name.removesuffix('_days')}_score"
        for score, size in found.sizes(letter).items():
            scope = {"kind": kind, "by": "score", "group": str(score)}
            flags = () if size else ("empty_score",)
            sql = (
                f'SELECT COUNT(*) AS "value" FROM ({found.sql}) AS "result" WHERE "orders" > 0 AND "{letter}" = {score}'
            )
            readings.append(ask.reading(size, n=found.active, scope=scope, flags=flags, sql=sql))
    return readings


def _groups(ask: Ask, found: Scored) -> list[Reading]:
    from tools.segments.rfm import TITLES, group_keys

    sizes = Counter(group_keys(found))
    return [
        ask.reading(sizes.get(key, 0), n=found.table.num_rows, scope={"kind": "clients", "by": "rfm", "group": key})
        for key in TITLES
    ]


def _moves(ask: Ask, found: Scored) -> list[Reading]:
    """Share of the clients of a year ago that reached the aim, by former and by moved bounds, and their money."""
    from tools.segments.migration import MEASURE_OF, migrations

    portfolio, rule = ask.portfolio, found.rule
    if rule.months is None or not _a_year_before(portfolio, found):
        return []
    assert portfolio.as_of is not None
    moved = migrations(portfolio, ledger.back(portfolio.as_of, 12), rule=rule.key)
    readings = []
    for migration in (moved.frozen, moved.moving):
        names = {letter: MEASURE_OF[letter].removesuffix("_days") for letter in LETTERS}
        shares = {"full": migration.full, **{names[letter]: migration.partial[letter] for letter in LETTERS}}
        for kind, share in shares.items():
            scope = {"kind": f"{kind}_{migration.bounds}"}
            readings.append(ask.share(share.events, share.n, unit=Unit.RATIO, scope=scope, flags=("mean_reversion",)))
    for kind, money in (("cash_before", moved.cash_before), ("cash_after", moved.cash_after)):
        if money is not None:
            n = moved.frozen.full.n
            readings.append(ask.reading(round(money, 4), unit=Unit.MONEY, n=n, scope={"kind": kind}))
    return readings


def _a_year_before(portfolio: Portfolio, found: Scored) -> bool:
    """True where orders are known over a whole window before the one that is shown."""
    table = portfolio.table("invoices")
    first = portfolio.run(table.agg(d=table.date.min())).column(0)[0].as_py()
    return first is not None and first <= ledger.back(found.window.start, 12 if found.rule.months == 12 else 24)
