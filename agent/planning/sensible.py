"""The arguments of a figure without what says nothing of it."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from agent.reading.words import GROUPINGS
from tools.fields import ranks
from tools.spans import TIMES

LOSSES = frozenset({"churn_share", "logo_churn", "money_churn"})
#: The clients lost as a part: each of them is lost.
LOST = re.compile(r"^segment = lost(?: and |$)| and segment = lost\b")
#: The clients at risk as a part of what those at risk pay.
AT_RISK = re.compile(r"^segment = at_risk(?: and |$)| and segment = at_risk\b")


def sensible(given: Mapping[str, Any], wants: Collection[str]) -> dict[str, Any]:
    """The arguments as the figure can take them.

    Clients are put in order only by what is known of each. Losses are not counted among the lost, nor money at stake among those at risk; the share of clients that are marked
    as gone knows no time, so within a period it is the share that left in it; movements are changes themselves;
    segments are not split by segment.
    """
    kept = dict(given)
    key = str(kept.get("key"))
    if key != "concentration" and not ranks(key):
        kept = {name: value for name, value in kept.items() if name not in ("top", "bottom")}
    ranked = {"top", "bottom"} & set(kept)
    if key == "movements":
        kept.pop("change", None)
    if key in LOSSES and not ranked:
        kept = _without(kept, LOST)
        if key == "churn_share" and ("period" in kept or kept.get("by") in TIMES):
            kept["key"] = "logo_churn"
    if key == "money_at_stake" and not ranked:
        kept = _without(kept, AT_RISK)
    if key == "segments" and kept.get("by") == "segment":
        del kept["by"]
        other = next((name for name in GROUPINGS if name != "segment" and f"by_{name}" in wants), None)
        kept |= {"by": other} if other else {}
    return kept


def _without(given: dict[str, Any], part: re.Pattern[str]) -> dict[str, Any]:
    where = part.sub("", str(given.get("where", "")))
    return {**given, "where": where} if where else {name: value for name, value in given.items() if name != "where"}
