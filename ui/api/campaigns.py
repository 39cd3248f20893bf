"""Routes of campaigns: target and control lists, frozen by a seed."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field

from agent.campaigns import Wanted, campaign_json, folder_of
from tools.campaign import LEAST, MOST, USUAL
from tools.campaign_files import LISTS
from tools.errors import UnknownName
from tools.text import Text
from ui.api.models import ID, Body, Open
from ui.api.portfolios import Day, Snapshot
from ui.api.responses import attachment, document, problems
from ui.api.service import Served, Spoken

router = APIRouter(tags=["campaigns"])


class CampaignRequest(Body):
    """Which clients, and how they are drawn; the same fields over the same data give the same lists."""

    where: str = Field(min_length=1, max_length=4000, examples=["plan = Pro and segment in (at_risk)"])
    control: Decimal = Field(USUAL, ge=LEAST, le=MOST, description="share kept apart", examples=[0.1])
    seed: str | None = Field(None, min_length=1, max_length=100, description="default: the name")
    name: str | None = Field(None, min_length=1, max_length=100, examples=["Autumn return"])
    detect: Decimal | None = Field(
        None, ge=Decimal("0.001"), le=Decimal("0.99"), description="a rise of a share to be seen", examples=[0.05]
    )
    as_of: Day = None


class CampaignDocument(Open):
    """The frozen lists: counts, exclusions by reason, hashes; what they can prove as readings; where the files are."""

    id: str
    name: str
    where: str
    snapshot: str
    as_of: str | None
    seed: str
    control_share: float
    counts: dict[str, int]
    exclusions: list[dict[str, Any]]
    target: dict[str, Any]
    control: dict[str, Any]
    readings: list[dict[str, Any]]
    verdicts: list[str]
    files: dict[str, str]


@router.post(
    "/portfolios/{p}/campaigns",
    operation_id="createCampaign",
    status_code=201,
    summary="Target and control lists of a campaign",
    responses={201: {"model": CampaignDocument}, **problems(400, 404)},
)
def create_campaign(p: Snapshot, body: CampaignRequest, service: Served, language: Spoken) -> Response:
    """Drawn once: asked again with the same fields, the same lists under the same id."""
    wanted = Wanted(body.where, body.control, body.seed, body.name, body.detect)
    result = service.assistant.campaign(p, wanted, as_of=body.as_of)
    links = {name: f"/v1/campaigns/{result.id}/files/{name}" for name in LISTS}
    shown = {**campaign_json(result, language), "files": links}
    return document(shown, status=201, headers={"Location": links["target"]})


@router.get(
    "/campaigns/{c}/files/{list}",
    operation_id="getCampaignFile",
    summary="A list of a campaign as csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}, **problems(404)},
)
def get_campaign_file(
    c: Annotated[str, Path(pattern=ID, description="id of a campaign")],
    list: Literal["target", "control", "touches"],
    service: Served,
) -> Response:
    """A download: clients to contact, clients to keep apart, or the contacts to load back when the campaign has run."""
    path = folder_of(service.home, c) / LISTS[list]
    if not path.is_file():
        raise UnknownName(Text("campaign", "кампания"), c, [])
    return attachment(path, f"campaign-{c}-{path.name}")
