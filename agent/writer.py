"""Writers: rules, which need nothing, and a model, which may word what the guard lets pass."""

import json
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from agent import guard
from agent.backends import Gateway, object_schema, parse_json
from agent.prompting import audit_prompt, render
from tools.document import Audit, Claim, Section, Step, Telling, Usage
from tools.errors import BackendError
from tools.render import Register
from tools.text import Language, Text

SUMMARY = "summary"
LANGUAGE_NAMES: Mapping[Language, str] = {"en": "English", "ru": "Russian"}
CALLS_PER_AUDIT = 3
DOWN = Text(
    "The language model did not answer as it should ({what}); the text is written by rules. The figures are the same.",
    "Языковая модель не ответила как следует ({what}); текст составлен по правилам. Числа те же.",
)
GARBAGE = Text("the reply was no JSON", "ответ не в формате JSON")
REASONS: tuple[tuple[str, Text], ...] = (
    ("no whole answer", Text("it was too slow", "слишком долго")),
    ("broke off", Text("the reply broke off", "ответ оборвался")),
    ("was cut", Text("the reply was cut short", "ответ обрезан")),
    ("an empty answer", Text("the reply was empty", "пустой ответ")),
    ("HTTP", Text("the server refused the request", "сервер отказал в запросе")),
    ("too long", Text("the reply was far too long", "ответ слишком длинный")),
    ("budget", Text("the budget of tokens is spent", "бюджет токенов исчерпан")),
    (
        "resting",
        Text(
            "it failed several times and is left alone for a while",
            "после нескольких сбоев модель временно не вызывается",
        ),
    ),
    ("cancelled", Text("the request was stopped", "запрос остановлен")),
    ("no model at", Text("the model is not fetched yet: cvm model pull", "модель ещё не загружена: cvm model pull")),
    ("engine", Text("the engine of the model does not work here", "движок модели здесь не работает")),
)
UNREACHABLE = Text("the server cannot be reached", "сервер недоступен")


class Writer(Protocol):
    """Tells an audit in one language, and an answer's claims in a sentence or two."""

    @property
    def identity(self) -> str:
        """``rules``, or which model words."""

    @property
    def usage(self) -> Usage | None:
        """What a model was used for; None where none was."""

    def metered(self, for_what: Literal["answer", "run"]) -> "Writer":
        """The same writer with a count and a budget of its own."""

    def tell(self, audit: Audit, language: Language) -> Telling:
        """The audit told: a section a step, and the summary."""

    def say(self, claims: Sequence[Claim], *, currency: str, language: Language, question: str) -> Section:
        """The claims of one answer, told."""


class RulesWriter:
    """The claims' own sentences, in order."""

    identity = "rules"
    usage: Usage | None = None

    def metered(self, for_what: Literal["answer", "run"]) -> "RulesWriter":
        """This writer: it uses nothing."""
        return self

    def tell(self, audit: Audit, language: Language) -> Telling:
        """The audit told by rules."""
        from tools.reports.telling import rules_telling

        return rules_telling(audit, language)

    def say(self, claims: Sequence[Claim], *, currency: str, language: Language, question: str) -> Section:
        """The claims as they stand."""
        register = numbered(claims, currency)
        return Section(" ".join(register.draft(claim, language) for claim in claims))


class ModelWriter:
    """A model's wording of the same claims, section by section past the guard; rules wherever it fails."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.rules = RulesWriter()

    @property
    def identity(self) -> str:
        """Which model words."""
        return self.gateway.identity

    @property
    def usage(self) -> Usage | None:
        """What the model was used for."""
        return self.gateway.usage

    def metered(self, for_what: Literal["answer", "run"]) -> "ModelWriter":
        """The same writer with a count and a budget of its own."""
        return ModelWriter(self.gateway.metered(for_what))

    def tell(self, audit: Audit, language: Language) -> Telling:
        """The audit told by the model: one call for all sections, one more for the rejected ones; three at most."""
        from tools.reports.register import audit_register

        register = audit_register(audit)
        plain = self.rules.tell(audit, language)
        sections = audit_sections(audit, register, language)
        own = self.metered("run")
        drafts, notice = own._worded(sections, task=audit_prompt(language), language=language)
        drafts = {key: item for key, item in drafts.items() if _clean(item, sections[key], register, language)}
        rejected = set() if notice else set(sections) - set(drafts)
        told = {
            key: drafts.get(key) or (Section(section.draft, "rules (draft rejected)") if key in rejected else section)
            for key, section in plain.sections.items()
        }
        return Telling(language, told, notice, own.usage)

    def say(self, claims: Sequence[Claim], *, currency: str, language: Language, question: str) -> Section:
        """The claims of one answer, told by the model, or by rules."""
        plain = self.rules.say(claims, currency=currency, language=language, question=question)
        register = numbered(claims, currency)
        told = [guard.told(claim, register=register, language=language, urgent=True) for claim in claims]
        if not any(item.tokens for item in told):
            return plain
        task = "Answer a manager's question about clients from the claims alone."
        drafts, notice = self._worded({"answer": told}, task=task, language=language)
        if "answer" in drafts:
            return drafts["answer"]
        return plain if notice else Section(plain.draft, "rules (draft rejected)")

    def _worded(
        self, sections: Mapping[str, Sequence[guard.Told]], *, task: str, language: Language
    ) -> tuple[dict[str, Section], Text | None]:
        """The sections the guard let pass, and what to tell the user where the model failed as such."""
        passed: dict[str, Section] = {}
        faults: dict[str, str] = {}
        start = self.gateway.calls
        for _ in range(2):
            wanted = {key: told for key, told in sections.items() if key not in passed}
            tries = CALLS_PER_AUDIT - (self.gateway.calls - start)
            if not wanted or tries < 1:
                break
            try:
                replies = self._ask(wanted, task=task, language=language, faults=faults, tries=min(tries, 2))
            except BackendError as error:
                return passed, DOWN.fill(what=reason(error))
            for key, told in wanted.items():
                draft = replies.get(key, "").strip()
                violations = guard.check(draft, claims=told, language=language)
                if violations:
                    faults[key] = guard.explain(violations)
                else:
                    passed[key] = Section(draft, "model")
        return passed, None

    def _ask(
        self,
        wanted: Mapping[str, Sequence[guard.Told]],
        *,
        task: str,
        language: Language,
        faults: Mapping[str, str],
        tries: int,
    ) -> dict[str, str]:
        shown = {
            key: [{"claim": item.text, "urgent": item.urgent} if item.urgent else {"claim": item.text} for item in told]
            for key, told in wanted.items()
        }
        wrong = "".join(
            f"\nYour last draft of section {key} was rejected: {fault}."
            for key, fault in faults.items()
            if key in wanted
        )
        prompt = render(
            "wording",
            language=LANGUAGE_NAMES[language],
            task=task,
            faults=wrong,
            sections=json.dumps(shown, ensure_ascii=False, indent=1),
        )
        schema = object_schema({"sections": object_schema({key: {"type": "string"} for key in wanted})})
        reply = parse_json(self.gateway.complete(prompt, schema=schema, tries=tries))
        sections = reply.get("sections", reply) if reply is not None else None
        if not isinstance(sections, dict):
            raise BackendError(self.gateway.name, "no JSON in the reply")
        return {key: value for key, value in sections.items() if isinstance(value, str)}


def _clean(section: Section, told: Sequence[guard.Told], register: Register, language: Language) -> bool:
    """The last look at the filled text: no digit and no number word outside what was filled in."""
    own = [item.text for item in told]
    return not guard.final_scan(register.fill(section.draft, language), language, own=own)


def audit_sections(audit: Audit, register: Register, language: Language) -> dict[str, list[guard.Told]]:
    """What a model may word of an audit: the claims of each section that has tokens."""
    told = {step.key: _step(step, register, language) for step in audit.steps if step.status != "skipped"}
    told[SUMMARY] = [guard.told(claim, register=register, language=language) for claim in audit.summary]
    return {key: claims for key, claims in told.items() if any(claim.tokens for claim in claims)}


def numbered(claims: Sequence[Claim], currency: str) -> Register:
    """The register of an answer: slots numbered as the contract's JSON numbers them."""
    from tools.reports.register import number

    register = Register(currency)
    for claim in claims:
        number(register, claim)
    return register


def reason(error: BackendError) -> Text:
    """Why the model failed, for the user; details stay in the log."""
    if "no JSON" in error.what:
        return GARBAGE
    return next((text for mark, text in REASONS if mark in error.what), UNREACHABLE)


def _step(step: Step, register: Register, language: Language) -> list[guard.Told]:
    own = [guard.told(claim, register=register, language=language) for claim in step.claims]
    return own + [
        guard.told(claim, register=register, language=language, urgent=finding.severity == "urgent")
        for finding in step.findings
        for claim in finding.claims
    ]
