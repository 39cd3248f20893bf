"""Readings of one metric: a value with its explanation, groups with bars, accounts in order; for terminal and JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text as Styled

from tools import formats
from tools.reading import Reading, Unit
from tools.text import Language, Text
from ui import terminal
from ui.phrases import phrase, table_title

if TYPE_CHECKING:
    from agent.assistant import Assistant
    from tools.lattice import Explanation
    from tools.question import Question

Json = dict[str, Any]
BAR = 24  # cells of the longest bar
MONTHS = 12  # of a series that the terminal shows


@dataclass(frozen=True, slots=True)
class Shown:
    """The readings of an answer and what they are shown with: the title, currency, names of accounts."""

    title: Text
    readings: Sequence[Reading]
    currency: str
    names: Mapping[str, str] = field(default_factory=dict)
    explanation: "Explanation | None" = None
    read: Mapping[str, Mapping[str, int]] = field(
        default_factory=dict
    )  # rows of the tables that a reading's query reads


def shown(
    assistant: "Assistant", snapshot: str, question: "Question", *, as_of: date | None = None, explain: bool = False
) -> Shown:
    """The answer to a question with what it is shown with; `UserError` where the question cannot be asked."""
    from tools.lattice import explanation, rows_read
    from tools.question import within
    from tools.reports.names import client_names

    asked = {item.name: getattr(question, item.name) for item in fields(question) if item.name != "key"}
    title, readings = asked_of(question), assistant.metric(question.key, snapshot, as_of=as_of, **asked)
    part, _selection = within(assistant.portfolio(snapshot, as_of=as_of), question)
    whole = question.by is None and not question.ranks
    why = (
        explanation(part, question.key, question.window, convention=question.convention, whole=whole)
        if explain
        else None
    )
    named = any("account" in item.scope for item in readings)
    read = {item.id: rows_read(part, item) for item in readings} if explain else {}
    return Shown(title, readings, part.currency, client_names(part) if named else {}, why, read)


def asked_of(question: "Question") -> Text:
    """What the question is about, by name; `UserError` where there is no such metric or it is not known by client."""
    from tools.metrics import metrics, resolve
    from tools.ranking import figure

    if not question.ranks:
        return resolve(question.key).name
    found = figure(question.key)
    return metrics()[found.key].name if found.key in metrics() else found.name


def names(language: Language) -> Json:
    """``{metrics: [{key, name}], columns: [{key, name, by, where}]}``: what can be asked for, grouped by, filtered by."""
    from tools import groups
    from tools.fields import fields
    from tools.metrics import metrics
    from tools.reports.names import column_name

    columns = dict.fromkeys([*groups.names(), *fields()])
    return {
        "metrics": [{"key": key, "name": item.name[language]} for key, item in metrics().items()],
        "columns": [
            {"key": key, "name": column_name(key, language), "by": key in groups.names(), "where": key in fields()}
            for key in columns
        ],
    }


def show_names(listed: Json, language: Language, console: Console) -> None:
    """Print the list of metrics, then that of columns and what each may be used for."""
    table = terminal.grid(phrase("key", language), phrase("name", language), plain=(0,))
    for item in listed["metrics"]:
        table.add_row(item["key"], item["name"])
    console.print(terminal.titled(phrase("metrics", language), table))
    table = terminal.grid(phrase("key", language), phrase("name", language), "--by", "--where", plain=(0, 2, 3))
    for item in listed["columns"]:
        table.add_row(item["key"], item["name"], *("✓" if item[use] else "" for use in ("by", "where")))
    console.print(terminal.titled(phrase("columns", language), table))


def metric_json(shown: Shown, language: Language) -> Json:
    """``{readings}``, and ``explain`` (definition, ways of counting, conclusion) where it was asked for."""
    from tools.reports.contract import reading_json

    def as_json(item: Reading) -> Json:
        document = reading_json(item, language=language, currency=shown.currency)
        account = item.scope.get("account")
        return document if account is None else {**document, "account_name": shown.names.get(account, account)}

    document: Json = {"readings": [as_json(item) for item in shown.readings]}
    if shown.explanation is not None:
        document["explain"] = _explained(shown, shown.explanation, language)
    return document


def _explained(shown: Shown, explanation: "Explanation", language: Language) -> Json:
    from tools.reports.contract import reading_json

    metric, head = explanation.metric, shown.readings[0] if shown.readings else None
    choices = [
        {
            "convention": choice.convention,
            "kind": choice.kind,
            "title": choice.title[language],
            "reading": reading_json(choice.reading, language=language, currency=shown.currency),
            "flips": choice.flips,
        }
        for choice in explanation.choices
    ]
    used = {item.convention for item in shown.readings}
    others = [choice["reading"] for choice in choices if choice["kind"] is None and choice["convention"] not in used]
    line = explanation.line
    return {
        "key": metric.key,
        "name": metric.name[language],
        "meaning": metric.meaning[language],
        "formula": metric.formula[language],
        "source": metric.source,
        "needs": metric.needs[language],
        "window": [head.window.start, head.window.end] if head is not None and head.window else None,
        "rows": {"used": head.rows.used, "left_out": dict(head.rows.left_out)} if head is not None else None,
        "rows_read": dict(shown.read.get(head.id, {})) if head is not None else None,
        "sql": head.sql if head is not None else None,
        "conventions": {name: text[language] for name, text in metric.conventions.items()},
        "others": others,
        "choices": choices,
        "line": {"value": line.value, "basis": line.basis[language]} if line is not None else None,
        "conclusion": explanation.conclusion[language] if explanation.conclusion is not None else None,
    }


def show_metric(shown: Shown, language: Language, console: Console) -> None:
    """Print the readings as fits them: accounts by rank, groups with bars, or a value with its variants."""
    from tools.reports.names import where_name

    width = min(console.width, 120) - 4
    kinds = [item.scope for item in shown.readings]
    if kinds and all("account" in scope for scope in kinds):
        table = _ranks(shown, language)
    elif len(kinds) > 1 and all("group" in scope and "kind" not in scope for scope in kinds):
        table = _groups(shown, language)
    else:
        table = terminal.readings_table(
            _recent(shown.readings), language, currency=shown.currency, width=width, names=shown.names
        )
    title = shown.title[language]
    if (where := kinds[0].get("where") if kinds else None) and all(scope.get("where") == where for scope in kinds):
        title = f"{title} · {terminal.harmless(where_name(where, language))}".replace("[", "\\[")
    console.print(terminal.titled(title, table, *_notes(shown, language, width)))
    if shown.explanation is not None:
        _show_explanation(shown, shown.explanation, language, console, width=width)


def _recent(readings: Sequence[Reading]) -> Sequence[Reading]:
    """Of readings month by month those of the last twelve; any others as they are."""
    months = sorted(
        {item.scope["group"] for item in readings if item.scope.get("by") == "month" and "kind" in item.scope}
    )
    earlier = set(months[:-MONTHS])
    return [item for item in readings if item.scope.get("by") != "month" or item.scope["group"] not in earlier]


def _ranks(shown: Shown, language: Language) -> Table:
    table = terminal.grid("№", phrase("client", language), phrase("value", language), right=(0, 2))
    for place, item in enumerate(shown.readings, start=1):
        account = item.scope["account"]
        name = Styled(terminal.harmless(shown.names.get(account, account)))
        table.add_row(str(place), name, terminal.value(item, language, currency=shown.currency))
    return table


def _groups(shown: Shown, language: Language) -> Table:
    from tools.reports.names import column_name, group_name

    by = shown.readings[0].scope.get("by", "")
    head = column_name(by, language) if by else phrase("group", language)
    table = terminal.grid(head, *(phrase(name, language) for name in ("value", "n")), "", right=(1, 2), plain=(3,))
    longest = max((abs(float(item.value)) for item in shown.readings if item.value is not None), default=0.0)
    for item in shown.readings:
        title = group_name(item, language)
        cells = round(BAR * abs(float(item.value)) / longest) if item.value is not None and longest else 0
        colour = "cyan" if item.usable else "bright_black"
        bar: RenderableType = Styled("█" * cells, style=colour)
        value = terminal.value(item, language, currency=shown.currency)
        table.add_row(Styled(terminal.harmless(title)), value, formats.count(item.n, language), bar)
    return table


def _notes(shown: Shown, language: Language, width: int) -> list[RenderableType]:
    """Below the table: why groups are not stated, each reason once; what the filter left out."""
    from tools.metrics.survivors import FLAG
    from tools.question import UNKNOWN
    from tools.reports.names import group_name

    reasons: dict[str, list[str]] = {}
    for item in shown.readings:
        if item.reason is not None and not item.usable and "group" in item.scope and "kind" not in item.scope:
            reasons.setdefault(item.reason[language], []).append(group_name(item, language))
    grouped = len(shown.readings) > 1
    lines = [f"{', '.join(groups)}: {reason}" for reason, groups in reasons.items()] if grouped else []
    partial = [item.reason[language] for item in shown.readings if item.reason is not None and item.status == "partial"]
    lines += dict.fromkeys(partial)
    windows = {item.window for item in shown.readings}
    if width < terminal.NARROW and len(windows) == 1 and (window := windows.pop()) is not None:
        lines.insert(0, f"{phrase('window', language)}: {terminal.period(window, language)}")
    notes: list[RenderableType] = [terminal.prose(line, width=width, style="italic bright_black") for line in lines]
    opened = sorted({item.window.opening for item in shown.readings if item.window and FLAG in item.flags})
    if len(opened) == 1:
        note = phrase("at_opening", language, day=formats.day(opened[0], language))
        notes.append(terminal.prose(note, width=width, style="italic bright_black"))
    if any("revenue_not_margin" in item.flags and item.unit is Unit.MONEY for item in shown.readings):
        notes.append(terminal.prose(phrase("on_revenue", language), width=width, style="yellow"))
    if len(_recent(shown.readings)) < len(shown.readings):
        notes.append(terminal.prose(phrase("last_months", language), width=width, style="italic bright_black"))
    if left := max((item.rows.left_out.get(UNKNOWN, 0) for item in shown.readings), default=0):
        note = phrase("filter_unknown", language, n=formats.count(left, language))
        notes.append(terminal.prose(note, width=width, style="yellow"))
    return notes


def _show_explanation(
    shown: Shown, explanation: "Explanation", language: Language, console: Console, *, width: int
) -> None:
    from tools.reports.names import source_name

    metric = explanation.metric
    lines = [
        f"{phrase('meaning', language)}: {metric.meaning[language]}",
        f"{phrase('formula', language)}: {metric.formula[language]}",
        f"{phrase('source_of', language)}: {source_name(metric.source, language)}",
    ]
    if shown.readings and (window := shown.readings[0].window) is not None:
        lines.append(f"{phrase('window', language)}: {terminal.period(window, language)}")
    for item in shown.readings[:1] if explanation.choices else shown.readings:
        lines += _traced(item, shown.read.get(item.id, {}), language)
    console.print(*(terminal.prose(line, width=width) for line in lines), sep="\n")
    if len(explanation.choices) > 1:
        console.print(terminal.titled(phrase("other_conventions", language), _choices(shown, explanation, language)))
    if explanation.conclusion is not None:
        console.print(terminal.prose(explanation.conclusion[language], width=width, style="bold"))
    for item in shown.readings:
        if item.sql:
            console.print(f"\n{phrase('sql', language)}:", style="bright_black")
            console.print(Styled(item.sql), soft_wrap=True)


def _choices(shown: Shown, explanation: "Explanation", language: Language) -> Table:
    table = terminal.grid(*(phrase(name, language) for name in ("convention", "value", "n")), "", right=(1, 2))
    for place, choice in enumerate(explanation.choices):
        mark = Styled(phrase("flips", language), style="bold red") if choice.flips else Styled("")
        if place == 0:
            mark = Styled(phrase("in_use", language), style="bright_black")
        value = terminal.value(choice.reading, language, currency=shown.currency)
        table.add_row(choice.title[language], value, formats.count(choice.reading.n, language), mark)
        if choice.reading.reason is not None and choice.reading.value is None:
            table.add_row(Styled(f"  {choice.reading.reason[language]}", style="italic bright_black"))
    return table


def _traced(item: Reading, read: Mapping[str, int], language: Language) -> list[str]:
    from tools.reports.names import left_out_name

    used = item.rows.used
    lines = [f"{phrase('rows_used', language)}: {formats.count(used, language)}"] if used else []
    if not used and read:
        tables = ", ".join(f"{table_title(name, language)} — {formats.count(n, language)}" for name, n in read.items())
        lines.append(f"{phrase('rows_read', language)}: {tables}")
    lines += [
        f"{phrase('rows_left_out', language)}: {formats.count(count, language)} — {left_out_name(reason, language)}"
        for reason, count in item.rows.left_out.items()
    ]
    if item.reason:
        lines.append(f"{phrase('reason', language)}: {item.reason[language]}")
    return lines
