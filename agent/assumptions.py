"""What a question supposes: a play of `tools.scenarios` and its assumptions, in the user's own numbers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agent.reading.periods import NUMBERS
from tools.effect import Range
from tools.plays import SCENARIOS

DIGITS = r"\d{1,9}(?:[ \u00a0]\d{3})*(?:[.,]\d{1,6})?(?!\d)"
NUM = rf"(?<![\d.,]){DIGITS}"
WORDS = "|".join(sorted(NUMBERS, key=len, reverse=True))
SPAN = rf"(?P<low>{NUM}|{WORDS})(?:\s?%?\s?(?:[–—-]|\.\.|до|to)\s?(?P<high>{DIGITS}))?"
PERCENT = rf"\b{SPAN}\s?(?:%|процент\w*|per ?cent\w*)"
POINTS = rf"\b{SPAN}\s?(?:п\.\s?п\.?|пп\b|(?:процентн\w+ )?пункт\w*|(?:percentage )?points?\b|pp\b)"
CLIENT = r"(?:клиент\w*|заказчик\w*|аккаунт\w*|компани\w*|clients?|customers?|accounts?|companies)"
COUNT = rf"\b{SPAN} (?:(?!и\b|and\b|%)\w+ ){{0,2}}?{CLIENT}"
MONEY = rf"\b{SPAN}\s?(?P<times>тыс\w*|млн|миллион\w*|k\b|thousand|million)?"
TIMES: Mapping[str, int] = {"т": 1_000, "k": 1_000, "м": 1_000_000, "m": 1_000_000}
#: Shares in words, the longer before the shorter.
SHARES: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(rf"\b(?:{words})\b"), share)
    for words, share in (
        (r"две трети|двух третей|two[ -]thirds", 2 / 3),
        (r"три четверти|трех четвертей|three[ -]quarters", 0.75),
        (r"половин\w*|наполовину|вдвое|в два раза|half|halve[sd]?|halving|twofold|кажд\w+ втор\w+|every (?:second|other)", 0.5),
        (r"трет[ьи](?:ю|ей)?|a third|one third|втрое|кажд\w+ треть\w+|every third", 1 / 3),
        (r"четверть\w*|четверти|a quarter|one quarter|кажд\w+ четверт\w+|every fourth", 0.25),
        (r"пят\w+ част\w+|a fifth|one fifth|кажд\w+ пят\w+|every fifth|one in five", 0.2),
        (r"десят\w+ част\w+|a tenth|one tenth|кажд\w+ десят\w+|every tenth|one in ten", 0.1),
    )
)  # fmt: skip
DOUBLED = re.compile(r"\b(?:вдвое|в два раза|удво\w+|doubl\w+|twice|twofold)\b")
EVERYONE = re.compile(r"\b(?:все|всех|всю|вся|весь|целиком|полностью|all|every|whole|entire)\b")
LEVEL = re.compile(rf"(?:\bдо\b|\bto\b|\bat\b)\s?(?:{PERCENT})")
FROM_TO = re.compile(
    rf"\b(?:с|from)\s{NUM}\s?(?:%|процент\w*|percent)?\s(?:до|to)\s(?P<low>{NUM})(?P<high>)\s?(?:%|процент\w*|percent)"
)

_UP = r"(?:вырас\w+|раст[еу]\w+|увелич\w+|повы[сш]\w+|подн[яи]\w+|подорож\w+|индексир\w+|плюс|рост\w*|выше|больше|удво\w+|up|ris(?:e|es|ing)|rose|grow\w*|increas\w+|rais\w+|hik\w+|higher|more|doubl\w+|put (?:\w+ )?up|plus|jump\w*)"
_DOWN = r"(?:сниз\w+|снижа\w+|снижен\w+|уменьш\w+|сократ\w+|сокращ\w+|упад\w+|опуст\w+|минус|ниже|меньше|срез\w+|урез\w+|спад\w*|down|drop\w*|fall\w*|fell|cut\w*|reduc\w+|lower\w*|decreas\w+|halv\w+|minus|less|declin\w*|shrink\w*|trim\w*)"
_KEEP = r"(?:удерж\w+|сохран\w+|верн\w+|спас\w+|останутся|остан\w+|keep\w*|kept|sav(?:e|ed|ing)|retain\w*|rescu\w+|win(?:ning)? back|won back|stay\w*|hold on)"
_LOSE = r"(?:потер\w+|теря\w+|уйд\w+|уход\w*|уш[ел]\w+|отвал\w+|не удерж\w+|не сохран\w+|los(?:e|es|ing|t)|lea(?:ve|ves|ving)|left|churn(?:s|ed)?|cancel\w*|walk(?:s|ed)? away|quit)"
_WIN = r"(?:привле\w+|привед\w+|добав\w+|подключ\w+|получ\w+|верн\w+|приход\w+|прид\w+|win|won|winning|acquir\w+|add\w*|sign(?:ed|ing)? up|gain\w*|bring\w* in|attract\w*)"
CHURN = re.compile(r"\b(?:отток\w*|churn|attrition|доля ушедших)\b")
RISK = re.compile(r"\b(?:риск\w*|под угрозой|at[ -]risk|risky|risk)\b")
PRICE = re.compile(
    r"\b(?:цен[аыуе]?|ценой|ценам\w*|ценник\w*|прайс\w*|тариф\w* подорож\w*|индексаци\w+|prices?|pricing|price list|средн\w+ чек\w*|average (?:bill|cheque|check|revenue))\b"
)
DISCOUNT = re.compile(r"\b(?:скидк\w*|discount\w*)\b")
TRIAL = re.compile(r"\b(?:пробн\w+|trials?)\b")
LIMITS = re.compile(r"\b(?:лимит\w*|limits?)\b")
ORDERS = re.compile(r"\b(?:заказ\w*|orders?)\b")
CHEQUE = re.compile(r"\b(?:чек\w*|cheques?|checks?|average order|цен[аыуе]?|prices?)\b")
UP, DOWN, KEEP, LOSE, WIN = (re.compile(rf"\b{words}\b") for words in (_UP, _DOWN, _KEEP, _LOSE, _WIN))
PAIR = re.compile(
    rf"\b(?P<key>[a-z_]+)\s?=\s?(?P<low>{NUM})(?P<percent>\s?%)?(?:\.\.(?P<high>{DIGITS})(?P<percents>\s?%)?)?"
)


@dataclass(frozen=True, slots=True)
class Supposed:
    """A play and what the question assumes for it.

    ``given``: ranges by input, shares as fractions. ``clients``: inputs told as a number of clients, which are shares of
    the clients concerned. ``of_churn``: an input told against the churn of now: ``("cut", share of it)``,
    ``("level", where it is to stand)``.
    """

    play: str
    given: Mapping[str, Range] = field(default_factory=dict)
    clients: Mapping[str, Range] = field(default_factory=dict)
    of_churn: tuple[str, str, Range] | None = None


def supposed(plain: str) -> Supposed | None:
    """What a question in small letters supposes; None where none of the plays is about it."""
    text = re.sub(r"[\s\u00a0]+", " ", plain)
    play = next((key for key, fits in PLAYS if fits(text)), None)
    play = next((key for key in SCENARIOS if re.search(rf"\b{key}\b", text)), play)
    if play is None:
        return None
    found = READERS[play](text)
    inputs = {item.key for item in SCENARIOS[play].inputs}
    more = {**_shared(text), **_pairs(text)}
    return Supposed(
        play,
        {**found.given, **{key: value for key, value in more.items() if key in inputs}},
        found.clients,
        found.of_churn,
    )


def _fall(text: str) -> bool:
    return CHURN.search(text) is not None and (DOWN.search(text) is not None or FROM_TO.search(text) is not None)


def _kept_more(text: str) -> bool:
    return (
        KEEP.search(text) is not None
        and re.search(rf"\b(?:больше|more|лишн\w+|ещё|еще|another)\b.*{CLIENT}|{CLIENT} (?:больше|more)", text)
        is not None
    )


#: Which play a question is about, the particular before the general.
PLAYS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("paid_trial", lambda text: TRIAL.search(text) is not None),
    ("open_limits", lambda text: LIMITS.search(text) is not None),
    ("lower_cheque", lambda text: bool(CHEQUE.search(text) and ORDERS.search(text) and DOWN.search(text))),
    ("lower_churn", _fall),
    ("lose_clients", lambda text: bool(CHURN.search(text) and UP.search(text))),
    ("discount", lambda text: bool(DISCOUNT.search(text) or PRICE.search(text) and DOWN.search(text))),
    ("raise_prices", lambda text: bool(PRICE.search(text) and UP.search(text))),
    ("lose_clients", lambda text: bool(LOSE.search(text) and not re.search(r"\bне (?:уйд|потеря)|\bnot (?:lose|leave)", text))),
    ("keep_at_risk", lambda text: bool(RISK.search(text) and KEEP.search(text))),
    ("lower_churn", _kept_more),
    ("win_clients", lambda text: bool(WIN.search(text) and re.search(CLIENT, text))),
)  # fmt: skip


def _churn(text: str) -> Supposed:
    down = _fall(text) or CHURN.search(text) is None
    play, name = ("lower_churn", "points") if down else ("lose_clients", "lost")
    if (points := _found(POINTS, text)) is not None:
        return Supposed(play, {name: _hundredths(points)})
    level = FROM_TO.search(text) or LEVEL.search(text)
    if level is not None:
        return Supposed(play, of_churn=(name, "level", _hundredths(_range(level))))
    if CHURN.search(text) is None:
        return _part(play, name, text)
    if (share := _found(PERCENT, text)) is not None:
        return Supposed(play, of_churn=(name, "cut", _hundredths(share)))
    if (count := _found(COUNT, text)) is not None:
        return Supposed(play, clients={name: count})
    times = Range(1.0, 1.0) if not down and DOUBLED.search(text) else _in_words(text)
    return Supposed(play, of_churn=(name, "cut", times)) if times is not None else Supposed(play)


def _lost(text: str) -> Supposed:
    return _churn(text) if CHURN.search(text) else _part("lose_clients", "lost", text)


def _part(play: str, name: str, text: str) -> Supposed:
    """A part of the clients: a share, a number of them, a share in words, or all of them."""
    if (share := _found(PERCENT, text)) is not None:
        return Supposed(play, {name: _hundredths(share)})
    if (count := _found(COUNT, text)) is not None:
        return Supposed(play, clients={name: count})
    words = _in_words(text) or (Range(1.0, 1.0) if EVERYONE.search(text) else None)
    return Supposed(play, {name: words} if words is not None else {})


def _prices(text: str) -> Supposed:
    """The rise, and how many leave or stay because of it."""
    gone, rest = _beside(text, _LOSE)
    if gone is not None:
        given = {"stay": Range(1 - gone.high, 1 - gone.low)} if gone.high <= 1 else {}
    else:
        stay, rest = _beside(text, r"(?:остан\w+|stay\w*|удерж\w+|keep)")
        given = {"stay": stay} if stay is not None else {}
    rise = _found(PERCENT, rest)
    return Supposed("raise_prices", given | ({"rise": _hundredths(rise)} if rise is not None else {}))


def _discounted(text: str) -> Supposed:
    growth, rest = _beside(text, r"(?:продаж\w*|заказ\w*|sales|orders|клиентов стан\w+)")
    cut = _found(PERCENT, rest)
    given = {"growth": growth} if growth is not None else {}
    return Supposed("discount", given | ({"cut": _hundredths(cut)} if cut is not None else {}))


def _won(text: str) -> Supposed:
    count = _found(COUNT, text)
    return Supposed("win_clients", {"new": count} if count is not None else {})


def _cheque(text: str) -> Supposed:
    orders, rest = _beside(text, r"(?:заказ\w*|orders?)")
    cut = _found(PERCENT, rest)
    given = {"more_orders": orders} if orders is not None else {}
    return Supposed("lower_cheque", given | ({"cheque_cut": _hundredths(cut)} if cut is not None else {}))


def _limits(text: str) -> Supposed:
    given: dict[str, Range] = {}
    asked = (("convert", r"(?:остан\w+|перейд\w+|stay\w*|convert\w*|switch\w*)"), ("anyway", r"(?:и так|сами\b|anyway)"), ("uplift", r"(?:дороже|дорожа\w+|dearer|pricier|more expensive)"))  # fmt: skip
    for name, words in asked:
        share, text = _beside(text, words)
        if share is not None:
            given[name] = share
    months = _found(rf"\b{SPAN} (?:бесплатн\w+ |free )?(?:месяц\w*|months?)", text)
    return Supposed("open_limits", given | ({"free_months": months} if months is not None else {}))


def _trial(text: str) -> Supposed:
    given: dict[str, Range] = {}
    asked = (("convert", r"(?:после пробн\w+|целиком|after the trial|the whole)"), ("anyway", r"(?:и так|сами\b|anyway)"), ("take", r"(?:купят|возьмут|запишутся|buy|take|sign up)"))  # fmt: skip
    for name, words in asked:
        share, text = _beside(text, words)
        if share is not None:
            given[name] = share
    price = re.search(rf"\b(?:за|по|for|at) [$€£]?{MONEY}\s?(?:руб\w*|₽|р\b|\$|€|dollars?|$)", text)
    own = re.search(rf"\b(?:обход\w+|costs us)[^\d,;]{{0,15}}{MONEY}", text)
    priced = (("trial_price", price), ("trial_cost", own))
    return Supposed("paid_trial", given | {name: _money(match) for name, match in priced if match is not None})


READERS: Mapping[str, Callable[[str], Supposed]] = {
    "lower_churn": _churn,
    "lose_clients": _lost,
    "keep_at_risk": lambda text: _part("keep_at_risk", "kept", text),
    "raise_prices": _prices,
    "discount": _discounted,
    "win_clients": _won,
    "lower_cheque": _cheque,
    "open_limits": _limits,
    "paid_trial": _trial,
}


def _shared(text: str) -> dict[str, Range]:
    """What any play may be given: the margin, the cost of a client."""
    found: dict[str, Range] = {}
    margin = re.search(rf"\b(?:марж\w*|margin)(?: \w+)?[\s:=—-]{{1,3}}{PERCENT}", text)
    if margin is not None:
        found["margin"] = _hundredths(_range(margin))
    cost = re.search(
        rf"\b(?:затрат\w*|расход\w*|cost\w*|spend\w*)(?: (?:на|по|in|of|will|be|—|-))*[ :=—-]{{1,3}}[$€£]?{MONEY}(?!\s?(?:%|процент))",
        text,
    )
    if cost is not None:
        found["cost"] = _money(cost)
    return found


def _pairs(text: str) -> dict[str, Range]:
    """Assumptions written as the command line takes them: ``convert=10%..25%``."""
    found = {}
    for match in PAIR.finditer(text):
        value = _range(match)
        found[match["key"]] = _hundredths(value) if match["percent"] or match["percents"] else value
    return found


def _beside(text: str, words: str) -> tuple[Range | None, str]:
    """The share that stands beside the words, before or after them, and the text without both."""
    gap = r"(?P<gap>[^\d.,:;]{0,28}?)"
    patterns = (rf"\b{words}{gap}{PERCENT}", rf"{PERCENT}{gap}\b{words}")
    found = [match for pattern in patterns for match in re.finditer(pattern, text)]
    if not found:
        return None, text
    match = min(found, key=lambda item: len(item["gap"]))
    return _hundredths(_range(match)), text[: match.start()] + text[match.end() :]


def _in_words(text: str) -> Range | None:
    share = next((share for pattern, share in SHARES if pattern.search(text)), None)
    return Range(share, share) if share is not None else None


def _found(pattern: str, text: str) -> Range | None:
    match = re.search(pattern, text)
    return _range(match) if match is not None else None


def _range(match: re.Match[str]) -> Range:
    low, high = _number(match["low"]), _number(match["high"] or match["low"])
    return Range(min(low, high), max(low, high))


def _number(said: str) -> float:
    return float(NUMBERS[said]) if said in NUMBERS else float(re.sub(r"\s", "", said).replace(",", "."))


def _money(match: re.Match[str]) -> Range:
    times = TIMES.get((match["times"] or " ")[0], 1)
    found = _range(match)
    return Range(found.low * times, found.high * times)


def _hundredths(value: Range) -> Range:
    return Range(round(value.low / 100, 12), round(value.high / 100, 12))
