"""Messages that ask several things: each clause a question of its own, with what its neighbours name for it."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.planning import noting
from agent.planning.carry import of_slices, overlapping, slice_of, sliced
from agent.planning.filling import filled
from agent.planning.onward import follow
from agent.planning.onward.again import REFERS
from agent.planning.onward.cut_words import IF
from agent.planning.onward.follow_words import MORE
from agent.planning.several.clause import TAIL, One, Read, Reader
from agent.planning.several.heads import beside, dashed, headed, joined
from agent.planning.several.known_parts import alike, known_parts
from agent.planning.several.outweigh import NOW, better, keys, merged
from agent.planning.several.parts import STANDS, Clause, clauses
from agent.planning.several.shared import both_alike, like_first, like_last, parallel, shared
from agent.planning.several.shelf import beside_documents, of_documents
from agent.planning.several.tops import counted, other_end
from agent.reading.bounds import bounds, spans
from agent.reading.counted import CLIENT
from agent.reading.order import COUNT
from agent.reading.understand import Understood

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: A longer message is a story or a paste, and one question.
MOST_CLAUSES = 12
#: Tools that take the words of the user down.
NOTED = frozenset({"remember", "done"})
#: How many of those asked about are wanted: «Дай пятнадцать имён».
COUNT_ALONE = re.compile(
    rf"\W*(?:(?:дай\w*|назов\w+|покаж\w+|нужн\w+|хватит|give me|name|show(?: me)?|just|only|the)\W+)*{COUNT}\W*"
    rf"(?:имен\w*|names|штук\w*|{CLIENT}|of them|из них)?(?: (?:хватит|достаточно|enough|will do))?\W*"
)
#: Whom a clause asks of for itself.
OF_WHOM = re.compile(
    rf"\b(?:{CLIENT}|who|whom|whose|which|those|кто|кого|кому|у кого|тех|те|скольк\w+|сколько|how many|show|list|покаж\w+)\b"
)
TAIL_WORDS = 6
#: A sentence of no more words that names a part is a part of what stands before: «Кто готов купить ещё? Санкт-Петербург.»
MERE_SLICE = 3
#: What narrows or explains the clause before it.
NARROWS = re.compile(
    r"^\W*(?:(?:но|но и|а|и|but|and)\W+)*(?:только|лишь|кроме|исключая|не считая|без|чтобы|чтоб|чем|если|потому|так как|ведь|иначе|only|just|except|excluding|without|unless|if|because|than|so that|not)\b"
)


def asked(seen: Understood, portfolio: "Portfolio", *, last: list[Call], whole: list[Call], one: One) -> list[Call]:
    """The calls of a message that asks several things, each recognised for itself; none where it is one question.

    ``whole`` are the calls that rules make of the message as one question.
    """
    reader = Reader(portfolio, seen, last, one)
    if whole and whole[0]["name"] in NOTED:
        after = noting.rest(seen.said or seen.question)
        read = _each(_noted(clauses(after)), reader, [Read(Clause(seen.question), seen, whole)]) if after else []
        return merged(read) if len(read) > 1 else []
    if of_documents(seen) or whole and whole[0]["name"] == "documents":
        return beside_documents(clauses(seen.question), reader)
    pieces = _noted(dashed(beside(headed(counted(clauses(seen.question)), reader), reader)))
    if not 2 <= len(pieces) <= MOST_CLAUSES:
        return []
    found = _as_ruled(pieces, reader, whole)
    supposed = any(item["name"] == "whatif" for item in (*whole, *found)) or IF.search(seen.plain) is not None
    rows = any(MORE.search(reader.understood(piece.text).plain) for piece in pieces[1:])
    known = [] if supposed or rows else _as_known(pieces, reader)
    return known if len(known) > max(len(found), len(whole) if len(whole) > 1 else 1) else found


def _as_ruled(pieces: list[Clause], reader: Reader, whole: list[Call]) -> list[Call]:
    """The calls of the clauses as rules tell where one ask ends and another begins; none where they say no more than the whole."""
    portfolio = reader.portfolio
    read = both_alike(_each(pieces, reader, []), reader)
    found = merged(read)
    if len(read) == 1 and not whole and all(piece.tied in STANDS for piece in pieces):
        return (
            []
            if any(sliced(reader.understood(piece.text), portfolio) for piece in pieces if piece != read[0].clause)
            else found
        )
    if _of_promises(whole) and any(item["name"] == "recall" and "id" not in item["arguments"] for item in found):
        return []
    return found if len(read) > 1 and len(found) > 1 and better(found, whole, read, reader) else []


def _as_known(pieces: list[Clause], reader: Reader) -> list[Call]:
    """The calls of the parts that the examples know, where each part is read as they say."""
    parts = known_parts(pieces, reader)
    read = both_alike(_each([part for part, _likely in parts], reader, []), reader) if parts else []
    found = merged(read)
    if not parts or read and all(any(alike(item, likely) for item in found) for _part, likely in parts):
        return found
    read = []
    for part, likely in parts:
        read.append(_as_said(part, likely, reader, read[-1].calls if read else []))
    return merged(both_alike(read, reader))


def _as_said(part: Clause, likely: Call, reader: Reader, before: list[Call]) -> Read:
    """One part by the rules where they hear in it what the examples do, else with the call that these speak for."""
    found = reader.read(part, before)
    client = next((item["arguments"]["id"] for item in before if "id" in item["arguments"]), None)
    of_client = client is not None and REFERS.search(reader.understood(part.text).plain) is not None
    if found is not None and (of_client or any(alike(item, likely) for item in found.calls)):
        return found
    seen = noting.about(reader.understood(part.text), client)
    named = slice_of(reader.understood(part.head), reader.portfolio) if part.head else {}
    return Read(part, seen, of_slices([filled(likely, seen, reader.portfolio)], named))


def _of_promises(whole: list[Call]) -> bool:
    """Whether a message is of what was promised and what came of it, which is one question."""
    return bool(whole) and whole[0]["arguments"].get("key") == "vrs"


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


def _each(pieces: list[Clause], reader: Reader, read: list[Read]) -> list[Read]:
    """The clauses read one after another, what asks nothing for itself joined to its neighbour; none where one cannot be read."""
    opening: Clause | None = None
    head = ""
    for place, piece in enumerate(pieces):
        if opening is not None and piece.tied in STANDS:
            head, opening = _context(opening, pieces[place:], reader)
        clause = piece if opening is None else replace(joined(opening, piece), asks=piece.asks)
        clause, opening = replace(clause, head=clause.head or head), None
        before = read[-1].calls if read else []
        seen = reader.understood(clause.text)
        if read and MORE.search(seen.plain):
            first = 0 if clause.tied in STANDS else len(read) - 1
            read = [*read[:first], *(replace(part, calls=follow.with_rows(part.calls)) for part in read[first:])]
            continue
        if read and COUNT_ALONE.fullmatch(seen.plain):
            counted = reader.read(joined(read[-1].clause, clause, language=reader.message.language), [])
            read = [*read[:-1], counted or read[-1]]
            continue
        alone = clause.tied == "end" and all(other.tied == "end" for other in pieces[place + 1 : place + 2])
        if before and before[0]["name"] == "whatif" and not (seen.metrics or seen.segments or seen.accounts):
            read = [*read, *_present(clause, seen, read[-1])]
            continue
        seen = _bound_alone(clause, seen, reader) if read and clause.tied not in STANDS else seen
        if read and _tail(clause, seen, reader, before):
            read = shared(read, clause, seen, reader)
            continue
        twin = other_end(seen, read[-1].seen, before, reader.portfolio) if read else None
        if twin is not None:
            read = [*read, Read(clause, seen, twin, kept=True)]
            continue
        narrows = clause.tied not in STANDS and (clause.tied == "dash" or NARROWS.search(seen.plain))
        found = None if read and narrows else reader.read(clause, before, alone=alone)
        if found is not None and _introduces(clause, found, pieces[place + 1 :], reader):
            found = None
        whole = wider = None
        if read and found is None and clause.tied not in STANDS:
            whole = joined(read[-1].clause, clause, language=reader.message.language)
            wider = reader.read(whole, read[-2].calls if len(read) > 1 else [])
        if found is not None:
            read = [*like_last(read, found), parallel(read, like_first(read, found))]
        elif clause.tied == "link" and not clause.asks and _goes_on(pieces[place + 1 : place + 2]):
            opening = clause
        elif wider is not None and clause.asks and not keys(wider.calls) & keys(before):
            read = [*read, Read(clause, seen, wider.calls)]
        elif wider is not None:
            read = [*read[:-1], wider]
        elif clause.asks and any(
            other.tied == "dash" or other.tied == "comma" and not other.asks for other in pieces[place + 1 : place + 2]
        ):
            opening = clause
        elif clause.asks:
            return []
        elif whole is not None:
            opening, read = whole, read[:-1]
        elif not read:
            opening = clause
        elif len(seen.stems) <= MERE_SLICE and sliced(seen, reader.portfolio):
            read = shared(read, clause, seen, reader)
    return [] if opening is not None else read


def _introduces(clause: Clause, found: Read, after: list[Clause], reader: Reader) -> bool:
    """Whether a sentence only says for whom and of what part the questions after it are: “The CEO wants retail.”"""
    told = found.calls[0]["name"] == "telling" and not clause.asks and bool(after) and after[0].tied in STANDS
    return told and sliced(found.seen, reader.portfolio)


def _goes_on(after: list[Clause]) -> bool:
    """Whether the next clause only ends what this one begins: «потом то же самое, но для продаж»."""
    return any(piece.tied in ("comma", "dash") and not piece.asks for piece in after)


def _context(opening: Clause, after: list[Clause], reader: Reader) -> tuple[str, Clause | None]:
    """A sentence before the questions as their head where it names a slice; still to be joined where it names more."""
    seen = reader.understood(opening.text)
    if len(after) < 2:
        return "", opening
    if seen.metrics or seen.codes or seen.mentions or seen.segments or opening.asks:
        return "", opening
    return opening.text if sliced(seen, reader.portfolio) else "", None


def _present(clause: Clause, seen: Understood, supposed: Read) -> list[Read]:
    """The figure of an assumption as it is today: «и какой он сейчас?»."""
    keys = supposed.seen.metrics if NOW.search(seen.plain) and clause.tied in STANDS else ()
    return [Read(clause, seen, [call("metric", key=key) for key in keys])] if keys else []


def _tail(clause: Clause, seen: Understood, reader: Reader, before: list[Call]) -> bool:
    """Whether a clause only names a slice of the figures before it."""
    bounded = {key for _, key in bounds(seen)}
    figures = set(seen.metrics) - bounded
    told = figures or seen.codes or seen.accounts or clause.asks or len(seen.stems) > TAIL_WORDS
    narrows = bounded and clause.tied not in STANDS and not OF_WHOM.search(clause.text.lower())
    if not told and narrows:
        return True
    if told or TAIL.search(seen.plain) is None or not sliced(seen, reader.portfolio):
        return False
    return clause.tied != "weak" or overlapping(slice_of(seen, reader.portfolio), before)


def _bound_alone(clause: Clause, seen: Understood, reader: Reader) -> Understood:
    """A clause that only sets a bound, read as one of clients: “… and a CHS under 50”."""
    if clause.asks or not spans(seen.plain) or OF_WHOM.search(seen.plain) or len(seen.stems) > TAIL_WORDS:
        return seen
    within = reader.understood(f"{'клиенты, у которых' if seen.language == 'ru' else 'clients with'} {clause.text}")
    only = set(within.metrics) <= {key for _, key in bounds(within)} and not within.codes and not within.accounts
    return within if only and bounds(within) else seen
