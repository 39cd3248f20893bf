"""What every test shares: a home of its own, the demo loaded once, the shared data where they are."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.spread import Spread, longest_first

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
IN_CI = bool(os.environ.get("CI"))
WITHOUT = os.environ.get("CVM_TEST_WITHOUT", "")  # the one part that CI says it does not have
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a worker has one core: a second thread would only be waited for
gc.set_threshold(50_000, 20, 20)  # expressions are millions of small objects that stay: looked through a tenth as often
SETTINGS = (
    "CVM_LLM", "CVM_LLM_BASE_URL", "CVM_LLM_MODEL", "CVM_LLM_API_KEY", "CVM_LLM_GGUF", "CVM_LANGUAGE", "CVM_API_KEY", "OPENAI_API_KEY",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own home, or reaches a model she has set up."""
    monkeypatch.setenv("CVM_HOME", str(tmp_path_factory.mktemp("home")))
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that the whole session shares; the demo is loaded into it."""
    return tmp_path_factory.mktemp("demo_home")


@pytest.fixture(scope="session")
def demo_snapshot(demo_home: Path) -> str:
    """The id of the demo's snapshot in `demo_home`."""
    from agent.assistant import Assistant
    from agent.settings import Settings

    return str(Assistant.open(Settings(home=demo_home, llm_base_url=None)).load("demo").snapshot)


@pytest.fixture(scope="session")
def demo(demo_home: Path, demo_snapshot: str) -> Iterator[Any]:
    """The demo company as a portfolio, read once a session."""
    from tools.snapshot import open_portfolio

    portfolio = open_portfolio(demo_home, demo_snapshot)
    yield portfolio
    portfolio.engine.connection.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data sets beside the checkout; absent, the test is skipped by name (and fails in CI)."""
    if not SHARED.is_dir():
        missing("the shared data sets", f"no folder {SHARED.name} beside the checkout")
    return SHARED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take longest go first, so that no worker is left alone with one of them at the end."""
    items.sort(key=lambda item: longest_first(item.nodeid.split("::", 1)[0]))
    gc.freeze()  # what was imported stays


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread:
    """Whole files to workers, those about the demo to one of them."""
    config.option.loadscopereorder = False
    return Spread(config, log)


def missing(what: str, why: str) -> NoReturn:
    """Skip the test for a part that is not here; in CI it fails, unless CI itself says that it goes without the part."""
    if IN_CI and what != WITHOUT:
        pytest.fail(f"{what} must be here in CI: {why}", pytrace=False)
    pytest.skip(f"{what}: {why}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """In CI a skip is a failure: a green run means that everything ran but for what CI said at its start it goes without."""
    report = yield
    excused = bool(WITHOUT) and f"{WITHOUT}: " in str(report.longrepr)
    if IN_CI and report.skipped and not excused and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be: {item.nodeid}: {report.longrepr}"
    return report
