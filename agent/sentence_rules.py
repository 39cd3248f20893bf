"""What one sentence of a draft may say: nothing of weight that the claims of its tokens do not say as often."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from agent import vocabulary
from agent.binding import Unit
from agent.number_words import number_words
from agent.told import Told, Violation, plain
from tools.render import TOKEN
from tools.text import Language

CLAUSE = re.compile(r"[,;:()—–]|\s-\s|\b(?:and|while|but|whereas|и|а|но|тогда как)\b", re.IGNORECASE)
CAPITALS = re.compile(r"(?<![\w-])(?:[A-Z]{2,}|[А-ЯЁ]{2,})(?![\w-])")


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
    found += _negation(text, sources, at_home, language)
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
    return word[:4] if len(word) > 4 else word


def digits(text: str) -> list[Violation]:
    """Every digit, fraction and numeral sign of any script."""
    return [Violation("digit", c) for c in text if c.isdigit() or unicodedata.numeric(c, None) is not None]


def _negation(text: str, sources: Sequence[Unit], at_home: Sequence[Unit], language: Language) -> list[Violation]:
    """At least the negations of the claims that are told here, and none but those that the tokens' claims have."""
    negator = vocabulary.NEGATION[language]
    said = negator.findall(text)
    most, least = (
        sum(len(negator.findall(plain(TOKEN.sub(" ", unit.text)))) for unit in part) for part in (sources, at_home)
    )
    if len(said) > most:
        return [Violation("negation", said[-1])]
    return [Violation("negation", "dropped")] if len(said) < least else []


def foreign(sentence: Unit, sources: Sequence[Unit], known: Sequence[Unit], claims: Sequence[Told]) -> list[Violation]:
    """Words by which another claim names what it is about."""
    if not sources:
        return []
    keys = {key for unit in sources for key in claims[unit.claim].keys.values()}
    own = {word for unit in sources for word in unit.words}.union(*(vocabulary.name_stems(key) for key in keys))
    heads = {word for unit in known if unit not in sources for word in unit.head if len(word) > 3} - vocabulary.LINKING
    return [Violation("binding", word) for word in sorted(sentence.words & heads - own)]


def _directions(sentence: str, sources: Sequence[Unit], claims: Sequence[Told], language: Language) -> list[Violation]:
    left = Counter(way for unit in sources for _, way in _ways(unit, claims, language))
    found = []
    for clause, tokens in _clauses(sentence):
        near = [unit for unit in sources if not unit.tokens or not tokens or set(unit.tokens) & set(tokens)]
        said = {way for unit in near for _, way in _ways(unit, claims, language)}
        for word, way in vocabulary.directions(plain(clause), language):
            left[way] -= 1
            if way not in said or left[way] < 0:
                found.append(Violation("direction", word))
    return found


def _ways(unit: Unit, claims: Sequence[Told], language: Language) -> list[tuple[str, str]]:
    """The directions that a sentence of a claim states, in words or by its sign."""
    stated = vocabulary.directions(plain(unit.text), language)
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
