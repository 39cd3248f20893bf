"""Which clients a question names: by id, by name in any case of it, misspelled, or in the other alphabet.

A name is found where its words (legal forms apart) stand together in the question. A misspelled word is taken for the
nearest word of a name only where the question's own word is no word of ordinary questions.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.reading.listed_names import by_number, in_series
from agent.reading.name_index import LEGAL, WORD, Account, Index, index_of, roman

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

QUOTED = re.compile(r"[«“\"„]([^«»“”\"„]{2,80})[»”\"]")
CALLED = re.compile(
    r"(?:клиент\w*|компани\w*|заказчик\w*|client|account|customer|company|ооо|оао|зао|пао|ао|ип|гбуз)\s+$",
    re.IGNORECASE,
)
NAMELESS = re.compile(
    r"(?<!\w)(?:клиент\w*|компани\w*|client|account|customer|для|у|с|о|об|про|for|about|with|ооо|оао|зао|пао|ао|ип|гбуз)\s+[«\"“]([^»\"”]+)[»\"”]",
    re.IGNORECASE,
)
CLIENT_ID = r"(?:клиент\w*|компани\w*|client|account|customer|\bid|№|#)\s*[:№#]?\s*"
#: What may stand between the words of a name in a question.
BETWEEN = LEGAL | {"и", "and", "no", "n"}
MANY = 5


@dataclass(frozen=True, slots=True)
class Mention:
    """One place of a question where a client is named: who may be meant (several: it is not clear) and which words."""

    accounts: tuple[Account, ...]
    places: frozenset[int]


def mentions(question: str, portfolio: "Portfolio", *, ordinary: frozenset[str] = frozenset()) -> tuple[Mention, ...]:
    """The clients named, in the order of the question; ``ordinary`` are stems that no misspelled name may stand for."""
    from knowledge.search import stems

    words = WORD.findall(question)
    index = index_of(portfolio)
    own = [index.cases.get(stem, stem) for stem in (next(iter(stems(word)), "") for word in words)]
    found = _by_id(question, words, index)
    found += _shortened(question, own, index, taken=_places(found))
    found += _whole(words, own, index, taken=_places(found))
    near = _near(question, words, own, index, ordinary, _places(found))
    found += [mention for mention in near if not found or len(mention.places) > 1]
    return tuple(sorted(found, key=lambda mention: min(mention.places, default=0)))


def nameless(question: str, portfolio: "Portfolio") -> re.Match[str] | None:
    """A quoted name of a client that the data lack; a plan or another value of the data in quotes is none."""
    from agent.reading.plans import named

    quoted = [(item.start, item.end) for item in named(question, portfolio)]
    lead = len(question) - len(question.lstrip())
    found = NAMELESS.finditer(question)
    return next((match for match in found if (match.start(1) - lead, match.end(1) - lead) not in quoted), None)


def known_words(portfolio: "Portfolio") -> Collection[str]:
    """Stems of the words of all names: never misspellings of anything else."""
    return index_of(portfolio).owners.keys()


def masked(question: str, named: Iterable[Mention]) -> str:
    """The question with slots in place of names: ``{account}`` for the first client, ``{other}`` for the next."""
    spans = [match.span() for match in WORD.finditer(question)]
    cuts = []
    for place, mention in enumerate(named):
        if mention.places:
            first, last = min(mention.places), max(mention.places)
            cuts.append((spans[first][0], spans[last][1], "{account}" if place == 0 else "{other}"))
    for start, end, slot in sorted(cuts, reverse=True):
        question = question[:start] + slot + question[end:]
    question = re.sub(r"(\{(?:account|other)\})\s*[»\"”]", r"\1", question)
    return re.sub(r"(?i)\b(?:ооо|оао|зао|пао|ао|ип|гбуз)\s*[«\"“]?\s*(?=\{)", "", question)


def _by_id(question: str, words: Sequence[str], index: Index) -> list[Mention]:
    """Ids that stand in the question; a bare number (sixty days) only after a word for a client."""
    shown = set(words) | {word.strip(".,:;?!()«»“”\"'") for word in question.split()}
    found = []
    for account, name in index.accounts:
        if account in shown and not account.isdigit():
            spot = next((place for place, word in enumerate(words) if word in account), None)
            found.append(Mention(((account, name),), frozenset() if spot is None else frozenset({spot})))
        elif account.isdigit() and account in shown:
            match = re.search(rf"{CLIENT_ID}({account})(?!\w)", question, re.IGNORECASE)
            if match:
                found.append(Mention(((account, name),), frozenset({words.index(account)})))
    return found


def _shortened(question: str, own: Sequence[str], index: Index, *, taken: frozenset[int]) -> list[Mention]:
    """Clients given by the number in their names, or in a row with their noun said once."""
    spans = [match.span() for match in WORD.finditer(question)]
    made: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, core in enumerate(index.cores):
        if len(core) == 2:
            made[core[0], core[1]].append(place)
    pairs = {core: places[0] for core, places in made.items() if len(places) == 1}
    found = by_number(question, index.cores, spans) | in_series(question, own, spans, pairs, taken)
    return [Mention((index.accounts[place],), places) for place, places in found.items() if not places & taken]


def _whole(words: Sequence[str], own: Sequence[str], index: Index, *, taken: frozenset[int]) -> list[Mention]:
    """Names of which every word stands in the question, close together; longer names first, a word serves one name."""
    present = {stem for stem in own if stem}
    candidates = {place for stem in present for place in index.owners.get(stem, ())}
    hits: dict[frozenset[int], list[Account]] = defaultdict(list)
    for place in candidates:
        core = index.cores[place]
        if core and set(core) <= present and not "".join(core).isdigit():
            spot = _window(words, own, core)
            if spot is not None and not spot & taken:
                hits[spot].append(index.accounts[place])
    return _apart(hits)


def _window(words: Sequence[str], own: Sequence[str], core: tuple[str, ...]) -> frozenset[int] | None:
    """The places of a name's words in the question: in their order, with nothing but a legal form between them."""
    for start, stem in enumerate(own):
        if stem != core[0]:
            continue
        places, at = [start], start
        for wanted in core[1:]:
            at += 1
            while at < len(words) and own[at] != wanted and words[at].lower() in BETWEEN:
                at += 1
            if at >= len(words) or own[at] != wanted:
                break
            places.append(at)
        if len(places) == len(core):
            return frozenset(range(places[0], places[-1] + 1))
    return None


def _apart(hits: Mapping[frozenset[int], list[Account]]) -> list[Mention]:
    found: list[Mention] = []
    taken: set[int] = set()
    for places, accounts in sorted(hits.items(), key=lambda item: (-len(item[0]), min(item[0]))):
        if not places & taken:
            taken |= places
            found.append(Mention(tuple(accounts), places))
    return found


def _near(
    question: str,
    words: Sequence[str],
    own: Sequence[str],
    index: Index,
    ordinary: frozenset[str],
    taken: frozenset[int],
) -> list[Mention]:
    """Names that are misspelled, in the other alphabet, or shortened: where enough of the words point to few clients."""
    quoted = {word.lower() for part in QUOTED.findall(question) for word in WORD.findall(part)}
    legal = {place + 1 for place, word in enumerate(words) if word.lower() in LEGAL}
    strange: dict[int, dict[str, bool]] = {}
    plain: set[int] = set()
    for place, (word, stem) in enumerate(zip(words, own, strict=True)):
        marked = word.lower() in quoted or place in legal
        alike = {} if word.lower() in LEGAL or place in taken else _alike(word, stem, index)
        if alike:
            strange[place] = alike
            plain |= {place} if stem in ordinary and not marked else set()
    return _apart(_meant(strange, words, index, quoted, legal, plain))


def _meant(
    strange: Mapping[int, Mapping[str, bool]],
    words: Sequence[str],
    index: Index,
    quoted: set[str],
    legal: set[int],
    plain: set[int],
) -> dict[frozenset[int], list[Account]]:
    reach: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, alike in strange.items():
        for stem in alike:
            for account in index.owners[stem]:
                reach[account][stem].append(place)
    hits: dict[frozenset[int], list[Account]] = defaultdict(list)
    scored = []
    for account, spots in reach.items():
        named = [stem for stem in index.cores[account] if stem in spots]
        letters = sum(len(stem) for stem in spots if not stem.isdigit())
        for places in _chains([spots[stem] for stem in named], words):
            whole = len(spots) == len(set(index.cores[account])) == len(places)
            if (letters >= 4 or len(places) >= 2) and not places <= plain:
                scored.append((whole, len(places), account, places))
    for whole, count, account, places in scored:
        rivals = ((w, c) for w, c, _, other in scored if other & places)
        if (whole, count) == max(rivals):
            hits[places].append(index.accounts[account])
    wholes = {places for whole, _, _, places in scored if whole}
    return {
        places: accounts
        for places, accounts in hits.items()
        if len(accounts) <= MANY and _named(places, words, accounts, places in wholes, quoted, legal)
    }


def _chains(spots: Sequence[Sequence[int]], words: Sequence[str]) -> list[frozenset[int]]:
    """Each way to take one place for every word of a name so that they stand together, in the name's order."""
    found = [[place] for place in spots[0]]
    for places in spots[1:]:
        found = [[*chain, place] for chain in found for place in places if _joined(words, chain[-1], place)]
    return [frozenset(chain) for chain in found]


def _joined(words: Sequence[str], before: int, after: int) -> bool:
    """Whether a word of a name follows another as in the name, with nothing but a legal form between them."""
    return before < after and all(words[place].lower() in BETWEEN for place in range(before + 1, after))


def _named(
    places: frozenset[int],
    words: Sequence[str],
    accounts: Sequence[Account],
    whole: bool,
    quoted: set[str],
    legal: set[int],
) -> bool:
    """Whether words that are near a name are meant as one: two of them, or one marked as a name."""
    if len(places) > 1 and (whole or len(accounts) == 1):
        return True
    said = {place: words[place] for place in places}
    marked = any(word.lower() in quoted or place in legal for place, word in said.items())
    capital = any(word[0].isupper() and place > 0 for place, word in said.items())
    return marked or len(accounts) == 1 and (capital or whole and max(map(len, said.values())) > 6)


def _alike(word: str, stem: str, index: Index) -> dict[str, bool]:
    """Words of names that the word may stand for (True: the very word)."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if stem in index.owners:
        return {stem: True}
    edits = 0 if len(stem) < 4 else 1 if len(stem) < 8 else 2
    if not edits or stem.isdigit():
        return {}
    if re.search("[а-яё]", word.lower()):
        near = process.extract(stem, index.stems, scorer=OSA.distance, score_cutoff=edits, limit=8)
        return {name: False for name, _, _ in near if len(name) > 3}
    near = process.extract(roman(word), list(index.romanised), scorer=OSA.distance, score_cutoff=edits, limit=8)
    best = min((distance for _, distance, _ in near), default=0)
    return {index.romanised[form]: False for form, distance, _ in near if distance == best}


def _places(found: Iterable[Mention]) -> frozenset[int]:
    return frozenset(place for mention in found for place in mention.places)
