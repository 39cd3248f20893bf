"""A model's plan: the tools, the nearest examples and the question go out; sound calls come back, or none.

A small model is not asked for a plan of its own: it chooses among the likeliest ones, and only where the examples do
not speak for one by themselves.
"""

import json
import string
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agent import toolbox
from agent.backends import Gateway, object_schema, parse_json
from agent.examples import Call
from agent.prompting import render
from agent.reading.understand import Understood
from agent.reading.words import SEGMENTS
from tools.errors import BackendError

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

EXAMPLES = 10
CANDIDATES, LOOKED_THROUGH = 5, 100
LONGEST_QUESTION = 500
OFF_TOPIC: Mapping[str, Any] = {"name": "refuse", "arguments": {"reason": "off_topic"}}
#: What stands in an example where a question names a client or a plan.
STAND_INS = {
    "ru": {"{account}": "Альфа", "{other}": "Бета", "{plan}": "Про"},
    "en": {"{account}": "Alpha", "{other}": "Beta", "{plan}": "Pro"},
}


def by_model(seen: Understood, portfolio: "Portfolio", gateway: Gateway) -> list[Call] | None:
    """The calls that a model chooses for a question, every one of them sound; None where it gives none."""
    mask = gateway.mask(portfolio)
    question = mask.hidden(seen.question[:LONGEST_QUESTION])
    try:
        if gateway.row.small:
            return _chosen(seen, question, gateway)
        prompt = plan_prompt(seen, question)
        plan = gateway.choose(prompt, tools=toolbox.native_tools(), schema=toolbox.plan_schema(), mask=mask)
    except BackendError:
        return None
    return toolbox.checked(plan, portfolio) or None


def plan_prompt(seen: Understood, question: str) -> str:
    """The prompt of a plan; what never changes stands first, so that a server can keep it."""
    from tools.audit import codes
    from tools.metrics import metrics

    return render(
        "plan",
        tools=toolbox.listed(),
        metrics="; ".join(f"{key} = {item.name.en}" for key, item in metrics().items()),
        segments=", ".join(SEGMENTS),
        codes=", ".join(sorted(codes())),
        examples="\n".join(_line(item["q"], item["call"]) for item in reversed(_near(seen, EXAMPLES))),
        language=seen.language,
        question=question,
    )


def choice_prompt(seen: Understood, question: str) -> tuple[str, Mapping[str, Mapping[str, Any]]]:
    """The prompt of a choice, and the call behind each letter; the last one is always that nothing answers."""
    from agent.planning.nearest import guesses, signature

    asked = {signature(item["call"]): item["q"] for item in reversed(_near(seen, LOOKED_THROUGH))}
    likely = [guess.call for guess in guesses(seen, CANDIDATES) if signature(guess.call) in asked]
    lines = [(_spoken(asked[signature(item)]), item) for item in likely if item != OFF_TOPIC]
    last = {"ru": "Какая завтра погода?", "en": "What will the weather be tomorrow?"}[seen.language]
    lettered = dict(zip(string.ascii_uppercase, [*lines, (last, OFF_TOPIC)], strict=False))
    shown = "\n".join(f"{letter}. {asked} -> {_named(item)}" for letter, (asked, item) in lettered.items())
    prompt = render("choose", candidates=shown, language=seen.language, question=question)
    return prompt, {letter: item for letter, (_, item) in lettered.items()}


def _chosen(seen: Understood, question: str, gateway: Gateway) -> list[Call] | None:
    from agent.planning.nearest import nearest

    sure = nearest(seen, sure=True)
    if sure is not None:
        return sure
    prompt, behind = choice_prompt(seen, question)
    schema = object_schema({"choice": {"type": "string", "enum": list(behind)}})
    letter = (parse_json(gateway.complete(prompt, schema=schema, tries=1)) or {}).get("choice")
    found = behind.get(letter) if isinstance(letter, str) else None
    return None if found is None else [{"name": found["name"], "arguments": dict(found.get("arguments") or {})}]


def _near(seen: Understood, most: int) -> list[Mapping[str, Any]]:
    """The nearest examples whose tools a model may call, best first."""
    from agent.planning.nearest import nearest_examples
    from agent.reading.names import masked

    known = toolbox.toolbox()
    found = nearest_examples(masked(seen.question, seen.mentions), most)
    return [item for item in found if item["call"]["name"] in known]


def _line(question: str, item: Any) -> str:
    call = toolbox.shown({"name": item["name"], "arguments": item.get("arguments") or {}})
    return _spoken(f"{question} -> {json.dumps({'calls': [call]}, ensure_ascii=False)}")


def _named(item: Mapping[str, Any]) -> str:
    """A call in a few words, for a small model."""
    from tools.metrics import metrics

    given = {name: value for name, value in (item.get("arguments") or {}).items() if name not in ("query", "id", "ids")}
    key = given.pop("key", None)
    named = f" {metrics()[key].name.en}" if key in metrics() else f" {key}" if key else ""
    rest = "".join(f" {', '.join(value) if isinstance(value, list) else value}" for value in given.values())
    return f"{item['name']}{named}{rest}"


def _spoken(question: str) -> str:
    russian = any("а" <= letter <= "я" for letter in question.lower())
    for slot, name in STAND_INS["ru" if russian else "en"].items():
        question = question.replace(slot, name)
    return question
