"""What a file is by its first bytes, and what it must not be: a picture, a locked workbook, a bomb."""

import gzip
import io
import zipfile
import zlib

from tools.errors import BadData
from tools.text import Text, same

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"BM\x00", "BMP"),
    (b"RIFF", "RIFF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
)
BINARY = Text("binary", "двоичный файл")
MACROS = Text("macros", "макросы")
ENTITIES = Text("a document type in its XML", "объявление DOCTYPE в XML")
NESTED = Text("an archive inside", "вложенный архив")
_HEAD = 1024
MAX_UNPACKED = 200 << 20
MAX_RATIO = 100
RATIO_FLOOR = 20 << 20
MAX_ENTRIES = 2000


def unpack(name: str, data: bytes, *, cap: int) -> tuple[str, bytes]:
    """Name without ``.gz`` and unpacked bytes; a plain file comes back as it is. Over ``cap`` bytes: `BadData`."""
    if not data.startswith(b"\x1f\x8b"):
        return (name[:-3] if name.casefold().endswith(".gz") else name), data
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            plain = stream.read(cap + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _broken(name) from error
    if len(plain) > cap:
        raise BadData(
            Text(
                f"“{name}” unpacks to more than {cap >> 20} MB: split the export into parts.",
                f"Файл «{name}» распаковывается больше чем в {cap >> 20} МБ: разделите выгрузку на части.",
            )
        )
    return (name[:-3] if name.casefold().endswith(".gz") else name), plain


def is_no_gzip(name: str, data: bytes) -> bool:
    """True where only the name says gzip."""
    return name.casefold().endswith(".gz") and not data.startswith(b"\x1f\x8b")


def kind_of(data: bytes) -> str | None:
    """Name of the way in that the content demands, or None where the ending decides."""
    if data.startswith(b"PAR1"):
        return "parquet"
    if data.startswith((b"PK\x03\x04", OLE)):
        return "workbook"
    return None


def check(name: str, data: bytes) -> None:
    """Raise `BadData` for what is no table at all, however it is named."""
    for start, what in _PICTURES:
        if data.startswith(start):
            raise _not_a_table(name, same(what))
    if data.startswith(OLE) and "_VBA_PROJECT".encode("utf-16-le") in data:
        raise _unsafe(name, MACROS)
    if data.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise locked(name)
    if data.startswith(b"PK\x03\x04"):
        _check_zip(name, data)
    elif kind_of(data) is None and b"\x00" in data[:65536] and not _is_utf16(data):
        raise _not_a_table(name, BINARY)


def locked(name: str) -> BadData:
    """The error for a workbook with a password."""
    return BadData(
        Text(
            f"The workbook “{name}” is protected with a password: save a copy without it.",
            f"Книга «{name}» защищена паролем: сохраните копию без пароля.",
        )
    )


def _broken(name: str) -> BadData:
    return BadData(
        Text(
            f"The file “{name}” is damaged and cannot be opened: export it again.",
            f"Файл «{name}» повреждён и не открывается: выгрузите его ещё раз.",
        )
    )


def _is_utf16(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    head = data[:4096]
    zeros = max(head[0::2].count(0), head[1::2].count(0))
    other = min(head[0::2].count(0), head[1::2].count(0))
    return other == 0 and zeros * 4 > len(head)


def _not_a_table(name: str, what: Text) -> BadData:
    return BadData(
        Text(
            f"“{name}” is no table ({what.en}): give the export itself, csv or xlsx.",
            f"«{name}» — не таблица ({what.ru}): нужна сама выгрузка, csv или xlsx.",
        )
    )


def _check_zip(name: str, data: bytes) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _broken(name) from error
    unpacked = sum(entry.file_size for entry in entries)
    bomb = unpacked > RATIO_FLOOR and unpacked > MAX_RATIO * max(1, len(data))
    if unpacked > MAX_UNPACKED or bomb or len(entries) > MAX_ENTRIES:
        raise BadData(
            Text(
                f"The workbook “{name}” unpacks to {unpacked >> 20} MB, which is not safe to open: save it as csv.",
                f"Книга «{name}» распаковывается в {unpacked >> 20} МБ, открывать её опасно: сохраните как csv.",
            )
        )
    try:
        for entry in entries:
            _check_part(name, archive, entry)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise _broken(name) from error


def _check_part(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse macros, XML that declares a document type, and archives inside, by the first bytes of a part."""
    if entry.flag_bits & 1:
        raise locked(name)
    if entry.filename.casefold().endswith("vbaproject.bin"):
        raise _unsafe(name, MACROS)
    with archive.open(entry) as part:
        head = part.read(_HEAD)
    if head.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise _unsafe(name, NESTED)
    if b"<!doctype" in head.replace(b"\x00", b"").lower():
        raise _unsafe(name, ENTITIES)


def _unsafe(name: str, what: Text) -> BadData:
    return BadData(
        Text(
            f"The workbook “{name}” holds {what.en} and is not opened: save it as csv or a plain xlsx.",
            f"Книга «{name}» содержит {what.ru} и не открывается: сохраните её как csv или обычный xlsx.",
        )
    )
