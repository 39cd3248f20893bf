"""The recurring-revenue ledger beyond the YAML cases: levels, event log, rhythm of billing, and a plain second count."""

import csv
import gzip
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.portfolios import build, subscription
from tools import ledger, metrics
from tools.bridge import movement_bridge
from tools.cohorts import cohort_accounts
from tools.conform import conform
from tools.errors import BadData
from tools.ledger import rhythm
from tools.metrics.losses import MONTH_DAYS
from tools.portfolio import Portfolio
from tools.reading import Window
from tools.snapshot import open_portfolio, save
from tools.sources import read
from tools.stats import rescaled
from tools.stats.money import _drawn

MONTH = Window(date(2026, 1, 2), date(2026, 2, 2))
EXAMPLE = [
    subscription("A1", "2025-06-01", 100), subscription("A2", "2025-06-01", 100, end="2026-01-15"),
    subscription("A2", "2026-01-15", 150), subscription("A3", "2025-06-01", 200, end="2026-01-10"),
    subscription("A3", "2026-01-10", 120), subscription("A4", "2025-06-01", 300, end="2026-01-20"),
    subscription("A5", "2026-01-05", 80), subscription("A6", "2025-01-01", 60, end="2025-06-01"),
    subscription("A6", "2026-01-12", 60), subscription("A7", "2025-06-01", 50),
    subscription("A7", "2025-07-01", 50, end="2026-01-31"), subscription("A8", "2026-01-05", 40, end="2026-01-20"),
    subscription("A9", "2025-06-01", 100, end="2026-01-03"), subscription("A9", "2026-01-20", 70),
    subscription("A10", "2025-06-01", 100), subscription("A11", "2025-06-01", 70, end="2026-03-10"),
]  # fmt: skip


def test_reference_interval_of_the_worked_example(tmp_path: Path) -> None:
    nrr = metrics.reading(build(tmp_path, as_of=date(2026, 2, 1), subscriptions=EXAMPLE), "nrr", window=MONTH)
    assert nrr.ci is not None and nrr.ci == pytest.approx((0.293, 1.028), abs=0.005)  # drawn in another order
    top, bottom = [100, 150, 120, 0, 50, 70, 100, 70], [100, 100, 200, 300, 100, 100, 100, 70]  # the order of the spec
    drawn = np.quantile(_drawn(np.array(top, dtype=float), np.array(bottom, dtype=float)), [0.025, 0.975])
    assert tuple(drawn) == pytest.approx((0.293, 1.028), abs=0.0005)


def test_reference_leave_one_out_and_concentration_of_the_worked_example(tmp_path: Path) -> None:
    rows = [row for row in EXAMPLE if row["account_id"] != "A4"]
    without = build(tmp_path / "a", as_of=date(2026, 2, 1), subscriptions=rows)
    assert float(metrics.reading(without, "nrr", window=MONTH).value or 0) == pytest.approx(0.857, abs=0.0005)
    whole = build(tmp_path / "b", as_of=date(2026, 2, 1), subscriptions=EXAMPLE)
    shares = {item.scope["kind"]: float(item.value or 0) for item in metrics.compute(whole, "concentration")}
    assert shares["top_1"] == pytest.approx(150 / 800) and shares["top_5"] == pytest.approx(550 / 800)


def test_trap_7_a_rate_of_a_month_is_not_multiplied_by_twelve() -> None:
    assert rescaled(0.02, 1, 12) == pytest.approx(0.2153, abs=5e-5)


def test_trap_8_a_rate_of_ninety_two_days(tmp_path: Path) -> None:
    assert rescaled(30 / 500, 92, MONTH_DAYS) == pytest.approx(0.02025, abs=5e-6)
    assert rescaled(30 / 500, 92, 365) == pytest.approx(0.2177, abs=5e-5)
    rows = [subscription(f"c{n}", "2025-01-01", 10, end="2026-02-01" if n < 30 else None) for n in range(500)]
    portfolio = build(tmp_path, as_of=date(2026, 4, 2), subscriptions=rows)
    window = Window(date(2026, 1, 1), date(2026, 4, 3))
    found = metrics.reading(portfolio, "logo_churn", window=window, kind="monthly")
    assert window.days == 92 and float(found.value or 0) == pytest.approx(0.02025, abs=5e-6)


def test_trap_38_the_rows_without_a_currency_are_named(tmp_path: Path) -> None:
    rows = [subscription("a", "2025-01-01", 10), {**subscription("b", "2025-01-01", 10), "currency": None}]
    item = metrics.reading(build(tmp_path, as_of=date(2026, 1, 31), subscriptions=rows), "mrr")
    assert item.value is None and item.reason is not None and "test:3" in item.reason.ru


def test_an_amount_too_large_to_count_is_named_with_its_row(tmp_path: Path) -> None:
    most = Decimal("9999999999.9999")
    rows = [{**subscription("a", "2025-01-01", 0), "mrr": most}, subscription("b", "2025-01-01", 10_000_000_000)]
    found = metrics.reading(build(tmp_path, as_of=date(2026, 1, 31), subscriptions=rows[:1]), "mrr")
    assert found.value == most
    portfolio = build(tmp_path, as_of=date(2026, 1, 31), subscriptions=rows)
    for key in ("mrr", "nrr", "movements"):
        with pytest.raises(BadData, match="test:3"):
            metrics.reading(portfolio, key)
    lines = [
        {"account_id": "a", "document": str(n), "date": f"2025-{n:02}-01", "amount": -most - n, "currency": "RUB"}
        for n in range(1, 13)
    ]
    with pytest.raises(BadData, match=r"test:2, .*…"):
        metrics.reading(build(tmp_path, as_of=date(2025, 12, 31), profile="subscription", invoices=lines), "mrr")


def test_a_missing_rate_names_the_currency(tmp_path: Path) -> None:
    rows = [subscription("a", "2025-01-01", 10), {**subscription("b", "2025-01-01", 10), "currency": "KZT"}]
    rates = [{"date": "2026-01-31", "currency": "USD", "rate": 90.0}]
    item = metrics.reading(build(tmp_path, as_of=date(2026, 1, 31), subscriptions=rows, rates=rates), "mrr")
    assert item.value is None and item.reason is not None and "KZT" in item.reason.en


LINES = [
    subscription("A", "2025-01-01", 100, line_id="l1", billing_id="b1"),
    subscription("A", "2025-01-01", 60, end="2026-03-10", line_id="l2", billing_id="b1"),
    subscription("A", "2026-03-02", 40, line_id="l3", billing_id="b2"),
    subscription("B", "2025-01-01", 30, end="2026-03-20", line_id="l4"),
    subscription("B", "2025-01-01", 20, end="2026-03-25", line_id="l5"),
    subscription("C", "2026-03-05", 70, line_id="l6"),
]


@pytest.mark.parametrize(
    ("level", "units", "lost"), [("account", 2, 1), ("billing", 2, 1), ("line", 4, 2), ("holding", 1, 0)]
)
def test_a_line_lost_in_a_living_client_is_contraction_on_every_level(
    level: str, units: int, lost: int, tmp_path: Path
) -> None:
    heads = [{"account_id": name, "name": name, "parent_id": "H" if name != "C" else None} for name in "ABC"]
    portfolio = build(tmp_path, as_of=date(2026, 3, 31), accounts=heads, subscriptions=LINES).leveled(level)
    last = movement_bridge(portfolio).rows.to_pylist()[-1]
    assert (int(last["start"]), int(last["end"]), int(last["new"])) == (2_100_000, 2_100_000, 700_000)
    assert int(last["churn"]) == (500_000 if lost else 0) and int(last["churn_n"]) == lost
    assert metrics.reading(portfolio, "nrr", window=Window(date(2026, 3, 1), date(2026, 4, 1))).value == pytest.approx(
        140 / 210
    )
    churn = metrics.reading(portfolio, "logo_churn", window=Window(date(2026, 3, 1), date(2026, 4, 1)))
    assert (churn.numerator, churn.denominator) == (lost, units)


@pytest.fixture(scope="module")
def bare(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    """The invoice export without its two period columns."""
    home = tmp_path_factory.mktemp("bare")
    names = ["Customer", "Invoice Date", "Amount", "Plan Tier"]
    with gzip.open(shared / "saas_metrics_sample" / "billing.csv.gz", "rt") as file:
        rows = [[row[name] for name in names] for row in csv.DictReader(file)]
    path = home / "bare.csv"
    path.write_text("\n".join(",".join(row) for row in [names, *rows]), "utf-8")
    return open_portfolio(home, save(conform(read(path)), home, source="bare"), as_of=date(2025, 12, 31))


@pytest.mark.shared
def test_reference_churn_events_without_period_columns(bare: Portfolio) -> None:
    inferred = metrics.reading(bare, "movements", kind="churn_events")
    assert inferred.value == 106 and inferred.status == "partial" and "billing_rhythm" in inferred.flags
    unspread = next(
        item
        for item in metrics.compute(bare, "movements", convention="invoice_month")
        if item.scope.get("kind") == "churn_events"
    )
    assert unspread.value == 214


@pytest.mark.shared
def test_the_question_of_billing_rhythm_is_asked_by_group_and_taken(bare: Portfolio) -> None:
    questions = rhythm.rhythm_questions(bare)
    assert [item.id for item in questions] == [
        "billing_rhythm:Enterprise",
        "billing_rhythm:Mid-Market",
        "billing_rhythm:SMB",
    ]
    assert all("NRR" in item.text.ru and item.options == ("monthly", "quarterly", "annual") for item in questions)
    assert len(rhythm.doubtful_accounts(bare)) == 47
    settled = rhythm.answered(bare, {item.id: "annual" for item in questions})
    assert ledger.doubt(settled) is None and metrics.reading(settled, "mrr").status == "ok"


Row = dict[str, Any]
DAY = st.dates(date(2025, 1, 1), date(2026, 6, 30))


@st.composite
def bases(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    rows, invoices = [], []
    for _ in range(draw(st.integers(1, 10))):
        start = draw(DAY)
        length = draw(st.one_of(st.none(), st.integers(1, 300)))
        end = None if length is None else str(start + timedelta(days=length))
        client = draw(st.sampled_from("abc"))
        rows.append(
            subscription(
                client, str(start), draw(st.integers(1, 500)), end=end, line_id=draw(st.sampled_from("xyz")) + client
            )
        )
    for _ in range(draw(st.integers(0, 3))):
        due = draw(DAY)
        paid = draw(st.one_of(st.none(), st.integers(-10, 120)))
        when = None if paid is None else str(due + timedelta(days=paid))
        invoices.append({"account_id": draw(st.sampled_from("abc")), "date": str(due - timedelta(days=5)), "amount": 5, "due_date": str(due), "paid_date": when, "currency": "RUB"})  # fmt: skip
    return rows, invoices


def plain_worth(rows: list[Row], invoices: list[Row], day: date) -> dict[str, Decimal]:
    """What each client is worth on a day, written from the rules: late renewals kept, long-unpaid clients out."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    clocked = any(i["paid_date"] for i in invoices)
    for client in {row["account_id"] for row in rows}:
        spans = sorted((date.fromisoformat(r["start_date"]), date.fromisoformat(r["end_date"] or "9999-12-31"), r["mrr"]) for r in rows if r["account_id"] == client)  # fmt: skip
        spans = [span for span in spans if span[0] <= date(2026, 6, 30)]
        late = any(
            date.fromisoformat(i["due_date"]) + timedelta(days=30) < day < date.fromisoformat(i["paid_date"] or "9999-12-31") or
            date.fromisoformat(i["due_date"]) + timedelta(days=30) < day and i["paid_date"] is None
            for i in invoices if i["account_id"] == client and date.fromisoformat(i["date"]) <= date(2026, 6, 30)
        )  # fmt: skip
        for start, end, price in spans:
            uncovered = not any(s <= end < e for s, e, _p in spans)
            following = min((s for s, _e, _p in spans if s > end), default=None)
            near = uncovered and following is not None and (following - end).days <= 14
            until = following if near and following is not None else end
            if start <= day < until and not (late and clocked):
                found[client] += Decimal(price)
    return dict(found)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(base=bases())
def test_the_bridge_equals_a_plain_count_in_every_month_and_on_every_level(
    base: tuple[list[Row], list[Row]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows, invoices = base
    portfolio = build(tmp_path_factory.mktemp("p"), as_of=date(2026, 6, 30), subscriptions=rows, invoices=invoices)
    if ledger.no_ledger(portfolio) is not None or not ledger.months(portfolio):
        return
    lines = movement_bridge(portfolio.leveled("line")).rows.to_pylist()
    for row, low, window in zip(
        movement_bridge(portfolio).rows.to_pylist(), lines, ledger.months(portfolio), strict=True
    ):
        opening, closing = plain_worth(rows, invoices, window.opening), plain_worth(rows, invoices, window.closing)
        churn = sum((money for client, money in opening.items() if not closing.get(client)), Decimal(0))
        assert ledger.money(int(row["start"])) == sum(opening.values(), Decimal(0))
        assert ledger.money(int(row["end"])) == sum(closing.values(), Decimal(0))
        assert ledger.money(int(row["churn"])) == churn
        assert [int(row[name]) for name in ("start", "end", "churn", "new", "reactivation")] == [int(low[name]) for name in ("start", "end", "churn", "new", "reactivation")]  # fmt: skip
    year = ledger.year(portfolio)
    then, now = plain_worth(rows, invoices, year.opening), plain_worth(rows, invoices, year.closing)
    pairs = [(client, ledger.money(s), ledger.money(e)) for client, s, e in cohort_accounts(portfolio, year)]
    assert pairs == [(c, then[c], now.get(c, Decimal(0))) for c in sorted(then) if then[c]]


def test_lines_of_one_client_do_not_narrow_an_interval(tmp_path: Path) -> None:
    def base(copies: int, lost: int) -> Portfolio:
        rows = []
        for n in range(40):
            end = "2026-03-01" if n < lost else None
            for line in range(copies):
                rows.append({**subscription(f"c{n:02d}", "2024-01-01", 100 + n, end=end), "line_id": f"l{n}-{line}"})
        return build(tmp_path / f"{copies}-{lost}", as_of=date(2026, 6, 30), subscriptions=rows).leveled("line")

    for key in ("nrr", "grr", "money_churn", "logo_churn", "arpa"):
        one, five = (metrics.reading(base(copies, 8), key) for copies in (1, 5))
        assert one.ci is not None and five.ci == pytest.approx(one.ci, rel=1e-9), key
        assert five.n == 5 * one.n, key
    nobody = metrics.reading(base(5, 0), "logo_churn")
    assert nobody.value == 0 and nobody.ci is not None and 0.05 < nobody.ci[1] < 0.1  # of forty clients, not of lines


@pytest.mark.parametrize("key", ["mrr", "arr", "arpa"])
def test_recurring_revenue_after_the_last_invoice_is_unknown_and_not_zero(key: str, tmp_path: Path) -> None:
    months = [(date(2024, month, 1), date(2024, month, 28)) for month in range(1, 13)]
    lines = [
        {"account_id": client, "date": first, "amount": 100, "service_start": first, "service_end": last}
        for client in "ABC"
        for first, last in months
    ]
    base = build(tmp_path, as_of=date(2024, 12, 31), invoices=lines)
    assert metrics.compute(base, key, head=True)[0].value
    later = build(tmp_path, as_of=date(2026, 6, 30), invoices=lines)
    assert metrics.compute(later, key, head=True)[0].value is None
