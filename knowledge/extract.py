"""Text out of a PDF or a Word file, in a process of its own: ``python -I extract.py pdf|docx``, the file on stdin.

It writes ``{"pages": [[line, …], …]}`` (a Word file is one page, a line a paragraph) or ``{"fault": code}`` to stdout.
The process limits its own memory and time, so a file made to hang or to swell ends this process and nothing else.
Only what a reader sees in the body is read: no properties, headers, footers, comments, deleted or hidden text.
"""

import io
import json
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document

MAX_MEMORY = 1 << 30
CPU_SECONDS = 60
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: What libraries raise on their way through a file that is not what it says.
_BROKEN = (
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, OSError, EOFError,
    NotImplementedError, struct.error, zlib.error,
)  # fmt: skip
_OFF = ("0", "false", "off")
_GONE = (f"{_W}del", f"{_W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")


class Unreadable(Exception):
    """The file gives no text; the message is a code of ``FAULTS`` in `knowledge.documents`."""


def pdf(data: bytes, *, pages: int, characters: int) -> list[list[str]]:
    """The lines of each page; reading stops once there are more ``characters`` than may be."""
    from pypdf import PdfReader, apply_configuration
    from pypdf.errors import PyPdfError

    found: list[list[str]] = []
    left = characters
    try:
        with apply_configuration(jbig2dec_binary=None):
            reader = PdfReader(io.BytesIO(data))
            if reader.is_encrypted:
                raise Unreadable("locked")
            if len(reader.pages) > pages:
                raise Unreadable("pages")
            for page in reader.pages:
                lines = page.extract_text().splitlines()
                found.append(lines)
                left -= sum(map(len, lines))
                if left < 0:
                    raise Unreadable("characters")
    except (PyPdfError, *_BROKEN) as error:
        raise Unreadable("damaged") from error
    return found


def docx(data: bytes, *, pages: int, characters: int) -> list[list[str]]:
    """The paragraphs and rows of tables of the body, in order, as one page."""
    from docx import Document as opened
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        document = opened(io.BytesIO(data))
        return [list(_blocks(document.element.body, _hidden_styles(document)))]
    except (OpcError, LxmlError, zipfile.BadZipFile, *_BROKEN) as error:
        raise Unreadable("damaged") from error


def _blocks(parent: Any, hidden: set[str]) -> Iterator[str]:
    """Paragraphs of a part of the body, also inside of content controls and insertions; a table gives a line a row."""
    for child in parent:
        if child.tag == f"{_W}p":
            yield _words(child, hidden)
        elif child.tag == f"{_W}tbl":
            for row in child.iterchildren(f"{_W}tr"):
                cells = (" ".join(_blocks(cell, hidden)).strip() for cell in row.iterchildren(f"{_W}tc"))
                yield "; ".join(cell for cell in cells if cell)
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}smartTag", f"{_W}customXml"):
            yield from _blocks(child, hidden)


def _words(paragraph: Any, hidden: set[str]) -> str:
    """The words of a paragraph as shown: without what is deleted, moved away or hidden."""
    if _style(paragraph, "pPr", "pStyle") in hidden:
        return ""
    parts: list[str] = []
    for run in paragraph.iter(f"{_W}r"):
        gone = any(above.tag in _GONE for above in run.iterancestors())
        if gone or _vanished(run) or _style(run, "rPr", "rStyle") in hidden:
            continue
        for part in run:
            if part.tag == f"{_W}t":
                parts.append(part.text or "")
            elif part.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
                parts.append(" ")
            elif part.tag == f"{_W}noBreakHyphen":
                parts.append("-")
    return "".join(parts)


def _vanished(run: Any) -> bool:
    marks = run.findall(f"{_W}rPr/{_W}vanish") + run.findall(f"{_W}rPr/{_W}webHidden")
    return any(mark.get(f"{_W}val") not in _OFF for mark in marks)


def _style(element: Any, properties: str, name: str) -> str | None:
    found = element.find(f"{_W}{properties}/{_W}{name}")
    return None if found is None else found.get(f"{_W}val")


def _hidden_styles(document: "Document") -> set[str]:
    """Ids of the styles whose text is hidden, by themselves or by the style they are based on."""
    based: dict[str, str | None] = {}
    hidden: set[str] = set()
    for style in document.styles.element.iterchildren(f"{_W}style"):
        own = style.get(f"{_W}styleId") or ""
        above = style.find(f"{_W}basedOn")
        based[own] = None if above is None else above.get(f"{_W}val")
        if _vanished(style):
            hidden.add(own)
    for _ in based:
        more = {own for own, above in based.items() if above in hidden} - hidden
        if not more:
            break
        hidden |= more
    return hidden


def main() -> None:
    """Limit this process, read the file on stdin, write what was found."""
    kind, pages, characters = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for limit, value in ((resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS)):
        with suppress(ValueError, OSError):  # not every system lets a process bound itself so
            resource.setrlimit(limit, (value, value))
    try:
        read = pdf if kind == "pdf" else docx
        result: dict[str, Any] = {"pages": read(sys.stdin.buffer.read(), pages=pages, characters=characters)}
    except Unreadable as error:
        result = {"fault": str(error)}
    except (MemoryError, RecursionError):
        result = {"fault": "heavy"}
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
