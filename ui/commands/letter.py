"""The command that drafts a letter, a call script or a message, and takes the decision about it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tools.errors import BadData, UserError
from tools.text import Language, Text
from ui import session
from ui.commands.options import AsOf, Data, Json, Lang, Map, Strict, day
from ui.phrases import REFUSALS

if TYPE_CHECKING:
    from agent.letter_drafts import Drafted

ROWS = 10
WORDS = {
    "draft": Text("Draft", "Черновик"),
    "held": Text("Edited, waits for approval", "Исправлено, ждёт утверждения"),
    "approved": Text("Approved", "Утверждено"),
    "rejected": Text("Rejected", "Отклонено"),
    "occasion": Text("Occasion", "Повод"),
    "others": Text("Not in this letter", "Не в этом письме"),
    "checks": Text("Check before sending", "Проверьте перед отправкой"),
    "card": Text("Playbook", "Приём"),
    "goes": Text("Goes to {n} of {members} clients", "Получат {n} из {members} клиентов"),
    "unusual": Text("letters with other or fewer sentences: {n}", "писем, где часть строк другая или опущена: {n}"),
    "left_out": Text("Left out", "Не вошли"),
    "client": Text("Client", "Клиент"),
    "more": Text("and {n} more: --out FILE.csv", "и ещё {n}: --out ФАЙЛ.csv"),
    "file": Text("File", "Файл"),
    "frozen": Text("Frozen as", "Зафиксировано"),
    "next": Text(
        "Next: --approve, --edit FILE or --reject REASON. Nothing is sent from here.",
        "Дальше: --approve, --edit ФАЙЛ или --reject ПРИЧИНА. Отсюда ничего не отправляется.",
    ),
}
ONE_DECISION = Text(
    "Give one of --approve, --edit and --reject, not several.",
    "Укажите что-то одно: --approve, --edit или --reject.",
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(letter)


def letter(
    source: Data,
    account: Annotated[str | None, typer.Argument(metavar="[ACCOUNT]", help="Id or name of a client.")] = None,
    segment: Annotated[
        str | None, typer.Option("--segment", metavar="KEY", help="A value segment, in place of a client.")
    ] = None,
    step: Annotated[
        str | None,
        typer.Option(
            "--step", metavar="KEY", help="What it is about: a step, a stage or an occasion. Default: the situation."
        ),
    ] = None,
    form: Annotated[Literal["letter", "call", "messenger"], typer.Option("--form", help="Its form.")] = "letter",
    approve: Annotated[bool, typer.Option("--approve", help="Freeze the text as approved.")] = False,
    edit: Annotated[
        Path | None, typer.Option("--edit", metavar="FILE", help="Approve the text of a file in place of the draft.")
    ] = None,
    as_written: Annotated[
        bool, typer.Option("--as-written", help="Let numbers stand that are not from the data.")
    ] = False,
    reject: Annotated[str | None, typer.Option("--reject", metavar="REASON", help="Reject the draft.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the text; .csv: a segment as a table.")
    ] = None,
    as_of: AsOf = None,
    map_file: Map = None,
    strict: Strict = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Draft a letter, call script or message: benefit before the request; approve, edit or reject it."""
    from agent import letter_store
    from agent.letter_drafts import Wanted, drafted
    from agent.letter_files import write

    language, last = session.speak(lang), day(as_of)
    if sum((approve, edit is not None, reject is not None)) > 1:
        raise UserError(ONE_DECISION)
    text = _read(edit) if edit is not None else None
    assistant = session.open_assistant()
    home, now = assistant.settings.home, datetime.now(UTC)
    snapshot = session.load(assistant, source, map_file=map_file)
    found = drafted(
        assistant.portfolio(snapshot, as_of=last), Wanted(account, segment, step, form, language), home=home
    )
    shown, ref = found.document, found.document["id"]
    if approve:
        shown = letter_store.approve(home, ref, at=now)
    elif text is not None:
        shown = letter_store.edit(home, ref, text, at=now, as_written=as_written)
    elif reject is not None:
        shown = letter_store.reject(home, ref, reject, at=now)
    path = write(shown, out) if out is not None else None
    if as_json:
        session.emit({**shown, **({"file": str(path)} if path is not None else {})})
    else:
        _told(found, shown, language, home=home, path=path)
    if strict and any(not item["checked"] for item in shown["left_out"]):
        raise typer.Exit(session.NOT_ALL)


def _told(found: "Drafted", shown: Mapping[str, Any], language: Language, *, home: Path, path: Path | None) -> None:
    """The letter on the screen, where its text stands, and what can be done next."""
    from agent import letter_store

    _show(found, shown, language)
    from ui import terminal

    spoken = {key: item[language] for key, item in WORDS.items()}
    files = {"frozen": letter_store.file_of(home, shown["id"]) if shown["status"] == "approved" else None, "file": path}
    for name, where in files.items():
        if where is not None:
            terminal.console().print(terminal.harmless(f"{spoken[name]}: {where}"), soft_wrap=True)
    if shown["status"] in ("draft", "held"):
        terminal.console().print(spoken["next"], soft_wrap=True)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise BadData(REFUSALS["no_file"].fill(path=path)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(REFUSALS["bad_file"].fill(path=path)) from error


def _show(found: "Drafted", shown: Mapping[str, Any], language: Language) -> None:
    from tools.letters.letter import FORMS_OF_LETTER
    from ui import terminal

    spoken = {key: item[language] for key, item in WORDS.items()}
    console = terminal.console()
    head = f"{spoken[shown['status']]} ({FORMS_OF_LETTER[shown['form']][language]}): {shown['name']}"
    console.print(terminal.harmless(head), soft_wrap=True)
    console.print(terminal.harmless(f"{spoken['occasion']}: {shown['occasion']['title']}"), soft_wrap=True)
    console.print()
    console.print(terminal.harmless(shown["text"]), soft_wrap=True)
    console.print()
    if shown["clients"]:
        _clients(found, shown, language, spoken)
    for name in ("others", "checks"):
        if shown[name]:
            console.print(terminal.harmless(f"{spoken[name]}: {'; '.join(shown[name])}"), soft_wrap=True)
    for slug in shown["cards"]:
        console.print(terminal.harmless(f"{spoken['card']}: cvm card {slug}"), soft_wrap=True)


def _clients(found: "Drafted", shown: Mapping[str, Any], language: Language, spoken: Mapping[str, str]) -> None:
    """Who gets it with the values of the usual letter, and who is left out for what."""
    from tools import formats
    from tools.letters.merge import NO_VALUE
    from ui import terminal

    console, lines = terminal.console(), shown["clients"]
    columns = [item for item in shown["columns"] if f"[{item['title']}]" in shown["original"]]
    goes = spoken["goes"].replace("{n}", formats.count(len(lines), language))
    goes = goes.replace("{members}", formats.count(shown["members"], language))
    unusual = spoken["unusual"].replace("{n}", formats.count(shown["unusual"], language))
    console.print(f"{goes}; {unusual}" if shown["unusual"] else goes, soft_wrap=True)
    grid = terminal.grid(spoken["client"], *(item["title"] for item in columns))
    for line in lines[:ROWS]:
        values = (line["values"].get(item["key"], NO_VALUE).strip() for item in columns)
        grid.add_row(terminal.harmless(line["name"]), *(terminal.harmless(value) for value in values))
    console.print(grid)
    if len(lines) > ROWS:
        console.print(spoken["more"].replace("{n}", formats.count(len(lines) - ROWS, language)), soft_wrap=True)
    out = [f"{item['title']} — {formats.count(item['count'], language)}" for item in shown["left_out"] if item["count"]]
    if out:
        console.print(terminal.harmless(f"{spoken['left_out']}: {'; '.join(out)}"), soft_wrap=True)
