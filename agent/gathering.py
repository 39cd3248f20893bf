"""Results of several tool calls as one answer: grouped by question, nothing said twice, no refusal lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from agent.reading.number_words import number_words
from agent.sentences import Result
from agent.state import Before
from tools.document import Claim, Name, Pending
from tools.reading import Reading
from tools.text import Language, Text

MOST_ACCOUNTS = 200


@dataclass(frozen=True, slots=True)
class Gathered:
    """The claims of an answer in order, its cards, its refusal where nothing was found, and what waits.

    ``sure`` are the claims that no later result can change; ``answered`` says whether any question was.
    """

    claims: tuple[Claim, ...]
    sure: tuple[Claim, ...]
    cards: tuple[str, ...]
    refused: Text | None
    pending: Pending | None
    answered: bool


def gathered(calls: Sequence[Mapping[str, Any]], results: Sequence[Result], language: Language) -> Gathered:
    """The results so far of the calls of one message.

    Calls that answer one question (their ``part``) stand in for each other: a refusal among them counts where all were
    refused. A question that alone was refused says so in its place; where all were, the answer is the refusals.
    """
    parts = [
        [item for item, _ in group]
        for _, group in groupby(zip(results, calls, strict=False), key=lambda pair: pair[1].get("part", 0))
    ]
    whole = len(results) == len(calls)
    answered = [any(item.claims and item.refused is None for item in part) for part in parts]
    claims: list[Claim] = []
    sure = 0
    for place, part in enumerate(parts):
        claims += [claim for item in part for claim in item.claims]
        finished = whole or place < len(parts) - 1
        if any(answered) and finished and not answered[place] and not any(item.claims for item in part):
            claims += [_refusal(item.refused, place, language) for item in part[:1] if item.refused is not None]
        sure = len(claims) if any(answered) else 0
    refusals = list(dict.fromkeys(item.refused for item in results if item.refused is not None))
    refused = None if any(answered) or not refusals else _joined(refusals)
    apart = _apart(claims)
    return Gathered(
        tuple(apart),
        tuple(_apart(claims[:sure])),
        tuple(dict.fromkeys(slug for item in results for slug in item.cards)),
        refused,
        next((item.pending for item in results if item.pending is not None), None),
        any(answered),
    )


def about(calls: Sequence[Mapping[str, Any]], claims: Sequence[Claim]) -> Before:
    """What an answer was about, for the questions that go on from it."""
    slots = [slot for claim in claims for slot in claim.slots.values()]
    named = [slot.account for slot in slots if isinstance(slot, Name) and slot.account is not None]
    scoped = [slot.scope["account"] for slot in slots if isinstance(slot, Reading) and "account" in slot.scope]
    keys = [slot.key for slot in slots if isinstance(slot, Reading)]
    accounts = tuple(dict.fromkeys([*named, *scoped]))[:MOST_ACCOUNTS]
    return Before(tuple(calls), accounts, tuple(dict.fromkeys(keys)))


def _apart(claims: Sequence[Claim]) -> list[Claim]:
    """The claims once each; two that share an id and say different things are both kept."""
    kept: dict[str, Claim] = {}
    for claim in claims:
        id = claim.id
        while id in kept and replace(claim, id=id) != kept[id]:
            id += "+"
        kept.setdefault(id, replace(claim, id=id))
    return list(kept.values())


def _refusal(refused: Text, place: int, language: Language) -> Claim:
    plain = not any(
        number_words(words) or any(letter.isdigit() or letter in "{}" for letter in words)
        for words in (refused.en, refused.ru)
    )
    id = f"refused.{chr(97 + place)}"
    if plain:
        return Claim(id, refused)
    return Claim(id, Text("{why}", "{why}"), {"why": Name(refused[language])})


def _joined(refusals: Sequence[Text]) -> Text:
    return Text(" ".join(item.en for item in refusals), " ".join(item.ru for item in refusals))
