"""New figures that point back: of the clients of the last answer («а кто там молчит?»), or cut as its figures were (“same split”)."""

import re
from typing import TYPE_CHECKING, Any

from agent.examples import Call, call
from agent.planning.carry import both, listed
from agent.planning.onward.again import FIGURES, OPENS, PRESENT, REFERS, SHORT
from agent.reading.counted import CLIENT
from agent.reading.words import SEGMENTS

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

#: The clients of the last answer.
THEM = re.compile(
    r"\b(?:they|them|their|theirs|(?:those|these)(?! (?:who|in|on|with|that|whose|of|from))|(?<!is )(?<!are )(?<!out )there(?! (?:is|are|was|were|any|a)\b)|"
    r"у них|среди них|из них|них|их|им|ими|они|там|оттуда)\b"
)
#: Those of the last answer whatever clients are named before.
OF_THEM = re.compile(
    r"\b(?:(?:of|among|amongst|from) (?:them|those|these)|(?<!is )(?<!are )(?<!out )there(?! (?:is|are|was|were|any|a)\b)|(?:среди|из|у) них|там|оттуда)\b"
)
#: The slice of the last answer.
CUT = re.compile(
    r"\b(?:same|то[мтй]? же|тех же|таком же|такой же|тем же|так же|этой же|этом же) (?:\w+ )?(?:split|cut|breakdown|slices?|view|grouping|way|разрез\w*|разбивк\w*|групп\w*)\b|\b(?:на|по|в|у|для) кажд\w+\W*$|\b(?:on|for|in|by|per|of) each(?: one)?\W*$"
)
#: A list of clients, which takes no slice over unless it says so.
LIST = re.compile(r"\b(?:кто|кого|кому|у кого|каки[ем]|чьи|who|whom|whose|which)\b")
SLICES = ("where", "by", "period", "top", "bottom", "change")


def carried(calls: list[Call], seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call]:
    """The calls of a message, each figure with the clients or the slices of the last answer to which its words point."""
    given = [item["arguments"] for item in last]
    ids = {item["id"] for item in given if "id" in item}
    recalls = len(calls) == 1 and calls[0]["name"] == "recall" and "id" not in calls[0]["arguments"]
    if recalls and len(ids) == 1 and not seen.accounts and (THEM.search(seen.plain) or REFERS.search(seen.plain)):
        return [_with(calls[0], {"id": ids.pop()})]
    base = [item for item in calls if item != call("segment", segment="")]
    if not base or not all(item["name"] in FIGURES for item in base) or seen.accounts:
        return calls
    pointer = THEM.search(seen.plain) or re.search(r"\b(?:of|among) those\b", seen.plain)
    named = (
        seen.segments or pointer and not OF_THEM.search(seen.plain) and re.search(CLIENT, seen.plain[: pointer.start()])
    )
    clients = (found for item in last if (found := listed(item, portfolio).get("where") or _clients_of(item)))
    where = next(clients, None) if pointer and not named else None
    if where is not None:
        calls = [
            call(item["name"], **{**item["arguments"], "where": both(where, item["arguments"].get("where"))})
            for item in base
        ]
    told = {(item["name"], item["arguments"].get("key")) for item in last}
    if (
        len(calls) != 1
        or calls[0]["name"] not in FIGURES
        or (calls[0]["name"], calls[0]["arguments"].get("key")) in told
    ):
        return calls
    by = next((item["by"] for item in given if "by" in item), None)
    if by is not None and CUT.search(seen.plain):
        return [_with(item, {"by": by}) for item in calls]
    if calls[0]["name"] != "metric":
        return calls
    brief = OPENS.search(seen.plain) and len(seen.stems) <= SHORT + 3 and "own" not in seen.wants
    if not brief or LIST.search(seen.plain) or any(name in calls[0]["arguments"] for name in SLICES):
        return calls
    figures = [item["arguments"] for item in last if item["name"] in FIGURES]
    names = ("where", "by", *(() if PRESENT.search(seen.plain) else ("period",)))
    shared = {name: figures[0][name] for name in names if figures and name in figures[0]}
    return [_with(item, shared) for item in calls]


def _with(item: Call, more: dict[str, Any]) -> Call:
    """A call with arguments that it has none of."""
    return call(item["name"], **{**more, **item["arguments"]})


def _clients_of(item: Call) -> str | None:
    """The filter of the clients that a call was about."""
    given = item["arguments"]
    if item["name"] == "define" and given.get("key") in SEGMENTS:
        return f"segment = {given['key']}"
    segment = given.get("segment") if item["name"] == "segment" else None
    return f"segment = {segment}" if segment else given.get("where")
