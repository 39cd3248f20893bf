"""Files of cards, read strictly: a YAML front matter, two bodies, the ready texts and the questions of users."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from knowledge.card import (
    CONDITION,
    Card,
    CardError,
    Channel,
    Condition,
    Grade,
    Hours,
    Kind,
    MetricKey,
    Owner,
    ProfileKey,
    Ready,
    Segment,
)
from tools.text import Text


def parse(path: Path) -> Card:
    """The card of one file, checked by itself; references to other cards are checked by `load_cards`."""
    match = re.fullmatch(r"---\n(.*?)\n---\n+(# .*)", path.read_text("utf-8"), re.DOTALL)
    if match is None:
        raise CardError(f"{path.name}: expected front matter between '---' lines, then '# en' and '# ru'")
    front, parts = _front(match[1], path), _parts(match[2])
    if front.slug != path.stem:
        raise CardError(f"{path.name}: slug {front.slug!r} differs from the file name")
    wanted = ["en", "ru", *(["ready en", "ready ru"] if getattr(front, "ready", None) else []), "asked en", "asked ru"]
    if list(parts) != wanted or not all(parts.values()):
        raise CardError(f"{path.name}: expected the parts {', '.join(f'# {name}' for name in wanted)}, in this order")
    template = Text(en=parts["ready en"], ru=parts["ready ru"]) if "ready en" in parts else None
    asked = Text(en=_asked(parts["asked en"], path), ru=_asked(parts["asked ru"], path))
    return _card(front, Text(en=parts["en"], ru=parts["ru"]), asked, template)


def _asked(part: str, path: Path) -> str:
    """The questions of a part, a line each."""
    lines = part.splitlines()
    if not all(line.startswith("- ") for line in lines) or len(set(lines)) < len(lines):
        raise CardError(f"{path.name}: the questions of users stand in lines '- …', each once")
    return "\n".join(line[2:].strip() for line in lines)


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


class _Hours(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    once: Annotated[float, Field(ge=0)]
    client: Annotated[float, Field(ge=0)]


class _Base(_Strict):
    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: _Phrase
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
    hours: _Hours
    channel: Channel
    when: list[Annotated[str, Field(pattern=CONDITION.pattern)]] = []
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
FRONTS: dict[Kind, type[_Front]] = {
    "playbook": _Playbook,
    "case": _Case,
    "trend": _Trend,
    "tool": _Tool,
    "mistake": _Mistake,
}


def _front(block: str, path: Path) -> _Front:
    import yaml

    try:
        raw = yaml.load(block, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise CardError(f"{path.name}: the front matter is no YAML: {error}") from error
    kind = raw.get("kind") if isinstance(raw, dict) else None
    if kind not in FRONTS:
        raise CardError(f"{path.name}: kind must be one of {', '.join(FRONTS)}, not {kind!r}")
    try:
        return FRONTS[kind].model_validate(raw)
    except ValidationError as error:
        raise CardError(f"{path.name}: {error}") from error


def _card(front: _Front, body: Text, asked: Text, template: Text | None) -> Card:
    """The card of a checked front matter: phrases become `Text`, lists become tuples."""
    fields: dict[str, object] = {}
    for name in type(front).model_fields:
        value = getattr(front, name)
        if isinstance(value, _Phrase):
            value = value.text()
        elif isinstance(value, _Hours):
            value = Hours(value.once, value.client)
        elif name == "when":
            value = tuple(Condition(*item.split()) for item in value)
        elif isinstance(value, list):
            value = tuple(item.text() if isinstance(item, _Phrase) else item for item in value)
        fields[name] = value
    return Card(body=body, asked=asked, template=template, **fields)  # type: ignore[arg-type]
