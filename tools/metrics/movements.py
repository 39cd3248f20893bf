"""What changed recurring revenue: the movement bridge by month, the event log, and the quick ratio."""

from dataclasses import replace
from datetime import date

import pyarrow.compute as pc

from tools import event_log, formats, ledger
from tools.bridge import GAINS, KINDS, LOSSES, Bridge, bridge_over, movement_bridge
from tools.metrics import Ask, metric, one_value
from tools.metrics.recurring import NEEDS, NO_ROWS, base, rhythm
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit, Window
from tools.text import Text

EVENT_LOG = {
    "event_log": Text(
        "every change on its own day: a client that left and came back inside the period is both lost and returned",
        "каждое изменение в свой день: клиент, ушедший и вернувшийся внутри периода, — и уход, и возврат",
    )
}


@metric(
    "movements",
    name=Text("Movements of recurring revenue", "Движение регулярной выручки"),
    meaning=Text(
        "What changed the MRR of each month: new, returned, grown, shrunk and lost clients.",
        "Из чего сложилось изменение регулярной выручки за месяц: новые, вернувшиеся, выросшие, сократившиеся и ушедшие.",
    ),
    unit=Unit.MONEY_MONTH,
    better="none",
    formula=Text(
        "start + new + reactivation + expansion - contraction - churn (+ fx) = end",
        "начало + новые + возврат + расширение - сокращение - уход (+ курсы) = конец",
    ),
    source="metrics-1.2",
    needs=NEEDS,
    conventions={**ledger.CONVENTIONS, **EVENT_LOG},
)
def movements(ask: Ask) -> list[Reading]:
    """One reading per month and kind (``start``, five movements, ``fx`` where currencies differ, ``end``).

    Of a window of several months first what they add up to, from the first start to the last end. Then
    ``churn_events`` over all months, and, without a window, where there are any, ``late_renewals`` (gaps short enough to be no
    loss) and ``committed_loss`` (prices whose end is already set). Amounts are positive; ``n`` counts accounts. The
    bridge closes exactly in every month, each in the rates of its opening day. An account that leaves one of several
    subscriptions shrinks; it is not lost. Convention ``event_log``: steps of one window, each on its own day.
    """
    ready = base(ask)
    if isinstance(ready, Reading):
        return [ready]
    if ask.convention == "event_log":
        return _logged(replace(ready, convention="event_log"))
    windows = ledger.months(ready.portfolio)
    points = [windows[0].opening, *(window.closing for window in windows)] if windows else []
    points += [ask.window.opening, ask.window.closing] if ask.window is not None and windows else []
    why = ledger.missing_rate(ready.portfolio, ledger.source(ready.portfolio), points)
    if why is not None or not windows:
        return [ready.undefined(why or NO_ROWS)]
    bridge = movement_bridge(ready.portfolio) if ask.window is None else bridge_over(ready.portfolio, ask.window)
    if not bridge.windows:
        return [ask.undefined(_no_months(windows))]
    whole = replace(ready, window=Window(bridge.windows[0].start, bridge.windows[-1].end))
    kinds = ("start", *KINDS, "fx", "end") if bridge.foreign else ("start", *KINDS, "end")
    several = ask.window is not None and len(bridge.windows) > 1
    readings = [_sum(whole, bridge, kind) for kind in kinds] if several else []
    for window, row in zip(bridge.windows, bridge.rows.to_pylist(), strict=True):
        readings += [_movement(replace(ready, window=window), row, kind, bridge.sql) for kind in kinds]
    return [*readings, _events(whole, bridge), *(_beside(whole) if ask.window is None else ())]


def _sum(ask: Ask, bridge: Bridge, kind: str) -> Reading:
    """One kind of movement over all months of a bridge: its sum, the first ``start``, the last ``end``."""
    first, last = bridge.windows[0].closing, bridge.windows[-1].closing
    since, until = {"start": (first, first), "end": (last, last)}.get(kind, (first, last))
    rows = bridge.rows.filter((pc.field("month") >= since) & (pc.field("month") <= until))
    return ask.reading(
        ledger.money(int(rows[kind].to_numpy().sum())),
        n=int(rows[f"{kind}_n"].to_numpy().sum()),
        scope={"kind": kind},
        sql=lambda: one_value(bridge.sql, f'CAST(SUM("{kind}") AS DOUBLE) / {ledger.TICKS}', _between(since, until)),
        **rhythm(ask),
    )


def _between(since: date, until: date) -> str:
    return f"\"month\" BETWEEN DATE '{since}' AND DATE '{until}'"


def _events(ask: Ask, bridge: Bridge) -> Reading:
    """How many times an account was lost in the months of a bridge."""
    events = sum(bridge.rows["churn_n"].to_pylist())
    inside = _between(bridge.windows[0].closing, bridge.windows[-1].closing)
    sql = one_value(bridge.sql, 'SUM("churn_n")', inside)
    return ask.reading(events, unit=Unit.COUNT, n=events, scope={"kind": "churn_events"}, sql=sql, **rhythm(ask))


def _no_months(windows: list[Window]) -> Text:
    """Why there is no movement in a period: whole months of money run from a day to a day, and it is outside of them."""
    first, last = windows[0].start, windows[-1].closing
    return Text("the months of money run from {first} to {last}", "месяцы с деньгами — с {first} по {last}").fill(
        first=Text(formats.day(first, "en"), formats.day(first, "ru")),
        last=Text(formats.day(last, "en"), formats.day(last, "ru")),
    )


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


def _beside(ask: Ask) -> list[Reading]:
    """What the bridge does not show by itself: late renewals taken as kept, and losses already agreed."""
    if ledger.basis(ask.portfolio) != ledger.CONTRACT:
        return []
    found = []
    late = ledger.late_renewals(ask.portfolio)
    if late:
        found.append(ask.reading(late, unit=Unit.COUNT, n=late, scope={"kind": "late_renewals"}))
    day = ask.portfolio.as_of
    if day is not None and len(ledger.currencies(ask.portfolio, "subscriptions")) < 2:
        due = ledger.priced(ask.portfolio)
        due = due.filter(due.start_date <= ledger.literal(day), due.end_date > ledger.literal(day))
        row, sql = ask.portfolio.row(due.agg(ticks=ledger.ticks(due.mrr).sum(), n=due.account_id.nunique()))
        if row["n"]:
            value = ledger.money(int(row["ticks"]))
            sql = one_value(sql, f'CAST("ticks" AS DOUBLE) / {ledger.TICKS}')
            scope = {"kind": "committed_loss"}
            found.append(ask.reading(value, n=int(row["n"]), window=ask.portfolio.day, scope=scope, sql=sql))
    return found


def _logged(ask: Ask) -> list[Reading]:
    assert ask.window is not None
    if not event_log.possible(ask.portfolio):
        return [ask.undefined(NO_LOG)]
    row, sql = event_log.log_totals(ask.portfolio, ask.window)
    return [
        ask.reading(
            ledger.money(row[kind]),
            n=row[f"{kind}_n"],
            scope={"kind": kind},
            sql=one_value(sql, f'CAST("{kind}" AS DOUBLE) / {ledger.TICKS}'),
        )
        for kind in (*event_log.KINDS, "intra_period")
    ]


NO_LOG = Text(
    "the days of change are known only for contracts in one currency, none of them on pause",
    "дни изменений известны только для договоров в одной валюте и без пауз",
)
QUICK = {
    "baremetrics": Text(
        "returned clients are not counted as gained",
        "вернувшиеся клиенты в прирост не входят",
    )
}


@metric(
    "quick_ratio",
    name=Text("Quick ratio", "Коэффициент роста выручки (quick ratio)"),
    meaning=Text("Revenue gained for each unit lost.", "Сколько выручки пришло на единицу потерянной."),
    unit=Unit.TIMES,
    better="higher",
    formula=Text(
        "(new + reactivation + expansion) / (contraction + churn) over twelve months",
        "(новые + возврат + расширение) / (сокращение + уход) за двенадцать месяцев",
    ),
    source="metrics-1.2",
    needs=NEEDS,
    conventions={**ledger.CONVENTIONS, **QUICK},
)
def quick_ratio(ask: Ask) -> Reading:
    """Times, over the monthly movements of the last twelve months; undefined where nothing was lost."""
    ready = base(ask, default="year")
    if isinstance(ready, Reading):
        return ready
    assert ready.window is not None
    start, end = ready.window.start, ready.window.end
    bridge = covering(ready.portfolio, ready.window)
    if bridge is None:
        return ready.undefined(NOT_COVERED)
    gains = ("new", "expansion") if ask.convention == "baremetrics" else GAINS
    ready = replace(ready, convention="baremetrics") if ask.convention == "baremetrics" else ready
    last = [row for row in bridge.rows.to_pylist() if start <= row["month"] < end]
    gained = sum(int(row[kind]) for row in last for kind in gains)
    lost = sum(int(row[kind]) for row in last for kind in LOSSES)
    if lost == 0:
        return ready.undefined(Text("no losses in the window", "за период нет потерь"))
    top, bottom = (" + ".join(f'"{kind}"' for kind in kinds) for kinds in (gains, LOSSES))
    within = f"\"month\" >= DATE '{start}' AND \"month\" < DATE '{end}'"
    sql = one_value(bridge.sql, f"CAST(SUM({top}) AS DOUBLE) / CAST(SUM({bottom}) AS DOUBLE)", within)
    return ready.reading(
        gained / lost,
        n=int(last[0]["start_n"]),
        numerator=ledger.money(gained),
        denominator=ledger.money(lost),
        sql=sql,
        **rhythm(ready),
    )


NOT_COVERED = Text("the data do not cover the window by whole months", "данные не покрывают период целыми месяцами")


def covering(portfolio: Portfolio, window: Window) -> Bridge | None:
    """The movement bridge where whole months of it make up the window, else None."""
    windows = ledger.months(ledger.base_of(portfolio) or portfolio)
    inside = [w for w in windows if w.start >= window.start and w.end <= window.end]
    if not inside or inside[0].start != window.start or inside[-1].end != window.end:
        return None
    points = [windows[0].opening, *(month.closing for month in windows)]
    lacking = ledger.missing_rate(portfolio, ledger.source(portfolio), points)
    return movement_bridge(portfolio) if lacking is None else None
