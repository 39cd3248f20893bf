"""Billing periods in words: how many months they are. A month is 365/12 days, so a week is 84/365 of one."""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from tools.conforming.columns import Style, Typed, distinct
from tools.conforming.remarks import Notes
from tools.conforming.synonyms import PRICES
from tools.load import Question
from tools.sources.cells import BLANK, is_date, is_number
from tools.text import Text

DAY = Fraction(12, 365)
PERIODS: Mapping[str, Fraction] = {
    "daily": DAY,
    "weekly": 7 * DAY,
    "fortnightly": 14 * DAY,
    "monthly": Fraction(1),
    "quarterly": Fraction(3),
    "half_year": Fraction(6),
    "annual": Fraction(12),
    "biennial": Fraction(24),
}
ONE_TIME = "one_time"
PRICED: Mapping[str, str] = {"subscriptions": "mrr", "accounts": "monthly_charge"}
MOST_ASKED = 5

_UNITS: Mapping[str, str] = {
    "daily": r"d|days?|daily|день|дн(?:я|ей|и)?|сут(?:ки|ок)|ежедневн\w*|посуточн\w*",
    "weekly": r"w|wk|weeks?|weekly|недел(?:я|и|ю|ь|ей)|нед|еженедельн\w*|понедельно|недельн\w*",
    "fortnightly": r"fortnights?|fortnightly|двухнедельн\w*",
    "monthly": r"m|mo|mos|mth|months?|monthly|month to month|месяц(?:а|ев)?|мес|ежемесячн\w*|помесячн\w*|месячн\w*",
    "quarterly": r"q|qtr|quarters?|quarterly|квартал(?:а|ов)?|кв|ежеквартальн\w*|поквартальн\w*|квартальн\w*",
    "half_year": r"half a year|half year(?:ly)?|semi ?annual(?:ly)?|полугоди[еяй]|полгода|полугодов\w*",
    "annual": r"y|yr|yrs|years?|yearly|annual(?:ly)?|annum|г|год(?:а|у)?|лет|ежегодн\w*|годов(?:ой|ая|ое|ые|ую)",
    "biennial": r"biennial(?:ly)?|двухлетн\w*",
}
_UNIT = "|".join(f"(?P<{name}>{spellings})" for name, spellings in _UNITS.items())
_COUNTS = {"one": 1, "two": 2, "three": 3, "six": 6, "twelve": 12, "один": 1, "одна": 1, "одну": 1, "два": 2,
           "две": 2, "три": 3, "шесть": 6, "двенадцать": 12}  # fmt: skip
_LEAD = r"(?:(?:1 )?раз в|once an?|once every|per|every|each|an?|в|за|на|кажд(?:ый|ые|ую|ое))"
_PERIOD = re.compile(rf"(?:{_LEAD} )?(?:(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)}) ?)?(?:{_UNIT})")
_ONE_TIME = re.compile(r"one ?(?:time|off)|once|lifetime|perpetual|разов\w*|единоразов\w*|единовременн\w*|бессрочн\w*")
_STATED = {word: PERIODS[period] for period, words in PRICES.items() for word in words}
_IN_MONTHS = re.compile(r"\bmonths?\b|\bмес")


def months_of(text: str, *, header: str = "") -> Fraction | None:
    """Months in a period said in words (``quarterly``, «раз в год», ``6 months``, ``14 days``), or None.

    A bare number counts months where the ``header`` says so. «2 раза в год» and ``biweekly`` fit no one period: None.
    """
    said = re.sub(r"[\W_]+", " ", text.casefold().replace("ё", "е")).strip()
    if said.isdecimal() and len(said) <= 3 and _IN_MONTHS.search(header.casefold()):
        return Fraction(int(said)) or None
    found = _PERIOD.fullmatch(said)
    if found is None:
        return None
    count = found["count"] or "1"
    times = _COUNTS[count] if count in _COUNTS else int(count)
    return times * next(PERIODS[name] for name in PERIODS if found[name]) or None


def names_periods(values: Iterable[str], *, header: str) -> bool:
    """True where a column called a billing period may hold one: some value reads so, or none is a day or a number."""
    held = list(values)
    return any(months_of(value, header=header) for value in held) or not any(
        is_date(value) or is_number(value) for value in held
    )


def stated_factor(words: str) -> Fraction | None:
    """What a price under a header of these words (`recognise.normal`) is multiplied by for a month, if it names a period."""
    months = _STATED.get(words)
    return 1 / months if months else None


def factors_of(header: str, column: Any, style: Style, notes: Notes) -> Typed:
    """For each row the factor (``1/12``) that makes its price monthly.

    It is null where the cell is empty, cannot be read (``bad``: its word is asked about, at most five a column), or
    says that the price is paid once.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    values, indices = distinct(column)
    filled = [value is not None and value.strip().casefold() not in BLANK for value in values]
    read = [_read(header, value or "", style) if full else None for value, full in zip(values, filled, strict=True)]
    bad = [full and got is None for full, got in zip(filled, read, strict=True)]
    unread = [str(value) for value, wrong in zip(values, bad, strict=True) if wrong]
    for word in unread[:MOST_ASKED]:
        notes.ask(_question(header, word, style))
    factors = [str(1 / months) if months else None for months in read]
    none = pa.scalar(False)

    def spread(marks: list[bool]) -> Any:
        return pc.coalesce(pa.array(marks, pa.bool_()).take(indices), none)

    factor = pa.array(factors, pa.string()).take(indices)
    return Typed(factor, spread(filled), spread(bad), example=unread[0] if unread else None)


def _read(header: str, word: str, style: Style) -> Fraction | None:
    """Months of a word or of the user's answer for it; zero is a one-time price; None is unread."""
    said = style.answers.get(_id(header, word, style), word)
    if said in PERIODS:
        return PERIODS[said]
    if said == ONE_TIME or _ONE_TIME.fullmatch(re.sub(r"[\W_]+", " ", said.casefold()).strip()):
        return Fraction(0)
    return months_of(said, header=header)


def _id(header: str, word: str, style: Style) -> str:
    return f"billing_period:{style.file}:{header}:{word.strip()}"


def _question(header: str, word: str, style: Style) -> Question:
    text = Text(
        f"In “{header}” of {style.file}: which period is “{word}”? Until it is answered, its prices are left out.",
        f"Столбец «{header}» файла {style.file}: какой период означает «{word}»? Пока ответа нет, эти цены не учтены.",
    )
    return Question(_id(header, word, style), text, (*PERIODS, ONE_TIME), ("mrr", "nrr", "grr", "movements"))
