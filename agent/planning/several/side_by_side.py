"""Things named in a row that one question sets side by side: “health on Start, Pro and Business”, “how do A and B differ”."""

import re
from typing import TYPE_CHECKING

from agent.examples import Call
from agent.planning.several.parts import begins, linked, sentences
from agent.reading.counted import MOVED
from agent.reading.plans import named
from agent.reading.understand import Understood

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: What sets one thing against another with its own wish («Тихой верфи письмо, а Медному заводу звонок»).
OTHERWISE = re.compile(r", (?:а|while|whereas) ")


def is_side_by_side(seen: Understood, calls: list[Call] | None, portfolio: "Portfolio") -> bool:
    """Whether the one call of a message already sets beside each other all that stands in a row in its one sentence."""
    if not calls or len(calls) != 1 or len(sentences(seen.question)) != 1:
        return False
    if OTHERWISE.search(seen.plain) or any(begins(piece) for piece in linked(seen.question)[1:]):
        return False
    by = calls[0]["arguments"].get("by")
    if calls[0]["name"] == "compare":
        return True
    if calls[0]["arguments"].get("key") == "movements":
        return MOVED.search(seen.plain) is not None
    if calls[0]["name"] != "metric" or len(seen.metrics) != 1:
        return False
    return by == "segment" and len(seen.segments) > 1 or by == "plan" and len(named(seen.question, portfolio)) > 1
