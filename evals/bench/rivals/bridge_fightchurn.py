"""Net retention, churn and MRR churn of every month by the SQL of fightchurn (listings 2_1, 2_2, 2_4), on DuckDB."""

import importlib.util
import sys
from datetime import date
from pathlib import Path

import duckdb
from measure import measure

file, last, months = sys.argv[1], date.fromisoformat(sys.argv[2]), int(sys.argv[3])
CHAPTER = Path(importlib.util.find_spec("fightchurn").origin).parent / "listings" / "chap2"
LISTINGS = [
    (CHAPTER / name).read_text().replace("::float", "::double")
    for name in ("listing_2_1_net_retention.sql", "listing_2_2_churn_rate.sql", "listing_2_4_mrr_churn.sql")
]


def month_end(back: int) -> date:
    """The last day of a month so many months before the last one."""
    index = last.year * 12 + last.month - back
    return date.fromordinal(date(index // 12, index % 12 + 1, 1).toordinal() - 1)


def work():
    """Rows of all months and listings."""
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW subscription AS SELECT * FROM read_parquet('{file}')")
    rows = 0
    for back in range(months):
        for sql in LISTINGS:
            asked = sql.replace("%from_yyyy-mm-dd", str(month_end(back + 1))).replace(
                "%to_yyyy-mm-dd", str(month_end(back))
            )
            rows += len(connection.execute(asked).fetchall())
    return rows


measure(work, repeat=2)
