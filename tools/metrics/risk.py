"""Churn risk: who is likely to leave, how good the guess is, and which columns may not be used (metrics §8)."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

from tools import stats
from tools.fields import Values, account_reading
from tools.metrics import Ask, metric
from tools.models.calibration import top_weights
from tools.models.risk import Risk, risk
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Unit
from tools.text import Text, same

CROSS_SECTION = Text(
    "the data are one snapshot: the model tells those who left from those who stayed, not when anyone will leave",
    "данные — один срез: модель отличает ушедших от оставшихся, но не говорит, когда кто уйдёт",
)


@metric(
    "churn_risk",
    name=Text("Churn risk", "Риск ухода"),
    meaning=Text(
        "Share of the clients in force expected to leave in the next three months, by a model judged on unseen data.",
        "Доля действующих клиентов, которая, как ожидается, уйдёт за три месяца, по модели, проверенной на новых данных.",
    ),
    unit=Unit.RATIO,
    better="lower",
    formula=Text(
        "sum of the chances of leaving / clients in force; the chances are of a logistic model of dated features",
        "сумма вероятностей ухода / действующие клиенты; вероятности — из логистической модели по датированным признакам",
    ),
    source="metrics-8",
    needs=Text(
        "dated usage, payments or tickets, and at least fifty clients who left",
        "использование, оплаты или обращения с датами и не меньше пятидесяти ушедших клиентов",
    ),
    aliases=("churn_model", "churn_prediction"),
)
def expected_churn(ask: Ask) -> list[Reading]:
    """0-1 over the clients in force on the last day, within the next three months; undefined where the model is refused.

    Kinds: ``money`` (expected loss of MRR), ``top_money`` (that of the riskiest tenth), ``auc``, ``average_precision``,
    ``lift``, ``brier`` beside ``base_brier`` (what knowing nothing costs), ``ece``, ``events``; one ``leak`` a column
    that knows the future, its value the AUC it has alone. The interval is the spread of the sum of chances together
    with the error of the rate in the test. A snapshot has no head, only quality: Telco AUC 0.845, Brier .135.
    """
    portfolio = ask.portfolio
    found = risk(portfolio)
    inside = _inside(portfolio, found.chances)
    window = found.window if found.forecast else None
    ready = Ask(portfolio, ask.metric, window, ask.convention)
    if found.refused is not None:
        return [ready.undefined(found.refused), *_quality(ready, found), *_leaks(ready, found)]
    if not found.forecast:
        return [ready.undefined(CROSS_SECTION, n=len(inside)), *_quality(ready, found), *_leaks(ready, found)]
    if not inside:
        return [ready.undefined(Text("no client in force", "нет действующих клиентов"))]
    return [_head(ready, found, inside), *_money(ready, found, inside), *_quality(ready, found), *_leaks(ready, found)]


@account_reading("churn_risk", name=Text("Chance of leaving", "Вероятность ухода"), unit=Unit.RATIO)
def chance_of_leaving(portfolio: Portfolio) -> Values:
    """Chance of leaving within three months, 0-1, by account; nobody where the model was refused or did not pass."""
    return dict(risk(portfolio).chances)


def _inside(portfolio: Portfolio, chances: Mapping[str, float]) -> dict[str, float]:
    if not portfolio.narrow:
        return dict(chances)
    here = portfolio.names
    return {account: chance for account, chance in chances.items() if account in here}


def _head(ask: Ask, found: Risk, inside: Mapping[str, float]) -> Reading:
    n, expected = len(inside), sum(inside.values())
    low, high = (max(0.0, bound / n) for bound in _bounds(found, list(inside.values()), [1.0] * n))
    return ask.reading(
        expected / n, n=n, numerator=expected, denominator=n, ci=(low, min(1.0, high)), ci_method=METHOD,
        flags=(found.judged.kind,),
    )  # fmt: skip


METHOD = "sum of chances, with the error of the test's rate"


def _bounds(found: Risk, chances: list[float], sizes: list[float]) -> tuple[float, float]:
    quality = found.judged.quality
    expected = sum(p * size for p, size in zip(chances, sizes, strict=True))
    drawn = sum(p * (1 - p) * size * size for p, size in zip(chances, sizes, strict=True))
    model = (expected / sqrt(quality.events)) ** 2 if quality is not None and quality.events else 0.0
    half = stats.Z * sqrt(drawn + model)
    return expected - half, expected + half


def _money(ask: Ask, found: Risk, inside: Mapping[str, float]) -> list[Reading]:
    accounts = sorted(inside)
    chances, sizes = [inside[a] for a in accounts], [found.money.get(a, 0.0) for a in accounts]
    low, high = _bounds(found, chances, sizes)
    common: dict[str, Any] = {"unit": Unit.MONEY_MONTH, "n": len(accounts)}
    whole = sum(p * size for p, size in zip(chances, sizes, strict=True))
    marks = top_weights(chances)
    top = sum(float(mark) * p * size for mark, p, size in zip(marks, chances, sizes, strict=True))
    bounds = (max(0.0, round(low, 2)), round(high, 2))
    return [
        ask.reading(round(whole, 2), scope={"kind": "money"}, ci=bounds, ci_method=METHOD, **common),
        ask.reading(round(top, 2), scope={"kind": "top_money"}, **common),
    ]


def _quality(ask: Ask, found: Risk) -> list[Reading]:
    quality = found.judged.quality
    if quality is None or ask.portfolio.narrow:
        return []
    flags = (found.judged.kind, *(() if quality.repeated < 0.05 else ("repeated_rows",)))
    common: dict[str, Any] = {"n": quality.n, "flags": flags, "window": None}
    values: dict[str, tuple[Number, Unit]] = {
        "average_precision": (quality.average_precision, Unit.RATIO),
        "lift": (quality.lift, Unit.TIMES),
        "brier": (quality.brier, Unit.RATIO),
        "base_brier": (quality.base_brier, Unit.RATIO),
        "ece": (quality.ece, Unit.RATIO),
        "events": (quality.events, Unit.COUNT),
    }
    area = ask.reading(quality.auc, scope={"kind": "auc"}, ci=quality.interval, ci_method="Hanley-McNeil 95%", **common)
    rest = [ask.reading(v, unit=unit, scope={"kind": kind}, **common) for kind, (v, unit) in values.items()]
    return [area, *rest]


def _leaks(ask: Ask, found: Risk) -> list[Reading]:
    """One reading a column left out: its AUC alone, the kinds of evidence as flags, the evidence in words."""
    if ask.portfolio.narrow:
        return []
    made = []
    for leak in found.suspects:
        en, ru = "; ".join(text.en for text in leak.said), "; ".join(text.ru for text in leak.said)
        reason = Text("column “{name}” knows the outcome: {why}", "столбец «{name}» знает исход: {why}")
        reason = reason.fill(name=same(leak.column), why=Text(en, ru))
        scope = {"kind": "leak", "where": leak.column}
        flags = tuple(f"leak_{kind}" for kind in leak.kinds)
        if leak.auc is None:
            made.append(ask.undefined(reason, scope=scope, flags=flags, n=leak.n, window=None))
        else:
            made.append(
                ask.reading(leak.auc, status="partial", reason=reason, scope=scope, flags=flags, n=leak.n, window=None)
            )
    return made
