"""Examples of questions with the tool calls that answer them, and the nearest one to a question."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

Call = dict[str, Any]
FOLDER = Path(__file__).parent / "prompts" / "examples"
NEAR = 0.5


def call(name: str, **arguments: Any) -> Call:
    """One tool call as it is recorded."""
    return {"name": name, "arguments": arguments}


@cache
def examples() -> tuple[Mapping[str, Any], ...]:
    """The examples of questions with their calls, file by file; a name in braces stands for one of the question's own."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return tuple(item for path in sorted(FOLDER.glob("*.yaml")) for item in yaml.load(path.read_bytes(), loader))


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
def vocabulary() -> frozenset[str]:
    """Stems of the words of the examples: words of ordinary questions, which stand for no misspelled name."""
    from knowledge.search import stems

    return frozenset(stem for item in examples() for stem in stems(item["q"]))


@cache
def _weights() -> tuple[Mapping[str, float], tuple[frozenset[str], ...]]:
    from math import log

    from knowledge.search import stems

    table = tuple(frozenset(stems(item["q"])) for item in examples())
    every = {stem for words in table for stem in words}
    return {stem: log(1 + len(table) / sum(stem in words for words in table)) for stem in every}, table
