"""From a message to tool calls: each of its questions by rules and nearest examples, or by a model where these are unsure."""

import re
from typing import TYPE_CHECKING

from agent import follow
from agent.backends import Gateway
from agent.bounds import bounds, unread
from agent.examples import Call, call
from agent.model_planner import by_model
from agent.nearest import NEAR, SURE, guesses, nearest
from agent.order import REVENUE, bare, uncounted
from agent.parts import listed, parts, statement
from agent.periods import several
from agent.rules import FIRST, RULES, filled
from agent.understand import Understood, understood

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

MOST_CALLS = 4
#: How much examples must speak for the call of one question among several.
APART = 0.3
#: How much they must speak for a call to overrule a what-if, or a figure by a refusal.
PLAIN = 0.6
#: How much they must speak for an order to the assistant where rules read a question.
ORDERED = 0.7
#: How much they must speak for a figure where rules hear a forecast.
FORETOLD = 0.8
#: How much they must speak for a call to stand in the place of the rules' last resort.
DOUBT = 0.25
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
OF_A_CLIENT = frozenset({"draft_message", "report", "remember", "recall"})
#: What tells two figures apart besides their key.
SHAPE = ("by", "where", "top", "bottom", "period", "change")
#: What is set side by side is one question.
COMPARED = re.compile(r"\bсравн|\bпротив\b|\bмежду\b|\bcompar|\bversus\b|\bvs\b|\bbetween\b")
#: What is asked of each of the groups named before.
EACH = re.compile(r"\b(?:on|in|at|for|per) each\b|\b(?:на|в|у|по) кажд\w+\W*$|\bпо ним же\b|\bby the same\b")
WHOLE = frozenset({"summary", "telling", "plan", "documents", "inputs", "remember", "done", "whatif"})


def planned(
    seen: Understood, portfolio: "Portfolio", *, last: list[Call], gateway: Gateway | None = None
) -> list[Call]:
    """One to four tool calls for a message; ``last`` are the calls of the thread's last one."""
    seen = follow.timed(seen, last)
    ruled = _by_rules(seen, portfolio, last)
    whole = bool(ruled and (ruled[0]["name"] in WHOLE or ruled[0]["arguments"].get("reason") == "injection"))
    apart = [] if whole else _apart(seen, portfolio, last)
    if len(apart) <= len(ruled or ()):
        apart = _listed(seen, portfolio, ruled or [])
    if apart:
        bound = unread(seen) and any(item["name"] in ("metric", "clients") for item in apart)
        return [call("refuse", reason="bound")] if bound else apart[:MOST_CALLS]
    if ruled is None or not last and not _certain(seen, ruled):
        said = _by_examples(seen, ruled)
        ruled = _filled(said, seen, portfolio) if said is not None else ruled
    if ruled is None and gateway is not None:
        ruled = by_model(seen, portfolio, gateway)
    calls = ruled or _filled(nearest(seen) or _last_resort(seen), seen, portfolio)
    if unread(seen) and calls[0]["name"] in ("metric", "clients", "segment"):
        return [call("refuse", reason="bound")]
    return _each_period(seen, calls, portfolio)


def _last_resort(seen: Understood) -> list[Call]:
    """The clients within the bound that a question sets, with what they pay; else what the product does."""
    return [call("metric", key=REVENUE)] if bounds(seen) else [call("refuse", reason="off_topic")]


def _listed(seen: Understood, portfolio: "Portfolio", ruled: list[Call]) -> list[Call]:
    """The calls of things that a message lists, where rules know each and two differ in more than their figure; else none."""
    pieces = listed(seen.question)
    told_whole = bool(ruled) and ruled[0]["name"] in ("whatif", "remember", "done", "documents")
    if told_whole or not 2 <= len(pieces) <= MOST_CALLS or len(seen.mentions) > 1 or COMPARED.search(seen.plain):
        return []
    found: list[Call] = []
    shapes = set()
    for piece in pieces:
        own = understood(piece, portfolio, language=seen.language)
        near = nearest(own, sure=SURE)
        calls = _by_rules(own, portfolio, found) or (_filled(near, own, portfolio) if near else None)
        if not calls or calls[0]["name"] == "refuse":
            return []
        found += [item for item in calls if item not in found]
        first = calls[0]
        shapes.add((first["name"], *sorted(_shape(first))))
    found = [item for item in found if not any(_within(item, other) for other in found if other is not item)]
    told = {item["name"] for item in found}
    kept = not ruled or ruled[0]["name"] not in WHOLE or ruled[0]["name"] in told and len(told) > 1
    plain = [shape for shape in shapes if shape == ("metric",)]
    more = len(found) > len(ruled) or len(found) == len(ruled) > 1 and found != ruled
    return found if kept and len(shapes) > 1 and not plain and more else []


def _shape(item: Call) -> list[tuple[str, str]]:
    """What tells a figure apart besides its key; values of a column beside each other are one question."""
    given = item["arguments"]
    return [(name, "" if name == "where" else str(given[name])) for name in SHAPE if name in given]


def _within(item: Call, other: Call) -> bool:
    """Whether a figure says no more than another one of it does."""
    return bool(item["name"] == other["name"] == "metric" and item["arguments"].items() < other["arguments"].items())


def _filled(calls: list[Call], seen: Understood, portfolio: "Portfolio") -> list[Call]:
    return [filled(item, seen, portfolio) for item in calls]


def _refused_by_rules(seen: Understood, portfolio: "Portfolio") -> bool:
    calls = _by_rules(seen, portfolio, [])
    return calls is not None and calls[0]["name"] == "refuse" and calls[0]["arguments"]["reason"] != "off_topic"


def _each_period(seen: Understood, calls: list[Call], portfolio: "Portfolio") -> list[Call]:
    """The figure of each period where a question sets two beside each other: «NRR 2025 против 2024»."""
    if len(calls) != 1 or calls[0]["name"] != "metric":
        return calls
    given = calls[0]["arguments"]
    named = several(seen.plain, portfolio.as_of)
    return [call("metric", **{**given, "period": period}) for period in named] if named else calls


def _by_examples(seen: Understood, ruled: list[Call] | None) -> list[Call] | None:
    """The call of the examples where they say more than the rules: another one, and no refusal of what rules know."""
    if ruled is None:
        return nearest(seen, sure=SURE)
    doubtful = _doubtful(seen, ruled)
    if doubtful and {"top", "bottom"} & set(ruled[0]["arguments"]):
        return None if bare(seen.plain) else _ranked(seen)
    plain = ruled[0]["name"] == "whatif" or len(ruled) > 1
    found = nearest(seen, sure=DOUBT if doubtful else PLAIN if plain else SURE)
    if found is None or plain and (found[0]["name"] != "metric" or _keys(ruled) >= _keys(found)):
        return None
    if ruled[0]["name"] == "account":
        return found if found[0]["name"] in OF_A_CLIENT else None
    first, other = ruled[0], found[0]
    told = first["arguments"].get("codes", ()), other["arguments"].get("codes", ())
    same = first["name"] == other["name"] and (
        first["arguments"].get("key") == other["arguments"].get("key") and not told[1] or set(told[0]) & set(told[1])
    )
    allowed = ("injection", "off_topic") if doubtful else ()
    refused = other["name"] == "refuse" and other["arguments"]["reason"] not in allowed
    refused = refused and nearest(seen, sure=ORDERED if other["arguments"]["reason"] == "injection" else PLAIN) is None
    return None if same or refused else found


def _keys(calls: list[Call]) -> set[str]:
    return {str(item["arguments"].get("key")) for item in calls}


def _ranked(seen: Understood) -> list[Call] | None:
    """The figure that puts clients in order where the question names none: the likeliest of those that can."""
    from tools.fields import account_readings

    found = guesses(seen)
    if found[0].weight >= SURE:
        return [found[0].call]
    near = (guess.call for guess in found if guess.weight >= NEAR and guess.call["name"] == "metric")
    return next(([item] for item in near if item["arguments"]["key"] in account_readings()), None)


def _certain(seen: Understood, calls: list[Call]) -> bool:
    """Whether examples may not overrule the rules: several calls, a client, a refusal of what must be refused."""
    first = calls[0]
    given = first["arguments"]
    if "change" in given and seen.metrics or given.get("key") == "campaign_effect":
        return True
    if given.get("reason") == "forecast":
        return seen.period is not None and not seen.past or nearest(seen, sure=FORETOLD) is None
    mixed = len(calls) > 1 and any(item["name"] != "metric" for item in calls)
    return mixed or first["name"] in CERTAIN or first["arguments"].get("reason") in ("injection", "ambiguous")


def _doubtful(seen: Understood, calls: list[Call]) -> bool:
    """Whether the rules' call is their last resort: general advice, the order of clients by revenue that nobody named."""
    first = calls[0]
    unnamed = (
        first["name"] == "metric" and not seen.metrics and first["arguments"]["key"] == REVENUE and not uncounted(seen)
    )
    return first["name"] == "account" or unnamed or first["name"] == "advice" and "segment" not in first["arguments"]


def _by_rules(seen: Understood, portfolio: "Portfolio", last: list[Call]) -> list[Call] | None:
    for rule in (*FIRST, follow.on(last), *RULES):
        calls = rule(seen, portfolio)
        if calls:
            return calls
    return None


def _apart(seen: Understood, portfolio: "Portfolio", last: list[Call]) -> list[Call]:
    """The calls of each question of a message, where every one of them is recognised for itself; else none."""
    found: list[Call] = []
    previous: list[Call] = []
    asked = parts(seen.question)
    if len(asked) < 2:
        return []
    for part in asked:
        own = follow.timed(understood(part, portfolio, language=seen.language), found or last)
        if found and follow.MORE.search(own.plain):
            found = follow.with_rows(found)
            continue
        said = statement(part)
        near = nearest(own, sure=SURE if said else APART)
        calls = _by_rules(own, portfolio, previous or last) or (_filled(near, own, portfolio) if near else None)
        if calls is not None and calls[0]["name"] == "refuse" and not _refused_by_rules(own, portfolio):
            calls = None
        if calls is None and not said:
            return []
        calls = _alike(calls or [], found) if EACH.search(own.plain) else calls
        found += [item for item in calls or [] if item not in found]
        previous = calls or previous
    return found


def _alike(calls: list[Call], found: list[Call]) -> list[Call]:
    """The figures grouped as the one before them: “MRR by plan and how many clients are on each”."""
    by = next((item["arguments"]["by"] for item in found if "by" in item["arguments"]), None)
    figures = [item for item in calls if item["name"] in ("metric", "clients")]
    return [call(item["name"], **{**item["arguments"], "by": by}) for item in figures] if by and figures else calls
