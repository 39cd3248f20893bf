"""What holds for every request: a limit of size, and headers that keep a page to itself."""

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Sequence[tuple[str, str]] = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
#: Nothing is loaded from, or sent to, another host; ``{scripts}`` are the hashes of the page's own inline
#: scripts; Gradio compiles the (constant) templates of its HTML components, hence ``unsafe-eval``.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-eval'{scripts}; "
    "worker-src 'self' blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'self'; form-action 'self'; "
    "base-uri 'self'; object-src 'none'"
)
_INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


class BodyLimit:
    """Refuses a body larger than ``limit`` bytes, declared or counted."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counting ``receive``."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        declared = Headers(scope=scope).get("content-length", "")
        left = self._limit - (int(declared) if declared.isdigit() else 0)
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if left < 0 or seen > self._limit:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


class SafeHeaders:
    """Adds `HEADERS` and the content policy; a page is held back until its inline scripts are known and hashed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a ``send`` that adds headers."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        held: list[Message] = []

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                held.append(message)
            elif held and message["type"] == "http.response.body":
                held.append(message)
                if not message.get("more_body"):
                    body = b"".join(part.get("body", b"") for part in held[1:])
                    for part in (_safe(held[0], body), *held[1:]):
                        await send(part)
            else:
                await send(_safe(message, b"") if message["type"] == "http.response.start" else message)

        await self._app(scope, receive, with_headers)


def _is_page(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    return headers.get("content-type", "").startswith("text/html") and "content-disposition" not in headers


def _safe(message: Message, page: bytes) -> Message:
    headers = MutableHeaders(scope=message)
    hashes = (b64encode(sha256(script).digest()).decode() for script in dict.fromkeys(_INLINE.findall(page)))
    policy = POLICY.replace("{scripts}", "".join(f" 'sha256-{item}'" for item in hashes))
    for name, value in (*HEADERS, ("Content-Security-Policy", policy)):
        headers.setdefault(name, value)
    return message
