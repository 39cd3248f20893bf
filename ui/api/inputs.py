"""The route of the workbook of inputs: what the data lack, the clients prefilled; sent back as an upload it is loaded."""

import shutil
import tempfile
from pathlib import Path

from fastapi import APIRouter, Response
from starlette.background import BackgroundTask

from agent.inputs import NOTHING_LACKS
from ui.api.portfolios import Snapshot
from ui.api.problems import Refusal
from ui.api.responses import MEDIA, attachment, problems
from ui.api.service import Served, Spoken

router = APIRouter(tags=["portfolios"])


@router.get(
    "/portfolios/{p}/inputs",
    operation_id="getInputs",
    summary="A workbook to fill in for what the data lack",
    response_class=Response,
    responses={200: {"content": {MEDIA["xlsx"]: {}}}, **problems(404)},
)
def get_inputs(p: Snapshot, service: Served, language: Spoken) -> Response:
    """A download with the clients prefilled; sent to ``POST /portfolios``, alone or with the exports, it is loaded."""
    folder = Path(tempfile.mkdtemp(dir=service.scratch, prefix="inputs-"))
    result = service.assistant.inputs(p, language=language, out=folder / f"inputs-{p[:8]}-{language}.xlsx")
    if result.path is None:
        raise Refusal(404, NOTHING_LACKS, kind="nothing-lacks")
    answer = attachment(result.path, result.path.name)
    answer.background = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return answer
