"""The audit as one self-contained page: no request leaves it, every number opens the row of its reading."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from tools.document import Audit, Chart, Telling
from tools.render import Rendered
from tools.reports import charts, report
from tools.reports.view import audit_view
from tools.text import Language, Text

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context
    from markupsafe import Markup


@report("audit", "html", title=Text("Audit as a page", "Аудит одной страницей"))
def render(audit: Audit, telling: Telling, *, language: Language) -> str:
    """The page in one language; the same audit and telling give the same bytes."""
    view = audit_view(audit, telling, language=language)
    for step in view["steps"]:
        step["charts"] = _drawn(step["charts"], audit, language, step["key"])
    return html("audit.html.j2", view, hints=view["hints"])


def html(template: str, view: Mapping[str, Any], *, hints: Mapping[str, str]) -> str:
    """A template of this folder filled: everything escaped, bound numbers linked to the rows they come from."""
    return _environment().get_template(template).render({**view, "hints": hints})


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
    from markupsafe import Markup

    @pass_context
    def finalize(context: "Context", value: object) -> object:
        return linked(value, context["hints"]) if isinstance(value, Rendered) else value

    environment = Environment(
        loader=PackageLoader("tools.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["svg"] = Markup
    return environment


def linked(rendered: Rendered, hints: Mapping[str, str]) -> "Markup":
    """The text escaped, each span a link to its reading's row (or place), names and dates set apart."""
    from markupsafe import Markup, escape

    parts: list[Markup] = []
    last = 0
    for span in rendered.spans:
        parts.append(escape(rendered.text[last : span.start]))
        parts.append(_span(rendered.text[span.start : span.end], span.reading, hints))
        last = span.end
    parts.append(escape(rendered.text[last:]))
    return Markup("").join(parts)


def _span(text: str, target: str, hints: Mapping[str, str]) -> "Markup":
    from markupsafe import Markup

    if target.startswith("#"):
        return Markup('<a class="n" href="{}">{}</a>').format(target, text)
    if target.startswith("date:"):
        return Markup('<span class="d">{}</span>').format(text)
    if target.startswith("name:"):
        return Markup("<bdi>{}</bdi>").format(text)
    return Markup('<a class="n" href="#r-{}" title="{}">{}</a>').format(target, hints.get(target, ""), text)


def _drawn(drawn: tuple[Chart, ...], audit: Audit, language: Language, key: str) -> list[dict[str, str]]:
    pictures = []
    for place, chart in enumerate(drawn):
        picture = charts.svg(chart, language, currency=audit.currency, prefix=f"{key}-{place}-")
        if picture is not None:
            pictures.append({"title": chart.title[language], "svg": picture})
    return pictures
