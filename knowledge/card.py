"""What a card of the knowledge base is: playbook, case, trend, class of tools, mistake, or a term of the glossary."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from tools.document import Channel as Channel
from tools.errors import CVMError
from tools.text import Text

Kind = Literal["playbook", "case", "trend", "tool", "mistake", "term", "document"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Grade = Literal["published", "vendor", "reported", "unverified", "ours"]
Ready = Literal["letter", "script", "checklist"]
Owner = Literal["product", "marketing", "support", "sales"]
Segment = Literal["lost", "newcomers", "at_risk", "unknown", "advocates", "growth", "core", "steady"]
ProfileKey = Literal["subscription", "repeat", "usage", "snapshot"]
MetricKey = Literal[
    "mrr", "nrr", "grr", "logo_churn", "money_churn", "churn_share", "arpa", "revenue_per_client", "ltv", "ttv", "vrs",
    "value_gap", "chs", "nps", "referrals", "culture", "overdue", "renewals", "silence", "concentration", "adoption",
    "rfm",
]  # fmt: skip


CONDITION = re.compile(r"^([a-z_]+(?:\.\w+)?) (<=?|>=?) ([a-z_]+(?:\.\w+)?|-?\d+(?:\.\d+)?)$")
SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class CardError(CVMError):
    """A card file breaks the rules; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One source: what it is called, who wrote it, and its year and address where known."""

    key: str
    title: str
    author: str
    year: int | None
    url: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of work a playbook asks for, our planning assumption: once, and for every client."""

    once: float
    client: float


@dataclass(frozen=True, slots=True)
class Condition:
    """A figure of the audit that must stand in an order to another figure or a number: ``nps >= 30``."""

    figure: str
    sign: str
    limit: str

    def holds(self, fact: Callable[[str], float | None]) -> bool | None:
        """Whether it holds for the figures that ``fact`` gives by name; None where one of them is not known."""
        left, right = fact(self.figure), fact(self.limit) if self.limit[0].isalpha() else float(self.limit)
        return None if left is None or right is None else SIGNS[self.sign](left, right)


@dataclass(frozen=True, slots=True)
class Card:
    """One card in both languages; fields that its kind does not have are empty or None.

    ``asked`` holds the words in which users ask for it, a line each: searched, never shown. ``template`` is the letter, script or
    checklist of a playbook, to be used as it is; ``ready`` says which of them it is.
    """

    slug: str
    kind: Kind
    title: Text
    asked: Text
    source: tuple[str, ...]
    grade: Grade
    body: Text
    answers: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    owner: Owner | None = None
    action: Text | None = None
    tools: tuple[Text, ...] = ()
    metric: str | None = None
    effort: Text | None = None
    hours: "Hours | None" = None
    channel: Channel | None = None
    when: tuple["Condition", ...] = ()
    stage: int | None = None
    stop_rule: Text | None = None
    cases: tuple[str, ...] = ()
    no_case: Text | None = None
    trends: tuple[str, ...] = ()
    first_phrase: Text | None = None
    claim: Text | None = None
    industries: tuple[str, ...] = ()
    lesson: Text | None = None
    year: int | None = None
    ready: Ready | None = None
    template: Text | None = None
    does: Text | None = None
    needs: Text | None = None
    enough: Text | None = None
    products: tuple[str, ...] = ()
    russian: tuple[str, ...] = ()
    sign: Text | None = None
    instead: Text | None = None
    playbooks: tuple[str, ...] = ()
