"""Customer health score: a weighted mean of known components, never filled where unknown (metrics §5)."""

from datetime import timedelta
from typing import Any

from tools import ledger
from tools.metrics import Ask, metric
from tools.metrics.health_calibration import NOT_CHECKED, calibration
from tools.metrics.health_scores import (
    COMPONENTS,
    Health,
    Norms,
    explain_change,
    norms,
    paying,
    percentile,
    portfolio_change,
    scores,
    scores_under,
)
from tools.metrics.health_signals import critical, days_late, open_critical, usage_change
from tools.portfolio import Portfolio
from tools.reading import Reading, Status, Unit, Window
from tools.text import Text


@metric(
    "chs",
    name=Text("Customer health score (CHS)", "Индекс здоровья клиента (CHS)"),
    meaning=Text(
        "Mean health of the clients, from usage, adoption, promises, support, relationship and payment.",
        "Среднее здоровье клиентов: использование, функции, обещания, поддержка, отношения, оплата.",
    ),
    unit=Unit.SCORE,
    better="higher",
    formula=Text(
        "sum(weight * component) / sum(weight) over known components; the base is the mean of accounts",
        "сумма(вес * составляющая) / сумма(вес) по известным составляющим; по базе — среднее клиентов",
    ),
    source="metrics-5",
    needs=Text(
        "usage, tickets, surveys, due and paid dates, promises: enough of them for most of the weight",
        "использование, обращения, опросы, сроки и даты оплат, обещания: столько, чтобы покрыть большую часть веса",
    ),
)
def customer_health_score(ask: Ask) -> list[Reading]:
    """0-100 over the accounts with enough known components; then counts ``red`` and ``green``.

    Kinds of the change since the policy's months ago: ``change`` = ``stayers`` + ``entrants`` + ``leavers`` +
    ``norms``: clients by the norms of the earlier day, then what the new norms add. ``auc``: whether the score told
    who left (a snapshot before, churn after). Weights are an expert's: flag ``expert_weights`` until churn has
    checked them; satisfaction with tickets may stand for a survey answer (flag ``csat_for_nps``);
    ``size_bands`` or ``whole_base`` says what a client is compared with. Unknown components are left out and weights
    re-normalised; below the policy's coverage an account has no score. 80 60 50 70 100 with weights .4 .2 .15 .15 .1
    gives 72.0; without the fourth 59.41 on the next date's values, never zero-filled.
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None:
        return [ask.undefined(Text("nothing in the data is dated", "в данных нет дат"), window=portfolio.day)]
    every = scores(portfolio)
    known = [item.score for item in every.values() if item.score is not None]
    if not known:
        reason = Text(
            "too few components are known for any client", "ни по одному клиенту не известно достаточно составляющих"
        )
        return [ask.undefined(reason, window=portfolio.day)]
    status, why = _status(portfolio, len(known), len(every))
    checked = [] if ask.head else _auc(ask)
    flags = _flags(portfolio, checked)
    coverage = sum(item.coverage for item in every.values()) / len(every)
    common: dict[str, Any] = {"n": len(known), "window": portfolio.day, "flags": flags, "coverage": coverage}
    red = sum(1 for value in known if value <= portfolio.policy["chs_red"])
    green = sum(1 for value in known if value > portfolio.policy["chs_green"])
    return [
        ask.reading(sum(known) / len(known), status=status, reason=why, **common),
        ask.reading(red, unit=Unit.COUNT, scope={"kind": "red"}, **common),
        ask.reading(green, unit=Unit.COUNT, scope={"kind": "green"}, **common),
        *([] if ask.head else _change(ask)),
        *checked,
    ]


def _status(portfolio: Portfolio, known: int, every: int) -> tuple[Status, Text | None]:
    if known < portfolio.policy["min_accounts"]:
        return "insufficient", Text("too few clients with a score", "клиентов с индексом слишком мало")
    if known < every:
        return "partial", Text(
            "some clients have too few known components for a score",
            "по части клиентов составляющих слишком мало для индекса",
        )
    return "ok", None


def _flags(portfolio: Portfolio, checked: list[Reading]) -> tuple[str, ...]:
    whole = portfolio.whole or portfolio
    expert = () if any(item.status == "ok" for item in checked) else ("expert_weights",)
    stands = ("csat_for_nps",) if portfolio.has("tickets", "csat") else ()
    return (*expert, *stands, "size_bands" if norms(whole).edges else "whole_base")


def _change(ask: Ask) -> list[Reading]:
    portfolio = ask.portfolio
    assert portfolio.as_of is not None
    since = ledger.back(portfolio.as_of, int(portfolio.policy["chs_change_months"]))
    found = portfolio_change(portfolio, since)
    if found is None or found.counts[0] < portfolio.policy["min_accounts"]:
        return []
    window = Window(since + timedelta(days=1), portfolio.as_of + timedelta(days=1))
    flags = ("promises_undated",) if portfolio.has("value_goals") else ()
    parts = {"change": (found.total, found.counts[0]), "stayers": (found.stayers, found.counts[0])}
    parts |= {"entrants": (found.entrants, found.counts[1]), "leavers": (found.leavers, found.counts[2])}
    parts |= {"norms": (found.norms, found.counts[0] + found.counts[1])}
    return [
        ask.reading(value, n=n, scope={"kind": kind}, window=window, flags=flags) for kind, (value, n) in parts.items()
    ]


def _auc(ask: Ask) -> list[Reading]:
    """Whether the score tells who leaves: only of the whole base, and only where enough clients left to say so."""
    if ask.portfolio.whole is not None:
        return []
    found = calibration(ask.portfolio)
    if found is None or found.auc is None:
        return []
    status: Status = "ok" if found.checked else "insufficient"
    return [
        ask.reading(
            found.auc, unit=Unit.RATIO, n=found.n, status=status, reason=None if found.checked else NOT_CHECKED,
            scope={"kind": "auc"}, window=found.window, ci=found.interval, ci_method="Hanley-McNeil 95%",
            flags=() if found.monotone else ("not_monotone",),
        )
    ]  # fmt: skip


__all__ = [
    "COMPONENTS",
    "Health",
    "Norms",
    "calibration",
    "critical",
    "days_late",
    "explain_change",
    "norms",
    "open_critical",
    "paying",
    "percentile",
    "portfolio_change",
    "scores",
    "scores_under",
    "usage_change",
]
