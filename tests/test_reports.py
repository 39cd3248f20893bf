"""The audit's documents: contract, grounding, safety, sameness."""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cases.audit_fixture import AUDIT, HOSTILE, NRR, REFERRALS
from tools.document import Answer, Claim, Section
from tools.errors import BadData, UnknownName
from tools.reports import contract, formats_of, renderer
from tools.reports.register import audit_register, step_readings
from tools.reports.telling import rules_telling
from tools.reports.write import write_audit
from tools.text import LANGUAGES, Language, Text

READING = (
    "id key name value unit status reason text n numerator denominator window convention ci ci_method coverage flags "
    "grade scope rows sql snapshot"
).split()
MANDATORY = "action owner tools metric case trend effect effort stage stop_rule playbook why".split()


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    """Each language of the product."""
    found: Language = request.param
    return found


def as_json(language: Language) -> dict[str, object]:
    telling = rules_telling(AUDIT, language)
    parsed: dict[str, object] = json.loads(contract.dumps(contract.audit_json(AUDIT, telling, language=language)))
    return parsed


def page(language: Language) -> str:
    found: str = renderer("audit", "html")(AUDIT, rules_telling(AUDIT, language), language=language)
    return found


def test_tokens_are_the_same_in_both_languages() -> None:
    english, russian = (rules_telling(AUDIT, language) for language in LANGUAGES)
    marks = re.compile(r"\[\[\w+\]\]")
    for key, section in english.sections.items():
        assert sorted(marks.findall(section.draft)) == sorted(marks.findall(russian.sections[key].draft)), key
    assert next(iter(audit_register(AUDIT).slots)) == "F1"


def test_reading_has_exactly_the_keys_of_the_contract() -> None:
    shown = contract.reading_json(NRR, language="en", currency="RUB")
    assert list(shown) == READING
    assert shown["window"] == [date(2025, 1, 1), date(2026, 1, 1)]
    undefined = contract.reading_json(REFERRALS, language="en", currency="RUB")
    assert undefined["value"] is None
    assert undefined["reason"]


def test_every_number_of_a_text_is_a_span_with_a_reading_of_its_step(language: Language) -> None:
    for step in as_json(language)["steps"]:  # type: ignore[attr-defined]
        ids = {item["id"] for item in step["readings"]}
        for told in (step, *step["findings"]):
            rest = list(told["text"])
            for span in told["spans"]:
                rest[span["start"] : span["end"]] = " " * (span["end"] - span["start"])
                target = span["reading"]
                assert target in ids or target.startswith(("date:", "name:"))
            assert not re.search(r"\d", "".join(rest)), told["text"]
        for finding in step["findings"]:
            assert set(finding["readings"]) <= ids
            assert {line["money"] for line in finding["accounts"] if line["money"]} <= ids


def test_recommendations_carry_every_mandatory_field(language: Language) -> None:
    steps = as_json(language)["steps"]
    items = [item for step in steps for item in step["recommendations"]]  # type: ignore[attr-defined]
    assert len(items) == 2
    for item in items:
        assert all(item[name] for name in MANDATORY)
    assert items[1]["case"]["none"]
    assert items[1]["effect"]["reason"]
    assert items[1]["break_even"]["value"] == 0.12


def test_decimals_are_exact_and_nan_is_refused() -> None:
    assert contract.dumps({"a": [Decimal("434898.8500"), date(2025, 1, 1), None]}, indent=None) == (
        '{"a": [434898.85, "2025-01-01", null]}'
    )
    assert contract.dumps(Decimal("-0.00")) == "0"
    assert contract.dumps(Decimal("1E+3")) == "1000"
    with pytest.raises(ValueError, match="JSON"):
        contract.dumps(float("nan"))


def test_money_units_carry_the_currency() -> None:
    steps = as_json("en")["steps"]
    units = {item["unit"] for step in steps for item in step["readings"]}  # type: ignore[attr-defined]
    assert "RUB/year" in units
    assert not any("CUR" in unit for unit in units)


def test_page_makes_no_request_and_runs_nothing(language: Language) -> None:
    text = page(language)
    assert "<script" not in text
    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:|//|javascript:)""", text)
    assert not re.search(r"@import|url\((?!#)", text)
    assert "<img" not in text
    assert "&lt;script&gt;window.__xss=1" in text


def test_every_linked_number_has_its_row(language: Language) -> None:
    text = page(language)
    anchors = re.findall(r'\bid="([^"]+)"', text)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(anchors)
    for step in AUDIT.steps:
        for reading in step_readings(step):
            assert f"r-{reading.id}" in anchors


def test_markdown_makes_hostile_names_inert(language: Language) -> None:
    text = renderer("audit", "md")(AUDIT, rules_telling(AUDIT, language), language=language)
    assert "<script" not in text
    assert "![" not in text
    assert "http://" not in text
    lines = text.splitlines()
    rows = [place for place, line in enumerate(lines) if "Ромашка" in line and line.startswith("|")]
    assert rows
    for place in rows:  # as many cells as the rule under the heading of its own table
        rule = next(line for line in reversed(lines[:place]) if re.match(r"\|\s*:?-", line))
        assert len(re.findall(r"(?<!\\)\|", lines[place])) == rule.count("|")


def test_files_are_whole_and_the_same_each_time(tmp_path: Path) -> None:
    telling = rules_telling(AUDIT, "ru")
    first = write_audit(AUDIT, telling, tmp_path / "one", language="ru")
    second = write_audit(AUDIT, telling, tmp_path / "two", language="ru")
    assert set(first) == {"html", "md", "json"}
    assert all(path.read_bytes() == second[name].read_bytes() for name, path in first.items())
    assert len(list((tmp_path / "one").iterdir())) == 3
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(BadData):
        write_audit(AUDIT, telling, blocked / "inside", language="ru")


def test_an_empty_audit_still_says_what_is_missing(language: Language) -> None:
    steps = tuple(
        replace(step, claims=(), findings=(), readings=(), charts=(), recommendations=(), missing=())
        for step in AUDIT.steps
    )
    bare = replace(AUDIT, steps=steps, summary=(), control_totals=(), problems=(), plan=(), mistakes=())
    text = renderer("audit", "html")(bare, rules_telling(bare, language), language=language)
    assert {"en": "not known", "ru": "не известно"}[language] in text


def test_answer_follows_the_contract(language: Language) -> None:
    claim = Claim("a", Text("Kept: {nrr}.", "Удержано: {nrr}."), {"nrr": NRR})
    answer = Answer(
        "?", language, (claim,), Section({"en": "Kept: [[F1]].", "ru": "Удержано: [[F1]]."}[language]), "RUB"
    )
    shown = contract.answer_json(answer)
    assert shown["spans"][0]["reading"] == NRR.id == shown["readings"][0]["id"]
    assert shown["refused"] is None
    assert shown["written_by"] == "rules"


def test_reports_are_found_by_format() -> None:
    assert {"html", "md"} <= set(formats_of("audit"))
    with pytest.raises(UnknownName):
        renderer("audit", "htm")
    assert HOSTILE in contract.dumps(as_json("ru"))
