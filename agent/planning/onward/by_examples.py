"""What a message that goes on asks of the last answer, where the examples of such messages know it and no rule does."""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.examples import Call, call, vocabulary
from agent.planning import noting
from agent.planning.nearest import GOES_ON, Guess, goes_on
from agent.planning.onward.follow_words import ABOUT_SEGMENT
from agent.reading.letter_words import form_asked, step_asked
from agent.reading.names import Mention

if TYPE_CHECKING:
    from agent.reading.understand import Understood

#: How much the examples of messages that go on must speak for one.
GOING = 0.35
#: A verb by what it is done to, at the beginning of a message.
DOES = re.compile(
    r"^\W*(?:(?:а|и|ну|теперь|тогда|and|now|then|please|ok|okay)\W+)*"
    r"(?P<verb>\w+)(?:ите|те)? (?:мне |us |me )?(?:it|them|that|this|those|these|его|их|это|вс[её]|ее|их)\b"
)
#: How much they must speak for another figure in the place of the last one.
INSTEAD = 0.5


def only_cuts(seen: "Understood", own: Collection[str]) -> bool:
    """Whether the examples know a message as one that only cuts the last figures anew, its ``own`` words among theirs."""
    from knowledge.search import stems

    found, does = _known(seen), DOES.match(seen.plain)  # whatever it does with it: “squash it to quarters”
    strange = {stem for word in own if does is None or word != does["verb"] for stem in stems(word)} - vocabulary(
        GOES_ON
    )
    return found is not None and "to" not in found.call["arguments"] and not strange


def another(seen: "Understood", last: list[Call]) -> list[Call] | None:
    """The last figures with another one in their place, where the examples know that a message asks for it of the same."""
    found = _known(seen)
    key = found.call["arguments"].get("key") if found is not None else None
    if (
        key is None
        or found is None
        or found.weight < INSTEAD
        or seen.accounts
        or seen.codes
        or not set(seen.metrics) <= {key}
    ):
        return None
    figures = [_slice(item) for item in last if item["name"] in ("metric", "clients", "segment")]
    return [call("metric", **{**figures[0], "key": key})] if figures else None


def _slice(item: Call) -> dict[str, Any]:
    """Of which clients and days a call is; those of a segment are a part of them."""
    given = {name: value for name, value in item["arguments"].items() if name != "share"}
    segment = given.pop("segment", None)
    return {**given, **({"where": f"segment = {segment}"} if segment else {})}


def by_example(seen: "Understood", last: list[Call]) -> list[Call] | None:
    """The meaning of the last figure, advice on the last clients, a letter, a report or a note about them, by such examples."""
    named = seen.metrics or seen.accounts or seen.segments or seen.codes
    found = _known(seen) if last and not named else None
    to = found.call["arguments"].get("to") if found is not None else None
    if to == "define":
        key = next((key for item in last if (key := item["arguments"].get("key"))), None) or _term(_segment(last))
        return [call("define", key=key)] if key is not None else None
    client, segment = _client(last), _segment(last)
    if to == "advice" and segment is not None:
        return [call("advice", query=seen.question, segment=segment)]
    if to == "draft_message" and (client or segment):
        whom = {"id": client} if client else {"segment": segment}
        return [call("draft_message", **{**_kept(last), **whom, **_ways(seen, last)})]
    if client is None:
        return None
    if to in ("remember", "recall"):
        own = replace(seen, accounts=((client, client),), mentions=(Mention(((client, client),), frozenset()),))
        return [noting.of_example(call(to, id="{account}"), own)]
    return [call(to, id=client)] if to in ("report", "account") else None


def _known(seen: "Understood") -> Guess | None:
    found = goes_on(seen)
    return found if found is not None and found.weight >= GOING else None


def _client(last: list[Call]) -> str | None:
    """The one client that the last answer was about."""
    ids = {item["arguments"]["id"] for item in last if "id" in item["arguments"]}
    return ids.pop() if len(ids) == 1 else None


def _segment(last: list[Call]) -> str | None:
    """The one segment that the last answer was about, or that its findings speak of."""
    found = {str(item["arguments"].get("segment") or "") for item in last}
    found |= {part for item in last for part in re.findall(r"\bsegment = (\w+)", str(item["arguments"].get("where")))}
    found |= {ABOUT_SEGMENT.get(code, "") for item in last for code in item["arguments"].get("codes", ())}
    found -= {""}
    return found.pop() if len(found) == 1 else None


def _term(segment: str | None) -> str | None:
    """A segment as the glossary calls it."""
    return {"growth": "segment_growth"}.get(segment, segment) if segment else None


def _kept(last: list[Call]) -> dict[str, Any]:
    """What the last letter was about, where the last answer was one."""
    first = last[0]
    return dict(first["arguments"]) if first["name"] == "draft_message" and len(last) == 1 else {}


def _ways(seen: "Understood", last: list[Call]) -> dict[str, str]:
    """In which form, and about which step, as the message says; a letter where nothing says."""
    form, step = form_asked(seen.plain, named=True) or form_asked(seen.plain), step_asked(seen.plain)
    ways = {"form": form or _kept(last).get("form", "letter")}
    return ways | ({"step": step} if step else {})
