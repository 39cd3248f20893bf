"""Questions under way: each answered in a thread of its own, followed as server-sent events by any number of readers."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from fastapi.responses import Response, StreamingResponse

from agent.state import ChatEvent
from tools.document import Answer
from tools.errors import UserError
from tools.reports.contract import dumps
from tools.text import Language, Text
from ui.api.problems import NothingMore

Key = tuple[str, str, str]
Work = Callable[[Callable[[ChatEvent], None] | None], Answer]

AT_ONCE = 32
PING_SECONDS = 15.0
RETRY_MS = 1000
BROKEN = Text("The answer broke off; the log says why.", "Ответ прервался; причина — в журнале.")
MEDIA = "text/event-stream"


@dataclass(slots=True)
class Asked:
    """One question under way: what was told so far, how it ends, and who is woken by what is new."""

    future: "Future[Answer]"
    events: list[ChatEvent] = field(default_factory=list)
    wakers: list[Callable[[], object]] = field(default_factory=list)

    def tell(self, event: ChatEvent) -> None:
        """One more event."""
        self.events.append(event)
        self.wake()

    def wake(self) -> None:
        """Wake the readers, from any thread."""
        for waker in tuple(self.wakers):
            with suppress(RuntimeError):  # the reader's loop has ended
                waker()

    @contextmanager
    def followed(self) -> "Iterator[asyncio.Event]":
        """A bell that rings, on this loop, whenever there is something new."""
        bell, loop = asyncio.Event(), asyncio.get_running_loop()

        def waker() -> None:
            loop.call_soon_threadsafe(bell.set)

        self.wakers.append(waker)
        try:
            yield bell
        finally:
            self.wakers.remove(waker)


class Asks:
    """The questions of this process that are under way: one asked again by its key is the same one."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="ask")
        self._asked: dict[Key, Asked] = {}
        self._lock = threading.Lock()

    def start(self, key: Key, work: Work) -> Asked:
        """The question under that key, or a new one; it goes on when its reader leaves."""
        with self._lock:
            known = self._asked.get(key)
            if known is not None:
                return known
            asked = self._asked[key] = Asked(Future())
        self._pool.submit(self._work, key, asked, work)
        return asked

    def close(self) -> None:
        """Wait for nothing more: what is unfinished is answered at the next start."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self, key: Key, asked: Asked, work: Work) -> None:
        try:
            asked.future.set_result(work(asked.tell))
        except BaseException as error:  # noqa: BLE001  handed on whole: `result()` raises it again
            asked.future.set_exception(error)
        finally:
            with self._lock:
                self._asked.pop(key, None)
            asked.wake()


def so_far(events: Sequence[ChatEvent]) -> str:
    """The text that was told up to now."""
    text = ""
    for event in list(events):
        if event.kind == "restarted":
            text = ""
        elif event.kind == "sentence":
            text += json.loads(event.data)["text"]
    return text


async def streamed(asked: Asked, *, after: int, language: Language) -> Response:
    """The events of a question with a number above ``after``, then ``done`` or ``error``.

    What goes wrong before the first of them is raised; where none is left, `NothingMore`.
    """
    with asked.followed() as bell:
        while not _new(asked, after) and not asked.future.done():
            await bell.wait()
            bell.clear()
    if not _new(asked, after):
        asked.future.result()
        raise NothingMore
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(_frames(asked, after, language), media_type=MEDIA, headers=headers)


async def _frames(asked: Asked, after: int, language: Language) -> AsyncIterator[bytes]:
    shown = 0
    with asked.followed() as bell:
        while True:
            bell.clear()
            over = asked.future.done()
            for event in asked.events[shown:]:
                shown += 1
                if event.id > after:
                    yield frame(event.kind, event.data, id=event.id)
            if over:
                break
            try:
                await asyncio.wait_for(bell.wait(), PING_SECONDS)
            except TimeoutError:
                yield b": ping\n\n"
    error = asked.future.exception()
    if error is not None:
        text = error.text if isinstance(error, UserError) else BROKEN
        yield frame("error", dumps({"detail": text[language]}, indent=None))


def frame(kind: str, data: str, *, id: int | None = None) -> bytes:
    """One server-sent event; ``data`` is JSON on one line."""
    numbered = f"id: {id}\n" if id is not None else ""
    return f"{numbered}event: {kind}\nretry: {RETRY_MS}\ndata: {data}\n\n".encode()


def _new(asked: Asked, after: int) -> bool:
    return bool(asked.events) and asked.events[-1].id > after
