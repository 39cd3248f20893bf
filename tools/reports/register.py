"""Which readings a document shows, in which order, and their tokens."""

from collections.abc import Iterable, Iterator

from tools.document import Audit, Claim, Finding, Recommendation, Step
from tools.reading import Reading
from tools.render import Register

ACCOUNTS_SHOWN = 200


def audit_register(audit: Audit) -> Register:
    """The tokens of an audit: summary, then each step's claims, findings, readings and recommendations, in that order.

    The order does not depend on the language, so that both tellings of an audit share their tokens.
    """
    register = Register(audit.currency)
    for claim in audit.summary:
        number(register, claim)
    for step in audit.steps:
        for claim in (*step.claims, *(claim for finding in step.findings for claim in finding.claims)):
            number(register, claim)
        for reading in step_readings(step):
            register.token(reading)
        for finding in step.findings:
            for line in finding.accounts[:ACCOUNTS_SHOWN]:
                register.names.setdefault(line.id, line.name)
                number(register, line.why)
    for claim in plan_claims(audit):
        number(register, claim)
    for reading in plan_readings(audit):
        register.token(reading)
    number(register, audit.profile.evidence)
    if audit.as_of is not None:
        register.token(audit.as_of)
    return register


def number(register: Register, claim: Claim) -> None:
    """Give every slot of a claim its token (in the order of the English sentence)."""
    register.draft(claim, "en")
    register.draft(claim, "ru")


def step_readings(step: Step) -> tuple[Reading, ...]:
    """Every reading shown in a step, once each: claims, findings, own readings, charts, recommendations."""
    return unique(
        [
            *_of_claims(step.claims),
            *(reading for finding in step.findings for reading in finding_readings(finding)),
            *step.readings,
            *(reading for chart in step.charts for reading in chart.readings),
            *(reading for item in step.recommendations for reading in recommendation_readings(item)),
        ]
    )


def finding_readings(finding: Finding) -> tuple[Reading, ...]:
    """Every reading of a finding, its first two hundred accounts included."""
    lines = finding.accounts[:ACCOUNTS_SHOWN]
    return unique(
        [
            *_of_claims(finding.claims),
            *finding.readings,
            *([finding.money_at_stake] if finding.money_at_stake else []),
            *(reading for line in lines for reading in ((line.money,) if line.money else ()) + line.why.readings),
        ]
    )


def recommendation_readings(item: Recommendation) -> tuple[Reading, ...]:
    """Every reading of a recommendation: reasons, metric now and target, effect, break-even share."""
    others = (item.metric.now, item.metric.target, item.effect, item.break_even)
    return unique([*item.why, *(reading for reading in others if reading is not None)])


def audit_readings(audit: Audit) -> tuple[Reading, ...]:
    """Every reading of an audit, once each, in document order."""
    return unique(
        [
            *_of_claims(audit.summary),
            *(reading for step in audit.steps for reading in step_readings(step)),
            *plan_readings(audit),
            *audit.profile.evidence.readings,
        ]
    )


def plan_claims(audit: Audit) -> tuple[Claim, ...]:
    """Every sentence of the plan: the capacity behind it, why each action stands where it does, next hours, trials."""
    return (
        *([audit.capacity] if audit.capacity else []),
        *(item.why for stage in audit.plan for item in stage.actions),
        *(line.why for line in audit.next_hours),
        *(item.claim for item in audit.trials),
    )


def plan_readings(audit: Audit) -> tuple[Reading, ...]:
    """Every reading of the plan, once each."""
    actions = [item for stage in audit.plan for item in stage.actions]
    booked = [reading for item in actions for reading in (item.hours, item.clients, item.left_over) if reading]
    lines = [reading for line in audit.next_hours for reading in (line.minutes, line.money) if reading]
    return unique([*_of_claims(plan_claims(audit)), *booked, *lines])


def unique(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """The readings without repetition (by id), first place kept."""
    kept: dict[str, Reading] = {}
    for reading in readings:
        kept.setdefault(reading.id, reading)
    return tuple(kept.values())


def _of_claims(claims: Iterable[Claim]) -> Iterator[Reading]:
    for claim in claims:
        yield from claim.readings
