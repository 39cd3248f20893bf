"""Periods in a manager's words: a month, a quarter, a year, the last so many of them, from one day to another.

A period is kept as a short text: ``month``, ``quarter``, ``year`` (those that end with the data), ``P6M`` and ``P90D``
(the last six months, ninety days), ``2025``, ``2025-H1``, ``2025-Q3``, ``2025-03``, or two days with a stroke between
them, both inside. ``unread`` stands for a stretch of time that is named but cannot be taken as one window.
"""

import re
from datetime import date

from agent.reading.calendar_words import (
    of_dated,
    of_days,
    of_first,
    of_months,
    of_numbered,
    of_parts,
    of_seasons,
    of_years,
)
from agent.reading.one_way import AS_OF, one_way
from agent.reading.rolling_words import of_before, of_last, of_over, of_this, of_to_date
from agent.reading.stretches import of_stretch
from agent.reading.time_words import BESIDE, DATED, MONTH, NOW, OPENING, OTHER, OWN, PART, SINCE, UNCLEAR, YEAR
from agent.reading.time_words import MONTHS as MONTHS
from agent.reading.time_words import NUMBERS as NUMBERS
from agent.reading.time_words import UNIT as UNIT
from agent.reading.windows import UNREAD, calendar

RULES = (
    of_days, of_dated, of_numbered, of_seasons, of_first, of_parts, of_months, of_to_date, of_this, of_before, of_last, of_years, of_over,
)  # fmt: skip
MOST = 4
#: The present beside a period: figures as they are.
PRESENT = ""
_AND_NOW = r",? (?:и|and|vs\.?|против|versus|against|а также|as well as|to) (?:как |какой |какая )?(?:сейчас|сегодня|теперь|на сегодня|now|today|right now|currently)\b"
_JOINS = r"(?:\b(?:and|и|или|or|vs|with|против|than|чем)\b\.?|[,&:])"
#: What is compared with, after the period of the question: “better in Q2 than over the winter”.
_THAN = re.compile(r"\b(?:than|чем|по сравнению с|compared (?:to|with))\b[^,.?!:;]*")
_COMPARES = re.compile(r"\b(?:versus|vs|against|compared|than|против|сравн\w+|чем)\b")
#: Whose year or quarter a period is of, right after it.
_OF = re.compile(
    r"(?:,? (?:of |в |за )?(?:the )?(?:20\d\d|(?:прошл|эт|предыдущ)\w+ год\w*|(?:last|this|previous) year)\b)"
)


def asked(plain: str, as_of: date | None) -> str | None:
    """The period that a question in small letters names, `UNREAD` where it cannot be taken, None where it names none."""
    text = NOW.sub(" ", re.sub(r"\s+", " ", plain))
    found = _read(text, as_of)
    than = _THAN.search(text)
    if than is not None and found is not None:
        rest = _read(text[: than.start()] + text[than.end() :], as_of)
        alone = rest is None and (found == UNREAD or calendar(found) is None)
        found = found if alone or rest == UNREAD else rest
    elif found in (several(text, as_of) if found not in (None, UNREAD) else ()):
        return UNREAD
    closes = calendar(found) if found not in (None, UNREAD) and AS_OF.search(text) else None
    return UNREAD if closes is not None and as_of is not None and closes.closing > as_of else found


#: A month that stands alone: «MRR июнь», “walk me through June”; may and march are other words too.
_ALONE = re.compile(
    r"(?<!\bby )(?<!\buntil )(?<!\btill )(?<!\bbefore )(?<!\bafter )(?<!\bsince )(?<!\bfrom )(?<!\bto )(?<!\bк )(?<!\bдо )(?<!\bс )(?<!\bпосле )\b(?:январ[ьяе]|феврал[ьяе]|март[ае]?|апрел[ьяе]|май|мая|июн[ьяе]|июл[ьяе]|август[ае]?|сентябр[ьяе]|октябр[ьяе]|ноябр[ьяе]|декабр[ьяе]|"
    r"january|february|april|june|july|august|september|october|november|december)\b(?! (?:по|to|until|till)\b)"
)


def _read(text: str, as_of: date | None) -> str | None:
    text = one_way(text, as_of)
    if (stretch := of_stretch(text, as_of)) is not None:
        days, around = stretch
        other = _named(around) or of_stretch(around, as_of) or _COMPARES.search(around) and _read(around, as_of)
        return UNREAD if UNCLEAR.search(around) or other else days
    if UNCLEAR.search(text):
        return UNREAD
    for rule in RULES:
        if (found := rule(text, as_of)) is not None:
            return found
    if OTHER.search(text):
        return UNREAD
    alone = list(_ALONE.finditer(text))
    return asked(f"за {alone[0][0]}", as_of) if len(alone) == 1 else None


def several(plain: str, as_of: date | None) -> tuple[str, ...]:
    """The periods that a question sets beside each other: «за 2025 против 2024», “March and April”; else none."""
    text = one_way(re.sub(r"\s+", " ", plain), as_of)
    if UNCLEAR.search(text) or re.search(rf"{SINCE} .* (?:по|до|to|till?|until) ", text) or not BESIDE.search(text):
        return ()
    spans = _named(text)
    if len(spans) == 1 and (beside := _beside_now(text, spans[0], as_of)) is not None:
        return beside
    if not 2 <= len(spans) <= MOST or len(spans) > 2 and not _in_a_row(text, spans):
        return ()
    said = [text[start:end] for start, end in spans]
    years = {year for piece in said if not YEAR.fullmatch(piece) for year in YEAR.findall(piece)}
    shared = f" {years.pop()}" if len(years) == 1 else ""
    found = [asked(_alone(piece, shared), as_of) for piece in said]
    known = tuple(dict.fromkeys(name for name in found if name is not None and name != UNREAD))
    return known if len(known) == len(said) else ()


def _beside_now(text: str, span: tuple[int, int], as_of: date | None) -> tuple[str, ...] | None:
    """One period beside the present: «на конец 2025-го и сейчас», “last year versus today”; empty for the present."""
    joined = re.match(rf"(?:-?(?:го|й|м)\b)?(?: год\w*)?{_AND_NOW}", text[span[1] :])
    found = asked(_alone(text[span[0] : span[1]], ""), as_of) if joined is not None else None
    return None if found in (None, UNREAD) else (str(found), PRESENT)


def _alone(piece: str, shared: str) -> str:
    """A question of one of several periods alone."""
    return f"{'на' if DATED.match(piece) else 'за'} {piece}{'' if _OF.search(f' {piece}') else shared}"


def _in_a_row(text: str, spans: list[tuple[int, int]]) -> bool:
    between = (text[first[1] : second[0]] for first, second in zip(spans, spans[1:], strict=False))
    return all(len(gap) < 12 and (BESIDE.search(gap) or "," in gap) for gap in between)


def _named(text: str) -> list[tuple[int, int]]:
    """Where days, quarters, months and years stand, each with its year; none where one only opens or closes a stretch."""
    spans: list[tuple[int, int]] = []
    state = (
        re.search(r"\b(?:на|on|at|as of|as at) (?:the )?$", text[: dated.start()])
        if (dated := DATED.search(text))
        else None
    )
    if dated is not None and (state is None or re.search(r"\b(?:между|between)\b", text)):
        return []
    for pattern in (DATED, PART, MONTH, YEAR):
        for match in pattern.finditer(text):
            start, end = match.span()
            if pattern is MONTH:
                before = (match["before"] or "").strip()
                bare = not (before or match["year"] or OWN.match(text, start))
                joined = re.search(rf"{_JOINS} ?$", text[:start]) or re.match(rf" ?{_JOINS}", text[end:])
                if before in (*OPENING, "до", "to", "until") and not re.search(r"(?:ем|ом)$", match[0]):
                    return []
                if bare and match[0] in ("may", "march", "mar") and not joined:
                    continue
                start += len(match["before"] or "")
            if not any(first < end and start < last for first, last in spans):
                whose = None if pattern is YEAR else _OF.match(text, end)
                spans.append((start, whose.end() if whose else end))
    return sorted(spans)
