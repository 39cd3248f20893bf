"""Text with its numbers marked: everything is escaped here, whatever it came from."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from itertools import pairwise
from typing import Any

from tools import formats
from tools.reports.names import convention_name
from tools.text import Language
from ui.chat.words import WORDS

LONGEST_NAME = 60
_SENTENCE = re.compile(r"[.!?]\s+(?=[A-ZА-ЯЁ«“])")
Span = Mapping[str, Any]
Readings = Mapping[str, Mapping[str, Any]]


def word(key: str, language: Language) -> str:
    """A word of the screen, escaped."""
    return escape(WORDS[key][language])


def marked(
    text: str,
    spans: Sequence[Span],
    readings: Readings,
    *,
    language: Language,
    start: int = 0,
    end: int | None = None,
) -> str:
    """``text[start:end]`` as HTML: figures and names of the data in elements of their own, lines kept."""
    last, stop = start, len(text) if end is None else end
    parts: list[str] = []
    for span in sorted(spans, key=lambda item: int(item["start"])):
        if span["start"] < last or span["end"] > stop:
            continue
        parts.append(_lines(text[last : span["start"]]))
        parts.append(_mark(text[span["start"] : span["end"]], str(span["reading"]), readings, language))
        last = span["end"]
    parts.append(_lines(text[last:stop]))
    return "".join(parts)


def sentences(text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Where the sentences of a text begin and end; a full stop inside of a filled-in value ends none."""
    inside = {place for span in spans for place in range(int(span["start"]), int(span["end"]))}
    starts = [0, *(found.end() for found in _SENTENCE.finditer(text) if found.start() not in inside), len(text)]
    return [(start, end) for start, end in pairwise(starts) if text[start:end].strip()]


def explained(reading: Mapping[str, Any], language: Language) -> str:
    """What a reading is, in one plain line: name, period, rule, n, reason."""
    parts = [
        str(reading["name"]),
        _period(reading.get("window"), language),
        _rule(str(reading["key"]), reading.get("convention") or "", language),
        f"n = {reading['n']}" if reading.get("n") else "",
        str(reading["reason"]) if reading.get("reason") else "",
    ]
    return " · ".join(part for part in parts if part)


def _rule(key: str, convention: str, language: Language) -> str:
    return f"{WORDS['rule'][language]}: {convention_name(key, convention, language)}" if convention else ""


def _period(window: Sequence[Any] | None, language: Language) -> str:
    """First and last day of ``[from, to)``, one day said once."""
    if not window:
        return ""
    start, end = (day if isinstance(day, date) else date.fromisoformat(str(day)) for day in window)
    return f"{WORDS['period'][language]} {formats.period(start, end - timedelta(days=1), language)}"


def _mark(text: str, identity: str, readings: Readings, language: Language) -> str:
    kind, _, _ = identity.partition(":")
    if kind == "name":
        return f'<b class="name">{escape(text)}</b>' if len(text) <= LONGEST_NAME else escape(text)
    if kind == "date":
        return f'<span class="day">{escape(text)}</span>'
    reading = readings.get(identity)
    title = f' title="{escape(explained(reading, language))}"' if reading else ""
    return f'<span class="num"{title}>{escape(text)}</span>'


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
