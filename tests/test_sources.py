"""Ways in: cells, delimiters, encodings, workbooks, parquet, folders, and every kind of bad file."""

import gzip
import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import BadData
from tools.load import Load
from tools.schema import arrow_schema
from tools.snapshot import save
from tools.sources import read, read_bytes
from tools.sources.cells import Mark, core_of, currency_of, date_of, mark_of, number_of, order_of


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("34,80", ",", "34.80"),
        ("1 234,56", ",", "1234.56"),
        ("1.5e3", ".", "1500"),
        ("1\u00a0234,56", ",", "1234.56"),
        ("1\u202f234,56 ₽", ",", "1234.56"),
        ("1.234,56", ",", "1234.56"),
        ("1,234.56", ".", "1234.56"),
        ("£34.80", ".", "34.80"),
        ("(£25.50)", ".", "-25.50"),
        ("-£3.80", ".", "-3.80"),
        ("25.50-", ".", "-25.50"),
        ("\u2212 12,5 руб.", ",", "-12.5"),
        ("1200р.", ",", "1200"),
        ("USD 1,000", ".", "1000"),
        ("1'234.5", ".", "1234.5"),
        ("35%", ".", "0.35"),
        ("1e3", ".", "1000"),
        ("34,80", ".", "34.80"),
        (".5", ".", "0.5"),
    ],
)
def test_number(text: str, mark: Mark, value: str) -> None:
    assert number_of(text, mark) == Decimal(value)


@pytest.mark.parametrize("text", ["", "abc", "12a", "1.2.3", "1,23,4", "12-05-2024", "№5", "1 2 руб. коп", "--5"])
def test_no_number(text: str) -> None:
    assert number_of(text, ".") is None


@pytest.mark.parametrize(
    ("text", "mark"),
    [("1,234", "?"), ("1.234", "?"), ("0,123", ","), ("1,2345", ","), ("1,234,567", "."), ("12", None)],
)
def test_mark(text: str, mark: str | None) -> None:
    core = core_of(text)
    assert core is not None
    assert mark_of(core) == mark


@given(value=st.decimals(-(10**9), 10**9, places=2), mark=st.sampled_from([".", ","]), spaced=st.booleans())
def test_a_written_number_reads_back(value: Decimal, mark: Mark, spaced: bool) -> None:
    text = f"{value:,.2f}".replace(",", " " if spaced else "").replace(".", mark)
    assert number_of(text, mark) == value


@given(text=st.text(max_size=30))
def test_no_cell_crashes(text: str) -> None:
    marks: tuple[Mark, ...] = (".", ",")
    assert all(isinstance(number_of(text, mark), Decimal | None) for mark in marks)
    assert isinstance(date_of(text, "dmy"), date | None)
    assert order_of(text) in (None, "?", "dmy", "mdy")
    assert currency_of(text) is None or len(currency_of(text) or "") == 3


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2024-03-05", "dmy", date(2024, 3, 5)),
        ("2024-03-05T10:11:12Z", "dmy", date(2024, 3, 5)),
        ("05.03.2024", "dmy", date(2024, 3, 5)),
        ("21.02.2011 0:00:00", "dmy", date(2011, 2, 21)),
        ("3/5/2024", "mdy", date(2024, 3, 5)),
        ("05-03-24", "dmy", date(2024, 3, 5)),
        ("20240305", "dmy", date(2024, 3, 5)),
        ("40513", "dmy", date(2010, 12, 1)),
        ("5 марта 2024 г.", "dmy", date(2024, 3, 5)),
        ("Mar 5, 2024", "dmy", date(2024, 3, 5)),
        ("05-Mar-2024", "dmy", date(2024, 3, 5)),
        ("Март 2024", "dmy", date(2024, 3, 1)),
        ("2024-03", "dmy", date(2024, 3, 1)),
    ],
)
def test_date(text: str, order: Any, day: date) -> None:
    assert date_of(text, order) == day


@pytest.mark.parametrize("text", ["31.02.2024", "soon", "12", "2024", "99999", "13/13/2024"])
def test_no_date(text: str) -> None:
    assert date_of(text, "dmy") is None


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter(delimiter: str) -> None:
    rows = ["Client,Date,Amount", "A,2024-01-05,10", "B,2024-01-06,20"]
    (raw,) = read_bytes("a.csv", "\n".join(rows).replace(",", delimiter).encode())
    assert raw.rows.column_names == ["Client", "Date", "Amount"]
    assert (raw.rows.num_rows, raw.source_lines, raw.numbers.to_pylist()) == (2, 2, [2, 3])


def test_the_quick_way_and_the_slow_way_give_the_same() -> None:
    lines = [f'A{i},2024-01-05,"1,{i % 1000:03d}.5"' for i in range(300_000)]
    text = "\n".join(["Client,Date,Amount", *lines]) + "\n"
    (quick,) = read_bytes("a.csv", text.encode())
    (slow,) = read_bytes("a.csv", (text + "\n\n").encode())
    assert quick.rows.equals(slow.rows)
    assert quick.numbers.equals(slow.numbers)
    assert quick.source_lines == slow.source_lines == 300_000


def test_a_workbook_with_titles_ids_and_dates(tmp_path: Path) -> None:
    path = tmp_path / "Продажи 2024.xlsx"
    rows = [["Отчёт"], [], ["ИНН", "Дата", "Сумма"], [7701234567, date(2024, 1, 5), 10.5]]
    _workbook(path, {"Лист": rows, "Пусто": []})
    (raw,) = read(path)
    assert raw.sheet == "Лист"
    assert raw.rows.to_pylist() == [{"ИНН": "7701234567", "Дата": "2024-01-05", "Сумма": "10.5"}]
    assert raw.numbers.to_pylist() == [4]


def test_a_workbook_named_csv_is_a_workbook(tmp_path: Path) -> None:
    _workbook(tmp_path / "a.xlsx", {"S": [["Client", "Amount"], ["A", 1]]})
    (raw,) = read_bytes("export.csv", (tmp_path / "a.xlsx").read_bytes())
    assert raw.rows.column_names == ["Client", "Amount"]


def test_two_storey_headers(tmp_path: Path) -> None:
    rows = [["Клиент", "Обороты", None], [None, "Продажа", "Возврат"], ["А", 10, 2], ["Б", 5, 1]]
    _workbook(tmp_path / "a.xlsx", {"S": rows})
    (raw,) = read(tmp_path / "a.xlsx")
    assert raw.rows.column_names == ["Клиент", "Обороты Продажа", "Обороты Возврат"]


def _workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)


def test_parquet_types_become_exact_strings() -> None:
    table = pa.table({"id": [1.0, None], "price": [2.55, 0.1], "ok": [True, False], "day": [date(2024, 1, 5), None]})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    (raw,) = read_bytes("a.parquet", sink.getvalue())
    assert raw.rows.to_pylist() == [
        {"id": "1", "price": "2.55", "ok": "true", "day": "2024-01-05"},
        {"id": None, "price": "0.1", "ok": "false", "day": None},
    ]


def test_a_folder_says_what_it_left_out(tmp_path: Path) -> None:
    (tmp_path / "счета.csv.gz").write_bytes(gzip.compress("Клиент;Дата;Сумма\nА;2024-01-05;1\n".encode()))
    (tmp_path / "README.txt").write_text("notes, a, b")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / ".hidden.csv").write_text("x,y\n1,2\n")
    (raw,) = read(tmp_path)
    assert raw.file == "счета.csv.gz"
    assert raw.how["ignored files"] == "README.txt, photo.png"


def _bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (210 << 20))
    return made.getvalue()


BAD: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "is empty"),
    "blank lines": ("a.csv", b"\n \n\n", "is empty"),
    "empty in gzip": ("a.csv.gz", gzip.compress(b""), "is empty"),
    "header only": ("a.csv", b"Client,Date,Amount\n", "no rows"),
    "picture": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(200), "no table (PNG)"),
    "binary": ("a.csv", bytes(range(256)) * 10, "no table (binary)"),
    "pdf": ("a.csv", b"%PDF-1.7 ...", "no table (PDF)"),
    "password": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le"),
                 "password"),
    "torn workbook": ("a.xlsx", b"PK\x03\x04" + bytes(100), "damaged"),
    "torn gzip": ("a.csv.gz", gzip.compress(b"Client,Date\n" * 1000)[:30], "damaged"),
    "torn parquet": ("a.parquet", b"PAR1" + bytes(100), "damaged"),
    "text named xlsx": ("a.xlsx", b"Client,Date,Amount\nA,2024-01-01,1\n", "cannot be opened"),
    "gzip by name only": ("a.csv.gz", b"this is no archive at all\n", "not a gzip file"),
    "picture named gzip": ("a.csv.gz", b"\x89PNG\r\n\x1a\n" + bytes(200), "not a gzip file"),
    "header in cp1251, lines in utf-8": (
        "a.csv", "Клиент;Дата;Сумма\n".encode("cp1251") + "Ромашка;2024-01-05;1\nЛютик;2024-01-06;2\n".encode(),
        "mixed or unknown encoding"),
    "header in utf-8, lines in cp1251": (
        "a.csv", "Клиент;Дата;Сумма\n".encode() + "Ромашка;2024-01-05;1\n".encode("cp1251") * 50,
        "mixed or unknown encoding"),
    "western lines in two encodings": (
        "a.csv", b"Customer,Date\n" + "Caf\u00e9,1\n".encode() * 20 + "M\u00fcller,2\n".encode("cp1252") * 20,
        "mixed or unknown encoding"),
    "old binary workbook with macros": (
        "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "_VBA_PROJECT".encode("utf-16-le"), "macros"),
    "unknown ending": ("a.docx2", b"hello", "not a kind of file"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_in_one_sentence(name: str) -> None:
    file, data, words = BAD[name]
    with pytest.raises(BadData) as caught:
        read_bytes(file, data)
    assert words in caught.value.shown("en")
    assert file in caught.value.shown("ru")


def test_a_zip_bomb_is_not_opened() -> None:
    with pytest.raises(BadData, match="not safe"):
        read_bytes("a.xlsx", _bomb())


@pytest.mark.parametrize(
    ("part", "content", "words"),
    [
        ("xl/vbaProject.bin", b"\x00", "macros"),
        ("xl/sharedStrings.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>', "document type"),
        ("xl/sharedStrings.xml", '<?xml version="1.0"?><!DOCTYPE a><a/>'.encode("utf-16"), "document type"),
        ("xl/embeddings/more.zip", b"PK\x03\x04" + bytes(30), "archive inside"),
    ],
)
def test_an_unsafe_workbook_is_not_opened(tmp_path: Path, part: str, content: bytes, words: str) -> None:
    path = tmp_path / "a.xlsx"
    _workbook(path, {"S": [["Client", "Amount"], ["A", 1]]})
    if part not in zipfile.ZipFile(path).namelist():
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(part, content)
    else:
        _replace_part(path, part, content)
    with pytest.raises(BadData, match=words):
        read(path)


def _replace_part(path: Path, part: str, content: bytes) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**parts, part: content}.items():
            archive.writestr(name, data)


def test_a_table_named_gzip_is_read_as_text() -> None:
    (raw,) = read_bytes("a.csv.gz", b"Client,Date,Amount\nA,2024-01-05,1\n")
    assert raw.rows.num_rows == 1


def test_a_binary_file_is_named_in_russian() -> None:
    with pytest.raises(BadData) as caught:
        read_bytes("a.csv", bytes(range(256)) * 10)
    assert "двоичный файл" in caught.value.shown("ru")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="no file"):
        read(tmp_path / "нет такого.csv")


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(BadData, match="No right"):
        read(path)


@given(data=st.binary(max_size=400))
def test_no_bytes_crash(data: bytes) -> None:
    try:
        found = read_bytes("a.csv", data)
    except BadData as refused:
        assert str(refused)
    else:
        assert found is not None


def test_the_bytes_under_a_missing_cell_do_not_change_the_id_of_a_snapshot(tmp_path: Path) -> None:
    """Arrow leaves them as memory happened to hold them; the rows are the same."""
    schema = arrow_schema("invoices")
    kind = schema.field("amount").type
    plain = pa.array([Decimal(1), None], kind)
    bits, cells = pa.py_buffer(bytes([0b11111101])), plain.buffers()[1].to_pybytes()
    strange = pa.Array.from_buffers(kind, 2, [bits, pa.py_buffer(cells[: len(cells) // 2] + b"\x07" * 16)])
    assert strange.equals(plain) and strange.buffers()[1].to_pybytes() != cells
    ids = set()
    for amounts in (plain, strange):
        columns = {field.name: pa.nulls(2, field.type) for field in schema} | {"amount": amounts}
        ids.add(save(Load({"invoices": pa.table(columns, schema)}, (), (), (), (), "RUB"), tmp_path, source="a test"))
    assert len(ids) == 1
