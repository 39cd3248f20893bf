"""Questions about data that are not the demo's: countries by code, plans of two words, columns by the files' own headers."""

from pathlib import Path
from typing import Any

import pytest

from agent.assistant import Assistant
from agent.planner import planned
from agent.reading.understand import understood
from agent.settings import Settings
from tools.portfolio import Portfolio

ROWS = [
    ("C1", "Acme", "DE", "Mid-Market", 100),
    ("C2", "Borealis", "US", "Enterprise", 200),
    ("C3", "Cobalt", "US", "Month-to-month", 300),
    ("C4", "Delta", "UK", "Mid-Market", 400),
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    home, data = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("data")
    lines = ["account_id,account_name,country,Contract,seats"]
    lines += [f"{id},{name},{country},{plan},5" for id, name, country, plan, _money in ROWS]
    (data / "accounts.csv").write_text("\n".join(lines))
    lines = ["subscription_id,account_id,start_date,end_date,mrr_amount"]
    lines += [f"S{id},{id},2025-01-01,,{money}" for id, _name, _country, _plan, money in ROWS]
    (data / "subscriptions.csv").write_text("\n".join(lines))
    assistant = Assistant.open(Settings(home=Path(home), llm_base_url=None))
    return assistant.portfolio(str(assistant.load(str(data)).snapshot))


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("MRR in Germany", {"key": "mrr", "where": "region = de"}),
        ("MRR в Германии", {"key": "mrr", "where": "region = de"}),
        ("MRR in the United States", {"key": "mrr", "where": "region = us"}),
        ("MRR по США", {"key": "mrr", "where": "region = us"}),
        ("MRR outside the US", {"key": "mrr", "where": "region != us"}),
        ("MRR в Великобритании", {"key": "mrr", "where": "region = uk"}),
        ("show us MRR", {"key": "mrr", "where": None}),
        ("MRR in Japan", {"reason": "unknown_part"}),
        ("MRR by country", {"key": "mrr", "by": "region"}),
        ("MRR по странам", {"key": "mrr", "by": "region"}),
        ("MRR of Mid-Market", {"key": "mrr", "where": "plan = mid-market"}),
        ("MRR for enterprise", {"key": "mrr", "where": "plan = enterprise"}),
        ("MRR for month-to-month contracts", {"key": "mrr", "where": "plan = month-to-month", "period": None}),
        ("MRR by contract", {"key": "mrr", "by": "plan"}),
        ("MRR by payment method", {"reason": "unknown_split"}),
        ("MRR по каналам", {"reason": "unknown_split"}),
        ("How is Umbrella Corp doing?", {"reason": "unknown_account"}),
    ],
)
def test_a_question_in_the_words_of_the_data(question: str, wanted: dict[str, Any], base: Portfolio) -> None:
    (plan,) = planned(understood(question, base), base, last=[])
    assert {name: plan["arguments"].get(name) for name in wanted} == wanted
