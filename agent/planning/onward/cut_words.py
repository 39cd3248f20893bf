"""Wordings of messages that only cut the last answer anew: orders to split or to narrow, whom to leave out, places in a row."""

import re

from agent.planning.onward.follow_words import LEAD

#: An assumption is no slice.
IF = re.compile(
    r"\b(?:если(?! (?:нет|да|так|можно)\b)|допустим|представь\w*|предположим|if(?! (?:not|so|yes|possible)\b)|suppose|assum\w+|imagine)\b"
)
#: What only puts slices as an assumption: «а если взять только …», “what if we only take …”.
PUTS = re.compile(
    r"(?:\b(?:а|и|ну|что)\s+)*\bесли(?=.*\b(?:взять|возьм\w+|брать|бер[её]м|(?:по)?смотр\w+|глян\w+|остав\w+|убрать|убер\w+|исключ\w+|выкин\w+|ограничи\w+|сузи\w+|только|лишь|разбить|разрез\w+|(?:по)?счита\w+|отдельно|без)\b)(?:\s+(?:мы|я))?|"
    r"\b(?:and |but )?(?:what |how about )?if(?: (?:we|i|you))?(?=.*\b(?:only|just|take|look|keep|narrow|drop|exclude|leave|count|limit|split|cut|use|restrict|without|alone)\b)"
)
#: The last figure again, or one more of its kind: beside these a message may hold words that name nothing.
LIKE = re.compile(
    r"\b(?:то же(?: самое)?|так же|такую же|тоже|также|заодно|аналогичн\w+|(?<!at the )(?<!the same time )same|likewise|too|also|as well)\b"
)
#: A grouping that is put aside for the one after it: «не по регионам».
NOT_BY = re.compile(
    r"\b(?:не по|not (?:by|per)|вместо|(?:swap|replace|switch|замени\w*|поменя\w+|смени\w*)(?=\s+\w+ (?:for|with|to|на)\b)|(?:instead of|rather than)(?: (?:by|per))?)\s+\w+"
)
AWAY_VERBS = r"(?:вычеркни|вычёркивай|сними|отсеки|отруби|отфильтруй|ditch|omit|discard|toss(?: out)?|kick out|weed out|filter out|cross out|get rid of|lose(?= the\b| those\b)|strike|убери|убер[её]м|исключим|отбросим|выкинем|убирай|исключи|исключай|выкинь|выброси|отбрось|вычти|скрой|спрячь|пропусти|отсей|drop|remove|exclude|leave out|take out|strip out|cut out|throw out|skip|ignore|hide)(?:те)?"
#: Whom the last figure is to leave out, said as an order or before all else.
AWAY = re.compile(
    rf"(?:(?<!it )(?<!did )(?<!to )(?<!we )(?<!they )\b(?:{AWAY_VERBS}|excluding|исключая|except(?: for)?|other than|apart from)|^\W*(?:(?:а|и|но|and|but|now|только|теперь)\W+)*(?:без|without|minus|кроме|(?:не|not)(?=\s+(?:the\s+)?[\w-]+(?:\s+[\w-]+)?\W*$)))\b"
    r"(?:\s+(?:отсюда|оттуда|из (?:него|них|списка|этого)|out|from (?:it|this|that|here|there|the list))\b)?(?:\s+(?:тех|всех|those|the ones|ones|anyone|everyone|everybody|all|clients|клиентов)\b)?,?(?:\s+(?:кто|что|who|that|which)\b)?(?:\s+(?:are|is|сидит|сидят)\b)?(?:\s+(?:на|в|во|из|on|in|from|at)\b)?"
)
#: Whom a message leaves out, between two words.
LEFT_OUT = re.compile(r"(?i)\b(?:leav(?:e|ing)|setting|putting) (?!out\b|aside\b)((?:\w+ ?){1,4}?) ?(?:out|aside)\b")
#: Words of those whom a message leaves out: a filter that only takes them in would turn it over.
DENIES = re.compile(r"\b(?:кроме|без|исключ\w+|не|except|without|exclud\w+|minus|other than|apart from|not|but)\b")
#: All but some put away is some alone: «убери всё, кроме Москвы», “drop everything but Moscow”.
ALL_BUT = re.compile(
    rf"\b{AWAY_VERBS}\s+(?:из списка\s+)?(?:вс[еёяюх]+\w*|остальн\w+|everything|everyone|everybody|all)(?:\s+\w+)?,?\s+(?:кроме|но не|but|except(?: for)?|other than|apart from)\b"
)
#: Orders that only say that the answer is to be cut anew: of an unknown verb by its form and the pronoun after it.
_PREFIX = r"(?:раз|рас|пере|вы|от|об|с|за|по|на|при)"
_ROOT = r"(?:нес|лож|кин|кид|вед|пиш|крут|став|мест|верн|ключ|бер|реж|дел|фильтр|стро|кро|клад|твор|веди|счит|дай|бав|мен|уз)"
CARRIES = re.compile(
    rf"\b{_PREFIX}{_ROOT}(?:(?:и|ь|ай|яй|уй|ой)(?:те)?|(?:и|а|я|е)?ть|ти)\b|\b(?:по|до|у|при)бав\w+|\b\w{{3,}}(?:[аяую]й)(?:те|ка)?\b(?<!край)(?<!случай)|\b(?:сузь|сузить|сократи|ограничь|расширь|увелич\w+|уменьш\w+|замени|смени|лучше|скорее|взамен|вместо)(?:те)?\b|"
    r"^\W*(?:(?:and|but|ok|okay|so|now|then|please|can you|could you|let['’]?s|just|а|и)\W+)*(?!(?:call|ring|phone|e?mail|write|send|note|remember|invite|forecast|predict|explain|define|message|text|tell|ask|pay|lose|sell|offer)\b)[a-z]{3,}(?= (?:it|that|this|them|those|these|everything)\b)|"
    r"\b(?:narrow|filter|switch|restrict|limit|zoom|drill|focus|swap|change|flip|turn|trim|shrink|expand|extend|widen|reduce|sort|rank|order|rather|instead|both|same|thing|cut)\b|\b(?:оба|обе|слаб\w+|плох\w+|сильн\w+|внутр[иь]\w*|хуже|лучше|выше|ниже|больше|меньше|weakest|poorest|strongest)\b|^\W*leave(?= (?:only|just|the|in)\b)"
)
#: What else may stand beside slices and adds nothing to them.
MERE = re.compile(
    r"\b(?:взять|возьм\w+|брать|бер[её]м|считать|better|prefer|nicer|count(?:ing)?|checked|own|apart|также|as well)\b"
)
#: Groupings named without “by”, as many: “industries instead”, «на тарифы».
MANY = {
    "plan": r"тариф(?:ы|ов|ам|ами|ах)|пакет(?:ы|ов|ам|ами|ах)|plans|tariffs|packages|tiers",
    "industry": r"отрасл(?:и|ей|ям|ями|ях)|индустри(?:и|й|ям|ями|ях)|industries|sectors|verticals",
    "region": r"регион(?:ы|ов|ам|ами|ах)|област(?:и|ей|ям|ями|ях)|город(?:а|ов|ам|ами|ах)|regions|cities|territories",
    "owner": r"менеджер(?:ы|ов|ам|ами|ах)|ответственн(?:ые|ых|ым|ыми)|куратор(?:ы|ов|ам|ами|ах)|managers|owners|reps|csms",
    "segment": r"сегмент(?:ы|ов|ам|ами|ах)|segments",
    "size": r"размер(?:ы|ов|ам|ами|ах)|sizes",
    "quarter": r"квартал(?:ы|ов|ам|ами|ах)|quarters",
    "month": r"месяц(?:ы|ев|ам|ами|ах)|months",
    "cohort": r"когорт(?:ы|ам|ами|ах)?|cohorts",
}
#: A segment named with the word for one: «сегмент роста», “the growth segment”.
SEGMENT = (
    re.compile(r"\b(?:сегмент\w*|групп\w*)\s+[«\"“]?(\w{4,})"),
    re.compile(r"\b(\w{4,})[»\"”]?\s+(?:segment|group|сегмент\w*)\b"),
)
#: A place in a numbered row: “number 4”, «у четвёртого».
PLACE = re.compile(
    rf"{LEAD}(?:(?:what|how) about\W+)?(?:у|с|по|для|на|for|of|with|the)?\s*(?:the\s+)?(?P<sign>(?:номер\w*|number|no\.?|№|#)\s*)?"
    r"(?P<n>\d{1,2}|(?P<word>one|two|three|four|five|six|seven|eight|nine|ten|один|два|три|четыре|пять|шесть|семь|восемь|девять|десять)(?=\W|s\W*$)|(?P<th>перв|втор|трет|четверт|пят|шест|седьм|восьм|девят|десят|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\w{0,3})"
    r"(?:-?(?:й|го|му|м|ый|ого|ому|ым|st|nd|rd|th))?(?: one)?(?:['’]?s)?(?: (?:тогда|then|please|пожалуйста))?\W*$"
)
ORDINALS = "перв втор трет четверт пят шест седьм восьм девят десят first second third fourth fifth sixth seventh eighth ninth tenth".split()
NUMBERED = re.compile(r'^(?P<column>\w+) = "(?P<name>[^"]*\D)(?P<n>\d{1,3})"$')
TENS = {
    "двадцат[ьи]": 20,
    "тридцат[ьи]": 30,
    "сорока?": 40,
    "пятьдесят": 50,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
}
TEN = re.compile("|".join(rf"\b{word}\b" for word in TENS))
#: The other end of a list in order.
OTHER_END = re.compile(
    r"\b(?:друг\w+ кон(?:ец|ца|цу)|обратн\w+ (?:конец|конца|сторон\w+)|хвост\w*|наоборот|other end|tail(?: end)?|bottom end|(?:the )?reverse)\b"
)
#: A year by its last two digits, and nothing else: «а в 24-м?», “what about 24”; “show 24” is a number of clients.
SHORT_YEAR = re.compile(
    r"^\W*(?:(?:а|и|ну|в|за|как|что|насчет|про|то же|тоже|and|what|how|about|in|for|then|now|same|the)\W+)*"
    r"(?P<year>2\d)(?:-?(?:й|м|го|ый|ом|ого))?(?=\W*$)"
)
