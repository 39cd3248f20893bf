"""The planner of the aim Rn + Fn + Mn -> R4 + F(n+1) + M(n+1): who must move, and by how much (metrics §3)."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tools.portfolio import Portfolio
from tools.segments.migration import TO_THE_MEAN
from tools.segments.scores import Scored, scored
from tools.text import Text

CENTS = 100


@dataclass(frozen=True)
class Plan:
    """What each client with an order needs to reach its target cell, and what must be said beside it.

    ``table``: ``account_id, cell, target, days, orders, money``. ``days``: by how many the last order is too long ago
    for the best recency (any order now closes it); ``orders`` and ``money``: how many more the window must hold for
    the next score, 0 where the score is already the best. All over the bounds of today, which will move.
    """

    table: pa.Table
    warnings: tuple[Text, ...]


BOUNDS_MOVE = Text(
    "the needs are counted from the bounds of today; when the base grows, the bounds move too",
    "потребность посчитана от сегодняшних границ; когда база растёт, сдвигаются и границы",
)


def plan(portfolio: Portfolio, *, rule: str | None = None) -> Plan:
    """The target and the need of every client with an order in the window, by account id."""
    return of(scored(portfolio, rule=rule))


def of(found: Scored) -> Plan:
    """The plan of a scored base. Money 500 with the edges 875, 1500, 2250: target score 2, 375.01 more."""
    bought = found.column("orders") > 0
    best = found.rule.parts
    part = {name: found.column(name)[bought] for name in ("recency_days", "orders", "money", "f", "m")}
    ids = found.table["account_id"].to_numpy(zero_copy_only=False)[bought]
    cell = found.table["cell"].to_numpy(zero_copy_only=False)[bought]
    f, m = np.minimum(part["f"] + 1, best), np.minimum(part["m"] + 1, best)
    target = [f"{best}{to_f}{to_m}" for to_f, to_m in zip(f.tolist(), m.tolist(), strict=True)]
    table = pa.table(
        {
            "account_id": pa.array(ids, pa.string()),
            "cell": pa.array(cell, pa.string()),
            "target": pa.array(target, pa.string()),
            "days": _too_long(part["recency_days"], found),
            "orders": _missing(part["orders"], part["f"], found.edges["orders"], step=1).astype(np.int64),
            "money": _missing(part["money"], part["m"], found.edges["money"], step=CENTS),
        }
    )
    return Plan(table, (BOUNDS_MOVE, TO_THE_MEAN))


def _too_long(recency: npt.NDArray[Any], found: Scored) -> npt.NDArray[np.int64]:
    if not found.edges["recency_days"]:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(np.maximum(np.ceil(recency - found.edges["recency_days"][0]), 0), dtype=np.int64)


def _missing(
    values: npt.NDArray[Any], scores: npt.NDArray[Any], edges: tuple[float, ...], *, step: int
) -> npt.NDArray[np.float64]:
    """The least amount, in whole ``1/step``, that lifts each value above its next edge; 0 at the best score."""
    if not edges:
        return np.zeros(len(values))
    over = np.asarray(edges)[np.minimum(scores, len(edges)) - 1]
    least = np.floor(np.round(over * step, 6)) + 1 - np.round(values * step, 6)
    return cast("npt.NDArray[np.float64]", np.where(scores <= len(edges), np.ceil(np.maximum(least, 0)) / step, 0.0))
