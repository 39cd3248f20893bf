"""Cards of the knowledge base: one Markdown file each, read strictly, and the playbooks that answer a finding.

A file holds a YAML front matter and its parts in both languages. An unknown key, a missing language, an unknown source,
case or trend is a fault of the file and raises `CardError`: shipped cards are code.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from knowledge.card import KINDS, Card, CardError, Citation, Condition, Hours, Kind
from knowledge.card_files import FRONTS, parse
from tools.policy import Policy
from tools.priority import UNCOUNTED

HOME = Path(__file__).parent


def load_cards() -> Mapping[str, Card]:
    """Every shipped card by slug, playbooks first; read once a process. Raises `CardError` on a faulty file."""
    return _load(HOME)


def citations() -> Mapping[str, Citation]:
    """Every source by key."""
    return _citations(HOME / "citations.toml")


def answering(
    code: str,
    *,
    segment: str | None,
    profile: str,
    clients: int = 0,
    fact: Callable[[str], float | None] = lambda _name: None,
    policy: Policy | None = None,
) -> list[Card]:
    """Playbooks that answer a finding code, the best first; empty where none does.

    Playbooks of the client's business model only, unless there is none, and without those whose conditions fail on the
    figures that ``fact`` gives; then the ones made for the segment, then by how early the card names the code, then
    those whose conditions hold, then by strength of evidence for an hour of work with so many ``clients``.
    """
    found = [card for card in load_cards().values() if code in card.answers]
    fitting = [card for card in found if profile in card.profiles]
    holding = {card.slug: [condition.holds(fact) for condition in card.when] for card in found}
    chosen = [card for card in fitting or found if False not in holding[card.slug]]
    thresholds = policy or Policy()

    def order(card: Card) -> tuple[bool, int, bool, float, str]:
        asked = card.hours or Hours(0, 0)
        hours = max(asked.once + asked.client * (clients or UNCOUNTED), 1)
        met = bool(holding[card.slug]) and all(holding[card.slug])
        misfit = segment is not None and segment not in card.segments
        return misfit, card.answers.index(code), not met, -thresholds[f"rank_{card.grade}"] / hours, card.slug

    return sorted(chosen, key=order)


@cache
def _load(home: Path) -> Mapping[str, Card]:
    cards: dict[str, Card] = {}
    for kind in FRONTS:
        for path in sorted((home / f"{kind}s").glob("*.md")):
            card = parse(path)
            if card.kind != kind or card.slug in cards:
                raise CardError(f"{path.name}: a {card.kind} in {kind}s/, or a slug used before")
            cards[card.slug] = card
    _check_references(cards, citations())
    return cards


def _check_references(cards: Mapping[str, Card], sources: Mapping[str, Citation]) -> None:
    of_kind = {kind: {card.slug for card in cards.values() if card.kind == kind} for kind in FRONTS}
    for card in cards.values():
        unknown = [
            *(set(card.cases) - of_kind["case"]),
            *(set(card.trends) - of_kind["trend"]),
            *(set(card.playbooks) - of_kind["playbook"]),
            *(set(card.source) - set(sources)),
        ]
        if unknown:
            raise CardError(f"{card.slug}: no such case, trend, playbook or source: {', '.join(sorted(unknown))}")


@cache
def _citations(path: Path) -> Mapping[str, Citation]:
    entries = tomllib.loads(path.read_text("utf-8"))
    return {
        key: Citation(
            key=key,
            title=entry["title"],
            author=entry["author"],
            year=entry.get("year"),
            url=entry.get("url"),
            note=entry.get("note", ""),
        )
        for key, entry in entries.items()
    }


__all__ = [
    "HOME",
    "KINDS",
    "Card",
    "CardError",
    "Citation",
    "Condition",
    "Kind",
    "answering",
    "citations",
    "load_cards",
    "parse",
]
