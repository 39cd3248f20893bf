"""Models of lifetime against published tables (metrics §2.1-2.5, 2.7), on the printed tables and on CDNOW."""

import csv
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.util import find_spec
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.conftest import missing
from tests.portfolios import build, subscription
from tools import metrics
from tools.fields import account_values
from tools.metrics import lifetime_forms as forms
from tools.metrics import lifetime_orders
from tools.models import bgnbd, gamma_gamma, markov, pareto_nbd, sbg
from tools.reading import Window

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "models_orders.yaml").read_text("utf-8"))
CALIBRATED = date(1997, 9, 30)
SOURCES = ("summary", pytest.param("log", marks=pytest.mark.shared))
DELTA = log(1.15) / 52


def named(cases: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in cases]


def check(found: Any, case: dict[str, Any]) -> None:
    near = {key: case[key] for key in ("abs", "rel") if key in case}
    assert np.asarray(found).tolist() == pytest.approx(case["value"], **near)


CLOSED: dict[str, Callable[..., float]] = {
    "simple": forms.simple,
    "endless": lambda m, c, first: forms.endless(m, c, discount_year=0.10, first=first),
    "horizon": lambda m, c, yearly, months: forms.discounted(m, c, discount_year=yearly, months=months),
    "most_churn": forms.most_churn,
    "lower_bound": lambda m, n: forms.simple(m, forms.most_churn(n)),
}


@pytest.mark.parametrize("case", named(CASES["closed_forms"]))
def test_closed_form(case: dict[str, Any]) -> None:
    check(CLOSED[case["call"]](*case["given"]), case)


def cohorts(name: str) -> list[list[float]]:
    """The cohorts of a printed table: as many years as the fit is given, or a cohort and the three shorter ones."""
    table = CASES["sbg"][name]
    if name != "multi":
        return [table[: CASES["sbg"]["fitted_years"] + 1]]
    return [table[:size] for size in (5, 4, 3, 2)]


@cache
def renewals(name: str) -> sbg.Sbg:
    return sbg.fit(cohorts(name))


def base_of(name: str) -> sbg.BaseValue:
    return sbg.base_value(renewals(name), [*cohorts(name), [10000]], discount=0.10)


def years_kept(name: str) -> float:
    fitted = CASES["sbg"]["fitted_years"]
    return 100 * sbg.constant_survival(CASES["sbg"][name][fitted] / 1000, periods=fitted, at=12)


SBG: dict[str, Callable[..., Any]] = {
    "parameters": lambda name: (renewals(name).alpha, renewals(name).beta),
    "likelihood": lambda name: renewals(name).log_likelihood,
    "at_one": lambda name: sbg.log_likelihood(*sbg.deaths(cohorts(name)), alpha=1, beta=1) / 1000,
    "survival": lambda name, years: 100 * sbg.survival(renewals(name), years),
    "retention": lambda name, years: sbg.retention(renewals(name), years),
    "derl": lambda name, made: sbg.residual(renewals(name), made, discount=0.10),
    "base_by_cohort": lambda name: base_of(name).by_cohort,
    "base_aggregate": lambda name: base_of(name).aggregate,
    "pooled": lambda name: base_of(name).pooled_retention,
    "bias": lambda name: base_of(name).bias,
    "constant": lambda retained: sbg.constant(retained, discount=0.10),
    "constant_survival": years_kept,
}


@pytest.mark.parametrize("case", named(CASES["sbg"]["cases"]))
def test_sbg(case: dict[str, Any]) -> None:
    check(SBG[case["call"]](*case["given"]), case)


def test_trap_18_the_mean_lifetime_is_infinite_and_derl_is_not() -> None:
    value, reason = sbg.mean_lifetime(renewals("regular"))
    assert value is None and reason is not None and "alpha" in reason.en
    assert float(sbg.residual(renewals("regular"), 0, discount=0.10)) == pytest.approx(2.964, abs=1e-3)


def test_a_mean_lifetime_is_the_sum_of_survival_where_it_is_finite() -> None:
    model = sbg.Sbg(3.8, 15.19, 0.0)
    value, reason = sbg.mean_lifetime(model)
    assert reason is None and value == pytest.approx(sbg.survival(model, np.arange(200_000)).sum(), rel=1e-4)


def test_cohorts_without_a_loss_or_with_growth_are_refused() -> None:
    for wrong in ([[10, 10, 10]], [[10, 12]]):
        with pytest.raises(ValueError):
            sbg.fit(wrong)


@pytest.mark.parametrize("case", named(CASES["markov"]))
def test_markov(case: dict[str, Any]) -> None:
    bought, periods = case["given"]
    moves, reward = markov.recency(bought, margin=40, contact=4)
    check(markov.value(moves, reward, discount=0.2, periods=periods), case)


def test_a_table_of_moves_gives_the_value_of_each_segment() -> None:
    counts = {("good", "good"): 90.0, ("good", "gone"): 10.0, ("weak", "good"): 20.0, ("weak", "gone"): 80.0}
    found = markov.of_table(counts, {"good": 100.0, "weak": 10.0, "new": 5.0}, discount=0.0, periods=2)
    assert found == pytest.approx({"good": 271.0, "weak": 10 + 0.2 * 190})


@dataclass(frozen=True)
class Cdnow:
    """The calibration sample: a row per customer, and the fitted models."""

    x: Any
    t_x: Any
    T: Any
    spend: Any
    holdout: Any = None

    @property
    def bgnbd(self) -> bgnbd.BgNbd:
        return _fit_bgnbd(self)

    @property
    def pareto(self) -> pareto_nbd.ParetoNbd:
        return _fit_pareto(self)

    @property
    def gamma(self) -> gamma_gamma.GammaGamma:
        model, reason = gamma_gamma.fit(self.x, self.spend, most=0.3)
        assert model is not None and reason is None
        return model

    def __hash__(self) -> int:
        return id(self)


@cache
def _fit_bgnbd(data: Cdnow) -> bgnbd.BgNbd:
    return bgnbd.fit(bgnbd.collapse(data.x, data.t_x, data.T))


@cache
def _fit_pareto(data: Cdnow) -> pareto_nbd.ParetoNbd:
    return pareto_nbd.fit(bgnbd.collapse(data.x, data.t_x, data.T))


@cache
def summary() -> Cdnow:
    """The summary file inside the test package, which is found and not imported."""
    package = find_spec("lifetimes")
    origin = package.origin if package else None
    if origin is None:
        missing("the lifetimes package", "not installed")
    path = Path(origin).parent / "datasets" / "cdnow_customers_summary_with_transactions.csv"
    rows = np.loadtxt(path, delimiter=",", skiprows=1)
    return Cdnow(*(rows[:, column] for column in (1, 2, 3, 4)))


def sales(path: Path) -> Iterator[tuple[str, date, float]]:
    """Customer, day and money of each row of a raw log."""
    with gzip.open(path, "rt", encoding="ascii") as lines:
        for line in csv.reader(lines, delimiter=" ", skipinitialspace=True):
            cells = [cell for cell in line if cell]
            if len(cells) >= 4 and cells[0] != "customer_id":
                day = cells[-3]
                yield cells[-4], date(int(day[:4]), int(day[4:6]), int(day[6:])), float(cells[-1])


@pytest.fixture(scope="session")
def raw(shared: Path) -> list[tuple[str, date, float]]:
    return list(sales(shared / "cdnow" / "CDNOW_sample.txt.gz"))


@pytest.fixture(scope="session")
def logged(raw: list[tuple[str, date, float]], tmp_path_factory: pytest.TempPathFactory) -> Cdnow:
    """The same sample, counted from the raw log by the product's own query."""
    invoices = [{"account_id": customer, "date": str(day), "amount": f"{money:.2f}"} for customer, day, money in raw]
    portfolio = build(tmp_path_factory.mktemp("cdnow"), as_of=CALIBRATED, invoices=invoices)
    bought = lifetime_orders.purchases(portfolio)
    after: dict[str, set[date]] = {}
    for customer, day, _money in raw:
        if day > CALIBRATED:
            after.setdefault(customer, set()).add(day)
    accounts = bought.accounts.to_pylist()
    order = np.argsort(accounts)
    later = np.array([len(after.get(account, ())) for account in accounts])
    return Cdnow(*(part[order] for part in (bought.x, bought.t_x, bought.T, bought.spend, later)))


@pytest.fixture
def data(request: pytest.FixtureRequest) -> Cdnow:
    if request.param == "summary":
        return summary()
    found: Cdnow = request.getfixturevalue("logged")
    return found


def by_orders(data: Cdnow, values: Any) -> list[float]:
    """Means by repeat purchases 0 to 6, and 7 or more."""
    return [float(values[np.minimum(data.x, 7) == count].mean()) for count in range(8)]


ORDERS: dict[str, Callable[..., Any]] = {
    "counts": lambda d: (d.x.sum(), (d.x == 0).sum(), (d.x > 0).sum(), len(d.x)),
    "bgnbd_parameters": lambda d: (d.bgnbd.r, d.bgnbd.alpha, d.bgnbd.a, d.bgnbd.b),
    "bgnbd_likelihood": lambda d: d.bgnbd.log_likelihood,
    "bgnbd_new": lambda d, weeks: bgnbd.expected_new(d.bgnbd, weeks),
    "bgnbd_ahead": lambda d, t, x, t_x, T: bgnbd.expected(d.bgnbd, t, x=x, t_x=t_x, T=T),  # noqa: N803
    "bgnbd_alive": lambda d, x, t_x, T: bgnbd.alive(d.bgnbd, x, t_x, T),  # noqa: N803
    "bgnbd_holdout": lambda d: by_orders(d, bgnbd.expected(d.bgnbd, 39, x=d.x, t_x=d.t_x, T=d.T)),
    "pareto_parameters": lambda d: (d.pareto.r, d.pareto.alpha, d.pareto.s, d.pareto.beta),
    "pareto_likelihood": lambda d: d.pareto.log_likelihood,
    "pareto_new": lambda d, weeks: pareto_nbd.expected_new(d.pareto, weeks),
    "pareto_ahead": lambda d, t, x, t_x, T: pareto_nbd.expected(d.pareto, t, x=x, t_x=t_x, T=T),  # noqa: N803
    "pareto_alive": lambda d, x, t_x, T: pareto_nbd.alive(d.pareto, x, t_x, T),  # noqa: N803
    "pareto_holdout": lambda d: by_orders(d, pareto_nbd.expected(d.pareto, 39, x=d.x, t_x=d.t_x, T=d.T)),
    "dert": lambda d, x, t_x, T: pareto_nbd.residual(d.pareto, x=x, t_x=t_x, T=T, delta=DELTA),  # noqa: N803
    "spend_parameters": lambda d: (d.gamma.p, d.gamma.q, d.gamma.v),
    "spend_likelihood": lambda d: d.gamma.log_likelihood,
    "correlation": lambda d: gamma_gamma.correlation(d.x, d.spend),
    "first_ten": lambda d: gamma_gamma.expected(d.gamma, d.x[:10], d.spend[:10]),
    "spend_of": lambda d, x, mean: gamma_gamma.expected(d.gamma, x, mean),
    "clv": lambda d, margin: (
        margin
        * float(gamma_gamma.expected(d.gamma, d.x[0], d.spend[0]))
        * float(pareto_nbd.residual(d.pareto, x=d.x[0], t_x=d.t_x[0], T=d.T[0], delta=DELTA))
    ),
}


@pytest.mark.parametrize("data", SOURCES, indirect=True)
@pytest.mark.parametrize("case", named(CASES["orders"]))
def test_orders(case: dict[str, Any], data: Cdnow) -> None:
    check(ORDERS[case["call"]](data, *case.get("given", [])), case)


@pytest.mark.parametrize("case", named(CASES["published"]))
def test_published_parameters(case: dict[str, Any]) -> None:
    n, weeks = case["given"]
    check(bgnbd.probability(bgnbd.BgNbd(0.243, 4.414, 0.793, 2.426, 0.0), n, t=weeks), case)


@pytest.mark.shared
def test_reference_the_raw_log_holds_what_the_paper_says(raw: list[tuple[str, date, float]], logged: Cdnow) -> None:
    told = CASES["log"]
    until = [row for row in raw if row[1] <= CALIBRATED]
    days = {(customer, day) for customer, day, _money in raw}
    assert len(raw) == told["rows"] and len(raw) - len(days) == told["duplicates"]
    assert sum(money == 0 for _customer, _day, money in raw) == told["without_money"]
    assert [logged.T.min(), logged.T.max()] == pytest.approx(told["ages"], abs=0.005)
    assert logged.holdout.sum() == told["holdout_purchases"]
    assert by_orders(logged, logged.holdout) == pytest.approx(told["holdout"], abs=5e-4)
    assert len(until) - len(logged.x) == told["unmerged"]  # trap 19: what days left apart would have given


@pytest.mark.shared
def test_the_raw_log_and_the_summary_agree_customer_by_customer(logged: Cdnow) -> None:
    for name, off in (("x", 0), ("t_x", 0.0051), ("T", 0.0051), ("spend", 0.0051)):
        assert np.abs(getattr(logged, name) - getattr(summary(), name)).max() <= off, name


def test_likelihoods_agree_with_the_formula_written_out() -> None:
    from scipy.special import gammaln

    x, t_x, T = np.array([0.0, 1, 4]), np.array([0.0, 3, 20]), np.array([30.0, 30, 21])
    r, alpha, a, b = 0.5, 6.0, 0.9, 2.0
    stay = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x) - (r + x) * np.log(alpha + T)
    leave = np.log(a) - np.log(b + x - 1) + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    leave -= (r + x) * np.log(alpha + t_x)
    each = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.log(np.exp(stay) + (x > 0) * np.exp(leave))
    weighted = bgnbd.collapse(np.repeat(x, [3, 1, 2]), np.repeat(t_x, [3, 1, 2]), np.repeat(T, [3, 1, 2]))
    assert len(weighted.x) == 3 and weighted.clients == 6 and weighted.repeaters == 3
    found = bgnbd.log_likelihood(bgnbd.BgNbd(r, alpha, a, b, 0.0), weighted)
    assert found == pytest.approx(float(each @ [3, 1, 2]), rel=1e-12)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    from scipy.optimize import approx_fprime

    data = summary()
    orders, point = bgnbd.collapse(data.x, data.t_x, data.T), np.array([-1.0, 0.5, 0.2, 0.7])
    table = bgnbd._Table(orders, 30.0)
    assert table.loss(point)[1] == pytest.approx(approx_fprime(point, lambda p: table.loss(p)[0], 1e-7), abs=1e-5)
    spend = gamma_gamma._Table(data.x[data.x > 0], data.spend[data.x > 0] / 30)
    assert spend.loss(point[:3])[1] == pytest.approx(
        approx_fprime(point[:3], lambda p: spend.loss(p)[0], 1e-7), abs=1e-5
    )


def test_probabilities_of_counts_sum_to_one_and_to_the_expectation() -> None:
    model = bgnbd.BgNbd(0.243, 4.414, 0.793, 2.426, 0.0)
    each = np.array([bgnbd.probability(model, n, t=39) for n in range(300)])
    assert each.sum() == pytest.approx(1, abs=1e-9)
    assert each @ np.arange(300) == pytest.approx(float(bgnbd.expected_new(model, 39)), rel=1e-6)


def test_heavy_buyers_do_not_overflow() -> None:
    x, t_x, T = np.array([2000.0, 2000, 0]), np.array([100.0, 1, 0]), np.array([100.0, 500, 500])
    for found in (
        bgnbd.expected(bgnbd.BgNbd(0.24, 4.4, 0.79, 2.4, 0.0), 260, x=x, t_x=t_x, T=T),
        pareto_nbd.expected(pareto_nbd.ParetoNbd(0.55, 10.6, 0.6, 11.7, 0.0), 260, x=x, t_x=t_x, T=T),
        pareto_nbd.expected(pareto_nbd.ParetoNbd(0.55, 4.0, 0.6, 11.7, 0.0), 260, x=x, t_x=t_x, T=T),
    ):
        assert np.isfinite(found).all() and (found >= 0).all()


@pytest.mark.parametrize(
    ("a", "horizon"),
    [(0.4, 1), (0.4, 260), (1.0, 260), (3.0, 1), (3.0, 3000), (60.0, 260), (60.0, 3000), (400.0, 3000)],
)
def test_expectations_hold_where_the_series_overflow(a: float, horizon: float) -> None:
    model = bgnbd.BgNbd(2.0, 1.0, a, 800.0, 0.0)
    found = bgnbd.expected(model, horizon, x=np.array([1.0, 5, 300]), t_x=5.0, T=5.0)
    each = np.array([bgnbd.probability(model, n, t=horizon) for n in range(8000)])
    assert each @ np.arange(8000) <= float(bgnbd.expected_new(model, horizon)) * (1 + 1e-3)
    if each.sum() > 1 - 1e-9:
        assert float(bgnbd.expected_new(model, horizon)) == pytest.approx(float(each @ np.arange(8000)), rel=1e-3)
    assert np.isfinite(found).all() and (np.diff(found) > 0).all() and (found > 0).all()


def test_discounted_orders_are_the_sum_of_discounted_steps() -> None:
    model = bgnbd.BgNbd(0.243, 4.414, 0.793, 2.426, 0.0)
    orders = bgnbd.collapse([2, 2, 0, 5], [30, 12, 0, 20], [38, 38, 38, 30])
    weeks = [4.0, 8.0, 12.0]
    reached = [bgnbd.expected(model, week, x=orders.x, t_x=orders.t_x, T=orders.T) for week in weeks]
    steps = np.diff(np.stack([np.zeros(4), *reached]), axis=0)
    by_hand = sum(step / 1.01**period for period, step in enumerate(steps, start=1))
    found = bgnbd.discounted(model, orders, weeks=weeks, discount=0.01)
    assert found.tolist() == pytest.approx(np.asarray(by_hand).tolist(), rel=1e-9)


def test_spend_that_rises_with_frequency_is_refused() -> None:
    x = np.arange(1, 101, dtype=float)
    model, reason = gamma_gamma.fit(x, 10 * x, most=0.3)
    assert model is None and reason is gamma_gamma.DEPENDENT


def invoices(customers: int, *, repeats: int) -> list[dict[str, Any]]:
    """Orders of a generated shop over a year, whole units of money; only so many of its customers buy again."""
    generator, rows, again = np.random.default_rng(11), [], 0
    for place in range(customers):
        start, stay = int(generator.integers(0, 120)), generator.beta(1, 3)
        gap, spend = 1 / generator.gamma(1.5, 1 / 20), generator.gamma(4, 20)
        days, now = [start], start + 1 + generator.exponential(gap)
        while again < repeats and now < 360 and (len(days) == 1 or generator.random() > stay):
            days.append(int(now))
            now += 1 + generator.exponential(gap)
        again += len(days) > 1
        for day in days:
            amount = 10 + round(spend * generator.gamma(3, 1 / 3))
            when = date(2025, 1, 1) + timedelta(days=day)
            rows.append({"account_id": f"c{place:04}", "date": str(when), "amount": amount})
    return rows


def test_orders_are_valued_by_the_models_and_the_accounts_sum_to_it(tmp_path: Path) -> None:
    portfolio = build(tmp_path, profile="repeat", invoices=invoices(800, repeats=800))
    [found] = metrics.compute(portfolio, "ltv")
    assert found.status == "ok" and found.n == 800 and found.convention == "bgnbd"
    assert found.flags == ("revenue_not_margin",) and found.value is not None and float(found.value) > 0
    values = account_values(portfolio, "ltv")
    assert len(values) == 800
    assert sum(float(value) for value in values.values()) / 800 == pytest.approx(float(found.value), abs=0.01)


@pytest.mark.parametrize(("repeats", "status"), [(299, "insufficient"), (29, "undefined")])
def test_few_repeaters_are_told(repeats: int, status: str, tmp_path: Path) -> None:
    portfolio = build(tmp_path, profile="repeat", invoices=invoices(600, repeats=repeats))
    [found] = metrics.compute(portfolio, "ltv")
    assert found.status == status and found.reason is not None
    assert not account_values(portfolio, "ltv")


def test_names_order_of_rows_and_lines_of_one_day_change_no_value(tmp_path: Path) -> None:
    rows = invoices(500, repeats=500)
    split = [{**row, "amount": float(part)} for row in rows for part in (row["amount"] - 5, 5)]
    renamed = [{**row, "account_id": f"x{hash_of(row['account_id'])}"} for row in split]
    plain = metrics.reading(build(tmp_path / "a", profile="repeat", invoices=rows), "ltv")
    other = metrics.reading(build(tmp_path / "b", profile="repeat", invoices=renamed[::-1]), "ltv")
    assert other.value == plain.value and other.n == plain.n == 500


def hash_of(name: str) -> int:
    return (int(name[1:]) * 7919) % 10007


def test_a_day_of_returns_is_no_purchase_and_nothing_is_before_the_first(tmp_path: Path) -> None:
    given = [("A", "2026-01-01", 100), ("A", "2026-01-15", 60), ("A", "2026-01-15", -10), ("A", "2026-01-29", 0)]
    given += [("A", "2026-02-12", -40), ("B", "2026-01-08", -5), (None, "2026-01-08", 9)]
    rows = [{"account_id": account, "date": day, "amount": amount} for account, day, amount in given]
    portfolio = build(tmp_path, as_of=date(2026, 2, 26), profile="repeat", invoices=rows)
    bought = lifetime_orders.purchases(portfolio)
    assert bought.accounts.to_pylist() == ["A"] and bought.x.tolist() == [2]
    assert bought.t_x.tolist() == [4] and bought.T.tolist() == [8]
    assert bought.paid_days.tolist() == [1] and bought.spend.tolist() == [50]
    assert bought.rows.used == 4 and sum(bought.rows.left_out.values()) == 3


def test_a_margin_scales_the_value_of_orders(tmp_path: Path) -> None:
    rows = invoices(500, repeats=500)
    names = sorted({row["account_id"] for row in rows})
    accounts = [{"account_id": name, "name": name, "margin": 0.25} for name in names]
    whole = metrics.reading(build(tmp_path / "a", profile="repeat", invoices=rows), "ltv")
    part = metrics.reading(build(tmp_path / "b", profile="repeat", invoices=rows, accounts=accounts), "ltv")
    assert part.flags == () and float(part.value or 0) == pytest.approx(float(whole.value or 0) / 4, rel=1e-9)


def contracts(cohort: int, *, months: int, churn: float) -> list[dict[str, Any]]:
    """Cohorts of every month of 2025 that lose the same share, in whole clients, every month."""
    rows = []
    for month in range(months):
        start = date(2024 + (month // 12), month % 12 + 1, 1)
        left, number = float(cohort), 0
        for age in range(1, months - month):
            after = left * (1 - churn)
            for _client in range(round(left) - round(after)):
                end = date(start.year + (start.month - 1 + age) // 12, (start.month - 1 + age) % 12 + 1, 1)
                rows.append(subscription(f"m{month}n{number}", str(start), 100, end=str(end)))
                number += 1
            left = after
        rows += [subscription(f"m{month}k{number}", str(start), 100) for number in range(round(left))]
    return rows


def test_models_agree_with_the_closed_form_where_every_client_is_alike(tmp_path: Path) -> None:
    portfolio = build(tmp_path, as_of=date(2025, 12, 31), subscriptions=contracts(200, months=24, churn=0.05))
    closed = forms.discounted(100, 0.05, discount_year=0.10, months=60)
    found = {
        key: metrics.compute(portfolio, "ltv", convention=key)[0] for key in ("discounted", "sbg", "survival", "markov")
    }
    assert float(found["discounted"].value or 0) == pytest.approx(closed, rel=0.01)
    assert float(found["sbg"].value or 0) == pytest.approx(closed, rel=0.02)
    assert float(found["markov"].value or 0) == pytest.approx(closed, rel=0.01)
    seen = forms.discounted(100, 0.05, discount_year=0.10, months=24)
    assert float(found["survival"].value or 0) == pytest.approx(seen, rel=0.01)
    assert found["survival"].status == "partial" and found["survival"].coverage == 0.4


def two_plans() -> dict[str, list[dict[str, Any]]]:
    """A hundred clients at 100 of whom ten leave in January, a hundred at 1000 of whom one does; as many come."""
    rows, accounts = [], []
    for plan, price, lost in (("small", 100, 10), ("large", 1000, 1)):
        for place in range(100 + lost):
            name = f"{plan}{place:03}"
            start = "2026-01-15" if place >= 100 else "2025-01-01"
            rows.append(subscription(name, start, price, end="2026-01-20" if place < lost else None))
            accounts.append({"account_id": name, "name": name, "plan": plan})
    return {"subscriptions": rows, "accounts": accounts}


def test_reference_segments_are_valued_apart_and_then_weighted(tmp_path: Path) -> None:
    portfolio = build(tmp_path, as_of=date(2026, 1, 31), **two_plans())
    january = Window(date(2026, 1, 1), date(2026, 2, 1))
    blended = metrics.reading(portfolio, "ltv", window=january, kind="simple")
    found = metrics.compute(portfolio, "ltv", window=january, convention="segmented")
    apart = next(item for item in found if item.scope.get("kind") == "segmented_simple")
    small, large = (forms.monthly_churn(share, days=31) for share in (0.10, 0.01))
    assert float(apart.value or 0) == pytest.approx((100 / small + 1000 / large) / 2, rel=1e-9)
    assert float(blended.value or 0) == pytest.approx(550 / forms.monthly_churn(0.055, days=31), rel=1e-9)
    month = {"days": forms.MONTH_DAYS}  # in a month of 365/12 days: the figures of the spec
    of_month = [price / forms.monthly_churn(share, **month) for price, share in ((100, 0.10), (1000, 0.01))]
    assert sum(of_month) / 2 == pytest.approx(50_500) and 550 / forms.monthly_churn(0.055, **month) == pytest.approx(
        1e4
    )


def test_a_client_is_valued_at_the_churn_of_its_plan(tmp_path: Path) -> None:
    portfolio = build(tmp_path, as_of=date(2026, 1, 31), **two_plans())
    values = account_values(portfolio, "ltv")
    assert len(values) == 200
    for name, price, share in (("small050", 100, 0.10), ("large050", 1000, 0.01)):
        churn = forms.monthly_churn(share, days=365)
        expected = forms.discounted(price, churn, discount_year=0.10, months=60)
        assert float(values[name]) == pytest.approx(expected, abs=0.006)


def test_the_interval_covers_the_value_and_many_clients_agree_with_few() -> None:
    generator = np.random.default_rng(3)
    lost = (generator.random(4000) < 0.2).astype(float)
    money = np.where(lost > 0, 0.0, generator.choice([50.0, 100.0, 300.0], size=4000))

    def value(mean: Any, share: Any) -> Any:
        return mean / share

    few, method = forms.Sample.of(np.ones(4000), lost, money).interval(value)
    twice = [np.concatenate([part, part]) for part in (np.ones(4000), lost, money)]
    many, other = forms.Sample.of(*twice).interval(value)
    assert few is not None and many is not None and method != other == "linearised"
    middle = money.sum() / (money > 0).sum() / lost.mean()
    assert few[0] < middle < few[1] and many[0] < middle < many[1]
    assert (few[1] - few[0]) / (many[1] - many[0]) == pytest.approx(2**0.5, rel=0.05)


def test_a_wide_interval_is_not_stated(tmp_path: Path) -> None:
    rows = [
        subscription(f"a{place}", "2024-01-01", 100, end="2025-06-01" if place == 0 else None) for place in range(40)
    ]
    found = metrics.reading(build(tmp_path, as_of=date(2025, 12, 31), subscriptions=rows), "ltv", kind="simple")
    assert found.n == 40 and found.status == "insufficient" and found.value is not None


def test_a_group_of_buyers_has_the_mean_of_its_clients(tmp_path: Path) -> None:
    rows = invoices(800, repeats=800)
    names = sorted({row["account_id"] for row in rows})
    accounts = [{"account_id": name, "name": name, "plan": "AB"[place % 4 == 0]} for place, name in enumerate(names)]
    portfolio = build(tmp_path, profile="repeat", invoices=rows, accounts=accounts)
    values = account_values(portfolio, "ltv")
    for found in metrics.compute(portfolio, "ltv", by="plan"):
        inside = [float(values[row["account_id"]]) for row in accounts if row["plan"] == found.scope["group"]]
        assert found.n == len(inside) and found.value == pytest.approx(sum(inside) / len(inside), abs=0.01)


def test_clients_of_the_first_month_of_invoices_have_no_known_start(tmp_path: Path) -> None:
    rows = []
    for place in range(6):
        for month in range(place // 2, 6 if place % 2 else 4):
            day = date(2025, 1 + month, 1)
            last = date(2025, 2 + month, 1) - timedelta(days=1)
            line = {"account_id": f"a{place}", "date": str(day), "amount": 100}
            rows.append({**line, "service_start": str(day), "service_end": str(last)})
    portfolio = build(tmp_path, as_of=date(2025, 6, 30), invoices=rows)
    window = Window(date(2025, 4, 1), date(2025, 7, 1))
    [found] = metrics.compute(portfolio, "ltv", window=window, convention="survival")
    assert found.rows.used == 4 and found.rows.left_out == {"start unknown": 2}
    kept = [1, 1, 3 / 4, 1 / 2, 1 / 2]  # of the four one leaves at the second renewal, and one of three at the third
    by_hand = sum(100 * share / 1.1 ** (month / 12) for month, share in enumerate(kept))
    assert float(found.value or 0) == pytest.approx(by_hand, rel=1e-9)
