"""The only place that turns a value into text, in the reader's language (half-up, at showing only)."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_symbol

from tools.reading import Number, Reading, Unit
from tools.text import Language, Text

NBSP = "\u00a0"
LOCALES: dict[Language, str] = {"en": "en_GB", "ru": "ru_RU"}
ABSENT = Text("n/a", "н/д")
NO_CURRENCY = "XXX"
SYMBOLS = {"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£"}
PER = {
    Unit.MONEY_MONTH: Text(" per month", " в месяц"),
    Unit.MONEY_YEAR: Text(" per year", " в год"),
}


def decimal(value: Number, language: Language, *, digits: int = 0, fixed: bool = False) -> str:
    """A number with the language's marks, rounded half-up to ``digits``; trailing zeros only when ``fixed``."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    pattern = "#,##0" + ("." + ("0" if fixed else "#") * digits if digits else "")
    shown = format_decimal(rounded + 0, format=pattern, locale=LOCALES[language], decimal_quantization=False)
    return shown.replace("-", "−").replace("\u202f", NBSP).replace(" ", NBSP)


def count(value: int, language: Language) -> str:
    """A whole number, grouped: 1,234 / 1 234."""
    return decimal(value, language)


def percent(value: Number, language: Language) -> str:
    """A fraction as percent to a tenth (1.085 -> 108.5% / 108,5 %); a non-zero one is never shown as zero."""
    exact = (value if isinstance(value, Decimal) else Decimal(repr(value))) * 100
    digits = 1
    while digits < 6 and exact != 0 and exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP) == 0:
        digits += 1
    shown = decimal(exact, language, digits=digits, fixed=True)
    return f"{shown}%" if language == "en" else f"{shown}{NBSP}%"


#: Differences of shares, told in points: kinds of a reading of any metric, and of one metric alone.
DIFFERENCES = {"simpson_change", "simpson_within", "simpson_mix"}
DIFFERENCES_OF: dict[str, set[str | None]] = {
    "campaign_effect": {None, "expanded", "retained"},
    "campaign": {"smallest"},
}


def points(value: Number, language: Language) -> str:
    """A difference of fractions as percentage points to a tenth, with its sign (0.016 -> +1.6 pp / +1,6 п. п.)."""
    shown = percent(value, language).rstrip("%").rstrip(NBSP)
    sign = "+" if value > 0 else ""
    return f"{sign}{shown}{NBSP}" + ("pp" if language == "en" else f"п.{NBSP}п.")


def _is_difference(item: Reading) -> bool:
    kind = item.scope.get("kind")
    return kind in DIFFERENCES or kind in DIFFERENCES_OF.get(item.key, ())


def money(value: Number, language: Language, *, currency: str) -> str:
    """An amount with its currency; cents below ten thousand only: £1,234.50 / 1 234,50 ₽."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    whole = abs(exact) >= 10000 or exact == exact.to_integral_value()
    shown = decimal(exact, language, digits=0 if whole else 2, fixed=True)
    if currency == NO_CURRENCY:
        return shown
    symbol = SYMBOLS.get(currency) or get_currency_symbol(currency, locale=LOCALES[language])
    if language == "ru" or len(symbol) > 1 or symbol == "₽":
        return f"{shown}{NBSP}{symbol}"
    return f"−{symbol}{shown[1:]}" if shown.startswith("−") else f"{symbol}{shown}"


def day(value: date, language: Language) -> str:
    """A date: 31 Dec 2025 / 31.12.2025."""
    return format_date(value, "d MMM y" if language == "en" else "dd.MM.y", locale=LOCALES[language])


def period(first: date, last: date, language: Language) -> str:
    """First and last day, both included: 01.01.2025 – 31.12.2025; a single day once."""
    return day(first, language) if first == last else f"{day(first, language)} – {day(last, language)}"


def month(value: date, language: Language) -> str:
    """The month of a date: Dec 2025 / дек. 2025."""
    return format_date(value, "LLL y", locale=LOCALES[language])


def plural_ru(n: int, one: str, few: str, many: str) -> str:
    """The Russian form that goes with ``n``: 1 клиент, 2 клиента, 5 клиентов."""
    tail, teens = abs(n) % 10, abs(n) % 100
    if tail == 1 and teens != 11:
        return one
    return few if tail in (2, 3, 4) and teens not in (12, 13, 14) else many


def plural_en(n: int, one: str, many: str) -> str:
    """The English form that goes with ``n``."""
    return one if abs(n) == 1 else many


def days(value: Number, language: Language) -> str:
    """A duration in days, to the whole day: 1 day / 24 дня."""
    shown = decimal(value, language)
    whole = int(Decimal(repr(value) if isinstance(value, float) else str(value)).quantize(Decimal(1), ROUND_HALF_UP))
    word = plural_en(whole, "day", "days") if language == "en" else plural_ru(whole, "день", "дня", "дней")
    return f"{shown}{NBSP}{word}"


def reading(item: Reading, language: Language, *, currency: str) -> str:
    """The value of a reading as shown, or "n/a" where it has none."""
    value = item.value
    if value is None:
        return ABSENT[language]
    match item.unit:
        case Unit.RATIO:
            return (points if _is_difference(item) else percent)(value, language)
        case Unit.DAYS:
            return days(value, language)
        case Unit.COUNT:
            return decimal(value, language, digits=0 if value == int(value) else 2)
        case Unit.TIMES:
            return decimal(value, language, digits=2) + "×"
        case Unit.NPS | Unit.SCORE:
            return decimal(value, language, digits=1)
    shown = money(value, language, currency=currency)
    return shown + PER[item.unit][language] if item.unit in PER else shown
