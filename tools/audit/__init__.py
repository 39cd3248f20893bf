"""The seven steps of the audit: a file each, found by a folder walk, run in the order they declare."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tools import metrics
from tools.document import AccountLine, Chart, Claim, Direction, Finding, Missing, Name, Slot, Step, StepStatus
from tools.formats import plural_en, plural_ru
from tools.load import SEVERITIES, Severity
from tools.metrics.orders import worth, worths
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit, Window
from tools.segments import Placed
from tools.text import Language, Text

Answers = Mapping[str, Any]
SHOWN_ACCOUNTS = 200
RANK: Mapping[Severity, int] = {severity: place for place, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True)
class StepSpec:
    """A registered step: key, order, title, the manager's question, what it looks at, its stage of the route, codes, work."""

    key: str
    order: int
    title: Text
    question: Text
    meaning: Text
    stage: int
    codes: tuple[str, ...]
    run: Callable[[Portfolio, Answers], Step]


@dataclass(slots=True)
class Draft:
    """A step in the making: collects readings, claims, findings and what is missing."""

    spec: "StepSpec"
    portfolio: Portfolio
    answers: Answers
    readings: dict[str, Reading] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    lens: Text | None = None

    def read(self, key: str, kind: str | None = None, *, window: Window | None = None, quiet: bool = False) -> Reading:
        """A reading of a metric (or its variant); one without a value is listed as missing unless ``quiet``."""
        found = metrics.compute(self.portfolio, key, window=window)
        if kind is None:
            for item in found:
                self.keep(item)
            head = found[0]
            if not head.usable and not quiet:
                spec = metrics.resolve(key)
                self.lack(spec.name, head.reason or spec.needs, spec.needs)
            return head
        return self.keep(next((item for item in found if item.scope.get("kind") == kind), found[0]))

    def keep(self, item: Reading) -> Reading:
        """The reading, kept among those the step shows."""
        self.readings.setdefault(item.id, item)
        return item

    def lack(self, what: Text, why: Text, needs: Text) -> None:
        """Name what could not be computed, once."""
        item = Missing(what, why, needs)
        if all(other.what != what for other in self.missing):
            self.missing.append(item)

    def claim(self, name: str, en: str, ru: str, *, direction: Direction = "none", **slots: Slot) -> Claim | None:
        """A claim, or None where one of its readings may not be stated."""
        for slot in slots.values():
            if isinstance(slot, Reading):
                if not slot.usable:
                    return None
                self.keep(slot)
        return worded(f"{self.spec.key}.{name}", en, ru, slots, direction=direction)

    def say(self, name: str, en: str, ru: str, *, direction: Direction = "none", **slots: Slot) -> None:
        """Add a sentence to the step's text, where every reading of it may be stated."""
        found = self.claim(name, en, ru, direction=direction, **slots)
        if found is not None:
            self.claims.append(found)

    def find(
        self,
        code: str,
        severity: Severity,
        claim: Claim | None,
        *,
        accounts: Iterable[AccountLine | Placed] = (),
        stake: Reading | None = None,
        evidence: Iterable[Reading] = (),
        segments: tuple[str, ...] = (),
        more: Iterable[Claim | None] = (),
    ) -> None:
        """Add a finding, where its sentence may be stated (then ``more`` of them); accounts with most money come first."""
        if code not in self.spec.codes:
            raise ValueError(f"step {self.spec.key} does not declare the code {code!r}")
        if claim is None:
            return
        money = worths(self.portfolio)
        listed = sorted(accounts, key=lambda item: (-round(money.get(item.id, 0.0), 2), item.id))
        lines = [
            item if isinstance(item, AccountLine) else self.line(item.id, item.why, name=item.name)
            for item in listed[:SHOWN_ACCOUNTS]
        ]
        claims = (claim, *(item for item in more if item is not None))
        finding = Finding(code, severity, claims, tuple(evidence), tuple(lines), len(listed), stake, segments)
        for item in finding.evidence:
            self.keep(item)
        self.findings.append(finding)

    def count(self, code: str, value: int) -> Reading:
        """A count of accounts or rows made by the step."""
        return Reading(
            "segments",
            Unit.COUNT,
            value,
            n=value,
            scope={"kind": code},
            window=self.portfolio.day,
            snapshot=self.portfolio.snapshot,
        )

    def target(self, item: Reading, value: float) -> Reading:
        """The policy's target of a reading's metric, as a reading to show beside it."""
        scope = {"kind": "target"}
        snapshot = self.portfolio.snapshot
        return Reading(
            item.key, item.unit, value, convention="target:policy", grade="stated", scope=scope, snapshot=snapshot
        )

    def stake(self, code: str, ids: Iterable[str]) -> Reading | None:
        """Yearly money of the accounts, as ``money_at_stake``; None where no money is known."""
        money = worths(self.portfolio)
        known = [money[account] for account in sorted(set(ids)) if account in money]
        if not known:
            return None
        _table, window, convention = worth(self.portfolio)
        return Reading(
            "money_at_stake",
            Unit.MONEY_YEAR,
            round(sum(known), 2),
            n=len(known),
            window=window,
            convention=convention,
            scope={"kind": code},
            snapshot=self.portfolio.snapshot,
        )

    def line(self, account: str, why: Claim, *, name: str | None = None) -> AccountLine:
        """One account with its reason and its yearly money."""
        shown = name or self.portfolio.names.get(account, account)
        money = worths(self.portfolio).get(account)
        _table, window, convention = worth(self.portfolio)
        reading = None
        if money is not None:
            reading = Reading(
                "arr" if window is None or convention != "net_of_returns" else "revenue_per_client",
                Unit.MONEY_YEAR,
                round(money, 2),
                n=1,
                window=window,
                convention=convention,
                scope={"account": account},
                snapshot=self.portfolio.snapshot,
            )
        return AccountLine(account, shown, why, reading)

    def step(self, status: StepStatus | None = None, reason: Text | None = None) -> Step:
        """The finished step; ``partial`` where something is missing, ``skipped`` where nothing could be said."""
        if status is None:
            empty = not self.claims and not self.findings
            status = "skipped" if empty else "partial" if self.missing or self.lens else "done"
        if status != "done" and reason is None:
            reason = self.lens or (self.missing[0].why if self.missing else None)
        for chart in self.charts:
            for item in chart.readings:
                self.keep(item)
        findings = sorted(self.findings, key=lambda finding: RANK[finding.severity])
        return Step(
            self.spec.key,
            self.spec.title,
            self.spec.question,
            status,
            reason if status != "done" else None,
            tuple(self.claims),
            tuple(self.readings.values()),
            tuple(findings),
            tuple(self.missing),
            tuple(self.charts),
        )


def worded(id: str, en: str, ru: str, slots: Mapping[str, Slot], *, direction: Direction = "none") -> Claim:
    """A claim whose ``{slot:one|few|many}`` marks take the form that goes with the slot's value."""
    return Claim(id, Text(_forms(en, slots, "en"), _forms(ru, slots, "ru")), slots, direction)


FORMS = re.compile(r"\{([a-z_]+):([^}]+)\}")


def _forms(pattern: str, slots: Mapping[str, Slot], language: Language) -> str:
    """The sentence with each ``{slot:one|few|many}`` turned into the slot and the form that goes with its value."""

    def chosen(match: re.Match[str]) -> str:
        slot = slots[match.group(1)]
        assert isinstance(slot, Reading) and slot.value is not None
        n, forms = int(slot.value), match.group(2).split("|")
        word = plural_en(n, *forms) if language == "en" else plural_ru(n, *forms)
        return "{" + match.group(1) + "} " + word

    return FORMS.sub(chosen, pattern)


_STEPS: dict[str, StepSpec] = {}


def audit_step(
    key: str, *, order: int, title: Text, question: Text, meaning: Text, stage: int, codes: tuple[str, ...]
) -> Callable[[Callable[[Draft], Step]], Callable[[Draft], Step]]:
    """Register a function as an audit step; a second key, order or code is refused."""

    def register(work: Callable[[Draft], Step]) -> Callable[[Draft], Step]:
        taken = {code for spec in _STEPS.values() for code in spec.codes}
        if key in _STEPS or any(spec.order == order for spec in _STEPS.values()) or taken & set(codes):
            raise ValueError(f"step {key!r}: its key, order or a code is taken")

        def run(portfolio: Portfolio, answers: Answers) -> Step:
            return work(Draft(_STEPS[key], portfolio, answers))

        _STEPS[key] = StepSpec(key, order, title, question, meaning, stage, codes, run)
        return work

    return register


@cache
def steps() -> tuple[StepSpec, ...]:
    """Every step in its order."""
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return tuple(sorted(_STEPS.values(), key=lambda spec: spec.order))


def codes() -> frozenset[str]:
    """Every finding code that a step may yield."""
    return frozenset(code for spec in steps() for code in spec.codes)


def name(text: str, account: str | None = None) -> Name:
    """A name out of the data as a slot."""
    return Name(text, account)


def __getattr__(attribute: str) -> Any:
    if attribute == "STEPS":
        return steps()
    raise AttributeError(attribute)
