"""An audit computed again from its data, and the comparison of every figure."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from tools import formats
from tools.errors import BadData
from tools.text import Language
from ui import terminal
from ui.phrases import REFUSALS, phrase

if TYPE_CHECKING:
    from agent.assistant import Assistant
    from agent.results import AuditResult
    from tools.policy import Policy

Json = dict[str, Any]
COMPARED = ("value", "text", "numerator", "denominator", "n", "status")


def read_document(path: Path) -> tuple[Json, str]:
    """The audit in the file (or in the folder), or what a telling was computed of, with the text; else `BadData`."""
    from tools.reports.telling_page import computed_of

    place = path / "audit.json" if path.is_dir() else path
    try:
        text = place.read_text("utf-8")
        document = computed_of(text) if place.suffix in (".html", ".md") else json.loads(text)
    except (OSError, ValueError) as error:
        raise BadData(REFUSALS["not_an_audit"].fill(path=path)) from error
    if not isinstance(document, dict) or not {"snapshot", "steps", "language", "as_of", "profile"} <= set(document):
        raise BadData(REFUSALS["not_an_audit"].fill(path=path))
    return document, text


def audit_again(
    assistant: "Assistant", document: Json, snapshot: str, *, policy: "Policy", answers: Mapping[str, Any] | None
) -> "AuditResult":
    """The audit of the same data computed from nothing, in a home of its own so that no finished step is taken over."""
    from agent.assistant import Assistant
    from agent.settings import Settings

    profile = document["profile"]
    stated = (document.get("capacity") or {}).get("stated")
    known = document.get("answers") or {}
    answers = {**known, **(answers or {}), **({"capacity": stated} if stated else {})} or None
    with tempfile.TemporaryDirectory(prefix="cvm-verify-") as home:
        if document.get("interview"):
            return _told_again(Path(home), document, policy=policy, answers=answers or {})
        source = assistant.settings.home / "portfolios" / snapshot
        shutil.copytree(source, Path(home) / "portfolios" / snapshot)
        fresh = Assistant.open(Settings(home=Path(home), llm_base_url=None))
        return fresh.audit(
            snapshot,
            as_of=date.fromisoformat(document["as_of"]) if document["as_of"] else None,
            profile=profile["key"] if profile["chosen_by"] == "user" else None,
            policy=policy,
            steps=tuple(step["key"] for step in document["steps"] if _asked_for(step)) or None,
            answers=answers,
            language=document["language"],
            out=Path(home) / "out",
        )


def _told_again(home: Path, document: Json, *, policy: "Policy", answers: Mapping[str, Any]) -> "AuditResult":
    """The interview of the same answers."""
    from agent.assistant import Assistant
    from agent.settings import Settings

    return Assistant.open(Settings(home=home, llm_base_url=None)).interview(
        answers,
        policy=policy,
        as_of=date.fromisoformat(document["as_of"]) if document["as_of"] else None,
        steps=tuple(step["key"] for step in document["steps"] if step["status"] != "skipped") or None,
        language=document["language"],
        out=home / "out",
    )


def _asked_for(step: Json) -> bool:
    """Whether the step was to be done: one that waits for answers is skipped as well, but says so in a finding."""
    return step["status"] != "skipped" or bool(step.get("findings"))


def compared(document: Json, text: str, again: "AuditResult", *, kind: str) -> tuple[int, list[Json]]:
    """How many figures of an audit or of a telling were checked, and those that differ."""
    from tools.reports.contract import audit_json, dumps

    if "audience" not in document:
        fresh: Json = json.loads(dumps(audit_json(again.audit, again.telling, language=document["language"])))
        return compare(document, fresh)
    from agent import tellings
    from tools.reports.audiences import audience
    from ui.commands.figures import differences, figures

    named = document["audience"]
    item = audience(named["key"] if isinstance(named, dict) else named)
    if kind == "json":
        other = dumps(tellings.document(again, item))
    else:
        other = tellings.rendered(again.audit, item, kind, document["language"])
    shown = figures(text, kind)
    return len(shown), differences(shown, figures(other, kind))


def compare(document: Json, again: Json) -> tuple[int, list[Json]]:
    """How many figures were checked, and those that differ: ``{where, shown, recomputed, id}``."""
    fresh = {reading["id"]: reading for _, reading in _readings(again, "")}
    checked, different = 0, []
    for where, reading in _readings(document, ""):
        checked += 1
        other = fresh.get(reading["id"])
        wrong = [name for name in COMPARED if other is None or reading.get(name) != other.get(name)]
        if wrong:
            recomputed = other.get(wrong[0]) if other else None
            shown = {"shown": reading.get(wrong[0]), "recomputed": recomputed, "id": reading["id"]}
            different.append({"where": f"{where}.{wrong[0]}" if other else where, **shown})
    language: Language = document["language"]
    for where, text, spans in _texts(document, ""):
        checked += len(spans)
        different += list(_wrong_spans(where, text, spans, fresh, language))
    return checked, different


def _wrong_spans(
    where: str, text: str, spans: list[Json], fresh: Mapping[str, Json], language: Language
) -> Iterator[Json]:
    """Numbers of a text that are not what their reading shows, and digits that no span covers."""
    rest = list(text)
    for span in spans:
        rest[span["start"] : span["end"]] = " " * (span["end"] - span["start"])
        shown, identity = text[span["start"] : span["end"]], span["reading"]
        expected = _expected(identity, fresh, language)
        if expected is not None and shown != expected:
            yield {"where": where, "shown": shown, "recomputed": expected, "id": identity}
    for digits in re.findall(r"\d[\d\s.,]*", "".join(rest)):
        yield {"where": where, "shown": digits.strip(), "recomputed": None, "id": None}


def _expected(identity: str, fresh: Mapping[str, Json], language: Language) -> str | None:
    if identity.startswith("date:"):
        return formats.day(date.fromisoformat(identity.removeprefix("date:")), language)
    if identity.startswith("name:"):
        return None
    return str(fresh[identity]["text"]) if identity in fresh else phrase("not_computed", language)


def _readings(node: Any, where: str) -> Iterator[tuple[str, Json]]:
    """Every reading in the document with its place."""
    if isinstance(node, Mapping):
        if {"id", "key", "value", "unit", "status"} <= set(node):
            yield f"{where} {node['key']}", dict(node)
            return
        for name, child in node.items():
            yield from _readings(child, f"{where}.{name}" if where else name)
    elif isinstance(node, list):
        for place, child in enumerate(node):
            yield from _readings(child, f"{where}[{place}]")


def _texts(node: Any, where: str) -> Iterator[tuple[str, str, list[Json]]]:
    """Every text that has spans, with its place."""
    if isinstance(node, Mapping):
        for text, spans in (("text", "spans"), ("why", "why_spans")):
            if isinstance(node.get(text), str) and isinstance(node.get(spans), list):
                yield f"{where}.{text}", node[text], node[spans]
        for name, child in node.items():
            yield from _texts(child, f"{where}.{name}" if where else name)
    elif isinstance(node, list):
        for place, child in enumerate(node):
            yield from _texts(child, f"{where}[{place}]")


def show(checked: int, different: list[Json], language: Language, console: Console) -> None:
    """Print how many figures were checked and which differ."""
    count = formats.count(checked, language)
    if not different:
        console.print(phrase("verified", language, n=count), style="green")
        return
    console.print(
        phrase("differs", language, n=count, different=formats.count(len(different), language)), style="bold red"
    )
    for item in different:
        line = f"{item['where']}: {item['shown']} → {item['recomputed']} ({item['id'] or '—'})"
        console.print(terminal.prose(line, width=console.width), style="red")
