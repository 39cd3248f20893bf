"""Where the next hour goes (client by client), and the smallest trial for what cannot be known yet."""

from collections.abc import Sequence
from math import ceil

from tools import priority, stats
from tools.audit import worded
from tools.campaign_reasons import kept_apart
from tools.document import AccountLine, NextHour, Recommendation, Slot, Step, Trial
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit

SHOWN = 15
CAUTIOUS = 0.5  # the share at which a trial needs most clients
LEAST_ARM = 5


def next_hours(
    steps: Sequence[Step], recommendations: Sequence[Recommendation], portfolio: Portfolio
) -> tuple[NextHour, ...]:
    """At most fifteen clients in the order of money x evidence / hours, each with its best action and the reason.

    Only actions that are done client by client; a client stands once. Left out: the control group of a campaign that
    still runs, for a call would spoil its comparison.
    """
    apart = kept_apart(portfolio)
    findings = {(step.key, finding.code): finding for step in steps for finding in step.findings}
    best: dict[str, tuple[float, NextHour]] = {}
    known = [money for finding in findings.values() for line in finding.accounts if (money := _money(line)) is not None]
    least = min(known, default=1.0)  # for a client whose money is not known
    for place, item in enumerate(recommendations):
        finding = findings.get((item.step, item.finding))
        if finding is None or not item.work.client:
            continue
        minutes = _minutes(item, portfolio)
        weight = priority.evidence(finding, item.work.grade, portfolio.policy) / item.work.client
        for line in finding.accounts:
            if line.id in apart:
                continue
            money = _money(line)
            value = (least if money is None else money) * weight
            if line.id not in best or value > best[line.id][0]:
                best[line.id] = (value, NextHour(line.id, line.name, place, minutes, line.why, line.money))
    chosen = sorted(best.values(), key=lambda pair: (-pair[0], pair[1].account))[:SHOWN]
    return tuple(line for _, line in chosen)


def _money(line: AccountLine) -> float | None:
    money = line.money
    return float(money.value) if money is not None and money.usable and money.value is not None else None


def trials(recommendations: Sequence[Recommendation], portfolio: Portfolio) -> tuple[Trial, ...]:
    """For every action whose effect is not known: how many clients a trial against a control group needs, or why none tells.

    Two equal arms, two-sided 5 %, power 80 %, the difference that the policy states, from a share of one half where
    trials need most clients (metrics §8).
    """
    places = {id(item): place for place, item in enumerate(recommendations)}
    return tuple(
        _trial(priority.joined(item, recommendations), places[id(item)], portfolio)
        for item in priority.ordered(recommendations)
        if item.clients and item.work.client and not item.effect.usable
    )


def _trial(item: Recommendation, place: int, portfolio: Portfolio) -> Trial:
    wanted = min(portfolio.policy["plan_difference"], 1 - CAUTIOUS)
    need, arm = stats.per_arm(CAUTIOUS, CAUTIOUS + wanted), item.clients // 2
    where = f"playbook={item.playbook}"
    slots: dict[str, Slot] = {
        "have": _count(portfolio, item.clients, "trial.have", where),
        "need": _count(portfolio, 2 * need, "trial.need", where),
        "wanted": _points(portfolio, wanted, "trial.wanted", where),
    }
    visible = stats.smallest_difference(CAUTIOUS, arm)
    enough = arm >= need
    if enough:
        slots["control"] = _count(portfolio, need, "trial.control", where)
        claim = worded(
            f"trial.{item.playbook}",
            "Leave {control:client|clients} of {have} untouched, chosen by lot: a difference of {wanted:percentage point|percentage points} will show.",
            "Оставьте без действия {control:клиента|клиентов|клиентов} из {have}, выбранных жребием: разница в {wanted:процентный пункт|процентных пункта|процентных пунктов} будет видна.",
            slots,
        )
    elif visible is not None and arm >= LEAST_ARM:
        slots["visible"] = _points(portfolio, visible, "trial.visible", where)
        claim = worded(
            f"trial.{item.playbook}",
            "A difference of {wanted:percentage point|percentage points} needs {need:client|clients}, there are {have}: halves chosen by lot would show only "
            "{visible:point|points} or more. Treat it as a hypothesis and add the clients of the next months.",
            "Чтобы увидеть разницу в {wanted:процентный пункт|процентных пункта|процентных пунктов}, нужно {need:клиент|клиента|клиентов}, а есть {have}: при делении пополам по "
            "жребию будет видна только разница от {visible:пункта|пунктов|пунктов}. Считайте это гипотезой и добавляйте клиентов следующих месяцев.",
            slots,
        )
    else:
        claim = worded(
            f"trial.{item.playbook}",
            "A difference of {wanted:percentage point|percentage points} needs {need:client|clients}, there are {have}: no trial would show it. Write down what "
            "was done and what came of it for each client.",
            "Чтобы увидеть разницу в {wanted:процентный пункт|процентных пункта|процентных пунктов}, нужно {need:клиент|клиента|клиентов}, а есть {have}: эксперимент ничего не покажет. "
            "Записывайте по каждому клиенту, что сделано и что вышло.",
            slots,
        )
    return Trial(place, claim, enough)


def _minutes(item: Recommendation, portfolio: Portfolio) -> Reading:
    """Minutes of work with a client."""
    where = f"playbook={item.playbook}"
    return _count(portfolio, max(round(item.work.client * 60), 1), "minutes", where, grade="stated")


def _points(portfolio: Portfolio, value: float, kind: str, where: str) -> Reading:
    """A difference of shares in whole percentage points, rounded up."""
    return _count(portfolio, ceil(value * 100 - 1e-9), kind, where, grade="stated")


def _count(portfolio: Portfolio, value: int, kind: str, where: str, *, grade: str = "measured") -> Reading:
    return Reading(
        "effort",
        Unit.COUNT,
        value,
        convention="trial" if kind.startswith("trial") else "capacity",
        grade="stated" if grade == "stated" else "measured",
        scope={"kind": kind, "where": where},
        window=portfolio.day,
        snapshot=portfolio.snapshot,
    )
