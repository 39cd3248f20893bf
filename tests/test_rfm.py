"""RFM: figures and scores, the planner, and the moves between two days by former and by moved bounds."""

import csv
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.portfolios import build
from tools import metrics
from tools.conform import conform
from tools.portfolio import Portfolio
from tools.segments import assign, migration, planner, rfm, scores
from tools.sources import read

DAY = date(2026, 6, 30)
HERE = Path(__file__).parent / "cases"
CASES = yaml.safe_load((HERE / "rfm.yaml").read_text("utf-8"))


def base(home: Path, lines: list[list[Any]], *, as_of: date = DAY) -> Portfolio:
    """A portfolio of invoice lines [account, date, amount, document]."""
    names = ("account_id", "date", "amount", "document")
    rows = [dict(zip(names, [line[0], str(line[1]), *line[2:3], *map(str, line[3:])], strict=False)) for line in lines]
    return build(home, as_of=as_of, profile="repeat", invoices=rows)


def lines_of(case: dict[str, Any]) -> list[list[Any]]:
    repeated = [
        [account, DAY, 10, f"{account}{place}"]
        for account, times in case.get("repeat", {}).items()
        for place in range(times)
    ]
    return [*case.get("invoices", []), *repeated]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join([*case.get("marks", []), case["name"]]))
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    found = scores.scored(base(tmp_path, lines_of(case)))
    table = {row["account_id"]: row for row in found.table.to_pylist()}
    for account, expected in case.get("rows", {}).items():
        row = table[account]
        assert [row["recency_days"], row["orders"], row["money"]] == expected[:3], account
        assert (row["cell"] == "inactive") == ("inactive" in expected)
    for letter, expected in case.get("scores", {}).items():
        assert found.column(letter).tolist() == expected
    for name, expected in case.get("edges", {}).items():
        assert found.edges[name] == pytest.approx(tuple(expected))
    for letter, number in case.get("empty", []):
        assert (letter, number) in rfm.empty_scores(found)


def test_trap_39_a_document_that_stands_twice_counts_once_in_frequency_and_money(tmp_path: Path) -> None:
    lines = "".join(f"B{place},{place},2026-06-06,1\n" for place in range(30))
    text = f"Client,Invoice,Date,Amount\nA,X1,2026-06-05,10\nA,X1,2026-06-05,10\n{lines}"
    (tmp_path / "orders.csv").write_text(text)
    load = conform(read(tmp_path / "orders.csv"))
    assert "duplicate_document" in {problem.code for problem in load.problems}
    portfolio = build(tmp_path, as_of=DAY, profile="repeat", invoices=_plain(load.data["invoices"].to_pylist()))
    row = scores.rfm_table(portfolio).to_pylist()[0]
    assert (row["account_id"], row["orders"], row["money"]) == ("A", 1, 10)


def _plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in ("account_id", "document", "date", "amount")} for row in rows]


def package_orders(home: Path) -> Portfolio:
    """`rfm_data_orders` of R's package rfm (MIT, Aravind Hebbali), by customer, written out as orders again."""
    day = date(2006, 12, 31)
    lines: list[list[Any]] = []
    with (HERE / "rfm_data_orders.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            last, orders, money = day - timedelta(days=int(row["recency"])), int(row["orders"]), int(row["money"])
            lines.append([row["account"], last, money - orders + 1, f"{row['account']}/0"])
            lines += [[row["account"], last, 1, f"{row['account']}/{place}"] for place in range(1, orders)]
    return base(home, lines, as_of=day)


def test_reference_rfm_data_orders(tmp_path: Path) -> None:
    portfolio = package_orders(tmp_path)
    found = scores.scored(portfolio, scores.span_of(portfolio, scores.RULES["whole_file_gross"]), rule="quintile")
    assert found.active == 995 and int(found.column("orders").sum()) == 4906
    assert found.edges["recency_days"] == pytest.approx((114, 180, 296.4, 481))
    assert found.edges["orders"] == pytest.approx((3, 4, 5, 7))
    assert found.edges["money"] == pytest.approx((254.8, 381, 505.4, 665))
    cells = {row["account_id"]: row["cell"] for row in found.table.to_pylist()}
    named = ("Abbey O'Reilly", "Add Senger", "Aden Lesch", "Aden Murphy", "Admiral Senger")
    assert [cells[name] for name in named] == ["343", "412", "323", "544", "433"]


def test_reference_the_package_scores_a_few_clients_otherwise(tmp_path: Path) -> None:
    portfolio = package_orders(tmp_path)
    found = scores.scored(portfolio, scores.span_of(portfolio, scores.RULES["whole_file_gross"]), rule="quintile")
    counts = {"r": [197, 200, 199, 199, 200], "f": [268, 187, 176, 244, 120], "m": [200, 200, 198, 202, 195]}
    for (letter, expected), (name, differ) in zip(
        counts.items(), {"recency_days": 1, "orders": 0, "money": 2}.items(), strict=True
    ):
        values = found.column(name)
        above = (values[:, None] >= np.asarray(found.edges[name])[None, :] + 1).sum(axis=1)
        package = 5 - above if letter == "r" else 1 + above
        assert [int((package == score).sum()) for score in range(1, 6)] == expected, letter
        assert int((package != found.column(letter)).sum()) == differ, letter


def test_reference_edges_of_a_known_column(tmp_path: Path) -> None:
    mpg = (21.0, 21.0, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4, 14.7, 32.4,
           30.4, 33.9, 21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26.0, 30.4, 15.8, 19.7, 15.0, 21.4)  # fmt: skip
    lines = [[f"c{place:02d}", DAY, value, place] for place, value in enumerate(mpg)]
    edges = scores.scored(base(tmp_path, lines), rule="quintile").edges["money"]
    assert [edge + 1 for edge in edges] == pytest.approx([16.20, 18.92, 22.00, 25.08])


def test_reference_the_popular_ten_segments_are_no_partition_and_ours_are() -> None:
    recency = list(zip((5, 3, 2, 3, 4, 1, 1, 1, 2, 1), (5, 5, 4, 4, 5, 2, 2, 3, 3, 1), strict=True))
    orders = list(zip((5, 3, 2, 1, 1, 3, 2, 3, 1, 1), (5, 5, 4, 3, 3, 4, 5, 5, 3, 5), strict=True))
    money = list(zip((5, 2, 2, 3, 1, 4, 4, 3, 1, 1), (5, 5, 4, 5, 5, 5, 5, 5, 4, 5), strict=True))
    held = [
        sum(
            all(low <= score <= high for score, (low, high) in zip(cell, bounds, strict=True))
            for bounds in zip(recency, orders, money, strict=True)
        )
        for cell in product(range(1, 6), repeat=3)
    ]
    assert (held.count(0), held.count(1), sum(2 <= times <= 5 for times in held)) == (10, 57, 58)
    for r, f, m, once in product(range(1, 5), range(1, 5), range(1, 5), (1, 2)):
        assert rfm.cell(r, f, m, once) in rfm.TITLES


def test_reference_online_retail_by_the_rule_of_its_truth_file(shared: Path, tmp_path: Path) -> None:
    from tests.test_audit import load

    portfolio = load(shared / "online_retail" / "online_retail.parquet", tmp_path, date(2011, 12, 10))
    found = {item.scope.get("kind"): item for item in metrics.compute(portfolio, "rfm", convention="whole_file_gross")}
    assert found[None].value == 4338
    assert found["recency_median"].value == 51
    assert float(found["orders_mean"].value or 0) == pytest.approx(4.27, abs=0.005)
    assert float(found["money_mean"].value or 0) == pytest.approx(2054.27, abs=0.005)
    assert float(found["money_median"].value or 0) == pytest.approx(674.48, abs=0.006)
    default = metrics.reading(portfolio, "rfm")
    assert default.convention == "net_of_returns_12_months" and default.value != 4338


def grown(home: Path, factor: int) -> migration.Migrations:
    """Four clients whose money of a year is multiplied; as recent and as frequent as before."""
    amounts = {"a": 500, "b": 1000, "c": 2000, "d": 3000}
    then = [[account, date(2025, 6, 20), amount, f"{account}1"] for account, amount in amounts.items()]
    now = [[account, date(2026, 6, 20), factor * amount, f"{account}2"] for account, amount in amounts.items()]
    return migration.migrations(base(home, then + now), date(2025, 6, 30), rule="net_of_returns_12_months")


def test_trap_23_reference_everyone_doubles_and_both_answers_are_given(tmp_path: Path) -> None:
    moved = grown(tmp_path, 2)
    frozen, moving = moved.frozen.matrices["m"].counts, moved.moving.matrices["m"].counts
    assert [[j + 1 for j, n in enumerate(row) if n] for row in frozen[:4]] == [[2], [3], [4], [4]]
    assert [[j + 1 for j, n in enumerate(row) if n] for row in moving[:4]] == [[1], [2], [3], [4]]
    assert moved.moving.matrices["m"].rose == 0 and moved.frozen.matrices["m"].rose == 3
    assert migration.RANKS_ONLY in moved.notes and migration.TO_THE_MEAN in moved.notes
    assert (moved.cash_before, moved.cash_after) == (1625, 3250)
    assert moved.frozen.partial["m"] == migration.Share(3, 3), "money four cannot rise"
    assert moved.moving.partial["m"] == migration.Share(0, 3)


def test_nobody_is_told_that_ranks_hide_growth_where_nothing_grew(tmp_path: Path) -> None:
    assert migration.RANKS_ONLY not in grown(tmp_path, 1).notes


def test_new_and_gone_clients_have_their_row_and_column(tmp_path: Path) -> None:
    lines = [
        ["a", "2025-06-20", 10, 1],
        ["b", "2025-06-21", 20, 2],
        ["a", "2026-06-20", 10, 3],
        ["n", "2026-06-21", 9, 4],
    ]
    moved = migration.migrations(base(tmp_path, lines), date(2025, 6, 30), rule="net_of_returns_12_months")
    for matrix in moved.moving.matrices.values():
        assert sum(map(sum, matrix.counts[:4])) == 2 and matrix.counts[4][4] == 0
        assert sum(row[4] for row in matrix.counts) == 1 == sum(matrix.counts[4])
        assert sum(row[j] for row in matrix.counts for j in range(4)) == 2
    assert moved.cash_before == 15 and moved.cash_after == 5 and moved.cash_end == 9.5


amounts = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 700), st.integers(-40, 90).filter(bool)),
    min_size=1,
    max_size=40,
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(rows=amounts, parts=st.sampled_from(["net_of_returns_12_months", "quintile"]))
def test_rows_of_a_matrix_sum_to_the_start_and_columns_to_the_end(
    rows: list[tuple[str, int, int]], parts: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = [[a, DAY - timedelta(days=days), amount, place] for place, (a, days, amount) in enumerate(rows)]
    portfolio = base(tmp_path_factory.mktemp("p"), lines)
    start = date(2025, 12, 31)
    before = scores.scored(portfolio.earlier(start), rule=parts)
    after = scores.scored(portfolio, rule=parts)
    moved = migration.between(before, after, start=start, end=DAY)
    best = before.rule.parts
    for side, letter in product((moved.frozen, moved.moving), scores.LETTERS):
        counts = side.matrices[letter].counts
        assert sum(map(sum, counts[:best])) == before.active
        assert sum(row[j] for row in counts for j in range(best)) == after.active
        assert [sum(row) for row in counts[:best]] == list(before.sizes(letter).values())
    for letter in scores.LETTERS:
        counts = moved.moving.matrices[letter].counts
        assert [sum(row[j] for row in counts) for j in range(best)] == list(after.sizes(letter).values())


@settings(max_examples=25, deadline=None, derandomize=True)
@given(rows=amounts)
def test_what_the_planner_asks_for_lifts_the_score_and_no_less_does(
    rows: list[tuple[str, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = [[a, DAY - timedelta(days=days), amount, place] for place, (a, days, amount) in enumerate(rows)]
    found = scores.scored(base(tmp_path_factory.mktemp("p"), lines))
    asked = {row["account_id"]: row for row in planner.of(found).table.to_pylist()}
    for row in found.table.to_pylist():
        if not row["orders"]:
            assert row["account_id"] not in asked
            continue
        need = asked[row["account_id"]]
        assert need["target"] == f"4{min(row['f'] + 1, 4)}{min(row['m'] + 1, 4)}"
        for letter, name, least in (("f", "orders", 1), ("m", "money", 0.01)):
            lifted = _score(found, name, row[name] + need[name])
            assert lifted > row[letter] or row[letter] == 4 and need[name] == 0
            assert need[name] == 0 or _score(found, name, row[name] + need[name] - least) == row[letter]
        assert (_score(found, "recency_days", row["recency_days"] - need["days"]) == 1) and need["days"] >= 0


def _score(found: scores.Scored, name: str, value: float) -> int:
    return int(scores.score(np.asarray([round(value, 6)]), found.edges[name])[0])


def test_reference_the_planner_names_the_gap_in_money(tmp_path: Path) -> None:
    lines = [["a", DAY, 500, 1], ["b", DAY, 1000, 2], ["c", DAY, 2000, 3], ["d", DAY, 3000, 4]]
    need = planner.plan(base(tmp_path, lines)).table.to_pylist()
    assert [row["money"] for row in need] == pytest.approx([375.01, 500.01, 250.01, 0])
    assert [row["target"] for row in need] == ["422", "423", "424", "424"]


def test_every_account_of_the_base_is_in_one_group(demo: Any) -> None:
    found = assign(demo, "rfm")
    assert (
        len(found.segment_of) == len(demo.accounts()) == sum(int(group.accounts.value or 0) for group in found.groups)
    )
    assert set(found.segment_of.values()) <= {group.key for group in found.groups}


def test_the_moves_of_value_segments_keep_every_client(demo: Any) -> None:
    moves = migration.segment_moves(demo, date(2025, 12, 31))
    then = assign(demo.earlier(date(2025, 12, 31)), "value").segment_of
    assert sum(n for (start, _end), n in moves.counts.items() if start != "new") == len(then)
    assert set(moves.money) == set(then.values())


@settings(max_examples=15, deadline=None, derandomize=True)
@given(rows=amounts, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    rows: list[tuple[str, int, int]], order: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = [[a, DAY - timedelta(days=days), amount, place] for place, (a, days, amount) in enumerate(rows)]
    again = list(lines)
    order.shuffle(again)
    first, second = (scores.rfm_table(base(tmp_path_factory.mktemp("p"), some)) for some in (lines, again))
    assert first.equals(second)
