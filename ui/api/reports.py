"""Routes of the client value report: a marked draft, frozen by approval."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response

from tools.errors import UnknownName
from tools.text import Text
from ui.api.models import ID, ReportDocument, ReportRequest
from ui.api.portfolios import Snapshot
from ui.api.responses import attachment, document, problems
from ui.api.service import Served, Spoken

router = APIRouter(tags=["reports"])


@router.post(
    "/portfolios/{p}/reports",
    operation_id="createReport",
    status_code=201,
    summary="A client's value report",
    responses={201: {"model": ReportDocument}, **problems(404)},
)
def create_report(p: Snapshot, body: ReportRequest, service: Served, language: Spoken) -> Response:
    """What was promised, done, not done, and what the client confirmed; the same data give the same report."""
    result = service.assistant.report(
        body.account,
        p,
        language=body.language or language,
        formats=tuple(body.formats),
        approve=body.approve,
        as_of=body.as_of,
    )
    report = service.keep_report(result)
    links = {name: f"/v1/reports/{report}/files/{name}" for name in result.files}
    shown = {
        "id": report,
        "account": result.account,
        "status": result.status,
        "hash": result.hash,
        "files": links,
    }
    return document(shown, status=201, headers={"Location": next(iter(links.values()))})


@router.get(
    "/reports/{r}/files/{format}",
    operation_id="getReportFile",
    summary="A client's value report as a file",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}, **problems(404)},
)
def get_report_file(
    r: Annotated[str, Path(pattern=ID, description="id of a report")], format: Literal["html"], service: Served
) -> Response:
    """A download, as it was when the report was made."""
    path = service.report_file(r, format)
    if path is None:
        raise UnknownName(Text("report", "отчёт"), r, [])
    return attachment(path, f"value-report-{r}.{format}")
