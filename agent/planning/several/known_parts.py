"""A message taken apart where the examples know each part as a question of its own, and know the parts better than the whole."""

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.examples import Call
from agent.planning.carry import sliced
from agent.planning.nearest import Guess, guesses
from agent.planning.several.heads import joined
from agent.planning.several.parts import Clause

if TYPE_CHECKING:
    from agent.planning.several.clause import Reader

#: How much the examples must speak for the call of a part; of one that begins like a question.
SURE, ASKED = 0.45, 0.3
#: How much they must speak for a part being no business of the product.
REFUSED = 0.7
#: What a part more costs: two that are hardly known are no better than one that is.
PART = 0.25
#: What it costs to leave out words that neither ask nor name anything.
IDLE = 0.05
#: A message that they know so well is one question.
WHOLE = 0.95
#: Longer messages are looked at as they are cut.
MOST = 7


def known_parts(pieces: list[Clause], reader: "Reader") -> list[tuple[Clause, Call]]:
    """The parts with the call that the examples speak for in each; none where the message is better known as fewer."""
    size = len(pieces)
    if not 2 <= size <= MOST:
        return []
    best: list[tuple[float, list[tuple[Clause, Guess]]]] = [(0.0, [])]
    for end in range(1, size + 1):
        ways = []
        for start in range(end):
            part = pieces[start]
            for piece in pieces[start + 1 : end]:
                part = joined(part, piece, language=reader.message.language)
            likely = _likely(part, reader)
            if likely is not None:
                weight, before = best[start]
                ways.append((weight + min(likely.weight, 1.0) - PART, [*before, (part, likely)]))
        if _idle(pieces[end - 1], reader):
            weight, before = best[end - 1]
            ways.append((weight - IDLE, before))
        best.append(max(ways, key=lambda way: way[0]) if ways else (-1.0, []))
    found = best[-1][1]
    told = {said(guess.call) for _part, guess in found}
    if any(guess.call["name"] == "refuse" and guess.weight < REFUSED for _part, guess in found):
        return []
    if (
        len(told) < 2
        or len(told) < len(found)
        or any(guess.weight < (ASKED if part.asks else SURE) for part, guess in found)
    ):
        return []
    if guesses(reader.message)[0].weight >= WHOLE:
        return []
    return [(replace(part, asks=True), guess.call) for part, guess in found]


def _likely(part: Clause, reader: "Reader") -> Guess | None:
    seen = reader.understood(part.text)
    return next((guess for guess in guesses(seen, 1) if len(seen.stems) > 0), None)


def _idle(piece: Clause, reader: "Reader") -> bool:
    """Whether words ask for nothing and name nothing: «надоел», “we are re-dealing the base”."""
    seen = reader.understood(piece.text)
    named = seen.metrics or seen.codes or seen.mentions or seen.segments or sliced(seen, reader.portfolio)
    likely = guesses(seen, 1)[0].weight
    return not piece.asks and not named and likely < ASKED


def said(item: Call) -> str:
    """What a call is about: its tool and its figure, findings or reason."""
    given = item["arguments"]
    return f"{item['name']} {given.get('key', given.get('codes', given.get('reason', '')))}"


def alike(item: Call, likely: Call) -> bool:
    """Whether a call is the one that the examples speak for: the same tool, and figure or finding."""
    codes = set(likely["arguments"].get("codes", ()))
    same = not codes or bool(codes & set(item["arguments"].get("codes", ())))
    return item["name"] == likely["name"] and same and item["arguments"].get("key") == likely["arguments"].get("key")
