"""An answer told while it is made: what was understood and planned, then each checked sentence, once."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from agent.state import ChatEventKind
from agent.writer import numbered
from tools.document import Claim
from tools.render import Rendered, join
from tools.text import Language

PIECE = re.compile(r".+?(?:[.!?…]+(?=\s|$)|\n|$)\s*", re.DOTALL)
Note = Callable[[ChatEventKind, dict[str, Any]], None]


class Aloud:
    """Tells what is new of a text that only grows; one that turns out otherwise is begun anew, and said to be."""

    def __init__(self, note: Note | None = None) -> None:
        self._note = note
        self._told = ""

    def understood(self, language: Language) -> None:
        """The question was read."""
        self._tell("understood", {"language": language})

    def planned(self, tools: list[str]) -> None:
        """The tools that will be called."""
        self._tell("planned", {"tools": tools})

    def claims(self, claims: Sequence[Claim], currency: str, language: Language) -> None:
        """The sentences that rules make of the claims so far."""
        if self._note is None:
            return
        register = numbered(claims, currency)
        drafts = [register.draft(claim, language) for claim in claims]
        self._text([register.fill(f" {draft}" if place else draft, language) for place, draft in enumerate(drafts)])

    def draft(self, draft: str, claims: Sequence[Claim], currency: str, language: Language) -> None:
        """The whole text, past the guard."""
        if self._note is not None:
            register = numbered(claims, currency)
            self._text([register.fill(piece, language) for piece in PIECE.findall(draft)])

    def _text(self, pieces: list[Rendered]) -> None:
        from tools.reports.spans import spans_json

        whole = join(pieces, "")
        if not whole.text.startswith(self._told):
            self._told = ""
            self._tell("restarted", {})
        end = 0
        for piece in pieces:
            start, end = len(self._told), end + len(piece.text)
            if end > start:
                self._told = whole.text[:end]
                spans = tuple(span for span in whole.spans if start <= span.start < end)
                self._tell(
                    "sentence", {"text": whole.text[start:end], "spans": spans_json(Rendered(whole.text, spans))}
                )

    def _tell(self, kind: ChatEventKind, data: dict[str, Any]) -> None:
        if self._note is not None:
            self._note(kind, data)
