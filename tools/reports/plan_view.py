"""The plan for templates: stages with dated actions, where the next hour goes, what cannot be known yet."""

from typing import Any

from tools import formats
from tools.document import Action, Audit, Recommendation
from tools.reading import Reading
from tools.reports.teller import Teller

View = dict[str, Any]


def plan_view(audit: Audit, teller: Teller) -> View:
    """``stages`` (title, goal, days, actions), ``capacity``, ``hours`` (clients in order) and ``trials``."""
    items = [item for step in audit.steps for item in step.recommendations]
    return {
        "stages": [
            {
                "number": formats.count(stage.number, teller.language),
                "title": stage.title[teller.language],
                "goal": stage.goal[teller.language],
                "start": teller.day(stage.start) if stage.start else None,
                "due": teller.day(stage.due) if stage.due else None,
                "actions": [_action(item, items, teller) for item in stage.actions],
            }
            for stage in audit.plan
        ],
        "capacity": teller.say([audit.capacity]) if audit.capacity else None,
        "hours": [
            {
                "name": line.name,
                "action": items[line.recommendation].named[teller.language],
                "owner": items[line.recommendation].owner[teller.language],
                "minutes": teller.value(line.minutes),
                "money": teller.value(line.money) if line.money else None,
                "why": teller.say([line.why]),
            }
            for line in audit.next_hours
        ],
        "trials": [
            {"action": items[item.recommendation].named[teller.language], "text": teller.say([item.claim])}
            for item in audit.trials
        ],
    }


def _action(item: Action, items: list[Recommendation], teller: Teller) -> View:
    def shown(reading: Reading | None) -> Any:
        return teller.value(reading) if reading else None

    advised = items[item.recommendation]
    return {
        "title": advised.named[teller.language],
        "action": advised.action[teller.language],
        "owner": advised.owner[teller.language],
        "start": teller.day(item.start) if item.start else None,
        "due": teller.day(item.due) if item.due else None,
        "hours": shown(item.hours),
        "clients": shown(item.clients),
        "quick": item.quick,
        "why": teller.say([item.why]),
    }
