"""By, where, top, level and explain at the faces: the same answers, the same refusals, nothing half-printed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient
from typer.testing import CliRunner

from agent.assistant import Assistant
from agent.settings import Settings
from tools.errors import UserError
from tools.metrics import metrics
from tools.reports.names import source_name
from tools.text import Language
from ui.cli import app
from ui.server import create_app

RU = {"Accept-Language": "ru"}
ASKED: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases" / "ask_demo.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def client(demo_home: Path, demo_snapshot: str) -> Iterator[TestClient]:
    assistant = Assistant.open(Settings(home=demo_home, llm_base_url=None))
    with TestClient(create_app(assistant, chat=False), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def said(demo_home: Path, demo_snapshot: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What `cvm metric … --data demo` prints, in this process."""
    monkeypatch.setenv("CVM_HOME", str(demo_home))

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["metric", *arguments, "--data", "demo"], catch_exceptions=False)
        assert done.exit_code == 0
        return done.stdout

    return run


def refused(said: Any, *arguments: str) -> UserError:
    """The error that a command ends with; `cvm` turns it into exit 2 and one line on stderr."""
    with pytest.raises(UserError) as caught:
        said(*arguments)
    return caught.value


def test_the_first_clients_are_printed_by_rank_and_name(said: Any) -> None:
    shown = said("mrr", "--top", "3", "--where", "тариф = Про", "--lang", "ru")
    first = json.loads(said("mrr", "--top", "3", "--where", "plan=про", "--lang", "ru", "--json"))["readings"]
    assert [item["scope"]["where"] for item in first] == ["plan = Про"] * 3
    values = [item["value"] for item in first]
    assert values == sorted(values, reverse=True)
    places = [shown.index(item["account_name"]) for item in first]
    assert places == sorted(places) and "Тариф: Про" in shown and all(item["text"] for item in first)


def test_groups_have_bars_and_reasons(said: Any) -> None:
    shown = said("nrr", "--by", "регион", "--lang", "ru")
    assert "█" in shown and "интервал" in shown


def test_explain_names_the_choice_that_turns_the_conclusion_over(said: Any) -> None:
    found = json.loads(said("nrr", "--explain", "--json", "--lang", "en"))["explain"]
    flips = {choice["kind"] or choice["convention"]: choice["flips"] for choice in found["choices"]}
    assert flips["without_indexation"] and flips["without_largest"] and not flips["contract_run_rate"]
    assert found["line"]["value"] == 1.0 and "below" in found["conclusion"]
    assert found["window"] and found["rows"]["used"] and found["sql"] and found["formula"] and found["meaning"]
    shown = said("nrr", "--explain", "--lang", "ru")
    assert "меняет вывод" in shown and "сумма MRR на конец" in shown and "подписка на паузе" in shown
    assert "metrics-1.2" not in shown and "closing MRR" not in shown


def test_a_plan_is_found_in_the_other_alphabet(said: Any) -> None:
    latin, russian = (
        json.loads(said("arpa", "--where", f"plan = {name}", "--json", "--lang", "ru"))["readings"][0]
        for name in ("Pro", "про")
    )
    assert latin["value"] is not None and latin["id"] == russian["id"]
    assert latin["scope"]["where"] == "plan = Про" and latin["name"].endswith("Тариф: Про")


def test_a_value_that_is_nowhere_names_the_nearest_first(said: Any) -> None:
    (found,) = json.loads(said("arpa", "--where", "plan = Старта", "--json", "--lang", "ru"))["readings"]
    assert found["value"] is None and "есть Старт, " in found["reason"] and "Про" in found["reason"]


def test_an_answer_is_printed_with_names_and_a_day_once(
    demo_home: Path, demo_snapshot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CVM_HOME", str(demo_home))
    monkeypatch.setenv("COLUMNS", "200")
    asked = ["ask", "топ 3 клиента по MRR на тарифе Pro", "--data", "demo"]
    first = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)["readings"]
    shown = CliRunner().invoke(app, asked).stdout
    assert not any(item["scope"]["account"] in shown for item in first) and "Тариф: Про" in shown
    chs = CliRunner().invoke(app, ["ask", "Какой индекс здоровья?", "--data", "demo"]).stdout
    assert "30.06.2026" in chs and "30.06.2026 – 30.06.2026" not in chs


@pytest.mark.parametrize("case", ASKED, ids=[case["q"] for case in ASKED])
def test_a_question_is_answered_as_it_is_meant(case: dict[str, Any], client: TestClient, demo_snapshot: str) -> None:
    reply = client.post(f"/v1/portfolios/{demo_snapshot}/ask", json={"question": case["q"]}).json()
    said = reply["text"].replace("\u00a0", " ")
    assert [words for words in case["has"] if words not in said] == [], said
    assert [words for words in case.get("without", ()) if words in said] == [], said
    assert set(case["keys"]) <= {item["key"] for item in reply["readings"]}
    assert bool(reply["refused"]) == case.get("refused", not case["keys"])


def test_no_word_of_the_registry_is_left_in_english() -> None:
    for key, item in metrics().items():
        assert set(re.findall(r"[a-z]{2,}", item.formula.ru)) <= {"min", "max"}, key
        assert source_name(item.source, "ru") != item.source, key


def test_sizes_are_called_by_their_ranges(said: Any) -> None:
    shown = said("arpa", "--by", "size", "--lang", "ru")
    assert "Размер" in shown and "до " in shown and "больше " in shown and "в месяц" in shown
    readings = json.loads(said("arpa", "--by", "size", "--json", "--lang", "ru"))["readings"]
    groups = [item for item in readings if item["scope"]["group"] in "1234"]
    edges = [item["scope"]["range"].split("..") for item in groups]
    assert [high for _low, high in edges][:-1] == [low for low, _high in edges][1:] and edges[0][0] == ""


def test_without_a_metric_everything_that_can_be_asked_is_listed(said: Any) -> None:
    listed = json.loads(said("--json", "--lang", "ru"))
    assert {"key": "nrr", "name": "Чистое удержание выручки (NRR)"} in listed["metrics"]
    assert {"key": "plan", "name": "Тариф", "by": True, "where": True} in listed["columns"]


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (("nrrr",), "nrr"),
        (("удержание",), "nrr"),
        (("mrr", "--by", "plann"), "plan"),
        (("mrr", "--where", "plam=a"), "plan"),
    ],
)
def test_an_unknown_name_says_what_is_near_and_how_to_list_all(
    said: Any, arguments: tuple[str, ...], near: str
) -> None:
    error = refused(said, *arguments, "--lang", "ru")
    assert near in error.text.ru and "cvm metric" in error.text.ru and "cvm metric" in error.text.en


@pytest.mark.parametrize(
    "arguments",
    [
        ("mrr", "--where", "plam = Pro"),
        ("mrr", "--where", "plan < 5"),
        ("mrr", "--where", ""),
        ("mrr", "--top", "0"),
        ("mrr", "--top", "3", "--by", "plan"),
        ("quick_ratio", "--top", "3"),
        ("mrr", "--level", "planet"),
        ("mrr", "--by", "planet"),
    ],
)
def test_faults_are_the_users_in_both_languages(said: Any, arguments: tuple[str, ...]) -> None:
    error = refused(said, *arguments, "--json", "--lang", "ru")
    assert error.text.en != error.text.ru


def test_levels(said: Any) -> None:
    total = {
        level: json.loads(said("mrr", "--level", level, "--json"))["readings"][0]["value"]
        for level in ("holding", "account", "billing", "line")
    }
    assert len(set(total.values())) == 1


def test_metrics_over_http(client: TestClient, demo_snapshot: str) -> None:
    route = f"/v1/portfolios/{demo_snapshot}/metrics"
    first = client.get(f"{route}/mrr", params={"top": 2, "where": "segment = at_risk"}).json()["readings"]
    assert len(first) == 2 and first[0]["scope"]["where"] == "segment = at_risk" and first[0]["account_name"]
    found = client.get(f"{route}/nrr", params={"explain": True}, headers=RU).json()
    assert "ниже" in found["explain"]["conclusion"]
    assert client.get(f"{route}/mrr", params={"top": 0}).status_code == 422


def test_a_bad_filter_is_a_problem_document(client: TestClient, demo_snapshot: str) -> None:
    answer = client.get(f"/v1/portfolios/{demo_snapshot}/metrics/mrr", params={"where": "plam = Pro"}, headers=RU)
    body = answer.json()
    assert answer.status_code == 400 and answer.headers["content-type"] == "application/problem+json"
    assert body["type"] == "urn:cvm:problem:bad-filter" and "plan" in body["near"]
    assert body["errors"][0]["pointer"] == "/query/where" and body["errors"][0]["position"] == "1"
    assert "Неизвестно" in body["detail"]


def test_accounts_over_http_in_pages(client: TestClient, demo_snapshot: str) -> None:
    route = f"/v1/portfolios/{demo_snapshot}/accounts"
    asked = {"fields": "тариф,segment,mrr", "where": "mrr is known", "sort": "-mrr", "limit": "50"}
    seen: list[dict[str, Any]] = []
    cursor: str | None = None
    for _page in range(20):
        body = client.get(route, params={**asked, **({"cursor": cursor} if cursor else {})}).json()
        seen += body["accounts"]
        cursor = body["next"]
        if cursor is None:
            break
    assert len(seen) == body["total"] and len({line["id"] for line in seen}) == len(seen)
    amounts = [line["mrr"] for line in seen]
    assert amounts == sorted(amounts, reverse=True) and body["units"] == {"mrr": "RUB/month"}
    assert set(seen[0]) == {"id", "name", "plan", "segment", "mrr"}


def test_accounts_by_id_and_what_is_refused(client: TestClient, demo_snapshot: str) -> None:
    route = f"/v1/portfolios/{demo_snapshot}/accounts"
    some = client.get(route, params={"limit": 3}).json()
    ids = [line["id"] for line in some["accounts"]]
    assert [line["id"] for line in client.get(route, params={"ids": ",".join(ids)}).json()["accounts"]] == ids
    assert client.get(route, params={"ids": "nobody"}).status_code == 400
    assert client.get(route, params={"fields": "planet"}).status_code == 404
    assert client.get(route, params={"cursor": some["next"], "sort": "mrr"}).status_code == 400
    assert client.get(route, params={"cursor": "%%%"}).status_code == 400


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("ru", ["начат шаг «Сегменты и боли»", "закончен шаг «Сегменты и боли»: готово"]),
        ("en", ["started segments", "finished segments done"]),
    ],
)
def test_audit_progress_speaks_the_readers_language(language: Language, lines: list[str]) -> None:
    from agent.state import Event
    from ui.progress import plain_line

    events = [Event("started", "segments"), Event("finished", "segments", "done")]
    assert [plain_line(event, language) for event in events] == lines


def test_help_names_every_segmentation() -> None:
    from tools.segments import segmentations
    from ui.commands.data import SEGMENTATIONS

    assert sorted(SEGMENTATIONS.split("|")) == sorted(segmentations())
