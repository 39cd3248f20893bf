"""The client value report as data: what was promised, used, delivered and solved, never an internal fact.

The ladder decides the title: no promise on record, promised, confirmed by the client. No section is ever empty.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal

from ibis import _

from tools.document import Name
from tools.ledger import back
from tools.portfolio import Portfolio
from tools.reading import Reading, Window
from tools.reports import contract
from tools.reports.client_data import Desk, Part, delivered, first_value, solved, used
from tools.reports.client_facts import Cell, ClientClaim, ClientFact, Mark
from tools.reports.client_goals import Promises, promises
from tools.reports.client_phrases import COLUMNS, GOAL_QUESTIONS, SAYS, TITLES
from tools.text import Text

Rung = Literal["used", "promised", "confirmed"]
ReportStatus = Literal["draft", "approved"]
MEET_DAYS, ANSWER_DAYS = 14, 30


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows of a section under their headings; a cell is a fact of the client, a date, a name or words."""

    columns: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class ReportSection:
    """One section: at least one sentence always, then a table and questions where there are some."""

    key: str
    title: Text
    claims: tuple[ClientClaim, ...]
    table: ReportTable | None = None
    questions: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        if not self.claims:
            raise ValueError(f"section {self.key} says nothing")

    @property
    def facts(self) -> tuple[ClientFact, ...]:
        """Every figure of the section."""
        cells = [cell for row in self.table.rows for cell in row] if self.table else []
        return (
            *(fact for claim in self.claims for fact in claim.facts),
            *(cell for cell in cells if isinstance(cell, ClientFact)),
        )


@dataclass(frozen=True)
class ValueReport:
    """One client's report; ``rung`` is the step of the ladder that the title names."""

    account: str
    name: str
    snapshot: str
    currency: str
    as_of: date | None
    window: Window | None
    rung: Rung
    title: ClientClaim
    sections: tuple[ReportSection, ...]
    status: ReportStatus = "draft"

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every reading of the report, once each."""
        facts = [*self.title.facts, *(fact for section in self.sections for fact in section.facts)]
        return tuple({fact.reading.id: fact.reading for fact in facts}.values())

    @cached_property
    def hash(self) -> str:
        """Sixteen hex digits over everything said, the same for a draft and its approved copy."""
        said = [_said(section) for section in self.sections]
        text = contract.dumps([self.account, self.snapshot, self.as_of, _claim(self.title), said], indent=None)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def value_report(portfolio: Portfolio, account_ref: str) -> ValueReport:
    """The report on one client (id or name) for twelve calendar months up to ``as_of``.

    The month of ``as_of`` is the last of them, whole or not; an unknown client is `UnknownName`.
    """
    account, name = portfolio.find_account(account_ref)
    window = _window(portfolio.as_of)
    desk = Desk(portfolio, account, window)
    promised = promises(desk)
    bills, usage, tickets = delivered(desk), used(desk), solved(desk)
    rung: Rung = "confirmed" if promised.confirmed else "promised" if promised.goals else "used"
    card = _card(desk)
    sections = (
        _promises(promised, bills, card),
        _used(usage, first_value(desk)),
        _delivered(bills, desk, months=bool(promised.goals)),
        _solved(tickets),
        _questions(promised),
        _next(portfolio.as_of, rung, card),
    )
    return ValueReport(
        account,
        name,
        portfolio.snapshot,
        portfolio.currency,
        portfolio.as_of,
        window,
        rung,
        _title(rung, Name(name, account), promised),
        sections,
    )


def approve(report: ValueReport) -> ValueReport:
    """The same report without the draft mark; what it says, and so its hash, does not change."""
    return replace(report, status="approved")


def report_json(report: ValueReport, files: Mapping[str, str]) -> dict[str, Any]:
    """The report by the contract: account, status, files by format, hash."""
    return {"account": report.account, "status": report.status, "files": dict(files), "hash": report.hash}


def _window(as_of: date | None) -> Window | None:
    return Window(back(as_of.replace(day=1), 11), as_of + timedelta(days=1)) if as_of else None


def _title(rung: Rung, name: Name, promised: Promises) -> ClientClaim:
    if rung == "confirmed" and promised.confirmed and promised.count:
        return _say("title_confirmed", name=name, n=promised.confirmed, all=promised.count)
    if rung == "promised" and promised.vrs:
        return _say("title_promised", name=name, vrs=promised.vrs)
    return _say("title_unmeasured" if rung == "promised" else "title_used", name=name)


def _promises(promised: Promises, bills: Part, card: Mapping[str, Any]) -> ReportSection:
    if not promised.goals or promised.count is None or promised.known is None:
        months = bills.facts.get("months")
        plan = card.get("plan")
        claims = [_say("no_promise")]
        if months and card.get("signup_date"):
            claims.append(_say("served_since", months=months, start=card["signup_date"]))
        elif months:
            claims.append(_say("served", months=months))
        if plan:
            claims.append(_say("on_plan", plan=Name(str(plan))))
        return ReportSection("promised", TITLES["promised"], tuple(claims))
    claims = [_say("promised", all=promised.count, known=promised.known)]
    if promised.vrs:
        claims.append(_say("kept", vrs=promised.vrs))
    rows = tuple(
        (
            f"{goal.title}, {goal.unit}" if goal.unit else goal.title,
            goal.base,
            goal.target,
            goal.current or SAYS["not_measured"].text,
            goal.progress,
            goal.due,
            goal.evidence,
        )
        for goal in promised.goals
    )
    return ReportSection(
        "promised", TITLES["promised"], tuple(claims), _table("goal base target now progress due evidence", rows)
    )


def _used(usage: Part, reached: date | None) -> ReportSection:
    benefit = [_say("first_value", day=reached)] if reached else []
    days, features, last = usage.facts.get("active_days"), usage.facts.get("features"), usage.dates.get("last")
    if days is None or last is None:
        return ReportSection("used", TITLES["used"], (*benefit, _say("no_usage")))
    claims = [*benefit, _say("used", days=days, last=last)]
    if features:
        claims.append(_say("features", features=features))
    rows = tuple((name.text, facts["events"], facts["last"]) for name, facts in usage.lines)
    return ReportSection("used", TITLES["used"], tuple(claims), _table("feature events last", rows))


def _delivered(bills: Part, desk: Desk, *, months: bool) -> ReportSection:
    claims: list[ClientClaim] = []
    documents, last, first = bills.facts.get("documents"), bills.dates.get("last"), bills.dates.get("first")
    if documents and last and first:
        once = first == last
        claims.append(_say("delivered_once" if once else "delivered", documents=documents, first=first, last=last))
    covered = bills.facts.get("months")
    if months and covered:
        claims.append(_say("months", months=covered))
    start, end = bills.dates.get("service_start"), bills.dates.get("service_end")
    if start and end:
        claims.append(_say("service", start=start, end=end))
    invoiced = bills.facts.get("invoiced")
    if invoiced:
        claims.append(_say("invoiced" if desk.portfolio.has("invoices", "tax") else "invoiced_plain", sum=invoiced))
    rows = tuple((name.text, facts["lines"], facts["last"]) for name, facts in bills.lines)
    table = _table("product lines last", rows) or _subscriptions(desk)
    nothing = _say("subscribed" if table else "no_delivery")
    return ReportSection("delivered", TITLES["delivered"], tuple(claims) or (nothing,), table)


def _solved(tickets: Part) -> ReportSection:
    opened, done, days = (tickets.facts.get(key) for key in ("opened", "solved", "days"))
    if opened is None or done is None:
        return ReportSection("solved", TITLES["solved"], (_say("no_tickets"),))
    claims = [_say("solved", opened=opened, solved=done)]
    if days:
        claims.append(_say("solved_within", days=days))
    rows = tuple((name.text, facts["opened"]) for name, facts in tickets.lines)
    return ReportSection("solved", TITLES["solved"], tuple(claims), _table("theme requests", rows))


def _questions(promised: Promises) -> ReportSection:
    open_goals = [goal for goal in promised.goals if goal.grade != "confirmed"]
    if not promised.goals:
        return ReportSection("questions", TITLES["questions"], (_say("ask_goals"),), questions=GOAL_QUESTIONS)
    if not open_goals:
        return ReportSection("questions", TITLES["confirm"], (_say("all_confirmed"),))
    rows = tuple((goal.title, goal.current or SAYS["not_measured"].text, goal.evidence) for goal in open_goals)
    table = _table("goal now evidence", rows)
    return ReportSection("questions", TITLES["confirm"], (_say("ask_confirm"),), table)


def _next(as_of: date | None, rung: Rung, card: Mapping[str, Any]) -> ReportSection:
    if as_of is None:
        return ReportSection("next", TITLES["next"], (_say("next_undated"),))
    meet, answer = as_of + timedelta(days=MEET_DAYS), as_of + timedelta(days=ANSWER_DAYS)
    claims = [_say("next_goals" if rung == "used" else "next_confirm", meet=meet, answer=answer)]
    end = card.get("contract_end")
    if isinstance(end, date) and end > as_of:
        claims.append(_say("period_ends", end=end))
    return ReportSection("next", TITLES["next"], tuple(claims))


def _card(desk: Desk) -> Mapping[str, Any]:
    """The few columns of the account that its client knows anyway."""
    table = desk.narrow.table("accounts").select("plan", "signup_date", "contract_end")
    found = desk.narrow.run(table.limit(1)).to_pylist()
    return found[0] if found else {}


def _subscriptions(desk: Desk) -> ReportTable | None:
    table = desk.narrow.table("subscriptions")
    if desk.portfolio.as_of is not None:
        table = table.filter(_.end_date.isnull() | (_.end_date > desk.portfolio.as_of))
    columns = ["product", "plan", "start_date"]
    found = desk.narrow.run(table.group_by(columns).agg().order_by(["start_date", "product", "plan"])).to_pylist()
    rows = tuple(
        (row["product"] or row["plan"] or SAYS["subscription"].text, row["plan"], row["start_date"]) for row in found
    )
    return _table("product plan since", rows)


def _table(columns: str, rows: Sequence[tuple[Cell, ...]]) -> ReportTable | None:
    return ReportTable(tuple(COLUMNS[name] for name in columns.split()), tuple(rows)) if rows else None


def _say(key: str, **slots: Mark) -> ClientClaim:
    return ClientClaim(f"client.{key}", SAYS[key].text, slots)


def _claim(claim: ClientClaim) -> list[Any]:
    return [claim.id, {name: _plain(slot) for name, slot in claim.slots.items()}]


def _said(section: ReportSection) -> list[Any]:
    rows = [[_plain(cell) for cell in row] for row in section.table.rows] if section.table else []
    return [
        section.key,
        [_claim(claim) for claim in section.claims],
        rows,
        [question.en for question in section.questions],
    ]


def _plain(cell: Cell | Mark) -> object:
    if isinstance(cell, ClientFact):
        return [cell.reading.id, cell.reading.value]
    if isinstance(cell, Name):
        return cell.text
    return cell.en if isinstance(cell, Text) else cell
