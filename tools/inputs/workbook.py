"""The workbook as xlsx: every text a text cell, dates and lists checked, headers frozen, the machine's row hidden."""

import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tools import formats
from tools.inputs.contents import Cell, Page, Row, Workbook
from tools.inputs.sheets import ABOUT, ABOUT_HEADS, ABOUT_TITLE, GRADES, VERSION, Field, header
from tools.text import Language, Text

MARK = "cvm-inputs"
MADE = datetime(2026, 1, 1)  # properties carry a day of creation; a fixed one keeps the bytes the same
HEAD, FIRST = 2, 3  # rows of the header and of the first client, counted from nought
SPARE = 500  # empty rows below the last one that are checked too: rows are copied and added
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
DATES: Mapping[Language, str] = {"en": "yyyy-mm-dd", "ru": "dd.mm.yyyy"}
TITLE = Text("What the data lack", "Чего нет в данных")
INTRO = Text(
    "{n} clients in force stand on the sheets, those that lack something first. Fill the yellow cells you know and leave the "
    "rest empty: an empty cell changes nothing. Then load this file together with your exports, or alone: "
    "cvm load {name}.",
    "На листах — действующие клиенты ({n}), первыми те, по кому чего-то не хватает. Заполните жёлтые ячейки, которые знаете, "
    "остальные оставьте пустыми: пустая ячейка ничего не меняет. Затем загрузите этот файл вместе с выгрузками или один: "
    "cvm load {name}.",
)
LACK = Text("{n} {what}", "{what}: {n}")
LIST_TITLE = Text("Choose from the list", "Выберите из списка")
WRONG: Mapping[str, Text] = {
    "day": Text("A date is needed here: year, month and day.", "Здесь нужна дата: число, месяц, год."),
    "past": Text(
        "A date not later than the last day of the data ({day}) is needed here.",
        "Здесь нужна дата не позже последнего дня данных ({day}).",
    ),
    "number": Text("A number is needed here.", "Здесь нужно число."),
    "money": Text("An amount is needed here, without words.", "Здесь нужна сумма без слов."),
    "share": Text("A share from 0 to 100% is needed here.", "Здесь нужна доля от 0 до 100 %."),
    "grade": Text("Choose one of the list, or leave it empty.", "Выберите из списка или оставьте пусто."),
    "score": Text("A whole number from 0 to 4 is needed here.", "Здесь нужно целое число от 0 до 4."),
}


def mark(sheet: str, snapshot: str, column: str) -> str:
    """The first cell of the machine's row: version, sheet, snapshot, key of its own column."""
    return f"{MARK}/{VERSION} {sheet} {snapshot} {column}"


def xlsx(book: Workbook, language: Language, *, name: str = "inputs.xlsx") -> bytes:
    """The workbook's bytes; the same portfolio and language give the same ones. ``name`` is what the file is called."""
    import xlsxwriter

    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made.set_properties({"created": MADE, "title": TITLE[language], "comments": f"{MARK}/{VERSION} {book.snapshot}"})
    looks = _looks(made, language)
    _about(made.add_worksheet(ABOUT_TITLE[language]), book, language, looks, name)
    for page in book.pages:
        _page(made.add_worksheet(page.sheet.title[language]), page, book, language, looks)
    made.close()
    return out.getvalue()


def _looks(made: Any, language: Language) -> dict[str, Any]:
    edge = {"border": 1, "border_color": "#D9D9D9"}
    fill = {"bg_color": "#FFF8DC", "locked": False, **edge}
    told = {"font_color": "#595959", "num_format": "@"}
    number = "#,##0.####"
    return {
        "title": made.add_format({"bold": True, "font_size": 16}),
        "says": made.add_format({"text_wrap": True, "valign": "top"}),
        "head": made.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF7", **edge}),
        "wrap": made.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "link": made.add_format({"font_color": "#1F4E9E", "underline": 1, "valign": "top"}),
        "told.text": made.add_format(told),
        "told.number": made.add_format({**told, "num_format": number}),
        "told.day": made.add_format({**told, "num_format": DATES[language]}),
        "text": made.add_format({**fill, "num_format": "@"}),
        "grade": made.add_format({**fill, "num_format": "@"}),
        "number": made.add_format({**fill, "num_format": number}),
        "money": made.add_format({**fill, "num_format": "#,##0.00"}),
        "share": made.add_format({**fill, "num_format": "0.##%"}),
        "score": made.add_format({**fill, "num_format": "0"}),
        "day": made.add_format({**fill, "num_format": DATES[language]}),
        "past": made.add_format({**fill, "num_format": DATES[language]}),
    }


def _about(sheet: Any, book: Workbook, language: Language, looks: Mapping[str, Any], name: str) -> None:
    keys = (mark(ABOUT, book.snapshot, "sheet"), "lacking", "unlocks")
    for place, key in enumerate(keys):
        sheet.write_string(0, place, key)
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.write_string(1, 0, TITLE[language], looks["title"])
    shown = formats.count(book.clients, language)
    sheet.merge_range(2, 0, 2, 2, "", looks["says"])
    sheet.write_string(2, 0, INTRO.fill(n=shown, name=name)[language], looks["says"])
    sheet.set_row(2, 64)
    for place, head in enumerate(ABOUT_HEADS):
        sheet.write_string(4, place, head[language], looks["head"])
    for row, page in enumerate(book.pages, 5):
        title = page.sheet.title[language]
        sheet.write_url(row, 0, f"internal:'{title}'!A1", looks["link"], title)
        lack = LACK.fill(n=formats.count(page.lacking, language), what=page.sheet.lacking)
        sheet.write_string(row, 1, _capital(lack[language]), looks["wrap"])
        sheet.write_string(row, 2, unlocks(page, book)[language], looks["wrap"])
        sheet.set_row(row, 32)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 40)
    sheet.set_column(2, 2, 84)
    sheet.hide_gridlines(2)


def unlocks(page: Page, book: Workbook) -> Text:
    """What a sheet gives: metrics with how they stand now, other gains, the audit steps that use them."""
    from tools.audit import steps
    from tools.metrics import metrics

    titles = {step.key: step.title for step in steps()}
    parts: dict[Language, str] = {}
    for language in ("en", "ru"):
        gains = [f"{metrics()[key].name[language]}: {book.now[key][language]}" for key in page.sheet.metrics]
        gains += [page.sheet.gains[language]] if page.sheet.gains is not None else []
        told = _capital("; ".join(gains))
        named = ", ".join(
            f"“{titles[key].en}”" if language == "en" else f"«{titles[key].ru}»" for key in page.sheet.steps
        )
        many = len(page.sheet.steps) > 1
        of = ("Steps" if many else "Step", "Шаги" if many else "Шаг")[language == "ru"]
        parts[language] = f"{told}. {of}: {named}." if named else f"{told}."
    return Text(parts["en"], parts["ru"])


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _page(sheet: Any, page: Page, book: Workbook, language: Language, looks: Mapping[str, Any]) -> None:
    fields = page.sheet.fields
    for place, field in enumerate(fields):
        key = field.key if place else mark(page.sheet.key, book.snapshot, field.key)
        sheet.write_string(0, place, key)
        sheet.write_string(HEAD, place, header(field, book.currency)[language], looks["head"])
        sheet.set_column(place, place, field.width)
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.merge_range(1, 0, 1, len(fields) - 1, "", looks["says"])
    sheet.write_string(1, 0, page.sheet.says[language], looks["says"])
    sheet.set_row(1, 48)
    sheet.set_row(HEAD, 32)
    sheet.freeze_panes(FIRST, 1 + sum(field.key == "name" for field in fields))
    last = FIRST + len(page.rows) - 1
    sheet.autofilter(HEAD, 0, last, len(fields) - 1)
    for number, row in enumerate(page.rows, FIRST):
        _row(sheet, number, row, fields, language, looks)
    for place, field in enumerate(fields):
        rule = None if field.told else _rule(field, book, language)
        if rule is not None:
            sheet.data_validation(FIRST, place, last + SPARE, place, rule)


def _row(
    sheet: Any, number: int, row: Row, fields: tuple[Field, ...], language: Language, looks: Mapping[str, Any]
) -> None:
    for place, field in enumerate(fields):
        if field.told:
            _tell(sheet, number, place, row.cells.get(field.key), language, looks)
        else:
            sheet.write_blank(number, place, None, looks[field.kind])


def _tell(sheet: Any, number: int, place: int, cell: Cell, language: Language, looks: Mapping[str, Any]) -> None:
    """A known cell; texts go in as texts whatever they begin with, so that none becomes a formula or a link."""
    if cell is None:
        return
    if isinstance(cell, date):
        sheet.write_datetime(number, place, datetime(cell.year, cell.month, cell.day), looks["told.day"])
    elif isinstance(cell, int | float | Decimal):
        sheet.write_number(number, place, cell, looks["told.number"])
    else:
        sheet.write_string(number, place, cell[language] if isinstance(cell, Text) else cell, looks["told.text"])


def _rule(field: Field, book: Workbook, language: Language) -> dict[str, Any] | None:
    """What a cell to fill accepts; None where it takes any text."""
    rule: dict[str, Any] = {"ignore_blank": True}
    if field.kind in ("day", "past"):
        latest = book.as_of if field.kind == "past" and book.as_of is not None else LAST_DAY
        rule |= {"validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": latest}
    elif field.kind == "share":
        rule |= {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
    elif field.kind in ("number", "money"):
        rule |= {"validate": "decimal", "criteria": "between", "minimum": -1e14, "maximum": 1e14}
    elif field.kind == "score":
        rule |= {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 4}
    elif field.kind == "grade":
        rule |= {"validate": "list", "source": [grade[language] for grade in GRADES.values()]}
    elif (
        field.key == "owner" and 0 < len(",".join(book.owners)) <= 255 and not any("," in name for name in book.owners)
    ):
        rule |= {"validate": "list", "source": list(book.owners), "show_error": False}
    elif field.hint is not None:
        rule |= {"validate": "any"}
    else:
        return None
    if field.kind in WRONG:
        day = formats.day(book.as_of, language) if book.as_of is not None else ""
        rule["error_message"] = WRONG[field.kind].fill(day=day)[language]
    if field.hint is not None:
        rule |= {"input_title": header(field, book.currency)[language][:32], "input_message": field.hint[language]}
    return rule
