"""Whether a metric rose or fell, as a sentence: by its own reading of the change, else against the period before."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent import sentences, windows
from tools import formats
from tools.document import Claim, Direction, Slot
from tools.reading import Reading
from tools.text import Text

if TYPE_CHECKING:
    from agent.counted import Change
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
NOT_KNOWN = Text(
    "Whether {name} rose or fell cannot be told: {reason}.",
    "{name}: вырос показатель или снизился, сказать нельзя — {reason}.",
)
NO_EARLIER = Text(
    "there is no figure of an earlier period to compare with", "нет значения за прежний период, сравнить не с чем"
)


def told(
    readings: Sequence[Reading], asked: "Change", desk: sentences.Desk, where: "Filter | None"
) -> tuple[Claim, ...]:
    """Which way the metric went, against what the question says of it; the reason where that cannot be told."""
    head = readings[0]
    own = next((item for item in readings if item.scope.get("kind") == "change"), None)
    if own is not None:
        return (_by_own(own, head, asked, desk),)
    before = _before(head, desk, where)
    if before is None:
        return (_not_known(head, NO_EARLIER, desk),)
    if not before.usable:
        return (_not_known(head, before.reason or NO_EARLIER, desk),)
    return (_by_two(head, before, asked, desk),)


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
    from tools.comparison import apart

    assert head.window is not None and before.window is not None
    now, then = float(head.value or 0), float(before.value or 0)
    same, sure = _shown(head, desk) == _shown(before, desk), apart(head, before)
    way: Direction = "none" if same or not sure else "up" if now > then else "down"
    opening = _opening(way, asked, head.key) if same or sure else UNPROVEN
    slots: dict[str, Slot] = {
        "value": head, "start": head.window.start, "end": head.window.closing,
        "before": before, "before_start": before.window.start, "before_end": before.window.closing,
    }  # fmt: skip
    return _claim([opening, TWO], slots, way, head, desk)


def _claim(parts: Sequence[Text], slots: dict[str, Slot], way: Direction, head: Reading, desk: sentences.Desk) -> Claim:
    text = Text("".join(part.en for part in parts) + ".", "".join(part.ru for part in parts) + ".")
    made = sentences.claim(f"{head.key}.moved", text, desk, name=_name(head), **slots)
    return replace(made, direction=way)


def _before(head: Reading, desk: sentences.Desk, where: "Filter | None") -> Reading | None:
    """The metric of the period before the reading's own, or None where it has none of its own to compare with."""
    from tools.question import Question, answer

    today = desk.portfolio.as_of
    if head.window is None or head.window.days < SHORTEST or today is None or head.window.closing > today:
        return None
    window = windows.preceding(head.window)
    if windows.before_data(desk.portfolio, window):
        return None
    found = answer(desk.portfolio, Question(head.key, window, None, where))[0]
    return found if found.window == window or not found.usable else None


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
