"""Routes of the shelf: the user's own documents, listed, sent as multipart, taken off."""

import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Annotated, Any, cast

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from knowledge import shelf
from knowledge.documents import ENDINGS, MAX_BYTES
from tools.errors import BadData
from tools.text import Text
from ui.api.models import ID, Open
from ui.api.problems import Refusal
from ui.api.responses import answers, document, problems
from ui.api.service import Served, Spoken
from ui.api.uploads import MAX_FILES
from ui.shelf_view import document_json, shelf_json

router = APIRouter(tags=["documents"])

CONTENT = Text(
    "Send documents as multipart/form-data in the field files; the field trust is own or approved.",
    "Передайте документы как multipart/form-data в поле files; в поле trust — own или approved.",
)
NO_FILE = Text("No document came with the request.", "В запросе нет ни одного документа.")
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {"type": "array", "maxItems": MAX_FILES, "items": {"type": "string", "format": "binary"}},
                    "trust": {"type": "string", "enum": list(shelf.TRUSTS), "default": "own"},
                },
            }
        }
    },
}


class DocumentsDocument(Open):
    """Documents of the shelf by name; ``faults`` are those left out, with the reason."""

    documents: list[dict[str, Any]]
    faults: list[dict[str, Any]] = Field(default=[])


@router.get(
    "/documents",
    operation_id="listDocuments",
    summary="Your own documents",
    responses=answers(DocumentsDocument, statuses=()),
)
def list_documents(service: Served, language: Spoken) -> Response:
    """Each with its trust label; what a document says is quoted, never followed."""
    return document(shelf_json(shelf.shelved(service.home), shelf.faults(service.home), language))


@router.post(
    "/documents",
    operation_id="addDocuments",
    status_code=201,
    summary="Put documents on the shelf",
    openapi_extra={"requestBody": BODY},
    responses={201: {"model": DocumentsDocument}, **problems(400, 413, 415)},
)
async def add_documents(request: Request, service: Served, language: Spoken) -> Response:
    """One or several docx, pdf, md or txt files: all go in, or none; the same content sent twice is one document."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise Refusal(415, CONTENT, kind="content")
    async with request.form(max_files=MAX_FILES, max_fields=10) as form:
        trust = form.get("trust", "own")
        if trust not in shelf.TRUSTS:
            raise Refusal(422, CONTENT, kind="invalid-request")
        files = [item for _, item in form.multi_items() if isinstance(item, UploadFile)]
        streams = [(item.filename or "", cast(IO[bytes], item.file)) for item in files]
        added = await run_in_threadpool(_add, service.home, streams, str(trust))
    return document({"documents": [document_json(item, language) for item in added]}, status=201)


@router.delete(
    "/documents/{id}",
    operation_id="removeDocument",
    status_code=204,
    summary="Take a document off the shelf",
    responses={204: {"description": "it is gone"}, **problems(404)},
)
def remove_document(id: Annotated[str, InPath(pattern=ID)], service: Served) -> Response:
    """Its file and its text are deleted here; one that is not there is a 404."""
    shelf.remove(service.home, id)
    return Response(status_code=204)


def _add(home: Path, streams: Iterable[tuple[str, IO[bytes]]], trust: str) -> tuple[shelf.Document, ...]:
    with _received(home, streams) as files:
        return shelf.add_all(home, files, trust=trust)


@contextmanager
def _received(home: Path, streams: Iterable[tuple[str, IO[bytes]]]) -> Iterator[list[tuple[Path, str | None]]]:
    """The documents of one upload under names of ours, each with the name it was shown under; removed afterwards."""
    folder = home / "uploads" / uuid.uuid4().hex
    folder.mkdir(parents=True, mode=0o700)
    try:
        files: list[tuple[Path, str | None]] = []
        for place, (shown, stream) in enumerate(streams):
            name = PurePosixPath(shown.replace("\\", "/")).name
            ending = PurePosixPath(name).suffix.casefold()
            target = folder / f"{place}{ending if ending in ENDINGS else ''}"
            target.write_bytes(stream.read(MAX_BYTES + 1))
            files.append((target, name))
        if not files:
            raise BadData(NO_FILE)
        yield files
    finally:
        shutil.rmtree(folder, ignore_errors=True)
