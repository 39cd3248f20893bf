"""The recurring-revenue ledger: what each account is worth a month on given days, by convention.

Two bases (metrics §1.1), never mixed: ``contract_run_rate`` reads subscriptions (a price in force on a day),
``recognised_month`` reads invoice lines (a line with a service period is spread over it by day, both ends included,
in minor units by largest remainder; a line without one by its billing rhythm; credits net). The other conventions
are named alternatives of one of the two.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from tools.ledger import contract, rhythm
from tools.ledger import recognised as months_of_revenue
from tools.ledger.calendar import back, days, literal, month_end, month_of, place_of, places
from tools.ledger.contract import changes, first_paid
from tools.ledger.money import (
    TICKS,
    client_of,
    converted,
    currencies,
    in_one_currency,
    missing_rate,
    mixed_currency,
    money,
    on_trial,
    rates_on,
    reporting,
    ticks,
    uncounted,
)
from tools.ledger.pauses import pause_ends, paused
from tools.ledger.periods import PAST_DUE_COUNTS, in_hand, late_renewals, priced, unpaid
from tools.ledger.recognised import INVOICE_MONTH, USAGE, late_invoices, metered, recognised
from tools.portfolio import Portfolio
from tools.reading import Window
from tools.text import Text

CONTRACT = "contract_run_rate"
RECOGNISED = "recognised_month"
BASIS = {
    CONTRACT: CONTRACT,
    PAST_DUE_COUNTS: CONTRACT,
    RECOGNISED: RECOGNISED,
    INVOICE_MONTH: RECOGNISED,
    USAGE: RECOGNISED,
}
CONVENTIONS = {
    CONTRACT: Text(
        "price in force on the day, from subscriptions; a client past due for longer than the policy's days has left",
        "действующая на день цена по подпискам; клиент, просрочивший оплату дольше срока политики, считается ушедшим",
    ),
    PAST_DUE_COUNTS: Text(
        "price in force on the day, from subscriptions; past-due clients count until cancelled",
        "действующая на день цена по подпискам; клиенты с просрочкой считаются до отмены",
    ),
    RECOGNISED: Text(
        "revenue recognised in the month, from invoice lines: a line with a service period is spread over it by day",
        "выручка, признанная в месяце, по строкам счетов: строка с периодом услуги разнесена по дням",
    ),
    INVOICE_MONTH: Text(
        "revenue of the month in which it was invoiced, nothing spread",
        "выручка месяца, в котором выставлен счёт, без разнесения",
    ),
    USAGE: Text(
        "mean of the last three months of charges net of tax, for metered use",
        "среднее начислений без НДС за последние три месяца, для оплаты по потреблению",
    ),
}
AFTER_DATA = Text(
    "the data end before the day of the audit: what happened since is not in them",
    "данные кончаются раньше дня аудита: что было потом, в них не видно",
)
ENDED = ("after_data", AFTER_DATA)
RHYTHM = Text(
    "no line says which period it pays for: a yearly or quarterly payer would look lost between invoices",
    "ни в одной строке не указан оплаченный период: годовой или квартальный плательщик между счетами выглядел бы ушедшим",
)


def no_ledger(portfolio: Portfolio) -> Text | None:
    """Why there is no recurring revenue to speak of, or None where there is."""
    if portfolio.as_of is None:
        return Text(
            "the data are one snapshot without dates: no month, no rate, no trend",
            "данные — один срез без дат: нет месяцев, нет темпов и динамики",
        )
    if portfolio.profile.key in ("repeat", "snapshot"):
        return Text(
            "the clients buy order by order: there is no recurring price, so none is claimed",
            "клиенты покупают отдельными заказами: регулярного платежа нет, и он не приписывается",
        )
    day, why = anchor(portfolio), uncounted(portfolio, source(portfolio))
    if why is not None:
        return why
    if day is None:
        return Text("there is no complete month yet", "ещё нет ни одного полного месяца")
    return missing_rate(portfolio, source(portfolio), [day])


def doubt(portfolio: Portfolio) -> tuple[str, Text] | None:
    """Why the ledger may mislead, as a flag and its reason; then nobody may be called lost or at risk.

    A base of contracts is in doubt when nothing at all happened for the policy's days (fewer where usage is recorded,
    which comes every week) before the day of the audit.
    """
    if basis(portfolio) != RECOGNISED:
        quiet = portfolio.policy["quiet_days_of_usage" if portfolio.base.has("usage") else "quiet_days"]
        last, day = portfolio.last, portfolio.as_of
        return ENDED if last is not None and day is not None and (day - last).days > quiet else None
    if no_ledger(portfolio) is not None and portfolio.profile.key != "subscription":
        return None if portfolio.base.has("invoices", "service_end") else ("billing_rhythm", RHYTHM)
    if guessed(portfolio):
        return "billing_rhythm", RHYTHM
    base = portfolio.base
    if "last line" not in base.memo:
        table = base.table("invoices")
        base.memo["last line"] = base.run(table.agg(d=table.date.max())).column(0)[0].as_py()
    last, day = base.memo["last line"], anchor(portfolio)
    if last is None or day is None or (day.year, day.month) <= (last.year, last.month):
        return None
    return ENDED


def guessed(portfolio: Portfolio) -> bool:
    """True where the paid period of some client's lines is neither stated, seen in its own rhythm nor answered."""
    if basis(portfolio) != RECOGNISED or metered(portfolio) or portfolio.base.has("invoices", "service_end"):
        return False
    return bool(rhythm.in_doubt(portfolio))


def guesses(portfolio: Portfolio) -> list[tuple[str, Portfolio]]:
    """The ways to read lines whose paid period is a guess: by invoice month, then under each answer for all of them."""
    ways = [("invoice_month", under(portfolio, INVOICE_MONTH))]
    for name in rhythm.OPTIONS:
        key = ("answered", name)
        if key not in portfolio.memo:
            portfolio.memo[key] = rhythm.read_as(portfolio, {rhythm.EVERYONE: rhythm.OPTIONS[name]})
        ways.append((f"if_{name}", portfolio.memo[key]))
    return ways


def convention(portfolio: Portfolio) -> str:
    """The convention asked for, else the one the data allow: subscriptions first, else invoice lines."""
    if portfolio.convention is not None:
        return portfolio.convention
    if portfolio.base.has("subscriptions"):
        return CONTRACT
    return USAGE if metered(portfolio.base) else RECOGNISED


def basis(portfolio: Portfolio) -> str:
    """What the convention in force reads: `CONTRACT` (subscriptions) or `RECOGNISED` (invoice lines)."""
    return BASIS[convention(portfolio)]


def source(portfolio: Portfolio) -> str:
    """The table of the data that the ledger reads."""
    return "subscriptions" if basis(portfolio) == CONTRACT else "invoices"


def under(portfolio: Portfolio, name: str) -> Portfolio:
    """The portfolio counted by a convention of the ledger, made once."""
    if name == convention(portfolio):
        return portfolio
    if ("under", name) not in portfolio.memo:
        portfolio.memo[("under", name)] = replace(portfolio, convention=name, memo={})
    found: Portfolio = portfolio.memo[("under", name)]
    return found


def level(portfolio: Portfolio) -> str:
    """The level of the hierarchy at which units are counted: holding, account, billing or line."""
    return str(getattr(portfolio, "level", "account"))


def below(portfolio: Portfolio) -> bool:
    """True where units are parts of a paying client: a unit lost in a living client is contraction."""
    return level(portfolio) in ("billing", "line")


def anchor(portfolio: Portfolio) -> date | None:
    """The last day the ledger speaks of: ``as_of``, or for invoices the end of the last complete month."""
    if portfolio.as_of is None or basis(portfolio) == CONTRACT:
        return portfolio.as_of
    return month_end(portfolio.as_of)


def year(portfolio: Portfolio) -> Window:
    """The twelve months that end with the anchor day."""
    return _months_to(portfolio, 12)


def last_month(portfolio: Portfolio) -> Window:
    """The month that ends with the anchor day."""
    return _months_to(portfolio, 1)


def _months_to(portfolio: Portfolio, count: int) -> Window:
    end = _end(portfolio)
    return Window(back(end, count), end)


def _end(portfolio: Portfolio) -> date:
    day = anchor(portfolio)
    if day is None:
        raise ValueError("a portfolio without dates has no window")
    return day + timedelta(days=1)


def base_of(portfolio: Portfolio) -> Portfolio | None:
    """The whole base from whose accounts the figures of a listed part of it are cut; None where there is no such base.

    Below the paying client a part may split a client, so its figures are always asked anew.
    """
    whole = portfolio.whole
    if whole is None or portfolio.inside is None or below(portfolio):
        return None
    if whole.convention != portfolio.convention:
        key = ("under", portfolio.convention)
        whole = whole.memo.setdefault(key, replace(whole, convention=portfolio.convention, memo={}))
    theirs = (whole.as_of, whole.level, whole.policy, whole.profile_key, whole.answers)
    ours = (portfolio.as_of, portfolio.level, portfolio.policy, portfolio.profile_key, portfolio.answers)
    return whole if theirs == ours else None


def cut(portfolio: Portfolio, rows: pa.Table) -> pa.Table:
    """The rows of the accounts within the part."""
    if len(portfolio.narrows) == 1 and portfolio.narrows[0].parts is not None:
        return portfolio.narrows[0].parts.cut(rows, portfolio.narrows[0].place)
    inside = pa.array(sorted(portfolio.inside or ()), pa.string())
    return rows.filter(pc.is_in(rows["account_id"], value_set=inside))


def worths_at(portfolio: Portfolio, day: date) -> tuple[int, int]:
    """Ticks of all accounts on a day, and the number of accounts with any."""
    rows = worth_rows(portfolio, day)
    return int(rows["ticks"].to_numpy().astype("int64").sum()), rows.num_rows


def worth_rows(portfolio: Portfolio, day: date) -> pa.Table:
    """Table ``account_id, ticks`` of the accounts with any worth on a day, asked once for the whole base."""
    key = ("worths", day)
    base = base_of(portfolio) or portfolio
    if key not in base.memo:
        base.memo[key] = base.run(state(base, [day]).select("account_id", "ticks"))
    rows: pa.Table = base.memo[key]
    return rows if base is portfolio else cut(portfolio, rows)


def months(portfolio: Portfolio) -> list[Window]:
    """Every month from the first with money to the anchor, oldest first."""
    first, end = _first(portfolio), _end(portfolio)
    windows: list[Window] = []
    step = 0
    while first is not None and back(end, step) > first:
        windows.append(Window(back(end, step + 1), back(end, step)))
        step += 1
    return windows[::-1]


def _first(portfolio: Portfolio) -> date | None:
    if "first day" not in portfolio.memo:
        name, day = source(portfolio), "start_date" if basis(portfolio) == CONTRACT else "date"
        written = portfolio.known(name)
        ends = None if written is None else written.ends(day)
        if ends is None:
            found = portfolio.asked(("first day", name), lambda: portfolio.table(name).agg(d=_[day].min()))
            ends = (found.column(0)[0].as_py(), None)
        portfolio.memo["first day"] = ends[0]
    first = portfolio.memo["first day"]
    return first if isinstance(first, date) else None


def state(portfolio: Portfolio, points: Sequence[date], *, rate_of: date | None = None) -> Any:
    """Table ``account_id, point, ticks``: the monthly worth of each account on each day; only accounts above zero.

    Several currencies are brought to one by the rate of each day, or of the one day ``rate_of``.
    """
    found = in_one_currency(portfolio, native(portfolio, points), source(portfolio), points=points, on=rate_of)
    if level(portfolio) == "holding" and "client_id" in found.columns:
        found = found.group_by("account_id", "point").agg(ticks=_.ticks.sum().cast("int64"))
    return found.filter(found.ticks > 0).select("account_id", "point", "ticks")


def native(portfolio: Portfolio, points: Sequence[date]) -> Any:
    """Table ``account_id, client_id, currency, point, ticks``: the worth of each account in its own currency."""
    build = contract.contract_worth if basis(portfolio) == CONTRACT else months_of_revenue.recognised_worth
    return build(portfolio, points)


__all__ = [
    "AFTER_DATA", "BASIS", "CONTRACT", "CONVENTIONS", "ENDED", "INVOICE_MONTH", "PAST_DUE_COUNTS", "RECOGNISED", "TICKS",
    "USAGE", "Window", "anchor", "back", "basis", "below", "changes", "client_of", "convention", "converted",
    "currencies", "days", "doubt", "first_paid", "guessed", "guesses", "in_hand", "in_one_currency", "last_month", "late_invoices",
    "late_renewals", "level", "literal", "metered", "missing_rate", "mixed_currency", "money", "month_of", "months", "on_trial",
    "native", "no_ledger", "pause_ends", "paused", "place_of", "places", "priced", "rates_on", "recognised",
    "reporting", "source", "state", "ticks", "uncounted", "under", "unpaid", "year",
]  # fmt: skip
