"""The node before the steps: what the run starts from is noted; nothing is computed."""

from langgraph.runtime import Runtime

from agent.state import Context, State


def prepare(state: State, runtime: Runtime[Context]) -> State:
    """The run's id into the state."""
    return {"run": runtime.context.run}
