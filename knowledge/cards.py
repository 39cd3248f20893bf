"""Cards of the knowledge base: one Markdown file each, read strictly, and the playbooks that answer a finding.

A file holds a YAML front matter and two bodies, ``# en`` and ``# ru``. An unknown key, a missing language, an unknown
source, case or trend is a fault of the file and raises `CardError`: shipped cards are code.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tools.errors import CVMError
from tools.text import Text

HOME = Path(__file__).parent
Kind = Literal["playbook", "case", "trend", "tool", "mistake"]
KINDS: tuple[Kind, ...] = ("playbook", "case", "trend", "tool", "mistake")
Grade = Literal["published", "vendor", "reported", "unverified", "ours"]
Ready = Literal["letter", "script", "checklist"]
Owner = Literal["product", "marketing", "support", "sales"]
Segment = Literal["lost", "newcomers", "at_risk", "unknown", "advocates", "growth", "core", "steady"]
ProfileKey = Literal["subscription", "repeat", "usage", "snapshot"]
MetricKey = Literal[
    "mrr", "nrr", "grr", "logo_churn", "money_churn", "churn_share", "arpa", "revenue_per_client", "ltv", "ttv", "vrs",
    "value_gap", "chs", "nps", "referrals", "culture", "overdue", "renewals", "silence", "concentration", "adoption",
    "rfm",
]  # fmt: skip


class CardError(CVMError):
    """A card file breaks the rules; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One source: what it is called, who wrote it, and its year and address where known."""

    key: str
    title: str
    author: str
    year: int | None
    url: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    """One card in both languages; fields that its kind does not have are empty or None.

    ``asked`` holds the words in which users ask for it: searched, never shown. ``template`` is the letter, script or
    checklist of a playbook, to be used as it is; ``ready`` says which of them it is.
    """

    slug: str
    kind: Kind
    title: Text
    asked: Text
    source: tuple[str, ...]
    grade: Grade
    body: Text
    answers: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    owner: Owner | None = None
    action: Text | None = None
    tools: tuple[Text, ...] = ()
    metric: str | None = None
    effort: Text | None = None
    stage: int | None = None
    stop_rule: Text | None = None
    cases: tuple[str, ...] = ()
    no_case: Text | None = None
    trends: tuple[str, ...] = ()
    first_phrase: Text | None = None
    claim: Text | None = None
    industries: tuple[str, ...] = ()
    lesson: Text | None = None
    year: int | None = None
    ready: Ready | None = None
    template: Text | None = None
    does: Text | None = None
    needs: Text | None = None
    enough: Text | None = None
    products: tuple[str, ...] = ()
    russian: tuple[str, ...] = ()
    sign: Text | None = None
    instead: Text | None = None
    playbooks: tuple[str, ...] = ()


def load_cards() -> Mapping[str, Card]:
    """Every shipped card by slug, playbooks first; read once a process. Raises `CardError` on a faulty file."""
    return _load(HOME)


def citations() -> Mapping[str, Citation]:
    """Every source by key."""
    return _citations(HOME / "citations.toml")


def answering(code: str, *, segment: str | None, profile: str) -> list[Card]:
    """Playbooks that answer a finding code, the best first; empty where none does.

    Playbooks of the client's business model only, unless there is none; then the ones made for the segment, then by how
    early the card names the code, then by how few codes it answers.
    """
    found = [card for card in load_cards().values() if code in card.answers]
    fitting = [card for card in found if profile in card.profiles]
    return sorted(
        fitting or found,
        key=lambda card: (
            segment is not None and segment not in card.segments,
            card.answers.index(code),
            len(card.answers),
            card.slug,
        ),
    )


def parse(path: Path) -> Card:
    """The card of one file, checked by itself; references to other cards are checked by `load_cards`."""
    match = re.fullmatch(r"---\n(.*?)\n---\n+(# .*)", path.read_text("utf-8"), re.DOTALL)
    if match is None:
        raise CardError(f"{path.name}: expected front matter between '---' lines, then '# en' and '# ru'")
    front, parts = _front(match[1], path), _parts(match[2])
    if front.slug != path.stem:
        raise CardError(f"{path.name}: slug {front.slug!r} differs from the file name")
    wanted = ["en", "ru", *(["ready en", "ready ru"] if getattr(front, "ready", None) else [])]
    if list(parts) != wanted or not all(parts.values()):
        raise CardError(f"{path.name}: expected the parts {', '.join(f'# {name}' for name in wanted)}, in this order")
    template = Text(en=parts["ready en"], ru=parts["ready ru"]) if "ready en" in parts else None
    return _card(front, Text(en=parts["en"], ru=parts["ru"]), template)


def _parts(text: str) -> dict[str, str]:
    """The parts of a card below its front matter by their headings, in order."""
    headed = re.split(r"^# (.+)\n", text, flags=re.MULTILINE)[1:]
    return {name.strip(): body.strip() for name, body in zip(headed[::2], headed[1::2], strict=True)}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Phrase(_Strict):
    en: Annotated[str, Field(min_length=2)]
    ru: Annotated[str, Field(min_length=2)]

    def text(self) -> Text:
        return Text(en=self.en, ru=self.ru)


class _Base(_Strict):
    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: _Phrase
    asked: _Phrase
    source: Annotated[list[str], Field(min_length=1)]
    grade: Grade


class _Playbook(_Base):
    kind: Literal["playbook"]
    answers: Annotated[list[str], Field(min_length=1)]
    segments: Annotated[list[Segment], Field(min_length=1)]
    profiles: Annotated[list[ProfileKey], Field(min_length=1)]
    owner: Owner
    action: _Phrase
    tools: Annotated[list[_Phrase], Field(min_length=2)]
    metric: MetricKey
    effort: _Phrase
    stage: Annotated[int, Field(ge=1, le=5)]
    stop_rule: _Phrase
    cases: list[str] = []
    no_case: _Phrase | None = None
    trends: Annotated[list[str], Field(min_length=1)]
    first_phrase: _Phrase
    ready: Ready | None = None

    @model_validator(mode="after")
    def _case_or_reason(self) -> "_Playbook":
        if bool(self.cases) == (self.no_case is not None):
            raise ValueError("give either cases or no_case with the reason")
        return self


class _Case(_Base):
    kind: Literal["case"]
    claim: _Phrase
    industries: Annotated[list[str], Field(min_length=1)]
    profiles: Annotated[list[ProfileKey], Field(min_length=1)]
    lesson: _Phrase


class _Trend(_Base):
    kind: Literal["trend"]
    year: int
    claim: _Phrase


class _Tool(_Base):
    kind: Literal["tool"]
    does: _Phrase
    needs: _Phrase
    enough: _Phrase
    products: Annotated[list[str], Field(min_length=3)]
    russian: Annotated[list[str], Field(min_length=1)]
    playbooks: Annotated[list[str], Field(min_length=1)]


class _Mistake(_Base):
    kind: Literal["mistake"]
    sign: _Phrase
    instead: _Phrase
    playbooks: Annotated[list[str], Field(min_length=1)]


_Front = _Playbook | _Case | _Trend | _Tool | _Mistake
_FRONTS: dict[str, type[_Front]] = {
    "playbook": _Playbook,
    "case": _Case,
    "trend": _Trend,
    "tool": _Tool,
    "mistake": _Mistake,
}


def _front(block: str, path: Path) -> _Front:
    import yaml

    try:
        raw = yaml.safe_load(block)
    except yaml.YAMLError as error:
        raise CardError(f"{path.name}: the front matter is no YAML: {error}") from error
    kind = raw.get("kind") if isinstance(raw, dict) else None
    if kind not in _FRONTS:
        raise CardError(f"{path.name}: kind must be one of {', '.join(KINDS)}, not {kind!r}")
    try:
        return _FRONTS[kind].model_validate(raw)
    except ValidationError as error:
        raise CardError(f"{path.name}: {error}") from error


def _card(front: _Front, body: Text, template: Text | None) -> Card:
    """The card of a checked front matter: phrases become `Text`, lists become tuples."""
    fields: dict[str, object] = {}
    for name in type(front).model_fields:
        value = getattr(front, name)
        if isinstance(value, _Phrase):
            value = value.text()
        elif isinstance(value, list):
            value = tuple(item.text() if isinstance(item, _Phrase) else item for item in value)
        fields[name] = value
    return Card(body=body, template=template, **fields)  # type: ignore[arg-type]


@cache
def _load(home: Path) -> Mapping[str, Card]:
    cards: dict[str, Card] = {}
    for kind in KINDS:
        for path in sorted((home / f"{kind}s").glob("*.md")):
            card = parse(path)
            if card.kind != kind or card.slug in cards:
                raise CardError(f"{path.name}: a {card.kind} in {kind}s/, or a slug used before")
            cards[card.slug] = card
    _check_references(cards, citations())
    return cards


def _check_references(cards: Mapping[str, Card], sources: Mapping[str, Citation]) -> None:
    of_kind = {kind: {card.slug for card in cards.values() if card.kind == kind} for kind in KINDS}
    for card in cards.values():
        unknown = [
            *(set(card.cases) - of_kind["case"]),
            *(set(card.trends) - of_kind["trend"]),
            *(set(card.playbooks) - of_kind["playbook"]),
            *(set(card.source) - set(sources)),
        ]
        if unknown:
            raise CardError(f"{card.slug}: no such case, trend, playbook or source: {', '.join(sorted(unknown))}")


@cache
def _citations(path: Path) -> Mapping[str, Citation]:
    entries = tomllib.loads(path.read_text("utf-8"))
    return {
        key: Citation(
            key=key,
            title=entry["title"],
            author=entry["author"],
            year=entry.get("year"),
            url=entry.get("url"),
            note=entry.get("note", ""),
        )
        for key, entry in entries.items()
    }
