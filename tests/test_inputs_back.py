"""The workbook of inputs on its way back: recognised however it was saved, rows that fit nobody named, nothing guessed."""

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from agent import library
from tests.inputs_files import TOP, Fills, answered, day, rewritten, rows_of, sent
from tests.portfolios import build, subscription
from tools.errors import BadData, UserError
from tools.inputs.contents import contents
from tools.inputs.filled import filled
from tools.inputs.forms import parted
from tools.inputs.workbook import xlsx
from tools.load import Problem
from tools.portfolio import Portfolio
from tools.snapshot import loaded
from tools.sources import read_bytes
from tools.text import LANGUAGES, Language

HOSTILE = '=HYPERLINK("http://x.example";"+1")'
CLIENTS = (
    "Код клиента;Клиент;Тариф\nA1;ООО «Один»;Pro\nA2;ООО «Два»;Pro\nA3;ООО «Близнец»;Start\nA4;ООО «Близнец»;Start\n"
)
CONTRACTS = "Код клиента;Дата начала;Дата окончания;Цена в месяц\n" + "".join(
    f"A{n};01.02.2024;;1000,00\n" for n in range(1, 5)
)
BILLS = "Код клиента;Документ;Дата документа;Сумма\n" + "".join(f"A{n};{n};31.12.2025;1000,00\n" for n in range(1, 5))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def portfolio(home: Path) -> Portfolio:
    names = {"A1": "ООО «Один»", "A2": "ООО «Два»", "A3": "ООО «Близнец»", "A4": "ООО «Близнец»", "A5": HOSTILE}
    return build(
        home,
        accounts=[{"account_id": id, "name": name, "plan": "Pro"} for id, name in names.items()],
        subscriptions=[subscription(id, "2024-02-01", 1000) for id in names],
        invoices=[{"account_id": "A1", "document": "1", "date": "2025-12-31", "amount": 1}],
        value_goals=[
            {"account_id": "A2", "goal": "twice", "base": 0.0, "target": 5.0},
            {"account_id": "A2", "goal": "twice", "base": 0.0, "target": 5.0},
        ],
        culture=[
            {"department": name, "statement": n, "score": 2} for name in ("product", "sales") for n in range(1, 6)
        ],
    )  # fmt: skip


PROMISE = {"goal": "hours", "target": 5}
NEW = TOP + 40


def row(where: str | int, **cells: Any) -> dict[tuple[str | int, str], Any]:
    return {(where, column): value for column, value in cells.items()}


CASES: list[tuple[str, Fills, int]] = [
    ("inputs_unknown_client", {"promises": row(NEW, account_id="B7", name="ООО «Чужой»", **PROMISE)}, 0),
    ("inputs_unknown_client", {"owners": row(NEW, name="ООО «Два» ", owner="x") | row(NEW + 1, owner="y")}, 1),
    ("inputs_two_clients", {"owners": row(NEW, name="ООО «Близнец»", owner="x")}, 0),
    ("inputs_two_clients", {"owners": row(NEW, account_id="A1", name="ООО «Два»", owner="x")}, 0),
    ("inputs_by_name", {"owners": row(NEW, account_id="99", name="ООО  «Два»", owner="x")}, 1),
    ("inputs_unknown_plan", {"plan_promises": row(NEW, plan="Максимум", **PROMISE)}, 0),
    ("inputs_unknown_promise", {"outcomes": row(NEW, account_id="A1", goal="never said", current=1)}, 0),
    ("inputs_two_promises", {"outcomes": row(NEW, account_id="A2", goal="twice", current=1)}, 0),
    ("inputs_two_promises", {"promises": row("A2", goal="twice", target=5)}, 0),
    ("inputs_missing_cell", {"promises": row("A1", goal="hours")}, 0),
    ("inputs_bad_required", {"promises": row("A1", goal="hours", target="много")}, 0),
    ("inputs_bad_required", {"culture": row(TOP, score=5)}, 0),
    ("inputs_bad_required", {"culture": row(TOP, score=2.5)}, 0),
    ("inputs_bad_cell", {"promises": row("A1", **PROMISE, current="1,234")}, 1),
    ("inputs_bad_cell", {"promises": row("A1", **PROMISE, grade="наверное")}, 1),
    ("inputs_bad_cell", {"contract_ends": row("A1", contract_end="03/04/2026")}, 0),
    ("inputs_bad_cell", {"contract_ends": row("A1", contract_end="скоро")}, 0),
    ("inputs_bad_cell", {"contract_ends": row("A1", contract_end="31.12.9999")}, 0),
    ("inputs_bad_cell", {"costs": row("A1", margin=60)}, 0),
    ("inputs_bad_cell", {"costs": row("A1", service_cost="1e30")}, 0),
    ("inputs_late", {"first_value": row("A1", first_value=day("2026-01-01"))}, 0),
    ("inputs_twice", {"promises": row("A1", **PROMISE) | row(NEW, account_id="A1", **PROMISE)}, 1),
    ("inputs_twice", {"owners": row("A1", owner="x") | row(NEW, account_id="A1", owner="y")}, 1),
    ("inputs_twice", {"costs": row("*", margin=0.5) | row(NEW, account_id="*", margin=0.6)}, 1),
    ("inputs_unknown_statement", {"culture": row(NEW, department="Бухгалтерия", statement=1, score=2)}, 0),
    ("inputs_unknown_statement", {"culture": row(NEW, department="Sales", statement=6, score=2)}, 0),
]  # fmt: skip


@pytest.mark.parametrize(("code", "fills", "used"), CASES, ids=[f"{code}-{n}" for n, (code, *_) in enumerate(CASES)])
def test_a_row_that_does_not_fit_is_named_with_its_number(
    code: str, fills: Fills, used: int, portfolio: Portfolio, home: Path
) -> None:
    load, _ = loaded(home, portfolio.snapshot)
    made = filled(load, sent(portfolio, fills))
    said = {problem.code: problem for problem in made.problems}
    assert code in said, said
    ((sheet, cells),) = fills.items()
    numbers = [place for place, _ in cells]
    exact = next((place for place in reversed(numbers) if isinstance(place, int)), None)
    if exact is not None:
        assert re.search(rf"\({exact}\b|, {exact}\)", said[code].text.en), said[code].text.en
        assert f": {exact}" in str(said[code].example)
    assert said["inputs_read"].rows == used
    if not used:
        assert made.data == load.data


def test_every_remark_is_of_both_languages_and_names_the_file(portfolio: Portfolio, home: Path) -> None:
    load, _ = loaded(home, portfolio.snapshot)
    for _, fills, _ in CASES:
        for problem in filled(load, sent(portfolio, fills, "ru")).problems:
            assert isinstance(problem, Problem)
            assert "inputs.xlsx" in problem.text.en and "inputs.xlsx" in problem.text.ru
            assert "{" not in problem.text.en + problem.text.ru


def test_rows_left_out_show_in_the_control_totals(portfolio: Portfolio, home: Path) -> None:
    fills: Fills = {
        "promises": row("A1", **PROMISE) | row(NEW, account_id="B7", **PROMISE) | row("A3", goal="no target"),
        "culture": row(TOP, score=3) | row(TOP + 1, score=9),
    }
    _, load = answered(home, portfolio, fills)
    totals = {item.table: item for item in load.control_totals}
    assert (totals["value_goals"].source, totals["value_goals"].loaded) == (3, 1)
    assert totals["culture"].difference == -1


def test_a_value_of_the_data_is_replaced_and_said_to_be(portfolio: Portfolio, home: Path) -> None:
    first, _ = answered(home, portfolio, {"owners": row("A1", owner="Anna")})
    fills: Fills = {"owners": row("A1", owner="Boris")}
    _, load = answered(home, first, fills)
    assert load.data["accounts"].to_pylist()[0]["owner"] == "Boris"
    assert "inputs_replaced" in {problem.code for problem in load.problems}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_without_its_hidden_rows_is_known_by_its_headers(
    portfolio: Portfolio, home: Path, language: Language
) -> None:
    fills: Fills = {"owners": row("A1", owner="Anna"), "promises": row("A1", **PROMISE, value=10)}
    back = rewritten(xlsx(contents(portfolio), language), fills, language, without=(1, 2))
    forms, others = parted(read_bytes("inputs.xlsx", back))
    assert not others and {form.snapshot for form in forms} == {None}
    load = filled(loaded(home, portfolio.snapshot)[0], forms)
    assert load.data["accounts"].to_pylist()[0]["owner"] == "Anna"
    assert load.data["value_goals"].num_rows == 3


def test_other_tables_are_not_taken_for_sheets_of_inputs(portfolio: Portfolio, home: Path) -> None:
    csv = read_bytes("Owners.csv", b"Client id;Client;Plan;Owner\nA1;x;Pro;Anna\n")
    assert parted(csv) == ([], csv)


def test_a_workbook_of_a_later_version_is_refused(portfolio: Portfolio) -> None:
    from tools.inputs import workbook

    made = xlsx(contents(portfolio), "en")
    raws = read_bytes("inputs.xlsx", made)
    old, new = f"{workbook.MARK}/1 ", f"{workbook.MARK}/2 "
    names = [name.replace(old, new) for name in raws[1].rows.column_names]
    from dataclasses import replace

    with pytest.raises(BadData, match="later version"):
        parted([replace(raws[1], rows=raws[1].rows.rename_columns(names))])


def test_no_text_of_the_data_becomes_a_formula_or_a_link(portfolio: Portfolio) -> None:
    made = xlsx(contents(portfolio), "ru")
    with zipfile.ZipFile(BytesIO(made)) as parts:
        sheets = {name: parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name}
        links = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".rels"))
    assert not any("<f>" in xml or "<f " in xml for xml in sheets.values())
    assert "x.example" not in links and "TargetMode" not in links
    assert [cells[1] for cells in rows_of(made, "owners", "ru") if cells[0] == "A5"] == [HOSTILE]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_is_the_same_bytes_with_checks_frozen_headers_and_a_hidden_row(
    portfolio: Portfolio, language: Language
) -> None:
    book = contents(portfolio)
    made = xlsx(book, language)
    assert made == xlsx(book, language)
    with zipfile.ZipFile(BytesIO(made)) as parts:
        sheets = [parts.read(f"xl/worksheets/sheet{n}.xml").decode() for n in range(1, 2 + len(book.pages))]
    assert all('hidden="1"' in xml for xml in sheets)
    assert all('state="frozen"' in xml for xml in sheets[1:])
    kinds = {kind for xml in sheets for kind in re.findall(r'<dataValidation type="(\w+)"', xml)}
    assert kinds == {"date", "decimal", "whole", "list"}
    assert not any("{" in cell for page in book.pages for cells in rows_of(made, page.sheet.key, language)
                   for cell in cells if isinstance(cell, str))  # fmt: skip


def exports(folder: Path) -> Path:
    folder.mkdir()
    for name, text in (("Клиенты.csv", CLIENTS), ("Подписки.csv", CONTRACTS), ("Счета.csv", BILLS)):
        (folder / name).write_text(text, "utf-8")
    return folder


def test_the_workbook_loads_alone_beside_a_name_and_together_with_the_exports(tmp_path: Path) -> None:
    from tools.snapshot import open_portfolio

    home, folder = tmp_path / "home", exports(tmp_path / "exports")
    snapshot = library.load(home, folder, name="mine", answers={})
    fills: Fills = {"contract_ends": {(f"A{n}", "contract_end"): day("2026-03-01") for n in range(1, 5)}}
    book = tmp_path / "inputs.xlsx"
    book.write_bytes(rewritten(xlsx(contents(open_portfolio(home, snapshot)), "ru"), fills, "ru"))
    alone = library.load(home, book, name=None, answers={})
    assert alone != snapshot
    assert library.load(home, ["mine", book], name=None, answers={}) == alone
    assert library.load(home, [folder, book], name=None, answers={}) == alone
    (folder / book.name).write_bytes(book.read_bytes())
    assert library.load(home, folder, name=None, answers={}) == alone
    assert library.names(home) == {"mine": snapshot}


def test_a_workbook_without_its_data_is_refused_with_what_to_do(tmp_path: Path, portfolio: Portfolio) -> None:
    book = tmp_path / "inputs.xlsx"
    book.write_bytes(xlsx(contents(portfolio), "en"))
    home, folder = tmp_path / "home", exports(tmp_path / "exports")
    with pytest.raises(UserError, match="together with them"):
        library.load(home, book, name=None, answers={})
    library.load(home, folder, name="mine", answers={})
    with pytest.raises(UserError, match="only workbooks"):
        library.load(home, ["mine", folder / "Счета.csv"], name=None, answers={})
