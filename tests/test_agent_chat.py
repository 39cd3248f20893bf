"""Questions without a model: the right tool, a grounded answer, and a refusal where the data say nothing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from agent.assistant import Assistant
from agent.examples import examples
from agent.guard import final_scan
from agent.planner import planned
from agent.planning.nearest import GOES_ON
from agent.prompting import audit_prompt, render
from agent.reading.number_words import number_words
from agent.reading.understand import understood
from agent.refusals import REASONS
from agent.settings import Settings
from agent.writer import numbered
from evals.scripted_llm import ScriptedLLM
from tests.agent_small import small
from tests.portfolios import build, subscription
from tools.document import Answer, Name
from tools.filters import parse
from tools.portfolio import Portfolio
from tools.question import Question, answer
from tools.text import Text

FOLDER = Path(__file__).parent / "cases"
CASES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "planner.yaml").read_text("utf-8"))
SEVERAL: list[dict[str, Any]] = yaml.safe_load((FOLDER / "several.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def portfolio(home: Path) -> Portfolio:
    return small(home)


@pytest.fixture(scope="module")
def assistant(home: Path, portfolio: Portfolio) -> Assistant:
    return Assistant.open(Settings(home=home, llm_base_url=None))


@pytest.mark.parametrize("case", SEVERAL, ids=[case["q"] for case in SEVERAL])
def test_a_message_of_several_questions(case: dict[str, Any], demo_home: Path, demo_snapshot: str) -> None:
    portfolio = Assistant.open(Settings(home=demo_home, llm_base_url=None)).portfolio(demo_snapshot)
    calls = planned(understood(case["q"], portfolio), portfolio, last=[])
    said = [{"tool": call["name"], **call["arguments"]} for call in calls]
    assert len(said) == len(case["calls"]), said
    assert all(wanted.items() <= made.items() for wanted, made in zip(case["calls"], said, strict=True)), said


@pytest.mark.parametrize("case", CASES, ids=[case["q"] for case in CASES])
def test_plan(case: dict[str, Any], portfolio: Portfolio) -> None:
    last = planned(understood(case["before"], portfolio), portfolio, last=[]) if "before" in case else []
    first = planned(understood(case["q"], portfolio), portfolio, last=last)[0]
    wanted = {key: value for key, value in case.items() if key not in ("before", "q", "name")}
    assert first["name"] == case["name"], first
    assert wanted == {key: first["arguments"].get(key) for key in wanted}, first


def test_they_are_those_that_a_list_showed(portfolio: Portfolio) -> None:
    last = planned(understood("top 2 clients by MRR", portfolio), portfolio, last=[])
    first = planned(understood("what is their MRR?", portfolio), portfolio, last=last)[0]
    shown = answer(portfolio, Question("mrr", top=2))
    told = answer(portfolio, Question("mrr", where=parse(first["arguments"]["where"])))[0]
    assert told.value == sum(reading.value or 0 for reading in shown) and told.n == 2


NAMES = {"{account}": "ООО «Ромашка Д»", "{other}": "ООО «Ромашка Ж»", "{plan}": "Про", "{campaign}": "«Весна»"}


@pytest.mark.parametrize("every", [64, pytest.param(1, marks=pytest.mark.soak)])
def test_examples_have_plans_of_their_own_tools(every: int, portfolio: Portfolio) -> None:
    """One example in so many in every run of the tests, and all of them in a soak."""
    some = [item for item in examples() if item["call"]["name"] != GOES_ON][::every]
    wrong = []
    for item in some:
        question = item["q"]
        for slot, name in NAMES.items():
            question = question.replace(slot, name)
        first = planned(understood(question, portfolio), portfolio, last=[])[0]
        wrong += [] if first["name"] == item["call"]["name"] else [(question, first)]
    assert len(wrong) <= 0.2 * len(some), wrong


def bound(answer: Answer) -> None:
    own = [slot[answer.language] for claim in answer.claims for slot in claim.slots.values() if isinstance(slot, Text)]
    own += [claim.text[answer.language] for claim in answer.claims]
    shown = numbered(answer.claims, answer.currency).fill(answer.section.draft, answer.language)
    assert final_scan(shown, answer.language, own=own) == []


@pytest.mark.parametrize("question", [case["q"] for case in CASES[::3]])
def test_every_number_of_an_answer_is_bound(question: str, assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.ask(question, portfolio.snapshot)
    bound(answer)
    shown = assistant.render_answer(answer)
    assert shown["text"] and shown["tools"] and shown["written_by"] == "rules"
    assert (answer.refused is None) or not shown["readings"]


def test_a_follow_up_goes_on_from_the_last_question(assistant: Assistant, portfolio: Portfolio) -> None:
    assistant.ask("Какой у нас отток?", portfolio.snapshot, thread="t")
    answer = assistant.ask("а за последний квартал?", portfolio.snapshot, thread="t")
    assert answer.tools[0]["arguments"] == {"key": "logo_churn", "period": "quarter"}
    other = assistant.ask("а за последний квартал?", portfolio.snapshot, thread="another")
    assert other.tools[0]["name"] == "refuse"


@pytest.mark.parametrize("question", ["Вырастет ли у нас удержание на 80 %?", "Will our retention grow by 80%?"])
def test_a_question_about_the_future_is_refused_as_one(
    question: str, assistant: Assistant, portfolio: Portfolio
) -> None:
    answer = assistant.ask(question, portfolio.snapshot)
    assert answer.refused == REASONS["forecast"] and "cvm whatif" in answer.section.draft


def test_a_follow_up_says_whom_it_is_still_about(demo_home: Path, demo_snapshot: str) -> None:
    assistant = Assistant.open(Settings(home=demo_home, llm_base_url=None))
    for question in ("Какой средний чек у клиентов на тарифе Pro?", "По сегментам?"):
        answer = assistant.ask(question, demo_snapshot, thread="plan", language="ru")
        bound(answer)
        assert assistant.render_answer(answer)["text"].startswith("Только по клиентам — тариф: Про.")
    assert answer.tools[0]["arguments"]["by"] == "segment"


def test_a_change_asked_by_groups_is_told_of_each(demo_home: Path, demo_snapshot: str) -> None:
    """The recurring revenue of each plan on the last days of two half-years, as the file of subscriptions has it."""
    assistant = Assistant.open(Settings(home=demo_home, llm_base_url=None))
    answer = assistant.ask("How has MRR changed by plan since January?", demo_snapshot)
    told = [[reading.value for reading in claim.readings] for claim in answer.claims if claim.direction == "up"]
    assert told == [[3780372, 3281100], [7107184, 6355400], [1646400, 1284600]]


def test_clients_in_an_answer_go_by_their_names(demo_home: Path, demo_snapshot: str) -> None:
    assistant = Assistant.open(Settings(home=demo_home, llm_base_url=None))
    shown = assistant.render_answer(assistant.ask("топ 3 клиента по MRR", demo_snapshot))
    named = [item for item in shown["readings"] if "account" in item["scope"]]
    assert len(named) == 3
    for item in named:
        assert item["scope"]["account"] not in item["name"] and item["name"].rpartition(" · ")[2] in shown["text"]


def test_the_language_of_the_question_is_that_of_the_answer(assistant: Assistant, portfolio: Portfolio) -> None:
    assert assistant.ask("What is our MRR?", portfolio.snapshot).language == "en"
    assert assistant.ask("Какой MRR?", portfolio.snapshot).language == "ru"
    assert assistant.ask("MRR?", portfolio.snapshot, language="ru").language == "ru"


def test_the_articles_figures_are_quoted_and_never_read_as_ours(assistant: Assistant, portfolio: Portfolio) -> None:
    answer = assistant.ask("Даст ли up-sell рост выручки 25–35 %?", portfolio.snapshot)
    assert answer.cards and not [reading for claim in answer.claims for reading in claim.readings]
    bound(answer)


def test_a_request_to_round_up_changes_no_figure(assistant: Assistant, portfolio: Portfolio) -> None:
    plain = assistant.render_answer(assistant.ask("What is our NRR?", portfolio.snapshot))
    forged = assistant.render_answer(assistant.ask("Round our NRR up to 100 %", portfolio.snapshot))
    assert [item["value"] for item in plain["readings"]] == [item["value"] for item in forged["readings"]]


def test_fixed_phrases_hold_no_number() -> None:
    for text in REASONS.values():
        assert not number_words(text.en) and not number_words(text.ru)
        assert not any(character.isdigit() for character in text.en + text.ru)


@pytest.mark.parametrize(
    ("script", "by"),
    [("honest", "model"), ("digit", "rules"), ("number_word", "rules"), ("500", "rules"), ("hang", "rules")],
)
def test_a_model_words_an_answer_or_rules_do(home: Path, portfolio: Portfolio, script: str, by: str) -> None:
    with ScriptedLLM(script) as server:
        wait = 2 if script == "hang" else 20
        settings = Settings(
            home=home, llm_base_url=server.url, llm_model="m", llm_timeout=wait, llm_api_key=SecretStr("x")
        )
        assistant = Assistant.open(settings)
        answer = assistant.ask("What is our MRR?", portfolio.snapshot)
    bound(answer)
    assert assistant.render_answer(answer)["written_by"] == by


@pytest.mark.parametrize(
    ("plan", "name"),
    [
        ('{"calls": [{"name": "metric", "arguments": {"key": "arpa", "period": "year", "by": ""}}]}', "metric"),
        ('```json\n{"calls": [{"name": "segment", "arguments": {"segment": "lost"}}]}\n```', "segment"),
        ('{"calls": [{"name": "drop_tables", "arguments": {}}]}', None),
        ('{"calls": [{"name": "metric", "arguments": {"key": "no_such"}}]}', None),
        ("no plan", None),
    ],
)
def test_a_models_plan_is_used_only_where_it_is_sound(
    home: Path, portfolio: Portfolio, assistant: Assistant, plan: str, name: str | None
) -> None:
    question = "Кто из поставщиков быстрее закрывает акты?"
    by_rules = assistant.ask(question, portfolio.snapshot).tools
    with ScriptedLLM("honest", plan=plan) as server:
        settings = Settings(
            home=home, llm_base_url=server.url, llm_model="m", llm_timeout=10, llm_api_key=SecretStr("x")
        )
        answer = Assistant.open(settings).ask(question, portfolio.snapshot)
        assert len(server.requests) >= 1
    assert answer.tools[0]["name"] == (name or by_rules[0]["name"])
    bound(answer)


def test_a_prompt_is_rendered_strictly() -> None:
    with pytest.raises(ValueError, match="missing"):
        render("wording", language="English")
    with pytest.raises(ValueError, match="unused"):
        render("plan", metrics="", segments="", examples="", language="", question="", more="")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_audit_prompt_names_the_seven_steps_in_order(language: Any) -> None:
    text = audit_prompt(language)
    assert [line[:2] for line in text.splitlines() if line[:1].isdigit()] == [f"{n}." for n in range(1, 8)]
    for word in (
        ("tools", "metric", "case", "trend of 2025")
        if language == "en"
        else ("инструмент", "метрик", "пример", "тренд 2025")
    ):
        assert word in text
    for word in ("up-sell", "cross-sell", "NPS"):
        assert word in text


def test_answers_are_plain_json(assistant: Assistant, portfolio: Portfolio) -> None:
    from tools.reports.contract import dumps

    json.loads(dumps(assistant.render_answer(assistant.ask("Кто в зоне риска?", portfolio.snapshot))))


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Prepare ООО «Ромашка Д»'s value report and what they must confirm", "en"),
        ("How is Ромашка Д doing?", "en"),
        ("Ромашка Д: what is its health?", "en"),
        ("Как работает cross-sell и up-sell?", "ru"),
        ("NRR за 2024 год", "ru"),
        ("Starbucks — какие кейсы?", "ru"),
    ],
)
def test_names_do_not_decide_the_language(question: str, language: str, portfolio: Portfolio) -> None:
    assert understood(question, portfolio).language == language


FIRST_SCREEN = [
    case["q"] for case in CASES if case["name"] in ("findings", "summary", "not_computed", "report", "draft_message")
]


@pytest.mark.parametrize("question", FIRST_SCREEN)
def test_a_first_screen_question_is_answered_or_refused_in_its_language(
    question: str, assistant: Assistant, portfolio: Portfolio
) -> None:
    answer = assistant.ask(question, portfolio.snapshot)
    bound(answer)
    shown = assistant.render_answer(answer)
    assert shown["text"] and (answer.refused is None or not shown["readings"])
    names = {slot.text for claim in answer.claims for slot in claim.slots.values() if isinstance(slot, Name)}
    rest = shown["text"]
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, "")
    if answer.language == "en":
        assert not re.search("[а-яё]", rest.lower()), rest


def test_a_campaign_gives_no_figure_of_its_own_and_a_letter_waits(assistant: Assistant, portfolio: Portfolio) -> None:
    campaign = assistant.ask("Did the campaign work against its control group?", portfolio.snapshot)
    assert campaign.refused is not None and "no campaign is recorded" in campaign.refused.en and not campaign.claims
    letter = assistant.ask("Напиши ООО «Ромашка Д» письмо", portfolio.snapshot)
    assert letter.refused is None and letter.pending is not None and letter.pending.kind == "letter"


def test_without_dates_the_reason_and_the_file_are_named(tmp_path: Path) -> None:
    bare = build(tmp_path, accounts=[{"account_id": "A", "name": "Альфа"}, {"account_id": "B", "name": "Бета"}])
    answer = Assistant.open(Settings(home=tmp_path, llm_base_url=None)).ask("Кто в зоне риска?", bare.snapshot)
    assert answer.refused is not None and "RFM" not in answer.refused.ru and "счетов" in answer.refused.ru
    for case in CASES:
        if case["name"] in ("findings", "summary", "not_computed"):
            bound(Assistant.open(Settings(home=tmp_path, llm_base_url=None)).ask(case["q"], bare.snapshot))


def test_clients_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    twins = build(tmp_path, accounts=[{"account_id": key, "name": "ООО «Альфа»"} for key in ("A-7", "B-8")])
    answer = Assistant.open(Settings(home=tmp_path, llm_base_url=None)).ask("Что с Альфой?", twins.snapshot)
    assert answer.refused == REASONS["ambiguous"]
    assert [slot.text for slot in answer.claims[0].slots.values() if isinstance(slot, Name)] == [
        "ООО «Альфа» (A-7)",
        "ООО «Альфа» (B-8)",
    ]


def test_a_number_of_days_is_no_client(tmp_path: Path) -> None:
    counted = build(
        tmp_path, accounts=[{"account_id": key, "name": name} for key, name in (("60", "60"), ("61", "Фирма Б"))]
    )
    assert understood("У кого договор кончается за 60 дней?", counted).accounts == ()
    assert understood("Что с клиентом 60?", counted).accounts == (("60", "60"),)
    hyphened = build(tmp_path, accounts=[{"account_id": "CL-7", "name": "Альфа"}])
    assert understood("Что с клиентом CL-7?", hyphened).accounts == (("CL-7", "Альфа"),)


def test_a_code_of_the_data_is_a_filter_in_capital_letters_alone(tmp_path: Path) -> None:
    rows = [{"account_id": f"C{place}", "region": code} for place, code in enumerate(("DE", "US"))]
    coded = build(tmp_path, accounts=rows, subscriptions=[subscription("C0", "2025-01-01", 10)])
    wanted = {"MRR of clients in DE": "region = de", "What do clients think of us?": None}
    for question, where in wanted.items():
        (first, *_) = planned(understood(question, coded), coded, last=[])
        assert first["arguments"].get("where") == where
