"""What is only ours to know of a client and decides what a letter to it is about: never shown in one."""

from datetime import date
from typing import Any

from ibis import _

from tools import segments as segmentation
from tools.campaign_reasons import COMPLAINT
from tools.journeys import waits_before, way
from tools.ledger import no_ledger
from tools.metrics.adoption import unused
from tools.metrics.contracts import contract_ends, last_contact, silent
from tools.metrics.growth import outgrown
from tools.metrics.health import open_critical, usage_change
from tools.metrics.orders import on
from tools.portfolio import Portfolio

SEGMENTS = "value"
UNHAPPY, FAN = 6, 9
YEAR_DAYS = 365

Signs = tuple[frozenset[str], str | None, dict[str, date | None]]


def signs_of(portfolio: Portfolio, account: str) -> Signs:
    """The signs that hold for a client, its value segment, and the days they speak of (contract end, last contact)."""
    every = _every(portfolio)
    held = frozenset(sign for sign, accounts in every["signs"].items() if account in accounts)
    days = {"end": every["ends"].get(account), "contact": every["contacts"].get(account)}
    return held, every["segments"].get(account), days


def _every(portfolio: Portfolio) -> dict[str, Any]:
    if "letter signs" not in portfolio.memo:
        ends = contract_ends(portfolio)
        portfolio.memo["letter signs"] = {
            "signs": _signs(portfolio, ends),
            "segments": _segments(portfolio),
            "ends": ends,
            "contacts": last_contact(portfolio),
        }
    found: dict[str, Any] = portfolio.memo["letter signs"]
    return found


def _segments(portfolio: Portfolio) -> dict[str, str]:
    if segmentation.impossible(portfolio, SEGMENTS) is not None:
        return {}
    return dict(segmentation.assign(portfolio, SEGMENTS).segment_of)


def _signs(portfolio: Portfolio, ends: dict[str, date]) -> dict[str, set[str]]:
    day, policy = portfolio.as_of, portfolio.policy
    if day is None:
        return {}
    drop = 1 - policy["usage_drop"]
    last = _answers(portfolio, day)
    ledgered = no_ledger(portfolio) is None
    due = {account for account, end in ends.items() if 0 < (end - day).days <= policy["renewal_days"]}
    return {
        "critical": set(open_critical(portfolio)) | _complaints(portfolio, day),
        "unhappy": {account for account, score in last.items() if score <= UNHAPPY},
        "fan": {account for account, score in last.items() if score >= FAN},
        "renews": due,
        "silent": set(silent(portfolio)) if portfolio.has("touches") else set(),
        "fallen": {account for account, change in usage_change(portfolio).items() if change <= drop},
        "unused": set(unused(portfolio)) if ledgered and portfolio.has("usage") else set(),
        "outgrown": outgrown(portfolio) if portfolio.has("limits") else set(),
        "referred": _referred(portfolio, day),
        "unlaunched": _waiting(portfolio, "launch"),
        "unreached": _waiting(portfolio, "first_value"),
    }


def _answers(portfolio: Portfolio, day: date) -> dict[str, int]:
    """The last survey score of the year, by account."""
    if not portfolio.has("surveys"):
        return {}
    table = portfolio.table("surveys").filter(_.account_id.notnull(), _.score.notnull())
    newest = table.group_by("account_id").agg(last=_.date.max())
    joined = table.inner_join(newest, ["account_id", table.date == newest.last])
    rows = portfolio.run(joined.group_by("account_id", "last").agg(score=joined.score.min())).to_pylist()
    return {row["account_id"]: row["score"] for row in rows if (day - row["last"]).days < YEAR_DAYS}


def _complaints(portfolio: Portfolio, day: date) -> set[str]:
    tickets = portfolio.table("tickets").filter(_.account_id.notnull())
    still = tickets.closed.isnull() | (tickets.closed > on(day))
    grave = tickets.theme.fill_null("").lower().re_search(COMPLAINT)
    found = portfolio.run(tickets.filter(still & grave).select("account_id").distinct())
    return set(found.column(0).to_pylist())


def _referred(portfolio: Portfolio, day: date) -> set[str]:
    if not portfolio.has("referrals"):
        return set()
    rows = portfolio.run(portfolio.table("referrals").select("account_id", "date")).to_pylist()
    return {row["account_id"] for row in rows if row["date"] and (day - row["date"]).days < YEAR_DAYS}


def _waiting(portfolio: Portfolio, stage: str) -> set[str]:
    """Clients still with us that wait before a stage of the journey; none where the data do not know it."""
    if not portfolio.has("milestones") or stage not in way(portfolio).stages:
        return set()
    return set(waits_before(portfolio, stage))
