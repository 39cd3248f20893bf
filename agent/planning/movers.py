"""Which clients grew or shrank most: «кто вырос сильнее всех», “the five whose revenue fell most”, “who pays less than last year”."""

import re
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.planning.slices import window_of
from agent.reading.counted import CLIENT
from agent.reading.narrowing import narrowed
from agent.reading.order import SHOWN, counts
from agent.reading.understand import Understood
from agent.reading.values import named_words

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

_MOST = r"(?:(?:сильнее|больше|быстрее|заметнее) (?:всех|всего|остальных)|(?:the )?most|(?:the )?fastest|hardest)"
_UP = r"(?:(?:вы|под|воз)?рос(?:ла|ло|ли)?|раст[её]т|растут|прибавил\w*|увеличил\w*|grew|grown|grow|growing|gained|increased|expanded|expand)"
_PAYS = (
    rf"\b(?:кто|те|who|{CLIENT})\b.{{0,30}}?\b(?:плат(?:ит|ят|ить)|заплатил\w*|тратит|тратят|тратить|pay|pays|paying|paid|spend|spends|spending)(?: (?:нам|us|сейчас|now)){{0,2}} "
    r"(?:\w+ )?{than}\b(?! (?:than |чем )?\W*(?:\d|всего|остальн|друг|others|the (?:average|rest|others)|average|средн|всех))"
)
_DOWN = r"(?:просел\w*|просе(?:ло|ли|ла)|упал\w*|сократил\w*|снизил\w*|уменьшил\w*|усох\w*|сдулс\w*|съежил\w*|sank|sunk|shrank|shrunk|shrink|shrinking|fell|fallen|dropped|declined|slipped)"
WAYS = tuple(
    (way, re.compile(rf"\b{verb}\b(?: \w+){{0,4}}? {_MOST}\b|\b{_MOST}(?: \w+){{0,3}}? {verb}\b|\b(?:fastest|most)[- ]{verb}\b|{_PAYS.replace('{than}', than)}"))
    for way, verb, than in (("up", _UP, "(?:больше|more)"), ("down", _DOWN, "(?:меньше|less)"))
)  # fmt: skip
#: Who is asked for: clients, by a pronoun, a noun or a number of names.
WHO = re.compile(rf"\b(?:кто|у кого|чь[яеию]|who|whose|names|имен\w*)\b|\b{CLIENT}\b")
#: Words that may stand beside and name no other figure: of money, time, order and number.
BESIDE = re.compile(
    rf"{CLIENT}|выручк\w*|оборот\w*|деньг\w*|денег|плат\w+|платеж\w*|revenue|money|mrr|arr|turnover|кто|кого|чья|чье|чьи|whose|which|names?|имен\w*|"
    rf"{_UP}|{_DOWN}|{_MOST}|сильнее|больше|быстрее|всех|всего|остальных|заметнее|fastest|most|hardest|наш\w*|тех|those|their|"
    r"стал\w*|начал\w*|чем|than|before|раньше|прежде|нам|started|began|ago|назад|less|меньше|more|pay|pays|paying|paid|spend|spends|spending|трат\w+|из|of|"
    r"год\w*|квартал\w*|месяц\w*|полугод\w*|перв\w+|втор\w+|прошл\w+|последн\w+|врем\w+|эт\w+|период\w*|years?|quarters?|half|months?|last|past|first|second|third|over|this|that|during|time|period|"
    r"\d+|топ|пят\w+|тройк\w*|десят\w*|three|five|seven|покаж\w+|назов\w+|дай\w*|show|give|list|name|have|has|with|from|show|январ\w*|феврал\w*|март\w*|апрел\w*|июн\w*|июл\w*|август\w*|сентябр\w*|октябр\w*|ноябр\w*|декабр\w*"
)
#: Most of the clients, not the most of anything.
MAJORITY = re.compile(rf"\bmost (?:of\b|{CLIENT})|\bбольш(?:инство|ая часть)")
#: Figures of money whose growth a client is known by.
MONEY = frozenset({"mrr", "arr", "revenue_per_client", "movements"})


def asked(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """The clients whose MRR changed most, in the way that the question says."""
    way = next((way for way, pattern in WAYS if pattern.search(seen.plain)), None)
    grouped = any(want.startswith("by_") for want in seen.wants)
    if way is None or WHO.search(seen.plain) is None or grouped or seen.accounts or set(seen.metrics) - MONEY:
        return None
    told = {word for value in named_words(seen, portfolio) for word in value.split()}
    strange = [
        word for word in re.findall(r"[^\W\d_]{4,}", seen.plain) if not BESIDE.fullmatch(word) and word not in told
    ]
    if MAJORITY.search(seen.plain) or strange:
        return None
    part = {name: value for name, value in narrowed(seen, portfolio)[0].items() if name == "where"}
    number = next(iter(counts(seen.plain)), SHOWN)
    return [call("metric", key="mrr", **part, **window_of(seen), change=way, top=number)]
