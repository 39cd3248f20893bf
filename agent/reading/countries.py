"""Countries by their names in either language, as the data spell them: “in Germany” is DE, «по США» is US."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from babel import Locale

from tools.text import LANGUAGES

#: Codes and names in use beside those of the standard.
ALSO: Mapping[str, str] = {
    "uk": "GB", "britain": "GB", "great britain": "GB", "england": "GB", "британия": "GB", "англия": "GB", "usa": "US", "america": "US", "the states": "US",
    "сша": "US", "америка": "US", "штаты": "US", "рф": "RU", "эмираты": "AE", "emirates": "AE", "uae": "AE", "оаэ": "AE", "holland": "NL", "голландия": "NL",
    "белоруссия": "BY", "киргизия": "KG", "czech republic": "CZ", "корея": "KR", "korea": "KR",
}  # fmt: skip
#: A word before the name of a country that makes it another place, and codes that only states have.
OTHERWISE = re.compile(r"new|north\w*|south\w*|west\w*|east\w*|papua|нов\w+|северн\w+|южн\w+|западн\w+|восточн\w+")
STATES = frozenset({"TX", "NY", "NJ", "OH", "WA"})


def countries(text: str, values: Sequence[str]) -> list[str]:
    """The values, codes or names of countries, of the countries that a text in small letters names."""
    own = {value: code for value in values if (code := _code(value)) is not None}
    if not own or STATES & set(values):
        return []
    named = _named(text)
    return [value for value, code in own.items() if code in named]


def words(text: str, values: Sequence[str]) -> set[str]:
    """The words of a text by which it names the countries of ``values``."""
    wanted = {_code(value) for value in countries(text, values)}
    return {word for name, code in _spoken(text) if code in wanted for word in name}


def _code(value: str) -> str | None:
    """The two letters of a country by its code or its name in either language."""
    plain = value.strip()
    if re.fullmatch(r"[A-Z]{2}", plain):
        return ALSO.get(plain.lower(), plain if plain in Locale("en").territories else None)
    return _names().get(_stems(plain))


def _named(text: str) -> set[str]:
    return {code for _words, code in _spoken(text)}


def _spoken(text: str) -> list[tuple[tuple[str, ...], str]]:
    """The words of each country named in a text, with its code."""
    words = re.findall(r"[^\W\d_]+", text.lower().replace("ё", "е"))
    stems = [_stems(word) for word in words]
    found = []
    taken = -1
    for start in range(len(words)):
        if start <= taken or words[start] == "того" or start and OTHERWISE.fullmatch(words[start - 1]):
            continue
        for size in (3, 2, 1):
            name = tuple(stem for one in stems[start : start + size] for stem in one)
            if len(stems[start : start + size]) == size and name in _names():
                found.append((tuple(words[start : start + size]), _names()[name]))
                taken = start + size - 1
                break
    return found


@cache
def _names() -> Mapping[tuple[str, ...], str]:
    """Codes of countries by the stems of their names; “us” alone is a pronoun."""
    found = {
        _stems(str(name)): str(code)
        for language in LANGUAGES
        for code, name in Locale(language).territories.items()
        if re.fullmatch(r"[A-Z]{2}", str(code)) and code not in ("ZZ", "EU", "EZ", "UN")
    }
    return {**found, **{_stems(name): code for name, code in ALSO.items()}}


def _stems(words: str) -> tuple[str, ...]:
    from knowledge.search import stems

    return tuple(stems(words))
