"""The last node: the audit as one document, written once; its steps stay in their own files."""

from collections.abc import Mapping
from dataclasses import replace

from langgraph.runtime import Runtime

from agent import interview
from agent import summary as rules
from agent.memory import RunStore
from agent.state import Context, Event, State
from tools import checks
from tools.capacity import capacity
from tools.document import Audit
from tools.next_hours import next_hours, trials
from tools.plan import actions, assumption

RESULT = "audit"


def summary(state: State, runtime: Runtime[Context]) -> State:
    """The hash of the result."""
    context = runtime.context
    stored = context.store.finished(RESULT)
    if stored is None:
        stored = context.store.finish(RESULT, "audit", replace(assembled(state, context), steps=()))
    context.tell(Event("done"))
    return {"result": stored}


def stored_audit(store: RunStore) -> Audit | None:
    """The audit of a finished run with its steps, or None."""
    from tools.audit import STEPS

    audit: Audit | None = store.part(RESULT)
    return None if audit is None else replace(audit, steps=tuple(store.part(spec.key) for spec in STEPS))


def assembled(state: State, context: Context) -> Audit:
    """The audit out of the finished steps as they stand on disk: the same bytes give the same audit."""
    from tools.audit import STEPS

    portfolio = context.portfolio
    steps = tuple(context.store.read(state["steps"][spec.key]) for spec in STEPS)
    recommendations = [item for step in steps for item in step.recommendations]
    given = context.answers.get("capacity")
    team = capacity(given, portfolio.policy)
    return Audit(
        run=context.run,
        snapshot=portfolio.snapshot,
        currency=portfolio.currency,
        as_of=portfolio.as_of,
        profile=portfolio.profile,
        control_totals=portfolio.manifest.control_totals,
        problems=checks.problems(portfolio),
        steps=steps,
        summary=rules.summary(steps),
        plan=rules.plan(recommendations, actions(recommendations, portfolio, team), portfolio),
        mistakes=interview.mistakes(steps) if context.interview else rules.mistakes(steps),
        source=portfolio.manifest.source,
        next_hours=next_hours(steps, recommendations, portfolio),
        trials=trials(recommendations, portfolio),
        capacity=assumption(portfolio, team) if recommendations else None,
        capacity_stated=given if isinstance(given, Mapping) else None,
        interview=context.interview,
        answers={key: value for key, value in context.answers.items() if key != "capacity"} or None,
    )
