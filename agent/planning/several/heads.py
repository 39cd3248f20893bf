"""What opens a message or a list of wishes: whom, what or when all of it is about, or only words of introduction."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.planning.carry import sliced
from agent.planning.several.parts import Clause
from agent.planning.several.tops import with_number
from agent.tellings import audience_asked

if TYPE_CHECKING:
    from agent.planning.several.clause import Reader
    from agent.reading.understand import Understood

SIGNS = {"head": ": ", "dash": " — "}
#: An order that only says how many wishes follow: «покажи все три разбивки», “I need three things”.
COUNTED = re.compile(
    r"\b(?:две|два|двух|три|трех|четыре|обе|оба|несколько|пару|следующее|такое|two|three|four|both|several|a couple of|the following|these)\b"
)

#: Whom a list of wishes about one client is for: «подготовь меня к разговору с …», “brief me on …”.
MYSELF = re.compile(r"\b(?:меня|нас|мне|нам|me|us)\b")


def headed(pieces: list[Clause], reader: "Reader") -> list[Clause]:
    """The clauses with what stands before a colon or a dash: their head, the name of the first, or an introduction."""
    at = next((at for at, piece in enumerate(pieces) if at and piece.tied == "head"), None)
    if at is None and len(pieces) > 2 and pieces[1].tied == "dash" and not pieces[0].asks:
        at = 1
    if at is None:
        return pieces
    start = max(place for place in range(at) if not place or pieces[place].tied in ("end", "item"))
    before, named, rest = pieces[:start], pieces[start:at], pieces[at:]
    head = named[0]
    for piece in named[1:]:
        head = joined(head, piece)
    own = reader.understood(head.text)
    told = own.metrics or own.codes or own.wants & {"letter", "report", "documents", "overview"}
    if told or (head.asks and not _opens_list(own, rest)):
        return pieces if head.asks else [*before, *named[:-1], joined(named[-1], rest[0]), *rest[1:]]
    about = _about(own, reader)
    first = replace(rest[0], tied="item")
    if about is not None:
        return [*before, *(replace(piece, head=about) for piece in (first, *rest[1:]))]
    if own.mentions or audience_asked(f"audit {own.plain}") is not None or rest[0].tied == "dash" or len(rest) < 2:
        return [*before, *named[:-1], joined(named[-1], rest[0]), *rest[1:]]
    return [*before, *with_number([first, *headed(rest[1:], reader)], own.plain, reader.message.language)]


def _opens_list(own: "Understood", rest: list[Clause]) -> bool:
    """Whether an order before a colon only opens the list after it."""
    ready = _one_client(own) is not None and MYSELF.search(own.plain) is not None
    return len(rest) > 1 and (ready or COUNTED.search(own.plain) is not None)


def _about(own: "Understood", reader: "Reader") -> str | None:
    """The words that a head stands for: the client it names, or a slice of the figures."""
    client = _one_client(own)
    if client is not None:
        bare = len(own.stems) <= len(own.mentions[0].places)
        return own.question if bare else f"«{client.replace('«', '').replace('»', '')}»"
    named = sliced(own, reader.portfolio) or len(own.mentions) == 1 or own.segments
    return own.question if named else None


def _one_client(own: "Understood") -> str | None:
    return own.accounts[0][1] if len(own.mentions) == 1 and len(own.accounts) == 1 else None


def joined(first: Clause, second: Clause, *, language: str = "ru") -> Clause:
    """Two clauses as one."""
    signs = {**SIGNS, "weak": " и " if language == "ru" else " and "}
    text = f"{first.text.rstrip('?.!; ')}{signs.get(second.tied, ', ')}{second.text}"
    return replace(first, text=text, asks=first.asks or second.asks)


def dashed(pieces: list[Clause]) -> list[Clause]:
    """The clauses with a question after a dash joined to what it is about: «в зоне риска — кто уйдёт»."""
    found: list[Clause] = []
    for piece in pieces:
        if found and piece.tied in ("dash", "head") and piece.asks:
            found[-1] = joined(found[-1], piece)
        else:
            found.append(piece)
    return found


def beside(pieces: list[Clause], reader: "Reader") -> list[Clause]:
    """The clauses with clients named one after another together: «Ромашку и Лютик рядом»."""
    found: list[Clause] = []
    for piece in pieces:
        if found and piece.tied in ("weak", "comma") and not piece.asks and _between_names(found[-1], piece, reader):
            found[-1] = joined(found[-1], piece, language=reader.message.language)
        else:
            found.append(piece)
    return found


def _between_names(first: Clause, second: Clause, reader: "Reader") -> bool:
    """Whether one clause ends and the other begins with the name of a client."""
    before, after = reader.understood(first.text), reader.understood(second.text)
    if not before.mentions or not after.mentions:
        return False
    words = len(re.findall(r"[^\W_]+", before.question))
    return max(before.mentions[-1].places, default=-1) == words - 1 and 0 in after.mentions[0].places


__all__ = ["beside", "dashed", "headed", "joined"]
