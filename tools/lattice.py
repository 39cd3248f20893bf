"""The lattice of definitions: a metric by every way it may be counted, and which way turns the conclusion over."""

import re
from dataclasses import dataclass

from tools import formats
from tools.metrics import Metric, compute, resolve
from tools.portfolio import Portfolio
from tools.reading import Reading, Window
from tools.schema import TABLES
from tools.text import LANGUAGES, Language, Text

#: Where the policy names no target: the value that parts growth from loss.
LINES = {"nrr": 1.0, "grr": 1.0, "quick_ratio": 1.0}
BOUNDS = ("lower_bound", "upper_bound")


@dataclass(frozen=True, slots=True)
class Choice:
    """One way of counting: a convention or a variant (``kind``), its reading, and whether it turns the conclusion over."""

    convention: str
    kind: str | None
    title: Text
    reading: Reading
    flips: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The value that a conclusion is drawn against, and whose it is."""

    value: float
    basis: Text


@dataclass(frozen=True, slots=True)
class Explanation:
    """What explains a metric: its definition, every way of counting, the line, and what follows from them."""

    metric: Metric
    choices: tuple[Choice, ...] = ()
    line: Line | None = None
    conclusion: Text | None = None


def rows_read(portfolio: Portfolio, reading: Reading) -> dict[str, int]:
    """Rows of each table of the data that the query of a reading reads, as of its day; empty where it has no query."""
    named = set(re.findall(r'"(\w+)" AS "t\d+"', reading.sql or ""))
    return {name: portfolio.rows(name) for name in TABLES if name in named and portfolio.has(name)}


def explanation(
    portfolio: Portfolio, key: str, window: Window | None = None, *, convention: str | None = None, whole: bool = True
) -> Explanation:
    """The explanation of a metric; ways of counting are compared for the ``whole`` only, not for groups or accounts."""
    metric = resolve(key)
    if not whole:
        return Explanation(metric)
    choices = lattice(portfolio, metric.key, window, convention=convention)
    return Explanation(
        metric, tuple(choices), line_of(portfolio, metric.key), conclusion(portfolio, metric.key, choices)
    )


def lattice(
    portfolio: Portfolio, key: str, window: Window | None = None, *, convention: str | None = None
) -> list[Choice]:
    """Every way of counting, the one in use first; readings without a value never flip.

    The conclusion is whether the metric keeps to its line (`line_of`); NRR of 1.05 in force and 0.97 without price
    rises: the second flips.
    """
    item = resolve(key)
    found = compute(portfolio, item.key, window=window, convention=convention)
    head = found[0]
    readings = [head, *(reading for reading in found[1:] if _is_variant(reading, head))]
    used = {head.convention, convention}
    for other in item.conventions:
        if other not in used:
            readings += [reading for reading in compute(portfolio, item.key, window=window, convention=other)[:1]]
    seen: dict[str, Reading] = {}
    for reading in readings:
        seen.setdefault(reading.id + str(reading.scope.get("kind")) + reading.convention, reading)
    line = line_of(portfolio, item.key)
    first = _kept(head, item, line)
    return [_choice(reading, item, line, first) for reading in seen.values()]


def line_of(portfolio: Portfolio, key: str) -> Line | None:
    """The policy's target of a metric, else the value that parts growth from loss, else None."""
    target = portfolio.policy.target(key)
    if target is not None:
        return Line(target, Text("the target of the policy", "цель из политики"))
    value = LINES.get(key)
    if value is None:
        return None
    return Line(value, Text("no growth and no loss", "без роста и потерь"))


def conclusion(portfolio: Portfolio, key: str, choices: list[Choice]) -> Text | None:
    """One sentence: by which ways the metric keeps to its line and by which not; None without a line or a value.

    «NRR не ниже 100 %, если считать так: …; ниже, если так: …».
    """
    item, line = resolve(key), line_of(portfolio, key)
    sides = {True: [c for c in choices if _kept(c.reading, item, line)], False: _missed(choices, item, line)}
    if line is None or not (sides[True] or sides[False]):
        return None
    said = {language: _sentence(item, line, sides, language, portfolio.currency) for language in LANGUAGES}
    return Text(said["en"], said["ru"])


def _missed(choices: list[Choice], item: Metric, line: Line | None) -> list[Choice]:
    return [choice for choice in choices if _kept(choice.reading, item, line) is False]


def _sentence(item: Metric, line: Line, sides: dict[bool, list[Choice]], language: Language, currency: str) -> str:
    unit = Reading(item.key, item.unit, line.value)
    value = formats.reading(unit, language, currency=currency)
    words = {
        "lower": (Text("at or below", "не выше"), Text("above", "выше")),
        "higher": (Text("at or above", "не ниже"), Text("below", "ниже")),
    }["lower" if item.better == "lower" else "higher"]
    name = item.key.upper() if item.key.upper() in item.name.en else item.name[language]
    lists = {
        side: "; ".join(f"{_short(c, language)} ({formats.reading(c.reading, language, currency=currency)})" for c in chosen)
        for side, chosen in sides.items()
    }  # fmt: skip
    by = Text("by", "если считать так")
    if not sides[True] or not sides[False]:
        side = bool(sides[True])
        every = Text("by every way of counting", "при любом способе расчёта")
        only = f": {lists[side]}" if language == "ru" else f": {lists[side]}"
        return f"{name} — {words[0 if side else 1][language]} {value} {every[language]}{only}."
    head, tail = (f"{words[place][language]}" for place in (0, 1))
    return f"{name} — {head} {value}, {by[language]}: {lists[True]}; {tail} — {lists[False]}."


def _short(choice: Choice, language: Language) -> str:
    return choice.title[language].rstrip(".")


def _choice(reading: Reading, item: Metric, line: Line | None, first: bool | None) -> Choice:
    kind, kept = reading.scope.get("kind"), _kept(reading, item, line)
    flips = kept is not None and first is not None and kept != first
    return Choice(reading.convention, kind, _title(reading, item), reading, flips)


def _title(reading: Reading, item: Metric) -> Text:
    from tools.reports.names import KINDS

    rule = item.conventions.get(reading.convention)
    kind = reading.scope.get("kind")
    if kind is not None:
        return KINDS.get(kind) or Text(kind.replace("_", " "), kind.replace("_", " "))
    return rule or Text("as defined", "по определению")


def _kept(reading: Reading, item: Metric, line: Line | None) -> bool | None:
    """Whether the reading keeps to the line; None where there is no value, no line or no better side."""
    if line is None or reading.value is None or not reading.usable:
        return None
    return reading.value <= line.value if item.better == "lower" else reading.value >= line.value


def _is_variant(reading: Reading, head: Reading) -> bool:
    kind = str(reading.scope.get("kind", ""))
    alike = reading.unit == head.unit and reading.window == head.window
    return alike and (kind.startswith("without") or kind in BOUNDS)
