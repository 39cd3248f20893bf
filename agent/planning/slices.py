"""What a question cuts: findings and lists of a segment have no part, grouping or order of clients, figures have."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agent.examples import Call, call
from agent.reading.narrowing import narrowed
from agent.reading.understand import Understood
from agent.reading.words import GROUPINGS
from tools.spans import TIMES

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: The figure that says of a part, or of each group, what a finding says of all clients.
FIGURES: Mapping[str, str] = {
    "at_risk_money": "money_at_stake", "campaign_result": "campaign_effect", "churn_high": "logo_churn",
    "concentration": "concentration", "cross_sell_ready": "cross_sell", "hidden_growers": "upsell",
    "limit_hitters": "upsell", "journey_drop": "journey", "stuck_step": "journey", "low_adoption": "adoption",
    "unused_product": "adoption", "nps_detractors": "nps", "nrr_below_target": "nrr", "overdue_accounts": "overdue",
    "promise_broken": "vrs", "renewals_at_risk": "renewals", "few_referrals": "referrals",
    "silent_accounts": "silence", "slow_ttv": "ttv", "value_gap": "value_gap", "weakest_department": "culture",
}  # fmt: skip
MANY = re.compile(r"\b(?:сколько|скольк\w+|how many|число|количество|number of|count)\b")
#: A figure over time, where no other grouping is named.
TREND = re.compile(r"\b(?:динамик\w+|тренд\w*|график\w*|trends?|over time|time series)\b")
#: Several values of one column: figures beside each other.
SIDE_BY_SIDE = re.compile(r"\b(plan|industry|region|owner|segment) in \(")
#: How many clients of a part are listed where the question gives no number.
LISTED = 10


def grouping_of(seen: Understood, part: Mapping[str, Any] | None = None) -> dict[str, str]:
    """The grouping asked for, or by the column of which several values are; none by that of which one value is named."""
    where = str((part or {}).get("where", ""))
    names = [name for name in GROUPINGS if f"by_{name}" in seen.wants and f"{name} = " not in where]
    beside = SIDE_BY_SIDE.search(where)
    names = [name for name in names if seen.against is None or name not in TIMES]
    trend = "month" if seen.against is None and seen.metrics and TREND.search(seen.plain) else None
    told = names[0] if names else beside[1] if beside else trend
    return {"by": told} if told else {}


def window_of(seen: Understood) -> dict[str, str]:
    """The period asked about; the days ahead in which contracts end are the policy's, and “monthly” may be of each month."""
    ahead = "renewals" in seen.wants and (seen.period or "").startswith("P")
    each = f"by_{seen.period}" in seen.wants and seen.against is None
    return {"period": seen.period} if seen.period and not (ahead or each) else {}


def sliced(item: Call, seen: Understood, portfolio: "Portfolio") -> Call:
    """The call itself, or the figure in its place that can be cut as the question cuts it."""
    if item["name"] == "findings":
        return _figure(item, seen, portfolio)
    return _of_segment(item, seen, portfolio) if item["name"] == "segment" else item


def _figure(item: Call, seen: Understood, portfolio: "Portfolio") -> Call:
    key = next((FIGURES[code] for code in item["arguments"]["codes"] if code in FIGURES), None)
    cut = _cut(key, seen, portfolio) if key is not None else {}
    return call("metric", key=key, **cut) if cut else item


def _of_segment(item: Call, seen: Understood, portfolio: "Portfolio") -> Call:
    """Clients of a segment in a part of the base by what they pay; how many are in each group."""
    key = item["arguments"]["segment"]
    cut = _cut("mrr", seen, portfolio, named=frozenset({key}))
    if not cut:
        return item
    where = {"where": cut["where"]} if "where" in cut else {}
    if not key:
        return call("metric", key="segments", **where, **{"by": cut.get("by", "segment")})
    part = _and(f"segment = {key}", where)
    many = {name: cut[name] for name in ("top", "bottom") if name in cut}
    if "by" in cut or not many and MANY.search(seen.plain):
        return call("clients", where=part, **({"by": cut["by"]} if "by" in cut else {}))
    return call("metric", key="mrr", where=part, **(many or {"top": LISTED}))


def _cut(
    key: str | None, seen: Understood, portfolio: "Portfolio", *, named: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The part, the order and the grouping that a question names; a segment of ``named`` alone is none."""
    part, _spoken = narrowed(seen, portfolio, about=key)
    where = str(part.get("where", ""))
    if any(where == f"segment = {segment}" for segment in named):
        part = {name: value for name, value in part.items() if name != "where"}
    by = next((name for name in GROUPINGS if f"by_{name}" in seen.wants and f"{name} = " not in where), None)
    return part | ({"by": by} if by is not None and not {"top", "bottom"} & set(part) else {})


def _and(condition: str, where: Mapping[str, str]) -> str:
    from tools.filters import parse

    said = where.get("where", "")
    return str(parse(said if condition in said or not said else f"{condition} and {said}")) if said else condition
