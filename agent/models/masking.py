"""Masking for an endpoint that is not local: names and personal data leave as pseudonyms and come back undone.

A pseudonym (``CLIENT_01``) is the same for the same thing within one request and means nothing outside it: the table
lives in memory as long as the request does and is stored nowhere.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agent.models.identifiers import Found, apart, identifiers

if TYPE_CHECKING:
    from agent.models.wire import Reply
    from tools.portfolio import Portfolio

KINDS = (
    "CLIENT", "PERSON", "INN", "KPP", "OGRN", "SNILS", "PASSPORT", "CARD", "BANK", "BIK", "PHONE", "EMAIL", "ADDRESS",
)  # fmt: skip
PSEUDONYM = re.compile(rf"(?<![A-Za-z0-9_])({'|'.join(KINDS)})_0*(\d+)(?!\d)")
#: The end of a piece that may be the beginning of a pseudonym.
BEGUN = re.compile(r"(?<![A-Za-z0-9_])[A-Z]{1,8}(?:_\d*)?$")
WORD = re.compile(r"[^\W_]+")
ENDING = re.compile(r"[аеиоуыэюяйь]{1,2}$")
FIRST, SHORTEST_BASE, LONGEST_ENDING = 3, 4, 3
FUZZY_NAMES, FUZZY_LETTERS, FUZZY_LIKENESS = 20_000, 5, 86.0


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name: its stem, and what all its cases begin with."""

    stem: str
    base: str

    def is_met(self, word: str, stem: str) -> bool:
        """Whether a word of a text is this one in some case of it."""
        long = len(self.base) >= SHORTEST_BASE
        return stem == self.stem or (
            long and word.startswith(self.base) and len(word) - len(self.base) <= LONGEST_ENDING
        )


@dataclass(frozen=True, slots=True)
class Names:
    """Names of clients by the first letters of their first word, the longest first; of one-word names the stems."""

    by_first: Mapping[str, Sequence[tuple[Word, ...]]]
    single: Sequence[str]


def known_names(names: Iterable[str]) -> Names:
    """The index of names: legal forms do not count, and neither does a name of digits alone."""
    from agent.reading.name_index import LEGAL
    from knowledge.search import stems

    known: dict[str, Word] = {}
    by_first: dict[str, set[tuple[Word, ...]]] = defaultdict(set)
    for name in names:
        words = [word for word in WORD.findall(name.lower().replace("ё", "е")) if word not in LEGAL]
        for word in words:
            if word not in known:
                known[word] = Word((stems(word) or [word])[0], ENDING.sub("", word))
        core = tuple(known[word] for word in words)
        if core and not "".join(words).isdigit():
            by_first[words[0][:FIRST]].add(core)
    table = {first: sorted(cores, key=len, reverse=True) for first, cores in by_first.items()}
    alone = {core[0].stem for cores in table.values() for core in cores if len(core) == 1}
    single = sorted(stem for stem in alone if len(stem) >= FUZZY_LETTERS - 1)
    return Names(table, single if len(single) <= FUZZY_NAMES else [])


def names_of(portfolio: "Portfolio") -> Names:
    """The names of a portfolio's clients; made once."""
    if "masked_names" not in portfolio.memo:
        portfolio.memo["masked_names"] = known_names(name for _, name in portfolio.accounts())
    found: Names = portfolio.memo["masked_names"]
    return found


class Mask:
    """The pseudonyms of one request; an idle one changes nothing."""

    def __init__(self, names: Names | None = None, *, idle: bool = False) -> None:
        self.names, self.idle = names, idle
        self._shown: dict[str, str] = {}
        self._given: dict[tuple[str, str], str] = {}

    def hidden(self, text: str) -> str:
        """A text of the user's with names and personal data replaced by pseudonyms."""
        if self.idle:
            return text
        named = _named(text, self.names) if self.names is not None else []
        return self._replaced(text, apart([*identifiers(text), *named]))

    def sealed(self, prompt: str) -> str:
        """A whole prompt with the personal data that may still stand in it replaced; names are looked for where they may be."""
        return prompt if self.idle else self._replaced(prompt, identifiers(prompt))

    def undone(self, pieces: Iterable[str], *, escaped: bool = False) -> Iterator[str]:
        """The pieces of a reply with what was hidden put back, also where a pseudonym is cut between two of them.

        ``escaped`` puts it back as it must stand inside a JSON string.
        """
        held = ""
        for piece in pieces:
            text = held + piece
            begun = BEGUN.search(text) if self._shown else None
            ready = text[: begun.start()] if begun else text
            held = text[len(ready) :]
            if ready:
                yield self._restored(ready, escaped=escaped)
        if held:
            yield self._restored(held, escaped=escaped)

    def opened(self, reply: "Reply") -> "Reply":
        """A reply with what was hidden put back, in its JSON text and in its tool calls."""
        if not self._shown:
            return reply
        calls = tuple(self._through(item) for item in reply.calls)
        return replace(reply, text="".join(self.undone([reply.text], escaped=True)), calls=calls)

    def _through(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._restored(value, escaped=False)
        if isinstance(value, dict):
            return {name: self._through(item) for name, item in value.items()}
        return [self._through(item) for item in value] if isinstance(value, list) else value

    def _restored(self, text: str, *, escaped: bool) -> str:
        def back(match: re.Match[str]) -> str:
            known = self._shown.get(f"{match.group(1)}_{int(match.group(2)):02d}")
            if known is None:
                return match.group()
            return json.dumps(known, ensure_ascii=False)[1:-1] if escaped else known

        return PSEUDONYM.sub(back, text)

    def _replaced(self, text: str, found: Sequence[Found]) -> str:
        pieces, last = [], 0
        for item in found:
            pieces += [text[last : item.start], self._pseudonym(item.kind, text[item.start : item.end], text)]
            last = item.end
        return "".join([*pieces, text[last:]])

    def _pseudonym(self, kind: str, original: str, text: str) -> str:
        if PSEUDONYM.fullmatch(original):
            return original
        key = (kind, _plain(original))
        if key not in self._given:
            number = sum(known == kind for known, _ in self._given) + 1
            while f"{kind}_{number:02d}" in self._shown or f"{kind}_{number:02d}" in text:
                number += 1
            self._given[key] = f"{kind}_{number:02d}"
            self._shown[self._given[key]] = original
        return self._given[key]


def _plain(original: str) -> str:
    return re.sub(r"[\W_]+", "", original).casefold()


def _named(text: str, names: Names) -> list[Found]:
    """Places where a client's name stands: in any case of it, or, a name of one word, misspelled by a letter."""
    from knowledge.search import stems

    words = [(match.group().lower().replace("ё", "е"), *match.span()) for match in WORD.finditer(text)]
    own = [(word, (stems(word) or [word])[0]) for word, _, _ in words]
    found, at = [], 0
    while at < len(own):
        near = names.by_first.get(own[at][0][:FIRST], ())
        core = next((core for core in near if _stands(core, own[at : at + len(core)])), None)
        length = len(core) if core is not None else int(_misspelled(*own[at], names))
        if length:
            found.append(Found(words[at][1], words[at + length - 1][2], "CLIENT"))
        at += length or 1
    return found


def _stands(core: tuple[Word, ...], own: Sequence[tuple[str, str]]) -> bool:
    return len(own) == len(core) and all(word.is_met(*met) for word, met in zip(core, own, strict=True))


def _misspelled(word: str, stem: str, names: Names) -> bool:
    from rapidfuzz import fuzz, process

    from agent.examples import vocabulary

    if len(word) < FUZZY_LETTERS or word.isdigit() or not names.single or stem in vocabulary():
        return False
    return process.extractOne(stem, names.single, scorer=fuzz.ratio, score_cutoff=FUZZY_LIKENESS) is not None
