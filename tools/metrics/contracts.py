"""Renewals due, overdue money and silence (spec of users: needs beyond the metric tables)."""

from datetime import date, timedelta
from typing import Any

from ibis import _

from tools import ledger
from tools.metrics import Ask, metric, one_value
from tools.metrics.orders import on, worths
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit, Window
from tools.text import Text


def contract_ends(portfolio: Portfolio) -> dict[str, date]:
    """End of the contract in force by account: stated on the client, else a scheduled end of all its subscriptions."""
    if portfolio.as_of is None:
        return {}
    accounts = portfolio.table("accounts").filter(_.contract_end > on(portfolio.as_of))
    rows = portfolio.run(accounts.select("account_id", "contract_end")).to_pylist()
    ends: dict[str, date] = {row["account_id"]: row["contract_end"] for row in rows}
    if portfolio.has("subscriptions", "end_date"):
        subscriptions = portfolio.table("subscriptions")
        live = subscriptions.filter(_.end_date.isnull() | (_.end_date > on(portfolio.as_of)))
        by = live.group_by("account_id").agg(end=_.end_date.max(), open=_.end_date.isnull().any())
        for row in portfolio.run(by.filter(~by.open)).to_pylist():
            ends.setdefault(row["account_id"], row["end"])
    return ends


@metric(
    "renewals",
    name=Text("Renewals due", "Предстоящие продления"),
    meaning=Text(
        "Yearly money of the clients whose contract ends within the window ahead.",
        "Сколько в год платят клиенты, чей договор кончается в ближайшие дни.",
    ),
    unit=Unit.MONEY_YEAR,
    better="none",
    formula="sum of the yearly worth of accounts with a contract end inside (as_of, as_of + days]",
    source="users",
    needs=Text("contract ends per client", "даты окончания договоров по клиентам"),
)
def renewals(ask: Ask) -> list[Reading]:
    """Money a year due within the policy's days; then the number of such clients, kind ``clients``."""
    portfolio = ask.portfolio
    ends = contract_ends(portfolio)
    if portfolio.as_of is None or not ends:
        return [ask.undefined(Text("no contract end is given", "нет дат окончания договоров"), window=None)]
    start = portfolio.as_of + timedelta(days=1)
    ahead = Window(start, start + timedelta(days=int(portfolio.policy["renewal_days"])))
    money = worths(portfolio)
    due = [account for account, end in ends.items() if ahead.start <= end < ahead.end and account in money]
    paying = sum(1 for account in money if account in ends)
    coverage = paying / len(money) if money else None
    partial = coverage is not None and coverage < 1
    reason = Text("some clients have no contract end on record", "у части клиентов не указано окончание договора")
    common: dict[str, Any] = {
        "window": ahead, "n": len(due), "coverage": coverage,
        "status": "partial" if partial else "ok", "reason": reason if partial else None,
    }  # fmt: skip
    return [
        ask.reading(round(sum(money[account] for account in due), 2), **common),
        ask.reading(len(due), unit=Unit.COUNT, scope={"kind": "clients"}, **common),
    ]


@metric(
    "overdue",
    name=Text("Overdue payments", "Просроченная оплата"),
    meaning=Text("Unpaid invoiced money past its due date.", "Неоплаченные суммы, срок оплаты которых прошёл."),
    unit=Unit.MONEY,
    better="lower",
    formula="sum of amounts with due date before as_of and no payment by as_of",
    source="users",
    needs=Text("due and paid dates of invoices", "сроки и даты оплаты счетов"),
)
def overdue(ask: Ask) -> list[Reading]:
    """Money past due on ``as_of``; then the number of clients, kind ``clients``."""
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("invoices", "due_date"):
        return [ask.undefined(Text("invoices carry no due dates", "в счетах нет сроков оплаты"), window=None)]
    if not portfolio.has("invoices", "paid_date"):
        why = Text(
            "invoices carry no payment dates, so an unpaid one cannot be told from a paid one",
            "в счетах нет дат оплаты: неоплаченный не отличить от оплаченного",
        )
        return [ask.undefined(why, window=None)]
    mixed = ledger.mixed_currency(portfolio, "invoices")
    if mixed is not None:
        return [ask.undefined(mixed, window=None)]
    lines = portfolio.table("invoices")
    late = lines.filter(
        lines.account_id.notnull(),
        lines.due_date < on(portfolio.as_of),
        lines.amount > 0,
        lines.paid_date.isnull() | (lines.paid_date > on(portfolio.as_of)),
    )
    row, sql = portfolio.row(late.agg(money=late.amount.sum(), clients=late.account_id.nunique(), n=late.count()))
    n = int(row["clients"])
    return [
        ask.reading(row["money"] or 0, n=n, window=portfolio.day, sql=one_value(sql, 'COALESCE("money", 0)')),
        ask.reading(
            n, unit=Unit.COUNT, n=n, window=portfolio.day, scope={"kind": "clients"}, sql=one_value(sql, '"clients"')
        ),
    ]


def last_contact(portfolio: Portfolio) -> dict[str, date]:
    """Day of the last two-way contact by account."""
    if portfolio.as_of is None or not portfolio.has("touches"):
        return {}
    touches = portfolio.table("touches").filter(_.two_way.fill_null(False))
    by = touches.group_by("account_id").agg(last=_.date.max())
    return {row["account_id"]: row["last"] for row in portfolio.run(by).to_pylist()}


@metric(
    "silence",
    name=Text("Clients gone silent", "Молчащие клиенты"),
    meaning=Text(
        "Paying clients without a two-way contact for longer than the policy allows.",
        "Платящие клиенты, с которыми слишком давно не было двустороннего контакта.",
    ),
    unit=Unit.COUNT,
    better="lower",
    formula="paying accounts whose last two-way contact is older than the policy's days, or absent",
    source="users",
    needs=Text("contacts with clients, two-way ones marked", "контакты с клиентами с отметкой двусторонних"),
)
def silence(ask: Ask) -> Reading:
    """Number of silent paying clients. The default threshold is ninety days."""
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("touches"):
        return ask.undefined(Text("no contacts are recorded", "контакты не записаны"), window=None)
    quiet = silent(portfolio)
    return ask.reading(len(quiet), n=len(worths(portfolio)), numerator=len(quiet), window=portfolio.day)


def silent(portfolio: Portfolio) -> list[str]:
    """Ids of the silent paying clients, by account."""
    assert portfolio.as_of is not None
    since = portfolio.as_of - timedelta(days=int(portfolio.policy["silence_days"]))
    last = last_contact(portfolio)
    return [account for account in worths(portfolio) if last.get(account, date.min) < since]
