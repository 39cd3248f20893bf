"""Messages that ask several things: each clause a question of its own, with what its neighbours name for it."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from agent import follow, noting
from agent.clause import FIGURES, TAIL, One, Read, Reader, sliced
from agent.examples import Call, call
from agent.follow_words import MORE
from agent.parts import Clause, clauses
from agent.tellings import audience_asked
from agent.understand import Understood, understood
from agent.whatif import IF

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

MOST_CALLS = 4
#: A longer message is a story or a paste, and one question.
MOST_CLAUSES = 12
#: What tells two figures apart besides their key.
SHAPE = ("by", "where", "top", "bottom", "period", "change")
#: Tools whose answer is whole: a message they answer is taken apart only where a clause asks for the same.
WHOLE = frozenset(
    {"summary", "telling", "plan", "documents", "inputs", "compare", "define", "whatif", "report", "draft_message"}
)
#: Tools that take the words of the user down.
NOTED = frozenset({"remember", "done"})
#: What is set side by side is one question.
COMPARED = re.compile(r"\bсравн|\bпротив\b|\bмежду\b|\bcompar|\bversus\b|\bvs\b|\bbetween\b")
#: What is said of two lists or figures alike.
BOTH = re.compile(r"\b(?:оба|обе|both)\b")
TAIL_WORDS = 6
#: What narrows or explains the clause before it.
NARROWS = re.compile(
    r"^\W*(?:(?:но|но и|а|и|but|and)\W+)*(?:только|лишь|кроме|исключая|не считая|без|чтобы|чтоб|чем|если|потому|так как|ведь|иначе|only|just|except|excluding|without|unless|if|because|than|so that|not)\b"
)
#: Both kinds of retention named as one: «с допродажами и без», “with upsells and without”.
_GROWTH = r"(?:up-?sell\w*|cross-?sell\w*|expansions?|growth|upgrades?|доп\w*|рост\w*|расширени\w+|апсейл\w*|апселл\w*)"
BOTH_KINDS = re.compile(
    r"\b(?:(?:(?:net|gross)(?: revenue)? and (?:net|gross)(?: revenue)? retention)|(?:(?:revenue|net|money) )?(?:retention|удержани\w+)"
    r"(?: of revenue| выручки| денег| в деньгах| в рублях)? (?:with|including|counting|с|со|с уч[её]том|включая) "
    rf"(?:\w+ )?{_GROWTH},? (?:and|и|or|или) (?:without|excluding|без)(?: (?:it|them|них|него|уч[её]та|{_GROWTH}))*)(?!\w)",
    re.IGNORECASE,
)
#: Both kinds of churn named as one.
BOTH_CHURNS = re.compile(
    r"\b(?:(?:logo|client|customer) and (?:money|revenue) churn|(?:money|revenue) and (?:logo|client|customer) churn|"
    r"(?:логотипный|клиентский) и денежный (?:отток|чурн)|отток (?:клиентов|логотипов) и (?:денег|выручки))\b",
    re.IGNORECASE,
)
BY_CHURN = ("logo churn and money churn", "отток клиентов и отток выручки")


def asked(seen: Understood, portfolio: "Portfolio", *, last: list[Call], whole: list[Call], one: One) -> list[Call]:
    """The calls of a message that asks several things, each recognised for itself; none where it is one question.

    ``whole`` are the calls that rules make of the message as one question.
    """
    reader = Reader(portfolio, seen, last, one)
    if whole and whole[0]["name"] in NOTED:
        after = noting.rest(seen.said or seen.question)
        read = _each(_noted(clauses(after)), reader, [Read(Clause(seen.question), seen, whole)]) if after else []
        return _all(read) if len(read) > 1 else []
    if whole and whole[0]["name"] == "documents":
        return []
    pieces = _noted(_dashed(_headed(clauses(seen.question), reader)))
    if not 2 <= len(pieces) <= MOST_CLAUSES:
        return []
    read = _both_alike(_each(pieces, reader, []), seen)
    found = _all(read)
    if len(read) == 1 and not whole and all(piece.tied == "end" for piece in pieces):
        return (
            []
            if any(sliced(reader.understood(piece.text), portfolio) for piece in pieces if piece != read[0].clause)
            else found
        )
    if _of_promises(whole) and any(item["name"] == "recall" and "id" not in item["arguments"] for item in found):
        return []
    return found if len(read) > 1 and len(found) > 1 and _better(found, whole, read, reader) else []


def _of_promises(whole: list[Call]) -> bool:
    """Whether a message is of what was promised and what came of it, which is one question."""
    return bool(whole) and whole[0]["arguments"].get("key") == "vrs"


def shortened(seen: Understood, portfolio: "Portfolio") -> Understood:
    """The message with two figures in one name by their own: “retention with upsells and without”, “logo and money churn”."""
    named = seen.question
    for pattern, names in ((BOTH_KINDS, ("NRR and GRR", "NRR и GRR")), (BOTH_CHURNS, BY_CHURN)):
        named = pattern.sub(names[seen.language == "ru"], named)
    if named == seen.question:
        return seen
    return replace(understood(named, portfolio, language=seen.language), said=seen.said)


def _all(read: "list[Read]") -> list[Call]:
    """The calls of all clauses, each once, but for those that say less than another one."""
    found = [item for part in read for item in part.calls]
    found = [item for place, item in enumerate(found) if not any(_same(item, other) for other in found[:place])]
    return [item for item in found if not any(_within(item, other) for other in found)][:MOST_CALLS]


def _noted(pieces: list[Clause]) -> list[Clause]:
    """The clauses with a note that begins after the first of them whole."""
    at = next(
        (at for at, piece in enumerate(pieces) if at and noting.BEGINS.search(piece.text.lower().replace("ё", "е"))),
        None,
    )
    return (
        pieces
        if at is None
        else [*pieces[:at], replace(pieces[at], text=", ".join(piece.text for piece in pieces[at:]))]
    )


def _headed(pieces: list[Clause], reader: Reader) -> list[Clause]:
    """The clauses with what opens the message: a slice named for all of them, the name of the first, or an introduction."""
    if len(pieces) < 2 or pieces[0].asks or pieces[1].tied not in ("head", "dash"):
        return pieces
    head, first, rest = pieces[0], pieces[1], pieces[2:]
    own = reader.understood(head.text)
    told = own.metrics or own.codes or own.wants & {"letter", "report"}
    if not told and (sliced(own, reader.portfolio) or len(own.mentions) == 1 or own.segments):
        return [
            replace(piece, text=f"{head.text}: {piece.text}", tied="end" if piece is first else piece.tied)
            for piece in pieces[1:]
        ]
    if first.tied == "head" and not told and not own.mentions and audience_asked(f"audit {own.plain}") is None and rest:
        return [replace(first, tied="end"), *rest]
    return [_joined(head, first), *rest]


def _joined(first: Clause, second: Clause, *, language: str = "ru") -> Clause:
    """Two clauses as one."""
    signs = {"head": ": ", "dash": " — ", "weak": " и " if language == "ru" else " and "}
    text = f"{first.text.rstrip('?.!; ')}{signs.get(second.tied, ', ')}{second.text}"
    return replace(first, text=text, asks=first.asks or second.asks)


def _dashed(pieces: list[Clause]) -> list[Clause]:
    """The clauses with a question after a dash joined to what it is about: «в зоне риска — кто уйдёт»."""
    found: list[Clause] = []
    for piece in pieces:
        if found and piece.tied in ("dash", "head") and piece.asks:
            found[-1] = _joined(found[-1], piece)
        else:
            found.append(piece)
    return found


def _tail(clause: Clause, seen: Understood, portfolio: "Portfolio") -> bool:
    """Whether a clause only names a slice of the figures before it."""
    told = seen.metrics or seen.codes or seen.accounts or clause.asks or len(seen.stems) > TAIL_WORDS
    return not told and TAIL.search(seen.plain) is not None and sliced(seen, portfolio)


def _each(pieces: list[Clause], reader: Reader, read: list[Read]) -> list[Read]:
    """The clauses read one after another, what asks nothing for itself joined to its neighbour; none where one cannot be read."""
    opening = ""
    for place, piece in enumerate(pieces):
        clause = _joined(Clause(opening, asks=piece.asks), piece) if opening else piece
        opening = ""
        before = read[-1].calls if read else []
        seen = reader.understood(clause.text)
        if read and MORE.search(seen.plain):
            read = [*read[:-1], replace(read[-1], calls=follow.with_rows(before))]
            continue
        alone = clause.tied == "end" and all(other.tied == "end" for other in pieces[place + 1 : place + 2])
        if before and before[0]["name"] == "whatif" and not (seen.metrics or seen.segments or seen.accounts):
            continue
        split = clause.tied != "weak" or (seen.period and read and read[-1].seen.period)
        if read and split and _tail(clause, seen, reader.portfolio):
            read = _shared(read, clause, seen, reader)
            continue
        narrows = clause.tied != "end" and (clause.tied == "dash" or NARROWS.search(seen.plain))
        found = None if read and narrows else reader.read(clause, before, alone=alone)
        joined = whole = None
        if read and clause.tied != "end" and (found is None or _one_figure(read[-1], found)):
            whole = _joined(read[-1].clause, clause, language=reader.message.language)
            joined = reader.read(whole, read[-2].calls if len(read) > 1 else [])
        if joined is not None and found is None and clause.asks and not _keys(joined.calls) & _keys(before):
            read = [*read, Read(clause, seen, joined.calls)]
        elif joined is not None and (found is None or _keys(joined.calls) >= _keys([*before, *found.calls])):
            read = [*read[:-1], joined]
        elif found is not None:
            read = [*read, found]
        elif clause.asks:
            return []
        elif whole is not None:
            opening, read = whole.text, read[:-1]
        elif not read:
            opening = clause.text
    return [] if opening else read


def _one_figure(before: Read, found: Read) -> bool:
    """Whether two clauses may be figures of one slice: “NRR and GRR by plan”."""
    calls = [*before.calls, *found.calls]
    return (
        not found.clause.asks
        and (found.clause.tied == "weak" or found.clause.tied == "comma" and not any(map(_shape, found.calls)))
        and all(item["name"] == "metric" for item in calls)
        and any(not _shape(item) for item in before.calls)
    )


def _both_alike(read: list[Read], seen: Understood) -> list[Read]:
    """Two lists with the filter that one of them names, where the message says that both want it: “… both lists”."""
    figures = [item for part in read for item in part.calls if item["name"] in FIGURES]
    filters = {item["arguments"]["where"] for item in figures if "where" in item["arguments"]}
    if not BOTH.search(seen.plain) or len(filters) != 1 or len(figures) < len(_all(read)):
        return read
    where = filters.pop()
    return [
        replace(part, calls=[call(item["name"], **{**item["arguments"], "where": where}) for item in part.calls])
        for part in read
    ]


def _shared(read: list[Read], clause: Clause, seen: Understood, reader: Reader) -> list[Read]:
    """The clauses before a tail, each with the slice that it names; the last figure again where it names that slice otherwise."""
    if seen.period and read[-1].seen.period and read[-1].calls[0]["name"] in FIGURES:
        again = [
            call(item["name"], **{**item["arguments"], "period": seen.period})
            for item in read[-1].calls
            if item["name"] in FIGURES
        ]
        return [*read, Read(clause, seen, again)]
    names = ("where", "top", "bottom")
    return [replace(part, calls=[reader.with_slice(item, seen, names=names) for item in part.calls]) for part in read]


def _better(found: list[Call], whole: list[Call], read: list[Read], reader: Reader) -> bool:
    """Whether the clauses say more than the message as one question does."""
    first, told = whole[0]["name"] if whole else "", {item["name"] for item in found}
    supposed = "whatif" in (first, *told)
    if supposed and (found[-1]["name"] != "whatif" or IF.search(read[0].seen.plain)):
        return False
    if (
        first in WHOLE
        and first not in told
        or all(any(item == other or _within(item, other) for other in whole) for item in found)
    ):
        return False
    if any(part.clause.asks or part.clause.tied == "end" for part in read[1:]):
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
    shapes = {tuple(_shape(item)) for item in found}
    return len(_keys(found)) > len(_keys(whole)) or len(shapes) > 1 and () not in shapes


def _filters(found: list[Call], whole: list[Call]) -> bool:
    """Whether a segment that a clause would list is a filter of the message as one question."""
    filters = " ".join(str(item["arguments"].get("where", "")) for item in whole)
    return any(item["name"] == "segment" and item["arguments"]["segment"] in filters for item in found if filters)


def _keys(calls: Iterable[Call]) -> set[str]:
    return {f"{item['name']} {item['arguments'].get('key', '')}" for item in calls}


def _shape(item: Call) -> list[tuple[str, str]]:
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
