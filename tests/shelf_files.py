"""Real files of every kind the shelf reads, made for its tests: Word files, PDFs, Markdown, text, and what is refused."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pypdf import PdfReader, PdfWriter

TEXTS = {
    "ru": (
        "Возврат денег оформляет менеджер клиента в день обращения.",
        "Скидку согласует коммерческий директор, письменно и до подписания договора.",
    ),
    "en": (
        "The account manager arranges a refund on the day the client asks.",
        "A discount is agreed by the commercial director, in writing and before the contract is signed.",
    ),
}


def docx(path: Path, texts: Sequence[str], *, row: Sequence[str] = ()) -> Path:
    """A Word file of paragraphs and, where given, one table row."""
    document = Document()
    for text in texts:
        document.add_paragraph(text)
    if row:
        for cell, text in zip(document.add_table(1, len(row)).rows[0].cells, row, strict=True):
            cell.text = text
    document.save(str(path))
    return path


def written(folder: Path, ending: str, language: str) -> Path:
    """A file of the kind with the two paragraphs of the language."""
    path, texts = folder / f"{'Регламент' if language == 'ru' else 'Policy'}.{ending}", TEXTS[language]
    if ending == "docx":
        return docx(path, texts)
    if ending == "pdf":
        return pdf(path, texts)
    path.write_text("\n\n".join(texts), "utf-8")
    return path


def poisoned_docx(path: Path, texts: Sequence[str], payload: str) -> Path:
    """A Word file with the payload where no reader sees it, or beside the text: properties, header, footer, hidden, deleted, a comment."""
    document = Document()
    for text in texts:
        document.add_paragraph(text)
    properties = document.core_properties
    properties.title = properties.subject = properties.comments = properties.keywords = payload[:200]
    document.sections[0].header.paragraphs[0].text = payload
    document.sections[0].footer.paragraphs[0].text = payload
    last = document.paragraphs[-1]
    last.add_run(payload).font.hidden = True
    styled = document.styles.add_style("Unseen", 2)
    styled.font.hidden = True
    last.add_run(payload, style="Unseen")
    words = payload.replace("&", "&amp;").replace("<", "&lt;")
    last._p.append(
        parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="x"><w:r><w:t>{words}</w:t></w:r></w:del>'),
    )
    document.add_comment(last.runs[0], text=payload, author="x")
    document.save(str(path))
    return path


def pdf(path: Path, texts: Sequence[str]) -> Path:
    """A PDF with a page a text, its letters embedded."""
    import matplotlib
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"pdf.fonttype": 42}), PdfPages(path) as pages:
        for text in texts:
            figure = Figure(figsize=(8, 11))
            figure.text(0.05, 0.9, text, fontsize=6)
            pages.savefig(figure)
    return path


def scanned(path: Path, pages: int = 3) -> Path:
    """A PDF whose pages hold no text."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=595, height=842)
    writer.write(path)
    return path


def locked(path: Path, source: Path) -> Path:
    """The PDF with a password."""
    writer = PdfWriter(clone_from=PdfReader(source))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(path)
    return path


def bomb(path: Path, source: Path, size: int) -> Path:
    """The Word file with one part of so many equal bytes."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item, old.read(item))
        with new.open("word/media/filler.bin", "w") as part:
            for _ in range(size >> 20):
                part.write(bytes(1 << 20))
    return path


def archive(entries: Sequence[str]) -> bytes:
    """A zip archive of empty parts, the same bytes at any time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for entry in entries:
            out.writestr(zipfile.ZipInfo(entry), "")
    return made.getvalue()
