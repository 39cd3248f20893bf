"""Which canonical table a raw table is, and which of its columns is which: headers first, then values confirm."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.conforming.periods import PRICED, names_periods
from tools.conforming.synonyms import (
    ATTRIBUTES,
    BILLING_PERIODS,
    CHARGED_DAYS,
    CODES,
    HINTS,
    INNS,
    NAMES,
    PER_PERIOD,
    SIGNS,
    SYNONYMS,
)
from tools.load import RawTable
from tools.schema import TABLES, Kind
from tools.sources.cells import BLANK, CURRENCIES, ORDERS, bool_of, date_of, is_number

EXTRA_KINDS: Mapping[str, Kind] = {
    "gross": "money",
    "sales": "money",
    "returns": "money",
    "subscription_key": "text",
    "billing_period": "text",
    "charged_days": "int",
}
_UNITS = {sign for signs in CURRENCIES.values() for sign in signs} | {"тыс", "млн", "шт", "чел", "ед", "мес", "k", "в"}
_CAMEL = re.compile(r"(?<=[a-zа-яё0-9])(?=[A-ZА-ЯЁ])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[\W_]+")
SAMPLE = 2000
SUBSCRIPTION_KEYS = ("subscription id", "id подписки", "код подписки", "номер подписки")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a raw table is taken for: canonical column -> header, client attributes -> header, the rest ignored."""

    table: str
    mapping: Mapping[str, str]
    attributes: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    how: Mapping[str, str] = field(default_factory=dict)


def normal(header: str) -> str:
    """A header as words: camel case and underscores split, ё as е, punctuation and trailing units dropped."""
    text = unicodedata.normalize("NFKC", header.replace("№", " ").replace("#", " "))
    words = _NOT_WORD.sub(" ", _CAMEL.sub(" ", text)).casefold().replace("ё", "е").split()
    kept = list(words)
    while len(kept) > 1 and kept[-1] in _UNITS:
        kept.pop()
    return " ".join(kept)


def recognise(raw: RawTable, answers: Mapping[str, str]) -> Plan | None:
    """The plan for a raw table, or None where it is no canonical table."""
    wanted = answers.get(f"table:{raw.file}")
    if wanted == "skip":
        return None
    headers = [name for name in raw.rows.column_names if raw.rows.column(name).null_count < raw.rows.num_rows]
    words = {header: normal(header) for header in headers}
    plans = []
    known = tuple(table for table in TABLES if table in SYNONYMS)
    for table in (wanted,) if wanted in known else known:
        plan = _plan(raw, table, words=words, answers=answers)
        if plan is not None:
            plans.append((_score(raw, plan), plan))
    if not plans:
        return None
    return max(plans, key=lambda each: each[0])[1]


def _score(raw: RawTable, plan: Plan) -> tuple[int, int]:
    required = set(TABLES[plan.table].required)
    points = sum(2 if column in required else 1 for column in plan.mapping)
    return points + 3 * _hinted(raw, plan.table), len(plan.mapping)


def _hinted(raw: RawTable, table: str) -> bool:
    where = normal(f"{raw.name} {raw.sheet or ''}")
    return any(hint in where for hint in HINTS.get(table, ()))


def _plan(raw: RawTable, table: str, *, words: Mapping[str, str], answers: Mapping[str, str]) -> Plan | None:
    free = dict(words)
    mapping: dict[str, str] = {}
    how: dict[str, str] = {}
    for column in (*(column.name for column in TABLES[table].columns), *EXTRA_KINDS):
        stated = answers.get(f"map:{raw.file}:{column}")
        if stated in free:
            mapping[column] = stated
            free.pop(stated)
    names = table not in ("culture",)
    account = mapping.get("account_id") or (_account(raw, free) if names else None)
    if account:
        mapping["account_id"] = account
        free.pop(account, None)
    for column, synonyms in SYNONYMS[table].items():
        header = None if column in mapping else _find(raw, free, column=column, table=table, synonyms=synonyms)
        if header:
            mapping[column] = header
            free.pop(header)
    if table == "accounts" and (name := _find(raw, free, column="name", table=table, synonyms=NAMES)):
        mapping["name"] = name
        free.pop(name)
    _keys_and_dates(raw, table, mapping=mapping, free=free, how=how)
    _price_of_a_period(raw, table, mapping=mapping, free=free)
    if not _signed(raw, table, mapping):
        return None
    attributes = _attributes(raw, free, mapping, table)
    return Plan(table, mapping, attributes, tuple(free), how)


def _keys_and_dates(
    raw: RawTable, table: str, *, mapping: dict[str, str], free: dict[str, str], how: dict[str, str]
) -> None:
    if table != "subscriptions" and "account_id" not in mapping:
        key = next((header for header, said in free.items() if said in SUBSCRIPTION_KEYS), None)
        if key:
            mapping["subscription_key"] = key
            free.pop(key)
    if table == "invoices" and "date" not in mapping and {"amount", "sales", "gross", "unit_price"} & set(mapping):
        dated = [header for header in free if _fits(raw, header, "date", share=0.95)]
        if len(dated) == 1 and ("account_id" in mapping or "document" in mapping):
            mapping["date"] = dated[0]
            how["date"] = f"by its values: {dated[0]}"
            free.pop(dated[0])


def _price_of_a_period(raw: RawTable, table: str, *, mapping: dict[str, str], free: dict[str, str]) -> None:
    """A price that says no period stands for the price a month where a column says the period of each row."""
    column = PRICED.get(table, "")
    price = mapping.get(column)
    if not column or (price and normal(price) not in PER_PERIOD):
        return
    found = next((header for word in BILLING_PERIODS for header, said in free.items() if said == word), None)
    if found and not names_periods(_sample(raw.rows.column(found)), header=found):
        found = None
    period = mapping.get("billing_period") or found
    price = price or _find(raw, free, column=column, table=table, synonyms=PER_PERIOD)
    if period and price:
        mapping |= {column: price, "billing_period": period}
        free.pop(price, None)
        free.pop(period, None)
        days = _find(raw, free, column="charged_days", table=table, synonyms=CHARGED_DAYS)
        if days and table == "subscriptions":
            mapping["charged_days"] = days
            free.pop(days)


def _account(raw: RawTable, free: Mapping[str, str]) -> str | None:
    """The column that names the client: a code, else a taxpayer number, else a name; the best filled if they differ."""
    found = []
    for synonyms in (CODES, INNS, NAMES):
        header = next((header for word in synonyms for header, said in free.items() if said == word), None)
        if header:
            found.append((header, raw.rows.column(header).null_count / max(1, raw.rows.num_rows)))
    if not found:
        return None
    least = min(share for _, share in found)
    return next(header for header, share in found if share <= least + 0.01)


def _find(raw: RawTable, free: Mapping[str, str], *, column: str, table: str, synonyms: Sequence[str]) -> str | None:
    kind = EXTRA_KINDS.get(column) or TABLES[table].column(column).kind
    for word in synonyms:
        for header, said in free.items():
            counted = column == "quantity" and said.startswith(("number of ", "количество ", "число "))
            if (said == word or counted) and _fits(raw, header, kind):
                return header
    return None


def _fits(raw: RawTable, header: str, kind: Kind, *, share: float = 0.5) -> bool:
    """True where at least ``share`` of a sample of the column's values read as ``kind``."""
    if kind == "text":
        return True
    values = _sample(raw.rows.column(header))
    if not values:
        return False
    good = sum(_reads(value, kind, loose=share < 0.9) for value in values)
    return good >= share * len(values)


def _sample(column: Any) -> list[str]:
    step = max(1, len(column) // SAMPLE)
    head = column.slice(0, SAMPLE).to_pylist()
    wide = column.take(list(range(0, len(column), step))).to_pylist() if step > 1 else []
    return [value for value in {*head, *wide} if value is not None and value.strip().casefold() not in BLANK]


def _reads(value: str, kind: Kind, *, loose: bool) -> bool:
    if kind == "date":
        return any(date_of(value, order, serial=loose) is not None for order in ORDERS)
    if kind == "bool":
        return bool_of(value) is not None
    return is_number(value.rstrip("%"))


def _signed(raw: RawTable, table: str, mapping: Mapping[str, str]) -> bool:
    """True where the columns that make this table are there."""
    have = set(mapping)
    if table == "accounts":
        return _is_register(raw, mapping)
    if not any(sign <= have for sign in SIGNS[table]):
        return False
    if table == "invoices":
        return bool({"account_id", "document"} & have)
    if table == "value_goals":
        return bool({"account_id", "plan"} & have)
    return table == "culture" or bool({"account_id", "subscription_key"} & have)


def _is_register(raw: RawTable, mapping: Mapping[str, str]) -> bool:
    """True for one row a client with something known of it."""
    header = mapping.get("account_id")
    if header is None or (len(mapping) < 2 and not _hinted(raw, "accounts")):
        return False
    column = raw.rows.column(header)
    filled = len(column) - column.null_count
    single = 0.5 if _hinted(raw, "accounts") else 0.9
    return bool(filled >= 0.9 * len(column) and len(column.unique()) >= single * filled)


def _attributes(raw: RawTable, free: dict[str, str], mapping: Mapping[str, str], table: str) -> dict[str, str]:
    """Columns of a dated table that say something lasting of the client; taken out of ``free``."""
    if table == "accounts" or "account_id" not in mapping:
        return {}
    found: dict[str, str] = {}
    for attribute in ATTRIBUTES:
        synonyms = NAMES if attribute == "name" else SYNONYMS["accounts"][attribute]
        header = next((header for word in synonyms for header, said in free.items() if said == word), None)
        if header:
            found[attribute] = header
            free.pop(header)
    said = normal(mapping["account_id"])
    for attribute, synonyms in (("inn", INNS), ("name", NAMES)):
        if attribute not in found and said in synonyms:
            found[attribute] = mapping["account_id"]
    return found
