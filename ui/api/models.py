"""Bodies of requests (nothing beyond the named fields is taken) and the shapes of answers, for OpenAPI."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from knowledge.cards import Kind
from tools.text import Language

ID = r"^[A-Za-z0-9_-]{1,80}$"


class Body(BaseModel):
    """A request body: a field it does not know is refused, never ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class LoadRequest(Body):
    """Ask for the demo company; files come as multipart instead."""

    source: Literal["demo"] = Field(description="the built-in demo company", examples=["demo"])


class AuditRequest(Body):
    """What an audit is of; the same fields give the same audit, computed once."""

    as_of: date | None = Field(
        None, description="last day that counts; default: the last dated event", examples=["2025-12-31"]
    )
    profile: Literal["subscription", "repeat", "usage", "snapshot"] | None = None
    steps: list[str] | None = Field(None, max_length=7, description="step keys; default: all seven")
    answers: dict[str, Any] | None = Field(
        None, description='culture questionnaire: {"culture": {"product": [3,2,4,3,2]}}'
    )
    language: Language | None = Field(None, description="default: Accept-Language")


class InterviewRequest(Body):
    """Answers in place of data, by question; a question left out or empty is not known, never nought."""

    answers: dict[str, Any] = Field(
        description="keys and ranges: GET /v1/interviews/questions",
        examples=[{"currency": "RUB", "clients": 240, "lost": 33, "clients_then": 220, "culture": {"product": 3}}],
    )
    as_of: date | None = Field(None, description="the day the plan begins; without it the plan has no dates")
    language: Language | None = Field(None, description="default: Accept-Language")


class AskRequest(Body):
    """One question on the portfolio."""

    question: str = Field(min_length=1, max_length=2000, examples=["What is our NRR?"])
    thread: str | None = Field(None, pattern=ID, description="goes on with an earlier conversation")
    language: Language | None = Field(None, description="default: the language of the question")
    as_of: date | None = None
    turn: str | None = Field(None, pattern=ID, description="sent twice, answered once; or the header Idempotency-Key")

    @field_validator("question")
    @classmethod
    def _printable(cls, question: str) -> str:
        if "\x00" in question:
            raise ValueError("a question holds no NUL")
        return question


class ReportRequest(Body):
    """A client value report: a marked draft, frozen by ``approve``."""

    account: str = Field(min_length=1, max_length=300, description="id or exact name of the client", examples=["C-001"])
    formats: list[Literal["html"]] = Field(default=["html"], min_length=1, max_length=1)
    approve: bool = False
    language: Language | None = Field(None, description="default: Accept-Language")
    as_of: date | None = None


class Open(BaseModel):
    """An answer: it may grow new fields."""

    model_config = ConfigDict(extra="allow")


class ReadingDocument(Open):
    """One figure: a value or the reason why there is none. Ratios are fractions."""

    id: str
    key: str
    name: str
    value: float | None
    unit: str
    status: Literal["ok", "partial", "insufficient", "undefined"]
    reason: str | None
    text: str = Field(description="the value as shown to a reader")
    n: int
    window: list[str] | None
    convention: str
    scope: dict[str, str]
    sql: str | None


class LoadDocument(Open):
    """What came of reading the files: control totals, remarks on the data, open questions."""

    snapshot: str
    tables: list[dict[str, Any]]
    control_totals: list[dict[str, Any]]
    problems: list[dict[str, Any]]
    questions: list[dict[str, Any]]


class MetricDocument(Open):
    """One reading, one per group, or one per account in order; ``explain`` where it was asked for."""

    readings: list[ReadingDocument]
    explain: dict[str, Any] | None = None


class AccountsDocument(Open):
    """A page of accounts; ``unknown``: left out as the filter knows too little of them; ``next``: cursor of the next page."""

    accounts: list[dict[str, Any]]
    total: int
    unknown: int
    units: dict[str, str]
    next: str | None


class SegmentDocument(Open):
    """Groups, and every account with its segment and the reason."""

    by: str
    groups: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    disagree: list[dict[str, Any]]


class RunDocument(Open):
    """An audit under way."""

    id: str
    status: Literal["running", "done"]
    finished: list[str] = Field(description="keys of the steps that are finished")
    links: dict[str, str]


class AuditDocument(Open):
    """The whole audit."""

    run: str
    language: str
    snapshot: str
    as_of: str | None
    steps: list[dict[str, Any]]
    summary: Any
    plan: list[dict[str, Any]]
    mistakes: list[dict[str, Any]]
    not_computed: list[dict[str, Any]]
    written_by: str


class TellingDocument(Open):
    """The audit for one audience: sections in order, every number of a section's ``text`` is a span with its reading."""

    run: str
    language: str
    snapshot: str
    as_of: str | None
    audience: dict[str, str]
    title: str
    sections: list[dict[str, Any]]
    readings: list[ReadingDocument]
    written_by: str


class AudiencesDocument(Open):
    """For whom an audit can be told."""

    audiences: list[dict[str, str]]


class AnswerDocument(Open):
    """One grounded answer; every number of ``text`` is a span with its reading."""

    text: str
    spans: list[dict[str, Any]]
    language: str
    readings: list[dict[str, Any]]
    refused: str | None
    pending: dict[str, Any] | None = Field(None, description="what waits for a decision in the conversation")
    thread: str | None = None
    turn: str | None = None


class ReportDocument(Open):
    """A client value report: where its files are."""

    id: str
    account: str
    status: Literal["draft", "approved"]
    hash: str
    files: dict[str, str]


class SearchDocument(Open):
    """Cards of the knowledge base, best first."""

    results: list[dict[str, Any]]


class CardDocument(Open):
    """One card of the knowledge base; further fields by its kind."""

    slug: str
    kind: Kind
    title: str
    grade: str
    sources: list[dict[str, Any]]
    body: str


class HealthDocument(Open):
    """Alive, and what is ready."""

    status: Literal["ok", "starting"]
