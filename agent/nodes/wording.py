"""The node that tells the whole audit: all claims go to the writer together."""

from langgraph.runtime import Runtime

from agent.nodes.summary import assembled
from agent.state import Context, Event, State


def wording(state: State, runtime: Runtime[Context]) -> State:
    """The hash of the telling."""
    context = runtime.context
    stored = context.store.finished(telling_name(context.writer.identity))
    if stored is None:
        context.tell(Event("wording"))
        telling = context.writer.tell(assembled(state, context), context.language)
        if telling.notice is not None:
            context.tell(Event("notice", text=telling.notice))
        stored = context.store.finish(
            telling_name(context.writer.identity), "telling", telling, status=telling.written_by
        )
    return {"telling": stored}


def telling_name(writer: str) -> str:
    """Under which name a telling is kept: rules and each model have their own."""
    return "telling" if writer == "rules" else f"telling:{writer}"
