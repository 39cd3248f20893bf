"""Where two implementations give different figures, and the smallest portfolio on which they do."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.expected import Figure, Money, Value, keys
from tests.oracle.rules import TICKS, Span
from tests.portfolios import in_memory
from tools import metrics
from tools.portfolio import Portfolio
from tools.reading import Window

RELATIVE = 1e-9
Tables = dict[str, list[dict[str, Any]]]
HALF_KOPECK = Fraction(1, 200)
MISSING = "no reading"
HEADLINE = ("", "low", "high")  # kinds that a reading of a part of a base has
NAMES = ("account_id", "parent_id", "referred_id", "plan", "document", "subscription_id", "ticket_id")
Figures = Mapping[Figure, Any]


def differences(
    tables: Tables,
    expected: Mapping[Figure, Value],
    *,
    as_of: date,
    span: Span | None = None,
    convention: str | None = None,
    profile: str | None = None,
    read: Callable[[Portfolio], Figures] | None = None,
) -> dict[Figure, tuple[Any, Any]]:
    """Figures that differ: what the product gives and what the second implementation gives.

    ``read`` takes the product's figures where they are no readings of metrics.
    """
    with _opened(tables, as_of, profile) as portfolio:
        found = read(portfolio) if read else _readings(portfolio, keys(expected), span, convention, None)
    return _unlike(found, expected)


def differences_beside(
    parts: Mapping[str, Tables],
    expected: Mapping[str, Mapping[Figure, Value]],
    *,
    as_of: date,
    span: Span | None = None,
    convention: str | None = None,
    profile: str | None = None,
) -> dict[str, dict[Figure, tuple[Any, Any]]]:
    """Figures that differ by portfolio, each a region of one base asked by region; headline figures and movements."""
    asked = sorted({key for figures in expected.values() for key in keys(figures)})
    with _opened(beside(parts), as_of, profile) as portfolio:
        found = _readings(portfolio, asked, span, convention, "region")
    by_part: dict[str, dict[Figure, Any]] = {part: {} for part in parts}
    for (key, kind, group), value in found.items():
        part, _, rest = group.partition(",")
        by_part[part][key, kind, rest] = value
    differing = {}
    for part, figures in expected.items():
        shared = {figure: value for figure, value in figures.items() if figure[1] in HEADLINE or figure[2]}
        if unlike := _unlike(by_part[part], shared):
            differing[part] = unlike
    return differing


def beside(parts: Mapping[str, Tables]) -> Tables:
    """The portfolios as regions of one base; they share the rates of the first that has any."""
    base: Tables = {}
    for part, tables in parts.items():
        for name, rows in tables.items():
            if name == "rates":
                base.setdefault(name, rows)
            else:
                base.setdefault(name, []).extend(_named_apart(name, row, part) for row in rows)
    return base


def _named_apart(name: str, row: Mapping[str, Any], part: str) -> dict[str, Any]:
    own = {column: f"{part} {row[column]}" for column in NAMES if row.get(column)}
    return {**row, **own, **({"region": part} if name == "accounts" else {})}


@contextmanager
def _opened(tables: Tables, as_of: date, profile: str | None) -> Iterator[Portfolio]:
    portfolio = in_memory(as_of=as_of, profile=profile, **tables)
    try:
        yield portfolio
    finally:
        portfolio.engine.connection.close()  # type: ignore[attr-defined]


def _readings(
    portfolio: Portfolio, asked: list[str], span: Span | None, convention: str | None, by: str | None
) -> dict[Figure, Any]:
    window = None if span is None else Window(span.start, span.end)
    found: dict[Figure, Any] = {}
    for key in asked:
        whole = None if key == "movements" else window  # the second implementation tells every month
        for item in metrics.compute(portfolio, key, window=whole, convention=convention, by=by):
            kind, group = item.scope.get("kind", ""), item.scope.get("group", "")
            found[item.key, kind, group] = item.value
            if item.ci and not kind:
                found[item.key, "low", group], found[item.key, "high", group] = item.ci
    return found


def _unlike(found: Figures, expected: Mapping[Figure, Value]) -> dict[Figure, tuple[Any, Any]]:
    return {
        figure: (found.get(figure, MISSING), value)
        for figure, value in expected.items()
        if not _same(found.get(figure, MISSING), value, found.get((figure[0], "", ""), MISSING))
    }


def _same(shown: Any, value: Value, plain: Any) -> bool:
    if shown == MISSING:  # a metric without a value has no variants; a movement that did not happen may have no row
        return value == Money(Fraction(0)) if value is not None else plain is None
    if value is None or shown is None or isinstance(value, str):
        return bool(value == shown)
    if isinstance(value, Money) and isinstance(shown, Decimal) and value.ticks.denominator == 1:
        return shown * TICKS == value.ticks.numerator
    expected = value.ticks / TICKS if isinstance(value, Money) else Fraction(value)
    given = Fraction(shown) if isinstance(shown, Decimal | int) else Fraction(str(shown))
    if isinstance(value, Money) and (given * 100).denominator == 1:  # a division or a rate, to the minor unit
        return abs(given - expected) <= HALF_KOPECK
    return abs(given - expected) <= Fraction(RELATIVE) * max(abs(expected), 1 if isinstance(value, Fraction) else 0)


def rendered(tables: Tables, found: Mapping[Figure, tuple[Any, Any]]) -> str:
    """A portfolio and the figures that differ on it, for a person."""
    rows = [f"{name}: {_row(row)}" for name, given in tables.items() for row in given]
    figures = [
        f"{'.'.join(filter(None, figure))}: product {one}, here {other}" for figure, (one, other) in found.items()
    ]
    return "\n  ".join([*figures, *rows])


def _row(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


def smallest(tables: Tables, differs: Callable[[Tables], bool], *, tries: int = 150) -> Tables:
    """The tables with as many clients, then rows, taken out as still differ, in at most so many tries."""
    left = iter(range(tries))
    for client in sorted({row["account_id"] for row in tables.get("accounts", ())}, reverse=True):
        fewer = {name: [row for row in rows if row.get("account_id") != client] for name, rows in tables.items()}
        if next(left, None) is not None and differs(fewer):
            tables = fewer
    taken = True
    while taken:
        taken = False
        for name in sorted(tables, key=lambda table: -len(tables[table])):
            for place in reversed(range(len(tables[name]))):
                fewer = {**tables, name: tables[name][:place] + tables[name][place + 1 :]}
                if next(left, None) is not None and differs(fewer):
                    tables, taken = fewer, True
    return tables
