"""A filter in words: ``plan = Про and chs < 50`` as «Тариф: Про и Индекс здоровья (CHS) < 50»; columns by their names."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache

from tools import formats
from tools.errors import UserError
from tools.fields import fields
from tools.filters import Among, And, Compare, Condition, Known, Not, Or, Value
from tools.filters_parse import read
from tools.reading import Unit
from tools.reports.kinds import GROUPS, SEGMENTS
from tools.text import Language, Text

#: Short names of columns and groupings, as a heading; a field that is not here goes by its own name.
COLUMNS: Mapping[str, Text] = {
    "plan": Text("Plan", "Тариф"),
    "segment": Text("Segment", "Сегмент"),
    "value": Text("Segment", "Сегмент"),
    "rfm": Text("RFM group", "Группа RFM"),
    "clusters": Text("Cluster", "Кластер"),
    "industry": Text("Industry", "Отрасль"),
    "region": Text("Region", "Регион"),
    "owner": Text("Owner", "Ответственный"),
    "status": Text("Status in the CRM", "Статус в CRM"),
    "size": Text("Size", "Размер"),
    "cohort": Text("First payment in", "Первая оплата"),
    "parent_id": Text("Holding", "Холдинг"),
    "account_id": Text("Client", "Клиент"),
    "name": Text("Client", "Клиент"),
    "seats": Text("Seats", "Число мест"),
    "margin": Text("Gross margin", "Валовая маржа"),
    "churned": Text("Left, by the source", "Признак ухода"),
    "month": Text("Month", "Месяц"),
    "quarter": Text("Quarter", "Квартал"),
    "year": Text("Year", "Год"),
    "stage": Text("Stage", "Этап"),
    "department": Text("Department", "Отдел"),
    "campaign": Text("Campaign", "Кампания"),
    "product": Text("Product", "Продукт"),
    "theme": Text("Theme", "Тема"),
}
KNOWN = Text("there are data", "есть данные")
NOT_KNOWN = Text("no data", "нет данных")
SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠"}


def column_name(key: str, language: Language) -> str:
    """What a column, a segmentation or a figure of clients is called, as a heading; several joined by commas as well."""
    if "," in key:
        return ", ".join(column_name(part, language) for part in key.split(","))
    short = COLUMNS.get(key)
    if short is not None:
        return short[language]
    known = fields().get(key)
    name = known.name[language] if known is not None else key.replace("_", " ")
    return name[:1].upper() + name[1:]


def value_name(key: str, value: str, language: Language) -> str:
    """What a value of a column is called: a segment, a stage, a quarter by its name, any other as the data spell it."""
    known = GROUPS.get(key, SEGMENTS if key in ("segment", "value", "rfm") else GROUPS["clusters"]).get(value)
    if known is not None:
        return known[language]
    if key == "month" and len(value) == 7:
        return formats.month(date.fromisoformat(f"{value}-01"), language)
    if key in ("cohort", "quarter") and len(value) == 7 and value[4:6] == "-Q":
        return Text(f"{value[5:]} {value[:4]}", f"{value[6:]}-й квартал {value[:4]}")[language]
    return value


@cache
def filter_name(text: str, language: Language) -> str | None:
    """A filter in words, or None where the text is none."""
    try:
        said = _said(read(text, as_written=True), language)
    except UserError:
        return None
    return said[:1].upper() + said[1:]


def lowered(words: str) -> str:
    """The words to stand inside a sentence: their first letter small, unless an acronym begins them."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _said(condition: Condition, language: Language) -> str:
    match condition:
        case And(parts):
            word = Text(" and ", " и ")[language]
            return word.join(f"({_said(part, language)})" if isinstance(part, Or) else _said(part, language) for part in parts)  # fmt: skip
        case Or(parts):
            return Text(" or ", " или ")[language].join(_said(part, language) for part in parts)
        case Not(part):
            inner = _said(part, language)
            return f"{Text('not', 'не')[language]} ({inner})" if isinstance(part, And | Or) else f"{Text('not', 'не')[language]} {inner}"  # fmt: skip
        case Known(field, known):
            return f"{_column(field, language)}: {(KNOWN if known else NOT_KNOWN)[language]}"
        case Among(field, values, negated):
            listed = ", ".join(_value(field, value, language) for value in values)
            return f"{_column(field, language)}: {_except(language) if negated else ''}{listed}"
        case Compare(field, sign, value):
            return _compared(field, sign, value, language)


def _compared(field: str, sign: str, value: Value, language: Language) -> str:
    shown, name = _value(field, value, language), _column(field, language)
    if fields()[field].kind in ("number", "date"):
        return f"{name} {SIGNS.get(sign, sign)} {shown}"
    return f"{name}: {shown if sign == '=' else _except(language) + shown}"


def _column(field: str, language: Language) -> str:
    return lowered(column_name(field, language))


def _except(language: Language) -> str:
    return Text("other than ", "кроме ")[language]


def _value(field: str, value: Value, language: Language) -> str:
    if isinstance(value, bool):
        return Text("yes", "да")[language] if value else Text("no", "нет")[language]
    if isinstance(value, date):
        return formats.day(value, language)
    if isinstance(value, Decimal):
        match fields()[field].unit:
            case Unit.RATIO:
                return formats.percent(value, language)
            case Unit.DAYS:
                return formats.days(value, language)
        return formats.decimal(value, language, digits=4)
    return value_name(field, value, language)
