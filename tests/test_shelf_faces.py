"""The shelf over HTTP and on the command line."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from agent.assistant import Assistant
from agent.settings import Settings
from tests import shelf_files as files
from tests.conftest import ROOT
from ui.server import create_app

RU = {"Accept-Language": "ru"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def client(home: Path) -> Iterator[TestClient]:
    home.mkdir()
    assistant = Assistant.open(Settings(home=home, llm_base_url=None))
    with TestClient(create_app(assistant, chat=False), raise_server_exceptions=False) as opened:
        yield opened


def sent(client: TestClient, *uploads: tuple[str, bytes], **data: str) -> Any:
    return client.post(
        "/v1/documents", files=[("files", (name, io.BytesIO(raw))) for name, raw in uploads], data=data, headers=RU
    )


def test_documents_go_in_and_out_over_http(client: TestClient, home: Path) -> None:
    raw = "\n\n".join(files.TEXTS["ru"]).encode()
    first = sent(client, ("../../Регламент.txt", raw), trust="approved")
    assert first.status_code == 201, first.text
    (document,) = first.json()["documents"]
    assert (document["name"], document["label"]) == ("Регламент.txt", "утверждён вашей компанией")
    assert sent(client, ("Регламент.txt", raw), trust="approved").json() == first.json()
    assert client.get("/v1/documents", headers=RU).json() == {"documents": [document], "faults": []}
    assert not list((home / "uploads").iterdir())
    assert client.delete(f"/v1/documents/{document['id']}").status_code == 204
    again = client.delete(f"/v1/documents/{document['id']}")
    assert again.status_code == 404 and again.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/documents").json()["documents"] == []


def test_bad_documents_are_problems_over_http(client: TestClient) -> None:
    raw = files.TEXTS["ru"][0].encode()
    for answer, status in (
        (sent(client, ("a.txt", raw), ("scan.exe", b"MZ\x90")), 422),
        (sent(client, ("", raw)), 422),
        (sent(client, ("a.txt", raw), trust="verified"), 422),
        (client.post("/v1/documents", data={"trust": "own"}), 415),
        (client.post("/v1/documents", json={}), 415),
    ):
        assert answer.status_code == status, answer.text
        assert answer.json()["detail"]
    assert client.get("/v1/documents").json()["documents"] == []


def test_documents_go_in_and_out_on_the_command_line(home: Path, tmp_path: Path) -> None:
    def cvm(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ui.cli", "shelf", *arguments], cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, "CVM_HOME": str(home), "LC_ALL": "C.UTF-8"}, encoding="utf-8",
        )  # fmt: skip

    path = files.written(tmp_path, "docx", "ru")
    (added,) = json.loads(cvm("add", str(path), "--trust", "approved", "--json").stdout)["documents"]
    assert (added["name"], added["trust"], added["language"]) == (path.name, "approved", "ru")
    shown = json.loads(cvm("list", "--json").stdout)
    assert shown == {"documents": [added], "faults": []}
    assert added["id"][:12] in cvm("list", "--lang", "ru").stdout
    bad = cvm("add", str(path), str(tmp_path / "none.md"), "--json", "--lang", "ru")
    assert (bad.returncode, bad.stdout) == (2, "") and "none.md" in bad.stderr
    assert path.name in cvm("remove", path.name, "--lang", "ru").stdout
    gone = cvm("remove", path.name, "--lang", "en")
    assert gone.returncode == 2 and "Unknown document" in gone.stderr
