"""Whose contracts end: names and days beside the sum of what is up for renewal."""

import re
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.planning.slices import LISTED
from agent.reading.counted import CLIENT
from agent.reading.understand import Understood
from agent.reading.windows import calendar, future
from tools.filters import parse

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

WHO = re.compile(
    rf"\b(?:кто|кого|кому|чь[яеию]|каки[ехм]\w* (?:\w+ )?(?:{CLIENT}|договор\w*|контракт\w*)|who|whom|whose|which (?:\w+ ){{0,2}}(?:{CLIENT}|contracts?|ones))\b"
)


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


def with_names(calls: list[Call], seen: Understood, portfolio: "Portfolio") -> list[Call]:
    """The calls, and after renewals of days ahead the clients whose contract ends then, the soonest first."""
    if len(calls) != 1 or calls[0]["arguments"].get("key") != "renewals" or portfolio.as_of is None:
        return calls
    given = calls[0]["arguments"]
    if WHO.search(seen.plain) is None or {"by", "top", "bottom", "change"} & set(given):
        return calls
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
