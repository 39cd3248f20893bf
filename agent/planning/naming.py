"""Who it is that a question asks for: names beside the sum of what is up for renewal, or of those within a bound."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agent.examples import Call, call
from agent.planning.slices import LISTED, MANY
from agent.reading.bounds import bounds
from agent.reading.counted import CLIENT
from agent.reading.understand import Understood
from agent.reading.windows import calendar, future
from tools.fields import ranks
from tools.filters import parse
from tools.metrics import MEANS, SUMS, metrics

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

WHO = re.compile(
    rf"^\W*(?:(?:покаж\w+|выведи\w*|дай\w*|назов\w+|перечисл\w+|show|list|name|give)\s+(?:me\s+|мне\s+|all\s+|всех\s+|the\s+)*)?{CLIENT}\b|\b(?:кто|у кого|кого|кому|чь[яеию]|каки[ехм]\w* (?:\w+ )?(?:{CLIENT}|договор\w*|контракт\w*)|who|whom|whose|which (?:\w+ ){{0,2}}(?:{CLIENT}|contracts?|ones))\b"
)
#: Who is only told of, not asked for: “clients whose health …”, «у тех, кто …».
TOLD = re.compile(
    rf"\b(?:{CLIENT}|those|them|ones|те|тех|тем|теми),? (?:у |с |от |to |of |with |for )?(?:whose|who|whom|which|кто|кого|кому|кем|чь[яеию]|котор\w+)\b"
)

#: What a call has that lists, splits or compares already.
LISTS = frozenset({"by", "top", "bottom", "change", "total", "share"})


def of_renewals(calls: list[Call], portfolio: "Portfolio") -> list[Call]:
    """The calls; of what is asked beside renewals of days to come, nothing is of these days."""
    if len(calls) < 2 or not any(item["arguments"].get("key") == "renewals" for item in calls):
        return calls
    return [
        call(item["name"], **{name: value for name, value in item["arguments"].items() if name != "period"})
        if item["arguments"].get("key") != "renewals" and future(item["arguments"].get("period"), portfolio.as_of)
        else item
        for item in calls
    ]


def with_names(calls: list[Call], seen: Understood, portfolio: "Portfolio", *, alone: bool) -> list[Call]:
    """The calls, and the clients where a question asks who: those whose contract ends in days ahead, those within a bound of a message ``alone``."""
    if len(calls) != 1 or calls[0]["name"] != "metric" or portfolio.as_of is None:
        return calls
    given = calls[0]["arguments"]
    if WHO.search(TOLD.sub(" ", seen.plain)) is None or MANY.search(seen.plain) or LISTS & set(given):
        return calls
    if given["key"] == "renewals":
        return _renewing(calls, given, portfolio)
    return _within(calls, given, seen, portfolio) if alone and "where" in given and "period" not in given else calls


def _within(calls: list[Call], given: Mapping[str, Any], seen: Understood, portfolio: "Portfolio") -> list[Call]:
    """Those within a bound by its figure, the furthest first; before them what they make together where that is a sum."""
    found = bounds(seen)
    if not found or set(seen.metrics) - {key for _condition, key in found} - {given["key"]}:
        return calls
    condition, key = found[0]
    shown = given["key"] if given["key"] in seen.metrics and ranks(given["key"]) else key
    end = "bottom" if shown == key and "<" in condition else "top"
    where = str(given["where"])
    if shown == "silence" and portfolio.has("subscriptions"):
        where = f"{where} and mrr > 0"  # of those who left silence is no news
    named = call("metric", key=shown, where=str(parse(where)), **{end: LISTED})
    item = metrics().get(given["key"])
    summed = item is not None and item.unit in SUMS and item.key not in MEANS and item.key in seen.metrics
    return [*calls, named] if summed or item is not None and item.key == "silence" else [named]


def _renewing(calls: list[Call], given: Mapping[str, Any], portfolio: "Portfolio") -> list[Call]:
    assert portfolio.as_of is not None
    days = (
        calendar(str(given["period"])) if "/" in str(given.get("period")) or "-" in str(given.get("period")) else None
    )
    if "period" in given and (days is None or days.start <= portfolio.as_of):
        return calls
    first = 1 if days is None else (days.start - portfolio.as_of).days
    last = int(portfolio.policy["renewal_days"]) if days is None else (days.closing - portfolio.as_of).days
    parts = [str(given["where"])] if "where" in given else []
    where = " and ".join([*parts, f"days_to_renewal >= {first}", f"days_to_renewal <= {last}"])
    return [*calls, call("metric", key="days_to_renewal", where=str(parse(where)), bottom=LISTED)]
