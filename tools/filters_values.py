"""Values of a filter: a text as the type and unit of its field ask for it."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tools.errors import UnknownName
from tools.fields import Field, plain
from tools.filters import BadFilter, Value
from tools.reading import Unit
from tools.text import Text, same

EMPTY = Text("The filter is empty: write a condition, for example plan = Pro.", "Фильтр пуст: напишите условие, например plan = Pro.")  # fmt: skip
SCALES: Mapping[str, int] = {
    **dict.fromkeys(("k", "тыс", "тысяч", "тысячи", "thousand"), 10**3),
    **dict.fromkeys(("m", "mln", "млн", "миллион", "миллиона", "миллионов", "million"), 10**6),
    **dict.fromkeys(("bn", "млрд", "billion"), 10**9),
}
DAYS = ("d", "day", "days", "дн", "день", "дня", "дней", "сут")
TRUTHS = {
    **dict.fromkeys(("true", "yes", "да", "истина"), True),
    **dict.fromkeys(("false", "no", "нет", "ложь"), False),
}
MONEY = re.compile(r"[₽$€£]|\b(?:руб\w*|rub|usd|eur|gbp)\b\.?", re.IGNORECASE)
NUMBER = re.compile(r"([-−+]?\d+(?:[.,]\d+)?)\s*(%|[^\W\d_]*)\.?")


def typed(raw: str, field: Field) -> Value | BadFilter:
    """The value of a text for a field, or what is wrong with it."""
    match field.kind:
        case "number":
            return _number(raw, field)
        case "date":
            return _day(raw, field)
        case "bool":
            found = TRUTHS.get(plain(raw))
            return (
                found
                if found is not None
                else _bad("{field} is yes or no, not “{raw}”", "{field} — да или нет, а не «{raw}»", field, raw)
            )
    return _text(raw, field)  # fmt: skip


def _text(raw: str, field: Field) -> Value | BadFilter:
    value = plain(raw)
    if not value:
        return _bad(
            "an empty value: for what is missing write {field} is unknown",
            "пустое значение: если данных нет, пишите {field} неизвестно",
            field,
            raw,
        )
    if field.closed is None:
        return value
    spelled = {**field.closed, **{key.replace("_", " "): key for key in field.closed.values()}}
    if value not in spelled:
        keys = list(dict.fromkeys(field.closed.values()))
        unknown = UnknownName(Text(f"value of {field.key}", f"значение {field.key}"), raw, keys)
        return BadFilter(Text(unknown.text.en.rstrip("."), unknown.text.ru.rstrip(".")), 0, unknown.near)
    return spelled[value]


def _number(raw: str, field: Field) -> Value | BadFilter:
    text = "".join(plain(raw).replace("\u2212", "-").split())
    if MONEY.search(raw):
        return _bad(
            "write the amount of {field} without a currency, not “{raw}”: it is in the currency of the data",
            "сумму для {field} пишите без валюты, а не «{raw}»: она в валюте данных",
            field,
            raw,
        )
    found = NUMBER.fullmatch(text)
    if found is None:
        return _bad("{field} is a number, and “{raw}” is not", "{field} — число, а «{raw}» — нет", field, raw)
    value, unit = Decimal(found.group(1).replace(",", ".")), found.group(2)
    scale = _scale(unit, field)
    if scale is None:
        return _bad(
            "the unit in “{raw}” does not go with {field}: {unit}",
            "единица в «{raw}» не подходит к {field}: {unit}",
            field,
            raw,
        )
    return (value * scale).normalize() + 0


def _scale(unit: str, field: Field) -> Decimal | None:
    """What the number is to be multiplied with, or None where the unit is not one of the field's."""
    if not unit:
        return Decimal(1)
    if unit == "%":
        return Decimal("0.01") if field.unit is Unit.RATIO else None
    if unit in DAYS:
        return Decimal(1) if field.unit is Unit.DAYS else None
    amount = field.unit is None or field.unit.is_money or field.unit is Unit.COUNT
    return Decimal(SCALES[unit]) if amount and unit in SCALES else None


def _day(raw: str, field: Field) -> Value | BadFilter:
    text = plain(raw)
    if re.fullmatch(r"\d{2}\.\d{2}\.\d{4}", text):
        text = "-".join(reversed(text.split(".")))
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # no such day in the calendar: refused like every other wrong date
    return _bad(
        "{field} is a date: write a day of the calendar as 2026-01-31, not “{raw}”",
        "{field} — дата: пишите день календаря как 2026-01-31, а не «{raw}»",
        field,
        raw,
    )


UNITS: Mapping[Unit | None, Text] = {
    None: Text("a plain number", "обычное число"),
    Unit.RATIO: Text("a fraction: 0.3 or 30%", "доля: 0.3 или 30 %"),
    Unit.SCORE: Text("a score of 0 to 100", "балл от 0 до 100"),
    Unit.NPS: Text("a score of -100 to 100", "балл от −100 до 100"),
    Unit.DAYS: Text("days", "дни"),
    Unit.COUNT: Text("a count", "количество"),
    Unit.TIMES: Text("times", "разы"),
}
AMOUNT = Text("an amount of money", "сумма денег")


def _bad(en: str, ru: str, field: Field, raw: str) -> BadFilter:
    unit = UNITS.get(field.unit, AMOUNT)
    return BadFilter(Text(en, ru).fill(field=same(field.key), unit=unit, raw=same(raw or "…")), 0)
