"""The ninety-day plan: actions dated week by week under the team's capacity, quick wins first, each with its reason.

A week's hours of a department go to its actions in their order; work with clients is cut by client, so that the first
calls are made although not all fit. What does not fit is counted, never dropped silently.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import ceil
from typing import Literal

from tools import priority
from tools.audit import worded
from tools.capacity import CHANNELS, Capacity
from tools.document import Action, Claim, Recommendation, Slot
from tools.load import SEVERITIES
from tools.metrics.culture import DEPARTMENTS
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.text import Text

STAGES = 5
WEEK = 7
FILLING_WEEKS = 4  # work of more weeks than this, if not urgent, takes the hours that other actions leave


@dataclass(slots=True)
class _Left:
    """What of the capacity is left: minutes by department and week, contacts by channel and week, paid minutes."""

    minutes: dict[tuple[str, int], int]
    contacts: dict[tuple[str, int], int]
    paid: int | None

    def free(self, item: Recommendation, week: int) -> int:
        """Minutes that an action may take of a week."""
        minutes = self.minutes[item.work.department, week]
        return minutes if self.paid is None else min(minutes, self.paid)

    def spend(self, item: Recommendation, week: int, *, minutes: int, clients: int = 0) -> None:
        """Take minutes and contacts out of a week."""
        self.minutes[item.work.department, week] -= minutes
        if self.paid is not None:
            self.paid -= minutes
        if (item.work.channel, week) in self.contacts:
            self.contacts[item.work.channel, week] -= clients
        held = (
            self.minutes[item.work.department, week],
            self.contacts.get((item.work.channel, week), 0),
            self.paid or 0,
        )
        if min(held) < 0:
            raise ValueError(f"week {week} is overbooked by {item.playbook}")


@dataclass(slots=True)
class _Booked:
    """What an action takes of each week in minutes, and the clients that fit."""

    clients: int = 0
    weeks: dict[int, int] = field(default_factory=dict)
    whole: bool = False

    @property
    def minutes(self) -> int:
        """Minutes booked in all."""
        return sum(self.weeks.values())


def actions(recommendations: Sequence[Recommendation], portfolio: Portfolio, capacity: Capacity) -> tuple[Action, ...]:
    """The actions of the plan in the order of their start: one a playbook; quick wins first, then what is urgent, then by worth.

    Work that would fill a department for weeks on end and is not urgent goes after what can be finished.
    """
    policy = portfolio.policy
    weeks = ceil(policy["plan_days"] / WEEK)
    left = _Left(
        {(name, week): minutes for name, minutes in capacity.minutes.items() for week in range(weeks)},
        {(name, week): most for name, most in capacity.contacts.items() for week in range(weeks)},
        capacity.paid,
    )
    chosen = [priority.joined(item, recommendations) for item in priority.ordered(recommendations)]
    quick = {
        item.playbook
        for item in chosen
        if _needed(item) <= policy["plan_quick_hours"] * 60 and (item.clients or not item.work.client)
    }
    places = {item.playbook: recommendations.index(item) for item in priority.ordered(recommendations)}
    made = []
    fills = {item.playbook for item in chosen if _needed(item) > FILLING_WEEKS * capacity.minutes[item.work.department]}

    def place(item: Recommendation) -> tuple[bool, bool, bool]:
        return item.playbook not in quick, item.severity != "urgent", item.playbook in fills

    for item in sorted(chosen, key=place):
        booked = _book(item, left, range(weeks))
        made.append(_action(item, booked, places[item.playbook], portfolio, quick=item.playbook in quick))
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
    """What the plan was made for: hours a week of each department (stated or assumed), contacts, paid hours."""
    slots: dict[str, Slot] = {}
    en, ru = [], []
    for name, title in DEPARTMENTS.items():
        given = name in capacity.stated
        slots[name] = _reading(portfolio, capacity.minutes[name] / 60, f"week.{name}", grade="stated")
        en.append(f"{_lower(title.en)} {{{name}}}" + ("" if given else " (our assumption)"))
        ru.append(f"{_lower(title.ru)} — {{{name}}}" + ("" if given else " (наше допущение)"))
    for channel in CHANNELS:
        if channel in capacity.contacts:
            slots[channel] = _reading(portfolio, capacity.contacts[channel], f"week.{channel}", grade="stated")
            en.append(f"{CONTACTS[channel].en} {{{channel}}}")
            ru.append(f"{CONTACTS[channel].ru} — {{{channel}}}")
    if capacity.paid is not None:
        slots["paid"] = _reading(portfolio, capacity.paid / 60, "paid", grade="stated")
        en.append("hours paid for in all {paid}")
        ru.append("оплаченных часов всего — {paid}")
    text = Text(
        f"The plan counts on hours a week: {', '.join(en)}. Its sums overlap: a client may stand under several actions.",
        f"План рассчитан на часы в неделю: {', '.join(ru)}. Суммы пересекаются: клиент может стоять под разными действиями.",
    )
    return worded("plan.capacity", text.en, text.ru, slots)


CONTACTS = {
    "call": Text("calls a week", "звонков в неделю"),
    "letter": Text("letters a week", "писем в неделю"),
    "meeting": Text("meetings a week", "встреч в неделю"),
}


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _needed(item: Recommendation) -> int:
    """Minutes of the whole action; an hour to begin where nothing is counted."""
    return round(item.work.once * 60) + round(item.work.client * 60) * item.clients or 60


def _book(item: Recommendation, left: _Left, weeks: range) -> _Booked:
    """Take the minutes of an action out of the weeks: first those spent once, then client by client, over weeks if need be."""
    booked = _Booked()
    each = round(item.work.client * 60)
    once = _needed(item) - each * item.clients
    toward = 0  # minutes spent on the client that is not finished yet
    for week in weeks:
        spent = min(once, left.free(item, week))
        once -= spent
        clients = 0
        if not once and each:
            most = left.contacts.get((item.work.channel, week), item.clients)
            room = min(item.clients - booked.clients, most) * each - toward
            more = max(min(left.free(item, week) - spent, room), 0)
            clients, toward = divmod(toward + more, each)
            spent += more
            booked.clients += clients
        if spent:
            booked.weeks[week] = spent
            left.spend(item, week, minutes=spent, clients=clients)
        booked.whole = not once and (not each or booked.clients >= item.clients)
        if booked.whole:
            break
    return booked


def _action(item: Recommendation, booked: _Booked, place: int, portfolio: Portfolio, *, quick: bool) -> Action:
    as_of, last = portfolio.as_of, int(portfolio.policy["plan_days"])
    dated = as_of is not None and booked.weeks
    scope = f"playbook={item.playbook}"
    hours = _reading(portfolio, ceil(_needed(item) / 60), "hours", grade="stated", where=scope)
    with_clients = bool(item.work.client and item.clients)
    over = item.clients - booked.clients
    left = _reading(portfolio, over, "left_over", where=scope) if with_clients and over else None
    done = _reading(portfolio, booked.minutes / 60, "booked", where=scope)
    return Action(
        recommendation=place,
        start=as_of + timedelta(days=1 + WEEK * min(booked.weeks)) if as_of and dated else None,
        due=as_of + timedelta(days=min(WEEK * (max(booked.weeks) + 1), last)) if as_of and dated else None,
        hours=hours,
        clients=_reading(portfolio, booked.clients, "fit", where=scope) if with_clients else None,
        left_over=left,
        quick=quick,
        why=_why(item, hours, left, done, quick=quick, booked=booked),
    )


def _why(
    item: Recommendation, hours: Reading, left: Reading | None, done: Reading, *, quick: bool, booked: _Booked
) -> Claim:
    """Why the action stands here: quick, urgent or by its worth; its money and hours; what does not fit."""
    slots: dict[str, Slot] = {"hours": hours}
    en, ru = "{hours:hour|hours} of work", "{hours:час|часа|часов} работы"
    if item.work.client and not item.clients:  # the hours of the whole are not known
        each = {"kind": "minutes", "where": f"playbook={item.playbook}"}
        slots["each"] = replace(hours, value=round(item.work.client * 60), scope=each)
        en += " to begin, then {each:minute|minutes} for every client"
        ru += " для начала, затем {each:минута|минуты|минут} на каждого клиента"
    if item.stake is not None and item.stake.usable:
        slots["money"] = item.stake
        grave = item.severity in SEVERITIES[:2]
        en = f"{{money}} at stake, {en}" if grave else f"the clients concerned pay {{money}}, {en}"
        ru = f"на кону {{money}}, {ru}" if grave else f"эти клиенты платят {{money}}, {ru}"
    head = (
        ("A quick win", "Быстрая победа")
        if quick
        else ("Urgent", "Срочно")
        if item.severity == "urgent"
        else ("In its turn", "В порядке очереди")
    )
    en, ru = f"{head[0]}: {en}.", f"{head[1]}: {ru}."
    if not booked.weeks:
        en, ru = f"{en} No hours of the plan are left for it.", f"{ru} Часов плана на это не осталось."
    elif left is not None:
        slots["left"] = left
        en += " {left:client does|clients do} not fit into the plan."
        ru += " {left:клиент не помещается|клиента не помещаются|клиентов не помещаются} в план."
    elif not booked.whole:
        slots["done"] = done
        en, ru = f"{en} Within the plan {{done}} of them fit.", f"{ru} В план из них помещается {{done}}."
    return worded(f"plan.{item.playbook}", en, ru, slots)


def _reading(
    portfolio: Portfolio,
    value: float,
    kind: str,
    *,
    grade: Literal["measured", "stated"] = "measured",
    where: str | None = None,
) -> Reading:
    return Reading(
        "effort",
        Unit.COUNT,
        int(value) if value == int(value) else round(value, 2),
        convention="capacity",
        grade=grade,
        scope={"kind": kind} if where is None else {"kind": kind, "where": where},
        window=portfolio.day,
        snapshot=portfolio.snapshot,
    )
