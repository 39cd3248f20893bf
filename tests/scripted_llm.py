"""A scripted model behind the real protocol: ``/v1/chat/completions`` (streamed or not) and ``/v1/models``.

``with ScriptedLLM("honest") as server: Settings(llm_base_url=server.url)``. Scripts are functions of the prompt, faults
of the wire are names. Standard library only.
"""

import json
import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

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
FAULTS = (
    "hang",
    "500",
    "429",
    "429_once",
    "truncated",
    "empty",
    "corrupt",
    "length",
    "disconnect",
    "no_schema",
    "trickle",
)


class ScriptedLLM:
    """A server in a thread; ``requests`` holds every request body it got."""

    def __init__(self, script: str, *, plan: str | None = None) -> None:
        self.script = script
        self.plan = plan
        self.requests: list[dict[str, Any]] = []
        self.stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The base address to set as ``CVM_LLM_BASE_URL``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> "ScriptedLLM":
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
        if "Sections:\n" not in prompt:
            return self.plan if self.plan is not None else garbage({})
        sections = json.loads(prompt.split("Sections:\n", 1)[1])
        return SCRIPTS.get(self.script, honest)(sections)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                self._json(
                    200, {"object": "list", "data": [{"id": "scripted", "object": "model", "owned_by": "tests"}]}
                )

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(body)
                if not self._fault(body):
                    text = "" if outer.script == "empty" else outer.text(body)
                    self._stream(text) if body.get("stream") else self._whole(text)

            def _fault(self, body: dict[str, Any]) -> bool:
                script = outer.script
                if script == "hang":
                    outer.stopped.wait(60)
                    return True
                if script in ("500", "429") or (script == "429_once" and len(outer.requests) == 1):
                    status = int(script[:3])
                    self._json(status, {"error": {"message": "scripted fault", "type": "server_error", "code": None}})
                    return True
                if script == "no_schema" and "response_format" in body:
                    self._json(
                        400, {"error": {"message": "response_format is not supported", "type": "invalid_request_error"}}
                    )
                    return True
                return False

            def _json(self, status: int, value: object) -> None:
                raw = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def _whole(self, text: str) -> None:
                message = {"role": "assistant", "content": text}
                usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                self._json(
                    200,
                    {
                        "id": "x",
                        "object": "chat.completion",
                        "created": 0,
                        "model": "scripted",
                        "choices": [choice],
                        "usage": usage,
                    },
                )

            def _stream(self, text: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                self.close_connection = True
                try:
                    self._chunks(text)
                except (BrokenPipeError, ConnectionResetError):
                    return

            def _chunks(self, text: str) -> None:
                pieces = [text[start : start + 40] for start in range(0, len(text), 40)]
                self._event({"role": "assistant", "content": ""})
                for place, piece in enumerate(pieces):
                    if outer.script in ("truncated", "disconnect") and place >= len(pieces) // 2:
                        return
                    if outer.script == "corrupt" and place == 2:
                        self.wfile.write(b"data: {not json\n\n")
                    if outer.script == "trickle":
                        outer.stopped.wait(0.5)
                    self._event({"content": piece})
                self._event({}, finish="length" if outer.script == "length" else "stop")
                self.wfile.write(b"data: [DONE]\n\n")

            def _event(self, delta: dict[str, Any], finish: str | None = None) -> None:
                choice = {"index": 0, "delta": delta, "finish_reason": finish}
                chunk = {
                    "id": "x",
                    "object": "chat.completion.chunk",
                    "created": 0,
                    "model": "scripted",
                    "choices": [choice],
                }
                self.wfile.write(b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n")
                self.wfile.flush()

        return Handler


def sorted_claims(claims: list[dict[str, Any]]) -> list[str]:
    """The claims' sentences, urgent ones first."""
    return [claim["claim"] for claim in sorted(claims, key=lambda claim: not claim.get("urgent", False))]


def _reply(sections: Sections, wording: Callable[[list[dict[str, Any]]], str]) -> str:
    return json.dumps({"sections": {key: wording(claims) for key, claims in sections.items()}}, ensure_ascii=False)


def _in_words(claims: list[dict[str, Any]]) -> str:
    russian = any("а" <= letter <= "я" for claim in claims for letter in claim["claim"].lower())
    return "Это вдвое лучше." if russian else "That is twice the plan."


def main() -> None:
    """Serve one script until interrupted: ``python -m tests.scripted_llm honest``."""
    import sys

    with ScriptedLLM(sys.argv[1]) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
