"""The JSON of the contract: readings, audits, answers and loads as plain values."""

import math
from collections.abc import Mapping
from typing import Any

from tools import formats
from tools.document import Answer, Audit, CardRef, Finding, NoCase, Pending, Recommendation, Step, Telling, Usage
from tools.load import ControlTotal, Load, Problem, Question
from tools.reading import Reading, Unit
from tools.render import Register
from tools.reports.decisions import decisions
from tools.reports.json_text import dumps as dumps
from tools.reports.names import reading_name
from tools.reports.plan_json import plan_json
from tools.reports.register import (
    ACCOUNTS_SHOWN,
    audit_register,
    finding_readings,
    number,
    plan_readings,
    recommendation_readings,
    step_readings,
    unique,
)
from tools.reports.spans import spans_json
from tools.reports.telling import SUMMARY
from tools.text import Language

Json = dict[str, Any]


def reading_json(
    reading: Reading, *, language: Language, currency: str, names: Mapping[str, str] | None = None
) -> Json:
    """A reading by the contract; money units carry the currency's code (RUB, RUB/month); ``names`` of clients by id."""
    window = reading.window
    return {
        "id": reading.id,
        "key": reading.key,
        "name": reading_name(reading, language, names),
        "value": reading.value,
        "unit": unit_code(reading.unit, currency),
        "status": reading.status,
        "reason": reading.reason[language] if reading.reason else None,
        "text": formats.reading(reading, language, currency=currency),
        "n": reading.n,
        "numerator": reading.numerator,
        "denominator": reading.denominator,
        "window": [window.start, window.end] if window else None,
        "convention": reading.convention,
        "ci": list(reading.ci) if reading.ci and all(map(math.isfinite, reading.ci)) else None,
        "ci_method": reading.ci_method,
        "coverage": reading.coverage,
        "flags": list(reading.flags),
        "grade": reading.grade,
        "scope": dict(reading.scope),
        "rows": {
            "used": reading.rows.used,
            "left_out": dict(reading.rows.left_out),
            "href": None,
        },
        "sql": reading.sql,
        "snapshot": reading.snapshot,
    }


def unit_code(unit: Unit, currency: str) -> str:
    """The unit as printed: ``ratio``, ``RUB``, ``RUB/month``."""
    return unit.value.replace("CUR", currency) if unit.is_money else unit.value


def audit_json(audit: Audit, telling: Telling, *, language: Language) -> Json:
    """An audit by the contract, told in one language; a token that stands for nothing is ``KeyError``."""
    register = audit_register(audit)
    summary = unique([reading for claim in audit.summary for reading in claim.readings])
    return {
        "run": audit.run,
        "language": language,
        "snapshot": audit.snapshot,
        "as_of": audit.as_of,
        "currency": audit.currency,
        "source": audit.source,
        "interview": audit.interview,
        "answers": dict(audit.answers) if audit.answers else None,
        "profile": {
            "key": audit.profile.key,
            "evidence": register.say(audit.profile.evidence, language).text,
            "chosen_by": audit.profile.chosen_by,
        },
        "control_totals": [control_total_json(total) for total in audit.control_totals],
        "problems": [problem_json(problem, language) for problem in audit.problems],
        "steps": [_step(step, telling, register, language) for step in audit.steps],
        "summary": {
            **_told(telling, SUMMARY, register, language),
            "readings": [
                reading_json(item, language=language, currency=audit.currency, names=register.names) for item in summary
            ],
        },
        **plan_json(audit, register, language),
        "plan_readings": [
            reading_json(item, language=language, currency=audit.currency) for item in plan_readings(audit)
        ],
        "decisions": _decisions(audit),
        "mistakes": [
            {"key": item.key, "title": item.title[language], "found": item.found, "why": item.why[language]}
            for item in audit.mistakes
        ],
        "not_computed": [
            {"what": gap.what[language], "why": gap.why[language], "needs": gap.needs[language], "step": step.key}
            for step in audit.steps
            for gap in step.missing
        ],
        "written_by": telling.written_by,
        "notice": telling.notice[language] if telling.notice else None,
        "usage": usage_json(telling.usage),
    }


def answer_json(answer: Answer) -> Json:
    """An answer by the contract, in the answer's own language."""
    register = Register(answer.currency)
    for claim in answer.claims:
        number(register, claim)
    rendered = register.fill(answer.section.draft, answer.language)
    shown = unique([reading for claim in answer.claims for reading in claim.readings])
    return {
        "text": rendered.text,
        "spans": spans_json(rendered),
        "language": answer.language,
        "readings": [
            reading_json(item, language=answer.language, currency=answer.currency, names=register.names)
            for item in shown
        ],
        "cards": list(answer.cards),
        "tools": [dict(call) for call in answer.tools],
        "written_by": "model" if answer.section.written_by == "model" else "rules",
        "refused": answer.refused[answer.language] if answer.refused else None,
        "question": answer.question,
        "pending": _pending_json(answer.pending),
        "usage": usage_json(answer.usage),
    }


def usage_json(usage: Usage | None) -> Json | None:
    """What a language model was used for, or None where none was."""
    if usage is None:
        return None
    cost = None if usage.cost is None else {"value": usage.cost, "currency": usage.currency}
    tokens = {"in": usage.tokens_in, "out": usage.tokens_out, "estimated": usage.estimated}
    return {"calls": usage.calls, "tokens": tokens, "cost": cost}


def _pending_json(pending: Pending | None) -> Json | None:
    return None if pending is None else {"kind": pending.kind, "ref": pending.ref, "options": list(pending.options)}


def load_json(load: Load, snapshot: str, *, language: Language) -> Json:
    """What came of reading a source, by the contract."""
    return {
        "snapshot": snapshot,
        "tables": [
            {
                "name": table.name,
                "rows": table.rows,
                "from_file": table.from_file,
                "mapping": dict(table.mapping),
                "how": dict(table.how),
                "ignored": list(table.ignored),
            }
            for table in load.tables
        ],
        "control_totals": [control_total_json(total) for total in load.control_totals],
        "problems": [problem_json(problem, language) for problem in load.problems],
        "questions": [question_json(question, language) for question in load.questions],
        "currency": load.currency,
    }


def control_total_json(total: ControlTotal) -> Json:
    """One line of the reconciliation with the export."""
    return {
        "what": total.what,
        "table": total.table,
        "currency": total.currency,
        "source": total.source,
        "loaded": total.loaded,
        "difference": total.difference,
    }


def problem_json(problem: Problem, language: Language) -> Json:
    """One remark on the data."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "text": problem.text[language],
        "rows": problem.rows,
        "example": problem.example,
    }


def question_json(question: Question, language: Language) -> Json:
    """One open question of a load."""
    return {
        "id": question.id,
        "text": question.text[language],
        "options": list(question.options),
        "changes": list(question.changes),
    }


def _decisions(audit: Audit) -> list[int]:
    """The decisions of the month by their place among all recommendations."""
    every = [item for step in audit.steps for item in step.recommendations]
    return [every.index(item) for item in decisions(audit)]


def _step(step: Step, telling: Telling, register: Register, language: Language) -> Json:
    return {
        "key": step.key,
        "title": step.title[language],
        "question": step.question[language],
        "status": step.status,
        "reason": step.reason[language] if step.reason else None,
        "readings": [
            {
                **reading_json(item, language=language, currency=register.currency, names=register.names),
                "ref": register.token(item)[2:-2],
            }
            for item in step_readings(step)
        ],
        "findings": [finding_json(finding, register, language) for finding in step.findings],
        "recommendations": [recommendation_json(item, register, language) for item in step.recommendations],
        "missing": [
            {"what": gap.what[language], "why": gap.why[language], "needs": gap.needs[language]} for gap in step.missing
        ],
        **_told(telling, step.key, register, language),
    }


def _told(telling: Telling, key: str, register: Register, language: Language) -> Json:
    section = telling.sections[key]
    rendered = register.fill(section.draft, language)
    return {"text": rendered.text, "spans": spans_json(rendered), "written_by": section.written_by}


def finding_json(finding: Finding, register: Register, language: Language) -> Json:
    """A finding by the contract."""
    rendered = register.fill(" ".join(register.draft(claim, language) for claim in finding.claims), language)
    accounts: list[Json] = []
    for line in finding.accounts[:ACCOUNTS_SHOWN]:
        why = register.say(line.why, language)
        money = line.money.id if line.money else None
        accounts.append(
            {"id": line.id, "name": line.name, "why": why.text, "why_spans": spans_json(why), "money": money}
        )
    return {
        "code": finding.code,
        "severity": finding.severity,
        "text": rendered.text,
        "spans": spans_json(rendered),
        "readings": [reading.id for reading in finding_readings(finding)],
        "accounts": accounts,
        "accounts_total": max(finding.accounts_total, len(finding.accounts)),
        "money_at_stake": finding.money_at_stake.id if finding.money_at_stake else None,
        "segments": list(finding.segments),
    }


def recommendation_json(item: Recommendation, register: Register, language: Language) -> Json:
    """A recommendation by the contract."""

    def full(reading: Reading | None) -> Json | None:
        return reading_json(reading, language=language, currency=register.currency) if reading else None

    return {
        "title": item.named[language],
        "action": item.action[language],
        "owner": item.owner[language],
        "tools": [tool[language] for tool in item.tools],
        "metric": {
            "key": item.metric.key,
            "now": item.metric.now.id if item.metric.now else None,
            "target": full(item.metric.target),
            "basis": item.metric.basis[language],
        },
        "case": _card(item.case, language),
        "trend": _card(item.trend, language),
        "effect": full(item.effect),
        "break_even": full(item.break_even),
        "effort": item.effort[language],
        "stage": item.stage,
        "stop_rule": item.stop_rule[language],
        "playbook": item.playbook,
        "others": list(item.others),
        "why": [reading.id for reading in item.why],
        "readings": [reading.id for reading in recommendation_readings(item)],
        "finding": item.finding,
        "step": item.step,
    }


def _card(card: CardRef | NoCase, language: Language) -> Json:
    if isinstance(card, NoCase):
        return {"none": card.reason[language]}
    return {
        "slug": card.slug,
        "title": card.title[language],
        "claim": card.claim[language],
        "source": card.source,
        "grade": card.grade,
    }
