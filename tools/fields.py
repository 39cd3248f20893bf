"""Fields of an account: what one can filter, group and rank by. Columns of the table, segments, account readings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal
from unicodedata import normalize

import numpy as np

from tools.errors import LISTED, UnknownName
from tools.portfolio import Portfolio
from tools.reading import Number, Unit
from tools.schema import TABLES
from tools.text import Text

Values = Mapping[str, Number]
Kind = Literal["text", "number", "date", "bool"]
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class AccountReading:
    """A figure that every account may have: its key (that of the metric where there is one), unit and computation."""

    key: str
    name: Text
    unit: Unit
    compute: Callable[[Portfolio], Values]


@dataclass(frozen=True)
class Field:
    """What a filter may name: ``unit`` of a number; ``closed`` maps every spelling of a value to the one that is meant."""

    key: str
    name: Text
    kind: Kind
    unit: Unit | None = None
    closed: Mapping[str, str] | None = None
    reading: bool = False


@dataclass(frozen=True, slots=True)
class Cells:
    """A field of every account of a portfolio, by id: values (of no meaning where not ``known``)."""

    values: Array
    known: np.ndarray[Any, np.dtype[np.bool_]]


_READINGS: dict[str, AccountReading] = {}


def account_reading(
    key: str, *, name: Text, unit: Unit
) -> Callable[[Callable[[Portfolio], Values]], Callable[[Portfolio], Values]]:
    """Register a function as the account-level reading ``key``: value by account, unknown accounts left out.

    The function computes every account of the portfolio at once; it is never called for one account.
    """

    def register(compute: Callable[[Portfolio], Values]) -> Callable[[Portfolio], Values]:
        if key in _READINGS:
            raise ValueError(f"account reading {key!r} is declared twice")
        _READINGS[key] = AccountReading(key, name, unit, compute)
        return compute

    return register


def account_readings() -> Mapping[str, AccountReading]:
    """Every account-level reading by key: those of the metric families, then the plain ones they do not redefine."""
    from tools.account_figures import FIGURES
    from tools.metrics import metrics

    metrics()  # the families register theirs when they are imported
    return {**{item.key: item for item in FIGURES}, **_READINGS}


#: Figures that are means of clients, each with the reading of one client that they are the mean of.
MEANS_OF: Mapping[str, str] = {"cash_per_client": "cash", "arpa": "mrr"}


def ranks(key: str) -> bool:
    """Whether clients can be put in order by a figure."""
    return MEANS_OF.get(key, key) in account_readings()


def account_values(portfolio: Portfolio, key: str) -> Values:
    """Values of an account-level reading by account, of the accounts of the portfolio; computed once for the whole."""
    whole = portfolio.whole or portfolio
    memo = ("account reading", key)
    if memo not in whole.memo:
        whole.memo[memo] = account_readings()[key].compute(whole)
    found: Values = whole.memo[memo]
    if portfolio.narrow is None:
        return found
    inside = portfolio.names if portfolio.inside is None else portfolio.inside
    return {account: value for account, value in found.items() if account in inside}


#: Other words for a field, Russian ones included; keys and metric aliases are understood besides.
SPOKEN: Mapping[str, tuple[str, ...]] = {
    "plan": ("tariff", "тариф", "план"),
    "segment": ("value", "сегмент"),
    "industry": ("отрасль",),
    "region": ("country", "регион", "страна"),
    "owner": ("manager", "ответственный", "менеджер"),
    "status": ("статус",),
    "parent_id": ("holding", "parent", "холдинг"),
    "account_id": ("id", "client", "клиент"),
    "name": ("название", "имя"),
    "inn": ("инн",),
    "size": ("размер",),
    "cohort": ("когорта",),
    "seats": ("места",),
    "margin": ("маржа",),
    "chs": ("health", "здоровье"),
    "overdue": ("просрочка",),
    "silence": ("молчание",),
    "tenure_days": ("tenure", "стаж"),
    "churn_risk": ("риск",),
    "clusters": ("cluster", "кластер"),
}
RATIOS = ("margin",)  # columns that hold a fraction


@cache
def fields() -> Mapping[str, Field]:
    """Every field of an account by key: account columns, segmentations, derived bands, account readings."""
    kinds: Mapping[str, Kind] = {"text": "text", "date": "date", "bool": "bool"}
    found = {
        column.name: Field(
            column.name, column.meaning, kinds.get(column.kind, "number"), _unit(column.name, column.kind)
        )
        for column in TABLES["accounts"].columns
    }
    found |= {key: Field(key, name, "text", closed=_closed(key)) for key, name in DERIVED.items()}
    readings = account_readings().values()
    found |= {item.key: Field(item.key, item.name, "number", item.unit, reading=True) for item in readings}
    return found


DERIVED: Mapping[str, Text] = {
    "segment": Text("segment by value", "сегмент по ценности"),
    "rfm": Text("group by recency, frequency and money", "группа по давности, частоте и деньгам"),
    "clusters": Text("cluster", "кластер"),
    "size": Text("size of the client", "размер клиента"),
    "cohort": Text("quarter of the first payment", "квартал первой оплаты"),
}


def find_field(name: str) -> Field:
    """The field of a key, an alias of its metric or another word for it; `UnknownName` with the nearest otherwise."""
    wanted, known = plain(name).replace("-", "_"), _names()
    if wanted not in known:
        words = [*fields(), *(word for word in known if not word.isascii())]
        raise UnknownName(Text("field", "поле"), name, words, hint=LISTED)
    return fields()[known[wanted]]


def plain(text: str) -> str:
    """The text as values are compared: case, the letter ё, widths and runs of blanks do not count."""
    before = ""
    while text != before:
        before, text = text, " ".join(normalize("NFKC", text).casefold().replace("ё", "е").split())
    return text


def cells(portfolio: Portfolio, key: str) -> Cells:
    """A field of every account of the portfolio, by id (the order of ``portfolio.names``)."""
    memo = ("cells", key)
    if memo not in portfolio.memo:
        raw = raw_values(portfolio, key)
        values = [raw.get(account) for account in portfolio.names]
        portfolio.memo[memo] = _filled(values, fields()[key].kind)
    found: Cells = portfolio.memo[memo]
    return found


def _filled(values: list[Any], kind: Kind) -> Cells:
    known = np.array([value is not None for value in values], dtype=bool)
    if kind == "number":
        numbers = np.array([np.nan if value is None else float(value) for value in values], dtype=float)
        known = ~np.isnan(numbers)
        return Cells(np.where(known, numbers, 0.0), known)
    if kind == "date":
        days = [date.min if value is None else value for value in values]
        return Cells(np.array(days, dtype="datetime64[D]"), known)
    if kind == "bool":
        return Cells(np.array([bool(value) for value in values], dtype=bool), known)
    spelled = {value: plain(str(value)) for value in set(values) if value is not None}
    return Cells(np.array([spelled.get(value, "") for value in values], dtype=object), known)


def raw_values(portfolio: Portfolio, key: str) -> Mapping[str, Any]:
    """What is known of a field, by account; accounts of which nothing is known are absent."""
    field, memo = fields()[key], ("raw field", key)
    if memo in portfolio.memo:
        saved: Mapping[str, Any] = portfolio.memo[memo]
        return saved
    if field.reading:
        found: Mapping[str, Any] = account_values(portfolio, field.key)
    elif field.key in DERIVED and not (field.key == "size" and portfolio.has("accounts", "size")):
        found = _placed(portfolio.whole or portfolio, field.key)
    else:
        table = portfolio.table("accounts")
        rows = portfolio.run(table.select("account_id", value=table[field.key]))
        pairs = zip(rows.column(0).to_pylist(), rows.column(1).to_pylist(), strict=True)
        found = {account: value for account, value in pairs if value is not None}
    portfolio.memo[memo] = found
    return found


def _placed(whole: Portfolio, key: str) -> Mapping[str, str]:
    """The group of each account by a segmentation or a derived band, over the whole base."""
    from tools.groups import band_of
    from tools.segments import assign

    if key in ("size", "cohort"):
        return band_of(whole, key)
    return assign(whole, "value" if key == "segment" else key).segment_of


def _unit(name: str, kind: str) -> Unit | None:
    if kind == "money":
        return Unit.MONEY
    return Unit.RATIO if name in RATIOS else None


def _closed(key: str) -> Mapping[str, str] | None:
    from tools.reports.names import SEGMENTS
    from tools.segments import rfm, value

    titles = {"segment": value.TITLES, "rfm": rfm.TITLES}.get(key)
    if titles is None:
        return None
    spellings = {plain(text): name for name, title in titles.items() for text in (name, title.en, title.ru)}
    short = {plain(text): name for name, title in SEGMENTS.items() for text in (title.en, title.ru) if name in titles}
    return {**short, **spellings}


@cache
def _names() -> Mapping[str, str]:
    from tools.metrics import metrics

    one = {key: MEANS_OF.get(key, key) for key in metrics()}
    found = {alias: one[key] for key, item in metrics().items() if one[key] in fields() for alias in item.aliases}
    found |= {mean: key for mean, key in MEANS_OF.items() if key in fields()}
    found |= {word: key for key, words in SPOKEN.items() if key in fields() for word in words}
    return {**found, **{key: key for key in fields()}}
