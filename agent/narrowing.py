"""Which clients a question is about, and whether it asks for the first of them: words of a manager as a filter."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agent.counted import CLIENT, change_asked
from agent.periods import NUMBERS
from agent.understand import Understood
from tools.errors import UserError
from tools.fields import find_field
from tools.text import latin

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

SHOWN = 10
REVENUE = "revenue_per_client"
TIME = r"(?:дн|ден|недел|мес|квартал|полугод|год|лет|day|week|month|quarter|year)"
#: A number of clients, never of days or months.
NUMBER = rf"(\d{{1,3}}|{'|'.join(word for word, number in NUMBERS.items() if number > 1)})"
COUNT = rf"{NUMBER}\b(?!(?:\s+(?:полн|календарн|рабоч|full|calendar|business|working)\w*)?[\s-]*{TIME})"
FIRST = re.compile(
    rf"\b(?:топ|top|лучш\w+|best|largest|biggest)[\s-]*{COUNT}|"
    rf"\b(?:первы[ех]|first)\s+{COUNT}\s+(?:(?:\w+\s+)?{CLIENT}|(?:по|by)\s+(?!{TIME}))|"
    rf"\b{COUNT}\s+(?:самых\s+)?(?:лучш|крупн|больш|best|largest|biggest)\w*\s+(?:\w+\s+)?{CLIENT}|"
    rf"\b{COUNT}\s+(?:\w+\s+)?{CLIENT} (?:с (?:наибольш|самым (?:больш|высок))|with the (?:most|highest|largest))|"
    rf"\b{COUNT}\s+(?:\w+\s+)?{CLIENT},? .{{0,40}}\b(?:больше|сильнее|дольше|чаще|most|longest|hardest)(?: всего| всех)?\b"
)
LAST = re.compile(
    rf"\b(?:худш\w+|bottom|worst|lowest|smallest)[\s-]*{COUNT}|"
    rf"\bпоследн\w+\s+{COUNT}\s+(?:(?:\w+\s+)?{CLIENT}|по\s+(?!{TIME}))|"
    rf"\b{COUNT}\s+(?:самых\s+)?(?:худш|слаб|мелк|плох|worst|lowest|smallest|weakest)\w*\s+(?:\w+\s+)?{CLIENT}|"
    rf"\b{COUNT}\s+(?:\w+\s+)?{CLIENT} (?:с (?:наименьш|самым (?:низк|маленьк))|with the (?:least|lowest|smallest|worst|weakest|poorest))"
)
#: Words that ask for the first clients, or for the one, without a number.
BOUND = re.compile(
    r"(?:(?P<below>ниже|меньше|менее|хуже|under|below|less than|lower than|<)|(?P<above>выше|больше|более|свыше|above|over|more than|higher than|greater than|>)) "
    r"(?P<number>\d+(?:[.,]\d+)?) ?(?P<percent>%|процент\w*|percent)?(?! ?(?:дн|ден|недел|месяц|год|лет|day|week|month|year))"
)
_MOST = r"(?:крупнейш|лучш|largest|biggest|best|(?:сам\w+|наиболее) (?:крупн|больш|дорог|ценн|выгодн))\w*"
ONE_FIRST = re.compile(
    rf"\b{_MOST} (?:наш |our )?(?:клиент|заказчик|покупатель|client|customer|account|company)\b|"
    r"\bкто (?:нам )?(?:плат|принос|трат)\w+ (?:нам )?больше всех|\bwho (?:pays|spends|brings)(?: us| in)?(?: the)? most\b"
)
SOME_FIRST = re.compile(
    rf"\b(?:топ|top|{_MOST})[\s-]+(?:(?:of )?our |из )?(?:наш\w+ )?{CLIENT}(?!\w)|^(?:топ|top)\s+(?:по|by)\b|"
    rf"\b{CLIENT} .{{0,20}}(?:плат|принос|трат)\w+ (?:нам )?(?:больше (?:всех|всего)|наибольш)|"
    rf"\b{CLIENT} .{{0,20}}(?:pay|spend|bring)(?: us| in)?(?: the)? most\b"
)
SOME_LAST = re.compile(
    rf"\b(?:худш\w+|worst|smallest|(?:сам\w+|наименее) (?:мелк|маленьк|слаб|плох)\w+)[\s-]+(?:наш\w+ |our )?{CLIENT}(?!\w)|"
    r"^bottom\s+by\b"
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
#: Shapes of words that say how clients are doing, each with its condition and the metric that it speaks of.
STATES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(
            r"(?:пада\w+|снижа\w+|ухудша\w+|упал\w*|снизил\w*) (?:\w+ )?здоровь|здоровь\w* (?:\w+ )?(?:пада|сниж|ухудш|упал)|"
            r"(?:falling|declining|worsening|dropping) (?:client |customer )?health|health (?:\w+ )?(?:fell|fall|declin|worsen|drop)"
        ),
        "chs_change < 0",
        "chs",
    ),
    (
        re.compile(r"без просроч|no overdue|without overdue"),
        "overdue = 0",
        "overdue",
    ),
    (
        re.compile(r"с просроченной оплат|с просрочк|with overdue|(?:who|that) (?:are|is) overdue"),
        "overdue > 0",
        "overdue",
    ),
)


def narrowed(seen: Understood, portfolio: "Portfolio") -> tuple[dict[str, Any], frozenset[str]]:
    """Arguments ``where``, ``top`` and ``bottom`` that the question asks for, and the metrics that only narrow it down."""
    plain = seen.plain
    order = _order(plain) or uncounted(seen)
    moved = change_asked(plain) is not None
    found = [(condition, key) for pattern, condition, key in STATES if pattern.search(plain) and not moved]
    found += _bounded(seen)
    parts = [_plan(plain, portfolio), *_valued(seen, portfolio), *(condition for condition, _key in found)]
    conditions = [part for part in parts if part]
    if seen.segments and (order or conditions):
        keys = seen.segments
        conditions.insert(0, f"segment = {keys[0]}" if len(keys) == 1 else f"segment in ({', '.join(keys)})")
    where = {"where": _canonical(" and ".join(conditions))} if conditions else {}
    return {**where, **order}, frozenset(key for _condition, key in found)


def _bounded(seen: Understood) -> list[tuple[str, str]]:
    """The condition of a question that sets a bound to a figure of a client: «со здоровьем ниже 50»."""
    from tools.fields import account_readings

    match = BOUND.search(seen.plain)
    if match is None:
        return []
    named = [key for word in seen.plain[: match.start()].split()[-2:] if (key := _reading(word)) is not None]
    keys = [*(key for key in seen.metrics if key in account_readings()), *named]
    if not keys:
        return []
    key, number = keys[-1], match["number"].replace(",", ".")
    share = match["percent"] and account_readings()[key].unit.value == "ratio"
    return [(f"{key} {'<' if match['below'] else '>'} {float(number) / 100 if share else number}", key)]


def _reading(word: str) -> str | None:
    """The figure of a client that a word names in any of its cases, or None."""
    try:
        found = find_field(_base(word))
    except UserError:
        return None
    return found.key if found.reading else None


def _order(plain: str) -> Mapping[str, int]:
    for name, pattern in (("bottom", LAST), ("top", FIRST)):
        match = pattern.search(plain)
        if match is not None:
            said = next(group for group in match.groups() if group)
            count = int(said) if said.isdigit() else NUMBERS[said]
            return {name: count} if count else {}
    return {}


def uncounted(seen: Understood) -> Mapping[str, int]:
    """The order that a question asks for without saying how many clients it wants."""
    asked = ((ONE_FIRST, {"top": 1}), (SOME_FIRST, {"top": SHOWN}), (SOME_LAST, {"bottom": SHOWN}))
    order = next((order for pattern, order in asked if pattern.search(seen.plain)), {})
    return order if order and not DEPENDENCE.search(seen.plain) and rankable(seen, ()) is not None else {}


def _plan(plain: str, portfolio: "Portfolio") -> str | None:
    """A plan of the data that the question names as one: Pro clients, клиенты на тарифе «Про»; in either alphabet."""
    named = [name for name in plans(portfolio) if _is_named(name, plain)]
    return f'plan = "{max(named, key=len)}"' if named else None


#: Words of a value that do not tell it apart from others.
GENERIC = frozenset(
    "область край республика округ город промышленность торговля обл region oblast krai republic city industry trade".split()
)
#: Places that English calls otherwise than their letters say.
ABROAD: Mapping[str, str] = {
    "moscow": "москва",
    "petersburg": "петербург",
    "nizhny": "нижегородская",
    "healthcare": "медицина",
    "retail": "розница",
}


def _valued(seen: Understood, portfolio: "Portfolio") -> list[str]:
    """Conditions of the regions and industries whose values a question names: «у московских клиентов», “in Samara”."""
    from knowledge.search import stems

    words = [ABROAD.get(word, word) for word in re.findall(r"[^\W\d_]+", seen.plain)]
    taken = {place for mention in seen.mentions for place in mention.places}
    own = [stem for word in words for stem in stems(word)]
    found = []
    for column in ("region", "industry"):
        hits = {value: _hit(value, own) for value in _values(column, portfolio)}
        best = max(hits.values(), default=0)
        named = [value for value, hit in hits.items() if hit == best and hit]
        if len(named) == 1 and not taken:
            found.append(f'{column} = "{named[0]}"')
    return found


def _hit(value: str, own: Sequence[str]) -> int:
    """How many letters of a value's telling words stand in the question; none where one of them does not."""
    from knowledge.search import stems

    generic = {stem for word in GENERIC for stem in stems(word)}
    telling = [stem for stem in stems(value) if stem not in generic]
    letters = [max((_shared(stem, word) for word in own), default=0) for stem in telling]
    lacking = len(telling) < len(stems(value)) and not set(stems(value)) & generic & set(own)
    return max(1, sum(letters) - 4 * lacking) if telling and all(letters) else 0


def _shared(stem: str, word: str) -> int:
    """The length of a value's stem where the word begins as it does, in either alphabet; an ending may differ."""
    for mine, other in ((stem, word), (latin(stem), word)):
        kept = max(4, len(mine) - 2)
        if other[:kept] == mine[:kept] and len(mine) > 3 and abs(len(other) - len(mine)) < 5:
            return len(mine)
    return 0


def _values(column: str, portfolio: "Portfolio") -> tuple[str, ...]:
    from tools.fields import raw_values

    key = f"values of {column}"
    if key not in portfolio.memo:
        try:
            values = {str(value) for value in raw_values(portfolio, column).values() if value is not None}
        except UserError:
            values = set()
        portfolio.memo[key] = tuple(sorted(value for value in values if '"' not in value))
    known: tuple[str, ...] = portfolio.memo[key]
    return known


def _is_named(name: str, plain: str) -> bool:
    spellings = {name.lower().replace("ё", "е"), latin(name)}
    words = "|".join(re.escape(spelling) for spelling in sorted(spellings))
    before = rf"(?:тариф\w*|план\w*|plan|tariff)\s+[«\"“]?(?:{words})(?!\w)"
    on = rf"\b(?:на|у|on) [«\"“]?(?:{words})[аеуы]?(?!\w)"
    after = rf"(?<!\w)(?:{words})[»\"”]?[\s-]+(?:clients?|customers?|accounts?|plan|tariff|клиент\w*)"
    return re.search(f"{before}|{on}|{after}", plain) is not None


def plans(portfolio: "Portfolio") -> tuple[str, ...]:
    """Names of the plans of the data."""
    from tools.fields import raw_values

    values = {str(value) for value in raw_values(portfolio, "plan").values()}
    return tuple(sorted(value for value in values if '"' not in value))


def plan_filter(name: str) -> str:
    """The canonical filter of the clients of a plan."""
    return _canonical(f'plan = "{name}"')


def _canonical(text: str) -> str:
    from tools.filters import parse

    return str(parse(text))


def rankable(seen: Understood, keys: Collection[str]) -> str | None:
    """The figure that puts clients in order: the one after by (по), else one of ``keys``, else revenue where none is named."""
    from tools.fields import account_readings

    named, strange = _named_after_by(seen.plain)
    chosen = named or next((key for key in keys if key in account_readings()), None)
    others = strange or seen.segments or set(seen.metrics) - {"concentration"}
    return chosen if chosen is not None or others else REVENUE


def _named_after_by(plain: str) -> tuple[str | None, bool]:
    """The figure named after by (по), and whether something else stands there that is no column of the data."""
    from tools.fields import find_field

    strange = False
    for word in BY.findall(plain):
        if MONEY.fullmatch(word):
            return REVENUE, False
        try:
            found = find_field(_base(word))
        except UserError:
            strange = True
            continue
        if found.reading:
            return found.key, False
    return None, strange


def _base(word: str) -> str:
    """The word as fields know it where it stands in another case (здоровью: здоровье), else as it is."""
    from knowledge.search import stems
    from tools.fields import SPOKEN

    own = stems(word)
    return next((known for words in SPOKEN.values() for known in words if stems(known) == own), word)


def condition(given: Any) -> str | None:
    """The canonical text of a filter that a model wrote, or None where it is not one."""
    try:
        return _canonical(given) if isinstance(given, str) and given.strip() else None
    except UserError:
        return None
