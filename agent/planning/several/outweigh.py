"""Whether the clauses of a message, each read for itself, say more than the message read as one question."""

import re
from collections.abc import Iterable

from agent.examples import Call, call
from agent.planning.carry import FIGURES, WHOLE_BASE
from agent.planning.several.clause import LOOSE, Read, Reader
from agent.planning.several.parts import STANDS
from agent.whatif import IF

MOST_CALLS = 4
#: What tells two figures apart besides their key.
SHAPE = ("by", "where", "top", "bottom", "period", "change")
#: Tools whose answer is whole: a message they answer is taken apart only where a clause asks for the same.
WHOLE = frozenset(
    {"summary", "telling", "plan", "documents", "inputs", "compare", "define", "whatif", "report", "draft_message"}
)
#: Tools whose answer is of clients by name.
OF_CLIENT = frozenset({"account", "report", "draft_message", "compare", "recall"})
#: Tools that nobody supposes anything of.
OTHERWISE = frozenset({"market", "recall", "documents", "report", "draft_message", "inputs", "not_computed", "telling"})
#: The state of today beside an assumption.
NOW = re.compile(r"\b(?:сейчас|сегодня|на данный момент|текущ\w+|now|today|currently|at the moment|at present)\b")
#: What is set side by side is one question.
COMPARED = re.compile(r"\bсравн|\bпротив\b|\bмежду\b|\bcompar|\bversus\b|\bvs\b|\bbetween\b")


def merged(read: list[Read]) -> list[Call]:
    """The calls of all clauses, each once, but for those that say less than another one."""
    found = [item for part in read for item in part.calls]
    found = [item for place, item in enumerate(found) if not any(_same(item, other) for other in found[:place])]
    whole = [
        item
        for part in read
        if part.kept or _separate(part, read) or WHOLE_BASE.search(part.seen.plain)
        for item in part.calls
    ]
    return [item for item in found if item in whole or not any(_within(item, other) for other in found)][:MOST_CALLS]


def better(found: list[Call], whole: list[Call], read: list[Read], reader: Reader) -> bool:
    """Whether the clauses say more than the message as one question does."""
    first, told = whole[0]["name"] if whole else "", {item["name"] for item in found}
    if "whatif" in (first, *told) and not _supposed(found, read):
        return False
    if any(part.kept for part in read) or _own_slices(whole, read):
        return True
    if told <= OF_CLIENT and told != {"account"} and not reader.last and _covered(found, whole):
        return True
    if (
        first in WHOLE
        and first not in told
        or all(any(item == other or _within(item, other) for other in whole) for item in found)
    ):
        return False
    if any(part.clause.asks or part.clause.tied in (*STANDS, "link") for part in read[1:]):
        return True
    seen = reader.message
    if (
        reader.last
        or COMPARED.search(seen.plain)
        or len(seen.mentions) > 1
        or whole
        and first not in told
        or _filters(found, whole)
    ):
        return False
    if not told <= set(FIGURES):
        return len(read) > 2 or read[-1].clause.tied != "comma"
    shapes = {tuple(shape(item)) for item in found}
    return len(keys(found)) > len(keys(whole)) or len(shapes) > 1 and () not in shapes


def _separate(part: Read, read: list[Read]) -> bool:
    """Whether a clause asks for a figure of its own beside one of a part of the clients."""
    return (
        part.clause.asks and part.clause.tied in LOOSE and any("where" in item["arguments"] for item in read[0].calls)
    )


def _own_slices(whole: list[Call], read: list[Read]) -> bool:
    """Whether the message as one question puts a part or a period on a figure whose own question names none."""
    for place, part in enumerate(read):
        alone = _apart(part, read[place + 1 :]) or WHOLE_BASE.search(part.seen.plain)
        names = [name for name, own in (("where", alone), ("period", NOW.search(part.seen.plain))) if own]
        if any(
            _figure(item) == _figure(other)
            and any(name in other["arguments"] and name not in item["arguments"] for name in names)
            for item in part.calls
            for other in whole
        ):
            return True
    return False


def _figure(item: Call) -> tuple[str, str]:
    return item["name"], str(item["arguments"].get("key", ""))


def _apart(part: Read, after: list[Read]) -> bool:
    """Whether a clause is a question of its own beside others: each asks, or stands for itself, or is tied to it by more than “and”."""
    rest = [other.clause.asks or other.clause.tied in (*STANDS, "link") for other in after[:1]]
    return all(rest) and (bool(rest) or part.clause.asks and part.clause.tied in LOOSE)


def _supposed(found: list[Call], read: list[Read]) -> bool:
    """Whether a what-if stands apart from the rest: after it, or before what is of today or of another kind."""
    rest = [part for part in read if part.calls[0]["name"] != "whatif"]
    if read[0] not in rest:
        return all(
            part.clause.tied in STANDS and (part.calls[0]["name"] in OTHERWISE or NOW.search(part.seen.plain))
            for part in rest
        )
    return found[-1]["name"] == "whatif" and IF.search(read[0].seen.plain) is None


def _covered(found: list[Call], whole: list[Call]) -> bool:
    """Whether papers and cards of clients are of all clients that the message names, and more than one thing is asked."""
    first = whole[0] if whole else call("refuse")
    if first["name"] not in (*OF_CLIENT, "refuse") or first["arguments"].get("reason", "ambiguous") != "ambiguous":
        return False
    return _clients(whole) <= _clients(found)


def _clients(calls: list[Call]) -> set[str]:
    given = [item["arguments"] for item in calls]
    return {id for args in given for id in (*args.get("ids", ()), *([args["id"]] if "id" in args else []))}


def _filters(found: list[Call], whole: list[Call]) -> bool:
    """Whether a segment that a clause would list is a filter of the message as one question."""
    filters = " ".join(str(item["arguments"].get("where", "")) for item in whole)
    return any(item["name"] == "segment" and item["arguments"]["segment"] in filters for item in found if filters)


def keys(calls: Iterable[Call]) -> set[str]:
    """The tools of calls, each with its figure."""
    return {f"{item['name']} {item['arguments'].get('key', '')}" for item in calls}


def shape(item: Call) -> list[tuple[str, str]]:
    """What tells a figure apart besides its key; values of a column beside each other are one question."""
    given = item["arguments"]
    return [(name, "" if name == "where" else str(given[name])) for name in SHAPE if name in given]


def _same(item: Call, other: Call) -> bool:
    """Whether two calls are one, the words of a query aside."""
    return item["name"] == other["name"] and {**item["arguments"], "query": ""} == {**other["arguments"], "query": ""}


def _within(item: Call, other: Call) -> bool:
    """Whether a figure says no more than another one of it does."""
    if item["name"] == other["name"] == "findings":
        return set(item["arguments"]["codes"]) < set(other["arguments"]["codes"])
    return bool(item["name"] == other["name"] == "metric" and item["arguments"].items() < other["arguments"].items())
