"""What-ifs in the chat: the user's numbers are assumptions, the data's are measured, the effect is a range and no promise."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.assistant import Assistant
from agent.assumptions import supposed
from agent.guard import final_scan
from agent.outcome_sentences import DEFAULTS, EXAMPLES
from agent.planner import planned
from agent.reading.understand import understood
from agent.settings import Settings
from agent.whatif import asked
from agent.writer import numbered
from tests.portfolios import build, subscription
from tools.document import Answer
from tools.effect import Range
from tools.metrics import compute
from tools.portfolio import Portfolio
from tools.reading import Reading
from tools.scenarios import SCENARIOS, run
from tools.text import LANGUAGES, Text

ROWS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases" / "whatif.yaml").read_text("utf-8"))
PLAYED = [case for case in ROWS if "play" in case]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def portfolio(home: Path) -> Portfolio:
    """Forty clients that pay a thousand a month, twenty of them on Pro; eight more left within the year."""
    plans = [
        {"account_id": f"c{n:02d}", "name": f"Клиент {n:02d}", "plan": "Про" if n % 2 else "Старт"} for n in range(48)
    ]
    rows = [subscription(f"c{n:02d}", "2024-01-01", 1000, end="2026-01-01" if n >= 40 else None) for n in range(48)]
    invoiced = [{"account_id": "c00", "date": "2026-06-30", "amount": 1000}]
    return build(home, accounts=plans, subscriptions=rows, invoices=invoiced)


@pytest.fixture(scope="module")
def assistant(home: Path, portfolio: Portfolio) -> Assistant:
    return Assistant.open(Settings(home=home, llm_base_url=None))


def bound(answer: Answer) -> None:
    own = [slot[answer.language] for claim in answer.claims for slot in claim.slots.values() if isinstance(slot, Text)]
    own += [claim.text[answer.language] for claim in answer.claims]
    filled = numbered(answer.claims, answer.currency).fill(answer.section.draft, answer.language)
    assert final_scan(filled, answer.language, own=own) == []


def readings(answer: Answer) -> dict[str, Reading]:
    """Readings of the what-if by kind."""
    every = [reading for claim in answer.claims for reading in claim.readings]
    return {reading.scope["kind"]: reading for reading in every if reading.convention == "whatif"}


def span(value: Any) -> Range:
    low, high = value if isinstance(value, list) else (value, value)
    return Range(low, high)


@pytest.mark.parametrize("case", PLAYED, ids=[case["q"] for case in PLAYED])
def test_what_a_question_supposes(case: dict[str, Any], portfolio: Portfolio) -> None:
    assert planned(understood(case["q"], portfolio), portfolio, last=[]) == [
        {"name": "whatif", "arguments": {"query": case["q"]}}
    ]
    found = supposed(case["q"].lower().replace("ё", "е"))
    if case["play"] is None:
        assert found is None
        return
    assert found is not None and found.play == case["play"]
    for told, wanted in ((found.given, case.get("given", {})), (found.clients, case.get("clients", {}))):
        assert {key: (item.low, item.high) for key, item in told.items()} == {
            key: pytest.approx((span(value).low, span(value).high)) for key, value in wanted.items()
        }
    name, kind, value = case.get("churn", (None, None, None))
    assert found.of_churn == (None if name is None else (name, kind, span(value)))


@pytest.mark.parametrize("case", [case for case in ROWS if "other" in case], ids=lambda case: str(case["q"]))
def test_a_forecast_stays_refused_and_advice_stays_advice(case: dict[str, Any], portfolio: Portfolio) -> None:
    assert planned(understood(case["q"], portfolio), portfolio, last=[])[0]["name"] == case["other"]


@pytest.mark.parametrize("case", [case for case in ROWS if "never" in case], ids=lambda case: str(case["q"]))
def test_an_if_that_supposes_nothing_is_no_what_if(case: dict[str, Any], portfolio: Portfolio) -> None:
    assert case["never"] == "whatif" and asked(understood(case["q"], portfolio), portfolio) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_play_has_an_example_that_asks_for_it_in_full(language: Any) -> None:
    assert set(EXAMPLES) == set(SCENARIOS)
    for key, example in EXAMPLES.items():
        found = supposed(example[language].lower().replace("ё", "е"))
        assert found is not None and found.play == key, example[language]
        stated = {*found.given, *found.clients}
        measured = {"clients", "money", "price", "cheque", "orders"}
        neutral = {one.key for one in SCENARIOS[key].inputs if one.neutral is not None}
        assert {one.key for one in SCENARIOS[key].inputs} == stated | measured & {
            one.key for one in SCENARIOS[key].inputs
        } | neutral, (key, found)


def test_every_default_is_told_in_words() -> None:
    neutral = {one.key for item in SCENARIOS.values() for one in item.inputs if one.neutral is not None}
    assert neutral == set(DEFAULTS)


def test_lower_churn_by_hand(assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.ask("Что будет, если отток снизится на 5 пунктов?", portfolio.snapshot)
    bound(answer)
    found = readings(answer)
    money = 40 * 12_000
    assert found["lower_churn.money"].value == money and found["lower_churn.money"].grade == "measured"
    assert found["lower_churn.points"].value == 0.05 and found["lower_churn.points"].grade == "stated"
    effect = found["lower_churn"]
    assert effect.value == pytest.approx(0.05 * money) and effect.flags == ("hypothesis",)
    assert effect.ci is not None
    width = 1.96 * 12_000 * (40 * 0.05 * 0.95) ** 0.5
    assert effect.ci == pytest.approx((0, 0.05 * money + width), rel=1e-4)
    text = assistant.render_answer(answer)["text"].replace("\u00a0", " ")
    assert "Ваше допущение: отток ниже на (доля всех клиентов) — 5,0 %." in text
    assert "По умолчанию: эффект — в выручке, маржа не учтена; затраты не учтены." in text
    assert "не прогноз" in text


def test_a_share_of_churn_is_taken_of_the_churn_there_is(assistant: Assistant, portfolio: Portfolio) -> None:
    churn = compute(portfolio, "logo_churn")[0]
    assert churn.value == pytest.approx(8 / 48)
    answer = assistant.ask("Что будет, если отток снизится вдвое?", portfolio.snapshot)
    bound(answer)
    assert readings(answer)["lower_churn.points"].value == pytest.approx(4 / 48)
    assert answer.claims[0].readings[0].id == churn.id


@pytest.mark.parametrize("said", ["отток снизится на 150 %", "отток снизится до 40 %", "отток вырастет до 3 %"])
def test_churn_cannot_be_moved_past_itself(said: str, assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.ask(f"Что будет, если {said}?", portfolio.snapshot)
    bound(answer)
    assert answer.refused is not None and not readings(answer)


def test_prices_pay_back_where_enough_clients_stay(assistant: Assistant, portfolio: Portfolio) -> None:
    plain = assistant.ask("What if we raise prices by 25%?", portfolio.snapshot)
    bound(plain)
    found = readings(plain)
    assert found["raise_prices"].value == pytest.approx(0.25 * 480_000)
    assert found["raise_prices.break_even"].value == pytest.approx(0.8)
    assert "By default: nobody leaves because of the price;" in assistant.render_answer(plain)["text"]
    leaving = assistant.ask("What if we raise prices by 25% and 30% of the clients leave?", portfolio.snapshot)
    effect = readings(leaving)["raise_prices"]
    assert effect.value == pytest.approx(480_000 * (0.7 * 1.25 - 1)) and effect.ci is not None
    assert effect.ci[0] < float(effect.value or 0) < effect.ci[1]


def test_a_part_of_the_base_is_told_and_counted(assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.ask("Что будет, если потеряем половину тарифа Про?", portfolio.snapshot)
    bound(answer)
    found = readings(answer)
    assert found["lose_clients.clients"].value == 20 and found["lose_clients.money"].value == 240_000
    assert "тариф: Про" in assistant.render_answer(answer)["text"]
    assert "lose_clients" not in found  # twenty clients are too few to state an effect
    assert "клиентов слишком мало" in assistant.render_answer(answer)["text"]


def test_a_number_of_clients_is_a_share_of_those_there_are(assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.ask("Что будет, если уйдёт 10 клиентов?", portfolio.snapshot)
    assert readings(answer)["lose_clients"].value == pytest.approx(-120_000)
    many = assistant.ask("Что будет, если уйдёт 400 клиентов?", portfolio.snapshot)
    bound(many)
    assert many.refused is not None and "всего их 40" in assistant.render_answer(many)["text"]


def test_new_clients_pay_as_the_present_ones(assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.ask("Что будет, если привлечём 20 новых клиентов, затраты 2000?", portfolio.snapshot)
    bound(answer)
    assert readings(answer)["win_clients"].value == pytest.approx(20 * (12_000 - 2000))


def test_a_client_that_leaves_takes_what_it_pays(assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.ask("Что будет, если уйдёт клиент c07?", portfolio.snapshot)
    bound(answer)
    values = [reading.value for claim in answer.claims for reading in claim.readings]
    assert values == [12_000, 480_000]
    assert "не прогнозируется" in assistant.render_answer(answer)["text"]


def test_what_is_missing_is_asked_for_with_an_example(assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.ask("Что будет, если поднять цены?", portfolio.snapshot)
    bound(answer)
    text = assistant.render_answer(answer)["text"]
    assert "нужно указать: рост цен" in text and EXAMPLES["raise_prices"].ru in text
    assert "raise_prices" not in readings(answer)


@pytest.mark.parametrize(
    "question", ["Допустим, все новички запустятся вовремя, что это даст?", "What if we paint the office green?"]
)
def test_what_no_play_is_about_names_the_plays_that_there_are(
    question: str, assistant: Assistant, portfolio: Portfolio
) -> None:
    answer = assistant.ask(question, portfolio.snapshot)
    bound(answer)
    text = assistant.render_answer(answer)["text"]
    assert answer.refused is not None and not readings(answer)
    for key, item in SCENARIOS.items():
        assert item.title[answer.language] in text and EXAMPLES[key][answer.language] in text


@pytest.mark.parametrize(
    "question",
    [
        "Что будет, если отток снизится на 999999999999999999999 пунктов?",
        "Что будет, если поднять цены на 900000000 %?",
        "Что будет, если потеряем 300 % клиентов?",
        "Что будет, если поднять цены на 5 % и потерять 200 % клиентов?",
        "what if open_limits: convert=9..1",
    ],
)
def test_absurd_numbers_are_answered_without_a_crash(question: str, assistant: Assistant, portfolio: Portfolio) -> None:
    bound(assistant.ask(question, portfolio.snapshot))


def test_the_spread_is_of_which_clients_respond(portfolio: Portfolio) -> None:
    outcome = run(portfolio, "lose_clients", {"lost": Range(0.5, 0.5), "margin": Range(1, 1)})
    width = 1.96 * 12_000 * (40 * 0.25) ** 0.5
    assert outcome.effect.ci == pytest.approx((-240_000 - width, -240_000 + width), rel=1e-4)
    assert outcome.break_even.value is None and outcome.break_even.reason is not None
    whole = run(portfolio, "lose_clients", {"lost": Range(1, 1), "margin": Range(1, 1)})
    assert whole.effect.ci == (-480_000, -480_000)


def test_a_discount_needs_more_sales(portfolio: Portfolio) -> None:
    given = {"cut": Range(0.2, 0.2), "growth": Range(0.1, 0.3), "margin": Range(1, 1)}
    outcome = run(portfolio, "discount", given)
    assert outcome.break_even.value == pytest.approx(0.25)
    assert outcome.effect.ci == pytest.approx((480_000 * (1.1 * 0.8 - 1), 480_000 * (1.3 * 0.8 - 1)))


@pytest.mark.parametrize(
    "question",
    [
        "Что будет, если отток снизится на 2 пункта, и кто в зоне риска?",
        "What if churn drops by 2 points? Who is at risk?",
    ],
)
def test_a_what_if_and_another_question_are_both_answered(question: str, portfolio: Portfolio) -> None:
    calls = planned(understood(question, portfolio), portfolio, last=[])
    assert [item["name"] for item in calls] == ["whatif", "segment"]
