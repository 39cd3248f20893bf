"""Wiring of the audit graph: START, prepare, the seven steps of the registry in order, wording, summary, END."""

from typing import Any

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph

from agent.nodes.prepare import prepare
from agent.nodes.step import step_node
from agent.nodes.summary import summary
from agent.nodes.wording import wording
from agent.state import Context, State


def audit_graph(saver: SqliteSaver) -> Any:
    """The compiled audit graph over a checkpoint store."""
    from tools.audit import STEPS

    builder = StateGraph(State, context_schema=Context)
    nodes: list[tuple[str, Any]] = [
        ("prepare", prepare),
        *((spec.key, step_node(spec)) for spec in STEPS),
        ("wording", wording),
        ("summary", summary),
    ]
    before = START
    for name, node in nodes:
        builder.add_node(name, node)
        builder.add_edge(before, name)
        before = name
    builder.add_edge(before, END)
    return builder.compile(checkpointer=saver)
