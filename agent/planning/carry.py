"""What part, period and grouping one stretch of a message names for the figures of the others."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.examples import Call, call
from agent.planning.onward.again import GROUPS, REFERS
from agent.planning.slices import FIGURES as OF_FINDINGS
from agent.planning.slices import LISTED, grouping_of, window_of
from agent.reading.narrowing import narrowed
from tools.errors import UserError

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

FIGURES = ("metric", "clients")
#: Whom a clause takes over from the one before it.
THEM = re.compile(
    r"\b(?:they|them|their|theirs|(?:those|these)(?! (?:who|in|on|with|that|whose|of|from))|(?<!is )(?<!are )there|he|she|him|his|her|"
    r"у них|них|их|им|ими|ним|ними|нему|там|тамошн\w+|оттуда|таких|тех же|он|она|у него|у нее|that is(?=\W*$)|это сколько|сколько это|него|нее|нем|ней|его|ее)\b"
)
#: The period, or everything, that was named for the clause before.
SAME_PERIOD = re.compile(
    r"\b(?:that|the same|same) (?:time|period|quarter|month|year|half)\b|\b(?:за )?(?:это|тот|то|этот) же (?:самый )?(?:время|период|срок|квартал|месяц|год|полугодие)\b|за это время"
)
SAME_CUT = re.compile(
    r"\b(?:on|in|at|for|per|by) each\b(?: (?:one|place|of them|of those))?|\beach (?:one|of them)\b|\bсколько (?:у|на|за) кажд\w+|"
    r"\b(?:на|в|у|по) кажд\w+\W*$|\bпо ним же\b|\bby the same\b|\b(?:the )?same (?:way|split|cut|breakdown|slices?)\b|\blikewise\b|\b(?:в|с) (?:том|таком|той|такой) же (?:разрезе|разбивк\w+)\b|"
    r"\b(?:тоже|также|так же|аналогично)\W*$"
)
#: Figures of one month by their nature.
MONTHLY = frozenset({"mrr", "arpa"})
PER_MONTH = re.compile(r"\bmonthly\b|\b(?:per|a|each|every) month\b|\b(?:еже)?месячн\w+|\bв месяц\b")
#: Figures of what went on in a period, of which a figure that goes on from another one is of the same.
OVER_TIME = frozenset(
    {"logo_churn", "money_churn", "nrr", "grr", "movements", "quick_ratio", "indexation", "cash_per_client"}
)
#: Said of the whole base, whatever part was named before.
WHOLE_BASE = re.compile(
    r"\b(?:overall|in total|altogether|company-?wide|(?:whole|entire) (?:base|company|business|portfolio)|across the board|the company(?:['’]s)?|(?:our|the) total|company (?:[a-z]{3,4}|churn|retention|revenue)|of all (?:our )?(?:clients|customers|accounts)|in general|(?:among|across) (?:all|everyone))\b|"
    r"\b(?:в целом|в общем|общ(?:ий|ая|ее|ие|его|ей)|всего по|по всей (?:базе|компании)|по всем|(?:из|среди) всех|по компании|всего (?:у нас )?клиент\w+|вообще по)\b|(?<![шж]е )(?<!ее )\bвсего\W*$|(?<![ыи]е )(?<!ли )(?<!из )\bкомпании\W*$"
)


def slice_of(seen: "Understood", portfolio: "Portfolio", *, segments: bool = False) -> dict[str, Any]:
    """The part of the clients, the period and the grouping that words name; with ``segments`` a segment too."""
    part = {name: value for name, value in narrowed(seen, portfolio)[0].items() if name == "where"}
    if segments and len(seen.segments) == 1 and not part:
        part = {"where": f"segment = {seen.segments[0]}"}
    return {**part, **window_of(seen), **grouping_of(seen, part)}


def sliced(seen: "Understood", portfolio: "Portfolio") -> bool:
    """Whether words name a period, a grouping or a part of the clients."""
    return bool(seen.period or grouping_of(seen) or narrowed(seen, portfolio)[0])


def of_slices(calls: list[Call], given: Mapping[str, Any], *, lists: bool = True) -> list[Call]:
    """The calls with what a slice names and they do not, figures alone or lists too; the sizes of all segments have no part."""
    if not given:
        return calls
    whole = [item for item in calls if item["arguments"] != {"segment": ""}] if len(calls) > 1 else calls
    return [of_slice(item, given) if lists or item["name"] in FIGURES else item for item in whole]


def of_slice(item: Call, given: Mapping[str, Any]) -> Call:
    """A call with what a slice names and it does not: a part of another column narrows it further."""
    if item["name"] == "findings" and ("where" in given or "by" in given):
        key = next((OF_FINDINGS[code] for code in item["arguments"]["codes"] if code in OF_FINDINGS), None)
        return of_slice(call("metric", key=key), given) if key is not None else item
    if item["name"] == "segment" and "where" in given:
        return _of_segment(item, given)
    if item["name"] not in FIGURES or not given:
        return item
    own = item["arguments"]
    more = {name: value for name, value in given.items() if name not in own}
    if "where" in given:
        more["where"] = both(given["where"], own.get("where"))
    if {"top", "bottom"} & set(own) or own.get("key") in GROUPS or _columns(more.get("where")) & {more.get("by")}:
        more.pop("by", None)
    if own.get("total"):
        more.pop("by", None)
    return call(item["name"], **{**own, **more})


def _of_segment(item: Call, given: Mapping[str, Any]) -> Call:
    """The clients of a segment in a part of the base."""
    segment, where = item["arguments"]["segment"], given["where"]
    if "segment" in _columns(where):
        return item
    if not segment:
        return call("metric", key="segments", where=where, by="segment")
    return call("metric", key="mrr", where=both(where, f"segment = {segment}"), top=LISTED)


def both(more: str, own: str | None) -> str:
    """Two filters as one; the second alone where both are of one column."""
    from tools.filters import parse

    if own is None or own == more:
        return more
    return own if _columns(own) & _columns(more) else str(parse(f"({more}) and ({own})"))


def _columns(where: str | None) -> set[str]:
    from tools.filters import fields_of, parse

    return fields_of(parse(where).condition) if where else set()


def monthly(item: Call, seen: "Understood") -> Call:
    """A figure that is counted by the month by its nature, where “monthly” says no more than its name: “monthly revenue”."""
    own = item["arguments"]
    if own.get("period") != "month" or own.get("key") not in MONTHLY or not PER_MONTH.search(seen.plain):
        return item
    return call(item["name"], **{name: value for name, value in own.items() if name != "period"})


def overlapping(given: Mapping[str, Any], calls: list[Call]) -> bool:
    """Whether a slice names what the figures have already: another period, grouping or value of the same column."""
    own = [item["arguments"] for item in calls if item["name"] in FIGURES]
    return any(
        _columns(given.get("where")) & _columns(args.get("where"))
        or any(name in given and name in args and given[name] != args[name] for name in ("period", "by"))
        for args in own
    )


def again(calls: list[Call], given: Mapping[str, Any]) -> list[Call]:
    """The same figures of another slice."""
    return [call(item["name"], **{**item["arguments"], **given}) for item in calls if item["name"] in FIGURES]


def listed(item: Call, portfolio: "Portfolio") -> dict[str, Any]:
    """The filter of the clients that a list in order shows; nothing where a call lists none."""
    from tools.filters import parse
    from tools.question import Question, answer

    given = item["arguments"]
    if item["name"] != "metric" or not {"top", "bottom"} & set(given):
        return {}
    where = parse(given["where"]) if "where" in given else None
    try:
        shown = answer(portfolio, Question(given["key"], None, None, where, given.get("top"), given.get("bottom")))
    except UserError:
        return {}
    ids = [reading.scope["account"] for reading in shown if "account" in reading.scope]
    every = ", ".join(f'"{account}"' for account in ids)
    return {"where": str(parse(f"account_id in ({every})"))} if ids else {}


def taken(seen: "Understood", before: list[Call], portfolio: "Portfolio") -> dict[str, Any]:
    """What a clause takes over from the one before by its words: whom, when, in which groups."""
    found: dict[str, Any] = {}
    if THEM.search(seen.plain) or REFERS.search(seen.plain):
        found |= listed(before[-1], portfolio) if before else {}
        found |= {} if found else _first("where", before)
    if SAME_PERIOD.search(seen.plain):
        found |= _first("period", before)
    if SAME_CUT.search(seen.plain):
        found |= _first("by", before)
        found |= _first("period", before) if re.search(r"\bsame way\b|\bтак же\b|\bаналогично\b", seen.plain) else {}
    return {} if WHOLE_BASE.search(seen.plain) else found


def period_of(item: Call, seen: "Understood", before: list[Call]) -> Call:
    """A figure over a period that goes on from another one, of the same period where it names none."""
    own = item["arguments"]
    past = [other for other in before if other["arguments"].get("key") in OVER_TIME]
    points = THEM.search(seen.plain) or REFERS.search(seen.plain)
    figure = item["name"] == "metric" and own.get("key") in OVER_TIME and "period" not in own
    if not points or seen.period or not figure:
        return item
    return call(item["name"], **{**own, **_first("period", past)})


def _first(name: str, calls: list[Call]) -> dict[str, Any]:
    given = next((item["arguments"] for item in calls if name in item["arguments"]), None)
    if given is not None:
        return {name: given[name]}
    segment = next((item["arguments"]["segment"] for item in calls if item["arguments"].get("segment")), None)
    return {"where": f"segment = {segment}"} if name == "where" and segment else {}


def timed(seen: "Understood", before: list[Call]) -> "Understood":
    """The words with the period that they only point at."""
    period = _first("period", before).get("period") if SAME_PERIOD.search(seen.plain) else None
    return replace(seen, period=period) if period else seen
