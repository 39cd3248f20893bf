"""The last question again with what this one names in place of what was named then: «а по сегментам?», «а у Ромашки?»."""

import re
from typing import TYPE_CHECKING, Any

from agent.counted import CLIENT, change_asked
from agent.examples import Call, call
from agent.narrowing import narrowed, plan_alone
from agent.order import COUNT
from agent.periods import NUMBERS

if TYPE_CHECKING:
    from agent.understand import Understood
    from tools.portfolio import Portfolio

OPENS = re.compile(r"^\W*(?:а|и|ну а|но|тогда|теперь|and|but|what about|how about|then|now|ok|ок|хорошо)\b")
REFERS = re.compile(
    r"\b(?:у них|им|их|ими|с ними|у него|у неё|у нее|ему|ей|о нём|о нем|о ней|по нему|по ней|с ним|с ней|этому клиенту|этим клиентам|этого клиента|"
    r"эт\w+ (?:цифр|показател|значени|метрик)\w+|(?:that|this) (?:figure|number|metric)|этот клиент|эти клиенты|него|неё|нее|нему|они|он|она|"
    r"them|they|their|these clients|those clients|this client|that client|him|her|it|its)\b"
)
SAME = re.compile(r"\bто же самое|\bто же\b|\bтак же\b|\bsame\b")
#: A question of no more words than this may go on from the last one.
SHORT = 6
FIGURES = ("metric", "clients")
OF_ONE = ("account", "report", "draft_message")


def again(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last question again, with what this one names in place of what was named then."""
    from agent.rules import grouping_of, window_of

    brief = len(seen.stems) <= SHORT
    linked = OPENS.search(seen.plain) is not None or REFERS.search(seen.plain) is not None
    busy = seen.wants & {"advice", "define", "gaps", "overview", "promises", "campaign", "report", "letter", "forecast"}
    if busy or seen.codes or not (brief or linked):
        return None
    figures = [item for item in last if item["name"] in FIGURES]
    window, grouped = window_of(seen), grouping_of(seen)
    part, _spoken = narrowed(seen, portfolio)
    if len(seen.mentions) == 1 and len(seen.accounts) == 1:
        return _other_client(seen, last, linked)
    longer = _longer(seen, figures)
    if longer:
        return longer
    if seen.accounts or not linked and (seen.metrics or seen.segments) and not _bare(seen):
        return None
    listed = last[0]["arguments"].get("segment") if last[0]["name"] == "segment" else None
    if seen.metrics and listed and REFERS.search(seen.plain) and "where" not in part and not seen.segments:
        own = f"segment = {listed}"
        return [call("metric", **{**part, **window, **grouped, "key": key, "where": own}) for key in seen.metrics[:2]]
    if seen.metrics and figures:
        kept = {name: value for name, value in figures[0]["arguments"].items() if name in ("period", "where", "by")}
        return [call("metric", **{**kept, **part, **window, **grouped, "key": key}) for key in seen.metrics[:2]]
    if seen.metrics:
        return None
    if seen.segments and last[0]["name"] in ("segment", "draft_message", "advice"):
        return [call(last[0]["name"], **{**without(last[0], "id"), "segment": seen.segments[0]})]
    moved = change_asked(seen.plain)
    ways = {"change": moved} if moved is not None and not grouped and figures else {}
    changed: dict[str, Any] = {**plan_alone(seen, part, portfolio), **part, **window, **grouped, **ways}
    if seen.segments and "where" not in changed:
        changed["where"] = f"segment = {seen.segments[0]}"
    if not figures or not changed:
        return None
    grouped_by = str(figures[0]["arguments"].get("by", ""))
    dropped = () if SAME.search(seen.plain) else _replaced(changed, grouped_by)
    return [call(item["name"], **{**without(item, *dropped), **_both(item, changed)}) for item in figures]


def _longer(seen: "Understood", figures: list[Call]) -> list[Call] | None:
    """The last list with another number of clients: «давай двадцать», “make it twenty”."""
    number = re.search(
        rf"\b(?:{COUNT}|(двадцат\w+|twenty))(?:\s+(?:{CLIENT}|штук\w*|строк\w*|имен\w*|rows|lines|names|of them|please|пожалуйста))?\W*$(?<!%)",
        seen.plain,
    )
    listed = [item for item in figures if {"top", "bottom"} & set(item["arguments"])]
    if number is None or not listed or seen.metrics or seen.segments or seen.period:
        return None
    said = number[1] or number[2]
    count = int(said) if said.isdigit() else NUMBERS.get(said, 20)
    return [
        call(
            item["name"],
            **{name: count if name in ("top", "bottom") else value for name, value in item["arguments"].items()},
        )
        for item in listed
    ]


def _bare(seen: "Understood") -> bool:
    """Whether the question is nothing but a name: «GRR?», «новички?»."""
    return len(seen.stems) <= 2 and not seen.wants & {"list", "own"}


def _both(item: Call, changed: dict[str, Any]) -> dict[str, Any]:
    """What changes, with the last filter's conditions on other columns kept: «… со здоровьем ниже 50», «а в Москве?»."""
    before, now = item["arguments"].get("where"), changed.get("where")
    if before is None or now is None:
        return changed
    named = {part.split()[0] for part in now.split(" and ")}
    kept = [part for part in before.split(" and ") if part.split()[0] not in named]
    return {**changed, "where": " and ".join([*kept, now])}


def _replaced(changed: dict[str, Any], by: str) -> tuple[str, ...]:
    if "where" in changed and by and by not in str(changed["where"]):
        return ("total", "change")
    return ("by", "total", "change") if "where" in changed else ("total", "change") if "by" in changed else ()


def without(item: Call, *names: str) -> dict[str, Any]:
    """The arguments of a call but for those named."""
    return {name: value for name, value in item["arguments"].items() if name not in names}


def _other_client(seen: "Understood", last: list[Call], linked: bool) -> list[Call] | None:
    """The same about another client; beside the last one where the question compares."""
    client, first = seen.accounts[0][0], last[0]
    if first["name"] == "compare" and re.search(
        r"\bдобав|\bещ[её]\b|\bплюс\b|\badd|\bplus\b|\binclude|\btoo\b|\bтоже\b", seen.plain
    ):
        return [call("compare", ids=list(dict.fromkeys([*first["arguments"]["ids"], client])))]
    if re.search(r"\bсравн|\bcompar|\bчем у\b|\bversus\b|\bvs\b", seen.plain) and first["name"] in OF_ONE:
        return [call("compare", ids=[first["arguments"]["id"], client])]
    if first["name"] in ("report", "draft_message") and linked and "id" in first["arguments"]:
        return [call(first["name"], **{**first["arguments"], "id": client})]
    return None
