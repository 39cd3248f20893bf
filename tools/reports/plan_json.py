"""The plan by the contract: stages with dated actions, where the next hour goes, trials, and the capacity behind them."""

from typing import Any

from tools.document import Action, Audit, Claim, NextHour, Stage, Trial
from tools.render import Register
from tools.reports.spans import spans_json
from tools.text import Language

Json = dict[str, Any]


def plan_json(audit: Audit, register: Register, language: Language) -> Json:
    """The keys ``plan``, ``capacity``, ``next_hours`` and ``trials`` of an audit."""
    return {
        "plan": [_stage(stage, register, language) for stage in audit.plan],
        "capacity": {
            "stated": dict(audit.capacity_stated) if audit.capacity_stated else None,
            **(_told(audit.capacity, register, language) if audit.capacity else {"text": "", "spans": []}),
        },
        "next_hours": [_next_hour(line, register, language) for line in audit.next_hours],
        "trials": [_trial(item, register, language) for item in audit.trials],
    }


def _stage(stage: Stage, register: Register, language: Language) -> Json:
    return {
        "number": stage.number,
        "title": stage.title[language],
        "goal": stage.goal[language],
        "start": stage.start,
        "due": stage.due,
        "recommendations": list(stage.recommendations),
        "actions": [_action(item, register, language) for item in stage.actions],
    }


def _action(item: Action, register: Register, language: Language) -> Json:
    return {
        "recommendation": item.recommendation,
        "start": item.start,
        "due": item.due,
        "hours": item.hours.id,
        "clients": item.clients.id if item.clients else None,
        "left_over": item.left_over.id if item.left_over else None,
        "quick": item.quick,
        **_told(item.why, register, language),
    }


def _next_hour(line: NextHour, register: Register, language: Language) -> Json:
    return {
        "account": line.account,
        "name": line.name,
        "recommendation": line.recommendation,
        "minutes": line.minutes.id,
        "money": line.money.id if line.money else None,
        **_told(line.why, register, language),
    }


def _trial(item: Trial, register: Register, language: Language) -> Json:
    return {
        "recommendation": item.recommendation,
        "enough": item.enough,
        **_told(item.claim, register, language),
    }


def _told(claim: Claim, register: Register, language: Language) -> Json:
    rendered = register.say(claim, language)
    return {"text": rendered.text, "spans": spans_json(rendered)}
