"""What one sentence of a draft may say: nothing of weight that the claims of its tokens do not say as often."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from agent import vocabulary
from agent.binding import Unit
from agent.reading.number_words import number_words
from agent.told import Told, Violation, plain
from tools.render import TOKEN
from tools.text import Language

CLAUSE = re.compile(r"[,;:()—–]|\s-\s|\b(?:and|while|but|whereas|и|а|но|тогда как)\b", re.IGNORECASE)
CAPITALS = re.compile(r"(?<![\w-])(?:[A-Z]{2,}|[А-ЯЁ]{2,})(?![\w-])")
DENIED = "not "


def broken(
    sentence: Unit, sources: Sequence[Unit], at_home: Sequence[Unit], claims: Sequence[Told], language: Language
) -> list[Violation]:
    """What a sentence says beyond its ``sources``: the claims' sentences whose tokens it holds, or that it tells."""
    here = set(sentence.tokens)
    keys = {key for unit in sources for token, key in claims[unit.claim].keys.items() if token in here}
    keys -= vocabulary.PARTITIONS
    bare = TOKEN.sub(" ¤ ", sentence.text)
    text, raw = plain(bare), unicodedata.normalize("NFKC", bare)
    own = [TOKEN.sub(" ¤ ", unit.text) for unit in sources]
    own_text = " ¦ ".join(plain(part) for part in own)
    found = digits(bare)
    found += _more("number_word", number_words(raw), number_words(" ¦ ".join(own)))
    found += _more("number_word", number_words(text), number_words(own_text))
    for code, words in vocabulary.GUARDED[language].items():
        found += _more(code, words.findall(text), words.findall(own_text))
    ranks = vocabulary.GUARDED[language]["rank"]
    found += _more("rank", *(_marked(ranks.finditer(part), part, language) for part in (text, own_text)))
    found += _negation(sentence, text, sources, at_home, language)
    found += _expansions(raw, own_text, language)
    found += _directions(sentence.text, sources, claims, language)
    found += _metrics(sentence, raw, " ¦ ".join(own), sources, keys, language)
    return found


def _more(code: str, words: Sequence[str], own: Sequence[str]) -> list[Violation]:
    """The words that are there more often than the claims have them, in whatever form."""
    left = Counter(_stem(word) for word in own)
    found = []
    for word in words:
        left[_stem(word)] -= 1
        if left[_stem(word)] < 0:
            found.append(Violation(code, word))
    return found


def _stem(word: str) -> str:
    if word.startswith(DENIED):
        return DENIED + _stem(word.removeprefix(DENIED))
    return word[:4] if len(word) > 4 else word


def _marked(found: Iterable[re.Match[str]], text: str, language: Language) -> list[str]:
    """The last word of each match, behind a "not" where a negation stands shortly before it: «без крупнейшего»."""
    reach = vocabulary.DENIED[language]
    return [
        (DENIED if reach.search(text, 0, match.start()) else "") + match.group().rpartition(" ")[2] for match in found
    ]


def digits(text: str) -> list[Violation]:
    """Every digit, fraction and numeral sign of any script."""
    return [Violation("digit", c) for c in text if c.isdigit() or unicodedata.numeric(c, None) is not None]


def _negation(
    sentence: Unit, text: str, sources: Sequence[Unit], at_home: Sequence[Unit], language: Language
) -> list[Violation]:
    """At least the negations of the claims that are told here and of each figure, and none but those of the claims."""
    negator = vocabulary.NEGATION[language]
    said = len(negator.findall(text))
    most, least = (sum(_negations(unit.text, language) for unit in part) for part in (sources, at_home))
    if said > most:
        return [Violation("negation", negator.findall(text)[-1])]
    for token in _figures(sentence):
        own = [_negations_of(token, unit.text, language) for unit in sources if token in unit.tokens]
        least = max(least, min(own, default=0))
    return [Violation("negation", "dropped")] if said < least else []


def _negations(text: str, language: Language) -> int:
    return len(vocabulary.NEGATION[language].findall(plain(TOKEN.sub(" ", text))))


def _negations_of(token: str, text: str, language: Language) -> int:
    """The negations of the clauses that speak of a token."""
    return sum(_negations(clause, language) for clause, tokens in _clauses(text) if token in tokens)


def _figures(sentence: Unit) -> list[str]:
    return [token for token in dict.fromkeys(sentence.tokens) if token.startswith("F")]


def unnamed(sentence: Unit, known: Sequence[Unit], claims: Sequence[Told]) -> list[Violation]:
    """Figures beside neither the words that name them in a claim, nor a name of the metric that the claim names there."""
    found = []
    for token in _figures(sentence):
        own = [unit for unit in known if token in unit.tokens]
        if own and not any(_named(token, sentence, unit, claims[unit.claim].keys.get(token)) for unit in own):
            found.append(Violation("unnamed", token))
    return found


def _named(token: str, sentence: Unit, unit: Unit, key: str | None) -> bool:
    names = vocabulary.full_names(key) if key else ()
    if any(name <= unit.words for name in names) and any(name <= sentence.words for name in names):
        return True
    label = _label(token, unit)
    if label and 2 * len(sentence.words & label) > len(label):
        return True
    if any(len(word) > 3 for word in unit.head):
        return sentence.names(unit)
    beside = {token for token in unit.tokens if token.startswith("A")}
    return bool(sentence.words & unit.head or beside & set(sentence.tokens)) or not (unit.head or beside)


def _label(token: str, unit: Unit) -> frozenset[str]:
    """The words of the clause that holds a token, or of the last clause before it that has some."""
    parts = CLAUSE.split(unit.text[: unit.text.find(f"[[{token}]]")])
    parts[-1] = next(part for part in CLAUSE.split(unit.text) if f"[[{token}]]" in part)
    words = (frozenset(word for word in Unit(part).words if len(word) > 3) for part in reversed(parts))
    return next(filter(None, words), frozenset())


def foreign(sentence: Unit, sources: Sequence[Unit], known: Sequence[Unit], claims: Sequence[Told]) -> list[Violation]:
    """Words by which another claim names what it is about."""
    if not sources:
        return []
    keys = {key for unit in sources for key in claims[unit.claim].keys.values()}
    own = {word for unit in sources for word in unit.words}.union(*(vocabulary.name_stems(key) for key in keys))
    heads = {word for unit in known if unit not in sources for word in unit.head if len(word) > 3} - vocabulary.LINKING
    return [Violation("binding", word) for word in sorted(sentence.words & heads - own)]


def _directions(sentence: str, sources: Sequence[Unit], claims: Sequence[Told], language: Language) -> list[Violation]:
    """Direction words that are neither the claims' own, negated as there, nor of the sign that a claim is given."""
    left = Counter(way for unit in sources for _, way in _ways(unit, claims, language))
    found = []
    for clause, tokens in _clauses(sentence):
        near = [unit for unit in sources if not unit.tokens or not tokens or set(unit.tokens) & set(tokens)]
        own = {(_root(word), way) for unit in near for word, way in _turns(unit.text, language)}
        told = [claims[unit.claim] for unit in near]
        for word, way in _turns(clause, language):
            sign = way if (_root(word), way) in own else _sign(word, way, told)
            left[sign] -= 1
            if left[sign] < 0:
                found.append(Violation("direction", word))
    return found


def _turns(text: str, language: Language) -> list[tuple[str, str]]:
    text = plain(text)
    return [
        (word, way)
        for way, words in vocabulary.DIRECTIONS[language].items()
        for word in _marked(words.finditer(text), text, language)
    ]


def _root(word: str) -> str:
    return DENIED + word.removeprefix(DENIED)[:3] if word.startswith(DENIED) else word[:3]


def _sign(word: str, way: str, told: Sequence[Told]) -> str:
    """The sign by which a claim bears a direction word that is not its own; nothing where none does.

    Better and worse go by what is better of the metric: a churn that improved has fallen.
    """
    if word.startswith(DENIED):
        return ""
    judged = vocabulary.JUDGED.match(word) is not None
    for claim in told:
        better = {vocabulary.better(key) for key in claim.keys.values()} if judged else {"higher"}
        sign = {"higher": way, "lower": "down" if way == "up" else "up"}.get(better.pop()) if len(better) == 1 else None
        if sign is not None and sign == claim.direction:
            return sign
    return ""


def _ways(unit: Unit, claims: Sequence[Told], language: Language) -> list[tuple[str, str]]:
    """The directions that a sentence of a claim states, in words or by its sign."""
    stated = _turns(unit.text, language)
    sign = claims[unit.claim].direction
    return stated if sign == "none" or any(way == sign for _, way in stated) else [*stated, ("", sign)]


def _metrics(
    sentence: Unit, raw: str, own: str, sources: Sequence[Unit], keys: set[str], language: Language
) -> list[Violation]:
    """Names of metrics that neither the claims of the sentence bear nor the metrics of its tokens."""
    named = {acronym for acronym, key in vocabulary.ACRONYMS.items() if key in keys}
    allowed = set(CAPITALS.findall(own)) | named
    found = [Violation("metric", word) for word in CAPITALS.findall(raw) if word not in allowed]
    words = {word for unit in sources for word in unit.words}.union(*(vocabulary.name_stems(key) for key in keys))
    if sentence.tokens:
        found += [Violation("metric", word) for word in sorted(sentence.words & vocabulary.metric_stems() - words)]
    return found


def _clauses(sentence: str) -> list[tuple[str, list[str]]]:
    """Clauses with the tokens they speak of: their own, else those of the next and the last clause that have some."""
    parts = [part for part in CLAUSE.split(sentence) if part and part.strip()]
    tokens = [TOKEN.findall(part) for part in parts]
    bound = []
    for place, part in enumerate(parts):
        following: list[str] = next((found for found in tokens[place:] if found), [])
        preceding: list[str] = next((found for found in reversed(tokens[:place]) if found), [])
        bound.append((part, tokens[place] or [*preceding, *following]))
    return bound


def _expansions(raw: str, own: str, language: Language) -> list[Violation]:
    """An acronym spelled out in brackets, or brackets' acronym, must be one of its names."""
    found = []
    for acronym, names in vocabulary.expansions().items():
        if acronym not in raw:
            continue
        for pattern in vocabulary.spelled(acronym):
            for match in pattern.finditer(raw):
                words = plain(match.group(1)).strip(" ,.;:—–-«»\"'")
                right = any(name in words or words in name for name in names) or words in own
                if len(words) > 2 and "¤" not in words and not right:
                    found.append(Violation("expansion", match.group().strip()))
    return found
