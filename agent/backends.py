"""Models: a row a kind of endpoint, and the one gateway through which every call goes.

The gateway streams, demands a ``finish_reason``, keeps its own total deadline (a server that trickles or hangs cannot
hold a run), maps every fault to `BackendError`, and tries again once where that can help: nothing of a draft is shown
before the guard has passed it, so a second try is never seen.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tools.errors import BackendError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from agent.settings import Settings

Json = dict[str, Any]
TRIES = 2
SCHEMA_NAME = "reply"


@dataclass(frozen=True, slots=True)
class Backend:
    """One kind of endpoint: how a chat model of it is opened."""

    name: str
    open: "Callable[[Settings], BaseChatModel]"


def _openai_compatible(settings: "Settings") -> "BaseChatModel":
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        base_url=settings.llm_base_url,
        model=settings.llm_model or "default",
        api_key=settings.llm_api_key or SecretStr("none"),
        max_retries=0,
        timeout=settings.llm_timeout,
        temperature=0,
        max_completion_tokens=settings.llm_max_tokens,
        use_responses_api=False,
    )


BACKENDS: Mapping[str, Backend] = {"openai": Backend("openai", _openai_compatible)}


class Gateway:
    """One model behind a deadline; `complete` is the only door."""

    def __init__(self, settings: "Settings", *, backend: str = "openai") -> None:
        self.settings = settings
        self.name = backend
        self.calls = 0

    @property
    def identity(self) -> str:
        """Which model words: endpoint and model name."""
        return f"{self.settings.llm_base_url}|{self.settings.llm_model or 'default'}"

    @cached_property
    def _model(self) -> "BaseChatModel":
        try:
            return BACKENDS[self.name].open(self.settings)
        except _faults() as error:
            raise _mapped(self.name, error) from error

    def complete(self, prompt: str, *, schema: Json, tries: int = TRIES) -> str:
        """The model's whole reply to one prompt; `BackendError` after the deadline or the last try."""
        _ = self._model  # opened before the clock starts: the first import takes seconds
        end = time.monotonic() + self.settings.llm_timeout
        constrained = True
        for left in range(tries - 1, -1, -1):
            try:
                return self._once(prompt, schema if constrained else None, end - time.monotonic())
            except BackendError as error:
                constrained = constrained and "json_schema" not in error.what
                if left == 0 or not (error.retryable or not constrained) or end - time.monotonic() < 1:
                    raise
        raise BackendError(self.name, "no try left")

    def _once(self, prompt: str, schema: Json | None, seconds: float) -> str:
        self.calls += 1
        reply: Future[str] = Future()
        threading.Thread(target=_into, args=(reply, self._stream, prompt, schema), daemon=True).start()
        try:
            return reply.result(timeout=max(seconds, 0.01))
        except FutureTimeout as error:
            raise BackendError(self.name, f"no whole answer within {self.settings.llm_timeout:g} s") from error

    def _stream(self, prompt: str, schema: Json | None) -> str:
        faults = _faults()
        pieces: list[str] = []
        reason: str | None = None
        try:
            for chunk in self._model.stream([("user", prompt)], **_format(schema)):
                pieces.append(str(chunk.text))
                reason = chunk.response_metadata.get("finish_reason") or reason
        except faults as error:
            raise _mapped(self.name, error) from error
        if reason is None:
            raise BackendError(self.name, "the answer broke off (no finish_reason)", retryable=True)
        if reason != "stop":
            raise BackendError(self.name, f"the answer was cut ({reason})")
        text = "".join(pieces)
        if not text.strip():
            raise BackendError(self.name, "an empty answer", retryable=True)
        return text


def parse_json(text: str) -> Json | None:
    """The first JSON object of a reply: bare, fenced, in ``<tool_call>`` tags, or with junk around it; else None."""
    for match in re.finditer(r"\{", text):
        try:
            found, _ = json.JSONDecoder().raw_decode(text, match.start())
        except (json.JSONDecodeError, RecursionError):
            continue
        return found if isinstance(found, dict) else None
    return None


def _format(schema: Json | None) -> Json:
    if schema is None:
        return {}
    wrapped = {"name": SCHEMA_NAME, "strict": True, "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": wrapped}}


def _into(reply: "Future[str]", work: Callable[..., str], *arguments: object) -> None:
    """Run ``work`` and hand its result or its error to the waiting thread, as an executor would."""
    try:
        reply.set_result(work(*arguments))
    except BaseException as error:  # noqa: BLE001  handed on whole, never swallowed: `result()` raises it again
        reply.set_exception(error)


def _faults() -> tuple[type[Exception], ...]:
    """What an endpoint can make its client library raise; garbage surfaces as plain value, type and key errors."""
    import httpx
    import openai
    from langchain_core.exceptions import LangChainException

    return (
        openai.OpenAIError,
        httpx.HTTPError,
        LangChainException,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
    )


def _mapped(name: str, error: Exception) -> BackendError:
    status = getattr(error, "status_code", None)
    if status is None:
        retryable = isinstance(error, ValueError | KeyError | TypeError) or "Connection" in type(error).__name__
        return BackendError(name, type(error).__name__, retryable=retryable)
    schema = " (json_schema refused)" if status in (400, 422) and "response_format" in str(error) else ""
    return BackendError(name, f"HTTP {status}{schema}", retryable=status in (408, 409, 429) or status >= 500)


def object_schema(properties: Mapping[str, Json], *, required: Sequence[str] | None = None) -> Json:
    """A closed JSON schema of an object."""
    names = list(required if required is not None else properties)
    return {"type": "object", "properties": dict(properties), "required": names, "additionalProperties": False}
