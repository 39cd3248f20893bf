"""The client value report as one self-contained page that prints on one or two A4."""

from typing import Any

from tools import formats
from tools.render import Register
from tools.reports import report
from tools.reports.audit_html import html
from tools.reports.client_facts import Cell, ClientFact
from tools.reports.register import number
from tools.reports.teller import Teller
from tools.reports.value import ReportSection, ReportTable, ValueReport
from tools.text import Language, Text

WORDS = {
    "kind": Text("Value report", "Отчёт о ценности"),
    "period": Text("for the period", "за период"),
    "draft": Text("DRAFT", "ЧЕРНОВИК"),
    "draft_note": Text(
        "Draft: to be checked and approved before it is sent.", "Черновик: проверьте и утвердите перед отправкой."
    ),
    "sources": Text("Where the numbers come from", "Откуда числа"),
    "figure": Text("Figure", "Показатель"),
    "value": Text("Value", "Значение"),
    "rows": Text("Records", "Записей"),
    "n": Text("Base", "База"),
    "id": Text("Report", "Отчёт"),
    "note": Text(
        "Every number is counted from the records of our work with you; if you see one differently, tell us.",
        "Каждое число посчитано по записям о нашей работе с вами; если вы видите его иначе, скажите нам.",
    ),
}


@report("client", "html", title=Text("Client value report as a page", "Отчёт о ценности одной страницей"))
def render(report: ValueReport, *, language: Language) -> str:
    """The page in one language, marked as a draft until approved; the same report gives the same bytes."""
    register = Register(report.currency)
    number(register, report.title.claim)
    for section in report.sections:
        for claim in section.claims:
            number(register, claim.claim)
    teller = Teller(register, language, WORDS)
    hints = {reading.id: _hint(reading.id, report, teller) for reading in report.readings}
    view = {
        "language": language,
        "t": {key: text[language] for key, text in WORDS.items()},
        "draft": report.status == "draft",
        "title": teller.say([report.title.claim]),
        "period": teller.window(report.window) if report.window else None,
        "sections": [_section(section, teller) for section in report.sections],
        "sources": [_source(fact, teller) for fact in _facts(report)],
        "hash": report.hash,
    }
    return html("value.html.j2", view, hints=hints)


def _facts(report: ValueReport) -> list[ClientFact]:
    facts = [*report.title.facts, *(fact for section in report.sections for fact in section.facts)]
    return list({fact.reading.id: fact for fact in facts}.values())


def _section(section: ReportSection, teller: Teller) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title[teller.language],
        "text": teller.say([claim.claim for claim in section.claims]),
        "table": _table(section.table, teller) if section.table else None,
        "questions": [question[teller.language] for question in section.questions],
    }


def _table(table: ReportTable, teller: Teller) -> dict[str, Any]:
    numeric = [any(isinstance(row[place], ClientFact) for row in table.rows) for place in range(len(table.columns))]
    names = [column[teller.language] for column in table.columns]
    return {
        "columns": [{"name": name, "right": right} for name, right in zip(names, numeric, strict=True)],
        "rows": [[_cell(cell, teller) for cell in row] for row in table.rows],
    }


def _cell(cell: Cell, teller: Teller) -> Any:
    if isinstance(cell, ClientFact):
        return teller.value(cell.reading)
    if cell is None:
        return "–"
    if isinstance(cell, Text):
        return cell[teller.language]
    return cell if isinstance(cell, str) else teller.day(cell)


def _source(fact: ClientFact, teller: Teller) -> dict[str, Any]:
    reading = fact.reading
    about = reading.scope.get("where")
    name = fact.label[teller.language]
    return {
        "id": reading.id,
        "name": f"{name} · {about}" if about else name,
        "value": teller.value(reading).text,
        "rows": formats.count(reading.rows.used, teller.language) if reading.rows.used else "–",
    }


def _hint(wanted: str, report: ValueReport, teller: Teller) -> str:
    fact = next(fact for fact in _facts(report) if fact.reading.id == wanted)
    return fact.label[teller.language]
