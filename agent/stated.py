"""Answers that people gave beside the data, kept by snapshot: the last word on each, and the history of all of them.

``answers/<snapshot>.json`` holds both; it is written whole or not at all, one writer at a time.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.locks import held
from agent.memory import write_once

WAIT = 10.0
#: Answers with a part for each department or plan: a new one leaves the other parts as they are.
PARTED = ("culture", "promises")


def stated(home: Path, snapshot: str) -> dict[str, Any]:
    """The answers given about a snapshot; empty where there are none."""
    answers: dict[str, Any] = _read(_path(home, snapshot))["answers"]
    return answers


def history(home: Path, snapshot: str) -> list[dict[str, Any]]:
    """Every message that gave answers, in order: when, in which words, what was taken from it."""
    entries: list[dict[str, Any]] = _read(_path(home, snapshot))["history"]
    return entries


def state(home: Path, snapshot: str, given: Mapping[str, Any], *, at: datetime, said: str) -> dict[str, Any]:
    """Take answers in, beside those given before; the same answer again changes nothing. All answers come back."""
    path = _path(home, snapshot)
    with held(path.with_suffix(".lock"), seconds=WAIT):
        kept = _read(path)
        answers = merged(kept["answers"], given)
        if answers != kept["answers"]:
            entry = {"at": at.isoformat(), "said": said, "given": dict(given)}
            whole = {"answers": answers, "history": [*kept["history"], entry]}
            write_once(path, json.dumps(whole, ensure_ascii=False, indent=1).encode())
    return answers


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Both together, the newer answer to a question in place of the older."""
    parts = {key: {**old.get(key, {}), **new[key]} for key in PARTED if key in new and isinstance(new[key], Mapping)}
    return {**old, **new, **parts}


def _path(home: Path, snapshot: str) -> Path:
    return home / "answers" / f"{snapshot}.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {"answers": {}, "history": []}
    return found
