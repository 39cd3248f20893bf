"""Routes of conversations: asking in them, deciding about drafts, their history, their erasure."""

import hashlib
import re
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from agent.conversation import THREAD_ID, Thread, thread_id
from tools.document import Answer
from tools.text import Language, Text
from ui.api import examples
from ui.api.accounts import STALE
from ui.api.asks import MEDIA, Key, Work, streamed
from ui.api.models import ID, AnswerDocument, AskRequest, Body, Open
from ui.api.portfolios import Snapshot
from ui.api.problems import Refusal
from ui.api.responses import answers, document, problems
from ui.api.service import Served, Service, Spoken
from ui.thread_view import drafts_json, thread_json, turn_json

router = APIRouter(tags=["conversations"])

PAGE = 50
ThreadRef = Annotated[str, Path(alias="t", pattern=ID, description="id of a conversation, or its name")]
IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$", description="sent twice, done once"),
]  # fmt: skip
LastEvent = Annotated[str | None, Header(alias="Last-Event-ID", pattern=r"^[0-9]{1,9}$")]
Stream = Annotated[bool, Query(description="as server-sent events: understood, planned, sentence…, done or error")]
Cursor = Annotated[str | None, Query(max_length=200, description="next of the page before")]
Limit = Annotated[int, Query(ge=1, le=500)]
TWO_KEYS = Text(
    "turn and Idempotency-Key differ: give one of them.", "turn и Idempotency-Key различаются: укажите что-то одно."
)
STREAMED: dict[int | str, Any] = {200: {"content": {MEDIA: {"schema": {"type": "string"}}}}}


class ThreadRequest(Body):
    """A conversation to be begun."""

    portfolio: str = Field(pattern=ID, description="id of the portfolio it is about")
    name: str | None = Field(None, pattern=ID, description="your name for it; the same name is the same conversation")
    title: str = Field("", max_length=200, description="default: its first question")


class TitleRequest(Body):
    """Another title."""

    title: str = Field(min_length=1, max_length=200)


class DecisionRequest(Body):
    """A decision about what waits in a conversation."""

    decision: Literal["approve", "edit", "reject", "answer", "skip"]
    text: str = Field("", max_length=20_000, description="the new text, the reason, or the answers")
    ref: str = Field("", max_length=300, description="which draft; default: the last one")
    language: Language | None = Field(None, description="default: Accept-Language")
    turn: str | None = Field(None, pattern=ID, description="sent twice, done once")


class ThreadDocument(Open):
    """A conversation."""

    id: str
    name: str
    title: str
    portfolio: str
    created: str
    updated: str
    turns: int


class ThreadsDocument(Open):
    """A page of conversations, the one that last went on first."""

    threads: list[ThreadDocument]
    next: str | None


class HistoryDocument(ThreadDocument):
    """A conversation with a page of its turns, in order, and what it showed for a decision."""

    history: list[dict[str, Any]]
    drafts: list[dict[str, str]]
    next: str | None


@router.post(
    "/portfolios/{p}/ask",
    operation_id="ask",
    summary="One question, one grounded answer",
    responses={
        **answers(AnswerDocument, statuses=(404, 409), example=examples.ANSWER),
        200: {"model": AnswerDocument, "content": {"application/json": {"example": examples.ANSWER}, **STREAMED[200]["content"]}},
    },
)  # fmt: skip
async def ask(
    p: Snapshot,
    body: AskRequest,
    request: Request,
    service: Served,
    language: Spoken,
    key: IdempotencyKey = None,
    stream: Stream = False,
    last_event_id: LastEvent = None,
) -> Response:
    """The answer's numbers all come from the data: each is a span with its reading.

    In a thread, or under a key, the same turn is answered once. As a stream, sentences come as they are checked; the same
    request with the same key and Last-Event-ID goes on after that event.
    """
    aloud = stream or MEDIA in request.headers.get("accept", "")
    turn = _turn(key, body.turn, made=aloud or body.thread is not None)

    def work(on_event: Any) -> Answer:
        return service.assistant.ask(
            body.question, p, thread=body.thread, language=body.language, as_of=body.as_of, turn=turn, on_event=on_event
        )

    asked = (p, body.thread or "", turn or "")
    if aloud:
        return await streamed(service.asks.start(asked, work), after=int(last_event_id or 0), language=language)
    return await _answer(service, work, asked)


@router.post(
    "/threads",
    operation_id="createThread",
    status_code=201,
    summary="Begin a conversation",
    responses={201: {"model": ThreadDocument}, **problems(404)},
)
def create_thread(body: ThreadRequest, service: Served, key: IdempotencyKey = None) -> Response:
    """The same name over the same portfolio, or the same key, is the same conversation."""
    service.assistant.portfolio(body.portfolio)
    own = hashlib.sha256(key.encode()).hexdigest()[:32] if key else uuid.uuid4().hex
    name = body.name or own
    thread = thread_id(name, body.portfolio)
    with service.assistant.conversations() as book:
        book.begin(thread, name, body.portfolio, at=service.assistant.clock(), title=body.title)
        shown = thread_json(book.thread(thread))
    return document(shown, status=201, headers={"Location": f"/v1/threads/{thread}"})


@router.get(
    "/threads",
    operation_id="listThreads",
    summary="Conversations, the last one first",
    responses=answers(ThreadsDocument, statuses=(400,)),
)
def list_threads(
    service: Served,
    portfolio: Annotated[str | None, Query(pattern=ID)] = None,
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> Response:
    """A page of them; those of one portfolio where it is given."""
    before = _opened(cursor, r"([0-9T:.+-]{20,40})\|([a-z0-9-]{1,80})")
    with service.assistant.conversations() as book:
        found = book.threads(
            snapshot=portfolio, before=(before[0], before[1]) if before is not None else None, limit=limit + 1
        )
    page = [thread_json(item) for item in found[:limit]]
    more = len(found) > limit
    return document({"threads": page, "next": _cursor(f"{page[-1]['updated']}|{page[-1]['id']}") if more else None})


@router.get(
    "/threads/{t}",
    operation_id="getThread",
    summary="A conversation with its turns",
    responses=answers(HistoryDocument, statuses=(400, 404)),
)
def get_thread(t: ThreadRef, service: Served, limit: Limit = PAGE, cursor: Cursor = None) -> Response:
    """Questions and answers in order, a page at a time."""
    after = _opened(cursor, r"([0-9]{1,9})")
    with service.assistant.conversations() as book:
        thread = book.thread(t)
        found = book.history(thread.id, after=int(after[0]) if after is not None else 0, limit=limit + 1)
        drafts = book.drafts(thread.id)
    return document(
        {
            **thread_json(thread),
            "history": [turn_json(item) for item in found[:limit]],
            "drafts": drafts_json(drafts),
            "next": _cursor(str(found[limit - 1].place)) if len(found) > limit else None,
        }
    )


@router.patch(
    "/threads/{t}", operation_id="renameThread", summary="Give it another title", responses=answers(ThreadDocument)
)
def rename_thread(t: ThreadRef, body: TitleRequest, service: Served) -> Response:
    """The name by which it is asked stays."""
    with service.assistant.conversations() as book:
        thread = book.thread(t)
        book.rename(thread.id, body.title)
        return document(thread_json(book.thread(thread.id)))


@router.delete(
    "/threads/{t}",
    operation_id="deleteThread",
    status_code=204,
    summary="Erase a conversation",
    responses=problems(404, 409),
)
def delete_thread(t: ThreadRef, service: Served) -> Response:
    """Turns, checkpoints and drafts that nobody decided about are gone; what was approved stays."""
    with service.assistant.conversations() as book:
        thread = book.thread(t)
    service.assistant.erase_thread(thread.id)
    return Response(status_code=204)


@router.post(
    "/threads/{t}/decision",
    operation_id="decide",
    summary="Approve, edit or reject what waits",
    responses=answers(AnswerDocument, statuses=(404, 409), example=examples.ANSWER),
)
async def decide(
    t: ThreadRef, body: DecisionRequest, service: Served, language: Spoken, key: IdempotencyKey = None
) -> Response:
    """What came of it; under a key it is done once, however often it is sent."""
    turn = _turn(key, body.turn, made=True)
    thread = await run_in_threadpool(_found, service, t)

    def work(on_event: Any) -> Answer:
        return service.assistant.decide(
            thread.id, thread.snapshot, body.decision, text=body.text, ref=body.ref, language=body.language or language, turn=turn
        )  # fmt: skip

    return await _answer(service, work, (thread.snapshot, thread.id, turn or ""))


async def _answer(service: Service, work: Work, asked: Key) -> Response:
    answer = await run_in_threadpool(work, None)
    snapshot, thread, turn = asked
    place = {"thread": _id(thread, snapshot) if thread else None, "turn": turn or None}
    return document({**service.assistant.render_answer(answer), **place})


def _turn(key: str | None, turn: str | None, *, made: bool) -> str | None:
    """The key of a turn: the one given, or one of ours where something has to be found again by it."""
    if key is not None and turn is not None and key != turn:
        raise Refusal(422, TWO_KEYS, kind="two-keys")
    return key or turn or (uuid.uuid4().hex if made else None)


def _found(service: Service, thread: str) -> Thread:
    with service.assistant.conversations() as book:
        return book.thread(thread)


def _id(thread: str, snapshot: str) -> str:
    return thread if THREAD_ID.fullmatch(thread) else thread_id(thread, snapshot)


def _cursor(said: str) -> str:
    return urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _opened(cursor: str | None, pattern: str) -> tuple[str, ...] | None:
    if cursor is None:
        return None
    try:
        found = re.fullmatch(pattern, urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
    except ValueError as error:
        raise Refusal(400, STALE, kind="cursor") from error
    if found is None:
        raise Refusal(400, STALE, kind="cursor")
    return found.groups()
