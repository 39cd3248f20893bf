"""Route of the accounts of a client base: filtered, sorted, with the fields asked for, a page at a time."""

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from tools.fields import find_field
from tools.filters import parse
from tools.roster import roster
from tools.text import Text
from ui.api.models import AccountsDocument
from ui.api.portfolios import Day, Filtered, Snapshot
from ui.api.problems import Refusal
from ui.api.responses import answers, document
from ui.api.service import Served

router = APIRouter(tags=["portfolios"])

PAGE = 100
STALE = Text(
    "This cursor belongs to another question: ask without it.", "Этот cursor — от другого запроса: начните без него."
)
Listed = Annotated[str | None, Query(max_length=20_000, description="separated by commas")]


@router.get(
    "/portfolios/{p}/accounts",
    operation_id="getAccounts",
    summary="Accounts with their fields",
    responses=answers(AccountsDocument, statuses=(400, 404)),
)
def get_accounts(
    p: Snapshot,
    service: Served,
    ids: Listed = None,
    fields: Listed = None,
    where: Filtered = None,
    sort: Annotated[str | None, Query(max_length=100, description="a field; - before it: largest first")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = PAGE,
    cursor: Annotated[str | None, Query(max_length=200, description="next of the page before")] = None,
    as_of: Day = None,
) -> Response:
    """Columns, segments and account readings by key; what is not known is null, and stands last when sorted."""
    asked = [find_field(name).key for name in _split(fields)]
    chosen = _split(ids) if ids is not None else None
    condition = parse(where) if where is not None else None
    mark = _mark(p, chosen, str(condition), sort, as_of)
    portfolio = service.assistant.portfolio(p, as_of=as_of)
    start = _start(cursor, mark)
    found = roster(portfolio, fields=asked, where=condition, sort=sort, ids=chosen, start=start, size=limit)
    units = {key: unit.value for key in asked if (unit := find_field(key).unit) is not None}
    return document(
        {
            "accounts": [{"id": line.id, "name": line.name, **line.values} for line in found.lines],
            "total": found.total,
            "unknown": found.unknown,
            "units": {key: unit.replace("CUR", portfolio.currency) for key, unit in units.items()},
            "next": _cursor(found.next, mark) if found.next is not None else None,
        }
    )


def _split(listed: str | None) -> list[str]:
    return [name.strip() for name in (listed or "").split(",") if name.strip()]


def _mark(*question: Any) -> str:
    return hashlib.sha256(repr(question).encode()).hexdigest()[:12]


def _cursor(start: int, mark: str) -> str:
    return urlsafe_b64encode(f"{start}:{mark}".encode()).decode().rstrip("=")


def _start(cursor: str | None, mark: str) -> int:
    if cursor is None:
        return 0
    try:
        said = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError as error:
        raise Refusal(400, STALE, kind="cursor") from error
    found = re.fullmatch(r"([0-9]{1,9}):([0-9a-f]{12})", said)
    if found is None or found.group(2) != mark:
        raise Refusal(400, STALE, kind="cursor")
    return int(found.group(1))
