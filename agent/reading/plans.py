"""Plans that a question names: by the words around them, in quotes, or by their capital letter inside a sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tools.text import latin

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: Names of plans that the other language calls by another word.
ABROAD: tuple[tuple[str, ...], ...] = (
    ("бизнес", "business"), ("старт", "start"), ("стартовый", "starter"), ("базовый", "базис", "basic"), ("стандарт", "стандартный", "standard"),
    ("премиум", "premium"), ("корпоративный", "corporate"), ("энтерпрайз", "enterprise"), ("команда", "team"),
    ("лайт", "light", "lite"), ("бесплатный", "free"), ("профессиональный", "professional"), ("расширенный", "advanced"), ("эксперт", "expert"),
    ("оптимальный", "optimal"), ("максимум", "maximum"), ("минимум", "minimum"), ("золотой", "gold"), ("серебряный", "silver"), ("рост", "growth"),
)  # fmt: skip
#: What may stand between two plans set beside each other.
BESIDE = r"(?:,|/|,? (?:и|или|vs\.?|против|рядом с|and|or|versus|against|next to)(?: (?:на|у|по|со?|on|for|of|in))?)"
_PLAN = r"(?:тариф\w*|план\w*|подписк\w*|plans?|tariffs?|tiers?|subscriptions?)"
_CLIENTS = r"(?:clients?|customers?|accounts?|users?|subscribers?|contracts?|lot|guys|ones|клиент\w*|договор\w*)"
#: Clients as the subject of a sentence: «Про клиенты», not «про клиентов».
_ARE = r"(?:clients?|customers?|accounts?|users?|subscribers?|клиенты|договоры|аккаунты)"
#: A time or a thing of another kind: «со старта года», “the start of March”, “pro rata”.
_OTHERWISE = re.compile(
    r"[»\"”]?[\s-]+(?:of\b(?! (?:our )?(?:clients|customers))|года?\b|году|квартала|месяца|недели|продаж|проект\w*|работ\w*|внедрени\w*|сотрудничеств\w*|сезона|"
    r"rata|forma|bono|active|and cons?|year|date|day|time|value|review|case|model|goal\w*|owner\w*|result\w*|процесс\w*|модел\w*|цел\w*|ценност\w*|кейс\w*)\b"
)
_ENDS = re.compile(r"[»\"”]?\s*(?:$|[,.;:?!)—–-]|(?:и|или|в|во|за|на|по|с|со|у|сколько|как\w*|кто)\b)")
#: Words after which a plan stands, whatever the case of its letters; the capital one has more of them.
_ON = re.compile(r"\b(?:на|среди|on)\s+(?:the\s+)?$")
_MOVED = re.compile(
    r"\b(?:клиент\w*|уш\w+|ухо\w+|перешл\w+|переход\w+|съеха\w+|clients?|customers?|accounts?|those|ones|are|is|move\w*|users?)\s+"
    r"(?:(?:на|со?|у|on|from|to)\s+)?$"
)
#: Words that are hardly anything but a plan after “for” or «у».
_PLANLIKE = r"enterprise|энтерпрайз\w*|premium|премиум\w*|starter|lite|лайт\w*|corporate|корпоративн\w+|базов\w+"
_OF = re.compile(r"\b(?:for|of|in|among|with|у|для|по|на)\s+(?:the\s+)?$")
_SENTENCE = re.compile(r"(?:^|[.?!…]\s|\n|:\s)[\s«\"“(—–-]*$")
_OPEN, _CLOSED = "«\"“„'", "»\"”“'"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a plan is named in a question, and how surely: ``sure`` unless its word may well mean something else there."""

    plan: str
    start: int
    end: int
    sure: bool


def plans(portfolio: "Portfolio") -> tuple[str, ...]:
    """Names of the plans of the data."""
    from tools.fields import raw_values

    if "plans" not in portfolio.memo:
        values = {str(value) for value in raw_values(portfolio, "plan").values()}
        portfolio.memo["plans"] = tuple(sorted(value for value in values if '"' not in value))
    known: tuple[str, ...] = portfolio.memo["plans"]
    return known


def spellings(name: str) -> set[str]:
    """The name of a plan in small letters, in either alphabet and language."""
    plain = name.lower().replace("ё", "е")
    abroad = {word for words in ABROAD if plain in words for word in words}
    return {plain, latin(name), *abroad}


def named(question: str, portfolio: "Portfolio") -> tuple[Place, ...]:
    """The places of a question where a plan of the data is surely named."""
    return tuple(place for place in places(question, portfolio) if place.sure)


def places(question: str, portfolio: "Portfolio") -> Iterator[Place]:
    """Every place where a word of a plan stands; a longer name before one that it holds."""
    question = question.strip()
    plain = question.lower().replace("ё", "е")
    taken: list[tuple[int, int]] = []
    for name in sorted(plans(portfolio), key=len, reverse=True):
        for match in re.finditer(rf"(?<![\w])(?:{_forms(name)})(?:['’]s)?(?!\w)", plain):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                yield Place(name, *match.span(), _sure(question, plain, *match.span()))


def lacking(question: str, portfolio: "Portfolio") -> list[str]:
    """Plans plainly named that the data lack: quoted after the word for a plan, or by a usual name of one."""
    known = {spelling for name in plans(portfolio) for spelling in spellings(name)}
    usual = "|".join(word.capitalize() for words in ABROAD for word in words)
    shapes = rf"\b(?:[Тт]ариф\w*|[Pp]lan|[Tt]ariff) [«\"“]([^»\"”\d]{{2,30}})[»\"”]|\b[Тт]ариф\w* ({usual})\b|\b(?:on|на) ({usual})\b|\b({usual}) (?:plan|tariff)\b|[»\"”\w] (?:versus|vs\.?|против) [«\"“]?({usual})\b"
    found = [next(filter(None, match.groups())) for match in re.finditer(shapes, question)] if known else []
    return [
        name
        for name in found
        if not any(re.fullmatch(_forms(plan), name.lower().replace("ё", "е")) for plan in plans(portfolio))
    ]


def compared(plain: str, portfolio: "Portfolio") -> bool:
    """Whether two plans or more stand beside each other: «на Старте, Про и Бизнесе», “Pro vs Business”."""
    forms = "|".join(_forms(name) for name in sorted(plans(portfolio), key=len, reverse=True))
    one = rf"[«\"“]?(?:{forms})[»\"”]?"
    found = re.finditer(rf"(?<!\w)({one}){BESIDE} (?:the )?({one})(?!\w)|(?<!\w)({one})/({one})(?!\w)", plain)
    return bool(forms) and any(_other(match) for match in found)


def _other(match: re.Match[str]) -> bool:
    first, second = (match[1] or match[3]).strip('«»"“”'), (match[2] or match[4]).strip('«»"“”')
    return first[:3] != second[:3]


@cache
def _forms(name: str) -> str:
    """A pattern of the name's spellings in their cases."""
    found = []
    for word in sorted(spellings(name), key=len, reverse=True):
        said = re.escape(word)
        if re.fullmatch("[а-я]+[бвгджзклмнпрстфхцчшщ]", word):
            said += "(?:а|у|ом|е|ы)?"
        elif re.fullmatch("[а-я]+[ыои]й", word):
            said = re.escape(word[:-2]) + "(?:[ыои]й|ого|ому|ом|ым)"
        elif re.fullmatch("[а-я]+а", word):
            said = re.escape(word[:-1]) + "(?:а|ы|е|у|ой)"
        found.append(said)
    return "|".join(found)


def _sure(question: str, plain: str, start: int, end: int) -> bool:
    """Whether the word at a place of the question stands for a plan there."""
    before, after = plain[:start], plain[end:]
    word, capital = plain[start:end], question[start].isupper()
    quoted = bool(before) and before[-1] in _OPEN and bool(after) and after[0] in _CLOSED
    if quoted:
        return True
    if _OTHERWISE.match(after) or word.startswith("бизнес") and after.startswith("-план"):
        return False
    titled = re.match(r"[ -][A-ZА-Я][a-zа-я]", question[end:]) is not None
    inside = (
        capital and not _SENTENCE.search(before) and not _shouted(question) and not (titled and _heading(question, end))
    )
    if inside:
        return True
    preposition = word == "про" and not _ENDS.match(after)
    hyphen = re.match(rf"-{_PLAN}\b|-{_CLIENTS}\b", after) is not None
    if preposition and not hyphen:
        return capital and re.match(rf"\s{_ARE}\b", after) is not None and not before.strip()
    kind = re.search(rf"\b{_PLAN}\s+[«\"“]?$", before) and not re.search(rf"\b(?:the|our|a) {_PLAN}\s+$", before)
    owned = re.match(rf"(?:['’]s)?[\s-]+(?:{_PLAN}|{_CLIENTS})\b", after) and not re.search(
        r"\b(?:our|my|a|наш\w*)\s+$", before
    )
    if hyphen or kind or owned or capital and _SENTENCE.search(before) and re.match(r"\s*[:,—–]", after):
        return True
    if not _ordinary(word) or len(re.findall(r"\w+", word)) > 1:
        return True
    if re.fullmatch(_PLANLIKE, word) and _OF.search(before) and _ENDS.match(after):
        return True
    if word in ("business", "бизнес"):
        return _MOVED.search(before) is not None and re.search(r"\b(?:на|on|from|to)\s+$", before) is not None
    return _ON.search(before) is not None or _MOVED.search(before) is not None and _ENDS.match(after) is not None


def _shouted(question: str) -> bool:
    """Whether a question writes so many words with a capital letter that it says nothing."""
    words = [word for word in re.findall(r"[^\W\d_]{2,}", question) if not word.isupper()]
    return len(words) > 3 and 3 * sum(word[0].isupper() for word in words) > 2 * len(words)


def _heading(question: str, end: int) -> bool:
    """Whether the capital word after a plan's is no word for plans or clients: “Business Review”."""
    return re.match(rf"[ -](?:{_PLAN}|{_CLIENTS})\b", question[end:], re.IGNORECASE) is None


def _ordinary(word: str) -> bool:
    """Whether the word of a plan is one of ordinary questions: «старт», “business”."""
    from agent.examples import vocabulary
    from knowledge.search import stems

    if word == "pro":
        return False
    told = {"про", "старт", "бизнес", "business", "start", *(form for words in ABROAD for form in words)}
    return word in told or bool(set(stems(word)) & {*vocabulary(), *(stem for item in told for stem in stems(item))})
