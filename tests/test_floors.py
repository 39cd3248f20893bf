"""No installed library is older than the first release without its known vulnerabilities (spec: safety, 2.2)."""

from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.version import Version

FLOORS = {
    "langchain-core": "1.3.3",
    "langchain-openai": "1.7.3",
    "langchain-text-splitters": "1.1.2",
    "langchain-community": "1.1.2",
    "langgraph": "1.0.10",
    "langgraph-checkpoint": "4.1.1",
    "langgraph-checkpoint-sqlite": "3.1.2",
    "langgraph-checkpoint-postgres": "3.1.1",
    "gradio": "6.26.0",
    "starlette": "1.3.1",
    "python-multipart": "0.0.31",
    "llama-cpp-python": "0.3.36",
    "weasyprint": "69.0",
    "openpyxl": "3.1.5",
    "joblib": "1.2.0",
    "duckdb": "1.1.0",
}
SHIPPED = (
    "langchain-core",
    "langchain-openai",
    "langgraph",
    "langgraph-checkpoint",
    "langgraph-checkpoint-sqlite",
    "gradio",
    "starlette",
    "python-multipart",
    "duckdb",
)


@pytest.mark.parametrize("package", FLOORS)
def test_installed_version_is_not_below_its_floor(package: str) -> None:
    try:
        installed = version(package)
    except PackageNotFoundError:
        assert package not in SHIPPED, f"{package} is not installed: the environment is not the lock's"
        return
    assert Version(installed) >= Version(FLOORS[package])


def test_chroma_runs_embedded_only_since_no_server_of_it_is_safe() -> None:
    from tests.test_layers import ROOMS, python_files

    for room in ROOMS:
        for path in python_files(room):
            text = path.read_text("utf-8")
            assert "HttpClient" not in text and "AsyncHttpClient" not in text, path
