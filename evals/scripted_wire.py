"""The wire of the scripted model: requests as the protocol has them, answers whole, streamed or broken on purpose."""

import json
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.scripted_llm import ScriptedLLM

#: Everything that may go wrong on the wire or in what a model sends.
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
    "slow",
    "stall",
    "no_choices",
    "malformed_args",
    "unknown_tool",
    "duplicate_call",
    "tool_loop",
    "huge",
    "non_utf8",
    "other_model",
    "no_tools",
    "no_counts",
)
#: Faults that are answered by a status: the status, the code and the sentence of the error, and further headers.
STATUSES: dict[str, tuple[int, str, str, dict[str, str]]] = {
    "400": (400, "invalid_request_error", "the request is malformed", {}),
    "401": (401, "invalid_api_key", "incorrect API key provided", {}),
    "429": (429, "rate_limit_exceeded", "scripted fault", {"Retry-After": "1"}),
    "429_once": (429, "rate_limit_exceeded", "scripted fault", {"Retry-After": "1"}),
    "500": (500, "server_error", "scripted fault", {}),
    "502": (502, "server_error", "bad gateway", {}),
    "503": (503, "server_error", "overloaded", {}),
    "overflow": (400, "context_length_exceeded", "this model's maximum context length was exceeded", {}),
    "wrong_model": (404, "model_not_found", "the model does not exist", {}),
}
HUGE = "A" * 2**20
WRONG_PLANS = {
    "malformed_args": [("metric", '{"key": "nrr"')],
    "unknown_tool": [("drop_tables", "{}")],
    "duplicate_call": [("metric", '{"key": "arpa"}')] * 5,
    "tool_loop": [("metric", '{"key": "arpa"}'), ("again", "{}"), ("metric", '{"key": "no_such"}')],
}
REFUSED = {"no_schema": "response_format", "no_tools": "tools", "no_counts": "stream_options"}
CUT = ("truncated", "disconnect")


def handler(outer: "ScriptedLLM") -> type[BaseHTTPRequestHandler]:
    """The request handler of a scripted server."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            model = {"id": "scripted", "object": "model", "owned_by": "tests"}
            self._json(200, {"object": "list", "data": [model]})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            body = json.loads(raw)
            outer.requests.append(body)
            outer.headers.append({name.lower(): given for name, given in self.headers.items()})
            if self._fault(body):
                return
            try:
                if body.get("stream"):
                    self._stream(outer.text(body), counts="stream_options" in body)
                else:
                    self._whole(outer.text(body), outer.tool_calls(body))
            except (BrokenPipeError, ConnectionResetError):
                outer.left.set()

        def _fault(self, body: dict[str, Any]) -> bool:
            script = outer.script
            if script in ("hang", "slow"):
                outer.stopped.wait(60)
            elif script in STATUSES and not (script == "429_once" and len(outer.requests) > 1):
                status, code, message, headers = STATUSES[script]
                self._json(status, {"error": {"message": message, "type": code, "code": code}}, headers)
            elif REFUSED.get(script) in body:
                message = f"{REFUSED[script]} is not supported"
                self._json(400, {"error": {"message": message, "type": "invalid_request_error"}})
            else:
                return False
            return True

        def _json(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
            raw = json.dumps(value).encode()
            if outer.script == "corrupt":
                raw = b"{not json" + raw
            if outer.script == "non_utf8":
                raw = raw.replace(b"assistant", b"\xff\xfe\xc3")
            self.send_response(status)
            for name, given in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, given)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw[: len(raw) // 2] if outer.script in (*CUT, "stall") else raw)
            self.wfile.flush()
            if outer.script == "stall":
                outer.stopped.wait(60)

        def _whole(self, text: str, calls: list[dict[str, Any]]) -> None:
            said = {"content": None, "tool_calls": calls} if calls else {"content": text}
            reason = "length" if outer.script == "length" else "tool_calls" if calls else "stop"
            choice = {"index": 0, "message": {"role": "assistant", **said}, "finish_reason": reason}
            whole = self._head("chat.completion", [choice])
            self._json(200, {**whole, "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}})

        def _head(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
            model = "another-model" if outer.script == "other_model" else "scripted"
            shown = [] if outer.script == "no_choices" else choices
            return {"id": "x", "object": kind, "created": 0, "model": model, "choices": shown}

        def _stream(self, text: str, *, counts: bool) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            size = 4096 if outer.script == "huge" else 40
            pieces = [text[start : start + size] for start in range(0, len(text), size)]
            self._event({"role": "assistant", "content": ""})
            for place, piece in enumerate(pieces):
                if outer.script in (*CUT, "stall") and place >= len(pieces) // 2:
                    if outer.script == "stall":
                        outer.stopped.wait(60)
                    return
                if outer.script == "corrupt" and place == len(pieces) // 2:
                    self.wfile.write(b"data: {not json\n\n")
                if outer.script == "non_utf8" and place == len(pieces) // 2:
                    self.wfile.write(b"data: \xff\xfe\xc3\n\n")
                if outer.script == "trickle":
                    outer.stopped.wait(0.5)
                self._event({"content": piece})
            self._event({}, finish="length" if outer.script == "length" else "stop")
            if counts:
                usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
                self._data({**self._head("chat.completion.chunk", []), "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")

        def _event(self, delta: dict[str, Any], finish: str | None = None) -> None:
            self._data(self._head("chat.completion.chunk", [{"index": 0, "delta": delta, "finish_reason": finish}]))

        def _data(self, chunk: dict[str, Any]) -> None:
            self.wfile.write(b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n")
            self.wfile.flush()

    return Handler
