"""What the chat does, apart from its looks: load, audit, ask, report; each ends in a page or in one sentence."""

import logging
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

from agent import tellings
from tools import formats
from tools.audit import steps as audit_steps
from tools.errors import BackendError, UserError
from tools.load import Load
from tools.reports.audiences import audience
from tools.reports.contract import audit_json, load_json
from tools.text import Language
from ui.api.asks import Asked, so_far
from ui.api.audits import audit_name
from ui.api.models import AuditRequest, InterviewRequest
from ui.api.runs import Run
from ui.api.service import Service
from ui.api.uploads import kept
from ui.chat import page, prompts, steps, told
from ui.chat.page import Message
from ui.chat.words import WORDS

logger = logging.getLogger(__name__)
FORMATS: tuple[Literal["html", "md", "json"], ...] = ("html", "md", "json")
NAMES_LISTED = 2000
UPDATE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Session:
    """What one open page remembers; a session without a name is over the demo company, one with ``answers`` over no data."""

    snapshot: str = ""
    name: str = ""
    thread: str = ""
    messages: tuple[Message, ...] = ()
    answers: Mapping[str, Any] | None = None

    def said(self, *messages: Message) -> "Session":
        """The session with more lines in its conversation."""
        return replace(self, messages=(*self.messages, *messages))


@dataclass(frozen=True, slots=True)
class Desk:
    """The service behind the page."""

    service: Service

    def demo(self) -> Session:
        """A session over the demo company."""
        loaded = self.service.assistant.load("demo")
        return Session(loaded.snapshot, thread=uuid.uuid4().hex)

    def files(self, paths: Sequence[str]) -> Session:
        """A session over the files that were dropped."""
        names = [Path(path).name for path in paths]
        with ExitStack() as stack:
            streams = [
                (name, stack.enter_context(Path(path).open("rb"))) for name, path in zip(names, paths, strict=True)
            ]
            loaded = self.service.assistant.load(stack.enter_context(kept(self.service.home, streams)))
        shown = ", ".join(names[:2]) + (f" +{len(names) - 2}" if len(names) > 2 else "")
        return Session(loaded.snapshot, shown, thread=uuid.uuid4().hex)

    def interview(self, answers: Mapping[str, Any]) -> Session:
        """A session over answers alone; `BadData` where they do not fit."""
        from tools.interview.answers import read

        read(answers)
        return Session(answers=answers)

    def start(self, session: Session, language: Language) -> Run:
        """The audit of the session's data (or of its answers), under way or done."""
        if session.answers is not None:
            wanted = InterviewRequest.model_validate({"answers": dict(session.answers), "language": language})
            return self.service.runs.interview(wanted)
        return self.service.runs.start(session.snapshot, AuditRequest.model_validate({"language": language}))

    def progress(self, run: Run, language: Language) -> Iterator[str]:
        """The seven cards, each time one changes, until the audit is over."""
        for events in run.follow():
            cards = {spec.key: steps.Card(spec.title, spec.question) for spec in audit_steps()}
            for event in events:
                if event.step not in cards:
                    continue
                known = cards[event.step]
                if event.kind == "started":
                    cards[event.step] = replace(known, status="running")
                elif event.kind in ("finished", "resumed"):
                    cards[event.step] = replace(known, status=event.status or "done", text=event.text or known.text)
            yield steps.running(list(cards.values()), language)

    def audit(self, run: Run, language: Language) -> dict[str, Any]:
        """The finished audit as the contract's JSON; its own error where it failed."""
        result = run.future.result()
        return audit_json(result.audit, result.telling, language=language)

    def told_for(self, run: str, reader: str, language: Language) -> str:
        """A finished audit as an audience hears it, or the whole of it; empty before it is done."""
        known = self.service.runs.get(run)
        if known is None or not known.future.done() or known.failure is not None:
            return ""
        if not reader:
            return steps.finished(self.audit(known, language), language)
        return told.telling(tellings.document(known.future.result(), audience(reader)), language)

    def loaded(self, session: Session, language: Language) -> str:
        """How the files were read; nothing where there are none."""
        if session.answers is not None:
            return ""
        manifest = self.service.assistant.portfolio(session.snapshot).manifest
        return page.loaded(load_json(cast(Load, manifest), session.snapshot, language=language), language)

    def status(self, session: Session, language: Language, *, audit: dict[str, Any] | None = None) -> str:
        """The status line; with the counts of the audit once it is done."""
        settings = self.service.assistant.settings
        told = session.answers is not None
        portfolio = None if told else self.service.assistant.portfolio(session.snapshot)
        return page.status_line(
            name=WORDS["interview_name"][language] if told else session.name or WORDS["demo"][language],
            clients=len(portfolio.accounts()) if portfolio else None,
            as_of=formats.day(portfolio.as_of, language) if portfolio and portfolio.as_of else "",
            numbers=steps.numbers_shown(audit) if audit else None,
            model=(settings.llm_model or "LLM") if settings.has_model else None,
            language=language,
        )

    def offers(self, run: str, language: Language) -> list[prompts.Offer]:
        """What a finished audit answers; nothing before it is done."""
        known = self.service.runs.get(run)
        if known is None or not known.future.done() or known.failure is not None:
            return []
        return prompts.offered(self.audit(known, language), language)

    def clients(self, session: Session) -> list[tuple[str, str]]:
        """Name and id of the clients to choose from, by name."""
        if session.answers is not None:
            return []
        accounts = self.service.assistant.portfolio(session.snapshot).accounts()
        return sorted((name, identity) for identity, name in accounts[:NAMES_LISTED])

    def ask(self, session: Session, question: str) -> Asked:
        """A question of one's own, under way."""
        turn = uuid.uuid4().hex
        ask = self.service.assistant.ask
        return self.service.asks.start(
            (session.snapshot, session.thread, turn),
            lambda hear: ask(question, session.snapshot, thread=session.thread, turn=turn, on_event=hear),
        )

    def told_so_far(self, asked: Asked) -> Iterator[str]:
        """The text of an answer each time it has grown, at most twenty times a second, until it is whole."""
        shown = ""
        while not asked.future.done():
            time.sleep(UPDATE_SECONDS)
            text = so_far(asked.events)
            if text != shown:
                shown = text
                yield text

    def answer(self, asked: Asked) -> Message:
        """The whole answer; its own error where there is none."""
        return Message("answer", answer=self.service.assistant.render_answer(asked.future.result()))

    def told(self, run: str, offer: prompts.Offer, language: Language) -> Message:
        """The answer to an offer out of a finished audit."""
        known = self.service.runs.get(run)
        assert known is not None
        return Message("answer", answer=prompts.told(offer, self.audit(known, language), language))

    def downloads(self, run: Run) -> dict[str, str]:
        """A copy of each file of the audit that the page may hand out."""
        result = run.future.result()
        return {kind: self._copy(result.files[kind], audit_name(result, kind), run.id) for kind in FORMATS}

    def report(self, session: Session, account: str, language: Language) -> str:
        """A copy of a client's value report."""
        result = self.service.assistant.report(account, session.snapshot, language=language, formats=("html",))
        return self._copy(result.files["html"], f"value-report-{result.hash[:8]}.html", result.hash)

    def _copy(self, source: Path, name: str, folder: str) -> str:
        target = self.service.scratch / folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return str(target)


def in_one_sentence(action: Callable[[], Any], language: Language) -> tuple[Any, str]:
    """What the action gives and "", or None and the sentence that says why not; a bug goes to the log."""
    try:
        return action(), ""
    except UserError as error:
        return None, error.shown(language)
    except BackendError as error:
        logger.warning("backend failed: %s", error)
        return None, f"{error.backend}: {error.what}"
    except Exception:  # the edge: nobody above could say it better than one sentence
        logger.exception("unexpected error in the chat")
        return None, WORDS["bug"][language]
