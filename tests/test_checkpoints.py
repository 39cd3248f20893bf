"""The checkpoint store against the conformance suite of its library, every capability included."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.conformance.capabilities import ALL_CAPABILITIES

from agent.saver import StateSaver, saver_at


def test_the_store_passes_the_whole_conformance_suite(tmp_path: Path) -> None:
    @checkpointer_test(name="state.sqlite")
    async def ours() -> AsyncIterator[StateSaver]:
        with saver_at(tmp_path / "state.sqlite") as saver:
            yield saver

    report = asyncio.run(validate(ours))
    failed = {name: result.failures for name, result in report.results.items() if result.failures}
    assert not failed
    passed = {name: result.tests_passed for name, result in report.results.items() if result.passed}
    assert set(passed) == {capability.value for capability in ALL_CAPABILITIES} and min(passed.values()) >= 4, passed
    assert report.conformance_level() == "FULL" and sum(passed.values()) >= 60, passed
