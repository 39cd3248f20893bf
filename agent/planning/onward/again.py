"""The last question again with what this one names in place of what was named then: «а по сегментам?», «а у Ромашки?»."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.examples import Call, call
from agent.planning.onward.follow_words import BESIDE
from agent.planning.onward.moved import in_year_of, moved
from agent.planning.onward.standing import stands
from agent.reading.counted import CLIENT, change_asked
from agent.reading.letter_words import form_asked
from agent.reading.narrowing import narrowed, plan_alone
from agent.reading.order import COUNT
from agent.reading.periods import NUMBERS
from agent.reading.words import GROUPINGS
from tools.filters import conjuncts

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

OPENS = re.compile(r"^\W*(?:а|и|ну а|но|тогда|теперь|and|but|what about|how about|then|now|ok|ок|хорошо)\b")
#: The last figure of a part alone: «только те, что в Москве», “just those of manager five”.
ONLY = re.compile(r"^\W*(?:(?:мне бы|мне|нет|ок|show|ok|no|and|а)\W+)?(?:только|лишь|оставь\w*|only|just|keep)\b")
#: The last figure taken apart: «на тарифы разбить?», “break it down by plan”.
SPLIT = re.compile(r"\b(?:раз(?:би|бей|бива|ложи|дели|рез|реж)\w*|в разбивке|split|break|slice|cut|carve)\b")
REFERS = re.compile(
    r"\b(?:у них|им|их|ими|ним|ними|у него|у неё|у нее|ему|ей|о нём|о нем|о ней|по нему|по ней|с ней|этому клиенту|этим клиентам|этого клиента|"
    r"эт\w+ (?:цифр|показател|значени|метрик)\w+|(?:that|this) (?:figure|number|metric)|этот клиент|эти клиенты|него|неё|нее|нему|они|он|она|"
    r"them|they|their|these clients|those clients|this client|that client|that lot|this lot|those|these ones|him|her|it|its)\b"
)
#: A client of whom only a question about one can have spoken.
ONE_CLIENT = re.compile(
    r"\b(?:эт(?:от|ого|ому|им|ом) (?:клиент|заказчик|аккаунт)\w*|(?:this|that) (?:client|customer|account)(?!['’]?s? base))\b"
)
#: Of several clients, never of one figure.
THEY = re.compile(r"\b(?:у них|им|их|ими|они|из них|that lot|this lot|those|they|them|their)\b")
SAME = re.compile(
    r"\bто же самое|\bто же\b|\bтак же\b|\bтак(?:ое|ой|ую|ие) же\b|\bаналогичн\w+|\bещ[её] (?:одн?[оуи]\w?|один)\b|\bsame\b|\banother(?: one)?\b|\bsimilar\b|\blikewise\b|"
    r"\bone more\b|\bодин ещ[её]\b"
)
#: A client named in place of the one before: “I mean X”, «нет, я про X».
MEANS_IT = re.compile(
    r"\b(?:i (?:mean|meant)|(?:it['’]?s|that['’]?s) (?:for|about)|rather|instead|я (?:про|о|об)\b|имел\w* в виду|имею в виду|вернее|точнее|то есть)\b"
)
#: As things are, whatever the period before was; and by what a list is put in order.
PRESENT = re.compile(r"\b(?:сейчас|сегодня|на сегодня|нынешн\w+|now|today|currently|at the moment|current)\b")
BY = re.compile(r"\b(?:по|by)\b")
#: A question of no more words than this may go on from the last one.
SHORT = 6
FIGURES = ("metric", "clients")
#: Figures that are groups of clients themselves.
GROUPS = frozenset({"segments", "clusters", "rfm"})
OF_ONE = ("account", "report", "draft_message")


def again(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last question again, with what this one names in place of what was named then."""
    from agent.planning.slices import grouping_of

    brief = len(seen.stems) <= SHORT
    linked = _linked(seen, last)
    busy = seen.wants & {"advice", "define", "gaps", "overview", "promises", "campaign", "report", "letter", "forecast"}
    if busy or seen.codes or not (brief or linked) or form_asked(seen.plain) is not None:
        return None
    figures = [item for item in last if item["name"] in FIGURES]
    window, grouped = period_of(seen, figures, portfolio), grouping_of(seen) or split_by(seen)
    part, _spoken = narrowed(seen, portfolio)
    if len(seen.mentions) == 1 and len(seen.accounts) == 1:
        return _other_client(seen, last, linked)
    longer = _longer(seen, figures)
    if longer:
        return longer
    if seen.accounts or not linked and (seen.metrics or seen.segments) and not _bare(seen):
        return None
    listed = last[0]["arguments"].get("segment") if last[0]["name"] == "segment" else None
    if listed and linked and REFERS.search(seen.plain) and "where" not in part and not seen.segments:
        own = f"segment = {listed}"
        keys = seen.metrics or _guessed(seen)
        if keys:
            return [call("metric", **{**part, **window, **grouped, "key": key, "where": own}) for key in keys[:2]]
    if seen.metrics and figures:
        if not brief and _of_another_tool(seen):
            return None
        if seen.segments and "where" not in part and not grouped:
            part["where"] = f"segment = {seen.segments[0]}"
        kept = _kept(seen, figures[0], sliced=bool(part or window or grouped))
        return [call("metric", **{**kept, **part, **window, **grouped, "key": key}) for key in seen.metrics[:2]]
    if seen.metrics:
        return None
    if seen.segments and last[0]["name"] in ("segment", "draft_message", "advice"):
        form = form_asked(seen.plain, named=True) if last[0]["name"] == "draft_message" else None
        ways = {"segment": seen.segments[0], **({"form": form} if form else {})}
        return [call(last[0]["name"], **{**without(last[0], "id"), **ways})]
    moved = change_asked(seen.plain)
    changes = {"change": moved} if moved is not None and not grouped and figures else {}
    changed: dict[str, Any] = {**plan_alone(_untimed(seen), part, portfolio), **part, **window, **grouped, **changes}
    if seen.segments and "where" not in changed:
        changed["where"] = f"segment = {seen.segments[0]}"
    if not figures or not changed or stands(seen, figures[0], portfolio, linked=linked):
        return None
    grouped_by = str(figures[0]["arguments"].get("by", ""))
    dropped = () if SAME.search(seen.plain) else _replaced(changed, grouped_by)
    return [
        ungrouped(call(item["name"], **{**without(item, *dropped), **joined(without(item), changed)}), part)
        for item in figures
    ]


def _kept(seen: "Understood", item: Call, *, sliced: bool) -> dict[str, Any]:
    """What of the last figure holds for another one: no period where the message asks of now, its order where it says “by”."""
    from tools.fields import ranks

    names = ["where", "by", *([] if PRESENT.search(seen.plain) else ["period"])]
    names += (
        ["top", "bottom"] if not sliced and BY.search(seen.plain) and all(ranks(key) for key in seen.metrics) else []
    )
    return {name: value for name, value in item["arguments"].items() if name in names}


def _of_another_tool(seen: "Understood") -> bool:
    """Whether the examples are sure that a question asks for no figure, whatever figure it names."""
    from agent.planning.nearest import SURE, nearest

    found = nearest(seen, sure=SURE)
    return found is not None and found[0]["name"] not in (*FIGURES, "refuse")


def _linked(seen: "Understood", last: list[Call]) -> bool:
    """Whether a question leans on the last one by its words; a pronoun for clients that it names itself does not."""
    if SAME.search(seen.plain) or OPENS.search(seen.plain) and len(seen.stems) <= 2 * SHORT:
        return True
    back = (THEY if seen.metrics else REFERS).search(seen.plain)
    own = back is not None and (seen.segments or re.search(CLIENT, seen.plain[: back.start()]))
    if seen.metrics:
        return back is not None and not own and len(seen.stems) <= SHORT + 2 and not set(seen.metrics) & GROUPS
    one = any(item["name"] in OF_ONE for item in last)
    refers = back is not None and not own and (one or not ONE_CLIENT.search(seen.plain))
    return refers or any(pattern.search(seen.plain) is not None for pattern in (ONLY, SPLIT))


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


def joined(given: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """What changes, with the filter before kept on other columns: «… со здоровьем ниже 50», «а в Москве?»."""
    before, now = given.get("where"), changed.get("where")
    if before is None or now is None:
        return changed
    named = {part.split()[0] for part in conjuncts(now)}
    kept = [part for part in conjuncts(before) if part.split()[0] not in named]
    return {**changed, "where": " and ".join([*kept, now])}


def ungrouped(item: Call, part: dict[str, Any]) -> Call:
    """A figure split by a column without the one value of it to which the last figure, not this question, kept."""
    given = item["arguments"]
    every = conjuncts(str(given.get("where", "")))
    kept = [one for one in every if not one.startswith(f"{given.get('by')} = ") or one in str(part.get("where"))]
    if len(kept) == len(every):
        return item
    return call(item["name"], **{**without(item, "where"), **({"where": " and ".join(kept)} if kept else {})})


def period_of(seen: "Understood", figures: list[Call], portfolio: "Portfolio") -> dict[str, str]:
    """The period that the question names, by itself or by that of the last figure."""
    from agent.planning.slices import window_of

    last = next((item["arguments"]["period"] for item in figures if "period" in item["arguments"]), None)
    told = None if seen.metrics else moved(seen.plain, last, portfolio)
    if told is not None:
        return {"period": told}
    own = window_of(seen)
    return {"period": in_year_of(own["period"], last, seen.plain)} if own and not seen.metrics else own


def split_by(seen: "Understood") -> dict[str, str]:
    """The column into which the last figure is to be taken apart: «на тарифы разбить»."""
    if not SPLIT.search(seen.plain):
        return {}
    said = re.sub(r"\b(?:на|into)\b", "by", seen.plain)
    return next(
        ({"by": column} for column, words in GROUPINGS.items() if re.search(rf"\bby (?:the )?(?:{words})\b", said)), {}
    )


def _untimed(seen: "Understood") -> "Understood":
    """The question without words of time that may be the name of a plan: “since the start of the year”."""
    said = re.sub(r"(?i)\b(?:since|from|at|by|before|after) the (?:very )?start\b", " ", seen.question)
    return replace(seen, question=said)


def _guessed(seen: "Understood") -> tuple[str, ...]:
    """The figure that a question about the clients of the last answer asks for in words of its own."""
    from agent.planning.nearest import SURE, nearest

    found = nearest(seen, sure=SURE) if THEY.search(seen.plain) and len(seen.stems) <= SHORT else None
    return (found[0]["arguments"]["key"],) if found and found[0]["name"] == "metric" else ()


def _replaced(changed: dict[str, Any], by: str) -> tuple[str, ...]:
    if "where" in changed and by and by not in str(changed["where"]):
        return ("total", "change")
    if "where" in changed:
        return ("by", "total", "change")
    return ("total", "change", "top", "bottom") if "by" in changed else ()


def without(item: Call, *names: str) -> dict[str, Any]:
    """The arguments of a call but for those named."""
    return {name: value for name, value in item["arguments"].items() if name not in names}


def _other_client(seen: "Understood", last: list[Call], linked: bool) -> list[Call] | None:
    """The same about another client; beside the last one where the question compares."""
    client, first = seen.accounts[0][0], last[0]
    if first["name"] == "compare" and re.search(
        r"\bдобав|\bещ[её]\b|\bплюс\b|\bподкин|\bзакин|\bвключ|\bтуда же\b|\bтакже\b|\badd|\bplus\b|\binclud|\bthrow in|\bput in|\bbring in|\bas well\b|\balso\b|\band with\b|\btoo\b|\bтоже\b|\bи с\b",
        seen.plain,
    ):
        return [call("compare", ids=list(dict.fromkeys([*first["arguments"]["ids"], client])))]
    if BESIDE.search(seen.plain) and first["name"] in (*OF_ONE, "recall") and "id" in first["arguments"]:
        return [call("compare", ids=[first["arguments"]["id"], client])]
    if (
        first["name"] in ("report", "draft_message", "recall")
        and (linked or MEANS_IT.search(seen.plain))
        and "id" in first["arguments"]
    ):
        return [call(first["name"], **{**first["arguments"], "id": client})]
    return None
