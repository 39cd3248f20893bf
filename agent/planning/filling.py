"""The call of an example with what the question itself names: its period, clients, grouping, filter and order."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agent import whatif
from agent.examples import Call, call
from agent.planning import noting
from agent.planning.rules import change_of
from agent.planning.slices import grouping_of, sliced, window_of
from agent.reading.narrowing import narrowed
from agent.reading.understand import Understood

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: Figures whose own names hold those of segments.
OF_SEGMENTS = frozenset(
    {"segments", "churn_risk", "money_at_stake", "logo_churn", "churn_share", "money_churn", "upsell"}
)

#: Figures of any client that is new, of which “a new client” names no part.
ANY_NEW = frozenset({"ttv", "cac_payback", "journey"})
ONE_NEW = re.compile(
    r"\b(?:a|an|each|every|one|any) new (?:client|customer|account)\b|\bнов(?:ый|ого|ому|ым) (?:клиент|заказчик)\w*"
)


def filled(item: Call, seen: Understood, portfolio: "Portfolio") -> Call:
    """The call of an example with what the question itself names: its period, clients, grouping, filter and order."""
    name, given = item["name"], dict(item["arguments"])
    if name in ("remember", "recall") and {"{account}", "{question}"} & set(given.values()):
        return noting.of_example(item, seen)
    if name == "done":
        told = {"id": seen.accounts[0][0]} if len(seen.accounts) == 1 else {}
        return call(name, **told, text=seen.said or seen.question)
    if "{account}" in given.values() or "{account}" in given.get("ids", ()):
        return _with_clients(name, given, seen)
    if name in ("metric", "clients"):
        part, _spoken = narrowed(seen, portfolio, about=given.get("key"))
        part = part if name == "metric" else {key: value for key, value in part.items() if key == "where"}
        part |= _of_segment(given.get("key"), part, seen)
        by = {} if {"top", "bottom"} & set(part) else grouping_of(seen, part)
        period = window_of(seen) or {key: value for key, value in given.items() if key == "period" and value != "year"}
        moved = change_of(seen) if name == "metric" and not {"top", "bottom"} & set(part) else {}
        kept = {key: value for key, value in given.items() if key != "period"}
        return call(name, **{**kept, **part, **by, **period, **moved})
    if name == "whatif":
        return whatif.of_example(item, seen)
    if name in ("advice", "market", "documents"):
        return call(name, **{**given, "query": seen.question})
    return sliced(item, seen, portfolio)


def _of_segment(key: str | None, part: Mapping[str, Any], seen: Understood) -> dict[str, str]:
    """The one segment that a question names, as the filter of a figure that is not about segments itself."""
    brought = seen.segments == ("newcomers",) and (key == "referrals" or key in ANY_NEW and ONE_NEW.search(seen.plain))
    alone = len(seen.segments) == 1 and "where" not in part and key not in OF_SEGMENTS and not brought
    return {"where": f"segment = {seen.segments[0]}"} if alone else {}


def _with_clients(name: str, given: dict[str, Any], seen: Understood) -> Call:
    if not seen.accounts:
        return call("refuse", reason="which_client")
    if name == "compare":
        ids = [mention.accounts[0][0] for mention in seen.mentions]
        return call("compare", ids=ids) if len(ids) > 1 else call("account", id=ids[0])
    return call(name, **{key: seen.accounts[0][0] if value == "{account}" else value for key, value in given.items()})
