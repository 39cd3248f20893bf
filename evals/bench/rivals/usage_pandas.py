"""Usage features of every account in vectorised pandas: active days of 28 and 84 days, breadth of features, last day."""

import sys

import pandas as pd
from measure import measure

file, last = sys.argv[1], pd.Timestamp(sys.argv[2])


def work():
    """Sums of the features."""
    log = pd.read_parquet(file, columns=["account_id", "date", "feature", "quantity"])
    log["date"] = pd.to_datetime(log["date"])
    recent = log[log["date"] > last - pd.Timedelta(days=28)]
    before = log[(log["date"] > last - pd.Timedelta(days=112)) & (log["date"] <= last - pd.Timedelta(days=28))]
    quarter = log[log["date"] > last - pd.Timedelta(days=90)]
    table = pd.DataFrame(
        {
            "recent": recent.groupby("account_id")["quantity"].sum(),
            "before": before.groupby("account_id")["quantity"].sum(),
            "days": recent.groupby("account_id")["date"].nunique(),
            "days_before": before.groupby("account_id")["date"].nunique(),
            "breadth": quarter.groupby("account_id")["feature"].nunique(),
        }
    )
    return [float(table[column].sum()) for column in table.columns]


measure(work, repeat=2)
