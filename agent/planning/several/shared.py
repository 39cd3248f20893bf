"""Slices that clauses of one message share: of the figures before it, of the part they all are of, of both alike."""

import re
from dataclasses import replace
from typing import Any

from agent.planning.carry import FIGURES, WHOLE_BASE, again, of_slice, of_slices, overlapping, slice_of
from agent.planning.several.clause import Read, Reader
from agent.planning.several.outweigh import shape
from agent.planning.several.parts import STANDS, Clause
from agent.reading.understand import Understood

#: A figure in no more words than these takes the slice of the question after it.
BRIEF = 2
#: What is said of two lists or figures alike.
BOTH = re.compile(
    r"\b(?:оба|обе|both)\b|\b(?:each|кажд(?:ое|ый|ую))(?=\W+(?:by|for|in|over|on|at|split|по|за|в|на)\b|\W*$)"
)
#: What opens a second thing about one subject.
ABOUT = re.compile(r"^\W*(с|со|по|о|об|про|on|with|about|for|in)\b")


def shared(read: list[Read], clause: Clause, seen: Understood, reader: Reader) -> list[Read]:
    """The clauses before a tail, each with the slice that it names; the last figure again where it names that slice otherwise."""
    given = slice_of(seen, reader.portfolio)
    first = _sentence(read)
    if clause.tied == "link" and all(
        set(given) - set(item["arguments"]) for part in read[first:] for item in part.calls
    ):
        beside = [replace(part, kept=True) for part in read[first:]]
        return [
            *read[:first],
            *beside,
            Read(clause, seen, [item for part in beside for item in again(part.calls, given)]),
        ]
    if not BOTH.search(seen.plain) and overlapping(given, read[-1].calls):
        return [*read, Read(clause, seen, again(read[-1].calls, given))]
    names = ("where", "top", "bottom")
    first = 0 if BOTH.search(seen.plain) or clause.tied in STANDS else _sentence(read)
    return [
        *read[:first],
        *(
            replace(part, calls=[reader.with_slice(item, seen, names=names) for item in part.calls])
            for part in read[first:]
        ),
    ]


def _sentence(read: list[Read]) -> int:
    """Where the last sentence of the clauses begins."""
    return max((place for place, part in enumerate(read) if part.clause.tied in STANDS), default=0)


def like_last(read: list[Read], found: Read) -> list[Read]:
    """Bare figures before another one with the slice that stands after it: “NRR and GRR by plan”."""
    given = _given(found)
    if found.clause.tied != "weak" or not given or "where" in found.carried or "segment" in given.get("where", ""):
        return read
    first = len(read)
    while first and _bare(read[first - 1], found):
        first -= 1
        if read[first].clause.tied in STANDS:
            break
    return [*read[:first], *(replace(part, calls=of_slices(part.calls, given)) for part in read[first:])]


def _given(found: Read) -> dict[str, Any]:
    """The slice that all figures of a clause are of; none where they are ranked, or are no figures."""
    if any(item["name"] not in FIGURES or {"top", "bottom"} & set(item["arguments"]) for item in found.calls):
        return {}
    own = found.calls[0]["arguments"]
    return {name: own[name] for name in ("where", "period", "by") if name in own}


def _bare(part: Read, found: Read) -> bool:
    """Whether a clause names a figure and nothing else, and asks no more than the one after it does."""
    bare = all(
        item["name"] in FIGURES and not shape(item) or item["arguments"] == {"segment": ""} for item in part.calls
    )
    if not bare or WHOLE_BASE.search(part.seen.plain):
        return False
    asked = part.clause.asks or found.clause.asks
    return not asked or part.clause.asks and len(part.seen.stems) <= BRIEF and not part.seen.wants & {"own", "define"}


def like_first(read: list[Read], found: Read) -> Read:
    """A clause of the sentence whose clauses before it go on with one part of the clients."""
    where = read[-1].carried.get("where") if read else None
    if where is None or found.clause.tied in STANDS or WHOLE_BASE.search(found.seen.plain) or found.seen.accounts:
        return found
    figures = [of_slice(item, {"where": where}) if item["name"] in FIGURES else item for item in found.calls]
    return replace(found, calls=figures, carried={"where": where, **found.carried})


def parallel(read: list[Read], found: Read) -> Read:
    """A second thing about the subject of the clause before, behind the same preposition: “on renewals and on overdue”."""
    opens = ABOUT.match(found.seen.plain)
    if not read or found.clause.tied != "weak" or found.clause.asks or opens is None:
        return found
    if not re.search(rf"\b{opens[1]}\b", read[-1].seen.plain) or WHOLE_BASE.search(found.seen.plain):
        return found
    return replace(found, calls=of_slices(found.calls, _given(read[-1]), lists=False))


def both_alike(read: list[Read], reader: Reader) -> list[Read]:
    """The figures with the slice of the clause that says that both want it: “…, both for 2025”."""
    given: dict[str, Any] = {}
    for part in read:
        if BOTH.search(part.seen.plain) and all(item["name"] in FIGURES for item in part.calls):
            given |= slice_of(part.seen, reader.portfolio)
    return [replace(part, calls=of_slices(part.calls, given, lists=False)) for part in read]
