"""Clients named by less than their name: by a number that only one of them has, or with the noun said once for several."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from tools.text import latin

#: English for the first words of names that say what a client is, by the stem of the Russian one.
KINDS: Mapping[str, str] = {
    "поликлиник": r"(?:poly)?clinics?", "клиник": r"clinics?", "больниц": r"hospitals?", "аптек": r"pharmac(?:y|ies)", "школ": r"schools?",
    "завод": r"plants?|factor(?:y|ies)|works", "фабрик": r"factor(?:y|ies)|mills?", "комбинат": r"combines?|plants?", "магазин": r"shops?|stores?",
    "пекарн": r"baker(?:y|ies)", "верф": r"shipyards?", "склад": r"warehouses?", "мельниц": r"mills?", "сыроварн": r"dair(?:y|ies)|cheese dair(?:y|ies)",
    "филиал": r"branch(?:es)?", "лице": r"lyceums?", "гимнази": r"gymnasiums?", "колледж": r"colleges?", "отел": r"hotels?", "депо": r"depots?",
}  # fmt: skip
_SIGN = r"[\s,«\"]*(?:№|#|\bno\.?|\bnumber|\bномер|\bn)?\s*"
_ORDINAL = r"(?:-?(?:й|я|е|ю|го|ой|ую|ая|ый|ому|ом|ей)|st|nd|rd|th)"
#: Other numbers of the same kind before the one meant: “clinics 905, 939 and 1041”.
_SERIES = rf"(?:№?\d+{_ORDINAL}?(?:\s*,\s*|\s+(?:и|and|или|or|с|со|vs\.?|against|против|with)\s+)(?:№\s*)?)*"


def by_number(
    question: str, cores: Sequence[tuple[str, ...]], spans: Sequence[tuple[int, int]]
) -> dict[int, frozenset[int]]:
    """Names (by place) that a question gives by their kind and number, and the words by which it does."""
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, core in enumerate(cores):
        digits = [stem for stem in core if stem.isdigit()]
        if len(digits) == 1 and core[0] != digits[0]:
            numbers[core[0], digits[0]].append(place)
    plain = question.lower().replace("ё", "е")
    found = {}
    for (kind, number), places in numbers.items():
        if len(places) == 1 and number in plain:
            short = rf"|{re.escape(kind[4:])}\w{{0,3}}" if kind.startswith("поли") else ""
            words = rf"(?:{re.escape(kind)}\w{{0,3}}{short}|{re.escape(latin(kind))}\w{{0,3}}|{KINDS.get(kind, latin(kind))})"
            match = re.search(
                rf"\b{words}{_SIGN}{_SERIES}{number}(?![\w.,]*\d)|\b{number}{_ORDINAL}\s+{words}\b", plain
            )
            if match is not None:
                found[places[0]] = frozenset(
                    n for n, (start, end) in enumerate(spans) if match.start() <= start and end <= match.end()
                )
    return found


def in_series(
    question: str,
    own: Sequence[str],
    spans: Sequence[tuple[int, int]],
    pairs: Mapping[tuple[str, str], int],
    taken: Collection[int],
) -> dict[int, frozenset[int]]:
    """Names of two words that share a noun said once: «озёрную, тихую и медную пекарню», “bakeries: Озёрная, Тихая”."""
    nouns = {noun for _, noun in pairs}
    found: dict[int, frozenset[int]] = {}
    for at, noun in enumerate(own):
        if noun not in nouns:
            continue
        before = _run(question, own, spans, pairs, noun, at - 1, -1)
        after = _run(question, own, spans, pairs, noun, at + 1, 1)
        for run in (before, after if not before else []):
            if len(run) > 1:
                found |= {pairs[own[place], noun]: frozenset({place}) for place in run if place not in taken}
    return found


def _run(
    question: str,
    own: Sequence[str],
    spans: Sequence[tuple[int, int]],
    pairs: Mapping[tuple[str, str], int],
    noun: str,
    at: int,
    step: int,
) -> list[int]:
    """The places of adjectives in a row that make a name with the noun, nothing but commas and “and” between them."""
    run: list[int] = []
    while 0 <= at < len(own):
        if (own[at], noun) in pairs:
            gap = _gap(question, spans, run[-1] if run else at - step, at)
            joined = re.fullmatch(
                r"\s*(?:[»\"”]?,?\s*[«\"“]?|[»\"”]?,?\s*(?:и|and|or|или|&)\s*[«\"“]?)\s*" if run else r"[\s:«\"“»”]*",
                gap,
            )
            apart = not run or re.search(r"[,&]|\b(?:и|and|or|или)\b", gap)
            if not joined or not apart:
                break
            run.append(at)
        elif not run or question[slice(*spans[at])].lower() not in ("и", "and", "or", "или"):
            break
        at += step
    return run


def _gap(question: str, spans: Sequence[tuple[int, int]], one: int, other: int) -> str:
    first, last = sorted((one, other))
    return question[spans[first][1] : spans[last][0]]
