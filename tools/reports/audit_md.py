"""The audit in Markdown: the same content as the page, names out of the data made inert."""

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from tools.document import Audit, Telling
from tools.render import Rendered
from tools.reports import report
from tools.reports.view import audit_view
from tools.text import Language, Text

if TYPE_CHECKING:
    from jinja2 import Environment

SPECIAL = re.compile(r"([\\`*_{}\[\]#|~!$@])")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
AUTOLINK = re.compile(r"(?i)\b(www)\.|(?<=[a-z]):(?=//)")


@report("audit", "md", title=Text("Audit in Markdown", "Аудит в Markdown"))
def render(audit: Audit, telling: Telling, *, language: Language) -> str:
    """The document in one language; the same audit and telling give the same bytes."""
    text = markdown("audit.md.j2", audit_view(audit, telling, language=language))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def markdown(template: str, view: Mapping[str, Any]) -> str:
    """A template of this folder filled, every value escaped."""
    return _environment().get_template(template).render(view)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("tools.reports"),
        autoescape=False,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def escape(text: str) -> str:
    """Text that Markdown shows as it stands: no markup, table cell, HTML, image or link comes of it."""
    flat = " ".join(text.split("\n")).replace("\r", " ")
    flat = "".join(ENTITIES.get(character, character) for character in flat)
    flat = SPECIAL.sub(r"\\\1", flat)
    return AUTOLINK.sub(lambda match: f"{match.group(1)}\\." if match.group(1) else "\\:", flat)


def _finalize(value: object) -> object:
    if isinstance(value, Rendered):
        return escape(value.text)
    return escape(value) if isinstance(value, str) else value
