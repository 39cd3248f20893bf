"""Engines that are not run here: whatever a metric, an account reading or a segmentation asks compiles in their SQL."""

from typing import Any

import ibis
import pytest
from ibis.common.exceptions import IbisError
from ibis.config import Config

from tests.engines.everything import Expressions, answered, of_case, recorded
from tests.test_metrics import CASES, _case, portfolio_of
from tools.engine import compiled
from tools.portfolio import Portfolio

DIALECTS = ("clickhouse", "pyspark")
#: Questions that an engine cannot be asked, with the reason; one that can be asked after all fails the test.
REFUSED: dict[str, dict[str, str]] = {"clickhouse": {}, "pyspark": {}}


class _SparkOptions(Config):
    treat_nan_as_null: bool = False


@pytest.fixture(autouse=True)
def _options_of_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Ibis sets by itself where Spark is installed; only the compiler is needed here."""
    monkeypatch.setattr(ibis.options, "pyspark", _SparkOptions())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_question_to_the_demo_compiles(dialect: str, demo: Portfolio) -> None:
    answers, seen = answered(demo)
    assert len(answers) > 100 and len(seen) > 200
    assert refused(seen, dialect) == REFUSED[dialect]


@pytest.mark.soak
@pytest.mark.parametrize("case", [_case(case) for case in CASES if "expect" in case])
def test_every_metric_case_compiles(case: dict[str, Any], tmp_path: Any) -> None:
    seen: Expressions = {}
    with recorded(case["name"], seen):
        of_case(case, portfolio_of(case, tmp_path))
    assert seen or all(item.get("status") == "undefined" for item in case["expect"])
    for dialect in DIALECTS:
        assert not refused(seen, dialect)


def refused(seen: Expressions, dialect: str) -> dict[str, str]:
    """The questions with an expression that the dialect cannot say, and the compiler's reason."""
    found: dict[str, str] = {}
    for node, name in seen.items():
        try:
            compiled(node.to_expr(), dialect)
        except (IbisError, NotImplementedError, ValueError) as error:
            found.setdefault(name, str(error))
    return found


def test_a_question_that_cannot_be_said_is_found() -> None:
    odd = ibis.table({"name": "string"}, name="accounts").name.levenshtein("x").name("far").as_table()
    assert refused({odd.op(): "odd"}, "clickhouse") == {
        "odd": "Compilation rule for 'Levenshtein' operation is not defined"
    }
