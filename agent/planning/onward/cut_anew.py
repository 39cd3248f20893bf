"""Messages that hold nothing but slices and words of courtesy: the last figures again, cut as these say.

«разбей по тарифам», “only Moscow, top 5”, «без тех, у кого здоровье ниже 60», “industries instead”, «а у четвёртого?».
Where a word remains that none of this explains, nothing is guessed.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.examples import Call, call
from agent.planning.onward.again import (
    FIGURES,
    ONLY,
    OPENS,
    REFERS,
    SAME,
    SPLIT,
    joined,
    period_of,
    split_by,
    ungrouped,
    without,
)
from agent.planning.onward.by_examples import another, only_cuts
from agent.planning.onward.cut_words import (
    ALL_BUT,
    AWAY,
    AWAY_VERBS,
    CARRIES,
    DENIES,
    IF,
    LEFT_OUT,
    LIKE,
    MANY,
    MERE,
    NOT_BY,
    PUTS,
    SEGMENT,
    TEN,
)
from agent.planning.onward.follow_words import AMONG
from agent.planning.onward.numbered import numbered, ordered_by
from agent.planning.onward.standing import COUNTED, LARGEST, own_words
from agent.planning.slices import sliced as figure_of
from agent.reading.bounds import SAID, bounds, reading, spans, unread
from agent.reading.counted import change_asked
from agent.reading.narrowing import narrowed, plan_alone
from agent.reading.order import ENDS, PEOPLE
from agent.reading.windows import UNREAD, future
from agent.reading.words import SEGMENTS

#: With so many words that name nothing a message may still only cut the last figures anew, where it says that it does.
SPARE = 3
#: The period before, with which a change is told in any case: “how did that change on the quarter before?”.
AGAINST = re.compile(
    r"\b(?:к|ко|с|против|чем|относительно|vs\.?|versus|against|on|to|than|from|over|since|compared (?:to|with)) (?:the )?"
    r"(?:(?:предыдущ|прошл|прежн)\w+|(?:one|quarter|month|year|half|period) (?:before|earlier)|previous|last|prior)\b"
)

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio


def onward(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The figures of the last answer, all of them, with the slices that a message holds and nothing else."""
    if (
        not last
        or seen.accounts
        or seen.codes
        or seen.wants & {"injection", "documents", "letter", "report"}
        or "forecast" in seen.wants
        and not period_of(seen, last, portfolio)
    ):
        return None
    bases = another(seen, last) or _bases(last)
    others = numbered(seen, bases, portfolio)
    if others:
        return others
    said = _bound_again(plainly(seen, portfolio), bases, portfolio)
    if (
        IF.search(said.plain)
        or unread(said)
        or len(spans(said.plain)) != len(bounds(said))
        or said.period == UNREAD
        or future(said.period, portfolio.as_of)
    ):
        return None
    part, spoken = narrowed(said, portfolio)
    named = _segment(said)
    keys = set(said.metrics) - spoken - ({"segments"} if named else set()) - _asked_of(bases, last)
    if keys or LARGEST.search(said.plain) or COUNTED.search(said.plain) and not AMONG.search(said.plain):
        return None
    if said.segments and not (named or "where" in part or leans(said)):
        return None
    own = own_words(said, portfolio, CARRIES, MERE, TEN, *(SEGMENT if named else ()))
    own = [word for word in own if word not in _bounded(said, spoken)]
    alike = len(own) <= SPARE and LIKE.search(said.plain) and _plainly_cut(said, part, portfolio)
    if own and not alike and (re.search(AWAY_VERBS, said.plain) or not only_cuts(seen, own)):
        return None
    found = [made for item in bases if (made := _cut(item, said, portfolio, named))]
    return found if found and len(found) == len(bases) else None


def cut_anew(item: Call, seen: "Understood", portfolio: "Portfolio") -> Call | None:
    """One figure with the slices of a message, whatever else it says; None where it names none."""
    return _cut(item, seen, portfolio, _segment(seen))


def _plainly_cut(seen: "Understood", part: dict[str, Any], portfolio: "Portfolio") -> bool:
    """Whether a message that the examples do not know, and that wants nothing else, names a part, a period or a grouping."""
    from agent.planning.nearest import SURE, nearest
    from agent.planning.slices import grouping_of

    wants = {name for name in seen.wants if not name.startswith("by_")} - {"own", "list", "mean", "rows"}
    cut = "where" in part or seen.period is not None or grouping_of(seen, part)
    return bool(cut) and not wants and nearest(seen, sure=SURE) is None


def plainly(seen: "Understood", portfolio: "Portfolio") -> "Understood":
    """The message with whom it leaves out, or what it takes, said in the way that filters are read."""
    from agent.reading.understand import understood

    text = LEFT_OUT.sub(r"except \1", seen.question.strip())
    english = seen.language == "en"
    small = text.lower().replace("ё", "е")
    if len(small) == len(text):
        only, but, those = ("only ", "except ", "") if english else ("только ", "кроме ", "")
        for pattern, instead in ((PUTS, " "), (ALL_BUT, only), (NOT_BY, " "), (AWAY, but + those)):
            found = pattern.search(small)
            if found is not None and not (pattern is AWAY and ALL_BUT.search(seen.plain)):
                text = f"{text[: found.start()]}{instead}{text[found.end() :]}"
                small = text.lower().replace("ё", "е")
    if text == seen.question.strip():
        return seen
    return replace(understood(text, portfolio, language=seen.language), said=seen.said)


def _bound_again(seen: "Understood", bases: list[Call], portfolio: "Portfolio") -> "Understood":
    """A message that sets a bound to nothing, with the one figure to which the last answer set one: «а ниже 40?»."""
    from agent.reading.understand import understood
    from tools.fields import ranks

    places = spans(seen.plain)
    wheres = {str(item["arguments"].get("where", "")) for item in bases}
    if len(places) == 1 and seen.metrics and not bounds(seen):  # of the clients listed, not of all together
        listed = understood(f"{'clients: ' if seen.language == 'en' else 'клиенты: '}{seen.plain}", portfolio)
        return listed if bounds(listed) and set(listed.metrics) <= {key for _, key in bounds(listed)} else seen
    set_to = {key for where in wheres for key in re.findall(r"(?:^| and )(\w+) [<>]", where) if ranks(key)}
    shown = {str(item["arguments"].get("key")) for item in bases if item["name"] == "metric"}
    set_to = set_to or {key for key in shown if len(shown) == 1 and ranks(key)}
    if len(places) != 1 or bounds(seen) or len(set_to) != 1:
        return seen
    start, with_ = places[0][0], "clients with" if seen.language == "en" else "клиенты у кого"
    return understood(
        f"{seen.plain[:start]}{with_} {set_to.pop()} {seen.plain[start:]}", portfolio, language=seen.language
    )


def _bounded(seen: "Understood", spoken: Collection[str]) -> set[str]:
    """Words of a message that name the figures to which it sets bounds."""
    words = re.findall(r"[^\W_]+", seen.plain)
    return {word for word in words for key in spoken if reading(word) == key or re.fullmatch(SAID.get(key, key), word)}


def leans(seen: "Understood") -> bool:
    """Whether a message leans on the last one by its words."""
    return any(pattern.search(seen.plain) for pattern in (ONLY, OPENS, REFERS, SPLIT, SAME, CARRIES, AWAY))


def _bases(last: list[Call]) -> list[Call]:
    """The figures of the last answer; else the terms, the segments or the findings in whose place a figure may stand."""
    from tools.metrics import metrics

    figures = [item for item in last if item["name"] in FIGURES]
    if figures:
        return figures
    terms = [call("metric", key=key) for item in last if (key := item["arguments"].get("key")) in metrics()]
    return terms or [item for item in last if item["name"] in ("segment", "findings")]


def _cut(item: Call, seen: "Understood", portfolio: "Portfolio", named: str | None) -> Call | None:
    """One figure with the slices of a message; None where it names none, or one that does not fit this figure."""
    from agent.planning.slices import grouping_of

    if item["name"] not in FIGURES:
        made = figure_of(item, seen, portfolio)
        return made if made != item else None
    given = item["arguments"]
    part: dict[str, Any] = dict(narrowed(replace(seen, metrics=()), portfolio)[0])
    part = {name: value for name, value in part.items() if name == "where"}
    part |= plan_alone(seen, part, portfolio)
    segment = named or (
        seen.segments[0] if len(seen.segments) == 1 and "segment" not in str(part.get("where")) else None
    )
    if segment:
        part = {"where": " and ".join([f"segment = {segment}", *([part["where"]] if "where" in part else [])])}
    ordered = ordered_by(item, seen)
    window = period_of(seen, [item], portfolio)
    grouped = grouping_of(seen, part) or split_by(seen) or _many(seen, part)
    if ordered is None or ordered and (grouped or "by" in given and not re.search(PEOPLE, seen.plain)):
        return None
    moved = change_asked(seen.plain) if not grouped and item["name"] == "metric" else None
    window = {} if moved is not None and AGAINST.search(seen.plain) else window
    ways = {"change": moved} if moved is not None else {}
    if DENIES.search(seen.plain) and "where" in part and "!=" not in part["where"] and not bounds(seen):
        return None
    if not any((part, ordered, window, grouped, ways)):
        if another(seen, [item]) == [item]:
            return item
        return item if "by" in given and _of_groups(seen) else None
    kept = without(item, *_dropped(given, part, ordered, grouped))
    return ungrouped(call(item["name"], **{**kept, **joined(kept, part), **ordered, **window, **grouped, **ways}), part)


def _asked_of(bases: list[Call], last: list[Call]) -> set[str]:
    """The figure that takes the place of the last one."""
    return {item["arguments"]["key"] for item in bases if item not in last and "key" in item["arguments"]}


def _of_groups(seen: "Understood") -> bool:
    """Whether a message asks which of the groups is at one end: «у кого хуже всех?», “which is the lowest?”."""
    asks = re.search(r"\b(?:кто|кого|кому|где|как\w+|who|which|where|whose)\b", seen.plain) is not None
    return asks and any(pattern.search(seen.plain) for _end, pattern in ENDS)


def _dropped(
    given: dict[str, Any], part: dict[str, Any], ordered: dict[str, int], grouped: dict[str, str]
) -> list[str]:
    """The arguments of the last figure that a new slice takes the place of."""
    by = str(given.get("by", ""))
    names = ["total"]
    names += ["by", "top", "bottom", "change"] if ordered else []
    names += ["top", "bottom", "change"] if grouped else []
    names += ["by"] if by and re.search(rf"\b{by} (?:=|in)", str(part.get("where", ""))) else []
    return names


def _many(seen: "Understood", part: dict[str, Any]) -> dict[str, str]:
    """The one grouping that a message names as many, without “by”."""
    found = [column for column, words in MANY.items() if re.search(rf"\b(?:{words})\b", seen.plain)]
    return {"by": found[0]} if len(found) == 1 and f"{found[0]} " not in str(part.get("where", "")) else {}


def _segment(seen: "Understood") -> str | None:
    """The segment that a message names with the word for one and with a word of no other segment's name."""
    from knowledge.search import stems

    said = [word for pattern in SEGMENT for word in pattern.findall(seen.plain)]
    own = {stem for word in said for stem in stems(word)}
    keys = [key for key, names in SEGMENTS.items() if own & {stem for name in (key, *names) for stem in stems(name)}]
    return keys[0] if len(keys) == 1 else None
