"""RFM in polars."""

import sys
from datetime import date

import polars as pl
from measure import measure

file, start, last = sys.argv[1], date.fromisoformat(sys.argv[2]), date.fromisoformat(sys.argv[3])


def work():
    """The scored table; the sum of its scores is the answer."""
    lines = pl.scan_parquet(file).select("account_id", "document", "date", "amount")
    lines = lines.filter((pl.col("date") > start) & (pl.col("date") <= last))
    docs = lines.group_by("account_id", "document").agg(
        pl.col("date").max(), money=pl.col("amount").cast(pl.Float64).sum()
    )
    paid = pl.col("money") > 0
    table = docs.group_by("account_id").agg(
        recency=(pl.lit(last) - pl.col("date").filter(paid).max()).dt.total_days(),
        orders=paid.sum(),
        money=pl.col("money").sum(),
    )
    table = table.filter(pl.col("orders") > 0).collect()
    total = 0
    for column, reverse in (("recency", True), ("orders", False), ("money", False)):
        above = sum((table[column] > table[column].quantile(q, "linear")).cast(pl.Int32) for q in (0.25, 0.5, 0.75))
        total += int((4 - above if reverse else 1 + above).sum())
    return [total, len(table)]


measure(work, repeat=2)
