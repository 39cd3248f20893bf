"""Who may not be written to by a campaign, and why: each reason is checked against the data or said not to be."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ibis import _

from tools import formats, ledger
from tools.fields import plain
from tools.metrics.cash import active
from tools.metrics.health import critical, days_late
from tools.metrics.orders import on, trailing_year
from tools.portfolio import Portfolio
from tools.text import Text, same

UNDATED = Text("dates in the data", "даты в данных")
REFUSES = re.compile(
    r"opt.?out|unsubscri|withdr[ae]w|do.?not.?(?:contact|call|mail|e-?mail|disturb)|\bdnc\b|стоп.?лист|отпис|отзыв\w* соглас|"
    r"отказ\w* от|не (?:звонить|писать|беспокоить|контактировать)"
)
AGREES = re.compile(
    r"consent|opt.?in\b|согласи[еяю]|согласен на|разрешени\w* на (?:рассыл|связь|контакт|реклам|звон)|подписка? на рассыл"
)
UNTIL = re.compile(r"\bдо\b|срок|until|expir|valid|действ")
YES = frozenset(
    "да yes y true 1 есть дано получено подписано согласен согласна given granted opt-in on + истина".split()
)
NO = frozenset("нет no n false 0 off ложь".split())
COMPLAINT = r"complaint|grievance|жалоб|претенз|рекламаци"


@dataclass(frozen=True, slots=True)
class Found:
    """What a reason finds: the accounts it holds for, or what the data lack to check it; ``rule`` says how it was checked."""

    ids: frozenset[str] = frozenset()
    rule: Text | None = None
    needs: Text | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to leave an account out."""

    key: str
    title: Text
    check: Callable[[Portfolio, str], Found]


def in_force(portfolio: Portfolio) -> tuple[frozenset[str], Text]:
    """Ids of the accounts in force on ``as_of``, and how that was told; all of them where the data say nothing of it.

    A client past due for long is still in force here: it is left out as overdue, which says more.
    """
    if ledger.no_ledger(portfolio) is None:
        day = ledger.last_month(portfolio).closing
        held = ledger.convention(portfolio) == ledger.CONTRACT
        seen = ledger.under(portfolio, ledger.PAST_DUE_COUNTS) if held else portfolio
        ids = ledger.worth_rows(seen, day)["account_id"].to_pylist()
        return frozenset(ids), _doubted(
            portfolio, Text("with a regular payment on the day", "с регулярным платежом на этот день")
        )
    if portfolio.as_of is not None and portfolio.has("subscriptions") and portfolio.day is not None:
        rows, how = active(portfolio, portfolio.day), Text("with a contract in force", "с действующим договором")
    elif portfolio.as_of is not None and portfolio.has("invoices"):
        window = trailing_year(portfolio)
        rows, how = (
            active(portfolio, window),
            Text("with a purchase within twelve months", "с покупкой за двенадцать месяцев"),
        )
    elif portfolio.has("accounts", "churned"):
        accounts = portfolio.table("accounts")
        rows = accounts.filter(~accounts.churned.fill_null(False)).select("account_id")
        how = Text("not flagged as left in the source", "без признака ухода в источнике")
    else:
        how = Text(
            "not checked: the data do not say who left, so nobody was left out",
            "не проверено: в данных не видно, кто ушёл, поэтому никто не исключён",
        )
        return frozenset(portfolio.names), how
    return _ids(portfolio, rows), how


def _doubted(portfolio: Portfolio, how: Text) -> Text:
    found = ledger.doubt(portfolio)
    return (
        how
        if found is None
        else Text("{how}; in doubt: {why}", "{how}; под сомнением: {why}").fill(how=how, why=found[1])
    )


def _no_consent(portfolio: Portfolio, _name: str) -> Found:
    """Accounts whose consent columns do not say yes, or whose refusal columns say anything but no."""
    cells: dict[str, dict[str, dict[str, Any]]] = {}
    if portfolio.has("traits"):
        for row in portfolio.run(portfolio.table("traits").select("account_id", "name", "value", "day")).to_pylist():
            cells.setdefault(row["name"], {})[row["account_id"]] = row
    refusing = [header for header in sorted(cells) if REFUSES.search(plain(header))]
    agreeing = [header for header in sorted(cells) if header not in refusing and AGREES.search(plain(header))]
    if not refusing and not agreeing:
        needs = Text(
            "a column of consent in the list of clients; consent is not in the data, nobody was excluded for it",
            "столбец согласия в списке клиентов; согласия в данных нет, никто по нему не исключён",
        )
        return Found(needs=needs)
    out = {
        account
        for account in portfolio.names
        if any(_refused(cells[header].get(account), portfolio.as_of) for header in refusing)
        or any(not _agreed(cells[header].get(account), header, portfolio.as_of) for header in agreeing)
    }
    headers = same(", ".join(f"«{header}»" for header in [*agreeing, *refusing]))
    rule = Text(
        "by the columns {headers}; an empty consent is no consent",
        "по столбцам {headers}; пустое согласие — не согласие",
    ).fill(headers=headers)
    return Found(frozenset(out), rule)


def _agreed(cell: Mapping[str, Any] | None, header: str, today: date | None) -> bool:
    if cell is None:
        return False
    if cell["day"] is not None:
        if today is None:
            return not UNTIL.search(plain(header))
        return bool(cell["day"] >= today if UNTIL.search(plain(header)) else cell["day"] <= today)
    return _word(cell) in YES


def _refused(cell: Mapping[str, Any] | None, today: date | None) -> bool:
    if cell is None:
        return False
    if cell["day"] is not None:
        return today is None or cell["day"] <= today
    return _word(cell) not in NO


def _word(cell: Mapping[str, Any]) -> str:
    said = plain(str(cell["value"] or ""))
    return said.removesuffix(".0") if said in ("1.0", "0.0") else said


def _contacted(portfolio: Portfolio, _name: str) -> Found:
    days = int(portfolio.policy["campaign_rest_days"])
    if portfolio.as_of is None or not portfolio.has("touches"):
        return Found(
            needs=UNDATED if portfolio.as_of is None else Text("contacts with their dates", "контакты с датами")
        )
    touches = portfolio.table("touches")
    recent = touches.date > on(portfolio.as_of - timedelta(days=days))
    kept_apart = touches.arm.fill_null("") == "control"  # a control group was not contacted
    rule = Text("a contact in the last {days}", "был контакт за последние {days}").fill(days=_span(days))
    return Found(_ids(portfolio, touches.filter(recent, ~kept_apart)), rule)


def _tickets(portfolio: Portfolio, column: str, needs: Text, rule: Text, test: Callable[[Any], Any]) -> Found:
    if portfolio.as_of is None:
        return Found(needs=UNDATED)
    if not portfolio.has("tickets", column) or not portfolio.has("tickets", "closed"):
        return Found(needs=needs)
    tickets = portfolio.table("tickets")
    still = tickets.closed.isnull() | (tickets.closed > on(portfolio.as_of))
    return Found(_ids(portfolio, tickets.filter(still & test(tickets))), rule)


def _complaint(portfolio: Portfolio, _name: str) -> Found:
    return _tickets(
        portfolio,
        "theme",
        Text("tickets with their themes and closing dates", "обращения с темами и датами закрытия"),
        Text("an open ticket whose theme is a complaint", "открыто обращение с темой «жалоба» или «претензия»"),
        lambda tickets: tickets.theme.fill_null("").lower().re_search(COMPLAINT),
    )


def _critical(portfolio: Portfolio, _name: str) -> Found:
    return _tickets(
        portfolio,
        "priority",
        Text("tickets with their priorities and closing dates", "обращения с приоритетами и датами закрытия"),
        Text("an open ticket of critical priority", "открыто обращение с критическим приоритетом"),
        critical,
    )


def _overdue(portfolio: Portfolio, _name: str) -> Found:
    if portfolio.as_of is None:
        return Found(needs=UNDATED)
    if not portfolio.has("invoices", "due_date") or not portfolio.has("invoices", "paid_date"):
        return Found(needs=Text("due and paid dates of invoices", "сроки и даты оплаты счетов"))
    late = frozenset(account for account, days in days_late(portfolio).items() if days > 0)
    return Found(late, Text("an invoice is past its due date", "есть счёт с истёкшим сроком оплаты"))


def _elsewhere(portfolio: Portfolio, name: str) -> Found:
    days = int(portfolio.policy["campaign_days"])
    if portfolio.as_of is None or not portfolio.has("touches", "campaign"):
        needs = Text("contacts with the names of campaigns", "контакты с названиями кампаний")
        return Found(needs=UNDATED if portfolio.as_of is None else needs)
    touches = portfolio.table("touches").filter(_.campaign.notnull(), _.campaign != "", _.campaign != name)
    running = _running(portfolio, touches, days)
    rule = Text(
        "in the target or the control of a campaign begun in the last {days}",
        "в целевой или контрольной группе кампании, начатой за последние {days}",
    ).fill(days=_span(days))
    return Found(_ids(portfolio, touches.filter(touches.campaign.isin(running.campaign))), rule)


def kept_apart(portfolio: Portfolio) -> frozenset[str]:
    """Ids of the clients in the control group of a campaign that still runs: nobody may write or call them for it."""
    if portfolio.as_of is None or not portfolio.has("touches"):
        return frozenset()
    touches = portfolio.table("touches")
    touches = touches.filter(touches.campaign.notnull(), touches.arm == "control")
    running = _running(portfolio, portfolio.table("touches"), int(portfolio.policy["campaign_days"]))
    return _ids(portfolio, touches.filter(touches.campaign.isin(running.campaign)))


def _running(portfolio: Portfolio, touches: Any, days: int) -> Any:
    """Campaigns whose first contact is less than so many days ago."""
    assert portfolio.as_of is not None
    began = touches.group_by("campaign").agg(began=_.date.min())
    return began.filter(began.began > on(portfolio.as_of - timedelta(days=days))).select("campaign")


def _span(days: int) -> Text:
    return Text(formats.days(days, "en"), formats.days(days, "ru"))


def _ids(portfolio: Portfolio, rows: Any) -> frozenset[str]:
    known = portfolio.run(rows.filter(rows.account_id.notnull()).select("account_id").distinct())
    return frozenset(known["account_id"].to_pylist())


#: In the order in which they are asked: an account is counted under the first that holds.
REASONS: tuple[Reason, ...] = (
    Reason("no_consent", Text("no consent", "нет согласия"), _no_consent),
    Reason("contacted", Text("contacted lately", "недавно был контакт"), _contacted),
    Reason("complaint", Text("open complaint", "открытая жалоба"), _complaint),
    Reason("critical", Text("open critical ticket", "открытое критическое обращение"), _critical),
    Reason("overdue", Text("overdue payment", "просрочена оплата"), _overdue),
    Reason("other_campaign", Text("in another campaign", "в другой кампании"), _elsewhere),
)
