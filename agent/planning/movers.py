"""Which clients grew or shrank most: «кто вырос сильнее всех», “the five whose revenue fell most”."""

import re
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.planning.slices import window_of
from agent.reading.counted import CLIENT
from agent.reading.narrowing import narrowed
from agent.reading.order import SHOWN, counts
from agent.reading.understand import Understood

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

_MOST = r"(?:(?:сильнее|больше|быстрее|заметнее) (?:всех|всего|остальных)|(?:the )?most|(?:the )?fastest|hardest)"
_UP = r"(?:(?:вы|под|воз)?рос(?:ла|ло|ли)?|раст[её]т|растут|прибавил\w*|увеличил\w*|grew|grown|grow|growing|gained|increased|expanded|expand)"
_DOWN = r"(?:просел\w*|просе(?:ло|ли|ла)|упал\w*|сократил\w*|снизил\w*|уменьшил\w*|усох\w*|сдулс\w*|съежил\w*|sank|sunk|shrank|shrunk|shrink|shrinking|fell|fallen|dropped|declined|slipped)"
WAYS = tuple(
    (way, re.compile(rf"\b{verb}\b(?: \w+){{0,4}}? {_MOST}\b|\b{_MOST}(?: \w+){{0,3}}? {verb}\b|\b(?:fastest|most)[- ]{verb}\b"))
    for way, verb in (("up", _UP), ("down", _DOWN))
)  # fmt: skip
#: Who is asked for: clients, by a pronoun, a noun or a number of names.
WHO = re.compile(rf"\b(?:кто|у кого|чь[яеию]|who|whose|names|имен\w*)\b|\b{CLIENT}\b")
#: Figures of money whose growth a client is known by.
MONEY = frozenset({"mrr", "arr", "revenue_per_client", "movements"})


def asked(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """The clients whose MRR changed most, in the way that the question says."""
    way = next((way for way, pattern in WAYS if pattern.search(seen.plain)), None)
    grouped = any(want.startswith("by_") for want in seen.wants)
    if way is None or WHO.search(seen.plain) is None or grouped or seen.accounts or set(seen.metrics) - MONEY:
        return None
    part = {name: value for name, value in narrowed(seen, portfolio)[0].items() if name == "where"}
    number = next(iter(counts(seen.plain)), SHOWN)
    return [call("metric", key="mrr", **part, **window_of(seen), change=way, top=number)]
