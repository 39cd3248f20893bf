"""RFC 9457 problems, in the language that ``Accept-Language`` asks for; a traceback never leaves the process."""

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from agent.conversation import BadState, Busy, KeyReused, NotWaiting
from tools.errors import BackendError, BadData, OpenQuestion, UnknownName, UserError
from tools.filters import BadFilter
from tools.text import Language, Text
from ui.api.faults import fault

logger = logging.getLogger(__name__)

TITLES: Mapping[int, Text] = {
    400: Text("The request cannot be done", "Запрос нельзя выполнить"),
    401: Text("A key is needed", "Нужен ключ доступа"),
    404: Text("Not found", "Не найдено"),
    405: Text("Method not allowed", "Метод не поддерживается"),
    409: Text("A question is open", "Есть вопрос без ответа"),
    413: Text("The upload is too large", "Файл слишком большой"),
    415: Text("Unsupported content", "Формат не поддерживается"),
    422: Text("The data or the request does not fit", "Данные или запрос не подходят"),
    500: Text("An error of ours", "Наша ошибка"),
    503: Text("A part of the service does not answer", "Часть сервиса не отвечает"),
}
INTERNAL = Text(
    "Something broke on our side; nothing was half-written. The log says what.",
    "Сломалось на нашей стороне; наполовину ничего не записано. Подробности — в журнале.",
)
NOTHING_HERE = Text("There is nothing at this address.", "По этому адресу ничего нет.")
DOES_NOT_FIT = Text("The request does not fit: see errors.", "Запрос не подходит: подробности в errors.")


class ProblemDocument(BaseModel):
    """An error as RFC 9457 writes it; ``near`` holds the nearest known names, ``errors`` the fields at fault."""

    type: str = Field("about:blank", examples=["urn:cvm:problem:unknown-name"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["Unknown metric 'nr'. Did you mean: nrr, nps?"])
    instance: str = Field(examples=["/v1/portfolios/3f2a/metrics/nr"])
    near: list[str] | None = None
    errors: list[dict[str, str]] | None = None


class Refusal(Exception):
    """A refusal of the HTTP layer itself (key, size, format), in both languages."""

    def __init__(self, status: int, detail: Text, *, kind: str = "refused", headers: Mapping[str, str] | None = None):
        super().__init__(detail.en)
        self.status, self.detail, self.kind, self.headers = status, detail, kind, dict(headers or {})


class NothingMore(Exception):
    """An event stream that has ended and has nothing left to replay (204: do not come back)."""


def language_of(request: Request) -> Language:
    """The language of the answer: the better liked of Russian and English in ``Accept-Language``, else English."""
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> Language:
    """The better liked of ru and en in an ``Accept-Language`` header; English where neither is named."""
    liked: dict[str, float] = {}
    for item in header.lower().split(","):
        tag, _, parameters = item.strip().partition(";")
        weight = parameters.strip().removeprefix("q=") if parameters else "1"
        if tag[:2] in ("ru", "en"):
            liked[tag[:2]] = max(liked.get(tag[:2], 0.0), _number(weight))
    return "ru" if liked.get("ru", 0.0) > liked.get("en", 0.0) else "en"


def problem(
    request: Request,
    status: int,
    detail: Text,
    *,
    kind: str = "",
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> JSONResponse:
    """The problem document as a response."""
    language = language_of(request)
    body = {
        "type": f"urn:cvm:problem:{kind}" if kind else "about:blank",
        "title": TITLES.get(status, TITLES[400])[language],
        "status": status,
        "detail": detail[language],
        "instance": request.scope["path"],
        **{name: value for name, value in more.items() if value},
    }
    return JSONResponse(
        body,
        status_code=status,
        media_type="application/problem+json",
        headers={"Content-Language": language, "Vary": "Accept-Language", **(headers or {})},
    )


def install(app: FastAPI) -> None:
    """Answer every error of the application with a problem."""
    app.add_exception_handler(UserError, _user)
    app.add_exception_handler(BackendError, _backend)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(NothingMore, _nothing_more)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


def _user(request: Request, error: Exception) -> Response:
    assert isinstance(error, UserError)
    if isinstance(error, BadFilter):
        said = error.text[language_of(request)]
        where = [{"pointer": "/query/where", "detail": said, "position": str(error.position + 1)}]
        return problem(request, 400, error.text, kind="bad-filter", near=error.near, errors=where)
    if isinstance(error, UnknownName):
        return problem(request, 404, error.text, kind="unknown-name", near=error.near)
    if isinstance(error, OpenQuestion):
        return problem(request, 409, error.text, kind="open-question")
    if isinstance(error, Busy):
        return problem(request, 409, error.text, kind="busy", headers={"Retry-After": "1"})
    if isinstance(error, NotWaiting):
        return problem(request, 409, error.text, kind="not-waiting")
    if isinstance(error, KeyReused):
        return problem(request, 422, error.text, kind="key-reused")
    if isinstance(error, BadState):
        return problem(request, 503, error.text, kind="bad-state")
    if isinstance(error, BadData):
        return problem(request, 422, error.text, kind="bad-data")
    return problem(request, 400, error.text, kind="bad-request")


def _backend(request: Request, error: Exception) -> Response:
    assert isinstance(error, BackendError)
    logger.warning("backend failed: %s", error)
    text = Text(f"{error.backend} does not answer.", f"Не отвечает: {error.backend}.")
    headers = {"Retry-After": "5"} if error.retryable else None
    return problem(request, 503, text, kind="backend", headers=headers)


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problem(request, error.status, error.detail, kind=error.kind, headers=error.headers)


def _nothing_more(request: Request, error: Exception) -> Response:
    return Response(status_code=204)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    language = language_of(request)
    errors = [
        {"pointer": "/" + "/".join(str(part) for part in item["loc"]), "detail": fault(item)[language]}
        for item in error.errors()
    ]
    return problem(request, 422, DOES_NOT_FIT, kind="invalid-request", errors=errors)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = NOTHING_HERE if error.status_code == 404 else TITLES.get(error.status_code)
    detail = known or Text(str(error.detail) or "Error", str(error.detail) or "Ошибка")
    return problem(request, error.status_code, detail, headers=error.headers)


def _bug(request: Request, error: Exception) -> Response:
    logger.error("unexpected error at %s", request.scope["path"], exc_info=error)
    return problem(request, 500, INTERNAL, kind="bug")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
