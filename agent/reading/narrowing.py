"""Which clients a question is about, and whether it asks for the first of them: words of a manager as a filter."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agent.reading import plans, values
from agent.reading.bounds import bounds
from agent.reading.counted import change_asked
from agent.reading.order import order, rankable
from agent.reading.tenure import since_when
from agent.reading.understand import Understood, segments_in
from tools.errors import UserError

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: Shapes of words that say how clients are doing, each with its condition and the metric that it speaks of.
STATES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(
            r"(?:пада\w+|снижа\w+|ухудша\w+|упал\w*|снизил\w*) (?:\w+ )?здоровь|здоровь\w* (?:\w+ )?(?:пада|сниж|ухудш|упал)|"
            r"(?:falling|declining|worsening|dropping) (?:client |customer )?health|health (?:\w+ )?(?:fell|fall|declin|worsen|drop)"
        ),
        "chs_change < 0",
        "chs",
    ),
    (
        re.compile(r"без просроч|no overdue|without overdue"),
        "overdue = 0",
        "overdue",
    ),
    (
        re.compile(
            r"с просроченной оплат|(?<!что )(?<!дела )(?<!обстоят )с просрочк|with overdue|(?:who|that) (?:are|is) overdue"
        ),
        "overdue > 0",
        "overdue",
    ),
)


def narrowed(
    seen: Understood, portfolio: "Portfolio", *, about: str | None = None
) -> tuple[dict[str, Any], frozenset[str]]:
    """Arguments ``where``, ``top`` and ``bottom`` that the question asks for, and the metrics that only narrow it down.

    ``about`` is the figure asked for, where it is known: whether the worst of it is high or low.
    """
    plain = seen.plain
    moved = change_asked(plain) is not None
    found = [(condition, key) for pattern, condition, key in STATES if pattern.search(plain) and not moved]
    found += bounds(seen)
    spoken = frozenset(key for _condition, key in found)
    named = [key for key in seen.metrics if key not in spoken]
    ranked = about or rankable(seen, named)
    ordered = order(seen, [ranked] if ranked else named, known=about is not None)
    conditions = [
        *values.conditions(seen, portfolio),
        *since_when(plain, portfolio)[0],
        *dict.fromkeys(condition for condition, _key in found),
    ]
    left = {*segments_in(values.left_out(plain)), *(("at_risk",) if "churn_risk" in spoken else ())}
    kept = [key for key in seen.segments if key not in left]
    if kept and (ordered or conditions):
        conditions.insert(0, f"segment = {kept[0]}" if len(kept) == 1 else f"segment in ({', '.join(kept)})")
    where = {"where": _canonical(" and ".join(conditions))} if conditions else {}
    return {**where, **ordered}, spoken


def plan_alone(seen: Understood, part: Mapping[str, Any], portfolio: "Portfolio") -> dict[str, Any]:
    """The filter of the plan that a question names without saying that it is one: «Сколько у нас клиентов Про?»."""
    named = list(dict.fromkeys(item.plan for item in plans.named(seen.question, portfolio)))
    return {"where": plan_filter(named[0])} if len(named) == 1 and "where" not in part else {}


def plan_filter(name: str) -> str:
    """The canonical filter of the clients of a plan."""
    return _canonical(f'plan = "{name}"')


def _canonical(text: str) -> str:
    from tools.filters import parse

    return str(parse(text))


def condition(given: Any) -> str | None:
    """The canonical text of a filter that a model wrote, or None where it is not one."""
    try:
        return _canonical(given) if isinstance(given, str) and given.strip() else None
    except UserError:
        return None
