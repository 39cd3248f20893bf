"""Letters: benefit before the request, nothing internal, every figure bound; segments, by reason who is left out."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.guard import final_scan
from tests.portfolios import build
from tools.errors import UnknownName, UserError
from tools.letters.asks import ASKS
from tools.letters.compose import letter
from tools.letters.facts import client
from tools.letters.letter import FORMS_OF_LETTER, PARTS, Letter, line
from tools.letters.merge import filled, merge
from tools.letters.occasions import OCCASIONS, OF_SEGMENT, about, occasion_of
from tools.letters.phrases import BENEFITS, GROUNDS, LABELS, UNDONE
from tools.metrics import metrics
from tools.portfolio import Portfolio
from tools.segments import segmentations
from tools.text import LANGUAGES, Text

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases" / "letters.yaml").read_text("utf-8"))
INNER = re.compile(
    r"churn|\brisk|health|margin|segment|at stake|upsell|отток|риск|здоровь|марж|сегмент|под угрозой|\bапсел", re.I
)


def forbidden() -> re.Pattern[str]:
    """Titles of the segments as they are written, and every metric's key where it is an acronym."""
    titles = [
        text[language] for spec in segmentations().values() for text in spec.titles.values() for language in LANGUAGES
    ]
    keys = [key.upper() for key, item in metrics().items() if key.upper() in item.name.en or len(key) <= 4]
    return re.compile(r"\b(?:" + "|".join(re.escape(word) for word in [*titles, *keys]) + r")\b")


def drafts(demo: Portfolio, account: str) -> list[Letter]:
    return [letter(client(demo, account), form=form) for form in ("letter", "call", "messenger")]


@pytest.mark.parametrize("case", CASES, ids=[f"{case['account']}-{case['occasion']}" for case in CASES])
def test_situations(case: dict[str, Any], demo: Portfolio) -> None:
    made = letter(client(demo, case["account"]))
    assert made.occasion.key == case["occasion"]
    for language in LANGUAGES:
        shown = made.rendered(language, currency="RUB").text.replace("\u00a0", " ")
        assert [words for words in case[language] if words not in shown] == [], shown
        assert [words for words in case.get("lacks", ()) if words in shown] == []


def test_every_occasion_has_a_case_or_cannot_be_had() -> None:
    assert {case["occasion"] for case in CASES} == set(OCCASIONS) - {"unused"} and set(ASKS) == set(OCCASIONS)


def test_letters_to_every_client_are_safe_and_bound(demo: Portfolio) -> None:
    inner, names = forbidden(), demo.names
    for account in names:
        for made in drafts(demo, account):
            parts = [PARTS.index(item.part) for item in made.lines]
            assert parts == sorted(parts), made.shape  # what the client has stands before what is asked of it
            assert made.shape[-2].endswith(".ask") or made.shape[-2] in ("questions_close",)
            for language in LANGUAGES:
                shown = made.rendered(language, currency="RUB")
                own = [item.raw[language] for item in made.lines]
                assert final_scan(shown, language, own=own) == [], shown.text
                plain = shown.text
                for span in reversed(shown.spans):
                    plain = plain[: span.start] + plain[span.end :]
                assert not INNER.search(plain) and not inner.search(plain), plain
                others = [name for other, name in names.items() if other != account and name in shown.text]
                assert not others or all(name in names[account] for name in others)
                assert "{" not in shown.text and "  " not in shown.text


def test_an_offer_or_a_request_never_goes_without_a_benefit(demo: Portfolio) -> None:
    for account in demo.names:
        made = letter(client(demo, account))
        if made.occasion.benefit_first:
            assert "benefit" in {item.part for item in made.lines}, account


def test_every_figure_recomputes_from_its_sql(demo: Portfolio) -> None:
    for account in ("CL-0008", "CL-0033", "CL-0064", "CL-0076", "CL-0177", "CL-0013"):
        readings = [reading for claim in letter(client(demo, account)).claims for reading in claim.readings]
        assert readings
        for item in readings:
            assert item.sql is not None and item.value is not None and item.scope["account"] == account
            assert float(demo.query(item.sql).column(0)[0].as_py()) == pytest.approx(float(item.value)), item.key


def test_the_same_draft_twice(demo: Portfolio) -> None:
    for account in ("CL-0033", "CL-0076"):
        first, again = ([item.rendered("ru", currency="RUB") for item in drafts(demo, account)] for _ in range(2))
        assert first == again


def test_a_letter_about_a_step_needs_a_ground(demo: Portfolio) -> None:
    at_limits = client(demo, "CL-0008")
    assert letter(at_limits, among=about("growth")).occasion.key == "limits"
    assert letter(at_limits, among=about("expansion")).occasion.key == "limits"
    assert letter(at_limits, among=about("proof")).occasion.key == "result"
    with pytest.raises(UserError, match="no payment is late"):
        letter(at_limits, among=about("late"))
    with pytest.raises(UserError, match="our own work"):
        about("culture")
    with pytest.raises(UnknownName):
        about("nonsense")


def test_the_steps_of_the_audit_and_of_the_journey_lead_to_occasions() -> None:
    assert [item.key for item in about("first_value")] == ["stuck"]
    assert {item.key for item in about("delivery")} >= {"stuck", "newcomer", "behind", "fallen", "unused"}
    assert [item.key for item in about("Продление")] == [item.key for item in about("renewal")]
    assert set(OF_SEGMENT) == set(segmentations()["value"].titles)


def tiny(home: Path, **tables: Any) -> Portfolio:
    return build(home, accounts=[{"account_id": "A", "name": "Альфа", "signup_date": date(2024, 1, 10)}], **tables)


def test_without_evidence_the_letter_asks_about_goals(tmp_path: Path) -> None:
    bare = client(tiny(tmp_path), "A")
    made = letter(bare)
    assert made.occasion.key == "goals" and {"question_a", "question_b", "question_c"} <= set(made.shape)
    assert not [item for item in made.lines if item.part == "benefit"]
    for form in FORMS_OF_LETTER:
        assert letter(bare, form=form).rendered("ru", currency="RUB").text  # type: ignore[arg-type]


def test_invoices_alone_say_what_was_delivered(tmp_path: Path) -> None:
    rows = [
        {
            "account_id": "A",
            "document": str(month),
            "date": date(2025, month, 5),
            "amount": Decimal(1000),
            "product": "Чай",
        }
        for month in range(1, 7)
    ]
    shown = letter(client(tiny(tmp_path, invoices=rows), "A")).rendered("ru", currency="RUB").text
    assert "Мы работаем вместе с 10.01.2024" in shown
    assert "оформили для вас 6 документов о поставках и услугах, последний — 05.06.2025" in shown


def test_a_promise_that_went_the_wrong_way_is_said_as_it_is(tmp_path: Path) -> None:
    goals = [
        {
            "account_id": "A",
            "goal": "Срок",
            "base": 10.0,
            "target": 4.0,
            "current": 12.0,
            "due": date(2025, 3, 1),
            "unit": "дней",
        },
        {"account_id": "A", "goal": "Заказы", "base": 10.0, "target": 20.0, "current": 15.0, "due": date(2025, 3, 1)},
        {"account_id": "A", "goal": "Отчёт", "base": 0.0, "target": 1.0},
    ]
    usage = [
        {"account_id": "A", "date": date(2025, 6, day), "feature": "Отчёты", "quantity": 2.0} for day in range(1, 9)
    ]
    made = letter(client(tiny(tmp_path, value_goals=goals, usage=usage), "A"))
    shown = made.rendered("ru", currency="RUB").text.replace("\u00a0", " ")
    assert made.occasion.key == "behind"
    assert "«Срок»: договаривались о 4 дней, было 10, сейчас 12" in shown and "«Срок»: было 10, сейчас 12" not in shown
    assert "«Заказы»: к 01.03.2025 договаривались о 20 и в срок не успели" in shown
    assert "«Отчёт»: результат ещё не измерен" in shown


def test_two_answers_of_a_day_and_equal_limits_give_the_same_letter(tmp_path: Path) -> None:
    day = date(2025, 6, 1)
    answers = [{"account_id": "A", "date": day, "score": score, "comment": f"слово {score}"} for score in (9, 3)]
    full = [{"account_id": "A", "date": day, "name": name, "used": 90.0, "allowed": 100.0} for name in ("Б", "А")]
    found = [
        client(tiny(tmp_path / str(n), surveys=order(answers), limits=order(full)), "A")
        for n, order in enumerate((list, reversed))
    ]
    assert (
        found[0].words["comment"] == found[1].words["comment"]
        and found[0].words["limit"] == found[1].words["limit"] == "А"
    )
    assert "unhappy" in found[0].signs


def test_what_lacks_a_value_cannot_be_said() -> None:
    with pytest.raises(ValueError, match="nothing for"):
        line("first", "benefit", BENEFITS["first"], {"first": None})


def test_phrases_hold_no_figure_and_name_every_value() -> None:
    texts = [*BENEFITS.values(), *UNDONE.values(), *GROUNDS.values()]
    texts += [
        text
        for ask in ASKS.values()
        for text in (ask.subject, ask.opening, ask.hello, ask.letter, ask.call, ask.messenger)
    ]
    for text in texts:
        marks = [set(re.findall(r"\{([a-z_]+)[:}]", words)) for words in (text.en, text.ru)]
        assert marks[0] == marks[1], text
        assert marks[0] <= set(LABELS), marks[0] - set(LABELS)
        assert not any(letter.isdigit() for letter in text.en + text.ru)
        assert not re.search("[а-яё]", text.en.lower())
    for language in LANGUAGES:
        titles = [text[language] for text in LABELS.values()]
        assert len(set(titles)) == len(titles)


def plainly(text: str) -> str:
    """The text without the endings that go with a figure: a template has one form for all."""
    return re.sub(r"(?<=действи)[яей]+|(?<=action)s?", "", text)


def test_a_letter_to_the_stuck_newcomers(demo: Portfolio) -> None:
    made = merge(demo, "newcomers", step="first_value")
    assert made.occasion.key == "stuck" and len(made.letters) == 14 and made.members == 22
    left = {item.key: len(item.ids) for item in made.left_out}
    assert left["other"] == 8 and sum(left.values()) + len(made.letters) == made.members
    for language in LANGUAGES:
        template = made.template(language)
        assert not any(character.isdigit() for character in template)
        for item in made.letters:
            if item.shape == made.usual.shape:
                values = made.values(item, language, currency="RUB")
                assert plainly(filled(template, values, language)) == plainly(
                    item.rendered(language, currency="RUB").text
                )


def test_segments_leave_out_by_the_reasons_of_a_campaign(demo: Portfolio) -> None:
    made = merge(demo, "at_risk")
    left = {item.key: set(item.ids) for item in made.left_out}
    written = {item.account for item in made.letters}
    assert left["contacted"] and left["overdue"] and not any(ids & written for ids in left.values())
    assert "no_consent" in left and next(item for item in made.left_out if item.key == "no_consent").needs is not None
    late = merge(demo, "at_risk", step="late")
    assert "overdue" not in {item.key for item in late.left_out} and late.occasion.key == "late"
    with pytest.raises(UserError, match="nobody to write to"):
        merge(demo, "newcomers", step="limits")
    with pytest.raises(UnknownName):
        merge(demo, "best")


def test_segments_need_data_that_show_them(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nobody to write to"):
        merge(tiny(tmp_path), "at_risk")


@pytest.mark.parametrize("segment", list(OF_SEGMENT))
def test_every_segment_gets_a_letter_that_says_nothing_inner(segment: str, demo: Portfolio) -> None:
    made, inner = merge(demo, segment), forbidden()
    for language in LANGUAGES:
        assert not INNER.search(made.template(language)) and not inner.search(made.template(language))
    assert occasion_of(client(demo, made.letters[0].account)) is not None and made.usual in made.letters


def test_every_text_of_an_occasion_has_both_languages() -> None:
    assert all(isinstance(text, Text) for item in OCCASIONS.values() for text in (item.title, item.needs))
