"""Tokens and their filling: numbers claims in document order and shows them in the reader's language.

The one renderer of every output. ``[[F12]]`` is a reading, ``[[D3]]`` a date, ``[[A7]]`` a name out of the data.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from tools import formats
from tools.document import SLOT, Claim, Name, Slot
from tools.reading import Reading
from tools.text import Language, Text

TOKEN = re.compile(r"\[\[([FDA]\d+)\]\]")


@dataclass(frozen=True, slots=True)
class Span:
    """Where a token's text stands: ``[start, end)`` over the text; ``reading`` is its id, ``date:…`` or ``name:…``."""

    start: int
    end: int
    reading: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """Text in one language with the spans of everything that was filled in."""

    text: str
    spans: tuple[Span, ...]

    def __add__(self, other: "Rendered") -> "Rendered":
        shift = len(self.text)
        moved = tuple(Span(span.start + shift, span.end + shift, span.reading) for span in other.spans)
        return Rendered(self.text + other.text, self.spans + moved)


@dataclass(slots=True)
class Register:
    """Numbers of one document: token -> reading, date or name, in order of first use; ``names`` of clients by id."""

    currency: str
    slots: dict[str, Reading | date | Name] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def token(self, slot: Reading | date | Name) -> str:
        """The token of a slot, the same for the same reading, date or name."""
        letter, identity = _identity(slot)
        known = self._known.get(identity)
        if known is None:
            self._counts[letter] = self._counts.get(letter, 0) + 1
            known = f"{letter}{self._counts[letter]}"
            self._known[identity] = known
            self.slots[known] = slot
            if isinstance(slot, Name) and slot.account is not None:
                self.names.setdefault(slot.account, slot.text)
        return f"[[{known}]]"

    def draft(self, claim: Claim, language: Language) -> str:
        """The sentence of a claim with tokens in place of its slots."""

        def replace(match: re.Match[str]) -> str:
            slot: Slot = claim.slots[match.group(1)]
            return slot[language] if isinstance(slot, Text) else self.token(slot)

        return SLOT.sub(replace, claim.text[language])

    def fill(self, draft: str, language: Language) -> Rendered:
        """The draft with every token filled; an unknown token raises ``KeyError``."""
        parts: list[str] = []
        spans: list[Span] = []
        length = last = 0
        for match in TOKEN.finditer(draft):
            plain = draft[last : match.start()]
            slot = self.slots[match.group(1)]
            shown = self.shown(slot, language)
            start = length + len(plain)
            parts += [plain, shown]
            length = start + len(shown)
            spans.append(Span(start, length, _identity(slot)[1]))
            last = match.end()
        return Rendered("".join([*parts, draft[last:]]), tuple(spans))

    def say(self, claim: Claim, language: Language) -> Rendered:
        """The sentence of a claim, filled."""
        return self.fill(self.draft(claim, language), language)

    def reading_of(self, token: str) -> str:
        """What a span of the token says it shows: the id of a reading, ``date:…`` or ``name:…``."""
        return _identity(self.slots[token])[1]

    def shown(self, slot: Reading | date | Name, language: Language) -> str:
        """What a slot looks like on the page."""
        if isinstance(slot, Reading):
            return formats.reading(slot, language, currency=self.currency)
        return formats.day(slot, language) if isinstance(slot, date) else slot.text


def join(pieces: list[Rendered], separator: str = " ") -> Rendered:
    """Rendered pieces in a row with a separator between them."""
    whole = Rendered("", ())
    for index, piece in enumerate(pieces):
        whole = whole + (Rendered(separator, ()) if index else Rendered("", ())) + piece
    return whole


def _identity(slot: Reading | date | Name) -> tuple[str, str]:
    if isinstance(slot, Reading):
        return "F", slot.id
    if isinstance(slot, date):
        return "D", f"date:{slot.isoformat()}"
    return "A", f"name:{slot.account or slot.text}"
