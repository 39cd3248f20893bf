"""Movements of revenue in sentences: one for each month, quarter or year, or for the whole period."""

from collections.abc import Sequence
from itertools import groupby

from agent import sentences
from tools.document import Claim, Name, Slot
from tools.reading import Reading
from tools.reports.names import group_name
from tools.text import Text

OF_DAYS = Text("From {since} to {until}: {moved}.", "С {since} по {until}: {moved}.")
OF_SPAN = Text("{span}: {moved}.", "{span}: {moved}.")
#: What is said of each kind, in the order of the bridge.
KINDS = {
    "start": Text("{start} at the start", "на начало {start}"),
    "new": Text("{new} from new clients", "новые клиенты {new}"),
    "reactivation": Text("{reactivation} from those who came back", "вернувшиеся {reactivation}"),
    "expansion": Text("{expansion} of expansion", "расширение {expansion}"),
    "contraction": Text("{contraction} of contraction", "сокращение {contraction}"),
    "churn": Text("{churn} gone with clients who left", "ушло с клиентами {churn}"),
    "fx": Text("{fx} by exchange rates", "курсы валют {fx}"),
    "end": Text("{end} at the end", "на конец {end}"),
}


def told(readings: Sequence[Reading], desk: sentences.Desk) -> tuple[Claim, ...]:
    """A sentence for each window or group; a kind that moved nothing is left out, unless nothing moved at all."""
    moved = [item for item in readings if item.scope.get("kind") in KINDS and item.window is not None]
    parts = groupby(moved, key=lambda item: (item.window, item.scope.get("group")))
    return tuple(_of(list(items), desk, f"movements.{place}") for place, (_part, items) in enumerate(parts))


def of_groups(readings: Sequence[Reading]) -> list[Reading]:
    """Of each group the movements of its whole period where they are told, else those of its last month."""
    parts: dict[str, list[Reading]] = {}
    for item in readings:
        parts.setdefault(item.scope.get("group", "").split(",")[0], []).append(item)
    return [item for part in parts.values() for item in sentences.latest(part)]


def _of(readings: Sequence[Reading], desk: sentences.Desk, name: str) -> Claim:
    found = {item.scope["kind"]: item for item in readings}
    ends = ("start", "end")
    still = all(item.value == 0 for kind, item in found.items() if kind not in ends)
    shown = [kind for kind in KINDS if kind in found and (still or kind in ends or found[kind].value)]
    moved = Text(*(", ".join(KINDS[kind][language] for kind in shown) for language in ("en", "ru")))
    slots: dict[str, Slot] = {kind: found[kind] for kind in shown}
    head = readings[0]
    if head.window is not None and "group" not in head.scope:
        text = OF_DAYS
        slots |= {"since": head.window.start, "until": head.window.closing}
    else:
        text = OF_SPAN
        slots["span"] = Name(_capital(group_name(head, desk.language)))
    whole = Text(*(text[language].replace("{moved}", moved[language]) for language in ("en", "ru")))
    return sentences.claim(name, whole, desk, **slots)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
