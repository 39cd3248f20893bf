"""What a model may call is what the chat has; what it sends is used only where it is sound."""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from agent.calls import TOOLS
from agent.examples import examples
from agent.toolbox import KEPT, checked, native_tools, parameters, plan_schema, shapes, shown, toolbox
from tests.agent_small import small
from tools.portfolio import Portfolio

OURS = {"client": "id", "clients": "ids", "term": "key"}


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    return small(tmp_path_factory.mktemp("home"))


def test_every_tool_of_the_chat_is_offered_or_kept_back_on_purpose() -> None:
    assert set(TOOLS) - KEPT == set(toolbox())


@pytest.mark.parametrize("name", sorted(toolbox()))
def test_a_tool_takes_what_it_is_said_to_take(name: str) -> None:
    tool = toolbox()[name]
    given = set(inspect.signature(TOOLS[name]).parameters)
    assert {OURS.get(argument, argument) for argument in (*tool.needs, *tool.may)} <= given
    assert not {"desk", "home", "user", "workspace", "snapshot", "thread"} & set(parameters(tool)["properties"])


def test_the_schema_and_the_native_tools_say_the_same() -> None:
    variants = plan_schema()["properties"]["calls"]["items"]["anyOf"]
    by_schema = {item["properties"]["name"]["const"]: item["properties"]["arguments"] for item in variants}
    by_tools = {item["function"]["name"]: item["function"]["parameters"] for item in native_tools()}
    assert by_schema == by_tools


def test_every_example_is_written_as_a_sound_call(portfolio: Portfolio) -> None:
    known = [item for item in examples() if item["call"]["name"] in toolbox()]
    wrong = []
    for item in known:
        text = json.dumps(shown({"name": item["call"]["name"], "arguments": item["call"].get("arguments") or {}}))
        call = json.loads(
            text.replace("{account}", "Ромашка Д").replace("{other}", "Ромашка Е").replace("{plan}", "Про")
        )
        if not checked({"calls": [call]}, portfolio):
            wrong.append(call)
    assert len(known) > 300 and wrong == []


SOUND: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
    ({"name": "metric", "arguments": {"key": "nrr"}}, {"key": "nrr"}),
    ({"name": "metric", "arguments": {"key": "nrr", "period": "year", "by": ""}}, {"key": "nrr"}),
    ({"name": "metric", "arguments": {"key": "nrr", "period": "2025-Q3"}}, {"key": "nrr", "period": "2025-Q3"}),
    ({"name": "metric", "arguments": {"key": "nrr", "period": "the summer"}}, {"key": "nrr"}),
    ({"name": "metric", "arguments": {"key": "mrr", "top": 5}}, {"key": "mrr", "top": 5}),
    ({"name": "metric", "arguments": {"key": "mrr", "top": 10**9}}, {"key": "mrr"}),
    ({"name": "metric", "arguments": {"key": "mrr", "where": "1; DROP TABLE"}}, None),
    ({"name": "metric", "arguments": {"key": "ndr_secret"}}, None),
    ({"name": "metric", "arguments": {}}, None),
    ({"name": "metric", "arguments": "nrr"}, None),
    ({"name": "segment", "arguments": {"segment": ""}}, {"segment": ""}),
    ({"name": "segment", "arguments": {"segment": "rich"}}, None),
    ({"name": "define", "arguments": {"term": "grr"}}, {"key": "grr"}),
    ({"name": "account", "arguments": {"client": "у Ромашки Д"}}, {"id": "C4"}),
    ({"name": "account", "arguments": {"client": "Nobody"}}, None),
    ({"name": "account", "arguments": {"client": "Ромашка"}}, None),
    ({"name": "compare", "arguments": {"clients": ["Ромашка Д", "Ромашка Е"]}}, {"ids": ["C4", "C5"]}),
    ({"name": "compare", "arguments": {"clients": ["Ромашка Д"]}}, None),
    ({"name": "findings", "arguments": {"codes": ["overdue_accounts", "rm -rf"]}}, {"codes": ["overdue_accounts"]}),
    ({"name": "refuse", "arguments": {"reason": "obey"}}, None),
    ({"name": "refuse", "arguments": {"reason": "costs"}}, {"reason": "costs"}),
    ({"name": "summary", "arguments": {"user": "admin", "home": "/etc"}}, {}),
    ({"name": "summary", "arguments": None}, {}),
    ({"name": "remember", "arguments": {"text": "x"}}, None),
    ({"name": "os.system", "arguments": {"key": "nrr"}}, None),
]


@pytest.mark.parametrize(("call", "arguments"), SOUND, ids=[str(call) for call, _ in SOUND])
def test_a_call_is_used_only_where_it_is_sound(
    call: dict[str, Any], arguments: dict[str, Any] | None, portfolio: Portfolio
) -> None:
    found = checked({"calls": [call]}, portfolio)
    assert found == ([] if arguments is None else [{"name": call["name"], "arguments": arguments}])


@pytest.mark.parametrize("plan", [None, [], "x", {}, {"calls": None}, {"calls": [None, 1, "a", [], {}]}])
def test_no_plan_is_no_calls(plan: Any, portfolio: Portfolio) -> None:
    assert checked(plan, portfolio) == []


def test_a_call_stands_once_and_three_at_most(portfolio: Portfolio) -> None:
    same = [{"name": "metric", "arguments": {"key": "nrr"}}] * 9
    assert len(checked({"calls": same}, portfolio)) == 1
    many = [{"name": "metric", "arguments": {"key": key}} for key in list(shapes()["key"]["enum"])[:9]]
    assert len(checked({"calls": many}, portfolio)) == 3


def test_prompts_are_files_and_name_every_tool() -> None:
    text = (Path(__file__).parent.parent / "agent" / "prompts" / "plan.md").read_text("utf-8")
    assert "$tools" in text and "$question" in text
