"""A reader of numbers as they are shown, of its own: the other half of the round trip, and values found in a text."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools.text import Language

SPACES = "\u00a0\u202f\u2009 "
NUMBER = re.compile(r"(?<![\w.,])[+\-−–]?\d[\d.,\u00a0\u202f\u2009]*(?<![.,\u00a0\u202f\u2009])")
MONTHS = {name: place for place, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec".split(), start=1)}
SIGNS = {"₽": "RUB", "$": "USD", "€": "EUR", "£": "GBP"}
UNITS: dict[Language, dict[str, str]] = {
    "en": {"%": "percent", "pp": "points", "×": "times", "day": "days", "days": "days", "per month": "month", "per year": "year"},
    "ru": {"%": "percent", "п. п.": "points", "×": "times", "день": "days", "дня": "days", "дней": "days", "в месяц": "month",
           "в год": "year"},
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What a shown number says: the value as written, its decimals, currency and unit."""

    value: Decimal
    decimals: int
    currency: str | None = None
    unit: str | None = None


def parse(text: str, language: Language) -> Shown | None:
    """The number of a text that is one number with its unit; None where the text says that there is none."""
    if text in ("n/a", "н/д"):
        return None
    plain = text.replace("\u00a0", " ")
    sign = -1 if plain.startswith("−") else 1
    plain = plain.lstrip("−+")
    currency = next((code for mark, code in SIGNS.items() if mark in plain), None)
    for mark in SIGNS:
        plain = plain.replace(mark, " ")
    match = re.fullmatch(r"\s*(\d[\d ,.]*\d|\d)\s*(\D*)", plain)
    assert match, f"no number: {text!r}"
    digits, rest = match[1], match[2].strip()
    group, point = (",", ".") if language == "en" else (" ", ",")
    whole, _, part = digits.partition(point)
    groups = whole.split(group)
    assert all(len(item) == 3 for item in groups[1:]) and 1 <= len(groups[0]) <= 3, f"groups: {text!r}"
    assert part.isdigit() or not part, f"decimals: {text!r}"
    if rest and rest not in UNITS[language]:
        currency, rest = rest.split(" ", 1)[0], rest.partition(" ")[2]
    assert not rest or rest in UNITS[language], f"unit: {text!r}"
    value = sign * Decimal("".join(groups) + ("." + part if part else ""))
    return Shown(value, len(part), currency, UNITS[language].get(rest))


def parse_day(text: str, language: Language) -> date:
    """The day of a shown date."""
    if language == "ru":
        day, month, year = (int(part) for part in text.split("."))
        return date(year, month, day)
    number, name, written = text.split()
    return date(int(written), MONTHS[name], int(number))


def values_in(text: str) -> list[str]:
    """The digits of every number of a text, without grouping, sign and unit: all that a search by value can see."""
    found = []
    for match in NUMBER.finditer(text):
        digits = re.sub(r"[+\-−–\u00a0\u202f\u2009]", "", match.group())
        digits = re.sub(r",(?=\d{3}(?!\d))", "", digits).replace(",", ".")
        found.append(digits)
    return found
