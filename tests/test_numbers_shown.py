"""What is shown can be read back: parse(format(x)) is x, rounded once, half up, in either language, whatever the unit."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.number_text import parse, parse_day
from tools import formats
from tools.reading import Reading, Unit
from tools.text import LANGUAGES, Language

CURRENCIES = ("RUB", "USD", "EUR", "GBP", "KZT", "CHF", formats.NO_CURRENCY)
KINDS = (None, "simpson_change")
FULL, SLICE = 20_000, 300
UNIT_SHOWN = {
    Unit.RATIO: "percent",
    Unit.TIMES: "times",
    Unit.DAYS: "days",
    Unit.MONEY_MONTH: "month",
    Unit.MONEY_YEAR: "year",
}


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    unit = draw(st.sampled_from(list(Unit)))
    if unit is Unit.COUNT:
        value: Any = draw(st.one_of(st.integers(-(10**9), 10**9), st.decimals(-(10**6), 10**6, places=3)))
    elif unit is Unit.DAYS:
        value = draw(st.one_of(st.integers(0, 5000), st.floats(0, 5000, allow_nan=False)))
    elif unit.is_money:
        value = draw(st.one_of(st.decimals(-(10**10), 10**10, places=2), st.decimals(-20000, 20000, places=4)))
    else:
        value = draw(st.one_of(st.floats(-1000, 1000, allow_nan=False), st.floats(-0.01, 0.01), st.integers(-100, 100)))
    kind = draw(st.sampled_from(KINDS)) if unit is Unit.RATIO else None
    return Reading("any", unit, value, n=1, scope={"kind": kind} if kind else {})


def _check(item: Reading, language: Language, currency: str) -> None:
    shown = formats.reading(item, language, currency=currency)
    read = parse(shown, language)
    assert read is not None and item.value is not None
    exact = item.value if isinstance(item.value, Decimal) else Decimal(repr(item.value))
    exact *= 100 if item.unit is Unit.RATIO else 1
    assert read.value == exact.quantize(Decimal(1).scaleb(-read.decimals), ROUND_HALF_UP), shown
    assert read.decimals == _decimals(item, exact, read.decimals), shown
    points = item.unit is Unit.RATIO and item.scope
    assert read.unit == ("points" if points else UNIT_SHOWN.get(item.unit)), shown
    if item.unit.is_money and currency != formats.NO_CURRENCY:
        assert read.currency is not None and (read.currency == currency or currency not in formats.SYMBOLS), shown
    else:
        assert read.currency is None, shown


def _decimals(item: Reading, exact: Decimal, shown: int) -> int:
    """How many decimals the rounding policy wants; trailing zeros of counts and scores are not shown."""
    if item.unit is Unit.RATIO:
        digits = 1
        while exact and digits < 6 and exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) == 0:
            digits += 1
        return digits
    if item.unit.is_money:
        return 0 if abs(exact) >= 10_000 or exact == exact.to_integral_value() else 2
    most = {Unit.DAYS: 0, Unit.COUNT: 2, Unit.TIMES: 2, Unit.SCORE: 1, Unit.NPS: 1}[item.unit]
    rounded = exact.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP).normalize()
    return max(0, -int(rounded.as_tuple().exponent)) if rounded else 0


def _round_trip(examples: int) -> None:
    @settings(
        max_examples=examples, deadline=None, derandomize=True, phases=[Phase.generate, Phase.shrink], database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(item=readings(), language=st.sampled_from(LANGUAGES), currency=st.sampled_from(CURRENCIES))
    def run(item: Reading, language: Language, currency: str) -> None:
        _check(item, language, currency)

    run()


def test_what_is_shown_can_be_read_back() -> None:
    _round_trip(SLICE)


@pytest.mark.soak
def test_what_is_shown_can_be_read_back_twenty_thousand_times() -> None:
    _round_trip(FULL)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_can_be_read_back(language: Language) -> None:
    for offset in range(0, 20_000, 7):
        day = date(1990, 1, 1) + timedelta(days=offset)
        assert parse_day(formats.day(day, language), language) == day


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_that_is_missing_is_no_number(language: Language) -> None:
    from tools.text import Text

    item = Reading("any", Unit.RATIO, None, "undefined", Text("none", "нет"))
    assert parse(formats.reading(item, language, currency="RUB"), language) is None
