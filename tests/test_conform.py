"""Cases of `tests/cases/conform.yaml`, and the shared data sets against their published figures."""

import json
import os
from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
import yaml

from tools import metrics
from tools.conform import conform
from tools.conforming.monthly import monthly
from tools.errors import BadData
from tools.load import Load
from tools.schema import TABLES, arrow_schema
from tools.snapshot import open_portfolio, save
from tools.sources import read

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "conform.yaml").read_text(encoding="utf-8"))
SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "выгрузка за год"
    folder.mkdir()
    for name, content in case["files"].items():
        (folder / name).write_bytes(_bytes(content))
    path = folder if len(case["files"]) > 1 else next(folder.iterdir())
    if "error" in case:
        with pytest.raises(BadData) as caught:
            conform(read(path))
        assert case["error"] in caught.value.shown("en")
        return
    load = conform(read(path), answers=case.get("answers"))
    _is_canonical(load)
    _expected(load, case)
    if "shown" in case:
        _shown(load, tmp_path, **case["shown"])


def _shown(load: Load, home: Path, *, as_of: date, **figures: str) -> None:
    """Metrics over what was loaded, rounded half-up to cents as they are shown."""
    portfolio = open_portfolio(home, save(load, home, source="test"), as_of=as_of)
    for key, value in figures.items():
        found = Decimal(str(metrics.reading(portfolio, key).value))
        assert str(found.quantize(Decimal("0.01"), ROUND_HALF_UP)) == value, key


def _bytes(content: Any) -> bytes:
    if isinstance(content, str):
        return content.encode()
    lines = "".join(content.get("line", "").replace("{i}", str(i)) for i in range(content.get("repeat", 0)))
    return str(content["text"] + lines).encode(content.get("encoding", "utf-8"))


def _is_canonical(load: Load) -> None:
    for name, table in load.data.items():
        assert table.schema.equals(arrow_schema(name)), name
        assert name in TABLES
    clients = set(load.data["accounts"]["account_id"].to_pylist()) if "accounts" in load.data else set()
    for table in load.data.values():
        if "account_id" in table.column_names:
            assert set(table["account_id"].to_pylist()) - {None} <= clients


def _expected(load: Load, case: dict[str, Any]) -> None:
    for table, rows in case.get("rows", {}).items():
        assert load.data[table].num_rows == rows, table
    for place, values in case.get("values", {}).items():
        table, column = place.split(".")
        found = load.data[table][column].to_pylist()
        assert [_plain(value, said) for value, said in zip(found, values, strict=True)] == values, place
    problems = Counter[str]()
    for problem in load.problems:
        problems[problem.code] += problem.rows
    for code, rows in case.get("problems", {}).items():
        assert problems[code] == rows, (code, problems)
    for code, said in case.get("said", {}).items():
        (problem,) = (problem for problem in load.problems if problem.code == code)
        assert problem.severity == said["severity"]
        for language in ("en", "ru"):
            assert said[language] in problem.text[language].replace("\u00a0", " ")
        assert said.get("example", "") in (problem.example or "")
    assert all(total.source.is_finite() for total in load.control_totals)
    if "difference" in case:
        assert sum(total.difference for total in load.control_totals if total.what == "amount") == case["difference"]
    if "questions" in case:
        assert [question.id for question in load.questions] == case["questions"]
    for place, words in case.get("how", {}).items():
        table, column = place.split(".")
        assert any(words in made.how.get(column, "") for made in load.tables if made.name == table)
    assert load.currency == case.get("currency", load.currency)


def _plain(value: Any, said: Any) -> Any:
    """The value as the case writes it."""
    if isinstance(value, Decimal):
        return said if Decimal(str(said)) == value else str(value)
    return value if value is None or isinstance(value, bool | int) else str(value)


@cache
def shared(name: str) -> Load:
    path = SHARED / name
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"the shared data set {name} is absent")
        pytest.skip(f"the shared data set {name} is absent")
    return conform(read(path))


@cache
def truth() -> dict[str, Any]:
    return json.loads((SHARED / "ground_truth_shared.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _agrees(load: Load) -> None:
    assert load.control_totals
    assert [total for total in load.control_totals if total.difference] == []


def _total(load: Load, column: str = "amount", table: str = "invoices") -> Decimal:
    return Decimal(pc.sum(load.data[table][column]).as_py())


def _rows(load: Load, code: str) -> int:
    return sum(problem.rows for problem in load.problems if problem.code == code)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "currency"),
    [
        ("v1_cp1251_semicolon.csv", "RUB"),
        ("v3_1c_grouped_report.xlsx", "XXX"),
        ("v5_serial_dates_currency.csv", "GBP"),
        ("v7_sheet_per_month.xlsx", "GBP"),
    ],
)
def test_the_same_customers_in_awkward_layouts(name: str, currency: str) -> None:
    load = shared(f"derived_ingest/{name}")
    _agrees(load)
    invoices = load.data["invoices"]
    amounts = invoices["amount"].to_pylist()
    assert _total(load) == Decimal("434898.85")
    assert sum(amount for amount in amounts if amount < 0) == Decimal("-16253.5")
    assert len(invoices["document"].unique()) == 1329
    assert load.data["accounts"].num_rows == 150
    assert str(min(invoices["date"].to_pylist())) == "2010-12-01"
    assert str(max(invoices["date"].to_pylist())) == "2011-12-09"
    assert load.currency == currency


@pytest.mark.shared
@pytest.mark.parametrize("name", ["v1_cp1251_semicolon.csv", "v3_1c_grouped_report.xlsx", "v7_sheet_per_month.xlsx"])
def test_every_layout_gives_the_same_client_the_same_money(name: str) -> None:
    expected = _by_client(shared("derived_ingest/v5_serial_dates_currency.csv"))
    assert _by_client(shared(f"derived_ingest/{name}")) == expected


def _by_client(load: Load) -> dict[str, Decimal]:
    grouped = load.data["invoices"].group_by("account_id").aggregate([("amount", "sum")])
    return {row["account_id"]: row["amount_sum"] for row in grouped.to_pylist()}


@pytest.mark.shared
def test_online_retail() -> None:
    load, right = shared("online_retail/online_retail.parquet"), truth()["online_retail"]
    _agrees(load)
    invoices = load.data["invoices"]
    assert invoices.num_rows == right["rows"]
    assert len(invoices["document"].unique()) == right["invoices"]
    assert load.data["accounts"].num_rows == right["customers"]
    assert len(invoices["product"].unique()) == right["stockcodes"]
    assert _rows(load, "rows_without_client") == right["missing_customer_rows"]
    assert _rows(load, "exact_duplicates") == right["exact_duplicates"]
    assert round(_total(load), 2) == Decimal(str(right["net_revenue_all_rows"]))
    named = invoices.filter(pc.is_valid(invoices["account_id"]))
    assert round(Decimal(pc.sum(named["amount"]).as_py()), 2) == Decimal(str(right["net_revenue_rows_with_customer"]))
    sold = pc.and_(pc.greater(named["quantity"], 0), pc.greater(named["unit_price"], Decimal(0)))
    valid = named.filter(pc.and_(sold, pc.invert(pc.starts_with(named["document"], "C"))))
    assert valid.num_rows == right["valid_rows"]
    assert round(Decimal(pc.sum(valid["amount"]).as_py()), 2) == Decimal(str(right["valid_revenue"]))


@pytest.mark.shared
def test_the_csv_part_of_online_retail_has_the_same_clients() -> None:
    part = shared("online_retail/online_retail_2010-12_2011-02.csv.gz")
    whole = shared("online_retail/online_retail.parquet")
    _agrees(part)
    assert part.data["invoices"].num_rows == truth()["online_retail_csv_subset_2010-12_2011-02"]["rows"]
    clients = set(part.data["accounts"]["account_id"].to_pylist())
    assert clients < set(whole.data["accounts"]["account_id"].to_pylist())


@pytest.mark.shared
def test_cdnow_columns_by_spaces() -> None:
    load, right = shared("cdnow/CDNOW_master.txt.gz"), truth()["cdnow_master"]
    _agrees(load)
    assert load.data["invoices"].num_rows == right["rows"]
    assert load.data["accounts"].num_rows == right["customers"]
    assert _total(load) == Decimal(str(right["spend"]))
    assert pc.sum(load.data["invoices"]["quantity"]).as_py() == right["cds"]
    assert _rows(load, "exact_duplicates") == right["exact_duplicate_rows"]


@pytest.mark.shared
def test_saas_billing() -> None:
    load, right = shared("saas_metrics_sample/billing.csv.gz"), truth()["saas_metrics_sample"]
    _agrees(load)
    assert load.data["invoices"].num_rows == right["lines"]
    assert load.data["accounts"].num_rows == right["customers"]
    assert _total(load) == Decimal(str(right["billed"]))
    assert load.data["accounts"]["plan"].null_count == 0


@pytest.mark.shared
def test_ravenstack_folder() -> None:
    load, right = shared("ravenstack"), truth()["ravenstack"]
    _agrees(load)
    names = {"accounts": "accounts", "subscriptions": "subscriptions", "feature_usage": "usage",
             "support_tickets": "tickets", "churn_events": "churn_events"}  # fmt: skip
    for said, table in names.items():
        assert load.data[table].num_rows == right["rows"][said]
    assert load.data["usage"]["account_id"].null_count == 0
    flagged = pc.sum(load.data["accounts"]["churned"]).as_py()
    assert flagged == right["three_conflicting_churn_answers"]["accounts.churn_flag"]
    assert load.data["tickets"]["csat"].null_count == right["csat_missing"]
    assert _rows(load, "repeated_row_id") == right["duplicate_usage_ids"]
    for day, mrr in right["mrr"].items():
        assert _mrr(load, day) == mrr
    assert load.currency == "XXX"


def _mrr(load: Load, day: str) -> Decimal:
    rows = load.data["subscriptions"].select(["start_date", "end_date", "mrr"]).to_pylist()
    open_then = [row for row in rows if not row["end_date"] or str(row["end_date"]) > day]
    return sum((row["mrr"] for row in open_then if str(row["start_date"]) <= day), Decimal(0))


@pytest.mark.shared
def test_telco_is_a_snapshot() -> None:
    load, right = shared("telco"), truth()["telco"]
    _agrees(load)
    accounts = load.data["accounts"]
    assert accounts.num_rows == right["rows"]
    assert pc.sum(accounts["churned"]).as_py() == right["churned"]
    assert _total(load, "monthly_charge", "accounts") == Decimal(str(right["monthly_charges_sum"]))
    assert _total(load, "total_charge", "accounts") == Decimal(str(right["TotalCharges_sum"]))
    assert _rows(load, "blank_total_zero_tenure") == right["blank_TotalCharges"]
    assert load.tables[0].ignored == () and "PaymentMethod" in load.tables[1].mapping
    assert load.data["traits"].num_rows == right["rows"] * len(load.tables[1].mapping)


@pytest.mark.shared
def test_ibm_ar_dates_are_month_first() -> None:
    load, right = shared("ibm_ar"), truth()["ibm_ar"]
    _agrees(load)
    invoices = load.data["invoices"]
    assert (invoices.num_rows, load.data["accounts"].num_rows) == (right["rows"], right["customers"])
    assert _total(load) == Decimal(str(right["amount"]))
    assert pc.sum(pc.greater(invoices["paid_date"], invoices["due_date"])).as_py() == right["late_invoices"]


@pytest.mark.shared
def test_wholesale_has_no_client_and_no_money_unasked() -> None:
    load = shared("wholesale_uci")
    accounts = load.data["accounts"]
    assert accounts.num_rows == 440
    assert accounts["total_charge"].null_count == accounts["monthly_charge"].null_count == 440
    (question,) = load.questions
    answered = conform(read(SHARED / "wholesale_uci"), answers={question.id: question.options[0]})
    assert _total(answered, "total_charge", "accounts") == truth()["wholesale_uci"]["total"]


@pytest.mark.shared
def test_a_pipeline_is_named_and_not_loaded() -> None:
    load = shared("crm_maven")
    assert load.data["accounts"].num_rows == truth()["crm_maven"]["accounts"]
    named = [problem.text.en for problem in load.problems if problem.code == "table_not_recognised"]
    assert any("sales-pipeline" in text and "Deal_Stage" in text for text in named)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["messy_foresight", "cdnow/CDNOW_sample.txt.gz"])
def test_layouts_that_are_not_read_are_refused(name: str) -> None:
    with pytest.raises(BadData):
        shared(name)


@pytest.mark.parametrize("price", ["1000", "2000", "0.01", "99999.99"])
@pytest.mark.parametrize("factor", [Fraction(1, 12), Fraction(1, 3), Fraction(365, 84), Fraction(365, 12)])
def test_a_sum_of_prices_made_monthly_keeps_its_stated_bound(price: str, factor: Fraction) -> None:
    rows = 30_000
    summed = sum((monthly(Decimal(price), factor) for _ in range(rows)), Decimal(0))
    assert abs(Fraction(summed) - rows * Fraction(price) * factor) <= rows * Fraction(1, 20_000)


def test_equal_yearly_prices_stay_equal_and_three_of_them_show_to_the_cent() -> None:
    three = [monthly(Decimal(1000), Fraction(1, 12)) for _ in range(3)]
    assert len(set(three)) == 1
    assert sum(three).quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal("250.00")


@pytest.mark.parametrize(("last", "said"), [("2035-01-01", 1), ("2025-06-01", 0)])
def test_a_day_far_after_all_others_is_said_with_the_one_before(tmp_path: Path, last: str, said: int) -> None:
    lines = [f"C{number},2024-{1 + number % 12:02d}-05,{100 + number}" for number in range(60)]
    (tmp_path / "lines.csv").write_text("\n".join(["client,date,amount", *lines, f"C1,{last},10"]), "utf-8")
    load = conform(read(tmp_path / "lines.csv"))
    assert _rows(load, "far_days") == said
    assert all("2024-12-05" in problem.text["en"] for problem in load.problems if problem.code == "far_days")
