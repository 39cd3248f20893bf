"""Value for the client: how far promises are kept, value realisation score and value gap (metrics §6)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import ibis
from ibis import _

from tools import in_hand, ledger
from tools.metrics import Ask, metric, one_value
from tools.milestones import journeys, starts, value_curve
from tools.portfolio import Portfolio
from tools.reading import Grade, Number, Reading, Rows, Unit
from tools.text import Text

PROMISES = Text(
    "promises: what, from which value to which, worth how much, by when",
    "обещания: что именно, с какого значения до какого, сколько это стоит и к какому сроку",
)
NO_PROMISES = Text("no promise to a client is recorded", "не записано ни одного обещания клиенту")


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
        weight=every.value.cast("float64")
        if portfolio.base.has("value_goals", "value")
        else ibis.literal(1).cast("float64"),
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


def owed_totals(portfolio: Portfolio) -> tuple[dict[str, Any], str]:
    """One row over the promises owed (promised, known, realised and their counts, grades), and its SQL."""
    if "goal totals" not in portfolio.memo:
        portfolio.memo["goal totals"] = in_hand.row_of(portfolio, "goal totals", rows=owed, sums=_totals)
    found: tuple[dict[str, Any], str] = portfolio.memo["goal totals"]
    return found


def _totals(table: Any) -> Any:
    known = table.progress.notnull()
    return table.agg(
        promised=table.weight.sum(),
        known=table.weight.sum(where=known),
        realised=(table.weight * table.progress).sum(where=known),
        n_known=(known & table.weight.notnull()).sum(),
        clients=table.account_id.nunique(where=known & table.weight.notnull()),
        promisees=table.account_id.nunique(where=table.weight.notnull()),
        grades=table.grade.nunique(),
        ungraded=table.grade.isnull().sum(),
        grade=table.grade.min(),
        by_plan=table.by_plan.sum(),
        every=table.count(),
        unpriced=table.weight.isnull().sum(),
        worse=(known & (table.raw < 0)).sum().fill_null(0),
    )


def grade_of(totals: dict[str, Any]) -> Grade:
    """The grade of the evidence of a set of promises: ``by plan``, one grade, or ``mixed``."""
    if totals["by_plan"] == totals["every"]:
        return "by plan"
    uniform: Mapping[str, Grade] = {"confirmed": "confirmed", "measured": "measured", "stated": "stated"}
    one = totals["grades"] == 1 and not totals["ungraded"] and not totals["by_plan"]
    return uniform.get(totals["grade"], "mixed") if one else "mixed"


def _value_reading(ask: Ask, value: Any, sql: str) -> Reading:
    totals, _sql = owed_totals(ask.portfolio)
    coverage = totals["known"] / totals["promised"] if totals["promised"] else None
    partial = coverage is not None and coverage < 1
    reason = Text("the outcome of some promises is not known", "по части обещаний итог неизвестен") if partial else None
    marks = {"unpriced_promises": totals["unpriced"], "worse_than_base": totals["worse"]}
    flags = tuple(flag for flag, seen in marks.items() if seen)
    return ask.reading(
        value,
        status="partial" if partial else "ok",
        reason=reason,
        n=int(totals["clients"]),
        coverage=coverage,
        grade=grade_of(totals),
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
    formula=Text(
        "100 * sum(value * progress) / sum(value), progress = clip((now - base) / (target - base), 0, 1)",
        "100 * сумма(ценность * ход) / сумма(ценность), ход = (сейчас - исходное) / (цель - исходное) в пределах от 0 до 1",
    ),
    source="metrics-6",
    needs=PROMISES,
)
def value_realisation_score(ask: Ask) -> list[Reading]:
    """0-100 over the promises whose outcome is known; then the bounds with the unknown at 0 and at 1, ``pace``, evidence.

    Over-delivery on one goal never pays for another: each is capped first. No promise at all: undefined, not 0. An
    outcome below the start is 0, flagged ``worse_than_base``. ``pace`` is progress over the share of time gone, of
    promises not due yet; ``evidence`` is the share of promised value by grade. Progress .80 .75 1.00 on 500, 300, 200
    thousand gives 82.5; without the second 85.7 with bounds 60 and 90.
    """
    if not ask.portfolio.rows("value_goals"):
        return [ask.undefined(NO_PROMISES, window=None)]
    totals, sql = owed_totals(ask.portfolio)
    if not totals["known"]:
        return [
            ask.undefined(Text("no promise has a known outcome", "ни по одному обещанию итог не известен"), window=None)
        ]
    head = _value_reading(ask, 100 * totals["realised"] / totals["known"], one_value(sql, '100 * "realised" / "known"'))
    low = 100 * totals["realised"] / totals["promised"]
    high = 100 * (totals["realised"] + totals["promised"] - totals["known"]) / totals["promised"]
    bounds = [
        ask.reading(
            value, scope={"kind": kind}, n=int(totals["promisees"]), grade=grade_of(totals), window=ask.portfolio.day
        )
        for kind, value in (("lower_bound", low), ("upper_bound", high))
    ]
    return [head] if ask.head else [head, *bounds, _pace(ask), *_evidence(ask)]


def _pace(ask: Ask) -> Reading:
    """Progress of the promises not due yet over the share of their time gone by, in times; 1.0 is on schedule."""
    portfolio = ask.portfolio
    scope = {"kind": "pace"}
    if portfolio.as_of is None or not portfolio.has("value_goals", "due"):
        return ask.undefined(Text("no promise has a due date", "ни у одного обещания нет срока"), scope=scope)
    day = ledger.literal(portfolio.as_of)
    since = starts(portfolio).select(client=_.account_id, start=_.start)
    table = owed(portfolio).filter(_.progress.notnull(), _.weight.notnull(), _.due > day)
    dated = table.join(since, table.account_id == since.client)
    span = dated.due.delta(dated.start, unit="day").cast("float64").nullif(0)
    open_ = dated.mutate(elapsed=day.delta(dated.start, unit="day").cast("float64") / span)
    open_ = open_.filter(open_.elapsed > 0)
    row, sql = portfolio.row(
        open_.agg(done=(_.weight * _.progress).sum(), gone=(_.weight * _.elapsed).sum(), n=_.account_id.nunique())
    )
    if not row["n"] or not row["gone"]:
        return ask.undefined(
            Text(
                "no promise is under way with a start and a due date", "нет обещаний в работе с датами начала и срока"
            ),
            scope=scope,
            window=portfolio.day,
        )
    return ask.reading(
        row["done"] / row["gone"],
        unit=Unit.TIMES,
        n=int(row["n"]),
        scope=scope,
        window=portfolio.day,
        sql=one_value(sql, '"done" / "gone"'),
    )


def _evidence(ask: Ask) -> list[Reading]:
    """Share of the promised value by the grade of its evidence, 0 to 1."""
    grade = ibis.ifelse(_.by_plan, "by plan", ibis.coalesce(_.grade, "stated"))
    by = owed(ask.portfolio).filter(_.weight.notnull()).mutate(evidence=grade)
    by = by.group_by("evidence").agg(worth=_.weight.sum(), n=_.account_id.nunique()).order_by("evidence")
    sql, rows = ask.portfolio.sql(by), ask.portfolio.run(by).to_pylist()
    total = sum(row["worth"] for row in rows)
    return [
        ask.reading(
            row["worth"] / total,
            unit=Unit.RATIO,
            n=int(row["n"]),
            scope={"kind": "evidence", "by": "grade", "group": row["evidence"]},
            window=ask.portfolio.day,
            sql=one_value(sql, f"""SUM("worth") FILTER (WHERE "evidence" = '{row["evidence"]}') / SUM("worth")"""),
        )
        for row in rows
        if total and row["evidence"] in EVIDENCE
    ]


EVIDENCE = ("confirmed", "measured", "stated", "disputed", "by plan")


@metric(
    "value_gap",
    name=Text("Value gap", "Недополученная ценность"),
    meaning=Text(
        "Money value of what was promised to clients and not delivered yet.",
        "Сколько обещанной клиентам ценности в деньгах ещё не получено.",
    ),
    unit=Unit.MONEY_YEAR,
    better="lower",
    formula=Text(
        "sum of value * (1 - progress) over the promises with a known outcome",
        "сумма ценность * (1 - ход) по обещаниям с известным итогом",
    ),
    source="metrics-6",
    needs=PROMISES,
)
def value_gap(ask: Ask) -> list[Reading]:
    """Money a year; then ``promised``, ``realised``, ``unknown`` (no outcome yet) and ``over_delivery`` (beyond a promise).

    Nothing is rounded before it is shown. Promises without a price are out. 500, 300 and 200 thousand at .80 .75 1.00 leave 175 thousand; a result two and a
    half times the third promise is 300 thousand of over-delivery, which closes nothing of the gap.
    """
    if not ask.portfolio.counts("value_goals")["value"]:
        return [ask.undefined(NO_PROMISES, window=None)]
    row, sql = in_hand.row_of(ask.portfolio, "value gap", rows=_priced, sums=_gap)
    if row["gap"] is None:
        return [
            ask.undefined(Text("no promise has a known outcome", "ни по одному обещанию итог не известен"), window=None)
        ]
    head = _value_reading(ask, row["gap"], one_value(sql, '"gap"'))
    if ask.head:
        return [head]
    day, kinds = ask.portfolio.day, ("promised", "realised", "unknown", "over_delivery")
    found = {kind: one_value(sql, f'CAST("{kind}" AS DOUBLE)') for kind in kinds}
    parts = [ask.reading(_exact(row[kind]), scope={"kind": kind}, sql=found[kind], window=day) for kind in kinds]
    return [head, *parts]


def _priced(portfolio: Portfolio) -> Any:
    return owed(portfolio).filter(_.value.notnull())


def _gap(table: Any) -> Any:
    known = table.progress.notnull()
    return table.agg(
        gap=(table.weight * (1 - table.progress)).sum(where=known),
        promised=table.value.sum(),
        realised=(table.weight * table.progress).sum(where=known),
        unknown=table.value.sum(where=~known).fill_null(0),
        over_delivery=(table.weight * (table.raw - 1)).sum(where=known & (table.raw > 1)).fill_null(0.0),
    )


def _exact(amount: Number) -> Number:
    """An amount as it is; a decimal one without trailing zeros below cents."""
    return ledger.money(int(amount * ledger.TICKS)) if isinstance(amount, Decimal) else amount


def account_scores(portfolio: Portfolio) -> dict[str, tuple[float | None, float]]:
    """VRS (0-100, None while no outcome is known) and value gap in money, by account with a promise."""
    if "account vrs" not in portfolio.memo:
        base = ledger.base_of(portfolio)
        known = _account_scores(portfolio) if base is None else account_scores(base)
        inside = known if base is None else sorted(portfolio.inside or ())
        portfolio.memo["account vrs"] = {account: known[account] for account in inside if account in known}
    found: dict[str, tuple[float | None, float]] = portfolio.memo["account vrs"]
    return found


def _account_scores(portfolio: Portfolio) -> dict[str, tuple[float | None, float]]:
    table = owed(portfolio)
    known = table.progress.notnull()
    by_account = table.group_by("account_id").agg(
        score=100 * (table.weight * table.progress).sum(where=known) / table.weight.sum(where=known).nullif(0),
        gap=(table.value.cast("float64") * (1 - table.progress)).sum(where=known).fill_null(0.0),
    )
    rows = portfolio.run(by_account.order_by("account_id"))
    figures = zip(rows["score"].to_pylist(), rows["gap"].to_pylist(), strict=True)
    return dict(zip(rows["account_id"].to_pylist(), figures, strict=True))


__all__ = [
    "NO_PROMISES", "PROMISES", "account_scores", "goals", "grade_of", "journeys", "owed", "owed_totals", "value_curve",
]  # fmt: skip
