"""One cell: numbers in every notation of an export, dates in every order, yes and no, currency signs.

Nothing here guesses: a text that fits two readings says so (`mark_of`, `order_of` return ``"?"``); the column decides.
"""

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal

Mark = Literal[".", ","]
Order = Literal["dmy", "mdy"]
ORDERS: tuple[Order, ...] = ("dmy", "mdy")

BLANK_TEXT = frozenset({"", "null", "nan", "<null>", "#n/a", "nat"})
BLANK = BLANK_TEXT | {"none", "n/a", "na", "-", "—", "–", "нет данных", "н/д"}
SPACES = {ord(mark): None for mark in " \t\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f'’`"} | {ord("\u2212"): "-"}
CURRENCIES = {
    "RUB": ("₽", "рублей", "рубля", "рубль", "рубли", "руб", "rub", "rur", "р"),
    "USD": ("us$", "$", "usd", "долл"),
    "EUR": ("€", "eur", "евро"),
    "GBP": ("£", "gbp"),
    "KZT": ("₸", "kzt", "тенге"),
    "BYN": ("byn",),
    "UAH": ("₴", "uah", "грн"),
    "INR": ("₹", "inr"),
    "TRY": ("₺", "try"),
    "CNY": ("cny", "юаней"),
    "CHF": ("chf",),
    "JPY": ("jpy",),
    "PLN": ("pln", "zł"),
    "AED": ("aed",),
    "UZS": ("uzs",),
}
_CODES = {sign: code for code, signs in CURRENCIES.items() for sign in signs}
_SIGN = re.compile("(" + "|".join(re.escape(sign) for sign in sorted(_CODES, key=len, reverse=True)) + r")\.?")
_CORE = re.compile(r"\d[\d.,]*(?:e[+-]?\d+)?|[.,]\d+")
_EXPONENT = re.compile(r"\d+(?:[.,]\d+)?e[+-]?\d+")
_TRUE = frozenset({"true", "yes", "y", "1", "да", "истина", "t", "д", "churned", "ушел", "+"})
_FALSE = frozenset({"false", "no", "n", "0", "нет", "ложь", "f", "н", "active", "активен", "-"})


def currency_of(text: str) -> str | None:
    """ISO code of a currency sign or word standing in ``text`` (``£34.80``, ``руб.``), or None."""
    lowered = text.casefold()
    for match in re.finditer(r"[^\W\d_]+|us\$|[₽$€£₸₴₹₺]", lowered):
        code = _CODES.get(match.group())
        if code:
            return code
    return None


def core_of(text: str) -> str | None:
    """Digits, marks and a leading minus of a number; None where the text is no number."""
    core = text.casefold().translate(SPACES)
    negative = core.startswith("(") and core.endswith(")")
    if negative:
        core = core[1:-1]
    if not core[-1:].isdigit() or not core[:1].isdigit():
        core = _SIGN.sub("", core)
    if core.endswith("-"):
        negative, core = not negative, core[:-1]
    if core.startswith("-"):
        negative, core = not negative, core[1:]
    core = core.removeprefix("+")
    if not _CORE.fullmatch(core):
        return None
    return "-" + core if negative else core


def mark_of(core: str) -> Mark | Literal["?"] | None:
    """Decimal mark that a number shows, ``?`` where both fit (``1,234``), None where it has no mark."""
    core = core.lstrip("-")
    dots, commas = core.count("."), core.count(",")
    if not dots and not commas:
        return None
    if dots and commas:
        return "." if core.rfind(".") > core.rfind(",") else ","
    mark, other = (".", ",") if dots else (",", ".")
    if dots + commas > 1:
        return other  # type: ignore[return-value]
    head, tail = core.split(mark)
    if len(tail) == 3 and 1 <= len(head) <= 3 and not head.startswith("0"):
        return "?"
    return mark  # type: ignore[return-value]


def decimal_of(core: str, mark: Mark) -> Decimal | None:
    """Exact value of `core_of` under a decimal mark; None where thousands do not stand in threes."""
    if _EXPONENT.fullmatch(core.lstrip("-")):
        return _with_exponent(core.replace(",", "."))
    other = "," if mark == "." else "."
    whole, _, part = core.lstrip("-").partition(mark)
    if other in part or mark in part:
        return None
    if other in whole:
        groups = whole.split(other)
        if not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]):
            return None
        whole = "".join(groups)
    try:
        value = Decimal(f"{whole or 0}.{part or 0}")
    except InvalidOperation:
        return None
    return -value if core.startswith("-") else value


def _with_exponent(core: str) -> Decimal | None:
    exponent = core.partition("e")[2].lstrip("+-0")
    return Decimal(core) if len(exponent) <= 3 else None


def number_of(text: str, mark: Mark) -> Decimal | None:
    """Exact value of a cell; a cell that plainly shows the other mark is read by its own."""
    share = text.rstrip().endswith("%")
    core = core_of(text.rstrip().rstrip("%") if share else text)
    if core is None:
        return None
    value = decimal_of(core, mark)
    if value is None:
        own = mark_of(core)
        value = decimal_of(core, own) if own in (".", ",") else None
    return value / 100 if share and value is not None else value


def bool_of(text: str) -> bool | None:
    """Yes or no in either language, or None."""
    lowered = text.strip().casefold().replace("ё", "е")
    return True if lowered in _TRUE else False if lowered in _FALSE else None


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d.*)?")
_THREE = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?:\s*г\.?)?(?:[ ,T]+\d.*)?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_DAY_WORD = re.compile(r"(\d{1,2})[ -]([^\W\d_]{3,})\.?,?[ -](\d{4}|\d{2})(?:\s*г\.?)?(?:[ ,T]+\d.*)?")
_WORD_DAY = re.compile(r"([^\W\d_]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:[ ,T]+\d.*)?")
_YEAR_MONTH = re.compile(r"(\d{4})[-./](\d{1,2})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-./](\d{4})")
_WORD_YEAR = re.compile(r"([^\W\d_]{3,})\.?[ -](\d{4})(?:\s*г\.?)?")
_MONTHS = (
    "янв jan",
    "фев feb",
    "мар mar",
    "апр apr",
    "ма may",
    "июн jun",
    "июл jul",
    "авг aug",
    "сен sep",
    "окт oct",
    "ноя nov",
    "дек dec",
)
_EPOCH = date(1899, 12, 30)


def date_of(text: str, order: Order, *, serial: bool = True) -> date | None:
    """The day a cell names: ISO, day-month or month-day by ``order``, month names, yyyymmdd, Excel serial; or None."""
    text = text.strip()
    try:
        if match := _ISO.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _THREE.fullmatch(text):
            first, second = int(match[1]), int(match[3])
            day, month = (first, second) if order == "dmy" else (second, first)
            return date(_year(match[4]), month, day)
        if match := _COMPACT.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if serial and (match := _SERIAL.fullmatch(text)) and 20000 <= int(match[1]) <= 75000:
            return _EPOCH + timedelta(days=int(match[1]))
        return _in_words(text)
    except ValueError:
        return None


def order_of(text: str) -> Order | Literal["?"] | None:
    """Day-month order that a date shows, ``?`` where both fit, None where it has no order to show."""
    match = _THREE.fullmatch(text.strip())
    if match is None:
        return None
    first, second = int(match[1]), int(match[3])
    if first > 12 >= second:
        return "dmy"
    if second > 12 >= first:
        return "mdy"
    if match[2] == ".":
        return "dmy"
    return None if first == second else "?"


def is_number(text: str) -> bool:
    """True where the cell reads as a number, with or without a currency sign."""
    return core_of(text) is not None


def is_date(text: str) -> bool:
    """True where the cell reads as a day (serial numbers do not count)."""
    if not any(character.isdigit() for character in text):
        return False
    return any(date_of(text, order, serial=False) is not None for order in ORDERS)


def _in_words(text: str) -> date | None:
    if match := _DAY_WORD.fullmatch(text):
        month = _month(match[2])
        return date(_year(match[3]), month, int(match[1])) if month else None
    if match := _WORD_DAY.fullmatch(text):
        month = _month(match[1])
        return date(int(match[3]), month, int(match[2])) if month else None
    if match := _YEAR_MONTH.fullmatch(text):
        return date(int(match[1]), int(match[2]), 1)
    if match := _MONTH_YEAR.fullmatch(text):
        return date(int(match[2]), int(match[1]), 1)
    if match := _WORD_YEAR.fullmatch(text):
        month = _month(match[1])
        return date(int(match[2]), month, 1) if month else None
    return None


def _month(word: str) -> int | None:
    word = word.casefold()
    for number, stems in enumerate(_MONTHS, 1):
        if any(word.startswith(stem) for stem in stems.split()):
            return number
    return None


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else 2000 + year if year < 70 else 1900 + year
