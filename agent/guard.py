"""The guard: what a model's draft may not do. It fails closed; a rejected draft is retried once, then rules speak.

A draft may order, connect and word claims. It may not type a number in any form, know a token that it was not given,
drop what is urgent, state a direction, period, comparison, negation or unit that the claims of its tokens do not
state, spell a metric out wrongly, or carry markup.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent import vocabulary
from agent.number_words import number_words
from tools.document import Claim, Direction
from tools.reading import Reading
from tools.render import TOKEN, Register, Rendered
from tools.text import Language

MARKUP = re.compile(r"<[^\s\d]|</|&#?\w+;|https?:|www\.|\]\(|!\[|javascript:|data:\w+/|`|\{|\}|\|", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
CLAUSE = re.compile(r"[,;:()—–]|\s-\s|\b(?:and|while|but|whereas|и|а|но|тогда как)\b", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
COVERAGE = 0.8
BROKEN = re.compile(r"\[\[|\]\]")


@dataclass(frozen=True, slots=True)
class Violation:
    """One reason to reject a draft: a code, and what was seen."""

    code: str
    what: str


@dataclass(frozen=True, slots=True)
class Told:
    """A claim as a model sees it: the sentence with tokens, its direction, and the metric behind each token."""

    text: str
    direction: Direction = "none"
    urgent: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of the sentence, in order."""
        return tuple(TOKEN.findall(self.text))

    @property
    def own(self) -> str:
        """The sentence without its tokens, lower case, ё as е."""
        return plain(TOKEN.sub(" ", self.text))


def told(claim: Claim, *, register: Register, language: Language, urgent: bool = False) -> Told:
    """The claim as a model may see it."""
    text = register.draft(claim, language)
    keys = {token: slot.key for token in TOKEN.findall(text) if isinstance(slot := register.slots[token], Reading)}
    return Told(text, claim.direction, urgent, keys)


def check(
    draft: str, *, claims: Sequence[Told], language: Language, allowed_tokens: Collection[str] | None = None
) -> list[Violation]:
    """Every reason to reject the draft of one section; empty where it may stand."""
    allowed = set(allowed_tokens) if allowed_tokens is not None else {t for claim in claims for t in claim.tokens}
    found = [*_shape(draft, claims, language), *_tokens(draft, claims, allowed)]
    for sentence in SENTENCE.split(draft):
        if sentence.strip():
            found += _sentence(sentence, claims, language)
    return list(dict.fromkeys(found))


def final_scan(rendered: Rendered, language: Language, *, own: Iterable[str] = ()) -> list[Violation]:
    """Digits and number words that stand outside every span of a text as shown; words of ``own`` texts may stand."""
    cut, last = [], 0
    for span in sorted(rendered.spans, key=lambda item: item.start):
        cut.append(rendered.text[last : span.start])
        last = span.end
    outside = " ¦ ".join([*cut, rendered.text[last:]])
    known = vocabulary.ORDINARY[language] | {word for text in own for word in number_words(text)}
    words = [word for word in number_words(outside) if word not in known]
    return [*_digits(outside), *(Violation("number_word", word) for word in words)]


def explain(violations: Iterable[Violation]) -> str:
    """The reasons in one line of English, for the model's second try."""
    return "; ".join(f"{vocabulary.REASONS[item.code]}: {item.what!r}" for item in violations)


def plain(text: str) -> str:
    """Lower case, ё as е, compatibility forms resolved, stress marks and invisible characters gone."""
    wide = unicodedata.normalize("NFD", text)
    kept = "".join(c for c in wide if c not in "\u0300\u0301" and unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", kept).lower().replace("ё", "е")


def _shape(draft: str, claims: Sequence[Told], language: Language) -> list[Violation]:
    found = [Violation("markup", match.group()) for match in MARKUP.finditer(draft)]
    text = TOKEN.sub(" ", draft)
    if BROKEN.search(text):
        found.append(Violation("broken_token", "[[ or ]]"))
    found += [Violation("invisible", f"U+{ord(c):04X}") for c in text if unicodedata.category(c) in ("Cf", "Co", "Cn")]
    longest = max(400, 3 * sum(len(claim.text) for claim in claims))
    if not draft.strip():
        found.append(Violation("empty", ""))
    if len(draft) > longest:
        found.append(Violation("length", f"{len(draft)} characters"))
    letters = [c for c in text if c.isalpha()]
    cyrillic = sum("а" <= c.lower() <= "я" or c.lower() == "ё" for c in letters)
    if letters and (cyrillic / len(letters) < 0.5 if language == "ru" else cyrillic > 0):
        found.append(Violation("language", language))
    mixed = [
        w for w in WORD.findall(text) if re.search("[a-z]", w, re.I) and re.search("[а-яё]", w, re.I) and "-" not in w
    ]
    return [*found, *(Violation("mixed_script", word) for word in mixed)]


def _tokens(draft: str, claims: Sequence[Told], allowed: set[str]) -> list[Violation]:
    used = TOKEN.findall(draft)
    found = [Violation("unknown_token", token) for token in used if token not in allowed]
    urgent = [token for claim in claims if claim.urgent for token in claim.tokens]
    found += [Violation("missing_token", token) for token in urgent if token not in used]
    readings = {token for claim in claims for token in claim.tokens if token.startswith("F")}
    if readings and len(readings & set(used)) < COVERAGE * len(readings):
        found.append(Violation("coverage", ", ".join(sorted(readings - set(used)))))
    for claim in claims:
        order = [token for token in dict.fromkeys(used) if token in claim.tokens]
        shared = {token for other in claims if other is not claim for token in other.tokens}
        wanted = [token for token in dict.fromkeys(claim.tokens) if token in order and token not in shared]
        if [token for token in order if token not in shared] != wanted:
            found.append(Violation("order", ", ".join(order)))
    return found


def _sentence(sentence: str, claims: Sequence[Told], language: Language) -> list[Violation]:
    here = set(TOKEN.findall(sentence))
    sources = [claim for claim in claims if here & set(claim.tokens)] if here else list(claims)
    own = " ¦ ".join(claim.own for claim in sources)
    text = plain(TOKEN.sub(" ¤ ", sentence))
    raw = unicodedata.normalize("NFKC", TOKEN.sub(" ¤ ", sentence))
    own_raw = " ¦ ".join(TOKEN.sub(" ", claim.text) for claim in sources)
    known = set(number_words(own_raw))
    found = _digits(TOKEN.sub(" ", sentence))
    found += [Violation("number_word", word) for word in [*number_words(raw), *number_words(text)] if word not in known]
    for code, words in vocabulary.GUARDED[language].items():
        said = set(words.findall(own))
        found += [Violation(code, word) for word in words.findall(text) if not _stands(word, said)]
    found += _negation(text, own, sources if here else [], language)
    found += _units(sentence, sources)
    found += _expansions(raw, own, language)
    if here:
        found += _directions(sentence, claims, language)
        found += _metrics(sentence, claims)
    else:
        ways = set(vocabulary.directions(own, language).values())
        found += [
            Violation("direction", w) for w, way in vocabulary.directions(text, language).items() if way not in ways
        ]
    return found


def _digits(text: str) -> list[Violation]:
    return [Violation("digit", c) for c in text if c.isdigit() or unicodedata.numeric(c, None) is not None]


def _stands(word: str, said: Iterable[str]) -> bool:
    return any(word == other or (len(word) > 4 and word[:4] == other[:4]) for other in said)


def _negation(text: str, own: str, sources: Sequence[Told], language: Language) -> list[Violation]:
    negator = vocabulary.NEGATION[language]
    if negator.search(text) and not negator.search(own):
        return [Violation("negation", negator.findall(text)[0])]
    single = [claim for claim in sources if len(SENTENCE.split(claim.text.strip())) == 1]
    if any(negator.search(claim.own) for claim in single) and not negator.search(text):
        return [Violation("negation", "dropped")]
    return []


def _units(sentence: str, sources: Sequence[Told]) -> list[Violation]:
    """A sign, currency or unit glued to a token must stand so in the claim."""
    allowed = {mark for claim in sources for mark in _glued(claim.text)}
    return [
        Violation("unit", f"{unit} beside {token}") for token, unit in _glued(sentence) if (token, unit) not in allowed
    ]


def _glued(text: str) -> list[tuple[str, str]]:
    after = [(match.group(1), match.group(2).lower()) for match in vocabulary.UNIT_AFTER.finditer(text)]
    before = [(match.group(2), match.group(1).strip()) for match in vocabulary.SIGN_BEFORE.finditer(text)]
    return [*after, *before]


def _directions(sentence: str, claims: Sequence[Told], language: Language) -> list[Violation]:
    found = []
    for clause, tokens in _clauses(sentence):
        sources = [claim for claim in claims if set(claim.tokens) & set(tokens)]
        said = {way for claim in sources for way in vocabulary.directions(claim.own, language).values()}
        said |= {claim.direction for claim in sources if claim.direction != "none"}
        for word, way in vocabulary.directions(plain(clause), language).items():
            if way not in said:
                found.append(Violation("direction", word))
    return found


def _metrics(sentence: str, claims: Sequence[Told]) -> list[Violation]:
    """An acronym beside a token of another metric, where the token's claim does not name it."""
    keys = {token: key for claim in claims for token, key in claim.keys.items()}
    found = []
    for clause, tokens in _clauses(sentence):
        own = " ".join(claim.text for claim in claims if set(claim.tokens) & set(tokens))
        for acronym, key in vocabulary.ACRONYMS.items():
            if not re.search(rf"(?<!\w){acronym}(?!\w)", clause):
                continue
            if re.search(rf"(?<!\w){acronym}(?!\w)", own) or any(keys.get(token) == key for token in tokens):
                continue
            found.append(Violation("metric", acronym))
    return found


def _clauses(sentence: str) -> list[tuple[str, list[str]]]:
    """Clauses with the tokens they speak of: their own, else those of the next clause that has some, else the last."""
    parts = [part for part in CLAUSE.split(sentence) if part and part.strip()]
    tokens = [TOKEN.findall(part) for part in parts]
    bound = []
    for place, part in enumerate(parts):
        following = next((found for found in tokens[place:] if found), None)
        preceding: list[str] = next((found for found in reversed(tokens[:place]) if found), [])
        bound.append((part, following if following is not None else preceding))
    return bound


def _expansions(raw: str, own: str, language: Language) -> list[Violation]:
    """An acronym spelled out in brackets, or brackets' acronym, must be one of its names."""
    found = []
    for acronym, names in vocabulary.expansions().items():
        for pattern in vocabulary.spelled(acronym):
            for match in pattern.finditer(raw):
                words = plain(match.group(1)).strip(" ,.;:—–-«»\"'")
                right = any(name in words or words in name for name in names) or words in own
                if len(words) > 2 and "¤" not in words and not right:
                    found.append(Violation("expansion", match.group().strip()))
    return found
