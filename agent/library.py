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
    from tools.inputs.forms import Form

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
ONLY_INPUTS = Text(
    "Beside data loaded before, only workbooks of `cvm inputs` can be given: give the files together, or load the workbook alone.",
    "Вместе с ранее загруженной базой можно передать только книгу `cvm inputs`: передайте файлы вместе или загрузите книгу отдельно.",
)
NO_BASE = Text(
    "The data that this workbook was made from are not loaded here: give it together with them, “cvm load exports/ inputs.xlsx”.",
    "Данных, по которым сделана эта книга, здесь нет: загрузите её вместе с ними, «cvm load exports/ inputs.xlsx».",
)
SOURCE_ENDINGS = frozenset({".py", ".md", ".toml", ".yaml", ".html", ".typ"})


def load(home: Path, source: str | Path | Sequence[str | Path], *, name: str | None, answers: Mapping[str, str]) -> str:
    """The snapshot of a source; the same files under the same answers are read once."""
    given = [source] if isinstance(source, str | Path) else list(source)
    known = [_known(home, item) for item in given]
    if len(given) == 1 and known[0] is not None:
        snapshot = known[0]
    else:
        snapshot = _read(
            home, [_path(home, item) for item in _unnamed(given, known)], answers=answers, upon=_one(known)
        )
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


def _unnamed(given: Sequence[str | Path], known: Sequence[str | None]) -> list[str | Path]:
    return [item for item, snapshot in zip(given, known, strict=True) if snapshot is None]


def _one(known: Sequence[str | None]) -> str | None:
    """The one snapshot that was named beside files, or None; `UserError` where several were."""
    named = sorted({snapshot for snapshot in known if snapshot is not None})
    if len(named) > 1:
        raise UserError(ONLY_INPUTS)
    return named[0] if named else None


def _demo(home: Path) -> Path:
    """The folder of the demo company's exports, written once by each version of the program."""
    from tools.sources import demo

    folder, mark = home / "demo", home / "demo.version"
    if not mark.is_file() or mark.read_text() != code_fingerprint():
        demo.write(folder)
        write_once(mark, code_fingerprint().encode())
    return folder


def _read(home: Path, paths: Sequence[Path], *, answers: Mapping[str, str], upon: str | None = None) -> str:
    """The snapshot of files; workbooks of inputs are put into the others, or into the snapshot ``upon``."""
    from tools.conform import conform
    from tools.inputs.filled import filled
    from tools.inputs.forms import parted
    from tools.snapshot import loaded, save
    from tools.sources import read

    files = [_content(path) for path in paths]
    told = {"files": files, "answers": answers, "code": code_fingerprint()} | ({"upon": upon} if upon else {})
    key = digest(canonical(told))
    known = _table(home / "loads.json").get(key)
    if known is not None and (home / "portfolios" / known / "manifest.json").is_file():
        return known
    forms, others = parted([raw for path in paths for raw in read(path)])
    if others and upon is not None:
        raise UserError(ONLY_INPUTS)
    base = None if others else upon or _made_from(home, forms)
    source = ", ".join(path.name for path in paths)
    if base is None:
        load = conform(others, answers=answers)
    else:
        load, before = loaded(home, base)
        source = before if source in before.split(" + ") else f"{before} + {source}"
    snapshot = save(filled(load, forms) if forms else load, home, source=source)
    _remember(home / "loads.json", key, snapshot)
    return snapshot


def _made_from(home: Path, forms: "Sequence[Form]") -> str:
    """The snapshot that workbooks of inputs given alone were made from; `UserError` where it is not here."""
    snapshots = {form.snapshot for form in forms}
    found = next(iter(snapshots)) if len(snapshots) == 1 else None
    if found is None or not (home / "portfolios" / found / "manifest.json").is_file():
        raise UserError(NO_BASE)
    return found


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
