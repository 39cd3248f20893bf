"""The reference of metrics and the glossary as pages of Markdown, rendered from the registries."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tools.text import Language, Text
from ui.commands.audiences import audiences_page

TITLE = Text("Metrics", "Показатели")
INTRO = Text(
    "Rendered by `cvm docs` from the registry; edit `tools/metrics/`, not this page.",
    "Страница собрана командой `cvm docs` из реестра: правьте `tools/metrics/`, а не её.",
)
LABELS = {
    "needs": Text("Needs", "Нужно"),
    "formula": Text("Formula", "Формула"),
    "unit": Text("Unit", "Единица"),
    "better": Text("Better", "Лучше"),
    "source": Text("Source", "Источник"),
    "conventions": Text("Conventions", "Способы расчёта"),
    "aliases": Text("Also", "Другие имена"),
}
BETTER = {"higher": Text("higher", "выше"), "lower": Text("lower", "ниже")}


GLOSSARY = Text("Glossary", "Словарь")
GLOSSARY_INTRO = Text(
    "Every word of the product in one place. Rendered by `cvm docs` from the registries; one word: `cvm card term_nrr`.",
    "Все слова продукта в одном месте. Страница собрана командой `cvm docs` из реестров; одно слово: `cvm card term_nrr`.",
)
REFERENCE = Text("In the reference of metrics", "В справочнике показателей")


def page_path(folder: Path, language: Language, page: str = "metrics") -> Path:
    """Where a page of a language is kept."""
    return folder / f"{page}.{language}.md"


def metrics_page(language: Language) -> str:
    """The whole page in one language, metrics by key."""
    from tools.metrics import metrics
    from tools.reports.names import source_name

    parts = [f"# {TITLE[language]}", INTRO[language]]
    for key, metric in sorted(metrics().items()):
        better = BETTER.get(str(metric.better))
        lines = {
            "needs": metric.needs[language],
            "formula": f"`{metric.formula[language]}`",
            "unit": f"`{metric.unit.value}`",
            "better": better[language] if better else "—",
            "source": source_name(metric.source, language),
            "conventions": "; ".join(f"`{name}` — {text[language]}" for name, text in metric.conventions.items())
            or "—",
            "aliases": ", ".join(f"`{name}`" for name in metric.aliases),
        }
        listed = "\n".join(f"- {LABELS[name][language]}: {shown}" for name, shown in lines.items() if shown)
        parts += [
            f'<a id="metric.{key}"></a>',
            f"## {metric.name[language]} · `{key}`",
            metric.meaning[language],
            listed,
        ]
    return "\n\n".join(parts) + "\n"


def glossary_page(language: Language) -> str:
    """The whole glossary in one language: by registry, then by name."""
    from knowledge.glossary import GROUPS, entries, terms

    cards = terms()
    parts = [f"# {GLOSSARY[language]}", GLOSSARY_INTRO[language]]
    for group, title in GROUPS.items():
        parts.append(f"## {title[language]}")
        own = [entry for entry in entries().values() if entry.group == group]
        for entry in sorted(own, key=lambda item: (_alphabetical(item.name[language]), item.term)):
            parts += [
                f'<a id="{entry.slug}"></a>',
                f"### {entry.name[language]} · `{entry.term}`",
                cards[entry.slug].body[language],
            ]
            if group == "metric":
                parts.append(f"[{REFERENCE[language]}](metrics.{language}.md#metric.{entry.key})")
    return "\n\n".join(parts) + "\n"


def _alphabetical(name: str) -> str:
    return name.casefold().replace("ё", "е")


PAGES: Mapping[str, Callable[[Language], str]] = {
    "metrics": metrics_page,
    "glossary": glossary_page,
    "audiences": audiences_page,
}
