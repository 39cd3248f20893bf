"""Files that come from outside: kept under names of our own, within limits, and handed on as a folder."""

import re
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from tools.errors import BadData
from tools.text import Text

MAX_BYTES = 200 * 1024 * 1024
MAX_FILES = 50
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".parquet")
_CHUNK = 1 << 20


@contextmanager
def kept(home: Path, files: Iterable[tuple[str, IO[bytes]]]) -> Iterator[list[Path]]:
    """The files of one upload in a fresh folder, removed afterwards (the snapshot is a copy of its own).

    The folder's name is ours; a file's name keeps only the letters of the name it was shown under, so that remarks on
    the data name a file its owner knows. Raises `BadData` for a format that cannot be read, for too much, for nothing.
    """
    folder = home / "uploads" / uuid.uuid4().hex
    folder.mkdir(parents=True, mode=0o700)
    try:
        left = MAX_BYTES
        for count, (shown, stream) in enumerate(files, start=1):
            if count > MAX_FILES:
                raise BadData(Text(f"More than {MAX_FILES} files at once.", f"Больше {MAX_FILES} файлов сразу."))
            left -= _copy(stream, folder / _free(folder, disk_name(shown)), left)
        if not any(folder.iterdir()):
            raise BadData(Text("No file came with the request.", "В запросе нет ни одного файла."))
        yield sorted(folder.iterdir())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def disk_name(shown: str) -> str:
    """The name on disk of a file shown as ``shown``: its letters, digits, spaces and dashes, and a known ending."""
    last = PurePosixPath(shown.replace("\\", "/")).name
    lower = last.casefold()
    packed = ".gz" if lower.endswith(".gz") else ""
    ending = PurePosixPath(lower.removesuffix(".gz")).suffix
    if ending not in ENDINGS:
        shown_ending = Text(f"“{last[:80]}”", f"«{last[:80]}»")
        known = ", ".join(item.lstrip(".") for item in ENDINGS)
        raise BadData(
            Text(
                "The file {name} is of a kind that is not read here. Files that are: {known}, each also gzipped.",
                "Файл {name} такого вида здесь не читается. Читаются: {known}, а также они же в gzip.",
            ).fill(name=shown_ending, known=known)
        )
    stem = last[: len(last) - len(ending) - len(packed)]
    clean = re.sub(r"[^\w\- ]+", "_", stem).strip(" _")[:60] or "file"
    return f"{clean}{ending}{packed}"


def _free(folder: Path, name: str) -> str:
    stem, dot, endings = name.partition(".")
    candidate, number = name, 1
    while (folder / candidate).exists():
        number += 1
        candidate = f"{stem} {number}{dot}{endings}"
    return candidate


def _copy(stream: IO[bytes], target: Path, left: int) -> int:
    written = 0
    with target.open("xb") as out:
        while block := stream.read(_CHUNK):
            written += len(block)
            if written > left:
                limit = MAX_BYTES // (1024 * 1024)
                raise BadData(
                    Text(
                        f"The upload is larger than {limit} MB. Send fewer files, or gzip them.",
                        f"Загрузка больше {limit} МБ. Отправьте меньше файлов или сожмите их в gzip.",
                    )
                )
            out.write(block)
    return written
