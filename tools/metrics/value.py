"""Value for the client: time to value, value realisation score and value gap (metrics §6)."""

from collections.abc import Mapping
from typing import Any

import ibis
from ibis import _

from tools import ledger, stats
from tools.metrics import Ask, metric, one_value
from tools.portfolio import Portfolio
from tools.reading import Grade, Reading, Rows, Status, Unit
from tools.text import Text

PROMISES = Text(
    "promises: what, from which value to which, worth how much, by when",
    "обещания: что именно, с какого значения до какого, сколько это стоит и к какому сроку",
)
NO_PROMISES = Text("no promise to a client is recorded", "не записано ни одного обещания клиенту")


def journeys(portfolio: Portfolio) -> list[dict[str, Any]]:
    """Per account with a start: ``account_id, start, reached, lost`` (dates or None), by account."""
    if "journeys" in portfolio.memo:
        saved: list[dict[str, Any]] = portfolio.memo["journeys"]
        return saved
    milestones = portfolio.table("milestones")
    value = milestones.filter(_.is_value.fill_null(False) | (_.stage == "first_value"))
    reached = value.group_by("account_id").agg(reached=_.date.min())
    signed = milestones.filter(_.stage == "contract").group_by("account_id").agg(signed=_.date.min())
    subscriptions = portfolio.table("subscriptions")
    paid = subscriptions.group_by("account_id").agg(
        started=_.start_date.min(), ended=_.end_date.max(), open=_.end_date.isnull().any()
    )
    accounts = portfolio.table("accounts").select("account_id", "signup_date")
    joined = accounts.left_join(signed, "account_id").drop("account_id_right")
    joined = joined.left_join(paid, "account_id").drop("account_id_right")
    joined = joined.left_join(reached, "account_id").drop("account_id_right")
    start = ibis.coalesce(joined.signup_date, joined.signed, joined.started)
    rows = joined.select("account_id", "reached", "ended", "open", start=start).filter(_.start.notnull())
    found = portfolio.run(rows.order_by("account_id")).to_pylist()
    assert portfolio.as_of is not None
    kept = []
    for row in found:
        if row["start"] > portfolio.as_of:
            continue
        gone = row["ended"] if row["open"] is False and row["ended"] and row["ended"] <= portfolio.as_of else None
        kept.append({**row, "lost": gone})
    portfolio.memo["journeys"] = kept
    return kept


def value_curve(portfolio: Portfolio) -> stats.Incidence:
    """Share of clients that reached the first value by each day from the contract, leavers a competing event."""
    days, events = [], []
    for row in journeys(portfolio):
        stop = row["reached"] or row["lost"] or portfolio.as_of
        days.append(max(0, (stop - row["start"]).days))
        events.append(1 if row["reached"] else 2 if row["lost"] else 0)
    return stats.incidence(days, events)


@metric(
    "ttv",
    name=Text("Time to value (TTV)", "Время до первой пользы (TTV)"),
    meaning=Text(
        "Days from the contract to the first promised benefit, by which half of the clients have it.",
        "Сколько дней проходит от договора до первой обещанной пользы у половины клиентов.",
    ),
    unit=Unit.DAYS,
    better="lower",
    formula="median of the cumulative incidence of the first value event; leaving before it is a competing event",
    source="metrics-6",
    needs=Text("the date of the first value event per client", "дата первой пользы по каждому клиенту"),
)
def time_to_value(ask: Ask) -> list[Reading]:
    """Median days; then the share that reached value by day 14, 30 and 90 (kinds ``by_14`` …).

    Clients not there yet are censored at ``as_of``; value before the contract counts as day 0, flagged. Fewer than
    half there: undefined, with the share reached. 3 4* 5 7 8* 10 14 20* 30* 30* gives 14.
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("milestones"):
        return [
            ask.undefined(Text("no first-value event is recorded", "не записано событие первой пользы"), window=None)
        ]
    journey = journeys(portfolio)
    if not any(row["reached"] for row in journey):
        return [
            ask.undefined(Text("no client has a dated first benefit", "ни у кого нет даты первой пользы"), window=None)
        ]
    curve = value_curve(portfolio)
    early = sum(1 for row in journey if row["reached"] and row["reached"] < row["start"])
    flags = ("value_before_contract",) if early else ()
    common: dict[str, Any] = {"n": len(journey), "window": portfolio.day, "flags": flags}
    few = len(journey) < portfolio.policy["min_accounts"]
    status: Status = "insufficient" if few else "ok"
    why = Text("too few clients for a median", "клиентов слишком мало для медианы") if few else None
    if curve.median is None:
        reason = Text(
            "fewer than half of the clients have reached it: the median is not there yet",
            "пользы достигла меньше половины клиентов: медиана не достигнута",
        )
        head = ask.undefined(reason, **common)
    else:
        interval = curve.median_ci
        closed = None if interval is None or interval[1] is None else (interval[0], interval[1])
        head = ask.reading(
            curve.median,
            status=status,
            reason=why,
            ci=closed,
            ci_method="Aalen-Johansen, log-log 95%" if closed else None,
            numerator=sum(1 for row in journey if row["reached"]),
            **common,
        )
    shares = [
        ask.reading(curve.by(day), unit=Unit.RATIO, status=status, reason=why, scope={"kind": f"by_{day}"}, **common)
        for day in (14, 30, 90)
    ]
    return [head, *shares]


def goals(portfolio: Portfolio) -> Any:
    """Table of promises by account (those of a plan inherited): value, progress 0-1 or null, raw, grade, due."""
    promised = portfolio.table("value_goals")
    accounts = portfolio.table("accounts").select("account_id", plan_of=_.plan)
    own = promised.filter(promised.account_id.notnull()).mutate(by_plan=ibis.literal(False))
    plans = promised.filter(promised.account_id.isnull() & promised["plan"].notnull()).drop("account_id")
    inherited = (
        plans.join(accounts, plans["plan"] == accounts.plan_of).drop("plan_of").mutate(by_plan=ibis.literal(True))
    )
    own_ids = own.select(has=_.account_id).distinct()
    inherited = inherited.anti_join(own_ids, inherited.account_id == own_ids.has)
    columns = ["account_id", "goal", "unit", "base", "target", "current", "value", "due", "grade", "by_plan"]
    every = own.select(columns).union(inherited.select(columns))
    span = (every.target - every.base).nullif(0)
    raw = (every.current - every.base) / span
    met = ibis.ifelse(every.current >= every.target, 1.0, 0.0)
    known = every.current.notnull() & every.base.notnull() & every.target.notnull()
    progress = ibis.ifelse(every.base == every.target, met, ibis.least(ibis.greatest(raw, 0.0), 1.0))
    return every.mutate(
        weight=every.value.cast("float64") if portfolio.has("value_goals", "value") else ibis.literal(1.0),
        progress=ibis.ifelse(known, progress, ibis.null("float64")),
        raw=raw,
    )


def owed(portfolio: Portfolio) -> Any:
    """The promises to clients in force: what was promised to a client that left is owed to nobody."""
    every = goals(portfolio)
    if ledger.no_ledger(portfolio) is not None:
        return every
    inside = ledger.state(portfolio, [ledger.last_month(portfolio).closing]).select(paying=_.account_id)
    return every.semi_join(inside, every.account_id == inside.paying)


def _totals(portfolio: Portfolio) -> tuple[dict[str, Any], str]:
    if "goal totals" not in portfolio.memo:
        table = owed(portfolio)
        known = table.progress.notnull()
        portfolio.memo["goal totals"] = portfolio.row(
            table.agg(
                promised=table.weight.sum(),
                known=table.weight.sum(where=known),
                realised=(table.weight * table.progress).sum(where=known),
                n=table.weight.count(),
                n_known=(known & table.weight.notnull()).sum(),
                clients=table.account_id.nunique(),
                grades=table.grade.nunique() + table.grade.isnull().any().cast("int64"),
                grade=table.grade.min(),
                by_plan=table.by_plan.sum(),
                every=table.count(),
                unpriced=table.weight.isnull().sum(),
            )
        )
    found: tuple[dict[str, Any], str] = portfolio.memo["goal totals"]
    return found


def _grade(totals: dict[str, Any]) -> Grade:
    if totals["by_plan"] == totals["every"]:
        return "by plan"
    uniform: Mapping[str, Grade] = {"confirmed": "confirmed", "measured": "measured", "stated": "stated"}
    return uniform.get(totals["grade"], "mixed") if totals["grades"] == 1 and not totals["by_plan"] else "mixed"


def _value_reading(ask: Ask, value: Any, sql: str) -> Reading:
    totals, _sql = _totals(ask.portfolio)
    coverage = totals["known"] / totals["promised"] if totals["promised"] else None
    partial = coverage is not None and coverage < 1
    reason = Text("the outcome of some promises is not known", "по части обещаний итог неизвестен") if partial else None
    flags = ("unpriced_promises",) if totals["unpriced"] else ()
    return ask.reading(
        value,
        status="partial" if partial else "ok",
        reason=reason,
        n=int(totals["n_known"]),
        coverage=coverage,
        grade=_grade(totals),
        rows=Rows(int(totals["n_known"]), {"no price": int(totals["unpriced"])} if totals["unpriced"] else {}),
        sql=sql,
        flags=flags,
        window=ask.portfolio.day,
    )


@metric(
    "vrs",
    name=Text("Value realisation score (VRS)", "Выполнение обещаний (VRS)"),
    meaning=Text(
        "How much of the value promised to clients has been realised, weighted by money.",
        "Какая часть обещанной клиентам ценности выполнена — с весом по деньгам.",
    ),
    unit=Unit.SCORE,
    better="higher",
    formula="100 * sum(value * progress) / sum(value), progress = clip((now - base) / (target - base), 0, 1)",
    source="metrics-6",
    needs=PROMISES,
)
def value_realisation_score(ask: Ask) -> list[Reading]:
    """0-100 over the promises whose outcome is known; then the bounds with the unknown at 0 and at 1.

    Over-delivery on one goal never pays for another: each is capped first. No promise at all: undefined, not 0.
    Progress .80 .75 1.00 on 500, 300, 200 thousand gives 82.5.
    """
    if not ask.portfolio.has("value_goals"):
        return [ask.undefined(NO_PROMISES, window=None)]
    totals, sql = _totals(ask.portfolio)
    if not totals["known"]:
        return [
            ask.undefined(Text("no promise has a known outcome", "ни по одному обещанию итог не известен"), window=None)
        ]
    head = _value_reading(ask, 100 * totals["realised"] / totals["known"], one_value(sql, '100 * "realised" / "known"'))
    low = 100 * totals["realised"] / totals["promised"]
    high = 100 * (totals["realised"] + totals["promised"] - totals["known"]) / totals["promised"]
    bounds = [
        ask.reading(value, scope={"kind": kind}, n=int(totals["n"]), grade=_grade(totals), window=ask.portfolio.day)
        for kind, value in (("lower_bound", low), ("upper_bound", high))
    ]
    return [head, *bounds]


@metric(
    "value_gap",
    name=Text("Value gap", "Недополученная ценность"),
    meaning=Text(
        "Money value of what was promised to clients and not delivered yet.",
        "Сколько обещанной клиентам ценности в деньгах ещё не получено.",
    ),
    unit=Unit.MONEY_YEAR,
    better="lower",
    formula="sum of value * (1 - progress) over the promises with a known outcome",
    source="metrics-6",
    needs=PROMISES,
)
def value_gap(ask: Ask) -> list[Reading]:
    """Money a year; then ``promised``, ``realised`` and ``unknown`` (no outcome yet). Promises without a price are out."""
    if not ask.portfolio.has("value_goals", "value"):
        return [ask.undefined(NO_PROMISES, window=None)]
    table = owed(ask.portfolio).filter(_.value.notnull())
    known = table.progress.notnull()
    row, sql = ask.portfolio.row(
        table.agg(
            gap=(table.weight * (1 - table.progress)).sum(where=known),
            promised=table.weight.sum(),
            realised=(table.weight * table.progress).sum(where=known),
            unknown=table.weight.sum(where=~known).fill_null(0.0),
        )
    )
    if row["gap"] is None:
        return [
            ask.undefined(Text("no promise has a known outcome", "ни по одному обещанию итог не известен"), window=None)
        ]
    head = _value_reading(ask, round(row["gap"], 2), one_value(sql, 'ROUND("gap", 2)'))
    parts = [
        ask.reading(
            round(row[kind], 2),
            scope={"kind": kind},
            sql=one_value(sql, f'ROUND("{kind}", 2)'),
            window=ask.portfolio.day,
        )
        for kind in ("promised", "realised", "unknown")
    ]
    return [head, *parts]


def account_scores(portfolio: Portfolio) -> dict[str, tuple[float | None, float]]:
    """VRS (0-100, None while no outcome is known) and value gap in money, by account with a promise."""
    if "account vrs" not in portfolio.memo:
        table = owed(portfolio)
        known = table.progress.notnull()
        by_account = table.group_by("account_id").agg(
            score=100 * (table.weight * table.progress).sum(where=known) / table.weight.sum(where=known).nullif(0),
            gap=(table.value.cast("float64") * (1 - table.progress)).sum(where=known).fill_null(0.0),
        )
        rows = portfolio.run(by_account.order_by("account_id")).to_pylist()
        portfolio.memo["account vrs"] = {row["account_id"]: (row["score"], row["gap"]) for row in rows}
    found: dict[str, tuple[float | None, float]] = portfolio.memo["account vrs"]
    return found
