"""JSON and file answers, and the pieces of OpenAPI that many routes share."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi.responses import FileResponse, Response
from pydantic import BaseModel

from tools.reports.contract import dumps
from ui.api.problems import ProblemDocument

MEDIA = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def document(body: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON document: decimals as exact numbers, dates in ISO form."""
    return Response(
        dumps(body, indent=None), status_code=status, media_type="application/json", headers=dict(headers or {})
    )


def attachment(path: Path, name: str) -> Response:
    """A file to be saved, never shown by the browser under our origin."""
    shown = quote(name)
    return FileResponse(
        path,
        media_type=MEDIA.get(path.suffix.lstrip("."), "application/octet-stream"),
        headers={
            "Content-Disposition": f"attachment; filename=\"{_ascii(name)}\"; filename*=UTF-8''{shown}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def answers(model: type[BaseModel], *, statuses: tuple[int, ...] = (404,), example: Any = None) -> dict[int | str, Any]:
    """The ``responses`` of a route: its document, and a problem for each status it may refuse with."""
    content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
    if example is not None:
        content["example"] = example
    good: dict[str, Any] = {"model": model, "content": {"application/json": content}}
    return {200: good, **problems(*statuses)}


def problems(*statuses: int) -> dict[int | str, Any]:
    """The problem documents of a route in OpenAPI."""
    schema = {"application/problem+json": {"schema": ProblemDocument.model_json_schema()}}
    named = sorted({*statuses, 401, 422, 500})
    return {status: {"description": NAMES[status], "content": schema} for status in named}


NAMES = {
    400: "bad request",
    401: "no or wrong key",
    404: "not found",
    409: "an open question, or still under way",
    413: "too large",
    415: "unsupported content",
    422: "data or request does not fit",
    500: "a bug",
    503: "a back end does not answer",
}


def _ascii(name: str) -> str:
    return "".join(
        character if character.isascii() and character.isalnum() or character in "._-" else "_" for character in name
    )
