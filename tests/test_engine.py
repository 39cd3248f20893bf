"""Queries of the embedded engine: the constant days of a question stand in its SQL as they were asked, and nothing else moves."""

from datetime import date

import ibis
import pytest

from tools.engine import compiled

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
