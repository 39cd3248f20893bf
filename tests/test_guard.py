"""The guard against the vectors of the safety notes, and against the claims' own words."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.guard import Told, check, final_scan
from agent.number_words import number_words
from tools.document import Claim
from tools.reading import Reading, Unit
from tools.render import Register
from tools.text import Text

FILE = yaml.safe_load((Path(__file__).parent / "cases" / "guard.yaml").read_text("utf-8"))
CASES: list[dict[str, Any]] = FILE["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_guard_case(case: dict[str, Any]) -> None:
    claims = [Told(**item) for item in FILE["sets"][case["claims"]]]
    draft = case["draft"] if "draft" in case else case["draft_repeat"] * case["times"]
    found = {violation.code for violation in check(draft, claims=claims, language=case["claims"])}
    if "reject" in case:
        assert found & set(case["reject"]), f"wanted one of {case['reject']}, found {found or 'nothing'}"
    else:
        assert not found, found


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
