"""The glossary: every word of the registries is a term in both languages, shown by the faces."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from agent.assistant import Assistant
from agent.reading.terms import ALSO, CALLED, EVERYDAY
from agent.settings import Settings
from knowledge.card import KINDS, Card
from knowledge.card import Grade as SourceGrade
from knowledge.cards import load_cards
from knowledge.glossary import GROUPS, entries, terms
from tools.audit import steps
from tools.journeys import STAGES
from tools.metrics import metrics
from tools.profile import NAMES
from tools.reading import Grade, Status
from tools.segments import segmentation, segmentations
from tools.text import LANGUAGES, Text
from ui.cli import app
from ui.server import create_app

TERMS = terms()
EVERY_TERM = pytest.mark.parametrize("card", TERMS.values(), ids=lambda card: card.slug)
REGISTERED = {
    "metric": set(metrics()),
    "segment": {key for spec in segmentations().values() for key in spec.titles},
    "step": {spec.key for spec in steps()},
    "stage": set(STAGES),
    "profile": set(NAMES),
    "grade": {*get_args(Grade), "disputed"},
    "status": set(get_args(Status)),
    "source": set(get_args(SourceGrade)),
}


@pytest.mark.parametrize("group", GROUPS)
def test_every_registered_word_is_a_term(group: str) -> None:
    assert {entry.key for entry in entries().values() if entry.group == group} == REGISTERED[group]


def test_terms_are_found_by_their_entries_and_no_card_has_their_slug() -> None:
    assert list(TERMS) == [f"term_{term}" for term in entries()]
    assert not set(TERMS) & set(load_cards())
    assert "term" in KINDS


@EVERY_TERM
def test_a_term_is_worded_in_both_languages(card: Card) -> None:
    assert card.kind == "term" and card.slug.isidentifier()
    for text in (card.title, card.body):
        assert not re.search("[А-Яа-яЁё]", text.en), text.en
    assert re.search("[А-Яа-яЁё]", card.title.ru) and re.search("[А-Яа-яЁё]", card.body.ru)
    for language in LANGUAGES:
        assert "{" not in card.body[language] and card.body[language][0].isupper()
        assert card.title[language].partition(" (")[0] in card.asked[language]


@pytest.mark.parametrize("key", metrics())
def test_the_term_of_a_metric_says_what_the_registry_says(key: str) -> None:
    card, metric = TERMS[f"term_{key}"], metrics()[key]
    for language in LANGUAGES:
        assert card.title[language] == metric.name[language]
        assert metric.meaning[language] in card.body[language] and metric.formula[language] in card.body[language]
        assert {alias for alias in metric.aliases if alias not in card.asked[language]} == set()


def test_words_of_our_own_hold_no_digit() -> None:
    own = [card for slug, card in TERMS.items() if entries()[slug.removeprefix("term_")].group != "metric"]
    assert [card.slug for card in own for language in LANGUAGES if re.search(r"\d", card.body[language])] == []


def test_where_registries_share_a_key_the_term_says_which() -> None:
    assert entries()["culture"].group == "metric" and entries()["step_culture"].group == "step"
    assert {"segment_growth", "step_growth", "segments", "step_segments"} <= set(entries())
    assert "growth" not in entries()


def test_a_segment_without_a_meaning_is_refused() -> None:
    with pytest.raises(ValueError, match="title and a meaning"):
        segmentation(
            "halves", title=Text("halves", "половины"), impossible=lambda _: None, titles={"a": Text("A", "А")}
        )


def test_names_in_the_chat_are_those_of_terms() -> None:
    assert {*ALSO, *EVERYDAY} <= set(entries())
    assert set(CALLED) == set(GROUPS)


@pytest.mark.parametrize(("lang", "name"), [("en", "Net revenue retention"), ("ru", "Чистое удержание выручки")])
def test_card_shows_a_term(lang: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVM_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["card", "term_nrr", "--lang", lang], catch_exceptions=False)
    assert done.exit_code == 0 and name in done.stdout
    asked = CliRunner().invoke(app, ["card", "term_nrr", "--lang", lang, "--json"], catch_exceptions=False)
    shown = json.loads(asked.stdout)
    assert (shown["kind"], shown["metric"], shown["sources"]) == ("term", "nrr", [])


def test_the_api_shows_a_term_and_names_near_ones(tmp_path: Path) -> None:
    assistant = Assistant.open(Settings(home=tmp_path, llm_base_url=None))
    with TestClient(create_app(assistant, chat=False)) as client:
        found: dict[str, Any] = client.get("/v1/cards/term_at_risk", headers={"Accept-Language": "ru"}).json()
        assert found["kind"] == "term" and found["body"] == TERMS["term_at_risk"].body.ru
        missing = client.get("/v1/cards/term_at_rsk")
        assert missing.status_code == 404 and "term_at_risk" in missing.text
