"""Recency, frequency, money by lifetimes (no scores)."""

import sys
import warnings

import pandas as pd
from measure import measure

warnings.filterwarnings("ignore")
from lifetimes.utils import summary_data_from_transaction_data  # noqa: E402

file, start, last = sys.argv[1:4]


def work():
    """The summary; its number of rows is the answer."""
    lines = pd.read_parquet(file, columns=["account_id", "date", "amount"])
    lines["amount"] = lines["amount"].astype("float64")
    lines["date"] = pd.to_datetime(lines["date"])
    lines = lines[lines["date"] > start]
    return len(summary_data_from_transaction_data(lines, "account_id", "date", "amount", observation_period_end=last))


measure(work, repeat=2)
