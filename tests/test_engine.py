"""Queries of the embedded engine: the constant days of a question stand in its SQL as they were asked, and nothing else moves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from tests.generated import AS_OF, EVERYTHING, seeded
from tests.portfolios import build, subscription
from tools import engine, ledger, snapshot
from tools.engine import compiled
from tools.errors import UserError
from tools.portfolio import Portfolio
from tools.schema import TABLES, arrow_schema

ODD = "x MAKE_DATE(9001, 1, 2)"
SPANS = [
    (date(2025, 1, 2), date(2025, 2, 1)),
    (date(2024, 12, 31), date(9001, 1, 1)),
    (date(9001, 1, 2), date(9001, 1, 1)),
    (date(2025, 1, 2), date(2025, 1, 2)),
]


@pytest.mark.parametrize(("start", "end"), SPANS)
@pytest.mark.parametrize("said", ["Pro", "it's MAKE_DATE(9001, 1, 1)", '"', "''"])
def test_a_question_of_other_days_is_its_own_sql(start: date, end: date, said: str) -> None:
    table = ibis.table({"plan": "string", "day": "date", ODD: "string"}, name="accounts")
    first, last = (ibis.date(day.year, day.month, day.day) for day in (start, end))
    asked = table.filter((table.day >= first) & (table.day < last) & (table.plan == said)).select(ODD, until=last)
    assert compiled(asked, "duckdb") == str(ibis.to_sql(asked, dialect="duckdb", pretty=False))


@dataclass(frozen=True)
class Silent:
    """An engine that may not be asked."""

    dialect: str = "duckdb"

    def query(self, sql: str, extra: Mapping[str, pa.Table]) -> pa.Table:
        raise AssertionError(sql)


def test_a_table_without_a_row_is_known_without_a_query(tmp_path: Path) -> None:
    opened = build(tmp_path, subscriptions=[subscription("a", "2025-01-01", 10)])
    silent = replace(opened, engine=Silent(), memo={})
    assert not silent.has("usage") and not silent.has("invoices", "due_date") and silent.rows("usage") == 0
    schema = arrow_schema("culture")
    answer = pa.Table.from_pylist([dict.fromkeys(schema.names)], schema)
    given = replace(opened, overlay={"culture": answer}, memo={})
    assert given.has("culture") and not opened.has("culture")


def test_the_same_question_with_views_is_compiled_once() -> None:
    """Ibis numbers the views of a process: a question asked again is the same question all the same."""

    def asked(day: date) -> ibis.Table:
        accounts = ibis.table({"account_id": "string", "day": "date"}, name="accounts")
        first, second = accounts.view(), accounts.filter(accounts.day < ibis.date(day.year, day.month, day.day)).view()
        pairs = first.join(second, first.account_id == second.account_id).view()
        return pairs.join(accounts.view(), "account_id", how="semi")

    said = [compiled(asked(day), "duckdb") for day in (date(2025, 1, 2), date(2025, 1, 2), date(2024, 1, 2))]
    known = engine._written.cache_info().misses
    assert said[0] == said[1] == said[2].replace("2024", "2025")
    assert compiled(asked(date(2023, 1, 2)), "duckdb") == str(
        ibis.to_sql(asked(date(2023, 1, 2)), dialect="duckdb", pretty=False)
    )
    assert engine._written.cache_info().misses == known


@pytest.mark.parametrize("seed", range(24))
def test_what_a_file_says_of_its_table_is_what_a_query_finds(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "ROW_GROUP", 1 + seed % 5)
    known = 0
    for day in (AS_OF, date(2024, 9, 30), date(2030, 1, 1)):
        try:
            told = build(tmp_path, as_of=day, **seeded(seed, EVERYTHING))
        except UserError:  # a day far from the rows
            continue
        asked = replace(told, written={}, memo={})
        assert _facts(told) == _facts(asked)
        known += sum(told.known(name) is not None and told.rows(name) > 0 for name in TABLES)
    assert known


def _facts(portfolio: Portfolio) -> dict[str, object]:
    rows = {name: (portfolio.rows(name), portfolio.has(name), dict(portfolio.counts(name))) for name in TABLES}
    money = {name: ledger.currencies(portfolio, name) for name in ("subscriptions", "invoices")}
    return {
        "rows": rows,
        "money": money,
        "pauses": portfolio.pauses,
        "months": portfolio.as_of and ledger.months(portfolio),
    }
