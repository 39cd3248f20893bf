"""Value segments: one ordered, first-match, total function of an account's signals (metrics §4)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from ibis import _

from tools import ledger
from tools.document import Claim, Slot
from tools.metrics.health import days_late, scores, usage_change
from tools.metrics.orders import on, worths
from tools.metrics.value import account_scores, journeys, value_curve
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.segments import Placed, Segmentation, groups_of, segmentation
from tools.text import Text

TITLES = {
    "lost": Text("Lost", "Ушедшие"),
    "newcomers": Text("Newcomers", "Новички"),
    "at_risk": Text("At risk", "Рисковая зона"),
    "unknown": Text("Not enough data", "Нет данных"),
    "advocates": Text("Advocates", "Адвокаты"),
    "growth": Text("Growth points", "Точка роста"),
    "core": Text("Core of high value", "Опора"),
    "steady": Text("Steady", "Ровные"),
}


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of an account on a day; None is unknown. A value event nobody defined is neither reached nor missed."""

    paying: bool
    paid_before: bool
    paused: bool = False
    tenure_days: int | None = None
    value_reached: bool | None = None
    vrs: float | None = None
    chs: float | None = None
    usage_change: float | None = None
    contraction: float | None = None
    days_late: float | None = None
    advocate: bool = False
    limit_hit: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One risk signal: its test against the thresholds and the sentence that names it."""

    key: str
    holds: Callable[[Signals, Any], bool]
    text: Text


RISKS = (
    Rule(
        "stalled",
        lambda s, p: s.value_reached is False and (s.tenure_days or 0) > p["newcomer_days"],
        Text("no first benefit after {tenure_days}", "первой пользы нет спустя {tenure_days}"),
    ),
    Rule(
        "unhealthy",
        lambda s, p: s.chs is not None and s.chs < p["chs_red"],
        Text("health score {chs}", "индекс здоровья {chs}"),
    ),
    Rule(
        "shrinking",
        lambda s, p: s.contraction is not None and s.contraction >= p["contraction_drop"],
        Text("pays {contraction} less than a quarter ago", "платит на {contraction} меньше, чем квартал назад"),
    ),
    Rule(
        "usage_fell",
        lambda s, p: s.usage_change is not None and s.usage_change <= 1 - p["usage_drop"],
        Text("usage is {usage_change} of its usual level", "использование — {usage_change} от обычного уровня"),
    ),
    Rule(
        "late",
        lambda s, p: s.days_late is not None and s.days_late > p["overdue_days"],
        Text("a payment is {days_late} late", "оплата просрочена на {days_late}"),
    ),
    Rule("paused", lambda s, p: s.paused, Text("the subscription is paused", "подписка на паузе")),
)


def segment_of(now: Signals, before: Signals | None, policy: Any) -> tuple[str, str | None]:
    """The one segment of an account and the risk that put it there (None elsewhere).

    Ordered and total: risk outranks advocacy; a paying account is never lost; risk is left only when the signal is
    gone both now and a month before.
    """
    if not now.paying and not now.paused:
        return "lost", None
    if now.value_reached is False and now.tenure_days is not None and now.tenure_days <= policy["newcomer_days"]:
        return "newcomers", None
    for moment in (now, before):
        risk = next((rule.key for rule in RISKS if moment is not None and rule.holds(moment, policy)), None)
        if risk is not None:
            return "at_risk", risk
    known = sum(value is not None for value in (now.vrs, now.chs, now.usage_change))
    if known < 2:
        return "unknown", None
    strong = now.vrs is not None and now.vrs >= policy["vrs_advocate"]
    if strong and now.chs is not None and now.chs > policy["chs_green"] and now.advocate:
        return "advocates", None
    if now.vrs is not None and now.vrs >= policy["vrs_growth"] and now.limit_hit:
        return "growth", None
    return ("core" if strong else "steady"), None


def outcomes_known(portfolio: Portfolio) -> Text | None:
    """Why value cannot be seen (no usage and no outcomes), or None where it can."""
    if portfolio.as_of is None:
        return Text("nothing in the data is dated", "в данных нет дат")
    if ledger.no_ledger(portfolio) is not None:
        return Text(
            "order lines alone do not show who receives value; recency, frequency and money do the sorting",
            "по строкам заказов не видно, кто получает пользу; сортируют давность, частота и деньги",
        )
    found = ledger.doubt(portfolio)
    if found is not None:
        return found[1]
    return None


@segmentation("value", title=Text("value", "ценность"), impossible=outcomes_known)
def value_segments(portfolio: Portfolio) -> Segmentation:
    """Every account that pays, has paid or is on pause in one of eight segments, with the reason."""
    now = signals(portfolio)
    assert portfolio.as_of is not None
    earlier = portfolio.earlier(ledger.back(portfolio.as_of, 1))
    policy = replace(portfolio.policy, values={**portfolio.policy.values, "newcomer_days": newcomer_days(portfolio)})
    before = signals(earlier) if _has_history(earlier) else {}
    placed = []
    for account, name in portfolio.accounts():
        if account not in now:
            continue
        segment, risk = segment_of(now[account], before.get(account), policy)
        placed.append(Placed(account, name, segment, _why(portfolio, account, segment, risk, now[account], before)))
    return Segmentation("value", groups_of(portfolio, TITLES, placed, by="segment"), tuple(placed))


def newcomer_days(portfolio: Portfolio) -> float:
    """Days a client counts as a newcomer: nine tenths of clients have their first value by then, or the policy's floor."""
    floor = portfolio.policy["newcomer_days"]
    if not portfolio.has("milestones"):
        return floor
    curve = value_curve(portfolio)
    late = next((time for time, share in zip(curve.times, curve.reached, strict=True) if share >= 0.9), None)
    return max(floor, late or floor)


def _has_history(portfolio: Portfolio) -> bool:
    return ledger.anchor(portfolio) is not None and bool(ledger.months(portfolio))


def signals(portfolio: Portfolio) -> dict[str, Signals]:
    """Signals of every account that pays or has paid, by account."""
    assert portfolio.as_of is not None
    money = worths(portfolio)
    quarter = ledger.state(portfolio, [ledger.back(ledger.last_month(portfolio).end, 3) - timedelta(days=1)])
    was = {row["account_id"]: 12 * float(row["ticks"]) / ledger.TICKS for row in portfolio.run(quarter).to_pylist()}
    ever = _ever(portfolio)
    health = scores(portfolio)
    promised = account_scores(portfolio)
    use, late = usage_change(portfolio), days_late(portfolio)
    journey = {row["account_id"]: row for row in journeys(portfolio)} if portfolio.has("milestones") else {}
    fans, limits, paused = _advocates(portfolio), limit_hitters(portfolio), _paused(portfolio)
    found = {}
    for account in sorted(ever | set(money) | paused):
        path = journey.get(account)
        before = was.get(account, 0.0)
        found[account] = Signals(
            paying=account in money,
            paid_before=account in ever,
            paused=account in paused and account not in money,
            tenure_days=(portfolio.as_of - path["start"]).days if path else None,
            value_reached=(path["reached"] is not None) if path else None,
            vrs=promised.get(account, (None, 0.0))[0],
            chs=health[account].score if account in health else None,
            usage_change=use.get(account),
            contraction=1 - money[account] / before if account in money and before > 0 else None,
            days_late=late.get(account),
            advocate=account in fans,
            limit_hit=account in limits,
        )
    return found


def _ever(portfolio: Portfolio) -> set[str]:
    name, column = (
        ("subscriptions", "mrr") if ledger.convention(portfolio) == ledger.CONTRACT else ("invoices", "amount")
    )
    table = portfolio.table(name).filter(_.account_id.notnull(), _[column] > 0)
    return {str(value) for value in portfolio.run(table.select("account_id").distinct()).column(0).to_pylist()}


def _paused(portfolio: Portfolio) -> set[str]:
    assert portfolio.as_of is not None
    held = ledger.paused(portfolio, [portfolio.as_of])
    return set() if held is None else {str(value) for value in portfolio.run(held).column("account_id").to_pylist()}


def _advocates(portfolio: Portfolio) -> set[str]:
    assert portfolio.as_of is not None
    since = on(portfolio.as_of - timedelta(days=int(portfolio.policy["advocacy_days"])))
    found: set[str] = set()
    if portfolio.has("surveys"):
        table = portfolio.table("surveys").filter(_.date > since, _.score >= 9)
        found |= set(portfolio.run(table.select("account_id").distinct()).column(0).to_pylist())
    if portfolio.has("referrals"):
        table = portfolio.table("referrals").filter(_.date > since)
        found |= set(portfolio.run(table.select("account_id").distinct()).column(0).to_pylist())
    return found


def limit_hitters(portfolio: Portfolio) -> set[str]:
    """Accounts at the policy's share of a limit in enough of the last months."""
    if portfolio.as_of is None or not portfolio.has("limits"):
        return set()
    policy = portfolio.policy
    seen = ledger.back(portfolio.as_of + timedelta(days=1), int(policy["limit_months_seen"]))
    table = portfolio.table("limits").filter(_.date >= on(seen), _.allowed > 0)
    hits = table.filter(table.used / table.allowed >= policy["limit_share"])
    by = hits.group_by("account_id", "name").agg(months=ledger.month_of(hits.date).nunique())
    strong = by.filter(by.months >= int(policy["limit_months_hit"])).select("account_id").distinct()
    return {str(value) for value in portfolio.run(strong).column(0).to_pylist()}


PLAIN = {
    "lost": Text("paid before, pays nothing now", "платил раньше, сейчас не платит"),
    "newcomers": Text(
        "a client for {tenure_days}, first benefit not reached yet", "клиент {tenure_days}, первой пользы ещё нет"
    ),
    "unknown": Text(
        "no sign of risk, and too little is known of usage, health and promises",
        "признаков риска нет, но об использовании, здоровье и обещаниях известно слишком мало",
    ),
    "advocates": Text("promises kept at {vrs}, and recommends us", "обещания выполнены на {vrs}, рекомендует нас"),
    "growth": Text(
        "promises kept at {vrs}, and at the limits of the plan",
        "обещания выполнены на {vrs}, упирается в лимиты тарифа",
    ),
    "core": Text(
        "promises kept at {vrs}; no recommendation from it yet", "обещания выполнены на {vrs}; рекомендаций пока нет"
    ),
    "steady": Text("no risk, no strong sign of growth", "нет риска и нет явных признаков роста"),
}
UNITS = {
    "tenure_days": Unit.DAYS, "days_late": Unit.DAYS, "vrs": Unit.SCORE, "chs": Unit.SCORE,
    "usage_change": Unit.RATIO, "contraction": Unit.RATIO,
}  # fmt: skip
KEYS = {
    "tenure_days": "journey", "days_late": "overdue", "vrs": "vrs", "chs": "chs", "usage_change": "adoption", "contraction": "churn_risk",
}  # fmt: skip


def _why(
    portfolio: Portfolio, account: str, segment: str, risk: str | None, now: Signals, before: dict[str, Signals]
) -> Claim:
    source, day = now, portfolio.as_of
    text = PLAIN.get(segment)
    if risk is not None:
        rule = next(rule for rule in RISKS if rule.key == risk)
        text = rule.text
        if not rule.holds(now, portfolio.policy):
            assert day is not None
            source, day = before[account], ledger.back(day, 1)
            text = Text(text.en + " (a month ago)", text.ru + " (месяц назад)")
    assert text is not None
    slots: dict[str, Slot] = {
        name: _signal(portfolio, account, name, float(value), day)
        for name in UNITS
        if "{" + name + "}" in text.en and (value := getattr(source, name)) is not None
    }
    return Claim(f"why.{account}", text, slots)


def _signal(portfolio: Portfolio, account: str, name: str, value: float, day: date | None) -> Reading:
    scope = {"account": account, "kind": name}
    if day is not None and day != portfolio.as_of:
        scope["where"] = f"as_of={day}"
    return Reading(KEYS[name], UNITS[name], value, n=1, scope=scope, window=portfolio.day, snapshot=portfolio.snapshot)
