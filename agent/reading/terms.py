"""Which words of the product a question asks the meaning of, and what they mean."""

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from agent import refusals, sentences
from agent.examples import Call, call
from agent.reading.understand import Understood, place
from agent.reading.words import SEGMENTS, SPOKEN
from tools.text import LANGUAGES

if TYPE_CHECKING:
    from knowledge.glossary import Entry, Group
    from tools.document import Claim
    from tools.portfolio import Portfolio

#: Words that ask for a meaning by themselves; ``what`` and its like only where the question is of that shape.
ASKING = (
    "такое такой такая такие значит означает обозначает называют считается считают понимать объясни поясни расшифруй "
    "mean meaning define definition explain"
)
#: Words that may stand beside a name: they carry nothing.
BESIDE = (
    "ваш ваша вашей наш терминология терминологии речь тут здесь вообще what who your our here terminology что как кто кого кем под за в у нас на и или это мне слово термин аудит отчёт клиент пожалуйста "
    "what does do is are a an the as of in by it me word term audit report client customer and or please"
)
#: How people call a registry: such a word decides between entries of one name.
CALLED: "Mapping[Group, str]" = {
    "segment": "segment group сегмент группа rfm",
    "step": "step шаг",
    "stage": "stage journey этап стадия путь",
    "profile": "profile business model профиль модель бизнес",
    "grade": "grade evidence достоверность доказательство данные",
    "status": "status figure mark статус пометка полнота показатель",
    "source": "source card case trend источник карточка",
    "metric": "metric показатель метрика",
}
#: Further names of terms, besides those of their registries.
ALSO: Mapping[str, tuple[str, ...]] = {
    "partial": ("partly", "partially", "отчасти"),
    "insufficient": ("too few data", "недостаточно данных"),
    "usage": ("потребление",),
    "snapshot": ("срез",),
    "first_value": ("first benefit", "первая польза"),
}
#: Terms whose names are everyday words: meant only beside a word for their registry.
EVERYDAY = frozenset({"best", "good", "new", "once", "six_new", "six_growing", "ok", "contract", "ours"})
MOST = 2
_OF_KIND = re.compile(r"what (?:is|are) the (?:audit )?(?:segment|step|stage|status|grade|profile|business model)")


#: What makes a client one of a segment.
CRITERIA = re.compile(
    r"по как(?:им|ому) (?:признак|критери|правил)\w*|\bкого (?:вы |мы |ты )?(?:относ\w+|счита\w+|зовете|зовем|называете|называем)|\bкто (?:у (?:вас|нас) )?считается|\bwho (?:exactly )?counts as\b|"
    r"\bwhat (?:qualifies|counts as|makes (?:someone|somebody|a client|a customer|an account))\b|\bwhat(?:'s| is) the rule\b|\bby what (?:rule|criteri)\w*"
)


def asked(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """The calls that explain a segment, step, stage, business model, grade or status, where the question is of nothing else."""
    if len(seen.segments) == 1 and CRITERIA.search(seen.plain) and not seen.accounts:
        return [call("define", key=seen.segments[0])]
    return [call("define", key=term) for term in meant(seen)] or None


def meant(seen: Understood) -> tuple[str, ...]:
    """Terms, two at most, of a question that asks what they mean and nothing else; none where all of them are metrics."""
    own = set(seen.stems)
    shaped = "define" in seen.wants or own & _stems(ASKING) or _OF_KIND.match(seen.plain)
    if seen.accounts or not shaped:
        return ()
    called = {group for group, words in CALLED.items() if own & _stems(words)}
    taken: set[int] = set()
    found: list[tuple[tuple[str, ...], Entry]] = []
    for name, known in _names().items():
        at = place(seen.stems, name, taken)
        fitting = [entry for entry in known if entry.term not in EVERYDAY or entry.group in called]
        if at is not None and fitting:
            taken |= set(range(at, at + len(name)))
            found.append((name, next((entry for entry in fitting if entry.group in called), fitting[0])))
    beside = _stems(" ".join((ASKING, BESIDE, *CALLED.values())))
    rest = {stem for at, stem in enumerate(seen.stems) if at not in taken} - beside
    named = [entry for name, entry in found if not set(name) <= beside] or [entry for _, entry in found]
    if rest or all(entry.group == "metric" for entry in named):
        return ()
    return tuple(dict.fromkeys(entry.term for entry in named))[:MOST]


def explained(term: str, desk: sentences.Desk) -> "tuple[Claim, ...]":
    """What a term means; nothing where the glossary has no such term. A segment is shown with its present size."""
    from knowledge.glossary import entries

    entry = entries().get(term)
    if entry is None:
        return ()
    said = [sentences.claim(f"more.{term}.{at}", refusals.SAID, desk, said=text) for at, text in enumerate(entry.more)]
    return (sentences.defined(term, entry.name, entry.meaning, desk), *said, *_size(entry, desk))


def _size(entry: "Entry", desk: sentences.Desk) -> "tuple[Claim, ...]":
    from tools.segments import assign, impossible

    if entry.by is None or impossible(desk.portfolio, entry.by) is not None:
        return ()
    groups = assign(desk.portfolio, entry.by).groups
    return tuple(sentences.sized(group, desk) for group in groups if group.key == entry.key)


@cache
def _stems(words: str) -> frozenset[str]:
    from knowledge.search import stems

    return frozenset(stems(words))


@cache
def _names() -> "Mapping[tuple[str, ...], tuple[Entry, ...]]":
    """Entries by the stems of each of their names, the longest names first, in the order of the registries."""
    from knowledge.glossary import entries
    from knowledge.search import stems

    found: dict[tuple[str, ...], dict[str, Entry]] = {}
    for entry in entries().values():
        spoken = {"metric": SPOKEN, "segment": SEGMENTS if entry.by == "value" else {}}.get(entry.group, {})
        words = [name for language in LANGUAGES for name in entry.names(language)]
        for word in (*words, *spoken.get(entry.key, ()), *ALSO.get(entry.term, ())):
            found.setdefault(tuple(stems(word)), {})[entry.term] = entry
    return {name: tuple(found[name].values()) for name in sorted(found, key=lambda name: -len(name))}
