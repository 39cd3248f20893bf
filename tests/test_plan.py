"""The plan: dated within the capacity, quick wins first, nothing dropped silently, the next hour by worth, honest trials."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.portfolios import in_memory
from tools import priority, stats
from tools.audit import worded
from tools.capacity import Capacity, capacity, written
from tools.document import (
    AccountLine,
    CardRef,
    Finding,
    MetricGoal,
    NoCase,
    Recommendation,
    Step,
    Work,
)
from tools.errors import BadData
from tools.next_hours import next_hours, trials
from tools.plan import actions, assumption, days
from tools.policy import Policy
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.text import Text, same

LAST = date(2026, 6, 30)
NOT_KNOWN = Reading("effect", Unit.MONEY_YEAR, None, status="undefined", reason=Text("no history", "нет истории"))


@pytest.fixture(scope="module")
def base() -> Iterator[Portfolio]:
    yield in_memory(
        accounts=[{"account_id": "A", "name": "А"}],
        surveys=[{"account_id": "A", "date": LAST.isoformat(), "score": 9}],
    )


def advice(slug: str, work: Work, clients: int = 0, money: int | None = None, **more: object) -> Recommendation:
    stake = None if money is None else Reading("money_at_stake", Unit.MONEY_YEAR, Decimal(money), scope={"kind": slug})
    text = Text("Do it", "Сделать")
    card = CardRef("t", text, text, "source", "ours")
    made = Recommendation(
        action=text, owner=text, tools=(text,), metric=MetricGoal("nrr", None, None, text), case=NoCase(text), trend=card,
        effect=NOT_KNOWN, break_even=None, effort=text, stage=3, stop_rule=text, playbook=slug, why=(), finding=slug,
        step="retention", work=work, clients=clients, worth=float(money or 0) / priority.hours(work, clients),
        stake=stake, accounts=tuple(f"C{n}" for n in range(clients)),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def team(**hours: float) -> Capacity:
    return capacity(hours, Policy())


def test_quick_wins_come_first_and_dates_stay_in_the_plan(base: Portfolio) -> None:
    long = advice("long", Work("support", once=40), money=9_000_000, severity="urgent")
    quick = advice("quick", Work("support", once=2), money=1000)
    found = actions([long, quick], base, team(support=20))
    assert [item.recommendation for item in found] == [1, 0] and found[0].quick and not found[1].quick
    assert found[0].start == LAST + timedelta(days=1) and found[0].due == LAST + timedelta(days=7)
    assert found[1].due == LAST + timedelta(days=21)  # 18 hours of the first week, 20 of the second, 2 of the third


def test_urgent_work_goes_before_worthier_work_and_no_team_waits_idle(base: Portfolio) -> None:
    work = Work("product", once=20)
    rich, urgent = advice("rich", work, money=10**9, stage=4), advice("urgent", work, money=1, severity="urgent")
    first, second = actions([rich, urgent], base, team(product=20))
    assert [first.recommendation, second.recommendation] == [1, 0]
    assert first.start == LAST + timedelta(days=1) and second.start == LAST + timedelta(days=8)


def test_clients_that_do_not_fit_are_counted(base: Portfolio) -> None:
    calls = advice(
        "calls", Work("support", client=1.0, channel="call"), clients=100, money=1_000_000, severity="urgent"
    )
    (by_hours,) = actions([calls], base, team(support=2))
    assert by_hours.clients is not None and by_hours.clients.value == 26  # thirteen weeks of two hours
    assert by_hours.left_over is not None and by_hours.left_over.value == 74
    (by_calls,) = actions([calls], base, team(support=40, call=5))
    assert by_calls.clients is not None and by_calls.clients.value == 65  # thirteen weeks of five calls
    (by_money,) = actions([calls], base, team(support=40, budget=12_000, hour_cost=1_000))
    assert by_money.clients is not None and by_money.clients.value == 12  # twelve paid hours
    assert "не помещаются" in by_hours.why.text.ru


def test_without_hours_an_action_has_no_date_and_says_so(base: Portfolio) -> None:
    (none,) = actions([advice("none", Work("sales", once=8))], base, team(sales=0))
    assert none.start is None and none.due is None and "не осталось" in none.why.text.ru


def test_work_that_would_fill_the_plan_leaves_room_for_what_can_be_finished(base: Portfolio) -> None:
    filling = advice("filling", Work("support", client=4.0), clients=200, money=10**9)
    meeting = advice("meeting", Work("support", once=12), stage=5)
    first, second = actions([filling, meeting], base, team(support=20))
    assert [first.recommendation, second.recommendation] == [1, 0] or first.start == second.start
    found = {item.recommendation: item for item in (first, second)}
    assert found[1].start is not None and found[0].clients is not None and found[0].clients.value == (260 - 12) // 4


def test_uncounted_clients_are_not_taken_for_none(base: Portfolio) -> None:
    (asked,) = actions([advice("ask", Work("support", client=0.4, channel="call"))], base, team(support=20))
    each = asked.why.slots["each"]
    assert isinstance(each, Reading) and each.value == 24 and not asked.quick
    assert "на каждого клиента" in asked.why.text.ru


def test_work_with_a_client_may_take_several_weeks(base: Portfolio) -> None:
    (slow,) = actions(
        [advice("slow", Work("support", client=4.0), clients=20, severity="urgent")], base, team(support=2.5)
    )
    assert slow.clients is not None and slow.clients.value == 8  # thirteen weeks of two and a half hours: 32.5
    assert slow.start == LAST + timedelta(days=1) and slow.due == LAST + timedelta(days=90)


def test_what_is_begun_and_not_finished_says_how_much_fits(base: Portfolio) -> None:
    (begun,) = actions([advice("long", Work("product", once=100), severity="urgent")], base, team(product=4))
    assert begun.start is not None and "помещается {done}" in begun.why.text.ru
    done = begun.why.slots["done"]
    assert isinstance(done, Reading) and done.value == 52


def test_a_playbook_serves_the_clients_of_all_its_findings_once(base: Portfolio) -> None:
    work = Work("support", client=1.0)
    first = advice("gap", work, 3, money=500)
    second = replace(advice("gap", work, 5, money=900), accounts=("C1", "C2", "D1", "D2", "D3"), finding="other")
    (found,) = actions([first, second], base, team(support=40))
    assert found.clients is not None and found.clients.value == 6
    (cut,) = actions([first, replace(second, clients=300)], base, team(support=40))
    assert cut.clients is not None and cut.clients.value == 300  # not all are listed: the largest number stands


def test_the_sentence_of_the_capacity_says_what_was_stated(base: Portfolio) -> None:
    claim = assumption(base, team(support=2.5, call=10, budget=9000, hour_cost=100))
    told = claim.text.en
    assert "support and customer success {support}, " in told and "sales {sales} (our assumption)" in told
    values = {name: slot.value for name, slot in claim.slots.items() if isinstance(slot, Reading)}
    assert values["support"] == 2.5 and values["call"] == 10 and values["paid"] == 90


def test_money_of_clients_who_are_well_is_not_at_stake(base: Portfolio) -> None:
    work = Work("sales", once=8)
    grave, good = (advice(gravity, work, money=100, severity=gravity) for gravity in ("urgent", "good"))
    found = {item.recommendation: item.why.text.ru for item in actions([grave, good], base, team(sales=40))}
    assert "на кону" in found[0] and "эти клиенты платят" in found[1]


@given(
    plan=st.lists(
        st.tuples(
            st.sampled_from(["product", "marketing", "support", "sales"]),
            st.integers(0, 60), st.sampled_from([0.0, 0.1, 0.5, 1.0, 4.0]), st.integers(0, 90), st.integers(1, 5),
            st.sampled_from(["urgent", "warning", "info"]),
        ),
        max_size=8,
    ),
    hours=st.integers(0, 80).map(lambda half: half / 2), calls=st.integers(0, 30),
)  # fmt: skip
def test_no_week_holds_more_than_the_team_has(
    base: Portfolio, plan: list[tuple[str, int, float, int, int, str]], hours: float, calls: int
) -> None:
    items = [
        advice(f"p{place}", Work(who, once, each, "call" if each else "none"), clients, stage=stage, severity=gravity)
        for place, (who, once, each, clients, stage, gravity) in enumerate(plan)
    ]
    found = actions(items, base, team(product=hours, marketing=hours, support=hours, sales=hours, call=calls))
    assert sorted(item.recommendation for item in found) == list(range(len(items)))
    spent = dict.fromkeys(("product", "marketing", "support", "sales"), 0.0)
    contacts = 0
    for item in found:
        advised = items[item.recommendation]
        fit = int(item.clients.value or 0) if item.clients else 0
        assert fit + int(item.left_over.value or 0 if item.left_over else 0) == (advised.clients if item.clients else 0)
        spent[advised.work.department] += fit * advised.work.client
        contacts += fit
        if item.start is not None:
            assert LAST < item.start <= item.due <= LAST + timedelta(days=90)  # type: ignore[operator]
    assert contacts <= 13 * calls and all(total <= 13 * hours + 1e-9 for total in spent.values())


def test_stages_share_the_plan_evenly_and_follow_their_actions() -> None:
    assert days(None, 1, 90, ()) == (None, None)
    assert [days(LAST, stage, 90, ())[1] for stage in (1, 5)] == [LAST + timedelta(days=18), LAST + timedelta(days=90)]


@pytest.mark.parametrize(
    "given",
    [{}, {"janitor": 3}, {"support": -1}, {"support": "many"}, {"support": True}, {"budget": 5}, {"budget": 5, "hour_cost": 0}, {"budget": 1e11, "hour_cost": 1e-300}, 7],
)  # fmt: skip
def test_a_capacity_that_cannot_be_read_is_refused(given: object) -> None:
    with pytest.raises(BadData):
        capacity(given, Policy())


def test_a_capacity_is_written_in_one_line() -> None:
    assert written("support=20, call = 30;sales=8") == {"support": 20.0, "call": 30.0, "sales": 8.0}
    assert written("поддержка=20, звонки=5") == {"support": 20.0, "call": 5.0}
    for words in ("support", "support=x", "", "nobody=1", "support=1,support=2", "support=1e9"):
        with pytest.raises(BadData):
            written(words)
    assumed = capacity(None, Policy())
    assert not assumed.stated and assumed.minutes["support"] == 32 * 60
    assert capacity({"support": 5}, Policy()).minutes["sales"] == assumed.minutes["sales"]


def lines(*money: int) -> tuple[AccountLine, ...]:
    return tuple(
        AccountLine(f"C{n}", f"ООО {n}", worded(f"w{n}", "why", "почему", {}),
                    Reading("arr", Unit.MONEY_YEAR, value, scope={"account": f"C{n}"}))
        for n, value in enumerate(money)
    )  # fmt: skip


def test_the_next_hour_goes_to_the_client_with_most_money_for_an_hour(base: Portfolio) -> None:
    found = Finding("at_risk_accounts", "urgent", (), accounts=lines(100, 900, 500), accounts_total=3)
    silent = Finding("silent_accounts", "warning", (), accounts=lines(100, 900)[:1], accounts_total=1)
    step = Step("retention", same("Кто"), same("Кто?"), "done", None, (), (), (found, silent))
    call = advice("at_risk_accounts", Work("support", client=1.0, channel="call"), 3)
    letter = advice("silent_accounts", Work("support", client=0.01, channel="letter"), 1)
    hours = next_hours([step], [call, letter], base)
    assert [(line.account, line.recommendation) for line in hours] == [("C1", 0), ("C2", 0), ("C0", 1)]
    assert hours[0].minutes.value == 60 and len({line.account for line in hours}) == 3


def test_the_control_group_of_a_running_campaign_is_left_alone() -> None:
    rows = [
        {"account_id": f"C{n}", "date": "2026-06-20", "channel": "letter", "campaign": "Весна", "arm": arm}
        for n, arm in enumerate(("target", "control"))
    ]
    with_campaign = in_memory(accounts=[{"account_id": f"C{n}", "name": f"К{n}"} for n in range(2)], touches=rows)
    found = Finding("at_risk_accounts", "urgent", (), accounts=lines(100, 900), accounts_total=2)
    step = Step("retention", same("Кто"), same("Кто?"), "done", None, (), (), (found,))
    call = advice("at_risk_accounts", Work("support", client=1.0, channel="call"), 2)
    assert [line.account for line in next_hours([step], [call], with_campaign)] == ["C0"]


def test_a_trial_says_how_many_clients_it_needs(base: Portfolio) -> None:
    each = Work("support", client=1.0, channel="call")
    small, middle, large = (advice(f"p{n}", each, n) for n in (6, 60, 2000))
    found = {item.recommendation: item for item in trials([small, middle, large], base)}
    need = stats.per_arm(0.5, 0.6)
    assert need == 385  # each arm, two-sided 5 %, power 80 %
    assert not found[0].enough and "no trial would show it" in found[0].claim.text.en
    shown = stats.smallest_difference(0.5, 30)
    assert not found[1].enough and shown is not None
    visible = found[1].claim.slots["visible"]
    assert isinstance(visible, Reading) and visible.value == -int(-shown * 100 // 1)
    control = found[2].claim.slots["control"]
    assert found[2].enough and isinstance(control, Reading) and control.value == need


@pytest.mark.parametrize(("share", "n", "difference"), [(0.10, 432, 0.05), (0.10, 3211, 0.02)])
def test_the_smallest_difference_gives_the_published_pairs(share: float, n: int, difference: float) -> None:
    """Published pairs of metrics §8, the other way round: 432 an arm shows 10 % against 5 %, 3,211 against 8 %."""
    assert stats.smallest_difference(share, n) == pytest.approx(difference, abs=2e-4)
    assert stats.smallest_difference(share, 0) is None and stats.smallest_difference(0.5, 3) is None


def test_worth_is_money_by_evidence_by_hour() -> None:
    stake = Reading("money_at_stake", Unit.MONEY_YEAR, Decimal(36_000_000), scope={"kind": "at_risk_accounts"})
    finding = Finding("at_risk_accounts", "urgent", (), accounts_total=37, money_at_stake=stake)
    work = Work("support", client=1.0, channel="call", grade="reported")
    assert priority.worth(finding, work, Policy()) == pytest.approx(778_378.4, abs=0.1)
    assert priority.worth(replace(finding, severity="info"), work, Policy()) < priority.worth(finding, work, Policy())
    thin = replace(finding, money_at_stake=replace(stake, status="insufficient", reason=Text("few", "мало")))
    nothing = replace(finding, money_at_stake=replace(stake, value=Decimal(0)))
    assert priority.worth(thin, work, Policy(), otherwise=37.0) == pytest.approx(0.8)  # not ranked by it
    assert priority.worth(nothing, work, Policy(), otherwise=37.0) == 0.0  # zero is known
    assert priority.least([thin, finding]) == 36_000_000
