"""Values of the clients' columns that a question names: its plan, region and industry, and those that it leaves out."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tools.errors import UserError
from tools.text import latin

if TYPE_CHECKING:
    from agent.understand import Understood
    from tools.portfolio import Portfolio

#: What stands before those whom a question leaves out.
EXCEPT = re.compile(
    r"(?:\b(?:кроме|за исключением|исключая|не считая|без уч[её]та|без|вне|не (?:на|из|в|у)|except(?: for)?|excluding|leaving out|leave out|other than|apart from|"
    r"but not|not (?:on|in|from)|without|outside(?: of)?)\s+|\bnon-)"
    r"(?P<those>[^\s,.?!;:]+(?:\s+(?!(?:на|в|во|у|за|по|из|с|со|on|in|by|for|over|with|from|during)\b)[^\s,.?!;:]+){0,4})"
)
#: What may stand between two plans set beside each other.
BESIDE = r"(?:,|/|,? (?:и|или|vs\.?|против|and|or|versus|against)(?: на| у| on)?)"
#: Words of a value that do not tell it apart from others.
GENERIC = frozenset(
    "санкт saint st область край республика округ город промышленность торговля обл region oblast krai republic city industry trade".split()
)
#: Places that English calls otherwise than their letters say.
ABROAD: Mapping[str, str] = {
    "moscow": "москва",
    "petersburg": "петербург",
    "spb": "петербург",
    "nizhny": "нижегородская",
    "healthcare": "медицина",
    "medical": "медицина",
    "retail": "розница",
    "manufacturing": "производство",
    "production": "производство",
    "logistics": "логистика",
    "transport": "транспорт",
    "construction": "строительство",
    "education": "образование",
    "finance": "финансы",
    "banking": "банки",
    "agriculture": "сельское",
    "hospitality": "гостиницы",
    "services": "услуги",
    "food": "пищевая",
    "wholesale": "опт",
}


def conditions(seen: "Understood", portfolio: "Portfolio") -> list[str]:
    """Conditions of the plan, regions, industries and segments that a question names or leaves out, as texts of a filter."""
    from agent.understand import segments_in

    left = EXCEPT.search(seen.plain)
    kept = seen.plain if left is None else seen.plain[: left.start()] + seen.plain[left.end() :]
    plan = _plan(kept, portfolio)
    found = [f'plan = "{plan}"'] if plan is not None else []
    found += _together(_valued(kept, seen, portfolio))
    if left is not None:
        those = left["those"]
        words = set(re.findall(r"\w+", those))
        found += [f'plan != "{name}"' for name in plans(portfolio) if words & _spellings(name)]
        found += [f'{column} != "{value}"' for column, value in _valued(those, seen, portfolio)]
        found += [f"segment != {key}" for key in segments_in(those)]
    return found


def _together(named: Sequence[tuple[str, str]]) -> list[str]:
    """One condition a column; several values of one column are any of them."""
    found = []
    for column in dict.fromkeys(column for column, _ in named):
        values = [f'"{value}"' for other, value in named if other == column]
        found.append(f"{column} = {values[0]}" if len(values) == 1 else f"{column} in ({', '.join(values)})")
    return found


def left_out(plain: str) -> str:
    """The words of those whom a question leaves out; empty where it leaves out none."""
    found = EXCEPT.search(plain)
    return found["those"] if found is not None else ""


def plans_compared(plain: str, portfolio: "Portfolio") -> bool:
    """Whether two plans or more stand beside each other: «на Старте, Про и Бизнесе», “Pro vs Business”."""
    names = "|".join(
        sorted((re.escape(word) for name in plans(portfolio) for word in _spellings(name)), key=len, reverse=True)
    )
    one = rf"[«\"“]?(?:{names})[аеуыо]?м?[»\"”]?"
    return (
        bool(names)
        and re.search(rf"(?<!\w){one}{BESIDE} (?:the )?{one}(?!\w)|(?<!\w){one}/{one}(?!\w)", plain) is not None
    )


def _plan(plain: str, portfolio: "Portfolio") -> str | None:
    """A plan of the data that the question names as one: Pro clients, клиенты на тарифе «Про»; in either alphabet."""
    if plans_compared(plain, portfolio):
        return None
    named = [name for name in plans(portfolio) if _is_named(name, plain)]
    return max(named, key=len) if named else None


def _valued(text: str, seen: "Understood", portfolio: "Portfolio") -> list[tuple[str, str]]:
    """Owners, regions and industries whose values a text names: «у московских клиентов», “in Samara”."""
    from agent.understand import place
    from knowledge.search import stems

    words = [ABROAD.get(word, word) for word in re.findall(r"[^\W\d_]+", text)]
    taken = {place for mention in seen.mentions for place in mention.places}
    own = [stem for word in words for stem in stems(word)]
    found = []
    spoken = tuple(stem for word in re.findall(r"\w+", text) for stem in stems(word))
    for value in _values("owner", portfolio):
        if len(tuple(stems(value))) > 1 and place(spoken, tuple(stems(value)), set()) is not None:
            found.append(("owner", value))
    for column in ("region", "industry"):
        found += [] if taken else [(column, value) for value in _apart(_values(column, portfolio), own)]
    return found


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

    values = [stem for _, value in _valued(seen.plain, seen, portfolio) for stem in stems(value)]
    words = re.findall(r"[^\W\d_]+", seen.plain)
    return frozenset(
        word
        for word in words
        for stem in stems(ABROAD.get(word, word))
        if any(_shared(value, stem) for value in values)
    )


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
    for mine, other in ((stem, word), (latin(stem), word)):
        kept = max(4, len(mine) - 2)
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


def _is_named(name: str, plain: str) -> bool:
    words = "|".join(re.escape(spelling) for spelling in sorted(_spellings(name)))
    before = rf"(?:тариф\w*|план\w*|plan|tariff)\s+[«\"“]?(?:{words})(?!\w)"
    on = rf"\b(?:на|у|со?|среди|on) [«\"“]?(?:{words})[аеуы]?(?!\w)"
    after = rf"(?<!\w)(?:{words})[»\"”]?[\s-]+(?:clients?|customers?|accounts?|plan|tariff|клиент\w*)"
    return re.search(f"{before}|{on}|{after}", plain) is not None


def _spellings(name: str) -> set[str]:
    return {name.lower().replace("ё", "е"), latin(name)}


def plans(portfolio: "Portfolio") -> tuple[str, ...]:
    """Names of the plans of the data."""
    from tools.fields import raw_values

    values = {str(value) for value in raw_values(portfolio, "plan").values()}
    return tuple(sorted(value for value in values if '"' not in value))
