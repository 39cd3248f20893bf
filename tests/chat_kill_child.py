"""Asks in a conversation in forked children and kills them: ``python -m tests.chat_kill_child HOME SNAPSHOT KILLS SEED``.

Each child says on a pipe that it is ready, then goes on with the first message that was not acknowledged. It is killed at
a random moment after that. The last one is left to finish a round. Acknowledged answers go to stdout, with the seconds
each child needed for its first one.
"""

import hashlib
import json
import os
import random
import select
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import ibis.backends.duckdb as _engine  # noqa: F401  imported before the forks, so that each child starts at once
import pandas as _pandas  # noqa: F401

from agent import chat_graph as _graph  # noqa: F401
from agent.assistant import Assistant
from agent.library import code_fingerprint
from agent.settings import Settings
from agent.turns import resume as _resume  # noqa: F401
from knowledge import search as _search  # noqa: F401
from tests import chat_drafts
from tools import audit as _audit  # noqa: F401
from tools import metrics as _metrics  # noqa: F401
from tools import segments as _segments  # noqa: F401
from tools import snapshot as _snapshot  # noqa: F401

ROUND = (
    "MRR?",
    "Подготовь отчёт о ценности для Ромашка Д",
    "одобряю",
    "Подготовь отчёт о ценности для Ромашка Е",
    "исправь: письмо номер",
    "Какой у нас отток?",
    "отклонить: рано",
)


def message(number: int) -> str:
    """The words of a message; a change says each time something new."""
    words = ROUND[number % len(ROUND)]
    return f"{words} {chr(1072 + number // len(ROUND) % 32)}" if words.startswith("исправь") else words


def child(home: Path, snapshot: str, start: int, pipe: int) -> None:
    """Ask from a message on until killed, acknowledging each answer."""
    chat_drafts.install()
    assistant = Assistant.open(Settings(home=home, llm_base_url=None))
    for (
        words
    ) in ROUND:  # outside the conversation, so that the kills fall into its turns and not into the first reading
        assistant.ask(words, snapshot)
    os.write(pipe, b"ready\n")
    for number in range(start, start + 10_000):
        began = time.perf_counter()
        answer = assistant.ask(message(number), snapshot, thread="t", turn=f"k{number}")
        text = assistant.render_answer(answer)["text"]
        said = {"n": number, "text": digest(text), "seconds": time.perf_counter() - began}
        os.write(pipe, json.dumps(said).encode() + b"\n")


def digest(text: str) -> str:
    """A short name of an answer."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def life(home: Path, snapshot: str, start: int, wait: float, upto: int | None = None) -> list[dict[str, Any]]:
    """What a child acknowledged before it was killed, ``wait`` seconds after it was ready."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            child(home, snapshot, start, writing)
        except BaseException:  # noqa: BLE001  a fork must not come back; its traceback is the test's message
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(writing)
    said, end = b"", time.monotonic() + 120
    while True:
        ready, _, _ = select.select([reading], [], [], max(end - time.monotonic(), 0))
        if not ready:
            break
        piece = os.read(reading, 65536)
        if not piece:
            break
        if b"ready" in piece and b"ready" not in said:
            end = time.monotonic() + wait
        said += piece
        if upto is not None and f'"n": {upto},'.encode() in said:
            break
    os.kill(pid, signal.SIGKILL)
    while piece := os.read(reading, 65536):
        said += piece
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):
        raise SystemExit(f"the child left by itself: {status}")
    return [json.loads(line) for line in said.split(b"\n") if line.startswith(b"{")]


def main() -> None:
    """Kill as often as asked, then finish, and print what was acknowledged."""
    home, snapshot, kills, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    code_fingerprint()
    chance = random.Random(seed)
    heard: list[dict[str, Any]] = []
    firsts: list[float] = []
    for _ in range(kills):
        start = heard[-1]["n"] + 1 if heard else 0
        lived = life(home, snapshot, start, chance.uniform(0.0, 0.8))
        firsts += [row["seconds"] for row in lived[:1]]
        heard += lived
    start = heard[-1]["n"] + 1 if heard else 0
    upto = (start // len(ROUND) + 1) * len(ROUND) - 1
    heard += life(home, snapshot, start, 300.0, upto)
    sys.stdout.write(json.dumps({"heard": heard, "firsts": firsts}))


if __name__ == "__main__":
    main()
