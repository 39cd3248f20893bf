"""Audits under way: each computed once, in a thread, and watched by any number of readers."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from agent.assistant import Assistant
from agent.results import AuditResult
from agent.state import Event
from tools.errors import CVMError, UserError
from tools.text import Text
from ui.api.models import AuditRequest, InterviewRequest

logger = logging.getLogger(__name__)

BROKEN = Text("The audit broke off; the log says why.", "Аудит прервался; причина — в журнале.")
AT_ONCE = 2
Work = Callable[..., AuditResult]


@dataclass(slots=True)
class Run:
    """One audit under way: what it told so far, and how it ends."""

    id: str
    future: "Future[AuditResult]"
    events: list[Event] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def failure(self) -> Text | None:
        """The sentence for the user when the audit failed, else None."""
        if not self.future.done():
            return None
        error = self.future.exception()
        if error is None:
            return None
        return error.text if isinstance(error, UserError) else BROKEN

    def follow(self, *, patience: float = 0.05) -> Iterator[list[Event]]:
        """All events so far, each time there are new ones, until the audit has ended."""
        shown = -1
        while True:
            with self.changed:
                if len(self.events) == shown and not self.future.done():
                    self.changed.wait(timeout=1.0)
                events, over = list(self.events), self.future.done()
            if len(events) != shown:
                shown = len(events)
                yield events
            if over:
                return
            threading.Event().wait(patience)


class Runs:
    """The audits of this process by id; asked for twice, computed once."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="audit")

    def start(self, snapshot: str, request: AuditRequest) -> Run:
        """The audit that the request describes: the one under way or done, or a new one."""
        arguments: dict[str, Any] = {
            "as_of": request.as_of,
            "profile": request.profile,
            "steps": request.steps,
            "answers": request.answers,
            "language": request.language or "en",
        }
        run = self._assistant.run_id(snapshot, **arguments)
        return self._begun(run, partial(self._assistant.audit, snapshot, **arguments))

    def interview(self, request: InterviewRequest) -> Run:
        """The audit by answers alone that the request describes: the one under way or done, or a new one."""
        arguments: dict[str, Any] = {"as_of": request.as_of, "language": request.language or "en"}
        run = self._assistant.interview_id(request.answers, **arguments)
        return self._begun(run, partial(self._assistant.interview, request.answers, **arguments))

    def _begun(self, run: str, work: Work) -> Run:
        with self._lock:
            known = self._runs.get(run)
            if known is not None and known.failure is None:
                return known
            new = Run(run, Future())
            self._runs[run] = new
            self._pool.submit(self._work, new, work)
            return new

    def get(self, run: str) -> Run | None:
        """The audit of this process with that id, else None."""
        return self._runs.get(run)

    def close(self) -> None:
        """Wait for nothing more: what is unfinished resumes at the next start."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self, run: Run, work: Work) -> None:
        def told(event: Event) -> None:
            with run.changed:
                run.events.append(event)
                run.changed.notify_all()

        try:
            run.future.set_result(work(on_event=told))
        except CVMError as error:
            run.future.set_exception(error)
        except BaseException as error:
            logger.exception("audit %s broke off", run.id)
            run.future.set_exception(error)
            raise
        finally:
            with run.changed:
                run.changed.notify_all()
