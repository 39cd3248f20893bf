"""Renewals due, overdue money and silence (spec of users: needs beyond the metric tables)."""

from datetime import date, timedelta
from typing import Any

import ibis
from ibis import _

from tools import ledger
from tools.ledger.calendar import shifted
from tools.metrics import Ask, metric, one_value
from tools.metrics.orders import on, worths
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit, Window
from tools.text import Text


def contract_ends(portfolio: Portfolio) -> dict[str, date]:
    """End of the contract in force by account: stated on the client, else a scheduled end of all its subscriptions."""
    if portfolio.as_of is None:
        return {}
    if "contract ends" not in portfolio.memo:
        base = ledger.base_of(portfolio)
        if base is None:
            portfolio.memo["contract ends"] = _contract_ends(portfolio)
        else:
            known = contract_ends(base)
            inside = sorted(portfolio.inside or ())
            portfolio.memo["contract ends"] = {account: known[account] for account in inside if account in known}
    return dict(portfolio.memo["contract ends"])


def _contract_ends(portfolio: Portfolio) -> dict[str, date]:
    assert portfolio.as_of is not None
    accounts = portfolio.table("accounts").filter(_.contract_end > on(portfolio.as_of))
    stated = portfolio.run(accounts.select("account_id", end=_.contract_end))
    ends: dict[str, date] = {}
    if portfolio.has("subscriptions", "end_date"):
        subscriptions = portfolio.table("subscriptions")
        live = subscriptions.filter(_.end_date.isnull() | (_.end_date > on(portfolio.as_of)))
        by = live.group_by("account_id").agg(end=_.end_date.max(), open=_.end_date.isnull().any())
        scheduled = portfolio.run(by.filter(~by.open).select("account_id", "end"))
        ends = dict(zip(scheduled["account_id"].to_pylist(), scheduled["end"].to_pylist(), strict=True))
    return ends | dict(zip(stated["account_id"].to_pylist(), stated["end"].to_pylist(), strict=True))


@metric(
    "renewals",
    name=Text("Renewals due", "Предстоящие продления"),
    meaning=Text(
        "Yearly money of the clients whose contract ends within the window ahead.",
        "Сколько в год платят клиенты, чей договор кончается в ближайшие дни.",
    ),
    unit=Unit.MONEY_YEAR,
    better="none",
    formula=Text(
        "sum of the yearly worth of accounts with a contract end inside (as_of, as_of + days], or inside the window ahead that is asked about",
        "сумма годовых платежей клиентов, чей договор кончается в ближайшие дни: (дата аудита, дата аудита + срок] — или внутри указанного будущего периода",
    ),
    source="users",
    needs=Text("contract ends per client", "даты окончания договоров по клиентам"),
)
def renewals(ask: Ask) -> list[Reading]:
    """Money a year due within the policy's days, or within a window that lies ahead; then the number of such clients, kind ``clients``.

    Then, of contracts, the share of periods that ended within the year and were followed by another at most the
    policy's ``late_renewal_days`` apart: kinds ``rate`` (by count) and ``rate_money`` (never above what ended).
    """
    portfolio = ask.portfolio
    ends = contract_ends(portfolio)
    if portfolio.as_of is None or not contract_ends(portfolio.base):
        none = Text("no contract end is given", "нет дат окончания договоров")
        return [ask.undefined(none, window=None), *([] if ask.head else _renewed(ask))]
    start = portfolio.as_of + timedelta(days=1)
    ahead = Window(start, start + timedelta(days=int(portfolio.policy["renewal_days"])))
    if ask.window is not None and ask.window.start >= start:
        ahead = ask.window
    money = worths(portfolio)
    due = sorted(account for account, end in ends.items() if ahead.start <= end < ahead.end and account in money)
    paying = sum(1 for account in money if account in ends)
    coverage = paying / len(money) if money else None
    partial = coverage is not None and coverage < 1
    reason = Text("some clients have no contract end on record", "у части клиентов не указано окончание договора")
    common: dict[str, Any] = {
        "window": ahead, "n": len(due), "coverage": coverage,
        "status": "partial" if partial else "ok", "reason": reason if partial else None,
    }  # fmt: skip
    head = ask.reading(round(sum(money[account] for account in due), 2), **common)
    if ask.head:
        return [head]
    return [
        head,
        ask.reading(len(due), unit=Unit.COUNT, scope={"kind": "clients"}, **common),
        *_renewed(ask),
    ]


def _renewed(ask: Ask) -> list[Reading]:
    """The renewal rate of the year by count and by money, from periods of contracts; empty without any that ended."""
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("subscriptions", "end_date"):
        return []
    if ledger.no_ledger(portfolio) is not None or len(ledger.currencies(portfolio, "subscriptions")) > 1:
        return []
    year = Window(ledger.back(portfolio.as_of + timedelta(days=1), 12), portfolio.as_of + timedelta(days=1))
    row, sql = portfolio.row_of(("periods ended", year), lambda: _periods_ended(portfolio, year))
    if not row["due_n"]:
        return []
    ready = Ask(portfolio, ask.metric, year)
    due, kept, n = int(row["due"]), int(row["kept"]), int(row["due_n"])
    by_count = one_value(sql, 'CAST("kept_n" AS DOUBLE) / "due_n"')
    by_money = one_value(sql, 'CAST("kept" AS DOUBLE) / CAST("due" AS DOUBLE)')
    return [
        ready.share(int(row["kept_n"]), n, census=True, unit=Unit.RATIO, scope={"kind": "rate"}, sql=by_count),
        ready.reading(
            kept / due,
            unit=Unit.RATIO,
            n=n,
            numerator=ledger.money(kept),
            denominator=ledger.money(due),
            scope={"kind": "rate_money"},
            sql=by_money,
        ),
    ]


def _periods_ended(portfolio: Portfolio, year: Window) -> Any:
    priced, near = ledger.priced(portfolio), int(portfolio.policy["late_renewal_days"])
    rows = priced.select("account_id", "start_date", "end_date", ticks=ledger.ticks(priced.mrr))
    ended = rows.filter(rows.end_date >= on(year.start), rows.end_date < on(year.end))
    ended = ended.group_by("account_id", "end_date").agg(due=_.ticks.sum(), since=_.start_date.min())
    after = rows.select(next_account=rows.account_id, next_start=rows.start_date, next_ticks=rows.ticks).view()
    follows = (ended.account_id == after.next_account) & (after.next_start > ended.since)
    joined = ended.left_join(
        after,
        follows
        & (after.next_start <= shifted(ended.end_date, near))
        & (after.next_start >= shifted(ended.end_date, -near)),
    )
    by = joined.group_by("account_id", "end_date").agg(due=_.due.max(), kept=_.next_ticks.sum().fill_null(0))
    return by.agg(
        due=by.due.sum(), due_n=by.count(), kept=ibis.least(by.due, by.kept).sum(), kept_n=(by.kept > 0).sum()
    )


@metric(
    "overdue",
    name=Text("Overdue payments", "Просроченная оплата"),
    meaning=Text("Unpaid invoiced money past its due date.", "Неоплаченные суммы, срок оплаты которых прошёл."),
    unit=Unit.MONEY,
    better="lower",
    formula=Text(
        "sum of amounts with due date before as_of and no payment by as_of",
        "сумма счетов со сроком оплаты до даты аудита, не оплаченных к этой дате",
    ),
    source="users",
    needs=Text("due and paid dates of invoices", "сроки и даты оплаты счетов"),
)
def overdue(ask: Ask) -> list[Reading]:
    """Money past due on ``as_of``; then the number of clients, kind ``clients``.

    Then the same money by age in days (``age_30``: at most thirty, ``age_60``, ``age_90``, ``age_over``) and the
    clients who are late against their own habit: unpaid longer after the document than they usually take, by more
    than the policy's ``habit_days`` (kind ``late_against_habit``; clients with ``habit_invoices`` paid ones).
    """
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
    row, sql = portfolio.row_of("past due", lambda: _past_due(portfolio))
    n = int(row["clients"])
    head = ask.reading(row["money"] or 0, n=n, window=portfolio.day, sql=one_value(sql, 'COALESCE("money", 0)'))
    if ask.head:
        return [head]
    return [
        head,
        ask.reading(
            n, unit=Unit.COUNT, n=n, window=portfolio.day, scope={"kind": "clients"}, sql=one_value(sql, '"clients"')
        ),
        *(
            ask.reading(
                row[kind] or 0,
                n=int(row[f"{kind}_n"]),
                window=portfolio.day,
                scope={"kind": kind},
                sql=one_value(sql, f'COALESCE("{kind}", 0)'),
            )
            for kind in AGES
        ),
        _unlike_itself(ask),
    ]


AGES = ("age_30", "age_60", "age_90", "age_over")


def _past_due(portfolio: Portfolio) -> Any:
    """One row: money past due and its clients, in all and by age in days."""
    assert portfolio.as_of is not None
    lines = portfolio.table("invoices")
    late = lines.filter(
        lines.account_id.notnull(),
        lines.due_date < on(portfolio.as_of),
        lines.amount > 0,
        lines.paid_date.isnull() | (lines.paid_date > on(portfolio.as_of)),
    )
    age = on(portfolio.as_of).delta(late.due_date, unit="day")
    tests = (age <= 30, (age > 30) & (age <= 60), (age > 60) & (age <= 90), age > 90)
    ages = dict(zip(AGES, tests, strict=True))
    by_age = {kind: late.amount.sum(where=test) for kind, test in ages.items()}
    counts = {f"{kind}_n": late.account_id.nunique(where=test) for kind, test in ages.items()}
    return late.agg(money=late.amount.sum(), clients=late.account_id.nunique(), **by_age, **counts)


def _unlike_itself(ask: Ask) -> Reading:
    """Clients with a document unpaid longer than they usually take; a habit needs the policy's paid documents."""
    row, sql = ask.portfolio.row_of("unlike itself", lambda: _unlike_habit(ask.portfolio))
    n = int(row["clients"])
    scope = {"kind": "late_against_habit"}
    return ask.reading(n, unit=Unit.COUNT, n=n, window=ask.portfolio.day, scope=scope, sql=one_value(sql, '"clients"'))


def _unlike_habit(portfolio: Portfolio) -> Any:
    assert portfolio.as_of is not None
    lines = portfolio.table("invoices").filter(_.account_id.notnull(), _.amount > 0)
    day = on(portfolio.as_of)
    paid = lines.filter(lines.paid_date <= day)
    paid = paid.mutate(took=paid.paid_date.delta(paid.date, unit="day").cast("float64"))
    habits = paid.group_by("account_id").agg(usual=paid.took.quantile(0.5), n=paid.count())
    habits = habits.filter(habits.n >= int(portfolio.policy["habit_invoices"])).select(of=_.account_id, usual=_.usual)
    unpaid = lines.filter(lines.paid_date.isnull() | (lines.paid_date > day))
    unpaid = unpaid.mutate(waits=day.delta(unpaid.date, unit="day").cast("float64"))
    joined = unpaid.join(habits, unpaid.account_id == habits.of)
    late = joined.filter(joined.waits > joined.usual + portfolio.policy["habit_days"])
    return late.agg(clients=late.account_id.nunique())


def last_contact(portfolio: Portfolio) -> dict[str, date]:
    """Day of the last two-way contact by account."""
    if portfolio.as_of is None or not portfolio.has("touches"):
        return {}
    touches = portfolio.table("touches").filter(_.two_way.fill_null(False))
    found = portfolio.asked("last contact", lambda: touches.group_by("account_id").agg(last=_.date.max()))
    return dict(zip(found["account_id"].to_pylist(), found["last"].to_pylist(), strict=True))


@metric(
    "silence",
    name=Text("Clients gone silent", "Молчащие клиенты"),
    meaning=Text(
        "Paying clients without a two-way contact for longer than the policy allows.",
        "Платящие клиенты, с которыми слишком давно не было двустороннего контакта.",
    ),
    unit=Unit.COUNT,
    better="lower",
    formula=Text(
        "paying accounts whose last two-way contact is older than the policy's days, or absent",
        "платящие клиенты, с которыми двусторонней связи не было дольше срока из политики или не было вовсе",
    ),
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
