"""Cases of evaluation suites: `evals/cases/<suite>.yaml`, or the files of a folder of that name; read and checked here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from tools.text import LANGUAGES, Language

FOLDER = Path(__file__).parent / "cases"
Wanted = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to try: its name in the suite, the language it is in, and what the suite made of its entry."""

    name: str
    language: Language
    given: Any


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pair(_Entry):
    """The same question in both languages, and the tool calls that answer it: ``expect``, or one of ``any``."""

    ru: str
    en: str
    before_ru: str | None = None
    before_en: str | None = None
    expect: list[Wanted] = Field(default_factory=list)
    any: list[list[Wanted]] = Field(default_factory=list)

    @property
    def options(self) -> list[list[Wanted]]:
        """Every right plan."""
        return self.any or [self.expect]

    def question(self, language: Language) -> str:
        """The question in a language."""
        return self.ru if language == "ru" else self.en

    def before(self, language: Language) -> str | None:
        """The question of the turn before, where this one goes on from it."""
        return self.before_ru if language == "ru" else self.before_en

    @model_validator(mode="after")
    def _planned(self) -> "Pair":
        if not all(self.options):
            raise ValueError(f"no plan is expected of {self.en!r}")
        _known(self.options)
        return self


def _known(options: Sequence[Sequence[Wanted]]) -> None:
    """Raise `ValueError` where an expected call is of no tool of the chat."""
    from agent.calls import TOOLS

    for wanted in (item for option in options for item in option):
        if wanted.get("tool") not in TOOLS:
            raise ValueError(f"no such tool: {wanted}")


class Expectation(_Entry):
    """What a right answer holds; what is not named is not scored, but a refusal always is."""

    readings: list[str] = Field(default_factory=list)
    cards: list[str] = Field(default_factory=list)
    refused: bool = False
    calls: list[Wanted] = Field(default_factory=list)
    any: list[list[Wanted]] = Field(default_factory=list)

    @property
    def options(self) -> list[list[Wanted]]:
        """Every right plan; none where calls are not scored."""
        return self.any or ([self.calls] if self.calls else [])

    @model_validator(mode="after")
    def _planned(self) -> "Expectation":
        _known(self.options)
        return self


class Talk(_Entry):
    """A question, or several messages of one conversation of which the last is scored; in one language or both."""

    name: str
    ru: str | list[str] | None = None
    en: str | list[str] | None = None
    expect: Expectation

    def messages(self, language: Language) -> list[str]:
        """What is said in a language, in order; nothing where the entry does not speak it."""
        said = self.ru if language == "ru" else self.en
        return [said] if isinstance(said, str) else said or []


class Figure(_Entry):
    """A question after one metric, and what the metric is asked directly."""

    ru: str
    en: str
    key: str
    period: str | None = None
    by: str | None = None
    where: str | None = None
    top: int | None = None
    bottom: int | None = None

    def question(self, language: Language) -> str:
        """The question in a language."""
        return self.ru if language == "ru" else self.en


class Payload(_Entry):
    """An order to the assistant that a stranger wrote into a text."""

    kind: str
    language: Language
    text: str


class Turn(_Entry):
    """One message of a questionnaire and what comes of it: what waits then, words and figures of the answer, what is kept."""

    say: str
    waits: str | None = None
    claims: list[str] = Field(default_factory=list)
    shows: dict[str, float] = Field(default_factory=dict)
    kept: dict[str, Any] | None = None


class Form(_Entry):
    """A conversation with a questionnaire."""

    name: str
    language: Language
    turns: list[Turn]


PAIRS: TypeAdapter[list[Pair]] = TypeAdapter(list[Pair])
TALKS: TypeAdapter[list[Talk]] = TypeAdapter(list[Talk])
FIGURES: TypeAdapter[list[Figure]] = TypeAdapter(list[Figure])
PAYLOADS: TypeAdapter[list[Payload]] = TypeAdapter(list[Payload])
FORMS: TypeAdapter[list[Form]] = TypeAdapter(list[Form])


def entries(name: str) -> Any:
    """What a file of cases holds, unchecked."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))


def files(folder: str) -> list[str]:
    """The names of a folder's files of cases, in order."""
    return sorted(path.stem for path in (FOLDER / folder).glob("*.yaml"))


def talks(suite: str) -> list[Case]:
    """The conversations of a suite, each in every language it speaks."""
    found = TALKS.validate_python(entries(suite))
    return [Case(f"{item.name} ({language})", language, item) for item in found for language in spoken(item)]


def spoken(item: Talk) -> Iterator[Language]:
    """The languages of a conversation."""
    return (language for language in LANGUAGES if item.messages(language))


def both(name: str, items: Sequence[Pair] | Sequence[Figure]) -> Iterator[Case]:
    """A case a language for every entry of a file."""
    for place, item in enumerate(items, start=1):
        for language in LANGUAGES:
            yield Case(f"{name} {place} ({language})", language, item)
