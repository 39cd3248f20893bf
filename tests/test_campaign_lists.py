"""Lists of a campaign: who is in, who is left out and why, and the draw."""

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.campaign_small import HALF, base, named, portfolio_of
from tools.campaign import drawn_apart, excluded, plan, share_of, units_of
from tools.campaign_reasons import in_force
from tools.errors import UserError
from tools.filters import BadFilter
from tools.portfolio import Portfolio


@pytest.mark.parametrize("case", named("excluded"))
def test_who_is_left_out(case: dict[str, Any]) -> None:
    tables = base(**case.get("tables", {}))
    if "consent" in case:
        tables["traits"] = _traits([row["account_id"] for row in tables["accounts"]], case["consent"])
    made = plan(portfolio_of(tables), "plan = Pro", control=HALF, seed="s")
    assert {item.key: None if item.needs else len(item.ids) for item in made.exclusions} == case["excluded"]
    for item in made.exclusions:
        assert (item.needs is None) == (item.rule is not None)
        assert list(item.ids) == case.get("first", {}).get(item.key, [])
    assert made.listed == case["listed"]


def _traits(accounts: list[str], consent: dict[str, Any]) -> list[dict[str, Any]]:
    cells = {account: consent["cells"].get(account, consent["others"]) if account in consent["cells"] else consent["others"]
             for account in accounts}  # fmt: skip
    return [
        {
            "account_id": account,
            "name": consent["header"],
            "value": str(cell),
            "day": cell if consent.get("days") else None,
        }
        for account, cell in cells.items()
        if cell is not None
    ]


def test_only_accounts_in_force_on_the_day_are_in() -> None:
    tables = base()
    tables["subscriptions"][0]["end_date"] = "2026-06-01"
    tables["subscriptions"][1]["start_date"] = "2026-07-15"
    made = plan(portfolio_of(tables), "plan = Pro", control=HALF, seed="s")
    assert (made.matched, made.not_in_force, made.listed) == (20, 2, 18)
    assert not {"c00", "c01"} & {*made.target.ids, *made.control.ids}


def test_accounts_the_filter_knows_too_little_of_are_counted() -> None:
    tables = base()
    tables["accounts"][0]["plan"] = None
    made = plan(portfolio_of(tables), "plan = Pro", control=HALF)
    assert (made.accounts, made.matched, made.unknown) == (20, 19, 1)


@st.composite
def bases(draw: st.DrawFn) -> dict[str, Any]:
    """Clients with holdings, chains of holdings among them, contacts, tickets and ended contracts."""
    count = draw(st.integers(12, 40))
    tables = base(count)
    for row in tables["accounts"]:
        row["parent_id"] = draw(st.sampled_from([None, None, "H1", "H2", "c00", "c01"]))
    for row in tables["subscriptions"]:
        row["end_date"] = draw(st.sampled_from([None, None, None, "2026-03-01"]))
    picked = st.lists(st.sampled_from([row["account_id"] for row in tables["accounts"]]), max_size=6)
    tables["touches"] = [
        {"account_id": one, "date": "2026-06-28", "campaign": campaign, "arm": arm}
        for one in draw(picked)
        for campaign, arm in [draw(st.sampled_from([(None, None), ("old", "control"), ("old", "target")]))]
    ]
    tables["tickets"] = [
        {"account_id": one, "opened": "2026-06-01", "priority": "critical", "theme": "x"} for one in draw(picked)
    ] + [{"account_id": "c02", "opened": "2026-01-01", "closed": "2026-01-02", "priority": "low", "theme": "жалоба"}]
    return tables


@settings(derandomize=True, max_examples=20, deadline=None)
@given(tables=bases(), share=st.integers(1, 50), seed=st.text("abcдё 1", min_size=1, max_size=8), mix=st.randoms())
def test_the_draw(tables: dict[str, Any], share: int, seed: str, mix: random.Random) -> None:
    first, control = portfolio_of(tables), Decimal(share) / 100
    try:
        made = plan(first, "plan = Pro", control=control, seed=f"s{seed}")
    except UserError:
        units = units_of(first, _left(first))
        size = len(drawn_apart(units, " ".join(f"s{seed}".split()), control)[1].ids) if units else 0
        assert len(units) < 4 or size < 2 or control * len(units) < Decimal("1.5")
        return
    target, apart = set(made.target.ids), set(made.control.ids)
    out = [account for item in made.exclusions for account in item.ids]
    assert not target & apart and not (target | apart) & set(out) and len(out) == len(set(out))
    assert made.matched - made.not_in_force - len(out) == made.listed == len(target) + len(apart)
    units = units_of(first, [*target, *apart])
    sides = [(row["account_id"], row["parent_id"]) for row in tables["accounts"] if row["account_id"] in target | apart]
    for parent in {parent for _one, parent in sides if parent}:
        family = {one for one, above in sides if parent in (one, above)}
        assert family <= target or family <= apart
    assert len(units) == made.target.units + made.control.units
    assert abs(made.control.units - control * len(units)) <= HALF
    again = plan(portfolio_of(_shuffled(tables, mix)), "plan=pro", control=control, seed=f"s{seed}")
    assert (again.target, again.control) == (made.target, made.control)
    assert (again.target.hash, again.control.hash) == (made.target.hash, made.control.hash)


def _left(portfolio: Portfolio) -> list[str]:
    chosen = sorted(in_force(portfolio)[0])
    out = {account for item in excluded(portfolio, chosen, "s") for account in item.ids}
    return [account for account in chosen if account not in out]


def _shuffled(tables: dict[str, Any], mix: random.Random) -> dict[str, Any]:
    """The same data in another order, every client under another name."""
    turned = {name: mix.sample(rows, len(rows)) for name, rows in tables.items()}
    return {**turned, "accounts": [{**row, "name": f"Other {row['account_id']}"} for row in turned["accounts"]]}


def test_another_seed_draws_another_control() -> None:
    portfolio = portfolio_of(base(40))
    lists = {plan(portfolio, "plan = Pro", control=HALF, seed=f"seed {place}").control.hash for place in range(10)}
    assert len(lists) == 10


def test_the_draw_is_known_for_ever() -> None:
    made = plan(portfolio_of(base()), "plan = Pro", control=Decimal("0.25"), seed="spring")
    assert made.control.ids == CONTROL_OF_SPRING


CONTROL_OF_SPRING = ("c05", "c06", "c07", "c18", "c19")  # the smallest of: printf "spring\nc05" | sha256sum


def test_the_name_is_the_seed_and_without_one_filter_and_snapshot_are() -> None:
    portfolio = portfolio_of(base())
    named = plan(portfolio, "plan = Pro", name="Spring", control=HALF)
    assert named.seed == "Spring" == named.name
    assert named.control == plan(portfolio, "plan = Pro", seed="Spring", control=HALF).control
    plain, wider = plan(portfolio, "plan = Pro", control=HALF), plan(portfolio, "plan is known", control=HALF)
    assert plain.seed != wider.seed and plain.seed == plan(portfolio, "plan=pro", control=HALF).seed


@pytest.mark.parametrize("text", ["10%", "10 %", "0.1", "0,1", " 10\u00a0% ", "10,0%"])
def test_a_share_is_read_as_one_writes_it(text: str) -> None:
    assert share_of(text) == Decimal("0.1")


@pytest.mark.parametrize("text", ["0", "0.5%", "51%", "10", "-10%", "abc", "", "nan", "inf", "1e9%"])
def test_a_share_out_of_bounds_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="from 1% to 50%"):
        share_of(text)


@pytest.mark.parametrize(
    ("where", "kind", "said"),
    [
        ("plan = Gold", UserError, "there are Pro"),
        ("colour = red", BadFilter, "colour"),
        ("plan = ", BadFilter, "filter"),
        ("seats > 5", UserError, "do not say"),
        ("account_id = c00", UserError, "1 of 1 clients are left"),
    ],
)
def test_refusals_say_what_to_do(where: str, kind: type[UserError], said: str) -> None:
    with pytest.raises(kind) as refused:
        plan(portfolio_of(base()), where, control=HALF)
    assert said in refused.value.text.en and refused.value.text.ru != refused.value.text.en


def test_a_control_too_small_for_any_effect_is_refused_with_the_share_that_is_enough() -> None:
    portfolio = portfolio_of(base(10))
    with pytest.raises(UserError, match="--control 20%"):
        plan(portfolio, "plan = Pro", control=Decimal("0.1"))
    assert plan(portfolio, "plan = Pro", control=Decimal("0.2")).control.units == 2


@pytest.mark.parametrize("name", ["=1+1", "+7", "null", "", " ", "x" * 101, "a\x00b"])
def test_names_that_a_spreadsheet_or_a_load_would_spoil_are_refused(name: str) -> None:
    with pytest.raises(UserError):
        plan(portfolio_of(base()), "plan = Pro", control=HALF, name=name)
