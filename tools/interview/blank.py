"""A portfolio without a row: what an interview stands on in place of data."""

from datetime import date

import duckdb
import pyarrow as pa

from tools.engine import DuckDB
from tools.interview.answers import Interview
from tools.policy import Policy
from tools.portfolio import Portfolio
from tools.schema import TABLES, arrow_schema
from tools.snapshot import Manifest

SOURCE = "interview"


def blank(found: Interview, *, policy: Policy, as_of: date | None = None) -> Portfolio:
    """The portfolio of an interview: every table empty, money in its currency, under the hash of its answers."""
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    for name in TABLES:
        empty: pa.Table = arrow_schema(name).empty_table()
        connection.register(f"no_{name}", empty)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM no_{name}")
        connection.unregister(f"no_{name}")
    return Portfolio(
        snapshot=found.snapshot,
        manifest=Manifest(SOURCE, found.currency, (), (), (), ()),
        engine=DuckDB(connection),
        as_of=as_of,
        policy=policy,
        profile_key=found.profile,
        last=as_of,
    )
