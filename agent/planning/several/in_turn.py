"""Sentences of a message read one after another, each as if it went on from the one before: “… ? And what is it made of?”."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.examples import Call
from agent.planning.nearest import SURE, goes_on, guesses
from agent.planning.onward.by_examples import GOING
from agent.planning.several.known_parts import alike, said
from agent.planning.several.outweigh import MOST_CALLS
from agent.planning.several.parts import begins, linked, sentences
from agent.reading.letter_words import form_asked
from agent.reading.understand import Understood, understood

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: How much the examples must speak for the call of a sentence that neither asks nor orders.
TOLD = 0.7
#: How much they must speak for a refusal that asks back.
REFUSED = {"which_client": 0.5}
#: So many questions may stand beside each other where one is a search.
BESIDE = 2
#: A longer message is a story or a paste, and is not read so.
MOST = 6
#: What points back at the clients before.
POINTS = re.compile(r"\b(?:они|их|них|ними|они|they|them|their)\b")
#: Which of the groups is first, asked of figures by group.
WHERE_MOST = re.compile(
    r"^\W*(?:(?:и|and|a|а|скажи\w*|покажи\w*|tell|show|me|мне|say)\W+)*(?:где|в как\w+|у кого|как\w+|where|which(?: one)?|what)\b.*\b(?:больш\w+|меньш\w+|хуже|лучше|сам\w+|"
    r"most|least|worst|best|biggest|largest|smallest|highest|lowest|deepest)\b"
)
#: What a sentence orders though it does not begin like an order: «и скрипт звонка для них».
ORDERS = frozenset(
    {"remember", "done", "draft_message", "report", "telling", "documents", "whatif", "compare", "recall", "culture"}
)


def in_turn(
    seen: Understood,
    portfolio: "Portfolio",
    last: list[Call],
    plan: Callable[[Understood, list[Call]], list[Call]],
    heard: list[Call],
) -> list[Call]:
    """The calls of the sentences that ask for something; none where they are no more than those ``heard`` in the whole."""
    # what a search is for stays one stretch of words, but for one beside a question that is known for itself
    whole = any("query" in item["arguments"] for item in heard)
    apart = linked(seen.question)
    for pieces in (sentences(seen.question), *((apart,) if not whole or _known(apart, seen, portfolio) else ())):
        if len({said(item) for item in heard}) < len(pieces) <= MOST:
            found = _read(pieces, seen, portfolio, last, plan)[:MOST_CALLS]
            if _more(found, heard):
                return found
    return []


def _known(pieces: list[str], seen: Understood, portfolio: "Portfolio") -> bool:
    """Whether each of two questions is known for itself, of other things than the other is."""
    parts = [guesses(understood(piece, portfolio, language=seen.language), 1)[0] for piece in pieces]
    asks = all(begins(piece) for piece in pieces)  # what only ends a question may be one more thing searched for
    known = all(guess.weight >= SURE for guess in parts)
    return len(pieces) == BESIDE and asks and known and len({said(guess.call) for guess in parts}) == BESIDE


def _read(
    pieces: list[str],
    seen: Understood,
    portfolio: "Portfolio",
    last: list[Call],
    plan: Callable[[Understood, list[Call]], list[Call]],
) -> list[Call]:
    found: list[Call] = []
    before, sure = last, 0
    for piece in pieces:
        part = understood(piece, portfolio, language=seen.language)
        if before and "by" in before[0]["arguments"] and not part.metrics and WHERE_MOST.search(part.plain):
            continue  # the figures by group say which is first
        calls = plan(part, before)
        if _sure(piece, part, calls, before):
            found += [item for item in calls if item not in found]
            before, sure = calls, sure + 1
        elif calls[0]["name"] == "account":  # it only says of whom the next is
            before = calls
    return found if sure > 1 else []


def _more(calls: list[Call], than: list[Call]) -> bool:
    """Whether calls are of more things than others are, and lose no slice of those that both have."""
    kept = all(_within(item, calls) for item in than if said(item) in {said(other) for other in calls})
    return kept and len({said(item) for item in calls}) > len({said(item) for item in than})


def _within(item: Call, calls: list[Call]) -> bool:
    """Whether one of the calls is of the same thing and has every slice of a call; its order of clients may be another's."""
    given = {name: value for name, value in item["arguments"].items() if name != "query"}
    for end in ("top", "bottom"):
        if any(end in other["arguments"] and said(other) != said(item) for other in calls):
            given.pop(end, None)
    return any(
        said(other) == said(item) and all(other["arguments"].get(name) == value for name, value in given.items())
        for other in calls
    )


def _sure(piece: str, part: Understood, calls: list[Call], last: list[Call]) -> bool:
    """Whether a sentence surely asks for its calls: the examples say the same, or it names the figure or goes on."""
    best = guesses(part, 1)[0]
    told = any(alike(item, best.call) for item in calls)
    if calls[0]["name"] == "refuse":
        reason = calls[0]["arguments"]["reason"]
        return told and best.weight >= REFUSED.get(reason, TOLD) and reason != "off_topic"
    if _of_that_client(part, calls[0], last):
        return True
    if last and POINTS.search(part.plain) and calls[0]["name"] == "metric" and "where" not in calls[0]["arguments"]:
        return False  # a figure of all clients is not theirs
    asks = piece.rstrip().endswith("?") or begins(piece)
    named = any(item["name"] == "metric" and item["arguments"]["key"] in part.metrics for item in calls)
    if told and best.weight >= (SURE if asks or calls[0]["name"] in ORDERS else TOLD) or asks and named:
        return True
    onward = goes_on(part) if last and asks else None
    return onward is not None and onward.weight >= GOING


def _of_that_client(part: Understood, item: Call, last: list[Call]) -> bool:
    """Whether a sentence names a letter's form or a report, and whom it is to is spoken of before."""
    asked = {"draft_message": form_asked(part.plain, named=True) is not None, "report": "report" in part.wants}
    whom = item["arguments"].get("id") or item["arguments"].get("segment")
    before = {one["arguments"].get(name) for one in last for name in ("id", "segment")}
    before |= {str(one["arguments"].get("where", "")).removeprefix("segment = ") for one in last}
    return asked.get(item["name"], False) and whom is not None and whom in before
