"""Bounds in a manager's words: «со здоровьем ниже 50», “who gave us an NPS of 6 or lower”, as conditions of a filter.

A bound that cannot be read for sure is never guessed and never dropped: `unread` says that there is one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.reading.counted import CLIENT, change_asked
from agent.reading.tenure import FOR_LONG, SEATS
from agent.reading.time_words import NAMED
from tools.errors import UserError
from tools.fields import account_readings, find_field
from tools.reading import Unit

if TYPE_CHECKING:
    from agent.reading.understand import Understood

_TIME = r"(?:недел|месяц|мес\b|квартал|год|лет\b|week|month|quarter|year)"
NUMBER = (
    r"(?P<minus>[-−–])?(?P<number>(?>\d{1,3}(?:[ \u00a0\u202f,]\d{3})+(?:\.\d{1,2})?|\d+(?:[.,]\d+)?|(?:нуля|ноля|нулю|zero)\b))(?![\d.,]*\d)"
    r"(?: ?(?:(?P<thousand>тыс\w*|к\b|k\b|thousand)|(?P<million>млн\w*|миллион\w*|m\b|mln\b|million)|(?P<billion>млрд\w*|миллиард\w*|bn\b|billion)))?"
    r"(?: ?(?P<percent>%|процент\w*|percent))?(?: (?P<days>дн\w*|день|days?)\b)?"
    rf"(?! ?(?:{_TIME}|{CLIENT}|seats?\b|мест\w*|рабочих мест|сотрудник|пользовател|users?\b))"
)
LESS = r"(?:ниже|меньше|менее|хуже|дешевле|less|lower|below|under|fewer|worse)"
MORE = r"(?:дольше|longer|beyond|выше|больше|более|лучше|свыше|дороже|превыша(?:ет|ют|ющ\w+)|more|higher|above|over|greater|better|exceed(?:s|ing|ed)?)"
_THAN = r"(?:,? (?:than|чем))?"
_ALONE = r"\b(?!,? ?(?:than|чем)?,? ?[-−–<>₽$€]?\d)"
#: Shapes of a bound by its sign, the particular before the general: «не ниже 50» is no «ниже 50».
SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (sign, re.compile(shape))
    for sign, shape in (
        ("<=", rf"(?:\bне {MORE}{_THAN}|\b(?:at most|(?:no|not) {MORE}{_THAN})|≤|<=) ?{NUMBER}"),
        (">=", rf"(?:\bне {LESS}{_THAN}|\b(?:at least|(?:no|not) {LESS}{_THAN})|≥|>=) ?{NUMBER}"),
        ("<=", rf"(?<![\d.,]){NUMBER} (?:и|или|or|and) {LESS}{_ALONE}"),
        (">=", rf"(?<![\d.,]){NUMBER}(?: (?:и|или|or|and) {MORE}{_ALONE}|\+)"),
        ("<", rf"(?:\b{LESS}{_THAN}|<) ?{NUMBER}"),
        (">", rf"(?:\b{MORE}{_THAN}|>) ?{NUMBER}"),
    )
)
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
RANGE = re.compile(
    r"\b(?:от|from|between|между) (?=\d)(?!20[0-3]\d\b)|\bсо? (?=\d{1,3}(?:[.,]\d+)? до \d)|(?<![\d.,–—-])\b(?=\d{1,3} ?[-–—] ?\d{1,3}\b(?![-–—.]\d))"
)
#: A number that is a day of a month.
MONTHLY = re.compile(rf" ?(?:{NAMED})\b")
FLIPPED = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}
#: Words that turn a bound over where they stand shortly before it: “not paying more than”, «кроме клиентов с … больше».
_EXCEPT = r"\b(?:кроме|исключая|за исключением|except|excluding|apart from)\b"
#: A negation reaches its own bound only: not over another bound, and not into another clause.
DENIES = re.compile(
    rf"(?:{_EXCEPT}(?:[^\w,;.]+(?!\d)\w+){{0,5}}|"
    r"(?:\b(?:не|никогда не|без|not|never|without)\b|n['’]t\b)"
    rf"(?:[^\w,;.()]+(?!(?:и|но|или|с|со|у|где|среди|по|при|для|and|but|or|with|whose|where|who|among|for|by|at|{LESS}|{MORE})\b|\d)\w+){{0,4}})[^\w,;.()]*$"
)
#: Whatever looks like a bound: what of it is not read is told.
LIKE = re.compile(
    rf"(?:\b(?!over \d+[ -]{_TIME})(?!(?<![\w ] )over 20[12]\d\b(?!\d))(?!over 20[12]\d-(?:[qh]\d|\d\d)\b)(?:{LESS}|{MORE}|at least|at most|(?:less|greater|more) than or equal to)\b(?:,? (?:than|чем|на|by))*|[<>≤≥])\W{{0,3}}(?:\d+(?![\d  ]*\s?{CLIENT})|(?:полу)?миллион|тысяч|million|a thousand)|"
    rf"\b(?:older|younger|longer|shorter|старше|младше|моложе|дольше|меньше|более|менее) (?:than |чем )?\d+ ?{_TIME}|"
    rf"\b(?:от|from|between|между) ?\d[\d  ,.]* ?(?:тыс\w*|млн|k|m)? (?:до|to|and|и) \d(?![\d  ,.]*\W?(?:{_TIME}|{CLIENT}))"
)
WHOM = re.compile(
    rf"\b(?:{CLIENT}|кто|кого|кому|кем|у кого|каки[ехм]\w*|тех|те|all those|those|anyone|anybody|someone|somebody|кто-то|кто-нибудь|кто-либо|who|whose|whom|which|with|где|where|among|среди|должник\w*|нович\w*|холдинг\w*|сколько|how many)\b"
)
#: Figures of a client that verbs and other words stand for beside a number.
SAID: Mapping[str, str] = {
    "mrr": r"подписк\w*|отда(?:[её]т|ют)|subscriptions?|плат(?:ит|ят|ящ\w+|[её]ж\w*)|payments?|чек\w*|абонплат\w*|pay(?:s|ing)?|cheque|check",
    "revenue_per_client": r"выручк\w*|оборот\w*|принос\w+|принес\w*|revenue|turnover|bring\w*|brought",
    "overdue": r"долж(?:ен|на|ны|ники?)|задолж\w+|долг\w*|debt\w*|owe\w*|owing",
    "silence": r"(?:обща|говори|разговарива|связыва|созванива|слыша)л\w*|слышн\w*|spoken|talked|heard|spoke|молч\w+|тиш\w+|silent|quiet",
    "days_late": r"опазд\w+|опозд\w+|late",
    "chs": r"здоров\w+|health\w*",
    "churn_risk": r"риск\w*|вероятност\w*|risk|chance",
}
#: Figures that only a client has.
OF_ONE = frozenset({"silence", "days_late"})
BEFORE = 5
#: A length in no days: «молчит больше двух месяцев».
LONG = re.compile(rf"\b(?:{LESS}|{MORE}){_THAN} (?:\w+ )?{_TIME}")
#: The words that lead to a bound: “with a health score”, «у кого индекс здоровья».
LEADS = re.compile(
    r"(?:[\s,]+|^)(?:со?|у кого|у которых|где|with|whose|where|having)\s+(?:[^\s,.;]+\s+){0,4}?$", re.IGNORECASE
)
#: Words after a number that leave it what it is: money, and what joins clauses.
PLAIN_AFTER = re.compile(
    r"^\W*(?:$|[?!.,;)]|(?:руб\w*|р\b|₽|\$|€|и|или|а|но|за|в|во|на|у|по|из|с|со|к|кто|где|сейчас|балл\w*|пункт\w*|points?|roubles?|rubles?|and|or|but|in|on|for|by|of|at|from|with|who|now|this|last|to|сколько|how|покажи\w*|show)\b)"
)
YEARLY = re.compile(r"^\W*(?:руб\w*|р\.?|₽|roubles?)?\s*(?:в год|за год|a year|per year|annually|yearly)\b")


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound of a question: its condition and figure, or no condition where it says no more than the question does."""

    condition: str | None
    key: str | None
    span: tuple[int, int]


def bounds(seen: "Understood") -> list[tuple[str, str]]:
    """The conditions of the bounds that a question sets to figures of a client, each with the key of its figure."""
    found = [(bound.condition, bound.key) for bound in _read(seen) if bound.condition and bound.key]
    return list(dict.fromkeys(found))


def unread(seen: "Understood") -> bool:
    """Whether the question sets a bound to clients that could not be read, or two of which either is enough."""
    if not WHOM.search(seen.plain):
        return False
    if re.search(rf"\b(?:{SAID['silence']})", seen.plain) and LONG.search(seen.plain):
        return True
    read = _read(seen)
    left, last = [], 0
    for bound in sorted(read, key=lambda item: item.span):
        left.append(seen.plain[last : bound.span[0]])
        last = bound.span[1]
    left.append(seen.plain[last:])
    either = len(read) > 1 and re.search(_EXCEPT, seen.plain) is not None
    either = either or len(read) > 1 and any(re.search(r"\b(?:или|or|либо)\b", piece) for piece in left[1:-1])
    return either or any(LIKE.search(SEATS.sub(" ", FOR_LONG.sub(" ", piece))) for piece in left)


def without(seen: "Understood") -> str:
    """The question without its bounds and the words that lead to them: what is asked of those within."""
    text, ends = seen.question.strip(), sorted((bound.span for bound in _read(seen) if bound.condition), reverse=True)
    for start, end in ends:
        before = LEADS.search(text[:start])
        text = text[: before.start() if before else start] + text[end:]
    return text


def cut(plain: str, stretches: Iterable[tuple[int, int]]) -> str:
    """The text with blanks in place of some of its stretches."""
    for start, end in stretches:
        plain = plain[:start] + " " * (end - start) + plain[end:]
    return plain


def spans(plain: str) -> list[tuple[int, int]]:
    """Where the bounds of a question stand: their numbers are no periods."""
    return [match.span() for _, match in _matches(plain)]


def _read(seen: "Understood") -> list[Bound]:
    found = list(_ranges(seen))
    taken = [bound.span for bound in found]
    for sign, match in _matches(seen.plain):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        key = _about(seen, match)
        amount = _amount(match, key) if key is not None else None
        if key is None or amount is None or _beyond(amount, key):
            continue
        denied = (
            not _unheard(seen.plain, match) and DENIES.search(seen.plain[: match.start()]) is not None
        )  # “not heard of for more than”
        told = _of_whole(seen, match, key)
        condition = None if told else f"{key} {FLIPPED[sign] if denied else sign} {amount}"
        found.append(Bound(condition, key, match.span()))
    return found


def _ranges(seen: "Understood") -> Iterator[Bound]:
    """Bounds on both sides: «здоровье от 40 до 70», “health between 40 and 70”, both ends inside."""
    plain = seen.plain
    for opens in RANGE.finditer(plain):
        low = re.compile(NUMBER).match(plain, opens.end())
        joined = re.compile(r" ?(?:до|to|and|и|[-–—]) ?").match(plain, low.end()) if low else None
        high = re.compile(NUMBER).match(plain, joined.end()) if joined else None
        if low is None or high is None or MONTHLY.match(plain, high.end()) or _denied(plain[: opens.start()]):
            continue
        key = _about(seen, high if _about(seen, low) is None else low)
        dashed = opens.end() == opens.start()
        if dashed and not any(_figure(word) == key for word in plain[: opens.start()].split()[-2:]):
            continue
        scale = next((name for name in SCALES if high[name]), None)
        ends = [_amount(item, key, scale=scale) for item in (low, high)] if key is not None else []
        if key is None or None in ends or _of_whole(seen, low, key) or change_asked(plain) is not None:
            continue
        ends.sort(key=lambda end: float(str(end)))
        for sign, amount in zip((">=", "<="), ends, strict=True):
            yield Bound(f"{key} {sign} {amount}", key, (opens.start(), high.end()))


def _unheard(plain: str, match: re.Match[str]) -> bool:
    """Whether a denial belongs to the word for silence: “not heard of for more than 30 days”."""
    before = plain[: match.start()].split()[-BEFORE:]
    return any(
        re.match(r"(?:обща|говори|разговарива|связыва|созванива|слыша)л|слышн|spoken|spoke|talked|heard", word)
        for word in before
    )


def _beyond(amount: str, key: str) -> bool:
    """Whether no score can reach the amount, so that it is not of this figure that a bound speaks."""
    return account_readings()[key].unit is Unit.SCORE and abs(float(amount)) > 100


def _denied(before: str) -> bool:
    return (DENIES.search(before) or re.search(r"\b(?:no|none|nobody|ни одного|никого|никто)\b", before)) is not None


def _of_whole(seen: "Understood", match: re.Match[str], key: str) -> bool:
    """Whether the bound is set to the figure asked for, of all clients together: “Is our NPS above 40?”."""
    if key in OF_ONE:
        return False
    near = " ".join(seen.plain[: match.start()].split()[-3:])
    clients = WHOM.search(seen.plain) or re.search(r"\b(?:со?|у|with|among|среди|на)\b", near)
    return not clients and set(seen.metrics) <= {key}


def _matches(plain: str) -> Iterator[tuple[str, re.Match[str]]]:
    taken: list[tuple[int, int]] = []
    for sign, shape in SHAPES:
        for match in shape.finditer(plain):
            before = plain[: match.start()]
            joined = match[0][0].isdigit() and re.search(rf"(?:{LESS}|{MORE}|than|чем|[<>]) ?$", before)
            changed = re.search(r"\b(?:by|на) $", before)
            joined = joined or re.match(r"over 20[1-3]\d\b\W*(?:$|[^\W\d])", match[0] + plain[match.end() :][:9])
            if not (joined or changed or any(start < match.end() and match.start() < end for start, end in taken)):
                taken.append(match.span())
                yield sign, match


def _about(seen: "Understood", match: re.Match[str]) -> str | None:
    """The figure that a bound is set to: the one named nearest before the number, then right after it, then in the question."""
    before = re.split(r"[,;]|\b(?:и|and|или|or)\b", seen.plain[: match.start()])[-1].split()[-BEFORE:]
    after = seen.plain[match.end() :]
    known = account_readings()
    nearest = [key for word in reversed(before) if (key := _figure(word)) is not None]
    alone = PLAIN_AFTER.search(after) is not None
    later = [] if alone else [key for word in after.split()[:1] if (key := _figure(word)) is not None]
    named = [key for key in reversed(seen.metrics) if key in known] if alone else []
    key = next(iter((*nearest, *later, *named)), None)
    if key == "overdue" and match["days"] is not None:
        key = "days_late"
    if key is None or (match["days"] is not None and known[key].unit is not Unit.DAYS):
        return None
    return None if YEARLY.search(after) and known[key].unit is not Unit.MONEY_YEAR else key


def _figure(word: str) -> str | None:
    said = (key for key, words in SAID.items() if re.match(rf"(?:{words})(?!\w)", word))
    return reading(word) or next(said, None)


def _amount(match: re.Match[str], key: str, *, scale: str | None = None) -> str | None:
    """The number as a filter writes it; None where its scale is in doubt: «1.500», percent of money.

    ``scale`` is that of a number that names none: «от 50 до 100 тыс».
    """
    said = re.sub(r"[ \u00a0\u202f]", "", match["number"])
    said = said if said[0].isdigit() else "0"
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", said):
        said = said.replace(",", "")
    said = said.replace(",", ".")
    unit = account_readings()[key].unit
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", said) or match["percent"] and unit not in (Unit.RATIO, Unit.SCORE):
        return None
    own = next((name for name in SCALES if match[name]), scale)
    times = SCALES[own] if own else 1
    sign = "-" if match["minus"] else ""
    if unit is Unit.RATIO and (match["percent"] or float(said) > 1.5 and times == 1):
        return f"{sign}{float(said) / 100:g}"
    return sign + (said if times == 1 else f"{float(said) * times:.0f}")


def reading(word: str) -> str | None:
    """The figure of a client that a word names in any of its cases, or None."""
    try:
        found = find_field(base(word.strip(',.:;?!()«»"')))
    except UserError:
        return None
    return found.key if found.reading else None


def base(word: str) -> str:
    """The word as fields know it where it stands in another case (здоровью: здоровье), else as it is."""
    from knowledge.search import stems
    from tools.fields import SPOKEN

    own = stems(word)
    return next((known for words in SPOKEN.values() for known in words if stems(known) == own), word)
