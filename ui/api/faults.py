"""What is wrong with one field of a request, in both languages."""

from collections.abc import Mapping
from typing import Any

from tools.text import Text

FAULTS: Mapping[str, Text] = {
    "missing": Text("This field is required.", "Обязательное поле не указано."),
    "extra_forbidden": Text("There is no such field.", "Такого поля нет."),
    "json_invalid": Text("The body is not valid JSON.", "Тело запроса — не корректный JSON."),
    "literal_error": Text("Must be {expected}.", "Допустимо только: {expected}."),
    "enum": Text("Must be {expected}.", "Допустимо только: {expected}."),
    "string_type": Text("Must be text.", "Нужна строка."),
    "string_too_short": Text(
        "Too short: at least {min_length} characters.", "Слишком коротко: минимум знаков — {min_length}."
    ),
    "string_too_long": Text(
        "Too long: at most {max_length} characters.", "Слишком длинно: максимум знаков — {max_length}."
    ),
    "string_pattern_mismatch": Text("Must match {pattern}.", "Должно подходить под шаблон {pattern}."),
    "too_short": Text("Too few items: at least {min_length}.", "Слишком мало значений: минимум {min_length}."),
    "too_long": Text("Too many items: at most {max_length}.", "Слишком много значений: максимум {max_length}."),
    "list_type": Text("Must be a list.", "Нужен список."),
    "greater_than_equal": Text("Must be {ge} or more.", "Должно быть не меньше {ge}."),
    "less_than_equal": Text("Must be {le} or less.", "Должно быть не больше {le}."),
}
A_DAY = Text("Must be a date as YYYY-MM-DD.", "Нужна дата в виде ГГГГ-ММ-ДД.")
WHOLE = Text("Must be a whole number.", "Нужно целое число.")
YES_NO = Text("Must be true or false.", "Нужно true или false.")
AN_OBJECT = Text("Must be a JSON object.", "Нужен объект JSON.")
UNFIT = Text("The value does not fit.", "Значение не подходит.")
FAMILIES: tuple[tuple[str, Text], ...] = (
    ("date", A_DAY),
    ("int_", WHOLE),
    ("bool_", YES_NO),
    ("dict_", AN_OBJECT),
    ("model_", AN_OBJECT),
)


def fault(error: Mapping[str, Any]) -> Text:
    """The sentence for one of pydantic's errors; its own English words never reach the reader."""
    kind = str(error["type"])
    known = FAULTS.get(kind)
    if known is None:
        return next((text for start, text in FAMILIES if kind.startswith(start)), UNFIT)
    context = {name: str(value) for name, value in (error.get("ctx") or {}).items()}
    if "expected" in context:
        expected = context.pop("expected")
        return known.fill(expected=Text(expected, expected.replace(" or ", " или ")), **context)
    return known.fill(**context)
