"""What share a part of the clients makes: of their number, of revenue, of a sum that the question names."""

import re
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.planning.slices import grouping_of, window_of
from agent.reading.narrowing import narrowed, plan_alone
from agent.reading.shares import share_asked
from agent.reading.understand import Understood
from tools.spans import TIMES

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: Sums of which a part of the clients makes a share.
SUMS = ("mrr", "arr")
#: Asked of the meaning of a share, not of its size.
MEANT = re.compile(r"означа|значит|счита|рассчит|формул|\bmean|defin|calculat|formula")


def asked(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """The figure of a part, or of each group, with its share of that of all: «Какую долю MRR даёт тариф Про?»."""
    of = share_asked(seen.plain)
    if of is None or seen.accounts or "advice" in seen.wants or MEANT.search(seen.plain):
        return None
    part, spoken = narrowed(seen, portfolio)
    if {"top", "bottom"} & set(part) or "lost" in seen.segments:
        return None
    part |= plan_alone(seen, part, portfolio)
    if "where" not in part and len(seen.segments) == 1:
        part["where"] = f"segment = {seen.segments[0]}"
    if of == "clients" and "where" not in part and seen.metrics == ("overdue",):
        part, spoken = {**part, "where": "overdue > 0"}, frozenset(seen.metrics)
    cut = {**part, **window_of(seen), **grouping_of(seen, part)}
    named = [key for key in seen.metrics if key not in spoken and key not in ("money_at_stake", "segments")]
    alone = cut.get("by") in TIMES or " and " in str(cut.get("where"))  # of months, of what whole: nobody says
    if alone or not {"where", "by"} & set(cut) or any(key not in SUMS for key in named):
        return None
    if of == "clients" and not named:
        return [call("clients", **cut, share=True)]
    if named:
        return [call("metric", key=key, **cut, share=True) for key in named]
    revenue = call("metric", key="revenue_per_client", **cut, total=True, share=True)
    return [call("metric", key="mrr", **cut, share=True), revenue] if of == "revenue" else None
