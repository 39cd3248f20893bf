"""Documents: content as data, then a renderer for each format. A report is one file here that says ``@report(...)``."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeVar

from tools.text import Text

Subject = Literal["audit", "client", "telling"]
Renderer = TypeVar("Renderer", bound=Callable[..., str | bytes])


@dataclass(frozen=True, slots=True)
class Report:
    """One kind of document: what it is about, its format (also the file's suffix) and what renders it."""

    subject: Subject
    format: str
    title: Text
    render: Callable[..., str | bytes]


_FOUND: dict[tuple[Subject, str], Report] = {}


def report(subject: Subject, format: str, *, title: Text) -> Callable[[Renderer], Renderer]:
    """Declare the decorated renderer as the report of a subject in a format; declared twice is ``ValueError``."""

    def declare(render: Renderer) -> Renderer:
        known = _FOUND.get((subject, format))
        if known is not None and known.render.__module__ != render.__module__:
            raise ValueError(f"report {subject}.{format} is declared in {known.render.__module__} already")
        _FOUND[subject, format] = Report(subject, format, title, render)
        return render

    return declare


@cache
def reports() -> Mapping[tuple[Subject, str], Report]:
    """Every report found in this folder, by subject and format, in alphabetical order."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_FOUND.items()))


def formats_of(subject: Subject) -> tuple[str, ...]:
    """The formats a subject can be written in."""
    return tuple(name for about, name in reports() if about == subject)


def renderer(subject: Subject, format: str) -> Callable[..., Any]:
    """What renders a subject in a format; an unknown format is `UnknownName`."""
    from tools.errors import UnknownName

    found = reports().get((subject, format))
    if found is None:
        raise UnknownName(Text("report format", "формат отчёта"), format, formats_of(subject))
    return found.render
