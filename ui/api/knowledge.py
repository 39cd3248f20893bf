"""Routes of the knowledge base, and of the service's own health."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from knowledge.cards import Kind
from ui.api.models import CardDocument, HealthDocument, SearchDocument
from ui.api.responses import answers, document
from ui.api.service import Served, Spoken
from ui.card_view import card_json, find_card

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
    kind: Kind | None = None,
    step: Annotated[str | None, Query(description="only cards that serve this audit step")] = None,
    segment: Annotated[str | None, Query(description="only cards made for this value segment")] = None,
) -> Response:
    """Cards, terms and own documents nearest in meaning and words, with scores that compare within one answer."""
    hits = service.assistant.search(q, language, limit, kind=kind, step=step, segment=segment)
    results = [
        {
            "slug": hit.slug,
            "kind": hit.kind,
            "title": hit.title[language],
            "language": hit.language,
            "score": hit.score,
            "passage": hit.passage,
            "trust": hit.trust[language] if hit.trust else None,
        }
        for hit in hits
    ]
    notice = service.assistant.knowledge.notice
    return document({"results": results, **({"notice": notice[language]} if notice is not None else {})})


@router.get(
    "/cards/{slug}", operation_id="getCard", summary="One card of the knowledge base", responses=answers(CardDocument)
)
def get_card(language: Spoken, slug: str) -> Response:
    """The card whole, in one language: its text to be used as it is, sources and grade."""
    return document(card_json(find_card(slug), language))


@health.get("/health", operation_id="getHealth", summary="Alive", responses={200: {"model": HealthDocument}})
def get_health() -> Response:
    """Says that the process answers."""
    return document({"status": "ok"})


@health.get("/ready", operation_id="getReady", summary="Ready for work", responses={200: {"model": HealthDocument}})
def get_ready(service: Served) -> Response:
    """Says that portfolios can be read and written; a folder that cannot is a 503."""
    service.check_home()
    return document({"status": "ok"})
