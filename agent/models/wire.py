"""One request to a model's endpoint and back: its own deadline, typed faults, and a cancellation that closes the line.

Requests run on one event loop in a thread of its own, so that a caller who gives up (a deadline, a client that has
gone) ends the request at once and the server's slot is free again.
"""

import asyncio
import ssl
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from tools.errors import BackendError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

    from agent.settings import Settings

Json = dict[str, Any]
MOST_CHARACTERS = 200_000
MOST_BYTES = 8 * 2**20
GRACE = 2.0
WHOLE = frozenset({"stop", "tool_calls"})
_loops: list[asyncio.AbstractEventLoop] = []
_starting = threading.Lock()


class RequestFault(BackendError):
    """A request that failed.

    ``refused``: the feature that the endpoint does not have. ``wait``: the pause it asks for. ``ours``: the fault lies in
    what was asked. ``begun``: the model was at work, so tokens were used.
    """

    def __init__(
        self, backend: str, what: str, *, retryable: bool = False, refused: str | None = None,
        wait: float | None = None, ours: bool = False, begun: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(backend, what, retryable=retryable)
        self.refused, self.wait, self.ours, self.begun = refused, wait, ours, begun


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply: its text, the tool calls in it, and the tokens where the endpoint counts them."""

    text: str
    calls: tuple[Json, ...] = ()
    read: int | None = None
    written: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Requests to one model, one after another or side by side."""

    name: str
    model: "BaseChatModel"
    idle: float

    def ask(
        self, prompt: str, options: Json, *, seconds: float, stream: bool, under_way: "set[Future[Reply]]"
    ) -> Reply:
        """The reply to one prompt; `RequestFault` where there is none by the deadline.

        While it runs, the request stands in ``under_way``; cancelling it there ends it.
        """
        work = self._streamed(prompt, options) if stream else self._whole(prompt, options)
        request = asyncio.run_coroutine_threadsafe(_within(work, seconds), _loop())
        under_way.add(request)
        try:
            return request.result(timeout=max(seconds, 0.01) + GRACE)
        except (TimeoutError, FutureTimeout) as error:
            raise RequestFault(self.name, "no whole answer in time", begun=True) from error
        except CancelledError as error:
            raise RequestFault(self.name, "the request was cancelled", ours=True, begun=True) from error
        finally:
            request.cancel()
            under_way.discard(request)

    async def _whole(self, prompt: str, options: Json) -> Reply:
        try:
            message = await self.model.ainvoke([("user", prompt)], **options)
        except faults() as error:
            raise mapped(self.name, error) from error
        return self._checked(str(message.text), message.response_metadata.get("finish_reason"), message)

    async def _streamed(self, prompt: str, options: Json) -> Reply:
        pieces: list[str] = []
        reason, size, counted = None, 0, None
        chunks = self._chunks(prompt, options)
        try:
            async for chunk in chunks:
                pieces.append(str(chunk.text))
                size += len(pieces[-1])
                reason = chunk.response_metadata.get("finish_reason") or reason
                counted = chunk if chunk.usage_metadata else counted
                if size > MOST_CHARACTERS:
                    raise RequestFault(self.name, "the answer is too long", begun=True)
        except faults() as error:
            raise mapped(self.name, error) from error
        finally:
            await chunks.aclose()
        return self._checked("".join(pieces), reason, counted)

    async def _chunks(self, prompt: str, options: Json) -> AsyncGenerator[Any, None]:
        """The pieces as they come; silence between two ends the request, before the first one the deadline does."""
        stream: Any = self.model.astream([("user", prompt)], **options)
        wait: float | None = None
        try:
            while True:
                try:
                    yield await asyncio.wait_for(anext(stream), wait)
                except StopAsyncIteration:
                    return
                except TimeoutError as error:
                    what = "no whole answer: it went silent"
                    raise RequestFault(self.name, what, retryable=True, begun=True) from error
                wait = self.idle
        finally:
            await stream.aclose()

    def _checked(self, text: str, reason: str | None, message: "AIMessage | None") -> Reply:
        calls = tuple(dict(item) for item in getattr(message, "tool_calls", ()) or ())
        if reason is None:
            raise RequestFault(self.name, "the answer broke off (no finish_reason)", retryable=True, begun=True)
        if reason not in WHOLE:
            raise RequestFault(self.name, f"the answer was cut ({reason})", begun=True)
        if len(text) > MOST_CHARACTERS:
            raise RequestFault(self.name, "the answer is too long", begun=True)
        if not text.strip() and not calls:
            raise RequestFault(self.name, "an empty answer", retryable=True, begun=True)
        counted: Json = dict(getattr(message, "usage_metadata", None) or {})
        return Reply(text, calls, counted.get("input_tokens"), counted.get("output_tokens"))


def http_client(settings: "Settings", *, local: bool, seconds: float) -> httpx2.AsyncClient:
    """The client of an endpoint: the user's own certificates and proxy; no line is kept for later."""
    limits = httpx2.Limits(max_keepalive_connections=0)
    verify: Any = True
    if settings.llm_ca_bundle is not None:
        verify = _trusting(settings.llm_ca_bundle)
    transport: httpx2.AsyncBaseTransport = httpx2.AsyncHTTPTransport(
        verify=verify, limits=limits, proxy=None if local else settings.llm_proxy or _of_environment(settings)
    )
    return httpx2.AsyncClient(transport=_Capped(transport), timeout=seconds, trust_env=False)


def _trusting(bundle: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(bundle))
    except (OSError, ssl.SSLError) as error:
        raise BackendError("settings", f"CVM_LLM_CA_BUNDLE cannot be read: {bundle}") from error


def _of_environment(settings: "Settings") -> str | None:
    """The proxy of the system for the endpoint's scheme, or None."""
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(settings.llm_base_url or "")
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)


class TooLong(Exception):
    """A body beyond every reasonable length."""


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self.inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        async for piece in self.inner:
            seen += len(piece)
            if seen > MOST_BYTES:
                raise TooLong
            yield piece

    async def aclose(self) -> None:
        await self.inner.aclose()


class _Capped(httpx2.AsyncBaseTransport):
    """A transport whose bodies end at `MOST_BYTES`."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self.inner.handle_async_request(request)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Counted(response.stream)
        return response

    async def aclose(self) -> None:
        await self.inner.aclose()


def faults() -> tuple[type[Exception], ...]:
    """What an endpoint can make its client library raise; garbage surfaces as plain value, type and key errors."""
    import openai
    from langchain_core.exceptions import LangChainException

    return (
        openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, LangChainException, TooLong, ssl.SSLError,
        ValueError, TypeError, KeyError, AttributeError, IndexError,
    )  # fmt: skip


def mapped(name: str, error: Exception) -> RequestFault:
    """The library's fault as ours: retryable or not, the feature that was refused, the pause that was asked for."""
    causes = [error, error.__cause__, error.__context__]
    if any(isinstance(cause, TooLong) for cause in causes):
        return RequestFault(name, "the answer is too long")
    status = getattr(error, "status_code", None)
    if status is None:
        kind = type(error).__name__
        if "FinishReason" in kind:
            return RequestFault(name, f"the answer was cut ({kind})", begun=True)
        retryable = isinstance(error, ValueError | KeyError | TypeError) or "Connection" in kind or _dropped(error)
        return RequestFault(name, kind, retryable=retryable and "Timeout" not in kind)
    refused = _refused(str(error)) if status in (400, 404, 422, 500, 501) else None
    again = status in (408, 409, 429) or status >= 500
    what = f"HTTP {status}" + (f" ({refused} refused)" if refused else "")
    ours = status in (400, 413, 422) and refused is None
    return RequestFault(name, what, retryable=again and refused is None, refused=refused, wait=_pause(error), ours=ours)


FEATURES = {
    "response_format": ("response_format", "json_schema", "grammar"),
    "stream_options": ("stream_options",),
    "tools": ("tool_choice", "tools", "functions"),
}


def _refused(said: str) -> str | None:
    """The feature that an endpoint's refusal names."""
    return next((name for name, words in FEATURES.items() if any(word in said for word in words)), None)


def _pause(error: Exception) -> float | None:
    """Seconds of a ``Retry-After`` header, or None; a date is not followed."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) / scale)
        except (KeyError, ValueError):
            continue
    return None


def _dropped(error: Exception) -> bool:
    return isinstance(error, httpx2.TransportError) and not isinstance(error, httpx2.TimeoutException)


async def _within(work: Coroutine[Any, Any, Reply], seconds: float) -> Reply:
    async with asyncio.timeout(max(seconds, 0.01)):
        return await work


def _loop() -> asyncio.AbstractEventLoop:
    """The event loop of all requests, in a thread that ends with the process."""
    with _starting:
        if not _loops:
            _loops.append(asyncio.new_event_loop())
            threading.Thread(target=_loops[0].run_forever, name="cvm-models", daemon=True).start()
        return _loops[0]
