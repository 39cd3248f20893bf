"""The audit as one audience hears it: the sections of a telling in their order."""

from collections.abc import Mapping
from html import escape
from typing import Any

from tools.reports.audiences import AUDIENCES
from tools.text import Language
from ui.chat.marks import marked, sentences, word
from ui.chat.steps import action_item, finding_item, gap_items
from ui.chat.words import WORDS

Section = Mapping[str, Any]
Readings = dict[str, Mapping[str, Any]]
FACTS = ("for_client", "for_us")


def choices(language: Language) -> list[tuple[str, str]]:
    """For whom: everybody, then each audience."""
    return [(WORDS["everybody"][language], ""), *((item.name[language], item.key) for item in AUDIENCES.values())]


def telling(document: Mapping[str, Any], language: Language) -> str:
    """The whole telling: what leads, figures, then each section."""
    readings = {item["id"]: item for item in document["readings"]}
    sections = {section["key"]: section for section in document["sections"]}
    lead = sections["main"]
    main = "".join(
        f"<p>{marked(lead['text'], lead['spans'], readings, language=language, start=start, end=end)}</p>"
        for start, end in sentences(lead["text"], lead["spans"])
    )
    facts = "".join(_facts(sections[key]) for key in FACTS if key in sections)
    rest = "".join(
        _section(section, readings, language) for key, section in sections.items() if key not in ("main", *FACTS)
    )
    question = escape(document["audience"]["question"])
    return (
        f'<section class="summary"><h2>{escape(document["audience"]["name"])}</h2>{main}</section>'
        f'<p class="note asked">{question}</p><section class="told-facts">{facts}</section>'
        f'<section class="steps">{rest}</section>'
    )


def _facts(section: Section) -> str:
    rows = "".join(
        f"<div><dt>{escape(fact['name'])}</dt><dd{_quiet(fact)}>{escape(fact['text'] or fact['missing'])}</dd></div>"
        for fact in section["facts"]
    )
    return f"<div><h3>{escape(section['title'])}</h3><dl>{rows}</dl></div>"


def _quiet(fact: Mapping[str, Any]) -> str:
    return ' class="num"' if fact["text"] else ' class="miss"'


def _section(section: Section, readings: Readings, language: Language) -> str:
    """Actions as decisions, findings as in the steps, what is not known with the file that would help."""
    if section.get("actions"):
        items = "".join(action_item(item, language) for item in section["actions"])
        body = f'<section class="decisions plain"><ol>{items}</ol></section>'
    elif section.get("not_computed"):
        body = f'<ul class="gaps">{gap_items(section["not_computed"], language)}</ul>'
    else:
        reason = f'<p class="reason">{escape(section["reason"])}</p>' if section.get("reason") else ""
        body = reason + _own(section, readings, language)
        body += "".join(_finding(item, readings, language) for item in section.get("findings", ()))
    return f'<article class="step told"><header><h3>{escape(section["title"])}</h3></header>{body}</article>'


def _own(section: Section, readings: Readings, language: Language) -> str:
    """The claims of a step that stand before its findings."""
    findings = section.get("findings", ())
    end = section["text"].find(findings[0]["text"]) if findings else len(section["text"])
    if end <= 0:
        return ""
    return f'<p class="text">{marked(section["text"], section["spans"], readings, language=language, end=end)}</p>'


def _finding(item: Mapping[str, Any], readings: Readings, language: Language) -> str:
    opening = item.get("opening")
    said = f'<p class="opening"><b>{word("first_words", language)}:</b> {escape(opening)}</p>' if opening else ""
    return finding_item(item, readings, language) + said
