"""The audit for one audience: its files and its JSON out of a finished audit, and which audience a question names."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.results import AuditResult
from tools.reports.audiences import AUDIENCES, Audience
from tools.text import Language, Text

if TYPE_CHECKING:
    from agent.examples import Call
    from agent.reading.understand import Understood
    from tools.document import Audit
    from tools.portfolio import Portfolio

NEAR = 3
_AUDIT = re.compile(
    r"\bаудит|\bвыжимк|\bсводк|\bрезюме\b|\bитоги?\b|\bвывод|\bдайджест|\bрасскаж|\baudit|\bsummary|\bdigest|\bbriefing|\bbrief\b|\bone-pager|\btakeaways?"
)
_READER = re.compile(
    r"\b(?:для|глазами|for|to)\s+(?:the\s+|our\s+|a\s+|наш\w*\s+)?(?=(.+))|"
    r"\bаудит\w*\s+(?=((?:\w+(?:ому|ему)\s+)?(?:директору|гендиректору|финдиректору|отделу|команде|маркетологам|продажникам).*))"
)


def openings() -> Mapping[str, Text]:
    """How a talk begins, by playbook."""
    from knowledge.cards import load_cards

    return {slug: card.first_phrase for slug, card in load_cards().items() if card.first_phrase is not None}


def written(found: AuditResult, audiences: Iterable[Audience]) -> dict[str, dict[str, Path]]:
    """``audit.<key>.html`` and ``audit.<key>.md`` beside the audit's files: paths by audience and format."""
    from tools.reports.telling_page import write_telling

    first = openings()
    language = found.telling.language
    return {item.key: write_telling(found.audit, item, first, found.folder, language=language) for item in audiences}


def rendered(audit: "Audit", item: Audience, kind: str, language: Language) -> str:
    """The text of one file of a telling, as `written` writes it."""
    from tools.reports import renderer

    text: str = renderer("telling", kind)(audit, item, openings(), language=language)
    return text


def document(found: AuditResult, item: Audience) -> dict[str, Any]:
    """The telling by the contract, in the language of the audit."""
    from tools.reports.telling_view import telling_json

    return telling_json(found.audit, item, openings(), language=found.telling.language)


def asked(seen: "Understood", portfolio: "Portfolio") -> "list[Call] | None":
    """The audit told for the audience that the question names."""
    from agent.examples import call

    key = audience_asked(seen.plain)
    return [call("telling", audience=key)] if key is not None else None


def audience_asked(plain: str) -> str | None:
    """The audience to whom a question in small letters wants the audit told, or None."""
    from knowledge.search import stems

    if not _AUDIT.search(plain):
        return None
    for found in _READER.finditer(plain):
        words = tuple(stems(found.group(1) or found.group(2)))
        for name, key in _said().items():
            if any(words[place : place + len(name)] == name for place in range(NEAR)):
                return key
    return None


@cache
def _said() -> Mapping[tuple[str, ...], str]:
    """Stems of what each audience is called, the longest names first."""
    from knowledge.search import stems

    names = [(tuple(stems(said)), item.key) for item in AUDIENCES.values() for said in (*item.said, item.key)]
    return dict(sorted(names, key=lambda pair: -len(pair[0])))
