"""The workbook of inputs: written where the user wants it, and told of in the chat."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent import sentences
from agent.memory import write_once
from agent.sentences import Desk, Result
from tools.document import Claim, Name
from tools.errors import BadData, UserError
from tools.reading import Reading, Unit
from tools.text import Language, Text

if TYPE_CHECKING:
    from agent.examples import Call
    from agent.reading.understand import Understood
    from tools.inputs.contents import Page, Workbook
    from tools.portfolio import Portfolio

NOT_XLSX = Text(
    "The workbook is written as xlsx: give a file name that ends in .xlsx, not {name}.",
    "Книга записывается в формате xlsx: имя файла должно кончаться на .xlsx, а не {name}.",
)
FILLED_ALREADY = Text(
    "{name} is there already and is not an empty workbook of these inputs: load it first, or give another name with --out.",
    "Файл {name} уже есть, и это не пустая книга: сначала загрузите его или задайте другое имя в --out.",
)
NOTHING_LACKS = Text(
    "Nothing is lacking that a workbook could ask for.",
    "Книга не нужна: всё, о чём она могла бы спросить, уже есть в данных.",
)
NEXT = Text(
    "Fill the yellow cells you know on the sheets, begin with “{sheet}”; then load it back: cvm load {path}",
    "Заполните на листах жёлтые ячейки, которые знаете, начните с листа «{sheet}»; затем загрузите книгу: cvm load {path}",
)
#: Asks for something to fill in, in small letters, ё as е.
_FILL = r"(?:заполн(?:ить|ять|им|ю|яем|яю|ения|ение)|дозаполн\w+)"
_FORM = r"(?:файл\w*|форм(?:у|а|ы|е)|шаблон\w*|книг(?:у|а|и|е)|таблиц\w+|анкет\w+|эксельк\w+|xlsx)"
_BLANK = r"(?:workbooks?|templates?|forms?|files?|sheets?|spreadsheets?|questionnaires?|xlsx)"
ASKS_INPUTS = re.compile(
    rf"\b{_FORM}\b.{{0,40}}\b{_FILL}\b|\b{_FILL}\b.{{0,40}}\b{_FORM}\b|\bчто .{{0,25}}\b{_FILL}\b|"
    r"\b(?:дай|дайте|пришли|скача\w+|сделай|получить|выгрузи|нужн[аы])\b.{0,25}\b(?:форм[уаы]|шаблон\w*|книг[уаи])\b(?! письм)|"
    r"\bне хватает\b.{0,40}\b(?:форм[уаы]|шаблон\w*|книг[уаи])\b|\b(?:форм[уаы]|шаблон\w*|книг[уаи])\b.{0,40}\bне хватает\b|"
    r"\bкуда (?:\w+ ){0,2}(?:внести|вписать|занести)\b|\bcvm inputs\b|"
    rf"\b{_BLANK}\b.{{0,40}}\bto (?:fill|complete)\b|\bfill(?:ing)? (?:in|out)\b|\binputs? {_BLANK}\b|"
    rf"\bwhat (?:do|should|must|can) (?:i|we) fill\b|\bmissing (?:inputs?|data)\b.{{0,30}}\b{_BLANK}\b|"
    rf"\b{_BLANK}\b.{{0,30}}\bmissing (?:inputs?|data|things)\b"
)
HEAD = Text(
    "There is a workbook for what these data lack, with the clients in force prefilled: {n}.",
    "Для того, чего нет в данных, есть книга; в ней уже стоят действующие клиенты: {n}.",
)
LINE = Text("Sheet “{sheet}”: {what} — {n}.", "Лист «{sheet}»: {what} — {n}.")
LINE_GAINS = Text(
    "Sheet “{sheet}”: {what} — {n}; it serves {gains}.", "Лист «{sheet}»: {what} — {n}; это даст: {gains}."
)
WHERE = Text(
    "Make it with the command “{command}”, or download it from the service at {path}.",
    "Получить её можно командой «{command}» или скачать у сервиса по адресу {path}.",
)
BY_HAND = Text(
    "What can be filled in by hand stands in a workbook with the clients prefilled: “{command}”.",
    "Что можно заполнить вручную, собрано в книге, где клиенты уже вписаны: «{command}».",
)
BACK = Text(
    "Fill the cells you know and load the file back, alone or together with the exports; an empty cell changes nothing.",
    "Заполните то, что знаете, и загрузите файл обратно — один или вместе с выгрузками; пустая ячейка ничего не меняет.",
)


@dataclass(frozen=True, slots=True)
class InputsResult:
    """The workbook as data and its file; no file where nothing is lacking."""

    book: "Workbook"
    path: Path | None


def workbook(portfolio: "Portfolio") -> "Workbook":
    """What the workbook of a portfolio holds; computed once for as long as the portfolio is open."""
    from tools.inputs.contents import contents

    if "inputs" not in portfolio.memo:
        portfolio.memo["inputs"] = contents(portfolio)
    found: Workbook = portfolio.memo["inputs"]
    return found


def written(portfolio: "Portfolio", *, home: Path, language: Language, out: Path | None = None) -> InputsResult:
    """The workbook written to ``out`` (a file, or a folder for one; default: under ``home``).

    A file that is there is written over only where it is such a workbook with nothing filled in; else `UserError`.
    """
    from tools.inputs.workbook import xlsx

    book = workbook(portfolio)
    if not book.pages:
        return InputsResult(book, None)
    name = f"inputs-{book.snapshot[:8]}-{language}.xlsx"
    path = home / "inputs" / name if out is None else out / name if out.is_dir() else out
    if path.suffix.casefold() != ".xlsx":
        raise UserError(NOT_XLSX.fill(name=path.name))
    made = xlsx(book, language, name=path.name)
    if path.exists() and path.read_bytes() != made and not _empty(path):
        raise UserError(FILLED_ALREADY.fill(name=path.name))
    write_once(path, made)
    return InputsResult(book, path)


def _empty(path: Path) -> bool:
    """True for a workbook of inputs in which nothing is filled in."""
    from tools.inputs.forms import parted
    from tools.sources import read

    try:
        forms, others = parted(read(path))
    except BadData:
        return False
    return bool(forms) and not others and not any(row.filled(form.sheet) for form in forms for row in form.rows)


def inputs_json(result: InputsResult, language: Language) -> dict[str, Any]:
    """The file, and each sheet with how many lack what it asks for and what it unlocks."""
    from tools.inputs.workbook import unlocks

    return {
        "file": str(result.path.resolve()) if result.path is not None else None,
        "snapshot": result.book.snapshot,
        "clients": result.book.clients,
        "sheets": [
            {
                "key": page.sheet.key,
                "title": page.sheet.title[language],
                "lacking": page.lacking,
                "what": page.sheet.lacking[language],
                "rows": len(page.rows),
                "metrics": list(page.sheet.metrics),
                "steps": list(page.sheet.steps),
                "unlocks": unlocks(page, result.book)[language],
            }
            for page in result.book.pages
        ],
    }


def next_step(result: InputsResult) -> Text:
    """What to do with the file."""
    if result.path is None:
        return NOTHING_LACKS
    shown = str(result.path.resolve())
    shown = f'"{shown}"' if " " in shown else shown
    return NEXT.fill(sheet=result.book.pages[0].sheet.title, path=shown)


def asked(seen: "Understood", portfolio: "Portfolio") -> "list[Call] | None":
    """The call for a question after a form to fill in; None where a report or a letter is wanted."""
    from agent.examples import call

    other = seen.wants & {"injection", "report", "letter"} or seen.accounts
    return [call("inputs")] if ASKS_INPUTS.search(seen.plain) and not other else None


def inputs(desk: Desk) -> Result:
    """How many clients lack what, sheet by sheet, and where the workbook is had."""
    book = workbook(desk.portfolio)
    if not book.pages:
        return Result((Claim("inputs.none", NOTHING_LACKS),))
    head = sentences.claim("inputs.head", HEAD, desk, n=_count(desk, "segments", "in_force", book.clients))
    lines = [_line(page, desk) for page in book.pages]
    where = sentences.claim(
        "inputs.where", WHERE, desk,
        command=Name(f"cvm inputs --data {book.snapshot}"), path=Name(f"/v1/portfolios/{book.snapshot}/inputs"),
    )  # fmt: skip
    return Result((head, *lines, where, Claim("inputs.back", BACK)))


def by_hand(desk: Desk) -> tuple[Claim, ...]:
    """That some of what is lacking can be filled in by hand, and how; nothing where there is no sheet for it."""
    if not workbook(desk.portfolio).pages:
        return ()
    command = Name(f"cvm inputs --data {desk.portfolio.snapshot}")
    return (sentences.claim("inputs.by_hand", BY_HAND, desk, command=command),)


def _line(page: "Page", desk: Desk) -> Claim:
    from tools.metrics import metrics

    sheet = page.sheet
    names = [metrics()[key].name for key in sheet.metrics]
    gains = Text(", ".join(name.en for name in names), ", ".join(name.ru for name in names)) if names else sheet.gains
    n = _count(desk, sheet.metrics[0] if sheet.metrics else "segments", f"lacking.{sheet.key}", page.lacking)
    text = LINE_GAINS if gains is not None else LINE
    return sentences.claim(f"inputs.{sheet.key}", text, desk, sheet=sheet.title, what=sheet.lacking, n=n, gains=gains)


def _count(desk: Desk, key: str, kind: str, value: int) -> Reading:
    portfolio = desk.portfolio
    scope = {"kind": kind}
    return Reading(key, Unit.COUNT, value, n=value, scope=scope, window=portfolio.day, snapshot=portfolio.snapshot)
