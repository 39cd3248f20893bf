"""The telling that needs no model: claims in document order, one section a step and the summary."""

from collections.abc import Iterable

from tools.document import Audit, Claim, Section, Step, Telling
from tools.render import Register
from tools.reports.register import audit_register
from tools.text import Language

SUMMARY = "summary"


def rules_telling(audit: Audit, language: Language) -> Telling:
    """The audit told by rules: the sentences of the claims as they stand, with tokens in place of numbers."""
    register = audit_register(audit)
    sections = {step.key: Section(_draft(register, step_claims(step), language)) for step in audit.steps}
    return Telling(language, {**sections, SUMMARY: Section(_draft(register, audit.summary, language))})


def step_claims(step: Step) -> tuple[Claim, ...]:
    """The claims of a step in the order they are told: its own, then those of its findings."""
    return (*step.claims, *(claim for finding in step.findings for claim in finding.claims))


def _draft(register: Register, claims: Iterable[Claim], language: Language) -> str:
    return " ".join(register.draft(claim, language) for claim in claims)
