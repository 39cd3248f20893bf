"""The glossary: a card of kind "term" for everything the product names, rendered from the registries."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, get_args

from knowledge.card import Card
from knowledge.card import Grade as SourceGrade
from tools.reading import Grade, Status
from tools.text import LANGUAGES, Language, Text, same

Group = Literal["metric", "segment", "step", "stage", "profile", "grade", "status", "source"]
GROUPS: Mapping[Group, Text] = {
    "metric": Text("Metrics", "Показатели"),
    "segment": Text("Segments", "Сегменты"),
    "step": Text("Steps of the audit", "Шаги аудита"),
    "stage": Text("Stages of the client's journey", "Этапы пути клиента"),
    "profile": Text("Business models", "Модели бизнеса"),
    "grade": Text("Grades of evidence", "Достоверность показателей"),
    "status": Text("Statuses of a figure", "Полнота показателей"),
    "source": Text("Grades of sources", "Достоверность источников"),
}
LABELS: Mapping[Group, Text] = {
    "segment": Text("Segment of the clients by {by}.", "Сегмент клиентов; разбивка: {by}."),
    "step": Text("Step of the audit. {by}", "Шаг аудита. {by}"),
    "stage": Text("Stage of the client's journey.", "Этап пути клиента."),
    "profile": Text("Business model that the data show.", "Модель бизнеса, которую показывают данные."),
    "grade": Text("Grade of the evidence behind a figure.", "Достоверность того, на чём держится показатель."),
    "status": Text("Status of a figure.", "Полнота показателя."),
    "source": Text("Grade of the source of a card.", "Достоверность источника карточки."),
}
FORMULA = Text("Formula: {formula}.", "Формула: {formula}.")
SOURCE = Text("Source: {source}.", "Источник: {source}.")


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the product: its registry, its key there, what it is called and what it means.

    ``term`` is the key alone, with the registry before it where another registry has the same key; the metrics keep
    theirs. ``more`` are further sentences; ``also`` the other names; ``by`` the segmentation of a segment.
    """

    group: Group
    key: str
    name: Text
    meaning: Text
    more: tuple[Text, ...] = ()
    also: tuple[Text, ...] = ()
    by: str | None = None
    term: str = ""

    @property
    def slug(self) -> str:
        """The slug of its card."""
        return f"term_{self.term}"

    def names(self, language: Language) -> tuple[str, ...]:
        """Every name in a language, the acronym of a bracket apart, each once."""
        found = [part for text in (self.name, *self.also) for part in re.split(r"\s*[()]\s*", text[language]) if part]
        return tuple({part.casefold(): part for part in reversed(found)}.values())[::-1]


@cache
def terms() -> Mapping[str, Card]:
    """The card of every term by slug, in the order of the registries; no file is read."""
    return {entry.slug: _card(entry) for entry in entries().values()}


@cache
def entries() -> Mapping[str, Entry]:
    """Every word of the product by ``term``, in the order of the registries."""
    found = [*_metrics(), *_segments(), *_steps(), *_stages(), *_profiles(), *_words()]
    times = Counter(_plain(entry.key) for entry in found)
    named = {}
    for entry in found:
        alone = entry.group == "metric" or times[_plain(entry.key)] == 1
        term = _plain(entry.key) if alone else f"{entry.group}_{_plain(entry.key)}"
        if term in named:
            raise ValueError(f"two registries give the glossary the term {term!r}")
        named[term] = replace(entry, term=term, name=_headed(entry.name))
    return named


def _card(entry: Entry) -> Card:
    parts = (_sentence(entry.meaning), *entry.more)
    return Card(
        slug=entry.slug,
        kind="term",
        title=entry.name,
        asked=Text(*("\n".join(entry.names(language)) for language in LANGUAGES)),
        source=(),
        grade="ours",
        body=Text(*("\n\n".join(part[language] for part in parts) for language in LANGUAGES)),
        metric=entry.key if entry.group == "metric" else None,
    )


def _metrics() -> Iterator[Entry]:
    from tools.metrics import metrics
    from tools.reports.names import source_name

    for key, metric in metrics().items():
        source = Text(*(source_name(metric.source, language) for language in LANGUAGES))
        more = (FORMULA.fill(formula=metric.formula), SOURCE.fill(source=source))
        also = tuple(same(alias) for alias in (key.replace("_", " "), *metric.aliases))
        yield Entry("metric", key, metric.name, metric.meaning, more, also)


def _segments() -> Iterator[Entry]:
    from tools.reports.kinds import SEGMENTS
    from tools.segments import segmentations

    for by, spec in sorted(segmentations().items(), key=lambda pair: (pair[0] != "value", pair[0])):
        more = (LABELS["segment"].fill(by=spec.title),)
        for key, title in spec.titles.items():
            also = (SEGMENTS[key],) if key in SEGMENTS else ()
            yield Entry("segment", key, _short(title), spec.meanings[key], more, also, by)


def _steps() -> Iterator[Entry]:
    from tools.audit import steps

    for spec in steps():
        yield Entry("step", spec.key, spec.title, spec.meaning, (LABELS["step"].fill(by=spec.question),))


def _stages() -> Iterator[Entry]:
    from tools.journeys import MEANINGS, STAGES

    for key, name in STAGES.items():
        yield Entry("stage", key, name, MEANINGS[key], (LABELS["stage"],))


def _profiles() -> Iterator[Entry]:
    from tools.profile import MEANINGS, NAMES

    for key, name in NAMES.items():
        yield Entry("profile", key, name, MEANINGS[key], (LABELS["profile"],))


def _words() -> Iterator[Entry]:
    """Grades of evidence, statuses of a figure, grades of sources."""
    from tools.metrics.value import EVIDENCE
    from tools.reports.kinds import GROUPS as PARTS
    from tools.reports.phrases import MEANINGS, PHRASES

    keys: Mapping[Group, tuple[str, ...]] = {
        "grade": tuple(dict.fromkeys((*get_args(Grade), *EVIDENCE))),
        "status": get_args(Status),
        "source": get_args(SourceGrade),
    }
    for group, known in keys.items():
        for key in known:
            part = PARTS["grade"].get(key) if group == "grade" else None
            name = PHRASES.get(key) or part
            assert name is not None
            also = (same(key), *((part,) if part is not None else ()))
            yield Entry(group, key, name, MEANINGS[key], (LABELS[group],), also)


def _plain(key: str) -> str:
    return key.replace(" ", "_")


def _short(title: Text) -> Text:
    """A title without what follows its colon: the meaning says it."""
    return Text(*(title[language].partition(":")[0] for language in LANGUAGES))


def _headed(text: Text) -> Text:
    return Text(*(text[language][:1].upper() + text[language][1:] for language in LANGUAGES))


def _sentence(text: Text) -> Text:
    """The phrase with a large first letter and one full stop."""
    return Text(*(f"{_headed(text)[language].rstrip('.')}." for language in LANGUAGES))
