"""Periods in a manager's words: a month, a quarter, a year, the last so many of them, from one day to another.

A period is kept as a short text: ``month``, ``quarter``, ``year`` (those that end with the data), ``P6M`` and ``P90D``
(the last six months, ninety days), ``2025``, ``2025-H1``, ``2025-Q3``, ``2025-03``, or two days with a stroke between
them, both inside. ``unread`` stands for a stretch of time that is named but cannot be taken as one window.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from agent.windows import SPANS, UNREAD, calendar, future
from tools.ledger.calendar import back
from tools.reading import Window

UNIT = (
    r"(?:(?P<day>дн\w*|день|days?)|(?P<week>недел\w*|weeks?)|(?P<month>месяц\w*|мес|months?)|"
    r"(?P<quarter>квартал\w*|quarters?)|(?P<half>полугоди\w*|полгода|half[- ]years?)|(?P<year>год\w*|лет|years?))\b"
)
FULL = r"(?:(?:полн|календарн|full|calendar|complete|whole)\w* )?"
LENGTHS: Mapping[str, tuple[str, int]] = {
    "day": ("D", 1), "week": ("D", 7), "month": ("M", 1), "quarter": ("M", 3), "half": ("M", 6), "year": ("M", 12),
}  # fmt: skip
NUMBERS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "один одну одного one a", "два две двух two", "три трех three", "четыре четырех four", "пять пяти five",
            "шесть шести six", "семь семи seven", "восемь восьми eight", "девять девяти nine", "десять десяти ten",
            "одиннадцать одиннадцати eleven", "двенадцать двенадцати twelve", "тринадцать тринадцати thirteen",
            "четырнадцать четырнадцати fourteen", "пятнадцать пятнадцати fifteen", "шестнадцать шестнадцати sixteen",
            "семнадцать семнадцати seventeen", "восемнадцать восемнадцати eighteen", "девятнадцать девятнадцати nineteen",
            "двадцать двадцати twenty",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
NUMBER = rf"(?P<n>\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
MONTHS = (
    r"январ\w*|january|jan", r"феврал\w*|february|feb", r"март\w*|march|mar", r"апрел\w*|april|apr", r"ма(?:[йяею]|йск\w+)|may",
    r"июн\w*|june|jun", r"июл\w*|july|jul", r"август\w*|august|aug", r"сентябр\w*|september|sept?",
    r"октябр\w*|october|oct", r"ноябр\w*|november|nov", r"декабр\w*|december|dec",
)  # fmt: skip
MONTH = re.compile(rf"\b(?P<before>(?:за|в|во|с|со|по|до|к|на|in|for|of|from|to|until|since|during|the) )?(?:{'|'.join(f'({name})' for name in MONTHS)})\b,?(?= (?P<year>20\d\d))?")  # fmt: skip
#: A month that says by its own form that it is one: “May's revenue”, «мартовский отток».
OWN = re.compile(r"\w+ск(?:ий|ая|ое|ие|ого|ой|их|ому|им|ими|ую|ом)\b|\w+['’]s\b")
ORDINAL = r"(?P<one>1|i|перв\w+|first)|(?P<two>2|ii|втор\w+|second)|(?P<three>3|iii|трет\w+|third)|(?P<four>4|iv|четверт\w+|fourth)"
PART = re.compile(
    rf"\b(?:{ORDINAL})(?:st|nd|rd|th|-?(?:й|ый|ой|ий|м|ом|ем|е|го))? (?:(?P<q>квартал[еу]?\b|кв\b|(?<=го )квартала\b|quarter\b)|(?P<h>полугоди[еиюя]\b|half\b(?! a)))|"
    r"\b(?P<kind>q|h)(?P<place>[1-4])\b"
)
DAY = r"(?:(\d{1,2})\.(\d{1,2})\.(20\d\d)|(20\d\d)-(\d\d)-(\d\d))"
YEAR = re.compile(r"(?<![\d.])(20\d\d)(?![\d.]*\d)(?! ?(?:клиент|руб|тыс|[₽$€%]|clients?|customers?|accounts?))")
_LEADING = re.compile(r"^(?:за|в|во|с|со|по|до|к|на|in|for|of|from|to|until|since|during) ")
BESIDE = re.compile(
    r"\b(?:против|по сравнению с|сравн\w+|относительно|чем|и|или|с|vs|versus|against|compar\w+|than|and|or|with|between)\b"
)
SINCE = r"\b(?:с|со|начиная с|since|from)"
OPENING = ("с", "со", "from", "since")
SEASON = re.compile(
    r"\b(?:за|этой|эту|прошл\w+|последн\w+|всю|this|last|in|during|over|the|весной|летом|осенью|зимой)?\s?"
    r"(?:(?P<winter>зим[аойуеы]{1,2}|winter)|(?P<spring>весн[аойуеы]{1,2}|spring)|(?P<summer>лет(?:о|ом)|summer)|(?P<autumn>осен(?:ь|и|ью)|autumn|in the fall))\b"
    r"(?! (?:кампани|акци|campaign|promo))"
)
_NAMED = "|".join(MONTHS)
ENGLISH = "|".join(name for month in MONTHS for name in month.split("|") if name.isascii() and name.isalpha())
BETWEEN = re.compile(
    rf"\b(?:между|between) ({_NAMED}) (?:и|and) ({_NAMED})|\b(?:in|from|over|for)? ?\b({_NAMED}) (?:to|through|till?|until|по) ({_NAMED})\b|(?:\b(?:за|в|in|for|over|during) )?\b({_NAMED}) ?[-–—] ?({_NAMED})\b"
)
#: A day of a month in words, in either order: «1 февраля», “February 1st”.
DATED = re.compile(
    r"\b(?:(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|-?го)?(?: of)? "
    rf"(?P<month>(?:январ|феврал|март|апрел|июн|июл|август|сентябр|октябр|ноябр|декабр)[яа]|мая|{ENGLISH})\b|"
    rf"(?P<first>{ENGLISH}) (?:the )?(?P<after>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?\b(?! ?[:%.]\d))(?:,? (?P<year>20\d\d))?"
)
NUMBERED = re.compile(r"\b(?:(?P<month>0[1-9]|1[0-2])\.(?P<year>20\d\d)|(?P<iso>20\d\d-(?:0[1-9]|1[0-2])))\b")
MANY = re.compile(r"(?:дни|ие недели|месяцы|кварталы|полугодия|годы|days|weeks|months|quarters|years)$")
THIS = re.compile(rf"\b(?:эт(?:от|ом|ого|у|ой)|текущ\w+|this|current) {FULL}{UNIT}")
BEFORE = re.compile(rf"\b(?:(?:прошл|предыдущ)\w+|previous|prior) {FULL}{UNIT}")
DAYS = re.compile(
    rf"\b(?:с|от|from|between|за)? ?(?:the )?(\d{{1,2}}) ?(?:по|до|to|and|[-–—]) ?(\d{{1,2}}) ({_NAMED})\b"
)
WRITTEN = (
    (re.compile(r"\bq([1-4]) ?['’](\d\d)\b"), r"q\1 20\2"),
    (re.compile(r"\b([1-4]) ?кв\.?(?:артал)? ?['’]?(\d\d)\b(?!\d)"), r"\1 кв 20\2"),
    (re.compile(r"\b([1-4])кв\.? ?(20\d\d)\b"), r"\1 кв \2"),
    (re.compile(r"\b(0[1-9]|1[0-2])/(20\d\d)\b"), r"\1.\2"),
    (re.compile(r"\bза (?:весь )?(\d\d)(?:-?й)? год\b|\bза (?:весь )?(2\d)-й\b"), r"за 20\1\2 год"),
    (re.compile(r"\b(перв|втор)\w+ половин\w+(?= (?:20\d\d|год\w*\b))"), r"\1ое полугодие"),
    (
        re.compile(
            rf"\b(\d{{1,2}}|{'|'.join(NUMBERS)}) (последн\w+|прошедш\w+) (?=дн|недел|месяц|квартал|полугод|год|лет)"
        ),
        r"\2 \1 ",
    ),
)
BUT_ONE = re.compile(r"\b(?:the )?(quarter|month|half[- ]year|year) before last\b")
LAST_BUT_ONE = re.compile(rf"\bпозапрошл\w+ {FULL}{UNIT}")
#: “Last year” is the calendar year before; “the last year” the twelve months that end with the data.
LAST_YEAR = re.compile(r"(?<!the )(?<!our )\blast (?P<year>year)\b")
LAST = re.compile(
    rf"\b(?:(?:последн|прошедш|истекш|прошл|предыдущ|скользящ|крайн)\w+|last|past|previous|prior|trailing|rolling) (?:{NUMBER}[ -])?{FULL}{UNIT}"
)
OVER = re.compile(rf"\b(?:за|over|during|for)(?: the| весь| целый)? (?:{NUMBER}[ -])?{FULL}{UNIT}")
LONG = re.compile(rf"\b{NUMBER}-{UNIT}")
FIRST = re.compile(rf"\b(?:перв\w+|first|топ|top|bottom|худш\w+|лучш\w+|best|worst)[ -](?:{NUMBER}[ -])?{FULL}{UNIT}")
TO_DATE = re.compile(
    r"\bс начала (?:этого |текущего )?года|since the (?:start|beginning) of (?:this |the )?year|year[ -]to[ -]date|\bytd\b"
)
NOW = re.compile(
    r"\b(?:на сегодня(?:шн\w+ день)?|на (?:текущий|данный) момент|по сей день|по сегодня|as of (?:today|now)|at the moment|right now)\b"
)
#: Times that are named but are no window that rules know: better said than guessed.
UNCLEAR = re.compile(
    r"(?<!чем год )\bназад\b|(?<!than a year )\bago\b|"
    rf"\b(?:на|в|к|с|до|at|by|before|in) (?:the )?(?:самое |самом )?(?:начал\w*|конец|конц[аеу]|середин\w+|beginning|start|end|middle)\b(?! (?:года по|of the year to))(?<!с начала)|"
    rf"\b(?:после|after|before|до начала|ahead of) (?:the )?(?:{_NAMED})\b|"
    rf"\b(?:last|next|прошл\w+|следующ\w+) (?:{_NAMED})\b|\b(?:последн\w+|last) (?:quarter|month|half|квартал\w*|месяц\w*|полугоди\w*)(?: of| в| во|,)? 20\d\d|"
    rf"\b(?:день|дня|недел\w+|half|половин\w+|week|day)s? (?:of |в )?(?:{_NAMED})\b|\b(?:закончи\w+|завершивш\w+|ending|ended) (?:в|in) |"
    r"\d[.,]\d (?:год|лет|месяц|year|month)|\bсто дней\b|\b(?:сейчас|сегодня|now|today) (?:против|по сравнению|vs|versus|against|compared)"
)
OTHER = re.compile(
    r"\b(?:вчера|позавчера|сегодня|yesterday|today)\b|\b(?:since|с тех пор)\b|\bполтора (?:месяц|год)|year and a half"
)
ROLLING = (
    (re.compile(r"\b(?:monthly|over the month)\b"), "month"), (re.compile(r"\b(?:[lt]tm|twelve months)\b|\b(?:than|чем) (?:a |the )?(?:year ago|год назад)|\b(?:compared (?:to|with)|против|с) (?:a |the )?(?:year ago|год\w* назад)"), "year"),
)  # fmt: skip
#: A period alone at the end: “Net revenue retention, the year”.
BARE = re.compile(
    r"[,;?…–—-] ?(?:за |the )?(?:(?P<month>месяц|month)|(?P<quarter>квартал|quarter)|(?P<year>год|year))\W*$"
)


def asked(plain: str, as_of: date | None) -> str | None:
    """The period that a question in small letters names, `UNREAD` where it cannot be taken, None where it names none."""
    text = re.sub(r"\s+", " ", plain)
    text = _ranged(NOW.sub(" ", text))
    if UNCLEAR.search(text):
        return UNREAD
    for rule in (
        _days,
        _dated,
        _numbered,
        _seasons,
        _first,
        _parts,
        _months,
        _to_date,
        _this,
        _before,
        _last,
        _years,
        _over,
    ):
        if (found := rule(text, as_of)) is not None:
            return found
    return UNREAD if OTHER.search(text) else None


def several(plain: str, as_of: date | None) -> tuple[str, ...]:
    """The periods that a question sets beside each other: «за 2025 против 2024», “March and April”; else none."""
    text = _ranged(re.sub(r"\s+", " ", plain))
    for pattern in (PART, MONTH, YEAR):
        found = list(pattern.finditer(text))
        if UNCLEAR.search(text) or pattern is YEAR and (PART.search(text) or MONTH.search(text)):
            return ()
        if len(found) != 2 or not BESIDE.search(text) or re.search(rf"{SINCE} .* (?:по|до|to|till?|until) ", text):
            continue
        pieces = (text[: found[1].start()], text[found[1].start() :])
        years = YEAR.findall(text)
        shared = f" {years[-1]}" if pattern is not YEAR and len(set(years)) == 1 else ""
        said = [_LEADING.sub("", piece.strip()) for piece in (pieces[0][found[0].start() :], pieces[1])]
        named = [asked(f"за {piece}{'' if YEAR.search(piece) else shared}", as_of) for piece in said]
        if all(name is not None and name != UNREAD for name in named) and named[0] != named[1]:
            return tuple(str(name) for name in named)
    return ()


def _ranged(text: str) -> str:
    """The text with quarters, years and stretches that are written in several ways said one way."""
    for pattern, said in WRITTEN:
        text = pattern.sub(said, text)
    text = BETWEEN.sub(
        lambda match: f" с {match[1] or match[3] or match[5]} по {match[2] or match[4] or match[6]}", text
    )
    text = BUT_ONE.sub(r"позапрошлый \1", text)
    return DAYS.sub(r" с \1 \3 по \2 \3", text)


def _days(text: str, as_of: date | None) -> str | None:
    """From one day to another; a single day is no period."""
    found = [_date(*groups) for groups in re.findall(DAY, text)]
    if not found:
        return None
    if len(found) == 1 and found[0] is not None and as_of is not None and re.search(rf"{SINCE} (?:the )?{DAY}", text):
        return (
            f"{found[0]}/{as_of}"
            if found[0] <= as_of and not re.search(rf"\b(?:по|до|to|till?|until) {DAY}", text)
            else UNREAD
        )
    first, last = found[0], found[-1]
    return f"{first}/{last}" if len(found) == 2 and first is not None and last is not None and first <= last else UNREAD


def _dated(text: str, as_of: date | None) -> str | None:
    """From one day of a month in words to another, or to now; a single day is no period."""
    found = list(DATED.finditer(text))
    if not found:
        return None
    opened = re.search(rf"{SINCE} (?:the )?$", text[: found[0].start()]) is not None
    if len(found) > 2 or as_of is None or not opened:
        on = re.search(r"\b(?:на|за|к|on|as of|by|for) (?:the )?$", text[: found[0].start()])
        return UNREAD if on or len(found) > 1 else None
    years = [int(match["year"]) for match in found if match["year"]]
    last = _day(found[-1], years[-1] if years else as_of.year) if len(found) == 2 else as_of
    if last is not None and not years and last > as_of:
        last = last.replace(year=last.year - 1)
    first = _day(found[0], years[0] if years else last.year) if last is not None else None
    if first is not None and last is not None and not years and first > last:
        first = first.replace(year=first.year - 1)
    return f"{first}/{last}" if first is not None and last is not None and first <= last else UNREAD


def _day(match: re.Match[str], year: int) -> date | None:
    named = str(match["month"] or match["first"])
    month = next(number for number, name in enumerate(MONTHS, 1) if re.fullmatch(name, named))
    return _date(str(match["day"] or match["after"]), str(month), str(year))


def _date(*parts: str) -> date | None:
    day, month, year = parts[:3] if parts[0] else reversed(parts[3:])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _numbered(text: str, as_of: date | None) -> str | None:
    found = [match["iso"] or f"{match['year']}-{match['month']}" for match in NUMBERED.finditer(text)]
    return None if not found else found[0] if len(found) == 1 else UNREAD


def _seasons(text: str, as_of: date | None) -> str | None:
    """A season: of the year named, else the latest that has begun; winter is called by the year that it ends in."""
    match = SEASON.search(text)
    if match is None:
        return None
    first = next(month for month, name in ((12, "winter"), (3, "spring"), (6, "summer"), (9, "autumn")) if match[name])
    found = _in_year(text, as_of, lambda year: f"{year - (first == 12)}-{first:02d}")
    begun = calendar(found) if found != UNREAD else None
    if begun is None or as_of is not None and begun.start > as_of:
        return found
    last = date(begun.start.year + (first == 12), (first + 2) % 12 + 1, 1) - timedelta(days=1)
    if as_of is not None and last >= as_of and re.match(r"\W*(?:прошл|last)", match[0]):
        begun, last = Window(back(begun.start, 12), begun.end), back(last + timedelta(days=1), 12) - timedelta(days=1)
    return f"{begun.start}/{last if as_of is None else min(last, as_of)}"


def _first(text: str, as_of: date | None) -> str | None:
    return UNREAD if FIRST.search(text) and not PART.search(text) else None


def _parts(text: str, as_of: date | None) -> str | None:
    """A quarter or a half of a year: of the year named, else the latest that has begun."""
    found = [
        match for match in PART.finditer(text) if not re.search(r"(?:последн\w+|last|past) $", text[: match.start()])
    ]
    if not found:
        return None
    match = found[0]
    place = int(match["place"] or 0) or next(
        n for n, name in enumerate(("one", "two", "three", "four"), 1) if match[name]
    )
    kind = (match["kind"] or ("q" if match["q"] else "h")).upper()
    if len(found) > 1 or kind == "H" and place > 2:
        return UNREAD
    return _in_year(text, as_of, lambda year: f"{year}-{kind}{place}")


def _months(text: str, as_of: date | None) -> str | None:
    """A month, or one month to another: of the year named, else the latest that has begun."""
    found = [
        match for match in MONTH.finditer(text) if match["before"] or match["year"] or OWN.match(text, match.start())
    ]
    if not found:
        return None
    numbers = [next(n for n in range(1, 13) if match[n + 1]) for match in found]
    instrumental = re.search(r"(?:ем|ом)$", found[0][0].split()[-1]) is not None
    if len(found) == 1 and (found[0]["before"] or "").strip() in OPENING and not instrumental:
        return _until_now(_in_year(text, as_of, lambda year: f"{year}-{numbers[0]:02d}"), as_of)
    ranged = len(found) == 2 and (found[0]["before"] or "").strip() in ("с", "со", "from")
    alone = len(found) == 1 and (instrumental or (found[0]["before"] or "").strip() not in ("с", "со", "по", "до", "from", "to", "until", "since"))  # fmt: skip
    if not (alone or ranged):
        return UNREAD
    if ranged and found[0]["year"] and found[1]["year"]:
        first, end = (calendar(f"{match['year']}-{number:02d}") for match, number in zip(found, numbers, strict=True))
        return f"{first.start}/{end.closing}" if first and end and first.start <= end.start else UNREAD
    last = _in_year(text, as_of, lambda year: f"{year}-{numbers[-1]:02d}")
    if alone or last == UNREAD:
        return last
    end = calendar(last)
    if end is None:
        return UNREAD
    return f"{end.start.year - (numbers[0] > numbers[1])}-{numbers[0]:02d}-01/{end.closing}"


def _until_now(first: str, as_of: date | None) -> str:
    """From the first day of a month or a year to the last day of the data."""
    begun = calendar(first)
    return UNREAD if begun is None or as_of is None or begun.start > as_of else f"{begun.start}/{as_of}"


def _in_year(text: str, as_of: date | None, named: Callable[[int], str]) -> str:
    years = set(YEAR.findall(text))
    if len(years) > 1:
        return UNREAD
    if years:
        return named(int(years.pop()))
    if as_of is None:
        return UNREAD
    if re.search(r"(?:прошл|предыдущ)\w+ год|\b(?:last|previous) year", text):
        return named(as_of.year - 1)
    here = named(as_of.year)
    return named(as_of.year - 1) if future(here, as_of) and not _this(text, as_of) else here


def _to_date(text: str, as_of: date | None) -> str | None:
    opened = re.search(
        r"\bс начала (?:этого |текущего )?(квартал|месяц)|\bsince the (?:start|beginning) of (?:this |the )?(quarter|month)",
        text,
    )
    if opened is not None:
        return _to_now("quarter" if (opened[1] or opened[2]) in ("квартал", "quarter") else "month", as_of)
    if not TO_DATE.search(text):
        return None
    return f"{as_of.year}-01-01/{as_of}" if as_of is not None else UNREAD


def _this(text: str, as_of: date | None) -> str | None:
    match = THIS.search(text)
    return None if match is None else _to_now(str(match.lastgroup), as_of)


def _to_now(unit: str, as_of: date | None) -> str:
    """The calendar month, quarter, half or year that the last day of the data is in, as far as it has gone."""
    if as_of is None or unit in ("day", "week"):
        return UNREAD
    start = as_of.replace(day=1, month=_opening(as_of.month, unit))
    return f"{start}/{as_of}"


def _before(text: str, as_of: date | None) -> str | None:
    """The last whole calendar month, quarter, half or year of the data."""
    twice = LAST_BUT_ONE.search(text)
    match = twice or BEFORE.search(text) or LAST_YEAR.search(text)
    if match is None:
        return None
    unit = str(match.lastgroup)
    if as_of is None or unit in ("day", "week"):
        return UNREAD
    after = as_of + timedelta(days=1)
    end = after.replace(day=1, month=_opening(after.month, unit))
    return _named(back(end, LENGTHS[unit][1] * (2 if twice else 1)), unit)


def _opening(month: int, unit: str) -> int:
    length = LENGTHS[unit][1]
    return (month - 1) // length * length + 1


def _named(start: date, unit: str) -> str:
    if unit == "year":
        return str(start.year)
    if unit == "month":
        return f"{start:%Y-%m}"
    return f"{start.year}-{unit[0].upper()}{(start.month - 1) // LENGTHS[unit][1] + 1}"


def _last(text: str, as_of: date | None) -> str | None:
    return _length(LAST.search(text))


def _over(text: str, as_of: date | None) -> str | None:
    named = next((name for pattern, name in ROLLING if pattern.search(text)), None)
    bare = BARE.search(text)
    if named is None and bare is not None:
        named = "month" if bare["month"] else "quarter" if bare["quarter"] else "year"
    return _length(OVER.search(text)) or _length(LONG.search(text)) or named


def _years(text: str, as_of: date | None) -> str | None:
    years = list(dict.fromkeys(YEAR.findall(text)))
    if len(years) == 1 and re.search(rf"{SINCE} (?:the (?:start|beginning) of |начала )?{years[0]}", text):
        return _until_now(years[0], as_of)
    return None if not years else years[0] if len(years) == 1 else UNREAD


def _length(match: re.Match[str] | None) -> str | None:
    if match is None:
        return None
    said = match["n"] or "1"
    if match["n"] is None and MANY.search(match[0]):
        return UNREAD
    letter, each = LENGTHS[str(match.lastgroup)]
    count = each * (int(said) if said.isdigit() else NUMBERS[said])
    span = f"P{count}{letter}"
    return SPANS.get(span, span) if count else UNREAD
