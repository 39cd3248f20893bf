"""The shelf of own documents: every kind is read, every refusal says what to do, nothing stays half-written."""

import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import documents, shelf
from knowledge.cutting import LONGEST, SHORTEST, language_of, merged
from tests import shelf_files as files
from tests.conftest import ROOT
from tools.errors import BadData, UnknownName, UserError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("ending", ["docx", "pdf", "md", "txt"])
def test_each_kind_is_read_in_both_languages(home: Path, tmp_path: Path, ending: str, language: str) -> None:
    path = files.written(tmp_path, ending, language)
    document = shelf.add(home, path)
    assert " ".join(document.texts) == " ".join(files.TEXTS[language])
    assert (document.name, document.language, document.trust) == (path.name, language, "own")
    assert document.slug == f"doc_{document.id[:12]}" and len(document.slug) == 16
    (passage,) = document.passages()
    assert (passage.slug, passage.language) == (document.slug, language)
    assert passage.indexed == f"{path.name}. {passage.text}"
    assert shelf.shelved(home) == (document,) and not shelf.faults(home)


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-8-sig", "koi8-r", "cp866"])
def test_text_in_any_common_encoding_is_read(home: Path, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "Правила.txt"
    path.write_bytes("\r\n\r\n".join(files.TEXTS["ru"]).encode(encoding))
    assert shelf.add(home, path).texts == files.TEXTS["ru"]


def test_of_a_word_file_the_tables_are_read_and_the_unseen_is_not(home: Path, tmp_path: Path) -> None:
    table = shelf.add(home, files.docx(tmp_path / "t.docx", ["Сроки."], row=["Тариф", "Ответ"]))
    assert table.texts == ("Сроки.", "Тариф; Ответ")
    unseen = shelf.add(home, files.poisoned_docx(tmp_path / "u.docx", ["Видимый текст."], "НЕВИДИМОЕ"))
    assert unseen.texts == ("Видимый текст.",)


def test_of_markdown_the_words_are_read_and_the_markup_is_not(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "---\nsecret: front\n---\n# Refunds\n\nAsk the [manager](https://evil.example/x) **first**.\n\n<!-- hidden -->\n\n"
        "![pixel](https://evil.example/p.png)\n\n| who | when |\n|---|---|\n| manager | at once |\n\n```\ncode\n```\n",
        "utf-8",
    )
    assert shelf.add(home, path).texts == ("Refunds", "Ask the manager first.", "who; when", "manager; at once", "code")


def test_characters_that_hide_or_turn_text_are_gone() -> None:
    assert documents.clean("a\u202eb\u200bc\x1b[31m\u00add \u00a0 e\U000e0041\ufeff") == "abc[31md e"


def refused(home: Path, path: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        shelf.add(home, path)
    for said in (caught.value.text.en, caught.value.text.ru):
        assert path.name in said and re.search("[:;] ", said)
    assert not shelf.shelved(home)
    return caught.value


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.md", b" \n\t\n", "empty"),
        ("signs.txt", b"--- 123 ---", "empty"),
        ("rubbish.txt", bytes(range(256)) * 40, "binary"),
        ("control.txt", bytes(range(1, 32)) * 40 + b"word", "binary"),
        ("nulls.txt", b"a\x00" + b"word " * 300 + b"\x00\x00\x01", "binary"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "kind"),
        ("noending", b"text", "kind"),
        ("program.exe", b"MZ\x90\x00", "kind"),
        ("really.docx", b"%PDF-1.4 ...", "other"),
        ("really.txt", b"%PDF-1.4 ...", "other"),
        ("picture.md", b"\x89PNG\r\n\x1a\n....", "other"),
        ("sheet.docx", files.archive(["xl/workbook.xml"]), "other"),
        ("word.pdf", files.archive(["word/document.xml"]), "other"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "other"),
        ("secret.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "locked"),
        ("bare.docx", files.archive(["word/document.xml"]), "damaged"),
        ("text.docx", b"just words", "damaged"),
        ("cut.docx", files.archive(["word/document.xml"])[:40], "damaged"),
        ("rubbish.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 4, "damaged"),
        ("many.docx", files.archive(["word/document.xml", *map(str, range(documents.MAX_ENTRIES))]), "bomb"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_be_read_is_refused(home: Path, tmp_path: Path, name: str, data: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert refused(home, path).text == documents.fault(code, name, found=found_in(data)).text


def found_in(data: bytes) -> str:
    starts = {b"%PDF": "pdf", b"\x89PNG": "png", b"\xd0\xcf": "doc"}
    known = next((kind for start, kind in starts.items() if data.startswith(start)), "zip")
    return "docx" if b"word/document.xml" in data else known


def test_an_unknown_encoding_is_refused(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "mixed.txt"
    path.write_bytes("Русский текст\n".encode() * 5 + "Русский текст\n".encode("cp1251") * 5)
    assert "UTF-8" in refused(home, path).text.en


def test_scanned_locked_missing_and_closed_files_are_refused(home: Path, tmp_path: Path) -> None:
    assert "OCR" in refused(home, files.scanned(tmp_path / "scan.pdf")).text.ru
    assert "паролем" in refused(home, files.locked(tmp_path / "p.pdf", files.written(tmp_path, "pdf", "en"))).text.ru
    assert "no file" in refused(home, tmp_path / "none.pdf").text.en
    (tmp_path / "folder.md").mkdir()
    assert "no file" in refused(home, tmp_path / "folder.md").text.en


def test_what_is_too_large_is_refused(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = files.written(tmp_path, "pdf", "en")
    heavy = tmp_path / "heavy.txt"
    with heavy.open("wb") as out:
        out.truncate(documents.MAX_BYTES + 1)
    assert "20 MB" in refused(home, heavy).text.en
    long = tmp_path / "long.txt"
    long.write_text("слово " * (documents.MAX_CHARACTERS // 5), "utf-8")
    assert "знаков" in refused(home, long).text.ru
    monkeypatch.setattr(documents, "MAX_PAGES", 1)
    assert refused(home, whole).text == documents.fault("pages", whole.name).text
    monkeypatch.setattr(documents, "MAX_PAGES", 9)
    monkeypatch.setattr(documents, "MAX_CHARACTERS", 20)
    assert refused(home, whole).text == documents.fault("characters", whole.name).text


def test_a_zip_bomb_is_refused_by_what_it_would_unpack_to(home: Path, tmp_path: Path) -> None:
    path = files.bomb(tmp_path / "bomb.docx", files.written(tmp_path, "docx", "en"), documents.MAX_UNPACKED + (1 << 20))
    assert path.stat().st_size < 1 << 20
    assert refused(home, path).text == documents.fault("bomb", path.name).text


def test_a_file_that_takes_too_long_is_refused(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "SECONDS", 0.001)
    path = files.written(tmp_path, "pdf", "en")
    assert refused(home, path).text == documents.fault("heavy", path.name).text


def test_the_same_content_twice_is_one_document_under_the_last_name_and_label(home: Path, tmp_path: Path) -> None:
    first = shelf.add(home, files.written(tmp_path, "txt", "ru"))
    before = shelf.stamp(home)
    assert shelf.add(home, tmp_path / "Регламент.txt") == first and shelf.stamp(home) == before
    again = shelf.add(home, tmp_path / "Регламент.txt", name="Возвраты.txt", trust="approved")
    assert (again.id, again.added) == (first.id, first.added)
    assert shelf.shelved(home) == (again,) and shelf.stamp(home) != before
    assert (again.name, again.label.en) == ("Возвраты.txt", "approved by your company")


def test_another_content_under_a_name_in_use_is_refused(home: Path, tmp_path: Path) -> None:
    path = files.written(tmp_path, "txt", "ru")
    shelf.add(home, path)
    path.write_text("Новая версия.", "utf-8")
    with pytest.raises(BadData, match="Another document"):
        shelf.add(home, path)
    shelf.remove(home, "регламент.TXT")
    assert shelf.add(home, path).texts == ("Новая версия.",)


def test_of_several_files_all_go_in_or_none(home: Path, tmp_path: Path) -> None:
    good = files.written(tmp_path, "txt", "ru")
    with pytest.raises(BadData):
        shelf.add_all(home, [(good, None), (tmp_path / "none.txt", None)])
    assert not shelf.shelved(home)
    assert len(shelf.add_all(home, [(good, None), (files.written(tmp_path, "md", "en"), None)])) == 2


def test_a_document_is_removed_by_name_id_or_short_id(home: Path, tmp_path: Path) -> None:
    path = files.written(tmp_path, "txt", "ru")
    for name in ("{0.name}", "{0.id}", "{0.slug}", "{0.id:.12}"):
        document = shelf.add(home, path)
        assert shelf.remove(home, name.format(document)) == document
        assert not shelf.shelved(home) and [item.name for item in (home / "shelf").iterdir()] == [".lock"]
    with pytest.raises(UnknownName):
        shelf.remove(home, path.name)
    with pytest.raises(UnknownName):
        shelf.add(home, path, trust="verified")


def test_the_shelf_is_closed_to_others(home: Path, tmp_path: Path) -> None:
    document = shelf.add(home, files.written(tmp_path, "docx", "ru"))
    for place, mode in ((home / "shelf", 0o700), (home / "shelf" / document.id, 0o700)):
        assert stat.S_IMODE(place.stat().st_mode) == mode
    for file in (home / "shelf" / document.id).iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (home / "shelf" / document.id / "original").read_bytes() == (tmp_path / "Регламент.docx").read_bytes()


def test_damaged_documents_are_named_and_can_be_removed_or_added_again(home: Path, tmp_path: Path) -> None:
    path = files.written(tmp_path, "txt", "ru")
    document = shelf.add(home, path)
    stored = home / "shelf" / document.id / "document.json"
    whole = stored.read_bytes()
    for broken in (whole[: len(whole) // 2], b"[]", whole.replace(b'"own"', b'"mine"'), b""):
        stored.write_bytes(broken)
        assert shelf.shelved(home) == () and document.id in shelf.faults(home)[document.id].ru
        assert shelf.add(home, path).texts == document.texts
    (stored.parent / "original").write_bytes(b"")
    assert list(shelf.faults(home)) == [document.id]
    assert shelf.remove(home, document.id).texts == ()
    assert not shelf.faults(home)


def test_what_a_killed_process_left_is_neither_shown_nor_in_the_way(home: Path, tmp_path: Path) -> None:
    path = files.written(tmp_path, "txt", "ru")
    document = shelf.add(home, path)
    for name in (".new-1", ".gone-2"):
        (home / "shelf" / name).mkdir()
        (home / "shelf" / name / "document.json").write_text("{}", "utf-8")
    (home / "shelf" / document.id / "document.json").unlink()
    assert shelf.shelved(home) == () and not shelf.faults(home)
    assert shelf.add(home, path) == document
    assert sorted(item.name for item in (home / "shelf").iterdir()) == [".lock", document.id]


LOOP = """
import sys
from pathlib import Path
from knowledge import shelf
home, paths = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
print("ready", flush=True)
while True:
    for path in paths:
        shelf.add(home, path, trust="approved")
        shelf.add(home, path)
    for path in paths:
        shelf.remove(home, path.name)
"""


def test_a_kill_at_any_moment_leaves_whole_documents_only(home: Path, tmp_path: Path) -> None:
    texts = {f"{n}.txt": f"Документ {n}. " + "Слово за словом. " * 3000 for n in range(3)}
    paths = [tmp_path / name for name in texts]
    for path in paths:
        path.write_text(texts[path.name], "utf-8")
    for turn in range(12):
        command = [sys.executable, "-c", LOOP, str(home), *map(str, paths)]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert child.stdout is not None and child.stdout.readline()
        time.sleep(0.01 + 0.017 * turn)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert not shelf.faults(home)
        for document in shelf.shelved(home):
            assert document.texts == (texts[document.name].strip(),)
    shelf.add_all(home, [(path, None) for path in paths])
    assert len(list((home / "shelf").iterdir())) == 4


@given(st.lists(st.text(alphabet="аб wc.!?\n", max_size=700), max_size=8))
def test_passages_hold_every_word_whole_and_keep_to_their_length(texts: list[str]) -> None:
    kept = [text for text in map(documents.clean, texts) if text]
    found = merged(kept)
    assert " ".join(found).split() == " ".join(kept).split()
    for passage in found:
        assert len(passage) <= LONGEST or " " not in passage
    words = max((len(word) for text in kept for word in text.split()), default=0)
    if words <= LONGEST - SHORTEST:
        assert all(SHORTEST <= len(passage) <= LONGEST for passage in found[:-1])


def test_each_passage_speaks_the_language_of_its_own_script(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "both.txt"
    path.write_text("Правило возврата. " * 30 + "\n\n" + "The refund rule. " * 30, "utf-8")
    assert [passage.language for passage in shelf.add(home, path).passages()] == ["ru", "en"]
    assert language_of("Тариф Enterprise Premium Plus для клиента") == "ru" and language_of("12 %", "ru") == "ru"
