"""Groups of a base: their figures add up to the whole, equal the same accounts alone, and keep SQL that gives them."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.generated import EVERYTHING, Tables, seeded
from tests.generated import PLANS as DRAWN_PLANS
from tests.portfolios import build, subscription
from tests.test_identities import opened
from tools import metrics
from tools.account_figures import late, overdue
from tools.metrics.health_signals import feature_share
from tools.narrow import Narrow
from tools.portfolio import Portfolio
from tools.reading import Reading, Window

KEYS = ("mrr", "nrr", "grr", "logo_churn", "money_churn", "quick_ratio", "movements", "arpa")
PLANS = ("Basic", "Pro")


def contracts(plans: tuple[str, ...] = PLANS) -> dict[str, list[dict[str, Any]]]:
    """Thirty-five clients a plan: some grow, some shrink, some leave, some come in the year."""
    accounts, rows = [], []
    for plan in plans:
        for n in range(35):
            account, price = f"{plan}-{n:02d}", 100 + 10 * n + 7 * len(plan)
            accounts.append({"account_id": account, "name": account, "plan": plan})
            changed = f"2025-{1 + n % 12:02d}-15"
            rows.append(subscription(account, "2024-03-01", price, end=changed if n % 3 else None))
            if n % 3 == 1:
                rows.append(subscription(account, changed, price * (2 if n % 2 else 0.5)))
    return {"accounts": accounts, "subscriptions": rows}


def invoices(plans: tuple[str, ...] = PLANS) -> dict[str, list[dict[str, Any]]]:
    """Monthly invoices; only the lines of Pro say which period they pay for."""
    rows = []
    for month in range(1, 13):
        rows.append({"account_id": "Basic-1", "date": f"2025-{month:02d}-05", "amount": 1200})
        period = {"service_start": f"2025-{month:02d}-10", "service_end": f"2025-{month:02d}-28"}
        rows.append({"account_id": "Pro-1", "date": f"2025-{month:02d}-10", "amount": 100, **period})
    accounts = [{"account_id": f"{plan}-1", "name": plan, "plan": plan} for plan in plans]
    kept = [{**row, "currency": "RUB"} for row in rows if str(row["account_id"]).split("-")[0] in plans]
    return {"accounts": accounts, "invoices": kept}


@pytest.fixture(params=[contracts, invoices], ids=["contracts", "invoices"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Portfolio:
    return build(tmp_path, as_of=date(2025, 12, 31), **request.param())


@pytest.mark.parametrize("key", KEYS)
def test_the_kept_query_of_a_group_gives_its_value(base: Portfolio, key: str) -> None:
    for item in metrics.compute(base, key, by="plan"):
        if item.sql is not None and item.value is not None:
            again = base.query(item.sql).column(0)[0].as_py()
            assert float(again) == pytest.approx(float(item.value), rel=1e-9), item.scope


def test_the_money_of_the_groups_is_that_of_the_base(base: Portfolio) -> None:
    parts = [item.value for item in metrics.compute(base, "mrr", by="plan")]
    assert sum(part for part in parts if part is not None) == metrics.reading(base, "mrr").value


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("key", [key for key in KEYS if key != "movements"])
def test_a_group_is_what_its_accounts_alone_are(plan: str, key: str, tmp_path: Path) -> None:
    whole = build(tmp_path / "whole", as_of=date(2025, 12, 31), **contracts())
    alone = build(tmp_path / "alone", as_of=date(2025, 12, 31), **contracts((plan,)))
    group = next(item for item in metrics.compute(whole, key, by="plan") if item.scope["group"] == plan)
    found = metrics.reading(alone, key)
    assert (group.value, group.numerator, group.denominator) == (found.value, found.numerator, found.denominator)
    assert group.n == found.n > 0


def test_a_rate_with_a_wide_interval_is_not_stated_of_a_group(tmp_path: Path) -> None:
    rows = [subscription("big", "2024-01-01", 100_000, end="2025-06-01")]
    for n in range(39):
        rows.append(subscription(f"c{n}", "2024-01-01", 100 + n, end="2025-06-01" if n % 4 == 0 else None))
    names = ["big", *(f"c{n}" for n in range(39))]
    accounts = [{"account_id": name, "name": name, "plan": "one"} for name in names]
    base = build(tmp_path, as_of=date(2025, 12, 31), accounts=accounts, subscriptions=rows)
    (group,) = metrics.compute(base, "nrr", by="plan")
    assert group.status == "insufficient" and group.value is not None
    assert metrics.reading(base, "nrr").usable  # the whole base is a census


def test_a_month_by_month_figure_ends_with_todays(base: Portfolio) -> None:
    months = metrics.compute(base, "mrr", by="month")
    assert [item.scope["group"] for item in months] == [f"2025-{month:02d}" for month in range(1, 13)]
    assert months[-1].value == metrics.reading(base, "mrr").value


@pytest.mark.parametrize("key", ["nrr", "logo_churn", "mrr", "quick_ratio", "ltv", "movements"])
@pytest.mark.parametrize("by", ["month", "quarter", "year"])
def test_the_figure_of_each_span_is_that_of_the_span_alone(tmp_path: Path, key: str, by: str) -> None:
    base = build(tmp_path, as_of=date(2025, 12, 31), **contracts())
    each = metrics.compute(base, key, by=by, window=Window(date(2025, 1, 1), date(2026, 1, 1)))
    names = list(dict.fromkeys(item.scope["group"] for item in each))
    assert names == {
        "month": [f"2025-{n:02d}" for n in range(1, 13)],
        "quarter": [f"2025-Q{n}" for n in range(1, 5)],
    }.get(by, ["2025"])
    length = 12 // len(names)
    for place, name in enumerate(names):
        end = date(2025 + (place + 1) * length // 12, (place + 1) * length % 12 + 1, 1)
        span = Window(date(2025, place * length + 1, 1), end)
        own = None if metrics.resolve(key).standing else span
        alone = metrics.compute(base.earlier(span.closing), key, window=own)
        for item in (item for item in each if item.scope["group"] == name):
            same = next(one for one in alone if one.scope.get("kind") == item.scope.get("kind"))
            assert (item.value, item.n, item.window) == (same.value, same.n, same.window)


def test_a_quarter_that_is_not_over_or_is_cut_is_partial(tmp_path: Path) -> None:
    base = build(tmp_path, as_of=date(2025, 11, 30), **contracts())
    first, *_, third, fourth = metrics.compute(base, "nrr", by="quarter")
    assert first.window == Window(date(2025, 1, 1), date(2025, 4, 1))  # the year begins inside the quarter before
    assert (third.scope["group"], third.status) == ("2025-Q3", "ok")
    assert fourth.window == Window(date(2025, 10, 1), date(2025, 12, 1)) and fourth.status == "partial"
    (cut,) = metrics.compute(base, "nrr", by="quarter", window=Window(date(2025, 4, 1), date(2025, 6, 1)))
    assert cut.window == Window(date(2025, 4, 1), date(2025, 6, 1)) and cut.status == "partial"
    months = metrics.compute(base.earlier(date(2025, 11, 12)), "mrr", by="month")
    assert [item.scope["group"] for item in months[:2]] == ["2024-12", "2025-01"] and months[-1].status == "partial"


def test_the_movements_of_a_quarter_add_up_its_months(tmp_path: Path) -> None:
    base = build(tmp_path, as_of=date(2025, 12, 31), **contracts())
    found = metrics.compute(base, "movements", window=Window(date(2025, 4, 1), date(2025, 7, 1)))
    whole = {item.scope["kind"]: item.value for item in found if "group" not in item.scope}
    months = {(item.scope["group"], item.scope["kind"]): item.value for item in found if "group" in item.scope}
    assert {month for month, _kind in months} == {"2025-04", "2025-05", "2025-06"}
    for kind in ("new", "reactivation", "expansion", "contraction", "churn"):
        assert whole[kind] == sum(value for (_, own), value in months.items() if own == kind)
    assert (whole["start"], whole["end"]) == (months["2025-04", "start"], months["2025-06", "end"])
    assert whole["end"] == metrics.reading(base, "mrr", window=Window(date(2025, 4, 1), date(2025, 7, 1))).value


def test_the_arpa_of_a_group_has_an_interval_and_is_silent_where_one_client_decides_it(tmp_path: Path) -> None:
    accounts, rows = [], []
    for plan in PLANS:
        for n in range(40):
            account = f"{plan}-{n:02d}"
            accounts.append({"account_id": account, "name": account, "plan": plan})
            rows.append(subscription(account, "2025-01-01", 100_000 if (plan, n) == ("Pro", 0) else 100 + n))
    base = build(tmp_path, as_of=date(2025, 12, 31), accounts=accounts, subscriptions=rows)
    basic, pro = metrics.compute(base, "arpa", by="plan")
    assert basic.value == 119.5 and basic.status == "ok" and basic.ci is not None and basic.ci_method is not None
    assert basic.ci[0] < 119.5 < basic.ci[1] and basic.ci[1] - basic.ci[0] < 10
    assert pro.status == "insufficient" and pro.reason is not None and pro.ci is not None
    assert pro.ci[0] < float(pro.value or 0) < pro.ci[1]
    whole = metrics.reading(base, "arpa")
    assert whole.status == "ok" and whole.ci is not None  # the base itself is a census: stated, its interval beside it


def test_the_mean_of_one_client_has_no_interval(tmp_path: Path) -> None:
    base = build(tmp_path, as_of=date(2025, 12, 31), subscriptions=[subscription("a", "2025-01-01", 100)])
    assert metrics.reading(base, "arpa").ci is None


DAY = date(2025, 12, 31)
TWO = [{"account_id": name, "name": name, "plan": plan} for name, plan in (("a", "x"), ("b", "y"))]
PAYING = [subscription(row["account_id"], "2025-01-01", 100) for row in TWO]


def by_plan(base: Portfolio, key: str, **more: Any) -> dict[str, Reading]:
    """The figure of every plan."""
    return {item.scope["group"]: item for item in metrics.compute(base, key, by="plan", **more)}


def unpaid(account: str, amount: int) -> dict[str, Any]:
    return {"account_id": account, "date": "2025-12-01", "due_date": "2025-12-10", "amount": amount, "currency": "RUB"}


def owing(home: Path) -> Portfolio:
    """One client has paid in time, the other has nothing but an unpaid invoice."""
    lines = [{**unpaid("a", 300), "paid_date": "2025-12-05"}, unpaid("b", 700)]
    return build(home, as_of=DAY, accounts=TWO, subscriptions=PAYING, invoices=lines)


def test_an_unpaid_invoice_is_no_cash_of_a_group_either(tmp_path: Path) -> None:
    found = by_plan(owing(tmp_path), "cash_per_client")
    assert {group: (item.value, item.convention) for group, item in found.items()} == {
        "x": (300, "paid"),
        "y": (0, "paid"),
    }


def test_a_group_that_has_paid_nothing_is_overdue(tmp_path: Path) -> None:
    base = owing(tmp_path)
    assert {group: item.value for group, item in by_plan(base, "overdue").items()} == {"x": 0, "y": 700}
    part = base.narrowed(Narrow("account", "b", ("b",)))
    assert overdue(part) == {"b": 700} and late(part) == {"b": 21.0}


def test_a_group_without_any_contact_is_silent(tmp_path: Path) -> None:
    contact = {"account_id": "a", "date": "2025-12-01", "two_way": True}
    base = build(tmp_path, as_of=DAY, accounts=TWO, subscriptions=PAYING, touches=[contact])
    assert {group: item.value for group, item in by_plan(base, "silence").items()} == {"x": 0, "y": 1}
    assert metrics.reading(base, "silence").value == 1


def test_features_are_key_in_every_group_or_in_none(tmp_path: Path) -> None:
    accounts = [{"account_id": f"{plan}{n:02d}", "name": plan, "plan": plan} for plan in "xyz" for n in range(40)]
    rows = [subscription(row["account_id"], "2025-01-01", 100) for row in accounts]
    used = [
        {"account_id": row["account_id"], "date": "2025-12-20", "feature": "report" if row["plan"] == "x" else "login",
         "quantity": 1, "is_key": row["plan"] == "x"}
        for row in accounts
        if row["plan"] != "z"
    ]  # fmt: skip
    base = build(tmp_path, as_of=DAY, accounts=accounts, subscriptions=rows, usage=used)
    assert metrics.reading(base, "adoption").value == pytest.approx(1 / 3)
    found = by_plan(base, "adoption")
    assert {group: (item.value, item.status, item.flags) for group, item in found.items()} == {
        "x": (1.0, "ok", ()),
        "y": (0.0, "ok", ()),
        "z": (0.0, "ok", ()),
    }
    part = base.narrowed(Narrow("account", "y00", ("y00",)))
    assert feature_share(part) == {"y00": 0.0} and feature_share(base)["x00"] == 1.0


def test_every_group_is_valued_by_the_same_rule(tmp_path: Path) -> None:
    accounts = [{**row, "monthly_charge": 1000} for row in TWO]
    lines = [{"account_id": "a", "date": f"2025-{month:02d}-03", "amount": 50} for month in (2, 5, 11)]
    base = build(tmp_path, as_of=DAY, profile="repeat", accounts=accounts, invoices=lines)
    found = by_plan(base, "concentration")
    assert (found["x"].denominator, found["x"].convention) == (150, "net_of_returns")
    assert (found["y"].value, found["y"].convention) == (None, "net_of_returns")


def test_what_a_source_has_is_the_same_in_every_part(tmp_path: Path) -> None:
    base = owing(tmp_path)
    part = base.narrowed(Narrow("account", "b", ("b",)))
    assert part.has("invoices", "paid_date") and part.counts("invoices")["paid_date"] == 0
    assert not part.has("usage") and part.rows("invoices") == 1


PROMISED = ("lower_bound", "upper_bound", "pace")


def test_promises_are_no_clients(tmp_path: Path) -> None:
    """Forty promises to two clients do not make a group of forty."""
    promises = [
        {"account_id": row["account_id"], "goal": f"g{n}", "base": 0, "target": 10, "current": 5 if n else None,
         "value": 100, "due": "2026-12-31", "grade": "measured"}
        for row in TWO
        for n in range(40)
    ]  # fmt: skip
    base = build(tmp_path, as_of=DAY, accounts=TWO, subscriptions=PAYING, value_goals=promises)
    whole = {item.scope.get("kind"): item for item in metrics.compute(base, "vrs")}
    part = base.narrowed(Narrow("plan", "x", ("a",), column=True))
    group = {item.scope.get("kind"): item for item in metrics.compute(part, "vrs")}
    for kind in (*PROMISED, "evidence", None):
        assert (whole[kind].n, group[kind].n) == (2, 1), kind
        assert group[kind].value is not None and group[kind].status == "insufficient", kind
        assert kind is None or whole[kind].status == "ok", kind


#: Figures of which the whole is the sum of its groups: of a ratio, what is divided and what it is divided by.
ADDED: dict[str, Sequence[str]] = {
    "mrr": ("value",),
    "cash_per_client": ("numerator", "denominator"),
    "revenue_per_client": ("numerator", "denominator"),
    "overdue": ("value",),
    "renewals": ("value",),
    "silence": ("value",),
    "adoption": ("numerator", "denominator"),
    "value_gap": ("value",),
    "upsell": ("value",),
}
COUNTED = (
    "overdue",
    "silence",
    "upsell",
    "renewals",
)  # nothing of these in a group is nought, where the base knows of them


def lacking(seed: int) -> Tables:
    """The tables of a seed, of each of which one plan has no rows, or no payment dates, or no key features."""
    chance = random.Random(seed)
    tables = seeded(seed, replace(EVERYTHING, after=False, clients=(5, 9), foreign=False, anchored=seed % 2 == 0))
    plans = {row["account_id"]: row.get("plan") for row in tables["accounts"]}
    plans[tables["accounts"][0]["account_id"]] = tables["accounts"][0]["plan"] = DRAWN_PLANS[0]
    for name in set(tables) - {"accounts", "culture"}:
        bare, how = chance.choice((*DRAWN_PLANS, None)), chance.choice(("rows", "paid_date", "is_key"))
        mine = [row for row in tables[name] if plans.get(row.get("account_id")) == bare]
        if how == "rows":
            tables[name] = [row for row in tables[name] if row not in mine]
        for row in mine:
            row |= {how: None} if how in row else {}
    if seed % 3 == 0:
        tables["subscriptions"] = []
    return {name: rows for name, rows in tables.items() if rows}


@pytest.mark.parametrize("seed", range(8))
def test_the_groups_add_up_to_the_whole(seed: int) -> None:
    with opened(lacking(seed)) as base:
        for key, names in ADDED.items():
            whole, groups = metrics.reading(base, key), by_plan(base, key)
            idle = any(item.value is None for item in groups.values())  # money of a group where nobody was active
            for name in names if not idle else [name for name in names if name != "numerator"]:
                total = sum(float(getattr(item, name) or 0) for item in groups.values())
                assert total == pytest.approx(float(getattr(whole, name) or 0)), (key, name)
            if key in COUNTED:
                assert {item.value is None for item in groups.values()} == {whole.value is None}, key
            assert {item.convention for item in groups.values() if item.value is not None} <= {whole.convention}, key
