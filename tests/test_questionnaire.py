"""Questions of the chat: culture in short, the inputs that matter most, the prompt of seven steps; nothing is lost."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent import questionnaire, said, whole_audit
from agent.assistant import Assistant
from agent.guard import final_scan
from agent.lacking import lacks, parted
from agent.planner import planned
from agent.prompting import audit_prompt
from agent.reading.number_words import number_words
from agent.reading.understand import understood
from agent.settings import Settings
from agent.stated import history, stated
from agent.writer import numbered
from tests.agent_small import small
from tests.conftest import SHARED, missing
from tools.audit import steps
from tools.document import Answer
from tools.errors import UserError
from tools.metrics import compute
from tools.metrics.culture import DEPARTMENTS
from tools.portfolio import Portfolio
from tools.stated import applied
from tools.text import Text

CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "questionnaire.yaml").read_text("utf-8")
)
COMPANY = "компании «Северный вектор», которая продаёт логистику складам"


@pytest.fixture
def talk(tmp_path: Path) -> Iterator["Talk"]:
    """A conversation over fourteen small clients, in a home of its own."""
    snapshot = small(tmp_path).snapshot
    yield Talk(Assistant.open(Settings(home=tmp_path, llm="rules")), snapshot)


class Talk:
    """One thread of the chat."""

    def __init__(self, assistant: Assistant, snapshot: str) -> None:
        self.assistant, self.snapshot = assistant, snapshot

    @property
    def home(self) -> Path:
        return self.assistant.settings.home

    @property
    def portfolio(self) -> Portfolio:
        return self.assistant.portfolio(self.snapshot)

    def ask(self, question: str) -> Answer:
        answer = self.assistant.ask(question, self.snapshot, thread="talk")
        text = numbered(answer.claims, answer.currency).fill(answer.section.draft, answer.language)
        own = [words for claim in answer.claims for words in (claim.text.en, claim.text.ru)]
        assert not final_scan(text, answer.language, own=own), text.text
        return answer

    def text(self, question: str) -> str:
        return str(self.assistant.render_answer(self.ask(question))["text"])


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    return small(tmp_path_factory.mktemp("questions"))


@pytest.mark.parametrize("case", CASES["levels"], ids=[case["said"] for case in CASES["levels"]])
def test_levels_in_words(case: dict[str, Any]) -> None:
    found = said.levels(case["said"], list(DEPARTMENTS))
    assert found.read is case.get("read", True)
    assert dict(found.given) == case.get("given", {})
    assert dict(found.wrong) == case.get("wrong", {})


@pytest.mark.parametrize("kind", ["shares", "days", "promises"])
def test_other_answers_in_words(kind: str) -> None:
    reader = {"shares": said.share, "days": said.days, "promises": said.promise}[kind]
    assert {case["said"]: reader(case["said"]) for case in CASES[kind]} == {
        case["said"]: case["value"] for case in CASES[kind]
    }


@pytest.mark.parametrize("case", CASES["begins"], ids=[case["q"] for case in CASES["begins"]])
def test_a_wish_to_answer_is_told_from_a_question_about_the_answers(case: dict[str, Any], portfolio: Portfolio) -> None:
    calls = questionnaire.asked(understood(case["q"], portfolio), portfolio)
    assert (calls is not None and calls[0]["name"] == "culture") is case["is"]


def test_four_questions_wait_and_their_answers_give_the_culture_score(talk: Talk) -> None:
    asked = talk.ask("Хочу заполнить анкету о культуре")
    assert asked.pending is not None and (asked.pending.kind, asked.pending.ref) == ("questions", "culture")
    assert sum(claim.id.startswith("culture.ask.") for claim in asked.claims) == len(DEPARTMENTS)
    assert "75" in talk.text("4, 3, 3, 2")
    head, *parts = compute(talk.portfolio, "culture")
    assert head.value == 75 and head.grade == "stated"
    assert all("short_form" in item.flags for item in parts if item.scope.get("by") == "department")
    step = next(item for item in talk.assistant.audit(talk.snapshot).audit.steps if item.key == "culture")
    assert step.status == "done" and any(item.key == "culture" and item.value == 75 for item in step.readings)


def test_a_level_off_the_scale_is_named_and_asked_again_and_the_rest_is_kept(talk: Talk) -> None:
    talk.ask("I want to fill in the culture questionnaire")
    wrong = talk.ask("product 4, marketing 3, support 9, sales 2")
    assert wrong.pending is not None and wrong.pending.ref == "culture:support"
    assert stated(talk.home, talk.snapshot)["culture"] == {"product": [4], "marketing": [3], "sales": [2]}
    assert compute(talk.portfolio, "culture")[0].status == "partial"
    assert talk.ask("3").pending is None
    assert stated(talk.home, talk.snapshot)["culture"]["support"] == [3]
    assert compute(talk.portfolio, "culture")[0].status == "ok"


def test_words_that_are_no_levels_change_nothing_and_are_asked_again(talk: Talk) -> None:
    talk.ask("Хочу заполнить анкету о культуре")
    told = talk.ask("ответ: всё у нас хорошо")
    assert told.pending is not None and told.pending.ref == "culture"
    assert "целое число" in talk.assistant.render_answer(told)["text"]
    assert stated(talk.home, talk.snapshot) == {}


def test_a_skipped_questionnaire_stays_open_and_another_question_is_answered(talk: Talk) -> None:
    talk.ask("Хочу заполнить анкету о культуре")
    assert "ничего не изменилось" in talk.text("пропустить").lower()
    talk.ask("Хочу заполнить анкету о культуре")
    assert "NRR" in talk.text("Какой у нас NRR?")
    assert "Записано" in talk.text("ответ: 4, 3, 3, 2")
    assert stated(talk.home, talk.snapshot)["culture"]["product"] == [4]


def test_answers_outlive_the_process_and_every_one_is_in_the_history(talk: Talk) -> None:
    talk.ask("Хочу заполнить анкету о культуре")
    talk.ask("4, 3, 3, 2")
    talk.ask("Хочу заполнить анкету о культуре")
    talk.ask("продажи 4")
    fresh = Assistant.open(Settings(home=talk.home, llm="rules"))
    assert compute(fresh.portfolio(talk.snapshot), "culture")[0].value == 87.5
    assert [item["said"] for item in history(talk.home, talk.snapshot)] == ["4, 3, 3, 2", "продажи 4"]
    fresh.ask("продажи 4", talk.snapshot, thread="other")
    assert len(history(talk.home, talk.snapshot)) == 2


def test_the_audit_asks_for_what_matters_most_and_names_what_it_completes(talk: Talk) -> None:
    asked = talk.ask("Проведи аудит")
    assert asked.pending is not None and asked.pending.ref.startswith("missing:")
    told = [claim for claim in asked.claims if claim.id in ("missing.promise", "missing.culture", "missing.ttv")]
    assert 1 <= len(told) <= 3 and all("what" in claim.slots for claim in told)
    order = lacks(talk.portfolio)
    assert [len(item.steps) for item in order] == sorted((len(item.steps) for item in order), reverse=True)


def test_a_promise_by_plan_changes_the_promise_score_and_is_told_as_such(talk: Talk) -> None:
    before = compute(talk.portfolio, "vrs")[0]
    talk.ask("Проведи аудит")
    answer = talk.text("обработка заявки с 10 до 4 часов, сейчас 6, 300 000 в год")
    assert "обработка заявки" in answer and "со слов" in answer
    after = compute(talk.portfolio, "vrs")[0]
    assert after.value != before.value and after.n > before.n and after.grade == "mixed"


def test_a_stated_target_changes_the_finding(demo: Portfolio) -> None:
    delivery = next(spec for spec in steps() if spec.key == "delivery")
    strict, loose = (applied(demo, {"ttv_target": days}) for days in (5, 300))
    assert "slow_ttv" in {item.code for item in delivery.run(strict, {}).findings}
    assert "slow_ttv" not in {item.code for item in delivery.run(loose, {}).findings}


def test_a_stated_margin_takes_the_lifetime_value_from_revenue_to_margin(portfolio: Portfolio) -> None:
    whole, half = compute(portfolio, "ltv")[0], compute(applied(portfolio, {"margin": 0.5}), "ltv")[0]
    assert whole.value is not None and half.value is not None
    assert float(half.value) == pytest.approx(float(whole.value) / 2)
    assert "revenue_not_margin" in whole.flags and "revenue_not_margin" not in half.flags


@pytest.mark.parametrize(
    "answers",
    [
        {"margin": 7},
        {"ttv_target": -1},
        {"promises": {"Про": {"goal": "", "base": 1, "target": 2}}},
        {"promises": "all"},
    ],
)
def test_a_stated_answer_that_does_not_fit_is_refused(answers: dict[str, Any], portfolio: Portfolio) -> None:
    with pytest.raises(UserError) as refused:
        applied(portfolio, answers)
    assert next(iter(answers)) in refused.value.shown("ru")


def test_nothing_stated_leaves_the_portfolio_as_it_is(portfolio: Portfolio) -> None:
    assert applied(portfolio, {}) is portfolio
    assert applied(portfolio, {"capacity": {"support": 1}}) is portfolio


def test_parts_of_an_answer_find_their_questions(portfolio: Portfolio) -> None:
    from agent.lacking import Lack

    asked = [Lack("margin", ()), Lack("promise", (), plan="Про"), Lack("ttv", ())]
    for text in ("70 %; заявка с 10 до 4; 14 дней", "срок 14 дней; маржа 70; заявка с 10 до 4"):
        parts, rest = parted(text, asked)
        assert {item.kind: words.split()[0] for item, words in parts}["promise"] == "заявка" and not rest
        assert len(parts) == 3
    parts, rest = parted("70 %; три", asked)
    assert [item.kind for item, _ in parts] == ["margin"] and rest == ["три"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_prompt_of_the_product_runs_the_audit_in_order(language: Any, portfolio: Portfolio) -> None:
    text = audit_prompt(language)
    assert planned(understood(text, portfolio), portfolio, last=[]) == [
        {"name": "summary", "arguments": {"in_order": True}}
    ]


def test_the_prompt_of_the_source_text_is_answered_step_by_step(talk: Talk) -> None:
    prompt = _seed()
    for text in (prompt, prompt.replace("B2B-компании", COMPANY)):
        calls = planned(understood(text, talk.portfolio), talk.portfolio, last=[])
        assert calls == [{"name": "summary", "arguments": {"in_order": True}}]
    answer = talk.ask(prompt)
    told = [claim.id for claim in answer.claims]
    heads = [told.index(f"step.{spec.key}") for spec in steps()]
    assert heads == sorted(heads)
    for mark in ("Инструменты:", "Показатель:", "Пример:", "Тренд:"):
        assert mark in talk.assistant.render_answer(answer)["text"]


@pytest.mark.parametrize("case", CASES["prompt"], ids=[case["q"] for case in CASES["prompt"]])
def test_a_shorter_question_is_not_the_prompt(case: dict[str, Any], portfolio: Portfolio) -> None:
    assert (whole_audit.asked(understood(case["q"], portfolio), portfolio) is not None) is case["is"]


def test_no_phrase_of_the_questions_holds_a_number(portfolio: Portfolio) -> None:
    from agent import lacking

    phrases = [value for module in (questionnaire, lacking, whole_audit) for value in vars(module).values()]
    texts = [item for value in phrases for item in (value.values() if isinstance(value, dict) else [value])]
    for text in (item for item in texts if isinstance(item, Text)):
        for words in (text.en, text.ru):
            plain = re.sub(r"\{[a-z_]+\}|first benefit|первой пользы", "", words)
            assert not any(letter.isdigit() for letter in plain) and not number_words(plain), words


def test_an_audit_says_with_which_answers_it_was_made(talk: Talk, tmp_path: Path) -> None:
    talk.ask("Хочу заполнить анкету о культуре")
    talk.ask("4, 3, 3, 2")
    made = talk.assistant.audit(talk.snapshot, language="ru", out=tmp_path / "out")
    document = json.loads(made.files["json"].read_text("utf-8"))
    assert document["answers"] == {"culture": {"product": [4], "marketing": [3], "support": [3], "sales": [2]}}
    assert made.run == talk.assistant.run_id(talk.snapshot, language="ru")
    given = talk.assistant.run_id(talk.snapshot, language="ru", answers={"culture": {"product": [0]}})
    assert given != made.run


def _seed() -> str:
    """The prompt in the source text, where the source texts are beside the checkout."""
    seeds = SHARED.parent / "seeds"
    for path in sorted(seeds.glob("*.txt")) if seeds.is_dir() else ():
        found = re.search(r'"(Ты — ассистент.*?2025 года\.)"', path.read_text("utf-8"), re.DOTALL)
        if found:
            return found.group(1)
    missing("the source text with the prompt", f"no {seeds.name} beside the checkout")
