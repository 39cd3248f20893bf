"""Examples of questions with the tool calls that answer them; `agent.planning.nearest` finds the nearest."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

Call = dict[str, Any]
FOLDER = Path(__file__).parent / "prompts" / "examples"
#: A capital within a sentence: a name, of a plan or a place perhaps.
_NAME = re.compile(r"(?<=[\w,:;—–] )[A-ZА-ЯЁ][a-zа-яё]+")


def call(name: str, **arguments: Any) -> Call:
    """One tool call as it is recorded."""
    return {"name": name, "arguments": arguments}


@cache
def examples() -> tuple[Mapping[str, Any], ...]:
    """The examples of questions with their calls, file by file; a name in braces stands for one of the question's own."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return tuple(item for path in sorted(FOLDER.glob("*.yaml")) for item in yaml.load(path.read_bytes(), loader))


@cache
def vocabulary(name: str | None = None) -> frozenset[str]:
    """Stems of the words of the examples, or of those of one call: words of ordinary questions, which stand for no misspelled name.

    Names that stand in the examples, as “Enterprise” in “do more leave Enterprise”, are left out.
    """
    from knowledge.search import stems

    asked = [item["q"] for item in examples() if name in (None, item["call"]["name"])]
    return frozenset(stem for question in asked for stem in stems(_NAME.sub(" ", question)))
