"""Prompts are files: rendered strictly, so that a missing or an unused value is a fault."""

import string
from functools import cache
from pathlib import Path

from tools.text import Language

FOLDER = Path(__file__).parent / "prompts"


def render(name: str, **values: str) -> str:
    """The prompt ``prompts/<name>.md`` with every ``$value`` filled; raises ``ValueError`` on a missing or unused one."""
    template = string.Template(_read(name))
    wanted = set(template.get_identifiers())
    if wanted != set(values):
        raise ValueError(
            f"prompt {name}: missing {sorted(wanted - set(values))}, unused {sorted(set(values) - wanted)}"
        )
    return template.substitute(values)


def audit_prompt(language: Language) -> str:
    """The seven-step audit prompt in one language, without its front matter."""
    return _read(f"audit_prompt.{language}").split("---\n", 2)[2].strip()


@cache
def _read(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text("utf-8")
