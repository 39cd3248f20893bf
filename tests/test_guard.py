"""The guard against the vectors of the safety notes, and against the claims' own words."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.guard import Told, check, check_shown, final_scan, told
from agent.reading.number_words import number_words
from tools.document import Claim
from tools.reading import Reading, Unit
from tools.render import Register, Rendered
from tools.text import LANGUAGES, Language, Text

FILE = yaml.safe_load((Path(__file__).parent / "cases" / "guard.yaml").read_text("utf-8"))
CASES: list[dict[str, Any]] = FILE["cases"]
VECTORS: list[tuple[Language, str]] = [(language, text) for language in LANGUAGES for text in FILE["vectors"][language]]
LANGUAGE: dict[str, Language] = {
    "caveat": "ru",
    "commands": "en",
    "needs": "en",
    "sentence_ru": "ru",
    "ranked": "en",
    "ranked_names": "en",
    "variants": "en",
    "variants_ru": "ru",
}
RIGHT = {
    "ru": "В зоне риска [[F3]] клиентов, они платят [[F4]] в год.",
    "en": "[[F3]] clients are at risk, they pay [[F4]] a year.",
}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_guard_case(case: dict[str, Any]) -> None:
    claims = [Told(**item) for item in FILE["sets"][case["claims"]]]
    draft = case["draft"] if "draft" in case else case["draft_repeat"] * case["times"]
    found = {
        violation.code
        for violation in check(draft, claims=claims, language=LANGUAGE.get(case["claims"], case["claims"]))
    }
    if "reject" in case:
        assert found & set(case["reject"]), f"wanted one of {case['reject']}, found {found or 'nothing'}"
    else:
        assert not found, found


@pytest.mark.parametrize(("language", "vector"), VECTORS)
def test_a_number_in_any_form_is_one_and_no_draft_may_say_it(language: Language, vector: str) -> None:
    digits = [letter for letter in vector if unicodedata.numeric(letter, None) is not None]
    assert digits or number_words(vector)
    claims = [Told(**item) for item in FILE["sets"][language] if item.get("urgent")]
    assert check(RIGHT[language], claims=claims, language=language) == []
    for draft in (
        f"{RIGHT[language]} {vector}",
        f"{vector}. {RIGHT[language]}",
        RIGHT[language].replace("[[F4]]", vector),
    ):
        assert check(draft, claims=claims, language=language), draft


@pytest.mark.parametrize(
    ("text", "quoted", "found"),
    [
        ("1. Первое.\n2. Ещё.", (), []),
        ("2. Сперва.", (), ["digit"]),
        ("Мы перешли на 1С.", (), ["digit"]),
        ("Мы перешли на 1С.", ("1С",), []),
        ("Тариф 500 и ещё 500 клиентов.", ("Тариф 500",), ["digit"]),
        ("Вы спросили: «каждый пятый уйдёт?»", ("каждый пятый уйдёт?",), []),
        ("Всего 5.", ("5",), ["digit"]),
        ("Круглосуточно, 24/7.", (), ["digit"]),
    ],
)
def test_list_numbers_and_quoted_names_may_stand_in_a_text(
    text: str, quoted: tuple[str, ...], found: list[str]
) -> None:
    seen = final_scan(Rendered(text, ()), "ru", quoted=quoted)
    assert sorted({violation.code for violation in seen}) == found


@pytest.mark.parametrize(
    "phrase",
    [
        "столица стоит места, семья и сотрудник, одновременно однако, первичный партнёр стал остался",
        "someone often sees attention and content, everyone alone at height",
        "MRR NRR CRM CDP CVM LTV VRS",
    ],
)
def test_ordinary_words_are_no_numbers(phrase: str) -> None:
    assert number_words(phrase) == []


def test_final_scan_finds_a_digit_outside_a_span_and_none_inside() -> None:
    register = Register("RUB")
    claim = Claim("c", Text("NRR is {x}.", "NRR — {x}."), {"x": Reading("nrr", Unit.RATIO, 1.085)})
    shown = register.say(claim, "ru")
    assert final_scan(shown, "ru") == []
    forged = register.fill(register.draft(claim, "ru") + " То есть 108 и вдвое больше.", "ru")
    assert {violation.code for violation in final_scan(forged, "ru")} == {"digit", "number_word"}


def test_a_span_that_says_other_than_its_reading_is_found() -> None:
    register = Register("RUB")
    claim = Claim("c", Text("NRR is {x}.", "NRR — {x}."), {"x": Reading("nrr", Unit.RATIO, 1.085)})
    claims = [told(claim, register=register, language="ru")]
    shown = register.say(claim, "ru")
    assert check_shown(shown, claims=claims, register=register, language="ru") == []
    forged = Rendered(shown.text.replace("108,5", "109,5"), shown.spans)
    assert {found.code for found in check_shown(forged, claims=claims, register=register, language="ru")} == {"span"}
