"""Whether a question stands for itself: it holds words that no question going on from the last one needs."""

import re
from typing import TYPE_CHECKING

from agent.examples import Call
from agent.reading.bounds import spans
from agent.reading.counted import CLIENT, DIRECTIONS
from agent.reading.order import COLLECTIVE, PEOPLE
from agent.reading.periods import MONTHS, NUMBERS
from agent.reading.values import named_words
from agent.reading.words import GROUPINGS, SEGMENTS, WANTS_BY

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

#: Words of a question that goes on: they name no figure and no matter of their own.
_RU = (
    r"бы|вот|там|тут|эт\w+|тот|того|тому|том|теми|тем|тех|те|та|ту|той|таки[мехй]\w*|так\w{0,2}|то|сам\w{1,3}|тоже|также|только|лишь|просто|отдельно|весь|вс[еяюй]\w*|для|при|между|среди|кроме|без|"
    r"нас|нам|наш\w*|мне|мо[яийюе]\w*|меня|они|она|оно|его|ему|ними?|ней|них|него|нее|им|их|что|чт?о|как\w*|скольк\w*|кто|кого|кому|где|когда|чей|чьи|котор\w+|есть|был\w?|будет|сейчас|теперь|тогда|потом|дальше|еще|раз|снова|опять|"
    r"конкретно|именно|вообще|например|скажем|если|можно|надо|нужн\w+|хочу|хотел\w+|давай\w*|дай\w*|пока(?:жи|зать)\w*|вывед\w+|наз(?:ов|ыв|в)\w+|перечисл\w+|посчита\w*|глян\w+|(?:по)?смотр\w+|раз(?:б|лож|дел|рез|ре[жз])\w*|сгруппир\w+|групп\w+|"
    r"остав\w+|сравни\w*|возьм\w+|цифр\w+|показател\w*|значени\w*|данн\w+|итог\w*|картин\w+|дела|обсто\w+|ситуац\w+|кажд\w+|пожалуйста|плиз|пжлст|спасибо|ага|ладно|хорошо|понятно|ясно|интересно|слушай\w*|погоди\w*|"
    r"кстати|ого|хм+|мм+|неа|нее|угу|ой|супер|отлично|принято|спс|благодарю|или|либо|наоборот|прошл\w+|последн\w+|текущ\w+|предыдущ\w+|следующ\w+|перв\w+|втор\w+|трет\w+|четверт\w+|начал\w*|конец|кон[цч]\w*|раньше|назад|ранее|позже|сегодня|вчера|период\w*|врем\w+|срок\w*|"
    r"зим\w+|весн\w+|весен\w+|лет\w+|осен\w+|целом|топ|(?:наи)?(?:худш|лучш|больш|меньш|крупн|мелк|маленьк|высок|низк)\w*|базе|базы|люд\w+|част\w+|одн\w+|друг\w+|остальн\w+|чуть|очень|динамик\w*|разниц\w*"
)
_EN = (
    r"and|but|then|now|okay|well|just|only|also|too|again|same|thing|the|for|per|with|within|among|across|between|from|into|over|during|than|that|this|those|these|them|they|their|theirs|its|his|her|our|you|your|what|whats|"
    r"which|who|whose|how|many|much|about|are|was|were|been|being|does|did|has|have|had|can|could|would|will|should|want|need|like|please|pls|thanks|show|give|tell|name|list|let|lets|see|get|make|break|broken|split|slice|cut|down|out|"
    r"group\w*|look\w*|figure\w*|number\w*|value|ones|one|lot|guys|bunch|folks|people|else|other|others|each|every|all|overall|total|separately|alone|instead|not|yes|hey|last|previous|past|prior|preceding|since|start|beginning|end|first|second|"
    r"third|fourth|ago|earlier|before|later|half|ytd|date|today|time|period|there|here|where|when|some|any|spring|summer|autumn|fall|winter|point|exactly|actually|really|maybe|rest|part|put|keep|compare|difference|take|try|say|plus|minus|top|best|worst|most|least|more|less|fewer|largest|biggest|big|small|large|highest|lowest|smallest|bottom|except|excluding|without|anyone|anybody|everyone|everybody|everything|hmm+|nah|nope|yep|yeah|cool|great|nice|fine|sure|right|sorry|oops|thx|cheers|okey|specifically|altogether|even|ever|anyway|ours|inside"
)
FILLER = re.compile(
    rf"\w{{1,2}}|\d+|{_RU}|{_EN}|{CLIENT}|{PEOPLE}|{'|'.join(MONTHS)}|{'|'.join(NUMBERS)}|{'|'.join(COLLECTIVE)}|"
    r"дн\w*|день|недел\w*|месяц\w*|мес|квартал\w*|полугод\w*|год\w*|лет|days?|weeks?|months?|quarters?|years?|q[1-4]|h[12]|"
    rf"{'|'.join(GROUPINGS.values())}|менеджер\w*|manager\w*"
)
#: Clients in order by what they pay: an order that needs no figure before it.
LARGEST = re.compile(
    rf"\b(?:крупн|largest|biggest)\w*\s+(?:\w+\s+)?{CLIENT}|\b{CLIENT}\s+(?:\w+\s+)?(?:крупн|largest|biggest)"
)
COUNTED = re.compile(
    rf"\b(?:сколько|how many|(?:the )?number of|число|количество|численность|headcount)\b.{{0,30}}\b{CLIENT}"
)
#: How surely the examples must know a question with one word of its own, and with more.
KNOWN, FAINT = 0.4, 0.2
#: With so many words of its own a question that leans on the last one still stands for itself; any other with one.
OWN = 3


def stands(seen: "Understood", last: Call, portfolio: "Portfolio", *, linked: bool) -> bool:
    """Whether a question without a figure that rules know asks for something else than ``last`` did."""
    from agent.planning.nearest import guesses

    if LARGEST.search(seen.plain) or last["name"] != "clients" and COUNTED.search(seen.plain):
        return True
    own = own_words(seen, portfolio)
    if not own or len(own) >= (OWN if linked else 1):
        return bool(own)
    found = next(iter(guesses(seen, most=1)), None)
    if found is None or found.call["arguments"].get("key") == last["arguments"].get("key", ""):
        return False
    return found.weight >= (KNOWN if len(own) == 1 else FAINT)


def own_words(seen: "Understood", portfolio: "Portfolio", *also: re.Pattern[str]) -> list[str]:
    """The words of a question that are no filter, period, grouping, order or change, no word of courtesy and none of ``also``."""
    from knowledge.search import stems

    plain = seen.plain
    for start, end in spans(plain):
        plain = plain[:start] + " " * (end - start) + plain[end:]
    for pattern in (*(pattern for _, pattern in DIRECTIONS), *WANTS_BY.values(), *also):
        plain = pattern.sub(" ", plain)
    values = {word for name in named_words(seen, portfolio) for word in re.findall(r"\w+", name)}
    named = {stem for key in seen.segments for name in SEGMENTS.get(key, ()) for stem in stems(name)}
    words = [word for word in re.findall(r"[^\W_]+", plain) if word not in values and not FILLER.fullmatch(word)]
    return [word for word in words if not set(stems(word)) <= named]


def nothing_but(seen: "Understood", portfolio: "Portfolio", asked: re.Pattern[str], *also: re.Pattern[str]) -> bool:
    """Whether a question says what ``asked`` matches and, words of courtesy and of ``also`` aside, no more."""
    return asked.search(seen.plain) is not None and not own_words(seen, portfolio, asked, *also)
