"""The embedded model itself through the real gateway: whatever it writes, every number shown is a reading.

It needs the model's file: `CVM_HOME=DIR cvm model pull`, then CVM_TEST_MODEL_HOME=DIR.
"""

import os
from pathlib import Path

import pytest

from agent.assistant import Assistant
from agent.backends import Gateway
from agent.guard import final_scan
from agent.models.model_file import model_path
from agent.planner import planned
from agent.planning.model_planner import by_model
from agent.reading.understand import understood
from agent.settings import Settings
from agent.writer import numbered
from tests.agent_small import small
from tests.conftest import missing
from tests.test_agent_audit import numbers_bound
from tools.document import Answer
from tools.portfolio import Portfolio
from tools.text import Text

THREE = ("Какой у нас MRR?", "What is our NRR?", "Кто в зоне риска?")
TWENTY = (
    *THREE, "How many clients left this year?", "Сколько у нас клиентов?", "Что с Ромашкой Д?", "What is our churn?",
    "Насколько здоровы наши клиенты?", "What does GRR mean?", "Сколько пользы клиенты недополучили?", "Who are our newcomers?",
    "Покажи NRR по сегментам", "How quickly do clients get the first value?", "Топ 3 клиента по MRR", "How are we doing?",
    "Чего нельзя посчитать по этим данным?", "Would our clients recommend us?", "Сколько в среднем платит клиент?",
    "Which clients outgrow their plan?", "Do the bakeries pay on time these days?",
)  # fmt: skip
#: Questions of which no rule is sure: the model chooses what answers them.
UNSURE = ("Do the shops settle up in time these days?", "Доколе терпеть молчунов?")


@pytest.fixture(scope="module")
def gguf() -> Path:
    home = os.environ.get("CVM_TEST_MODEL_HOME")
    found = model_path(Settings(home=Path(home), llm_gguf=None)) if home else None
    if found is None:
        missing("the embedded model", "CVM_HOME=DIR cvm model pull, then CVM_TEST_MODEL_HOME=DIR")
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def portfolio(home: Path) -> Portfolio:
    return small(home)


@pytest.fixture(scope="module")
def assistant(gguf: Path, home: Path) -> Assistant:
    return Assistant.open(Settings(home=home, llm="embedded", llm_gguf=gguf, llm_base_url=None))


def right(answer: Answer) -> None:
    """Every number of the text is a reading's, a date's or a name's, and the model was asked for something."""
    own = [slot[answer.language] for claim in answer.claims for slot in claim.slots.values() if isinstance(slot, Text)]
    own += [claim.text[answer.language] for claim in answer.claims]
    shown = numbered(answer.claims, answer.currency).fill(answer.section.draft, answer.language)
    assert shown.text and final_scan(shown, answer.language, own=own) == []


@pytest.mark.parametrize("question", THREE)
def test_every_number_of_three_answers_is_right(question: str, assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.ask(question, portfolio.snapshot)
    right(answer)
    assert answer.usage is not None and answer.usage.calls >= 1 and not answer.usage.estimated


@pytest.mark.soak
@pytest.mark.parametrize("question", TWENTY)
def test_every_number_of_twenty_answers_is_right(question: str, assistant: Assistant, portfolio: Portfolio) -> None:
    right(assistant.ask(question, portfolio.snapshot))


@pytest.mark.soak
@pytest.mark.parametrize("question", UNSURE)
def test_the_model_chooses_a_sound_plan(question: str, gguf: Path, portfolio: Portfolio) -> None:
    gateway = Gateway(Settings(llm="embedded", llm_gguf=gguf)).metered("answer")
    seen = understood(question, portfolio)
    found = by_model(seen, portfolio, gateway)
    assert found and found[0]["name"]
    assert planned(seen, portfolio, last=[], gateway=gateway)


@pytest.mark.soak
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_number_of_a_worded_audit_is_right(
    language: str, assistant: Assistant, portfolio: Portfolio, tmp_path: Path
) -> None:
    found = assistant.audit(portfolio.snapshot, language="ru" if language == "ru" else "en", out=tmp_path)
    numbers_bound(found)
    used = found.telling.usage
    assert used is not None and used.calls <= 3
