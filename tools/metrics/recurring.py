"""Recurring revenue on a day: MRR, ARR, ARPA."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from tools import cohorts, ledger, stats
from tools.metrics import Ask, metric, one_value
from tools.portfolio import Portfolio
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
    if ask.portfolio.convention is not None and not ask.portfolio.has(ledger.source(ask.portfolio)):
        return ask.undefined(NO_ROWS, window=None)
    why = ledger.no_ledger(ask.portfolio)
    if why is not None:
        return ask.undefined(why, window=None)
    chosen = ledger.year(ask.portfolio) if default == "year" else ledger.last_month(ask.portfolio)
    window = ask.window or chosen
    why = ledger.missing_rate(ask.portfolio, ledger.source(ask.portfolio), [window.closing])
    if why is not None:
        return ask.undefined(why, window=window)
    return Ask(ask.portfolio, ask.metric, window, ledger.convention(ask.portfolio))


def _by_convention(ask: Ask) -> Ask:
    """The ask over a portfolio that counts by the convention named in it, where it names another than the data's own."""
    if ask.convention not in ledger.CONVENTIONS or ask.portfolio.as_of is None:
        return ask
    return replace(ask, portfolio=ledger.under(ask.portfolio, ask.convention))


def rows(ask: Ask) -> Rows:
    """Rows that make the ledger, and those left out by reason."""
    portfolio = ask.portfolio
    if "ledger rows" not in portfolio.memo:
        portfolio.memo["ledger rows"] = _all_counted(portfolio) or _told_apart(portfolio)
    found: Rows = portfolio.memo["ledger rows"]
    return found


def _all_counted(portfolio: Portfolio) -> Rows | None:
    """The rows where all those of a whole base made the prices in hand, so that none is left out; else None.

    Every reason of `_marked` is a row that `ledger.priced` leaves out, or a pause, which no prices in hand have.
    """
    if portfolio.whole is not None or ledger.basis(portfolio) != ledger.CONTRACT:
        return None
    held = ledger.in_hand(portfolio)
    if held is None or held.read != portfolio.rows("subscriptions"):
        return None
    return Rows(held.read, {})


def _told_apart(portfolio: Portfolio) -> Rows:
    base = ledger.base_of(portfolio)
    counted = _marked(portfolio, []) if base is None else ledger.cut(portfolio, _marked(base, ["account_id"]))
    sums = {name: int(pc.sum(counted[name]).as_py() or 0) for name in counted.column_names if name != "account_id"}
    left = {reason: number for reason, number in sums.items() if number and reason != "*"}
    return Rows(sums["*"] - sum(left.values()), left)


def _marked(portfolio: Portfolio, by: list[str]) -> pa.Table:
    """Rows of the ledger's source (by account): all of them (``*``), and those left out by reason."""
    key = ("marked rows", *by)
    if key not in portfolio.memo:
        contract = ledger.basis(portfolio) == ledger.CONTRACT
        table = portfolio.table("subscriptions" if contract else "invoices")
        nobody = table.account_id.isnull()
        reasons = {"no client": nobody}
        if contract:
            trial = ~nobody & ledger.on_trial(table)
            paused = ~nobody & ~trial & (table.status == "paused").fill_null(False)
            free = ~nobody & ~trial & ~paused & ~(table.mrr > 0).fill_null(False)
            reasons |= {"trial": trial, "paused": paused, "no price": free}
        measures = {name: test.sum() for name, test in reasons.items()}
        portfolio.memo[key] = portfolio.run(table.aggregate({"*": table.count(), **measures}, by=by))
    marked: pa.Table = portfolio.memo[key]
    return marked


def closing(ask: Ask) -> tuple[Decimal, int, str]:
    """Monthly worth of all accounts on the last day of the window, their number, and the SQL."""
    assert ask.window is not None
    key = ("closing", ask.window)
    if key not in ask.portfolio.memo:
        portfolio, day = ask.portfolio, ask.window.closing
        sql = portfolio.text(key, lambda: _total(ledger.state(portfolio, [day])))
        ticks, n = ledger.worths_at(ask.portfolio, ask.window.closing)
        ask.portfolio.memo[key] = (ledger.money(ticks), n, sql)
    found: tuple[Decimal, int, str] = ask.portfolio.memo[key]
    return found


def interval_of_mean(ask: Ask) -> dict[str, Any]:
    """95 % interval of the monthly worth of an account on the closing day, and its method; empty with one account.

    Below the client whole clients are drawn, for the lines of one are priced together.
    """
    assert ask.window is not None
    portfolio, day = ask.portfolio, ask.window.closing
    apart = ledger.below(portfolio)
    rows = portfolio.run(cohorts.units(portfolio, [day])) if apart else ledger.worth_rows(portfolio, day)
    clients = rows["client_id"].to_pylist() if apart else rows["account_id"].to_pylist()
    if len(set(clients)) < 2:
        return {}
    worths = rows["ticks"].to_numpy().astype(float) / ledger.TICKS
    found, method = (
        stats.cluster_interval(worths, clients) if apart else stats.ratio_interval(worths, [1.0] * rows.num_rows)
    )
    return {"ci": found, "ci_method": method}


def _ended(ask: Ask) -> bool:
    """Whether the last month asked of is after all invoice lines: that none is known of it is no zero."""
    return ledger.basis(ask.portfolio) == ledger.RECOGNISED and ledger.doubt(ask.portfolio) == ledger.ENDED


def _total(worth: Any) -> Any:
    return worth.agg(ticks=worth.ticks.sum().fill_null(0), n=worth.count())


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
    formula=Text(
        "sum over accounts of the monthly worth on the closing day",
        "сумма месячных платежей клиентов на последний день периода",
    ),
    source="metrics-1.1",
    needs=NEEDS,
    conventions=ledger.CONVENTIONS,
)
def monthly_recurring_revenue(ask: Ask) -> list[Reading]:
    """Money a month on the closing day of the window; zero or more.

    Trials, one-time lines without recurrence in contracts, and rows without a client are left out. Three annual
    plans of 1000 give 250.00. Asked inside a month, invoice lines give the last complete month, then the month to
    date (``partial``) and the same days of the month before, to compare with.
    """
    ready = base(ask)
    if isinstance(ready, Reading):
        return [ready]
    value, n, sql = closing(ready)
    if not n and _ended(ready):
        return [ready.undefined(ledger.AFTER_DATA)]
    found = one_value(sql, f'CAST("ticks" AS DOUBLE) / {ledger.TICKS}')
    main = ready.reading(value, n=n, rows=rows(ready), sql=found, **rhythm(ready))
    return [main, *(_to_date(ready) if ask.window is None and not ask.head else [])]


PARTIAL = Text(
    "the month is not over: compare it with the same days of the month before, not with a whole month",
    "месяц не закончен: сравнивать его можно с теми же днями прошлого месяца, а не с целым месяцем",
)


def _to_date(ask: Ask) -> list[Reading]:
    """Revenue recognised from the first of the month to ``as_of``, and in the same days of the month before."""
    portfolio, day = ask.portfolio, ask.portfolio.as_of
    source = ledger.source(portfolio)
    if day is None or source != "invoices" or ledger.metered(portfolio) or ledger.anchor(portfolio) == day:
        return []
    if len(ledger.currencies(portfolio, source)) > 1:
        return []
    readings = []
    for kind, last in (("month_to_date", day), ("same_days_before", ledger.back(day, 1))):
        first = last.replace(day=1)
        parts = ledger.recognised(portfolio, until=last)
        parts = parts.filter(parts.month == ledger.literal(first))
        row, sql = portfolio.row(parts.agg(ticks=_.ticks.sum().fill_null(0), n=_.account_id.nunique()))
        here = replace(ask, window=Window(first, last + timedelta(days=1)))
        found = one_value(sql, f'CAST("ticks" AS DOUBLE) / {ledger.TICKS}')
        readings.append(
            here.reading(
                ledger.money(int(row["ticks"])),
                unit=Unit.MONEY,
                n=int(row["n"]),
                status="partial",
                reason=PARTIAL,
                flags=("partial_month",),
                scope={"kind": kind},
                sql=found,
            )
        )
    return readings


@metric(
    "arr",
    name=Text("Annual recurring revenue (ARR)", "Регулярная выручка в год (ARR)"),
    meaning=Text("Monthly recurring revenue times twelve.", "Регулярная выручка в месяц, умноженная на двенадцать."),
    unit=Unit.MONEY_YEAR,
    better="higher",
    formula=Text("12 * mrr", "12 * MRR"),
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
    if not n and _ended(ready):
        return ready.undefined(ledger.AFTER_DATA)
    found = one_value(sql, f'12 * CAST("ticks" AS DOUBLE) / {ledger.TICKS}')
    return ready.reading(12 * value, n=n, rows=rows(ready), sql=found, **rhythm(ready))


@metric(
    "arpa",
    name=Text("Average revenue per account (ARPA)", "Средняя выручка на клиента (ARPA)"),
    meaning=Text("MRR per paying client on the same day.", "Регулярная выручка на платящего клиента в тот же день."),
    unit=Unit.MONEY_MONTH,
    better="higher",
    formula=Text("mrr / paying accounts", "MRR / платящие клиенты"),
    source="metrics-1.2",
    needs=NEEDS,
    conventions=ledger.CONVENTIONS,
    aliases=("arpu",),
)
def average_revenue_per_account(ask: Ask) -> list[Reading]:
    """Money a month per paying account; undefined without a paying account. 800 over 9 accounts gives 88.89.

    The interval is that of a mean over accounts; in a group, one wider than the policy allows makes it insufficient.
    Then, where rows name lines, the same money per paying line (kind ``per_line``).
    """
    ready = base(ask)
    if isinstance(ready, Reading):
        return [ready]
    value, n, sql = closing(ready)
    if n == 0:
        return [ready.undefined(Text("no paying client on that day", "в этот день нет платящих клиентов"))]
    found = one_value(sql, f'CAST("ticks" AS DOUBLE) / {ledger.TICKS} / "n"')
    common: dict[str, Any] = {"rows": rows(ready), **rhythm(ready)}
    interval = interval_of_mean(ready)
    main = ready.reading(float(value / n), n=n, numerator=value, denominator=n, sql=found, **interval, **common)
    source = ledger.source(ready.portfolio)
    if ledger.level(ready.portfolio) != "account" or not ready.portfolio.has(source, "line_id"):
        return [main]
    if ready.portfolio.narrow is not None:
        return [main]
    worth, lines, sql = closing(replace(ready, portfolio=by_line(ready.portfolio)))
    scope = {"kind": "per_line"}
    return [
        main,
        ready.reading(float(worth / lines), n=lines, numerator=worth, denominator=lines, scope=scope, **common),
    ]


def by_line(portfolio: Portfolio) -> Portfolio:
    """The portfolio counted by line, made once."""
    if "by line" not in portfolio.memo:
        portfolio.memo["by line"] = portfolio.leveled("line")
    found: Portfolio = portfolio.memo["by line"]
    return found
