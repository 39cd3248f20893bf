"""What leaves for an endpoint elsewhere holds no name and no personal data, and comes back undone."""

import json
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from agent.backends import Gateway, is_loopback
from agent.models.identifiers import is_card, is_inn, is_ogrn, is_snils
from agent.models.masking import Mask, known_names
from agent.planning.model_planner import by_model
from agent.reading.understand import understood
from agent.settings import Settings
from evals.scripted_llm import ScriptedLLM
from tests.agent_small import small
from tests.private_data import company_names, corpus

NAMES = company_names(random.Random(7), 200)


def recalled(count: int) -> tuple[Counter[str], Counter[str], list[str]]:
    """Entities by kind, those hidden whole, and the texts where one was not."""
    every: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    missed = []
    names = known_names(NAMES)
    for case in corpus(11, count, NAMES):
        every[case.kind] += 1
        mask = Mask(names)
        shown = mask.hidden(case.text)
        assert "".join(mask.undone([shown])) == case.text
        if not leaks(case.secret, shown):
            hidden[case.kind] += 1
        else:
            missed.append(f"{case.kind}: {case.text} -> {shown}")
    return every, hidden, missed


def leaks(secret: str, shown: str) -> bool:
    """Whether the thing, or any part of it that tells it, stands in a text."""
    parts = [part for part in secret.replace("«", " ").replace("»", " ").split() if len(part) > 3 and part != "ГБУЗ"]
    return secret in shown or any(part in shown for part in parts)


@pytest.mark.parametrize("count", [300, pytest.param(5000, marks=pytest.mark.soak)])
def test_names_and_personal_data_are_hidden(count: int) -> None:
    every, hidden, missed = recalled(count)
    names = {"CLIENT", "PERSON"}
    ids = sum(hidden[kind] for kind in every if kind not in names) / sum(every[k] for k in every if k not in names)
    named = sum(hidden[kind] for kind in names) / sum(every[kind] for kind in names)
    assert ids >= 0.99 and named >= 0.97, (ids, named, missed[:20])


def test_plain_questions_are_left_as_they_are() -> None:
    mask = Mask(known_names(["ООО «Ромашка»"]))
    for text in (
        "Какой у нас NRR за 2025 год?", "Выручка 1 234 567,50 ₽ на 01.02.2024", "топ 10 клиентов по MRR", "What is our MRR?",
        "План 12 500 000 руб. на III квартал 2026 г.", "Сколько ушло с 01.01.2025 по 31.12.2025?",
    ):  # fmt: skip
        assert mask.hidden(text) == text


def test_the_same_thing_has_one_pseudonym_within_a_request_and_none_outside_it() -> None:
    names = known_names(["ООО «Ромашка»", "АО «Вектор»"])
    mask = Mask(names)
    assert mask.hidden("Сравни Ромашку и Вектор") == "Сравни CLIENT_01 и CLIENT_02"
    assert mask.hidden("Ромашку, ИНН 7707083893") == "CLIENT_01, ИНН INN_01"
    other = Mask(names)
    assert "".join(other.undone(["CLIENT_01"])) == "CLIENT_01"


def test_what_looks_like_a_pseudonym_in_the_users_own_words_is_not_undone_into_another() -> None:
    mask = Mask(known_names(["АО «Вектор»"]))
    hidden = mask.hidden("CLIENT_01 и Вектор")
    assert hidden == "CLIENT_01 и CLIENT_02"
    assert "".join(mask.undone([hidden])) == "CLIENT_01 и Вектор"


@given(st.lists(st.integers(1, 7), max_size=60))
@settings(max_examples=300, deadline=None)
def test_a_pseudonym_cut_between_pieces_of_a_stream_is_undone(cuts: list[int]) -> None:
    mask = Mask(known_names(["ООО «Ромашка»", "АО «Вектор»"]))
    text = mask.hidden('{"calls": [{"client": "Ромашка"}, {"client": "Вектор"}]} Вектор, Ромашка; +7 (912) 345-67-89')
    pieces, at = [], 0
    for size in cuts:
        pieces.append(text[at : at + size])
        at += size
    whole = "".join(mask.undone([*pieces, text[at:]]))
    assert whole == '{"calls": [{"client": "Ромашка"}, {"client": "Вектор"}]} Вектор, Ромашка; +7 (912) 345-67-89'


def test_inside_json_a_name_with_quotes_comes_back_escaped() -> None:
    mask = Mask(known_names(['ООО "Ромашка"']))
    hidden = mask.hidden('Ромашка тел. "8 912 345 67 89"')
    reply = json.dumps({"text": hidden})
    assert json.loads("".join(mask.undone([reply], escaped=True)))["text"] == 'Ромашка тел. "8 912 345 67 89"'


@pytest.fixture
def outbound(tmp_path: Any) -> Any:
    return small(tmp_path)


@pytest.mark.parametrize("tools", ["native", "json"])
def test_nothing_raw_leaves_and_the_plan_is_about_the_client_meant(outbound: Any, tools: str) -> None:
    plan = '{"calls": [{"name": "account", "arguments": {"client": "CLIENT_01"}}]}'
    question = "Во сколько обходится кофейный автомат для Ромашки Д, ИНН 7707083893, тел. +7 912 345-67-89?"
    with ScriptedLLM("honest", plan=plan) as server:
        gateway = Gateway(
            Settings(llm_base_url=server.url, llm_local=False, llm_tools=tools, llm_api_key=SecretStr("x"))
        )
        found = by_model(understood(question, outbound), outbound, gateway)
        sent = json.dumps(server.requests, ensure_ascii=False)
    assert found == [{"name": "account", "arguments": {"id": "C4"}}]
    assert "CLIENT_01" in sent
    for raw in ("Ромашк", "7707083893", "345-67-89"):
        assert raw not in sent


def test_a_local_endpoint_gets_the_question_as_it_is(outbound: Any) -> None:
    with ScriptedLLM("honest", plan="{}") as server:
        gateway = Gateway(Settings(llm_base_url=server.url, llm_api_key=SecretStr("x")))
        assert by_model(understood("Во сколько обходится кофейный автомат?", outbound), outbound, gateway) is None
        assert "кофейный автомат" in json.dumps(server.requests, ensure_ascii=False)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8000/v1", True), ("http://localhost/v1", True), ("http://[::1]:1/v1", True),
        ("https://api.example.com/v1", False), ("http://127.0.0.1.evil.example/v1", False), ("http://10.0.0.5/v1", False),
        ("http://localhost.evil.example", False), ("", False),
    ],
)  # fmt: skip
def test_only_this_machine_is_local(url: str, local: bool) -> None:
    assert is_loopback(url) is local


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (is_inn, "7707083893", "7707083894"), (is_inn, "500100732259", "500100732258"),
        (is_ogrn, "1027700132195", "1027700132196"), (is_snils, "11223344595", "11223344596"),
        (is_card, "4111111111111111", "4111111111111112"),
    ],
)  # fmt: skip
def test_check_digits(check: Any, right: str, wrong: str) -> None:
    assert check(right) and not check(wrong)
