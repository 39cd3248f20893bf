"""Answers over HTTP: streamed sentence by sentence, replayed byte by byte, kept in conversations, decided about."""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from fastapi.responses import StreamingResponse
from starlette.testclient import TestClient

from agent.assistant import Assistant
from agent.conversation import thread_id
from agent.settings import Settings
from agent.state import ChatEvent
from agent.threads import locked
from tests.agent_small import small
from tools.errors import UserError
from tools.text import Text
from ui.api import asks
from ui.server import create_app

QUESTIONS = ("Какой у нас отток?", "What is our MRR?", "топ 3 клиента по MRR", "Что такое NRR?")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def snapshot(home: Path) -> str:
    return small(home).snapshot


@pytest.fixture(scope="module")
def client(home: Path, snapshot: str) -> Iterator[TestClient]:
    assistant = Assistant.open(Settings(home=home, llm_base_url=None, thread_wait=0.2))
    with TestClient(create_app(assistant, chat=False), raise_server_exceptions=False) as opened:
        yield opened


def streamed(client: TestClient, snapshot: str, body: dict[str, Any], key: str, after: int | None = None) -> bytes:
    headers = {"Idempotency-Key": key} | ({} if after is None else {"Last-Event-ID": str(after)})
    answer = client.post(f"/v1/portfolios/{snapshot}/ask?stream=true", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return answer.content


def frames(raw: bytes) -> list[dict[str, str]]:
    return [
        dict(line.split(": ", 1) for line in frame.splitlines())
        for frame in raw.decode().split("\n\n")
        if frame and not frame.startswith(":")
    ]


def test_a_stream_ends_in_the_answer_and_its_sentences_are_the_text(client: TestClient, snapshot: str) -> None:
    for number, question in enumerate(QUESTIONS):
        events = frames(streamed(client, snapshot, {"question": question, "thread": "s"}, f"whole{number}"))
        assert [event["id"] for event in events] == [str(place) for place in range(1, len(events) + 1)]
        assert [event["event"] for event in events][:2] == ["understood", "planned"]
        assert events[-1]["event"] == "done"
        done = json.loads(events[-1]["data"])
        told = [json.loads(event["data"]) for event in events if event["event"] == "sentence"]
        assert "".join(piece["text"] for piece in told) == done["text"] and len(told) >= 1
        assert done["thread"] == thread_id("s", snapshot) and done["turn"] == f"whole{number}"
        plain = client.post(
            f"/v1/portfolios/{snapshot}/ask", json={"question": question, "thread": "s", "turn": f"whole{number}"}
        )
        assert plain.json() == done


@pytest.mark.parametrize("turns", [4, pytest.param(70, marks=pytest.mark.soak)])
def test_a_stream_cut_at_any_event_goes_on_byte_by_byte(client: TestClient, snapshot: str, turns: int) -> None:
    cuts = 0
    for number in range(turns):
        body = {"question": QUESTIONS[number % len(QUESTIONS)], **({"thread": "c"} if number % 2 else {})}
        key = f"cut{turns}-{number}"
        whole = streamed(client, snapshot, body, key)
        parts = [part + b"\n\n" for part in whole.split(b"\n\n") if part]
        for place in range(len(parts)):
            rest = streamed(client, snapshot, body, key, after=place)
            assert rest == b"".join(parts[place:])
            cuts += 1
        over = client.post(
            f"/v1/portfolios/{snapshot}/ask?stream=true",
            json=body,
            headers={"Idempotency-Key": key, "Last-Event-ID": str(len(parts))},
        )
        assert over.status_code == 204
    assert cuts >= 5 * turns
    if turns >= 70:
        assert cuts >= 350


def test_a_stream_left_early_is_answered_all_the_same(client: TestClient, snapshot: str) -> None:
    body = {"question": "Какой у нас отток?", "thread": "left"}
    with client.stream(
        "POST", f"/v1/portfolios/{snapshot}/ask?stream=true", json=body, headers={"Idempotency-Key": "left"}
    ) as answer:
        assert next(answer.iter_bytes())
    events = frames(streamed(client, snapshot, body, "left", after=1))
    assert events[-1]["event"] == "done"
    assert client.get(f"/v1/threads/{thread_id('left', snapshot)}").json()["turns"] == 1


def test_what_goes_wrong_before_the_first_event_is_a_problem(client: TestClient, home: Path, snapshot: str) -> None:
    missing = client.post("/v1/portfolios/nowhere/ask?stream=true", json={"question": "MRR?"})
    assert missing.status_code == 404 and missing.headers["content-type"] == "application/problem+json"
    with locked(home, thread_id("busy", snapshot), seconds=0):
        for query in ("", "?stream=true"):
            busy = client.post(f"/v1/portfolios/{snapshot}/ask{query}", json={"question": "MRR?", "thread": "busy"})
            assert busy.status_code == 409 and busy.json()["type"] == "urn:cvm:problem:busy"
            assert busy.headers["retry-after"]
    client.post(
        f"/v1/portfolios/{snapshot}/ask", json={"question": "MRR?", "thread": "k"}, headers={"Idempotency-Key": "k"}
    )
    reused = client.post(
        f"/v1/portfolios/{snapshot}/ask", json={"question": "NRR?", "thread": "k"}, headers={"Idempotency-Key": "k"}
    )
    assert reused.status_code == 422 and reused.json()["type"] == "urn:cvm:problem:key-reused"


def test_a_silent_stream_pings_and_a_broken_one_ends_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asks, "PING_SECONDS", 0.0)
    asked = asks.Asked(Future())
    asked.events.append(ChatEvent(1, "understood", "{}"))

    async def read() -> list[bytes]:
        answer = await asks.streamed(asked, after=0, language="ru")
        assert isinstance(answer, StreamingResponse)
        seen: list[bytes] = []
        async for piece in answer.body_iterator:
            seen.append(piece if isinstance(piece, bytes) else bytes(str(piece), "utf-8"))
            if seen.count(b": ping\n\n") == 2 and not asked.future.done():
                asked.future.set_exception(UserError(Text("No.", "Нет.")))
        return seen

    seen = asyncio.run(read())
    assert seen[0].startswith(b"id: 1\nevent: understood\n") and seen.count(b": ping\n\n") >= 2
    assert seen[-1].startswith(b"event: error\n") and "Нет.".encode() in seen[-1]


def test_the_same_turn_posted_at_once_is_one(client: TestClient, snapshot: str) -> None:
    answers: list[Any] = []

    def post() -> None:
        body = {"question": "MRR?", "thread": "once", "turn": "k"}
        answers.append(client.post(f"/v1/portfolios/{snapshot}/ask?stream=true", json=body).content)

    posts = [threading.Thread(target=post) for _ in range(5)]
    for one in posts:
        one.start()
    for one in posts:
        one.join()
    whole = [raw for raw in answers if b"event: done" in raw]
    assert whole and len(set(whole)) == 1
    assert client.get("/v1/threads/once").json()["turns"] == 1


def test_conversations_are_made_listed_renamed_and_erased(client: TestClient, snapshot: str) -> None:
    made = client.post("/v1/threads", json={"portfolio": snapshot, "name": "plan"}, headers={"Idempotency-Key": "x"})
    assert made.status_code == 201
    thread = made.json()["id"]
    assert made.headers["location"] == f"/v1/threads/{thread}"
    assert client.post("/v1/threads", json={"portfolio": snapshot, "name": "plan"}).json()["id"] == thread
    assert client.post("/v1/threads", json={"portfolio": "nowhere"}).status_code == 404
    for question in ("MRR?", "Какой у нас отток?", "а за последний квартал?"):
        body = {"question": question, "thread": thread}
        assert client.post(f"/v1/portfolios/{snapshot}/ask", json=body).json()["thread"] == thread
    seen: list[str] = []
    cursor: str | None = None
    while cursor is not None or not seen:
        query = f"?limit=2&cursor={cursor}" if cursor else "?limit=2"
        page = client.get(f"/v1/threads/{thread}{query}").json()
        seen += [turn["question"] for turn in page["history"]]
        cursor = page["next"]
    assert seen == ["MRR?", "Какой у нас отток?", "а за последний квартал?"]
    assert page["title"] == "MRR?" and page["history"][0]["answer"]["text"]
    assert client.patch(f"/v1/threads/{thread}", json={"title": "План"}).json()["title"] == "План"
    listed: list[str] = []
    query = "?limit=1"
    while True:
        page = client.get(f"/v1/threads{query}").json()
        listed += [item["id"] for item in page["threads"]]
        if page["next"] is None:
            break
        query = f"?limit=1&cursor={page['next']}"
    assert listed.count(thread) == 1 and len(listed) == len(set(listed)) >= 2 and listed[0] == thread
    assert client.get("/v1/threads?cursor=nonsense").status_code == 400
    assert client.delete(f"/v1/threads/{thread}").status_code == 204
    assert client.get(f"/v1/threads/{thread}").status_code == 404
    assert client.delete(f"/v1/threads/{thread}").status_code == 404


def test_a_draft_is_decided_about_over_http(client: TestClient, snapshot: str, home: Path) -> None:
    ask = f"/v1/portfolios/{snapshot}/ask"
    draft = client.post(ask, json={"question": "Подготовь отчёт о ценности для Ромашка Д", "thread": "d"}).json()
    assert draft["pending"] == {"kind": "report", "ref": "C4", "options": ["approve", "reject"]}
    address = f"/v1/threads/{draft['thread']}/decision"
    body = {"decision": "approve", "ref": "C4"}
    first = client.post(address, json=body, headers={"Idempotency-Key": "a", "Accept-Language": "ru"})
    again = client.post(address, json=body, headers={"Idempotency-Key": "a", "Accept-Language": "ru"})
    assert first.status_code == 200 and first.json() == again.json() and first.json()["text"].startswith("Одобрено")
    assert client.post(address, json={"decision": "edit", "text": "x"}).status_code == 409
    assert client.post(address, json={"decision": "burn"}).status_code == 422
    assert client.get("/v1/threads/d").json()["drafts"] == [{"kind": "report", "ref": "C4", "decision": "approve"}]
    assert len(list((home / "reports" / "clients").glob("*.approved"))) == 1


def test_a_broken_off_turn_is_answered_when_the_service_starts(home: Path, snapshot: str) -> None:
    from agent.conversation import About

    assistant = Assistant.open(Settings(home=home, llm_base_url=None))
    thread = thread_id("left open", snapshot)
    with assistant.conversations() as book:
        book.begin(thread, "left open", snapshot, at=assistant.clock(), title="MRR?")
        book.accept(thread, "k", "MRR?", About(), at=assistant.clock())
    assert assistant.resume_turns() >= 1
    with assistant.conversations() as book:
        [turn] = book.history(thread)
        assert turn.answer is not None and book.open_threads() == []


def test_a_turn_that_kills_every_process_is_given_up(home: Path, snapshot: str) -> None:
    from agent.conversation import About

    assistant = Assistant.open(Settings(home=home, llm_base_url=None))
    thread = thread_id("poison", snapshot)
    with assistant.conversations() as book:
        book.begin(thread, "poison", snapshot, at=assistant.clock(), title="MRR?")
        turn = book.accept(thread, "k", "MRR?", About(), at=assistant.clock())
        for _ in range(3):
            book.again(turn)
    assistant.resume_turns()
    with assistant.conversations() as book:
        assert book.history(thread) == [] and book.open_threads() == []
