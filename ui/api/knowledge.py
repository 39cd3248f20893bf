"""Routes of the knowledge base, and of the service's own health."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from ui.api.models import HealthDocument, SearchDocument
from ui.api.responses import answers, document
from ui.api.service import Served, Spoken

router = APIRouter(tags=["knowledge"])
health = APIRouter(tags=["health"])


@router.get(
    "/search",
    operation_id="search",
    summary="Cards of the knowledge base",
    responses=answers(SearchDocument, statuses=()),
)
def search(
    service: Served,
    language: Spoken,
    q: Annotated[str, Query(min_length=1, max_length=500, examples=["onboarding stuck"])],
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
) -> Response:
    """Playbooks, cases and trends nearest in meaning and words, with scores that compare within one answer."""
    hits = service.assistant.search(q, language, limit)
    results = [
        {
            "slug": hit.slug,
            "kind": hit.kind,
            "title": hit.title[language],
            "language": hit.language,
            "score": hit.score,
            "passage": hit.passage,
        }
        for hit in hits
    ]
    return document({"results": results})


@health.get("/health", operation_id="getHealth", summary="Alive", responses={200: {"model": HealthDocument}})
def get_health() -> Response:
    """Says that the process answers."""
    return document({"status": "ok"})


@health.get("/ready", operation_id="getReady", summary="Ready for work", responses={200: {"model": HealthDocument}})
def get_ready(service: Served) -> Response:
    """Says that portfolios can be read and written; a folder that cannot is a 503."""
    service.check_home()
    return document({"status": "ok"})
