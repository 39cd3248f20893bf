"""What letters ask of the data: every question once a portfolio, for all clients, as rows by account and their SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import ibis
from ibis import _

from tools.ledger import back
from tools.metrics.orders import on
from tools.metrics.value import goals as every_goal
from tools.portfolio import Portfolio
from tools.reading import Window

PAST_MONTHS = 11


@dataclass(frozen=True)
class Read:
    """Rows of one question by account, and its SQL."""

    rows: Mapping[str, list[dict[str, Any]]]
    sql: str

    @cached_property
    def first(self) -> date | None:
        """The first day of any client's rows: before it the data say nothing."""
        days = (row.get("began") for rows in self.rows.values() for row in rows)
        return min((day for day in days if day is not None), default=None)

    def one(self, account: str) -> dict[str, Any]:
        """The first row of an account; empty where there is none."""
        return next(iter(self.rows.get(account, ())), {})


def reads(portfolio: Portfolio) -> Mapping[str, Read]:
    """Every question a letter asks of the data, asked once a portfolio."""
    if "letter facts" not in portfolio.memo:
        asked = {**_work(portfolio), **_paper(portfolio), **_promised(portfolio)}
        portfolio.memo["letter facts"] = {name: _read(portfolio, *item) for name, item in asked.items()}
    found: Mapping[str, Read] = portfolio.memo["letter facts"]
    return found


def _read(portfolio: Portfolio, expression: Any, order: list[Any]) -> Read:
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in portfolio.run(expression.order_by(["account_id", *order])).to_pylist():
        rows.setdefault(row["account_id"], []).append(row)
    return Read(rows, portfolio.sql(expression))


def _within(portfolio: Portfolio, name: str, dated: str) -> Any:
    """Rows of known clients inside the period of the letter."""
    table = portfolio.table(name).filter(_.account_id.notnull())
    window = window_of(portfolio.as_of)
    if window is None:
        return table
    return table.filter((table[dated] >= on(window.start)) & (table[dated] < on(window.end)))


def _work(portfolio: Portfolio) -> dict[str, tuple[Any, list[Any]]]:
    """Use, requests and milestones."""
    usage = _within(portfolio, "usage", "date").filter(_.feature.notnull())
    done = usage.select("account_id", day=usage.date, what=usage.feature, done=ibis.coalesce(usage.quantity, 1.0))
    tickets = _within(portfolio, "tickets", "opened")
    every = portfolio.table("tickets").filter(_.account_id.notnull())
    closed, still = tickets.closed.notnull(), every.closed.isnull()
    if portfolio.as_of is not None:
        closed, still = closed & (tickets.closed <= on(portfolio.as_of)), still | (every.closed > on(portfolio.as_of))
    solved = tickets.group_by("account_id").agg(
        opened=_.count(), solved=closed.sum(), began=tickets.opened.min(), days_to_solve=tickets.closed.delta(tickets.opened, unit="day").cast("float64").median(where=closed),
    )  # fmt: skip
    waiting = every.filter(still).group_by("account_id").agg(open_requests=_.count())
    asked = solved.outer_join(waiting, "account_id")
    asked = asked.select(
        "opened", "solved", "began", "days_to_solve", "open_requests",
        account_id=ibis.coalesce(asked.account_id, asked.account_id_right), still=asked.open_requests,
    )  # fmt: skip
    themes = every.filter(still, every.theme.notnull()).group_by("account_id", what=_.theme)
    grave = (_.priority == "critical").fill_null(False).sum()
    way = portfolio.table("milestones").filter(_.account_id.notnull())
    value = way.is_value.fill_null(False) | (way.stage == "first_value")
    dated = way.group_by("account_id").agg(
        launched=way.date.min(where=way.stage == "launch"), reached=way.date.min(where=value)
    )
    return {
        "usage": (
            done.group_by("account_id", "what").agg(events=_.done.sum(), began=_.day.min()),
            [ibis.desc("events"), "what"],
        ),
        "tickets": (asked, []),
        "themes": (themes.agg(grave=grave, n=_.count()), [ibis.desc("grave"), ibis.desc("n"), "what"]),
        "milestones": (dated, []),
    }


def _paper(portfolio: Portfolio) -> dict[str, tuple[Any, list[Any]]]:
    """Documents, payments that are late, limits of the plan, the card of the client, its last answer."""
    bills = _within(portfolio, "invoices", "date").filter(_.amount > 0)
    number = ibis.coalesce(bills.document, bills.date.cast("string"))
    limits = portfolio.table("limits").filter(_.account_id.notnull(), _.allowed > 0, _.used.notnull())
    seen = _ordered(limits.date, limits.used.cast("string"), limits.allowed.cast("string"))
    last = limits.group_by("account_id", what=_.name).agg(
        limit_used=limits.used.argmax(seen), limit_allowed=limits.allowed.argmax(seen)
    )
    answers = portfolio.table("surveys").filter(_.account_id.notnull(), _.score.notnull())
    said = answers.comment.fill_null("")
    newest = answers.group_by("account_id").agg(
        day=answers.date.max(), comment=said.argmax(_ordered(answers.date, answers.score.cast("string"), said))
    )
    cards = portfolio.table("accounts").select("account_id", "plan", "signup_date")
    return {
        "bills": (
            bills.group_by("account_id").agg(documents=number.nunique(), began=_.date.min(), last=_.date.max()),
            [],
        ),
        "owed": (_owed(portfolio), []),
        "limits": (last, [ibis.desc(last.limit_used / last.limit_allowed), "what"]),
        "answers": (newest, []),
        "cards": (cards, []),
    }


def _owed(portfolio: Portfolio) -> Any:
    """One row a client with documents past due: what they come to with tax, how many, the earliest and its day."""
    lines = portfolio.table("invoices").filter(_.account_id.notnull(), _.amount > 0)
    day = on(portfolio.as_of) if portfolio.as_of is not None else ibis.null("date")
    paid = portfolio.has("invoices", "paid_date")
    unpaid = lines.paid_date.isnull() | (lines.paid_date > day)
    late = lines.filter(unpaid & (lines.due_date < day) & ibis.literal(paid))
    number = ibis.coalesce(late.document, late.date.cast("string"))
    return late.group_by("account_id").agg(
        owed=(late.amount + late.tax).sum().round(2),
        taxed=late.tax.notnull().all() & (late.currency.nunique() <= 1),
        owed_documents=number.nunique(),
        first_document=number.argmin(_ordered(late.due_date, number)),
        first_due=late.due_date.min(),
    )


def _ordered(day: Any, *more: Any) -> Any:
    """A text by which rows stand in order, alike in every process: the day, then what tells rows of one day apart."""
    key = day.cast("string").fill_null("")
    for part in more:
        key = key + "|" + part.fill_null("")
    return key


def _promised(portfolio: Portfolio) -> dict[str, tuple[Any, list[Any]]]:
    """Promises of each client, and how many of its own are reached."""
    table = every_goal(portfolio)
    table = table.mutate(
        what=table.goal + "|" + table.target.cast("string") + "|" + table.due.cast("string").fill_null(""),
    )
    rows = table.select(
        "account_id", "what", "goal", "unit", "due", "grade", "by_plan", "progress",
        goal_base=_.base, goal_target=_.target, goal_current=_.current,
    )  # fmt: skip
    own = table.filter(~table.by_plan)
    totals = own.group_by("account_id").agg(goals=_.count(), goals_reached=(own.progress >= 1).fill_null(False).sum())
    return {"goals": (rows, ["due", "goal", "goal_target"]), "totals": (totals, [])}


def window_of(as_of: date | None) -> Window | None:
    """The period a letter tells of: twelve calendar months up to ``as_of``, its month the last of them."""
    return Window(back(as_of.replace(day=1), PAST_MONTHS), as_of + timedelta(days=1)) if as_of else None
