"""Routes of a client base: load it, look at its metrics and segments."""

import json
from collections.abc import Iterable
from datetime import date
from typing import IO, Annotated, Any, Literal, cast

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from agent.results import LoadResult
from tools.errors import UserError
from tools.filters import parse
from tools.levels import LEVELS
from tools.load import Load
from tools.metrics import metrics
from tools.question import Question
from tools.reading import Window
from tools.reports.contract import load_json
from tools.segments import segmentations
from tools.text import Language, Text
from ui import metric_view
from ui.api import examples
from ui.api.models import ID, LoadDocument, LoadRequest, MetricDocument, SegmentDocument
from ui.api.problems import Refusal
from ui.api.responses import answers, document, problems
from ui.api.service import Served, Service, Spoken
from ui.api.uploads import MAX_FILES, kept
from ui.data_view import segment_json

router = APIRouter(tags=["portfolios"])

Snapshot = Annotated[str, Path(alias="p", pattern=ID, description="id of a portfolio", examples=["3f2a9c0d1b7e4a55"])]
Day = date | None
Filtered = Annotated[
    str | None,
    Query(max_length=4000, description="which accounts", examples=["plan = Pro and chs < 50 and segment in (at_risk)"]),
]

HALF_WINDOW = Text("Give both from and to, or neither.", "Укажите и from, и to — или ни то, ни другое.")
EMPTY_WINDOW = Text("The window is empty: from must be before to.", "Период пуст: from должно быть раньше to.")
CONTENT = Text(
    'Send files as multipart/form-data, or JSON {"source": "demo"}.',
    'Передайте файлы как multipart/form-data или JSON {"source": "demo"}.',
)
LOAD_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {"schema": LoadRequest.model_json_schema(), "example": {"source": "demo"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {"type": "array", "maxItems": MAX_FILES, "items": {"type": "string", "format": "binary"}}
                },
            }
        },
    },
}


@router.post(
    "/portfolios",
    operation_id="createPortfolio",
    status_code=201,
    summary="Load files or the demo company",
    openapi_extra={"requestBody": LOAD_BODY},
    responses={201: {"model": LoadDocument}, **problems(400, 409, 413, 415)},
)
async def create_portfolio(request: Request, service: Served, language: Spoken) -> Response:
    """One or several files as multipart (csv, xlsx, ods, parquet, any gzipped), or ``{"source": "demo"}`` as JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        source = await _source(request)
        loaded = await run_in_threadpool(service.assistant.load, source)
    elif kind == "multipart/form-data":
        async with request.form(max_files=MAX_FILES, max_fields=10) as form:
            files = [item for _, item in form.multi_items() if isinstance(item, UploadFile)]
            streams = [(item.filename or "", cast(IO[bytes], item.file)) for item in files]
            loaded = await run_in_threadpool(_load, service, streams)
    else:
        raise Refusal(415, CONTENT, kind="content")
    body = await run_in_threadpool(_loaded, service, loaded.snapshot, language)
    return document(body, status=201, headers={"Location": f"/v1/portfolios/{loaded.snapshot}"})


@router.get(
    "/portfolios/{p}",
    operation_id="getPortfolio",
    summary="Control totals, remarks on the data, open questions",
    responses=answers(LoadDocument),
)
def get_portfolio(p: Snapshot, service: Served, language: Spoken) -> Response:
    """How the files were read: each total counted in the source and again in what was loaded."""
    return document(_loaded(service, p, language))


@router.get(
    "/portfolios/{p}/metrics/{key}",
    operation_id="getMetric",
    summary="One metric, or one reading per group",
    responses=answers(MetricDocument, statuses=(400, 404), example=examples.METRIC),
)
def get_metric(
    p: Snapshot,
    key: Annotated[
        str, Path(description="key of the registry, or an alias", json_schema_extra={"enum": sorted(metrics())})
    ],
    service: Served,
    language: Spoken,
    by: Annotated[str | None, Query(max_length=100, description="a column of accounts, or a segmentation")] = None,
    where: Filtered = None,
    start: Annotated[Day, Query(alias="from", description="first day of the window")] = None,
    end: Annotated[Day, Query(alias="to", description="day after the last one of the window")] = None,
    as_of: Annotated[Day, Query(description="last day that counts")] = None,
    top: Annotated[int | None, Query(ge=1, le=1000, description="so many accounts with the most of it")] = None,
    bottom: Annotated[int | None, Query(ge=1, le=1000, description="so many accounts with the least of it")] = None,
    level: Annotated[
        str, Query(json_schema_extra={"enum": list(LEVELS)}, description="what counts as a client")
    ] = "account",
    convention: Annotated[str | None, Query(max_length=60)] = None,
    explain: Annotated[bool, Query(description="definition, ways of counting, conclusion")] = False,
) -> Response:
    """A value, or the reason why there is none; never a guess. Groups, or accounts in order, where they are asked for."""
    condition = parse(where) if where is not None else None
    question = Question(key, _window(start, end), by, condition, top, bottom, level, convention)
    found = metric_view.shown(service.assistant, p, question, as_of=as_of, explain=explain)
    return document(metric_view.metric_json(found, language))


@router.get(
    "/portfolios/{p}/segments",
    operation_id="getSegments",
    summary="Accounts with segment and reason",
    responses=answers(SegmentDocument),
)
def get_segments(
    p: Snapshot,
    service: Served,
    language: Spoken,
    by: Annotated[str, Query(json_schema_extra={"enum": sorted(segmentations())})] = "value",
) -> Response:
    """Every account is in exactly one segment, and says why."""
    currency = service.assistant.portfolio(p).currency
    return document(segment_json(service.assistant.segment(p, by), language, currency=currency))


async def _source(request: Request) -> Literal["demo"]:
    try:
        return LoadRequest.model_validate(await request.json()).source
    except (ValidationError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Refusal(422, CONTENT, kind="invalid-request") from error


def _load(service: Service, files: Iterable[tuple[str, IO[bytes]]]) -> LoadResult:
    with kept(service.home, files) as paths:
        return service.assistant.load(paths)


def _loaded(service: Service, snapshot: str, language: Language) -> dict[str, Any]:
    manifest = service.assistant.portfolio(snapshot).manifest
    return load_json(cast(Load, manifest), snapshot, language=language)


def _window(start: Day, end: Day) -> Window | None:
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise UserError(HALF_WINDOW)
    if start >= end:
        raise UserError(EMPTY_WINDOW)
    return Window(start, end)
