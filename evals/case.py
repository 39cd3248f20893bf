"""A case of an evaluation suite: one question with what a right answer holds; suites are `evals/cases/<suite>.yaml`."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tools.errors import UnknownName
from tools.text import Language, Text

FOLDER = Path(__file__).parent / "cases"


class Expectation(BaseModel):
    """What a right answer holds; what is not named is not scored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    readings: list[str] = Field(default_factory=list)
    cards: list[str] = Field(default_factory=list)
    refused: bool = False


class Case(BaseModel):
    """One question asked of the demo."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    question: str
    language: Language
    expect: Expectation


CASES: TypeAdapter[list[Case]] = TypeAdapter(list[Case])


def suites() -> list[str]:
    """Names of the suites there are."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def cases(suite: str) -> list[Case]:
    """The cases of a suite; an unknown one is `UnknownName`, a malformed one fails validation."""
    if suite not in suites():
        raise UnknownName(Text("suite", "набор вопросов"), suite, suites())
    return CASES.validate_python(yaml.safe_load((FOLDER / f"{suite}.yaml").read_text("utf-8")))
