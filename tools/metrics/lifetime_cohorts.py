"""Lifetime value from what clients did month by month: renewals of cohorts, survival, moves between bands (metrics §2.2, §2.6, §2.7)."""

from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
from ibis import _

from tools import ledger
from tools.metrics.lifetime_base import Basis
from tools.metrics.lifetime_forms import Array, monthly_discount
from tools.portfolio import Portfolio
from tools.reading import Reading, Rows, Window
from tools.text import Text

BANDS = ("low", "middle", "high")
LEFT = "left"
YOUNG = Text(
    "renewals can be modelled from two cohorts and three renewals on; the data have fewer",
    "модель продлений строят минимум по двум когортам и трём продлениям; в данных меньше",
)
NOBODY_LEFT = Text(
    "no client of the cohorts left, so survival has no end", "из когорт никто не ушёл: срока жизни не видно"
)
ALIKE = Text(
    "the renewals show no difference between clients, so the model runs to its bounds",
    "по продлениям клиенты неразличимы, модель упирается в свои пределы",
)
OBSERVED = Text(
    "the oldest cohort is younger than the horizon; months beyond it are not counted",
    "старейшая когорта моложе горизонта: месяцы за её пределами не учтены",
)


@dataclass(frozen=True, slots=True)
class Lives:
    """Clients lost at renewal 1, 2, ..., still there after 0, 1, ... renewals, and how many cohorts and left out."""

    lost: Array
    active: Array
    cohorts: int
    unknown_start: int


def by_renewals(found: Basis) -> list[Reading]:
    """Money per new client over the horizon, the first payment now, by survival of a beta-geometric model (kind ``sbg``).

    A cohort is the clients of one month; a renewal is the next month. Undefined below two cohorts or three renewals.
    """
    lives = lives_of(found)
    policy, scope = found.ask.portfolio.policy, {"kind": "sbg"}
    why = None
    if lives.cohorts < policy["ltv_min_cohorts"] or len(lives.lost) < policy["ltv_min_renewals"]:
        why = YOUNG
    elif lives.lost.sum() == 0:
        why = NOBODY_LEFT
    if why is not None:
        return [found.ask.undefined(why, convention="sbg", scope=scope)]
    from tools.models import sbg

    model = sbg.fit_counts(lives.lost, lives.active)
    kept = sbg.survival(model, np.arange(int(policy["ltv_horizon_months"])))
    standing = found.standing(_clients(lives))
    if model.at_bound and standing["status"] != "insufficient":
        standing |= {"status": "insufficient", "reason": ALIKE}
    value = found.monthly * _present(found, kept)
    return [found.ask.reading(value, convention="sbg", scope=scope, rows=_rows(lives), window=_span(found), **standing)]


def by_survival(found: Basis) -> list[Reading]:
    """Money per new client by Kaplan-Meier over the months observed, up to the horizon (kind ``survival``).

    ``coverage`` is the part of the horizon observed; below one the reading is partial, a lower figure than the whole.
    """
    lives, scope = lives_of(found), {"kind": "survival"}
    if _clients(lives) == 0 or lives.lost.sum() == 0:
        return [found.ask.undefined(NOBODY_LEFT, convention="survival", scope=scope)]
    horizon = int(found.ask.portfolio.policy["ltv_horizon_months"])
    kept = kaplan_meier(lives)[:horizon]
    standing = found.standing(_clients(lives))
    coverage = len(kept) / horizon
    if coverage < 1 and standing["status"] == "ok":
        standing |= {"status": "partial", "reason": OBSERVED}
    value = found.monthly * _present(found, kept)
    more: dict[str, Any] = {"rows": _rows(lives), "window": _span(found), "coverage": coverage}
    return [found.ask.reading(value, convention="survival", scope=scope, **more, **standing)]


def kaplan_meier(lives: Lives) -> Array:
    """Share of clients there after 0, 1, ... renewals; leaving is counted before censoring."""
    reached = np.concatenate([lives.lost, [0.0]]) + lives.active
    at_risk = np.cumsum(reached[::-1])[::-1][:-1] - lives.active[:-1]
    kept = np.divide(at_risk - lives.lost, at_risk, where=at_risk > 0, out=np.zeros_like(at_risk))
    return np.concatenate([[1.0], np.cumprod(kept)])


def lives_of(found: Basis) -> Lives:
    """How long each client paid without a gap, as counts; a pause is no gap, a return after one is not counted.

    Lines of invoices do not say when the clients of the first month began: these are left out.
    """
    portfolio = found.ask.portfolio
    if "ltv lives" not in portfolio.memo:
        windows = ledger.months(portfolio)
        points = len(windows)
        rows = portfolio.run(_runs(portfolio).order_by("debut", "length"))
        debut, length, clients = (rows.column(name).to_numpy().astype(int) for name in ("debut", "length", "clients"))
        first = 1 if found.ask.convention == ledger.RECOGNISED else 0
        known = debut >= first
        unknown = int(clients[~known].sum())
        debut, length, clients = debut[known], length[known], clients[known]
        gone = debut + length < points
        longest = int(points - debut.min()) if len(debut) else 1
        lost = np.bincount(length[gone] - 1, clients[gone], minlength=longest - 1)[: longest - 1]
        active = np.bincount(length[~gone] - 1, clients[~gone], minlength=longest)
        portfolio.memo["ltv lives"] = Lives(lost.astype(float), active.astype(float), len(np.unique(debut)), unknown)
    lives: Lives = portfolio.memo["ltv lives"]
    return lives


def _places(portfolio: Portfolio, points: list[Any]) -> Any:
    order = ledger.days(points)
    return order.mutate(place=ibis.row_number().over(ibis.window(order_by=order.point)).cast("int64"))


def _runs(portfolio: Portfolio) -> Any:
    """Table ``debut, length, clients``: the place of the first paid month, and how many followed without a gap."""
    points = [window.closing for window in ledger.months(portfolio)]
    there = ledger.state(portfolio, points).select("account_id", "point")
    held = ledger.paused(portfolio, points)
    if held is not None:
        there = there.union(held.join(there.view(), "account_id", how="semi")).distinct()
    placed = there.join(_places(portfolio, points), "point").select("account_id", "place")
    client = ibis.window(group_by="account_id")
    ordered = ibis.window(group_by="account_id", order_by="place")
    placed = placed.mutate(debut=_.place.min().over(client), step=ibis.row_number().over(ordered).cast("int64"))
    unbroken = placed.filter(placed.place - placed.step == placed.debut)
    runs = unbroken.group_by("account_id").agg(debut=_.debut.min(), length=_.count())
    return runs.group_by("debut", "length").agg(clients=_.count())


def by_moves(found: Basis) -> list[Reading]:
    """Mean money per client over the horizon by moves between thirds of payment (kind ``markov``), then each third's.

    Bounds are those of today's base, moves are of the last twelve months; whoever leaves is gone for good.
    """
    from tools.models import markov

    money = found.money[found.money > 0]
    ticks = np.sort(_ticks_now(found))
    edges = [int(edge) for edge in np.quantile(ticks, [1 / 3, 2 / 3], method="inverted_cdf")]
    rows = found.ask.portfolio.run(_moves(found.ask.portfolio, edges)).to_pylist()
    counts = {(row["band"], row["later"]): float(row["clients"]) for row in rows}
    if not counts:
        return [found.ask.undefined(YOUNG, convention="markov", scope={"kind": "markov"})]
    now = 1 + (_ticks_now(found)[:, None] > np.array(edges)[None, :]).sum(axis=1)
    rewards = {band: float(money[now == place].mean()) for place, band in enumerate(BANDS, 1) if (now == place).any()}
    policy = found.ask.portfolio.policy
    discount, periods = monthly_discount(policy["ltv_discount_year"]), int(policy["ltv_horizon_months"]) - 1
    worth = markov.of_table(counts, rewards, discount=discount, periods=periods)
    clients = {band: int((now == place).sum()) for place, band in enumerate(BANDS, 1)}
    if set(worth) != set(rewards):
        why = Text("some bands of payment were never seen to move", "переходы из части уровней платежа не наблюдались")
        return [found.ask.undefined(why, convention="markov", scope={"kind": "markov"})]
    total = sum(worth[band] * clients[band] for band in worth) / len(money)
    standing = found.standing()
    whole = found.ask.reading(total, convention="markov", scope={"kind": "markov"}, **standing)
    return [whole, *(_band(found, band, worth[band], clients[band]) for band in BANDS if band in worth)]


def _band(found: Basis, band: str, value: float, clients: int) -> Reading:
    standing = found.standing(clients)
    scope = {"kind": "markov", "by": "payment", "group": band}
    return found.ask.reading(value, convention="markov", scope=scope, **standing)


def _ticks_now(found: Basis) -> Array:
    return found.closing[found.closing > 0]


def _moves(portfolio: Portfolio, edges: list[int]) -> Any:
    """Table ``band, later, clients``: where the clients of a band were a month later, over the last year."""
    windows = ledger.months(portfolio)[-12:]
    points = [windows[0].opening, *(window.closing for window in windows)]
    low, high = edges
    placed = ledger.state(portfolio, points).join(_places(portfolio, points), "point")
    band = ibis.ifelse(_.ticks <= low, BANDS[0], ibis.ifelse(_.ticks <= high, BANDS[1], BANDS[2]))
    placed = placed.select("account_id", "place", band=band)
    after = placed.view().select(client=_.account_id, came=_.place - 1, later=_.band)
    starts = placed.filter(placed.place < len(windows))
    pairs = starts.left_join(after, (starts.account_id == after.client) & (starts.place == after.came))
    pairs = pairs.select("account_id", "place", "band", later=pairs.later.fill_null(LEFT))
    held = ledger.paused(portfolio, points)
    if held is not None:
        marks = held.join(_places(portfolio, points), "point").select(client=_.account_id, came=_.place - 1)
        on_hold = (pairs.account_id == marks.client) & (pairs.place == marks.came)
        pairs = pairs.filter(pairs.later == LEFT).anti_join(marks, on_hold).union(pairs.filter(pairs.later != LEFT))
    return pairs.group_by("band", "later").agg(clients=_.count()).order_by("band", "later")


def _present(found: Basis, kept: Array) -> float:
    step = monthly_discount(found.ask.portfolio.policy["ltv_discount_year"])
    return float(kept @ (1 + step) ** -np.arange(len(kept)))


def _clients(lives: Lives) -> int:
    return int(lives.lost.sum() + lives.active.sum())


def _rows(lives: Lives) -> Rows:
    return Rows(_clients(lives), {"start unknown": lives.unknown_start} if lives.unknown_start else {})


def _span(found: Basis) -> Window:
    """From the first month with money to the last: what the survival is seen in."""
    windows = ledger.months(found.ask.portfolio)
    return Window(windows[0].start, windows[-1].end)
