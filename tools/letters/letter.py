"""A letter, call script or message to one client as data: lines in order, each a sentence with its figures bound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tools.audit import FORMS, worded
from tools.document import SLOT, Claim, Name, Slot
from tools.letters.occasions import Occasion
from tools.letters.phrases import LABELS
from tools.render import Register, Rendered, join
from tools.reports.client_facts import ClientClaim, ClientFact, Mark
from tools.text import Language, Text, same

Form = Literal["letter", "call", "messenger"]
FORMS_OF_LETTER: Mapping[str, Text] = {
    "letter": Text("letter", "письмо"),
    "call": Text("call script", "скрипт звонка"),
    "messenger": Text("message", "сообщение в мессенджер"),
}
Part = Literal["subject", "greeting", "opening", "benefit", "undone", "ask", "close"]
PARTS: tuple[Part, ...] = ("subject", "greeting", "opening", "benefit", "undone", "ask", "close")
BULLET = "— "


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence: ``key`` is the same for all clients, ``raw`` its words before the forms of a figure are chosen.

    A ``bullet`` stands on a line of its own, a line ``alone`` in a paragraph of its own.
    """

    key: str
    part: Part
    raw: Text
    marks: Mapping[str, Mark]
    bullet: bool = False
    alone: bool = False

    @property
    def claim(self) -> Claim:
        """The sentence as a claim, for the renderer and the guard."""
        return self.safe.claim

    @property
    def safe(self) -> ClientClaim:
        """The sentence as one that may stand in a client's document."""
        plain: dict[str, Slot] = {
            name: mark.reading if isinstance(mark, ClientFact) else mark for name, mark in self.marks.items()
        }
        text = worded(f"letter.{self.key}", self.raw.en, self.raw.ru, plain).text
        return ClientClaim(f"letter.{self.key}", text, self.marks)


@dataclass(frozen=True, slots=True)
class Letter:
    """A draft to one client; ``others`` are occasions left for another time."""

    account: str
    name: str
    form: Form
    occasion: Occasion
    lines: tuple[Line, ...]
    others: tuple[Occasion, ...] = ()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every sentence in order."""
        return tuple(line.claim for line in self.lines)

    @property
    def shape(self) -> tuple[str, ...]:
        """Which sentences it is made of."""
        return tuple(line.key for line in self.lines)

    def rendered(self, language: Language, *, currency: str) -> Rendered:
        """The text in one language with the places of everything that was filled in."""
        register = Register(currency)
        return laid_out([(line, register.say(line.claim, language)) for line in self.lines])


def line(
    key: str, part: Part, text: Text, marks: Mapping[str, Mark | None] | None = None, *, bullet: bool = False
) -> Line:
    """A line with the marks that its words use; a mark that is None is ``ValueError``: choose other words."""
    names = dict.fromkeys(_names(text.en) + _names(text.ru))
    given = {name: mark for name in names if (mark := (marks or {}).get(name)) is not None}
    if len(given) < len(names):
        raise ValueError(f"letter line {key}: nothing for {sorted(set(names) - set(given))}")
    return Line(key, part, text, given, bullet)


def laid_out(lines: Sequence[tuple[Line, Rendered]]) -> Rendered:
    """Lines as paragraphs: a blank line between parts, a line of its own for each bullet."""
    whole = Rendered("", ())
    before: Line | None = None
    for item, shown in lines:
        gap = separator(before, item)
        whole = join([whole, Rendered(gap, ()), shown], "")
        before = item
    return whole


def separator(before: Line | None, item: Line) -> str:
    """What stands between two lines of a letter."""
    mark = BULLET if item.bullet else ""
    if before is None:
        return mark
    if before.part != item.part or item.alone:
        return "\n\n" + mark
    return "\n" + mark if item.bullet or before.bullet else " "


def placeholder(item: Line, language: Language) -> str:
    """The words of a line with the name of each value in square brackets, the same for every client."""

    def label(name: str) -> str:
        mark = item.marks[name]
        if isinstance(mark, Text) and name not in LABELS:
            return mark[language]
        return "[" + LABELS.get(name, same(name))[language] + "]"

    many = FORMS.sub(lambda found: "{" + found[1] + "} " + found[2].split("|")[-1], item.raw[language])
    return SLOT.sub(lambda found: label(found[1]), many)


def shown(mark: Mark, language: Language, *, currency: str) -> str:
    """A value as it stands in a letter."""
    if isinstance(mark, Text):
        return mark[language]
    register = Register(currency)
    return register.shown(mark.reading if isinstance(mark, ClientFact) else mark, language)


def _names(text: str) -> list[str]:
    return [found[1] for found in FORMS.finditer(text)] + SLOT.findall(FORMS.sub("", text))


__all__ = [
    "FORMS_OF_LETTER", "PARTS", "Form", "Letter", "Line", "Name", "Part", "laid_out", "line", "placeholder", "separator",
    "shown",
]  # fmt: skip
