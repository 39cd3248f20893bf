"""One piece of the product's own work in a process of its own: ``python -m evals.bench.own WORK HOME SNAPSHOT``."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.compute as pc

from evals.bench import worlds
from evals.bench.rivals.measure import measure
from tools.portfolio import Portfolio
from tools.snapshot import open_portfolio


def rfm(portfolio: Portfolio) -> object:
    """The scored table; sum of the scores, and rows."""
    from tools.segments.scores import rfm_table

    table = rfm_table(portfolio, rule="net_of_returns_12_months")
    active = table.filter(pc.greater(table["orders"], 0))
    return [sum(active.column(name).to_numpy().sum() for name in "rfm"), active.num_rows]


def bridge(portfolio: Portfolio) -> object:
    """Sum of each movement over all months, NRR and GRR of the year."""
    from tools.bridge import KINDS, movement_bridge
    from tools.metrics import compute

    rows = movement_bridge(portfolio).rows
    sums = [sum(int(value) for value in rows.column(kind).to_pylist()) for kind in KINDS]
    return [*sums, *(compute(portfolio, key, head=True)[0].value for key in ("nrr", "grr"))]


def usage(portfolio: Portfolio) -> object:
    """Sums of the usage features."""
    from tools.usage import usage as features

    found = features(portfolio)
    assert found is not None
    shown = (found.recent, found.before, found.recent_days, found.before_days, found.features)
    return [float(column.sum()) for column in shown]


WORKS: dict[str, Callable[[Portfolio], object]] = {"rfm": rfm, "bridge": bridge, "usage": usage}


def main(name: str, home: str, snapshot: str) -> None:
    """Measure the work, warm in compiled SQL and cold in results; as often as its floor and the raw SQL."""
    portfolio = open_portfolio(Path(home), snapshot, as_of=date.fromisoformat(worlds.LAST.split("'")[1]))
    measure(lambda: WORKS[name](replace(portfolio, memo={})), repeat=3, warm=True)


def fit(file: str) -> None:
    """Measure the BG/NBD fit of a parquet with x, t_x, T."""
    import numpy as np
    import pyarrow.parquet as pq

    from tools.models.bgnbd import collapse
    from tools.models.bgnbd import fit as fit_bgnbd

    table = pq.read_table(file)
    x, t_x, age = (np.asarray(table.column(name).to_numpy(), dtype=float) for name in ("x", "t_x", "T"))

    def work() -> list[float]:
        found = fit_bgnbd(collapse(x, t_x, age))
        return [found.r, found.alpha, found.a, found.b]

    measure(work, repeat=2)


if __name__ == "__main__":
    fit(sys.argv[2]) if sys.argv[1] == "bgnbd" else main(*sys.argv[1:4])
