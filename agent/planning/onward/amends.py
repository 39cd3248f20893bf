"""A message that puts the last one right, or changes whom it was about: «имел в виду просрочку», «не адвокатам, а сегменту роста»."""

import re
from typing import TYPE_CHECKING

from agent.compare import MOST
from agent.examples import Call, call
from agent.planning.onward.again import FIGURES, joined
from agent.planning.onward.cut_anew import cut_anew
from agent.planning.onward.remark import names
from agent.reading.plans import places

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

#: What says that the last message was not what was meant, and what says in whose place another stands.
PUTS_RIGHT = re.compile(
    r"^\W*(?:ой|упс|нет|не то|стоп|погоди\w*|прости\w*|извини\w*|сорри|oops|no|sorry|wait|hold on|my bad|scratch that)\b|"
    r"^\W*(?:not|не) [^,]+ ?[,—–-] \w"
)
CONTRASTS = re.compile(
    r"\b(?:име(?:л|ла|ли) (?:я )?в виду|я (?:не )?про|вместо|meant|i mean|instead of|rather than)\b|"
    r"\b(?:не|not) (?!only\b|только\b)[^,]+,? (?:а|but)\b"
)
#: One thing in the place of another, whatever stands before it.
INSTEAD_OF = re.compile(
    r"(?is)^(?:\W*(?:ой|упс|нет|стоп|погоди\w*|прости\w*|извини\w*|сорри|вернее|точнее|oops|no|sorry|wait|hold on|my bad|actually|я|i)\b[\s,.!—–-]*)*"
    r"(?:(?:не|not)\s+(?!только|лишь|просто|только|считая|учитывая|включая|only|just|counting|including)(?:про |по |на |в |за |the |in |for )?(?P<gone>[^,?]+?)(?:,? (?:а|но|but)\s+|,\s+|\s+[—–-]\s+)(?P<fresh>.+?)|"
    r"(?:име(?:л|ла|ли)(?: я)? в виду|хотел\w*|нуж\w+|i meant|meant|i wanted|i mean)\s+(?P<meant>.+?),?\s+(?:а )?(?:не|not|rather than|instead of)\s+(?P<too>[^,]+?))[.!?\s]*$"
)
#: What stands in the place of another thing is said in no more words.
BRIEF = 4
#: What asks anew, of nothing said before.
ANEW = re.compile(r"\b(?:как\w*|сколько|вопрос\w*|ещ[её]|(?:what|how)(?! about)|which|question|and|problem)\b")
#: What puts one more client beside those compared, and what puts one in the place of another.
ADDS = re.compile(
    r"\b(?:добав\w+|докин\w+|прибав\w+|подключ\w+|ещ[её]|тоже|третьим|четв[её]ртым|add|throw in|include|also|too|as well|as (?:a|the) (?:third|fourth))\b"
)
INSTEAD = re.compile(r"\b(?:вместо|замен\w+|помен\w+|instead|swap|replace)\b")


def amended(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last calls with another figure, segment or client in the place of theirs; None where the message says no such thing."""
    put = _put(seen, last, portfolio)
    if put is not None:
        return put
    if len(last) != 1:
        return None
    right = CONTRASTS.search(seen.plain) or PUTS_RIGHT.search(seen.plain) and not ANEW.search(seen.plain)
    return _compared(seen, last[0], portfolio) or (_other(seen, last[0]) if right else None)


def _put(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last figures with what a message puts in the place of what it takes back: «не Москва, а область», “Start, not Business”."""
    from agent.reading.understand import understood

    found = INSTEAD_OF.match(seen.question.strip())
    if found is None or not last or any(item["name"] not in FIGURES for item in last):
        return None
    taken_back = understood(found["gone"] or found["too"], portfolio, language=seen.language)
    put = (found["fresh"] or found["meant"]).strip()
    plan = next((item.plan for item in places(put, portfolio) if (item.start, item.end) == (0, len(put))), None)
    named = put if plan is None else f"{'тариф' if seen.language == 'ru' else 'plan'} «{plan}»"
    said = understood(named, portfolio, language=seen.language)
    if plan is None and not names(taken_back, portfolio):
        return None
    if len(said.stems) > BRIEF or said.accounts or said.codes or said.segments:
        return None
    if said.metrics:
        return _other_key(said, last, portfolio) if taken_back.metrics and len(said.metrics) == 1 else None
    made = [cut_anew(item, said, portfolio) for item in last]
    return [item for item in made if item is not None] if all(made) else None


def _other_key(said: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last figures with another one in their place, and with the slices said beside it."""
    from agent.planning.slices import grouping_of, window_of
    from agent.reading.narrowing import narrowed

    part = narrowed(said, portfolio)[0]
    if part.keys() - {"where"}:
        return None
    more = {**part, **window_of(said), **grouping_of(said, part)}
    return [
        call("metric", **{**item["arguments"], **joined(item["arguments"], more), "key": said.metrics[0]})
        for item in last
    ]


def _other(seen: "Understood", item: Call) -> list[Call] | None:
    """The last figure or letter with the one other that a correction names."""
    given = item["arguments"]
    if seen.accounts or seen.codes or seen.period:
        return None
    if item["name"] == "metric" and not seen.segments:
        keys = [key for key in seen.metrics if key != given["key"]]
        return [call("metric", **{**given, "key": keys[0]})] if len(keys) == 1 else None
    if item["name"] in ("draft_message", "segment") and given.get("segment"):
        named = [segment for segment in seen.segments if segment != given["segment"]]
        return [call(item["name"], **{**given, "segment": named[0]})] if len(named) == 1 else None
    return None


def _compared(seen: "Understood", item: Call, portfolio: "Portfolio") -> list[Call] | None:
    """The clients of the last comparison with one more, or with one in the place of the one that the message drops."""
    ids = [] if item["name"] != "compare" else list(item["arguments"]["ids"])
    fresh = [account for account, _name in seen.accounts if account not in ids]
    if not ids or len(fresh) != 1 or seen.metrics or seen.wants & {"letter", "report"}:
        return None
    if INSTEAD.search(seen.plain):
        gone = [account for account in ids if _spoken(account, seen, portfolio)]
        kept = [account for account in ids if account not in gone]
        return [call("compare", ids=[*kept, *fresh])] if len(gone) == 1 else None
    return [call("compare", ids=[*ids, *fresh])] if ADDS.search(seen.plain) and len(ids) < MOST else None


def _spoken(account: str, seen: "Understood", portfolio: "Portfolio") -> bool:
    """Whether a message names a client whole or by the last word of its name: «убери пекарню»."""
    from knowledge.search import stems

    words = stems(dict(portfolio.accounts())[account])
    return any(named == account for named, _name in seen.accounts) or bool(words) and words[-1] in seen.stems
