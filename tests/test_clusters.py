"""Clusters: the Iris check, the choice of their number, refusal, and the segmentation built on them."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.portfolios import build
from tools.errors import UserError
from tools.models.clusters import Clusters, explore, fit_scaler, gap_pick, scan
from tools.policy import Policy
from tools.segments import assign, impossible
from tools.text import Text

POLICY = Policy()


def _money(rows: Any) -> Any:
    return rows[:, -1]


def _three(n: int, seed: int = 1) -> Any:
    generator = np.random.default_rng(seed)
    kinds = np.arange(n) % 3
    recency = np.array([15.0, 120.0, 300.0])[kinds] + generator.normal(0, 10, n)
    orders, money = (np.exp(np.array(level)[kinds] + generator.normal(0, 0.2, n)) for level in ([3, 2, 0.5], [9, 7, 5]))
    return np.column_stack([recency, orders, money])


def _explore(rows: Any) -> Clusters | Text:
    return explore(rows, ("recency", "orders", "money"), POLICY, logged=(False, True, True), money=_money)


def test_reference_iris() -> None:
    from sklearn.datasets import load_iris

    rows = load_iris().data
    trials = scan(rows, range(2, 7))
    assert [trial.inertia for trial in trials] == pytest.approx([152.348, 78.851, 57.228, 46.446, 39.040], abs=1e-3)
    assert [trial.silhouette for trial in trials] == pytest.approx([0.6810, 0.5528, 0.4981, 0.4887, 0.3648], abs=1e-4)
    calinski = [trial.calinski_harabasz for trial in trials]
    assert calinski == pytest.approx([513.92, 561.63, 530.77, 495.54, 473.85], abs=5e-3)
    by_silhouette = max(trials, key=lambda trial: trial.silhouette).k
    by_calinski = max(trials, key=lambda trial: trial.calinski_harabasz).k
    assert (by_silhouette, by_calinski) == (2, 3)  # the criteria do disagree
    assert gap_pick(rows, trials) not in (by_silhouette, 1)
    assert trials[0].stability > 0.95 and trials[0].smallest == pytest.approx(53 / 150)


def test_three_clear_groups_are_found_ordered_by_money_and_frozen() -> None:
    rows = _three(240)
    found = _explore(rows)
    assert isinstance(found, Clusters) and found.k == 3 and found.agree
    assert (found.labels == np.arange(240) % 3).all()  # the first kind pays most
    assert (found.assign(rows) == found.labels).all()
    assert found.assign(np.array([[290.0, 2.0, 140.0]])).tolist() == [2]


def test_neither_order_nor_repetition_changes_a_partition() -> None:
    rows = _three(240)
    shuffle = np.random.default_rng(9).permutation(240)
    first, second = _explore(rows), _explore(rows[shuffle])
    assert isinstance(first, Clusters) and isinstance(second, Clusters)
    assert (first.labels[shuffle] == second.labels).all()
    assert np.array_equal(first.centroids, second.centroids)


def test_few_accounts_are_refused() -> None:
    assert isinstance(_explore(_three(99)), Text)


def test_one_cloud_is_not_cut_without_saying_so() -> None:
    cloud = np.random.default_rng(2).normal(size=(150, 3)) * 10 + 500
    found = explore(cloud, ("a", "b", "c"), POLICY, logged=(False,) * 3, money=_money)
    assert isinstance(found, Text) or (not found.agree and found.picks["gap"] == 1)


def test_a_feature_that_does_not_vary_and_an_outlier_do_no_harm() -> None:
    rows = _three(240)
    rows[0, 2] = 1e12
    scaler = fit_scaler(
        np.column_stack([rows, np.ones(240)]), ("r", "f", "m", "one"), logged=(False, True, True, False)
    )
    scaled = scaler(np.column_stack([rows, np.ones(240)]))
    assert np.isfinite(scaled).all() and np.abs(scaled).max() < 5
    assert scaler.natural(scaled)[1, :3] == pytest.approx(rows[1], rel=0.2)


def _orders(accounts: int) -> list[dict[str, Any]]:
    last = date(2026, 6, 30)
    rows = []
    for place in range(accounts):
        recency, orders, amount = ((5, 12, 9000), (90, 4, 900), (300, 1, 90))[place % 3]
        for order in range(orders):
            day = last - timedelta(days=recency + place % 7 + order * 4)
            rows.append(
                {
                    "account_id": f"c{place:03}",
                    "document": f"{place}-{order}",
                    "date": str(day),
                    "amount": amount + place,
                }
            )
    return rows


def test_every_client_of_dated_orders_is_in_one_cluster(tmp_path: Path) -> None:
    accounts = [{"account_id": "idle", "name": "idle"}]
    portfolio = build(tmp_path, as_of=date(2026, 6, 30), profile="repeat", invoices=_orders(180), accounts=accounts)
    found = assign(portfolio, "clusters")
    assert sum(int(group.accounts.value or 0) for group in found.groups) == 181
    assert found.segment_of["idle"] == "outside"
    assert found.segment_of["c000"] == "cluster_a" and "крупные" in found.groups[0].title.ru
    why = next(iter(found.members("cluster_a"))).why
    assert {item.value for item in why.readings} >= {12}
    kinds = {item.scope["kind"] for item in found.edges}
    assert {"centroid", "silhouette", "stability", "smallest", "shown", "best_by_gap"} <= kinds


def test_a_table_of_amounts_without_dates_is_grouped_by_them(tmp_path: Path) -> None:
    traits = []
    for place in range(120):
        milk, paper = (20000 + 37 * place, 40 + place) if place % 2 else (300 + place, 9000 + 29 * place)
        traits += [
            {"account_id": f"c{place}", "name": "Milk", "value": str(milk), "number": milk},
            {"account_id": f"c{place}", "name": "Paper", "value": str(paper), "number": paper},
            {"account_id": f"c{place}", "name": "Channel", "value": "1", "number": place % 2 + 1},
        ]
    found = assign(build(tmp_path, traits=traits), "clusters")
    assert [group.title.en for group in found.groups] == ["A: much Milk", "B: much Paper"]
    assert [group.accounts.value for group in found.groups] == [60, 60]


def test_without_orders_or_amounts_it_says_why(tmp_path: Path) -> None:
    portfolio = build(tmp_path, accounts=[{"account_id": "a", "name": "a"}])
    assert impossible(portfolio, "clusters") is not None
    with pytest.raises(UserError):
        assign(portfolio, "clusters")


@pytest.mark.shared
def test_reference_wholesale_clusters_say_that_the_criteria_disagree(shared: Path, tmp_path: Path) -> None:
    from agent.assistant import Assistant
    from agent.settings import Settings
    from tools.snapshot import open_portfolio

    assistant = Assistant.open(Settings(home=tmp_path, llm_base_url=None))
    loaded = assistant.load(str(shared / "wholesale_uci"))
    found = assign(open_portfolio(tmp_path, loaded.snapshot), "clusters")
    assert sum(int(group.accounts.value or 0) for group in found.groups) == 440
    assert {note.id for note in found.notes} == {"clusters.rule", "clusters.disagree"}


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    modules = (
        "tools.segments.clusters, tools.models.survival, tools.models.client_survival, tools.comparison, tools.stats"
    )
    program = f"import sys, {modules}; print({{'sklearn', 'lifelines', 'scipy', 'pandas'}} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
