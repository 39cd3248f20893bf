"""Retention of revenue over the closed cohort of the window's opening day."""

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import Any

from tools import cohorts, ledger
from tools.metrics import Ask, metric, one_value, thin_reason
from tools.metrics.movements import NOT_COVERED, covering
from tools.metrics.recurring import NEEDS, base, rhythm, rows
from tools.reading import Reading, Unit
from tools.text import Text

NO_COHORT = Text(
    "no client paid on the day before the window, so there is nobody to retain",
    "накануне периода никто не платил: удерживать было некого",
)


RETURNED = {
    "chartmogul": Text(
        "clients who had left and pay again are counted",
        "вернувшиеся клиенты учитываются",
    )
}
CHAINED = {
    "chained_monthly": Text(
        "monthly rates multiplied: every month has its own cohort, so new clients enter",
        "произведение месячных значений: у каждого месяца своя когорта, поэтому новые клиенты входят",
    )
}


def ready_cohort(ask: Ask) -> Ask | Reading:
    """The ask with its window, over a base that somebody paid at the opening; else the reading that says why not."""
    ready = base(ask, default="year")
    if isinstance(ready, Reading):
        return ready
    assert ready.window is not None
    ends = [ready.window.opening]
    why = ledger.missing_rate(ready.portfolio, ledger.source(ready.portfolio), ends)
    if why is not None:
        return ready.undefined(why)
    totals = cohorts.cohort_totals(ready.portfolio, ready.window)
    return ready.undefined(NO_COHORT) if totals["opening"] == 0 else ready


def money_ratio(ask: Ask, column: str) -> Reading:
    """Closing money of the cohort (``kept``; ``capped``: at most the opening of each account) over its opening."""
    assert ask.window is not None
    totals = cohorts.cohort_totals(ask.portfolio, ask.window)
    interval, method = cohorts.cohort_interval(ask.portfolio, ask.window, column, "opening")
    wide = interval[1] - interval[0] > ask.portfolio.policy["max_ci_width"]
    thin = {"status": "insufficient", "reason": thin_reason()} if wide and ask.portfolio.narrow else {}
    return ask.reading(
        totals[column] / totals["opening"],
        n=totals["n"],
        numerator=ledger.money(totals[column]),
        denominator=ledger.money(totals["opening"]),
        ci=interval,
        ci_method=method,
        rows=rows(ask),
        sql=of_totals(ask, f'CAST("{column}" AS DOUBLE) / CAST("opening" AS DOUBLE)'),
        **{**rhythm(ask), **thin},
    )


def of_totals(ask: Ask, expression: str) -> Callable[[], str]:
    """What writes the query of a value of the cohort's totals."""
    portfolio, window = ask.portfolio, ask.window
    assert window is not None
    return lambda: one_value(cohorts.totals_sql(portfolio, window), expression)


@metric(
    "nrr",
    name=Text("Net revenue retention (NRR)", "Чистое удержание выручки (NRR)"),
    meaning=Text(
        "What the clients who paid when the period began pay at its end, as a share of what they paid then.",
        "Сколько к концу периода платят те, кто платил в его начале, — доля от того, что они платили тогда.",
    ),
    unit=Unit.RATIO,
    better="higher",
    formula=Text(
        "sum of closing MRR / sum of opening MRR, over the accounts with opening MRR",
        "сумма MRR на конец / сумма MRR на начало, по клиентам с MRR на начало",
    ),
    source="metrics-1.2",
    needs=NEEDS,
    conventions={**ledger.CONVENTIONS, **RETURNED, **CHAINED},
    aliases=("ndr",),
)
def net_revenue_retention(ask: Ask) -> list[Reading]:
    """Fraction of the opening revenue, growth included; then variants ``without_largest`` and ``without_indexation``.

    New accounts never enter; an account that lapsed and is back counts. A census of the base: always stated.
    100 -> 150 and 100 -> 50 give 1.00. Where the paid period of some lines is a guess, variants by invoice month and
    under each answer follow.
    """
    ready = ready_cohort(ask)
    if isinstance(ready, Reading):
        return [ready]
    main = money_ratio(ready, "kept")
    if ask.convention == "chartmogul":
        return [with_returned(ready, main)]
    if ask.convention == "chained_monthly":
        return [_chained(ready, main)]
    if ask.head:
        return [main]
    return [main, _without_largest(ready, main), _without_indexation(ready, main), *guesses(ready, "kept", main)]


def as_main(ask: Ask, main: Reading) -> dict[str, Any]:
    """Status, reason and flag of a variant: those of the ledger, and never stated where the main figure is withheld."""
    thin = {"status": main.status, "reason": main.reason} if main.status == "insufficient" else {}
    return {**rhythm(ask), **thin}


def with_returned(ask: Ask, main: Reading) -> Reading:
    """NRR with the money of clients that paid before, not at the opening, and pay again at the close."""
    returned = _returned(ask)
    if returned is None:
        return replace(ask, convention="chartmogul").undefined(NOT_COVERED)
    assert ask.window is not None
    totals = cohorts.cohort_totals(ask.portfolio, ask.window)
    kept = totals["kept"] + returned
    return replace(ask, convention="chartmogul").reading(
        kept / totals["opening"],
        n=totals["n"],
        numerator=ledger.money(kept),
        denominator=ledger.money(totals["opening"]),
        **as_main(ask, main),
    )


def _returned(ask: Ask) -> int | None:
    """Closing ticks of the accounts without opening revenue that had paid before the window."""
    assert ask.window is not None
    months = ledger.months(ask.portfolio)
    if not months or ledger.currencies(ask.portfolio, ledger.source(ask.portfolio))[1:]:
        return None
    accounts = cohorts.cohort(ask.portfolio, ask.window)
    fresh = accounts.filter(accounts.client_opening == 0)
    known = cohorts.paid_before(ask.portfolio, ask.window.start).view()
    back = fresh.join(known, fresh.account_id == known.known_account)
    row, _sql = ask.portfolio.row(back.agg(ticks=back.closing.sum().fill_null(0)))
    return int(row["ticks"])


def _chained(ask: Ask, main: Reading) -> Reading:
    """Product of the monthly NRR of the window: another metric, in which each month has a cohort of its own."""
    here, window = replace(ask, convention="chained_monthly"), ask.window
    assert window is not None
    found = covering(ask.portfolio, window)
    if found is None:
        return here.undefined(NOT_COVERED)
    rows = [row for row in found.rows.to_pylist() if window.start <= row["month"] < window.end]
    if any(int(row["start"]) == 0 for row in rows):
        return here.undefined(NO_COHORT)
    lost = [int(row["start"]) + int(row["expansion"]) - int(row["contraction"]) - int(row["churn"]) for row in rows]
    value = prod(kept / int(row["start"]) for kept, row in zip(lost, rows, strict=True))
    return here.reading(value, n=int(rows[0]["start_n"]), **as_main(ask, main))


def guesses(ask: Ask, column: str, main: Reading) -> list[Reading]:
    """The same by invoice month and under each answer about the paid period, where that period is a guess."""
    if not ledger.guessed(ask.portfolio):
        return []
    assert ask.window is not None
    readings = []
    for kind, portfolio in ledger.guesses(ask.portfolio):
        totals = cohorts.cohort_totals(portfolio, ask.window)
        if totals["opening"] == 0:
            continue
        top, bottom = ("lost", "n") if column == "lost" else (column, "opening")
        shown = (lambda value: value) if column == "lost" else ledger.money
        readings.append(
            ask.reading(
                totals[top] / totals[bottom],
                n=totals["n"],
                numerator=shown(totals[top]),
                denominator=shown(totals[bottom]),
                scope={"kind": kind},
                **as_main(ask, main),
            )
        )
    return readings


def _without_largest(ask: Ask, main: Reading) -> Reading:
    assert ask.window is not None
    pairs = [pair for pair in cohorts.cohort_accounts(ask.portfolio, ask.window) if pair[1] > 0]
    scope = {"kind": "without_largest"}
    largest = max(pairs, key=lambda pair: (max(pair[1], pair[2]), pair[0]))
    rest = [pair for pair in pairs if pair is not largest]
    if not rest:
        return ask.undefined(Text("there is only one client", "клиент всего один"), scope=scope)
    opening, closing = sum(pair[1] for pair in rest), sum(pair[2] for pair in rest)
    top = 'GREATEST("opening", "closing")'
    accounts = ask.portfolio.sql(cohorts.cohort(ask.portfolio, ask.window))
    ranked = f'SELECT *, ROW_NUMBER() OVER (ORDER BY {top} DESC, "account_id" DESC) AS "place" FROM ({accounts}) AS "a"'
    paying = f'{ranked} WHERE "opening" > 0'
    sql = one_value(paying, 'CAST(SUM("closing") AS DOUBLE) / CAST(SUM("opening") AS DOUBLE)', '"place" > 1')
    return ask.reading(
        closing / opening,
        n=len(rest),
        numerator=ledger.money(closing),
        denominator=ledger.money(opening),
        scope=scope,
        sql=sql,
        **as_main(ask, main),
    )


def _without_indexation(ask: Ask, main: Reading) -> Reading:
    """NRR with the common price step taken out; of invoice lines by months made equal in length."""
    assert ask.window is not None
    scope = {"kind": "without_indexation"}
    from tools.metrics.indexation import NOT_TOLD, possible, steps

    if not possible(ask.portfolio):
        return ask.undefined(NOT_TOLD, scope=scope)
    removed = steps(ask.portfolio, ask.window)
    pairs = [pair for pair in cohorts.cohort_accounts(ask.portfolio, ask.window) if pair[1] > 0]
    opening = sum(pair[1] for pair in pairs)
    kept = sum(max(0, closing - (removed.get(account, 0) if closing else 0)) for account, _opening, closing in pairs)
    return ask.reading(
        kept / opening,
        n=len(pairs),
        numerator=ledger.money(kept),
        denominator=ledger.money(opening),
        scope=scope,
        **as_main(ask, main),
    )


@metric(
    "grr",
    name=Text("Gross revenue retention (GRR)", "Валовое удержание выручки (GRR)"),
    meaning=Text(
        "The part of the revenue of the period's beginning that is still paid at its end, growth left out.",
        "Какая часть выручки, которую клиенты приносили в начале периода, сохранилась к концу — без учёта роста.",
    ),
    unit=Unit.RATIO,
    better="higher",
    formula=Text(
        "sum of min(opening, closing) / sum of opening, account by account",
        "сумма min(на начало, на конец) / сумма на начало, по каждому клиенту",
    ),
    source="metrics-1.2",
    needs=NEEDS,
    conventions=ledger.CONVENTIONS,
)
def gross_revenue_retention(ask: Ask) -> list[Reading]:
    """Fraction of the opening revenue kept, 0 to 1, never above NRR; the minimum is taken per account.

    100 -> 150 and 100 -> 50 give 0.75.
    """
    ready = ready_cohort(ask)
    if isinstance(ready, Reading):
        return [ready]
    main = money_ratio(ready, "capped")
    return [main, *guesses(ready, "capped", main)]


#: Every way a source may answer "who left": table, its test, and what it says.
