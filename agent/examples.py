"""Examples of questions with the tool calls that answer them, and the nearest one to a question."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

Call = dict[str, Any]
NEAR = 0.5


def call(name: str, **arguments: Any) -> Call:
    """One tool call as it is recorded."""
    return {"name": name, "arguments": arguments}


@cache
def examples() -> tuple[Mapping[str, Any], ...]:
    """The examples of questions with their calls."""
    import yaml

    path = Path(__file__).parent / "prompts" / "examples.yaml"
    return tuple(yaml.safe_load(path.read_text("utf-8")))


def nearest(stems: tuple[str, ...]) -> list[Call] | None:
    """The call of the example that shares most of its rare words with the question, or None where none is near."""
    weights, table = _weights()
    own = set(stems)
    total = sum(weights.get(stem, max(weights.values())) for stem in own)
    best, near = None, 0.0
    for place, words in enumerate(table):
        shared = sum(weights[stem] for stem in own & words)
        score = 2 * shared / (total + sum(weights[stem] for stem in words)) if own else 0.0
        if score > near:
            best, near = place, score
    return [dict(examples()[best]["call"])] if best is not None and near >= NEAR else None


@cache
def _weights() -> tuple[Mapping[str, float], tuple[frozenset[str], ...]]:
    from math import log

    from knowledge.search import stems

    table = tuple(frozenset(stems(item["q"])) for item in examples())
    every = {stem for words in table for stem in words}
    return {stem: log(1 + len(table) / sum(stem in words for words in table)) for stem in every}, table
