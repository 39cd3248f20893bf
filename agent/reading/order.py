"""Which clients in order a question asks for: «топ-10», «семь самых злостных должников», “the ten in the worst health”."""

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from agent.reading.bounds import SAID, base, cut, spans
from agent.reading.counted import CLIENT, DIRECTIONS
from agent.reading.periods import NUMBERS
from tools.errors import UserError

if TYPE_CHECKING:
    from agent.reading.understand import Understood

SHOWN = 10
REVENUE = "revenue_per_client"
TIME = r"(?:дн|ден|недел|мес|квартал|полугод|год|лет|day|week|month|quarter|year)"
#: A number of clients, never of days or months.
NUMBER = rf"(\d{{1,3}}|{'|'.join(word for word, number in NUMBERS.items() if number > 1)})"
COUNT = rf"{NUMBER}\b(?![.,]?\d)(?!(?:\s+(?:полн|календарн|рабоч|full|calendar|business|working)\w*)?[\s-]*{TIME})"
FIRST = re.compile(
    rf"\b(?:топ|top|лучш\w+|best|largest|biggest)[\s-]*{COUNT}|"
    rf"\b(?:первы[ех]|first|top)\s+{COUNT}\s*(?:(?:is|are|will be|would be)\s+)?(?:enough|do|хватит|достаточно|давай|[.,;?!)]|$)|"
    rf"\b(?:дай\w*|назов\w+|give me|name)\s+{COUNT}\s+(?:имен\w*|names|{CLIENT})\b|"
    rf"\b(?:первы[ех]|first)\s+{COUNT}\s+(?:(?:\w+\s+)?{CLIENT}|(?:по|by)\s+(?!{TIME}))|"
    rf"\b{COUNT}\s+(?:самых\s+)?(?:лучш|крупн|больш|best|largest|biggest)\w*\s+(?:\w+\s+)?{CLIENT}|"
    rf"\b{COUNT}\s+(?:\w+\s+)?{CLIENT} (?:с (?:наибольш|самым (?:больш|высок))|with the (?:most|highest|largest))|"
    rf"\b{COUNT}\s+(?:\w+\s+)?{CLIENT},? .{{0,40}}\b(?:больше|сильнее|дольше|чаще|most|longest|hardest)(?: всего| всех)?\b"
)
LAST = re.compile(
    rf"\b(?:bottom|lowest|smallest)[\s-]*{COUNT}|"
    rf"\bпоследн\w+\s+{COUNT}\s+(?:(?:\w+\s+)?{CLIENT}|по\s+(?!{TIME}))|"
    rf"\b{COUNT}\s+(?:самых\s+)?(?:мелк|lowest|smallest)\w*\s+(?:\w+\s+)?{CLIENT}|"
    rf"\b{COUNT}\s+(?:\w+\s+)?{CLIENT} (?:с (?:наименьш|самым (?:низк|маленьк))|with the (?:least|lowest|smallest))"
)
#: Words that ask for the first clients, or for the one, without a number.
_MOST = r"(?:крупнейш|лучш|largest|biggest|best|(?:сам\w+|наиболее) (?:крупн|больш|дорог|ценн|выгодн))\w*"
ONE_FIRST = re.compile(
    rf"\b{_MOST} (?:наш |our )?(?:клиент|заказчик|покупатель|client|customer|account|company)\b|"
    r"\bкто (?:нам )?(?:плат|принос|трат)\w+ (?:нам )?больше (?:всех|всего)|\bwho (?:pays|spends|brings)(?: us| in)?(?: the)? most\b"
)
SOME_FIRST = re.compile(
    rf"\b(?:топ|top|{_MOST})[\s-]+(?:(?:of )?our |из )?(?:наш\w+ )?{CLIENT}(?!\w)|^(?:топ|top)\s+(?:по|by)\b|"
    rf"\b{CLIENT} .{{0,20}}(?:плат|принос|трат)\w+ (?:нам )?(?:больше (?:всех|всего)|наибольш)|"
    rf"\b{CLIENT} .{{0,20}}(?:pay|spend|bring)(?: us| in)?(?: the)? most\b"
)
SOME_WORST = re.compile(rf"\b(?:худш\w+|worst|сам\w+ (?:слаб|плох)\w+)[\s-]+(?:наш\w+ |our )?{CLIENT}(?!\w)")
SOME_LAST = re.compile(
    rf"\b(?:smallest|(?:сам\w+|наименее) (?:мелк|маленьк)\w+)[\s-]+(?:наш\w+ |our )?{CLIENT}(?!\w)|"
    rf"^bottom\s+by\b|\b{CLIENT} .{{0,20}}(?:плат|принос|трат)\w+ (?:нам )?(?:меньше (?:всех|всего)|наименьш)|"
    rf"\b{CLIENT} .{{0,20}}(?:pay|spend|bring)(?: us| in)?(?: the)? least\b"
)
ONE_LAST = re.compile(
    r"\bкто (?:нам )?(?:плат|принос|трат)\w+ (?:нам )?меньше (?:всех|всего)|\bwho (?:pays|spends|brings)(?: us| in)?(?: the)? least\b"
)
#: Who is first by the figure that a question names, one or some: «у кого самая большая просрочка?», “clients with the highest MRR”.
WHICH_ONE = re.compile(
    r"\b(?:кто|у кого|кого|кому|с кем)\b(?! из)|\bкак(?:ой|ому|ого) (?:наш\w* )?(?:клиент|заказчик|аккаунт)(?:а|у)?\b|\b(?:who|whom|whose)\b|\b(?:which|what) (?:one )?(?:client|customer|account)\b"
)
LOSING = re.compile(r"\b(?:lost|lose|losing|gained|потерял\w*|теря\w+)\b")
WHICH_SOME = re.compile(
    r"^\W*(?:(?:покаж\w+|дай\w*|назов\w+|список|перечисл\w+|show(?: me)?|list|give me|name|the|our|наши\w*|всех|мне)\W+)*(?:у |с )?(?:каки[емх]\w* )?(?:which |what )?(?:of )?(?:the |our )?"
    r"(?:клиент(?:ы|ов|ам|ах|ами)|заказчик(?:и|ов|ам|ами)|clients|customers|accounts)\b|\bкто (?:у нас )?сам(?:ые|ых)\b|\bwho are (?:the|our)\b"
)
#: Questions of how much hangs on the largest clients, which no list of them answers.
DEPENDENCE = re.compile(
    r"завис|\bдол[яюией]|процент|приход|концентр|сколько выруч|как\w+ часть|без |depend|share|concentrat|percent|how much|part of|without"
)
MONEY = re.compile(
    r"выручк\w*|оборот\w*|доход\w*|деньг\w*|платеж\w*|продаж\w*|сумм\w*|revenue|money|turnover|income|sales|spend\w*"
)
BY = re.compile(
    r"\b(?:по|by)\s+(?:(?:годов|общ|суммарн|наш|annual|yearly|total|their|our|the|highest|largest)\w*\s+)?(\w+)"
)
#: Numbers of people, and words that stand for one.
COLLECTIVE: Mapping[str, int] = {
    r"дво(?:е|их|им)|пар[ауы]\b|a couple(?: of)?": 2, r"тро(?:е|их|им)|тройк\w*": 3, r"четвер(?:о|ых|ым)|четверк\w*": 4,
    r"пятер(?:о|ых|ым)|пятерк\w*": 5, r"шестер(?:о|ых|ым)": 6, r"семер(?:о|ых|ым)|семерк\w*": 7, r"восьмер(?:о|ых|ым)|восьмерк\w*": 8, r"десятками|десятер(?:о|ых)": 10,
    r"(?:half a|half-a) dozen|полдюжин\w*": 6, r"десяток|десятка|десятку": 10, r"(?<!half a )(?<!half-a )(?:a )?dozen|дюжин\w*": 12, r"двадцат(?:ь|и|к\w+)|twenty": 20,
}  # fmt: skip
PEOPLE = rf"(?:{CLIENT}|должник\w*|неплательщик\w*|нович\w*|адвокат\w*|холдинг\w*|имен\b|человек|штук|наш\w+|debtors?|newcomers?|advocates?|holdings?|names|of them|(?:из )?них|кого|кто|котор\w+|who|whom)"
ENDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (end, re.compile(shape))
    for end, shape in (
        ("worst", r"\b(?:наи?худш\w+|худш\w+|хуже (?:всего|всех)|сам\w+ (?:плох|слаб|больн|нездоров|пуст|недовольн|убыточн|нестабильн|шатк|хрупк|рисков|опасн|трудн|проблемн|злостн|тяж[её]л|безнад[её]жн|неблагополучн|ненад[её]жн)\w*|worst|poorest|weakest|sickest|unhealthiest|riskiest|shakiest|unhappiest|most (?:unhappy|at[- ]risk|problematic|troubled|unstable)|least healthy)\b"),
        ("best", r"\b(?:(?:наи)?лучш\w+|лучше (?:всего|всех)|сам\w+ (?:хорош|здоров|лояльн|над[её]жн|благополучн)\w*|best|healthiest|happiest|most (?:loyal|reliable))\b"),
        ("bottom", r"\b(?:наи(?:меньш|низш)\w+|сам\w+ (?:мелк|маленьк|низк|коротк|дешев|редк|мал)\w*|меньше (?:всего|всех)|(?<!не )(?:наи)?менее|нижн\w+(?= (?:\d|пят|десят|трой|семер|восьмер|двадцат))|tiniest|slimmest|lowest|smallest|fewest|shortest|(?<!at )(?<!not )least|bottom|cheapest)\b"),
        ("top", r"\b(?:наи(?:больш|высш)\w+|главн\w+|крупнейш\w+|сам\w+ (?:крупн|больш|высок|дорог|ценн|долг|длинн|сильн|част|давн|стар|активн|прибыльн|доходн)\w*|(?:больше|сильнее|дольше|чаще|дороже|выше) (?:всего|всех|остальных)|(?<!не )(?:наи)?более|(?<!at )most|fattest|juiciest|сам\w+ жирн\w+|largest|biggest|highest|greatest|longest|heaviest|hardest|costliest|likeliest|top|топ|вероятнее всего)\b"),
    )
)  # fmt: skip
#: A superlative of another word: the first of the figure that the question names.
ANY_MOST = re.compile(
    r"\bсам(?:ых|ые|ыми) (?!последн|нов|свеж|молод|ранн|недавн|скромн|бедн|незначит|юн)\w+|"
    r"\b(?!(?:rest|latest|interest|request|test|west|invest|suggest|honest|guest|newest|youngest|oldest|earliest|slowest|nearest|closest|manifest|"
    r"contest|protest|forest|modest|digest|harvest|northwest|southwest|midwest|arrest|priest|conquest|unrest|reinvest|retest)\b)\w{3,}est\b"
)
_TENS = {
    "двадцать": 20,
    "двадцати": 20,
    "тридцать": 30,
    "тридцати": 30,
    "сорок": 40,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
}
_UNITS = "|".join(word for word, number in NUMBERS.items() if number < 10 and word != "a")
TENS = re.compile(rf"\b({'|'.join(_TENS)})[ -]({_UNITS})\b")
#: The first of groups, not of clients: «топ-5 регионов».
GROUPS = re.compile(
    r"\b(?:топ|top|лучш\w+|худш\w+|best|worst)?[\s-]*\d{1,2}\s+(?:\w+\s+)?(?:регион|област|город|отрасл|тариф|план|сегмент|когорт|менеджер|region|cit(?:y|ies)|industr|plan|segment|cohort|manager|owner)\w*\s+(?:по|by|с|with)\b|"
    r"\b(?:топ|top)[\s-]*\d{1,2}\s+(?:регион|област|город|отрасл|тариф|сегмент|когорт|менеджер|region|cit(?:y|ies)|industr|plan|segment|cohort|manager|owner)\w*"
)
#: Before a number of clients that stands apart from its superlative: “Who is worst? Give me ten”.
GIVEN = re.compile(r"\b(?:дай\w*|назов\w+|назвать|покаж\w+|give me|name|show(?: me)?|list)\W+$")
#: Words that may stand beside an order and say nothing of what it is by.
NOTHING = r"\b(?:наш\w*|покаж\w+|дай\w*|назов\w+|список|перечисл\w+|как\w+|show|give|list|name|what|which|are|the|our|тарифе?|план\w*|plan|сам\w+|крупн\w+|больш\w+|выручк\w*|оборот\w*|плат\w+|принос\w+|revenue|sales|pay\w*|bring\w*)\b"
#: Superlatives that say no more than that clients are put in order.
SIZED = r"\b(?:(?:наи)?(?:лучш|больш|меньш|худш)\w+|главн\w+|крупнейш\w+|мелк\w+|best|worst|largest|biggest|smallest|greatest|top|топ|bottom|most|least|valuable|ценн\w+|первы\w+|first)\b"
#: Words that turn the most of a figure into the least of it: «кого мы сильнее всего подвели», “who ignores most features”.
FAILING: Mapping[str, re.Pattern[str]] = {
    "vrs": re.compile(r"let down|short-?chang|\bfail|\bbr[eo]ke|\bbehind|подвел|не выполн|не сдерж|недодал|обману"),
    "adoption": re.compile(r"\bignor|\bunused|not us|never (?:open|us)|не (?:использ|пользу|включ)|игнорир"),
}
#: How many words may lie between a number and the superlative that it belongs to, where no people are named.
BESIDE = 2


def order(seen: "Understood", keys: Collection[str] = (), *, known: bool = False) -> Mapping[str, int]:
    """``top`` or ``bottom`` with the number of clients that a question asks for; nothing where it asks for no order.

    What is worst lies at the end that is worse for the first of ``keys``: the highest debt, the lowest health.
    ``known``: the question is of these figures, though it may name none.
    """
    said = _counted(seen.plain, figure=known or bool(seen.metrics))
    if said is None:
        worst = SOME_WORST.search(seen.plain) and not DEPENDENCE.search(seen.plain)
        return {_end("worst", keys): SHOWN} if worst else uncounted(seen) or (_of_figure(seen, keys) if known else {})
    end, count = said
    turned = end == "top" and any(key in FAILING and FAILING[key].search(seen.plain) for key in list(keys)[:1])
    return {"bottom" if turned else _end(end, keys): count} if count else {}


def bare(plain: str) -> bool:
    """Whether a question says nothing but the order of clients: «топ-5 клиентов», “show our 10 largest customers”."""
    rest = re.sub(rf"{CLIENT}|{COUNT}|{NOTHING}|{SIZED}", " ", plain)
    return re.search(r"[^\W\d_]{4,}", rest) is None


def _counted(plain: str, *, figure: bool) -> tuple[str, int] | None:
    plain = re.sub(r"[«»“”\"]", "", cut(plain, spans(plain)))
    for words, count in COLLECTIVE.items():
        plain = re.sub(rf"\b(?:перв\w+|топ|top|first)[ -](?:{words})(?!\w)", f"топ {count}", plain)
    plain = TENS.sub(lambda match: str(_TENS[match[1]] + NUMBERS[match[2]]), plain)
    if GROUPS.search(plain):
        return None
    for end, pattern in (("bottom", LAST), ("top", FIRST)):
        match = pattern.search(plain)
        if match is not None:
            said = next(group for group in match.groups() if group)
            given = re.match(r"\b(?:дай|назов|give me|name)", match[0]) is not None
            unsaid = given or _named_after_by(plain) == (None, False)
            others = (name for name, shape in ENDS if shape.search(plain) and (unsaid or name == "worst"))
            end = next(others, end)
            return end, int(said) if said.isdigit() else NUMBERS[said]
    named = next(((end, match) for end, pattern in ENDS if (match := pattern.search(plain))), None)
    other = ANY_MOST.search(plain) if named is None and figure else None
    named = ("top", other) if other is not None else named
    if named is None:
        return None
    end, match = named
    for count, start, stop in _amounts(plain):
        gap = plain[min(stop, match.end()) : max(start, match.start())].split()
        if (
            re.match(rf"\W+(?:\w+\W+){{0,3}}?{PEOPLE}", plain[stop:])
            or re.search(rf"{PEOPLE}\W*$", plain[:start])
            or len(gap) <= BESIDE
            or GIVEN.search(plain[:start])
            or re.match(r"\W*(?:назов\w+|покаж\w+|дай\w*)?\W*$", plain[stop:])
        ):
            return end, count
    return None


def counts(plain: str) -> list[int]:
    """The numbers of clients that a text names, in their order."""
    return [count for count, _start, _stop in _amounts(plain)]


def _amounts(plain: str) -> list[tuple[int, int, int]]:
    """Numbers of clients in a text with where they stand; never those of days, of percent, of money or of a bound."""
    found = [
        (int(match[1]) if match[1].isdigit() else NUMBERS[match[1]], *match.span())
        for match in re.finditer(
            rf"(?<![\w.,])(?<![\d\s][-–]){COUNT}(?! ?(?:%|процент|percent|тыс|млн|руб|₽|[.,]\d|и (?:ниже|выше)|or (?:less|more|lower|higher)))",
            plain,
        )
        if not re.search(
            r"(?:менеджер\w*|успеху|manager|csm|rep|owner|№|no\.?|ниже|выше|больше|меньше|более|менее|below|above|than|under|over|at least|at most|nps|чем) $",
            plain[: match.start()],
        )
    ]
    found += [
        (count, *match.span())
        for words, count in COLLECTIVE.items()
        for match in re.finditer(rf"\b(?:{words})(?!\w)", plain)
    ]
    return sorted(found, key=lambda item: item[1])


def _end(end: str, keys: Collection[str]) -> str:
    from tools.metrics import metrics

    if end in ("top", "bottom"):
        return end
    better = next((metrics()[key].better for key in keys if key in metrics()), "higher")
    return "top" if (end == "best") == (better != "lower") else "bottom"


def uncounted(seen: "Understood") -> Mapping[str, int]:
    """The order that a question asks for without saying how many clients it wants."""
    asked = (
        (ONE_FIRST, {"top": 1}),
        (ONE_LAST, {"bottom": 1}),
        (SOME_FIRST, {"top": SHOWN}),
        (SOME_LAST, {"bottom": SHOWN}),
    )
    order = next((order for pattern, order in asked if pattern.search(seen.plain)), {})
    if order and not DEPENDENCE.search(seen.plain) and rankable(seen, ()) is not None:
        return order
    return _of_figure(seen, seen.metrics)


def _of_figure(seen: "Understood", keys: Collection[str]) -> Mapping[str, int]:
    """The order by the one figure of a question, where it asks who is first and says no number."""
    from tools.fields import ranks

    keys = [
        key
        for key in keys
        if ranks(key) and (key in seen.metrics or re.search(rf"\b(?:{SAID.get(key, key)})", seen.plain))
    ]
    plain = cut(seen.plain, spans(seen.plain))
    asks = WHICH_ONE.search(plain) or WHICH_SOME.search(plain)
    grouped = any(want.startswith("by_") for want in seen.wants)
    if (
        len(keys) != 1
        or asks is None
        or grouped
        or seen.wants & {"define", "why", "advice"}
        or DEPENDENCE.search(plain)
    ):
        return {}
    if (
        GROUPS.search(plain)
        or counts(plain)
        or any(shape.search(plain) for _way, shape in DIRECTIONS)
        or LOSING.search(plain)
    ):
        return {}
    end = next((end for end, shape in ENDS if shape.search(plain)), "top" if ANY_MOST.search(plain) else None)
    return {} if end is None else {_end(end, keys): SHOWN if WHICH_SOME.search(plain) else 1}


def rankable(seen: "Understood", keys: Collection[str]) -> str | None:
    """The figure that puts clients in order: the one after by (по), else one of ``keys``, else revenue where none is named."""
    from tools.fields import ranks

    named, strange = _named_after_by(seen.plain)
    chosen = named or next((key for key in keys if ranks(key)), None)
    sized = any(pattern.search(seen.plain) for pattern in (ONE_FIRST, ONE_LAST, SOME_FIRST, SOME_LAST))
    others = strange or seen.segments and not sized or set(seen.metrics) - {"concentration"}
    return chosen if chosen is not None or others else REVENUE


def _named_after_by(plain: str) -> tuple[str | None, bool]:
    """The figure named after by (по), and whether something else stands there that is no column of the data."""
    from tools.fields import find_field

    strange = False
    for word in BY.findall(plain):
        if MONEY.fullmatch(word):
            return REVENUE, False
        try:
            found = find_field(base(word))
        except UserError:
            strange = True
            continue
        if found.reading:
            return found.key, False
    return None, strange
