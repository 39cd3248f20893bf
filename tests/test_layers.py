"""The house rules that a machine can check: layers, where the environment is read, what may not be imported."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("tools", "knowledge", "agent", "evals", "ui")
UNSAFE = ("pickle", "joblib", "shelve", "marshal")


def python_files(room: str) -> Iterator[Path]:
    """The modules of a room."""
    yield from sorted((ROOT / room).rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_layers_hold() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_downwards_only(room: str) -> None:
    above = set(ROOMS[ROOMS.index(room) + 1 :])
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in python_files(room)
        for name in _imports(path)
        if name.split(".")[0] in above
    ]
    assert not wrong


def test_environment_is_read_in_settings_only() -> None:
    wrong = []
    for room in ROOMS:
        for path in python_files(room):
            if path == ROOT / "agent" / "settings.py":
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong


def test_tools_read_no_clock() -> None:
    wrong = []
    for path in python_files("tools"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr in ("today", "now", "utcnow"):
                wrong.append(f"{path.relative_to(ROOT)}:{called.lineno}")
    assert not wrong


def test_nothing_unpickles() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for room in ROOMS
        for path in python_files(room)
        for name in _imports(path)
        if name.split(".")[0] in UNSAFE
    ]
    assert not wrong


HEAVY = (
    "ibis",
    "duckdb",
    "pyarrow",
    "pandas",
    "numpy",
    "langgraph",
    "chromadb",
    "gradio",
    "fastapi",
    "babel",
    "pydantic",
)


def test_help_loads_nothing_heavy() -> None:
    code = f"import sys; import ui.cli; print(sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
