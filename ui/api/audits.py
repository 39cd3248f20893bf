"""Routes of an audit: start it, follow it, take the result and its files."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal, get_args

import anyio
from fastapi import APIRouter, Depends, Header, Path, Query, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from agent import tellings
from agent.results import AuditResult
from tools.errors import UnknownName, UserError
from tools.reports.audiences import Audience, audience
from tools.reports.contract import audit_json
from tools.reports.telling_view import audiences_json
from tools.text import Language, Text
from ui.api.models import ID, AudiencesDocument, AuditDocument, AuditRequest, RunDocument, TellingDocument
from ui.api.portfolios import Snapshot
from ui.api.problems import NothingMore, Refusal
from ui.api.responses import answers, attachment, document, problems
from ui.api.runs import BROKEN
from ui.api.service import Served, Service, Spoken

router = APIRouter(tags=["audits"])

FileKind = Literal["html", "md", "json"]
RunId = Annotated[str, Path(alias="a", pattern=ID, description="id of an audit")]
Reader = Annotated[
    str | None, Query(alias="for", pattern=ID, description="tell the audit for this audience; keys: GET /v1/audiences")
]
STILL_RUNNING = Text("The audit is still under way: follow its events.", "Аудит ещё идёт: следите за его событиями.")
UNFINISHED = Text(
    "The audit was broken off. Start it again with the same request: it goes on from the last finished step.",
    "Аудит прерван. Запустите его тем же запросом ещё раз: он продолжится с последнего готового шага.",
)
DONE = "done"
POLL_SECONDS = 0.1
RETRY_MS = 1000


@router.post(
    "/portfolios/{p}/audits",
    operation_id="startAudit",
    status_code=202,
    summary="Start the seven steps",
    responses={202: {"model": RunDocument}, **problems(404)},
)
def start_audit(p: Snapshot, service: Served, language: Spoken, body: AuditRequest | None = None) -> Response:
    """The id is the hash of what the audit is of: asked twice, computed once."""
    wanted = body or AuditRequest.model_validate({})
    service.assistant.portfolio(p)
    run = service.runs.start(p, wanted.model_copy(update={"language": wanted.language or language}))
    return accepted(service, run.id)


@router.get(
    "/audits/{a}",
    operation_id="getAudit",
    summary="The audit, or its state while it runs",
    responses={**answers(AuditDocument), 200: {"model": AuditDocument | TellingDocument}, 202: {"model": RunDocument}},
)
def get_audit(a: RunId, service: Served, reader: Reader = None) -> Response:
    """200 with the whole audit when it is done, or with its telling for one audience; 202 with the steps while it runs."""
    item = _reader(reader)
    result = _result(service, a)
    if result is None:
        return accepted(service, a)
    if item is not None:
        return document(tellings.document(result, item))
    language: Language = result.telling.language
    return document(audit_json(result.audit, result.telling, language=language))


async def _resumed(
    a: RunId,
    service: Served,
    last_event_id: Annotated[str | None, Header(pattern=r"^\d{1,9}$")] = None,
) -> int:
    after = int(last_event_id or 0)
    rows = await run_in_threadpool(_journal, service, a, 0)
    if any(row["event"] == DONE and row["id"] <= after for row in rows):
        raise NothingMore
    if after and not [row for row in rows if row["id"] > after] and _stopped(service, a) is not None:
        raise NothingMore
    return after


@router.get(
    "/audits/{a}/events",
    operation_id="followAudit",
    summary="Server-sent events of an audit",
    response_class=EventSourceResponse,
    responses={204: {"description": "ended, nothing left to replay"}, **problems(404)},
)
async def follow_audit(
    a: RunId, service: Served, language: Spoken, after: Annotated[int, Depends(_resumed)]
) -> AsyncIterator[ServerSentEvent]:
    """Replays the journal after ``Last-Event-ID``, then follows; the last event is ``done`` or ``error``."""
    while True:
        stopped = await run_in_threadpool(_stopped, service, a)
        for row in await run_in_threadpool(_journal, service, a, after):
            after = row["id"]
            yield ServerSentEvent(data=row, event=row["event"], id=str(after), retry=RETRY_MS)
            if row["event"] == DONE:
                return
        if stopped is not None:
            yield ServerSentEvent(data={"event": "error", "detail": stopped[language]}, event="error")
            return
        await anyio.sleep(POLL_SECONDS)


@router.get(
    "/audits/{a}/files/{format}",
    operation_id="getAuditFile",
    summary="The audit as a file",
    response_class=Response,
    responses={
        200: {"content": {"text/html": {}, "text/markdown": {}, "application/json": {}}},
        **problems(404, 409),
    },
)
def get_audit_file(a: RunId, format: FileKind, service: Served, reader: Reader = None) -> Response:
    """A download; its name carries the day of the audit. For one audience it is a page or Markdown."""
    item = _reader(reader)
    result = _result(service, a)
    if result is None:
        raise Refusal(409, STILL_RUNNING, kind="still-running", headers={"Retry-After": "1"})
    if item is None:
        return attachment(result.files[format], audit_name(result, format))
    if format == "json":
        return document(tellings.document(result, item))
    return attachment(tellings.written(result, [item])[item.key][format], audit_name(result, f"{item.key}.{format}"))


@router.get(
    "/audiences",
    operation_id="listAudiences",
    summary="For whom an audit can be told",
    responses={**answers(AudiencesDocument, statuses=())},
)
def list_audiences(language: Spoken) -> Response:
    """Key, name and question of each audience."""
    return document({"audiences": audiences_json(language)})


def _reader(key: str | None) -> Audience | None:
    return None if key is None else audience(key)


def _result(service: Service, run: str) -> AuditResult | None:
    """The finished audit; None while it runs. Raises `UnknownName` for an unknown one, its own error for a failed one."""
    known = service.runs.get(run)
    if known is not None:
        if not known.future.done():
            return None
        error = known.future.exception()
        if isinstance(error, UserError):
            raise error
        if error is not None:
            raise Refusal(500, BROKEN, kind="audit-failed")
        return known.future.result()
    if not service.assistant.store(run).exists:
        raise UnknownName(Text("audit", "аудит"), run, [])
    found = service.assistant.result(run)
    if found is None:
        raise Refusal(409, UNFINISHED, kind="unfinished")
    return found


def _journal(service: Service, run: str, after: int) -> list[dict[str, Any]]:
    """Rows of the journal after an id; ``done`` only once the result can be fetched. `UnknownName` for no such audit."""
    known = service.runs.get(run)
    over = known is None or known.future.done()
    if known is None and not service.assistant.store(run).exists:
        raise UnknownName(Text("audit", "аудит"), run, [])
    return [row for row in service.assistant.events(run, after) if over or row["event"] != DONE]


def _stopped(service: Service, run: str) -> Text | None:
    """Why nothing more will come of an audit that is not done, or None."""
    known = service.runs.get(run)
    if known is not None:
        return known.failure
    done = any(row["event"] == DONE for row in service.assistant.events(run))
    return None if done else UNFINISHED


def audit_name(result: AuditResult, kind: str) -> str:
    """The name under which a file of an audit is saved: with its day, where the data have dates."""
    day = f"-{result.audit.as_of}" if result.audit.as_of else ""
    return f"audit{day}.{kind}"


def accepted(service: Service, run: str) -> Response:
    """202: where the audit can be followed, and which of its steps are finished."""
    known = service.runs.get(run)
    finished = [event.step for event in known.events if event.kind in ("finished", "resumed")] if known else []
    base = f"/v1/audits/{run}"
    body: dict[str, Any] = {
        "id": run,
        "status": "done" if known is not None and known.future.done() else "running",
        "finished": finished,
        "links": {
            "self": base,
            "events": f"{base}/events",
            **{kind: f"{base}/files/{kind}" for kind in get_args(FileKind)},
        },
    }
    return document(body, status=202, headers={"Location": base, "Retry-After": "1"})
