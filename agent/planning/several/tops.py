"""Several lists in order in one message: their numbers, and the figure that they have in common."""

import re
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.planning.carry import slice_of
from agent.planning.several.parts import Clause
from agent.reading.order import COLLECTIVE, COUNT, ENDS, NOTHING, SIZED, bare, counts, order
from agent.reading.understand import Understood

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

_NUMBER = "|".join((COUNT, *(rf"(?:{words})(?!\w)" for words in COLLECTIVE)))
#: A clause that only says how many clients the one before it wants: “ten of them”, «пятёрку».
ONLY = re.compile(
    rf"^\W*(?:(?:топ|top|first|перв\w+|по|just|только|штук|имен)[ -])?(?:{_NUMBER})(?: (?:of (?:them|each|those)|each|names|clients|customers|accounts|штук\w*|имен\w*|клиент\w*|из них|человек))?\W*$"
)
#: A number of each of several lists.
EACH = re.compile(r"^\W*(?:\w+ ){0,2}по \w+\W*$|\beach\b|\bкажд\w+\b")
#: What an order of clients is by.
BY = re.compile(r"\b(?:by|по)\s+(?:the\s+)?[^\W\d]\w*.*$", re.IGNORECASE)
#: Words that may stand beside the end of an order and name no figure.
SMALL = re.compile(
    rf"{NOTHING}|{SIZED}|{COUNT}|\b(?:кто|от|у|кого|кому|who|whom|from|the|of|all|them|us|нам|нас|всего|всех|из|них|тоже|also)\b"
)


def counted(pieces: list[Clause]) -> list[Clause]:
    """The clauses with a number that stands apart joined to what it counts: “who paid the most, ten of them”."""
    found: list[Clause] = []
    for piece in pieces:
        loose = found and piece.tied in ("comma", "dash", "weak")
        if (
            loose
            and ONLY.search(_plain(piece.text))
            and _end_of(_plain(found[-1].text))
            and not counts(_plain(found[-1].text))
        ):
            found[-1] = replace(found[-1], text=f"{found[-1].text.rstrip('?.! ')}, {piece.text}")
        else:
            found.append(piece)
    return [_by_the_next(piece, after) for piece, after in zip_longest(found, found[1:])]


def with_number(pieces: list[Clause], opening: str, language: str) -> list[Clause]:
    """The orders of a list of wishes with the number of its opening: «две пятёрки: самые крупные и …»."""
    said = counts(_plain(opening))
    if len(said) < (1 if EACH.search(_plain(opening)) else 2):
        return pieces
    top = "топ" if language == "ru" else "top"
    return [
        replace(piece, text=f"{top} {said[-1]}: {piece.text}")
        if _end_of(_plain(piece.text)) and not counts(_plain(piece.text))
        else piece
        for piece in pieces
    ]


def other_end(seen: Understood, before: Understood, calls: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The other end of the figure before, asked for in its words: “who paid the most, and who the least”."""
    last, end = calls[-1]["arguments"], _end_of(seen.plain)
    one = next((name for name in ("top", "bottom") if name in last), None)
    if one is None or end is None or seen.codes or set(seen.metrics) - {last.get("key")}:
        return None
    words = re.findall(r"[^\W\d]{2,}", SMALL.sub(" ", _without_ends(seen.plain)))
    known = {word[:4] for word in re.findall(r"[^\W\d]{2,}", before.plain)}
    given = slice_of(seen, portfolio)
    if given or any(word[:4] not in known for word in words):
        return None
    first = order(seen, [str(last.get("key"))], known=True)
    other = "bottom" if one == "top" else "top"
    if first and other not in first or not first and end != other:
        return None
    kept = {name: value for name, value in last.items() if name != one}
    return [call("metric", **{**kept, **(first if counts(seen.plain) else {other: last[one]})})]


def _by_the_next(piece: Clause, after: Clause | None) -> Clause:
    """An order that names no figure with that of the order after it: “the five largest and the three smallest by MRR”."""
    if (
        after is None
        or after.tied not in ("weak", "comma")
        or not _end_of(_plain(piece.text))
        or not bare(_plain(piece.text))
    ):
        return piece
    by = BY.search(after.text) if _end_of(_plain(after.text)) else None
    return (
        replace(piece, text=f"{piece.text.rstrip('?!. ')} {by[0].rstrip('?!. ')}")
        if by and not BY.search(piece.text)
        else piece
    )


def _end_of(plain: str) -> str | None:
    return next((end for end, shape in ENDS if shape.search(plain)), None)


def _without_ends(plain: str) -> str:
    for _end, shape in ENDS:
        plain = shape.sub(" ", plain)
    for words in COLLECTIVE:
        plain = re.sub(rf"\b(?:{words})(?!\w)", " ", plain)
    return plain


def _plain(text: str) -> str:
    return text.lower().replace("ё", "е")
