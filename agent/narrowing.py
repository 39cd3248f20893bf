"""Which clients a question is about, and whether it asks for the first of them: words of a manager as a filter."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agent.understand import Understood
from tools.errors import UserError
from tools.text import latin

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

CLIENT = r"(?:клиент\w*|компани\w*|заказчик\w*|покупател\w*|аккаунт\w*|clients?|customers?|accounts?|company|companies)"
TIME = r"(?:дн|ден|недел|мес|квартал|полугод|год|лет|day|week|month|quarter|year)"
#: A number of clients, never of days or months.
COUNT = rf"(\d{{1,3}})\b(?!(?:\s+(?:полн|календарн|рабоч|full|calendar|business|working)\w*)?[\s-]*{TIME})"
FIRST = re.compile(
    rf"\b(?:топ|top|лучш\w+|best|largest|biggest)[\s-]*{COUNT}|"
    rf"\b(?:первы[ех]|first)\s+{COUNT}\s+(?:(?:\w+\s+)?{CLIENT}|(?:по|by)\s+(?!{TIME}))|"
    rf"\b{COUNT}\s+(?:самых\s+)?(?:лучш|крупн|больш|best|largest|biggest)\w*\s+(?:\w+\s+)?{CLIENT}|"
    rf"\b{COUNT}\s+(?:\w+\s+)?{CLIENT} (?:с (?:наибольш|самым (?:больш|высок))|with the (?:most|highest|largest))"
)
LAST = re.compile(
    rf"\b(?:худш\w+|bottom|worst|lowest|smallest)[\s-]*{COUNT}|"
    rf"\bпоследн\w+\s+{COUNT}\s+(?:(?:\w+\s+)?{CLIENT}|по\s+(?!{TIME}))|"
    rf"\b{COUNT}\s+(?:самых\s+)?(?:худш|слаб|мелк|плох|worst|lowest|smallest|weakest)\w*\s+(?:\w+\s+)?{CLIENT}|"
    rf"\b{COUNT}\s+(?:\w+\s+)?{CLIENT} (?:с (?:наименьш|самым (?:низк|маленьк))|with the (?:least|lowest|smallest))"
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
    plain = seen.question.lower().replace("ё", "е")
    order = _order(plain)
    found = [(condition, key) for pattern, condition, key in STATES if pattern.search(plain)]
    parts = [_plan(plain, portfolio), *(condition for condition, _key in found)]
    conditions = [part for part in parts if part]
    if seen.segments and (order or conditions):
        keys = seen.segments
        conditions.insert(0, f"segment = {keys[0]}" if len(keys) == 1 else f"segment in ({', '.join(keys)})")
    where = {"where": _canonical(" and ".join(conditions))} if conditions else {}
    return {**where, **order}, frozenset(key for _condition, key in found)


def _order(plain: str) -> Mapping[str, int]:
    for name, pattern in (("bottom", LAST), ("top", FIRST)):
        match = pattern.search(plain)
        if match is not None:
            count = int(next(group for group in match.groups() if group))
            return {name: count} if count else {}
    return {}


def _plan(plain: str, portfolio: "Portfolio") -> str | None:
    """A plan of the data that the question names as one: Pro clients, клиенты на тарифе «Про»; in either alphabet."""
    named = [name for name in _plans(portfolio) if _is_named(name, plain)]
    return f'plan = "{max(named, key=len)}"' if named else None


def _is_named(name: str, plain: str) -> bool:
    spellings = {name.lower().replace("ё", "е"), latin(name)}
    words = "|".join(re.escape(spelling) for spelling in sorted(spellings))
    before = rf"(?:тариф\w*|план\w*|plan|tariff)\s+[«\"“]?(?:{words})(?!\w)"
    after = rf"(?<!\w)(?:{words})[»\"”]?[\s-]+(?:clients?|customers?|accounts?|plan|tariff|клиент\w*)"
    return re.search(f"{before}|{after}", plain) is not None


def _plans(portfolio: "Portfolio") -> tuple[str, ...]:
    from tools.fields import raw_values

    values = {str(value) for value in raw_values(portfolio, "plan").values()}
    return tuple(sorted(value for value in values if '"' not in value))


def _canonical(text: str) -> str:
    from tools.filters import parse

    return str(parse(text))


def rankable(key: str | None, question: str) -> str | None:
    """The figure by which clients are to be put in order: the metric named, else the field named after by (по)."""
    from tools.fields import account_readings, find_field

    if key is not None:
        return key if key in account_readings() else None
    for word in re.findall(r"\b(?:по|by)\s+(\w+)", question):
        try:
            found = find_field(word)
        except UserError:
            continue
        if found.reading:
            return found.key
    return None


def condition(given: Any) -> str | None:
    """The canonical text of a filter that a model wrote, or None where it is not one."""
    try:
        return _canonical(given) if isinstance(given, str) and given.strip() else None
    except UserError:
        return None
