"""Health of every account: known components by a frozen reference, weighted, and why a score moved (metrics §5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from tools import ledger
from tools.metrics.health_signals import (
    days_late,
    feature_share,
    relationship,
    silent,
    support_load,
    usage_change,
)
from tools.metrics.value import account_scores
from tools.models import score
from tools.portfolio import Portfolio
from tools.text import Text

COMPONENTS = {
    "usage": Text("usage trend", "динамика использования"),
    "adoption": Text("key features used", "использование ключевых функций"),
    "value": Text("promises kept", "выполнение обещаний"),
    "support": Text("support load", "нагрузка на поддержку"),
    "relationship": Text("last survey answer", "последняя оценка в опросе"),
    "payment": Text("payment in time", "оплата в срок"),
}
RANKED = ("usage", "adoption", "support", "payment")  # by percentile; promises and answers are on 0-100 already


@dataclass(frozen=True, slots=True)
class Health:
    """One account's score: 0-100 or None below the coverage the policy demands, coverage 0-1, component scores."""

    score: float | None
    coverage: float
    parts: dict[str, float]


@dataclass(frozen=True, slots=True)
class Norms:
    """The frozen reference of one day: values of each ranked component by size band, and the bands' bounds of MRR."""

    references: Mapping[str, score.Reference]
    edges: tuple[float, ...]


def scores(portfolio: Portfolio) -> dict[str, Health]:
    """Health of every paying account (every account where nothing recurs), by account.

    Ranked components are mid-rank percentiles within the account's quarter of the base by MRR, where the quarter has
    enough clients, else within the whole base; values are winsorised at 1 and 99 %. A client who stopped using the
    product scores nought in support: silence is as bad as many tickets.
    """
    if "health" not in portfolio.memo:
        if portfolio.whole is not None:  # the reference is the whole base, never the group itself
            known = scores(portfolio.whole)
            inside = set(paying(portfolio)) if portfolio.inside is None else portfolio.inside
            portfolio.memo["health"] = {account: known[account] for account in sorted(inside) if account in known}
        else:
            portfolio.memo["health"] = scores_under(portfolio, norms(portfolio))
    found: dict[str, Health] = portfolio.memo["health"]
    return found


def norms(portfolio: Portfolio) -> Norms:
    """The reference of the portfolio's own day."""
    if "health norms" not in portfolio.memo:
        raw, sizes = _raw(portfolio), _sizes(portfolio)
        least = int(portfolio.policy["chs_band_accounts"])
        edges = (
            tuple(map(float, np.quantile(list(sizes.values()), [0.25, 0.5, 0.75]))) if len(sizes) >= 4 * least else ()
        )
        found = {
            name: score.reference(np.array(list(values.values())), _bands(values, sizes, edges), least=least)
            for name in RANKED
            if (values := raw[name])
        }
        portfolio.memo["health norms"] = Norms(found, edges)
    result: Norms = portfolio.memo["health norms"]
    return result


def scores_under(portfolio: Portfolio, reference: Norms) -> dict[str, Health]:
    """Health of every paying account by a given reference, such as that of an earlier day."""
    raw, sizes = _raw(portfolio), _sizes(portfolio)
    ready: dict[str, Mapping[str, float]] = {name: raw[name] for name in COMPONENTS if name not in RANKED}
    for name in RANKED:
        values, norm = raw[name], reference.references.get(name)
        if not values or norm is None:
            ready[name] = {}
            continue
        ranks = score.percentiles(np.array(list(values.values())), _bands(values, sizes, reference.edges), norm)
        ready[name] = dict(zip(values, ranks.tolist(), strict=True))
    ready["support"] = {**ready["support"], **dict.fromkeys(silent(portfolio) & set(ready["support"]), 0.0)}
    weights, least = _weights(portfolio), portfolio.policy["chs_min_coverage"]
    accounts = paying(portfolio)
    columns = [[ready[name].get(account) for account in accounts] for name in COMPONENTS]
    means, known = score.means(dict(zip(COMPONENTS, columns, strict=True)), weights)
    enough = ((known >= least) & ~np.isnan(means)).tolist()
    shown = [mean if there else None for mean, there in zip(means.tolist(), enough, strict=True)]
    parts = [
        {name: value for name, value in zip(COMPONENTS, row, strict=True) if value is not None}
        for row in zip(*columns, strict=True)
    ]
    return dict(zip(accounts, map(Health, shown, known.tolist(), parts), strict=True))


def explain_change(portfolio: Portfolio, account: str, since: date) -> score.Change | None:
    """Why the score of one account moved since an earlier day, exactly additive; None where a day has no score."""
    whole = portfolio.whole or portfolio
    before = whole.earlier(since)
    first, last = scores(before).get(account), scores(whole).get(account)
    if first is None or last is None or first.score is None or last.score is None:
        return None
    held = _under_norms_of(whole, since)[account]
    return score.change(first.parts, last.parts, _weights(portfolio), after_old_norms=held.parts)


def portfolio_change(portfolio: Portfolio, since: date) -> score.Movement | None:
    """Why the mean score moved since an earlier day: clients who stayed, came and left, then the norms themselves.

    Clients are compared under the norms of the earlier day, so that a base that grew worse together is seen to. A
    score of whose components that day had no norm stays as it is.
    """
    before = {a: item.score for a, item in scores(portfolio.earlier(since)).items() if item.score is not None}
    after = {a: item.score for a, item in scores(portfolio).items() if item.score is not None}
    under, weights = _under_norms_of(portfolio.whole or portfolio, since), _weights(portfolio)
    held = {account: score.weighted(under[account].parts, weights) for account in after}
    known = {account: now if (then := held[account]) is None else then for account, now in after.items()}
    return score.movement(before, after, after_old_norms=known)


def _under_norms_of(whole: Portfolio, since: date) -> dict[str, Health]:
    """Health of every paying account of the base today by the reference of an earlier day."""
    key = ("health under", since)
    if key not in whole.memo:
        whole.memo[key] = scores_under(whole, norms(whole.earlier(since)))
    found: dict[str, Health] = whole.memo[key]
    return found


def percentile(values: dict[str, float]) -> dict[str, float]:
    """Mid-rank percentile 0-100 of each value; ties share theirs."""
    if not values:
        return {}
    array, nowhere = np.array(list(values.values()), dtype=float), np.full(len(values), -1)
    ranks = score.percentiles(array, nowhere, score.reference(array, nowhere, least=1))
    return dict(zip(values, ranks.tolist(), strict=True))


def _raw(portfolio: Portfolio) -> dict[str, dict[str, float]]:
    """Raw values of each component by account, higher is better."""
    if "health raw" not in portfolio.memo:
        base = set(paying(portfolio))
        promised = account_scores(portfolio) if portfolio.outcomes_known else {}
        kept = {account: value for account, (value, _gap) in promised.items() if value is not None}
        found = {
            "usage": usage_change(portfolio),
            "adoption": feature_share(portfolio),
            "value": kept,
            "support": {account: -load for account, load in support_load(portfolio).items()},
            "relationship": relationship(portfolio),
            "payment": {account: -days for account, days in days_late(portfolio).items()},
        }
        portfolio.memo["health raw"] = {
            name: {account: value for account, value in values.items() if account in base}
            for name, values in found.items()
        }
    result: dict[str, dict[str, float]] = portfolio.memo["health raw"]
    return result


def _sizes(portfolio: Portfolio) -> dict[str, float]:
    """MRR of each paying account, where something recurs."""
    if "health sizes" not in portfolio.memo:
        found: dict[str, float] = {}
        if ledger.no_ledger(portfolio) is None:
            rows = ledger.worth_rows(portfolio, ledger.last_month(portfolio).closing)
            ticks = rows["ticks"].to_numpy().astype(float)
            found = dict(zip(rows["account_id"].to_pylist(), ticks.tolist(), strict=True))
        portfolio.memo["health sizes"] = found
    result: dict[str, float] = portfolio.memo["health sizes"]
    return result


def _bands(values: Mapping[str, float], sizes: Mapping[str, float], edges: tuple[float, ...]) -> Any:
    """Quarter of the base by MRR of each account, 0-3; -1 where there are no quarters or the account has no MRR."""
    if not edges:
        return np.full(len(values), -1)
    money = np.array([sizes.get(account, np.nan) for account in values])
    return np.where(np.isnan(money), -1, np.searchsorted(np.array(edges), np.nan_to_num(money), side="left"))


def _weights(portfolio: Portfolio) -> dict[str, float]:
    return {name: portfolio.policy[f"chs_weight_{name}"] for name in COMPONENTS}


def paying(portfolio: Portfolio) -> list[str]:
    """Ids of the accounts in force: with recurring revenue today, else all."""
    if ledger.no_ledger(portfolio) is not None:
        return [account for account, _name in portfolio.accounts()]
    return sorted(_sizes(portfolio))
