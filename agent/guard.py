"""The guard: what a model's draft may not do. It fails closed; a rejected draft is retried once, then rules speak.

A draft may order, connect and word claims. It may not type a number in any form, know a token that it was not given, put
a token in another's place, drop what is urgent, state a direction, period, comparison, rank, cause, negation or unit that
the claims of its tokens do not state, spell a metric out wrongly, or carry markup.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from agent import vocabulary
from agent.binding import Unit, misplaced, units
from agent.reading.number_words import number_words
from agent.sentence_rules import broken, digits, foreign, unnamed
from agent.told import Told as Told
from agent.told import Violation as Violation
from agent.told import plain as plain
from agent.told import told as told
from tools.render import TOKEN, Register, Rendered
from tools.text import Language

MARKUP = re.compile(r"<[^\s\d]|</|&#?\w+;|https?:|www\.|\]\(|!\[|javascript:|data:\w+/|`|\{|\}|\|", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
MARKER = re.compile(r"^[ \t]*(?:(\d{1,2})[.)]|[-–•*])[ \t]+", re.MULTILINE)
COVERAGE = 0.8
BROKEN = re.compile(r"\[\[|\]\]")


def check(
    draft: str, *, claims: Sequence[Told], language: Language, allowed_tokens: Collection[str] | None = None
) -> list[Violation]:
    """Every reason to reject the draft of one section; empty where it may stand."""
    allowed = set(allowed_tokens) if allowed_tokens is not None else {t for claim in claims for t in claim.tokens}
    draft = unmarked(draft)
    known = units(*(claim.text for claim in claims))
    here = units(draft)
    found = [*_shape(draft, claims, language), *_tokens(draft, claims, allowed), *_sequence(draft, claims)]
    homes = _homes(known, here)
    for sentence in here:
        at_home = [unit for unit, home in homes if home is sentence]
        sources = [unit for unit in known if unit in at_home or unit.facts & set(sentence.tokens)]
        found += broken(sentence, sources, at_home, claims, language)
        found += foreign(sentence, sources, known, claims)
        found += unnamed(sentence, known, claims)
    found += _units(draft, claims)
    found += [Violation("binding", pair) for pair in misplaced(here, known)]
    found += [Violation("left_out", unit.text) for unit, home in homes if home is None and _due(unit, claims)]
    found += [Violation("binding", unit.text) for unit, home in homes if home is not None and not home.names(unit)]
    return list(dict.fromkeys(found))


def check_shown(shown: Rendered, *, claims: Sequence[Told], register: Register, language: Language) -> list[Violation]:
    """Every reason to reject a text as shown: a span that says other than its slot, then whatever a draft may not do."""
    known = {register.reading_of(token): token for claim in claims for token in claim.tokens}
    draft, last, found = "", 0, []
    for span in sorted(shown.spans, key=lambda item: item.start):
        said, token = shown.text[span.start : span.end], known.get(span.reading)
        if token is None or said != register.shown(register.slots[token], language):
            found.append(Violation("span", said))
        draft += f"{shown.text[last : span.start]}[[{token or 'F0'}]]"
        last = span.end
    return [*found, *check(draft + shown.text[last:], claims=claims, language=language)]


def final_scan(
    rendered: Rendered, language: Language, *, own: Iterable[str] = (), quoted: Iterable[str] = ()
) -> list[Violation]:
    """Digits and number words that stand outside every span of a text as shown.

    Words of ``own`` texts may stand, and so may ``quoted`` phrases (the user's own words, names of products) that hold a
    letter, as they are; and list markers that count from one.
    """
    cut, last = [], 0
    for span in sorted(rendered.spans, key=lambda item: item.start):
        cut.append(rendered.text[last : span.start])
        last = span.end
    outside = unmarked(" ¦ ".join([*cut, rendered.text[last:]]))
    for phrase in quoted:
        if any(letter.isalpha() for letter in phrase):
            outside = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", " ", outside)
    known = vocabulary.ORDINARY[language] | {word for text in own for word in number_words(text)}
    words = [word for word in number_words(outside) if word not in known]
    return [*digits(outside), *(Violation("number_word", word) for word in words)]


def unmarked(text: str) -> str:
    """The text without bullets and without list numbers that begin lines and count from one."""
    wanted = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal wanted
        if match[1] is None:
            return ""
        wanted += 1
        return "" if int(match[1]) == wanted else match.group()

    return MARKER.sub(replace, text)


def explain(violations: Iterable[Violation]) -> str:
    """The reasons in one line of English, for the model's second try."""
    return "; ".join(f"{vocabulary.REASONS[item.code]}: {item.what!r}" for item in violations)


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
    given = {word.lower() for claim in claims for word in WORD.findall(claim.text)}
    letters = [c for word in WORD.findall(text) if word.lower() not in given for c in word if c.isalpha()]
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


def _sequence(draft: str, claims: Sequence[Told]) -> list[Violation]:
    """Lists under a heading keep their order; a claim that names neither client nor metric stays behind its own."""
    owner = {token: place for place in reversed(range(len(claims))) for token in claims[place].tokens}
    offsets = {
        place: _offset(draft, claim, {t for t in claim.tokens if owner[t] == place})
        for place, claim in enumerate(claims)
        if _is_dated(claim) or _reads(claim)
    }
    spoken = sorted((place for place in offsets if offsets[place] >= 0), key=lambda place: offsets[place])
    leader: dict[int, int] = {}
    heading: dict[int, int] = {}
    for place, claim in enumerate(claims):
        before = max(
            (other for other in offsets if other < place and (other == place - 1 or _reads(claims[other]))),
            default=None,
        )
        if before is not None and not _stands_alone(claim):
            leader[place] = leader.get(before, before)
        if place and claims[place - 1].text.rstrip().endswith(":"):
            heading[place] = place - 1
        elif place - 1 in heading:
            heading[place] = heading[place - 1]
    found = []
    for one, other in zip([-1, *spoken], spoken, strict=False):
        lead = leader.get(other)
        apart = lead is not None and lead not in (one, leader.get(one))
        list_turned = one > other and one in heading and heading.get(one) == heading.get(other)
        if apart or list_turned:
            found.append(Violation("sequence", claims[other].text))
    return [*found, *_names_turned(draft, claims, owner, heading)]


def _names_turned(
    draft: str, claims: Sequence[Told], owner: Mapping[str, int], heading: Mapping[int, int]
) -> list[Violation]:
    """Lines of a list under a heading that show a name and no reading, and stand in another order."""
    found, last = [], dict[int, int]()
    for place, head in heading.items():
        names = [draft.find(f"[[{token}]]") for token in claims[place].tokens if owner[token] == place]
        at = min((offset for offset in names if offset >= 0), default=-1)
        if _reads(claims[place]) or _is_dated(claims[place]) or at < 0:
            continue
        if at < last.get(head, 0):
            found.append(Violation("sequence", claims[place].text))
        last[head] = at
    return found


def _reads(claim: Told) -> bool:
    return any(token.startswith("F") for token in claim.tokens)


def _is_dated(claim: Told) -> bool:
    return bool(claim.tokens) and all(token.startswith("D") for token in claim.tokens)


def _offset(draft: str, claim: Told, own: set[str]) -> int:
    """Where a claim is told in a draft: at the first reading of its own, else at its words before a token; -1 where neither is there."""
    if facts := [draft.find(f"[[{token}]]") for token in own if token.startswith("F")]:
        return min((at for at in facts if at >= 0), default=-1)
    return draft.lower().find(claim.text.partition("[[")[0].lower() or claim.text.lower())


def _stands_alone(claim: Told) -> bool:
    if not claim.keys or any(token.startswith("A") for token in claim.tokens):
        return True
    words = Unit(claim.text).words
    return any(words & vocabulary.name_stems(key) for key in claim.keys.values())


def _homes(known: Sequence[Unit], draft: Sequence[Unit]) -> list[tuple[Unit, Unit | None]]:
    """Each sentence of the claims with the sentence of the draft that tells it, or None.

    What several claims say in the same words is told as often, each time by another sentence.
    """
    found: list[tuple[Unit, Unit | None]] = []
    times: Counter[tuple[int, str]] = Counter()
    for unit in known:
        telling = [
            at for at, item in enumerate(draft) if (unit.facts & set(item.tokens) if unit.tokens else item.holds(unit))
        ]
        best = max(telling, key=lambda at: _fit(draft[at], unit, times[at, unit.text]), default=None)
        if best is not None:
            times[best, unit.text] += 1
        found.append((unit, None if best is None else draft[best]))
    return found


def _fit(sentence: Unit, unit: Unit, times: int) -> tuple[int, int, int]:
    """How well a sentence tells a unit whose words it has already told so many times; the greater, the better."""
    shared, besides = sentence.likeness(unit)
    return shared, -times, besides


def _due(unit: Unit, claims: Sequence[Told]) -> bool:
    return not unit.tokens and claims[unit.claim].urgent


def _units(draft: str, claims: Sequence[Told]) -> list[Violation]:
    """A sign, currency or unit glued to a token must stand so in the claim."""
    allowed = {mark for claim in claims for mark in _glued(claim.text)}
    return [
        Violation("unit", f"{unit} beside {token}") for token, unit in _glued(draft) if (token, unit) not in allowed
    ]


def _glued(text: str) -> list[tuple[str, str]]:
    after = [(match.group(1), match.group(2).lower()) for match in vocabulary.UNIT_AFTER.finditer(text)]
    before = [(match.group(2), match.group(1).strip()) for match in vocabulary.SIGN_BEFORE.finditer(text)]
    return [*after, *before]
