"""Routes of notes about clients: what was decided, promised, done, and what came of it."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Response
from pydantic import Field, field_validator

from agent.notes import LONGEST, Note, Notebook
from agent.planning.noting import kind_of
from ui.api.models import Body, Open
from ui.api.portfolios import Snapshot
from ui.api.responses import answers, document, problems
from ui.api.service import Served, Service
from ui.note_view import note_json

router = APIRouter(tags=["notes"])

Ref = Annotated[str, Path(max_length=300, description="id or exact name of the client")]
NoteId = Annotated[str, Path(alias="n", pattern=r"^n[0-9a-f]{10}$", description="id of a note")]
Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$", description="sent twice, noted once"),
]  # fmt: skip


class NoteRequest(Body):
    """Words to be kept about a client."""

    text: str = Field(min_length=1, max_length=LONGEST, description="as they are: quoted, never followed")
    kind: Literal["decision", "promise", "action", "outcome", "note"] | None = Field(
        None, description="default: by the words"
    )
    due: date | None = Field(None, description="by when a promise or an action is to be done")

    @field_validator("text")
    @classmethod
    def _worded(cls, text: str) -> str:
        if not any(letter.isalnum() for letter in text):
            raise ValueError("a note needs words")
        return text


class NoteDocument(Open):
    """One note; ``status`` is null where nothing is to be done."""

    id: str
    account: str | None
    name: str | None
    kind: Literal["decision", "promise", "action", "outcome", "note"]
    text: str
    due: str | None
    made: str
    status: Literal["open", "done"] | None
    overdue: bool
    done: str | None


class NotesDocument(Open):
    """The notes of a client, the newest first."""

    notes: list[NoteDocument]


class ForgottenDocument(Open):
    """How many notes were erased."""

    forgotten: int


@router.get(
    "/portfolios/{p}/accounts/{ref}/notes",
    operation_id="getNotes",
    summary="What was noted about a client",
    responses=answers(NotesDocument),
)
def get_notes(p: Snapshot, ref: Ref, service: Served) -> Response:
    """In the user's own words; bound to the client by id, in other data by its exact name."""
    book, account = _found(service, p, ref)
    return document({"notes": [_shown(note, book) for note in book.of(account[0], service.assistant.portfolio(p))]})


@router.post(
    "/portfolios/{p}/accounts/{ref}/notes",
    operation_id="addNote",
    status_code=201,
    summary="Note something about a client",
    responses={201: {"model": NoteDocument}, **problems(400, 404)},
)
def add_note(p: Snapshot, ref: Ref, body: NoteRequest, service: Served, key: Key = None) -> Response:
    """Kept as it is written, control characters dropped; the same words under the same key are one note."""
    book, account = _found(service, p, ref, key=key or "")
    kind = body.kind or kind_of(body.text.lower().replace("ё", "е"))
    return document(_shown(book.add(body.text, kind=kind, account=account, due=body.due), book), status=201)


@router.delete(
    "/portfolios/{p}/accounts/{ref}/notes",
    operation_id="forgetNotes",
    summary="Erase what was noted about a client",
    responses=answers(ForgottenDocument),
)
def forget_notes(p: Snapshot, ref: Ref, service: Served) -> Response:
    """Out of the file and its log."""
    book, account = _found(service, p, ref)
    found = book.of(account[0], service.assistant.portfolio(p))
    return document({"forgotten": book.forget([note.id for note in found])})


@router.post(
    "/notes/{n}/done", operation_id="finishNote", summary="Mark a note as done", responses=answers(NoteDocument)
)
def finish_note(n: NoteId, service: Served) -> Response:
    """One that is done stays as it is."""
    book = service.assistant.notebook()
    return document(_shown(book.finish(n), book))


@router.delete("/notes/{n}", operation_id="forgetNote", summary="Erase a note", responses=answers(ForgottenDocument))
def forget_note(n: NoteId, service: Served) -> Response:
    """Out of the file and its log; 404 where there is none."""
    book = service.assistant.notebook()
    return document({"forgotten": book.forget([book.note(n).id])})


def _found(service: Service, p: str, ref: str, *, key: str = "") -> tuple[Notebook, tuple[str, str]]:
    account = service.assistant.portfolio(p).find_account(ref)
    return service.assistant.notebook("", f"api-{key}" if key else ""), account


def _shown(note: Note, book: Notebook) -> dict[str, Any]:
    return note_json(note, book.today)
