"""Money of the ledger: ticks, the paying client of a unit, and currencies brought to one by the given rates."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import ibis
from ibis import _

from tools import formats
from tools.ledger.calendar import days, literal
from tools.portfolio import Portfolio
from tools.text import Text, same
from tools.traced import places
from tools.unbound import TABLES_KEPT

TICKS = 10_000  # the ledger counts in ten-thousandths, the scale of money in the schema
MINOR = 100  # ticks of a minor unit


def ticks(amount: Any) -> Any:
    """An amount as whole ticks."""
    return (amount * TICKS).cast("int64")


def money(value: int | None) -> Decimal:
    """Ticks as an exact amount, without trailing zeros below cents."""
    amount = Decimal(int(value or 0)) / TICKS
    cents = amount.quantize(Decimal("0.01"))
    return cents if cents == amount else amount


def client_of(table: Any) -> Any:
    """The paying client of a row: the account itself, unless the portfolio is seen at another level."""
    return ibis.coalesce(table.client_id, table.account_id) if "client_id" in table.columns else table.account_id


def on_trial(table: Any) -> Any:
    """True of a subscription that is a trial, by its flag or by its status."""
    return table.is_trial.fill_null(False) | (table.status.fill_null("") == "trial")


@lru_cache(maxsize=TABLES_KEPT)
def counting(table: Any) -> Any:
    """Subscriptions that count: of a client, with a price, no trial, not paused."""
    counts = (table.mrr > 0) & ~on_trial(table) & (table.status.fill_null("") != "paused")
    return table.filter(table.account_id.notnull() & counts)


def currencies(portfolio: Portfolio, name: str) -> tuple[str, ...]:
    """Codes of the currencies in a table of money, by code; of subscriptions in several only of those that count."""
    return tuple(code for code in _named(portfolio, name) if code is not None)


def _named(portfolio: Portfolio, name: str) -> tuple[str | None, ...]:
    """What the rows of a table of money name as their currency, None for those that name none; asked once."""
    key, portfolio = ("currency codes", name), portfolio.base
    if key not in portfolio.memo:
        rows, written = portfolio.table(name), portfolio.known(name)
        ends = written.ends("currency") if written is not None and written.cells("currency") == written.rows else None
        if ends is not None and ends[0] == ends[1]:
            found = [ends[0]]
        else:
            found = portfolio.asked(key, lambda: _codes(rows)).column(0).to_pylist()
        if len(found) > 1 and name == "subscriptions":
            found = portfolio.run(_codes(counting(rows))).column(0).to_pylist()
        portfolio.memo[key] = tuple(found)
    codes: tuple[str | None, ...] = portfolio.memo[key]
    return codes


@lru_cache(maxsize=TABLES_KEPT)
def _codes(rows: Any) -> Any:
    return rows.group_by("currency").agg().order_by("currency")


def currency_of(portfolio: Portfolio, table: Any) -> Any:
    """The currency of a row where the table holds several, else an empty text for all."""
    name = "subscriptions" if "mrr" in table.columns else "invoices"
    return table.currency if len(currencies(portfolio, name)) > 1 else ibis.literal("")


def mixed_currency(portfolio: Portfolio, name: str) -> Text | None:
    """Why the amounts of a table may not be added: several currencies, or rows without one among others."""
    codes = currencies(portfolio, name)
    if len(codes) > 1:
        return Text(
            "amounts are in several currencies ({codes}) and no rate is given; they are not added up",
            "суммы в нескольких валютах ({codes}), а курсов нет: складывать их нельзя",
        ).fill(codes=same(", ".join(codes)))
    return nameless_rows(portfolio, name) if codes else None


def nameless_rows(portfolio: Portfolio, name: str) -> Text | None:
    """The rows without a currency among rows with one, by file and row; None where there are none."""
    if not currencies(portfolio, name) or None not in _named(portfolio, name):
        return None
    key, portfolio = ("no currency", name), portfolio.base
    if key not in portfolio.memo:
        portfolio.memo[key] = places(portfolio, name, _.currency.isnull())
    return Text(
        "some rows name no currency while others do ({rows}); none is assumed",
        "в части строк валюта не указана, хотя в других есть ({rows}); она не додумывается",
    ).fill(rows=same(portfolio.memo[key]))


def uncounted(portfolio: Portfolio, name: str) -> Text | None:
    """Why the ledger cannot speak in one currency at all; a rate missing on one day is said by `missing_rate`."""
    lacking = nameless_rows(portfolio, name)
    if lacking is not None or len(currencies(portfolio, name)) < 2:
        return lacking
    if not portfolio.base.has("rates"):
        return mixed_currency(portfolio, name)
    if reporting(portfolio, name) is None:
        return Text(
            "amounts are in several currencies and it is not said in which one to report",
            "суммы в нескольких валютах, и не сказано, в какой считать",
        )
    return None


def reporting(portfolio: Portfolio, name: str) -> str | None:
    """The currency readings are in: the portfolio's, else the only one of the data without a rate."""
    if portfolio.currency not in ("", "XXX"):
        return portfolio.currency
    known = _rates(portfolio)
    rest = [code for code in currencies(portfolio, name) if code not in known]
    return rest[0] if len(rest) == 1 else None


def missing_rate(portfolio: Portfolio, name: str, points: Sequence[date]) -> Text | None:
    """The first currency and day of ``points`` without a rate fresh enough, in words; None where all are there."""
    codes = currencies(portfolio, name)
    if len(codes) < 2:
        return None
    base, known, age = reporting(portfolio, name), _rates(portfolio), int(portfolio.policy["rate_age_days"])
    for code in codes:
        given = known.get(code, [])
        for point in points if code != base else ():
            place = bisect_right(given, point)
            if place == 0 or (point - given[place - 1]).days > age:
                return Text("there is no rate of {code} on {day}", "нет курса {code} на {day}").fill(
                    code=same(code), day=Text(formats.day(point, "en"), formats.day(point, "ru"))
                )
    return None


def _rates(portfolio: Portfolio) -> dict[str, list[date]]:
    portfolio = portfolio.base
    if "rate days" not in portfolio.memo:
        table = portfolio.table("rates").filter(_.rate > 0)
        found: dict[str, list[date]] = {}
        for row in portfolio.run(table.group_by("currency", "date").agg().order_by("currency", "date")).to_pylist():
            found.setdefault(row["currency"], []).append(row["date"])
        portfolio.memo["rate days"] = found
    saved: dict[str, list[date]] = portfolio.memo["rate days"]
    return saved


def rates_on(portfolio: Portfolio, name: str, points: Sequence[date]) -> Any:
    """Table ``rate_currency, rate_point, rate``: the last rate on or before each day; the reporting currency is 1."""
    base = reporting(portfolio, name)
    table = portfolio.table("rates").filter(_.rate > 0, _.currency != base)
    point = days(points)
    latest = ibis.window(group_by=["currency", "point"], order_by=[ibis.desc("date"), ibis.desc("rate")])
    known = table.join(point, table.date <= point.point).select("currency", "point", "date", "rate")
    known = known.mutate(place=ibis.row_number().over(latest)).filter(_.place == 0)
    given = known.select(rate_currency=_.currency, rate_point=_.point, rate=_.rate)
    own = days(points).view().select(rate_currency=ibis.literal(base), rate_point=_.point, rate=ibis.literal(1.0))
    return given.union(own)


def converted(value: Any, rate: Any) -> Any:
    """Ticks of a currency as ticks of the reporting one, rounded half up to minor units."""
    whole = (value.cast("float64") * rate / MINOR + 0.5).floor().cast("int64") * MINOR
    return ibis.ifelse(rate == 1, value, whole).cast("int64")


def in_one_currency(portfolio: Portfolio, worth: Any, name: str, *, points: Sequence[date], on: date | None) -> Any:
    """The worth of each account in the reporting currency: by the rate of each point, or of the one day ``on``."""
    if len(currencies(portfolio, name)) < 2:
        return worth.select("account_id", "client_id", "point", "ticks")
    rates = rates_on(portfolio, name, points if on is None else [on])
    same_day = rates.rate_point == (worth.point if on is None else literal(on))
    priced = worth.join(rates, (worth.currency == rates.rate_currency) & same_day)
    priced = priced.mutate(ticks=converted(priced.ticks, priced.rate))
    return priced.group_by("account_id", "client_id", "point").agg(ticks=_.ticks.sum().cast("int64"))
