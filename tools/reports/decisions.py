"""The decisions of the month: the recommendations that matter most, the same on every face."""

from tools import priority
from tools.document import Audit, Recommendation

DECISIONS = 3


def decisions(audit: Audit) -> list[Recommendation]:
    """At most three recommendations: by worth (money, evidence, hours); each playbook once."""
    return priority.ordered(item for step in audit.steps for item in step.recommendations)[:DECISIONS]
