"""The floor: DuckDB reading the same columns with one aggregate each. Arguments: file, columns."""

import sys

import duckdb
from measure import measure

file, columns = sys.argv[1], sys.argv[2].split(",")
shown = ", ".join(f"max({column})" for column in columns)


def work():
    """One aggregate a column."""
    return len(duckdb.connect().execute(f"SELECT {shown} FROM read_parquet('{file}')").fetchone())


measure(work, repeat=3, warm=True)
