"""The Assistant: the only door for command line, API, chat and evaluation."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from agent import library
from agent.memory import RunStore
from agent.results import AuditResult, LoadResult, ReportResult
from agent.settings import Settings, quiet_libraries
from agent.state import ChatEvent, Event
from tools.document import Answer
from tools.errors import UnknownName, one_of
from tools.text import Language, Text, same

if TYPE_CHECKING:
    from agent.campaigns import CampaignResult, Wanted
    from agent.inputs import InputsResult
    from agent.notes import Notebook
    from agent.recommend import Adviser
    from agent.threads import Book
    from agent.writer import Writer
    from knowledge.search import Hit, Knowledge
    from tools.filters import Filter
    from tools.policy import Policy
    from tools.portfolio import Portfolio
    from tools.reading import Reading, Window
    from tools.segments import Segmentation

Listener = Callable[[Event], None]
RETRY_SECONDS = 10


@dataclass
class Assistant:
    """Everything the product does, over one home folder."""

    settings: Settings
    writer: "Writer"
    adviser: "Adviser | None" = None
    open_knowledge: "Callable[[Path], Knowledge]" = library.knowledge
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    tidied: bool = field(default=False, repr=False)
    _portfolios: dict[object, "Portfolio"] = field(default_factory=dict, repr=False)
    _knowledge: "Knowledge | None" = field(default=None, repr=False)
    _opened: float = field(default=0.0, repr=False)
    _opening: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def open(cls, settings: Settings | None = None) -> "Assistant":
        """The assistant of a home folder; without a model's address it words by rules."""
        from agent.writer import ModelWriter, RulesWriter

        settings = settings or Settings()
        quiet_libraries(settings.home)
        settings.home.mkdir(parents=True, exist_ok=True)
        if not settings.has_model:
            return cls(settings, RulesWriter())
        from agent.backends import Gateway

        return cls(settings, ModelWriter(Gateway(settings)))

    def load(
        self,
        source: str | Path | Sequence[str | Path],
        *,
        name: str | None = None,
        answers: Mapping[str, str] | None = None,
    ) -> LoadResult:
        """Read a file, files, a folder, ``demo``, or find what was loaded before under a name."""
        from tools.ledger.rhythm import rhythm_questions

        snapshot = library.load(self.settings.home, source, name=name, answers=answers or {})
        portfolio = self.portfolio(snapshot)
        questions = (*portfolio.manifest.questions, *rhythm_questions(portfolio))
        return LoadResult(snapshot, replace(portfolio.manifest, questions=questions), name)

    def names(self) -> Mapping[str, str]:
        """Names given to loaded sources, each with its snapshot."""
        return library.names(self.settings.home)

    def portfolio(
        self,
        snapshot: str,
        *,
        as_of: date | None = None,
        profile: str | None = None,
        policy: "Policy | None" = None,
        answers: Mapping[str, object] | None = None,
    ) -> "Portfolio":
        """A snapshot opened on a day, with the answers stated about it (or those given); opened once, then given again."""
        from agent.memory import canonical
        from agent.stated import stated
        from tools.snapshot import open_portfolio
        from tools.stated import applied

        key = (snapshot, as_of, profile, policy.hash if policy else None)
        if key not in self._portfolios:
            opened = open_portfolio(self.settings.home, snapshot, as_of=as_of, profile=profile, policy=policy)
            self._portfolios[key] = opened
        said = stated(self.settings.home, snapshot) if answers is None else answers
        told = (key, canonical(said))
        if said and told not in self._portfolios:
            self._portfolios[told] = applied(self._portfolios[key], said)
        return self._portfolios[told if said else key]

    def answers(self, snapshot: str, given: Mapping[str, object] | None = None) -> dict[str, Any]:
        """What was stated about a snapshot, beside or under what a call gives."""
        from agent.stated import merged, stated

        return merged(stated(self.settings.home, snapshot), given or {})

    def audit(
        self,
        snapshot: str,
        *,
        as_of: date | None = None,
        profile: str | None = None,
        policy: "Policy | None" = None,
        steps: Sequence[str] | None = None,
        answers: Mapping[str, object] | None = None,
        language: Language = "en",
        out: Path | None = None,
        on_event: Listener | None = None,
        interactive: bool = False,
    ) -> AuditResult:
        """The seven steps, told and written; an unfinished run goes on where it stopped, a finished one is given again.

        With ``interactive`` an unanswered questionnaire raises `AuditPaused`; `resume` goes on from there.
        """
        from agent import runs

        said = self.answers(snapshot, answers)
        portfolio = self.portfolio(snapshot, as_of=as_of, profile=profile, policy=policy, answers=said)
        order = runs.order(portfolio, steps=steps, answers=said, language=language, interactive=interactive)
        return self._audit(order, portfolio, out=out, on_event=on_event, reply=None)

    def interview(
        self,
        answers: Mapping[str, object],
        *,
        policy: "Policy | None" = None,
        as_of: date | None = None,
        steps: Sequence[str] | None = None,
        language: Language = "en",
        out: Path | None = None,
        on_event: Listener | None = None,
    ) -> AuditResult:
        """The seven steps out of answers alone, told and written as those of data; every figure of it is stated."""
        from agent.interview import ordered

        order, portfolio = ordered(answers, policy=policy, as_of=as_of, steps=steps, language=language)
        return self._audit(order, portfolio, out=out, on_event=on_event, reply=None)

    def interview_id(
        self, answers: Mapping[str, object], *, as_of: date | None = None, language: Language = "en"
    ) -> str:
        """The id that an interview has, before it is begun; `BadData` for answers that do not fit."""
        from agent import runs
        from agent.interview import ordered

        return runs.run_id(ordered(answers, policy=None, as_of=as_of, steps=None, language=language)[0])

    def run_id(
        self,
        snapshot: str,
        *,
        as_of: date | None = None,
        profile: str | None = None,
        policy: "Policy | None" = None,
        steps: Sequence[str] | None = None,
        answers: Mapping[str, object] | None = None,
        language: Language = "en",
    ) -> str:
        """The id that the audit of these arguments has, before it is begun."""
        from agent import runs

        said = self.answers(snapshot, answers)
        portfolio = self.portfolio(snapshot, as_of=as_of, profile=profile, policy=policy, answers=said)
        order = runs.order(portfolio, steps=steps, answers=said, language=language, interactive=False)
        return runs.run_id(order)

    def resume(
        self,
        run: str,
        *,
        reply: Mapping[str, Any] | None = None,
        out: Path | None = None,
        on_event: Listener | None = None,
    ) -> AuditResult:
        """Go on with an unfinished run; ``reply`` answers its questionnaire (None: leave it out)."""
        from agent import runs

        order = runs.known(self.store(run))
        return self._audit(order, runs.portfolio_of(order, self), out=out, on_event=on_event, reply=(reply,))

    def _audit(
        self,
        order: Mapping[str, Any],
        portfolio: "Portfolio",
        *,
        out: Path | None,
        on_event: Listener | None,
        reply: tuple[Mapping[str, Any] | None] | None,
    ) -> AuditResult:
        from agent import runs
        from agent.recommend import Adviser
        from tools.reports.write import write_audit

        run = runs.run_id(order)
        adviser = self.adviser or Adviser.shipped()
        context = runs.context(
            order,
            run,
            portfolio=portfolio,
            store=self.store(run),
            adviser=adviser,
            writer=self.writer,
            on_event=on_event,
        )
        audit, telling = runs.finished(order, context, state_path=self.settings.state_path, reply=reply)
        folder = out or self.settings.home / "reports" / run
        files = write_audit(audit, telling, folder, language=telling.language)
        return AuditResult(run, audit, telling, folder, files)

    def store(self, run: str) -> RunStore:
        """The folder of a run."""
        if not run.isalnum():
            raise UnknownName(Text("audit", "аудит"), run, [])
        return RunStore(self.settings.runs_path, run)

    def events(self, run: str, after: int = 0) -> list[dict[str, Any]]:
        """Journal rows of a run with an id above ``after``."""
        return self.store(run).events(after)

    def result(self, run: str) -> AuditResult | None:
        """A finished audit by its id, or None."""
        from agent import runs
        from tools.reports.write import write_audit

        found = runs.result(self.store(run), self.writer.identity)
        if found is None:
            return None
        audit, telling = found
        folder = self.settings.home / "reports" / run
        return AuditResult(run, audit, telling, folder, write_audit(audit, telling, folder, language=telling.language))

    def ask(
        self,
        question: str,
        snapshot: str,
        *,
        thread: str | None = None,
        language: Language | None = None,
        as_of: date | None = None,
        turn: str | None = None,
        on_event: Callable[[ChatEvent], None] | None = None,
    ) -> Answer:
        """One question, one grounded answer; a ``thread`` remembers what was asked before.

        The same ``turn`` of a thread is answered once; ``on_event`` hears the answer while it is made.
        """
        from agent.conversation import About
        from agent.turns import Message, answered

        message = Message(question, snapshot, thread, turn, About(language, as_of))
        return answered(message, self, on_event=on_event)

    def decide(
        self,
        thread: str,
        snapshot: str,
        decision: str,
        *,
        text: str = "",
        ref: str = "",
        language: Language | None = None,
        turn: str | None = None,
        on_event: Callable[[ChatEvent], None] | None = None,
    ) -> Answer:
        """A decision about a draft of a thread (``ref``: the last one), its effect had once, and what came of it."""
        from agent.conversation import About
        from agent.turns import Message, answered

        words = f"{decision}: {text}" if text else decision
        message = Message(words, snapshot, thread, turn, About(language, None, (decision, text, ref)))
        return answered(message, self, on_event=on_event)

    @contextmanager
    def conversations(self) -> "Iterator[Book]":
        """The conversations of the home folder: threads and their turns."""
        from agent.threads import book_at

        with book_at(self.settings.state_path) as book:
            yield book

    def erase_thread(self, thread: str) -> None:
        """Erase a conversation by its id: turns, checkpoints, drafts that nobody decided about, what was noted in it."""
        from agent.retention import erase

        erase(self, thread)
        self.notebook().forget_thread(thread)

    def notebook(self, thread: str = "", turn: str = "") -> "Notebook":
        """What was noted about clients, as a turn of a conversation (or nobody's turn) sees it."""
        from agent.notes import Notebook

        return Notebook(self.settings.home, self.clock, thread, turn)

    def resume_turns(self) -> int:
        """Answer what a killed process had accepted and not answered; how many conversations had such."""
        from agent.turns import resume

        return resume(self)

    def render_answer(self, answer: Answer) -> dict[str, Any]:
        """The answer by the contract."""
        from tools.reports.contract import answer_json

        return answer_json(answer)

    def metric(
        self,
        key: str,
        snapshot: str,
        *,
        window: "Window | None" = None,
        by: str | None = None,
        where: "str | Filter | None" = None,
        top: int | None = None,
        bottom: int | None = None,
        level: str = "account",
        convention: str | None = None,
        as_of: date | None = None,
        profile: str | None = None,
        policy: "Policy | None" = None,
    ) -> "list[Reading]":
        """Readings of a metric: one, one a group (``by``), or one an account in order (``top``, ``bottom``)."""
        from tools.filters import parse
        from tools.question import Question, answer

        asked = parse(where) if isinstance(where, str) else where
        question = Question(key, window, by, asked, top, bottom, level, convention)
        return answer(self.portfolio(snapshot, as_of=as_of, profile=profile, policy=policy), question)

    def segment(self, snapshot: str, by: str = "value", *, as_of: date | None = None) -> "Segmentation":
        """Accounts with segment and reason."""
        from tools.segments import assign

        return assign(self.portfolio(snapshot, as_of=as_of), by)

    @property
    def knowledge(self) -> "Knowledge":
        """The cards, the shelf and their index, opened again when the shelf changes; BM25 alone without an index."""
        from knowledge.shelf import stamp

        with self._opening:
            held, now = self._knowledge, time.monotonic()
            lacking = held is not None and held.notice is not None and now > self._opened + RETRY_SECONDS
            if held is None or lacking or held.stamp != stamp(self.settings.home):
                held = self.open_knowledge(self.settings.home)
                self._knowledge, self._opened = held, now
            return held

    def search(
        self,
        query: str,
        language: Language | None = None,
        limit: int = 5,
        *,
        kind: str | None = None,
        step: str | None = None,
        segment: str | None = None,
    ) -> "list[Hit]":
        """Cards, terms and own documents, best first: of a kind, an audit step or a value segment where one is given.

        Raises `UnknownName` where there is no such kind, step or segment.
        """
        from knowledge.cards import KINDS
        from tools.audit import steps
        from tools.segments import segmentations

        kind = one_of(Text("kind of card", "вид карточек"), kind, {known: same(known) for known in KINDS})
        step = one_of(Text("audit step", "шаг аудита"), step, {spec.key: spec.title for spec in steps()})
        segment = one_of(Text("segment", "сегмент"), segment, segmentations()["value"].titles)
        kinds = [known for known in KINDS if known == kind] or None
        return self.knowledge.search(query, language=language, limit=limit, kinds=kinds, step=step, segment=segment)

    def report(
        self,
        account_ref: str,
        snapshot: str,
        *,
        language: Language,
        formats: Sequence[str] = ("html",),
        out: Path | None = None,
        approve: bool = False,
        as_of: date | None = None,
    ) -> ReportResult:
        """The value report of one client: a marked draft, frozen by ``approve``."""
        from agent.client_reports import value_report

        portfolio = self.portfolio(snapshot, as_of=as_of)
        folder = out or self.settings.home / "reports" / "clients"
        return value_report(
            portfolio, account_ref, language=language, formats=tuple(formats), folder=folder, approve=approve
        )

    def inputs(self, snapshot: str, *, language: Language, out: Path | None = None) -> "InputsResult":
        """The workbook to fill in for what the data lack, written to a file."""
        from agent.inputs import written

        return written(self.portfolio(snapshot), home=self.settings.home, language=language, out=out)

    def campaign(
        self, snapshot: str, wanted: "Wanted", *, as_of: date | None = None, out: Path | None = None
    ) -> "CampaignResult":
        """Target and control lists of a campaign, frozen; the same wish over the same data gives the same lists."""
        from agent.campaigns import campaign_lists

        return campaign_lists(self.portfolio(snapshot, as_of=as_of), wanted, home=self.settings.home, out=out)
