"""What was promised to a client and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ibis import _

from tools.metrics.value import goals as every_goal
from tools.reading import Grade, Unit
from tools.reports.client_data import Desk
from tools.reports.client_facts import ClientFact
from tools.text import Text

GRADES: Mapping[str, Text] = {
    "confirmed": Text("confirmed by you", "подтверждено вами"),
    "measured": Text("measured", "измерено"),
    "stated": Text("stated, to be confirmed", "со слов, ждёт подтверждения"),
    "disputed": Text("disputed by you", "вы не согласны"),
    "by plan": Text("promised to every client of the plan", "обещано всем клиентам тарифа"),
}


STEMS: Mapping[str, tuple[str, ...]] = {
    "confirmed": ("confirmed", "подтвержд"),
    "measured": ("measured", "измер"),
    "disputed": ("disputed", "оспор", "не соглас"),
}
SURE = "^ *(confirmed|подтвержд)"


@dataclass(frozen=True, slots=True)
class Goal:
    """One promise: what, from where to where, how far, by when, and how sure."""

    title: str
    unit: str
    base: ClientFact | None
    target: ClientFact | None
    current: ClientFact | None
    progress: ClientFact | None
    due: date | None
    grade: str

    @property
    def evidence(self) -> Text:
        """How sure the result is, in words to the client."""
        return GRADES.get(self.grade, GRADES["stated"])


@dataclass(frozen=True, slots=True)
class Promises:
    """Every promise to a client with the totals; ``vrs`` is None where nothing is measured."""

    goals: tuple[Goal, ...]
    count: ClientFact | None = None
    confirmed: ClientFact | None = None
    known: ClientFact | None = None
    vrs: ClientFact | None = None


def promises(desk: Desk) -> Promises:
    """The client's own promises, else those of the plan; a promise without a value now stays unmeasured, never zero."""
    table = every_goal(desk.portfolio)
    own = table.filter(table.account_id == desk.account)
    own = own.mutate(
        sure=own.grade.lower().re_search(SURE),
        what=own.goal + "|" + own.target.cast("string") + "|" + own.due.cast("string").fill_null(""),
    )
    columns = ["what", "goal", "unit", "base", "target", "current", "due", "grade", "by_plan", "progress"]
    found = desk.portfolio.run(own.select(columns).order_by(["due", "goal", "target"])).to_pylist()
    if not found:
        return Promises(())
    known = own.progress.notnull()
    row, sql = desk.portfolio.row(
        own.agg(
            goals=_.count(),
            goals_known=known.sum(),
            goals_confirmed=own.sure.sum(where=known),
            vrs=100 * (own.weight * own.progress).sum(where=known) / own.weight.sum(where=known),
        )
    )
    grade: Grade = "confirmed" if row["goals_confirmed"] == row["goals"] else "mixed"
    count = {name: int(row[name] or 0) for name in ("goals", "goals_known", "goals_confirmed")}

    def total(name: str) -> ClientFact | None:
        return desk.fact(f"client.{name}", count[name], Unit.COUNT, sql=sql, rows=count["goals"])

    lines = desk.portfolio.sql(
        own.select("what", "progress", goal_base=_.base, goal_target=_.target, goal_current=_.current)
    )
    return Promises(
        tuple(_goal(desk, lines, item) for item in found),
        total("goals"),
        total("goals_confirmed") if count["goals_confirmed"] else None,
        total("goals_known"),
        desk.fact("client.vrs", row["vrs"], Unit.SCORE, sql=sql, rows=count["goals_known"], grade=grade),
    )


def _goal(desk: Desk, sql: str, item: Mapping[str, Any]) -> Goal:
    about = item["goal"] if item["due"] is None else f"{item['goal']} ({item['due'].isoformat()})"

    def fact(key: str, value: float | None, unit: Unit) -> ClientFact | None:
        return desk.fact(key, value, unit, sql=sql, rows=1, about=about, line=item["what"])

    return Goal(
        title=item["goal"],
        unit=item["unit"] or "",
        base=fact("client.goal_base", item["base"], Unit.COUNT),
        target=fact("client.goal_target", item["target"], Unit.COUNT),
        current=fact("client.goal_current", item["current"], Unit.COUNT),
        progress=fact("client.progress", item["progress"], Unit.RATIO),
        due=item["due"],
        grade="by plan" if item["by_plan"] else graded(item["grade"]),
    )


def graded(word: str | None) -> str:
    """The grade that a word of the user's file means; an unknown or missing one is ``stated``."""
    plain = (word or "").strip().casefold()
    return next((grade for grade, stems in STEMS.items() if plain.startswith(stems)), "stated")
