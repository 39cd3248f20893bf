"""Periods of a question, and which way a metric went between them."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from agent.assistant import Assistant
from agent.reading.periods import asked, several
from agent.reading.windows import preceding
from agent.settings import Settings
from tests.agent_small import small
from tests.portfolios import build
from tools.portfolio import Portfolio
from tools.reading import Reading, Window

PERIODS = yaml.safe_load((Path(__file__).parent / "cases" / "periods.yaml").read_text())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def portfolio(home: Path) -> Portfolio:
    return small(home)


@pytest.fixture(scope="module")
def assistant(home: Path, portfolio: Portfolio) -> Assistant:
    return Assistant.open(Settings(home=home, llm_base_url=None))


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("NRR за прошлый квартал", date(2025, 10, 1), date(2025, 12, 31)),
        ("What was our MRR in March?", date(2025, 3, 1), date(2025, 3, 31)),
        ("Какой NRR за последние 12 месяцев?", date(2025, 1, 1), date(2025, 12, 31)),
        ("Отток за последние полгода", date(2025, 7, 1), date(2025, 12, 31)),
    ],
)
def test_the_answer_is_of_the_period_asked_about(
    question: str, first: date, last: date, assistant: Assistant, portfolio: Portfolio
) -> None:
    answer = assistant.ask(question, portfolio.snapshot)
    windows = [slot.window for claim in answer.claims for slot in claim.slots.values() if isinstance(slot, Reading)]
    assert set(windows) == {Window(first, last + timedelta(days=1))}
    assert "other_period" not in [claim.id for claim in answer.claims]


@pytest.mark.parametrize(
    "question", ["What was MRR in the first 30 days?", "MRR на 15.03.2025", "топ-3 клиента по NRR за март"]
)
def test_an_answer_of_another_period_says_so(question: str, assistant: Assistant, portfolio: Portfolio) -> None:
    assert assistant.ask(question, portfolio.snapshot).claims[0].id == "other_period"


def test_a_period_before_the_data_is_refused_and_not_a_nought(assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.ask("MRR за март 2019", portfolio.snapshot)
    assert answer.refused is not None and "не ноль" in answer.refused.ru


@pytest.mark.parametrize(
    ("as_of", "question", "period"),
    [
        (date(2026, 2, 15), "NRR за прошлый квартал", "2025-Q4"),
        (date(2026, 2, 15), "NRR за прошлый месяц", "2026-01"),
        (date(2026, 2, 15), "MRR в марте", "2025-03"),
        (date(2026, 2, 15), "MRR in February", "2026-02"),
        (date(2026, 2, 15), "отток в этом квартале", "2026-01-01/2026-02-15"),
        (date(2026, 3, 31), "NRR за предыдущее полугодие", "2025-H2"),
        (None, "MRR в марте", "unread"),
    ],
)
def test_a_calendar_period_is_the_latest_one_of_the_data(as_of: date | None, question: str, period: str) -> None:
    assert asked(question.lower(), as_of) == period


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("MRR at the end of 2025", "2025"),
        ("клиентов на конец марта 2026-го", "2026-03"),
        ("MRR at 31 March", "2026-03"),
        ("MRR на 1 апреля", "2026-03"),
        ("MRR на 31.03.2026", "2026-03"),
        ("MRR на 15 марта", "unread"),
        ("MRR at the end of 2026", "unread"),
        ("MRR since the end of March", "unread"),
        ("revenue since New Year", "2026-01-01/2026-06-30"),
        ("contracts ending in Q3 2026", "2026-Q3"),
        ("NRR за 2 кв. 2026", "2026-Q2"),
        ("the forth quarter of 2025", "2025-Q4"),
        ("ARPA November 2025 through January 2026", "2025-11-01/2026-01-31"),
        ("lost revenue, april thru june", "2026-04-01/2026-06-30"),
        ("New MRR in May, and the quick ratio for May too", "2026-05"),
        ("Food industry, March: new MRR", "2026-03"),
        ("better in Q2 than over the winter", "2026-Q2"),
        ("прогноз на июль", "2026-07"),
        ("MRR с первого квартала", "2026-01-01/2026-06-30"),
    ],
)
def test_a_period_is_read_as_it_is_said(question: str, period: str) -> None:
    assert asked(question.lower().replace("ё", "е"), date(2026, 6, 30)) == period


@pytest.mark.parametrize("language", ["ru", "en"])
def test_times_in_words_are_read_or_asked_about(language: str) -> None:
    said = {str(words): period and str(period) for words, period in PERIODS[language].items()}
    assert {words: _asked(words) for words in said} == said


@pytest.mark.parametrize(("words", "periods"), PERIODS["beside"].items())
def test_times_beside_each_other_in_words_are_each_read(words: str, periods: list[str]) -> None:
    assert several(f"nrr {words}".lower().replace("ё", "е"), date(2026, 6, 30)) == tuple(periods)


def _asked(words: str) -> str | None:
    return asked(f"nrr {words}".lower().replace("ё", "е"), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("question", "periods"),
    [
        ("revenue churn for 2025 next to the first half of 2026", ("2025", "2026-H1")),
        ("отток в первом квартале и во втором", ("2026-Q1", "2026-Q2")),
        ("at the end of 2025 and at the end of March 2026", ("2025", "2026-03")),
        ("в мае и июне", ("2026-05", "2026-06")),
        ("Q1, Q2 and Q3 2025", ("2025-Q1", "2025-Q2", "2025-Q3")),
        ("с января по март", ()),
        ("между 1 марта и 1 мая", ()),
        ("May I see MRR in March", ()),
    ],
)
def test_periods_beside_each_other_are_each_read(question: str, periods: tuple[str, ...]) -> None:
    assert several(question.lower(), date(2026, 6, 30)) == periods


@pytest.mark.parametrize(
    ("first", "after", "before"),
    [
        (date(2026, 3, 1), date(2026, 4, 1), date(2026, 2, 1)),
        (date(2025, 7, 1), date(2026, 7, 1), date(2024, 7, 1)),
        (date(2026, 1, 16), date(2026, 2, 16), date(2025, 12, 16)),
        (date(2026, 1, 10), date(2026, 1, 20), date(2025, 12, 31)),
    ],
)
def test_the_period_before_is_as_long_in_months_or_days(first: date, after: date, before: date) -> None:
    assert preceding(Window(first, after)) == Window(before, first)


@pytest.mark.parametrize(
    ("question", "said", "direction"),
    [
        ("Почему упал MRR?", "снижения нет, показатель не изменился", "none"),
        ("Why did MRR rise?", "did not rise: it stayed as it was", "none"),
        ("Почему упал MRR за год?", "не снижение, а рост", "up"),
        ("MRR rose in September 2025, why?", "did not rise but fell", "down"),
        ("Почему упал MRR в сентябре 2025?", "): снижение — ", "down"),
        ("Why did MRR fall in January 2024?", "there is no figure of an earlier period", "none"),
    ],
)
def test_a_premise_against_the_figures_is_corrected(
    question: str, said: str, direction: str, assistant: Assistant, portfolio: Portfolio
) -> None:
    answer = assistant.ask(question, portfolio.snapshot)
    moved = next(claim for claim in answer.claims if claim.id.endswith(".moved"))
    assert said in assistant.render_answer(answer)["text"] and moved.direction == direction


def test_a_change_that_is_not_proven_is_given_no_direction(tmp_path: Path) -> None:
    surveys = [
        {"account_id": f"C{n}", "date": day, "score": 10 if n < high else 5}
        for day, high in (("2024-06-15", 20), ("2025-06-15", 21))
        for n in range(40)
    ]
    accounts = [{"account_id": f"C{n}", "name": f"C{n}"} for n in range(40)]
    bare = build(tmp_path, accounts=accounts, surveys=surveys)
    assistant = Assistant.open(Settings(home=tmp_path, llm_base_url=None))
    answer = assistant.ask("Почему упал NPS?", bare.snapshot)
    moved = answer.claims[0]
    assert moved.id == "nps.moved" and moved.direction == "none" and not moved.readings
    assert "сказать нельзя — изменение не доказано" in assistant.render_answer(answer)["text"]


def test_without_invoices_clients_are_ranked_by_recurring_revenue(assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.ask("Who are our top 3 clients by revenue?", portfolio.snapshot)
    ranked = [reading for claim in answer.claims for reading in claim.readings]
    assert [item.key for item in ranked] == ["mrr"] * 3
    assert "MRR" in assistant.render_answer(answer)["text"]


def test_a_follow_up_counts_clients_of_another_month(assistant: Assistant, portfolio: Portfolio) -> None:
    assistant.ask("Сколько у нас клиентов?", portfolio.snapshot, thread="count")
    answer = assistant.ask("а в марте?", portfolio.snapshot, thread="count")
    assert answer.tools[0] == {"name": "clients", "arguments": {"period": "2025-03"}}
    assert [claim.id for claim in answer.claims] == ["clients.paying"]
