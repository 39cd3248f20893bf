"""Industries and towns by the words of either language: their people («пищевики»), their adjectives, what the data lack."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

#: Words of an industry in both languages; a value of the data is the one that has such a word itself.
TRADES: Mapping[str, str] = {
    "логистика": r"логист\w*|logist\w+",
    "медицина": r"клиник(?:и|ам|ами|ах)?|больниц(?:ы|ам|ами|ах)?|clinics|hospitals|медик\w*|медицин\w*|healthcare|medic(?:al|ine|s)|здравоохранени\w*",
    "розница": r"розниц\w*|розничн\w+|ритейл\w*|retail\w*|магазин(?:ы|ов|ам|ами|ах)|shops",
    "производство": r"производител(?:и|ей|ям|ями|ях)|производствен\w+|производств\w*|manufactur\w+|production|завод(?:ы|ов|ам|ами|ах)|factories",
    "оптовая торговля": r"опт|опта|опте|оптом|оптов\w+|wholesal\w+",
    "пищевая промышленность": r"пищев\w+|foods?|foodstuffs?",
    "строительство": r"строител\w+|строек|стройк\w*|construction|builders?",
    "образование": r"образовани\w*|образовательн\w+|education\w*|edtech",
    "финансы": r"финанс(?:ы|ов|ам|ах)|финансист\w*|финансов\w+|financ(?:e|ial|ials)",
    "банки": r"банк(?:и|ов|ам|ах)|банковск\w+|bank(?:s|ing)",
    "страхование": r"страховани\w*|страховщик\w*|insur(?:ance|ers?)",
    "сельское хозяйство": r"сельскохозяйственн\w+|сельск\w+|агро\w*|аграри\w+|фермер\w*|agricultur\w+|farm(?:ers|ing)",
    "гостиницы": r"гостини[цч]\w*|отел(?:и|ей|ям|ях)|отельер\w*|hotels?|hospitality",
    "транспорт": r"транспорт\w*|transport\w*",
    "услуги": r"услуг\w*|services",
    "энергетика": r"энергетик\w*|energy",
    "недвижимость": r"недвижимост\w*|риелтор\w*|real estate|realtors?",
    "телеком": r"телеком\w*|telecoms?",
    "фармацевтика": r"фарма\w*|pharma\w*",
    "туризм": r"туризм\w*|турист\w+|tourism|travel",
}
#: Industries whose words alone say nothing else, so that a question that names one means it even where the data lack it.
PLAIN = {
    "логистика": r"логистик\w+|логист(?:ы|ов|ам|ами|ах)|logistics", "медицина": r"медик(?:и|ов|ам|ами|ах)|healthcare",
    "розница": r"розниц\w+|ритейлер\w*|retail(?:ers?)?", "производство": r"производственник\w*|manufactur(?:ers?|ing)",
    "оптовая торговля": r"оптовик\w*|wholesale(?:rs?)?", "пищевая промышленность": r"пищевик\w*|food (?:industry|producers?)",
    "строительство": r"строительств\w+|строител(?:и|ей|ям|ями|ях)|construction", "образование": r"образовани[июяе]м?|education",
    "финансы": r"финансист(?:ы|ов|ам|ами|ах)|финансов\w+ (?:отрасл|сектор|сфер)\w*|(?:finance|financial)[- ](?:industry|sector)",
    "банки": r"банк(?:и|ов|ам|ами|ах)|banking|banks", "страхование": r"страховани\w+|страховщик\w*|insurance|insurers",
    "сельское хозяйство": r"сельск\w+ хозяйств\w*|агропром\w*|аграри\w+|agriculture|farming", "гостиницы": r"гостиниц\w*|отельер\w*|hotels|hospitality",
    "недвижимость": r"недвижимост\w*|real estate", "телеком": r"телеком\w*|telecoms?", "фармацевтика": r"фармацевтик\w+|pharma", "туризм": r"туризм\w*|tourism",
}  # fmt: skip
#: What stands before or after the word of an industry whose clients are meant.
_IN = r"(?:\b(?:в|из|у|по|от|для|среди|among|in|from|across|by|for|of)\s+(?:the\s+|отрасли\s+|сфере\s+)?)"
_LOT = r"(?:\s+(?:clients?|customers?|accounts?|guys|lot|folks|industry|sector|companies|клиент\w*|отрасл\w*|сфер\w*|сектор\w*|компани\w*))"
#: Towns and regions by the words of both languages: the first word is how a region of the data is spelled.
TOWNS: tuple[tuple[str, str], ...] = (
    ("москва", r"moscow|москв\w{1,2}|московск\w+|мск"),
    (
        "петербург",
        r"(?:st\.? |saint )?petersburg|st\.? pete|spb|спб|питер\w{0,2}|питерск\w+|петербурж\w*|петербургск\w+|петербург\w{0,2}",
    ),
    ("самарская", r"samara|самар[аыеуой]{1,2}|самарск\w+"),
    ("нижегородская", r"nizhny(?: novgorod)?|нижн(?:ий|его|ему|ем) новгород\w{0,2}|нижегородск\w+"),
    ("казань", r"kazan|казан(?:ь|и|ью)|казанск\w+"),
    ("свердловская", r"sverdlovsk|свердловск\w+|yekaterinburg|ekaterinburg|екатеринбург\w{0,2}|екатеринбургск\w+"),
    ("татарстан", r"tatarstan|татарстан\w{0,2}|татари(?:я|и|ю|ей)"),
    ("новосибирск", r"novosibirsk|новосибирск\w*"),
    ("ростов", r"rostov|ростов\w*"),
    ("краснодар", r"krasnodar|краснодар\w*|кубан(?:ь|и|ью)|kuban"),
    ("челябинск", r"chelyabinsk|челябинск\w*"),
    ("уфа", r"ufa|уф[аыеу]"),
    ("пермь", r"perm|перм(?:ь|и|ью|ск\w+)"),
    ("воронеж", r"voronezh|воронеж\w*"),
    ("сочи", r"sochi|сочи"),
    ("тюмень", r"tyumen|тюмен\w*"),
    ("омск", r"omsk|омск\w*"),
    ("владивосток", r"vladivostok|владивосток\w*"),
    ("калининград", r"kaliningrad|калининград\w*"),
)
_MOSCOW_REGION = re.compile(r"\bmoscow (?:region|oblast)\b|\bподмосков\w+")
_FOOD = re.compile(r"\bfoods? (?:producers?|production|manufactur\w+|processing|industry)\b")


def said(text: str, values: Sequence[str]) -> str:
    """The text with the words of industries and towns as the values of the data spell them."""
    text = _FOOD.sub("food", _MOSCOW_REGION.sub("московская область", text))
    for words in (*(words for _, words in TOWNS), *TRADES.values()):
        shape = _shape(words)
        own = [(_plain(value), found[0]) for value in values if (found := shape.search(_plain(value)))]
        whole = [word for value, word in own if value == word] or [word for _, word in own]
        if len(whole) == 1 and not (len(own) > 1 and _same_letters(text, shape, whole[0])):
            text = shape.sub(whole[0], text)
    return text


def spoken(text: str, values: Sequence[str]) -> set[str]:
    """The words of a text by which it names the industries and towns of ``values``."""
    held = (words for words in (*(words for _, words in TOWNS), *TRADES.values()) if _held(words, values))
    return {word for words in held for found in _shape(words).finditer(text) for word in re.findall(r"\w+", found[0])}


@cache
def _shape(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b")


def _same_letters(text: str, shape: re.Pattern[str], word: str) -> bool:
    """Whether the words of a text begin as a value does, so that its other words tell which one is meant: «московская»."""
    return all(found[0][:4] == word[:4] for found in shape.finditer(text))


def lacking(text: str, industries: Sequence[str], regions: Sequence[str]) -> list[tuple[str, str]]:
    """Industries and towns plainly named that the data lack, where they have such a column at all."""
    found = [
        ("industry", name)
        for name, words in PLAIN.items()
        if industries and _meant(words).search(text) and not _held(TRADES[name], industries)
    ]
    return found + [
        ("region", town)
        for town, words in TOWNS
        if regions and (_meant(words).search(text) or _beside(words).search(text)) and not _held(words, regions)
    ]


def _held(words: str, values: Sequence[str]) -> bool:
    return any(_shape(words).search(_plain(value)) for value in values)


@cache
def _meant(words: str) -> re.Pattern[str]:
    """A pattern of words where they stand for clients of that kind: “in construction”, «клиенты из Казани»."""
    alone = rf"(?:^|[,;:(—–]\s*)(?:(?:а|и|но|and|but|only|just|только|лишь)\s+)*(?:{words})(?:\s+(?:only|alone|too|also|отдельно|тоже))?\s*(?:$|[,;:.?!)—–])"
    return re.compile(rf"{_IN}(?:{words})\b|\b(?:{words}){_LOT}\b|{alone}")


@cache
def _beside(words: str) -> re.Pattern[str]:
    """A pattern of a town beside another one: “in Moscow and Kazan”."""
    towns = "|".join(other for _, other in TOWNS)
    return re.compile(rf"\b(?:{towns})(?:,| (?:и|или|and|or|vs\.?|versus|против)) (?:(?:in|в|во) )?(?:{words})\b")


def _plain(value: str) -> str:
    return value.lower().replace("ё", "е")
