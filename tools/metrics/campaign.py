"""Effect of a campaign: target against a frozen control, never before against after (metrics §8, trap 37)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from ibis import _

from tools import cohorts, ledger
from tools.metrics import Ask, metric
from tools.metrics.recurring import rhythm
from tools.models import uplift
from tools.portfolio import Portfolio
from tools.reading import Reading, Rows, Unit, Window
from tools.text import Text

CONVENTIONS = {
    "retained": Text("share of clients still in force at the end", "доля клиентов, действующих в конце срока"),
    "expanded": Text("share of clients that pay more than before", "доля клиентов, платящих больше, чем до кампании"),
}
NO_COST = Text("the cost of the contacts is not given", "стоимость контактов не указана")
SOME_COST = Text(
    "the cost of some contacts is not given: the whole cost is higher, and the return on it is not known yet",
    "стоимость части контактов не указана: затраты на деле выше, и окупаемость ещё не известна",
)
FREE = Text(
    "nothing was spent on the contacts, so there is no cost to relate the return to",
    "на контакты ничего не потрачено: окупать нечего",
)
HYPOTHESIS = Text(
    "a hypothesis: the campaign kept no control group, so what the contacted did better may not be its doing",
    "гипотеза: у кампании нет контрольной группы, и лучший результат охваченных может быть не её заслугой",
)


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign: its first day, clients by arm, clients in both arms (left out), and the cost of its contacts."""

    name: str
    day: date
    target: tuple[str, ...]
    control: tuple[str, ...]
    both: int
    cost: "Cost"


@dataclass(frozen=True, slots=True)
class Cost:
    """What the contacts of a campaign cost: the sum of the costs given, contacts with one and contacts without.

    A control is not contacted, so its rows count only where they have a cost.
    """

    total: Decimal
    given: int
    missing: int
    of_target: int

    @property
    def coverage(self) -> float:
        """Share of the contacts whose cost is given, 0-1."""
        return self.given / (self.given + self.missing)


@metric(
    "campaign_effect",
    name=Text("Effect of a campaign", "Эффект кампании"),
    meaning=Text(
        "What the campaign changed: its clients less a control group kept apart from it.",
        "Что изменила кампания: её клиенты в сравнении с контрольной группой, которую не трогали.",
    ),
    unit=Unit.RATIO,
    better="higher",
    formula=Text(
        "share of the target group - share of the control group; money: n * (mean change - mean change of control)",
        "доля в целевой группе - доля в контрольной; деньги: n * (среднее изменение - среднее изменение контроля)",
    ),
    source="metrics-8",
    needs=Text(
        "contacts with the campaign and its arm: target and control; the cost of contacts for the return",
        "контакты с названием кампании и группой: цель и контроль; для окупаемости — стоимость контактов",
    ),
    conventions=CONVENTIONS,
)
def effect_of_campaigns(ask: Ask) -> list[Reading]:
    """Difference of shares, newest campaign first, each in scope ``group``; a fraction, may be negative.

    By default the share still in force at the end of the window (``retained``). Kinds after it: ``target`` and
    ``control`` (the two shares), ``expanded`` (difference of the share that pays more), ``money`` (extra MRR against
    the control, a month), ``gross`` (change of the target alone: no effect by itself), ``cost``, ``roi`` (twelve months
    of the extra money less cost, over cost). A campaign without a control has no value but a reason and the flag
    ``hypothesis``. A difference whose interval holds zero is flagged ``not_proven``. 30/100 against 20/100: +0.10
    [-0.020, 0.217]. Clients in both arms are left out, and so are their costs. A client on a pause at the end is
    retained, its money is not. A cost given for some contacts only makes ``cost`` and ``roi`` ``partial``, with the
    share of contacts as coverage; a cost of nought is a cost, and leaves ``roi`` undefined. Both ends are in the rate
    of the opening day; without it there is no value. Where the ledger itself is in doubt: ``partial``.
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("touches", "campaign"):
        return [ask.undefined(Text("no campaign is recorded", "кампаний в данных нет"), window=None)]
    reason = ledger.no_ledger(portfolio)
    if reason is not None:
        return [ask.undefined(reason, window=None)]
    return [item for campaign in campaigns(portfolio) for item in _readings(ask, campaign)] or [
        ask.undefined(Text("no campaign is recorded", "кампаний в данных нет"), window=None)
    ]


def campaigns(portfolio: Portfolio) -> list[Campaign]:
    """Campaigns of the contacts, newest first; a contact without an arm counts as of the target."""
    touches = portfolio.table("touches").filter(_.campaign.notnull(), _.account_id.notnull(), _.campaign != "")
    by = touches.group_by("campaign", "account_id").agg(
        day=_.date.min(),
        cost=_.cost.sum(),
        given=_.cost.count(),
        contacts=_.count(),
        control=(_.arm.fill_null("") == "control").cast("int32").max(),
        target=(_.arm.fill_null("") != "control").cast("int32").max(),
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in portfolio.run(by.order_by("campaign", "account_id")).to_pylist():
        found.setdefault(row["campaign"], []).append(row)
    made = [_campaign(name, rows) for name, rows in found.items()]
    return sorted(made, key=lambda item: (item.day, item.name), reverse=True)


def _campaign(name: str, rows: list[dict[str, Any]]) -> Campaign:
    target = tuple(row["account_id"] for row in rows if row["target"] and not row["control"])
    control = tuple(row["account_id"] for row in rows if row["control"] and not row["target"])
    both = len(rows) - len(target) - len(control)
    return Campaign(name, min(row["day"] for row in rows), target, control, both, _cost(rows))


def _cost(rows: list[dict[str, Any]]) -> Cost:
    """Cost of the contacts of the clients in one arm."""
    one = [row for row in rows if row["target"] != row["control"]]
    target = [row for row in one if row["target"]]
    total = sum((row["cost"] for row in one if row["given"]), Decimal(0))
    missing = sum(row["contacts"] - row["given"] for row in target)
    return Cost(total, sum(row["given"] for row in one), missing, sum(row["given"] for row in target))


def _readings(ask: Ask, campaign: Campaign) -> list[Reading]:
    scope = {"by": "campaign", "group": campaign.name}
    convention = ask.convention or "retained"
    window, whole = _window(ask.portfolio, campaign.day)
    ready = Ask(ask.portfolio, ask.metric, window, convention)
    if not campaign.control:
        return [ready.undefined(HYPOTHESIS, scope=scope, flags=("hypothesis",), n=len(campaign.target))]
    if window is None:
        reason = Text("the campaign has only begun", "кампания только началась")
        return [ready.undefined(reason, scope=scope)]
    points = _points(ask.portfolio, window)
    why = ledger.missing_rate(ask.portfolio, ledger.source(ask.portfolio), points[:1])
    if why is not None:
        return [ready.undefined(why, scope=scope)]
    arms = _outcomes(ask.portfolio, campaign, points)
    sizes = tuple(len(arm) for arm in arms)
    if min(sizes) < 2:
        reason = Text(
            "too few clients of the campaign were in force when it began",
            "к началу кампании действовало слишком мало её клиентов",
        )
        return [ready.undefined(reason, scope=scope)]
    left = {
        "in both arms": campaign.both,
        "not in force at the start": len(campaign.target) + len(campaign.control) - sum(sizes),
    }
    rows = Rows(sum(sizes), {name: count for name, count in left.items() if count})
    open_ = _unsure(ready, whole)
    common: dict[str, Any] = {"n": sum(sizes), "rows": rows, "flags": (), **open_}
    if min(sizes) < ask.portfolio.policy["min_accounts"]:
        few = Text("an arm has too few clients", "в одной из групп слишком мало клиентов")
        common |= {"status": "insufficient", "reason": few}
    other = "expanded" if convention == "retained" else "retained"
    head = _difference(ready, arms, convention, scope=scope, common=common)
    shares = [
        ready.share(_events(arm, convention), len(arm), scope={**scope, "kind": kind}, **open_)
        for kind, arm in zip(("target", "control"), arms, strict=True)
    ]
    second = _difference(ready, arms, other, scope={**scope, "kind": other}, common=common)
    money = _money(ready, campaign, arms, scope=scope, common=common, gross=open_)
    return [head, *shares, second, *money]


def _window(portfolio: Portfolio, day: date) -> tuple[Window | None, bool]:
    """From the campaign to its end by policy, or as far as the data go; whether it is whole."""
    last = ledger.anchor(portfolio)
    assert last is not None
    end = day + timedelta(days=int(portfolio.policy["campaign_days"]))
    held = min(end, last + timedelta(days=1))
    return (Window(day, held) if held > day else None), held == end


def _unsure(ask: Ask, whole: bool) -> dict[str, Any]:
    """Status, reason and flag where what was seen may yet change: a ledger in doubt, a campaign still running."""
    doubted = rhythm(ask)
    if doubted or whole:
        return doubted
    return {
        "status": "partial",
        "reason": Text("the time of the campaign is not over yet", "срок кампании ещё не истёк"),
    }


def _points(portfolio: Portfolio, window: Window) -> list[date]:
    """The two days that are compared; of invoices a month counts whole: the last one before the campaign."""
    recognised = ledger.basis(portfolio) == ledger.RECOGNISED
    opening = window.start.replace(day=1) - timedelta(days=1) if recognised else window.opening
    return [opening, window.closing]


def _outcomes(portfolio: Portfolio, campaign: Campaign, points: list[date]) -> tuple[Any, Any]:
    """Clients in force at the start, by arm: ticks a month before, after, and 1 where a zero after is no loss."""
    whole = portfolio.whole or portfolio
    rows = portfolio.run(ledger.state(whole, points, rate_of=points[0])).to_pylist()
    worth = {(row["account_id"], row["point"]): int(row["ticks"]) for row in rows}
    marks = cohorts.held_at(whole, points[1:])
    held = set() if marks is None else set(portfolio.run(marks.select("account_id"))["account_id"].to_pylist())
    arms = []
    for members in (campaign.target, campaign.control):
        found = [(worth.get((a, points[0]), 0), worth.get((a, points[1]), 0), int(a in held)) for a in members]
        arms.append(np.array([row for row in found if row[0] > 0], dtype=np.int64).reshape(-1, 3))
    return arms[0], arms[1]


def _events(arm: Any, outcome: str) -> int:
    before, after, held = arm[:, 0], arm[:, 1], arm[:, 2] > 0
    return int(((after > 0) | held).sum() if outcome == "retained" else (after > before).sum())


def _difference(
    ask: Ask, arms: tuple[Any, Any], outcome: str, *, scope: Mapping[str, str], common: Mapping[str, Any]
) -> Reading:
    found = uplift.of_shares(_events(arms[0], outcome), len(arms[0]), _events(arms[1], outcome), len(arms[1]))
    shown = {**common, "flags": (*_proof(found), *common["flags"])}
    return ask.reading(found.value, scope=scope, ci=found.interval, ci_method="Newcombe 95%", **shown)


def _proof(found: uplift.Difference) -> tuple[str, ...]:
    return ("proven",) if found.proven else ("not_proven",)


def _money(
    ask: Ask,
    campaign: Campaign,
    arms: tuple[Any, Any],
    *,
    scope: Mapping[str, str],
    common: Mapping[str, Any],
    gross: Mapping[str, Any],
) -> list[Reading]:
    changes = [arm[:, 1] - arm[:, 0] for arm in arms]
    n, other = len(changes[0]), len(changes[1])
    extra = int(round(int(changes[0].sum()) - n * int(changes[1].sum()) / other))
    found = uplift.of_means(changes[0], changes[1])
    bounds = tuple(round(n * bound / ledger.TICKS, 2) for bound in found.interval)
    shown = {**common, "flags": (*_proof(found), *common["flags"])}
    money = ask.reading(
        ledger.money(extra), unit=Unit.MONEY_MONTH, scope={**scope, "kind": "money"}, ci=bounds, ci_method="Welch 95%",
        **shown,
    )  # fmt: skip
    raw, marks = ledger.money(int(changes[0].sum())), {**gross, "flags": ("without_control", *common["flags"])}
    alone = ask.reading(raw, unit=Unit.MONEY_MONTH, scope={**scope, "kind": "gross"}, n=n, **marks)
    return [money, alone, *_return(ask, campaign, 12 * ledger.money(extra), scope=scope, shown=shown)]


def _return(
    ask: Ask, campaign: Campaign, year: Decimal, *, scope: Mapping[str, str], shown: Mapping[str, Any]
) -> list[Reading]:
    """Cost of the contacts and the return on it, a year of the extra money against it."""
    cost, of_cost, of_return = campaign.cost, {**scope, "kind": "cost"}, {**scope, "kind": "roi"}
    if not cost.of_target:
        return [
            ask.undefined(NO_COST, scope=of_cost, unit=Unit.MONEY),
            ask.undefined(NO_COST, scope=of_return, unit=Unit.RATIO),
        ]
    some: dict[str, Any] = {"status": "partial", "reason": SOME_COST} if cost.missing else {}
    rows = Rows(cost.given, {"cost not given": cost.missing} if cost.missing else {})
    spent = ask.reading(
        cost.total, unit=Unit.MONEY, scope=of_cost, n=len(campaign.target), rows=rows, coverage=cost.coverage, **some
    )
    if not cost.total:
        return [spent, ask.undefined(SOME_COST if cost.missing else FREE, scope=of_return)]
    common = {**shown, "flags": ("on_revenue", *shown["flags"]), "coverage": cost.coverage}
    if common.get("status") != "insufficient":
        common |= some
    return [spent, ask.reading(float((year - cost.total) / cost.total), scope=of_return, **common)]
