"""One process, one port: HTTP ``/v1`` and the web chat at ``/``."""

import logging
import threading
import webbrowser
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, HTTPException, Request
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import compile_path

from agent.assistant import Assistant
from agent.settings import quiet_libraries, read_settings, ready_home
from tools.errors import CVMError
from ui.api import (
    accounts,
    audits,
    campaigns,
    documents,
    inputs,
    interviews,
    knowledge,
    letters,
    notes,
    portfolios,
    problems,
    reports,
    threads,
)
from ui.api.limits import BodyLimit, SafeHeaders
from ui.api.runs import Runs
from ui.api.service import Service, authorised
from ui.api.uploads import MAX_BYTES

logger = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "testserver")
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
DESCRIPTION = "A Customer Value Management audit whose every number is traceable to rows."


def create_app(assistant: Assistant, *, chat: bool = True, hosts: Sequence[str] = ("*",)) -> FastAPI:
    """The application around one Assistant; ``hosts`` are the Host headers it answers to."""
    quiet_libraries(assistant.settings.home)
    service = Service(assistant, Runs(assistant))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=_resume, args=(assistant,), daemon=True, name="resume").start()
        yield
        service.close()

    app = FastAPI(
        title="CVM assistant", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None, lifespan=lifespan
    )
    app.state.service = service
    problems.install(app)
    routed = (
        portfolios,
        threads,
        accounts,
        audits,
        interviews,
        reports,
        campaigns,
        knowledge,
        documents,
        inputs,
        letters,
        notes,
    )
    for router in (part.router for part in routed):
        app.include_router(router, prefix="/v1", dependencies=[Depends(authorised)])
    app.include_router(knowledge.health, prefix="/v1")
    app.add_api_route("/v1/{rest:path}", nothing_here, methods=METHODS, include_in_schema=False)
    if chat:
        from ui.chat.app import mount

        mount(app, service)
    app.add_middleware(BodyLimit, limit=MAX_BYTES + (1 << 20))
    app.add_middleware(SafeHeaders)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    return app


def _resume(assistant: Assistant) -> None:
    """Answer what was left when the last process was killed; a state file that cannot be read is told to who asks."""
    try:
        assistant.resume_turns()
    except CVMError as error:
        logger.warning("conversations were not gone on with: %s", error)


def nothing_here(request: Request) -> None:
    """Refuses an address under /v1 that no route has, before the page at ``/`` takes it: 404, or 405 for a wrong method."""
    allowed = {
        method.upper()
        for path, methods in request.app.openapi()["paths"].items()
        if compile_path(path)[0].fullmatch(request.scope["path"])
        for method in methods
    }
    if allowed:
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})
    raise HTTPException(404)


def serve(host: str = "127.0.0.1", port: int = 8000, open_browser: bool = False) -> None:
    """Serve until stopped; bound to this machine alone unless another ``host`` is given."""
    import uvicorn

    local = host in ("127.0.0.1", "localhost", "::1")
    settings = read_settings()
    ready_home(settings.home)
    app = create_app(Assistant.open(settings), hosts=LOOPBACK if local else ("*",))
    service: Service = app.state.service
    if not local and service.api_key is None:
        logger.warning("bound to %s without CVM_API_KEY: everyone who reaches this port reads the data", host)
    if open_browser:
        threading.Timer(1.5, webbrowser.open, args=(f"http://127.0.0.1:{port}/",)).start()
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, timeout_graceful_shutdown=3)
