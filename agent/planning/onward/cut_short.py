"""The last answer's first clients alone: «только первые десять», “only the top five”."""

import re
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.reading.counted import CLIENT
from agent.reading.order import COLLECTIVE, ENDS, REVENUE
from agent.reading.periods import NUMBERS

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

_FIRST = r"(?:топ|top|перв\w+|first|(?:наи)?худш\w+|worst|bottom|последн\w+|last|лучш\w+|best|(?:сам\w+ )?(?:крупн\w+|больш\w+|важн\w+)|biggest|largest|highest|lowest)"
_GROUPS = "|".join(rf"(?:{word})" for word in COLLECTIVE)
ASKED = re.compile(
    r"^\W*(?:(?:а|и|ну|ок|да|нет|теперь|тогда|давай|мне|бы|дай|покажи|назови|оставь|выведи|хватит|лучше|просто|сразу|and|ok|so|but|now|then|just|give|show|me|us|keep|name|i|need|want|let['’]s|see)(?:те)?\W+)*"
    r"(?P<only>(?:только|лишь|only|just) )?(?:из них )?(?:the |их )?"
    rf"(?:(?P<which>{_FIRST})[ -]*(?P<n>\d{{1,3}}|{'|'.join(word for word, n in NUMBERS.items() if n > 1)}|{_GROUPS})?|(?P<few>{_GROUPS}|\\d{{1,2}}|{'|'.join(word for word, n in NUMBERS.items() if n > 1)}))"
    rf"(?: (?:{CLIENT}|из них|штук\w*|имен\w*|of (?:them|those)|ones|names|rows|please|pls|пожалуйста|тогда|then))*\W*$"
)
#: The figure that puts the clients of a finding in order.
FIGURE_OF = {
    "overdue_accounts": "overdue", "at_risk_accounts": "churn_risk", "at_risk_money": "churn_risk", "silent_accounts": "silence",
    "limit_hitters": "upsell", "hidden_growers": "upsell", "cross_sell_ready": "cross_sell", "low_adoption": "adoption",
    "unused_product": "adoption", "promise_broken": "vrs", "value_gap": "value_gap", "nps_detractors": "nps",
    "few_referrals": "referrals", "slow_ttv": "ttv", "concentration": REVENUE,
}  # fmt: skip
#: Of the clients of a segment the likeliest to leave come first where that is what the segment is about.
OF_SEGMENT = {"at_risk": "churn_risk"}
#: Whose first clients are the best ones, not those that need work most.
GOOD = frozenset({"upsell", "cross_sell", REVENUE, "mrr", "arr", "ltv"})
SHOWN = 10


def cut_short(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The first clients of the last answer, by the figure that it was about."""
    found = ASKED.search(seen.plain)
    if found is None or seen.metrics or seen.segments or seen.accounts or "by" in last[0]["arguments"]:
        return None
    said = found["n"] or found["few"]
    if not said or found["which"] is None and not found["only"]:
        return None
    count = number_of(said)
    ranked = next((item for item in last if {"top", "bottom"} & set(item["arguments"])), None)
    if ranked is not None and not _turned(seen.plain):
        given = ranked["arguments"]
        return [
            call(
                ranked["name"], **{name: count if name in ("top", "bottom") else value for name, value in given.items()}
            )
        ]
    key, where = _figure(last[0])
    worst = last[0]["name"] != "metric" and key not in GOOD
    return None if key is None else [call("metric", key=key, **where, **{end_of(key, seen.plain, worst): count})]


def _figure(item: Call) -> tuple[str | None, dict[str, str]]:
    """The figure that puts the clients of a call in order, and the filter that they passed."""
    given = item["arguments"]
    if item["name"] == "metric":
        return given["key"], {"where": given["where"]} if "where" in given else {}
    if item["name"] == "segment" and given["segment"]:
        return OF_SEGMENT.get(given["segment"], REVENUE), {"where": f"segment = {given['segment']}"}
    if item["name"] == "clients":
        return REVENUE, {"where": given["where"]} if "where" in given else {}
    codes = given.get("codes", ()) if item["name"] == "findings" else ()
    return next((FIGURE_OF[code] for code in codes if code in FIGURE_OF), None), {}


def _turned(plain: str) -> bool:
    """Whether the question names the end of the list that it wants, not just its first lines."""
    return any(pattern.search(plain) for end, pattern in ENDS if end != "top") or "последн" in plain


def end_of(key: str, plain: str, worst: bool) -> str:
    """Which end of the figure is meant: the one said, else the worse one of a list of worries, else the highest."""
    from tools.metrics import metrics

    said = "bottom" if re.search(r"\b(?:последн|last\b)", plain) else None
    said = said or next((end for end, pattern in ENDS if pattern.search(plain)), "worst" if worst else "top")
    if said in ("top", "bottom"):
        return said
    lower = key in metrics() and metrics()[key].better == "lower"
    return "top" if (said == "best") != lower else "bottom"


def number_of(said: str) -> int:
    """The number of clients that digits or a word stand for."""
    if said.isdigit():
        return int(said)
    return NUMBERS.get(said) or next(n for words, n in COLLECTIVE.items() if re.fullmatch(words, said))
