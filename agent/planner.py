"""From a message to tool calls: each of its questions by rules and nearest examples, or by a model where these are unsure."""

import re
from functools import partial
from typing import TYPE_CHECKING

from agent.backends import Gateway
from agent.examples import Call, call
from agent.planning.filling import filled
from agent.planning.model_planner import by_model
from agent.planning.naming import of_renewals, with_names
from agent.planning.nearest import NEAR, SURE, guesses, nearest
from agent.planning.onward import follow
from agent.planning.onward.again import OPENS
from agent.planning.onward.amends import amended
from agent.planning.onward.by_examples import by_example
from agent.planning.onward.carried import carried
from agent.planning.onward.cut_anew import leans, onward
from agent.planning.onward.lifted import lifted
from agent.planning.onward.remark import without_remark
from agent.planning.onward.still import still
from agent.planning.overrule import by_examples, certain, is_doubtful
from agent.planning.rules import FIRST, RULES
from agent.planning.sensible import sensible
from agent.planning.several.asked import asked
from agent.planning.several.fronted import fronted
from agent.planning.several.in_turn import in_turn
from agent.planning.several.side_by_side import is_side_by_side
from agent.planning.several.twofold import shortened
from agent.planning.several.unheard import completed
from agent.reading.against import BEFORE
from agent.reading.bounds import bounds, cut, spans, unread
from agent.reading.headers import unsplit
from agent.reading.order import REVENUE
from agent.reading.periods import several
from agent.reading.understand import Understood
from agent.reading.unknown_part import unknown_part
from tools.metrics import compute, metrics

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: From where on they know a message as one question.
KNOWN = 0.8
#: Tools that stay what they are beside another question.
BESIDE = frozenset({"compare", "whatif"})
#: What says that a message goes on from nothing.
AFRESH = re.compile(
    r"\W*(?:(?:ok|okay|so|now|well|right|ладно|так|теперь|хорошо|ну|а)\W+)*(?:something else|(?:another|a different|new) (?:question|topic)|(?:on|to) another (?:topic|note|matter)|"
    r"changing (?:the )?(?:topic|subject)|о другом|другой вопрос|новый вопрос|сменим тему|другая тема)\b"
)
#: A message of no more words that opens like one that goes on says too little by itself.
BRIEF = 4
#: What a figure is of a part or a list of clients by.
SLICED = frozenset({"where", "by", "top", "bottom", "change", "total"})
#: What those within a bound are told of where nothing else is asked; others with what they bring.
OWN_FIGURE = {"silence": "silence", "days_late": "overdue"}
#: How long before the last day the span before it ends.
LENGTHS = {"month": "P1M", "quarter": "P3M"}
#: Tools whose words are the user's own, over as many sentences as there are.
WHOLE = frozenset({"remember", "done"})


def planned(
    seen: Understood, portfolio: "Portfolio", *, last: list[Call], gateway: Gateway | None = None
) -> list[Call]:
    """One to four tool calls for a message; ``last`` are the calls of the thread's last one."""
    calls = _planned(seen, portfolio, last=last, gateway=gateway)
    given = calls[0]["arguments"]
    if calls[0]["name"] in WHOLE or given.get("reason") == "injection" or "in_order" in given:
        return calls
    if last and given.get("reason") == "off_topic":
        part = unknown_part(seen, portfolio) if OPENS.search(seen.plain) and len(seen.stems) <= BRIEF else None
        unknown = [call("refuse", reason="unknown_part", names=[part])] if part is not None else None
        return still(seen, last, portfolio) or unknown or calls
    if is_side_by_side(seen, calls, portfolio):
        return calls
    found = in_turn(seen, portfolio, last, lambda part, before: _planned(part, portfolio, last=before), calls) or calls
    found = with_names(of_renewals(fronted(found, seen, portfolio), portfolio), seen, portfolio, alone=not last)
    return found if last else completed(found, seen, portfolio, lambda part: _planned(part, portfolio, last=[]))


def _planned(
    seen: Understood, portfolio: "Portfolio", *, last: list[Call], gateway: Gateway | None = None
) -> list[Call]:
    whole = seen
    if AFRESH.match(seen.plain):
        last = []
    seen = follow.timed(shortened(without_remark(seen, portfolio) if last else seen, portfolio), last)
    again = (
        amended(whole, last, portfolio)
        or lifted(seen, last, portfolio)
        or onward(seen, last, portfolio)
        or by_example(seen, last)
    )
    if again is not None:
        return _each_period(seen, again, portfolio)
    ruled = _by_rules(seen, portfolio, last)
    given = ruled[0]["arguments"] if ruled else {}
    told = last if last and ruled != _by_rules(seen, portfolio, []) else []
    one = partial(_clause, portfolio=portfolio)
    undivided = given.get("reason") == "injection" or "in_order" in given or is_side_by_side(seen, ruled, portfolio)
    apart = [] if undivided else asked(seen, portfolio, last=last if leans(seen) else told, whole=ruled or [], one=one)
    if apart and not _one_question(seen, apart):
        bound = unread(seen) and any(item["name"] in ("metric", "clients") for item in apart)
        return [call("refuse", reason="bound")] if bound else apart
    ruled = _one(seen, portfolio, told, SURE)
    brief = not last and OPENS.search(seen.plain) is not None and len(seen.stems) <= BRIEF
    near = nearest(seen, sure=SURE if brief or bounds(seen) else NEAR)
    if ruled is None and gateway is not None and not (near and gateway.row.small):
        ruled = by_model(seen, portfolio, gateway)
    calls = carried(ruled or _filled(near or _last_resort(seen), seen, portfolio), seen, last, portfolio)
    unbound = last and spans(seen.plain) and not (seen.metrics or bounds(seen)) and "where" not in calls[0]["arguments"]
    if (unread(seen) or unbound) and calls[0]["name"] in ("metric", "clients", "segment"):
        return [call("refuse", reason="bound")]
    if _of_all(calls):
        part, split = unknown_part(seen, portfolio), unsplit(seen.plain)
        if split is not None:
            return [call("refuse", reason="unknown_split", names=[split])]
        if part is not None:
            return [call("refuse", reason="unknown_part", names=[part])]
    return _each_period(seen, calls, portfolio)


def _of_all(calls: list[Call]) -> bool:
    """Whether figures are told of all clients, or how many there are and in which segments."""
    counted = [item for item in calls if item != call("segment", segment="")]
    figures = bool(counted) and all(item["name"] in ("metric", "clients") for item in counted)
    return figures and not any(SLICED & set(item["arguments"]) for item in counted)


def _one_question(seen: Understood, apart: list[Call]) -> bool:
    """Whether examples, each of one question, all but know the message, and its parts would be of other things."""
    best = guesses(seen)[0]
    told = (best.call["name"], best.call["arguments"].get("key"))
    parts = [(item["name"], item["arguments"].get("key")) for item in apart]
    named = told in parts and (told[0] in BESIDE or {key for _name, key in parts} <= set(seen.metrics))
    return best.weight >= KNOWN and told[0] != "refuse" and not named and any(part != told for part in parts)


def _clause(seen: Understood, last: list[Call], sure: float, *, portfolio: "Portfolio") -> list[Call] | None:
    """The calls of one clause of a message; none for the last resort of the rules."""
    calls = _one(seen, portfolio, last, sure)
    doubtful = calls is not None and calls[0]["name"] not in ("account", "advice") and is_doubtful(seen, calls)
    doubtful = doubtful and calls is not None and not _spoken_for(seen, calls[0])
    shelved = calls is not None and calls[0]["name"] == "documents" and "documents" not in seen.wants
    return None if calls is None or doubtful or shelved else _each_period(seen, calls, portfolio)


def _spoken_for(seen: Understood, item: Call) -> bool:
    """Whether clients in order are those of a segment, or examples surely say what they are in order of."""
    likely = guesses(seen)[0]
    agreed = likely.call["arguments"].get("key") == item["arguments"].get("key") and likely.weight >= SURE
    return agreed or "segment = " in str(item["arguments"].get("where"))


def _one(seen: Understood, portfolio: "Portfolio", last: list[Call], sure: float) -> list[Call] | None:
    """The calls of one question by rules and examples; none where neither is sure."""
    ruled = _by_rules(seen, portfolio, last)
    if ruled is not None and (last or certain(seen, ruled)):
        return ruled
    said = nearest(seen, sure=sure) if ruled is None else by_examples(seen, ruled)
    return _filled(said, seen, portfolio) if said is not None else ruled


def _last_resort(seen: Understood) -> list[Call]:
    """The clients within the bound that a question sets, with what they pay; else what the product does."""
    kept = {key for _, key in bounds(seen)}
    return (
        [call("metric", key=OWN_FIGURE.get(next(iter(kept)), REVENUE) if len(kept) == 1 else REVENUE)]
        if kept
        else [call("refuse", reason="off_topic")]
    )


def _filled(calls: list[Call], seen: Understood, portfolio: "Portfolio") -> list[Call]:
    return [filled(item, seen, portfolio) for item in calls]


def _each_period(seen: Understood, calls: list[Call], portfolio: "Portfolio") -> list[Call]:
    """The figure of each period where a question sets two beside each other: «NRR 2025 против 2024»."""
    calls = [
        call(item["name"], **sensible(item["arguments"], seen.wants)) if item["name"] == "metric" else item
        for item in calls
    ]
    if seen.against is not None:
        return _against(seen.against, calls, portfolio)
    if len(calls) != 1 or calls[0]["name"] not in ("metric", "clients"):
        return calls
    name, given = calls[0]["name"], calls[0]["arguments"]
    named = several(cut(seen.plain, spans(seen.plain)), portfolio.as_of)
    kept = {argument: value for argument, value in given.items() if argument != "period"}
    return [call(name, **kept, **({"period": period} if period else {})) for period in named] if named else calls


def _against(then: str, calls: list[Call], portfolio: "Portfolio") -> list[Call]:
    """Figures that are told against an earlier time; how many clients there were then stands beside how many there are."""
    if len(calls) == 1 and calls[0]["name"] == "clients" and then != BEFORE and "period" not in calls[0]["arguments"]:
        return [*calls, call("clients", **calls[0]["arguments"], period=f"-{then}")]
    return [_told_against(then, item, portfolio) if "change" in item["arguments"] else item for item in calls]


def _told_against(then: str, item: Call, portfolio: "Portfolio") -> Call:
    """A figure told against an earlier time; how things stand on a day, against how they stood so long before."""
    given = item["arguments"]
    if then != BEFORE:
        return call(item["name"], **given, against=then)
    length = LENGTHS.get(str(given.get("period")))
    if length is None or given["key"] not in metrics():
        return item
    own = compute(portfolio, given["key"], head=True)[0].window
    if own is None or own.days > 1:
        return item
    return call(item["name"], **{name: value for name, value in given.items() if name != "period"}, against=length)


def _by_rules(seen: Understood, portfolio: "Portfolio", last: list[Call]) -> list[Call] | None:
    for rule in (follow.first(last), *FIRST, follow.on(last), *RULES):
        calls = rule(seen, portfolio)
        if calls:
            return calls
    return None
