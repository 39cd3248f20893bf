"""Plain figures of every account, from what the metric families know of it; a family may declare a better one of the key."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ibis import _

from tools import ledger
from tools.fields import AccountReading, Values
from tools.portfolio import Portfolio
from tools.reading import Unit, significant
from tools.text import Text


def monthly(portfolio: Portfolio) -> Values:
    """Recurring money a month today, of the accounts that pay."""
    return {account: ledger.money(ticks) for account, ticks in _ticks(portfolio).items()}


def yearly(portfolio: Portfolio) -> Values:
    """Twelve times the recurring money a month."""
    return {account: ledger.money(12 * ticks) for account, ticks in _ticks(portfolio).items()}


def _ticks(portfolio: Portfolio) -> Mapping[str, int]:
    if ledger.no_ledger(portfolio) is not None:
        return {}
    day = ledger.last_month(portfolio).closing
    if ledger.missing_rate(portfolio, ledger.source(portfolio), [day]) is not None:
        return {}
    rows = portfolio.run(ledger.state(portfolio, [day])).to_pylist()
    return {row["account_id"]: int(row["ticks"]) for row in rows}


def _cohort(portfolio: Portfolio) -> list[tuple[str, int, int]]:
    from tools.cohorts import cohort_accounts
    from tools.ledger.rhythm import doubtful_accounts

    if ledger.no_ledger(portfolio) is not None:
        return []
    window = ledger.year(portfolio)
    if ledger.missing_rate(portfolio, ledger.source(portfolio), [window.opening]) is not None:
        return []
    unsure = (
        doubtful_accounts(portfolio) if ledger.guessed(portfolio) else frozenset()
    )  # nobody in doubt is called lost
    return [row for row in cohort_accounts(portfolio, window) if row[1] > 0 and row[0] not in unsure]


def kept(portfolio: Portfolio) -> Values:
    """Money a month now over that of a year ago, of the accounts that paid then; 0 where the account left."""
    return {account: closing / opening for account, opening, closing in _cohort(portfolio)}


def kept_at_most(portfolio: Portfolio) -> Values:
    """The same without growth, 0 to 1."""
    return {account: min(opening, closing) / opening for account, opening, closing in _cohort(portfolio)}


def change_of_money(portfolio: Portfolio) -> Values:
    """Money a month now less that of a year ago, of the accounts that paid then."""
    return {account: ledger.money(closing - opening) for account, opening, closing in _cohort(portfolio)}


def revenue(portfolio: Portfolio) -> Values:
    """Net amounts of the last twelve months, of the accounts with a line in them."""
    from tools.metrics.orders import inside, trailing_year

    if portfolio.as_of is None or not portfolio.has("invoices") or ledger.mixed_currency(portfolio, "invoices"):
        return {}
    lines = inside(portfolio.table("invoices"), trailing_year(portfolio)).filter(
        _.account_id.notnull(), _.amount.notnull()
    )
    rows = portfolio.run(lines.group_by("account_id").agg(money=_.amount.sum())).to_pylist()
    return {row["account_id"]: row["money"] for row in rows}


def health(portfolio: Portfolio) -> Values:
    """Health score 0-100, of the accounts with enough known components."""
    from tools.metrics.health import scores

    found = scores(portfolio).items() if portfolio.as_of is not None else ()
    return {account: item.score for account, item in found if item.score is not None}


def change_of_health(portfolio: Portfolio) -> Values:
    """Points of health gained in a quarter: both days under the earlier day's norms, over the components known on both.

    It is the sum of the components' terms of `explain_change`; a component that became known or unknown, and the norms
    that moved with the base, are terms of their own there and no change of the client (metrics §5).
    """
    from tools.metrics.health import explain_change, scores

    if portfolio.as_of is None:
        return {}
    since = ledger.back(portfolio.as_of, int(portfolio.policy["chs_change_months"]))
    changes = {account: explain_change(portfolio, account, since) for account in scores(portfolio)}
    return {account: sum(found.parts.values()) for account, found in changes.items() if found is not None}


def promises_kept(portfolio: Portfolio) -> Values:
    """Promises kept, 0-100, of the accounts with a promise whose outcome is known."""
    return {account: score for account, (score, _gap) in _promised(portfolio).items() if score is not None}


def gap(portfolio: Portfolio) -> Values:
    """Money a year promised and not delivered, of the accounts with a priced promise whose outcome is known."""
    if not portfolio.has("value_goals", "value"):
        return {}
    known = {account: missed for account, (score, missed) in _promised(portfolio).items() if score is not None}
    return {account: significant(missed) for account, missed in known.items()}


def _promised(portfolio: Portfolio) -> Mapping[str, tuple[float | None, float]]:
    from tools.metrics.value import account_scores

    known = portfolio.as_of is not None and portfolio.has("value_goals")
    return account_scores(portfolio) if known else {}


def overdue(portfolio: Portfolio) -> Values:
    """Unpaid money past its due date, of the accounts with due dates; 0 where nothing is late."""
    from tools.metrics.orders import on

    dated = portfolio.has("invoices", "due_date") and portfolio.has("invoices", "paid_date")
    if portfolio.as_of is None or not dated or ledger.mixed_currency(portfolio, "invoices"):
        return {}
    lines = portfolio.table("invoices").filter(_.account_id.notnull(), _.due_date.notnull(), _.amount > 0)
    unpaid = lines.paid_date.isnull() | (lines.paid_date > on(portfolio.as_of))
    late = unpaid & (lines.due_date < on(portfolio.as_of))
    by = lines.group_by("account_id").agg(money=lines.amount.sum(where=late))
    return {row["account_id"]: row["money"] or Decimal(0) for row in portfolio.run(by).to_pylist()}


def late(portfolio: Portfolio) -> Values:
    """Worst days past due over the unpaid documents, of the accounts with due dates."""
    from tools.metrics.health import days_late

    return days_late(portfolio)


def quiet(portfolio: Portfolio) -> Values:
    """Days since the last two-way contact, of the accounts that ever had one."""
    from tools.metrics.contracts import last_contact

    return {account: _days(portfolio, day) for account, day in last_contact(portfolio).items()}


def to_renewal(portfolio: Portfolio) -> Values:
    """Days until the contract in force ends, of the accounts whose end is known."""
    from tools.metrics.contracts import contract_ends

    return {account: -_days(portfolio, day) for account, day in contract_ends(portfolio).items()}


def use(portfolio: Portfolio) -> Values:
    """Usage a day of the last four weeks over that of the twelve before; 1.0 is steady."""
    from tools.metrics.health import usage_change

    return usage_change(portfolio)


def tenure(portfolio: Portfolio) -> Values:
    """Days since the first payment, or since the first contract where no payment is dated."""
    if portfolio.as_of is None:
        return {}
    from tools.metrics.orders import on

    accounts = portfolio.table("accounts").filter(_.signup_date.notnull(), _.signup_date <= on(portfolio.as_of))
    first = _first(portfolio, accounts.group_by("account_id").agg(first=_.signup_date.min()))
    paid = (
        ledger.priced(portfolio).group_by("account_id").agg(first=_.start_date.min())
        if portfolio.has("subscriptions")
        else portfolio.table("invoices").filter(_.account_id.notnull(), _.amount > 0).group_by("account_id").agg(first=_.date.min())
    )  # fmt: skip
    first |= _first(portfolio, paid)
    return {account: _days(portfolio, day) for account, day in first.items()}


def _first(portfolio: Portfolio, table: Any) -> dict[str, date]:
    return {row["account_id"]: row["first"] for row in portfolio.run(table).to_pylist() if row["first"]}


def answer(portfolio: Portfolio) -> Values:
    """Last answer to the NPS question in a year, 0-10."""
    import ibis

    from tools.metrics.orders import on

    if portfolio.as_of is None or not portfolio.has("surveys"):
        return {}
    since = on(portfolio.as_of - timedelta(days=365))
    surveys = portfolio.table("surveys").filter(_.date > since, _.score >= 0, _.score <= 10, _.account_id.notnull())
    newest = [ibis.desc("date"), ibis.desc("source_file"), ibis.desc("source_row")]
    place = ibis.row_number().over(ibis.window(group_by="account_id", order_by=newest))
    last = surveys.mutate(place=place).filter(_.place == 0).select("account_id", "score")
    return {row["account_id"]: int(row["score"]) for row in portfolio.run(last).to_pylist()}


def _days(portfolio: Portfolio, day: date) -> int:
    assert portfolio.as_of is not None
    return (portfolio.as_of - day).days


FIGURES: tuple[AccountReading, ...] = (
    AccountReading("mrr", Text("Recurring revenue a month", "Регулярная выручка в месяц"), Unit.MONEY_MONTH, monthly),
    AccountReading("arr", Text("Recurring revenue a year", "Регулярная выручка в год"), Unit.MONEY_YEAR, yearly),
    AccountReading("nrr", Text("Money kept of a year ago", "Сохранённая выручка к прошлому году"), Unit.RATIO, kept),
    AccountReading("grr", Text("Money kept, growth left out", "Сохранённая выручка без роста"), Unit.RATIO, kept_at_most),
    AccountReading("mrr_change", Text("Change of MRR in a year", "Изменение MRR за год"), Unit.MONEY_MONTH, change_of_money),
    AccountReading("revenue_per_client", Text("Revenue of twelve months", "Выручка за двенадцать месяцев"), Unit.MONEY, revenue),
    AccountReading("chs", Text("Health score (CHS)", "Индекс здоровья (CHS)"), Unit.SCORE, health),
    AccountReading("chs_change", Text("Change of health in a quarter", "Изменение здоровья за квартал"), Unit.SCORE, change_of_health),
    AccountReading("vrs", Text("Promises kept (VRS)", "Выполнение обещаний (VRS)"), Unit.SCORE, promises_kept),
    AccountReading("value_gap", Text("Value gap", "Недополученная ценность"), Unit.MONEY_YEAR, gap),
    AccountReading("overdue", Text("Overdue payments", "Просроченная оплата"), Unit.MONEY, overdue),
    AccountReading("days_late", Text("Days past due", "Дней просрочки"), Unit.DAYS, late),
    AccountReading("silence", Text("Days without contact", "Дней без контакта"), Unit.DAYS, quiet),
    AccountReading("days_to_renewal", Text("Days to the end of contract", "Дней до конца договора"), Unit.DAYS, to_renewal),
    AccountReading("usage_change", Text("Usage against the usual level", "Использование к обычному уровню"), Unit.RATIO, use),
    AccountReading("tenure_days", Text("Days since the first payment", "Дней с первой оплаты"), Unit.DAYS, tenure),
    AccountReading("nps", Text("Last survey answer, of ten", "Последняя оценка в опросе, из десяти"), Unit.COUNT, answer),
)  # fmt: skip
