"""The gateway before llmock, which judges a client by every attempt it sees: fourteen faults, whole and streamed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock
from llmock.testing import LLMockServer
from pydantic import SecretStr

from agent.backends import Gateway, object_schema
from agent.settings import Settings
from tools.errors import BackendError

FAULTS: dict[str, Callable[[LLMock], LLMock]] = {
    "rate limit": lambda mock: mock.rate_limit(times=1, retry_after=1.0),
    "rate limit twice": lambda mock: mock.rate_limit(times=2, retry_after=0.5),
    "500": lambda mock: mock.fail(500),
    "502": lambda mock: mock.fail(502),
    "outage": lambda mock: mock.outage(),
    "400": lambda mock: mock.fail(400),
    "401": lambda mock: mock.fail(401),
    "404": lambda mock: mock.fail(404),
    "context overflow": lambda mock: mock.context_overflow(),
    "slow first token": lambda mock: mock.slow_first_token(0.5),
    "stall": lambda mock: mock.stall(seconds=12.0),
    "truncated": lambda mock: mock.truncate(after_chunks=2),
    "dropped": lambda mock: mock.disconnect(after_chunks=2),
    "corrupt": lambda mock: mock.corrupt(after_chunks=2),
}
#: Pieces come one by one, as a model writes them: a client that hangs up is seen before the last one is sent.
TOKEN_MS = 20
#: Faults that no second try can help.
LASTING = {"outage", "400", "401", "404", "context overflow", "rate limit twice"}


@pytest.fixture(scope="module")
def served() -> Iterator[LLMockServer]:
    with LLMockServer() as server:
        yield server


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("fault", FAULTS)
def test_the_verdict_on_every_fault_is_without_a_remark(fault: str, stream: bool, served: LLMockServer) -> None:
    mock = LLMock(served).reset().pace(TOKEN_MS)
    FAULTS[fault](mock)
    settings = Settings(
        llm_base_url=mock.base_url("openai"), llm_model="gpt-4o", llm_timeout=20, llm_idle_timeout=2, llm_api_key=SecretStr("key")
    )  # fmt: skip
    gateway = Gateway(settings)
    if fault in LASTING:
        with pytest.raises(BackendError):
            asked(gateway, stream=stream)
    else:
        assert asked(gateway, stream=stream)
    mock.assert_resilient(strict=True)


def asked(gateway: Gateway, *, stream: bool) -> Any:
    schema = object_schema({"text": {"type": "string"}})
    if stream:
        return gateway.complete("Say something.", schema=schema)
    tool = {"type": "function", "function": {"name": "say", "description": "Say.", "parameters": schema}}
    return gateway.choose("Say something.", tools=[tool], schema=schema, tries=2)
