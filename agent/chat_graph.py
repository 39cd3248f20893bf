"""The chat graph: understand, plan, run the tools, write, guard, reply; a draft for the client stops at an interrupt.

State holds strings only: calls, claims and what waits travel as JSON. Whatever fails, the reply is rules' sentences or a
reason. The node that waits has no effect; the one behind it has each effect once, by the ledger.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agent import calls, decisions, guard, sentences
from agent.aloud import Aloud
from agent.decisions import Decision
from agent.examples import Call
from agent.gathering import Gathered, about, gathered
from agent.memory import decode, encode
from agent.planner import planned
from agent.reading.understand import Understood, understood
from agent.state import Before
from agent.writer import ModelWriter, RulesWriter, Writer, numbered
from knowledge.shelf import shelved
from tools.document import Answer, Claim, Pending, Section, Usage
from tools.text import Language, Text

if TYPE_CHECKING:
    from agent.assistant import Assistant
    from tools.portfolio import Portfolio

#: What the waiting node is resumed with where the user went on to something else: the draft stays a draft.
LEAVE: Mapping[str, str] = {"decision": ""}
Once = Callable[[Pending, Decision, Callable[[], sentences.Result]], sentences.Result]


class ChatState(TypedDict, total=False):
    """What a thread keeps between questions; the older fields mean what they meant in every version."""

    turn: str
    question: str
    language: Language
    asked_language: Language | None
    calls: str
    claims: str
    cards: list[str]
    refused: dict[str, str] | None
    draft: str
    written_by: str
    pending: str
    shown: str
    decision: str
    before: str


@dataclass(frozen=True, slots=True)
class ChatContext:
    """Live objects of one question; without ``once`` (outside a thread) nothing waits for a decision."""

    portfolio: "Portfolio"
    assistant: "Assistant"
    aloud: Aloud
    as_of: date | None = None
    once: Once | None = None
    said_in: tuple[str, str] = ("", "")
    writer: Writer = field(init=False)

    def __post_init__(self) -> None:
        """Who words the answer counts for this answer alone."""
        object.__setattr__(self, "writer", self.assistant.writer.metered("answer"))

    @property
    def desk(self) -> Callable[[Language], sentences.Desk]:
        """What the tools work with, in a language."""
        home, notebook = self.assistant.settings.home, self.assistant.notebook(*self.said_in)
        return lambda language: sentences.Desk(
            self.portfolio, lambda: self.assistant.knowledge, language, lambda: shelved(home), home, notebook
        )


def chat_graph(saver: Any) -> Any:
    """The compiled chat graph."""
    return _compiled() if saver is None else _wired().compile(checkpointer=saver)


@cache
def _compiled() -> Any:
    return _wired().compile()


def _wired() -> Any:
    builder = StateGraph(ChatState, context_schema=ChatContext)
    for node in (plan, run_tools, write, check, pause, settle):
        builder.add_node(f"do_{node.__name__}", node)
    builder.add_conditional_edges(START, _decided("do_plan"), ["do_plan", "do_settle"])
    builder.add_edge("do_plan", "do_run_tools")
    builder.add_edge("do_run_tools", "do_write")
    builder.add_edge("do_settle", "do_write")
    builder.add_edge("do_write", "do_check")
    builder.add_edge("do_check", "do_pause")
    builder.add_conditional_edges("do_pause", _decided(END), ["do_settle", END])
    return builder


def _decided(otherwise: str) -> Callable[[ChatState], str]:
    def route(state: ChatState) -> str:
        return "do_settle" if state.get("decision") else otherwise

    return route


def question(
    turn: str, said: str, language: Language | None, shown: str = "", decision: Decision | None = None
) -> ChatState:
    """The input of a turn; whatever the one before left undecided is not this one's."""
    state: ChatState = {"turn": turn, "question": said, "asked_language": language, "pending": "", "decision": ""}
    if decision is None:
        return state
    decided = json.dumps([decision.decision, decision.text], ensure_ascii=False)
    return {**state, "shown": shown, "decision": decided}


def shown(pending: Pending, as_of: date | None) -> str:
    """What waits for a decision, and the day it was made for, as a thread keeps it."""
    day = as_of.isoformat() if as_of else None
    return json.dumps(
        {"kind": pending.kind, "ref": pending.ref, "options": list(pending.options), "as_of": day}, ensure_ascii=False
    )


def pending_of(raw: str) -> Pending:
    """What waits, out of what `shown` wrote."""
    given = json.loads(raw)
    return Pending(given["kind"], given["ref"], tuple(given["options"]))


def plan(state: ChatState, runtime: Runtime[ChatContext]) -> ChatState:
    """Understand the question and choose the tool calls, before any text out of the data is read."""
    context = runtime.context
    seen = understood(state["question"], context.portfolio, language=state.get("asked_language"))
    context.aloud.understood(seen.language)
    chosen = decisions.nothing_waits(state["question"]) or _planned(state, seen, context)
    context.aloud.planned([str(call["name"]) for call in chosen])
    return {"language": seen.language, "calls": json.dumps(chosen, ensure_ascii=False)}


def _planned(state: ChatState, seen: Understood, context: ChatContext) -> list[Call]:
    writer = context.writer
    gateway = writer.gateway if isinstance(writer, ModelWriter) else None
    last = [dict(item) for item in before(state).calls]
    return planned(seen, context.portfolio, last=last, gateway=gateway)


def before(state: ChatState) -> Before:
    """What the last answer of the thread was about."""
    if "before" in state:
        return Before.read(state["before"])
    return Before(tuple(json.loads(state.get("calls") or "[]")))


def run_tools(state: ChatState, runtime: Runtime[ChatContext]) -> ChatState:
    """Run the calls, one after the other; where rules word the answer, each one's sentences are told at once."""
    context, language = runtime.context, state["language"]
    desk, chosen = context.desk(language), json.loads(state["calls"])
    results: list[sentences.Result] = []
    found = gathered([], [], language)
    for call in chosen:
        results.append(calls.run(call, desk))
        found = gathered(chosen, results, language)
        if context.writer.identity == "rules" and found.answered:
            context.aloud.claims(found.sure, context.portfolio.currency, language)
    return {**_found(found, context.as_of), "before": about(chosen, found.claims).written()}


def settle(state: ChatState, runtime: Runtime[ChatContext]) -> ChatState:
    """Have the effect of a decision, once, and what came of it told."""
    context = runtime.context
    pending = pending_of(state["shown"])
    decision = Decision(*json.loads(state["decision"]))
    language = state.get("asked_language") or decisions.language_of(state["question"], state["language"])
    context.aloud.understood(language)
    assert context.once is not None
    result = context.once(pending, decision, lambda: _effect(context, state["shown"], decision))
    call = {"name": "decide", "arguments": {"kind": pending.kind, "ref": pending.ref, "decision": decision.decision}}
    found = gathered([call], [result], language)
    return {
        **_found(found, context.as_of),
        "language": language,
        "calls": json.dumps([call], ensure_ascii=False),
        "decision": "",
    }


def _effect(context: ChatContext, raw: str, decision: Decision) -> sentences.Result:
    """The draft is decided about on the day it was made for."""
    pending, day = pending_of(raw), json.loads(raw)["as_of"]
    decider = decisions.DECIDERS[pending.kind]
    portfolio = context.assistant.portfolio(context.portfolio.snapshot, as_of=date.fromisoformat(day) if day else None)
    return calls.told(lambda: decider(context.assistant, portfolio, pending.ref, decision.decision, decision.text))


def _found(found: Gathered, as_of: date | None) -> ChatState:
    waits = "" if found.pending is None else shown(found.pending, as_of)
    state: ChatState = {
        "claims": encode(found.claims).decode(),
        "cards": list(found.cards),
        "refused": None if found.refused is None else {"en": found.refused.en, "ru": found.refused.ru},
        "pending": waits,
    }
    return {**state, "shown": waits} if waits else state


def write(state: ChatState, runtime: Runtime[ChatContext]) -> ChatState:
    """Word the claims; a refusal is always worded by rules, and so is how to decide about a draft."""
    context, language = runtime.context, state["language"]
    claims, refused = _claims(state), state["refused"]
    if refused is not None or not claims:
        section = _refusal(claims, refused, context.portfolio.currency, language)
    else:
        writer = RulesWriter() if state["pending"] else context.writer  # a draft is shown as it will be sent
        section = writer.say(claims, currency=context.portfolio.currency, language=language, question=state["question"])
    return {"draft": section.draft, "written_by": section.written_by}


def check(state: ChatState, runtime: Runtime[ChatContext]) -> ChatState:
    """The last look at the text as shown: a number outside every span puts the rules' text in the model's place."""
    context, language, claims = runtime.context, state["language"], _claims(state)
    currency, draft, by = context.portfolio.currency, state["draft"], state["written_by"]
    if by == "model":
        shown = numbered(claims, currency).fill(draft, language)
        own = [text for claim in claims for text in (claim.text.en, claim.text.ru)]
        if guard.final_scan(shown, language, own=own):
            plain = RulesWriter().say(claims, currency=currency, language=language, question=state["question"])
            draft, by = plain.draft, "rules (draft rejected)"
    if state["pending"]:
        how = decisions.how_to(pending_of(state["pending"]), paused=context.once is not None)
        draft = f"{draft} {how[language]}"
    context.aloud.draft(draft, claims, currency, language)
    return {"draft": draft, "written_by": by}


def pause(state: ChatState, runtime: Runtime[ChatContext]) -> ChatState:
    """Wait for the user where something waits for a decision; what resumes it begins the next turn."""
    if runtime.context.once is None or not state.get("pending"):
        return {}
    said: ChatState = interrupt(json.loads(state["pending"]))
    return said if said["decision"] else {"pending": "", "decision": ""}


def _claims(state: ChatState) -> tuple[Claim, ...]:
    found: tuple[Claim, ...] = decode("claims", state["claims"])
    return found


def _refusal(
    claims: tuple[Claim, ...], refused: Mapping[str, str] | None, currency: str, language: Language
) -> Section:
    register = numbered(claims, currency)
    told = " ".join(register.draft(claim, language) for claim in claims)
    return Section(told or (refused or {})[language])


def answer_of(state: Mapping[str, Any], portfolio: "Portfolio", usage: Usage | None = None) -> Answer:
    """The answer that a finished (or waiting) state holds, with what a model was used for."""
    refused = state["refused"]
    claims: tuple[Claim, ...] = decode("claims", state["claims"])
    return Answer(
        question=state["question"],
        language=state["language"],
        claims=claims,
        section=Section(state["draft"], state["written_by"]),
        currency=portfolio.currency,
        cards=tuple(state["cards"]),
        tools=tuple(json.loads(state["calls"])),
        refused=None if refused is None else Text(**refused),
        pending=pending_of(state["pending"]) if state.get("pending") else None,
        usage=usage,
    )
