"""The paid period of an invoice line as its own text says it: «за март», "12 мес.", «с … по …», and English forms."""

from typing import Any

import ibis

from tools.ledger.calendar import shifted

#: Stems of month names, Russian (any case) and English, by number.
MONTHS = (
    "январ|january", "феврал|february", "март|march", "апрел|april", "ма[йея]|may", "июн|june", "июл|july",
    "август|august", "сентябр|september", "октябр|october", "ноябр|november", "декабр|december",
)  # fmt: skip
DAY = r"(\d{1,2})[./](\d{1,2})[./](\d{4})"
ISO = r"(\d{4})-(\d{2})-(\d{2})"
TO = r"\s*(?:г\.?|года)?\s*(?:по|до|to|through|until|till|-|–|—)\s*"
NAMED = r"(?:^|[\s(,;«])(?:за|for|in|of)\s+(?:период\s+|the\s+)?(?:{})"
DATED_NAME = r"(?:{})[a-zа-я]*\s+(?:of\s+)?20\d\d"
YEAR = r"(20\d\d)"
OPEN_RANGE = r"(?:^|[\s(,;])(?:с|со|from)\s+\d"
LENGTH = r"(?:^|[^\d.,/-])(\d{1,2})\s*(?:-?ти\s*)?(?:мес|month|mo\.)"
A_YEAR = r"(?:на|за)\s+(?:1\s+)?год(?:$|[^а-я])|годов|annual|yearly|per year|for (?:a|one|1) year|12-month"
A_QUARTER = r"(?:на|за)\s+(?:1\s+)?квартал|квартальн|ежекварт|quarterly|per quarter|for (?:a|one|1) quarter"
A_MONTH = r"(?:на|за)\s+(?:1\s+)?месяц(?:$|[^а-я])|ежемесяч|monthly|per month|for (?:a|one|1) month"


def said(texts: Any) -> Any:
    """Table of texts that name a period: ``words, said_from, said_to, said_month, said_year, said_length``.

    ``texts`` has one column ``words`` in lower case. "с 01.02.2025 по 31.01.2026" gives two days, «за март» a month
    (with its year where it is there), "12 мес." a length that runs from the date of the document.
    """
    words = texts.words
    whole, iso = f"{DAY}{TO}{DAY}", f"{ISO}{TO}{ISO}"
    dotted, dashed = words.re_search(whole), words.re_search(iso)
    year = ibis.ifelse(words.re_search(YEAR), words.re_extract(YEAR, 1), None).try_cast("int64")
    first = ibis.cases((dotted, _parts(words, whole, (3, 2, 1))), (dashed, _parts(words, iso, (1, 2, 3))), else_=None)
    last = ibis.cases((dotted, _parts(words, whole, (6, 5, 4))), (dashed, _parts(words, iso, (4, 5, 6))), else_=None)
    found = texts.select(
        "words", said_from=first, said_to=last, said_month=_month(words), said_year=year, said_length=_length(words)
    )
    ranged = (found.said_from <= found.said_to).fill_null(False)
    return found.filter(ranged | found.said_month.notnull() | found.said_length.notnull())


def spelled(row: Any, date: Any) -> tuple[Any, Any]:
    """First and last day of the period of a line beside what its text `said`, or nulls."""
    month_start = _safe(
        ibis.coalesce(row.said_year, date.year().cast("int64")), row.said_month, ibis.literal(1, "int64")
    )
    ranged = (row.said_from <= row.said_to).fill_null(False)
    starts = ibis.cases(
        (ranged, row.said_from), (row.said_month.notnull(), month_start), (row.said_length.notnull(), date), else_=None
    )
    ends = ibis.cases(
        (ranged, row.said_to),
        (row.said_month.notnull(), ahead(month_start, 1)),
        (row.said_length.notnull(), months_ahead(date, row.said_length)),
        else_=None,
    )
    return starts, ends


def ahead(day: Any, months: int) -> Any:
    """The last day of a period of so many months that begins on ``day``."""
    return shifted((day + ibis.interval(months=months)).cast("date"), -1)


LENGTHS = (1, 2, 3, 4, 5, 6, 9, 12, 18, 24, 36)


def months_ahead(day: Any, months: Any, lengths: tuple[int, ...] = LENGTHS) -> Any:
    """The last day of a period that begins on ``day``, its length an expression in months; null for other lengths."""
    return ibis.cases(*((months == count, ahead(day, count)) for count in lengths), else_=None)


def _month(text: Any) -> Any:
    """Number of the month a text names as its period, null where it names none, several, or a half-read range."""
    found = [text.re_search(NAMED.format(stem)) | text.re_search(DATED_NAME.format(stem)) for stem in MONTHS]
    named = sum((hit.cast("int32") for hit in found[1:]), found[0].cast("int32"))
    number = ibis.cases(*((hit, place) for place, hit in enumerate(found, 1)), else_=None).cast("int64")
    return ibis.ifelse((named == 1) & ~text.re_search(OPEN_RANGE), number, None)


def _length(text: Any) -> Any:
    said = ibis.ifelse(text.re_search(LENGTH), text.re_extract(LENGTH, 1), None).try_cast("int64")
    words = ibis.cases(
        (text.re_search(A_YEAR), 12), (text.re_search(A_QUARTER), 3), (text.re_search(A_MONTH), 1), else_=None
    ).cast("int64")
    months = ibis.coalesce(said, words)
    return ibis.ifelse(months.isin(LENGTHS), months, None)


def _parts(text: Any, pattern: str, groups: tuple[int, int, int]) -> Any:
    year, month, day = (text.re_extract(pattern, place).try_cast("int64") for place in groups)
    return _safe(year, month, day)


def _safe(year: Any, month: Any, day: Any) -> Any:
    """A date from numbers that may be absurd: an impossible one is null."""
    fits = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= 1990) & (year <= 2099)
    month, year = ibis.ifelse(fits, month, 1), ibis.ifelse(fits, year, 2000)
    first = ibis.date(year.fill_null(2000).cast("int32"), month.fill_null(1).cast("int32"), 1)
    made = (first + (day.fill_null(1) - 1).cast("int32").as_interval("D")).cast("date")
    return ibis.ifelse(fits, made, None)
