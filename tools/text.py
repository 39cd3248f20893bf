"""One phrase in both languages of the product."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "ru"]
LANGUAGES: tuple[Language, ...] = ("en", "ru")


@dataclass(frozen=True, slots=True)
class Text:
    """A phrase in English and Russian; neither may be empty."""

    en: str
    ru: str

    def __post_init__(self) -> None:
        if not self.en.strip() or not self.ru.strip():
            raise ValueError(f"a Text needs both languages: {self.en!r} / {self.ru!r}")

    def __getitem__(self, language: Language) -> str:
        return self.ru if language == "ru" else self.en

    def fill(self, **values: object) -> "Text":
        """The phrase with each ``{name}`` replaced; a `Text` value keeps its language."""
        return Text(
            _fill(self.en, values, "en"),
            _fill(self.ru, values, "ru"),
        )


def same(phrase: str) -> Text:
    """A phrase that reads alike in both languages (a file name, an acronym)."""
    return Text(phrase, phrase)


#: Latin letters for Russian ones, as names of plans and products are usually written in both alphabets.
LATIN = dict(
    zip(
        "абвгдезийклмнопрстуфхцчшщъыьэюяё",
        "a b v g d e z i i k l m n o p r s t u f kh ts ch sh sch - y - e yu ya e".split(),
        strict=True,
    )
) | {"ж": "zh", "ъ": "", "ь": ""}


def latin(word: str) -> str:
    """The word in small Latin letters: «Про» and “Pro” are both ``pro``."""
    return "".join(LATIN.get(letter, letter) for letter in word.casefold())


def _fill(pattern: str, values: Mapping[str, object], language: Language) -> str:
    for name, value in values.items():
        shown = value[language] if isinstance(value, Text) else str(value)
        pattern = pattern.replace("{" + name + "}", shown)
    return pattern
