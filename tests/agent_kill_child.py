"""Runs audits in forked children and kills them: ``python -m tests.agent_kill_child HOME OTHER_HOME SNAPSHOT POINT…``.

A point is ``start:STEP`` (killed while the step is being computed) or ``file:STEP`` (its file is written, its journal
line is not). The last child runs undisturbed; then the other home gets one whole run. Files' hashes go to stdout.
"""

import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from agent import runs as _runs  # noqa: F401  imported before the forks, so that each child starts at once
from agent.assistant import Assistant
from agent.graph import audit_graph as _graph  # noqa: F401
from agent.library import code_fingerprint
from agent.memory import RunStore
from agent.settings import Settings
from agent.state import Event


def audit(home: Path, snapshot: str, point: str | None) -> dict[str, str]:
    """Hashes of the files of one audit; does not come back from a point."""
    kind, _, step = (point or ":").partition(":")

    def listen(event: Event) -> None:
        if kind == "start" and event.kind == "started" and event.step == step:
            os.kill(os.getpid(), signal.SIGKILL)

    note = RunStore.note

    def killing(self: RunStore, event: str, **more: Any) -> None:
        if kind == "file" and event == "finished" and more.get("step") == step:
            os.kill(os.getpid(), signal.SIGKILL)
        note(self, event, **more)

    RunStore.note = killing  # type: ignore[method-assign]
    assistant = Assistant.open(Settings(home=home, llm_base_url=None))
    done = assistant.audit(snapshot, language="ru", on_event=listen)
    RunStore.note = note  # type: ignore[method-assign]
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in done.files.items()}


def forked(home: Path, snapshot: str, point: str | None) -> dict[str, str] | None:
    """What a forked child found, or None where it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.write(writing, json.dumps(audit(home, snapshot, point)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if bool(point) is not killed:
        raise SystemExit(f"point {point}: status {status}")
    return json.loads(said) if said else None


def warmed(home: Path, snapshot: str) -> None:
    """Import and compile, once for all children, what an audit needs: one is run in a copy of the home."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(home, Path(folder) / "home"))
        assistant = Assistant.open(Settings(home=copy, llm_base_url=None))
        assistant.audit(snapshot, language="ru")
        assistant.portfolio(snapshot).engine.connection.close()  # ends its threads, which a fork would lose


def main() -> None:
    """Kill at every point, finish, run the other home whole, and print both."""
    home, other, snapshot, *points = sys.argv[1:]
    code_fingerprint()  # before the forks: somebody may be editing the program meanwhile
    warmed(Path(other), snapshot)
    for point in points:
        forked(Path(home), snapshot, point)
    found = [forked(Path(place), snapshot, None) for place in (home, other, home)]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
