"""What a share of clients lost can be of: all of a part, over a period where one is named."""

import re
from collections.abc import Mapping
from typing import Any

LOSSES = frozenset({"churn_share", "logo_churn", "money_churn"})
#: The clients lost as a part: each of them is lost.
LOST = re.compile(r"^segment = lost(?: and |$)| and segment = lost\b")


def of_losses(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments without the lost as the part that losses are counted in; over a period the share of those who left in it."""
    if given.get("key") not in LOSSES or {"top", "bottom"} & set(given):
        return given
    where = LOST.sub("", str(given.get("where", "")))
    kept = {**given, "where": where} if where else {name: value for name, value in given.items() if name != "where"}
    dated = kept["key"] == "churn_share" and ("period" in kept or kept.get("by") == "month")
    return {**kept, "key": "logo_churn"} if dated else kept
