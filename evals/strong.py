"""A scripted strong model: the plan that the cases expect of a question, and claims worded as they stand."""

import json
from collections.abc import Mapping
from typing import Any

from evals.case import Pair, Wanted
from evals.plans import LOOKED_AT, UNSEEN, held_apart, pairs
from evals.scripted_llm import ScriptedLLM
from tools.text import LANGUAGES

#: What an expectation calls by another name than the tools of a model do.
WRITTEN = {"account": "client", "accounts": "clients"}
#: What rules fill in afterwards, and no model is asked for.
FILLED = frozenset({"tool", "query", "text", "change", "rows", "total", "names"})


class StrongLLM(ScriptedLLM):
    """Answers right: every question of the suites is planned as expected, whatever else it is asked is refused as off topic."""

    def __init__(self) -> None:
        super().__init__("honest")
        self.plans = plans()

    def text(self, body: dict[str, Any]) -> str:
        """The plan as JSON, or the wording."""
        if "Sections:\n" in body["messages"][-1]["content"]:
            return super().text(body)
        return json.dumps({"calls": self._calls(body)}, ensure_ascii=False)

    def tool_calls(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The plan as the model's own tool calls, where it was offered tools."""
        return [
            {
                "id": f"call_{place}",
                "type": "function",
                "function": {"name": item["name"], "arguments": json.dumps(item["arguments"], ensure_ascii=False)},
            }
            for place, item in enumerate(self._calls(body) if body.get("tools") else [])
        ]

    def _calls(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        question = body["messages"][-1]["content"].rpartition("<<<\n")[2].partition("\n>>>")[0]
        off_topic = [{"name": "refuse", "arguments": {"reason": "off_topic"}}]
        return self.plans.get(question, off_topic)


def plans() -> Mapping[str, list[dict[str, Any]]]:
    """By question, the calls that a model should send."""
    known: list[Pair] = [pair for _, pair in held_apart(LOOKED_AT, *UNSEEN)]
    known += pairs("names_periods")
    return {
        pair.question(language): [_sent(item) for item in pair.options[0]] for pair in known for language in LANGUAGES
    }


def _sent(wanted: Wanted) -> dict[str, Any]:
    name = wanted["tool"]
    given = {
        "term" if name == "define" and key == "key" else WRITTEN.get(key, key): value
        for key, value in wanted.items()
        if key not in FILLED and value is not None
    }
    return {"name": name, "arguments": given}
