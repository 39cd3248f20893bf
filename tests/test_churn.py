"""Churn model, leaks, calibration: reference numbers, then properties and the product's own readings."""

import csv
import gzip
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.portfolios import build, subscription
from tools import ledger, metrics, stats
from tools.conform import conform
from tools.load import Load
from tools.models import calibration, churn, design, leak, score, uplift
from tools.models.churn_features import grid, observations
from tools.models.leak import Column, suspects
from tools.models.risk import explain, risk
from tools.policy import Policy
from tools.portfolio import Portfolio
from tools.schema import TABLES
from tools.snapshot import open_portfolio, save
from tools.sources import read

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "models_churn.yaml").read_text("utf-8"))
POLICY = Policy()
CALLS: dict[str, Any] = {
    "weighted": score.weighted,
    "coverage": score.coverage,
    "band": score.band,
    "hanley_mcneil": calibration.hanley_mcneil,
    "auc": calibration.auc,
    "top_lift": calibration.top_lift,
    "brier": calibration.brier,
    "average_precision": calibration.average_precision,
    "first_observation": lambda start, end, months, lead: observations(start, end, months=months, lead=lead)[0],
    "expected_value": uplift.expected_value,
    "of_shares": lambda **given: (found := uplift.of_shares(**given)) and (found.value, *found.interval),
    "difference": lambda **given: uplift.of_shares(**given).value,
    "wald": lambda events, n, control_events, control_n: _wald(events / n, n, control_events / control_n, control_n),
    "per_arm": stats.per_arm,
    "quadrant": uplift.quadrant,
    "qini": uplift.qini,
    "claim_alarm": leak.claim_alarm,
}


@pytest.mark.parametrize("case", [pytest.param(c, id="-".join([*c.get("marks", []), c["name"]])) for c in CASES])
def test_case(case: dict[str, Any]) -> None:
    found, right = CALLS[case["call"]](**case["with"]), case["value"]
    if isinstance(right, list) and isinstance(right[0], date):
        assert list(found) == right
    elif isinstance(right, str | bool):
        assert found == right
    else:
        assert found == pytest.approx(tuple(right) if isinstance(right, list) else right, abs=case.get("within", 1e-9))


def _wald(one: float, n: int, other: float, m: int) -> tuple[float, float]:
    half = stats.Z * (one * (1 - one) / n + other * (1 - other) / m) ** 0.5
    return one - other - half, one - other + half


TELCO = "WA_Fn-UseC_-Telco-Customer-Churn.csv.gz"
NUMBERS = ("tenure", "MonthlyCharges", "TotalCharges", "SeniorCitizen")


@pytest.fixture(scope="module")
def telco(shared: Path) -> tuple[list[Column], Any]:
    """Telco's columns and who left, as the file has them."""
    with gzip.open(shared / "telco" / TELCO, "rt") as file:
        rows = list(csv.DictReader(file))
    columns = [_column(name, rows) for name in rows[0] if name not in ("customerID", "Churn")]
    return columns, np.array([row["Churn"] == "Yes" for row in rows])


def _column(name: str, rows: list[dict[str, str]]) -> Column:
    if name in NUMBERS:
        return Column(name, "number", np.array([float(row[name].strip() or 0) for row in rows]))
    return Column(name, "text", np.array([row[name] for row in rows], dtype=object))


def _five_folds(model: Any, matrix: Any, label: Any) -> tuple[float, float, float]:
    from sklearn.model_selection import StratifiedKFold

    chances = np.empty(len(label))
    areas = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=42).split(matrix, label):
        chances[test] = model.fit(matrix[train], label[train]).predict_proba(matrix[test])[:, 1]
        areas.append(calibration.auc(chances[test], label[test]))
    return float(np.mean(areas)), calibration.brier(chances, label), float(chances.mean())


@pytest.mark.parametrize(
    ("name", "area", "brier"),
    [("logistic", 0.845, 0.1356), ("boosting", 0.847, 0.1348), ("tenure only", 0.740, 0.1694),
     ("forest", 0.821, 0.1464), ("histogram boosting", 0.835, 0.1406), ("balanced", 0.845, 0.1661)],
)  # fmt: skip
def test_reference_models_of_telco(telco: tuple[list[Column], Any], name: str, area: float, brier: float) -> None:
    from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    columns, label = telco
    models = {
        "logistic": LogisticRegression(max_iter=2000),
        "tenure only": LogisticRegression(),
        "balanced": LogisticRegression(max_iter=2000, class_weight="balanced"),
        "boosting": GradientBoostingClassifier(random_state=42),
        "histogram boosting": HistGradientBoostingClassifier(random_state=42),
        "forest": RandomForestClassifier(300, random_state=42),
    }
    used = [c for c in columns if c.name == "tenure"] if name == "tenure only" else columns
    matrix = design.design(used, np.ones(len(label), dtype=bool)).matrix(used)
    found, cost, mean = _five_folds(models[name], matrix, label.astype(int))
    assert found == pytest.approx(area, abs=0.004) and cost == pytest.approx(brier, abs=0.0012)
    if name == "balanced":
        assert mean == pytest.approx(0.414, abs=0.002)  # and 26.5 % left: never shown as a chance


def test_reference_telco_counts(telco: tuple[list[Column], Any]) -> None:
    columns, left = telco
    by_name = {column.name: column.values for column in columns}
    assert (len(left), left.sum()) == (7043, 1869) and 1 - left.mean() == pytest.approx(0.735, abs=0.0005)
    right = {("Contract", "Month-to-month"): (1655, 3875), ("Contract", "One year"): (166, 1473)}
    right |= {("Contract", "Two year"): (48, 1695)}
    for (name, value), counts in right.items():
        assert (left[by_name[name] == value].sum(), (by_name[name] == value).sum()) == counts
    for value, share in {"Fiber optic": 0.4189, "DSL": 0.1896, "No": 0.0740}.items():
        assert left[by_name["InternetService"] == value].mean() == pytest.approx(share, abs=0.00005)
    money = by_name["MonthlyCharges"]
    assert money.sum() == pytest.approx(456116.60) and money[left].sum() == pytest.approx(139130.85)
    assert money[left].sum() / money.sum() == pytest.approx(0.3050, abs=0.00005)
    assert left.mean() * (1 - left.mean()) == pytest.approx(0.1949, abs=0.00005)


def _loaded(home: Path, path: Path) -> Portfolio:
    return open_portfolio(home, save(conform(read(path)), home, source="test"))


def _kinds(portfolio: Portfolio) -> dict[str, Any]:
    return {item.scope.get("kind", ""): item for item in metrics.compute(portfolio, "churn_risk")}


def test_reference_telco_through_the_product(shared: Path, tmp_path: Path) -> None:
    portfolio = _loaded(tmp_path, shared / "telco" / TELCO)
    found = _kinds(portfolio)
    assert found[""].value is None and found[""].reason is not None  # a cross-section is no forecast
    assert 0.835 <= found["auc"].value <= 0.855 and found["auc"].flags == ("logistic",)
    assert found["brier"].value <= 0.137 < found["base_brier"].value == pytest.approx(0.1949, abs=0.0001)
    assert found["lift"].value == pytest.approx(2.88, abs=0.05) and found["ece"].value < 0.02
    assert "leak" not in found
    chances = risk(portfolio).chances
    assert len(chances) == 7043 - 1869 and all(0 < chance < 1 for chance in chances.values())
    assert explain(portfolio, next(iter(chances)))[0][1] != 0


def test_trap_34_a_churn_score_among_the_columns_is_named_and_left_out(shared: Path, tmp_path: Path) -> None:
    with gzip.open(shared / "telco" / TELCO, "rt") as file:
        rows = list(csv.DictReader(file))
    draw = np.random.default_rng(7)
    for row in rows:
        row["Risk Index"] = str(round(50 + 25 * (row["Churn"] == "Yes") + float(draw.normal(0, 10)), 1))
        row["Exit Talk"] = "held" if row["Churn"] == "Yes" and draw.random() < 0.4 else ""
    with (tmp_path / "clients.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    readings = metrics.compute(_loaded(tmp_path, tmp_path / "clients.csv"), "churn_risk")
    leaks = {item.scope["where"]: item for item in readings if item.scope.get("kind") == "leak"}
    assert set(leaks) == {"Risk Index", "Exit Talk"}
    assert "leak_auc" in leaks["Risk Index"].flags and float(leaks["Risk Index"].value or 0) > 0.9
    assert "leak_only_left" in leaks["Exit Talk"].flags and leaks["Exit Talk"].reason is not None
    area = next(item for item in readings if item.scope.get("kind") == "auc").value
    assert area is not None and 0.835 <= area <= 0.855


def test_a_column_better_alone_than_all_others_is_suspect(telco: tuple[list[Column], Any]) -> None:
    columns, left = telco
    flip = np.random.default_rng(3).random(len(left)) < 0.13
    copy = Column("copy", "number", np.where(flip, ~left, left).astype(float))
    rest = churn.unseen_auc(columns, left)
    found = {item.column: item for item in suspects([*columns, copy], left, POLICY, rest=lambda _name: rest)}
    assert set(found) == {"copy"} and found["copy"].kinds == ("alone",) and rest < (found["copy"].auc or 0) < 0.9


def test_trap_34_reference_rows_repeated_before_the_split_stay_in_one_fold(telco: tuple[list[Column], Any]) -> None:
    from sklearn.ensemble import RandomForestClassifier

    columns, left = telco
    draw = np.random.default_rng(42)
    extra = draw.choice(np.flatnonzero(left), (~left).sum() - left.sum())
    places = np.concatenate([np.arange(len(left)), extra])
    matrix = design.coded([Column(c.name, c.kind, c.values[places]) for c in columns])
    label = left[places].astype(int)
    forest = RandomForestClassifier(60, random_state=42)
    naive = _five_folds(forest, matrix, label)[0]
    fold, chances = churn.folds(matrix, label), np.empty(len(label))
    for number in range(churn.FOLDS):
        out = fold == number
        chances[out] = forest.fit(matrix[~out], label[~out]).predict_proba(matrix[out])[:, 1]
    honest = calibration.auc(chances, label)
    assert naive == pytest.approx(0.964, abs=0.001) and honest < 0.87
    assert leak.claim_alarm(naive, 0.845, positive=1869, negative=5174, margin=POLICY["leak_claim_margin"])
    assert leak.repeated(matrix) > 0.3


def test_the_model_does_not_depend_on_the_order_of_rows() -> None:
    draw = np.random.default_rng(5)
    n = 600
    values = draw.normal(size=(n, 4))
    label = draw.random(n) < 1 / (1 + np.exp(1.5 - values[:, 0] - 0.5 * values[:, 1]))
    columns = [Column(f"c{j}", "number", values[:, j]) for j in range(4)]
    other = draw.permutation(n)
    one = churn.cross_section(columns, label, POLICY)
    two = churn.cross_section([Column(c.name, c.kind, c.values[other]) for c in columns], label[other], POLICY)
    assert one.quality == two.quality and one.unseen[other] == pytest.approx(two.unseen, abs=1e-12)


def test_contributions_sum_to_the_log_odds_against_the_average() -> None:
    draw = np.random.default_rng(6)
    columns = [Column("a", "number", draw.normal(size=300)), Column("b", "text", draw.choice(["x", "y"], 300))]
    label = draw.random(300) < 0.4
    fitted = churn.fit(columns, label)
    pulls = sum(fitted.contributions(columns).values())
    logits = np.log(fitted.chances(columns) / (1 - fitted.chances(columns)))
    assert np.ptp(logits - pulls) < 1e-9 and logits.mean() - np.mean(pulls) == pytest.approx((logits - pulls)[0])


@pytest.mark.parametrize("events", [0, 5, 29])
def test_thin_data_are_refused_with_the_number_that_is_enough(events: int) -> None:
    label = np.arange(300) < events
    columns = [Column(name, "number", np.random.default_rng(1).normal(size=300)) for name in "abcd"]
    refused = churn.cross_section(columns, label, POLICY).refused
    assert refused is not None and str(events) in refused.ru and "30" in refused.ru


LAST = date(2026, 6, 30)


@pytest.fixture(scope="module")
def leaving(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    """A base of 320 clients in which those about to leave use the product less."""
    draw = np.random.default_rng(11)
    subscriptions, usage = [], []
    for number in range(320):
        account, start = f"c{number:03d}", date(2023, 9, 1) + timedelta(days=int(draw.integers(0, 500)))
        stay = int(draw.exponential(900))
        end = start + timedelta(days=max(120, stay)) if start + timedelta(days=max(120, stay)) <= LAST else None
        subscriptions.append(
            subscription(account, str(start), int(draw.integers(1, 60)) * 1000, end=str(end) if end else None)
        )
        day = start
        while day < min(end or LAST, LAST):
            fading = end is not None and (end - day).days < 110
            usage.append(
                {"account_id": account, "date": str(day), "quantity": float(draw.poisson(6 if fading else 20))}
            )
            day += timedelta(days=7)
    tickets = [{"ticket_id": f"t{n}", "account_id": f"c{n:03d}", "opened": "2026-01-10"} for n in range(0, 320, 7)]
    home = tmp_path_factory.mktemp("leaving")
    return build(home, as_of=LAST, subscriptions=subscriptions, usage=usage, tickets=tickets)


def test_a_dated_base_gets_a_judged_forecast(leaving: Portfolio) -> None:
    found = _kinds(leaving)
    model = risk(leaving)
    assert model.refused is None and model.forecast and model.judged.quality is not None
    assert found["auc"].value > 0.8 and found["auc"].ci[0] > 0.5 and found["brier"].value < found["base_brier"].value
    active = leaving.run(ledger.state(leaving, [LAST]).select("account_id")).column(0).to_pylist()
    assert set(model.chances) == set(active) and "usage_trend" in model.judged.features
    head = found[""]
    assert (
        head.value == pytest.approx(sum(model.chances.values()) / len(active)) and head.ci[0] < head.value < head.ci[1]
    )
    assert head.window is not None and head.window.start == date(2026, 7, 1)
    assert 0 < found["top_money"].value <= found["money"].value
    ranked = sorted(model.chances, key=lambda account: -model.chances[account])
    assert sum(v for _n, v in explain(leaving, ranked[0])) > sum(v for _n, v in explain(leaving, ranked[-1]))


def test_features_of_a_day_do_not_know_what_came_after(leaving: Portfolio, tmp_path: Path) -> None:
    day = date(2025, 9, 24)
    data = {}
    for name in TABLES:
        data[name] = leaving.query(f'SELECT * FROM "{name}"')
    data["usage"] = leaving.query(f"SELECT * FROM usage WHERE date <= DATE '{day}'")
    data["tickets"] = leaving.query(f"SELECT * FROM tickets WHERE opened <= DATE '{day}'")
    data["subscriptions"] = leaving.query(
        f"SELECT * REPLACE (CASE WHEN end_date <= DATE '{day}' THEN end_date END AS end_date)"
        f" FROM subscriptions WHERE start_date <= DATE '{day}'"
    )
    snapshot = save(Load(data, (), (), (), (), "RUB"), tmp_path, source="cut")
    then, whole = grid(open_portfolio(tmp_path, snapshot, as_of=day), [day]), grid(leaving, [day])
    assert then.accounts == whole.accounts and set(then.cells) == set(whole.cells) - {"tickets", "open_critical"}
    for name in then.cells:
        assert np.array_equal(then.cells[name], whole.cells[name], equal_nan=True), name


def test_the_training_ends_before_the_test_begins(leaving: Portfolio) -> None:
    from tools.models.risk import marks

    days = marks(leaving)
    assert days == sorted(days) and days[-1] <= LAST
    assert all((later - earlier).days >= 85 for earlier, later in zip(days, days[1:], strict=False))


def test_trap_34_a_planted_column_of_the_demo_is_named_with_its_evidence(demo: Portfolio, tmp_path: Path) -> None:
    import pyarrow as pa

    from tools.schema import arrow_schema

    ended = demo.query("SELECT account_id, max(end_date) AS day FROM subscriptions GROUP BY 1 HAVING bool_and(coalesce(end_date <= DATE '2026-06-30', FALSE))")  # fmt: skip
    rows = [
        {"account_id": row["account_id"], "name": "Дата итогового акта", "value": str(row["day"]), "day": row["day"],
         "source_file": "Клиенты.xlsx", "source_row": 2}
        for row in ended.to_pylist()
    ]  # fmt: skip
    data = {name: demo.query(f'SELECT * FROM "{name}"') for name in TABLES}
    data["traits"] = pa.Table.from_pylist(rows, schema=arrow_schema("traits"))
    planted = open_portfolio(
        tmp_path, save(Load(data, demo.manifest.tables, (), (), (), "RUB"), tmp_path, source="planted")
    )
    readings = metrics.compute(planted, "churn_risk")
    leaks = {item.scope["where"]: item for item in readings if item.scope.get("kind") == "leak"}
    found = leaks["Дата итогового акта"]
    assert {"leak_only_left", "leak_dated_after"} <= set(found.flags) and found.value is not None and found.value > 0.9
    assert readings[0].value is None and readings[0].reason is not None  # too few left for a model: refused
    assert "Регион" not in leaks and "Отрасль" not in leaks
    assert {item.scope["where"] for item in metrics.compute(demo, "churn_risk") if "where" in item.scope} == set(
        leaks
    ) - {"Дата итогового акта"}


def test_traits_keep_numbers_dates_and_categories_and_no_codes(tmp_path: Path) -> None:
    lines = ["client_id;Вид сотрудничества;Балл;Телефон;Дата аудита;Заметка;churned"]
    lines += [
        f"k{n};{'AB'[n % 2]};{n % 7},5;7916{n:07d};{n % 28 + 1:02d}.03.2026;слова {n};{n % 3 == 0}" for n in range(60)
    ]
    (tmp_path / "clients.csv").write_text("\n".join(lines))
    load = conform(read(tmp_path / "clients.csv"))
    rows = load.data["traits"].to_pylist()
    assert {row["name"] for row in rows} == {"Вид сотрудничества", "Балл", "Дата аудита"}
    assert next(row for row in rows if row["name"] == "Балл")["number"] == 0.5
    assert next(row for row in rows if row["name"] == "Дата аудита")["day"] == date(2026, 3, 1)
    assert {"Телефон", "Заметка"} <= set(load.tables[0].ignored)
