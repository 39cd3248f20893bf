"""What a message asks besides, where no call answers it: a clause that is plainly a question, understood with the words before it."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.examples import Call
from agent.planning.filling import filled
from agent.planning.nearest import guesses, signature
from agent.planning.several.known_parts import alike, said
from agent.planning.several.outweigh import MOST_CALLS
from agent.planning.several.parts import begins, linked
from agent.reading.understand import Understood, understood

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: Tools beside which another thing may be asked: the others take a message whole.
BESIDE = frozenset({"metric", "findings", "segment", "clients", "plan", "refuse"})
#: What a clause may ask for that stands after another question.
ASKED = frozenset({"metric", "findings", "segment", "advice", "plan", "clients"})
#: How much the examples must speak for a call, by the clause and by it with the one before, together; and before any other.
BOTH, AHEAD = 0.3, 0.08
#: What points back at the clients before: their figure is not that of all.
POINTS = re.compile(r"\b(?:они|их|них|ними|им|те|тех|таких|такие|they|them|their|those|these)\b")
#: A longer message is a story or a paste.
MOST = 5
#: So much do they speak for a clause being of what is answered already.
HEARD = 0.15


def completed(
    calls: list[Call], seen: Understood, portfolio: "Portfolio", plan: Callable[[Understood], list[Call]]
) -> list[Call]:
    """The calls, and those of the clauses that ask for what none of them answers."""
    pieces = linked(seen.question)
    if not 2 <= len(pieces) <= MOST or any(item["name"] not in BESIDE for item in calls):
        return calls
    found = list(calls)
    for place, piece in enumerate(pieces[1:], start=1):
        if (begins(piece) or piece.rstrip().endswith("?")) and POINTS.search(piece.lower()) is None:
            found += _besides(f"{pieces[place - 1].rstrip(' ?.!')}, {piece}", piece, found, portfolio, seen, plan)
    return found[:MOST_CALLS]


def _besides(
    both: str, piece: str, found: list[Call], portfolio: "Portfolio", seen: Understood,
    plan: Callable[[Understood], list[Call]],
) -> list[Call]:  # fmt: skip
    """The call of a clause that none of those found answers, if the examples know it well enough."""
    part = understood(piece, portfolio, language=seen.language)
    keys = {item["arguments"].get("key") for item in found}
    own = guesses(part, 12)
    heard = any(said(item) in {said(one) for one in found} for item in plan(part))
    if heard or keys & set(part.metrics) or own[0].weight >= HEARD and any(alike(item, own[0].call) for item in found):
        return []
    joint = {signature(guess.call): guess.weight for guess in guesses(understood(both, portfolio), 12)}
    told = [(guess.weight + joint.get(signature(guess.call), 0.0), guess.call) for guess in own]
    told = [(weight, call) for weight, call in told if not any(alike(item, call) for item in found)]
    ordered = any({"top", "bottom"} & set(item["arguments"]) for item in found)
    filters = " ".join(str(item["arguments"].get("where", "")) for item in found)
    told = [
        pair
        for pair in told
        if not (
            str(pair[1]["arguments"].get("segment") or "—") in filters
            or ordered
            and pair[1]["name"] == "metric"
            or filters.strip()
            and pair[1]["name"] == "clients"
        )
    ]
    told.sort(key=lambda pair: -pair[0])
    if not told or told[0][0] < BOTH or len(told) > 1 and told[0][0] - told[1][0] < AHEAD:
        return []
    call = told[0][1]
    return [filled(call, part, portfolio)] if call["name"] in ASKED else []
