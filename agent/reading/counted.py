"""Questions of how many or of what changed: clients in all, clients lost, revenue, a metric that rose or fell."""

import re
from collections.abc import Iterable
from typing import Literal

Change = Literal["up", "down", "better", "worse", "any"]

CLIENT = r"(?:клиент\w*|компани\w*|заказчик\w*|покупател\w*|аккаунт\w*|абонент\w*|контрагент\w*|subscribers?|плательщик\w*|payers?|clients?|customers?|accounts?|company|companies)"
_MANY = r"(?:(?:по|со)считай\w*|count(?: up)?(?= (?:the|our|all|clients|customers|accounts))|сколько|скольк\w+|(?:какое |каково )?(?:число|количество)|how many|(?:the )?number of)"
#: How many clients, said of them directly: “how many new clients”, “clients by plan”.
COUNT_OF = re.compile(rf"\b{_MANY}(?: \w+){{0,2}} {CLIENT}|\b{CLIENT} (?:by|per|по)\b")
_LEFT = (
    r"(?:уш[её]?л[иоа]?\b|ушедш\w+|потерял\w*|потерян\w*|отвалил\w*|отпал[иоа]?\b|покинул\w*|отказал\w+(?= от (?:нас|наш|услуг|сервис|подписк|договор|контракт|продлен))|расторгл\w*|"
    r"left\b(?! (?:a |an |some |us )?(?:\w+ )?(?:review|feedback|comment|rating|request|note|message)\w*)|lost\b|lose\b|leave\b|churned\b|cancell?ed\b|quit\b|departed\b|gone\b)"
)
LOST = re.compile(
    rf"\b{_MANY}(?: (?!ден|выруч|руб)\w+){{0,2}}? {CLIENT}\b.*?\b{_LEFT}|"
    rf"\b{_MANY}(?: (?:мы|у нас|от нас|всего|we))* {_LEFT}(?: (?:мы|у нас|от нас|всего|наших))* (?:\w+ )?{CLIENT}"
)
DENIED = re.compile(r"\b(?:не|ни|бы|без|never|not|would|without)\b|n['’]t\b")
REMAINING = re.compile(r"\b(?:are|is|we have|do we have|have we|remain\w*) left\b|остал\w+")
COUNTED = re.compile(
    rf"\b{_MANY}\b(?! (?:нам |денег |всего |в месяц |в год )*(?:плат[ия]т|приносят|pay|do we get)).*?\b{CLIENT}\b"
)
#: Words that a question of how many clients there are may hold besides: of manner, of time, of a grouping.
NEUTRAL = re.compile(
    rf"{CLIENT}|\d+|сколько|скольк\w+|как\w+|число|количество|у|нас|меня|мы|всего|сейчас|сегодня|наш\w*|был[иоа]?|есть|имеем|имеется|общее|"
    r"oblast|krai|republic|област\w*|края?|крае|республик\w*|город\w*|cit(?:y|ies)|districts?|штук\w*|посчитай\w*|сосчитай\w*|count|менеджер\w*|ответственн\w*|managers?|owners?|csms?|остал\w+|left|remain\w*|плат\w+|действующ\w+|активн\w+|нынешн\w+|всех|все|в|во|из|базе|данных|на|к|конец|концу|за|по|с|этом|этот|прошл\w+|последн\w+|"
    r"кажд\w+|разн\w+|сид\w+|наход\w+|числ\w+|работа\w+|обслужива\w+|относ\w+|живут|приходится|сколь|вообще|each|every|sit|sits|based|located|belong|"
    r"тариф\w*|план\w*|стран\w*|countr\w+|регион\w*|отрасл\w*|сегмент\w*|разбивке|год\w*|лет|месяц\w*|квартал\w*|полугоди\w*|"
    r"январ\w*|феврал\w*|март\w*|апрел\w*|ма[йяею]|июн\w*|июл\w*|август\w*|сентябр\w*|октябр\w*|ноябр\w*|декабр\w*|"
    r"how|many|number|do|did|we|have|has|had|are|were|was|there|is|in|at|on|of|the|total|altogether|our|active|paying|pay|pays|us|current|"
    r"currently|now|today|what|s|by|per|plan|plans|tariff|region|industry|segment|end|last|this|past|year|quarter|month|data|base|database|"
    r"january|february|march|april|may|june|july|august|september|october|november|december"
)
#: Words of a question that only wants clients shown.
LISTED = re.compile(
    r"покаж\w+|спис(?:ок|ком)|перечисл\w+|дай\w*|выведи\w*|назов\w+|все[хм]?|мне|нам|пожалуйста|имен\w*|show|list|give|me|all|every|which|what|names?|please|from|with|under|whose|who|that|owner|"
    r"менеджер\w*|ответственн\w*|отрасл\w*|сфер\w*|город\w*|регион\w*|области|успеху?|manager\w*|success|account|director|city|sector|'?s"
)
LISTED_FIRST = re.compile(
    rf"\W*(?:(?:а|и|ну|and|please|пожалуйста)\W+)*(?:покаж\w+|спис(?:ок|ком)|перечисл\w+|дай\w*|выведи\w*|назов\w+|все|show|list|give|all|which|what|name|{CLIENT})\b"
)
_SHOW = r"(?:покаж\w+|дай\w*|выведи\w*|show|give|list)(?: (?:мне|нам|me|us|all|our|the|всех|наших))*"
#: How many clients came: «сколько новых клиентов», “how many accounts joined”.
NEW = re.compile(
    rf"\b{_MANY} (?:\w+ )?(?:нов(?:ых|ые|ого)|new) {CLIENT}|\b{_MANY} (?:\w+ ){{0,2}}?{CLIENT}\b.{{0,30}}\b(?:пришл[иоа]|появил\w+|добавил\w+|подключил\w+|прибавил\w+|привели|joined|signed(?: up)?|came in|added|won)\b|"
    rf"\b{_MANY} (?:\w+ )?(?:к нам )?(?:пришл[иоа]|появил\w+|добавил\w+|подключил\w+|прибавил\w+) (?:\w+ )?{CLIENT}|\b{_MANY} {CLIENT} (?:did we|have we|we) (?:win|won|add|added|gain|gained|sign|signed|bring in)\b"
)
#: Clients who came because others told them.
REFERRED = re.compile(
    r"(?<!\bмы )(?<!\bмы к себе )\bприв[её]л\w*|\bприводя\w*|рекоменд|\b(?:sen[dt]|refer|(?<!we )brought|(?<!did we )bring|existing)\w*\b"
)
INVOICED = re.compile(r"\b(?:выставил\w*|invoiced?|bill(?:ed)?)\b")
REVENUE = re.compile(rf"\b(?:выручк\w*|оборот\w*|заработал\w*|revenue|turnover|earn(?:ed|ings)?)\b|{INVOICED.pattern}")
#: Money that came in, of all clients together.
CASH = re.compile(
    r"\b(?:cash|money) (?:(?:was|were|did we|have we) )?(?:collected|received|came in|come in|collect|receive|get in)\b|\b(?:collected|received) (?:in )?(?:cash|money)\b|\bhow much (?:cash|money) (?:\w+ ){0,3}?(?:came|come|collected?|received?)\b|"
    r"\b(?:деньг\w+|денег|средств) (?:\w+ )?(?:пришл\w+|поступил\w*|получил\w*|получен\w*|собрал\w*|зашл\w+)|\b(?:пришл\w+|поступил\w*|получил\w*|собрал\w*|зашл\w+) (?:\w+ )?(?:денег|деньг\w+|средств)\b|\bпоступлени[яйе]\b(?! (?:на|от|с) )"
)
#: Of one client and not of all, or of who paid.
_EACH = re.compile(
    rf"\b(?:per|each|average|mean|на клиента|средн\w+|кажд\w+|кто|кого|who|whom|which|отда\w+)\b|\b(?:with|from|от|с)(?: (?:a|one|each|an|одн\w+|кажд\w+))? {CLIENT}"
)
#: What a change of revenue is made of, in a row: “new, expansion, churn”.
MOVED = re.compile(
    r"(?:\bnew|expansion|contraction|upsell\w*|нов\w+|расширени\w*|сокращени\w*|допродаж\w*)(?:,| and| и| /|/)[^.?!]{0,40}(?:churn|lost|losses|отток\w*|уход\w*|потер\w+)"
)
OTHER_REVENUE = re.compile(
    r"удерж|сохран|теря|потер|ушедш|ушл|уход|изменени|из чего|состо|завис|приход|долю|доля|доле|процент|индексац|повышен|средн|концентр|клиент|"
    r"\b(?:keep|kept|retain\w*|lose|lost|left|what made|depend\w*|share|part|percent|average|per|customers?|clients?|accounts?|churn\w*)\b"
)
SAID = re.compile(
    r"сравнени\w+|compared|against|покаж\w+|назов\w+|скаж\w+|составил\w*|составля\w+|получил\w*|сделал\w*|вышл\w+|общ\w+|совокупн\w+|компани\w*|руб\w*|"
    r"show|tell|give|me|make|made|get|got|much|big|large|high|overall|company|business|for|and|full|whole|i|ii|iii|iv|q[1-4]|h[12]"
)
_ASIDE = re.compile(
    r"\b(?:у кого|кто|кому|кого|кем|каких|котор\w+|чь[яеию]\w*|who|whom|whose|which|where|that(?! (?:figure|number|metric|changed?|moved?|gone|developed?|evolved?)))\b|"
    rf"\b(?:сколько|скольк\w+|how many|каки[ем]\w*) (?:\w+ )?{CLIENT}"
)
_DID = r"\b(?:did|does|has|have|is|are|was|were|made)\b.*\b"
DIRECTIONS: tuple[tuple[Change, re.Pattern[str]], ...] = (
    (
        "up",
        re.compile(
            r"\bon the rise\b|\b(?:trending|heading|creeping|moving|going|inching|edging|ticking) (?:up|higher|upwards?)\b|\bpicking up\b|\b(?:пош[её]л|пошл|ид[её]т|идут|ползет|ползут|движется) ?\w* (?:вверх|в рост|в гору|в плюс)|\bприбав(?:ля[ею]т|ил\w*)\b|\b(?:есть|виден|заметен|наблюдается)(?: ли)? рост\b|"
            r"\b(?:уходит|отваливается|бежит) больше\?|\b(?:are|is) more .{0,20}(?:leaving|churning|quitting)\b|\b(?:get|got|getting) (?:\w+ )?(?:bigger|higher|larger)\b|\b(?:widened|(?:вырос|расширил|возрос|увеличил|повысил|поднял|подрос|подскочил|взлетел|скакнул)\w*|раст[её]т|растут|увеличива[ею]тся|повыша[ею]тся|"
            r"(?:is|was|are|were|been) (?:\w+ )?up\b(?! to)|rose|risen|grew|grown|increased|climbed|jumped|spiked|soared|surged|(?:went|gone|going) up)\b|"
            r"\bстал\w*(?: ли)?(?: \w+){0,3} (?:дольше|чаще|больше|выше|дороже|шире)\b|\b(?:taking|takes|take) .{0,40}\blonger\b|\b(?:leaving|losing|churning|going) .{0,40}\bfaster\b|"
            r"\b(?:leav|churn|quit|pay|buy|com)\w* (?:\w+ )?more often\b|\b(?:уход|отвалива|плат|покупа)\w* чаще\b|"
            rf"{_DID}up (?:since|on|from|over|this|in|versus|vs)\b|"
            r"\b(?:start|started|starting|begin|began|begun) (?:to )?(?:leav|los|churn|quit|pay|buy)\w* .{0,20}\b(?:more|faster|oftener)\b|\bначал\w*(?: ли)?(?: \w+){0,3} (?:чаще|больше|быстрее)\b|"
            rf"{_DID}(?:(?<!price )rise|climbing|grow|(?<!price )increase|climb|go up|jump|spike|rising|growing|increasing)\b|причин\w+ рост|what (?:drove|pushed|brought|sent) .{{0,60}}\bup\b"
        ),
    ),
    (
        "down",
        re.compile(
            r"\b(?:trending|heading|creeping|moving|going|inching|edging|ticking) (?:down|lower|south|downwards?)\b|\b(?:пош[её]л|пошл|ид[её]т|идут|ползет|ползут|движется) ?\w* (?:вниз|на спад|в минус)|\b(?:сполза[ею]т|проседа[ею]т)\b|\b(?:есть|видно|заметно|наблюдается)(?: ли)? (?:падение|снижение|спад)\b|"
            r"\b(?:(?:упал|снизил|уменьшил|сократил|просел|рухнул|обвалил|опустил|провалил)\w*|пада[ею]т|снижа[ею]тся|уменьша[ею]тся|сокраща[ею]тся|"
            r"падени[ея]|(?:get|got|getting) (?:\w+ )?(?:smaller|lower|shorter)|(?:укоротил|просел|сполз|съехал|поплыл)\w*|shorten(?:ed|ing)?|slid|slide|(?:сузил|уменьшил|ослаб)\w*|narrowed|eased|(?:is|was|are|were|been|come|came) (?:\w+ )?down\b(?! to)|slipp?(?:ed)?|fell|fallen|dropped(?! (?:off|out|us))|declined|decreased|shrank|shrunk|plunged|slumped|sank|tanked|(?:went|gone|going) down)\b|"
            r"\bстал\w*(?: ли)?(?: \w+){0,3} (?:короче|реже|меньше|ниже|дешевле)\b|\b(?:is|are|was|were) .{0,40}\b(?:sliding|slipping|sagging|dipping)\b|\b(?:dipped|sagged)\b|"
            rf"{_DID}down (?:since|on|from|over|this|in|versus|vs)\b|"
            rf"{_DID}(?:sag|dip|fall|drop|slip|decline|decrease|shrink|go down|falling|dropping|declining|decreasing|shrinking)\b|причин\w+ снижени|what (?:drove|pushed|brought|dragged|pulled) .{{0,60}}\bdown\b"
        ),
    ),
    ("better", re.compile(rf"\bулучшил\w*|\bстал\w*(?: ли)?(?: \w+){{0,2}} лучше|\bлучше ли стал|\bбыстрее ли\b|\bстал\w*(?: ли)?(?: \w+){{0,2}} быстрее|\b(?:getting|got|get|gone) .{{0,40}}\b(?:any )?(?:faster|quicker)\b|\b(?:is|are|was|were|been) .{{0,40}}\b(?:getting|becoming) (?:any |a bit |much )?better\b|\bулучша[ею]тся|\bimproved\b|{_DID}(?:improve|improving|get better|got better)\b")),
    (
        "worse",
        re.compile(rf"\bухудшил\w*|\bстал\w*(?: ли)?(?: \w+){{0,2}} хуже|\bне стал\w*.{{0,40}}хуже|\bухудша[ею]тся|\b(?:worsened|deteriorated|got worse)\b|\b(?:is|are|was|were|been) .{{0,40}}\b(?:getting|becoming) (?:any |a bit |much )?worse\b|{_DID}(?:worsen|deteriorate|get worse|getting worse)\b"),
    ),
    ("any", re.compile(rf"\b(?:more|fewer|less) .{{1,40}}\bthan (?:before|usual|it used to|they used to|we used to|in the past|a year ago)\b|\b(?:больше|меньше|чаще|реже) .{{1,40}}чем (?:раньше|прежде|обычно|год назад)|\bhow (?:has|have|did) .{{0,60}}\bdevelop|\bwhat(?:['’]s| has)? happen(?:ed|ing) (?:to|with)\b|\bчто (?:случилось|произошло|происходит|творится|стряслось) с\w* |\b(?:up|plus|rising|growing|higher|more|faster|better|quicker|longer) or (?:down|minus|falling|shrinking|lower|less|fewer|slower|worse|shorter)\b|\b(?:down|lower|less|slower|worse) or (?:up|higher|more|faster|better)\b|\b(?:раст[её]т|выросл?\w*|больше|выше|быстрее|лучше|дольше|чаще|в плюс\w*|вверх|плюс) (?:или|либо) (?:пада\w+|упал\w*|меньше|ниже|медленнее|хуже|короче|реже|в минус\w*|вниз|минус|снижа\w+)|\b(?:пада\w+|меньше|ниже|медленнее|хуже|вниз) (?:или|либо) (?:раст\w+|больше|выше|быстрее|лучше|вверх)|\blikelier\b.{{0,60}}\bthan (?:they|it|we|before)\b|\b(?:more|less|fewer|longer|shorter|faster|slower|higher|lower|better|worse|quicker) than (?:before|it used to|they used to|we used to|in the past)\b|\bgoing anywhere\b|\btreading water\b|\bor (?:are|is) (?:we|it|they) flat\b|\bor worse again\b|\bчем раньше\b|\bчем (?:в|за) (?:поза)?(?:прошл|предыдущ)\w+|\bthan (?:in |over |during )?(?:the )?(?:last|previous|prior) (?:year|quarter|month|half)\b|\bили (?:опять )?(?:хуже|топчемся|стоим)\b|\bизменил\w*|\bсдвинул\w*|\bhow (?:has|have|did) .{{0,60}}\b(?:moved?|changed?|developed?|evolved?|gone)\b|\bизменя[ею]тся|\bменя[ею]тся|\bпоменял\w*|\bchanged\b|{_DID}(?:change|changing)\b")),
)  # fmt: skip


def lost_asked(plain: str) -> bool:
    """Whether the question (small letters, ё as е) is how many clients left."""
    return LOST.search(plain) is not None and REMAINING.search(plain) is None and DENIED.search(plain) is None


def clients_asked(plain: str, names: Iterable[str] = ()) -> bool:
    """Whether the question is how many clients there are, and nothing else; words of ``names`` (plans) may stand in it."""
    names = tuple(names)
    counted = (
        COUNTED.search(plain) is not None
        or re.match(rf"\W*(?:{_SHOW}\W+)?{CLIENT} (?:by|per|по|в разбивке)\b", plain) is not None
        or bool(names)
        and re.match(rf"\W*(?:а |и |and )?{_MANY}\b", plain) is not None
    )
    shown = re.sub(rf"^\W*{_SHOW}\W+", "", plain)
    return counted and all(NEUTRAL.fullmatch(word) for word in _words(shown, names))


def list_asked(plain: str, names: Iterable[str] = ()) -> bool:
    """Whether the question wants clients shown, whichever words of ``names`` (values of the data) it narrows them by, and nothing else."""
    known = (NEUTRAL, LISTED)
    listed = LISTED_FIRST.match(plain) is not None and re.search(rf"\b{CLIENT}\b", plain) is not None
    return listed and all(any(pattern.fullmatch(word) for pattern in known) for word in _words(plain, names))


def new_asked(plain: str) -> bool:
    """Whether the question is how many clients came."""
    return NEW.search(plain) is not None and REFERRED.search(plain) is None


def revenue_asked(plain: str, names: Iterable[str] = ()) -> bool:
    """Whether the question is how large the revenue of all clients together is, or how it changed, and nothing else."""
    if REVENUE.search(plain) is None:
        return False
    if change_asked(plain) is not None:
        return OTHER_REVENUE.search(plain) is None
    known = (NEUTRAL, REVENUE, SAID)
    return all(any(pattern.fullmatch(word) for pattern in known) for word in _words(plain, names))


def cash_asked(plain: str) -> bool:
    """Whether the question is how much money came in from all clients together."""
    return CASH.search(plain) is not None and _EACH.search(plain) is None and change_asked(plain) is None


def _words(plain: str, names: Iterable[str]) -> set[str]:
    return set(re.findall(r"\w+", plain)) - {word for name in names for word in re.findall(r"\w+", name.lower())}


def change_asked(plain: str) -> Change | None:
    """Which way the question says a metric went (``any``: it asks which way), or None where it asks of no change."""
    if _ASIDE.search(plain):
        return None
    said = [way for way, pattern in DIRECTIONS if pattern.search(plain)]
    sure = len(said) == 1 and DENIED.search(plain) is None
    return None if not said else said[0] if sure else "any"


def within_asked(plain: str) -> bool:
    """Whether the question is how many clients there are within a bound: «Сколько клиентов со здоровьем ниже 50?»."""
    return (
        re.search(
            rf"\b(?:сколько|скольк\w+|how many|число|количество|number of)\b.*{CLIENT}|{CLIENT}.*\bсколько их|"
            r"\bсколько\b.{0,20}\b(?:таких|тех|их)\b|\bhow many (?:on|of|have|with|are|in)\b",
            plain,
        )
        is not None
    )
