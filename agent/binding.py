"""Which words go with which token: a token in another token's place is seen by the company it keeps.

Around every token stand words and other tokens; the nearer, the more they weigh (half behind each comma, a quarter behind
a semicolon). Where two tokens stand in a draft as the claims have them, the distances to their own company in the claims are
smaller than after changing places; where they have changed places, greater. What decides is the scalar product of two
differences, so of a draft that keeps the claims' words neither is mistaken for the other unless both keep the same company.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations

from knowledge.corpus import stems
from tools.render import TOKEN

SENTENCE = re.compile(r"(?<=[.!?…])[»”)]?\s+|\n+")
PIECE = re.compile(r"\[\[([FDA]\d+)\]\]|([,;()])|([^\W_]+(?:[’'-][^\W_]+)*)")
STEPS = {",": 1, ";": 2}
HEAD = re.compile(r":|\s[—–-]\s")
#: How much nearer than after a change of places two tokens of different claims must be, as a part of what parts them.
MARGIN = 0.2
CONTAINED = 0.7

Company = Mapping[str, float]


@dataclass(frozen=True)
class Place:
    """A token where it stands, its company, and the sentence before its own."""

    token: str
    company: Company
    claim: int = -1
    before: Company = field(default_factory=dict)


@dataclass(frozen=True)
class Unit:
    """One sentence of a claim or of a draft."""

    text: str
    claim: int = -1
    before: str = field(default="", compare=False)

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Its tokens, in order."""
        return tuple(TOKEN.findall(self.text))

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems of its words."""
        return frozenset(stems(TOKEN.sub(" ", self.text)))

    @cached_property
    def head(self) -> frozenset[str]:
        """The stems of the words that name what the sentence is about: those before its colon or dash."""
        return Unit(HEAD.split(self.text, maxsplit=1)[0]).words

    @cached_property
    def facts(self) -> frozenset[str]:
        """The tokens that the sentence is known by: its readings, else its names, else its days."""
        kinds = ({token for token in self.tokens if token.startswith(letter)} for letter in "FAD")
        return frozenset(next(filter(None, kinds), ()))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Its tokens with their company."""
        before = dict.fromkeys([*stems(TOKEN.sub(" ", self.before)), *TOKEN.findall(self.before)], 1.0)
        return tuple(Place(token, company, self.claim, before) for token, company in _company(self.text))

    def holds(self, other: "Unit") -> bool:
        """Whether the words of the other sentence are in this one, most of them."""
        return bool(other.words) and len(self.words & other.words) >= CONTAINED * len(other.words)

    def names(self, other: "Unit") -> bool:
        """Whether half of the words that name what the other sentence is about are here."""
        head = {word for word in other.head if len(word) > 3}
        return 2 * len(self.words & head) >= len(head)

    def likeness(self, other: "Unit") -> tuple[int, int]:
        """How many words of the other sentence are here, then how few besides: the greater, the more alike."""
        return len(self.words & other.words), -len(self.words)


def units(*texts: str) -> list[Unit]:
    """The sentences of a draft, or of claims one after another; each knows its claim and the sentence before it there."""
    found: list[Unit] = []
    for place, text in enumerate(texts):
        before = ""
        for part in SENTENCE.split(text):
            if part.strip():
                found.append(Unit(part, place, before))
                before = part
    return found


def misplaced(draft: Sequence[Unit], claims: Sequence[Unit]) -> list[str]:
    """The pairs of tokens of a draft that stand in each other's place, or so that none can tell which is which."""
    own: dict[str, list[Place]] = {}
    for unit in claims:
        for place in unit.places:
            own.setdefault(place.token, []).append(place)
    here = [place for unit in draft for place in unit.places if place.token in own]
    near, wide = Distances(own, lambda place: place.company), Distances(own, lambda place: place.before)
    told, led = _leads(claims), _leads(draft)
    used = {place.token for place in here}
    found = []
    for place in here:
        for token in own:
            if token[0] != place.token[0] or token == place.token or (token in used and token[0] == "F"):
                continue
            sure = 0.5 if token in used and token[0] == "A" else 1.0
            if near.apart(place.token, token) > 0 and near.to(place, token) < sure * near.to(place, place.token):
                found.append(f"{place.token} for {token}")
    for one, other in combinations(here, 2):
        if one.token == other.token or one.token[0] != other.token[0]:
            continue
        if near.apart(one.token, other.token) > 0:
            wrong = near.gain(one, other) < MARGIN * near.least(one.token, other.token)
        elif wide.apart(one.token, other.token) > 0:
            wrong = wide.gain(one, other) < 0
        else:
            turned = near.first(one.token) > near.first(other.token)
            wrong = not near.listed(one.token, other.token) and _crossed(one.token, other.token, told, led, turned)
        if wrong:
            found.append(f"{one.token} and {other.token}")
    return list(dict.fromkeys(found))


def _leads(text: Sequence[Unit]) -> dict[str, str]:
    """Behind which reading each token first stands: the last one told before it, or nothing."""
    leads: dict[str, str] = {}
    last = ""
    for unit in text:
        for token in unit.tokens:
            leads.setdefault(token, last)
            last = token if token.startswith("F") else last
    return leads


def _crossed(one: str, other: str, told: Mapping[str, str], led: Mapping[str, str], turned: bool) -> bool:
    """Whether one of two tokens of one company stands behind the reading of the other.

    Where each stands behind its own their order is free; else it is that of the claims.
    """
    if told[one] == told[other]:
        return turned
    if told[other] and led[one] == told[other] or told[one] and led[other] == told[one]:
        return True
    return turned and (led[one], led[other]) != (told[one], told[other])


class Distances:
    """Squared distances between the company of a token in a draft and in the claims."""

    def __init__(self, own: Mapping[str, Sequence[Place]], company: Callable[[Place], Company]) -> None:
        self.own = own
        self.company = company
        self._known: dict[tuple[int, str], float] = {}
        self._apart: dict[tuple[str, str], float] = {}

    def to(self, place: Place, token: str) -> float:
        """From the place to the nearest place of the token in the claims."""
        key = (id(place), token)
        if key not in self._known:
            here = self.company(place)
            self._known[key] = min(_distance(here, self.company(other)) for other in self.own[token])
        return self._known[key]

    def apart(self, one: str, other: str) -> float:
        """Between the nearest places of two tokens in the claims."""
        key = (one, other) if one < other else (other, one)
        if key not in self._apart:
            pairs = ((self.company(a), self.company(b)) for a in self.own[one] for b in self.own[other])
            self._apart[key] = min(_distance(a, b) for a, b in pairs)
        return self._apart[key]

    def gain(self, one: Place, other: Place) -> float:
        """How much farther the two would be from their own company after changing places."""
        crossed = self.to(one, other.token) + self.to(other, one.token)
        return crossed - self.to(one, one.token) - self.to(other, other.token)

    def least(self, one: str, other: str) -> float:
        """What parts two tokens of different claims; nothing where one claim holds both, as their order is known."""
        together = {place.claim for place in self.own[one]} & {place.claim for place in self.own[other]}
        return 0.0 if together else self.apart(one, other)

    def first(self, token: str) -> int:
        """The first claim that holds the token."""
        return min(place.claim for place in self.own[token])

    def listed(self, one: str, other: str) -> bool:
        """Whether two tokens of one company stand in one list: every claim between holds another of that company."""
        low, high = sorted((self.first(one), self.first(other)))
        alike = {self.first(token) for token in self.own if token[0] == one[0] and self.apart(one, token) == 0}
        return alike.issuperset(range(low, high + 1))


def _distance(one: Company, other: Company) -> float:
    return sum((weight - other.get(word, 0.0)) ** 2 for word, weight in one.items()) + sum(
        weight * weight for word, weight in other.items() if word not in one
    )


def _company(text: str) -> list[tuple[str, Company]]:
    pieces: list[tuple[str, str, str]] = []
    for token, mark, word in PIECE.findall(text):
        pieces += [("", "", stem) for stem in _stems(word)] if word else [(token, mark, "")]
    return [(token, _around(pieces, at)) for at, (token, _, _) in enumerate(pieces) if token]


def _around(pieces: Sequence[tuple[str, str, str]], at: int) -> Company:
    company: dict[str, float] = {}
    own = pieces[at][0][0]
    for side, row in ((1, pieces[at + 1 :]), (-1, pieces[:at][::-1])):
        beside, far, outer = True, 0, list[int]()
        for token, mark, word in row:
            if mark == ("(" if side > 0 else ")"):
                outer.append(far)
                far += 1
            elif mark in ("(", ")"):
                far = outer.pop() if outer else far + 1
            elif mark:
                far += STEPS[mark]
            else:
                if beside:
                    company[f"{side} {token[:1] or word}"] = 1.0
                    beside = False
                if token[:1] != "F" or own != "F":
                    company[token or word] = max(company.get(token or word, 0.0), 0.5**far)
    return company


@lru_cache(maxsize=50_000)
def _stems(word: str) -> tuple[str, ...]:
    return tuple(stems(word))
