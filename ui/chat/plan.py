"""The plan on the page: whom to begin with, the dated actions in their order, and what a trial would tell."""

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

from tools import formats
from tools.text import Language
from ui.chat.marks import marked, word

CLIENTS_SHOWN = 10
Json = Mapping[str, Any]


def plan(audit: Json, readings: dict[str, Json], language: Language) -> str:
    """Two folded sections, empty where the audit advises nothing."""
    advice = [item for step in audit["steps"] for item in step["recommendations"]]
    known = readings | {item["id"]: item for item in audit["plan_readings"]}
    hours = "".join(_client(line, advice, known, language) for line in audit["next_hours"][:CLIENTS_SHOWN])
    actions = [item for stage in audit["plan"] for item in stage["actions"]]
    ordered = sorted(actions, key=lambda item: (item["start"] is None, str(item["start"]), not item["quick"]))
    dated = "".join(_action(item, advice, known, language) for item in ordered)
    capacity = audit["capacity"]
    note = marked(capacity["text"], capacity["spans"], known, language=language) if capacity["text"] else ""
    return _fold("next_hours", f'<ul class="accounts">{hours}</ul>' if hours else "", language) + _fold(
        "plan", f'<p class="note">{note}</p><ol class="dated">{dated}</ol>' if dated else "", language
    )


def _client(line: Json, advice: list[Json], readings: dict[str, Json], language: Language) -> str:
    why = marked(line["text"], line["spans"], readings, language=language)
    money = readings.get(line["money"] or "")
    paid = f'<span class="num">{escape(money["text"])}</span>' if money else ""
    title = escape(advice[line["recommendation"]]["title"])
    return f'<li><b>{escape(line["name"])}</b><span class="why">{title} · {why}</span>{paid}</li>'


def _action(item: Json, advice: list[Json], readings: dict[str, Json], language: Language) -> str:
    advised = advice[item["recommendation"]]
    days = f"{_day(item['start'], language)} – {_day(item['due'], language)}" if item["start"] else ""
    why = marked(item["text"], item["spans"], readings, language=language)
    return (
        f"<li><b>{escape(advised['title'])}</b> <span>{escape(advised['owner'])}"
        f"{' · ' + days if days else ''}</span><br><i>{why}</i></li>"
    )


def _day(day: date | str, language: Language) -> str:
    return formats.day(day if isinstance(day, date) else date.fromisoformat(day), language)


def _fold(name: str, body: str, language: Language) -> str:
    return f'<details class="fold"><summary>{word(name, language)}</summary>{body}</details>' if body else ""
