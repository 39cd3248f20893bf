"""Which audit steps and value segments a card serves: a playbook by what it answers, other cards through playbooks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from knowledge.cards import Card, load_cards


@dataclass(frozen=True, slots=True)
class Reach:
    """Steps and segments by key; empty where a card serves none of them."""

    steps: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()

    def serves(self, *, step: str | None, segment: str | None) -> bool:
        """Whether it serves the step and the segment, where they are given."""
        return (step is None or step in self.steps) and (segment is None or segment in self.segments)


def reach(slug: str) -> Reach:
    """What a shipped card serves; nothing for a term or a document."""
    return _reaches().get(slug, Reach())


@cache
def _reaches() -> Mapping[str, Reach]:
    from tools.audit import steps

    step_of = {code: spec.key for spec in steps() for code in spec.codes}
    cards = load_cards()
    direct = {
        slug: Reach(frozenset(step_of[code] for code in card.answers if code in step_of), frozenset(card.segments))
        for slug, card in cards.items()
        if card.kind == "playbook"
    }
    return {slug: direct.get(slug) or _joined(card, cards, direct) for slug, card in cards.items()}


def _joined(card: Card, cards: Mapping[str, Card], direct: Mapping[str, Reach]) -> Reach:
    """Of the playbooks that the card names, or that name it as their case or trend."""
    named = [
        slug for slug in direct if slug in card.playbooks or card.slug in (*cards[slug].cases, *cards[slug].trends)
    ]
    return Reach(
        frozenset(step for slug in named for step in direct[slug].steps),
        frozenset(segment for slug in named for segment in direct[slug].segments),
    )
