"""The command line: exit status, what stands on stdout and stderr, and that it works without a terminal."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from agent.state import Event
from tests.conftest import ROOT
from tools.text import LANGUAGES, Language
from ui.commands.reference import PAGES, page_path
from ui.progress import plain_line

Run = Callable[..., subprocess.CompletedProcess[str]]
STEPS = ["segments", "delivery", "growth", "personalisation", "retention", "culture", "proof"]


@pytest.fixture
def cvm(demo_home: Path) -> Run:
    """Runs `cvm` in a process of its own, over the session's home."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ui.cli", *arguments],
            cwd=ROOT,
            env={**os.environ, "CVM_HOME": str(demo_home), "LC_ALL": "C.UTF-8", **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )

    return run


@pytest.fixture(scope="session")
def audited(demo_home: Path, demo_snapshot: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The audit of the demo run once: the process's output, its files and its JSON."""
    out = tmp_path_factory.mktemp("audit")
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", "audit", "--data", "demo", "--json", "--lang", "ru", "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, "CVM_HOME": str(demo_home)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return {"done": done, "out": out, "document": json.loads(done.stdout)}


def test_help_comes_within_a_second(cvm: Run) -> None:
    cvm("--help")
    began = time.perf_counter()
    done = cvm("--help")
    assert done.returncode == 0 and "audit" in done.stdout
    assert time.perf_counter() - began < 1


def test_unknown_metric_is_the_users_input(cvm: Run) -> None:
    done = cvm("metric", "nrrr", "--data", "demo", "--lang", "en")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip().splitlines()[-1].startswith("Unknown metric 'nrrr'. Did you mean: nrr")


def test_errors_speak_the_language_of_the_locale(cvm: Run) -> None:
    done = cvm("metric", "nrr", "--data", "no-such-file.csv", LC_ALL="ru_RU.UTF-8")
    assert done.returncode == 2
    assert "no-such-file.csv" in done.stderr and "Нет файла" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("metric", "nrr", "--data", "demo", "--as-of", "вчера"), "--as-of вчера: укажите дату"),
        (("metric", "nrr", "--data", "demo", "--from", "20250101", "--to", "2025-02-01"), "--from 20250101: укажите"),
        (("metric", "nrr", "--data", "demo", "--from", "2025-01-01", "--to", "2025-02-30"), "--to 2025-02-30: укажите"),
        (("metric", "nrr", "--data", "postgres://host/base"), "Базы данных в этой версии не читаются"),
        (("audit", "--data", "demo", "--policy", "no-such.yaml"), "Нет файла политики no-such.yaml."),
        (("audit", "--data", "demo", "--steps", "foo"), "«foo». Есть такие: segments, delivery"),
        (("metric", "foo", "--data", "demo"), "Неизвестно: показатель «foo»."),
        (("ask", "", "--data", "demo"), "Вопрос пуст"),
    ],
    ids=str,
)
def test_refusals_are_one_russian_line(cvm: Run, arguments: tuple[str, ...], sentence: str) -> None:
    done = cvm(*arguments, "--lang", "ru")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert sentence in line and "Errno" not in line and "Возможно" not in line


@pytest.mark.parametrize(
    "command",
    [
        "load demo",
        "metric nrr --data demo",
        "audit --data demo",
        "ask Hi --data demo",
        "search churn",
        "serve --port 0",
    ],
)
def test_a_home_that_cannot_be_made_is_one_sentence(cvm: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    for home in (tmp_path / "file", tmp_path / "file" / "inside"):
        done = cvm(*command.split(), CVM_HOME=str(home))
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1 and "CVM_HOME" in done.stderr


def test_doctor_is_exit_2_where_an_essential_part_is_missing(cvm: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    done = cvm("doctor", CVM_HOME=str(tmp_path / "file"))
    assert done.returncode == 2 and "✗" in done.stdout and "Traceback" not in done.stderr


def test_ctrl_c_is_exit_130_and_one_line(demo_home: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "audit", "--data", "demo", "--as-of", "2025-09-30", "--lang", "en"],
        cwd=ROOT,
        env={**os.environ, "CVM_HOME": str(demo_home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stderr is not None
    seen = process.stderr.readline()
    while seen and not seen.startswith("started"):
        seen = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130
    assert rest.splitlines()[-1].startswith("Stopped") and "Traceback" not in rest


def test_tables_are_named_in_the_readers_language(cvm: Run, tmp_path: Path) -> None:
    (tmp_path / "bills.csv").write_text("client;date;amount\nA;2025-01-02;10\nB;2025-02-03;20\n", "utf-8")
    shown = cvm("load", str(tmp_path / "bills.csv"), "--yes", "--lang", "ru").stdout
    assert "строки счетов" in shown and "invoices" not in shown and "XXX" not in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("metric", "nrr"),
        ("nonsense",),
        ("metric", "nrr", "--data", "demo", "--as-of", "yesterday"),
        ("metric", "nrr", "--data", "demo", "--from", "2026-01-01"),
        ("metric", "nrr", "--data", "demo", "--from", "2026-02-01", "--to", "2026-01-01"),
        ("audit",),
        ("audit", "--data", "demo", "--steps", "segments,nonsense"),
        ("audit", "--data", "demo", "--profile", "nonsense"),
        ("audit", "--data", "demo", "--policy", "no-such-file.yaml"),
        ("audit", "--data", "demo", "--answers", "no-such-file.yaml"),
        ("segment", "--data", "demo", "--by", "nonsense"),
        ("report", "nobody at all", "--data", "demo"),
        ("verify", "no-such-file.json", "--data", "demo"),
        ("eval", "nonsense"),
        ("ask", " ", "--data", "demo"),
        ("metric", "nrr", "--data", "postgres://host/base"),
    ],
    ids=" ".join,
)
def test_wrong_input_is_exit_2_with_a_sentence_and_no_traceback(cvm: Run, arguments: tuple[str, ...]) -> None:
    done = cvm(*arguments)
    assert done.returncode == 2
    assert done.stderr.strip() and "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_bug_is_exit_1_with_its_traceback(cvm: Run, tmp_path: Path) -> None:
    code = "import ui.cli, ui.session; ui.session.open_assistant = lambda: 1 / 0; ui.cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "segment", "--data", "demo"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1 and "ZeroDivisionError" in done.stderr


def test_metric_by_its_alias_is_one_json_document(cvm: Run, demo_snapshot: str) -> None:
    done = cvm("metric", "ndr", "--data", "demo", "--json")
    assert done.returncode == 0
    (first, *_) = json.loads(done.stdout)["readings"]
    assert first["key"] == "nrr" and first["snapshot"] == demo_snapshot
    assert 1 < first["value"] < 1.2


def test_explained_metric_shows_rows_and_sql(cvm: Run) -> None:
    done = cvm("metric", "nrr", "--data", "demo", "--explain", "--lang", "ru")
    assert done.returncode == 0
    assert "Учтено строк" in done.stdout and "SELECT" in done.stdout


def test_strict_is_exit_3_where_part_is_missing(cvm: Run, tmp_path: Path) -> None:
    (tmp_path / "clients.csv").write_text("client_id,plan,monthly_charge\n1,Pro,100\n2,Pro,120\n", "utf-8")
    source = str(tmp_path / "clients.csv")
    assert cvm("metric", "nps", "--data", source).returncode == 0
    assert cvm("metric", "nps", "--data", source, "--strict").returncode == 3


def test_load_prints_control_totals_that_agree(cvm: Run) -> None:
    done = cvm("load", "demo", "--yes", "--json", "--as", "our clients")
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert document["control_totals"] and all(total["difference"] == 0 for total in document["control_totals"])
    assert cvm("metric", "arpa", "--data", "our clients", "--json").returncode == 0


def test_audit_prints_its_steps_as_plain_lines_on_stderr(audited: Mapping[str, Any]) -> None:
    lines = audited["done"].stderr.splitlines()
    started = [plain_line(Event("started", step), "ru") for step in STEPS]
    assert [line for line in lines if line.startswith("начат шаг ")] == started
    assert len([line for line in lines if line.startswith("закончен шаг ")]) == len(STEPS)
    assert "начат шаг «Сегменты и боли»" in lines and "закончен шаг «Сегменты и боли»: готово" in lines


def test_audit_json_is_the_file_it_writes(audited: Mapping[str, Any]) -> None:
    document, out = audited["document"], audited["out"]
    assert [step["key"] for step in document["steps"]] == STEPS
    assert len(document["plan"]) == 5 and document["language"] == "ru"
    assert json.loads((out / "audit.json").read_text("utf-8")) == document
    assert {path.name for path in out.iterdir()} == {"audit.html", "audit.md", "audit.json"}


@pytest.mark.parametrize("width", ["60", "140"])
def test_audit_without_a_terminal_ends_with_the_reports_path(cvm: Run, audited: Mapping[str, Any], width: str) -> None:
    done = cvm("audit", "--data", "demo", "--lang", "ru", COLUMNS=width)
    assert done.returncode == 0
    last = done.stdout.rstrip().splitlines()[-1]
    assert last.startswith("Отчёт: ") and Path(last.removeprefix("Отчёт: ")).is_file()
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines()[:-1])) <= int(width)


def test_verify_names_the_one_figure_that_was_changed(cvm: Run, audited: Mapping[str, Any], tmp_path: Path) -> None:
    document = audited["document"]
    step = next(step for step in document["steps"] if step["key"] == "retention")
    reading = next(item for item in step["readings"] if item["status"] == "ok" and isinstance(item["value"], float))
    changed = json.loads(json.dumps(document))
    for item in changed["steps"][document["steps"].index(step)]["readings"]:
        if item["id"] == reading["id"]:
            item["value"] = reading["value"] + 1
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(changed), "utf-8")
    done = cvm("verify", str(path), "--data", "demo", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 2 and found["checked"] > 100
    assert [item["id"] for item in found["different"]] == [reading["id"]]


def test_search_finds_cards_in_the_language_of_the_question(cvm: Run) -> None:
    done = cvm("search", "как удержать клиента перед продлением", "--json")
    results = json.loads(done.stdout)["results"]
    assert done.returncode == 0 and results
    assert all(hit["language"] == "ru" for hit in results)


def test_ask_answers_with_a_reading(cvm: Run) -> None:
    done = cvm("ask", "Какой у нас NRR?", "--data", "demo", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0 and answer["language"] == "ru"
    assert "nrr" in {reading["key"] for reading in answer["readings"]}


def test_value_report_is_written(cvm: Run, demo: Any, tmp_path: Path) -> None:
    account = demo.accounts()[0][0]
    done = cvm("report", account, "--data", "demo", "--format", "html", "--out", str(tmp_path), "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 0 and document["status"] == "draft"
    assert Path(document["files"]["html"]).read_text("utf-8")


def test_doctor_says_what_works(cvm: Run) -> None:
    checks = json.loads(cvm("doctor", "--json").stdout)["checks"]
    assert {"python", "home", "engine", "cards"} <= {check["key"] for check in checks}
    assert all(check["works"] for check in checks if check["key"] in ("python", "home", "engine", "cards"))


@pytest.mark.parametrize("page", ["metrics", "glossary", "audiences"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_reference_is_what_the_registry_renders(language: Language, page: str) -> None:
    path = page_path(ROOT / "docs", language, page)
    assert path.read_text("utf-8") == PAGES[page](language), "stale: run `make docs`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_glossary_links_to_anchors_that_exist(language: Language) -> None:
    text, reference = PAGES["glossary"](language), PAGES["metrics"](language)
    links = re.findall(rf"\(metrics\.{language}\.md#([a-z_.]+)\)", text)
    assert links and [link for link in links if f'<a id="{link}"></a>' not in reference] == []
