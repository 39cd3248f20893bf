"""The reference of metrics as a page of Markdown, rendered from the registry."""

from pathlib import Path

from tools.text import Language, Text

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


def page_path(folder: Path, language: Language) -> Path:
    """Where the page of a language is kept."""
    return folder / f"metrics.{language}.md"


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
