"""The tools of the chat as a model may call them: names, arguments and their values, all out of the registries.

The workspace and the user are ours and never arguments; neither is the question itself. What a model sends is read by
the same table that told it what to send: a name, a key or a client that does not exist makes the call void.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from agent.backends import Json, object_schema
from agent.examples import Call, call
from agent.reading.narrowing import condition
from agent.reading.understand import understood
from agent.reading.words import SEGMENTS

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

MOST_CALLS = 3
MOST_CLIENTS = 4
MOST_RANKED = 50
PERIODS = re.compile(r"year|quarter|month|P\d{1,3}[DMY]|20\d\d(?:-(?:Q[1-4]|H[12]|\d\d))?")
REASONS = ("forecast", "competitors", "costs", "which_client", "injection", "off_topic")
FORMS = ("letter", "call", "messenger")
GROUPS = ("segment", "plan", "industry", "region")


class Unsound(Exception):
    """An argument that names nothing that exists."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: what it is for, in a line for the model, and its arguments; those after ``needs`` may be left out."""

    name: str
    about: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


#: Every tool that a model may call; one that the chat does not have is left out.
OFFERED = (
    Tool("metric", "the value of one metric", ("key",), ("period", "by", "where", "top", "bottom")),
    Tool("clients", "how many clients there are", (), ("period", "by", "where")),
    Tool("define", "what a metric or a segment means and how it is computed", ("term",)),
    Tool("segment", "the clients of one value segment; with an empty segment all segments and their sizes", ("segment",)),
    Tool("account", "everything about one client: its name as the user wrote it", ("client",)),
    Tool("compare", "two clients or more side by side", ("clients",)),
    Tool("findings", "what the audit found wrong or right, with the clients concerned, by codes", ("codes",)),
    Tool("summary", "the state of the whole business in short; an audit"),
    Tool("plan", "what to begin with, the plan of actions with dates, whom the next hour goes to"),
    Tool("advice", "what to do and how: playbooks", (), ("segment",)),
    Tool("market", "what published cases and trends say: other companies, research"),
    Tool("documents", "what the user's own documents say"),
    Tool("not_computed", "what cannot be computed from these files, and which file would help"),
    Tool("telling", "the audit told for one reader", ("audience",)),
    Tool("report", "the value report of one client", ("client",)),
    Tool("draft_message", "a letter, call script or messenger text to one client or to a segment", (), ("client", "segment", "form")),
    Tool("whatif", "what would follow from the user's own assumption: what if churn fell by two points"),
    Tool("recall", "what was decided, promised or done before, of one client or of all", (), ("client",)),
    Tool("inputs", "a workbook to fill in with what is missing"),
    Tool("culture", "the questionnaire on how the team lives by the client's value"),
    Tool("refuse", "none of the tools answers: the future, rivals, costs and profit, or not about these clients", ("reason",)),
)  # fmt: skip
#: Tools of the chat that change something, or are told by other means, and so are no model's business.
KEPT = frozenset({"remember", "done"})


def toolbox() -> Mapping[str, Tool]:
    """The tools that a model may call and that the chat has."""
    from agent.calls import TOOLS

    return {tool.name: tool for tool in OFFERED if tool.name in TOOLS}


@cache
def shapes() -> Mapping[str, Json]:
    """The JSON schema of every argument."""
    from knowledge.glossary import entries
    from tools.audit import codes
    from tools.metrics import metrics
    from tools.reports.audiences import AUDIENCES

    keys, segments = list(metrics()), list(SEGMENTS)
    terms = [*keys, *(term for term in entries() if term not in keys)]
    return {
        "key": {"type": "string", "enum": keys},
        "term": {"type": "string", "enum": terms},
        "segment": {"type": "string", "enum": [*segments, ""]},
        "codes": {"type": "array", "items": {"type": "string", "enum": sorted(codes())}, "minItems": 1, "maxItems": 4},
        "audience": {"type": "string", "enum": list(AUDIENCES)},
        "reason": {"type": "string", "enum": list(REASONS)},
        "form": {"type": "string", "enum": list(FORMS)},
        "by": {"type": "string", "enum": list(GROUPS)},
        "period": {"type": "string", "description": "year, quarter, month, P6M, 2025, 2025-Q3 or 2025-03"},
        "where": {"type": "string", "description": "plan = Pro and chs < 50 and segment in (at_risk, newcomers)"},
        "top": {"type": "integer", "minimum": 1, "maximum": MOST_RANKED},
        "bottom": {"type": "integer", "minimum": 1, "maximum": MOST_RANKED},
        "client": {"type": "string", "maxLength": 120},
        "clients": {"type": "array", "items": {"type": "string", "maxLength": 120}, "minItems": 2, "maxItems": MOST_CLIENTS},
    }  # fmt: skip


def parameters(tool: Tool) -> Json:
    """The JSON schema of a tool's arguments."""
    return object_schema({name: shapes()[name] for name in (*tool.needs, *tool.may)}, required=tool.needs)


def plan_schema() -> Json:
    """The JSON schema of a plan: one to three calls."""
    calls = [
        object_schema({"name": {"const": tool.name}, "arguments": parameters(tool)}) for tool in toolbox().values()
    ]
    return object_schema({"calls": {"type": "array", "items": {"anyOf": calls}, "minItems": 1, "maxItems": MOST_CALLS}})


def native_tools() -> list[Json]:
    """The tools as an endpoint's own tool calls want them."""
    return [
        {"type": "function", "function": {"name": tool.name, "description": tool.about, "parameters": parameters(tool)}}
        for tool in toolbox().values()
    ]


def listed() -> str:
    """The tools for a prompt, a line each."""

    def line(tool: Tool) -> str:
        return f"- {tool.name}({', '.join([*tool.needs, *(f'{name}?' for name in tool.may)])}): {tool.about}"

    return "\n".join(line(tool) for tool in toolbox().values())


def checked(plan: Any, portfolio: "Portfolio") -> list[Call]:
    """The calls of a model's plan that are sound, each once, three at most; none where nothing is."""
    given = plan.get("calls") if isinstance(plan, dict) else None
    found: list[Call] = []
    for item in given if isinstance(given, list) else []:
        sound = _sound(item, portfolio) if isinstance(item, dict) else None
        if sound is not None and sound not in found:
            found.append(sound)
    return found[:MOST_CALLS]


def shown(item: Call) -> Json:
    """A call of an example as a model is to write it: clients by name, nothing that is filled in afterwards."""
    given = {_WRITTEN.get(name, name): value for name, value in item["arguments"].items() if name not in _FILLED}
    if item["name"] == "define":
        given = {"term": item["arguments"].get("key")}
    tool = toolbox().get(item["name"])
    known = {name: value for name, value in given.items() if tool is not None and name in (*tool.needs, *tool.may)}
    return {"name": item["name"], "arguments": known}


_WRITTEN = {"id": "client", "ids": "clients"}
_FILLED = frozenset({"query", "names", "change", "against", "total", "forge", "rows"})


def _sound(item: Json, portfolio: "Portfolio") -> Call | None:
    tool = toolbox().get(str(item.get("name")))
    given = item.get("arguments")
    given = {} if given is None else given
    if tool is None or not isinstance(given, dict):
        return None
    wanted = {name: given[name] for name in (*tool.needs, *tool.may) if given.get(name) not in (None, "", [])}
    if "segment" in tool.needs and given.get("segment") == "":
        wanted["segment"] = ""
    if set(tool.needs) - set(wanted):
        return None
    arguments: dict[str, Any] = {}
    for name, value in wanted.items():
        try:
            arguments |= READ[name](name, value, portfolio)
        except Unsound:
            if name in tool.needs or name in ("client", "where"):
                return None
    if tool.name == "draft_message" and not {"id", "segment"} & set(arguments):
        return None
    return call(tool.name, **arguments)


def _one_of(name: str, value: Any, portfolio: "Portfolio") -> dict[str, Any]:
    if value not in shapes()[name]["enum"]:
        raise Unsound
    return {{"term": "key"}.get(name, name): value}


def _codes(name: str, value: Any, portfolio: "Portfolio") -> dict[str, Any]:
    known = shapes()[name]["items"]["enum"]
    found = [code for code in value if code in known] if isinstance(value, list) else []
    if not found:
        raise Unsound
    return {name: list(dict.fromkeys(found))[:4]}


def _period(name: str, value: Any, portfolio: "Portfolio") -> dict[str, Any]:
    if not isinstance(value, str) or not PERIODS.fullmatch(value):
        raise Unsound
    return {} if value == "year" else {name: value}


def _where(name: str, value: Any, portfolio: "Portfolio") -> dict[str, Any]:
    found = condition(value)
    if found is None:
        raise Unsound
    return {name: found}


def _number(name: str, value: Any, portfolio: "Portfolio") -> dict[str, Any]:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_RANKED:
        raise Unsound
    return {name: value}


def _client(name: str, value: Any, portfolio: "Portfolio") -> dict[str, Any]:
    return {"id": _id(value, portfolio)}


def _clients(name: str, value: Any, portfolio: "Portfolio") -> dict[str, Any]:
    found = list(dict.fromkeys(_id(item, portfolio) for item in value)) if isinstance(value, list) else []
    if len(found) < 2:
        raise Unsound
    return {"ids": found[:MOST_CLIENTS]}


def _id(value: Any, portfolio: "Portfolio") -> str:
    """The id of the one client that a name means; `Unsound` where none or several do."""
    if not isinstance(value, str):
        raise Unsound
    named = understood(value[:200], portfolio).accounts
    if len(named) != 1:
        raise Unsound
    return named[0][0]


READ: Mapping[str, Callable[[str, Any, "Portfolio"], dict[str, Any]]] = {
    **dict.fromkeys(("key", "term", "segment", "audience", "reason", "form", "by"), _one_of),
    **dict.fromkeys(("top", "bottom"), _number),
    "codes": _codes, "period": _period, "where": _where, "client": _client, "clients": _clients,
}  # fmt: skip
