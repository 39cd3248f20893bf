"""Runs of the audit: what one is asked for, how it is begun or gone on with, and what it left."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.library import code_fingerprint
from agent.memory import RunStore, canonical, digest
from agent.nodes.summary import RESULT, stored_audit
from agent.nodes.wording import telling_name
from agent.state import Context, Event, computed
from tools.capacity import capacity
from tools.document import Audit, Telling
from tools.errors import OpenQuestion, UnknownName
from tools.text import Language, Text

if TYPE_CHECKING:
    from agent.assistant import Assistant
    from agent.recommend import Adviser
    from agent.writer import Writer
    from tools.portfolio import Portfolio

Order = Mapping[str, Any]
Reply = tuple[Mapping[str, Any] | None]
WAITING = Text(
    "Another process is making this very audit; waiting for it.",
    "Этот же аудит сейчас считает другой процесс; ждём его.",
)
GOING_ON = Text("An unfinished run was found; going on from there.", "Найден незаконченный запуск; продолжаем его.")
UNANSWERED = Text(
    "The culture questionnaire waits for answers; give them, or go on without that step.",
    "Анкета о культуре ждёт ответов; ответьте или продолжите без этого шага.",
)


class AuditPaused(OpenQuestion):
    """An interactive run waits for the answers to a questionnaire; `Assistant.resume` goes on."""

    def __init__(self, run: str, step: str) -> None:
        super().__init__(UNANSWERED)
        self.run, self.step = run, step


def order(
    portfolio: "Portfolio",
    *,
    steps: Sequence[str] | None,
    answers: Mapping[str, object],
    language: Language,
    interactive: bool,
) -> Order:
    """Everything a run depends on; its hash is the run's id. A capacity that cannot be read is refused here."""
    capacity(answers.get("capacity"), portfolio.policy)
    return {
        "snapshot": portfolio.snapshot,
        "as_of": portfolio.as_of.isoformat() if portfolio.as_of else None,
        "profile": portfolio.profile_key,
        "policy": {"name": portfolio.policy.name, "values": dict(portfolio.policy.values)},
        "answers": dict(answers),
        "language": language,
        "steps": list(_chosen(steps)),
        "interactive": interactive,
        "code": code_fingerprint(),
    }


def run_id(order: Order) -> str:
    """The id of a run: the hash of everything it depends on."""
    return digest(canonical(order))[:16]


def known(store: RunStore) -> Order:
    """What an existing run was asked for."""
    if not store.exists:
        raise UnknownName(Text("audit", "аудит"), store.run, [])
    return store.identity


def portfolio_of(order: Order, assistant: "Assistant") -> "Portfolio":
    """The portfolio an existing run was asked of."""
    from agent import interview
    from tools.policy import Policy

    if order.get("interview"):
        return interview.portfolio_of(order)

    day = date.fromisoformat(order["as_of"]) if order["as_of"] else None
    policy = Policy(order["policy"]["values"], order["policy"]["name"])
    return assistant.portfolio(
        order["snapshot"], as_of=day, profile=order["profile"], policy=policy, answers=order["answers"]
    )


def context(
    order: Order,
    run: str,
    *,
    portfolio: "Portfolio",
    store: RunStore,
    adviser: "Adviser",
    writer: "Writer",
    on_event: Callable[[Event], None] | None,
) -> Context:
    """The live objects of a run."""
    from agent import interview

    told = bool(order.get("interview"))
    return Context(
        run=run,
        portfolio=portfolio,
        store=store,
        adviser=adviser,
        writer=writer,
        language=order["language"],
        steps=tuple(order["steps"]),
        answers=order["answers"],
        interactive=order["interactive"],
        on_event=on_event,
        work=interview.told if told else computed,
        interview=told,
    )


def finished(order: Order, context: Context, *, state_path: Path, reply: Reply | None) -> tuple[Audit, Telling]:
    """The audit and its telling: stored ones, or made now from where the run stopped."""
    store = context.store
    with store.locked(lambda: context.tell(Event("notice", text=WAITING))):
        found = result(store, context.writer.identity)
        if found is None or (found[1].notice is not None and context.writer.identity != "rules"):
            if found is not None:
                store.forget(telling_name(context.writer.identity))
            _run(order, context, state_path=state_path, reply=reply, again=found is not None)
            found = result(store, context.writer.identity)
        if not any(row["event"] == "done" for row in store.events()):
            store.note("done")
    assert found is not None
    return found


def result(store: RunStore, writer: str) -> tuple[Audit, Telling] | None:
    """The stored audit and telling of a finished run, or None."""
    if store.finished(RESULT) is None or store.finished(telling_name(writer)) is None:
        return None
    audit = stored_audit(store)
    assert audit is not None
    return audit, store.part(telling_name(writer))


def _run(order: Order, context: Context, *, state_path: Path, reply: Reply | None, again: bool) -> None:
    from agent.graph import audit_graph
    from agent.saver import saver_at

    store = context.store
    new = store.begin(order)
    context.tell(Event("run", text=None, status=context.run))
    if not new:
        store.note("resumed")
        context.tell(Event("resumed", text=GOING_ON))
    with saver_at(state_path) as saver:
        graph = audit_graph(saver)
        thread = _thread(context)
        config = {"configurable": {"thread_id": thread}}
        begun = graph.get_state(config)
        whole = all(store.holds(key) for key in begun.values.get("steps", {}).values())
        if again or not whole or (begun.created_at is not None and not begun.next):
            saver.delete_thread(thread)
            begun = graph.get_state(config)
        start: Any = {"run": context.run} if begun.created_at is None else _going_on(begun, reply)
        for update in graph.stream(start, config, context=context, stream_mode="updates", durability="sync"):
            if "__interrupt__" in update:
                asked = update["__interrupt__"][0].value
                context.tell(Event("question", asked["step"], text=Text(**asked["question"])))
                raise AuditPaused(context.run, asked["step"])


def _going_on(begun: Any, reply: Reply | None) -> Any:
    from langgraph.types import Command

    waiting = any(task.interrupts for task in begun.tasks)
    return Command(resume={"answers": reply[0] or {}}) if waiting and reply is not None else None


def _thread(context: Context) -> str:
    """The run's id; a model's wording of the same run has a thread of its own."""
    from agent.memory import digest

    identity = context.writer.identity
    return context.run if identity == "rules" else f"{context.run}-{digest(canonical(identity))[:8]}"


def _chosen(steps: Sequence[str] | None) -> tuple[str, ...]:
    from tools.audit import STEPS

    known_steps = [spec.key for spec in STEPS]
    for key in steps or ():
        if key not in known_steps:
            raise UnknownName(Text("step", "шаг"), key, known_steps)
    return tuple(key for key in known_steps if steps is None or key in steps)
