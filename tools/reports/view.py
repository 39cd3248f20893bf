"""The audit as a tree of plain names, sentences and bound numbers, the same for every format's template."""

import re
from collections.abc import Mapping
from typing import Any

from tools import formats
from tools.document import AccountLine, Audit, CardRef, Finding, NoCase, Recommendation, Step, Telling
from tools.load import ControlTotal
from tools.reading import Reading
from tools.reports.audit_page import first_page
from tools.reports.names import left_out_name, metric_name, rule_name
from tools.reports.phrases import PHRASES
from tools.reports.plan_view import plan_view
from tools.reports.register import ACCOUNTS_SHOWN, audit_readings, audit_register, step_readings
from tools.reports.teller import Teller, bound, words
from tools.reports.telling import SUMMARY
from tools.schema import TABLES
from tools.text import Language

View = dict[str, Any]
ROWS_SHOWN = 20


def audit_view(audit: Audit, telling: Telling, *, language: Language) -> View:
    """Everything a template shows, in one language; nothing left for the template to compute."""
    teller = Teller(audit_register(audit), language, PHRASES)
    shown = audit_readings(audit)
    homes = _homes(audit)
    queries: dict[str, str] = {}
    titles = {step.key: step.title[language] for step in audit.steps}
    return {
        "language": language,
        "t": {key: phrase[language] for key, phrase in PHRASES.items()},
        "run": audit.run,
        "snapshot": audit.snapshot,
        "source": "" if audit.interview else audit.source,
        "profile": {
            "name": PHRASES[audit.profile.key][language] if audit.profile.key in PHRASES else audit.profile.key,
            "evidence": teller.say([audit.profile.evidence]),
            "chosen_by": teller.phrase(f"chosen_{audit.profile.chosen_by}"),
        },
        "notice": telling.notice[language] if telling.notice else None,
        "status_line": _status_line(teller, len(shown), "from_answers" if audit.interview else "from_data"),
        "page": first_page(audit, teller, summary=teller.fill(telling.sections[SUMMARY].draft)),
        "steps": [
            step_view(step, telling, teller, number=place, homes=homes, titles=titles, queries=queries)
            for place, step in enumerate(audit.steps, start=1)
        ],
        "plan": plan_view(audit, teller),
        "mistakes": [
            {"title": item.title[language], "found": item.found, "why": item.why[language]} for item in audit.mistakes
        ],
        "problems": [
            {
                "severity": problem.severity,
                "text": problem.text[language],
                "rows": formats.count(problem.rows, language) if problem.rows else None,
                "example": problem.example,
            }
            for problem in audit.problems
        ],
        "control": [total_view(total, teller, audit.currency) for total in audit.control_totals],
        "not_computed": [
            {"what": gap.what[language], "why": gap.why[language], "needs": gap.needs[language]}
            for step in audit.steps
            for gap in step.missing
        ],
        "other": [row_view(reading, teller, queries) for reading in shown if reading.id not in homes],
        "queries": {name: sql for sql, name in queries.items()},
        "hints": {reading.id: teller.hint(reading) for reading in shown},
    }


def step_view(
    step: Step,
    telling: Telling,
    teller: Teller,
    *,
    number: int,
    homes: Mapping[str, str],
    titles: Mapping[str, str],
    queries: dict[str, str],
) -> View:
    """One step: where the model worded it, its text leads; else its own claims lead and each finding tells itself."""
    language = teller.language
    section = telling.sections[step.key]
    shown = step_readings(step)
    own = [reading for reading in shown if homes[reading.id] == step.key]
    away = dict.fromkeys(homes[reading.id] for reading in shown if homes[reading.id] != step.key)
    return {
        "key": step.key,
        "number": formats.count(number, language),
        "title": step.title[language],
        "question": step.question[language],
        "status": step.status,
        "reason": step.reason[language] if step.reason else None,
        "lead": teller.fill(section.draft) if section.written_by == "model" else teller.say(step.claims),
        "written_by": section.written_by,
        "findings": [finding_view(finding, teller) for finding in step.findings],
        "charts": step.charts,
        "recommendations": [recommendation_view(item, teller) for item in step.recommendations],
        "missing": [
            {"what": gap.what[language], "why": gap.why[language], "needs": gap.needs[language]} for gap in step.missing
        ],
        "readings": [row_view(reading, teller, queries) for reading in own],
        "elsewhere": [{"key": key, "title": titles[key]} for key in away],
    }


def recommendation_view(item: Recommendation, teller: Teller) -> View:
    """A recommendation with every mandatory field; a field without a figure carries its reason."""
    language = teller.language
    effect = item.effect
    return {
        "action": item.action[language],
        "owner": item.owner[language],
        "tools": ", ".join(tool[language] for tool in item.tools),
        "metric_name": metric_name(item.metric.key, language),
        "now": teller.value(item.metric.now) if item.metric.now else teller.phrase("not_known"),
        "target": teller.value(item.metric.target) if item.metric.target else teller.phrase("not_known"),
        "basis": item.metric.basis[language],
        "case": _card(item.case, language),
        "trend": _card(item.trend, language),
        "effect": teller.effect(effect) if effect.usable else None,
        "effect_reason": effect.reason[language] if effect.reason else None,
        "effect_rule": effect.convention,
        "break_even": teller.value(item.break_even) if item.break_even else None,
        "effort": item.effort[language],
        "stage": formats.count(item.stage, language),
        "stop": item.stop_rule[language],
        "why": [{"name": teller.name(reading), "value": teller.value(reading)} for reading in item.why],
    }


def _homes(audit: Audit) -> dict[str, str]:
    """Where the row of each reading stands: the first step that shows it."""
    homes: dict[str, str] = {}
    for step in audit.steps:
        for reading in step_readings(step):
            homes.setdefault(reading.id, step.key)
    return homes


def finding_view(finding: Finding, teller: Teller) -> View:
    """A finding with its accounts, the first of them shown and the rest folded."""
    lines = finding.accounts[:ACCOUNTS_SHOWN]
    total = max(finding.accounts_total, len(finding.accounts))
    rows = [_account(line, teller) for line in lines]
    language = teller.language
    return {
        "code": finding.code,
        "severity": finding.severity,
        "text": teller.say(finding.claims),
        "money": teller.value(finding.money_at_stake) if finding.money_at_stake else None,
        "shown": rows[:ROWS_SHOWN],
        "folded": rows[ROWS_SHOWN:],
        "folded_count": formats.count(max(0, len(rows) - ROWS_SHOWN), language),
        "listed_count": formats.count(len(rows), language),
        "total_count": formats.count(total, language),
        "cut": total > len(rows) > 0,
        "has_money": any(line.money is not None for line in lines),
    }


def _account(line: AccountLine, teller: Teller) -> View:
    money = teller.value(line.money) if line.money else None
    return {"name": line.name, "why": teller.say([line.why]), "money": money}


def _card(card: CardRef | NoCase, language: Language) -> View:
    if isinstance(card, NoCase):
        return {"none": card.reason[language], "title": None}
    return {
        "none": None,
        "title": card.title[language],
        "claim": card.claim[language],
        "source": card.source,
        "grade": PHRASES[card.grade][language] if card.grade in PHRASES else card.grade,
    }


def total_view(total: ControlTotal, teller: Teller, currency: str) -> View:
    """One line of the reconciliation with the export."""
    language = teller.language

    def shown(value: Any) -> str:
        if total.what == "amount":
            return formats.money(value, language, currency=total.currency or currency)
        return formats.decimal(value, language)

    return {
        "table": TABLES[total.table].title[language],
        "what": teller.phrase(f"total_{total.what}"),
        "source": shown(total.source),
        "loaded": shown(total.loaded),
        "difference": shown(total.difference),
        "same": total.difference == 0,
    }


def row_view(reading: Reading, teller: Teller, queries: dict[str, str]) -> View:
    """The row of a reading: value, period, rule, base, grade, rows and query."""
    language = teller.language
    sql, query = _query(reading.sql, queries)
    left = {
        left_out_name(reason, language): formats.count(rows, language) for reason, rows in reading.rows.left_out.items()
    }
    interval = teller.interval(reading)
    return {
        "id": reading.id,
        "name": teller.name(reading),
        "value": formats.reading(reading, language, currency=teller.register.currency),
        "reason": reading.reason[language] if reading.reason else None,
        "status": reading.status,
        "window": teller.window(reading.window) if reading.window else DASH_CELL,
        "convention": rule_name(reading, language) or DASH_CELL,
        "n": formats.count(reading.n, language) if reading.n else DASH_CELL,
        "interval": interval.text if interval else DASH_CELL,
        "grade": teller.phrase(reading.grade),
        "used": formats.count(reading.rows.used, language) if reading.rows.used else DASH_CELL,
        "left_out": left,
        "sql": sql,
        "query": query,
    }


def _query(sql: str | None, queries: dict[str, str]) -> tuple[str | None, str | None]:
    """A reading's SQL with its inner query by name, so that a query shared by many readings is written once."""
    found = WRAPPED.match(sql or "")
    if not found:
        return sql, None
    name = queries.setdefault(found.group(2), f"Q{len(queries) + 1}")
    return f"{found.group(1)}({name}){found.group(3)}", name


WRAPPED = re.compile(r'(SELECT .{1,300}? AS "value" FROM )\((.*)\)( AS "result".*)$', re.S)
DASH_CELL = "–"


def _status_line(teller: Teller, shown: int, origin: str) -> Any:
    return words(
        teller.phrase(origin) + " ",
        bound(formats.count(shown, teller.language), "#steps"),
        f" · {teller.phrase('from_ai')} ",
        bound(formats.count(0, teller.language), "#steps"),
        f" · {teller.phrase('no_network')}",
    )
