"""The user's own files as paragraphs of text: docx, pdf, md and txt, within limits, each refusal with its sentence.

Word files and PDFs are opened in a process of its own (`knowledge.extract`). What comes back is text alone: characters
that steer a terminal, hide or turn a text round are gone, and so are pictures, links, comments and properties.
"""

import io
import json
import re
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tools.errors import BadData
from tools.text import Text

ENDINGS = (".docx", ".pdf", ".md", ".txt")
MAX_BYTES = 20 << 20
MAX_PAGES = 2_000
MAX_CHARACTERS = 200_000
MAX_UNPACKED = 100 << 20
MAX_ENTRIES = 2_000
SECONDS = 90
FAULTS: Mapping[str, Text] = {
    "missing": Text(
        "There is no file “{name}”: check the path.",
        "Нет файла «{name}»: проверьте путь.",
    ),
    "closed": Text(
        "The file “{name}” cannot be opened: check that you may read it.",
        "Файл «{name}» не открывается: проверьте права на чтение.",
    ),
    "kind": Text(
        "The file “{name}” is of a kind that is not read here: save it as docx, pdf, md or txt.",
        "Файл «{name}» такого вида здесь не читается: сохраните его как docx, pdf, md или txt.",
    ),
    "other": Text(
        "The file “{name}” is not what its ending says ({found} inside): give the document itself under its own ending.",
        "Содержимое файла «{name}» не соответствует расширению (внутри {found}): дайте сам документ с его расширением.",
    ),
    "empty": Text(
        "The document “{name}” has no text: give a file with text in it.",
        "В документе «{name}» нет текста: дайте файл с текстом.",
    ),
    "scanned": Text(
        "In “{name}” most pages are pictures without text: recognise the text (OCR) and add the new file.",
        "В файле «{name}» большинство страниц — картинки без текста: распознайте текст (OCR) и добавьте новый файл.",
    ),
    "locked": Text(
        "“{name}” is encrypted or protected with a password: save a copy without protection and add it.",
        "Файл «{name}» зашифрован или защищён паролем: сохраните копию без защиты и добавьте её.",
    ),
    "damaged": Text(
        "The document “{name}” is damaged and cannot be read: save it again and add the new file.",
        "Документ «{name}» повреждён и не читается: сохраните его заново и добавьте новый файл.",
    ),
    "binary": Text(
        "“{name}” holds no readable text: save the document as UTF-8 text, docx or pdf with text.",
        "В файле «{name}» нет читаемого текста: сохраните документ как текст UTF-8, docx или pdf с текстом.",
    ),
    "bytes": Text(
        f"The file “{{name}}” is larger than {MAX_BYTES >> 20} MB: split the document into parts.",
        f"Файл «{{name}}» больше {MAX_BYTES >> 20} МБ: разделите документ на части.",
    ),
    "pages": Text(
        f"The document “{{name}}” has more than {MAX_PAGES} pages: split it into parts.",
        f"В документе «{{name}}» страниц больше, чем {MAX_PAGES}: разделите его на части.",
    ),
    "characters": Text(
        f"The document “{{name}}” has more than {MAX_CHARACTERS} characters of text: split it into parts.",
        f"В документе «{{name}}» знаков текста больше, чем {MAX_CHARACTERS}: разделите его на части.",
    ),
    "bomb": Text(
        f"The document “{{name}}” unpacks to more than {MAX_UNPACKED >> 20} MB or {MAX_ENTRIES} parts, which is not safe to "
        "open: save it without pictures, or as txt.",
        f"Документ «{{name}}» распаковывается больше чем в {MAX_UNPACKED >> 20} МБ или {MAX_ENTRIES} частей, открывать его "
        "опасно: сохраните его без картинок или как txt.",
    ),
    "heavy": Text(
        "Reading “{name}” takes too much time or memory: print it to a new pdf, or save it as txt.",
        "Чтение «{name}» занимает слишком много времени или памяти: напечатайте его в новый pdf или сохраните как txt.",
    ),
}
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc"),
    (b"{\\rtf", "rtf"), (b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"), (b"PAR1", "parquet"),
    (b"\x1f\x8b", "gzip"), (b"Rar!", "rar"), (b"7z\xbc\xaf", "7z"), (b"\x7fELF", "elf"), (b"MZ\x90", "exe"),
)  # fmt: skip
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UNSEEN = frozenset({"Cf", "Cc", "Co", "Cn", "Cs"})
_UNREAD_SHARE = 0.05
_CONTROLS = [bytes([code]) for code in (*range(9), *range(14, 32))]
_FULL_LINE = 0.75
_PAGE_NUMBER = re.compile(
    r"^\W*(?:(?:page|стр\w*\.?|страница)\s*)?\d{1,4}(?:\s*(?:of|из|/)\s*\d{1,4})?\W*$", re.IGNORECASE
)
_ENDED = re.compile(r"[.!?…:;][»”\"')]*$")
_ITEM = re.compile(r"^(?:[•●▪–—*-]|\(?\d+(?:\.\d+)*[.)])\s")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)


def load(path: Path, name: str) -> bytes:
    """The bytes of a file, which ``name`` calls in a refusal; `BadData` where it is none, too large or closed to us."""
    if not path.is_file():
        raise fault("missing", name)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise fault("closed", name) from error
    if len(data) > MAX_BYTES:
        raise fault("bytes", name)
    return data


def paragraphs(name: str, data: bytes, *, ending: str) -> tuple[str, ...]:
    """The paragraphs of a document's text, in order; ``ending`` decides how the bytes are read.

    Left out: headers, footers and properties of Word files, what is deleted or hidden in them, comments, pictures and
    addresses of links in Markdown, page numbers. Raises `BadData` with what is wrong, in which file, and what to do.
    """
    ending = ending.casefold()
    if ending not in ENDINGS:
        raise fault("kind", name)
    if not data.strip():
        raise fault("empty", name)
    _check_kind(name, ending, data)
    if ending in (".docx", ".pdf"):
        pages = _extracted(name, ending[1:], data)
        if ending == ".pdf" and 2 * sum(_lettered(page) for page in pages) < len(pages):
            raise fault("scanned", name)
        found = _from_pages(pages) if ending == ".pdf" else (line for page in pages for line in page)
    else:
        text = _decoded(name, data)
        found = _from_markdown(text) if ending == ".md" else iter(re.split(r"\n\s*\n", text))
    raw = list(found)
    if sum(map(_unread, raw)) > _UNREAD_SHARE * sum(map(len, raw)):
        raise fault("binary", name)
    kept = tuple(filter(None, map(clean, raw)))
    if not _lettered(kept):
        raise fault("empty", name)
    if sum(map(len, kept)) > MAX_CHARACTERS:
        raise fault("characters", name)
    return kept


def clean(text: str) -> str:
    """The text on one line: composed letters, single spaces, nothing that is unseen or steers the page."""
    whole = unicodedata.normalize("NFC", text)
    seen = (c if c.isspace() or unicodedata.category(c) not in _UNSEEN else "" for c in whole)
    return " ".join("".join(seen).split())


def fault(code: str, name: str, **more: str) -> BadData:
    """The refusal of a file: what is wrong, with which file, and what to do."""
    return BadData(FAULTS[code].fill(name=clean(name)[:120], **more))


def _check_kind(name: str, ending: str, data: bytes) -> None:
    """Refuse bytes that are something else than the ending says, and Word files that are not safe to unpack."""
    found = next((kind for start, kind in _STARTS if data.startswith(start)), "")
    if ending == ".pdf" and b"%PDF" in data[:1024]:
        return
    if found == "zip":
        entries = _entries(name, data)
        found = "docx" if "word/document.xml" in entries else "zip"
    if found == "doc" and _ENCRYPTED in data:
        raise fault("locked", name)
    if found == ending[1:] or (not found and ending in (".md", ".txt")):
        return
    raise fault("other", name, found=found) if found else fault("damaged", name)


def _entries(name: str, data: bytes) -> list[str]:
    """Names of the parts of an archive, taken from its directory; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise fault("damaged", name) from error
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise fault("bomb", name)
    if any(entry.flag_bits & 1 for entry in entries):
        raise fault("locked", name)
    return [entry.filename for entry in entries]


def _extracted(name: str, kind: str, data: bytes) -> list[list[str]]:
    """The lines of each page, read by a process that may not outlive its limits."""
    command = [sys.executable, "-I", str(Path(__file__).with_name("extract.py"))]
    try:
        done = subprocess.run(
            [*command, kind, str(MAX_PAGES), str(MAX_CHARACTERS)], input=data, capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise fault("heavy", name) from error
    if done.returncode < 0:  # stopped by one of its own limits
        raise fault("heavy", name)
    if done.returncode > 0:
        raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
    result = json.loads(done.stdout)
    if "fault" in result:
        raise fault(result["fault"], name)
    pages: list[list[str]] = result["pages"]
    return pages


def _decoded(name: str, data: bytes) -> str:
    from tools.sources.encoding import decode

    try:
        text, encoding = decode(name, data)
    except BadData as error:
        if sum(map(data.count, _CONTROLS)) > _UNREAD_SHARE * len(data):
            raise fault("binary", name) from error
        raise
    if b"\x00" in data and encoding != "utf-16":
        raise fault("binary", name)
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _unread(text: str) -> int:
    return sum(c == "\ufffd" or (not c.isspace() and unicodedata.category(c) in ("Cc", "Co", "Cn", "Cs")) for c in text)


def _lettered(lines: Sequence[str]) -> bool:
    return any(c.isalpha() for line in lines for c in line)


def _from_pages(pages: Sequence[Sequence[str]]) -> Iterator[str]:
    """Paragraphs out of the lines of pages; a sentence that a page cuts goes on, a word cut by a hyphen is whole."""
    longest = max((len(line) for page in pages for line in page), default=0)
    parts: list[str] = []
    for line in (line.strip() for page in pages for line in page):
        if _PAGE_NUMBER.match(line):
            continue
        done = parts and _ENDED.search(parts[-1]) and len(parts[-1]) < _FULL_LINE * longest
        if parts and (done or _ITEM.match(line)):
            yield _joined(parts)
            parts = []
        if line:
            parts.append(line)
    yield _joined(parts)


def _joined(lines: Sequence[str]) -> str:
    text = "\n".join(lines).replace("\u00ad\n", "")
    return re.sub(r"(?<=[a-zа-яё])[-‐]\n(?=[a-zа-яё])", "", text)


def _from_markdown(text: str) -> Iterator[str]:
    """The words of each block of Markdown: no HTML, comments, pictures or addresses; a row of a table is one line."""
    from markdown_it import MarkdownIt

    row: list[str] = []
    inside = False
    for token in MarkdownIt("commonmark").enable("table").parse(_FRONT_MATTER.sub("", text)):
        if token.type in ("tr_open", "tr_close"):
            inside = token.type == "tr_open"
            if row:
                yield "; ".join(row)
            row = []
        elif token.type in ("fence", "code_block"):
            yield token.content
        elif token.type == "inline":
            words = "".join(_inline(child.type, child.content) for child in token.children or ())
            if inside and words.strip():
                row.append(words.strip())
            elif not inside:
                yield words


def _inline(kind: str, content: str) -> str:
    if kind in ("softbreak", "hardbreak"):
        return " "
    return content if kind in ("text", "code_inline") else ""
