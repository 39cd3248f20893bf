"""Whether a metric rose or fell, as a sentence: by its own reading of the change, else against the period before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agent import sentences
from agent.reading import windows
from tools import formats
from tools.document import Claim, Direction, Name, Slot
from tools.reading import Reading, Window
from tools.spans import TIMES
from tools.text import Text

if TYPE_CHECKING:
    from agent.reading.counted import Change
    from tools.filters import Filter

#: Shorter windows are days of a state: what was there the day before says nothing.
SHORTEST = 28
OPPOSITE: dict[Direction, Direction] = {"up": "down", "down": "up"}
PLAIN: dict[Direction, Text] = {
    "up": Text("{name} rose", "{name}: рост"),
    "down": Text("{name} fell", "{name}: снижение"),
    "none": Text("{name} did not change", "{name}: без изменений"),
}
CORRECTED: dict[tuple[Direction, Direction], Text] = {
    ("up", "down"): Text("{name} did not rise but fell", "{name}: не рост, а снижение"),
    ("down", "up"): Text("{name} did not fall but rose", "{name}: не снижение, а рост"),
    ("up", "none"): Text("{name} did not rise: it stayed as it was", "{name}: роста нет, показатель не изменился"),
    ("down", "none"): Text("{name} did not fall: it stayed as it was", "{name}: снижения нет, показатель не изменился"),
}
UNPROVEN = Text(
    "{name}: a difference between the periods is not proven, it may be chance",
    "{name}: различие между периодами не доказано, оно может быть случайным",
)
BY = Text("; the change is {sign}{value}", "; изменение {sign}{value}")
AGAINST_SAME = Text(
    " from {start} to {end}, against the period of the same length before it",
    " за период с {start} по {end} по сравнению с таким же по длине периодом до него",
)
ALONG = Text(" from {start} to {end}", " с {start} по {end}")
TWO = Text(
    ": {value} (from {start} to {end}) against {before} (from {before_start} to {before_end})",
    " — {value} (с {start} по {end}) против {before} (с {before_start} по {before_end})",
)
TWO_DAYS = Text(
    ": {value} (on {end}) against {before} (on {before_end})",
    " — {value} (на {end}) против {before} (на {before_end})",
)
GROUPS = Text(
    "Each group from {start} to {end}, against the days from {before_start} to {before_end}:",
    "По группам: с {start} по {end} против периода с {before_start} по {before_end}:",
)
GROUP: dict[Direction | None, Text] = {
    "up": Text("{name}: {value} against {before}, up.", "{name}: {value} против {before} — рост."),
    "down": Text("{name}: {value} against {before}, down.", "{name}: {value} против {before} — снижение."),
    "none": Text("{name}: {value}, as it was.", "{name}: {value} — без изменений."),
    None: Text(
        "{name}: {value} against {before}; the difference may be chance.",
        "{name}: {value} против {before}; различие может быть случайным.",
    ),
}
NEW_GROUP = Text(
    "{name}: {value}; there is no figure of the days before.", "{name}: {value}; за прежний период значения нет."
)
#: Groups whose clients were others before: their figures of then are of other clients.
THEN_OTHERS: dict[str, Text] = {
    "segment": Text(
        "the segments are those of the last day, other clients were in them before",
        "сегменты взяты на последний день, прежде в них были другие клиенты",
    )
}
NOT_KNOWN = Text(
    "Whether {name} rose or fell cannot be told: {reason}.",
    "{name}: вырос показатель или снизился, сказать нельзя — {reason}.",
)
NO_EARLIER = Text(
    "there is no figure of an earlier period to compare with", "нет значения за прежний период, сравнить не с чем"
)


@dataclass(frozen=True, slots=True)
class Then:
    """The earlier days that a figure is told against: so many months back (none: those just before), of its ``own`` window."""

    months: int | None = None
    own: bool = True


def told(
    readings: Sequence[Reading], asked: "Change", desk: sentences.Desk, where: "Filter | None", then: Then
) -> tuple[Claim, ...]:
    """Which way the metric went, against what the question says of it; the reason where that cannot be told."""
    head = readings[0]
    own = next((item for item in readings if item.scope.get("kind") == "change"), None)
    if own is not None and then.months is None:
        return (_by_own(own, head, asked, desk),)
    before = _before(head, desk, where, then)
    if before is None:
        return (_not_known(head, NO_EARLIER, desk),)
    if not before.usable:
        return (_not_known(head, before.reason or NO_EARLIER, desk),)
    return (_by_two(head, before, asked, desk),)


def of_groups(
    readings: Sequence[Reading], desk: sentences.Desk, where: "Filter | None", by: str, since: Then
) -> tuple[tuple[Claim, ...], bool]:
    """How each group went against the period before, a sentence each, and True; else the reason (none of months) and False."""
    head = readings[0]
    if by in TIMES:
        return (), False
    if by in THEN_OTHERS or not _comparable(head, desk, since):
        return (_not_known(head, THEN_OTHERS.get(by, NO_EARLIER), desk),), False
    earlier: dict[str | None, Reading] = {}
    for item in _earlier(head, desk, where, by, since):
        if item.usable and item.window is not None:
            earlier.setdefault(item.scope.get("group"), item)
    groups = {item.scope.get("group"): item for item in reversed(readings)}
    pairs = [(item, earlier.get(group)) for group, item in reversed(groups.items())]
    then = next((before.window for _, before in pairs if before is not None), None)
    if then is None or head.window is None:
        return (_not_known(head, NO_EARLIER, desk),), False
    days: dict[str, Slot] = {
        "start": head.window.start, "end": head.window.closing, "before_start": then.start, "before_end": then.closing,
    }  # fmt: skip
    told = [_of_group(item, before, desk, f"{head.key}.{place}") for place, (item, before) in enumerate(pairs)]
    return (sentences.claim(f"{head.key}.groups", GROUPS, desk, **days), *told), True


def _of_group(now: Reading, then: Reading | None, desk: sentences.Desk, name: str) -> Claim:
    from tools.reports.names import group_name

    group = Name(group_name(now, desk.language))
    if then is None:
        return sentences.claim(name, NEW_GROUP, desk, name=group, value=now)
    way = _way(now, then, desk)
    before: dict[str, Slot] = {"before": then} if way != "none" else {}
    made = sentences.claim(name, GROUP[way], desk, name=group, value=now, **before)
    return replace(made, direction=way) if way is not None else made


def _way(now: Reading, then: Reading, desk: sentences.Desk) -> Direction | None:
    """Which way a figure went; None where the difference may be chance."""
    from tools.comparison import apart

    if _shown(now, desk) == _shown(then, desk):
        return "none"
    return ("up" if float(now.value or 0) > float(then.value or 0) else "down") if apart(now, then) else None


def _by_own(change: Reading, head: Reading, asked: "Change", desk: sentences.Desk) -> Claim:
    if not change.usable or change.value is None:
        return _not_known(head, change.reason or NO_EARLIER, desk)
    still = _shown(change, desk) == _shown(replace(change, value=0), desk)
    way: Direction = "none" if still else "up" if change.value > 0 else "down"
    parts = [_opening(way, asked, head.key), BY]
    slots: dict[str, Slot] = {"value": change, "sign": Text("+", "+") if way == "up" else Text("", "")}
    if change.window is not None:
        parts.append(AGAINST_SAME if change.window == head.window else ALONG)
        slots |= {"start": change.window.start, "end": change.window.closing}
    return _claim(parts, slots, way, head, desk)


def _by_two(head: Reading, before: Reading, asked: "Change", desk: sentences.Desk) -> Claim:
    assert head.window is not None and before.window is not None
    found = _way(head, before, desk)
    way: Direction = found or "none"
    opening = _opening(way, asked, head.key) if found is not None else UNPROVEN
    slots: dict[str, Slot] = {
        "value": head, "end": head.window.closing, "before": before, "before_end": before.window.closing,
    }  # fmt: skip
    if head.window.days == 1:
        return _claim([opening, TWO_DAYS], slots, way, head, desk)
    slots |= {"start": head.window.start, "before_start": before.window.start}
    return _claim([opening, TWO], slots, way, head, desk)


def _claim(parts: Sequence[Text], slots: dict[str, Slot], way: Direction, head: Reading, desk: sentences.Desk) -> Claim:
    text = Text("".join(part.en for part in parts) + ".", "".join(part.ru for part in parts) + ".")
    made = sentences.claim(f"{head.key}.moved", text, desk, name=_name(head), **slots)
    return replace(made, direction=way)


def _before(head: Reading, desk: sentences.Desk, where: "Filter | None", then: Then) -> Reading | None:
    """The metric of the period before the reading's own, or None where it has none of its own to compare with."""
    found = _earlier(head, desk, where, None, then) if _comparable(head, desk, then) else []
    return found[0] if found else None


def _comparable(head: Reading, desk: sentences.Desk, then: Then) -> bool:
    """Whether a reading is of days that have others of their kind before them in the data."""
    today = desk.portfolio.as_of
    if head.window is None or today is None or head.window.closing > today:
        return False
    if head.window.days < SHORTEST and then.months is None:
        return False
    return not windows.before_data(desk.portfolio, _window(head.window, then))


def _window(window: Window, then: Then) -> Window:
    """The earlier days."""
    return windows.preceding(window) if then.months is None else windows.moved_back(window, then.months)


def _earlier(head: Reading, desk: sentences.Desk, where: "Filter | None", by: str | None, then: Then) -> list[Reading]:
    """The metric of the earlier days, of each group; none where it is of other days."""
    from tools.question import Question, answer

    assert head.window is not None
    window = _window(head.window, then)
    if then.months is not None and then.own:  # its own window, as it was on a day so long ago
        return list(answer(desk.portfolio.earlier(window.closing), Question(head.key, None, by, where)))
    found = answer(desk.portfolio, Question(head.key, window, by, where))
    return [item for item in found if item.window == window or not item.usable]


def _opening(way: Direction, asked: "Change", key: str) -> Text:
    """Which way it went, said as a correction where the question has it otherwise."""
    said = _said(asked, key)
    return PLAIN[way] if said in ("none", way) else CORRECTED[said, way]


def _said(asked: "Change", key: str) -> Direction:
    from tools.metrics import metrics

    if asked in ("up", "down"):
        return "up" if asked == "up" else "down"
    good = metrics()[key].better
    if asked == "any" or good == "none":
        return "none"
    better: Direction = "up" if good == "higher" else "down"
    return better if asked == "better" else OPPOSITE[better]


def _not_known(head: Reading, reason: Text, desk: sentences.Desk) -> Claim:
    return sentences.claim(f"{head.key}.moved", NOT_KNOWN, desk, name=_name(head), reason=sentences.unstopped(reason))


def _name(head: Reading) -> Text:
    from tools.metrics import metrics

    return metrics()[head.key].name


def _shown(item: Reading, desk: sentences.Desk) -> str:
    return formats.reading(item, desk.language, currency=desk.portfolio.currency)
