"""Answers in words: levels by department, a promise, a margin, a number of days; what does not fit is given back."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tools.interview.answers import HIGHEST as HIGHEST
from tools.interview.answers import STATEMENTS, number

DEPARTMENT = {
    "product": r"продукт\w*|product\w*",
    "marketing": r"маркетинг\w*|marketing",
    "support": r"поддержк\w*|сопровожден\w*|support|(?:customer )?success",
    "sales": r"продаж\w*|sales",
}
_NAMED = re.compile("|".join(f"(?P<{key}>{words})" for key, words in DEPARTMENT.items()), re.IGNORECASE)
WORDS = {
    "ноль": 0, "нуль": 0, "zero": 0, "один": 1, "единица": 1, "one": 1, "два": 2, "двойка": 2, "two": 2,
    "три": 3, "тройка": 3, "three": 3, "четыре": 4, "четверка": 4, "four": 4, "пять": 5, "five": 5,
}  # fmt: skip
SKIPPED = r"пропуст\w*|пропуск\w*|не знаю|не знаем|без ответа|нет ответа|позже|skip\w*|don'?t know|unknown|n/?a|later"
_SKIP = re.compile(rf"(?:{SKIPPED})|(?<![\w])[-–—?](?![\w\d])", re.IGNORECASE)
_TOKEN = re.compile(
    rf"(?P<skip>{SKIPPED}|(?<!\w)[-–—?](?!\w))|(?P<value>[-−]?\d+(?:[.,]\d+)?(?!\w)|\w+)", re.IGNORECASE
)
_FILLER = frozenset(
    "и по на а у нас наш отдел отдела отделу ответ ответы оценка балл балла баллов уровень "
    "level score and is the our to at".split()
)
_AND = re.compile(r"\s*(?:и|and|&|,|/|\+)?\s*", re.IGNORECASE)
_FIGURE = r"[-−]?\d[\d\s\u00a0\u202f]*(?:[.,]\d+)?"
_SPAN = re.compile(
    rf"\b(?:с|со|от|from)\s+(?P<base>{_FIGURE})\s*(?P<unit>[^\W\d]*\.?|%)?\s*(?:до|to)\s+(?P<target>{_FIGURE})",
    re.IGNORECASE,
)
_NOW = re.compile(
    rf"\b(?:сейчас|теперь|now|currently)\s*(?:уже\s+|at\s+|is\s+)?[:—–]?\s*(?P<now>{_FIGURE})", re.IGNORECASE
)
_WORTH = re.compile(
    rf"\b(?:стоит|ценность\w*|экономия|это|worth|value[ds]?(?: at)?)\s*[:—–]?\s*(?P<a>{_FIGURE})|"
    rf"(?P<b>{_FIGURE})\s*(?:₽|руб\w*|р\.|rub|\$|€|usd|eur)?\s*(?:в год|a year|per year|yearly)",
    re.IGNORECASE,
)
_DAYS = re.compile(rf"(?P<n>{_FIGURE}|\b\w+\b)\s*(?P<unit>дн\w*|день|сут\w*|недел\w*|days?|weeks?)?", re.IGNORECASE)
_EVERY = re.compile(
    r"(?:все|всем|всех|всюду|везде|all|each|everywhere)(?: по| of them)?[\s:—-]*(\d)[.!]?", re.IGNORECASE
)
LONGEST_DAYS, WEEK = 3650, 7
GOAL = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What was taken from an answer, and, by question, the words that do not fit; ``read`` is False where nothing was."""

    given: Mapping[str, Any] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    read: bool = True


def levels(text: str, asked: Sequence[str]) -> Said:
    """Levels of the departments that were asked: by name, or in their order; one each or five, one a statement.

    «4, 3, 2, 1» · «продукт 4, поддержка и продажи 2» · «3, пропустить, 2, 1». A skipped one is neither given nor wrong.
    """
    plain = text.casefold().replace("ё", "е").replace("−", "-")
    every = _EVERY.fullmatch(plain.strip())
    if every is not None:
        return Said({name: [int(every[1])] for name in asked}) if int(every[1]) <= HIGHEST else Said(read=False)
    return _by_name(plain) if _NAMED.search(plain) else _in_order(plain, asked)


def reads(text: str) -> bool:
    """True where a message is nothing but levels: numbers in a row, or departments with numbers."""
    plain = text.casefold().replace("ё", "е")
    if _EVERY.fullmatch(plain.strip()):
        return True
    tokens = [match for match in _TOKEN.finditer(_NAMED.sub(" ", plain))]
    levelled = [match for match in tokens if match["skip"] or _figure(match["value"]) is not None]
    rest = [match for match in tokens if match not in levelled and match["value"] not in _FILLER]
    return bool(levelled) and not rest and any(not match["skip"] for match in levelled)


def skipped(text: str) -> bool:
    """True where the words say that a question is left out."""
    return _SKIP.fullmatch(text.strip().strip(".!")) is not None


def share(text: str) -> float | None:
    """A gross margin: «70 %», «0,7», «маржа 70»; None unless one number above nought, at most a hundred percent."""
    found = re.findall(_FIGURE, text)
    exact = number(found[0].strip()) if len(found) == 1 else None
    if exact is None:
        return None
    if "%" not in text and exact == 1:  # a percent or all of it
        return None
    exact = exact if exact < 1 and "%" not in text else exact / 100
    return float(exact) if 0 < exact <= 1 else None


def days(text: str) -> int | None:
    """A number of days: «14 дней», «две недели», “30”; None where none is named, or too large a one."""
    for match in _DAYS.finditer(text.casefold()):
        exact = number(match["n"].strip()) if match["n"][:1].isdigit() else _word(match["n"])
        if exact is None or exact != int(exact):
            continue
        unit = match["unit"] or ""
        if not match["n"][:1].isdigit() and not unit:
            continue
        found = int(exact) * (WEEK if unit.startswith(("недел", "week")) else 1)
        return found if 0 < found <= LONGEST_DAYS else None
    return None


def promise(text: str) -> dict[str, Any] | None:
    """A promise: goal, base and target (“from 10 to 4”), and where they are named what it is now and worth a year.

    «Время обработки заявки с 10 до 4 часов, сейчас 6, 300 000 ₽ в год». None without a goal or a span, or where a
    figure fits two readings (12,000).
    """
    span = _SPAN.search(text)
    goal = text[: span.start()].strip(' ,.;:—–-«»"“”') if span else ""
    if span is None or not goal or len(goal) > GOAL:
        return None
    base, target = (_plain(number(span[key].strip())) for key in ("base", "target"))
    if base is None or target is None:
        return None
    rest = text[span.end() :]
    now, worth = _NOW.search(rest), _WORTH.search(_NOW.sub(" ", rest))
    found: dict[str, Any] = {"goal": goal, "base": base, "target": target}
    if now:
        found["current"] = _plain(number(now["now"].strip()))
    if worth:
        found["value"] = _plain(number((worth["a"] or worth["b"]).strip()))
    return None if None in found.values() else found


def _by_name(plain: str) -> Said:
    given: dict[str, list[int]] = {}
    wrong: dict[str, str] = {}
    waiting: list[str] = []
    mentions = list(_NAMED.finditer(plain))
    for place, mention in enumerate(mentions):
        end = mentions[place + 1].start() if place + 1 < len(mentions) else len(plain)
        zone = plain[mention.end() : end]
        name = str(mention.lastgroup)
        tokens = [match for match in _TOKEN.finditer(zone) if match["skip"] or match["value"] not in _FILLER]
        if not tokens and place + 1 < len(mentions) and _AND.fullmatch(zone):
            waiting.append(name)
            continue
        marks, rest = _marks(tokens)
        for each in dict.fromkeys([*waiting, name]):
            if rest or (marks and len(marks) not in (1, STATEMENTS)):
                wrong[each] = zone.strip(" ,;:.—–-")
            elif marks:
                given[each] = marks
        waiting = []
    return Said(given, wrong, bool(given or wrong) or bool(_SKIP.search(plain)))


def _in_order(plain: str, asked: Sequence[str]) -> Said:
    tokens = [match for match in _TOKEN.finditer(plain) if match["skip"] or match["value"] not in _FILLER]
    if len(tokens) not in (len(asked), STATEMENTS * len(asked)):
        return Said(read=False)
    each = len(tokens) // len(asked)
    given: dict[str, list[int]] = {}
    wrong: dict[str, str] = {}
    for place, name in enumerate(asked):
        part = tokens[place * each : (place + 1) * each]
        marks, rest = _marks(part)
        if rest:
            wrong[name] = " ".join(match.group(0) for match in part)
        elif len(marks) == each:
            given[name] = marks
    if not given and all(_figure(match["value"]) is None for match in tokens if not match["skip"]) and wrong:
        return Said(read=False)
    return Said(given, wrong)


def _marks(tokens: Sequence[re.Match[str]]) -> tuple[list[int], list[str]]:
    """Levels of the scale, and the tokens that are none; a skipped one is neither."""
    marks, rest = [], []
    for match in tokens:
        if match["skip"]:
            continue
        exact = _figure(match["value"])
        if exact is not None and exact == int(exact) and 0 <= exact <= HIGHEST:
            marks.append(int(exact))
        else:
            rest.append(match["value"])
    return marks, rest


def _figure(token: str | None) -> Decimal | None:
    if token is None:
        return None
    return number(token) if token.lstrip("-")[:1].isdigit() else _word(token)


def _word(token: str) -> Decimal | None:
    stem = token.replace("ё", "е")
    known = WORDS.get(stem) if stem in WORDS else {"две": 2, "двух": 2, "трех": 3, "трёх": 3}.get(stem)
    return None if known is None else Decimal(known)


def _plain(exact: Decimal | None) -> int | float | None:
    if exact is None:
        return None
    return int(exact) if exact == int(exact) else float(exact)
