"""Ways in: a file or a folder becomes raw tables, every cell a string, nothing dropped.

A way in is a function ``(name, data) -> list[RawTable]`` under `source`, one file of this package each; the folder
walk finds it. What a file is, is decided by its content first (a workbook named .csv is read as a workbook).
"""

import os
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path

from tools.errors import BadData
from tools.load import RawTable
from tools.text import Text

Reader = Callable[[str, bytes], list[RawTable]]
CAP_BYTES = 1 << 30
_README = ("readme", "license", "licence", "manifest", "notes", "changelog")


@dataclass(frozen=True, slots=True)
class Source:
    """One way in: its name, the endings of its files and the function that reads them."""

    name: str
    endings: tuple[str, ...]
    reader: Reader


SOURCES: dict[str, Source] = {}


def source(name: str, endings: Sequence[str]) -> Callable[[Reader], Reader]:
    """Register a reader of files with these endings (without the dot, lower case)."""

    def register(reader: Reader) -> Reader:
        SOURCES[name] = Source(name, tuple(endings), reader)
        return reader

    return register


def read(path: Path) -> list[RawTable]:
    """Raw tables of a file or of every file in a folder (not deeper); raises `BadData` with one sentence."""
    path = Path(path)
    if not path.exists():
        raise BadData(
            Text(
                f"There is no file or folder “{path}”: check the name.",
                f"Нет файла или папки «{path}»: проверьте имя.",
            )
        )
    if path.is_dir():
        return _folder(path)
    return read_bytes(path.name, _content(path))


def read_bytes(name: str, data: bytes) -> list[RawTable]:
    """Raw tables of one file given as bytes (an upload); ``name`` decides only what the content does not."""
    from tools.sources.magic import is_no_gzip, unpack

    plain, content = unpack(name, data, cap=CAP_BYTES)
    try:
        return _tables(name, plain, content)
    except BadData as error:
        if content.strip() and is_no_gzip(name, data):
            raise BadData(
                Text(
                    f"“{name}” is not a gzip file and holds no table as it stands: export it again.",
                    f"«{name}» — не архив gzip, и таблицы в нём нет: выгрузите файл ещё раз.",
                )
            ) from error
        raise


def _tables(name: str, plain: str, data: bytes) -> list[RawTable]:
    """Raw tables of unpacked bytes; ``plain`` is the name without ``.gz``."""
    from tools.sources.magic import check, kind_of

    if not data.strip():
        raise BadData(
            Text(
                f"The file “{name}” is empty: export it again.",
                f"Файл «{name}» пуст: выгрузите его ещё раз.",
            )
        )
    check(name, data)
    found = _for_kind(kind_of(data)) or _for_ending(plain)
    if found is None:
        known = ", ".join(sorted(ending for way in _ways().values() for ending in way.endings))
        raise BadData(
            Text(
                f"“{name}” is not a kind of file that can be read; give one of: {known}.",
                f"Файл «{name}» такого вида не читается; подойдут: {known}.",
            )
        )
    return found.reader(name, data)


def _folder(path: Path) -> list[RawTable]:
    try:
        entries = sorted(path.iterdir())
    except PermissionError as error:
        raise _no_rights(path) from error
    files = [entry for entry in entries if entry.is_file() and not entry.name.startswith((".", "~$"))]
    used = [file for file in files if _for_ending(_plain(file.name)) and not _is_note(file.name)]
    ignored = [entry.name for entry in entries if entry not in used and not entry.name.startswith(".")]
    if not used:
        raise BadData(
            Text(
                f"The folder “{path.name}” holds no table: put csv, xlsx, ods or parquet files into it.",
                f"В папке «{path.name}» нет таблиц: положите в неё файлы csv, xlsx, ods или parquet.",
            )
        )
    tables = [table for file in used for table in read_bytes(file.name, _content(file))]
    if not ignored:
        return tables
    return [replace(table, how={**table.how, "ignored files": ", ".join(ignored)}) for table in tables]


def _content(path: Path) -> bytes:
    if not os.access(path, os.R_OK):
        raise _no_rights(path)
    try:
        return path.read_bytes()
    except PermissionError as error:
        raise _no_rights(path) from error


def _no_rights(path: Path) -> BadData:
    return BadData(
        Text(
            f"No right to read “{path.name}”: ask for access or copy it elsewhere.",
            f"Нет прав на чтение «{path.name}»: попросите доступ или скопируйте файл в другое место.",
        )
    )


@cache
def _ways() -> dict[str, Source]:
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return SOURCES


def _plain(name: str) -> str:
    return name[:-3] if name.casefold().endswith(".gz") else name


def _is_note(name: str) -> bool:
    return Path(_plain(name)).stem.casefold().startswith(_README)


def _for_ending(name: str) -> Source | None:
    ending = Path(name).suffix.casefold().lstrip(".")
    return next((way for way in _ways().values() if ending in way.endings), None)


def _for_kind(kind: str | None) -> Source | None:
    return _ways().get(kind) if kind else None
