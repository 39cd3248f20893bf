"""The client value report: the ladder, no empty section, no internal fact, figures that recompute."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from tools.load import Load
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.reports import renderer
from tools.reports.client_facts import CLIENT_SAFE, ClientFact
from tools.reports.value import ReportSection, ValueReport, approve, report_json, value_report
from tools.schema import arrow_schema
from tools.snapshot import open_portfolio, save
from tools.text import LANGUAGES, Text

INTERNAL = re.compile(r"churn|risk|health|margin|segment|отток|риск|здоровь|марж|сегмент|Сидоров|HIDDEN", re.I)
HOSTILE = "<b onmouseover=alert(1)>API</b>"


def table(name: str, rows: list[dict[str, object]]) -> pa.Table:
    schema = arrow_schema(name)
    return pa.Table.from_pylist([{column: row.get(column) for column in schema.names} for row in rows], schema=schema)


TABLES: dict[str, list[dict[str, object]]] = {
    "accounts": [
        {"account_id": "A1", "name": "ООО «Ромашка»", "plan": "Pro", "signup_date": date(2024, 2, 1),
         "contract_end": date(2026, 2, 10), "margin": 0.31, "owner": "HIDDEN", "status": "HIDDEN"},
        {"account_id": "A2", "name": "ИП Сидоров", "plan": "Pro"},
        {"account_id": "A3", "name": "ООО «Счета»", "plan": "Basic"},
        {"account_id": "A4", "name": "Пустой"},
    ],
    "invoices": [
        {"account_id": "A3", "document": "17", "date": date(2025, 3, 1), "amount": Decimal("12000"),
         "service_start": date(2025, 3, 1), "service_end": date(2025, 8, 31), "product": "Поддержка"},
        {"account_id": "A3", "document": "18", "date": date(2025, 9, 1), "amount": Decimal("2000"), "product": "Курс"},
        {"account_id": "A3", "document": "19", "date": date(2025, 9, 5), "amount": Decimal("-500"), "product": "Курс"},
    ],
    "usage": [
        {"account_id": "A1", "date": date(2025, month, 5), "feature": feature, "quantity": 10.0}
        for month in range(1, 13) for feature in ("Отчёты", HOSTILE)
    ],
    "tickets": [
        {"ticket_id": str(day), "account_id": "A1", "opened": date(2025, 3, day),
         "closed": date(2025, 3, day + 2) if day % 2 else None, "theme": "Импорт"} for day in range(1, 8)
    ],
    "value_goals": [
        {"account_id": "A1", "goal": "Срок согласования", "base": 10.0, "target": 4.0, "current": 5.5,
         "value": Decimal(300000), "grade": "measured"},
        {"account_id": "A1", "goal": "Повторные заказы", "base": 20.0, "target": 30.0, "current": 45.0,
         "value": Decimal(200000), "grade": "confirmed"},
        {"account_id": "A1", "goal": "Экономия часов", "base": 0.0, "target": 100.0},
        {"plan": "Pro", "goal": "Внедрение за месяц", "base": 60.0, "target": 30.0},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    """Four clients, one for each kind of report."""
    home: Path = tmp_path_factory.mktemp("home")
    load = Load({name: table(name, rows) for name, rows in TABLES.items()}, (), (), (), (), "RUB")
    return open_portfolio(home, save(load, home, source="test"))


def pages(report: ValueReport) -> list[str]:
    return [renderer("client", "html")(report, language=language) for language in LANGUAGES]


@pytest.mark.parametrize(("account", "rung"), [("A1", "confirmed"), ("A2", "promised"), ("A3", "used"), ("A4", "used")])
def test_the_ladder_and_no_empty_section(portfolio: Portfolio, account: str, rung: str) -> None:
    report = value_report(portfolio, account)
    assert report.rung == rung
    assert [section.key for section in report.sections] == [
        "promised",
        "used",
        "delivered",
        "solved",
        "questions",
        "next",
    ]
    assert all(section.claims for section in report.sections)
    questions = next(section for section in report.sections if section.key == "questions")
    assert len(questions.questions) == (3 if rung == "used" else 0)
    with pytest.raises(ValueError, match="says nothing"):
        ReportSection("used", Text("a", "б"), ())


@pytest.mark.parametrize("account", ["A1", "A2", "A3", "A4"])
def test_every_figure_recomputes_from_its_sql(portfolio: Portfolio, account: str) -> None:
    for reading in value_report(portfolio, account).readings:
        assert reading.sql
        assert reading.value is not None
        assert float(portfolio.query(reading.sql).column(0)[0].as_py()) == pytest.approx(float(reading.value))


def test_values(portfolio: Portfolio) -> None:
    found = {(item.key, item.scope.get("where")): item.value for item in value_report(portfolio, "A3").readings}
    assert found["client.months", None] == 7
    assert found["client.documents", None] == 2
    assert found["client.invoiced", None] == Decimal("13500.00")
    kept = {item.key: item.value for item in value_report(portfolio, "A1").readings if "where" not in item.scope}
    assert kept["client.goals"] == 3
    assert kept["client.goals_confirmed"] == 1
    assert kept["client.vrs"] == pytest.approx(85.0)
    assert kept["client.solved"] == 4


def test_nothing_internal_can_enter(portfolio: Portfolio) -> None:
    for page in pages(value_report(portfolio, "A1")):
        text = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
        assert not INTERNAL.search(text), INTERNAL.search(text)
        assert "<b onmouseover" not in text
        assert "<script" not in text
    scope = {"account": "A1"}
    with pytest.raises(ValueError, match="may not stand"):
        ClientFact("A1", Reading("churn_risk", Unit.RATIO, 0.4, scope=scope))
    with pytest.raises(ValueError, match="not about client"):
        ClientFact("A2", Reading("client.documents", Unit.COUNT, 4, scope=scope))
    assert all(key.startswith("client.") for key in CLIENT_SAFE)


def test_draft_mark_and_approval(portfolio: Portfolio) -> None:
    report = value_report(portfolio, "ООО «Ромашка»")
    approved = approve(report)
    assert "DRAFT" in pages(report)[0]
    assert "ЧЕРНОВИК" in pages(report)[1]
    assert "DRAFT" not in pages(approved)[0]
    assert report.hash == approved.hash
    assert report_json(approved, {"html": "a.html"}) == {
        "account": "A1", "status": "approved", "files": {"html": "a.html"}, "hash": report.hash,
    }  # fmt: skip
    assert pages(report) == pages(value_report(portfolio, "A1"))
