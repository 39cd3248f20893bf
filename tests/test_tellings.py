"""One audit told for six audiences: the same claims and figures, nothing urgent hidden, every figure recomputed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent import tellings
from agent.assistant import Assistant
from agent.recommend import OWNERS
from agent.results import AuditResult
from agent.settings import Settings
from tests.agent_small import small
from tests.cases.audit_fixture import AUDIT
from tests.test_web import CHROMIUM, FLAGS
from tools.audit import steps
from tools.document import Audit, Claim
from tools.errors import BadData, UnknownName
from tools.metrics import metrics
from tools.policy import Policy
from tools.reports.audiences import AUDIENCES, Audience, chosen
from tools.reports.contract import dumps
from tools.reports.register import audit_readings
from tools.reports.tellings import told
from tools.text import LANGUAGES, Language
from ui.chat import told as told_view
from ui.commands import recompute
from ui.server import create_app

KEYS = ["ceo", "cfo", "product", "marketing", "support", "sales"]
EVERY = pytest.mark.parametrize("item", AUDIENCES.values(), ids=KEYS)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tellings")


@pytest.fixture(scope="module")
def assistant(home: Path) -> Assistant:
    return Assistant.open(Settings(home=home, llm_base_url=None))


@pytest.fixture(scope="module")
def rich(demo_home: Path, demo_snapshot: str) -> AuditResult:
    """The audit of the demo: every step with findings, urgent ones among them."""
    return Assistant.open(Settings(home=demo_home, llm_base_url=None)).audit(demo_snapshot, language="ru")


@pytest.fixture(scope="module")
def few(assistant: Assistant, home: Path) -> AuditResult:
    """The audit of a dozen clients."""
    return assistant.audit(small(home).snapshot, language="en")


@pytest.fixture(scope="module")
def invoices(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> AuditResult:
    """The audit of invoices alone: three clients stop, nothing is known of value."""
    rows = [
        f"ООО «К{chr(1040 + client)}»;05.{month % 12 + 1:02}.{2024 + month // 12};{client + 1}000,50;Счёт {client}-{month}"
        for client in range(12)
        for month in range(18)
        if not (client < 3 and month > 9)
    ]
    path = tmp_path_factory.mktemp("invoices") / "счета.csv"
    path.write_bytes("\n".join(["Клиент;Дата;Сумма;Документ", *rows]).encode("cp1251"))
    return assistant.audit(assistant.load(path).snapshot, language="ru")


@pytest.fixture(params=["rich", "few", "invoices"])
def found(request: pytest.FixtureRequest) -> AuditResult:
    """Each of the audits."""
    result: AuditResult = request.getfixturevalue(request.param)
    return result


def claims_of(audit: Audit) -> dict[str, Claim]:
    every = [*audit.summary]
    for step in audit.steps:
        every += [*step.claims, *(claim for finding in step.findings for claim in finding.claims)]
    return {claim.id: claim for claim in every}


def document(audit: Audit, item: Audience, language: Language) -> dict[str, Any]:
    from tools.reports.telling_view import telling_json

    made: dict[str, Any] = json.loads(dumps(telling_json(audit, item, tellings.openings(), language=language)))
    return made


def test_registry_names_steps_codes_figures_and_departments_that_exist() -> None:
    assert list(AUDIENCES) == KEYS
    codes = {spec.key: spec.codes for spec in steps()}
    for item in AUDIENCES.values():
        assert {part.step for part in item.parts} <= set(codes)
        assert all(set(part.codes) <= set(codes[part.step]) for part in item.parts)
        assert {key.partition(":")[0] for key in (*item.for_client, *item.for_us)} <= set(metrics())
        assert item.stakes or item.parts
    assert sorted(item.department for item in AUDIENCES.values() if item.department) == sorted(OWNERS)


def test_a_list_of_audiences_keeps_the_order_of_the_registry() -> None:
    assert [item.key for item in chosen("sales, CEO")] == ["ceo", "sales"]
    assert [item.key for item in chosen("all")] == KEYS
    with pytest.raises(UnknownName, match="ceo"):
        chosen("ceo,cio")


@EVERY
def test_every_claim_and_figure_is_the_audits_own(found: AuditResult, item: Audience) -> None:
    known = claims_of(found.audit)
    heard = told(found.audit, item)
    assert heard.lead
    assert {claim.id for claim in heard.claims} <= set(known)
    assert all(known[claim.id].text == claim.text for claim in heard.claims)
    assert {reading.id for reading in heard.readings} <= {reading.id for reading in audit_readings(found.audit)}


@EVERY
def test_nothing_urgent_is_hidden(found: AuditResult, item: Audience) -> None:
    heard = {claim.id for claim in told(found.audit, item).claims}
    urgent = [f for step in found.audit.steps for f in step.findings if f.severity == "urgent"]
    assert [f.code for f in urgent if not {claim.id for claim in f.claims} <= heard] == []


def test_the_demo_has_something_urgent_outside_of_some_steps(rich: AuditResult) -> None:
    assert any(told(rich.audit, item).urgent for item in AUDIENCES.values())


@EVERY
def test_every_action_of_a_department_is_told_to_it(found: AuditResult, item: Audience) -> None:
    heard = {action.playbook for action in told(found.audit, item).own}
    every = [action for step in found.audit.steps for action in step.recommendations]
    assert heard == {action.playbook for action in every if action.work.department == item.department}


@EVERY
def test_what_could_not_be_computed_in_its_steps_is_told(found: AuditResult, item: Audience) -> None:
    heard = told(found.audit, item)
    said = {gap.what.en for gap in heard.missing}
    said |= {metrics()[fact.key].name.en for fact in (*heard.for_client, *heard.for_us) if fact.missing}
    own = {part.step for part in item.parts} or {step.key for step in found.audit.steps}
    assert {gap.what.en for step in found.audit.steps if step.key in own for gap in step.missing} <= said


@EVERY
def test_value_for_the_client_stands_before_value_of_the_client(rich: AuditResult, item: Audience) -> None:
    shown = document(rich.audit, item, "ru")
    keys = [section["key"] for section in shown["sections"]]
    assert keys[:3] == ["main", "for_client", "for_us"]
    assert shown["sections"][0]["claims"][:2] == ["segments.receives", "proof.vrs"]


@EVERY
def test_where_no_value_is_known_that_is_said_first(invoices: AuditResult, item: Audience) -> None:
    first = told(invoices.audit, item).lead[0]
    unknown = [f for step in invoices.audit.steps for f in step.findings if f.code in ("no_value_data", "no_promises")]
    assert first.id in {claim.id for finding in unknown for claim in finding.claims}


@EVERY
def test_accounts_stand_only_where_the_audience_acts_on_them(rich: AuditResult, item: Audience) -> None:
    deep = {part.step for part in item.parts if part.depth == "accounts"}
    heard = told(rich.audit, item)
    named = {part.step.key for part in heard.steps for finding in part.findings if finding.accounts}
    assert named <= deep and (not deep or named)
    assert not any(finding.accounts for finding in (*heard.stakes, *heard.urgent))


@EVERY
def test_no_section_is_empty_and_no_number_is_unbound(found: AuditResult, item: Audience, language: Language) -> None:
    shown = document(found.audit, item, language)
    known = {reading["id"] for reading in shown["readings"]}
    content = ("text", "facts", "findings", "actions", "not_computed", "reason")
    for section in shown["sections"]:
        assert section["title"] and any(section.get(name) for name in content), section["key"]
        for part in (section, *section.get("findings", ())):
            rest = list(part["text"])
            for span in part["spans"]:
                rest[span["start"] : span["end"]] = " " * (span["end"] - span["start"])
                assert span["reading"] in known or span["reading"].startswith(("date:", "name:"))
            assert not re.search(r"\d", "".join(rest)), part["text"]


@EVERY
def test_the_first_words_of_a_call_are_those_of_the_playbook(rich: AuditResult, item: Audience) -> None:
    shown = document(rich.audit, item, "ru")
    opened = [f for section in shown["sections"] for f in section.get("findings", ()) if f["opening"]]
    assert all(finding["accounts"] for finding in opened)
    assert {finding["opening"] for finding in opened} <= {words.ru for words in tellings.openings().values()}
    assert opened or item.key != "support"


@EVERY
def test_page_is_whole_and_runs_nothing(rich: AuditResult, item: Audience, language: Language) -> None:
    for audit in (rich.audit, AUDIT):
        page = tellings.rendered(audit, item, "html", language)
        anchors = re.findall(r'\bid="([^"]+)"', page)
        assert len(anchors) == len(set(anchors))
        assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)
        assert "<script" not in page and "<img" not in page
        assert not re.search(
            r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:|//|javascript:)|@import|url\((?!#)""", page
        )
        assert page == tellings.rendered(audit, item, "html", language)


@EVERY
def test_both_languages_tell_the_same(rich: AuditResult, item: Audience) -> None:
    english, russian = (document(rich.audit, item, language) for language in LANGUAGES)
    assert [s["key"] for s in english["sections"]] == [s["key"] for s in russian["sections"]]
    assert [s["claims"] for s in english["sections"]] == [s["claims"] for s in russian["sections"]]
    assert [r["id"] for r in english["readings"]] == [r["id"] for r in russian["readings"]]
    assert not re.search("[а-яё]", " ".join(section["title"] for section in english["sections"]))


@pytest.fixture(scope="module")
def again(assistant: Assistant, few: AuditResult) -> AuditResult:
    """The small audit computed once more, as `cvm verify` does it."""
    asked = document(few.audit, AUDIENCES["ceo"], "en")
    return recompute.audit_again(assistant, asked, few.audit.snapshot, policy=Policy(), answers=None)


def test_verify_does_again_the_step_that_waited_for_answers(few: AuditResult, again: AuditResult) -> None:
    known, text = recompute.read_document(few.files["json"])
    assert recompute.compared(known, text, again, kind="json")[1] == []
    assert [step.findings for step in again.audit.steps] == [step.findings for step in few.audit.steps]


@EVERY
def test_verify_passes_on_each_file_and_names_a_changed_figure(
    few: AuditResult, again: AuditResult, item: Audience, tmp_path: Path
) -> None:
    files = dict(tellings.written(few, [item])[item.key])
    files["json"] = tmp_path / "telling.json"
    files["json"].write_text(dumps(tellings.document(few, item)), "utf-8")
    for kind, path in files.items():
        known, text = recompute.read_document(path)
        checked, different = recompute.compared(known, text, again, kind=kind)
        assert checked > 10 and different == [], kind
        start = text.index('id="first"') if kind == "html" else text.index("text") if kind == "json" else 0
        place = next(m for m in re.finditer(r"(?<=\W)\d+(?=[ .%\"<,])", text) if m.start() > start)
        wrong = text[: place.start()] + "9" + text[place.start() :]
        checked, different = recompute.compared(known, wrong, again, kind=kind)
        assert different and different[0]["shown"].startswith("9") and different[0]["recomputed"], kind


def test_verify_sees_a_figure_added_and_one_left_out(few: AuditResult, again: AuditResult) -> None:
    item = AUDIENCES["ceo"]
    text = tellings.rendered(few.audit, item, "md", "en")
    known = recompute.read_document(tellings.written(few, [item])["ceo"]["md"])[0]
    more = text.replace("\n\n", "\n\nProfit is 77.\n\n", 1)
    found = recompute.compared(known, more, again, kind="md")[1]
    assert [(line["shown"], line["recomputed"]) for line in found] == [("77", None)]
    left = re.sub(r"\*\*[^*]*\d[^*]*\*\*", "", text, count=1)
    assert [line["shown"] for line in recompute.compared(known, left, again, kind="md")[1]] == [None]


def test_a_file_that_is_no_telling_is_refused(few: AuditResult, tmp_path: Path) -> None:
    with pytest.raises(BadData):
        recompute.read_document(few.files["html"])
    path = tmp_path / "notes.md"
    path.write_text("# Notes\n", "utf-8")
    with pytest.raises(BadData):
        recompute.read_document(path)


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("Расскажи аудит для финансового директора", "cfo"),
        ("Tell the audit for the CEO", "ceo"),
        ("Покажи аудит глазами гендиректора", "ceo"),
        ("Расскажи аудит финансовому директору", "cfo"),
        ("Подготовь аудит для команды продукта", "product"),
        ("Аудит для маркетологов", "marketing"),
        ("audit summary for customer success", "support"),
        ("Что в аудите важно для отдела продаж?", "sales"),
        ("Audit our clients: who gets value, who doesn't, what to do this month", None),
        ("Проведи аудит: кто получает пользу", None),
        ("Какой отток у клиентов с продуктом «Аналитика»?", None),
    ],
)
def test_a_question_names_its_audience(question: str, key: str | None) -> None:
    assert tellings.audience_asked(question.lower().replace("ё", "е")) == key


def test_the_chat_tells_what_leads(assistant: Assistant, few: AuditResult) -> None:
    answer = assistant.ask("Расскажи аудит для финансового директора", few.audit.snapshot)
    assert answer.tools == ({"name": "telling", "arguments": {"audience": "cfo"}},)
    said = {claim.id for claim in answer.claims}
    assert {claim.id for claim in told(few.audit, AUDIENCES["cfo"]).lead} <= said
    text = assistant.render_answer(answer)["text"]
    assert text.startswith("Аудит для финансового директора.") and "cvm audit --for cfo" in text


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Iterator[TestClient]:
    with TestClient(create_app(assistant, chat=False), raise_server_exceptions=False) as opened:
        yield opened


def test_the_api_tells_the_audit_for_one(client: TestClient, few: AuditResult) -> None:
    names = client.get("/v1/audiences", headers={"Accept-Language": "en"}).json()["audiences"]
    assert [item["key"] for item in names] == KEYS
    answer = client.get(f"/v1/audits/{few.run}", params={"for": "cfo"})
    assert answer.status_code == 200
    assert answer.json() == document(few.audit, AUDIENCES["cfo"], "en")
    assert client.get(f"/v1/audits/{few.run}", params={"for": "cio"}).status_code == 404
    page = client.get(f"/v1/audits/{few.run}/files/html", params={"for": "sales"})
    assert page.text == tellings.rendered(few.audit, AUDIENCES["sales"], "html", "en")
    assert ".sales.html" in page.headers["content-disposition"]
    assert "steps" in client.get(f"/v1/audits/{few.run}").json()


@EVERY
def test_the_page_of_the_chat_shows_every_section(found: AuditResult, item: Audience, language: Language) -> None:
    shown = document(found.audit, item, language)
    page = told_view.telling(shown, language)
    assert all(f"<h3>{section['title']}</h3>" in page for section in shown["sections"][1:])
    assert [key for _, key in told_view.choices(language)] == ["", *KEYS]


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="chromium: apt-get install chromium")
def test_the_ceos_page_prints_on_one_sheet(rich: AuditResult, invoices: AuditResult, tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright: pip install playwright")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        for audit in (rich.audit, invoices.audit):
            for language in LANGUAGES:
                page.set_content(tellings.rendered(audit, AUDIENCES["ceo"], "html", language))
                assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
                printed = page.pdf(format="A4", prefer_css_page_size=True)
                assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1
        browser.close()
