"""The seven steps on real exports: figures that any right tool reproduces, and what is refused."""

import csv
import gzip
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tools import checks, ledger, metrics
from tools import segments as segmentation
from tools.audit import codes, steps
from tools.conform import conform
from tools.document import Step
from tools.portfolio import Portfolio
from tools.snapshot import open_portfolio, save
from tools.sources import read

ORDER = ["segments", "delivery", "growth", "personalisation", "retention", "culture", "proof"]


def load(path: Path, home: Path, as_of: date | None = None) -> Portfolio:
    snapshot = save(conform(read(path)), home, source=path.name)
    return open_portfolio(home, snapshot, as_of=as_of)


def audit(portfolio: Portfolio) -> dict[str, Step]:
    return {spec.key: spec.run(portfolio, {}) for spec in steps()}


def check_steps(found: dict[str, Step]) -> None:
    assert list(found) == ORDER
    for step in found.values():
        assert step.status in ("done", "partial", "skipped")
        assert (step.status == "done") == (step.reason is None), step.key
        shown = {item.id for item in step.readings}
        for finding in step.findings:
            assert finding.code in codes()
            assert all(item.id in shown for item in finding.evidence), finding.code
            assert all(item.usable for claim in finding.claims for item in claim.readings), finding.code


@pytest.fixture(scope="module")
def saas(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    return load(shared / "saas_metrics_sample" / "billing.csv.gz", tmp_path_factory.mktemp("saas"), date(2025, 12, 31))


Audited = Callable[..., tuple[Portfolio, dict[str, Step]]]


@pytest.fixture(scope="module")
def audited(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """An export loaded and audited, once for all tests that look at it."""
    home = tmp_path_factory.mktemp("exports")

    @cache
    def once(source: str, as_of: date | None = None) -> tuple[Portfolio, dict[str, Step]]:
        portfolio = load(shared / source, home, as_of)
        return portfolio, audit(portfolio)

    return once


def test_invoice_export_gives_the_reference_figures(saas: Portfolio) -> None:
    year = ledger.year(saas)
    opening = ledger.Window(date(2024, 12, 1), date(2025, 1, 1))
    assert float(metrics.reading(saas, "mrr").value or 0) == pytest.approx(2111161.77, abs=0.005)
    assert float(metrics.reading(saas, "mrr", window=opening).value or 0) == pytest.approx(1195694.40, abs=0.005)
    assert 100 * float(metrics.reading(saas, "nrr", window=year).value or 0) == pytest.approx(116.63, abs=0.005)
    assert 100 * float(metrics.reading(saas, "grr", window=year).value or 0) == pytest.approx(93.09, abs=0.005)
    kept = metrics.reading(saas, "logo_churn", kind="retention")
    assert 100 * float(kept.value or 0) == pytest.approx(80.37, abs=0.005)
    assert metrics.reading(saas, "movements", kind="churn_events").value == 106
    assert metrics.reading(saas, "mrr").convention == "recognised_month"


def test_the_bridge_agrees_with_the_oracle_in_every_month(saas: Portfolio, shared: Path) -> None:
    names = {"beginning": "start", "new_logo": "new", "ending": "end"}
    with (shared / "saas_metrics_sample" / "oracle" / "waterfall.csv").open() as file:
        oracle = list(csv.DictReader(file))
    found = {
        (item.scope["group"], item.scope["kind"]): item
        for item in metrics.compute(saas, "movements")
        if "group" in item.scope
    }
    assert len(oracle) == 24
    for row in oracle:
        for column in ("beginning", "new_logo", "reactivation", "expansion", "contraction", "churn", "ending"):
            item = found[(row["period_end"][:7], names.get(column, column))]
            assert float(item.value or 0) == pytest.approx(float(row[column]), abs=0.005), (row["period_end"], column)
        churned = found[(row["period_end"][:7], "churn")]
        assert churned.n == int(row["churned_logos"])


def test_without_period_columns_nobody_is_called_lost(shared: Path, tmp_path: Path) -> None:
    with gzip.open(shared / "saas_metrics_sample" / "billing.csv.gz", "rt") as file:
        rows = [[row["Customer"], row["Invoice Date"], row["Amount"]] for row in csv.DictReader(file)]
    path = tmp_path / "счета без периода.csv"
    path.write_text("\n".join(",".join(row) for row in [["Customer", "Invoice Date", "Amount"], *rows]), "utf-8")
    portfolio = load(path, tmp_path, date(2025, 12, 31))
    for key in ("nrr", "grr", "logo_churn", "mrr"):
        item = metrics.reading(portfolio, key)
        assert item.status == "partial" and "billing_rhythm" in item.flags, key
    found = audit(portfolio)
    assert segmentation.impossible(portfolio, "value") is not None
    assert not {"churn_high", "at_risk_accounts"} & {item.code for item in found["retention"].findings}


def test_contradicting_answers_are_a_problem_and_the_first_finding(audited: Audited) -> None:
    portfolio, found = audited("ravenstack", date(2024, 12, 31))
    check_steps(found)
    assert 100 * float(metrics.reading(portfolio, "nrr").value or 0) == pytest.approx(292.27, abs=0.005)
    assert 100 * float(metrics.reading(portfolio, "grr").value or 0) == pytest.approx(99.59, abs=0.005)
    first = found["retention"].findings[0]
    assert first.code == "contradicting_churn"
    answers = {item.scope["kind"]: item.value for item in first.readings}
    assert answers == {"account_flag": 110, "churn_event": 352, "flagged_subscription": 312, "no_open_subscription": 0}
    assert "contradicting_churn" in {item.code for item in checks.problems(portfolio)}
    assert found["proof"].missing


def test_repeat_purchases_claim_no_recurring_revenue(shared: Path, tmp_path: Path) -> None:
    portfolio = load(shared / "online_retail" / "online_retail.parquet", tmp_path, date(2011, 12, 10))
    found = audit(portfolio)
    check_steps(found)
    assert portfolio.profile.key == "repeat"
    for key in ("mrr", "nrr", "grr"):
        item = metrics.reading(portfolio, key)
        assert item.value is None and item.reason is not None
    income = metrics.compute(portfolio, "revenue_per_client")
    assert income[0].convention == "net_of_returns" and income[0].rows.left_out["no client"] > 100_000
    assert income[-1].status == "partial" and "partial_month" in income[-1].flags
    rfm = segmentation.assign(portfolio, "rfm")
    assert sum(int(group.accounts.value or 0) for group in rfm.groups) == 4372 == len(rfm.accounts)


def test_a_snapshot_without_dates_gives_a_share_and_no_rate(audited: Audited) -> None:
    portfolio, found = audited("telco")
    check_steps(found)
    share = metrics.reading(portfolio, "churn_share")
    assert share.window is None and 100 * float(share.value or 0) == pytest.approx(26.54, abs=0.005)
    for step in found.values():
        for item in step.readings:
            if item.key in ("mrr", "nrr", "grr", "arr", "movements", "logo_churn"):
                assert item.value is None and item.reason is not None, item.key


def test_the_steps_of_the_demo_tell_its_stories(demo: Any) -> None:
    found = audit(demo)
    check_steps(found)
    seen = {finding.code: finding for step in found.values() for finding in step.findings}
    assert {"stuck_step", "nrr_leans", "promise_broken", "limit_hitters", "renewals_at_risk", "lens_disagreement",
            "weakest_department", "silent_accounts", "journey_drop", "cross_sell_ready", "churn_mix",
            "campaign_result", "model_refused"} <= set(seen)  # fmt: skip
    assert seen["stuck_step"].accounts_total == 14
    assert "ООО «Северный склад»" in {line.name for line in seen["promise_broken"].accounts}
    campaign = seen["campaign_result"]
    assert campaign.severity == "info" and "no proven effect" in campaign.claims[0].text.en
    assert {item.value for item in campaign.readings} == {0.0}
    mix = {item.scope["kind"]: float(item.value or 0) for item in seen["churn_mix"].readings}
    assert mix["simpson_after"] > mix["simpson_before"] and mix["simpson_within"] < 0 < mix["simpson_mix"]
    offered = {line.id for line in seen["cross_sell_ready"].accounts}
    assert offered and not offered & set(segmentation.assign(demo, "value").ids("at_risk"))
    reasons = Counter(
        line.why.text.en.format(**{n: s.text for n, s in line.why.slots.items()})
        for line in seen["cross_sell_ready"].accounts
    )
    lead = seen["cross_sell_ready"].claims[0].slots
    said = f"has “{lead['owned'].text}”, has no “{lead['product'].text}”"
    assert reasons.most_common(1)[0][0] == said, reasons  # what is said to be most often is so in the list


def test_rows_after_the_last_day_change_nothing(demo: Any, tmp_path: Path) -> None:
    day = date(2025, 12, 31)
    whole = open_portfolio(demo_home(demo), demo.snapshot, as_of=day)
    cut = conform_cut(demo, day, tmp_path)
    for key in ("mrr", "nrr", "grr", "movements", "nps", "ttv", "revenue_per_client", "chs"):
        mine, theirs = metrics.compute(whole, key), metrics.compute(cut, key)
        assert [item.value for item in mine] == [item.value for item in theirs], key


def demo_home(demo: Portfolio) -> Path:
    row = (
        demo.engine.connection.cursor()
        .execute("SELECT sql FROM duckdb_views() WHERE view_name = 'invoices'")
        .fetchone()
    )
    assert row is not None
    return Path(row[0].split("'")[1]).parents[2]


def conform_cut(demo: Portfolio, day: date, home: Path) -> Portfolio:
    from tools.load import Load
    from tools.schema import TABLES
    from tools.unbound import DATED

    data = {}
    for name in TABLES:
        where = f" WHERE {DATED[name]} IS NULL OR {DATED[name]} <= DATE '{day}'" if name in DATED else ""
        data[name] = demo.query(f"SELECT * FROM {name}{where}")
    snapshot = save(Load(data, (), (), (), (), demo.currency), home, source="cut")
    return open_portfolio(home, snapshot, as_of=day)


DOMAIN_WORDS = {"first", "quarter"}  # the first benefit, a quarter of a year: terms, not amounts


@pytest.mark.parametrize("source", ["saas_metrics_sample/billing.csv.gz", "ravenstack", "telco"])
def test_no_sentence_of_the_rules_holds_a_number_word(audited: Audited, source: str) -> None:
    from agent.reading.number_words import pattern

    for step in audited(source)[1].values():
        told = [*step.claims, *(claim for finding in step.findings for claim in finding.claims)]
        for claim in [*told, *(line.why for finding in step.findings for line in finding.accounts)]:
            assert set(pattern("en").findall(claim.text.en.lower())) <= DOMAIN_WORDS, claim.text.en
            russian = pattern("ru").findall(claim.text.ru.lower().replace("ё", "е"))
            assert all(word.startswith("перв") for word in russian), claim.text.ru


def test_every_kind_of_reading_has_a_name_in_russian(demo: Any, audited: Audited) -> None:
    from tools.reports.names import reading_name

    for found in (audit(demo), audited("ravenstack")[1], audited("telco")[1]):
        for step in found.values():
            for item in step.readings:
                kind = item.scope.get("kind", "")
                assert not kind or kind.replace("_", " ") not in reading_name(item, "ru"), (item.key, kind)


@pytest.mark.parametrize("source", ["demo", "telco"])
def test_every_kind_of_the_registry_is_named(source: str, demo: Any, audited: Audited) -> None:
    from tools.reports.names import kind_name

    portfolio = demo if source == "demo" else audited(source)[0]
    bare = {
        (key, item.scope["kind"])
        for key, spec in metrics.metrics().items()
        for convention in (None, *spec.conventions)
        for item in metrics.compute(portfolio, key, convention=convention)
        if "kind" in item.scope and kind_name(key, item.scope["kind"]) is None
    }
    assert not bare


def test_a_kind_without_a_name_is_seen() -> None:
    from tools.reports.names import kind_name

    assert kind_name("ttv", "by_30") is not None and kind_name("ttv", "reached") is not None
    assert kind_name("ttv", "by_noon") is None and kind_name("nrr", "no such kind") is None


def test_every_finding_code_is_answered_by_a_card_and_every_answer_is_a_code() -> None:
    from knowledge.cards import answering, load_cards

    answers = {code for card in load_cards().values() for code in card.answers}
    assert answers == set(codes())
    for code in codes():
        for profile in ("subscription", "repeat", "snapshot", "usage"):
            assert answering(code, segment=None, profile=profile), (code, profile)


def test_one_order_in_the_window_is_not_called_the_first(tmp_path: Path) -> None:
    from tests.portfolios import build

    dates = ["2024-01-10", "2024-02-10", "2025-06-10"]  # an old client with one order in the last twelve months
    lines = [{"account_id": "a", "date": day, "amount": 100, "currency": "RUB"} for day in dates]
    lines += [
        {"account_id": client, "date": f"2025-{month:02}-05", "amount": 50, "currency": "RUB"}
        for client in "bc"  # most order every month, so the window is a year
        for month in range(1, 13)
    ]
    found = audit(build(tmp_path, as_of=date(2025, 12, 31), profile="repeat", invoices=lines))
    claims = [
        claim.text for item in found["growth"].findings if item.code == "one_time_buyers" for claim in item.claims
    ]
    assert claims and all("within the year" in text.en and "за год" in text.ru for text in claims)


def test_trap_37_a_campaign_without_a_control_is_a_hypothesis(tmp_path: Path) -> None:
    from tests.portfolios import build

    clients = [f"c{number}" for number in range(6)]
    contracts = [
        {"account_id": client, "start_date": "2024-01-01", "mrr": 100, "currency": "RUB"} for client in clients
    ]
    calls = [{"account_id": client, "date": "2025-03-01", "campaign": "spring"} for client in clients[:4]]
    found = audit(build(tmp_path, as_of=date(2025, 12, 31), subscriptions=contracts, touches=calls))
    told = [item for item in found["retention"].findings if item.code == "campaign_result"]
    assert [item.severity for item in told] == ["info"]
    assert "hypothesis only" in told[0].claims[0].text.en and "гипотеза" in told[0].claims[0].text.ru
    assert [reading.value for reading in told[0].claims[0].readings] == [4]
