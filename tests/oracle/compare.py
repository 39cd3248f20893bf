"""Where two implementations give different figures, and the smallest portfolio on which they do."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.expected import Figure, Money, Value, keys
from tests.oracle.rules import TICKS, Span
from tests.portfolios import in_memory
from tools import metrics
from tools.reading import Reading, Window

RELATIVE = 1e-9
Tables = dict[str, list[dict[str, Any]]]
HALF_KOPECK = Fraction(1, 200)
MISSING = "no reading"


def differences(
    tables: Tables,
    expected: Mapping[Figure, Value],
    *,
    as_of: date,
    span: Span | None = None,
    convention: str | None = None,
    profile: str | None = None,
) -> dict[Figure, tuple[Any, Any]]:
    """Figures that differ: what the product gives and what the second implementation gives."""
    portfolio = in_memory(as_of=as_of, profile=profile, **tables)
    window = None if span is None else Window(span.start, span.end)
    try:
        found = {
            _figure(item): item
            for key in keys(expected)
            for item in metrics.compute(portfolio, key, window=window, convention=convention)
        }
    finally:
        portfolio.engine.connection.close()  # type: ignore[attr-defined]
    return {
        figure: (found[figure].value if figure in found else MISSING, value)
        for figure, value in expected.items()
        if not _same(found.get(figure), value, found.get((figure[0], "", "")))
    }


def _figure(item: Reading) -> Figure:
    return item.key, item.scope.get("kind", ""), item.scope.get("group", "")


def _same(item: Reading | None, value: Value, plain: Reading | None) -> bool:
    if item is None:  # a metric without a value has no variants; a movement that did not happen may have no row
        return value == Money(Fraction(0)) if value is not None else plain is not None and plain.value is None
    if value is None or item.value is None:
        return value is None and item.value is None
    if isinstance(value, Money) and isinstance(item.value, Decimal) and value.ticks.denominator == 1:
        return item.value * TICKS == value.ticks.numerator
    expected = value.ticks / TICKS if isinstance(value, Money) else Fraction(value)
    shown = Fraction(item.value) if isinstance(item.value, Decimal | int) else Fraction(str(item.value))
    if isinstance(value, Money) and (shown * 100).denominator == 1:  # a division or a rate, to the minor unit
        return abs(shown - expected) <= HALF_KOPECK
    return abs(shown - expected) <= Fraction(RELATIVE) * max(abs(expected), 1 if isinstance(value, Fraction) else 0)


def rendered(tables: Tables, found: Mapping[Figure, tuple[Any, Any]]) -> str:
    """A portfolio and the figures that differ on it, for a person."""
    rows = [f"{name}: {_row(row)}" for name, given in tables.items() for row in given]
    figures = [
        f"{'.'.join(filter(None, figure))}: product {one}, here {other}" for figure, (one, other) in found.items()
    ]
    return "\n  ".join([*figures, *rows])


def _row(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


def smallest(tables: Tables, differs: Callable[[Tables], bool]) -> Tables:
    """The tables with as many rows taken out as still differ."""
    taken = True
    while taken:
        taken = False
        for name in sorted(tables, key=lambda table: -len(tables[table])):
            for place in reversed(range(len(tables[name]))):
                fewer = {**tables, name: tables[name][:place] + tables[name][place + 1 :]}
                if differs(fewer):
                    tables, taken = fewer, True
    return tables
