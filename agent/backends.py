"""Models: a row a kind of endpoint, and the one gateway through which every call goes.

The gateway demands a ``finish_reason``, keeps its own total deadline (a server that trickles or hangs cannot hold a
run), maps every fault to `BackendError`, tries again once where that can help, and leaves an endpoint alone that keeps
failing. Nothing of a draft is shown before the guard has passed it, so a second try is never seen. What leaves for an
endpoint that is not local is masked here.
"""

import json
import random
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from agent.models.breaker import Breaker
from agent.models.json_replies import object_schema as object_schema
from agent.models.json_replies import parse_json as parse_json
from agent.models.json_replies import reply_format
from agent.models.masking import Mask, names_of
from agent.models.usage import Meter
from tools.errors import BackendError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from agent.models.wire import Line, Reply
    from agent.settings import Settings
    from tools.document import Usage
    from tools.portfolio import Portfolio

Json = dict[str, Any]
TRIES = 2
PAUSE = 0.3
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where a model answers, by which name, with which key."""

    url: str
    model: str
    key: str


@dataclass(frozen=True, slots=True)
class Backend:
    """One kind of endpoint: how it is reached, what it is known to do, and how long a call may take by default.

    ``tools``: its own tool calls can be trusted. ``schema``: it holds a reply to a JSON schema. ``small``: it chooses
    among the likeliest plans, where examples speak for none, and makes none of its own. ``counts``: it counts the tokens of a stream. ``context``: tokens
    that a prompt and its reply may have together.
    """

    name: str
    address: "Callable[[Settings], Address]"
    tools: bool
    schema: bool
    small: bool
    counts: bool
    context: int
    seconds: float


def _openai_compatible(settings: "Settings") -> Address:
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else "none"
    return Address(settings.llm_base_url or "", settings.llm_model or "default", key)


def _embedded(settings: "Settings") -> Address:
    from agent.models.embedded import served
    from agent.models.model_file import missing_model, model_path

    path = model_path(settings)
    if path is None:
        raise missing_model(settings)
    server = served(path, settings.llm_context or BACKENDS["embedded"].context)
    return Address(server.url, settings.llm_model or path.stem, server.key)


BACKENDS: Mapping[str, Backend] = {
    row.name: row
    for row in (
        Backend(
            "openai", _openai_compatible, tools=True, schema=True, small=False, counts=True, context=32_768, seconds=120
        ),
        Backend("embedded", _embedded, tools=False, schema=True, small=True, counts=True, context=8_192, seconds=600),
    )
}


@dataclass(slots=True)
class _Endpoint:
    """What all answers share: the opened line, the breaker, and features that turned out to be missing."""

    breaker: Breaker = field(default_factory=Breaker)
    lacking: set[str] = field(default_factory=set)
    line: "Line | None" = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Gateway:
    """One model behind a deadline; `complete` and `choose` are the only doors.

    A gateway counts what goes through it; `metered` gives one with a count and a budget of its own for one answer or
    one run, on the same line.
    """

    def __init__(self, settings: "Settings", *, backend: str | None = None, breaker: Breaker | None = None) -> None:
        self.settings = settings
        self.row = BACKENDS[backend or ("embedded" if settings.llm == "embedded" else "openai")]
        self.meter = Meter(settings, settings.llm_answer_tokens)
        self._endpoint = _Endpoint(breaker or Breaker())
        self._under_way: set[Future[Reply]] = set()

    @property
    def name(self) -> str:
        """The row's name."""
        return self.row.name

    @property
    def identity(self) -> str:
        """Which model words: endpoint and model name."""
        if self.name == "embedded":
            return f"embedded|{self.settings.llm_gguf or 'pulled'}"
        return f"{self.settings.llm_base_url}|{self.settings.llm_model or 'default'}"

    @property
    def local(self) -> bool:
        """Whether nothing leaves this machine (or the company, where the user says so)."""
        if self.settings.llm_local is not None or self.name == "embedded":
            return self.name == "embedded" or bool(self.settings.llm_local)
        return is_loopback(self.settings.llm_base_url or "")

    @property
    def seconds(self) -> float:
        """The deadline of one call."""
        return self.settings.llm_timeout or self.row.seconds

    @property
    def native(self) -> bool:
        """Whether plans are asked for as the endpoint's own tool calls."""
        wanted = self.settings.llm_tools
        able = self.row.tools if wanted == "auto" else wanted == "native"
        return able and "tools" not in self._endpoint.lacking

    @property
    def calls(self) -> int:
        """How many requests this gateway has sent."""
        return self.meter.calls

    @property
    def usage(self) -> "Usage | None":
        """What this gateway was used for, or None where it was not."""
        return self.meter.usage

    def metered(self, for_what: Literal["answer", "run"]) -> "Gateway":
        """A gateway on the same line with a budget of its own, counting from nought."""
        other = Gateway.__new__(Gateway)
        other.settings, other.row, other._endpoint = self.settings, self.row, self._endpoint
        other._under_way = set()
        limits = {"answer": self.settings.llm_answer_tokens, "run": self.settings.llm_run_tokens}
        other.meter = Meter(self.settings, limits[for_what])
        return other

    def mask(self, portfolio: "Portfolio | None" = None) -> Mask:
        """The mask of one request: it hides names and personal data from an endpoint that is not local, else nothing."""
        return Mask(None if self.local or portfolio is None else names_of(portfolio), idle=self.local)

    def complete(self, prompt: str, *, schema: Json, tries: int = TRIES, mask: Mask | None = None) -> str:
        """The model's whole reply to one prompt; `BackendError` after the deadline or the last try."""
        return self._asked(prompt, {"response_format": reply_format(schema)}, tries=tries, mask=mask, stream=True).text

    def choose(
        self, prompt: str, *, tools: Sequence[Json], schema: Json, tries: int = 1, mask: Mask | None = None
    ) -> Json | None:
        """The tool calls a model chooses, as ``{"calls": [{name, arguments}]}``; None where it chose none.

        By its own tool calls where the row trusts them, else as JSON under ``schema``; text that holds such JSON counts.
        """
        if not self.native:
            return parse_json(self.complete(prompt, schema=schema, tries=tries, mask=mask))
        options = {"tools": {"tools": list(tools), "tool_choice": "required"}}
        reply = self._asked(prompt, options, tries=tries, mask=mask, stream=False)
        if reply.calls:
            return {"calls": [{"name": item.get("name"), "arguments": item.get("args")} for item in reply.calls]}
        return parse_json(reply.text)

    def cancel(self) -> None:
        """End the requests of this gateway that are under way, so that the server's slots are free."""
        for request in tuple(self._under_way):
            request.cancel()

    def _asked(
        self, prompt: str, options: Mapping[str, Json], *, tries: int, mask: Mask | None, stream: bool
    ) -> "Reply":
        from agent.models.wire import RequestFault

        hiding, line, lacking = mask or self.mask(), self._line(), self._endpoint.lacking
        sent = hiding.sealed(prompt)
        counting = {"stream_options": {"stream_usage": True}} if stream and self.row.counts else {}
        wanted = {**options, **counting}
        end, attempt = time.monotonic() + self.seconds, 0
        while True:
            given = {
                name: value for part, items in wanted.items() if part not in lacking for name, value in items.items()
            }
            try:
                return hiding.opened(self._once(line, sent, given, end - time.monotonic(), stream=stream))
            except RequestFault as error:
                drop = error.refused in wanted and error.refused not in lacking
                pause = 0.0 if drop else _pause(error.wait, attempt)
                attempt += 0 if drop and tries == 1 else 1
                if not (drop or error.retryable) or attempt == tries or end - time.monotonic() < pause + 1:
                    raise
                if drop and error.refused is not None:
                    lacking.add(error.refused)
            time.sleep(pause)

    def _once(self, line: "Line", prompt: str, options: Json, seconds: float, *, stream: bool) -> "Reply":
        from agent.models.wire import RequestFault

        breaker = self._endpoint.breaker
        self.meter.admit(prompt, self.name)
        if not breaker.admit():
            raise BackendError(self.name, "resting after failures")
        self.meter.begin()
        try:
            reply = line.ask(prompt, options, seconds=seconds, stream=stream, under_way=self._under_way)
        except RequestFault as error:
            (breaker.dropped if error.ours or error.refused else breaker.failed)()
            if error.begun:
                self.meter.add(None, 0, prompt=prompt, reply="")
            raise
        except BaseException:
            breaker.dropped()
            raise
        breaker.succeeded()
        self.meter.add(reply.read, reply.written, prompt=prompt, reply=reply.text or json.dumps(reply.calls))
        return reply

    def _line(self) -> "Line":
        """The opened line; the engine or the library is loaded here, before any clock starts."""
        with self._endpoint.lock:
            if self._endpoint.line is None:
                self._endpoint.line = _opened(self)
            return self._endpoint.line


def _opened(gateway: Gateway) -> "Line":
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    from agent.models.wire import Line, faults, http_client, mapped

    settings = gateway.settings
    try:
        address = gateway.row.address(settings)
        client = http_client(settings, local=gateway.local, seconds=gateway.seconds)
        model = ChatOpenAI(
            base_url=address.url,
            model=address.model,
            api_key=SecretStr(address.key),
            http_async_client=client,
            default_headers=settings.llm_headers or None,
            max_retries=0,
            timeout=gateway.seconds,
            stream_chunk_timeout=None,
            temperature=0,
            max_completion_tokens=settings.llm_max_tokens,
            use_responses_api=False,
        )
    except faults() as error:
        raise mapped(gateway.name, error) from error
    return Line(gateway.name, model, settings.llm_idle_timeout)


def _pause(asked: float | None, attempt: int) -> float:
    """Seconds before the next try: what the endpoint asks for, else growing and never quite the same."""
    return asked if asked is not None else PAUSE * 2**attempt * random.uniform(1, 1.5)


def is_loopback(url: str) -> bool:
    """Whether an address is of this very machine."""
    host = (urlsplit(url).hostname or "").lower()
    return host in LOOPBACK or bool(re.fullmatch(r"127(?:\.\d{1,3}){3}", host))
