"""Loads, readings, segments, answers and cards: in the terminal, and as the JSON of the contract."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text as Styled

from tools import formats
from tools.document import Answer, Claim
from tools.render import Register
from tools.text import Language
from ui import terminal
from ui.phrases import phrase, table_title
from ui.usage_view import usage_line

if TYPE_CHECKING:
    from knowledge.search import Hit
    from tools.load import Load
    from tools.segments import Segmentation
    from tools.snapshot import Manifest

Json = dict[str, Any]


def show_load(
    load: "Load | Manifest", snapshot: str, language: Language, console: Console, *, last: date | None
) -> None:
    """Print what was read and its last day, the control totals, the remarks and the questions."""
    width = min(console.width, 120) - 4
    table = terminal.grid(*(phrase(name, language) for name in ("table", "count", "from_file")), right=(1,))
    for item in load.tables:
        name = table_title(item.name, language)
        table.add_row(name, formats.count(item.rows, language), Styled(terminal.harmless(item.from_file)))
    day = [phrase("last_day", language, day=formats.day(last, language))] if last is not None else []
    console.print(terminal.titled(f"{phrase('snapshot', language)} {snapshot}", table, *day))
    totals = terminal.control_totals(load.control_totals, language)
    console.print(terminal.titled(phrase("control_totals", language), totals))
    if load.problems:
        lines = terminal.problems(load.problems, language, width=width)
        console.print(terminal.titled(phrase("problems", language), *lines, colour="yellow"))
    if load.questions:
        asked = [
            terminal.prose(f"– {item.text[language]} [{' | '.join(item.options)}]", width=width)
            for item in load.questions
        ]
        console.print(terminal.titled(phrase("questions", language), *asked, colour="red"))


def _said(claim: Claim, language: Language, currency: str) -> str:
    return Register(currency).say(claim, language).text


def segment_json(found: "Segmentation", language: Language, *, currency: str) -> Json:
    """``{by, groups, accounts: [{id, name, segment, why}], disagree}``."""
    from tools.reports.contract import reading_json

    return {
        "by": found.by,
        "groups": [
            {
                "key": group.key,
                "title": group.title[language],
                "accounts": reading_json(group.accounts, language=language, currency=currency),
                "money": reading_json(group.money, language=language, currency=currency) if group.money else None,
            }
            for group in found.groups
        ],
        "accounts": [
            {"id": item.id, "name": item.name, "segment": item.segment, "why": _said(item.why, language, currency)}
            for item in found.accounts
        ],
        "disagree": [
            {"id": item.id, "name": item.name, "segment": item.segment, "why": _said(item.why, language, currency)}
            for item in found.disagree
        ],
    }


def show_segments(found: "Segmentation", language: Language, console: Console, *, currency: str) -> None:
    """Print the groups with their counts, then every account with its segment and why."""
    table = terminal.grid(*(phrase(name, language) for name in ("segment", "clients_of", "money")), right=(1, 2))
    titles = {group.key: group.title[language] for group in found.groups}
    for group in found.groups:
        money = terminal.value(group.money, language, currency=currency) if group.money else Styled("—")
        table.add_row(group.title[language], terminal.value(group.accounts, language, currency=currency), money)
    console.print(terminal.titled(phrase("segments", language), table))
    for note in found.notes:
        console.print(terminal.harmless(_said(note, language, currency)), style="bright_black", soft_wrap=True)
    accounts = terminal.grid(*(phrase(name, language) for name in ("client", "segment", "why")))
    for item in found.accounts:
        why = terminal.harmless(_said(item.why, language, currency))
        accounts.add_row(Styled(terminal.harmless(item.name)), titles.get(item.segment, item.segment), Styled(why))
    console.print(accounts)


def show_answer(answer: Answer, console: Console) -> None:
    """Print an answer: its text, the readings behind it, the cards it rests on."""
    from tools.reports.register import number, unique

    language, width = answer.language, min(console.width, 120) - 4
    register = Register(answer.currency)
    for claim in answer.claims:
        number(register, claim)
    rendered = register.fill(answer.section.draft, language)
    if rendered.text:
        console.print(terminal.prose(rendered, width=width))
    if answer.refused is not None and answer.refused[language] not in rendered.text:
        console.print(terminal.prose(answer.refused[language], width=width, style="yellow"))
    readings = unique([reading for claim in answer.claims for reading in claim.readings])
    if readings:
        console.print(
            terminal.readings_table(readings, language, currency=answer.currency, width=width, names=register.names)
        )
    if answer.cards:
        console.print(f"{phrase('cards', language)}: {', '.join(answer.cards)}", style="bright_black", soft_wrap=True)
    used = usage_line(answer.usage, language)
    if used is not None:
        console.print(used, style="bright_black", soft_wrap=True, highlight=False)


def hit_json(hit: "Hit") -> Json:
    """One card found, by the contract."""
    return {
        "slug": hit.slug,
        "kind": hit.kind,
        "title": hit.title[hit.language],
        "language": hit.language,
        "score": hit.score,
        "passage": hit.passage,
        "trust": hit.trust[hit.language] if hit.trust else None,
    }


def show_hits(hits: Sequence["Hit"], language: Language, console: Console) -> None:
    """Print the cards found with their scores and passages."""
    if not hits:
        console.print(phrase("nothing_found", language))
    for hit in hits:
        score = formats.decimal(hit.score, language, digits=3, fixed=True)
        console.print(
            Styled(f"{hit.title[hit.language]}  ", style="bold").append(
                f"{hit.kind} · {hit.slug} · {score}", "bright_black"
            )
        )
        if hit.trust is not None:
            console.print(Styled(hit.trust[language], style="bright_black"))
        console.print(terminal.prose(hit.passage, width=min(console.width, 120) - 4))
        console.print()
