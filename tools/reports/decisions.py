"""The decisions of the month: the recommendations that matter most, the same on every face."""

from tools.audit import RANK
from tools.document import Audit, Recommendation

DECISIONS = 3


def decisions(audit: Audit) -> list[Recommendation]:
    """At most three recommendations: those of the gravest findings first, then most money; each playbook once."""
    severity = {(step.key, finding.code): RANK[finding.severity] for step in audit.steps for finding in step.findings}
    every = [item for step in audit.steps for item in step.recommendations]
    ordered = sorted(every, key=lambda item: (severity.get((item.step, item.finding), len(RANK)), -_money(item)))
    return list({item.playbook: item for item in reversed(ordered)}.values())[::-1][:DECISIONS]


def _money(item: Recommendation) -> float:
    if item.effect.usable and item.effect.value is not None:
        return float(item.effect.value)
    staked = [
        float(r.value)
        for r in item.why
        if r.key in ("money_at_stake", "value_gap")
        and r.scope.get("kind") != "promised"
        and r.usable
        and r.value is not None
    ]
    return staked[0] if staked else 0.0
