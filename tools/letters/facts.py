"""What a letter may rest on: figures and days that the client knows too, read for all clients at once.

Each figure is a `ClientFact`, so nothing internal has a way into a letter; `Client.signs` holds what is only ours to
know (silence, falling use, the segment) and decides what a letter is about, never what it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tools.letters.reads import Read, reads, window_of
from tools.letters.signs import signs_of
from tools.metrics import one_value
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Rows, Unit, Window
from tools.reports.client_facts import ClientFact
from tools.reports.client_goals import graded

LONGEST_COMMENT = 160


@dataclass(frozen=True, slots=True)
class Goal:
    """One promise: its title and unit, values as facts, how far it is (0-1, None: not measured), by when, how sure."""

    title: str
    unit: str
    base: ClientFact | None
    target: ClientFact | None
    current: ClientFact | None
    progress: float | None
    due: date | None
    grade: str


@dataclass(frozen=True, slots=True)
class Client:
    """One client as a letter to it may speak of it."""

    id: str
    name: str
    as_of: date | None
    window: Window | None
    days: Mapping[str, date | None] = field(default_factory=dict)
    facts: Mapping[str, ClientFact | None] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    goals: tuple[Goal, ...] = ()
    signs: frozenset[str] = frozenset()
    segment: str | None = None

    @property
    def own_goals(self) -> tuple[Goal, ...]:
        """The promises made to this client, not to all clients of its plan."""
        return tuple(goal for goal in self.goals if goal.grade != "by plan")


def client(portfolio: Portfolio, account: str) -> Client:
    """What is known of one client, by its id."""
    asked = reads(portfolio)
    window = window_of(portfolio.as_of)
    own = {name: read.one(account) for name, read in asked.items()}

    def fact(key: str, read: str, value: Number | None, unit: Unit, line: str = "") -> ClientFact | None:
        return _fact(portfolio, account, key, value, unit, sql=asked[read].sql, window=window, line=line)

    feature, tickets, owed, limit = own["usage"], own["tickets"], own["owed"], own["limits"]
    opened, solved, still = (int(tickets.get(name) or 0) for name in ("opened", "solved", "still"))
    themes = [row["what"] for row in asked["themes"].rows.get(account, ())]
    facts = {
        "events": fact("client.events", "usage", feature.get("events"), Unit.COUNT, feature.get("what", "")),
        "opened": fact("client.opened", "tickets", opened or None, Unit.COUNT),
        "solved": fact("client.solved", "tickets", solved or None, Unit.COUNT),
        "days": fact("client.days_to_solve", "tickets", tickets.get("days_to_solve"), Unit.DAYS),
        "open": fact("client.open_requests", "tickets", still or None, Unit.COUNT),
        "documents": fact("client.documents", "bills", own["bills"].get("documents"), Unit.COUNT),
        "owed": fact("client.owed", "owed", owed.get("owed") if owed.get("taxed") else None, Unit.MONEY),
        "owed_documents": fact("client.owed_documents", "owed", owed.get("owed_documents"), Unit.COUNT),
        "used": fact("client.limit_used", "limits", limit.get("limit_used"), Unit.COUNT, limit.get("what", "")),
        "allowed": fact("client.limit_allowed", "limits", limit.get("limit_allowed"), Unit.COUNT, limit.get("what", "")),
        "reached": fact("client.goals_reached", "totals", own["totals"].get("goals_reached"), Unit.COUNT),
        "all": fact("client.goals", "totals", own["totals"].get("goals"), Unit.COUNT),
    }  # fmt: skip
    answer, card, way = own["answers"], own["cards"], own["milestones"]
    comment = one_line(answer.get("comment"))
    words = {
        "feature": feature.get("what"), "document": owed.get("first_document"), "limit": limit.get("what"),
        "plan": card.get("plan"), "comment": comment if len(comment) <= LONGEST_COMMENT else "",
        "theme": themes[0] if themes else None, "theme_b": themes[1] if len(themes) > 1 else None,
    }  # fmt: skip
    since = card.get("signup_date")
    told = {"used_from": "usage", "asked_from": "tickets", "billed_from": "bills"}
    begun = {name: _begun(window, since, asked[read], own[read]) for name, read in told.items()}
    signs, segment, days = signs_of(portfolio, account)
    return Client(
        account,
        portfolio.names.get(account, account),
        portfolio.as_of,
        window,
        {
            **days, **begun, "since": since, "launched": way.get("launched"), "first": way.get("reached"),
            "due": owed.get("first_due"), "billed": own["bills"].get("last"), "answered": answer.get("day"),
        },
        facts,
        {name: one_line(word) for name, word in words.items() if word},
        _goals(portfolio, account, asked["goals"], window),
        signs,
        segment,
    )  # fmt: skip


def one_line(text: str | None) -> str:
    """A word of the user's files as it may stand in a sentence."""
    return " ".join((text or "").split())


def _begun(window: Window | None, since: date | None, read: Read, row: Mapping[str, Any]) -> date | None:
    """From which day a client's rows of the period are told: that of the data; a newcomer's its contract or first row."""
    if window is None:
        return None
    floor = max(window.start, read.first or window.start)
    return floor if since is None or since <= floor else min(since, row.get("began") or since)


def _fact(
    portfolio: Portfolio, account: str, key: str, value: Number | None, unit: Unit, *, sql: str, window: Window | None,
    line: str = "", about: str = "",
) -> ClientFact | None:  # fmt: skip
    if value is None:
        return None
    where = f'"account_id" = {_quoted(account)}' + (f' AND "what" = {_quoted(line)}' if line else "")
    scope = {"account": account, **({"where": about or line} if about or line else {})}
    column = one_value(sql, f'"{key.split(".")[1]}"', where)
    reading = Reading(
        key, unit, value, n=1, window=window, convention="client_rows", scope=scope, rows=Rows(1), sql=column,
        snapshot=portfolio.snapshot,
    )  # fmt: skip
    return ClientFact(account, reading)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _goals(portfolio: Portfolio, account: str, read: Read, window: Window | None) -> tuple[Goal, ...]:
    found = []
    for row in read.rows.get(account, ()):
        about = row["goal"] if row["due"] is None else f"{row['goal']} ({row['due'].isoformat()})"

        def fact(name: str, row: Mapping[str, Any] = row, about: str = about) -> ClientFact | None:
            return _fact(
                portfolio, account, f"client.{name}", row[name], Unit.COUNT, sql=read.sql, window=window,
                line=row["what"], about=about,
            )  # fmt: skip

        grade = "by plan" if row["by_plan"] else graded(row["grade"])
        values = (fact("goal_base"), fact("goal_target"), fact("goal_current"))
        found.append(Goal(one_line(row["goal"]), one_line(row["unit"]), *values, row["progress"], row["due"], grade))
    return tuple(found)
