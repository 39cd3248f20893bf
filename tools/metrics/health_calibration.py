"""Does the health score tell who leaves: a snapshot strictly before, churn after (metrics §5)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tools import ledger
from tools.metrics.health_scores import COMPONENTS, Health, scores
from tools.models import calibration as checks
from tools.models.score import band
from tools.portfolio import Portfolio
from tools.reading import Window
from tools.text import Text

LEAST_EVENTS = 5
NOT_CHECKED = Text(
    "the weights are an expert's and not checked against churn", "веса экспертные, по оттоку не проверены"
)


@dataclass(frozen=True)
class Calibration:
    """The score against churn in the quarter after it, pooled over quarterly snapshots.

    ``checked``: enough churns for every component; else ``note`` says that the weights stand unchecked. ``brier`` and
    ``ece`` are of the score turned into a chance on earlier snapshots and judged on the last, with enough churns.
    """

    n: int
    events: int
    window: Window
    auc: float | None
    interval: tuple[float, float] | None
    lift: float | None
    rates: tuple[checks.Rate, ...]
    monotone: bool
    checked: bool
    weights: dict[str, float] | None
    brier: float | None
    ece: float | None
    note: Text | None


def calibration(portfolio: Portfolio) -> Calibration | None:
    """The check of the score against churn; None where nothing recurs, the ledger is in doubt or the history is short."""
    if "health calibration" not in portfolio.memo:
        portfolio.memo["health calibration"] = _calibration(portfolio)
    found: Calibration | None = portfolio.memo["health calibration"]
    return found


def _calibration(portfolio: Portfolio) -> Calibration | None:
    if ledger.no_ledger(portfolio) is not None or ledger.doubt(portfolio) is not None:
        return None
    last, first = ledger.anchor(portfolio), ledger.months(portfolio)
    if last is None or not first:
        return None
    step, count = int(portfolio.policy["chs_change_months"]), int(portfolio.policy["chs_snapshots"])
    days = [ledger.back(last, step * number) for number in range(count, -1, -1)]
    days = [day for day in days if day > first[0].end]
    if len(days) < 2:
        return None
    forces = _in_force(portfolio, days)
    found: list[tuple[int, Health, bool]] = []
    for place, day in enumerate(days[:-1]):
        stay = forces[place + 1]
        found += [
            (place, item, account not in stay)
            for account, item in scores(portfolio.earlier(day)).items()
            if item.score is not None and account in forces[place]
        ]
    window = Window(days[0] + timedelta(days=1), last + timedelta(days=1))
    return _judged(portfolio, found, window) if found else None


def _in_force(portfolio: Portfolio, days: list[Any]) -> list[set[str]]:
    """Accounts in force or paused on each day."""
    found: list[set[str]] = [set() for _day in days]
    paused = ledger.paused(portfolio, days)
    for table in (ledger.state(portfolio, days), paused):
        if table is not None:
            rows = portfolio.run(table.select("account_id", "point"))
            for place, day in enumerate(days):
                there = pc.equal(rows["point"], pa.scalar(day, rows["point"].type))
                found[place].update(rows["account_id"].filter(there).to_pylist())
    return found


def _judged(portfolio: Portfolio, found: list[tuple[int, Health, bool]], window: Window) -> Calibration:
    policy = portfolio.policy
    health = np.array([item.score for _place, item, _left in found], dtype=float)
    label = np.array([left for _place, _item, left in found], dtype=bool)
    place = np.array([number for number, _item, _left in found])
    n, events = len(label), int(label.sum())
    bands = [band(value, red=policy["chs_red"], green=policy["chs_green"]) for value in health]
    rates = tuple(checks.by_band(bands, label.tolist()))
    tells = LEAST_EVENTS <= events <= n - LEAST_EVENTS
    area = checks.auc(-health, label) if tells else None
    checked = tells and events >= policy["chs_events_per_part"] * len(COMPONENTS)
    brier, ece = _chances(health, label, place, least=int(policy["chs_isotonic_events"]))
    return Calibration(
        n, events, window, area, checks.auc_interval(area, events, n - events) if area is not None else None,
        checks.top_lift(-health, label) if tells else None, rates, checks.monotone(rates), checked,
        _weights(found, label, per_part=int(policy["chs_events_per_part"])) if checked else None, brier, ece,
        None if checked else NOT_CHECKED,
    )  # fmt: skip


def _weights(found: list[tuple[int, Health, bool]], label: Any, *, per_part: int) -> dict[str, float] | None:
    """Learned weights of the components that every client has; None where some are not known of all."""
    names = [name for name in COMPONENTS if all(name in item.parts for _place, item, _left in found)]
    if len(names) < 2:
        return None
    return checks.reweighted(
        [[item.parts[name] for name in names] for _p, item, _l in found], label, names, per_part=per_part
    )


def _chances(health: Any, label: Any, place: Any, *, least: int) -> tuple[float | None, float | None]:
    """Brier and ECE of the last snapshot, the score turned into a chance on the earlier ones."""
    test = place == place.max()
    if not label[test].any():
        return None, None
    curve = checks.isotonic(health[~test], label[~test], least=least)
    if curve is None:
        return None, None
    chances = np.interp(health[test], *curve)
    return checks.brier(chances, label[test]), checks.ece(chances, label[test])
