"""Metric cases: reference numbers and traps as data, then properties on generated ledgers."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.portfolios import build, subscription
from tools import formats, ledger, metrics
from tools import segments as segmentation
from tools.bridge import FIGURES, movement_bridge
from tools.errors import UserError
from tools.portfolio import Portfolio
from tools.reading import Reading, Window

CASES = [
    case
    for path in sorted((Path(__file__).parent / "cases" / "metrics").glob("*.yaml"))
    for case in yaml.safe_load(path.read_text("utf-8"))
]


def _case(case: dict[str, Any]) -> Any:
    return pytest.param(case, id="-".join([*case.get("marks", []), case["name"]]))


def portfolio_of(case: dict[str, Any], home: Path) -> Portfolio:
    tables: dict[str, list[dict[str, Any]]] = {}
    tables["subscriptions"] = [
        subscription(row[0], str(row[1]), row[2], end=str(row[3]) if len(row) > 3 else None)
        for row in case.get("subscriptions", [])
    ] + [{**row, "start_date": str(row["start_date"])} for row in case.get("subscriptions_raw", [])]
    names = ("account_id", "date", "amount", "service_start", "service_end")
    tables["invoices"] = [
        {name: str(cell) if isinstance(cell, date) else cell for name, cell in zip(names, row, strict=False)}
        for row in case.get("invoices", [])
    ]
    tables["surveys"] = [{"account_id": a, "date": str(d), "score": s} for a, d, s in case.get("surveys", [])]
    tables["referrals"] = [{"account_id": a, "date": str(d), "status": s} for a, d, s in case.get("referrals", [])]
    tables["accounts"] = [{"account_id": a, "name": a, "churned": c} for a, c in case.get("accounts", [])]
    tables["value_goals"] = [
        dict(zip(("account_id", "goal", "base", "target", "current", "value"), row, strict=True))
        for row in case.get("value_goals", [])
    ]
    if case.get("value_goals"):
        tables["touches"] = [{"account_id": "A", "date": "2026-06-30"}]
    tables["culture"] = [
        {"department": department, "statement": place, "score": score}
        for department, scores in case.get("culture", {}).items()
        for place, score in enumerate(scores, 1)
    ]
    for name, rows in case.get("tables", {}).items():
        tables[name] = [*tables.get(name, []), *({key: _plain(cell) for key, cell in row.items()} for row in rows)]
    given_tables = {name: rows for name, rows in tables.items() if rows}
    return build(home, as_of=case.get("as_of"), profile=case.get("profile"), **given_tables)


def _plain(cell: Any) -> Any:
    return str(cell) if isinstance(cell, date) else cell


@pytest.mark.parametrize("case", [_case(case) for case in CASES if "expect" in case])
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    portfolio = portfolio_of(case, tmp_path)
    for expected in case["expect"]:
        days = expected.get("window", case.get("window"))
        window = Window(*days) if days else None
        if expected["key"] == "segments_value":
            with pytest.raises(UserError):
                segmentation.assign(portfolio, "value")
            continue
        readings = metrics.compute(portfolio, expected["key"], window=window, convention=expected.get("convention"))
        found = _find(readings, expected)
        _check(found, expected)
        _sql_gives_it_again(portfolio, found)


def _find(readings: list[Reading], expected: dict[str, Any]) -> Reading:
    wanted = {name: str(expected[name]) for name in ("kind", "group", "account") if name in expected}
    if not wanted:
        return readings[0]
    return next(item for item in readings if wanted.items() <= dict(item.scope).items())


def _check(found: Reading, expected: dict[str, Any]) -> None:
    if "value" in expected:
        assert float(found.value or 0) == pytest.approx(expected["value"], abs=1e-6 * max(1, abs(expected["value"])))
        assert found.value is not None
    for name in ("numerator", "denominator", "n", "coverage", "status"):
        if name in expected:
            assert getattr(found, name) == expected[name], (found.key, name)
    if "ci" in expected:
        assert found.ci == pytest.approx(tuple(expected["ci"]), abs=1e-4)
    if "flag" in expected:
        assert expected["flag"] in found.flags


def _sql_gives_it_again(portfolio: Portfolio, item: Reading) -> None:
    if item.sql is not None and item.value is not None:
        again = portfolio.query(item.sql).column(0)[0].as_py()
        assert float(again) == pytest.approx(float(item.value), rel=1e-9), item.key


def test_every_metric_of_nothing_gives_a_reason(tmp_path: Path) -> None:
    portfolio = build(tmp_path, accounts=[{"account_id": "a", "name": "a"}])
    for key in metrics.metrics():
        for item in metrics.compute(portfolio, key):
            assert item.value is None and item.reason is not None, key


def test_every_metric_says_what_it_is() -> None:
    for key, item in metrics.metrics().items():
        assert item.compute.__doc__ and item.formula and item.source and item.needs.ru, key
        assert item.compute.__name__ != key or key in ("logo_churn", "money_churn", "churn_share", "movements", "quick_ratio",
            "indexation", "ltv", "revenue_per_client", "concentration", "renewals", "overdue", "silence", "value_gap", "referrals"), key  # fmt: skip


def test_every_metric_has_a_case() -> None:
    named = {expected["key"] for case in CASES for expected in case.get("expect", [])}
    elsewhere = {
        "arr",
        "quick_ratio",
        "revenue_per_client",
        "concentration",
        "renewals",
        "overdue",
        "silence",
        "ttv",
        "chs",
    }
    assert set(metrics.metrics()) <= named | elsewhere


def test_recency_of_an_alias() -> None:
    assert metrics.resolve("NDR").key == "nrr" and metrics.resolve("arpu").key == "arpa"


amounts = st.integers(min_value=1, max_value=10**9).map(lambda cents: Decimal(cents) / 100)


@st.composite
def subscriptions(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        start = date(2025, 1, 1) + timedelta(days=draw(st.integers(0, 500)))
        length = draw(st.one_of(st.none(), st.integers(1, 400)))
        end = None if length is None else str(start + timedelta(days=length))
        rows.append(subscription(draw(st.sampled_from("abcd")), str(start), draw(amounts), end=end))  # type: ignore[arg-type]
    return rows


@settings(max_examples=40, deadline=None, derandomize=True)
@given(rows=subscriptions())
def test_the_bridge_closes_and_grr_stays_below_nrr(
    rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    portfolio = build(tmp_path_factory.mktemp("p"), as_of=date(2026, 6, 30), subscriptions=rows)
    before = 0
    for row in movement_bridge(portfolio).rows.to_pylist():
        row = {name: int(value) if name != "month" else value for name, value in row.items()}
        assert row["start"] == before
        gained, lost = row["new"] + row["reactivation"] + row["expansion"], row["contraction"] + row["churn"]
        assert row["start"] + gained - lost == row["end"]
        before = row["end"]
    nrr, grr = metrics.reading(portfolio, "nrr"), metrics.reading(portfolio, "grr")
    if nrr.value is not None and grr.value is not None:
        assert 0 <= grr.value <= 1 and grr.value <= nrr.value
    plain = sum(
        (row["mrr"] for row in rows if row["start_date"] <= "2026-06-30" < (row["end_date"] or "9999")), Decimal(0)
    )
    assert metrics.reading(portfolio, "mrr").value == plain


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    cents=st.integers(-(10**9), 10**9).filter(bool),
    start=st.dates(date(2024, 1, 1), date(2025, 12, 31)),
    days=st.integers(0, 800),
)
def test_the_parts_of_a_spread_line_sum_to_it(
    cents: int, start: date, days: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    end = start + timedelta(days=days)
    line = {
        "account_id": "a",
        "date": str(start),
        "amount": Decimal(cents) / 100,
        "service_start": str(start),
        "service_end": str(end),
    }
    portfolio = build(tmp_path_factory.mktemp("p"), as_of=date(2026, 12, 31), invoices=[line])
    parts = portfolio.run(ledger.recognised(portfolio)).to_pylist()
    assert sum(int(part["ticks"]) for part in parts) == cents * 100
    assert all(int(part["ticks"]) * (1 if cents > 0 else -1) >= 0 for part in parts)


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", ["116.6%", "0.05%", "−5%"]), ("ru", ["116,6 %", "0,05 %", "−5,0 %"])],
)
def test_ratios_are_shown_to_a_tenth_and_never_as_nought(language: Any, shown: list[str]) -> None:
    assert formats.percent(1.16629, language).replace(formats.NBSP, " ") == shown[0]
    assert formats.percent(0.00049, language).replace(formats.NBSP, " ") == shown[1]


def test_a_base_of_trials_has_months_without_movements(tmp_path: Path) -> None:
    trials = [{"account_id": "A", "start_date": "2025-01-01", "mrr": "10", "currency": "RUB", "status": "trial"}]
    rows = movement_bridge(build(tmp_path, subscriptions=trials)).rows
    assert rows.num_rows and not any(sum(rows[name].to_pylist()) for name in FIGURES)
