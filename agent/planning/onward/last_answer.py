"""Questions about the last answer itself: what its figure means, how many of its clients, everything on its one client."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.planning import noting
from agent.planning.onward.again import FIGURES, OF_ONE, SHORT, joined
from agent.planning.onward.follow_words import (
    ABOUT_SEGMENT,
    AMONG,
    BESIDE_DID,
    BESIDE_MEANT,
    CARD,
    DID,
    ELSEWHERE,
    FILE,
    HOW_MANY,
    IN_THERE,
    MEANS,
    MEANT,
    NEXT,
    NOT_MEANT,
    NTH,
    ON_WHAT,
    OUR_OWN,
    OURS,
    PAYS,
    TERM,
    THE_FIRST,
    THEY,
    WHAT_IS,
)
from agent.planning.onward.standing import nothing_but
from agent.reading.counted import CLIENT
from agent.reading.letter_words import form_asked
from agent.reading.names import Mention

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

#: Calls that are about one client.
ABOUT_ONE = (*OF_ONE, "remember", "recall")


def meaning(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """What the last figure means, or a term named beside it: «что в него входит?», «а NRR — это что?»."""
    if seen.accounts or seen.segments or not (figures := [item for item in last if "key" in item["arguments"]]):
        return None
    if seen.metrics:
        asked = (
            TERM.search(seen.plain)
            and len(seen.stems) <= SHORT + 2
            and not seen.period
            and not seen.wants & {"own"}
            and not OUR_OWN.search(seen.plain)
        )
        return [call("define", key=key) for key in seen.metrics[:2]] if asked else None
    keys = dict.fromkeys(item["arguments"]["key"] for item in figures)
    meant = seen.period is None and nothing_but(seen, portfolio, MEANS, BESIDE_MEANT)
    if not (MEANT.search(_plain(seen)) or meant or _what_it_is(seen, portfolio)):
        return None
    return [call("define", key=key) for key in keys]


def _what_it_is(seen: "Understood", portfolio: "Portfolio") -> bool:
    """Whether a question asks what the last answer is, and names no part, period or grouping of it: “and what is that, exactly?”."""
    from agent.planning.onward.remark import names

    asked = nothing_but(seen, portfolio, WHAT_IS) and len(seen.stems) <= SHORT and not NOT_MEANT.search(seen.plain)
    return asked and not names(replace(seen, wants=seen.wants - {"define"}), portfolio)


def _plain(seen: "Understood") -> str:
    """The question without the particle that only stresses a word: «входит-то»."""
    return re.sub(r"(?<=\w)-то\b", "", seen.plain)


def elsewhere(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """What other companies do about the figure or the clients of the last answer."""
    if not ELSEWHERE.search(seen.plain) or seen.metrics or seen.accounts:
        return None
    key = next((item["arguments"]["key"] for item in last if "key" in item["arguments"]), "")
    return [call("market", query=topic(key, seen) if key else seen.question)]


def among(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """How many of those that were counted or listed are of the part named: the filter before stays."""
    from agent.reading.narrowing import narrowed

    counts = clients_asked_of(seen.plain) and AMONG.search(seen.plain) is not None
    item = next((item for item in last if item["name"] in FIGURES or item["name"] == "segment"), None)
    if not counts or item is None or seen.accounts:
        return None
    part, spoken = narrowed(seen, portfolio)
    part = part if "where" in part or not seen.segments else {"where": f"segment = {seen.segments[0]}"}
    given = item["arguments"]
    before = f"segment = {given['segment']}" if given.get("segment") else given.get("where")
    if set(seen.metrics) - spoken or "where" not in part or before is None and item["name"] != "clients":
        return None
    kept = {"where": before} if before is not None else {}
    period = {"period": given["period"]} if item["name"] == "clients" and "period" in given else {}
    return [call("clients", **period, **joined(kept, {"where": part["where"]}))]


def what_next(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """What comes after the action of the plan that was told of: «что дальше?», “what's next on it?”."""
    asked = last[-1]["name"] in ("done", "plan") and NEXT.search(seen.plain) and len(seen.stems) <= SHORT
    return [call("plan")] if asked and not (seen.metrics or seen.accounts or seen.segments) else None


def ticked_off(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """An action of the plan that was shown, told as done: “did the first one, mark it”."""
    told = last[-1]["name"] == "plan" and DID.search(seen.plain) and "?" not in seen.plain
    if not told or seen.metrics or seen.segments or not nothing_but(seen, portfolio, DID, BESIDE_DID):
        return None
    named = {"id": seen.accounts[0][0]} if len(seen.accounts) == 1 else {}
    return [call("done", **named, text=seen.said or seen.question)]


def clients_asked_of(plain: str) -> bool:
    """Whether a question asks how many."""
    return re.search(r"\b(?:сколько|скольк\w+|how many|число|количество|number)\b", plain) is not None


def counted_off(seen: "Understood", last: list[Call]) -> "Understood":
    """The question with the one of the clients compared before that it counts off: «что мы обещали второму?»."""
    ids = last[0]["arguments"]["ids"] if last and last[0]["name"] == "compare" else ()
    found = NTH.search(seen.plain) if ids and not seen.accounts else None
    place = next((at for at, name in enumerate(("one", "two", "three", "four")) if found and found[name]), None)
    if place is None or place >= len(ids):
        return seen
    account = (ids[place], ids[place])
    return replace(seen, accounts=(account,), mentions=(Mention((account,), frozenset()),))


def ours(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The figure whose meaning was asked: «и какой он у нас?», “and what's ours?”."""
    from agent.planning.slices import grouping_of
    from tools.metrics import metrics

    keys = [item["arguments"]["key"] for item in last if item["name"] == "define"]
    own = nothing_but(seen, portfolio, OUR_OWN) and "?" in seen.question and not (seen.period or grouping_of(seen))
    other = seen.metrics or seen.accounts or seen.codes or "overview" in seen.wants
    if other or not (OURS.search(seen.plain) or own) or re.search(rf"{CLIENT}|\bдела\b", seen.plain):
        return None
    return [call("metric", key=key) for key in keys if key in metrics()] or None


def papers(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """What the documents quoted last say of another matter: «а про скидки там что?»."""
    if any(item["name"] != "documents" for item in last) or seen.accounts or seen.segments:
        return None
    there = IN_THERE.search(seen.plain)
    on = ON_WHAT.search(seen.plain) and not (seen.metrics or seen.codes or seen.period)
    busy = seen.wants & {"letter", "report", "injection"} or noting.noted_or_recalled(seen)
    asked = (there or on) and not busy and len(seen.stems) <= SHORT + 2
    return [call("documents", query=seen.question)] if asked else None


def gaps_filled(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The workbook for what cannot be computed: «ок, давай файл»."""
    told = any(item["name"] == "not_computed" for item in last) and not (seen.metrics or seen.accounts)
    return [call("inputs")] if told and nothing_but(seen, portfolio, FILE) else None


def card(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """Everything on the one client that the last answer was about: «покажи их карточку», “how is their health?”."""
    named = {item["arguments"]["id"] for item in last if item["name"] in ABOUT_ONE and "id" in item["arguments"]}
    busy = (
        seen.wants & {"letter", "report", "advice", "define", "injection", "market"}
        or form_asked(seen.plain) is not None
    )
    if len(named) != 1 or busy or seen.accounts or seen.mentions or noting.noted_or_recalled(seen):
        return None
    asked = CARD.search(seen.plain) and (THEY.search(seen.plain) or len(seen.stems) <= SHORT)
    measured = seen.metrics and THEY.search(seen.plain) and len(seen.stems) <= SHORT + 2 and not seen.segments
    return [call("account", id=named.pop())] if asked or measured else None


def topic(key: str, seen: "Understood") -> str:
    """The question with the name of the figure that it is about, to search cards by."""
    from tools.metrics import metrics

    name = metrics()[key].name[seen.language] if key in metrics() else key
    return f"{seen.question} {name}"


def how_many(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """How many clients the last segment or findings are of: «сколько их?»; who is the first of the last list: «кто первый?»."""
    first, given = last[0], last[0]["arguments"]
    listed = next((name for name in ("top", "bottom") if name in given), None)
    if listed is not None and nothing_but(seen, portfolio, THE_FIRST):
        return [call(first["name"], **{**given, listed: 1})]
    if first["name"] not in ("segment", "findings") or not nothing_but(seen, portfolio, HOW_MANY):
        return None
    told = {given.get("segment"), *(ABOUT_SEGMENT.get(code) for code in given.get("codes", ()))} - {None, ""}
    return [call("clients", where=f"segment = {told.pop()}")] if len(told) == 1 else None


def of_client(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """A figure of the client whose card was shown, which the card holds: «сколько они платят?»."""
    asked = seen.metrics or PAYS.search(seen.plain)
    busy = (
        seen.wants - {"own", "list", "overview"} or noting.noted_or_recalled(seen) or form_asked(seen.plain) is not None
    )
    one = last[0]["name"] == "account" and THEY.search(seen.plain) and len(seen.stems) <= SHORT + 2
    if not one or not asked or busy or seen.accounts or seen.segments or seen.codes or seen.period:
        return None
    return [last[0]]
