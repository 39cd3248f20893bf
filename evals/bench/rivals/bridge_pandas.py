"""Movement bridge of every month, NRR and GRR of the year in vectorised pandas (account by month matrix)."""

import sys

import numpy as np
import pandas as pd
from measure import measure

file, last = sys.argv[1], pd.Timestamp(sys.argv[2])


def work():
    """Sum of each movement over all months, NRR and GRR."""
    table = pd.read_parquet(file, columns=["account_id", "start_date", "end_date", "mrr"])
    start, end = pd.to_datetime(table["start_date"]), pd.to_datetime(table["end_date"])
    mrr = (table["mrr"].astype("float64") * 10_000).round().astype("int64")
    first = start.min()
    points = [last - pd.DateOffset(months=k) for k in range(400)]
    points = [
        point + pd.offsets.MonthEnd(0)
        for point in points
        if point + pd.offsets.MonthEnd(0) >= first - pd.DateOffset(months=1)
    ][::-1]
    columns = []
    for point in points:
        active = (start <= point) & (end.isna() | (end > point))
        columns.append(mrr[active].groupby(table["account_id"][active]).sum())
    worth = pd.concat(columns, axis=1).fillna(0).to_numpy()
    before, after = worth[:, :-1], worth[:, 1:]
    ever = np.cumsum(worth, axis=1)[:, :-1] > 0
    change = after - before
    sums = [
        change[(before == 0) & (after > 0) & ~ever].sum(),
        change[(before == 0) & (after > 0) & ever].sum(),
        change[(before > 0) & (change > 0)].sum(),
        -change[(after > 0) & (change < 0)].sum(),
        before[(before > 0) & (after == 0)].sum(),
    ]
    opening, closing = worth[:, -13], worth[:, -1]
    cohort = opening > 0
    return [*sums, closing[cohort].sum() / opening.sum(), np.minimum(opening, closing).sum() / opening.sum()]


measure(work, repeat=2)
