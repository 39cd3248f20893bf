"""Questions that go on from the last one: «а по сегментам?», «почему?», «а у Ромашки?», “and last quarter?”."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.planning import noting
from agent.planning.nearest import SURE, nearest
from agent.planning.onward.again import FIGURES, ONE_CLIENT, REFERS, SHORT, again, without
from agent.planning.onward.cut_short import cut_short
from agent.planning.onward.follow_words import (
    ABOUT_SEGMENT,
    AGAIN,
    BROKEN,
    DO,
    DOING,
    FAILED,
    IN_MONEY,
    MORE,
    NAMES,
    NOW,
    OTHERS,
    OVERALL,
    PAPER,
    RETOLD,
    SAME_CLIENT,
    SAME_TIME,
    THEY,
    TWINS,
    WHAT_TO_DO,
    WHO,
    WHOM,
    WHY,
    WITH_GROWTH,
    WITHOUT_GROWTH,
    WRITES,
)
from agent.planning.onward.last_answer import (
    ABOUT_ONE,
    among,
    card,
    counted_off,
    elsewhere,
    gaps_filled,
    how_many,
    meaning,
    of_client,
    ours,
    papers,
    ticked_off,
    topic,
    what_next,
)
from agent.planning.onward.moved import calendar_name
from agent.planning.onward.standing import nothing_but, own_words
from agent.reading.counted import change_asked
from agent.reading.letter_words import form_asked
from agent.reading.order import order
from tools.fields import ranks

if TYPE_CHECKING:
    from agent.planning.rules import Rule
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

    Follow = Callable[[Understood, list[Call], Portfolio], list[Call] | None]

LISTS = {"logo_churn": "lost", "money_churn": "lost", "churn_share": "lost"}
REASONS = {
    "at_risk": ("at_risk_accounts",),
    "lost": ("contradicting_churn", "churn_high"),
    "newcomers": ("stuck_step", "slow_ttv"),
}
SHOWN = 10
#: Whom a question of clients means by a score: those with the low ones.
UNHAPPY = re.compile(
    r"\bнедовол|\bруга[ею]т|\bзл(?:ятся|ится)\b|\bнизк\w+|\bплох\w+|\bunhapp|\bdissatisf|\bangry|\bdisappoint|\blow\b"
)


def on(last: list[Call]) -> "Rule":
    """The rule of a question that goes on from ``last``, the calls of the one before; no rule fires without them."""
    return _first_of(
        last, noting.went_on, meaning, elsewhere, among, ours, how_many, of_client, _widened, _otherwise, _failed, _why, _who, _what_to_do, _more,
        _told, _document, card, cut_short, again,
    )  # fmt: skip


def first(last: list[Call]) -> "Rule":
    """The same of what stands before every other rule: a meaning, other companies, how many of those of the last answer."""
    return _first_of(last, meaning, elsewhere, among, what_next, ticked_off, papers, gaps_filled, ours, _document, card)


def _first_of(last: list[Call], *follows: "Follow") -> "Rule":
    def rule(seen: "Understood", portfolio: "Portfolio") -> list[Call] | None:
        if not last or last[0]["name"] == "refuse" and len(last) == 1 or "injection" in seen.wants:
            return None
        return next((calls for follow in follows if (calls := follow(seen, last, portfolio))), None)

    return rule


def timed(seen: "Understood", last: list[Call]) -> "Understood":
    """The question with the period or, if it is a note, the client of the one before, where it refers to it."""
    named = {item["arguments"]["id"] for item in last if item["name"] in ABOUT_ONE and "id" in item["arguments"]}
    shown = len(last) == 1 and last[0]["name"] in ("account", "recall")
    seen = noting.about(counted_off(seen, last), named.pop() if len(named) == 1 else None, shown=shown)
    period = next((item["arguments"]["period"] for item in last if "period" in item["arguments"]), None)
    own = seen.period is not None and (calendar_name(seen.period) or "/" in seen.period)
    return replace(seen, period=period) if period and SAME_TIME.search(seen.plain) and not own else seen


def _widened(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last figure now, or of all clients: «а сейчас?», “and overall?”."""
    drop = "period" if NOW.search(seen.plain) else "where" if OVERALL.search(seen.plain) else None
    figures = [item for item in last if item["name"] in FIGURES]
    if drop == "where" and not any(drop in item["arguments"] for item in figures):
        drop = "by"
    if drop is None or not any(drop in item["arguments"] for item in figures):
        return None
    return [call(item["name"], **without(item, drop)) for item in figures]


def _otherwise(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last figure counted in money, or in clients: «а в деньгах это сколько?», “and in clients?”."""
    from tools.metrics import metrics

    swap = (
        {"nrr": "grr"}
        if WITHOUT_GROWTH.search(seen.plain)
        else {"grr": "nrr"}
        if WITH_GROWTH.search(seen.plain)
        else {}
    )
    swapped = [
        call("metric", **{**item["arguments"], "key": swap[item["arguments"]["key"]]})
        for item in last
        if item["name"] == "metric" and item["arguments"]["key"] in swap
    ]
    if (
        swapped
        and len(seen.stems) <= SHORT
        and not seen.period
        and not any(name.startswith("by_") for name in seen.wants)
        and set(seen.metrics) <= {"nrr", "grr"}
        and not seen.accounts
    ):
        return swapped
    pattern, twins = next(((words, table) for words, table in TWINS if words.search(seen.plain)), (None, {}))
    if (
        pattern is None
        or seen.metrics
        or seen.accounts
        or not (len(seen.stems) <= SHORT or nothing_but(seen, portfolio, pattern))
    ):
        return None
    found = [
        call("metric", **{**item["arguments"], "key": twins[name]})
        for item in last
        if (name := item["arguments"].get("key", item["name"])) in twins
    ]
    if found or pattern is not IN_MONEY or not nothing_but(seen, portfolio, pattern):
        return found or None
    units = [metrics()[item["arguments"]["key"]].unit for item in last if item["name"] == "metric"]
    return last if units and len(units) == len(last) and all(unit.value.startswith("CUR") for unit in units) else None


def _why(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    if ONE_CLIENT.search(seen.plain) and last[0]["name"] not in ABOUT_ONE:
        return None
    if not WHY.search(seen.plain) or seen.metrics or seen.accounts or seen.segments or len(seen.stems) > SHORT:
        return None
    first = last[0]
    given = first["arguments"]
    if first["name"] == "metric":
        kept = {name: value for name, value in given.items() if name in ("key", "period", "where")}
        return [call("metric", **kept, change=change_asked(seen.plain) or "any")]
    if first["name"] == "clients":
        return [call("metric", key="logo_churn", **given)]
    if first["name"] == "segment":
        return [call("findings", codes=list(REASONS.get(given["segment"], ("top_pain",))))]
    return [first] if first["name"] in ("account", "findings") else None


def _failed(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """Which clients the promises were broken to: «по каким клиентам сорвали?»."""
    named = WHOM.search(seen.plain) and FAILED.search(seen.plain) and len(seen.stems) <= SHORT
    keys = [item["arguments"].get("key") for item in last if item["name"] == "metric"]
    codes = next((BROKEN[key] for key in keys if key in BROKEN), None)
    return [call("findings", codes=list(codes))] if named and codes and not (seen.metrics or seen.accounts) else None


def _who(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    own = own_words(seen, portfolio)
    known = nearest(seen, sure=SURE) if own else None
    named = (
        WHO.search(seen.plain)
        and len(own) < 2
        and (known is None or known[0]["name"] in FIGURES)
        or nothing_but(seen, portfolio, NAMES)
    )
    if not named or seen.metrics or seen.accounts:
        return None
    first, given = last[0], last[0]["arguments"]
    if seen.segments:
        return [call("segment", segment=seen.segments[0])]
    if first["name"] == "metric" and ranks(given["key"]) and order(seen, [given["key"]]):
        where = {"where": given["where"]} if "where" in given else {}
        return [call("metric", key=given["key"], **where, **order(seen, [given["key"]]))]
    if first["name"] == "metric" and given["key"] in LISTS and "where" not in given:
        return [call("segment", segment=LISTS[given["key"]])]
    if first["name"] in FIGURES:
        where = {"where": given["where"]} if "where" in given else {}
        key = given.get("key", "revenue_per_client")
        end = "bottom" if ranks(key) and UNHAPPY.search(seen.plain) else "top"
        return [call("metric", key=key if ranks(key) else "revenue_per_client", **where, **{end: SHOWN})]
    return [first] if first["name"] in ("segment", "findings") else None


def _what_to_do(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    asked = WHAT_TO_DO.search(seen.plain) or DO.search(seen.plain) and nothing_but(seen, portfolio, DOING)
    if not asked or seen.metrics or seen.segments or seen.accounts or seen.codes:
        return None
    first, given = last[0], last[0]["arguments"]
    if first["name"] == "segment" and given["segment"]:
        return [call("advice", query=seen.question, segment=given["segment"])]
    if first["name"] == "account":
        return [call("draft_message", id=given["id"], form="call")]
    if first["name"] == "metric":
        return [call("advice", query=topic(given["key"], seen))]
    part = re.search(r"\bsegment = (\w+)", str(given.get("where", "")))
    if first["name"] == "clients" and part is not None:
        return [call("advice", query=seen.question, segment=part[1])]
    if first["name"] != "findings":
        return None
    segment = next((ABOUT_SEGMENT[code] for code in given["codes"] if code in ABOUT_SEGMENT), None)
    about = " ".join(code.replace("_", " ") for code in given["codes"])
    return [call("advice", query=f"{seen.question} {about}", **({"segment": segment} if segment else {}))]


def _more(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    if not MORE.search(seen.plain):
        return None
    return with_rows(last)


def with_rows(calls: list[Call]) -> list[Call]:
    """The same calls, each figure with its rows named."""
    return [
        call(item["name"], **{**item["arguments"], "rows": True}) if item["name"] == "metric" else item
        for item in calls
    ]


def _told(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The audit told to another audience: «то же самое для продаж»."""
    from agent.tellings import audience_asked

    told = last[0]["name"] == "telling" or last[0]["name"] == "summary" and RETOLD.search(seen.plain)
    to = re.sub(r"\bкак\b|\bas (?:if )?(?:to|for)\b", "для" if seen.language == "ru" else "for", seen.plain)
    key = audience_asked(f"audit {to}") if told and not (seen.metrics or seen.accounts) else None
    if key is not None:
        return [call("telling", audience=key)]
    return [last[0]] if told and AGAIN.search(seen.plain) and len(seen.stems) <= SHORT else None


def _document(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """A letter or a report for whom the last answer was about."""
    wanted = next((name for name in ("report", "letter") if name in seen.wants), None)
    back = THEY.search(seen.plain) or REFERS.search(seen.plain) or SAME_CLIENT.search(seen.plain)
    if wanted is None and back and PAPER.search(seen.plain):
        wanted = "report"
    if wanted is None and WRITES.search(seen.plain) and not (seen.metrics or seen.codes):
        wanted = "letter"
    if wanted is None and (len(seen.stems) <= SHORT or back) and form_asked(seen.plain, named=True):
        wanted = "letter"
    told = (
        seen.accounts or seen.segments or seen.mentions or OTHERS.search(seen.plain) or noting.noted_or_recalled(seen)
    )
    if wanted is None or told or len(seen.stems) > SHORT and not back:
        return None
    if (seen.metrics or seen.codes) and not back:
        return None
    given = next((item["arguments"] for item in last if item["name"] in (*ABOUT_ONE, "segment")), None)
    if given is None:
        return None
    if "id" in given:
        return [call("report", id=given["id"])] if wanted == "report" else [_letter(seen, id=given["id"])]
    return [_letter(seen, segment=given["segment"])] if wanted == "letter" and given.get("segment") else None


def _letter(seen: "Understood", **to: str) -> Call:
    return call("draft_message", **to, form=form_asked(seen.plain, named=True) or "letter")
