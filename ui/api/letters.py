"""Routes of letters: a draft out of the data, then approve, edit or reject; nothing is sent from here."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field

from agent import letter_store
from agent.letter_drafts import Wanted, drafted
from tools.text import Language
from ui.api.models import ID, Body, Open
from ui.api.portfolios import Day, Snapshot
from ui.api.responses import answers, document, problems
from ui.api.service import Served, Spoken

router = APIRouter(tags=["letters"])
Ref = Annotated[str, Path(pattern=ID, description="id of a letter")]


class LetterRequest(Body):
    """Whom a letter is to (a client, or a segment), and which; the same fields over the same data give the same draft."""

    account: str | None = Field(None, min_length=1, max_length=300, description="id or name", examples=["C-001"])
    segment: str | None = Field(None, min_length=1, max_length=60, examples=["newcomers"])
    step: str | None = Field(
        None, min_length=1, max_length=60, description="step, stage or occasion; default: the situation of the client"
    )
    form: Literal["letter", "call", "messenger"] = "letter"
    language: Language | None = Field(None, description="default: Accept-Language")
    as_of: Day = None


class EditRequest(Body):
    """The text to approve in place of the draft."""

    text: str = Field(min_length=1, max_length=letter_store.LONGEST)
    as_written: bool = Field(False, description="let numbers and words stand that the draft does not have")


class RejectRequest(Body):
    """Why the draft is rejected."""

    reason: str = Field(min_length=1, max_length=1000)


class LetterDocument(Open):
    """A letter: its text, where every figure stands in it, what was decided; for a segment the clients with their values."""

    id: str
    kind: Literal["account", "segment"]
    status: Literal["draft", "held", "approved", "rejected"]
    account: str | None
    segment: str | None
    step: str | None
    form: Literal["letter", "call", "messenger"]
    language: str
    occasion: dict[str, str]
    snapshot: str
    as_of: str | None
    text: str
    spans: list[dict[str, Any]]
    readings: list[dict[str, Any]]
    clients: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    cards: list[str]
    decisions: list[dict[str, Any]]
    hash: str


@router.post(
    "/portfolios/{p}/letters",
    operation_id="createLetter",
    status_code=201,
    summary="A letter, call script or message as a draft",
    responses={201: {"model": LetterDocument}, **problems(400, 404)},
)
def create_letter(p: Snapshot, body: LetterRequest, service: Served, language: Spoken) -> Response:
    """Benefit before the request, nothing internal; kept under an id, so that the same request gives the same draft."""
    wanted = Wanted(body.account, body.segment, body.step, body.form, body.language or language)
    found = drafted(service.assistant.portfolio(p, as_of=body.as_of), wanted, home=service.home)
    return document(found.document, status=201, headers={"Location": f"/v1/letters/{found.document['id']}"})


@router.get(
    "/letters/{l}", operation_id="getLetter", summary="A letter with its decisions", responses=answers(LetterDocument)
)
def get_letter(l: Ref, service: Served) -> Response:  # noqa: E741
    """As it stands: the draft, or the text that was approved."""
    return document(letter_store.read(service.home, l))


@router.post(
    "/letters/{l}/approve",
    operation_id="approveLetter",
    summary="Freeze a letter as approved",
    responses=answers(LetterDocument),
)
def approve_letter(l: Ref, service: Served) -> Response:  # noqa: E741
    """The text stands from now on; approving again changes nothing."""
    return document(letter_store.approve(service.home, l, at=service.assistant.clock()))


@router.post(
    "/letters/{l}/edit",
    operation_id="editLetter",
    summary="Approve an edited text in place of the draft",
    responses=answers(LetterDocument, statuses=(400, 404, 409)),
)
def edit_letter(l: Ref, body: EditRequest, service: Served) -> Response:  # noqa: E741
    """Numbers that are not from the data are refused with their list, unless ``as_written``; the draft is kept beside."""
    text, now = body.text, service.assistant.clock()
    return document(letter_store.edit(service.home, l, text, at=now, as_written=body.as_written))


@router.post(
    "/letters/{l}/reject",
    operation_id="rejectLetter",
    summary="Reject a draft, with the reason",
    responses=answers(LetterDocument, statuses=(400, 404, 409)),
)
def reject_letter(l: Ref, body: RejectRequest, service: Served) -> Response:  # noqa: E741
    """The draft is kept with the reason; an approved letter is not rejected any more."""
    return document(letter_store.reject(service.home, l, body.reason, at=service.assistant.clock()))
