"""What is said, as data: claims whose numbers, dates and names are slots, findings, recommendations, steps, the audit.

A claim's text holds ``{slot}`` marks; `tools.render` numbers them as tokens (``[[F12]]`` a reading, ``[[D3]]`` a date,
``[[A7]]`` a name) in document order and fills them in the reader's language. No digit stands in a claim's own text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from tools.load import ControlTotal, Problem, Severity
from tools.reading import Reading
from tools.text import Language, Text

SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name out of the data (an account, a theme, a product), shown as it stands."""

    text: str
    account: str | None = None


Slot = Reading | date | Name | Text
Direction = Literal["up", "down", "none"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence in both languages; every ``{slot}`` of ``text`` is in ``slots``.

    ``direction`` is the sign the sentence may state of its readings; a word against it rejects a model's draft.
    """

    id: str
    text: Text
    slots: Mapping[str, Slot] = field(default_factory=dict)
    direction: Direction = "none"

    def __post_init__(self) -> None:
        for language in (self.text.en, self.text.ru):
            marks = set(SLOT.findall(language))
            if marks - set(self.slots):
                raise ValueError(f"claim {self.id}: no slot for {sorted(marks - set(self.slots))}")
            if any(character.isdigit() for character in SLOT.sub("", language)):
                raise ValueError(f"claim {self.id}: a digit outside a slot in {language!r}")

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The readings the sentence shows."""
        return tuple(value for value in self.slots.values() if isinstance(value, Reading))


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account behind a finding: its name, why it is here (a claim), the money it pays or stakes."""

    id: str
    name: str
    why: Claim
    money: Reading | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What an audit step found: a code that cards answer, claims, evidence, accounts and money at stake."""

    code: str
    severity: Severity
    claims: tuple[Claim, ...]
    readings: tuple[Reading, ...] = ()
    accounts: tuple[AccountLine, ...] = ()
    accounts_total: int = 0
    money_at_stake: Reading | None = None
    segments: tuple[str, ...] = ()

    @property
    def evidence(self) -> Iterator[Reading]:
        """Every reading of the finding: shown in its claims, stated as evidence, at stake, or of an account."""
        for claim in self.claims:
            yield from claim.readings
        yield from self.readings
        if self.money_at_stake is not None:
            yield self.money_at_stake
        for line in self.accounts:
            if line.money is not None:
                yield line.money
            yield from line.why.readings


@dataclass(frozen=True, slots=True)
class Missing:
    """What could not be computed, why, and what would be needed."""

    what: Text
    why: Text
    needs: Text


@dataclass(frozen=True, slots=True)
class MetricGoal:
    """The metric a recommendation watches: key, where it stands, the target and what the target rests on."""

    key: str
    now: Reading | None
    target: Reading | None
    basis: Text


@dataclass(frozen=True, slots=True)
class CardRef:
    """A card shown beside a recommendation: case or trend, its claim quoted with source and grade."""

    slug: str
    title: Text
    claim: Text
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class NoCase:
    """No case is close enough, with the reason."""

    reason: Text


Channel = Literal["call", "letter", "meeting", "none"]


@dataclass(frozen=True, slots=True)
class Work:
    """What an action asks of a department: hours once and for every client (a planning assumption), the channel to
    the client, and the grade of the card that advises it."""

    department: str = "support"
    once: float = 0.0
    client: float = 0.0
    channel: Channel = "none"
    grade: str = "ours"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One action with every mandatory field of the product's mission.

    ``worth`` orders actions (`tools.priority`); ``others`` are playbooks that answer the same finding, the next best
    first; ``clients`` is how many clients the finding is about, ``accounts`` the ids of those it lists, ``stake`` its money.
    """

    action: Text
    owner: Text
    tools: tuple[Text, ...]
    metric: MetricGoal
    case: CardRef | NoCase
    trend: CardRef
    effect: Reading
    break_even: Reading | None
    effort: Text
    stage: int
    stop_rule: Text
    playbook: str
    why: tuple[Reading, ...]
    finding: str
    step: str
    work: Work = Work()
    title: Text | None = None
    severity: Severity = "info"
    worth: float = 0.0
    clients: int = 0
    accounts: tuple[str, ...] = ()
    stake: Reading | None = None
    others: tuple[str, ...] = ()

    @property
    def named(self) -> Text:
        """The short name of the action; the action itself where it has none."""
        return self.title or self.action


StepStatus = Literal["done", "partial", "skipped"]
WrittenBy = Literal["rules", "model", "rules (draft rejected)"]


@dataclass(frozen=True, slots=True)
class Step:
    """One finished step of the audit; ``tables`` and ``charts`` are views over its readings."""

    key: str
    title: Text
    question: Text
    status: StepStatus
    reason: Text | None
    claims: tuple[Claim, ...]
    readings: tuple[Reading, ...]
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...] = ()
    charts: tuple["Chart", ...] = ()
    recommendations: tuple[Recommendation, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of readings: a labelled series; ``kind`` is bar, line or waterfall."""

    kind: Literal["bar", "line", "waterfall"]
    title: Text
    labels: tuple[Text, ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """The business model the data show: subscription, repeat, usage or snapshot, and what decided it."""

    key: str
    evidence: Claim
    chosen_by: Literal["data", "user"]


@dataclass(frozen=True, slots=True)
class Action:
    """One dated action of the plan: the recommendation by its index, its hours of work, how many clients fit, and why here.

    Dates are None where the data have no day, or where the capacity leaves the action no time in the plan.
    """

    recommendation: int
    start: date | None
    due: date | None
    hours: Reading
    clients: Reading | None
    left_over: Reading | None
    quick: bool
    why: Claim


@dataclass(frozen=True, slots=True)
class NextHour:
    """One line of where the next hour goes: a client, the action for it, its minutes and the reason."""

    account: str
    name: str
    recommendation: int
    minutes: Reading
    why: Claim
    money: Reading | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What cannot be known yet about an action, and the smallest trial that would tell."""

    recommendation: int
    claim: Claim
    enough: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the ninety-day plan: goal, its days, its actions (and the indexes of their recommendations)."""

    number: int
    title: Text
    goal: Text
    recommendations: tuple[int, ...]
    start: date | None = None
    due: date | None = None
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """One of the four classic mistakes checked against the plan."""

    key: str
    title: Text
    found: bool
    why: Text


@dataclass(frozen=True, slots=True)
class Audit:
    """The whole audit as data, in no language yet; ``texts`` are drafts with tokens by section and language.

    ``interview`` says that it was told out of answers, without data; ``answers`` are those it was computed with.
    """

    run: str
    snapshot: str
    currency: str
    as_of: date | None
    profile: Profile
    control_totals: tuple[ControlTotal, ...]
    problems: tuple[Problem, ...]
    steps: tuple[Step, ...]
    summary: tuple[Claim, ...]
    plan: tuple[Stage, ...]
    mistakes: tuple[Mistake, ...]
    source: str = ""
    next_hours: tuple[NextHour, ...] = ()
    trials: tuple[Trial, ...] = ()
    capacity: Claim | None = None
    capacity_stated: Mapping[str, float] | None = None
    interview: bool = False
    answers: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The telling of one section in one language: a draft with tokens, and who wrote it."""

    draft: str
    written_by: WrittenBy = "rules"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a language model was used for: requests, tokens read and written, and their price.

    ``estimated`` where the endpoint did not count all of them; ``cost`` is None where no price is set.
    """

    calls: int
    tokens_in: int
    tokens_out: int
    estimated: bool = False
    cost: Decimal | None = None
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Telling:
    """One audit told in one language: a section per step key, and ``summary``."""

    language: Language
    sections: Mapping[str, Section]
    notice: Text | None = None
    usage: Usage | None = None

    @property
    def written_by(self) -> str:
        """``model`` when at least one section is worded by the model, else ``rules``."""
        return "model" if any(section.written_by == "model" for section in self.sections.values()) else "rules"


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for the user: a document for the client (approve, edit, reject), or questions (answer, skip).

    ``ref`` is the id under which the draft or the questionnaire is kept; nothing leaves before the decision.
    """

    kind: Literal["letter", "report", "questions"]
    ref: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One grounded answer: sentences as claims, the cards they rest on, the tool calls that were made."""

    question: str
    language: Language
    claims: tuple[Claim, ...]
    section: Section
    currency: str
    cards: tuple[str, ...] = ()
    tools: tuple[Mapping[str, object], ...] = ()
    refused: Text | None = None
    pending: Pending | None = None
    usage: Usage | None = None
