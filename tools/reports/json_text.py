"""JSON text that keeps what it is given: decimals exact, dates in ISO form, Cyrillic as it stands."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum


def dumps(value: object, *, indent: int | None = 2) -> str:
    """JSON text: decimals as exact numbers, dates in ISO form, Cyrillic as it stands; NaN is ``ValueError``."""
    return "".join(_pieces(value, indent, 0))


def _pieces(value: object, indent: int | None, depth: int) -> list[str]:
    if isinstance(value, Mapping):
        items = [
            f"{json.dumps(str(key), ensure_ascii=False)}: " + _text(item, indent, depth) for key, item in value.items()
        ]
        return _wrapped("{", items, "}", indent, depth)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return _wrapped("[", [_text(item, indent, depth) for item in value], "]", indent, depth)
    return [_scalar(value)]


def _text(value: object, indent: int | None, depth: int) -> str:
    return "".join(_pieces(value, indent, depth + 1))


def _wrapped(opening: str, items: list[str], closing: str, indent: int | None, depth: int) -> list[str]:
    if not items or indent is None:
        return [opening, ", ".join(items), closing]
    pad, last = "\n" + " " * indent * (depth + 1), "\n" + " " * indent * depth
    return [opening, pad, f",{pad}".join(items), last, closing]


def _scalar(value: object) -> str:
    if isinstance(value, Enum):
        return _scalar(value.value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is no JSON number")
        shown = format(value, "f")
        shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
        return "0" if shown in ("-0", "") else shown
    if isinstance(value, date):
        return json.dumps(value.isoformat())
    if value is None or isinstance(value, bool | int | float | str):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    raise TypeError(f"{type(value).__name__} is no JSON value")
