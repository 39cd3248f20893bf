"""Where the examples overrule the rules: how sure they must be, and what rules know for certain."""

import re
from dataclasses import replace

from agent.examples import Call
from agent.planning.nearest import NEAR, SURE, guesses, nearest
from agent.reading.bounds import bounds, without
from agent.reading.counted import COUNT_OF
from agent.reading.names import masked
from agent.reading.order import REVENUE, bare, uncounted
from agent.reading.topics import ELSEWHERE
from agent.reading.understand import Understood, within_longer

#: How much they must speak for a call to overrule a what-if, or a figure by a refusal.
PLAIN = 0.6
#: How much they must speak for an order to the assistant where rules read a question.
ORDERED = 0.7
#: How much they must speak for a figure where rules hear a forecast.
FORETOLD = 0.8
#: How much they must speak for another figure than one that a question names.
NAMED = 0.5
#: How much they must speak for a call to stand in the place of the rules' last resort.
DOUBT = 0.25
#: Words by which a call is certain whatever else a question names.
OWN_WORDS = {
    "summary": re.compile(r"аудит|\baudit"),
    "market": re.compile(
        r"\b(?:други[ех]|остальны[ех]|чужи[ех]) (?:компани|фирм|бизнес|организаци)|\b(?:other|similar) (?:companies|firms|businesses|vendors)"
    ),
}
#: Tools whose answer is whole: a message they answer is not taken apart.
CERTAIN = frozenset(
    {
        "clients",
        "documents",
        "telling",
        "compare",
        "define",
        "plan",
        "report",
        "remember",
        "recall",
        "done",
        "inputs",
        "draft_message",
        "culture",
    }
)
#: What examples may make of a question that names a client and says no more than rules can read.
OF_A_CLIENT = frozenset({"draft_message", "report", "remember", "recall", "done"})
#: A client's name and no more: “and X?”, «а с X?».
NAME_ALONE = re.compile(r"(?i)\W*(?:(?:а|и|ну|and|but|with|с|у|по|про|теперь|now)\W+)*\{account\}\W*")


def by_examples(seen: Understood, ruled: list[Call]) -> list[Call] | None:
    """The call of the examples where they say more than the rules: another one, and no refusal of what rules know."""
    doubtful = is_doubtful(seen, ruled)
    if doubtful and {"top", "bottom"} & set(ruled[0]["arguments"]):
        return None if bare(seen.plain) else _ranked(seen)
    if (beyond := _beyond_bounds(seen, ruled)) is not None:
        return beyond
    plain = ruled[0]["name"] == "whatif" or len(ruled) > 1
    named = seen.metrics and ruled[0]["arguments"].get("key") in seen.metrics
    found = nearest(seen, sure=DOUBT if doubtful else PLAIN if plain else NAMED if named else SURE)
    if found is None or plain and (found[0]["name"] != "metric" or _keys(ruled) >= _keys(found)):
        return None
    if ruled[0]["name"] == "account":
        return (
            found
            if found[0]["name"] in OF_A_CLIENT and not NAME_ALONE.fullmatch(masked(seen.question, seen.mentions))
            else None
        )
    first, other = ruled[0], found[0]
    told = first["arguments"].get("codes", ()), other["arguments"].get("codes", ())
    finer = first["name"] == "advice" and "segment" not in first["arguments"] and "segment" in other["arguments"]
    same = (
        first["name"] == other["name"]
        and not finer
        and (
            first["arguments"].get("key") == other["arguments"].get("key")
            and not told[1]
            or bool(set(told[0]) & set(told[1]))
        )
    )
    allowed = ("injection", "off_topic") if doubtful else ()
    refused = other["name"] == "refuse" and other["arguments"]["reason"] not in allowed
    if "advice" in seen.wants and other["arguments"].get("reason") == "forecast":
        return None
    given = other["arguments"]
    meant = other["name"] == "define" and "own" in seen.wants
    if named and (meant or other["name"] == "metric" and given.get("key") in seen.metrics):
        return None
    if named and other["name"] == "metric" and within_longer(seen, given["key"]):
        return None
    refused = (
        refused and nearest(seen, sure=ORDERED if other["arguments"].get("reason") == "injection" else PLAIN) is None
    )
    return None if same or refused else found


def _beyond_bounds(seen: Understood, ruled: list[Call]) -> list[Call] | None:
    """The figure asked of the clients within a bound, where rules know no other than the one that the bound is set to."""
    narrows = {key for _, key in bounds(seen)}
    if not narrows or not _keys(ruled) <= narrows or set(seen.metrics) - narrows:
        return None
    found = nearest(replace(seen, question=without(seen)), sure=SURE)
    return found if found is not None and found[0]["name"] == "metric" and not _keys(found) & narrows else None


def _keys(calls: list[Call]) -> set[str]:
    return {str(item["arguments"].get("key")) for item in calls}


def _ranked(seen: Understood) -> list[Call] | None:
    """The figure that puts clients in order where the question names none: the likeliest of those that can."""
    from tools.fields import ranks

    found = guesses(seen)
    if found[0].weight >= SURE:
        return [found[0].call]
    near = (guess.call for guess in found if guess.weight >= NEAR and guess.call["name"] == "metric")
    return next(([item] for item in near if ranks(item["arguments"]["key"])), None)


def certain(seen: Understood, calls: list[Call]) -> bool:
    """Whether examples may not overrule the rules: several calls, a client, a refusal of what must be refused."""
    first = calls[0]
    given = first["arguments"]
    if (
        "change" in given
        and (seen.metrics or "top" in given)
        or given.get("key") in ("campaign_effect", *(() if seen.metrics else ("movements",)))
        or "total" in calls[-1]["arguments"]
    ):
        return True
    if given.get("key") == "renewals" and seen.period is not None and "renewals" in seen.wants:
        return True  # contracts of days ahead are known, and no forecast
    if given.get("reason") == "forecast":
        return seen.period is not None and not seen.past or nearest(seen, sure=FORETOLD) is None
    if first["name"] in OWN_WORDS and OWN_WORDS[first["name"]].search(seen.plain):
        return True
    if first["name"] == "clients" and "segment = " in given.get("where", "") and not COUNT_OF.search(seen.plain):
        return False
    if given.get("reason") == "off_topic" and ELSEWHERE.search(seen.plain):
        return True
    mixed = len(calls) > 1 and any(item["name"] != "metric" for item in calls)
    return (
        mixed
        or first["name"] in CERTAIN
        or first["arguments"].get("reason")
        in ("injection", "ambiguous", "which_client", "unknown_account", "not_counted")
    )


def is_doubtful(seen: Understood, calls: list[Call]) -> bool:
    """Whether the rules' call is their last resort: general advice, the order of clients by revenue that nobody named."""
    first = calls[0]
    unnamed = (
        first["name"] == "metric"
        and not seen.metrics
        and first["arguments"]["key"] in (REVENUE, "mrr")
        and {"top", "bottom"} & set(first["arguments"])
        and not uncounted(seen)
    )
    return first["name"] == "account" or unnamed or first["name"] == "advice" and "segment" not in first["arguments"]
