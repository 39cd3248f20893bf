"""Survival: Kaplan-Meier, Aalen-Johansen, log-rank and Cox against published numbers and lifelines."""

import csv
import gzip
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.portfolios import build
from tests.test_metrics import portfolio_of
from tools import stats
from tools.models.client_survival import Lifetimes, client_survival, lifetimes, survival_by
from tools.models.survival import cox, kaplan_meier, log_rank, survival_table

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "metrics" / "survival.yaml").read_text("utf-8"))
BY_NAME = {case["name"]: case for case in CASES}
MP, PLACEBO = "gehan, 6-MP (metrics 2.6)", "gehan, placebo (metrics 2.6)"


def _named(key: str) -> list[Any]:
    return [pytest.param(case, id="-".join([*case.get("marks", []), case["name"]])) for case in CASES if key in case]


def _lives(name: str) -> tuple[list[float], list[int]]:
    case = BY_NAME[name]
    return [*case["times"], *case["censored"]], [1] * len(case["times"]) + [0] * len(case["censored"])


@pytest.mark.parametrize("case", _named("times"))
def test_curve(case: dict[str, Any]) -> None:
    times, events = _lives(case["name"])
    curve = kaplan_meier(times, events)
    assert curve.median == case["median"]
    assert curve.n == len(times) and curve.events == len(case["times"])
    for time, left in case.get("left", {}).items():
        assert curve.at(time) == pytest.approx(left, abs=5e-5)
    for time, se in case.get("se", {}).items():
        assert curve.se[curve.times.index(time)] == pytest.approx(se, abs=5e-5)
    if "median_ci" in case:
        assert curve.median_ci == tuple(case["median_ci"])
    same = stats.incidence(times, events)
    assert same.median == curve.median and 1 - same.reached[-1] == pytest.approx(curve.survival[-1])
    assert same.se == pytest.approx(curve.se) and same.low == pytest.approx([1 - high for high in curve.high])


def test_reference_gehan_log_rank_and_cox() -> None:
    (times, events), (others, ends) = _lives(MP), _lives(PLACEBO)
    groups = ["6-MP"] * len(times) + ["placebo"] * len(others)
    chi, chance = log_rank([*times, *others], [*events, *ends], groups)
    assert chi == pytest.approx(16.793, abs=5e-4) and chance == pytest.approx(4.2e-5, abs=5e-7)
    model = cox([*times, *others], [*events, *ends], {"placebo": [float(group == "placebo") for group in groups]})
    assert model.beta["placebo"] == pytest.approx(1.5721, abs=1e-4)
    assert model.ratio["placebo"] == pytest.approx(4.817, abs=1e-3)
    assert model.log_likelihood == pytest.approx(-85.008, abs=1e-3)


def test_reference_rossi() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from lifelines.datasets import load_rossi

    rossi = load_rossi()
    traits = {name: rossi[name].tolist() for name in ("fin", "age", "race", "wexp", "mar", "paro", "prio")}
    model = cox(rossi["week"].tolist(), rossi["arrest"].tolist(), traits)
    expected = {"fin": -0.3794, "age": -0.0574, "race": 0.3139, "wexp": -0.1498, "mar": -0.4337, "paro": -0.0849, "prio": 0.0915}  # fmt: skip
    assert model.beta == pytest.approx(expected, abs=5e-5)
    assert model.log_likelihood == pytest.approx(-658.7477, abs=1e-3)
    assert model.concordance == pytest.approx(0.640, abs=1e-3)
    curve = kaplan_meier(rossi["week"].tolist(), rossi["arrest"].tolist())
    assert (curve.n, curve.events) == (432, 114)
    assert curve.at(52) == pytest.approx(0.7361, abs=5e-5)


def test_reference_eth_mini_cox() -> None:
    model = cox([4, 3, 1, 1, 2, 2, 3], [1, 1, 1, 0, 1, 1, 0], {"x": [0, 2, 1, 1, 1, 0, 0]})
    assert model.beta["x"] == pytest.approx(0.461, abs=5e-4)
    assert model.ratio["x"] == pytest.approx(1.59, abs=5e-3)
    assert model.ratio_ci["x"][0] < 1 < model.ratio_ci["x"][1]


def test_a_trait_that_does_not_vary_has_no_coefficient() -> None:
    with pytest.raises(ValueError, match="do not vary"):
        cox([1, 2, 3, 4], [1, 1, 0, 1], {"x": [1, 1, 1, 1], "y": [1, 1, 1, 1]})


@pytest.mark.shared
def test_reference_telco_survival(shared: Path) -> None:
    with gzip.open(shared / "telco" / "WA_Fn-UseC_-Telco-Customer-Churn.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    curve = kaplan_meier([int(row["tenure"]) for row in rows], [row["Churn"] == "Yes" for row in rows])
    assert (curve.n, curve.events) == (7043, 1869)
    left = {12: 0.8432, 24: 0.7887, 36: 0.7485, 48: 0.7088, 60: 0.6644, 72: 0.5928}
    for row in survival_table(curve, list(left)):
        assert row["survival"] == pytest.approx(left[int(row["time"] or 0)], abs=5e-5)
    assert curve.median is None
    assert curve.mean_to(72) == pytest.approx(54.49, abs=5e-3) and curve.mean_to(73) is None
    monthly = [row for row in rows if row["Contract"] == "Month-to-month"]
    assert (
        kaplan_meier([int(row["tenure"]) for row in monthly], [row["Churn"] == "Yes" for row in monthly]).median == 35
    )


@pytest.mark.shared
def test_reference_telco_clients_by_plan(shared: Path, tmp_path: Path) -> None:
    from agent.assistant import Assistant
    from agent.settings import Settings
    from tools.snapshot import open_portfolio

    loaded = Assistant.open(Settings(home=tmp_path, llm_base_url=None)).load(str(shared / "telco"))
    portfolio = open_portfolio(tmp_path, loaded.snapshot)
    found = client_survival(portfolio)
    assert (found.n, found.events, found.median) == (7043, 1869, None)
    assert found.after_year == pytest.approx(0.8432, abs=5e-5)
    assert found.share_last == pytest.approx(0.5928, abs=5e-5)
    accounts = portfolio.run(portfolio.table("accounts").select("account_id", "plan")).to_pylist()
    parts, test = survival_by(portfolio, {row["account_id"]: row["plan"] for row in accounts})
    assert (parts["Month-to-month"].median or 0) / (365 / 12) == pytest.approx(35)
    assert test is not None and test[1] < 1e-100


def test_reference_trap_28_leavers_before_value_compete() -> None:
    days, events = [5] * 4 + [10] * 4 + [15] * 2, [1] * 4 + [2] * 4 + [1] * 2
    found = stats.incidence(days, events)
    assert found.reached[-1] == pytest.approx(0.60)
    assert kaplan_meier(days, [int(event == 1) for event in events]).survival[-1] == 0  # the wrong way: 1 - KM is 1.00
    assert found.se[-1] ** 2 == pytest.approx(0.6 * 0.4 / 10)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([1, 2])), min_size=2, max_size=30))
def test_incidence_without_censoring_is_the_plain_share(lives: list[tuple[int, int]]) -> None:
    found = stats.incidence([day for day, _kind in lives], [kind for _day, kind in lives])
    n = len(lives)
    for day, reached, se in zip(found.times, found.reached, found.se, strict=True):
        share = sum(time <= day and kind == 1 for time, kind in lives) / n
        assert reached == pytest.approx(share) and se**2 == pytest.approx(share * (1 - share) / n, abs=1e-12)


def test_incidence_and_its_variance_equal_lifelines() -> None:
    generator = np.random.default_rng(3)
    days, events = generator.exponential(10, 200), generator.integers(0, 3, 200)
    found = stats.incidence(days.tolist(), events.tolist())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import AalenJohansenFitter

        fitter = AalenJohansenFitter(calculate_variance=True).fit(days, events, event_of_interest=1)
    theirs = fitter.cumulative_density_.iloc[:, 0].reindex(found.times)
    variance = fitter.variance_.squeeze().reindex(found.times)
    assert found.reached == pytest.approx(theirs.to_numpy())
    assert np.square(found.se) == pytest.approx(variance.to_numpy(), rel=1e-6)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 1)), min_size=1, max_size=40))
def test_kaplan_meier_equals_lifelines(lives: list[tuple[int, int]]) -> None:
    times, events = [time for time, _event in lives], [event for _time, event in lives]
    curve = kaplan_meier(times, events)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import KaplanMeierFitter

        theirs = KaplanMeierFitter().fit(times, events)
    for time in range(max(times) + 1):
        assert curve.at(time) == pytest.approx(float(theirs.predict(time)), abs=1e-9)
    assert curve.at(max(times) + 1) is None
    assert all(low <= left <= high for low, left, high in zip(curve.low, curve.survival, curve.high, strict=True))


def test_log_rank_of_three_groups_equals_lifelines() -> None:
    generator = np.random.default_rng(5)
    times, events = generator.integers(1, 20, 120).tolist(), generator.integers(0, 2, 120).tolist()
    groups = generator.choice(["a", "b", "c"], 120).tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines.statistics import multivariate_logrank_test

        theirs = multivariate_logrank_test(times, groups, events)
    assert log_rank(times, events, groups) == pytest.approx((theirs.test_statistic, theirs.p_value), rel=1e-6)


@pytest.mark.parametrize("case", _named("lifetimes"))
def test_lifetimes_of_clients(case: dict[str, Any], tmp_path: Path) -> None:
    found = lifetimes(portfolio_of(case, tmp_path))
    assert isinstance(found, Lifetimes)
    days = {
        account: [int(day), int(event)] for account, day, event in zip(found.ids, found.days, found.event, strict=True)
    }
    assert days == case["lifetimes"]


def _month(account: str, month: int) -> dict[str, Any]:
    end = date(2026, month + 1, 1).toordinal() - 1
    day = f"2026-{month:02d}-01"
    return {
        "account_id": account, "date": day, "amount": 100, "service_start": day,
        "service_end": str(date.fromordinal(end)),
    }  # fmt: skip


def test_lifetimes_of_invoices_are_whole_months(tmp_path: Path) -> None:
    rows = [_month("stays", month) for month in range(1, 7)] + [_month("left", month) for month in range(2, 5)]
    found = lifetimes(build(tmp_path, as_of=date(2026, 6, 30), profile="subscription", invoices=rows))
    assert isinstance(found, Lifetimes)
    assert found.ids == ("left", "stays")
    assert found.event.tolist() == [1, 0] and found.days.tolist() == [89, 180]  # February to April; January to 30 June


def test_nobody_left_yet_is_no_certainty(tmp_path: Path) -> None:
    rows = [{"account_id": f"a{place}", "start_date": "2025-01-01", "mrr": 10} for place in range(40)]
    rows.append({"account_id": "young", "start_date": "2026-03-01", "mrr": 10})
    found = client_survival(build(tmp_path, as_of=date(2026, 6, 30), subscriptions=rows))
    assert found.after_year == 1.0 and found.median is None
    assert found.year_interval == pytest.approx((0.05 ** (1 / 40), 1.0))


def test_few_clients_or_no_lifetimes_give_a_reason(tmp_path: Path) -> None:
    few = [{"account_id": f"a{place}", "start_date": "2025-12-01", "mrr": 10} for place in range(8)]
    found = client_survival(build(tmp_path / "few", as_of=date(2026, 6, 30), subscriptions=few))
    assert found.status == "insufficient" and found.reason is not None and found.n == 8
    bare = client_survival(build(tmp_path / "bare", accounts=[{"account_id": "a", "name": "a"}]))
    assert bare.status == "undefined" and bare.reason is not None and bare.after_year is None


def test_a_snapshot_of_tenures_is_flagged_as_no_forecast(tmp_path: Path) -> None:
    rows = [
        {"account_id": f"a{place}", "name": "a", "tenure_months": place % 30, "churned": place % 3 == 0}
        for place in range(90)
    ]
    portfolio = build(tmp_path, accounts=rows)
    found = client_survival(portfolio)
    assert found.flags == ("cross_section",) and found.n == 90 and found.events == 30
    parts, test = survival_by(
        portfolio, {row["account_id"]: "early" if row["tenure_months"] < 10 else "late" for row in rows}
    )
    assert set(parts) == {"early", "late"} and test is not None and test[1] < 0.01


def test_incidence_of_nobody_is_empty() -> None:
    assert stats.incidence([], []).times == () and stats.incidence([], []).median is None
