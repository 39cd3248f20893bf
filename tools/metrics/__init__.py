"""Metrics: a function each, declared once; what is registered here appears in CLI, API, chat, report and docs."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any, Literal

from tools import stats
from tools.errors import LISTED, UnknownName
from tools.policy import Policy
from tools.portfolio import Portfolio
from tools.reading import Grade, Number, Reading, Rows, Status, Unit, Window
from tools.text import Text

Better = Literal["higher", "lower", "none"]


@dataclass(frozen=True)
class Ask:
    """One question to one metric: the portfolio, and the window where the metric has one.

    ``head``: only the first reading is wanted (a group's figure), so that variants need not be computed.
    """

    portfolio: Portfolio
    metric: "Metric"
    window: Window | None = None
    convention: str = ""
    head: bool = False

    def reading(
        self,
        value: Number | None,
        *,
        status: Status = "ok",
        reason: Text | None = None,
        unit: Unit | None = None,
        sql: str | Callable[[], str] | None = None,
        scope: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Reading:
        """A reading of the metric with the portfolio's snapshot and scope; None becomes ``undefined``.

        A query that takes long to write is given as what writes it, when it is asked for.
        """
        narrow = self.portfolio.narrow
        inside = _scope(self.portfolio)
        rate = (unit or self.metric.unit) not in SUMS or self.metric.key in MEANS
        if narrow and value is not None and rate and more.get("n", 0) < self.portfolio.policy["min_accounts"]:
            status, reason = "insufficient", thin_reason()
        if narrow and value is not None and rate and _wide(float(value), more.get("ci"), self.portfolio.policy):
            status, reason = "insufficient", thin_reason()
        flags = tuple(more.pop("flags", ()))
        more.setdefault("window", self.window)
        more.setdefault("convention", self.convention)
        return Reading(
            key=self.metric.key,
            unit=unit or self.metric.unit,
            value=value,
            status="undefined" if value is None else status,
            reason=reason,
            flags=flags,
            sql=_kept(self.portfolio, sql),
            scope=_nested(inside, scope or {}),
            snapshot=self.portfolio.snapshot,
            **more,
        )

    def undefined(self, reason: Text, **more: Any) -> Reading:
        """A reading without a value, with the reason."""
        return self.reading(None, reason=reason, **more)

    def share(
        self,
        events: int,
        n: int,
        *,
        census: bool = False,
        ends: tuple[tuple[float, float], str] | None = None,
        **more: Any,
    ) -> Reading:
        """A proportion with its interval, or its reason; a group below the policy's size is insufficient.

        The interval is Wilson's, of independent cases; ``ends`` and their method stand for it where they are not.
        """
        if n == 0:
            return self.undefined(Text("no client to count over", "нет клиентов, по которым считать"), **more)
        (low, high), method = ends or (stats.wilson(events, n), "Wilson 95%")
        low, high = max(low, 0.0), min(high, 1.0)
        policy = self.portfolio.policy
        wide = high - low > policy["max_ci_width"] or (
            events > 0 and high - low > policy["max_ci_relative"] * events / n
        )
        thin = n < policy["min_accounts"] or wide
        if thin and (not census or self.portfolio.narrow):  # outranks whatever else makes the value partial
            more |= {"status": "insufficient", "reason": thin_reason()}
        return self.reading(events / n, n=n, numerator=events, denominator=n, ci=(low, high), ci_method=method, **more)


def _kept(portfolio: Portfolio, sql: str | Callable[[], str] | None) -> Any:
    return (lambda: portfolio.kept(sql())) if callable(sql) else portfolio.kept(sql)


def _wide(value: float, interval: tuple[float, float] | None, policy: Policy) -> bool:
    """True where the interval is wider than a rate of a group may have to be stated (metrics §9)."""
    if interval is None:
        return False
    width = interval[1] - interval[0]
    return width > policy["max_ci_relative"] * abs(value) > 0


def _scope(portfolio: Portfolio) -> dict[str, str]:
    """Where in the base a reading was taken: its filter, its group, its level."""
    scope: dict[str, str] = {}
    for narrow in portfolio.narrows:
        scope |= {"where": narrow.group} if narrow.by == "where" else {"by": narrow.by, "group": narrow.group}
        scope |= {"range": narrow.range} if narrow.range else {}
    return scope if portfolio.level == "account" else {**scope, "level": portfolio.level}


def _nested(inside: dict[str, str], scope: Mapping[str, str]) -> dict[str, str]:
    """The scope of a reading inside a group: a month of the group "Pro" is ``plan,month`` and ``Pro,2026-06``."""
    both: dict[str, str] = {
        name: f"{inside[name]},{scope[name]}" for name in ("by", "group") if name in inside and name in scope
    }
    return {**inside, **scope, **both}


SUMS = (Unit.COUNT, Unit.MONEY, Unit.MONEY_MONTH, Unit.MONEY_YEAR)
MEANS = ("arpa", "revenue_per_client", "ltv")  # money a client: a rate of the group all the same


def thin_reason() -> Text:
    """Why a figure of too few accounts, or of accounts too unlike each other, is kept but not stated."""
    return Text(
        "too few clients to state it: the interval is too wide to act on",
        "по стольким клиентам не сказать уверенно: интервал слишком широк, чтобы на него опираться",
    )


Compute = Callable[[Ask], Reading | list[Reading]]


@dataclass(frozen=True)
class Metric:
    """What a metric is: everything that CLI, API, report and docs show of it."""

    key: str
    name: Text
    meaning: Text
    unit: Unit
    better: Better
    formula: Text
    source: str
    needs: Text
    compute: Compute
    conventions: Mapping[str, Text] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    standing: bool = False  # it says how things stand on a day: month by month it keeps its own long window


_METRICS: dict[str, Metric] = {}


def metric(
    key: str,
    *,
    name: Text,
    meaning: Text,
    unit: Unit,
    better: Better,
    formula: Text,
    source: str,
    needs: Text,
    conventions: Mapping[str, Text] | None = None,
    aliases: tuple[str, ...] = (),
    standing: bool = False,
) -> Callable[[Compute], Compute]:
    """Register a function as the metric ``key``; a second one of the key is refused."""

    def register(compute: Compute) -> Compute:
        if key in _METRICS:
            raise ValueError(f"metric {key!r} is declared twice")
        _METRICS[key] = Metric(
            key, name, meaning, unit, better, formula, source, needs, compute, conventions or {}, aliases,
            standing,
        )  # fmt: skip
        return compute

    return register


@cache
def metrics() -> Mapping[str, Metric]:
    """Every metric by key, in the order of their files, whichever was imported first."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    for name in names:
        importlib.import_module(f"{__name__}.{name}")
    places = {f"{__name__}.{name}": place for place, name in enumerate(names)}
    return dict(sorted(_METRICS.items(), key=lambda pair: places.get(pair[1].compute.__module__, len(names))))


def resolve(key: str) -> Metric:
    """The metric of a key or alias (``ndr`` is ``nrr``); `UnknownName` with the nearest keys otherwise."""
    wanted = key.strip().casefold()
    found = metrics()
    if wanted in found:
        return found[wanted]
    for item in found.values():
        if wanted in item.aliases:
            return item
    spoken = {word: item.key for item in found.values() for word in (*item.aliases, item.name.en, item.name.ru)}
    raise UnknownName(Text("metric", "показатель"), key, found, spoken=spoken, hint=LISTED)


NOT_YET = Text(
    "the period begins after the last day of the data: what has not happened is not counted",
    "период начинается позже последнего дня данных: чего ещё не было, то не считается",
)


def compute(
    portfolio: Portfolio,
    key: str,
    *,
    window: Window | None = None,
    by: str | None = None,
    convention: str | None = None,
    head: bool = False,
) -> list[Reading]:
    """Readings of a metric: one (its variants after it), or one per group of ``by`` (see `tools.groups`)."""
    item = resolve(key)
    if convention and convention not in item.conventions:
        raise UnknownName(Text("convention", "способ счёта"), convention, item.conventions)
    if window is not None and portfolio.as_of is not None and window.start > portfolio.as_of and item.key not in AHEAD:
        return [Ask(portfolio, item, window, convention or "").undefined(NOT_YET)]
    if by is not None:
        return _by(portfolio, item.key, by, window=window, convention=convention)
    memo = ("metric", item.key, window, convention)
    kept = portfolio.memo.get(memo) or (portfolio.memo.get((*memo, "head")) if head else None)
    if kept is not None:
        return list(kept)
    answer = item.compute(Ask(portfolio, item, window, convention or "", head))
    found = answer if isinstance(answer, list) else [answer]
    portfolio.memo[(*memo, "head") if head else memo] = found
    return list(found)


def _by(portfolio: Portfolio, key: str, by: str, *, window: Window | None, convention: str | None) -> list[Reading]:
    from tools.groups import parts
    from tools.metrics import survivors
    from tools.spans import TIMES, spans

    if by in TIMES:
        return [
            item
            for span in spans(portfolio, by, window)
            for item in _in(portfolio, key, by, span, convention=convention)
        ]
    marks: tuple[str, ...] = ()
    on: date | None = None
    if survivors.moves(portfolio, by):
        why = survivors.refused(portfolio, key, convention, [by])
        if why is not None:
            return [Ask(portfolio, resolve(key), window, convention or "").undefined(why)]
        if survivors.at_opening(portfolio, key, convention):
            whole = compute(portfolio, key, window=window, convention=convention)[0]
            if whole.window is None:
                return [whole]
            on, window, marks = whole.window.opening, whole.window, (survivors.FLAG,)
    readings: list[Reading] = []
    for part in parts(portfolio, by, on=on):
        wanted = key not in SERIES
        found = compute(part, key, window=window, convention=convention, head=wanted)
        shown = found if key in SERIES else found[:1]
        readings += [replace(item, flags=(*item.flags, *marks)) for item in shown] if marks else shown
    return readings


def _in(portfolio: Portfolio, key: str, by: str, span: Window, *, convention: str | None) -> list[Reading]:
    """The figure of one month, quarter or year, by what was known on its last day."""
    from tools.spans import timed

    if key in SERIES:
        found = compute(portfolio, key, window=span, convention=convention)
        found = found[: 1 + next((place for place, item in enumerate(found) if item.scope.get("kind") == "end"), 0)]
    else:
        found = compute(portfolio.earlier(span.closing), key, window=within_span(key, span), convention=convention)[:1]
    return [timed(item, portfolio, by, span) for item in found]


def within_span(key: str, span: Window) -> Window | None:
    """The window of a metric in one of many spans: the span itself, or the metric's own where it tells a standing."""
    return None if resolve(key).standing else span


def reading(portfolio: Portfolio, key: str, *, window: Window | None = None, kind: str | None = None) -> Reading:
    """The first reading of a metric, or its variant of a ``kind``."""
    found = compute(portfolio, key, window=window)
    if kind is None:
        return found[0]
    return next(item for item in found if item.scope.get("kind") == kind)


AHEAD = ("renewals",)  # metrics of what is dated already and lies ahead
SERIES = ("movements",)  # metrics of many readings that say nothing one by one


def one_value(sql: str, expression: str, where: str = "") -> str:
    """SQL that gives one value out of a query's result; ``where`` picks the row."""
    condition = f" WHERE {where}" if where else ""
    return f'SELECT {expression} AS "value" FROM ({sql}) AS "result"{condition}'


__all__ = [
    "Ask",
    "Grade",
    "Metric",
    "Rows",
    "compute",
    "metric",
    "metrics",
    "one_value",
    "reading",
    "resolve",
]
