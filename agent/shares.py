"""What share a part of the clients makes of all, as sentences: of a figure of one part, or of each group."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent import sentences
from tools.document import Claim, Name
from tools.shares import share
from tools.text import Text

if TYPE_CHECKING:
    from tools.question import Question
    from tools.reading import Reading

OF_ALL = Text("Their share of all: {value} — {part} of {whole}.", "Их доля от всего: {value} — {part} из {whole}.")
OF_PAYING = Text(
    "Their share of all paying clients: {value} — {part} of {whole}.",
    "Их доля среди всех платящих клиентов: {value} — {part} из {whole}.",
)
EACH = Text("{name}, the share of each, from {start} to {end}:", "{name}, доля каждой группы, с {start} по {end}:")
EACH_PART = Text(
    "{name}, the share of these clients in each, from {start} to {end}:",
    "{name}, доля этих клиентов в каждой группе, с {start} по {end}:",
)
EACH_PAYING = Text("Share of the paying clients on {end}:", "Доля в числе платящих клиентов на {end}:")
OF_GROUP = Text("{name}: {value} — {part} of {whole}.", "{name}: {value} — {part} из {whole}.")
CANNOT = Text(
    "A share cannot be told: there is no sum of all to divide by.",
    "Долю назвать нельзя: нет общей суммы, на которую делить.",
)


def told(parts: "Sequence[tuple[Reading, Reading]]", desk: sentences.Desk) -> list[Claim]:
    """A sentence for each part beside its whole; that no share can be told where none has one."""
    from tools.reports.names import group_name

    claims: list[Claim] = []
    for place, (part, whole) in enumerate(parts):
        made = share(part, whole)
        if made is None:
            continue
        grouped = "group" in part.scope
        name = {"name": Name(group_name(part, desk.language))} if grouped else {}
        counted = part.scope.get("kind") == "clients"
        if grouped and not claims and part.window is not None:
            claims.append(_heading(part, desk))
        text = OF_GROUP if grouped else OF_PAYING if counted else OF_ALL
        claims.append(
            sentences.claim(f"{part.key}.share.{place}", text, desk, value=made, part=part, whole=whole, **name)
        )
    return claims or [sentences.claim("share.none", CANNOT, desk)]


def _heading(part: "Reading", desk: sentences.Desk) -> Claim:
    from tools.metrics import metrics

    assert part.window is not None
    days = {"start": part.window.start, "end": part.window.closing}
    text = EACH_PAYING if part.scope.get("kind") == "clients" else EACH_PART if "where" in part.scope else EACH
    return sentences.claim("share.each", text, desk, name=metrics()[part.key].name, **days)


def wholes(
    readings: "Sequence[Reading]", question: "Question", desk: sentences.Desk
) -> "list[tuple[Reading, Reading]]":
    """Each reading with that which it is a part of: of all clients; of its own group where a filter chose among these."""
    from tools.question import answer

    among = question.where is not None
    of = answer(desk.portfolio, replace(question, where=None, by=question.by if among else None))
    known: dict[str | None, Reading] = {}
    for item in of:
        known.setdefault(item.scope.get("group"), item)
    pairs = [(item, known.get(item.scope.get("group") if among else None)) for item in readings]
    return [(item, whole) for item, whole in pairs if whole is not None]
