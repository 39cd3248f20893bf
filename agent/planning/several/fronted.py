"""A part of the clients that opens a message stands for all that it asks: «По Перми: просрочка и кто молчит»."""

import re
from typing import TYPE_CHECKING

from agent.examples import Call
from agent.planning.carry import FIGURES, WHOLE_BASE, of_slice, slice_of
from agent.reading.understand import Understood, understood

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: A preposition at the very beginning, and the few words behind it.
OPENS = re.compile(r"^\W*(?:for|in|across|on|among|по|в|во|на|у|для|среди)\s+(?:[^\s,:;?!—–]+\s*){1,4}", re.IGNORECASE)


def fronted(calls: list[Call], seen: Understood, portfolio: "Portfolio") -> list[Call]:
    """The calls, each figure of the part that the message opens with where it names no other."""
    match = OPENS.match(seen.question)
    if match is None or len(calls) < 2 or WHOLE_BASE.search(seen.plain):
        return calls
    given = slice_of(understood(match[0], portfolio, language=seen.language), portfolio)
    where = given.get("where")
    if where is None or not any(where in str(item["arguments"].get("where")) for item in calls):
        return calls
    return [
        of_slice(item, {"where": where}) if item["name"] in FIGURES and "where" not in item["arguments"] else item
        for item in calls
    ]
