"""Words a draft may use only where its claims do: directions, periods, comparisons, segments, units, metric names."""

import re
from collections.abc import Mapping
from functools import cache

from knowledge.corpus import stems
from tools.text import Language

REASONS: Mapping[str, str] = {
    "binding": "a token beside the words of another",
    "broken_token": "a broken token",
    "cause": "a cause the claims do not state",
    "comparison": "a comparison the claims do not make",
    "coverage": "tokens left out",
    "digit": "a digit outside a token",
    "direction": "a direction the claims do not state",
    "empty": "an empty section",
    "expansion": "a metric spelled out wrongly",
    "hedge": "a word that changes what a number means",
    "invisible": "an invisible character",
    "language": "the wrong language",
    "left_out": "a sentence left out",
    "length": "too long",
    "markup": "markup, a link or a brace",
    "metric": "a metric named beside another metric's token",
    "missing_token": "an urgent token left out",
    "mixed_script": "a word of mixed alphabets",
    "negation": "a negation added or dropped",
    "number_word": "a number word",
    "order": "the tokens of a claim in another order",
    "period": "a period the claims do not name",
    "rank": "a rank the claims do not state",
    "segment": "a segment the claims do not name",
    "sequence": "claims that belong together told apart or in another order",
    "span": "a figure that is not that of its id",
    "unit": "a unit or sign beside a token",
    "unknown_token": "a token that was not given",
    "unnamed": "a figure without the name of its metric",
}


def _words(*stems: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(stems)})(?!\w)")


GUARDED: Mapping[Language, Mapping[str, re.Pattern[str]]] = {
    "en": {
        "period": _words(r"months?", r"years?", r"weeks?", r"days?", r"quarters?", r"monthly", r"yearly", r"annual\w*", r"daily",
                         r"weekly", r"quarterly", r"yesterday", r"today", r"tomorrow", r"decade\w*", r"centur\w+", r"hours?",
                         r"(?:mid|first-half|second-half|half|ytd|yoy|qoq|mom)", "last", "previous", "past", "current", r"recent\w*",
                         "since", "ago", "seasons?", "daytime",
                         r"january|february|march|april|may(?=\s+¤)|june|july|august|september|october|november|december"),
        "comparison": _words("below", "above", "higher", "lower", "more", "less", "fewer", r"exceed\w*", "better", "worse",
                             "ahead", "behind", r"outperform\w*", r"surpass\w*", "beyond", "larger", "smaller", "bigger", "than",
                             "faster", "slower", "stronger", "weaker", "cheaper", "longer", "shorter", "greater", "earlier", "later",
                             "flat", "unchanged", r"stable|stably", "steady", r"constant\w*", "same"),
        "hedge": _words("about", "around", "approximately", "roughly", "nearly", "almost", "over", "under", "at least",
                        "at most", "up to", "circa", r"percent\w*", r"per cent", "pp", "bps", r"some(?=\s+¤)", "exactly", "precisely", "barely",
                        "just", "close to", "estimated", r"approx\w*", r"round(?:ed|ly)?", "minus", "plus", r"points?", r"shares?",
                        r"fractions?", r"ratios?", r"dollars?", r"euros?", r"pounds?", r"roubles?|rubles?", "yuan", "cents?", "cash"),
        "cause": _words(r"because", "due to", "thanks to", "owing to", r"caus(?:e|es|ed|ing)", r"driven by", "as a result",
                        "therefore", "hence", "consequently", r"leads? to", "led to", r"result(?:s|ed)? (?:in|from)"),
        "rank": _words("most", "majority", "largest", "biggest", "best", "worst", "highest", "lowest", "least", "top",
                       "leading", "all", "every", "each", "always", "only", "minority", "few", "many", r"record\w*", "unprecedented", "ever",
                       r"(?:fast|slow|strong|weak|great|new|old|long|short|small|few|rich|poor|health|happi|heavi|loyal|bright|dark|"
                       r"deep|cheap|risk|earli|lat|larg|big|high|low)i?est", r"unique\w*", r"number one", "max", "min", r"maxim\w+", r"minim\w+"),
        "segment": _words(r"advocates?", r"at[ -]risk", r"newcomers?", r"hidden growers?"),
    },
    "ru": {
        "period": _words(r"месяц\w*", r"год(?:а|у|ом|е|ы|ов|овой|овая|овые|овых)?", r"лет", r"недел\w*", r"дн(?:я|ей|ю|и|ям|ями|ях|ем)",
                         r"день", r"квартал\w*", r"месячн\w*", r"ежемесячн\w*", r"ежегодн\w*", r"ежеднев\w*", r"еженед\w*",
                         r"вчера", r"сегодня", r"завтра", r"январ\w+|феврал\w+|март\w*|апрел\w+|ма[йяюе]|июн\w+|июл\w+|август\w*|"
                         r"сентябр\w+|октябр\w+|ноябр\w+|декабр\w+", r"прошл\w+|позапрошл\w+", r"прошедш\w+", r"предыдущ\w+",
                         r"текущ\w+", r"сутк\w+|суток", r"назад", r"недавн\w+", r"столети\w+", r"сезон\w*", r"век(?:а|ов)?", r"час(?:а|ов|ы|у)?",
                         r"годов\w+"),
        "comparison": _words("ниже", "выше", "больше", "меньше", "лучше", "хуже", "более", "менее", r"превы[сш]\w+", r"опережа\w+",
                             r"отста\w+", r"крупнее", r"мельче", "чем", r"(?:силь|слаб|быстр|медлен|выгод|дорож|богат|значитель|замет|поздн|"
                             r"длин)н?ее", "дороже", "дешевле", "чаще", "реже", "дольше", "короче", "раньше", "позже", r"неизмен\w+",
                             r"стабильн\w+", r"прежн\w+", "столько же"),
        "hedge": _words("около", "примерно", "порядка", "свыше", "почти", "минимум", "максимум", "приблизительно",
                        "не менее", "не более", r"как(?:ие|их|им|ими)-(?:то|нибудь|либо)", r"процент\w*", r"п\.\s?п", r"б\.\s?п", "с лишним", "ровно", "чуть", "едва", r"округл\w+",
                        r"в районе", r"приблиз\w+", "минус", "плюс", r"пункт\w*", r"дол(?:я|и|е|ю|ей|ям|ями|ях)", r"рубл\w+",
                        r"доллар\w*", "евро", r"юан\w+", r"фунт\w*", r"копе\w+"),
        "cause": _words("из-за", "благодаря", "вследствие", "потому", "поэтому", "в результате", r"вызван\w*", r"привел\w* к",
                        r"обусловлен\w*", "следовательно", r"причин\w+", "оттого"),
        "rank": _words(r"больш(?:ая|ую|ей) часть|большинств\w*", r"меньшинств\w*", r"крупнейш\w+", r"наибольш\w+", r"наименьш\w+",
                       r"лучш(?:ий|ая|ее|ие|их|ей|его)", r"худш\w+", r"сам(?:ый|ая|ое|ые|ых|ой|ого)", "все", "всех", "всем",
                       r"кажд\w+", "всегда", "только", "лишь", "немногие", "многие", r"лидер\w*", r"рекорд\w*", r"наи\w{4,}",
                       r"\w{3,}(?:ейш|айш)(?:ий|ая|ее|ие|их|им|ую|его|ей|ем|ими)", r"максим\w+", r"миним\w+", "впервые", r"небывал\w+",
                       r"уникальн\w+", "несколько", "немало", "множество", "масса", r"перв(?:ый|ое|ая) раз"),
        "segment": _words(r"адвокат\w*", r"зон\w* риска", r"новичк\w+", r"новичок"),
    },
}  # fmt: skip
NEGATION: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"(?<!\w)(?:not|no|never|without|none|nobody|nothing|cannot|neither|nor|lacks?|lacking)(?!\w)|n[’']t(?!\w)"
    ),
    "ru": _words(
        "не", "нет", "ни", "без", "никто", "никого", "нельзя", "никогда", "ничего", "отсутству\\w+", "никак\\w*"
    ),
}
#: A negation that ends at most three words before the end of a text: it reaches the word that follows.
DENIED: Mapping[Language, re.Pattern[str]] = {
    language: re.compile(rf"(?:{negation.pattern})(?:\s+(?!(?:but|and|while|whereas|а|но|и|тогда)\s)\w+){{0,3}}\s+$")
    for language, negation in NEGATION.items()
}
DIRECTIONS: Mapping[Language, Mapping[str, re.Pattern[str]]] = {
    "en": {
        "up": _words(r"gr[eo]w(?:s|n|ing|th)?", r"ris(?:e|es|en|ing)", "rose", r"increas\w+", r"gain(?:s|ed|ing)?", r"climb\w*",
                     r"improv\w+", r"expand\w*", r"expansion", r"jump\w*", r"surg(?:e|es|ed|ing)", r"(?:is|are|was|were|went|goes) up",
                     r"upward\w*", r"accelerat\w+"),
        "down": _words("fell", r"fall(?:s|en|ing)?", r"drop(?:s|ped|ping)?", r"declin\w+", r"decreas\w+", r"shr[aiu]nk\w*", r"reduc\w+",
                       r"los(?:e|es|t|ing)", r"loss(?:es)?", r"worsen\w*", r"(?:is|are|was|were|went|goes) down", r"deteriorat\w+",
                       r"slip(?:s|ped)?", r"dip(?:s|ped)?", r"downward\w*", r"slow(?:s|ed|ing)?"),
    },
    "ru": {
        "up": _words(r"вырос\w*", r"выраст\w+", r"раст(?:ет|ут|и|ущ\w+)", r"рост(?:а|у|ом|е)?", r"подрос\w*", r"возрос\w*",
                     r"увелич\w+", r"повыс\w+", r"повыш\w+", r"поднял\w+", r"подним\w+", r"прибав\w+", r"прирост\w*", r"улучш\w+",
                     r"расшир\w+", r"ускор\w+"),
        "down": _words(r"сниз\w+", r"сниж\w+", r"упал\w*", r"упад\w+", r"пад(?:ает|ают|ени\w+)", r"сократ\w+", r"сокращ\w+",
                       r"уменьш\w+", r"просел\w*", r"просад\w+", r"потер\w+", r"теря\w+", r"ухудш\w+", r"убы(?:ва\w+|л\w*)", r"спад\w*",
                       r"замедл\w+"),
    },
}  # fmt: skip
#: Number words of ordinary speech that rules' own phrases may hold; a model's draft needs them in its claims.
ORDINARY: Mapping[Language, frozenset[str]] = {
    "en": frozenset({"first", "second", "one", "ones", "both", "single", "several", "quarter", "pair", "half"}),
    "ru": frozenset(
        "первый первая первое первые первого первой первому первым первом первую первых один одна одно одного одной одному "
        "одним одном одну оба обе обоих обеих четверть четверти впервые второй вторая второго семью трети".split()
    ),
}
ACRONYMS: Mapping[str, str] = {
    "NRR": "nrr", "NDR": "nrr", "GRR": "grr", "CHS": "chs", "VRS": "vrs", "TTV": "ttv", "LTV": "ltv", "CLV": "ltv", "NPS": "nps",
    "RFM": "rfm", "ARPA": "arpa", "ARPU": "arpa", "MRR": "mrr", "ARR": "arr", "CAC": "cac_payback", "ROI": "client_roi",
}  # fmt: skip
NAMES: Mapping[str, tuple[str, ...]] = {
    "NRR": ("net revenue retention", "net dollar retention", "чистое удержание выручки", "удержание чистой выручки"),
    "NDR": ("net dollar retention", "net revenue retention", "чистое удержание выручки"),
    "GRR": ("gross revenue retention", "валовое удержание выручки"),
    "CHS": ("customer health score", "client health score", "client health index", "customer health index", "индекс здоровья"),
    "VRS": ("value realization score", "value realisation score", "выполнение обещаний", "реализация ценности",
            "показатель реализации ценности"),
    "TTV": ("time to value", "time-to-value", "время до первой пользы", "время до ценности", "время до первой ценности"),
    "LTV": ("lifetime value", "customer lifetime value", "пожизненная ценность", "ценность за весь срок", "ценность клиента"),
    "CLV": ("lifetime value", "customer lifetime value", "пожизненная ценность"),
    "NPS": ("net promoter score", "индекс готовности рекомендовать", "индекс лояльности", "индекс потребительской лояльности"),
    "RFM": ("recency, frequency, monetary", "recency, frequency, money", "recency frequency monetary", "давность, частота, деньги",
            "давность, частота, сумма"),
    "ARPA": ("average revenue per account", "revenue per account", "средняя выручка на клиента", "выручка на клиента"),
    "ARPU": ("average revenue per user", "average revenue per account", "средняя выручка на пользователя"),
    "MRR": ("monthly recurring revenue", "регулярная выручка в месяц", "ежемесячная регулярная выручка", "месячная выручка"),
    "ARR": ("annual recurring revenue", "регулярная выручка в год", "годовая регулярная выручка"),
    "CAC": ("customer acquisition cost", "стоимость привлечения", "затраты на привлечение"),
    "ROI": ("return on investment", "окупаемость", "возврат инвестиций", "отдача"),
    "CVM": ("customer value management", "управление клиентской ценностью", "управление ценностью"),
}  # fmt: skip
_UNIT = (
    r"%|‰|₽|\$|€|£|¥|×|°|rub\b|usd\b|eur\b|gbp\b|руб|р\.|коп|долл|евро|процент|percent|per cent|п\.\s?п|б\.\s?п|пункт|points?\b|"
    r"pp\b|bps\b|\+|юан|фунт|pounds?\b|yuan\b|раз\b|раза\b|times\b|x\b|х\b|[kкmм]\b|days?\b|дн(?:и|я|ей|ю|ям|ями|ях|ем|ём)?\b|день\b|months?\b|мес\b|месяц|лет\b|"
    r"год(?:а|у|ом|е|ы|ов|ам|ами|ах)?\b|годов|years?\b|weeks?\b|недел|hours?\b|час(?:а|у|ом|е|ы|ов|ам|ами|ах)?\b|"
    r"clients?\b|accounts?\b|клиент|счет|шт\b|человек|people\b|users?\b|пользовател"
)
UNIT_AFTER = re.compile(rf"\[\[([FDA]\d+)\]\][\s\u00a0-]*({_UNIT})", re.IGNORECASE)
SIGN_BEFORE = re.compile(r"([$€£₽~≈≥≤<>№#]\s?|(?<!\s)[+−–*/^-]|(?<=\s)[+−–*/^-])\[\[([FDA]\d+)\]\]")


#: Direction words that judge: which way they go depends on what is better of the metric.
JUDGED = re.compile(r"improv|worsen|deteriorat|улучш|ухудш")


def better(key: str) -> str:
    """Which way a metric is better: ``higher``, ``lower`` or ``none``; ``none`` also for a key that is no metric's."""
    from tools.metrics import metrics

    return metrics()[key].better if key in metrics() else "none"


@cache
def full_names(key: str) -> tuple[frozenset[str], ...]:
    """The stems of every name of a metric: the registry's in both languages, its acronyms, and what they stand for."""
    from tools.metrics import metrics

    acronyms = [acronym for acronym, owner in ACRONYMS.items() if owner == key]
    names = [*acronyms, *(name for acronym in acronyms for name in NAMES.get(acronym, ()))]
    if key in metrics():
        names += [re.sub(r"\s*\(.*?\)", "", name) for name in (metrics()[key].name.en, metrics()[key].name.ru)]
    return tuple(frozenset(stems(name)) for name in names)


@cache
def expansions() -> Mapping[str, tuple[str, ...]]:
    """What each acronym may be spelled out as, lower case: the registry's names and the common ones."""
    from tools.metrics import metrics

    table = {acronym: list(names) for acronym, names in NAMES.items()}
    for acronym, key in ACRONYMS.items():
        if key in metrics():
            name = metrics()[key].name
            table[acronym] += [re.sub(r"\s*\(.*?\)", "", name[lang]).lower().replace("ё", "е") for lang in ("en", "ru")]
    return {acronym: tuple(names) for acronym, names in table.items()}


#: Words of metrics' names that say nothing by themselves, and nouns of figures that are no metric here.
GENERIC = "by client customer account rate score for of with the value time month year average period per readi larger plan second product room"
GENERIC_RU = "по к в на за и с для клиент показатель индекс время срок ценность путь модель эффект средний месяц год план второй продукт тариф готовый потенциал первый"
OTHER_FIGURES = "profit margin conversion profitability turnover прибыль маржа рентабельность конверсия оборот маржинальность посещаемость трафик traffic"


#: Stems by which nothing is named, so that any sentence may hold them.
LINKING = frozenset(
    stems(
        "that these those this they them with what which when from have been were will would your their there into only also note besides "
        "этот эта эти этих того чтобы которые который есть было были если также ваших ваши наше всего"
    )
)
PARTITIONS = frozenset({"segments", "rfm", "clusters"})


@cache
def name_stems(key: str) -> frozenset[str]:
    """The stems of a metric's names (of a partition: its groups') in both languages, without those that say nothing."""
    from tools.metrics import metrics
    from tools.segments import segmentations

    found = metrics().get(key)
    names = f"{found.name.en} {found.name.ru}" if found else ""
    if key in PARTITIONS:
        names += " ".join(
            f" {title.en} {title.ru}" for kind in segmentations().values() for title in kind.titles.values()
        )
    return frozenset(stems(names)) - frozenset(stems(f"{GENERIC} {GENERIC_RU}"))


@cache
def metric_stems() -> frozenset[str]:
    """Stems that name a figure: those of every metric's names, and of figures that are not computed here."""
    from tools.metrics import metrics

    return frozenset(stems(OTHER_FIGURES)).union(*(name_stems(key) for key in metrics() if key not in PARTITIONS))


@cache
def spelled(acronym: str) -> tuple[re.Pattern[str], ...]:
    """Ways in which a text spells an acronym out; the first group holds the words."""
    return (
        re.compile(rf"(?<!\w){acronym}\s*\(([^)]*)\)"),
        re.compile(rf"([^\W\d_]+(?:[\s-]+[^\W\d_]+){{0,3}})\s*\({acronym}\)"),
        re.compile(
            rf"(?<!\w){acronym}\s*(?:—|–|-|,)?\s*(?:stands for|means|is short for|or|это|означает|расшифровывается как|то есть)\s+([^.,;¤]+)"
        ),
    )
