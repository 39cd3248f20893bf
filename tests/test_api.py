"""HTTP ``/v1`` over the real Assistant on the demo company."""

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from agent.assistant import Assistant
from agent.settings import Settings
from ui.api import uploads
from ui.api.problems import preferred
from ui.server import create_app

RU = {"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8"}
STEPS = ["segments", "delivery", "growth", "personalisation", "retention", "culture", "proof"]


@pytest.fixture(scope="module")
def assistant(demo_home: Path, demo_snapshot: str) -> Assistant:
    return Assistant.open(Settings(home=demo_home, llm_base_url=None))


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Iterator[TestClient]:
    with TestClient(create_app(assistant, chat=False), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def audit(client: TestClient, demo_snapshot: str) -> str:
    """The id of a finished audit."""
    run = client.post(f"/v1/portfolios/{demo_snapshot}/audits", json={"language": "ru"}).json()["id"]
    assert events(client, run)[-1]["event"] == "done"
    return str(run)


def events(client: TestClient, run: str, *, after: int | None = None) -> list[dict[str, Any]]:
    """The rows of an audit's event stream, read to its end."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    with client.stream("GET", f"/v1/audits/{run}/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        return [json.loads(line.removeprefix("data: ")) for line in answer.iter_lines() if line.startswith("data: ")]


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status and body["title"] and body["detail"] and body["type"]
    assert "Traceback" not in answer.text
    return body


def test_health_and_ready(client: TestClient) -> None:
    assert client.get("/v1/health").json() == {"status": "ok"}
    assert client.get("/v1/ready").json() == {"status": "ok"}


def test_demo_loads(client: TestClient, demo_snapshot: str) -> None:
    answer = client.post("/v1/portfolios", json={"source": "demo"})
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/portfolios/{demo_snapshot}"
    body = client.get(answer.headers["location"], headers=RU).json()
    assert body["control_totals"] and all(line["difference"] == 0 for line in body["control_totals"])
    assert {"snapshot", "tables", "control_totals", "problems", "questions"} <= set(body)


def test_files_load_under_names_of_ours(client: TestClient, assistant: Assistant) -> None:
    rows = "Клиент;Дата;Сумма\n" + "".join(
        f"ООО «К{n % 9}»;{n % 27 + 1:02}.0{n % 6 + 1}.2025;{n}00,50\n" for n in range(60)
    )
    files = [("files", ("../../счета.csv", io.BytesIO(rows.encode("cp1251")), "text/csv"))]
    body = client.post("/v1/portfolios", files=files, headers=RU)
    assert body.status_code == 201, body.text
    assert {table["from_file"] for table in body.json()["tables"]} == {"счета.csv"}
    assert not list((assistant.settings.home / "uploads").iterdir())
    again = client.post(
        "/v1/portfolios", files=[("files", ("счета.csv", io.BytesIO(rows.encode("cp1251")), "text/csv"))]
    )
    assert again.json()["snapshot"] == body.json()["snapshot"]


@pytest.mark.parametrize("name", ["a.exe", "archive.zip", "", "noending"])
def test_unreadable_kinds_are_refused(client: TestClient, name: str) -> None:
    answer = client.post("/v1/portfolios", files=[("files", (name, io.BytesIO(b"x"), "text/csv"))])
    assert is_problem(answer, 422)["detail"]


def test_disk_names_stay_inside() -> None:
    for shown in ("../../etc/passwd.csv", "C:\\a\\b.csv", "a\x00b.csv", "….csv", "x" * 400 + ".csv", "=cmd|.xlsx"):
        name = uploads.disk_name(shown)
        assert "/" not in name and "\\" not in name and "\x00" not in name and len(name) < 90


def test_too_large_an_upload_is_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_BYTES", 10)
    sent = client.post("/v1/portfolios", files=[("files", ("a.csv", io.BytesIO(b"a;b\n" * 10), "text/csv"))])
    assert is_problem(sent, 422)["detail"]
    declared = client.post(
        "/v1/portfolios", content=b"{}", headers={"Content-Length": str(1 << 33), "Content-Type": "application/json"}
    )
    assert is_problem(declared, 413)["detail"]


@pytest.mark.parametrize(
    "body", ['{"source": "/etc/passwd"}', '{"source": "demo", "more": 1}', "{", "[]", "null"], ids=range(5)
)
def test_bad_sources_are_refused(client: TestClient, body: str) -> None:
    answer = client.post("/v1/portfolios", content=body, headers={"Content-Type": "application/json"})
    assert is_problem(answer, 422)["title"]


def test_unknown_content_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/portfolios", content="x", headers={"Content-Type": "text/plain"})
    assert is_problem(answer, 415)["title"]


def test_metric_and_alias(client: TestClient, demo_snapshot: str) -> None:
    base = f"/v1/portfolios/{demo_snapshot}/metrics"
    reading = client.get(f"{base}/nrr").json()["readings"][0]
    assert reading["key"] == "nrr" and reading["unit"] == "ratio" and 0 < reading["value"] < 3
    assert client.get(f"{base}/ndr").json()["readings"][0]["id"] == reading["id"]
    windowed = client.get(f"{base}/nrr", params={"from": "2025-01-01", "to": "2026-01-01"}).json()["readings"][0]
    assert windowed["window"] == ["2025-01-01", "2026-01-01"]


def test_unknown_metric_names_near_ones(client: TestClient, demo_snapshot: str) -> None:
    body = is_problem(client.get(f"/v1/portfolios/{demo_snapshot}/metrics/nrrr", headers=RU), 404)
    assert "nrr" in body["near"] and "Неизвестно" in body["detail"] and body["title"] == "Не найдено"


@pytest.mark.parametrize("query", ["from=2025-01-01", "from=2025-02-01&to=2025-01-01"])
def test_half_and_empty_windows_are_refused(client: TestClient, demo_snapshot: str, query: str) -> None:
    is_problem(client.get(f"/v1/portfolios/{demo_snapshot}/metrics/nrr?{query}"), 400)


def test_wrong_date_is_refused(client: TestClient, demo_snapshot: str) -> None:
    body = is_problem(client.get(f"/v1/portfolios/{demo_snapshot}/metrics/nrr?as_of=yesterday"), 422)
    assert body["errors"][0]["pointer"] == "/query/as_of"


@pytest.mark.parametrize(
    "path", ["portfolios/nope", "portfolios/nope/segments", "audits/nope", "audits/nope/events", "nowhere"]
)
def test_unknown_things_are_not_found(client: TestClient, path: str) -> None:
    assert is_problem(client.get(f"/v1/{path}"), 404)["title"]


@pytest.mark.parametrize("path", ["portfolios/..%2f..%2fetc", "audits/..%2f..%2fetc", "reports/..%2fx/files/html"])
def test_paths_do_not_escape(client: TestClient, path: str) -> None:
    assert client.get(f"/v1/{path}").status_code in (404, 422)


def test_segments_cover_every_account(client: TestClient, demo_snapshot: str) -> None:
    body = client.get(f"/v1/portfolios/{demo_snapshot}/segments?by=value", headers=RU).json()
    assert body["by"] == "value" and body["groups"]
    assert len({line["id"] for line in body["accounts"]}) == len(body["accounts"]) > 100
    is_problem(client.get(f"/v1/portfolios/{demo_snapshot}/segments?by=colour"), 404)


def test_audit_is_accepted_once(client: TestClient, demo_snapshot: str, audit: str) -> None:
    answer = client.post(f"/v1/portfolios/{demo_snapshot}/audits", headers=RU)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/audits/{audit}"
    assert answer.json()["id"] == audit


def test_two_at_once_are_one_audit(client: TestClient, demo_snapshot: str) -> None:
    found: list[str] = []
    ask = {"steps": ["segments"], "language": "en"}
    url = f"/v1/portfolios/{demo_snapshot}/audits"
    threads = [threading.Thread(target=lambda: found.append(client.post(url, json=ask).json()["id"])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert [row["event"] for row in events(client, found[0])].count("started") == 1


def test_audit_document(client: TestClient, audit: str) -> None:
    body = client.get(f"/v1/audits/{audit}").json()
    assert body["run"] == audit and body["language"] == "ru"
    assert [step["key"] for step in body["steps"]] == STEPS
    assert len(body["plan"]) == 5 and len(body["mistakes"]) == 4


def test_events_replay_after_the_last_seen(client: TestClient, audit: str) -> None:
    whole = events(client, audit)
    assert [row["id"] for row in whole] == sorted({row["id"] for row in whole})
    assert {row["step"] for row in whole if row["event"] == "finished"} >= set(STEPS)
    for cut in range(len(whole) - 1):
        assert events(client, audit, after=whole[cut]["id"]) == whole[cut + 1 :]
    ended = client.get(f"/v1/audits/{audit}/events", headers={"Last-Event-ID": str(whole[-1]["id"])})
    assert ended.status_code == 204


@pytest.mark.parametrize(
    ("kind", "media"), [("html", "text/html"), ("md", "text/markdown"), ("json", "application/json")]
)
def test_audit_files_are_attachments(client: TestClient, audit: str, kind: str, media: str) -> None:
    answer = client.get(f"/v1/audits/{audit}/files/{kind}")
    assert answer.status_code == 200 and len(answer.content) > 1000
    assert answer.headers["content-type"].startswith(media)
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_unknown_file_kind_is_refused(client: TestClient, audit: str) -> None:
    assert is_problem(client.get(f"/v1/audits/{audit}/files/exe"), 422)["errors"]


def test_a_finished_audit_outlives_the_process(assistant: Assistant, audit: str) -> None:
    with TestClient(create_app(Assistant.open(assistant.settings), chat=False)) as restarted:
        assert restarted.get(f"/v1/audits/{audit}").json()["run"] == audit
        assert events(restarted, audit)[-1]["event"] == "done"


def test_an_audit_broken_off_says_so(client: TestClient, assistant: Assistant) -> None:
    store = assistant.store("00000000000000ab")
    store.begin({"snapshot": "x"})
    is_problem(client.get(f"/v1/audits/{store.run}"), 409)
    assert [row["event"] for row in events(client, store.run)] == ["run", "error"]


def test_unknown_step_is_refused(client: TestClient, demo_snapshot: str) -> None:
    is_problem(client.post(f"/v1/portfolios/{demo_snapshot}/audits", json={"steps": ["dreams"]}), 404)
    is_problem(client.post(f"/v1/portfolios/{demo_snapshot}/audits", json={"colour": "red"}), 422)


def test_links_of_a_started_audit_exist(client: TestClient, demo_snapshot: str, audit: str) -> None:
    links = client.post(f"/v1/portfolios/{demo_snapshot}/audits", headers=RU).json()["links"]
    paths = client.get("/openapi.json").json()["paths"]
    for link in links.values():
        shape = link.replace(audit, "{a}")
        kind = shape.rpartition("/")[2]
        assert shape in paths or shape.replace(f"/files/{kind}", "/files/{format}") in paths
        assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    ("body", "russian"),
    [
        ("{}", "Обязательное поле"),
        ('{"question": "a", "more": 1}', "Такого поля нет"),
        ("{", "не корректный JSON"),
        ('{"question": "a", "language": "de"}', "'en' или 'ru'"),
        ('{"question": "a", "as_of": "вчера"}', "ГГГГ-ММ-ДД"),
        ('{"question": ""}', "Слишком коротко"),
        ('{"question": 5}', "Нужна строка"),
        ("[]", "объект JSON"),
    ],
)
def test_faults_of_a_request_are_told_in_russian(
    client: TestClient, demo_snapshot: str, body: str, russian: str
) -> None:
    url = f"/v1/portfolios/{demo_snapshot}/ask"
    answer = client.post(url, content=body, headers={**RU, "Content-Type": "application/json"})
    assert russian in is_problem(answer, 422)["errors"][0]["detail"]
    english = client.post(url, content=body, headers={"Content-Type": "application/json"})
    assert is_problem(english, 422)["errors"][0]["detail"].isascii()


def test_a_wrong_date_in_the_address_is_told(client: TestClient, demo_snapshot: str) -> None:
    answer = client.get(f"/v1/portfolios/{demo_snapshot}/metrics/nrr?as_of=x", headers=RU)
    assert "ГГГГ-ММ-ДД" in is_problem(answer, 422)["errors"][0]["detail"]


@pytest.mark.parametrize("chat", [False, True])
def test_unknown_addresses_are_problems(assistant: Assistant, chat: bool) -> None:
    with TestClient(create_app(assistant, chat=chat), raise_server_exceptions=False) as client:
        for path in ("/v1/nothing", "/v1/", "/v1/audits", "/v1/audits/x/files"):
            is_problem(client.get(path, headers=RU), 404)
        is_problem(client.post("/v1/nothing", json={}), 404)
        refused = client.delete("/v1/search")
        is_problem(refused, 405)
        assert refused.headers["allow"] == "GET"


def test_ask(client: TestClient, demo_snapshot: str) -> None:
    answer = client.post(f"/v1/portfolios/{demo_snapshot}/ask", json={"question": "Какой у нас NRR?"}).json()
    assert answer["language"] == "ru" and answer["readings"]
    for span in answer["spans"]:
        assert answer["text"][span["start"] : span["end"]]
    is_problem(client.post(f"/v1/portfolios/{demo_snapshot}/ask", json={"question": ""}), 422)
    is_problem(client.post(f"/v1/portfolios/{demo_snapshot}/ask", json={"question": "a\x00b"}), 422)


def test_report(client: TestClient, demo_snapshot: str, assistant: Assistant) -> None:
    account = assistant.portfolio(demo_snapshot).accounts()[0][0]
    answer = client.post(f"/v1/portfolios/{demo_snapshot}/reports", json={"account": account}, headers=RU)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["status"] == "draft"
    file = client.get(body["files"]["html"])
    assert file.headers["content-disposition"].startswith("attachment")
    assert "<html" in file.text
    is_problem(client.post(f"/v1/portfolios/{demo_snapshot}/reports", json={"account": "nobody at all"}), 404)
    is_problem(client.get("/v1/reports/abc/files/html"), 404)


def test_search(client: TestClient) -> None:
    results = client.get("/v1/search", params={"q": "новички застряли на запуске"}, headers=RU).json()["results"]
    assert results and {"slug", "kind", "title", "language", "score", "passage"} <= set(results[0])
    is_problem(client.get("/v1/search"), 422)


def test_key_is_demanded_where_one_is_set(assistant: Assistant) -> None:
    settings = assistant.settings.model_copy(update={"api_key": SecretStr("right")})
    app = create_app(Assistant(settings, assistant.writer), chat=False)
    with TestClient(app) as guarded:
        for path in (path for path in app.openapi()["paths"] if path not in ("/v1/health", "/v1/ready")):
            for method in app.openapi()["paths"][path]:
                answer = guarded.request(method, path.replace("{", "").replace("}", ""))
                assert is_problem(answer, 401)["type"] == "urn:cvm:problem:key"
                assert answer.headers["www-authenticate"] == "Bearer"
        assert guarded.get("/v1/health").status_code == 200
        assert guarded.get("/v1/search?q=x", headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert guarded.get("/v1/search?q=x", headers={"Authorization": "Bearer right"}).status_code == 200


def test_foreign_host_is_refused_where_bound_to_this_machine(assistant: Assistant) -> None:
    with TestClient(create_app(assistant, chat=False, hosts=("localhost",)), base_url="http://evil.example") as client:
        assert client.get("/v1/health").status_code == 400


def test_openapi_is_complete(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    operations = [operation for methods in paths.values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) == 41
    assert all(operation["summary"] and operation["responses"] for operation in operations)
    key = next(p for p in paths["/v1/portfolios/{p}/metrics/{key}"]["get"]["parameters"] if p["name"] == "key")
    assert "nrr" in key["schema"]["enum"]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("en-GB,ru;q=0.5", "en"),
        ("de,ru;q=0.3", "ru"),
        ("ru;q=0.2,en;q=0.9", "en"),
        ("ru;q=x", "en"),
    ],
)
def test_language_of_a_header(header: str, language: str) -> None:
    assert preferred(header) == language
