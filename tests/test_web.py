"""The web chat in a real browser: demo company, seven steps, a question, a report; nothing leaves this machine.

``CVM_SCREENSHOT=docs/images/chat.png`` keeps a picture of the page.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.conftest import ROOT, missing

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
LOCAL = ("127.0.0.1", "localhost", "")
SECONDS = 45_000


@dataclass(slots=True)
class Site:
    """A running server, and everything that the browser asked for or complained about."""

    url: str
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site(demo_home: Path, demo_snapshot: str) -> Iterator[Site]:
    """`cvm serve` in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = f"from ui.server import serve; serve(port={port})"
    environment = {
        **os.environ,
        "CVM_HOME": str(demo_home),
        "CVM_LLM_BASE_URL": "",
        "GRADIO_TEMP_DIR": str(demo_home / "gradio"),
    }
    log = demo_home / "server.log"
    with (
        log.open("wb") as out,
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=out, stderr=out) as server,
    ):
        url = f"http://127.0.0.1:{port}"
        try:
            _wait(url, server, log)
            yield Site(url)
        finally:
            server.terminate()


def _wait(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        try:
            if httpx.get(f"{url}/v1/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"the server did not come up: {log.read_text()}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium of the system."""
    if not Path(CHROMIUM).exists():
        missing("chromium", "apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright: pip install playwright")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, site: Site) -> Iterator[Any]:
    """A fresh Russian page of 1280 pixels; afterwards: no request to another host, no error in the console."""
    context = browser.new_context(locale="ru-RU", viewport={"width": 1280, "height": 900}, color_scheme="light")
    opened = context.new_page()
    site.outside.clear()
    site.complaints.clear()
    opened.on("request", lambda request: _note(site, request.url))
    opened.on("pageerror", lambda error: site.complaints.append(str(error)))
    opened.on("console", lambda said: site.complaints.append(said.text) if said.type == "error" else None)
    opened.goto(site.url)
    opened.wait_for_selector(".brand.ready", timeout=SECONDS)
    yield opened
    context.close()
    assert site.outside == []
    assert site.complaints == []


def _note(site: Site, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in LOCAL:
        site.outside.append(url)


def _demo(page: Any) -> None:
    page.click("#demo")
    page.wait_for_selector(".summary", timeout=SECONDS)


def _ask(page: Any, question: str) -> Any:
    before = page.locator(".bubble.answer p").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    page.wait_for_function(
        f"document.querySelectorAll('.bubble.answer p, .bubble.error').length > {before} && !document.querySelector('.bubble .busy')",
        timeout=SECONDS,
    )
    return page.locator(".bubble").last


def _downloaded(page: Any, selector: str) -> tuple[str, str]:
    button = f"{selector} >> visible=true"
    page.wait_for_selector(f"{selector}:not([disabled])", timeout=SECONDS)
    with page.expect_download() as waiting:
        page.click(button)
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_text("utf-8")


def test_demo_question_report(page: Any) -> None:
    assert "Компания-пример" in page.inner_text("#demo")
    _demo(page)
    assert page.locator(".step").count() == 7
    assert page.locator(".step .finding").count() >= 4
    assert "Сверка с выгрузкой" in page.inner_text("#audit")
    line = page.inner_text(".status-line")
    assert "Чисел из данных" in line and "чисел от ИИ 0" in line and "сеть не нужна" in line

    answer = _ask(page, "Какой у нас NRR?")
    assert answer.locator(".num").count() >= 1
    assert "Откуда числа" in answer.inner_text()
    _picture(page)

    name, text = _downloaded(page, "#file-html")
    assert name.startswith("audit-") and name.endswith(".html") and "<html" in text
    _, text = _downloaded(page, "#file-json")
    assert len(json.loads(text)["steps"]) == 7

    page.click("#client input")
    page.locator("#client [role=option], #client li, ul.options li").first.click()
    page.click("#make-report")
    name, text = _downloaded(page, "#report-file")
    assert name.startswith("value-report-") and "<html" in text


def _picture(page: Any) -> None:
    _picture_of(page, "CVM_SCREENSHOT")


def _picture_of(page: Any, setting: str) -> None:
    if target := os.environ.get(setting):
        path = ROOT / target
        path.parent.mkdir(parents=True, exist_ok=True)
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        page.wait_for_timeout(500)
        page.set_viewport_size({"width": 1280, "height": 1080})
        page.screenshot(path=path)


def test_every_offer_is_answered(page: Any) -> None:
    _demo(page)
    offers = [chip.inner_text() for chip in page.locator(".chip").all() if chip.is_visible()]
    assert len(offers) >= 4
    for offer in offers:
        page.get_by_role("button", name=offer).click()
        page.wait_for_function(
            "document.querySelector('.bubble:last-child p') && !document.querySelector('.bubble .busy')",
            timeout=SECONDS,
        )
        assert page.locator(".bubble.error").count() == 0, offer


def test_a_draft_is_decided_about_by_a_click(page: Any) -> None:
    _demo(page)
    page.click("#client input")
    client = page.locator("#client [role=option], #client li, ul.options li").first.inner_text()
    page.keyboard.press("Escape")
    answer = _ask(page, f"Напиши письмо клиенту {client}")
    assert "Это черновик, никуда не отправлен" in answer.inner_text()
    visible = [chip.inner_text() for chip in page.locator(".chip").all() if chip.is_visible()]
    assert visible == ["Одобряю", "Отклонить"]
    before = page.locator(".bubble.answer").count()
    page.get_by_role("button", name="Одобряю").click()
    page.wait_for_function(
        f"document.querySelectorAll('.bubble.answer').length > {before} && !document.querySelector('.bubble .busy')",
        timeout=SECONDS,
    )
    assert "Утверждено" in page.locator(".bubble").last.inner_text()
    assert page.locator(".bubble.error").count() == 0
    assert "Одобряю" not in [chip.inner_text() for chip in page.locator(".chip").all() if chip.is_visible()]


def test_choice_of_whom_the_audit_is_told(page: Any) -> None:
    _demo(page)
    page.click("#for-whom input")
    page.locator("#for-whom [role=option]:has-text('Финансовый директор')").first.click()
    page.wait_for_selector(".told-facts", timeout=SECONDS)
    assert page.inner_text(".summary h2").lower() == "финансовый директор"
    assert (
        page.locator(".step.told").count() >= 5
        and "Для клиента" in page.inner_text(".told-facts h3 >> nth=0").capitalize()
    )
    _picture_of(page, "CVM_SCREENSHOT_TOLD")
    page.click("#for-whom input")
    page.locator("#for-whom [role=option]").first.click()
    page.wait_for_selector(".step .number", timeout=SECONDS)
    assert page.locator(".step").count() == 7


def test_english(page: Any) -> None:
    page.click("#language label:has-text('English')")
    page.wait_for_selector("h1:has-text('CVM assistant')")
    _demo(page)
    assert "Numbers from the data" in page.inner_text(".status-line")
    assert not any("а" <= letter <= "я" for letter in page.inner_text(".step header h3 >> nth=0").lower())


def test_hostile_file_is_shown_not_run(page: Any, tmp_path: Path) -> None:
    name = '<img src=x onerror="window.__xss=1">ООО «Хитрый» ${window.__xss=2} {{window.__xss=3}} `'
    rows = "".join(
        f'"{name.replace(chr(34), chr(34) * 2)} {n % 7}";{n % 27 + 1:02}.{n % 12 + 1:02}.2025;{n}00\n'
        for n in range(120)
    )
    path = tmp_path / "счета <script>window.__xss=1<%2Fscript>.csv"
    path.write_text("Клиент;Дата;Сумма\n" + rows, "utf-8")
    page.set_input_files("#drop input[type=file]", str(path))
    page.wait_for_selector(".summary", timeout=SECONDS)
    _ask(page, f"Расскажи про {name} 1")
    assert page.evaluate("window.__xss") is None
    assert page.locator("#work img[src=x]").count() == 0
    assert "${window.__xss=2} {{window.__xss=3}}" in page.inner_text("#messages")


def test_unreadable_file_is_one_sentence(page: Any, tmp_path: Path) -> None:
    path = tmp_path / "пусто.csv"
    path.write_bytes(b"")
    page.set_input_files("#drop input[type=file]", str(path))
    page.wait_for_selector("#notice .error", timeout=SECONDS)
    assert "Traceback" not in page.inner_text("body") and "Не получилось" in page.inner_text("#notice")
    assert page.is_visible("#demo")


def test_phone_width_has_no_sideways_scroll(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    _demo(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_audit_by_answers_alone(page: Any) -> None:
    page.click("#interview-open")
    for key, answer in (("clients", "240"), ("receiving", "90"), ("clients_then", "220"), ("lost", "500")):
        page.fill(f"#q-{key} textarea, #q-{key} input", answer)
    page.click("#interview-go")
    page.wait_for_selector(".error", timeout=SECONDS)
    assert "противоречат" in page.inner_text(".error")
    page.fill("#q-lost textarea, #q-lost input", "33")
    page.click("#interview-go")
    page.wait_for_selector(".summary", timeout=SECONDS)
    assert "15,0" in page.inner_text(".summary")
    assert "Чисел из ваших ответов" in page.inner_text("#bar")
