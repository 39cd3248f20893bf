"""Owners that a question names: by all words of the name, by a surname, or by role and number («у третьего менеджера»)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.reading.counted import CLIENT
from agent.reading.time_words import NUMBERS

if TYPE_CHECKING:
    from agent.reading.understand import Understood

#: Words of roles in both languages, one pattern a role.
ROLES: tuple[str, ...] = (
    r"менеджер(?:а|у|ом|е)?|manager|csm|ксм|kam|кам", r"директор(?:а|у|ом|е)?|director", r"куратор(?:а|у|ом|е)?|curator|supervisor",
    r"продав(?:ец|ца|цу|цом|це)|seller|sales ?rep|rep", r"специалист(?:а|у|ом|е)?|specialist", r"агент(?:а|у|ом|е)?|agent",
    r"команд(?:а|ы|е|у|ой)|team", r"групп(?:а|ы|е|у|ой)|group", r"отдел(?:а|у|ом|е)?|department", r"филиал(?:а|у|ом|е)?|branch",
)  # fmt: skip
#: Other words of a role's name.
ALSO: tuple[str, ...] = (
    r"аккаунт\w*|account", r"успех\w*|success", r"продаж\w*|sales", r"поддержк\w*|support", r"ключев\w+|key",
    r"старш\w+|senior", r"младш\w+|junior", r"руководител\w*|head", r"регион\w*|regional", r"партнер\w*|partner",
)  # fmt: skip
_ORDINALS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        ("перв first", "втор second", "трет third", "четверт fourth", "пят fifth", "шест sixth", "седьм seventh", "восьм eighth", "девят ninth", "десят tenth"),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
_TH = "|".join(word if word.isascii() else rf"{word}\w{{2,4}}" for word in _ORDINALS)
_CARDINALS = "|".join(
    sorted((word for word, number in NUMBERS.items() if number > 1 or word == "one"), key=len, reverse=True)
)
_FORE = r"(?:(?:success|account|sales|key|senior|support) )*"
_AFTER = r"(?: (?:по (?:успеху|работе|продажам|клиентам)(?: клиентов)?|of success))?"
_SIGN = r"\s*(?:№|#|no\.?|number|номер)?\s*"
#: What is counted by a number after a role is not the number of the role: «дай менеджеру 5 клиентов».
_COUNTED = r"(?!\s*(?:%|процент|тыс|млн|руб|days?|дн|недел|week|month|месяц|квартал|quarter|год|year|имен|names|письм|letters|клиент(?:а|ов)\b|договор(?:а|ов)\b))(?![.,]?\d)"
_EACH = re.compile(r"\b(?:each|every|per|a|our|the|кажд\w+|любо\w+|одно\w+)\s+$")


#: A role with its number after it, with several numbers, and with an ordinal before it.
_SHAPES = tuple(
    (
        role,
        re.compile(rf"\b(?:{role}){_AFTER}{_SIGN}-?(?P<n>\d{{1,3}}|{_CARDINALS})\b(?:-?(?:й|го|му|м))?{_COUNTED}"),
        re.compile(rf"\b(?:{role})(?:s|ы|ов|ам|ами|ах){_AFTER}{_SIGN}(?P<n>\d{{1,3}})\b"),
        re.compile(
            rf"\b(?:(?P<th>{_TH})|(?P<d>\d{{1,3}})(?:-?(?:й|го|му|м|ый|ого|ому|ым)|st|nd|rd|th)) {_FORE}(?:{role})\b"
        ),
    )
    for role in ROLES
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A role and number that a question names, with its words."""

    role: str
    number: int
    words: str


def named(text: str, seen: "Understood", owners: Sequence[str], ordinary: frozenset[str]) -> list[str]:
    """The owners named; one whose number the data lack is spelled as the others are."""
    from agent.reading.understand import place
    from knowledge.search import stems

    own = tuple(stem for word in re.findall(r"\w+", text) for stem in stems(word))
    found = [owner for owner in owners if len(stems(owner)) > 1 and place(own, tuple(stems(owner)), set()) is not None]
    for said in numbered(text):
        found += _of_number(said, owners)
    found += [owner for owner in owners if not re.search(r"\d", owner) and _translated(owner, text)]
    return list(dict.fromkeys(found)) or _surnames(seen, text, owners, ordinary)


def numbered(text: str) -> list[Numbered]:
    """Roles with a number in a text in small letters: “manager 3's”, «пятого менеджера по успеху»."""
    found = []
    for role, after, several, before in _SHAPES:
        for match in after.finditer(text):
            counted = re.match(rf"\s+{CLIENT}", text[match.end() :]) and _EACH.search(text[: match.start()])
            if not counted:
                found.append(Numbered(role, int(match["n"]) if match["n"].isdigit() else NUMBERS[match["n"]], match[0]))
            found += [Numbered(role, int(number), match[0]) for number in _more(text[match.end() :])]
        for match in several.finditer(text):
            others = _more(text[match.end() :])
            found += [Numbered(role, int(number), match[0]) for number in ([match["n"], *others] if others else [])]
        for match in before.finditer(text):
            said = match["th"] or ""
            number = match["d"] or next(n for word, n in _ORDINALS.items() if said.startswith(word))
            found.append(Numbered(role, int(number), match[0]))
    return found


def _more(after: str) -> list[str]:
    """Numbers that share the role before them: “managers 3 and 5”."""
    match = re.match(
        rf"\s*(?:,|и|and|or|vs|против|или)\s+(\d{{1,3}})(?:-?(?:й|го|му|м))?\b{_COUNTED}(?!\s+{CLIENT})", after
    )
    return [match[1]] if match else []


def _of_number(said: Numbered, owners: Sequence[str]) -> list[str]:
    """The owners of that role and number; else, where others of the role have numbers, the name that it would have."""
    numbers = [(owner, match) for owner in owners if (match := re.fullmatch(r"(.*?\D)0*(\d{1,3})", owner.strip()))]
    same = [(owner, match) for owner, match in numbers if re.search(rf"\b(?:{said.role})\b", _plain(match[1]))]
    found = [owner for owner, match in same if int(match[2]) == said.number]
    if len(found) > 1:
        told = [
            owner
            for owner in found
            if any(_has(words, owner) and re.search(rf"\b(?:{words})\b", said.words) for words in ALSO)
        ]
        return told or found
    return found or ([f"{same[0][1][1]}{said.number}"] if same else [])


def _has(words: str, owner: str) -> bool:
    return re.search(rf"\b(?:{words})\b", _plain(owner)) is not None


def _translated(owner: str, text: str) -> bool:
    """Whether a text names an owner that is a role in the words of the other language: “the account director”."""
    words = re.findall(r"[^\W\d_]+", _plain(owner))
    meant = [next((known for known in (*ROLES, *ALSO) if re.fullmatch(known, word)), None) for word in words]
    if len(words) < 2 or any(known is None for known in meant):
        return False
    return re.search(r"[\s-]+".join(rf"\b(?:{known})\b" for known in meant), text) is not None


def _surnames(seen: "Understood", text: str, owners: Sequence[str], ordinary: frozenset[str]) -> list[str]:
    """Owners of whose name one word stands in the question with its capital letter, and in no other owner's name."""
    from knowledge.search import stems

    if seen.mentions:
        return []
    capital = {
        stem
        for word in re.findall(r"(?<![.?!…]\s)(?<!^)\b[A-ZА-ЯЁ][a-zа-яё]{3,}", seen.question)
        for stem in stems(word)
    }
    capital &= {stem for word in re.findall(r"\w+", text) for stem in stems(word)}
    names = {owner: {stem for word in re.findall(r"[^\W\d_]{4,}", owner) for stem in stems(word)} for owner in owners}
    found = []
    for owner, own in names.items():
        others = {stem for other, theirs in names.items() if other != owner for stem in theirs}
        if capital & (own - others - ordinary) and not any(_has(role, owner) for role in ROLES):
            found.append(owner)
    return found


def _plain(value: str) -> str:
    return value.lower().replace("ё", "е")
