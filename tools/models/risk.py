"""The churn model of a portfolio: dated where there is a ledger, of one snapshot where only a flag tells who left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from tools import ledger
from tools.models import churn
from tools.models.churn_features import FEATURES, Grid, grid, observations
from tools.models.leak import Column, Suspect, suspects
from tools.models.undated import undated
from tools.portfolio import Portfolio
from tools.reading import Window
from tools.text import Text, same

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Risk:
    """Chances of leaving by account, with the model's quality and the columns left out of it; or the reason for none.

    ``forecast``: the chances are of leaving within ``window``; else they only say who looks like those who left.
    """

    chances: Mapping[str, float] = field(default_factory=dict)
    money: Mapping[str, float] = field(default_factory=dict)
    judged: churn.Judged = field(default_factory=churn.Judged)
    suspects: tuple[Suspect, ...] = ()
    window: Window | None = None
    forecast: bool = False
    refused: Text | None = None
    pulls: Mapping[str, Any] = field(default_factory=dict)
    order: tuple[str, ...] = ()


def risk(portfolio: Portfolio) -> Risk:
    """The churn model of the whole base, fitted once; a part of the base only reads it."""
    whole = portfolio.whole or portfolio
    if "churn model" not in whole.memo:
        whole.memo["churn model"] = _risk(whole)
    found: Risk = whole.memo["churn model"]
    return found


def explain(portfolio: Portfolio, account: str) -> list[tuple[Text, float]]:
    """What moves one client's log-odds of leaving away from the average client's, strongest first; they sum to it."""
    found = risk(portfolio)
    if account not in found.chances:
        return []
    place = found.order.index(account)
    parts = [(FEATURES.get(name, same(name)), float(pull[place])) for name, pull in found.pulls.items()]
    return sorted(parts, key=lambda part: -abs(part[1]))


def _risk(portfolio: Portfolio) -> Risk:
    if portfolio.as_of is None or portfolio.profile.key == "snapshot":
        return _snapshot(portfolio)
    reason = ledger.no_ledger(portfolio)
    doubt = ledger.doubt(portfolio) if reason is None else None
    if reason is None and doubt is not None:
        reason = doubt[1]
    return Risk(refused=reason) if reason is not None else _dated(portfolio)


def _snapshot(portfolio: Portfolio) -> Risk:
    if not portfolio.has("accounts", "churned"):
        return Risk(refused=Text("nothing says who left", "в данных не видно, кто ушёл"))
    accounts = tuple(account for account, _name in portfolio.accounts())
    table = portfolio.table("accounts")
    rows = portfolio.run(table.select("account_id", "churned").order_by("account_id"))
    left = dict(zip(rows["account_id"].to_pylist(), rows["churned"].to_pylist(), strict=True))
    known = tuple(account for account in accounts if left[account] is not None)
    label = np.array([left[account] for account in known], dtype=bool)
    columns = undated(portfolio, known)
    usable = [column for column in columns if column.kind != "date"]
    leaks = suspects(columns, label, portfolio.policy, rest=lambda name: _without(usable, name, label))
    clean = _cleared(usable, leaks)
    judged = churn.cross_section(clean, label, portfolio.policy)
    if judged.refused is not None or judged.fitted is None or judged.quality is None:
        return Risk(judged=judged, suspects=tuple(leaks), refused=judged.refused)
    used = [column for column in clean if column.name in judged.features]
    here = ~label
    chances = {account: float(p) for account, p, stays in zip(known, judged.unseen, here, strict=True) if stays}
    pulls = judged.fitted.contributions([Column(c.name, c.kind, c.values[here]) for c in used])
    result = Risk(chances, {}, judged, tuple(leaks), None, pulls=pulls, order=tuple(chances))
    return result if judged.quality.passed else replace(result, chances={}, refused=_worse())


def _without(columns: Sequence[Column], name: str, label: Any) -> float:
    others = [column for column in columns if column.name != name]
    return churn.unseen_auc(others, label) if others else 0.5


def _cleared(columns: Sequence[Column], leaks: Sequence[Suspect]) -> list[Column]:
    named = {leak.column for leak in leaks}
    return [column for column in columns if column.name not in named]


def _worse() -> Text:
    return Text(
        "on clients it had not seen the model was no better than the average rate",
        "на клиентах, которых модель не видела, она не лучше средней доли",
    )


def marks(portfolio: Portfolio) -> list[date]:
    """Observation days, oldest first: the last label window ends by the day of the audit, the first has a past."""
    policy, end = portfolio.policy, ledger.anchor(portfolio)
    months = ledger.months(portfolio)
    if end is None or not months:
        return []
    step, count = int(policy["churn_months"]), int(policy["churn_observations"])
    after = end + timedelta(days=1)
    lead = int(policy["churn_lead_days"]) if ledger.convention(portfolio) == ledger.CONTRACT else 1
    found = observations(ledger.back(after, step * (count + 1)), after, months=step, lead=lead)
    first = months[0].start + timedelta(days=90)
    kept = [pair for pair in found if pair[0] >= first]
    return [*(day for day, _until in kept), kept[-1][1]] if kept else []


def _dated(portfolio: Portfolio) -> Risk:
    days, last = marks(portfolio), ledger.anchor(portfolio)
    if last is None or len(days) < 3:
        return Risk(
            refused=Text(
                "the history is too short: a model needs at least two quarters whose outcome is known",
                "история слишком короткая: модели нужны хотя бы два квартала с известным исходом",
            )
        )
    seen = grid(portfolio, [*days, last] if days[-1] < last else days)
    place, client, label = _samples(seen, len(days) - 1, portfolio.policy)
    columns = _columns(seen, place, client)
    judged = churn.through_time(columns, label, place, portfolio.policy)
    leaks = _leaks(portfolio, seen, place, client=client, label=label)
    window = Window(last + timedelta(days=1), ledger.back(last, -int(portfolio.policy["churn_months"])))
    base = Risk(judged=judged, suspects=tuple(leaks), window=window, forecast=True, refused=judged.refused)
    if judged.fitted is None or judged.quality is None:
        return base
    if not judged.quality.passed:
        return replace(base, refused=_worse())
    now = np.flatnonzero(seen.active[-1])
    final = [c for c in _columns(seen, np.full(len(now), len(seen.days) - 1), now) if c.name in judged.features]
    ids = tuple(seen.accounts[number] for number in now)
    chances = dict(zip(ids, map(float, judged.fitted.chances(final)), strict=True))
    money = dict(zip(ids, map(float, seen.money[-1][now]), strict=True))
    return replace(base, chances=chances, money=money, pulls=judged.fitted.contributions(final), order=ids)


def _samples(seen: Grid, windows: int, policy: Any) -> tuple[Any, Any, Any]:
    """Observation, client and outcome of each labelled sample: in force, of some tenure; left, neither in force nor paused."""
    old = np.nan_to_num(seen.cells["tenure_days"][:windows]) >= policy["churn_min_tenure_days"]
    place, client = np.nonzero(seen.active[:windows] & old)
    gone = ~(seen.active[1 : windows + 1] | seen.paused[1 : windows + 1])
    return place, client, gone[place, client]


def _columns(seen: Grid, place: Any, client: Any) -> list[Column]:
    return [Column(name, "number", seen.cells[name][place, client]) for name in FEATURES if name in seen.cells]


def _leaks(portfolio: Portfolio, seen: Grid, place: Any, *, client: Any, label: Any) -> list[Suspect]:
    """Evidence against the undated columns, client by client at their last labelled observation; none is ever used."""
    latest = np.full(len(seen.accounts), -1)
    latest[client] = place  # observations are in order of time, so the last one stays
    gone = np.zeros(len(seen.accounts), dtype=bool)
    gone[client[label]] = True
    gone |= ~(seen.active[-1] | seen.paused[-1])  # and those who left after the last labelled window
    known = np.flatnonzero(latest >= 0)
    columns = undated(portfolio, tuple(seen.accounts[number] for number in known))
    observed = np.array([(seen.days[number] - EPOCH).days for number in latest[known]], dtype=float)
    assert portfolio.as_of is not None
    end = float((portfolio.as_of - EPOCH).days)
    return suspects(columns, gone[known], portfolio.policy, observed=observed, last_day=end)
