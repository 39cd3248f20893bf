"""What may go wrong with a model's endpoint, cell by cell: each ends in the rules' answer or in the model's sound one."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agent.backends import Gateway, object_schema
from agent.calls import run
from agent.models.breaker import Breaker
from agent.planner import planned
from agent.planning.model_planner import by_model
from agent.planning.nearest import nearest_examples
from agent.reading.understand import understood
from agent.sentences import Desk
from agent.settings import Settings
from agent.writer import ModelWriter, RulesWriter
from evals.scripted_llm import ScriptedLLM
from knowledge.search import Knowledge
from tests.agent_small import small
from tools.document import Claim, Section
from tools.errors import BackendError
from tools.portfolio import Portfolio

MATRIX = (
    "429", "500", "502", "503", "401", "400", "overflow", "slow", "stall", "truncated", "disconnect", "corrupt", "empty",
    "no_choices", "wrong_model", "malformed_args", "unknown_tool", "duplicate_call", "tool_loop", "huge", "non_utf8", "fenced",
)  # fmt: skip
#: Faults through which a plan of the model's comes whole all the same.
PLANS = {"fenced", "duplicate_call", "tool_loop"}
WORDS = {"fenced"}
QUESTION = "Во сколько нам обходится каждый кофейный автомат?"
PLAN = '{"calls": [{"name": "metric", "arguments": {"key": "arpa"}}]}'
HANG = 120


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """The libraries are loaded before any clock starts."""
    nearest_examples("?", 1)
    with ScriptedLLM("honest") as server:
        Gateway(settings(server)).complete("Sections:\n{}", schema={})


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    return small(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def claims(portfolio: Portfolio) -> tuple[Claim, ...]:
    def nothing() -> Knowledge:
        raise AssertionError

    return run({"name": "metric", "arguments": {"key": "mrr"}}, Desk(portfolio, nothing, "ru")).claims


def settings(server: ScriptedLLM, **more: Any) -> Settings:
    seconds, idle = (2, 1) if server.script in ("slow", "stall") else (30, 2)
    given: dict[str, Any] = {"llm_timeout": seconds, "llm_idle_timeout": idle, "llm_api_key": SecretStr("key"), **more}
    return Settings(llm_base_url=server.url, llm_model="scripted", **given)


def in_time(work: Callable[[], Any]) -> Any:
    """The result of some work; a work that hangs fails the test."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(timeout=HANG)


@pytest.mark.parametrize("tools", ["native", "json"])
@pytest.mark.parametrize("fault", MATRIX)
def test_planning_through_every_fault(fault: str, tools: str, portfolio: Portfolio) -> None:
    """The model's sound plan, or none, which leaves the question to the rules."""
    with ScriptedLLM(fault, plan=PLAN) as server:
        gateway = Gateway(settings(server, llm_tools=tools))
        found = in_time(lambda: by_model(understood(QUESTION, portfolio), portfolio, gateway))
        assert server.requests
    assert found == ([{"name": "metric", "arguments": {"key": "arpa"}}] if fault in PLANS else None)
    assert gateway.calls <= 2


def test_a_question_that_the_model_does_not_plan_is_planned_by_rules(portfolio: Portfolio) -> None:
    seen = understood(QUESTION, portfolio)
    with ScriptedLLM("503") as server:
        found = planned(seen, portfolio, last=[], gateway=Gateway(settings(server)))
    assert found == planned(seen, portfolio, last=[])


@pytest.mark.parametrize("fault", MATRIX)
def test_wording_through_every_fault(fault: str, claims: tuple[Claim, ...]) -> None:
    by_rules = RulesWriter().say(claims, currency="RUB", language="ru", question="MRR?")
    with ScriptedLLM(fault) as server:
        writer = ModelWriter(Gateway(settings(server)))
        said: Section = in_time(lambda: writer.say(claims, currency="RUB", language="ru", question="MRR?"))
        assert server.requests
    assert said.draft == by_rules.draft
    assert (said.written_by == "model") is (fault in WORDS)
    assert writer.gateway.calls <= 3


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    "fault",
    [
        name
        for name in MATRIX
        if name not in ("fenced", "duplicate_call", "tool_loop", "unknown_tool", "malformed_args")
    ],
)
def test_every_fault_of_the_wire_is_a_typed_error(fault: str, stream: bool) -> None:
    with ScriptedLLM(fault, plan=PLAN) as server:
        gateway = Gateway(settings(server, llm_tools="native"))
        with pytest.raises(BackendError) as told:
            in_time(lambda: asked(gateway, stream=stream))
    assert "Traceback" not in str(told.value) and "\n" not in str(told.value)


def asked(gateway: Gateway, *, stream: bool) -> Any:
    schema = object_schema({"sections": object_schema({})})
    if stream:
        return gateway.complete("Sections:\n{}", schema=schema)
    tool = {"type": "function", "function": {"name": "metric", "description": "", "parameters": object_schema({})}}
    return gateway.choose("?", tools=[tool], schema=schema)


@pytest.mark.parametrize("script", ["no_schema", "no_tools", "no_counts", "other_model"])
def test_an_endpoint_with_fewer_features_is_used_without_them(script: str, portfolio: Portfolio) -> None:
    with ScriptedLLM(script, plan=PLAN) as server:
        for tools in ("native", "json"):
            gateway = Gateway(settings(server, llm_tools=tools))
            found = by_model(understood(QUESTION, portfolio), portfolio, gateway)
            assert found == [{"name": "metric", "arguments": {"key": "arpa"}}]


def test_an_endpoint_that_keeps_failing_is_left_alone_and_tried_again_later() -> None:
    now = [0.0]
    with ScriptedLLM("503") as server:
        gateway = Gateway(settings(server), breaker=Breaker(failures=3, rest=10, clock=lambda: now[0]))
        for _ in range(5):
            with pytest.raises(BackendError):
                gateway.complete("Sections:\n{}", schema={}, tries=1)
        assert len(server.requests) == 3
        now[0] = 10.0
        server.script = "honest"
        assert gateway.complete("Sections:\n{}", schema={}, tries=1)
        assert gateway.complete("Sections:\n{}", schema={}, tries=1)
        assert len(server.requests) == 5


def test_a_request_at_fault_does_not_close_the_endpoint_to_others() -> None:
    with ScriptedLLM("400") as server:
        gateway = Gateway(settings(server), breaker=Breaker(failures=2))
        for _ in range(4):
            with pytest.raises(BackendError):
                gateway.complete("Sections:\n{}", schema={}, tries=1)
        assert len(server.requests) == 4


def test_a_cancelled_request_leaves_the_server(portfolio: Portfolio) -> None:
    with ScriptedLLM("trickle", plan="x" * 4000) as server, ThreadPoolExecutor(1) as pool:
        gateway = Gateway(settings(server, llm_timeout=50)).metered("answer")
        waiting = pool.submit(gateway.complete, "?", schema={}, tries=2)
        for _ in range(400):
            if waiting.done() or server.requests:
                break
            server.left.wait(0.05)
        server.left.wait(1.2)
        gateway.cancel()
        with pytest.raises(BackendError, match="cancelled"):
            waiting.result(timeout=HANG)
        assert server.left.wait(20) and len(server.requests) == 1


def test_other_answers_go_on_where_one_is_cancelled() -> None:
    with ScriptedLLM("honest") as server:
        gateway = Gateway(settings(server))
        one, other = gateway.metered("answer"), gateway.metered("answer")
        one.cancel()
        assert other.complete("Sections:\n{}", schema={})


@pytest.fixture
def counted() -> Iterator[tuple[Gateway, ScriptedLLM]]:
    with ScriptedLLM("honest") as server:
        more = {"llm_price_in": "0.5", "llm_price_out": "1.5", "llm_currency": "RUB", "llm_answer_tokens": 300}
        yield Gateway(settings(server, **more)), server


def test_tokens_and_price_are_counted_as_the_endpoint_says(counted: tuple[Gateway, ScriptedLLM]) -> None:
    gateway = counted[0].metered("answer")
    assert gateway.usage is None
    gateway.complete("Sections:\n{}", schema={})
    gateway.complete("Sections:\n{}", schema={})
    used = gateway.usage
    assert used is not None and (used.calls, used.tokens_in, used.tokens_out, used.estimated) == (2, 200, 20, False)
    assert str(used.cost) == "0.1300" and used.currency == "RUB"
    assert counted[0].usage is None


def test_a_spent_budget_stops_before_the_next_request(counted: tuple[Gateway, ScriptedLLM]) -> None:
    gateway, server = counted[0].metered("answer"), counted[1]
    for _ in range(2):
        gateway.complete("Sections:\n{}", schema={})
    with pytest.raises(BackendError, match="budget"):
        gateway.complete("Sections:\n{}" + " " * 1000, schema={})
    assert len(server.requests) == 2
    assert counted[0].metered("answer").complete("Sections:\n{}", schema={})


def test_where_the_endpoint_does_not_count_tokens_are_estimated_and_marked() -> None:
    with ScriptedLLM("no_counts") as server:
        gateway = Gateway(settings(server))
        gateway.complete("Sections:\n{}", schema={}, tries=1)
        used = gateway.usage
        assert used is not None and used.estimated and used.tokens_in > 0 and used.cost is None


def test_own_headers_are_sent(portfolio: Portfolio) -> None:
    with ScriptedLLM("honest") as server:
        Gateway(settings(server, llm_headers="x-folder-id: b1g; X-Team: CVM")).complete("Sections:\n{}", schema={})
        assert server.headers[0]["x-folder-id"] == "b1g" and server.headers[0]["x-team"] == "CVM"
        assert server.headers[0]["authorization"] == "Bearer key"


def test_a_key_in_another_form_goes_before_the_usual_one() -> None:
    with ScriptedLLM("honest") as server:
        given = settings(server, llm_headers='{"Authorization": "Api-Key secret"}')
        Gateway(given).complete("Sections:\n{}", schema={})
        assert server.headers[0]["authorization"] == "Api-Key secret"


def test_a_proxy_is_used_for_an_endpoint_elsewhere() -> None:
    with ScriptedLLM("honest") as proxy:
        given = settings(proxy, llm_proxy=proxy.url.removesuffix("/v1"))
        far = given.model_copy(update={"llm_base_url": "http://models.example/v1"})
        assert Gateway(far).complete("Sections:\n{}", schema={})
        assert proxy.headers[0]["host"] == "models.example"


def test_a_ca_bundle_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    given = Settings(llm_base_url="https://models.example/v1", llm_ca_bundle=tmp_path / "none.pem")
    with pytest.raises(BackendError, match="CVM_LLM_CA_BUNDLE"):
        Gateway(given).complete("?", schema={})
