"""Letters as they are kept and decided about: once, frozen, by every face; edited texts against the data."""

import csv
import io
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient
from typer.testing import CliRunner

from agent import letter_store
from agent.assistant import Assistant
from agent.conversation import NotWaiting
from agent.letter_check import unbound
from agent.letter_drafts import Wanted, drafted
from agent.letter_store import Unbound
from agent.letters import decide
from agent.planner import planned
from agent.reading.letter_words import form_asked, step_asked
from agent.reading.understand import understood
from agent.settings import Settings
from tools.errors import UnknownName, UserError
from tools.portfolio import Portfolio
from ui.cli import app
from ui.server import create_app

EDITS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases" / "letter_edits.yaml").read_text("utf-8"))
TEXT = (
    "Здравствуйте, [имя].\n\nБыло 40, сейчас 26,5 мин на заказ. «Срок»: было 40, сейчас 26,5. По счёту УТ-003630 на 25 298 ₽. "
    "Срок — 03.07.2026. Вам удобно?"
)
NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


def made(demo: Portfolio, home: Path, **wanted: Any) -> dict[str, Any]:
    return drafted(demo, Wanted(**{"account": "CL-0076", **wanted}), home=home).document


@pytest.mark.parametrize("case", EDITS, ids=[case["name"] for case in EDITS])
def test_edited_texts_are_held_against_the_data(case: dict[str, Any]) -> None:
    assert not case["edit"] or case["edit"] in TEXT
    edited = TEXT.replace(case["edit"], case["by"]) if case["edit"] else TEXT
    assert list(unbound(edited, TEXT)) == case["found"]


def test_asked_twice_is_one_draft(demo: Portfolio, tmp_path: Path) -> None:
    first, again = made(demo, tmp_path), made(demo, tmp_path, account="ООО «Северный склад»")
    assert first == again and first["status"] == "draft" and first["decisions"] == []
    ids = {
        made(demo, tmp_path, **more)["id"] for more in ({}, {"form": "call"}, {"language": "en"}, {"step": "renewal"})
    }
    assert len(ids) == 4 and len(list((tmp_path / "letters").glob("*.json"))) == 4
    spans = {span["reading"] for span in first["spans"]}
    assert {item["id"] for item in first["readings"]} <= spans
    assert all(item["text"] in first["text"] for item in first["readings"])


def test_approval_freezes_the_text_and_is_one_effect(demo: Portfolio, tmp_path: Path) -> None:
    draft = made(demo, tmp_path)
    done = letter_store.approve(tmp_path, draft["id"], at=NOW)
    path = letter_store.file_of(tmp_path, draft["id"])
    assert done["status"] == "approved" and not done["edited"] and path.read_text("utf-8") == draft["text"]
    assert letter_store.approve(tmp_path, draft["id"], at=NOW + timedelta(days=1)) == done
    assert [item["at"] for item in done["decisions"]] == ["2026-07-01T09:30:00+00:00"]
    for change in (
        lambda: letter_store.reject(tmp_path, draft["id"], "no", at=NOW),
        lambda: letter_store.edit(tmp_path, draft["id"], "Новый", at=NOW),
    ):
        with pytest.raises(NotWaiting, match="2026-07-01"):
            change()
    assert letter_store.edit(tmp_path, draft["id"], draft["text"] + "\n", at=NOW) == done
    assert made(demo, tmp_path)["status"] == "approved"


def test_an_edit_keeps_the_original_and_asks_about_foreign_numbers(demo: Portfolio, tmp_path: Path) -> None:
    draft = made(demo, tmp_path)
    text = draft["text"].replace("сейчас 5", "сейчас 4").replace("[имя]", "Анна")
    with pytest.raises(Unbound) as refused:
        letter_store.edit(tmp_path, draft["id"], text, at=NOW)
    assert refused.value.found == ("4%",) and "--as-written" in refused.value.text.ru
    assert letter_store.read(tmp_path, draft["id"])["status"] == "draft"
    done = letter_store.edit(tmp_path, draft["id"], text, at=NOW, as_written=True)
    assert done["status"] == "approved" and done["edited"] and done["original"] == draft["text"]
    assert done["text"] == text and done["decisions"][0]["as_written"]
    with pytest.raises(UserError, match="empty"):
        letter_store.edit(tmp_path, made(demo, tmp_path, form="call")["id"], " \n", at=NOW)


def test_a_rejected_draft_may_be_taken_up_again(demo: Portfolio, tmp_path: Path) -> None:
    ref = made(demo, tmp_path)["id"]
    first = letter_store.reject(tmp_path, ref, "слишком  длинно", at=NOW)
    assert first["status"] == "rejected" and first["decisions"][0]["reason"] == "слишком длинно"
    assert letter_store.reject(tmp_path, ref, "ещё раз", at=NOW) == first
    assert letter_store.approve(tmp_path, ref, at=NOW)["status"] == "approved"
    with pytest.raises(UserError, match="Say why"):
        letter_store.reject(tmp_path, made(demo, tmp_path, form="call")["id"], " ", at=NOW)


def test_many_approve_at_once_and_it_is_one_effect(demo: Portfolio, tmp_path: Path) -> None:
    ref = made(demo, tmp_path)["id"]
    threads = [
        threading.Thread(target=letter_store.approve, args=(tmp_path, ref), kwargs={"at": NOW}) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(letter_store.read(tmp_path, ref)["decisions"]) == 1


@pytest.mark.parametrize("ref", ["0" * 16, "../../etc/passwd", "", "ABCDEF0123456789"])
def test_an_unknown_letter_is_said_to_be_unknown(ref: str, tmp_path: Path) -> None:
    for work in (lambda: letter_store.read(tmp_path, ref), lambda: letter_store.approve(tmp_path, ref, at=NOW)):
        with pytest.raises(UnknownName):
            work()
    assert not list(tmp_path.iterdir())


def test_what_nobody_approved_can_be_forgotten(demo: Portfolio, tmp_path: Path) -> None:
    ref, kept = made(demo, tmp_path)["id"], made(demo, tmp_path, form="call")["id"]
    letter_store.reject(tmp_path, ref, "no", at=NOW)
    letter_store.approve(tmp_path, kept, at=NOW)
    for name in (ref, kept, "0" * 16):
        letter_store.forget(tmp_path, name)
    assert {path.name.partition(".")[0] for path in (tmp_path / "letters").iterdir()} == {kept}


def test_decisions_of_the_chat(demo: Portfolio, tmp_path: Path) -> None:
    draft = made(demo, tmp_path)
    held = decide(tmp_path, draft["id"], "edit", draft["text"].replace("сейчас 5", "сейчас 3,5"), at=NOW)
    assert held.pending is not None and held.pending.options == ("approve", "edit", "reject")
    assert held.claims[0].id == "letter.held" and letter_store.read(tmp_path, draft["id"])["status"] == "held"
    done = decide(tmp_path, draft["id"], "approve", at=NOW)
    assert done.pending is None and "сейчас 3,5" in letter_store.file_of(tmp_path, draft["id"]).read_text("utf-8")
    other = made(demo, tmp_path, form="call")["id"]
    assert decide(tmp_path, other, "reject", at=NOW).claims[0].id == "letter.rejected"
    assert letter_store.read(tmp_path, other)["status"] == "rejected"


def test_an_edited_letter_to_a_segment_fills_in_every_client(demo: Portfolio, tmp_path: Path) -> None:
    draft = drafted(demo, Wanted(segment="newcomers", step="launch"), home=tmp_path).document
    assert len(draft["clients"]) == 8 and not any(letter.isdigit() for letter in draft["text"])
    text = draft["text"].replace("Вы с нами с [клиент с]", "Спасибо, что вы с нами с [клиент с]")
    with pytest.raises(Unbound, match="15"):
        letter_store.edit(tmp_path, draft["id"], text + " Звоните до 15.", at=NOW)
    done = letter_store.edit(tmp_path, draft["id"], text, at=NOW)
    for line in done["clients"]:
        assert (
            line["text"].count("Спасибо, что вы с нами с " + line["values"]["since"]) == 1
            and "[клиент с]" not in line["text"]
        )


ASKED = [
    ("Напиши ООО «Северный склад» письмо: сначала польза, без продажи", "letter", None),
    ("Составь скрипт звонка новичкам", "call", None),
    ("Что сказать Северному складу по телефону?", "call", None),
    ("Напиши сообщение в телеграм Северному складу", "messenger", None),
    ("Подготовь имейл клиенту о просроченной оплате", "letter", "late"),
    ("Напиши письмо о продлении договора", "letter", "renewal"),
    ("Нужно письмо адвокатам с просьбой о рекомендации", "letter", "advocate"),
    ("Write a letter to the client about the overdue invoice", "letter", "late"),
    ("Draft a WhatsApp message for newcomers", "messenger", None),
    ("Prepare a call script for clients at risk", "call", None),
    ("Compose an email: ask for a referral", "letter", "advocate"),
    ("Сколько в среднем платит клиент?", None, None),
    ("Кому написать письмо о продлении?", None, "renewal"),
    ("Какой у нас отток?", None, None),
    ("What is our NRR?", None, None),
    ("Who should get the letter first?", None, None),
    ("Подготовь отчёт о ценности для клиента", None, None),
]


@pytest.mark.parametrize(("question", "form", "step"), ASKED, ids=[item[0] for item in ASKED])
def test_words_that_ask_for_a_letter(question: str, form: str | None, step: str | None) -> None:
    plain = question.lower().replace("ё", "е")
    assert form_asked(plain) == form
    assert step_asked(plain) == step or form is None


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Напиши Северному складу письмо", {"id": "CL-0076", "form": "letter"}),
        ("Write a call script for clients at risk", {"segment": "at_risk", "form": "call"}),
        ("Напиши письмо Лунному терминалу о продлении", {"id": "CL-0008", "form": "letter", "step": "renewal"}),
    ],
)
def test_a_question_becomes_a_draft(question: str, wanted: dict[str, str], demo: Portfolio) -> None:
    [call] = planned(understood(question, demo), demo, last=[])
    assert call["name"] == "draft_message" and call["arguments"] == wanted


def test_a_letter_in_a_conversation_waits_and_is_approved(demo_home: Path, demo_snapshot: str) -> None:
    assistant = Assistant.open(Settings(home=demo_home, llm_base_url=None))
    answer = assistant.ask("Напиши Каменному комбинату письмо", demo_snapshot, thread="letters")
    assert answer.pending is not None and answer.pending.kind == "letter" and answer.refused is None
    shown = assistant.render_answer(answer)
    kept = letter_store.read(demo_home, answer.pending.ref)
    told = "".join(shown["text"].split())
    assert "".join(kept["text"].split()) in told and shown["written_by"] == "rules" and shown["cards"]
    done = assistant.ask("Одобряю", demo_snapshot, thread="letters")
    assert done.pending is None and letter_store.read(demo_home, kept["id"])["status"] == "approved"
    again = assistant.ask("Напиши Каменному комбинату письмо", demo_snapshot)
    assert again.pending is None and "утверждено" in again.section.draft


def test_no_ground_is_a_refusal_with_its_reason(demo_home: Path, demo_snapshot: str) -> None:
    assistant = Assistant.open(Settings(home=demo_home, llm_base_url=None))
    answer = assistant.ask("Напиши Лунному терминалу письмо о просроченной оплате", demo_snapshot)
    assert answer.refused is not None and "просроченной оплаты нет" in answer.refused.ru and answer.pending is None


@pytest.fixture(scope="module")
def http(demo_home: Path, demo_snapshot: str) -> Iterator[TestClient]:
    assistant = Assistant.open(Settings(home=demo_home, llm_base_url=None))
    with TestClient(create_app(assistant, chat=False), raise_server_exceptions=False) as opened:
        yield opened


def test_letters_over_http(http: TestClient, demo_snapshot: str) -> None:
    wanted = {"account": "CL-0013", "form": "messenger"}
    answer = http.post(f"/v1/portfolios/{demo_snapshot}/letters", json=wanted, headers={"Accept-Language": "ru"})
    assert answer.status_code == 201
    draft = answer.json()
    assert answer.headers["location"] == f"/v1/letters/{draft['id']}" and draft["language"] == "ru"
    assert http.get(answer.headers["location"]).json() == draft
    shown = [draft["text"][span["start"] : span["end"]] for span in draft["spans"]]
    assert shown and {item["id"] for item in draft["readings"]} <= {span["reading"] for span in draft["spans"]}
    assert (
        http.post(f"/v1/portfolios/{demo_snapshot}/letters", json=wanted, headers={"Accept-Language": "ru"}).json()
        == draft
    )
    refused = http.post(f"/v1/letters/{draft['id']}/edit", json={"text": draft["text"] + " Скидка 7 %."})
    assert refused.status_code == 400 and "7%" in refused.json()["detail"]
    done = http.post(f"/v1/letters/{draft['id']}/edit", json={"text": draft["text"].replace("[имя]", "Анна")}).json()
    assert done["status"] == "approved" and done["edited"]
    assert http.post(f"/v1/letters/{draft['id']}/approve").json() == done
    late = http.post(f"/v1/letters/{draft['id']}/reject", json={"reason": "no"})
    assert late.status_code == 409 and late.json()["type"] == "urn:cvm:problem:not-waiting"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"account": "CL-9999"}, 404), ({"segment": "best"}, 404), ({"account": "CL-0008", "step": "nonsense"}, 404),
        ({"account": "CL-0008", "step": "late"}, 400), ({}, 400), ({"account": "CL-0008", "segment": "at_risk"}, 400),
        ({"account": "CL-0008", "form": "fax"}, 422), ({"account": "CL-0008", "extra": 1}, 422),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_a_problem(
    http: TestClient, demo_snapshot: str, body: dict[str, Any], status: int
) -> None:
    answer = http.post(f"/v1/portfolios/{demo_snapshot}/letters", json=body)
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"


def test_an_unknown_letter_over_http(http: TestClient) -> None:
    assert http.get("/v1/letters/" + "0" * 16).status_code == 404
    assert http.post("/v1/letters/" + "0" * 16 + "/approve").status_code == 404


@pytest.fixture
def cvm(demo_home: Path, demo_snapshot: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CVM_HOME", str(demo_home))
    return lambda *words: CliRunner().invoke(app, ["letter", *words, "--data", demo_snapshot, "--lang", "ru"])


def test_letters_by_the_command_line(cvm: Any, tmp_path: Path) -> None:
    text = tmp_path / "letter.txt"
    found = cvm("CL-0020", "--form", "messenger", "--out", str(text))
    assert found.exit_code == 0, found.output
    assert "Черновик" in found.output and text.read_text("utf-8").startswith("ЧЕРНОВИК")
    draft = json.loads(cvm("CL-0020", "--form", "messenger", "--json").stdout)
    text.write_text(draft["text"] + "\nСкидка 15 %.", "utf-8")
    refused = cvm("CL-0020", "--form", "messenger", "--edit", str(text))
    assert isinstance(refused.exception, Unbound)
    done = json.loads(cvm("CL-0020", "--form", "messenger", "--edit", str(text), "--as-written", "--json").stdout)
    assert done["status"] == "approved" and "15 %" in done["text"]
    again = cvm("CL-0020", "--form", "messenger", "--approve", "--out", str(text))
    assert "Утверждено" in again.output and not text.read_text("utf-8").startswith("ЧЕРНОВИК")
    both = cvm("CL-0020", "--approve", "--reject", "no")
    assert isinstance(both.exception, UserError) and "--reject" in both.exception.text.ru


def test_a_segment_as_a_table_for_the_mailing(cvm: Any, tmp_path: Path) -> None:
    path = tmp_path / "newcomers.csv"
    found = cvm("--segment", "newcomers", "--step", "launch", "--out", str(path))
    assert found.exit_code == 0 and "Получат 8 из 22" in found.output, found.output
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 8 and all(
        row["клиент с"] in row["текст"] and row["статус"].startswith("ЧЕРНОВИК") for row in rows
    )
    assert cvm("--segment", "newcomers", "--step", "launch", "--strict").exit_code == 3  # consent is in no file
    rejected = json.loads(cvm("--segment", "newcomers", "--step", "launch", "--reject", "рано", "--json").stdout)
    assert rejected["status"] == "rejected" and rejected["decisions"][-1]["reason"] == "рано"


def test_a_draft_decided_about_before_says_so(demo_home: Path, demo_snapshot: str) -> None:
    assistant = Assistant.open(Settings(home=demo_home, llm_base_url=None))
    question = "Напиши сообщение в мессенджер Каменному комбинату"
    first = assistant.ask(question, demo_snapshot)
    assert first.pending is not None
    letter_store.reject(demo_home, first.pending.ref, "Рано, вернёмся в 3 квартале", at=NOW)
    rejected = assistant.ask(question, demo_snapshot)
    assert rejected.pending == first.pending
    assert "уже отклоняли 2026-07-01: «Рано, вернёмся в 3 квартале»" in assistant.render_answer(rejected)["text"]
    with pytest.raises(Unbound):
        letter_store.edit(demo_home, first.pending.ref, "Скидка 90 %!", at=NOW, hold=True)
    held = assistant.render_answer(assistant.ask(question, demo_snapshot))
    assert "Ждёт утверждения исправленный вами текст:\n\nСкидка 90 %!" in held["text"] and held["pending"] is not None


def test_many_drafts_at_once_are_one(demo: Portfolio, tmp_path: Path) -> None:
    document = made(demo, tmp_path / "first")
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(letter_store.kept(tmp_path, document))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12 and all(item["text"] == document["text"] for item in found)
