"""One generic node for all seven steps: compute, advise, write once."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agent.recommend import advised
from agent.state import Context, Event, State
from tools.document import Step
from tools.render import Register
from tools.text import Text

if TYPE_CHECKING:
    from tools.audit import StepSpec

#: Steps that ask the user where a person is present and has given no answers; the key is also that of the answers.
ASKING = frozenset({"culture"})
NOT_CHOSEN = Text("not chosen for this run", "не выбран для этого запуска")
Node = Callable[[State, Runtime[Context]], State]


def step_node(spec: "StepSpec") -> Node:
    """The node of a step; a step whose file is on disk is taken from there, never computed again."""

    def node(state: State, runtime: Runtime[Context]) -> State:
        context = runtime.context
        stored = context.store.finished(spec.key)
        if stored is None:
            answers = _answers(spec, context)
            step = _computed(spec, context, answers)
            stored = context.store.finish(spec.key, "step", step, status=step.status)
            context.tell(Event("finished", spec.key, step.status, _shown(step, context)))
        return {"steps": {spec.key: stored}}

    node.__name__ = f"step_{spec.key}"
    return node


def _answers(spec: "StepSpec", context: Context) -> Mapping[str, object]:
    """The answers of the run, and those of the person at an interrupt; nothing with an effect stands before it."""
    if (
        not context.interactive
        or spec.key not in ASKING
        or spec.key in context.answers
        or spec.key not in context.steps
    ):
        return context.answers
    reply: Any = interrupt({"step": spec.key, "question": {"en": spec.question.en, "ru": spec.question.ru}})
    return {**context.answers, spec.key: reply["answers"]} if reply["answers"] else context.answers


def _computed(spec: "StepSpec", context: Context, answers: Mapping[str, object]) -> Step:
    if spec.key not in context.steps:
        return Step(spec.key, spec.title, spec.question, "skipped", NOT_CHOSEN, (), (), ())
    context.store.note("started", step=spec.key)
    context.tell(Event("started", spec.key, text=spec.title))
    return advised(context.work(spec, context.portfolio, answers), portfolio=context.portfolio, adviser=context.adviser)


def _shown(step: Step, context: Context) -> Text:
    """The rules' text of a step, to be shown at once."""
    claims = (*step.claims, *(claim for finding in step.findings for claim in finding.claims))
    register = Register(context.portfolio.currency)
    told = Text(
        *(" ".join(register.say(claim, lang).text for claim in claims) or step.title[lang] for lang in ("en", "ru"))
    )
    return told if step.reason is None else Text(f"{told.en} {step.reason.en}", f"{told.ru} {step.reason.ru}")
