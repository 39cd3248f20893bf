"""What a relay costs: the product's event stream beside a plain one, and its gateway beside a plain reading of a model."""

import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

from agent.state import ChatEvent
from evals.bench.races import OURS, Race
from tools.document import Answer, Section

PIECES, RUNS = 200, 30
FIRST_MS, PIECE_MS = 5.0, 0.1
#: Makes the response that tells the events of a piece of work, which goes by a name, as the product's server does.
Work = Callable[[Callable[[ChatEvent], None] | None], Answer]
Stream = Callable[[str, Work], Awaitable[Any]]
Seen = tuple[float, float]


def run_relay(home: Path, stream: Stream) -> list[Race]:
    """Milliseconds that the stream adds to the first piece and to each, and the gateway to each token; medians."""
    with _served(stream) as url, httpx2.Client(trust_env=False) as client:
        gateway = _gateway(home, url)
        ways: dict[str, Callable[[], Seen]] = {
            "plain": lambda: _read(client.stream("GET", f"{url}/plain")),
            OURS: lambda: _read(client.stream("GET", f"{url}/stream")),
            "plain reading": lambda: _read(client.stream("POST", f"{url}/v1/chat/completions")),
            "gateway": lambda: _asked(gateway),
        }
        for way in ways.values():
            way()
        runs = [{name: way() for name, way in ways.items()} for _ in range(RUNS)]
    first = {name: float(np.median([run[name][0] for run in runs])) for name in ways}
    whole = {name: float(np.median([run[name][1] for run in runs])) for name in ways}
    begun = 1000 * (first[OURS] - first["plain"])
    each = 1000 * (whole[OURS] - first[OURS] - whole["plain"] + first["plain"]) / PIECES
    token = 1000 * (whole["gateway"] - whole["plain reading"]) / PIECES
    work, aim = f"SSE relay, {PIECES} pieces", f"<= {FIRST_MS:g} ms to the first, <= {PIECE_MS:g} ms a piece"
    said = f"+{begun:.1f} ms to the first piece, {each:+.3f} ms a piece"
    return [
        Race(work, OURS, whole[OURS], None, None, aim, begun <= FIRST_MS and each <= PIECE_MS, said),
        Race(work, "plain relay", whole["plain"], None, None, "", None),
        Race(f"gateway, {PIECES} tokens", OURS, whole["gateway"], None, None, "", None, f"{token:+.3f} ms a token"),
        Race(f"gateway, {PIECES} tokens", "plain reading", whole["plain reading"], None, None, "", None),
    ]


def _read(opened: Any) -> Seen:
    """Seconds to the first piece of a stream and to its end."""
    began, first, seen = time.perf_counter(), 0.0, 0
    with opened as response:
        for line in response.iter_lines():
            if line.startswith("data: {"):
                json.loads(line[6:])
                seen += 1
                first = first or time.perf_counter() - began
    if seen < PIECES:
        raise RuntimeError(f"{seen} pieces of {PIECES} came")
    return first, time.perf_counter() - began


def _gateway(home: Path, url: str) -> Any:
    from agent.backends import Gateway
    from agent.settings import Settings

    return Gateway(Settings(home=home, llm="openai", llm_base_url=f"{url}/v1", llm_model="bench"))


def _asked(gateway: Any) -> Seen:
    from agent.models.json_replies import object_schema

    began = time.perf_counter()
    gateway.complete("bench", schema=object_schema({}))
    return 0.0, time.perf_counter() - began


def _event(number: int) -> ChatEvent:
    return ChatEvent(number, "sentence", json.dumps({"text": f"piece {number}", "spans": []}))


def _work(note: Callable[[ChatEvent], None] | None) -> Answer:
    assert note is not None
    for number in range(1, PIECES + 1):
        note(_event(number))
    return Answer("", "en", (), Section(""), "")


async def _plain() -> Any:
    for number in range(1, PIECES + 1):
        event = _event(number)
        yield f"id: {event.id}\nevent: {event.kind}\ndata: {event.data}\n\n".encode()


async def _tokens() -> Any:
    for number in range(PIECES + 1):
        over = number == PIECES
        choice = {"index": 0, "delta": {} if over else {"content": "word "}, "finish_reason": "stop" if over else None}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "bench", "choices": [choice]}
        yield f"data: {json.dumps(chunk)}\n\n".encode()
    yield b"data: [DONE]\n\n"


@contextmanager
def _served(stream: Stream) -> Iterator[str]:
    """The address of a server that tells the same pieces by the product's stream and plainly, and streams a model's tokens."""
    import socket

    import uvicorn
    from fastapi import FastAPI
    from fastapi.responses import StreamingResponse

    app, media, numbers = FastAPI(), "text/event-stream", count()

    @app.get("/stream")
    async def ours() -> Any:
        return await stream(f"bench {next(numbers)}", _work)

    @app.get("/plain")
    async def plain() -> Any:
        return StreamingResponse(_plain(), media_type=media)

    @app.post("/v1/chat/completions")
    async def model() -> Any:
        return StreamingResponse(_tokens(), media_type=media)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        running = threading.Thread(target=server.run, args=([listening],), daemon=True)
        running.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        running.join()
