"""Value segments: one ordered, first-match, total function of an account's signals (metrics §4)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tools import ledger
from tools.document import Claim, Slot
from tools.metrics.value import value_curve
from tools.policy import Policy
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.segments import Roster, Segmentation, groups_of, segmentation
from tools.segments.signals import Signals, has_history, no_falls, signals
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
class Rule:
    """One risk signal: its test against the thresholds, the sentence that names it, and what it is called."""

    key: str
    holds: Callable[[Signals, Any], bool]
    text: Text
    name: Text


RISKS = (
    Rule(
        "stalled",
        lambda s, p: s.value_reached is False and (s.tenure_days or 0) > p["newcomer_days"],
        Text("no first benefit after {tenure_days}", "первой пользы нет спустя {tenure_days}"),
        Text("no first benefit in time", "первой пользы нет в срок"),
    ),
    Rule(
        "promises_slip",
        lambda s, p: s.vrs_fall is not None and s.vrs_fall >= p["vrs_fall"],
        Text("promises kept fell by {vrs_fall} in a quarter", "выполнение обещаний упало на {vrs_fall} за квартал"),
        Text("fewer promises kept", "обещания стали выполняться хуже"),
    ),
    Rule(
        "unhealthy",
        lambda s, p: s.chs is not None and s.chs < p["chs_red"],
        Text("health score {chs}", "индекс здоровья {chs}"),
        Text("a low health score", "низкий индекс здоровья"),
    ),
    Rule(
        "shrinking",
        lambda s, p: s.contraction is not None and s.contraction >= p["contraction_drop"],
        Text("pays {contraction} less than a quarter ago", "платит на {contraction} меньше, чем квартал назад"),
        Text("a smaller payment", "платёж уменьшился"),
    ),
    Rule(
        "usage_fell",
        lambda s, p: s.usage_change is not None and s.usage_change <= 1 - p["usage_drop"],
        Text("usage is {usage_change} of its usual level", "использование — {usage_change} от обычного уровня"),
        Text("fallen usage", "использование упало"),
    ),
    Rule(
        "late",
        lambda s, p: s.days_late is not None and s.days_late > p["overdue_days"],
        Text("a payment is {days_late} late", "оплата просрочена на {days_late}"),
        Text("a late payment", "оплата просрочена"),
    ),
    Rule(
        "paused",
        lambda s, p: s.paused,
        Text("the subscription is paused", "подписка на паузе"),
        Text("a subscription on pause", "подписка на паузе"),
    ),
)
PLAIN = {
    "lost": Text("paid before, pays nothing now", "платил раньше, сейчас не платит"),
    "newcomers": Text(
        "a client for {tenure_days}, first benefit not reached yet", "клиент {tenure_days}, первой пользы ещё нет"
    ),
    "unknown": Text(
        "no sign of risk, and too little is known of usage, health and promises",
        "признаков риска нет, но об использовании, здоровье и обещаниях известно слишком мало",
    ),
    "advocates": Text(
        "promises kept (VRS) {vrs}, and recommends us", "выполнение обещаний (VRS) {vrs}, рекомендует нас"
    ),
    "growth": Text(
        "promises kept (VRS) {vrs}, and at the limits of the plan",
        "выполнение обещаний (VRS) {vrs}, упирается в лимиты тарифа",
    ),
    "core": Text(
        "promises kept (VRS) {vrs}; no recommendation from it yet",
        "выполнение обещаний (VRS) {vrs}; рекомендаций пока нет",
    ),
    "steady": Text("no risk, no strong sign of growth", "нет риска и нет явных признаков роста"),
}
MEANINGS = {
    "lost": Text("paid before and pay nothing now", "платили раньше, сейчас не платят"),
    "newcomers": Text(
        "came lately and have not had the first benefit yet; the term is the one in which nearly all clients get it",
        "пришли недавно и ещё не получили первую пользу; срок — тот, за который её получают почти все клиенты",
    ),
    "at_risk": Text(
        "at least one sign of leaving, now or a month before: " + ", ".join(rule.name.en for rule in RISKS),
        "хотя бы один признак ухода, сейчас или месяц назад: " + ", ".join(rule.name.ru for rule in RISKS),
    ),
    "unknown": PLAIN["unknown"],
    "advocates": Text(
        "the promised is done, wholly or nearly, health is good, and they recommend us",
        "обещанное выполнено полностью или почти полностью, здоровье хорошее, и они нас рекомендуют",
    ),
    "growth": Text(
        "what was promised is being done, and there is room for more: at the limits of the plan, or without a product "
        "that clients like them have",
        "обещанное выполняется, и есть куда расти: упираются в лимиты тарифа или не имеют продукта, который есть у похожих "
        "клиентов",
    ),
    "core": Text(
        "the promised is done, wholly or nearly, but no recommendation and no room for growth is seen yet",
        "обещанное выполнено полностью или почти полностью, но рекомендаций и возможностей роста пока не видно",
    ),
    "steady": PLAIN["steady"],
}


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
    if now.vrs is not None and now.vrs >= policy["vrs_growth"] and (now.limit_hit or now.cross_sell):
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


@segmentation("value", title=Text("value", "ценность"), impossible=outcomes_known, titles=TITLES, meanings=MEANINGS)
def value_segments(portfolio: Portfolio) -> Segmentation:
    """Every account that pays, has paid or is on pause in one of eight segments, with the reason."""
    now, before, policy = _seen(portfolio)
    ids = sorted(now)
    keys = [segment_of(now[account], before.get(account), policy)[0] for account in ids]
    roster = Roster(portfolio, ids, keys, lambda account: _why(portfolio, account))
    groups = groups_of(portfolio, TITLES, roster, by="segment")
    return Segmentation("value", groups, roster, notes=(*_thresholds(portfolio, policy), *_unseen(portfolio)))


def _seen(portfolio: Portfolio) -> tuple[dict[str, Signals], dict[str, Signals], Policy]:
    """Signals on the day and a month before, and the thresholds with the newcomer's days of this base."""
    if "signals" not in portfolio.memo:
        assert portfolio.as_of is not None
        earlier = portfolio.earlier(ledger.back(portfolio.as_of, 1))
        values = {**portfolio.policy.values, "newcomer_days": newcomer_days(portfolio)}
        before = signals(earlier, risks_only=True) if has_history(earlier) else {}
        portfolio.memo["signals"] = (signals(portfolio), before, replace(portfolio.policy, values=values))
    found: tuple[dict[str, Signals], dict[str, Signals], Policy] = portfolio.memo["signals"]
    return found


def newcomer_days(portfolio: Portfolio) -> float:
    """Days a client counts as a newcomer: nine tenths of clients have their first value by then, or the policy's floor."""
    floor = portfolio.policy["newcomer_days"]
    if not portfolio.has("milestones"):
        return floor
    curve = value_curve(portfolio)
    late = next((time for time, share in zip(curve.times, curve.reached, strict=True) if share >= 0.9), None)
    return max(floor, late or floor)


CROSS_SELL = Text(
    "promises kept (VRS) {vrs}, and lacks a product that clients like it have",
    "выполнение обещаний (VRS) {vrs}, нет продукта, который есть у похожих клиентов",
)
LATE_NEWCOMER = Text(
    "a client for {tenure_days}, first benefit not reached yet; a payment is {days_late} late",
    "клиент {tenure_days}, первой пользы ещё нет; оплата просрочена на {days_late}",
)
UNITS = {
    "tenure_days": Unit.DAYS, "days_late": Unit.DAYS, "vrs": Unit.SCORE, "chs": Unit.SCORE,
    "usage_change": Unit.RATIO, "contraction": Unit.RATIO, "vrs_fall": Unit.SCORE,
}  # fmt: skip
KEYS = {
    "tenure_days": "journey", "days_late": "overdue", "vrs": "vrs", "chs": "chs", "usage_change": "adoption", "contraction": "churn_risk", "vrs_fall": "vrs",
}  # fmt: skip


def _why(portfolio: Portfolio, account: str) -> Claim:
    known, earlier, policy = _seen(portfolio)
    now = known[account]
    segment, risk = segment_of(now, earlier.get(account), policy)
    source, day = now, portfolio.as_of
    text = PLAIN.get(segment)
    if segment == "growth" and not now.limit_hit:
        text = CROSS_SELL
    if segment == "newcomers" and (now.days_late or 0) > policy["overdue_days"]:
        text = LATE_NEWCOMER
    if risk is not None:
        rule = next(rule for rule in RISKS if rule.key == risk)
        text = rule.text
        if not rule.holds(now, policy):
            assert day is not None
            source, day = earlier[account], ledger.back(day, 1)
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


def _unseen(portfolio: Portfolio) -> tuple[Claim, ...]:
    """A note of the signal that nobody's money can give, with the reason."""
    why = no_falls(portfolio)
    text = Text("whether clients pay less cannot be seen: {why}", "не видно, стали ли клиенты платить меньше: {why}")
    return () if why is None else (Claim("segments.falls", text, {"why": why}),)


LIMITS = {
    "newcomer_days": Unit.DAYS, "vrs_advocate": Unit.SCORE, "vrs_growth": Unit.SCORE, "chs_red": Unit.SCORE,
    "chs_green": Unit.SCORE, "usage_drop": Unit.RATIO, "contraction_drop": Unit.RATIO, "overdue_days": Unit.DAYS,
    "limit_share": Unit.RATIO,
}  # fmt: skip


def _thresholds(portfolio: Portfolio, policy: Policy) -> tuple[Claim, ...]:
    """The thresholds in force, as a note beside the segments."""
    slots: dict[str, Slot] = {
        key: Reading(
            "segments", unit, policy[key], convention="policy", grade="stated", scope={"kind": key},
            window=portfolio.day, snapshot=portfolio.snapshot,
        )
        for key, unit in LIMITS.items()
    }  # fmt: skip
    text = Text(
        "thresholds: a newcomer up to {newcomer_days}; an advocate from {vrs_advocate} of promises, growth from "
        "{vrs_growth}; health red below {chs_red}, green above {chs_green}; usage fell by {usage_drop}; pays less by "
        "{contraction_drop}; late over {overdue_days}; at a limit from {limit_share}",
        "пороги: новичок — до {newcomer_days}; адвокат — от {vrs_advocate} обещаний, рост — от {vrs_growth}; здоровье "
        "красное ниже {chs_red}, зелёное выше {chs_green}; использование упало на {usage_drop}; платит меньше на "
        "{contraction_drop}; просрочка свыше {overdue_days}; упор в лимит — от {limit_share}",
    )
    return (Claim("segments.thresholds", text, slots),)
