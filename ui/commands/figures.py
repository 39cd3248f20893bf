"""Figures of a telling in the order they stand, and what differs between a file and the same telling computed again."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser
from typing import Any

FIGURE = re.compile(r"[-−+]?\d+(?:[.,\u00a0\u202f]\d+)*")
COMMENT = re.compile(r"<!--.*?-->", re.S)
UNSEEN = ("head", "style", "pre", "footer")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number or date as it is shown, the place it stands in, and the reading it is bound to, where the file says so."""

    text: str
    where: str
    reading: str | None = None


def figures(text: str, kind: str) -> list[Figure]:
    """Every figure of a telling: of a page, of Markdown, or of JSON."""
    if kind == "html":
        page = _Page()
        page.feed(text)
        return page.found
    if kind == "json":
        return list(_leaves(json.loads(text), ""))
    return list(_lines(COMMENT.sub("", text)))


def differences(shown: Sequence[Figure], again: Sequence[Figure]) -> list[Json]:
    """Figures that are not what they come to now: ``{where, shown, recomputed, id}``; added and dropped ones too."""
    start, end = 0, 0
    limit = min(len(shown), len(again))
    while start < limit and shown[start].text == again[start].text:
        start += 1
    while end < limit - start and shown[-1 - end].text == again[-1 - end].text:
        end += 1
    left, right = shown[start : len(shown) - end], again[start : len(again) - end]
    matcher = SequenceMatcher(None, [item.text for item in left], [item.text for item in right], autojunk=False)
    found: list[Json] = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what != "equal":
            found += [
                _difference(left[a + place] if a + place < b else None, right[c + place] if c + place < d else None)
                for place in range(max(b - a, d - c))
            ]
    return found


def _difference(shown: Figure | None, again: Figure | None) -> Json:
    known = again or shown
    assert known is not None
    return {
        "where": (shown or known).where,
        "shown": shown.text if shown else None,
        "recomputed": again.text if again else None,
        "id": known.reading,
    }


class _Page(HTMLParser):
    """Figures of a page: of what a reader sees, each with the section it stands in and the row it links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Figure] = []
        self._unseen = 0
        self._where = ""
        self._reading: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag in UNSEEN:
            self._unseen += 1
        elif tag in ("section", "tr") and known.get("id"):
            self._where = f"#{known['id']}"
        elif tag == "a":
            target = known.get("href") or ""
            self._reading = target.removeprefix("#r-") if target.startswith("#r-") else None

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen -= 1
        elif tag == "a":
            self._reading = None

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.found += [Figure(_plain(text), self._where, self._reading) for text in FIGURE.findall(data)]


def _lines(text: str) -> Iterator[Figure]:
    where = ""
    for line in text.splitlines():
        where = line.lstrip("# ") if line.startswith("#") else where
        yield from (Figure(_plain(found), where) for found in FIGURE.findall(line))


def _leaves(node: Any, where: str) -> Iterator[Figure]:
    """Numbers of every value but the run's own id, which changes with the version of the product."""
    if isinstance(node, dict):
        for name, child in node.items():
            if name != "run":
                yield from _leaves(child, f"{where}.{name}" if where else name)
    elif isinstance(node, list):
        for place, child in enumerate(node):
            yield from _leaves(child, f"{where}[{place}]")
    elif node is not None and not isinstance(node, bool):
        yield from (Figure(_plain(found), where) for found in FIGURE.findall(str(node)))


def _plain(text: str) -> str:
    return re.sub(r"\s", " ", text)
