"""Charts of readings as inline SVG: same bytes on each run, text kept as text, nothing fetched."""

import io
import re
from typing import Any

from tools import formats
from tools.document import Chart
from tools.reading import Reading
from tools.text import Language

INK, MUTED, MAIN, DOWN, TOTAL = "#1f2d3a", "#6b7a88", "#2f7f86", "#c25b4a", "#45566a"
STYLE: Any = {
    "svg.hashsalt": "cvm",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": "#c9d1d8",
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "text.parse_math": False,
}
LONGEST = 28


def svg(chart: Chart, language: Language, *, currency: str, prefix: str) -> str | None:
    """The chart as an ``<svg>`` element, ids beginning with ``prefix``; None where no reading has a value to draw."""
    pairs = [
        (label[language], reading)
        for label, reading in zip(chart.labels, chart.readings, strict=True)
        if reading.value is not None and reading.status != "insufficient"
    ]
    if not pairs:
        return None
    import matplotlib

    matplotlib.use("Agg", force=False)
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        height = 2.6 if chart.kind != "bar" else 0.5 + 0.3 * len(pairs)
        figure = Figure(figsize=(7.2, height), layout="constrained")
        axes = figure.add_subplot()
        {"bar": _bars, "line": _line, "waterfall": _waterfall}[chart.kind](axes, pairs, language, currency)
        for side in ("top", "right", "left", "bottom"):
            axes.spines[side].set_visible(side == "bottom" and chart.kind != "bar")
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue(), prefix, chart.title[language])


def _bars(axes: Any, pairs: list[tuple[str, Reading]], language: Language, currency: str) -> None:
    values = [float(reading.value or 0) for _, reading in pairs]
    places = range(len(pairs))
    axes.barh(places, values, height=0.62, color=[MAIN if value >= 0 else DOWN for value in values])
    axes.set_yticks(places, [_short(label) for label, _ in pairs])
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.tick_params(length=0)
    for place, value in zip(places, values, strict=True):
        shown = formats.reading(pairs[place][1], language, currency=currency)
        axes.annotate(shown, (max(value, 0), place), xytext=(5, 0), textcoords="offset points", va="center", color=INK)
    axes.set_xlim(min(0, *values, 0), max(0, *values, 0) * 1.22 or 1)


def _line(axes: Any, pairs: list[tuple[str, Reading]], language: Language, currency: str) -> None:
    values = [float(reading.value or 0) for _, reading in pairs]
    places = list(range(len(pairs)))
    axes.plot(places, values, color=MAIN, linewidth=1.8, marker="o", markersize=3.5)
    axes.fill_between(places, values, min(*values, 0), color=MAIN, alpha=0.08)
    step = max(1, len(pairs) // 8)
    axes.set_xticks(places[::step], [_short(label) for label, _ in pairs][::step])
    axes.set_yticks([])
    for place in sorted({0, len(pairs) - 1, values.index(max(values)), values.index(min(values))}):
        shown = formats.reading(pairs[place][1], language, currency=currency)
        axes.annotate(shown, (place, values[place]), xytext=(0, 6), textcoords="offset points", ha="center", color=INK)
    axes.margins(x=0.08, y=0.25)


def _waterfall(axes: Any, pairs: list[tuple[str, Reading]], language: Language, currency: str) -> None:
    """First and last bars stand on zero; those between start where the one before ended."""
    level = 0.0
    tops: list[float] = []
    for place, (_, reading) in enumerate(pairs):
        value = float(reading.value or 0)
        whole = place in (0, len(pairs) - 1)
        base = 0.0 if whole else level
        axes.bar(place, value, bottom=base, width=0.6, color=TOTAL if whole else MAIN if value >= 0 else DOWN)
        level = value if whole else level + value
        top = max(base, base + value)
        tops.append(top)
        shown = formats.reading(reading, language, currency=currency)
        axes.annotate(shown, (place, top), xytext=(0, 4), textcoords="offset points", ha="center", color=INK, size=8)
    axes.set_xticks(range(len(pairs)), [_short(label) for label, _ in pairs], size=8)
    axes.set_yticks([])
    axes.margins(y=0.18)
    if len(tops) > 2 and min(tops) > 0:
        axes.set_ylim(0, max(tops) * 1.2)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"


def _inline(text: str, prefix: str, title: str) -> str:
    from markupsafe import escape

    body = text[text.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.S)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.S)
    body = re.sub(r'\s(?:xmlns(?::\w+)?|version)="[^"]*"', "", body)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}\1"', body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}\1)", body)
    body = re.sub(r'<svg width="[^"]*" height="[^"]*"|<svg height="[^"]*"', "<svg", body, count=1)
    body = re.sub(r"<svg([^>]*?)\s(?:width|height)=\"[^\"]*\"", r"<svg\1", body, count=1)
    return body.replace("<svg", f'<svg role="img" aria-label="{escape(title)}"', 1).strip()
