"""A telling as files: one self-contained page and Markdown, each with what it was computed of, so that it can be checked."""

import json
import re
from pathlib import Path

from tools.document import Audit
from tools.reports import renderer, report
from tools.reports.audiences import Audience
from tools.reports.audit_html import html
from tools.reports.audit_md import markdown
from tools.reports.contract import Json
from tools.reports.telling_view import Openings, asked, telling_view
from tools.reports.write import TEXT_FORMATS, write_files
from tools.text import Language, Text

MARK = "cvm-telling"


@report("telling", "html", title=Text("Audit for one audience as a page", "Аудит для одного получателя страницей"))
def page(audit: Audit, audience: Audience, openings: Openings, *, language: Language) -> str:
    """The page in one language; the same audit gives the same bytes."""
    view = telling_view(audit, audience, openings, language=language)
    return html("telling.html.j2", {**view, "asked": _asked(audit, audience, language)}, hints=view["hints"])


@report("telling", "md", title=Text("Audit for one audience in Markdown", "Аудит для одного получателя в Markdown"))
def text(audit: Audit, audience: Audience, openings: Openings, *, language: Language) -> str:
    """The document in one language; its last line is a comment with what it was computed of."""
    shown = markdown("telling.md.j2", telling_view(audit, audience, openings, language=language))
    body = re.sub(r"\n{3,}", "\n\n", shown).strip()
    return f"{body}\n\n<!-- {MARK} {_asked(audit, audience, language)} -->\n"


def write_telling(
    audit: Audit, audience: Audience, openings: Openings, folder: Path, *, language: Language
) -> dict[str, Path]:
    """``audit.<key>.html`` and ``audit.<key>.md`` beside the audit's own files; paths by format."""
    files = {
        f"audit.{audience.key}.{kind}": renderer("telling", kind)(audit, audience, openings, language=language)
        for kind in TEXT_FORMATS
    }
    return dict(write_files(files, folder))


def computed_of(document: str) -> Json | None:
    """What the telling in the file was computed of, with its ``audience``; None where the file is no telling."""
    from html import unescape

    found = re.search(rf'<meta name="{MARK}" content="([^"]*)">|<!-- {MARK} (.*) -->\s*$', document)
    if found is None:
        return None
    try:
        known: Json = json.loads(unescape(found.group(1)) if found.group(1) else found.group(2))
    except ValueError:
        return None
    return known


def _asked(audit: Audit, audience: Audience, language: Language) -> str:
    known = {"audience": audience.key, **asked(audit, language)}
    return json.dumps(known, ensure_ascii=False).replace("--", "-\\u002d")
