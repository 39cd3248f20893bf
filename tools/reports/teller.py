"""Says things in one language with every number bound to its reading: the one way words get into a document."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tools import formats
from tools.document import Claim
from tools.reading import Reading, Window
from tools.render import Register, Rendered, Span, join
from tools.reports.names import reading_name, rule_name
from tools.text import Language, Text

DASH = "–"


@dataclass(frozen=True, slots=True)
class Teller:
    """A register and a language; what it says is `Rendered`, so that a renderer can link every number."""

    register: Register
    language: Language
    phrases: Mapping[str, Text]

    def phrase(self, key: str) -> str:
        """A fixed phrase of the document."""
        return self.phrases[key][self.language]

    def say(self, claims: Sequence[Claim]) -> Rendered:
        """Claims as sentences in a row."""
        return join([self.register.say(claim, self.language) for claim in claims])

    def fill(self, draft: str) -> Rendered:
        """A draft with its tokens filled."""
        return self.register.fill(draft, self.language)

    def value(self, reading: Reading) -> Rendered:
        """The value of a reading, bound to it; "n/a" where it has none."""
        return bound(formats.reading(reading, self.language, currency=self.register.currency), reading.id)

    def interval(self, reading: Reading) -> Rendered | None:
        """The interval of a reading in its own unit, or None where there is none."""
        if reading.ci is None or reading.value is None:
            return None
        low, high = (self._end(reading, end) for end in reading.ci)
        return bound(re.sub(r"(?<=\d)\D+$", "", low) + DASH + high, reading.id)

    def effect(self, reading: Reading) -> Rendered:
        """Money as a range where one is known, else the value."""
        return self.interval(reading) or self.value(reading)

    def count(self, value: int | Decimal, *, link: str = "") -> Rendered:
        """A count of the document itself, bound to the place in the document that shows it."""
        return bound(formats.decimal(value, self.language, digits=2), link)

    def day(self, value: date) -> str:
        """A date."""
        return formats.day(value, self.language)

    def window(self, window: Window) -> str:
        """First and last day of a window."""
        return formats.period(window.start, window.closing, self.language)

    def name(self, reading: Reading) -> str:
        """What a reading is called."""
        return reading_name(reading, self.language, self.register.names)

    def hint(self, reading: Reading) -> str:
        """One line about a reading: name, period, rule, base."""
        parts = [self.name(reading)]
        if reading.window:
            parts.append(self.window(reading.window))
        if reading.convention:
            parts.append(rule_name(reading, self.language))
        if reading.n:
            parts.append(f"{self.phrase('n')}: {formats.count(reading.n, self.language)}")
        if reading.reason:
            parts.append(reading.reason[self.language])
        return " · ".join(parts)

    def _end(self, reading: Reading, end: float) -> str:
        if end in (float("inf"), float("-inf")):
            return "∞" if end > 0 else "−∞"
        scope = {**reading.scope, "end": "of interval"}
        return formats.reading(replace(reading, value=end, scope=scope), self.language, currency=self.register.currency)


def bound(text: str, link: str) -> Rendered:
    """Text bound as a whole to a reading's id, or to a place in the document (``#control``)."""
    return Rendered(text, (Span(0, len(text), link),) if link else ())


def words(*parts: str | Rendered) -> Rendered:
    """Plain words and bound numbers in a row, with nothing between them."""
    return join([part if isinstance(part, Rendered) else Rendered(part, ()) for part in parts], "")
