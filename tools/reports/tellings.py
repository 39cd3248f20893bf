"""The audit cut and ordered for one audience: every claim, finding, action and figure is the audit's own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from tools import priority
from tools.document import Audit, Claim, Finding, Missing, Recommendation, Step
from tools.load import SEVERITIES
from tools.reading import Reading
from tools.reports.audiences import Audience, Part
from tools.reports.decisions import decisions
from tools.reports.register import finding_readings, recommendation_readings, unique
from tools.text import Text

VALUE_STEPS = ("segments", "proof")
UNKNOWN_VALUE = ("no_value_data", "no_promises")
LEADING, STAKES = 3, 8
NARROW = {"by", "group", "account", "where"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One leading figure: its reading, or None with what is in the way."""

    key: str
    reading: Reading | None
    missing: Text | None = None


@dataclass(frozen=True, slots=True)
class StepTold:
    """A step as the audience hears it; findings hold accounts only where it acts on accounts."""

    step: Step
    claims: tuple[Claim, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class AudienceTelling:
    """What one audience is told, in no language yet; an empty tuple is a section that is not shown."""

    audience: Audience
    lead: tuple[Claim, ...]
    for_client: tuple[Fact, ...]
    for_us: tuple[Fact, ...]
    stakes: tuple[Finding, ...]
    own: tuple[Recommendation, ...]
    decisions: tuple[Recommendation, ...]
    effects: tuple[Recommendation, ...]
    steps: tuple[StepTold, ...]
    urgent: tuple[Finding, ...]
    missing: tuple[Missing, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim that is told, once each, in order."""
        told = [*self.lead, *(claim for finding in self.stakes for claim in finding.claims)]
        for part in self.steps:
            told += [*part.claims, *(claim for finding in part.findings for claim in finding.claims)]
        told += [claim for finding in self.urgent for claim in finding.claims]
        return tuple({claim.id: claim for claim in told}.values())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding that is told, those in one line last."""
        return (*self.stakes, *(finding for part in self.steps for finding in part.findings), *self.urgent)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every reading that is shown, once each."""
        facts = [fact.reading for fact in (*self.for_client, *self.for_us) if fact.reading]
        found = [*(reading for claim in self.claims for reading in claim.readings), *facts]
        found += [reading for finding in self.findings for reading in finding_readings(finding)]
        for item in (*self.own, *self.decisions, *self.effects):
            found += recommendation_readings(item)
        return unique(found)


def told(audit: Audit, audience: Audience) -> AudienceTelling:
    """The audit for an audience: a pure choice, the same each time; nothing urgent is left out."""
    parts = tuple(_step(audit, part) for part in audience.parts)
    parts = tuple(part for part in parts if part.claims or part.findings or part.step.reason)
    stakes = _stakes(audit) if audience.stakes else ()
    heard = {
        claim.id
        for finding in [*stakes, *(item for part in parts for item in part.findings)]
        for claim in finding.claims
    }
    urgent = [item for item in _findings(audit) if item.severity == "urgent" and not _ids(item) <= heard]
    facts = tuple(_facts(audit, keys) for keys in (audience.for_client, audience.for_us))
    every = [item for step in audit.steps for item in step.recommendations]
    own = priority.ordered(item for item in every if item.work.department == audience.department)
    playbooks = {item.playbook for item in own}
    return AudienceTelling(
        audience=audience,
        lead=_lead(audit, audience, parts, stakes),
        for_client=facts[0],
        for_us=facts[1],
        stakes=stakes,
        own=tuple(own),
        decisions=tuple(item for item in decisions(audit) if item.playbook not in playbooks),
        effects=tuple(priority.ordered(every)) if audience.evidence else (),
        steps=parts,
        urgent=_gathered(urgent),
        missing=tuple(_missing(audit, audience, {fact.key for facts_of in facts for fact in facts_of})),
    )


def _step(audit: Audit, part: Part) -> StepTold:
    step = next(item for item in audit.steps if item.key == part.step)
    wanted = [] if part.depth == "lead" else step.findings
    found = [item for item in wanted if not part.codes or item.code in part.codes]
    findings = tuple(item if part.depth == "accounts" else _bare(item) for item in sorted(found, key=_gravity))
    whole = not part.codes
    return StepTold(step if whole else replace(step, reason=None), step.claims if whole else (), findings)


def _bare(finding: Finding) -> Finding:
    """The finding without its accounts and without evidence that no sentence shows."""
    return replace(finding, accounts=(), readings=())


def _lead(
    audit: Audit, audience: Audience, parts: tuple[StepTold, ...], stakes: tuple[Finding, ...]
) -> tuple[Claim, ...]:
    """Value for the client first, then what is gravest among the audience's own findings, then its steps' first claims."""
    opening = _opening(audit)
    if audience.stakes:
        below = {claim.id for finding in stakes for claim in finding.claims}
        rest = [claim for claim in audit.summary if claim.id not in below]
        return tuple({claim.id: claim for claim in [*opening, *rest]}.values()) or audit.summary
    mine = {claim.id for part in parts for item in part.findings for claim in item.claims}
    grave = [item for item in _findings(audit) if item.severity in ("urgent", "warning") and _ids(item) <= mine]
    gravest = [claim for item in _gathered(grave) for claim in item.claims[:1]]
    heads = [claim for part in parts for claim in part.claims[:1]]
    whole = [*opening, *gravest[:LEADING], *heads] or [*audit.summary]
    return tuple({claim.id: claim for claim in whole}.values())


def _opening(audit: Audit) -> list[Claim]:
    """What clients receive; where the data do not tell, the sentences of the audit that say so."""
    steps = [step for key in VALUE_STEPS for step in audit.steps if step.key == key]
    first = [claim for step in steps for claim in step.claims[:1]]
    known = [claim for claim in first if not _by_orders(claim)]
    silent = [item for step in steps for item in step.findings if item.code in UNKNOWN_VALUE]
    return known or [claim for item in silent for claim in item.claims[:1]]


def _by_orders(claim: Claim) -> bool:
    """Whether a claim speaks of the second lens, value of the client."""
    return any(part.startswith("rfm") for item in claim.readings for part in (item.key, *item.scope.values()))


def _stakes(audit: Audit) -> tuple[Finding, ...]:
    """Every urgent finding, then warnings with most money: eight lines in all where the urgent ones leave room."""
    urgent = _gathered(item for item in _findings(audit) if item.severity == "urgent")
    others = _gathered(item for item in _findings(audit) if item.severity == "warning" and item.money_at_stake)
    return (*urgent, *others[: max(0, STAKES - len(urgent))])


def _gathered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The gravest first, without accounts; findings on the same clients become one, with the claims of both."""
    found: dict[object, Finding] = {}
    for item in sorted(findings, key=_gravity):
        alike = tuple(line.id for line in item.accounts) or tuple(sorted(_ids(item)))
        known = found.get(alike)
        found[alike] = replace(known, claims=(*known.claims, *item.claims)) if known else _bare(item)
    return tuple(found.values())


def _facts(audit: Audit, keys: Iterable[str]) -> tuple[Fact, ...]:
    """The leading figures of the whole base; a metric without a value has its reason, what the audit did not ask is left out."""
    readings = list(_whole(audit))
    return tuple(fact for fact in (_fact(audit, readings, key) for key in keys) if fact.reading or fact.missing)


def _fact(audit: Audit, readings: list[Reading], wanted: str) -> Fact:
    from tools.metrics import metrics

    key, _, kind = wanted.partition(":")
    same = [item for item in readings if item.key == key and item.scope.get("kind", "") == kind]
    usable = [item for item in same if item.usable]
    if usable:
        return Fact(wanted, max(usable, key=lambda item: item.window.end.toordinal() if item.window else 0))
    reason = next((item.reason for item in same if item.reason is not None), None)
    lacking = [item.why for step in audit.steps for item in step.missing if item.what.en == metrics()[key].name.en]
    return Fact(wanted, None, None if kind else reason or next(iter(lacking), None))


def _whole(audit: Audit) -> Iterator[Reading]:
    """Readings of facts about the whole base: of steps, claims, findings and metrics watched, never targets and effects."""
    for step in audit.steps:
        shown = [*step.readings, *(item for claim in step.claims for item in claim.readings)]
        shown += [item for finding in step.findings for claim in finding.claims for item in claim.readings]
        shown += [item.metric.now for item in step.recommendations if item.metric.now is not None]
        yield from (item for item in shown if not NARROW & set(item.scope))


def _missing(audit: Audit, audience: Audience, facts: set[str]) -> Iterator[Missing]:
    """What could not be computed in the audience's steps; of all steps where it has none of its own."""
    from tools.metrics import metrics

    own = {part.step for part in audience.parts} or {step.key for step in audit.steps}
    said = {metrics()[key].name.en for key in facts if key in metrics()}
    found = [item for step in audit.steps if step.key in own for item in step.missing]
    yield from {item.what.en: item for item in found if item.what.en not in said}.values()


def _findings(audit: Audit) -> list[Finding]:
    return [finding for step in audit.steps for finding in step.findings]


def _ids(finding: Finding) -> set[str]:
    return {claim.id for claim in finding.claims}


def _gravity(finding: Finding) -> tuple[int, Decimal]:
    staked = finding.money_at_stake
    money = Decimal(str(staked.value)) if staked is not None and staked.value is not None else Decimal(0)
    return SEVERITIES.index(finding.severity), -money
