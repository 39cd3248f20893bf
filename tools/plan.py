"""The ninety-day plan: actions dated week by week under the team's capacity, quick wins first, each with its reason.

A week's hours of a department go to its actions in their order; work with clients is cut by client, so that the first
calls are made although not all fit. What does not fit is counted, never dropped silently.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil

from tools import priority
from tools.audit import worded
from tools.capacity import DEPARTMENTS, Capacity
from tools.document import Action, Claim, Recommendation, Slot
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit

STAGES = 5
WEEK = 7


@dataclass(slots=True)
class _Left:
    """What of the capacity is left: minutes by department and week, contacts by channel and week, paid minutes."""

    minutes: dict[tuple[str, int], int]
    contacts: dict[tuple[str, int], int]
    paid: int | None

    def client_slots(self, item: Recommendation, week: int, minutes: int) -> int:
        """How many more clients of an action fit into a week."""
        by_contact = self.contacts.get((item.work.channel, week))
        payable = minutes if self.paid is None else min(minutes, self.paid)
        by_time = payable // max(round(item.work.client * 60), 1)
        return by_time if by_contact is None else min(by_time, by_contact)

    def spend(self, item: Recommendation, week: int, *, minutes: int, clients: int = 0) -> None:
        """Take minutes and contacts out of a week."""
        self.minutes[item.work.department, week] -= minutes
        if self.paid is not None:
            self.paid -= minutes
        if (item.work.channel, week) in self.contacts:
            self.contacts[item.work.channel, week] -= clients


@dataclass(slots=True)
class _Booked:
    """The weeks an action takes, minutes booked, and the clients that fit."""

    weeks: list[int] = field(default_factory=list)
    minutes: int = 0
    clients: int = 0
    whole: bool = False


def actions(recommendations: Sequence[Recommendation], portfolio: Portfolio, capacity: Capacity) -> tuple[Action, ...]:
    """The actions of the plan in the order of their start: one a playbook, quick wins first, then by worth."""
    policy = portfolio.policy
    weeks = ceil(policy["plan_days"] / WEEK)
    left = _Left(
        {(name, week): capacity.minutes[name] for name in DEPARTMENTS for week in range(weeks)},
        {(name, week): most for name, most in capacity.contacts.items() for week in range(weeks)},
        capacity.paid,
    )
    chosen = priority.ordered(recommendations)
    quick = {item.playbook for item in chosen if _hours(item, item.clients) <= policy["plan_quick_hours"]}
    made = []
    for item in sorted(chosen, key=lambda item: item.playbook not in quick):
        early = item.playbook in quick or item.severity == "urgent"
        booked = _book(item, left, range(0 if early else _opening(item.stage, weeks), weeks))
        made.append(_action(item, booked, recommendations.index(item), portfolio, quick=item.playbook in quick))
    return tuple(sorted(made, key=lambda item: (item.start is None, item.start or date.max, not item.quick)))


def days(as_of: date | None, stage: int, length: float, inside: Sequence[Action]) -> tuple[date | None, date | None]:
    """First and last day of a stage: an even part of the plan, drawn out by the actions inside it."""
    if as_of is None:
        return None, None
    start = as_of + timedelta(days=1 + int(length) * (stage - 1) // STAGES)
    due = as_of + timedelta(days=int(length) * stage // STAGES)
    return (
        min([start, *(item.start for item in inside if item.start)]),
        max([due, *(item.due for item in inside if item.due)]),
    )


def assumption(portfolio: Portfolio, capacity: Capacity) -> Claim:
    """Under which hours a week the plan was made, and whether they were stated."""
    slots: dict[str, Slot] = {
        name: _reading(portfolio, minutes // 60, f"week.{name}", "stated") for name, minutes in capacity.minutes.items()
    }
    tail = (
        ("as stated", "так указано")
        if capacity.stated
        else ("our assumption: state yours", "наше допущение: укажите свои")
    )
    return worded(
        "plan.capacity",
        "Hours a week behind the plan: product {product}, marketing {marketing}, support and success {support}, sales "
        f"{{sales}} ({tail[0]}).",
        "Часов в неделю под планом: продукт — {product}, маркетинг — {marketing}, поддержка и сопровождение — {support}, "
        f"продажи — {{sales}} ({tail[1]}).",
        slots,
    )


def _hours(item: Recommendation, clients: int) -> int:
    """Whole hours of work, rounded up."""
    return ceil(priority.hours(item.work, clients) - 1e-9)


def _opening(stage: int, weeks: int) -> int:
    """The week in which the work of a stage may begin."""
    return weeks * (stage - 1) // STAGES


def _book(item: Recommendation, left: _Left, weeks: range) -> _Booked:
    """Take the hours of an action out of the weeks, first those spent once, then client by client."""
    booked = _Booked()
    once = round(item.work.once * 60)
    if not once and not (item.work.client and item.clients):
        once = 60  # nothing counted: an hour to begin
    per_client = round(item.work.client * 60)
    for week in weeks:
        free = left.minutes[item.work.department, week]
        if left.paid is not None:
            free = min(free, left.paid)
        taken = min(once, free)
        once -= taken
        if taken:
            left.spend(item, week, minutes=taken)
        clients = 0
        if not once and per_client:
            clients = min(item.clients - booked.clients, left.client_slots(item, week, free - taken))
            left.spend(item, week, minutes=clients * per_client, clients=clients)
        if taken or clients:
            booked.weeks.append(week)
            booked.minutes += taken + clients * per_client
            booked.clients += clients
        if not once and (not per_client or booked.clients >= item.clients):
            booked.whole = True
            break
    return booked


def _action(item: Recommendation, booked: _Booked, place: int, portfolio: Portfolio, *, quick: bool) -> Action:
    as_of, last = portfolio.as_of, int(portfolio.policy["plan_days"])
    dated = as_of is not None and booked.weeks
    scope = f"playbook={item.playbook}"
    hours = _reading(portfolio, _hours(item, item.clients), "hours", "stated", where=scope)
    with_clients = bool(item.work.client and item.clients)
    fit = _reading(portfolio, booked.clients, "fit", where=scope) if with_clients else None
    over = item.clients - booked.clients
    left = _reading(portfolio, over, "left_over", where=scope) if with_clients and over else None
    return Action(
        recommendation=place,
        start=as_of + timedelta(days=1 + WEEK * booked.weeks[0]) if as_of and dated else None,
        due=as_of + timedelta(days=min(WEEK * (booked.weeks[-1] + 1), last)) if as_of and dated else None,
        hours=hours,
        clients=fit,
        left_over=left,
        quick=quick,
        why=_why(item, hours, left, quick=quick, fits=booked.whole or with_clients and booked.clients > 0),
    )


def _why(item: Recommendation, hours: Reading, left: Reading | None, *, quick: bool, fits: bool) -> Claim:
    """Why the action stands here: quick, urgent or by its worth; its money and hours; what does not fit."""
    money = next(
        (r for r in item.why if r.key in ("money_at_stake", "value_gap") and r.usable and "account" not in r.scope),
        None,
    )
    slots: dict[str, Slot] = {"hours": hours}
    en = "{hours:hour|hours} of work"
    ru = "{hours:час|часа|часов} работы"
    if money is not None:
        slots["money"] = money
        en, ru = f"{{money}} at stake, {en}", f"на кону {{money}}, {ru}"
    if quick:
        en, ru = f"A quick win: {en}.", f"Быстрая победа: {ru}."
    elif item.severity == "urgent":
        en, ru = f"Urgent: {en}.", f"Срочно: {ru}."
    else:
        en, ru = f"In its turn: {en}.", f"В свою очередь: {ru}."
    if not fits:
        en, ru = f"{en} The hours of the plan do not reach it.", f"{ru} Часов плана на это не хватает."
    elif left is not None:
        slots["left"] = left
        en += " {left:client does|clients do} not fit into the hours of the plan."
        ru += " {left:клиент не помещается|клиента не помещаются|клиентов не помещаются} в часы плана."
    return worded(f"plan.{item.playbook}", en, ru, slots)


def _reading(
    portfolio: Portfolio, value: int, kind: str, grade: str = "measured", *, where: str | None = None
) -> Reading:
    scope = {"kind": kind} if where is None else {"kind": kind, "where": where}
    return Reading(
        "effort",
        Unit.COUNT,
        value,
        n=value,
        convention="capacity",
        grade="stated" if grade == "stated" else "measured",
        scope=scope,
        window=portfolio.day,
        snapshot=portfolio.snapshot,
    )
