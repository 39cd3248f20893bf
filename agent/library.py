"""Sources by path or by name: what was read once is found again by the content of its files."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from agent.memory import canonical, digest, write_once
from tools.errors import BadData, UnknownName, UserError
from tools.text import Text

if TYPE_CHECKING:
    from knowledge.search import Knowledge

DEMO = "demo"
NO_INDEX = Text(
    "The search index cannot be opened; cards are found by their words alone.",
    "Поисковый индекс не открывается; карточки ищутся только по словам.",
)
SOURCE_ROOMS = ("tools", "knowledge", "agent")
NO_DATABASES = Text(
    "Databases are not read in this version: export the tables to csv or parquet.",
    "Базы данных в этой версии не читаются: выгрузите таблицы в csv или parquet.",
)
SOURCE_ENDINGS = frozenset({".py", ".md", ".toml", ".yaml", ".html", ".typ"})


def load(home: Path, source: str | Path | Sequence[str | Path], *, name: str | None, answers: Mapping[str, str]) -> str:
    """The snapshot of a source; the same files under the same answers are read once."""
    given = [source] if isinstance(source, str | Path) else list(source)
    if len(given) == 1 and (known := _known(home, given[0])) is not None:
        snapshot = known
    else:
        snapshot = _read(home, [_path(home, item) for item in given], answers=answers)
    if name is not None:
        _remember(home / "names.json", name, snapshot)
    return snapshot


def knowledge(home: Path) -> "Knowledge":
    """The cards and the shelf of a home folder with their index; BM25 alone where the index cannot be opened."""
    from knowledge.search import Knowledge
    from tools.errors import BackendError

    try:
        return Knowledge.open(home)
    except BackendError:
        return replace(Knowledge.open(home, embedder=None), notice=NO_INDEX)


def names(home: Path) -> dict[str, str]:
    """Names given to sources, each with its snapshot."""
    return _table(home / "names.json")


@cache
def code_fingerprint() -> str:
    """A hash over the program's own files: a run belongs to the program that began it."""
    root = Path(__file__).resolve().parent.parent
    whole = hashlib.sha256()
    for room in SOURCE_ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.suffix in SOURCE_ENDINGS and path.is_file():
                whole.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:16]


def _known(home: Path, source: str | Path) -> str | None:
    """The snapshot of a name or of a snapshot's own id; a path that exists goes before a name."""
    if isinstance(source, Path) or source == DEMO or Path(source).exists():
        return None
    found = names(home).get(source)
    if found is not None and (home / "portfolios" / found / "manifest.json").is_file():
        return found
    inside = source.isalnum() and (home / "portfolios" / source / "manifest.json").is_file()
    return source if inside else None


def _path(home: Path, source: str | Path) -> Path:
    if source == DEMO:
        return _demo(home)
    if isinstance(source, str) and "://" in source:
        raise UserError(NO_DATABASES)
    path = Path(source)
    if not path.exists():
        known = [DEMO, *names(home)]
        if isinstance(source, Path) or "/" in source or "." in source:
            raise BadData(
                Text(
                    f"There is no file or folder “{path}”: check the name.",
                    f"Нет файла или папки «{path}»: проверьте имя.",
                )
            )
        raise UnknownName(Text("source", "источник"), str(source), known)
    return path


def _demo(home: Path) -> Path:
    """The folder of the demo company's exports, written once by each version of the program."""
    from tools.sources import demo

    folder, mark = home / "demo", home / "demo.version"
    if not mark.is_file() or mark.read_text() != code_fingerprint():
        demo.write(folder)
        write_once(mark, code_fingerprint().encode())
    return folder


def _read(home: Path, paths: Sequence[Path], *, answers: Mapping[str, str]) -> str:
    from tools.conform import conform
    from tools.snapshot import save
    from tools.sources import read

    key = digest(
        canonical({"files": [_content(path) for path in paths], "answers": answers, "code": code_fingerprint()})
    )
    known = _table(home / "loads.json").get(key)
    if known is not None and (home / "portfolios" / known / "manifest.json").is_file():
        return known
    raws = [raw for path in paths for raw in read(path)]
    snapshot = save(conform(raws, answers=answers), home, source=", ".join(path.name for path in paths))
    _remember(home / "loads.json", key, snapshot)
    return snapshot


def _content(path: Path) -> list[str]:
    files = sorted(item for item in path.iterdir() if item.is_file()) if path.is_dir() else [path]
    return [f"{item.name}:{_hash(item)}" for item in files]


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _table(path: Path) -> dict[str, str]:
    return cast(dict[str, str], json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def _remember(path: Path, key: str, value: str) -> None:
    write_once(path, json.dumps({**_table(path), key: value}, ensure_ascii=False, indent=1).encode())
