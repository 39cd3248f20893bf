"""The words of the names of all clients, and the accounts of each word."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.text import latin

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

Account = tuple[str, str]
WORD = re.compile(r"[^\W_]+")
#: Russian nouns whose other cases only add to them.
CONSONANT = re.compile(r"[бвгджзклмнпрстфхцчшщ]$")
LEGAL = frozenset(
    "ооо оао зао пао ао ип гбуз гбу мбу мбоу фгуп фгбу нко тоо ltd llc inc gmbh co corp company plc limited group компания группа "
    "ooo oao zao pao ao ip gbuz llp jsc".split()
)


@dataclass(frozen=True, slots=True)
class Index:
    """The words of all names: each account's own, and the accounts of each word.

    ``cases`` are stems that other cases of a word of the names come to («кварталом» for «квартал»), each with the word's own.
    """

    accounts: Sequence[Account]
    cores: Sequence[tuple[str, ...]]
    owners: Mapping[str, Sequence[int]]
    stems: Sequence[str]
    romanised: Mapping[str, str]
    cases: Mapping[str, str]


def index_of(portfolio: "Portfolio") -> Index:
    """The index of the names of a portfolio, made once."""
    if "name_index" not in portfolio.memo:
        portfolio.memo["name_index"] = _indexed(list(portfolio.accounts()))
    index: Index = portfolio.memo["name_index"]
    return index


def _indexed(accounts: Sequence[Account]) -> Index:
    from knowledge.search import stems

    cores: list[tuple[str, ...]] = []
    owners: dict[str, list[int]] = defaultdict(list)
    spelled: dict[str, str] = {}  # every form of a word of the names, and its stem
    cases: dict[str, str] = {}
    for place, (_, name) in enumerate(accounts):
        words = [word.lower().replace("ё", "е") for word in WORD.findall(name) if word.lower() not in LEGAL]
        core = tuple(stems(" ".join(words)))
        cores.append(core)
        for stem, word in zip(core, words, strict=True):
            spelled.setdefault(roman(word), stem)
            cases |= dict.fromkeys(stems(f"{word}ом") if CONSONANT.search(word) else (), stem)
        for stem in set(core):
            owners[stem].append(place)
    cases = {other: stem for other, stem in cases.items() if other not in owners}
    return Index(accounts, cores, owners, list(owners), spelled, cases)


def roman(word: str) -> str:
    """The word in Latin letters, so that the ways in which people write Russian names in them come to one."""
    plain = latin(word)
    for said, kept in (
        ("kh", "h"),
        ("yi", "y"),
        ("iy", "y"),
        ("ii", "y"),
        ("yo", "e"),
        ("x", "ks"),
        ("j", "y"),
        ("'", ""),
    ):
        plain = plain.replace(said, kept)
    return plain
