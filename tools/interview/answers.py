"""Answers of an interview: read out of a mapping, each within its range, none against another; the unknown stays out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tools.errors import BadData, UnknownName
from tools.interview.questions import ABOUT, BY_KEY, UNITS, Question
from tools.metrics.culture import DEPARTMENTS
from tools.profile import NAMES as PROFILES
from tools.sources.cells import core_of, decimal_of, mark_of
from tools.text import Text

NO_CURRENCY = "XXX"
CENT = Decimal("0.01")
STATEMENTS, HIGHEST = 5, 4
PAID = tuple(key for key in PROFILES if key != "snapshot")
NOTHING = Text(
    "Nothing is answered yet: answer at least one question; those you cannot may stay empty.",
    "Пока нет ни одного ответа: ответьте хотя бы на один вопрос, остальные можно оставить пустыми.",
)
WRONG = Text(
    "{question} ({key}) “{given}” does not fit: expected {unit} from {low} to {high}, for example {example}; leave it "
    "empty if you do not know.",
    "{question} ({key}) Ответ «{given}» не подходит: нужно {unit} от {low} до {high}, например {example}; не знаете — "
    "оставьте пустым.",
)
LEVELS = Text(
    "culture: “{given}” does not fit: for each department (product, marketing, support, sales) one whole number from 0 "
    "to 4, or five of them, one a statement.",
    "culture: «{given}» не подходит: для каждого отдела (product, marketing, support, sales) одно целое число от 0 до 4 "
    "или пять таких чисел, по одному на утверждение.",
)
PERCENT = Text(
    "{question} ({key}) “{given}” may be a share or a percent: write percent, for example “{example}” or “0.5 %”.",
    "{question} ({key}) «{given}» можно понять как долю и как процент: напишите проценты, например «{example}» или «0,5 %».",
)
CURRENCY = Text(
    "currency: “{given}” is not a code of three letters such as RUB.",
    "currency: «{given}» — не код из трёх букв, как RUB.",
)
CONTRADICTION = Text("The answers contradict each other: {list}", "Ответы противоречат друг другу: {list}")


@dataclass(frozen=True, slots=True)
class Interview:
    """The answers given: by question whole numbers, money, fractions for shares; levels by department.

    A question without an answer is not among ``given``. ``culture`` holds one level or five of each department.
    """

    given: Mapping[str, int | float | Decimal]
    culture: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    currency: str = NO_CURRENCY
    profile: str | None = None

    @property
    def snapshot(self) -> str:
        """Sixteen hex digits over all answers: what a snapshot is to data."""
        plain = {key: str(value) for key, value in self.given.items()}
        culture = {key: list(marks) for key, marks in self.culture.items()}
        raw = json.dumps([plain, culture, self.currency, self.profile], sort_keys=True)
        return hashlib.sha256(f"interview {raw}".encode()).hexdigest()[:16]

    def known(self, key: str) -> bool:
        """True where the question is answered."""
        return bool(self.culture) if key == "culture" else key in self.given

    def written(self) -> dict[str, Any]:
        """As plain values that `read` reads again to the same answers."""
        plain: dict[str, Any] = {}
        for key, value in self.given.items():
            share = BY_KEY[key].kind == "share"
            plain[key] = f"{Decimal(str(value)) * 100:f} %" if share else str(value)
        about = {"profile": self.profile} if self.profile else {}
        culture = {"culture": {key: list(marks) for key, marks in self.culture.items()}} if self.culture else {}
        return {"currency": self.currency, **about, **plain, **culture}


def read(answers: Mapping[str, Any]) -> Interview:
    """The answers of a mapping by question; an empty one is “not known”.

    Raises `UnknownName` for a key that is no question, `BadData` for an answer that does not fit, for answers that
    contradict each other (all of them named), and where nothing is answered.
    """
    for key in answers:
        if key not in BY_KEY and key not in ABOUT and key != "capacity":
            raise UnknownName(Text("question of the interview", "вопрос интервью"), str(key), [*BY_KEY, *ABOUT])
    given = {
        key: _value(BY_KEY[key], answers[key])
        for key in BY_KEY
        if BY_KEY[key].kind != "departments" and not _blank(answers.get(key))
    }
    culture = levels(answers.get("culture"))
    if not given and not culture:
        raise BadData(NOTHING)
    found = Interview(given, culture, _currency(answers.get("currency")), _profile(answers.get("profile")))
    faults = contradictions(found)
    if faults:
        listed = Text(" ".join(item.en for item in faults), " ".join(item.ru for item in faults))
        raise BadData(CONTRADICTION.fill(list=listed))
    return found


def levels(given: Any) -> dict[str, tuple[int, ...]]:
    """Levels by department: one for the department as a whole, or five, one a statement; an empty one is not answered.

    Raises `BadData`.
    """
    if _blank(given):
        return {}
    if not isinstance(given, Mapping):
        raise BadData(LEVELS.fill(given=given))
    found = {}
    for name, marks in given.items():
        if name not in DEPARTMENTS:
            raise UnknownName(Text("department", "отдел"), str(name), DEPARTMENTS)
        if _blank(marks):
            continue
        each = list(marks) if isinstance(marks, list | tuple) else [marks]
        if len(each) not in (1, STATEMENTS) or not all(_level(mark) for mark in each):
            raise BadData(LEVELS.fill(given=f"{name}: {marks}"))
        found[str(name)] = tuple(int(mark) for mark in each)
    return {name: found[name] for name in DEPARTMENTS if name in found}


def number(given: Any) -> Decimal | None:
    """An exact number out of a cell: 1 200,5 and 1200.5; None where it is no number or fits two readings."""
    if isinstance(given, bool):
        return None
    if isinstance(given, int | float | Decimal):
        exact = Decimal(str(given))
        return exact if exact.is_finite() else None
    text = str(given).strip()
    core = core_of(text)
    mark = mark_of(core) if core is not None else None
    if core is None or mark == "?":
        return None
    return decimal_of(core, mark or ".")


def contradictions(found: Interview) -> list[Text]:
    """Each pair of answers that cannot both be true, in a sentence."""
    value = {key: Decimal(str(item)) for key, item in found.given.items()}
    faults = [
        text.fill(less=_shown(value[less]), more=_shown(value[more]))
        for less, more, text in NOT_MORE
        if less in value and more in value and value[less] > value[more]
    ]
    if {"clients", "clients_then", "lost"} <= set(value):
        stayed = value["clients_then"] - value["lost"]
        if stayed > value["clients"]:
            faults.append(STAYED.fill(less=_shown(stayed), more=_shown(value["clients"])))
    if value.get("at_risk") == 0 and value.get("at_risk_revenue", Decimal(0)) > 0:
        faults.append(NOBODY_AT_RISK)
    if value.get("promised") == 0 and "kept" in value:
        faults.append(NOTHING_PROMISED)
    return faults


NOT_MORE: tuple[tuple[str, str, Text], ...] = (
    ("receiving", "clients", Text("{less} got their result, but there are only {more} clients.", "результат получили {less}, а клиентов всего {more}.")),
    ("at_risk", "clients", Text("{less} clients worry you, but there are only {more}.", "тревогу вызывают {less} клиентов, а их всего {more}.")),
    ("at_risk_revenue", "revenue", Text("the worrying clients pay {less} a month, all together only {more}.", "тревожные клиенты платят {less} в месяц, а все вместе — {more}.")),
    ("revenue_same", "revenue", Text("last year's clients pay {less} a month, all clients only {more}.", "прошлогодние клиенты платят {less} в месяц, а все — {more}.")),
    ("lost", "clients_then", Text("{less} clients left, but there were only {more} a year ago.", "ушло {less} клиентов, а год назад было всего {more}.")),
    ("promised", "clients", Text("promises are on record for {less} clients, but there are only {more}.", "обещания записаны для {less} клиентов, а их всего {more}.")),
)  # fmt: skip
STAYED = Text(
    "{less} of last year's clients stayed, but there are only {more} now.",
    "из прошлогодних клиентов осталось {less}, а сейчас их всего {more}.",
)
NOBODY_AT_RISK = Text(
    "no client worries you, but the worrying ones pay something.", "тревожных клиентов нет, но они что-то платят."
)
NOTHING_PROMISED = Text(
    "no promise is on record, so no part of the promised can be reached.",
    "обещания ни для кого не записаны, поэтому доля выполненного неоткуда.",
)


def _value(question: Question, given: Any) -> int | float | Decimal:
    percent = isinstance(given, str) and given.rstrip().endswith("%")
    exact = number(given.rstrip().rstrip("%") if percent else given)
    wrong = exact is None or not question.low <= exact <= question.high or (percent and question.kind != "share")
    if wrong or (question.kind in ("count", "days") and exact != int(exact or 0)):
        raise BadData(_wrong(question, given))
    assert exact is not None
    if question.kind == "share":
        if not percent and 0 < exact < 1:
            raise BadData(PERCENT.fill(question=question.text, key=question.key, given=given, example=question.example))
        return float(exact / 100)
    if question.kind == "money":
        return exact.quantize(CENT, ROUND_HALF_UP)
    return int(exact) if exact == int(exact) else float(exact)


def _wrong(question: Question, given: Any) -> Text:
    low, high = (_shown(Decimal(str(end))) for end in (question.low, question.high))
    unit = UNITS[question.kind]
    return WRONG.fill(
        question=question.text, key=question.key, given=given, unit=unit, low=low, high=high, example=question.example
    )


def _level(mark: Any) -> bool:
    return isinstance(mark, int) and not isinstance(mark, bool) and 0 <= mark <= HIGHEST


def _blank(given: Any) -> bool:
    return (
        given is None
        or (isinstance(given, str) and not given.strip())
        or (isinstance(given, dict | list) and not given)
    )


def _currency(given: Any) -> str:
    if _blank(given):
        return NO_CURRENCY
    code = str(given).strip().upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise BadData(CURRENCY.fill(given=given))
    return code


def _profile(given: Any) -> str | None:
    if _blank(given):
        return None
    if given not in PAID:
        raise UnknownName(Text("way clients pay", "способ оплаты"), str(given), PAID)
    return str(given)


def _shown(value: Decimal) -> str:
    return f"{value.normalize():f}"
