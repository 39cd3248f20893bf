"""Values of the clients' columns that a question names: its plan, region and industry, and those that it leaves out."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.reading.bounds import cut
from agent.reading.countries import countries
from agent.reading.countries import words as country_words
from agent.reading.owners import named as owner_named
from agent.reading.owners import numbered
from agent.reading.plans import Place, compared, named, places
from agent.reading.plans import lacking as lacking_plans
from agent.reading.plans import plans as plans
from agent.reading.trades import lacking, said, spoken
from tools.errors import UserError
from tools.text import latin

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

#: What stands before those whom a question leaves out.
EXCEPT = re.compile(
    r"(?:\b(?:(?:who|that|which) (?:are|is) not(?: (?:in|on|from|at)\b(?! risk))?|not(?=\s+at[- ]risk)|neither(?: on| in| from)?|nor(?: on| in| from)?|ни (?:на|в|из|у)|кроме|за исключением|за вычетом|исключая|минус|помимо|не считая|без уч[её]та|без|вне|не (?:на|из|в|у)|except(?: for)?|excluding|minus|ex|(?:everywhere|everyone|everybody|anywhere|all|everything|any(?:one|thing)?) but(?: for)?|not (?:counting|including)|save for|leaving out|leave out|other than|apart from|"
    r"but not|not (?:on|in|from)|without|outside(?: of)?)\s+|\bnon-)(?:(?:those|the ones|тех,?(?: кто)?|clients|customers|клиентов)\s+(?:who are\s+|that are\s+)?(?=on\b|in\b|from\b|на\b|в\b|из\b|у\b))?(?:(?:on|in|from|на|в|из|у)\s+(?:the\s+|plan\s+|тариф\w*\s+)?)?"
    r"(?P<those>[^\s,.?!;:]+(?:\s+(?!(?:на|в|во|у|за|по|из|с|со|и не|ни|but|nor|and not|on|in|by|for|over|with|from|during)\b)[^\s,.?!;:]+){0,4})"
)
_WORD = re.compile(r"[^\W_]+")
#: A value of so few letters is a code, and counts in capital letters only.
CODE = 3
#: Words of a value that do not tell it apart from others.
GENERIC = frozenset(
    "санкт saint st область край республика округ город промышленность торговля обл region oblast krai republic city industry trade".split()
)


#: Between the plan that clients are on and the one that they may move to.
MOVED_TO = re.compile(r"[»\"”]?\s*(?:→|->|=>|[-–—]+>|на|to|into)\s*[«\"“]?", re.IGNORECASE)

#: Before the plan that clients are to move to: «повысить до Бизнеса», “ready for Pro”.
MOVING_TO = re.compile(
    r"\b(?:повыс\w+|перевест\w+|перевед\w+|перевод\w*|перейти|перейд\w+|пересад\w+|подн[яи]\w+|апгрейд\w*|дорос\w+|upgrad\w+|move[sd]?|moving|switch\w*|promot\w+|ready|готов\w*)\b"
    r"(?:\W+\w+){0,3}?\W+(?:до|на|to|for|onto|к)\s+(?:the\s+|тариф\w*\s+|план\w*\s+)?[«\"“]?$"
)


def conditions(seen: "Understood", portfolio: "Portfolio") -> list[str]:
    """Conditions of the plan, owners, regions, industries and segments that a question names or leaves out, as texts of a filter."""
    from agent.reading.understand import segments_in

    left = list(EXCEPT.finditer(seen.plain))
    kept = cut(seen.plain, [match.span() for match in left])
    found = _together([*_planned(seen, portfolio, left), *_valued(kept, seen, portfolio)])
    for match in left:
        those = match["those"]
        told = {item.plan for item in places(seen.question, portfolio) if _within(item, [match])}
        found += [f'plan != "{name}"' for name in plans(portfolio) if name in told]
        found += [f'plan != "{name}"' for name in lacking_plans(seen.question, portfolio) if name.lower() in those]
        found += [f'{column} != "{value}"' for column, value in _valued(those, seen, portfolio)]
        found += [f"segment != {key}" for key in segments_in(those)]
    return [*found, *(f'account_id != "{id}"' for id in seen.left_out)]


def _within(item: Place, left: Sequence[re.Match[str]]) -> bool:
    return any(match.start() <= item.start and item.end <= match.end() for match in left)


def _planned(seen: "Understood", portfolio: "Portfolio", left: Sequence[re.Match[str]]) -> list[tuple[str, str]]:
    """The plans that the question names; none where it sets them beside each other."""
    if plans_compared(seen.plain, portfolio):
        return []
    names = [match.span() for place, match in enumerate(_WORD.finditer(seen.question.strip())) if place in _taken(seen)]
    kept = [item for item in named(seen.question, portfolio) if not _within(item, left)]
    free = [item for item in kept if not any(start <= item.start < end for start, end in names)]
    free = [
        item
        for place, item in enumerate(free)
        if not place or not MOVED_TO.fullmatch(seen.question.strip()[free[place - 1].end : item.start])
    ]
    free = [item for item in free if not MOVING_TO.search(seen.plain[: item.start])]
    plain = [*(item.plan for item in free), *([] if left else lacking_plans(seen.question, portfolio))]
    return [("plan", plan) for plan in dict.fromkeys(plain)]


def _taken(seen: "Understood") -> set[int]:
    return {place for mention in seen.mentions for place in mention.places}


def _together(named: Sequence[tuple[str, str]]) -> list[str]:
    """One condition a column; several values of one column are any of them."""
    found = []
    for column in dict.fromkeys(column for column, _ in named):
        values = [f'"{value}"' for other, value in named if other == column]
        found.append(f"{column} = {values[0]}" if len(values) == 1 else f"{column} in ({', '.join(values)})")
    return found


def left_out(plain: str) -> str:
    """The words of those whom a question leaves out; empty where it leaves out none."""
    return " ".join(match["those"] for match in EXCEPT.finditer(plain))


def plans_compared(plain: str, portfolio: "Portfolio") -> bool:
    """Whether two plans or more stand beside each other: «на Старте, Про и Бизнесе», “Pro vs Business”."""
    return compared(plain, portfolio)


def _valued(text: str, seen: "Understood", portfolio: "Portfolio") -> list[tuple[str, str]]:
    """Owners, regions and industries whose values a text names: «у московских клиентов», “in Samara”; also those that the data lack."""
    from agent.examples import vocabulary

    owners = _values("owner", portfolio)
    found = [("owner", owner) for owner in owner_named(text, seen, owners, vocabulary())]
    if _taken(seen):
        return found
    known = {column: _values(column, portfolio) for column in ("region", "industry")}
    own = _own(text, portfolio)
    for column, values in known.items():
        apart = _apart(values, own)
        abroad = [value for value in countries(text, values) if value not in apart]
        found += [(column, value) for value in dict.fromkeys((*apart, *abroad, *_coded(values, text, seen)))]
    return found + lacking(text, known["industry"], known["region"])


def _coded(values: Sequence[str], text: str, seen: "Understood") -> list[str]:
    """Values that are codes and stand in the question in their capital letters: “clients in DE”."""
    words = set(re.findall(r"\w+", seen.said or seen.question)) & {word.upper() for word in re.findall(r"\w+", text)}
    return [value for value in values if value in words and value.isupper() and 1 < len(value) <= CODE]


def _own(text: str, portfolio: "Portfolio") -> list[str]:
    """The stems of a text, industries and towns in the words of the data."""
    from knowledge.search import stems

    values = (*_values("region", portfolio), *_values("industry", portfolio))
    return [stem for word in re.findall(r"[^\W\d_]+", said(text, values)) for stem in stems(word)]


def _apart(values: Sequence[str], own: Sequence[str]) -> list[str]:
    """The values named, each by words of its own; none of two that the same words name equally well."""
    hits = {value: _hit(value, own) for value in values}
    found: list[str] = []
    left = list(own)
    while best := max((hit for value, hit in hits.items() if value not in found), default=0):
        named = [value for value, hit in hits.items() if hit == best and value not in found]
        if len(named) > 1 and len({frozenset(_words_of(value, left)) for value in named}) == 1:
            break
        found.append(named[0])
        left = [word for word in left if word not in _words_of(named[0], left)]
        hits = {value: _hit(value, left) for value in values}
    return found


def _words_of(value: str, own: Sequence[str]) -> set[str]:
    """The words of a question by which a value is named."""
    from knowledge.search import stems

    return {word for word in own for stem in stems(value) if _shared(stem, word)}


def named_words(seen: "Understood", portfolio: "Portfolio") -> frozenset[str]:
    """Words of a question that name the values which its conditions stand for."""
    from knowledge.search import stems

    own = [stem for _, value in _valued(seen.plain, seen, portfolio) for stem in stems(value)]
    words = re.findall(r"[^\W\d_]+", seen.plain)
    told = {word for word in words for stem in _own(word, portfolio) if any(_shared(value, stem) for value in own)}
    told |= spoken(seen.plain, (*_values("region", portfolio), *_values("industry", portfolio)))
    told |= country_words(seen.plain, _values("region", portfolio))
    told |= {word for word in words if own and set(stems(word)) & {stem for name in GENERIC for stem in stems(name)}}
    told |= {word for item in numbered(seen.plain) for word in re.findall(r"\w+", item.words)}
    return frozenset(told | {seen.plain[item.start : item.end] for item in named(seen.question, portfolio)})


def _hit(value: str, own: Sequence[str]) -> int:
    """How many letters of a value's telling words stand in the question; none where one of them does not."""
    from knowledge.search import stems

    generic = {stem for word in GENERIC for stem in stems(word)}
    telling = [stem for stem in stems(value) if stem not in generic]
    letters = [max((_shared(stem, word) for word in own), default=0) for stem in telling]
    lacking = len(telling) < len(stems(value)) and not set(stems(value)) & generic & set(own)
    return max(1, sum(letters) - 4 * lacking) if telling and all(letters) else 0


def _shared(stem: str, word: str) -> int:
    """The length of a value's stem where the word begins as it does, in either alphabet; an ending may differ."""
    for mine, other, ending in ((stem, word, 2), (latin(stem), word, 1)):
        kept = max(4, len(mine) - ending)
        if other[:kept] == mine[:kept] and len(mine) > 3 and abs(len(other) - len(mine)) < 5:
            return len(mine)
    return 0


def _values(column: str, portfolio: "Portfolio") -> tuple[str, ...]:
    from tools.fields import raw_values

    key = f"values of {column}"
    if key not in portfolio.memo:
        try:
            values = {str(value) for value in raw_values(portfolio, column).values() if value is not None}
        except UserError:
            values = set()
        portfolio.memo[key] = tuple(sorted(value for value in values if '"' not in value))
    known: tuple[str, ...] = portfolio.memo[key]
    return known
