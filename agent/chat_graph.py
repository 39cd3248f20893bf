"""The chat graph: understand, plan, run the tools, write, guard, reply; a thread remembers its last calls.

State holds strings only: calls and claims travel as JSON. Whatever fails, the reply is rules' sentences or a reason.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agent import calls, guard, sentences
from agent.memory import decode, encode
from agent.planner import planned
from agent.understand import understood
from agent.writer import ModelWriter, RulesWriter, Writer, numbered
from knowledge.shelf import shelved
from tools.document import Answer, Claim, Section
from tools.text import Language, Text

if TYPE_CHECKING:
    from agent.assistant import Assistant
    from agent.backends import Gateway
    from tools.portfolio import Portfolio


class ChatState(TypedDict, total=False):
    """What a thread keeps between questions."""

    question: str
    language: Language
    asked_language: Language | None
    calls: str
    claims: str
    cards: list[str]
    refused: dict[str, str] | None
    draft: str
    written_by: str


@dataclass(frozen=True, slots=True)
class ChatContext:
    """Live objects of one question."""

    portfolio: "Portfolio"
    assistant: "Assistant"
    writer: Writer
    gateway: "Gateway | None"


def answered(
    question: str, assistant: "Assistant", portfolio: "Portfolio", *, thread: str | None, language: Language | None
) -> Answer:
    """The answer to one question; with a ``thread`` what was asked before may be gone on from."""
    from agent.graph import saver_at

    writer = assistant.writer
    gateway = writer.gateway if isinstance(writer, ModelWriter) else None
    context = ChatContext(portfolio, assistant, writer, gateway)
    start: ChatState = {"question": question, "asked_language": language}
    if thread is None:
        state = chat_graph(None).invoke(start, context=context)
    else:
        with saver_at(assistant.settings.state_path) as saver:
            config = {"configurable": {"thread_id": thread_id(thread, portfolio.snapshot)}}
            state = chat_graph(saver).invoke(start, config, context=context, durability="sync")
    return _answer(state, portfolio)


def chat_graph(saver: Any) -> Any:
    """The compiled chat graph."""
    if saver is None:
        return _compiled()
    return _wired().compile(checkpointer=saver)


def thread_id(thread: str, snapshot: str) -> str:
    """The id under which a thread's state is kept: of the user's name for it and the data it is about."""
    return "chat-" + hashlib.sha256(f"{snapshot}|{thread}".encode()).hexdigest()[:32]


@cache
def _compiled() -> Any:
    return _wired().compile()


def _wired() -> Any:
    builder = StateGraph(ChatState, context_schema=ChatContext)
    before = START
    for node in (plan, run_tools, write, check):
        builder.add_node(f"do_{node.__name__}", node)
        builder.add_edge(before, f"do_{node.__name__}")
        before = f"do_{node.__name__}"
    builder.add_edge(before, END)
    return builder


def plan(state: ChatState, runtime: Runtime[ChatContext]) -> ChatState:
    """Understand the question and choose the tool calls, before any text out of the data is read."""
    context = runtime.context
    seen = understood(state["question"], context.portfolio, language=state.get("asked_language"))
    last = json.loads(state.get("calls") or "[]")
    chosen = planned(seen, context.portfolio, last=last, gateway=context.gateway)
    return {"language": seen.language, "calls": json.dumps(chosen, ensure_ascii=False)}


def run_tools(state: ChatState, runtime: Runtime[ChatContext]) -> ChatState:
    """Run the calls; a refusal stands only where nothing else was found."""
    context = runtime.context
    desk = sentences.Desk(
        context.portfolio,
        lambda: context.assistant.knowledge,
        state["language"],
        lambda: shelved(context.assistant.settings.home),
    )
    results = [calls.run(call, desk) for call in json.loads(state["calls"])]
    claims = {claim.id: claim for result in results for claim in result.claims}
    refused = next((result.refused for result in results if result.refused is not None), None)
    whole = refused is None or any(result.claims and result.refused is None for result in results)
    return {
        "claims": encode(tuple(claims.values())).decode(),
        "cards": list(dict.fromkeys(slug for result in results for slug in result.cards)),
        "refused": None if whole or refused is None else {"en": refused.en, "ru": refused.ru},
    }


def write(state: ChatState, runtime: Runtime[ChatContext]) -> ChatState:
    """Word the claims; a refusal is always worded by rules."""
    context = runtime.context
    claims, refused = _claims(state), state["refused"]
    if refused is not None or not claims:
        section = _refusal(claims, refused, context.portfolio.currency, state["language"])
    else:
        section = context.writer.say(
            claims, currency=context.portfolio.currency, language=state["language"], question=state["question"]
        )
    return {"draft": section.draft, "written_by": section.written_by}


def check(state: ChatState, runtime: Runtime[ChatContext]) -> ChatState:
    """The last look at the text as shown: a number outside every span puts the rules' text in the model's place."""
    if state["written_by"] != "model":
        return {}
    currency, language, claims = runtime.context.portfolio.currency, state["language"], _claims(state)
    shown = numbered(claims, currency).fill(state["draft"], language)
    own = [text for claim in claims for text in (claim.text.en, claim.text.ru)]
    if not guard.final_scan(shown, language, own=own):
        return {}
    plain = RulesWriter().say(claims, currency=currency, language=language, question=state["question"])
    return {"draft": plain.draft, "written_by": "rules (draft rejected)"}


def _claims(state: ChatState) -> tuple[Claim, ...]:
    found: tuple[Claim, ...] = decode("claims", state["claims"])
    return found


def _refusal(
    claims: tuple[Claim, ...], refused: Mapping[str, str] | None, currency: str, language: Language
) -> Section:
    register = numbered(claims, currency)
    told = " ".join(register.draft(claim, language) for claim in claims)
    return Section(told or (refused or {})[language])


def _answer(state: ChatState, portfolio: "Portfolio") -> Answer:
    refused = state["refused"]
    return Answer(
        question=state["question"],
        language=state["language"],
        claims=_claims(state),
        section=Section(state["draft"], state["written_by"]),  # type: ignore[arg-type]
        currency=portfolio.currency,
        cards=tuple(state["cards"]),
        tools=tuple(json.loads(state["calls"])),
        refused=None if refused is None else Text(**refused),
    )
