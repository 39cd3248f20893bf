"""Losses over the closed cohort of the window's opening day: of clients and of revenue."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tools import cohorts, event_log, ledger, stats
from tools.metrics import Ask, metric, one_value
from tools.metrics.movements import EVENT_LOG, NO_LOG
from tools.metrics.recurring import NEEDS, rhythm, rows
from tools.metrics.retention import RETURNED, guesses, money_ratio, of_totals, ready_cohort, with_returned
from tools.reading import Reading, Unit, Window
from tools.text import Text

ROLLING = {
    "stripe": Text(
        "cancelled in the last thirty days, of those active before and new in them",
        "отменили за последние тридцать дней — от действовавших до них и новых за эти дни",
    )
}


@metric(
    "logo_churn",
    name=Text("Client churn", "Отток клиентов"),
    meaning=Text(
        "Share of the clients who paid when the period began that pay nothing at its end.",
        "Доля клиентов, плативших в начале периода, которые к его концу не платят.",
    ),
    unit=Unit.RATIO,
    better="lower",
    formula=Text(
        "accounts with opening > 0 and closing = 0 / accounts with opening > 0",
        "клиенты, платившие на начало и не платящие на конец / клиенты, платившие на начало",
    ),
    source="metrics-1.2",
    needs=NEEDS,
    conventions={**ledger.CONVENTIONS, **EVENT_LOG, **ROLLING},
)
def logo_churn(ask: Ask) -> list[Reading]:
    """Fraction of accounts lost over the window, 0 to 1; then its complement, kind ``retention``.

    Dropping one of several subscriptions is not churn. 2 of 8 lost give 0.25 with the interval [0.072, 0.591]. Kind
    ``monthly``: the same speed over a mean month, never a division by twelve; 30 of 500 in 92 days give 0.02025.
    """
    ready = ready_cohort(ask)
    if isinstance(ready, Reading):
        return [ready]
    assert ready.window is not None
    if ask.convention in ("event_log", "stripe"):
        return [_churn_of_events(replace(ready, convention=ask.convention))]
    totals = cohorts.cohort_totals(ready.portfolio, ready.window)
    extra, ends, kept_ends = rhythm(ready), None, None
    if ledger.below(ready.portfolio):
        ends = cohorts.cohort_interval(ready.portfolio, ready.window, "lost", "n")
        kept_ends = ((1 - ends[0][1], 1 - ends[0][0]), ends[1])
    lost = ready.share(
        totals["lost"],
        totals["n"],
        census=True,
        ends=ends,
        rows=rows(ready),
        sql=of_totals(ready, 'CAST("lost" AS DOUBLE) / "n"'),
        **extra,
    )
    kept = ready.share(
        totals["n"] - totals["lost"],
        totals["n"],
        census=True,
        ends=kept_ends,
        rows=rows(ready),
        scope={"kind": "retention"},
        sql=of_totals(ready, '1 - CAST("lost" AS DOUBLE) / "n"'),
        **extra,
    )
    monthly = ready.reading(
        stats.rescaled(totals["lost"] / totals["n"], ready.window.days, MONTH_DAYS),
        n=totals["n"],
        status=lost.status,
        reason=lost.reason,
        flags=lost.flags,
        scope={"kind": "monthly"},
    )
    return [lost] if ask.head else [lost, kept, monthly, *guesses(ready, "lost", lost)]


MONTH_DAYS = 365 / 12


def _churn_of_events(ask: Ask) -> Reading:
    """Share of accounts with an event of leaving; ``stripe``: of thirty days, new subscribers in the denominator."""
    if not event_log.possible(ask.portfolio):
        return ask.undefined(NO_LOG)
    assert ask.window is not None
    rolling = ask.convention == "stripe"
    window = Window(ask.window.end - timedelta(days=30), ask.window.end) if rolling else ask.window
    row, sql = event_log.log_totals(ask.portfolio, window)
    lost, of = ("churn_n", '"n" + "new_n"') if rolling else ("old_churn_n", '"n"')
    whole = row["n"] + (row["new_n"] if rolling else 0)
    found = one_value(sql, f'CAST("{lost}" AS DOUBLE) / ({of})')
    return replace(ask, window=window).share(row[lost], whole, census=True, sql=found)


@metric(
    "money_churn",
    name=Text("Gross revenue churn", "Отток выручки"),
    meaning=Text(
        "The part of the revenue of the period's beginning lost by its end to leaving and shrinking.",
        "Какая часть выручки, которую клиенты приносили в начале периода, потеряна с уходами и сокращениями.",
    ),
    unit=Unit.RATIO,
    better="lower",
    formula=Text("1 - grr", "1 - GRR"),
    source="metrics-1.2",
    needs=NEEDS,
    conventions={**ledger.CONVENTIONS, **RETURNED, **EVENT_LOG},
)
def money_churn(ask: Ask) -> list[Reading]:
    """Fraction of the opening revenue lost, 0 to 1; then kind ``net``, growth subtracted (below zero where it grew).

    The interval is that of what is kept, mirrored; of a group, stated only where what is kept is stated too.
    Convention ``chartmogul``: net, returned clients subtracted too; ``event_log``: each fall on its own day.
    """
    ready = ready_cohort(ask)
    if isinstance(ready, Reading):
        return [ready]
    assert ready.window is not None
    if ask.convention == "chartmogul":
        return [_net_of(with_returned(ready, money_ratio(ready, "kept")))]
    if ask.convention == "event_log":
        return [_lost_by_events(replace(ready, convention="event_log"))]
    gross = _less(ready, "capped")
    return [gross] if ask.head else [gross, _less(ready, "kept", scope={"kind": "net"})]


def _less(ask: Ask, column: str, **more: Any) -> Reading:
    """One less a ratio of retention: its interval mirrored, and stated only where the ratio is."""
    assert ask.window is not None
    totals = cohorts.cohort_totals(ask.portfolio, ask.window)
    kept, lost = money_ratio(ask, column), totals["opening"] - totals[column]
    assert kept.ci is not None
    return ask.reading(
        lost / totals["opening"],
        n=kept.n,
        numerator=ledger.money(lost),
        denominator=kept.denominator,
        status=kept.status,
        reason=kept.reason,
        flags=kept.flags,
        ci=(1 - kept.ci[1], 1 - kept.ci[0]),
        ci_method=kept.ci_method,
        rows=kept.rows,
        sql=of_totals(ask, f'1 - CAST("{column}" AS DOUBLE) / CAST("opening" AS DOUBLE)'),
        **more,
    )


def _net_of(kept: Reading) -> Reading:
    if kept.value is None or kept.denominator is None or kept.numerator is None:
        return kept
    return replace(kept, value=1 - float(kept.value), numerator=kept.denominator - kept.numerator)  # type: ignore[operator]


def _lost_by_events(ask: Ask) -> Reading:
    if not event_log.possible(ask.portfolio):
        return ask.undefined(NO_LOG)
    assert ask.window is not None
    row, sql = event_log.log_totals(ask.portfolio, ask.window)
    return ask.reading(
        row["old_losses"] / row["opening"],
        n=row["n"],
        numerator=ledger.money(row["old_losses"]),
        denominator=ledger.money(row["opening"]),
        sql=one_value(sql, 'CAST("old_losses" AS DOUBLE) / CAST("opening" AS DOUBLE)'),
    )
