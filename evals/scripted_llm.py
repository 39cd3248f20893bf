"""A scripted model behind the real protocol: ``/v1/chat/completions`` (streamed or not) and ``/v1/models``.

``with ScriptedLLM("honest") as server: Settings(llm_base_url=server.url)``. Scripts are functions of the prompt, faults
of the wire are names. Standard library only.
"""

import json
import re
import threading
import time
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from evals.scripted_wire import HUGE, WRONG_PLANS, handler

Sections = dict[str, list[dict[str, Any]]]
TOKEN = re.compile(r"\[\[[FDA]\d+\]\]")


def honest(sections: Sections) -> str:
    """The claims as they stand, urgent ones first."""
    return _reply(sections, lambda claims: " ".join(sorted_claims(claims)))


def digit(sections: Sections) -> str:
    """Types a number of its own."""
    return _reply(sections, lambda claims: " ".join(sorted_claims(claims)) + " 108.")


def number_word(sections: Sections) -> str:
    """Writes a number in words, in the language of the claims."""
    return _reply(sections, lambda claims: " ".join([*sorted_claims(claims), _in_words(claims)]))


def unknown_id(sections: Sections) -> str:
    """Uses a token that it was not given."""
    return _reply(sections, lambda claims: " ".join(sorted_claims(claims)) + " [[F9999]].")


def swap(sections: Sections) -> str:
    """Swaps the first two tokens of every section."""

    def swapped(claims: list[dict[str, Any]]) -> str:
        text = " ".join(sorted_claims(claims))
        tokens = list(dict.fromkeys(TOKEN.findall(text)))[:2]
        return (
            text
            if len(tokens) < 2
            else text.replace(tokens[0], "\0").replace(tokens[1], tokens[0]).replace("\0", tokens[1])
        )

    return _reply(sections, swapped)


def html(sections: Sections) -> str:
    """Sends markup and a remote image."""
    return _reply(
        sections, lambda c: " ".join(sorted_claims(c)) + " <script>alert()</script> ![x](https://evil.example/x.png)"
    )


def fenced(sections: Sections) -> str:
    """Honest, in a Markdown fence with chatter around it."""
    return "Here you are:\n```json\n" + honest(sections) + "\n```\nHope this helps!"


def garbage(sections: Sections) -> str:
    """No JSON at all."""
    return "I am sorry, I cannot do that."


SCRIPTS: dict[str, Callable[[Sections], str]] = {
    script.__name__: script for script in (honest, digit, number_word, unknown_id, swap, html, fenced, garbage)
}


class ScriptedLLM:
    """A server in a thread; ``requests`` and ``headers`` hold what it got, ``left`` is set when a client went away."""

    def __init__(self, script: str, *, plan: str | None = None) -> None:
        self.script = script
        self.plan = plan
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.left = threading.Event()
        self.stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The base address to set as ``CVM_LLM_BASE_URL``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def text(self, body: dict[str, Any]) -> str:
        """What the model says to a request."""
        prompt = body["messages"][-1]["content"]
        if self.script in ("empty", "huge"):
            return HUGE if self.script == "huge" else ""
        if self.script in WRONG_PLANS:
            calls = ", ".join(f'{{"name": "{name}", "arguments": {given}}}' for name, given in WRONG_PLANS[self.script])
            return f'{{"calls": [{calls}]}}'
        if "Sections:\n" not in prompt:
            plan = self.plan if self.plan is not None else garbage({})
            return f"Sure:\n```json\n{plan}\n```\nDone." if self.script == "fenced" else plan
        sections = json.loads(prompt.split("Sections:\n", 1)[1])
        return SCRIPTS.get(self.script, honest)(sections)

    def tool_calls(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The model's own tool calls where it was offered tools: those of its plan, or wrong ones."""
        if not body.get("tools") or self.script in ("empty", "huge"):
            return []
        given = WRONG_PLANS.get(self.script) or _calls_of(self.plan)
        return [
            {"id": f"call_{place}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for place, (name, arguments) in enumerate(given)
        ]


def sorted_claims(claims: list[dict[str, Any]]) -> list[str]:
    """The claims' sentences, urgent ones first."""
    return [claim["claim"] for claim in sorted(claims, key=lambda claim: not claim.get("urgent", False))]


def _reply(sections: Sections, wording: Callable[[list[dict[str, Any]]], str]) -> str:
    return json.dumps({"sections": {key: wording(claims) for key, claims in sections.items()}}, ensure_ascii=False)


def _calls_of(plan: str | None) -> list[tuple[str, str]]:
    """The tool calls of a plan, as an endpoint sends them: names with arguments as text; none where it is no plan."""
    try:
        calls = json.loads(plan or "")["calls"]
        return [(item["name"], json.dumps(item["arguments"], ensure_ascii=False)) for item in calls]
    except (ValueError, KeyError, TypeError):
        return []


def _in_words(claims: list[dict[str, Any]]) -> str:
    russian = any("а" <= letter <= "я" for claim in claims for letter in claim["claim"].lower())
    return "Это вдвое лучше." if russian else "That is twice the plan."


def main() -> None:
    """Serve one script until interrupted: ``python -m evals.scripted_llm honest``."""
    import sys

    with ScriptedLLM(sys.argv[1]) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
