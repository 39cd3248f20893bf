"""Recurring revenue: MRR, ARR, ARPA, the movement bridge and the quick ratio."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from ibis import _

from tools import ledger
from tools.bridge import KINDS, movement_bridge
from tools.metrics import Ask, metric, one_value
from tools.reading import Reading, Rows, Unit, Window
from tools.text import Text

NEEDS = Text(
    "subscriptions with a start and a monthly price, or invoice lines with dates and clients",
    "подписки с датой начала и ценой в месяц или строки счетов с датами и клиентами",
)


NO_ROWS = Text("the data have no rows for this convention", "для этого способа счёта в данных нет строк")


def base(ask: Ask, *, default: str = "month") -> Ask | Reading:
    """The ask with its window and convention settled, or the reading that says why there is none."""
    ask = _by_convention(ask)
    table = "subscriptions" if ask.portfolio.convention == ledger.CONTRACT else "invoices"
    if ask.portfolio.convention is not None and not ask.portfolio.has(table):
        return ask.undefined(NO_ROWS, window=None)
    why = ledger.no_ledger(ask.portfolio)
    if why is not None:
        return ask.undefined(why, window=None)
    chosen = ledger.year(ask.portfolio) if default == "year" else ledger.last_month(ask.portfolio)
    return Ask(ask.portfolio, ask.metric, ask.window or chosen, ledger.convention(ask.portfolio))


def _by_convention(ask: Ask) -> Ask:
    """The ask over a portfolio that counts by the convention named in it, where it names another than the data's own."""
    other = ask.convention in ledger.CONVENTIONS and ask.portfolio.as_of is not None
    if not other or ask.convention == ledger.convention(ask.portfolio):
        return ask
    return replace(ask, portfolio=replace(ask.portfolio, convention=ask.convention, memo={}))


def rows(ask: Ask) -> Rows:
    """Rows that make the ledger, and those left out by reason."""
    portfolio = ask.portfolio
    if "ledger rows" not in portfolio.memo:
        contract = ask.convention == ledger.CONTRACT
        table = portfolio.table("subscriptions" if contract else "invoices")
        nobody = table.account_id.isnull()
        reasons = {"no client": nobody}
        if contract:
            trial = ~nobody & table.is_trial.fill_null(False)
            paused = ~nobody & ~trial & (table.status == "paused").fill_null(False)
            free = ~nobody & ~trial & ~paused & ~(table.mrr > 0).fill_null(False)
            reasons |= {"trial": trial, "paused": paused, "no price": free}
        row, _sql = portfolio.row(
            table.agg(**{"*": table.count()}, **{key: test.sum() for key, test in reasons.items()})
        )
        left = {key: int(row[key] or 0) for key in reasons if row[key]}
        portfolio.memo["ledger rows"] = Rows(int(row["*"]) - sum(left.values()), left)
    found: Rows = portfolio.memo["ledger rows"]
    return found


def closing(ask: Ask) -> tuple[Decimal, int, str]:
    """Monthly worth of all accounts on the last day of the window, their number, and the SQL."""
    assert ask.window is not None
    key = ("closing", ask.window)
    if key not in ask.portfolio.memo:
        worth = ledger.state(ask.portfolio, [ask.window.closing])
        row, sql = ask.portfolio.row(worth.agg(ticks=_.ticks.sum().fill_null(0), n=_.count()))
        ask.portfolio.memo[key] = (ledger.money(row["ticks"]), int(row["n"]), sql)
    found: tuple[Decimal, int, str] = ask.portfolio.memo[key]
    return found


def rhythm(ask: Ask) -> dict[str, Any]:
    """Status, reason and flag where the months of invoice lines may mislead; empty where they do not."""
    found = ledger.doubt(ask.portfolio)
    return {} if found is None else {"status": "partial", "flags": (found[0],), "reason": found[1]}


@metric(
    "mrr",
    name=Text("Monthly recurring revenue (MRR)", "Регулярная выручка в месяц (MRR)"),
    meaning=Text(
        "What the clients in force on the last day of the window pay a month.",
        "Сколько в месяц платят клиенты, действующие в последний день окна.",
    ),
    unit=Unit.MONEY_MONTH,
    better="higher",
    formula="sum over accounts of the monthly worth on the closing day",
    source="metrics-1.1",
    needs=NEEDS,
    conventions=ledger.CONVENTIONS,
)
def monthly_recurring_revenue(ask: Ask) -> Reading:
    """Money a month on the closing day of the window; zero or more.

    Trials, one-time lines without recurrence in contracts, and rows without a client are left out. Three annual
    plans of 1000 give 250.00.
    """
    ready = base(ask)
    if isinstance(ready, Reading):
        return ready
    value, n, sql = closing(ready)
    found = one_value(sql, f'CAST("ticks" AS DOUBLE) / {ledger.TICKS}')
    return ready.reading(value, n=n, rows=rows(ready), sql=found, **rhythm(ready))


@metric(
    "arr",
    name=Text("Annual recurring revenue (ARR)", "Регулярная выручка в год (ARR)"),
    meaning=Text("Monthly recurring revenue times twelve.", "Регулярная выручка в месяц, умноженная на двенадцать."),
    unit=Unit.MONEY_YEAR,
    better="higher",
    formula="12 * mrr",
    source="metrics-1.2",
    needs=NEEDS,
    conventions=ledger.CONVENTIONS,
)
def annual_recurring_revenue(ask: Ask) -> Reading:
    """Money a year: twelve times the MRR of the closing day. The value of signed contracts is another metric."""
    ready = base(ask)
    if isinstance(ready, Reading):
        return ready
    value, n, sql = closing(ready)
    found = one_value(sql, f'12 * CAST("ticks" AS DOUBLE) / {ledger.TICKS}')
    return ready.reading(12 * value, n=n, rows=rows(ready), sql=found, **rhythm(ready))


@metric(
    "arpa",
    name=Text("Average revenue per account (ARPA)", "Средняя выручка на клиента (ARPA)"),
    meaning=Text("MRR per paying client on the same day.", "Регулярная выручка на платящего клиента в тот же день."),
    unit=Unit.MONEY_MONTH,
    better="higher",
    formula="mrr / paying accounts",
    source="metrics-1.2",
    needs=NEEDS,
    conventions=ledger.CONVENTIONS,
    aliases=("arpu",),
)
def average_revenue_per_account(ask: Ask) -> Reading:
    """Money a month per paying account; undefined without a paying account. 800 over 9 accounts gives 88.89."""
    ready = base(ask)
    if isinstance(ready, Reading):
        return ready
    value, n, sql = closing(ready)
    if n == 0:
        return ready.undefined(Text("no paying client on that day", "в этот день нет платящих клиентов"))
    found = one_value(sql, f'CAST("ticks" AS DOUBLE) / {ledger.TICKS} / "n"')
    return ready.reading(
        float(value / n), n=n, numerator=value, denominator=n, rows=rows(ready), sql=found, **rhythm(ready)
    )


BRIDGE_KINDS = ("start", *KINDS, "end")


@metric(
    "movements",
    name=Text("Movements of recurring revenue", "Движение регулярной выручки"),
    meaning=Text(
        "What changed the MRR of each month: new, returned, grown, shrunk and lost clients.",
        "Из чего сложилось изменение регулярной выручки за месяц: новые, вернувшиеся, выросшие, сократившиеся и ушедшие.",
    ),
    unit=Unit.MONEY_MONTH,
    better="none",
    formula="start + new + reactivation + expansion - contraction - churn = end",
    source="metrics-1.2",
    needs=NEEDS,
    conventions=ledger.CONVENTIONS,
)
def movements(ask: Ask) -> list[Reading]:
    """One reading per month and kind (``start``, five movements, ``end``), then ``churn_events`` over all months.

    Amounts are positive; ``n`` counts accounts. The bridge closes exactly in every month. An account that leaves one
    of several subscriptions shrinks; it is not lost.
    """
    ready = base(ask)
    if isinstance(ready, Reading):
        return [ready]
    bridge = movement_bridge(ready.portfolio)
    readings: list[Reading] = []
    for window, row in zip(bridge.windows, bridge.rows.to_pylist(), strict=True):
        here = Ask(ready.portfolio, ready.metric, window, ready.convention)
        readings += [_movement(here, row, kind, bridge.sql) for kind in BRIDGE_KINDS]
    whole = Window(bridge.windows[0].start, bridge.windows[-1].end)
    events = sum(int(row["churn_n"]) for row in bridge.rows.to_pylist())
    total = Ask(ready.portfolio, ready.metric, whole, ready.convention)
    sql = one_value(bridge.sql, 'SUM("churn_n")')
    readings.append(total.reading(events, unit=Unit.COUNT, n=events, scope={"kind": "churn_events"}, sql=sql))
    return readings


def _movement(ask: Ask, row: dict[str, object], kind: str, sql: str) -> Reading:
    assert ask.window is not None
    where = f"\"month\" = DATE '{ask.window.closing}'"
    return ask.reading(
        ledger.money(int(str(row[kind]))),
        n=int(str(row[f"{kind}_n"])),
        scope={"kind": kind, "by": "month", "group": f"{ask.window.closing:%Y-%m}"},
        sql=one_value(sql, f'CAST("{kind}" AS DOUBLE) / {ledger.TICKS}', where),
        **rhythm(ask),
    )


@metric(
    "quick_ratio",
    name=Text("Quick ratio", "Коэффициент роста выручки (quick ratio)"),
    meaning=Text("Revenue gained for each unit lost.", "Сколько выручки пришло на единицу потерянной."),
    unit=Unit.TIMES,
    better="higher",
    formula="(new + reactivation + expansion) / (contraction + churn) over twelve months",
    source="metrics-1.2",
    needs=NEEDS,
    conventions=ledger.CONVENTIONS,
)
def quick_ratio(ask: Ask) -> Reading:
    """Times, over the monthly movements of the last twelve months; undefined where nothing was lost."""
    ready = base(ask, default="year")
    if isinstance(ready, Reading):
        return ready
    bridge = movement_bridge(ready.portfolio)
    assert ready.window is not None
    start, end = ready.window.start, ready.window.end
    inside = [w for w in bridge.windows if w.start >= start and w.end <= end]
    if not inside or inside[0].start != start or inside[-1].end != end:
        return ready.undefined(
            Text("the data do not cover the window by whole months", "данные не покрывают период целыми месяцами")
        )
    last = [row for row in bridge.rows.to_pylist() if start <= row["month"] < end]
    gained = sum(int(row[kind]) for row in last for kind in ("new", "reactivation", "expansion"))
    lost = sum(int(row[kind]) for row in last for kind in ("contraction", "churn"))
    if lost == 0:
        return ready.undefined(Text("no losses in the window", "за период нет потерь"))
    top, bottom = 'SUM("new" + "reactivation" + "expansion")', 'SUM("contraction" + "churn")'
    within = f"\"month\" >= DATE '{start}' AND \"month\" < DATE '{end}'"
    sql = one_value(bridge.sql, f"CAST({top} AS DOUBLE) / CAST({bottom} AS DOUBLE)", within)
    return ready.reading(
        gained / lost, numerator=ledger.money(gained), denominator=ledger.money(lost), sql=sql, **rhythm(ready)
    )
