"""The culture questionnaire in the chat (its short form), and what becomes of answers to questions of the chat."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agent import lacking, said
from agent.lacking import MISSING, OPTIONS, Lack
from agent.sentences import Desk, Result
from agent.stated import state
from tools.document import Claim, Name, Pending, Slot
from tools.metrics.culture import DEPARTMENTS
from tools.reading import Reading, Unit
from tools.text import Text

if TYPE_CHECKING:
    from agent.assistant import Assistant
    from agent.examples import Call
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

CULTURE = "culture"
_BEGIN = (
    r"\b(?:хочу|хотим|давай\w*|начн\w*|начать|начни\w*|прой[дт]\w*|заполн\w*|ответ(?:ить|им|ьте|лю)|задай\w*|спроси\w*|"
    r"провед\w*|провест\w*|покаж\w*|открой\w*|пришли\w*|нужна|где|"
    r"want|let'?s|let me|start|begin|fill|take|answer|ask|run|open|show me|complete|go through|do the)\b"
)
_FORM = r"\b(?:анкет\w*|опросник\w*|опрос\w*|вопрос\w*|самооценк\w*|questionnaire|survey|questions?|self.assessment)\b"
_ABOUT = r"культур\w*|привычк\w*|отдел\w*[^.?!]{0,40}(?:ценност|польз)|culture|habits|departments?'?[^.?!]{0,40}value"
_RATE = re.compile(
    r"\b(?:оцен(?:ить|им|ите|и)|начни оценку|rate|assess)\b[^.?!]{0,30}(?:культур\w*|culture)|"
    r"\bначн\w+ оценк\w+ культур"
)
_NOT = re.compile(
    r"\bnps\b|\bкто\b|почему|\bwho\b|\bwhy\b|что такое|что показал|what (?:is|did|does)|сколько балл|ушедш|csat"
)
WORDED = re.compile(r"\bанкет\w*")
INTRO = Text(
    "The culture questionnaire, short form: a level for each department, from {low} (not at all) to {high} (always, and it can "
    "be shown).",
    "Анкета о культуре ценности, краткая форма: уровень для каждого отдела от {low} (никак) до {high} (всегда, и это можно "
    "показать).",
)
DEPARTMENT = Text("{department}: how far it {statements}?", "{department}: насколько отдел {statements}?")
HOW = Text(
    "Answer with levels in this order or by name, as in “{en}”; a department may be skipped.",
    "Ответьте уровнями по порядку или по названиям, например «{ru}»; отдел можно пропустить.",
)
FULL = Text(
    "The whole form, statement by statement, is in the workbook of the command “{command}”.",
    "Полная форма, по утверждениям, — в книге из команды «{command}».",
)
EXAMPLE = {"en": "product 3, sales 2", "ru": "продукт 3, продажи 2"}
LEFT = Text("Left out; nothing was changed.", "Пропущено; ничего не изменилось.")
NOT_READ = Text(
    "These words were not taken for levels: “{said}”. Expected for each department ({departments}): a whole number from {low} to "
    "{high}. Nothing was changed.",
    "Эти слова не похожи на уровни: «{said}». Для каждого отдела ({departments}) нужно целое число от {low} до {high}. "
    "Ничего не изменилось.",
)
WRONG = Text(
    "{department}: “{said}” is no level; expected a whole number from {low} to {high}.",
    "{department}: «{said}» — не уровень; нужно целое число от {low} до {high}.",
)
NOT_PARTED = Text(
    "It is unclear which question these words answer: “{said}”. They were left aside; answer in the order of the questions, "
    "divided by semicolons.",
    "Непонятно, на какой вопрос это ответ: «{said}». Эти слова не записаны; ответьте по порядку вопросов, через точку с запятой.",
)
NOTED: Mapping[str, Text] = {
    "margin": Text(
        "Noted: the gross margin is {value}, stated for every client that has none of its own.",
        "Записано: валовая маржа — {value}, со слов, для всех клиентов, у которых нет своей.",
    ),
    "ttv": Text(
        "Noted: the normal time to the first benefit is {value}.",
        "Записано: нормальный срок до первой пользы — {value}.",
    ),
    "promise": Text(
        "Noted: clients of plan “{plan}” are promised “{goal}”, from {base} to {target}; the promise is stated and inherited by plan.",
        "Записано: клиентам тарифа «{plan}» обещано «{goal}», с {base} до {target}; обещание взято со слов и действует на весь тариф.",
    ),
}
NOW = Text("{name} is now {value}.", "{name} — теперь {value}.")
WEAKEST = Text("The weakest link is {department}, {score}.", "Слабое звено — {department}, {score}.")


def asked(seen: "Understood", portfolio: "Portfolio") -> "list[Call] | None":
    """The call for a wish to answer the culture questionnaire; a question about its result is not one."""
    from agent.examples import call

    plain = seen.plain
    if seen.accounts or "advice" in seen.wants or _NOT.search(plain):
        return None
    wished = re.search(_BEGIN, plain) and re.search(_FORM, plain)
    topical = re.search(_ABOUT, plain) or WORDED.search(plain)
    begun = re.search(_BEGIN, plain) and re.search(r"привычк\w* (?:отдел|команд)|departments?'? habits", plain)
    return [call(CULTURE)] if (wished and topical) or begun or _RATE.search(plain) else None


def culture(desk: Desk) -> Result:
    """The questions of the short form, what was answered before, and where the whole form is."""
    from tools.audit.culture import STATEMENTS

    portfolio = desk.portfolio
    lines = []
    for key, statements in STATEMENTS.items():
        told = Text("; ".join(item.en for item in statements), "; ".join(item.ru for item in statements))
        lines.append(Claim(f"culture.ask.{key}", DEPARTMENT, {"department": DEPARTMENTS[key], "statements": told}))
    example: dict[str, Slot] = {key: Name(words) for key, words in EXAMPLE.items()}
    claims = (
        Claim("culture.intro", INTRO, lacking.scale(portfolio)),
        *_told_before(portfolio),
        *lines,
        Claim("culture.how", HOW, example),
        Claim("culture.full", FULL, {"command": Name("cvm inputs")}),
    )
    return Result(claims, pending=Pending("questions", CULTURE, OPTIONS))


def decide(assistant: "Assistant", portfolio: "Portfolio", ref: str, decision: str, text: str) -> Result:
    """Answers taken in and what they change; words that do not fit are named and asked for again, nothing is lost."""
    if decision != "answer" or said.skipped(text):
        return Result((Claim("answers.left", LEFT),))
    taker = _Taker(assistant, portfolio, text)
    return taker.missing(lacking.kinds(ref)) if ref.startswith(MISSING) else taker.culture(_departments(ref))


def answers(message: str, ref: str) -> bool:
    """True where a message answers the questions of a reference, so that no word need announce it."""
    if not ref.startswith(MISSING):
        return said.reads(message)
    parts, _rest = lacking.parted(message, lacking.kinds(ref))
    fits = any(lacking.taken(item, words) is not None for item, words in parts)
    return fits and not message.rstrip().endswith("?")


class _Taker:
    """Takes one answer in: what fits is kept, what does not is asked for again."""

    def __init__(self, assistant: "Assistant", portfolio: "Portfolio", text: str) -> None:
        self._assistant, self._portfolio, self._text = assistant, portfolio, text

    def culture(self, asked: Sequence[str]) -> Result:
        """Levels of departments."""
        found = said.levels(self._text, asked)
        if not found.read:
            listed = Text(*(", ".join(DEPARTMENTS[key][lang] for key in asked) for lang in ("en", "ru")))
            slots: dict[str, Slot] = {"said": Name(self._text), "departments": listed, **lacking.scale(self._portfolio)}
            return Result((Claim("culture.not_read", NOT_READ, slots),), pending=_again(asked))
        wrong = [
            Claim(
                f"culture.wrong.{key}", WRONG,
                {"department": DEPARTMENTS[key], "said": Name(words), **lacking.scale(self._portfolio)},
            )
            for key, words in found.wrong.items()
        ]  # fmt: skip
        claims = self._levels(found.given) if found.given else []
        left = [] if claims or wrong else [Claim("answers.left", LEFT)]
        return Result((*claims, *wrong, *left), pending=_again(list(found.wrong)) if wrong else None)

    def missing(self, asked: Sequence[Lack]) -> Result:
        """Answers to open questions of an audit."""
        parts, rest = lacking.parted(self._text, asked)
        answered = [item for item, _ in parts]
        claims: list[Claim] = []
        open_: list[Lack] = []
        for item, words in parts:
            if said.skipped(words):
                continue
            given = lacking.taken(item, words)
            if given is None:
                open_.append(item)
                claims.append(lacking.expected(item, words))
            else:
                claims += self._levels(given["culture"]) if item.kind == "culture" else self._noted(item, given)
        if rest:
            open_ += [item for item in asked if item not in answered]
            claims.append(Claim("missing.unclear", NOT_PARTED, {"said": Name("; ".join(rest))}))
        return Result(tuple(claims) or (Claim("answers.left", LEFT),), pending=_open(open_) if open_ else None)

    def _kept(self, given: Mapping[str, Any]) -> "Portfolio":
        """The portfolio with the answers in it."""
        at, home = self._assistant.clock(), self._assistant.settings.home
        state(home, self._portfolio.snapshot, given, at=at, said=self._text)
        return self._assistant.portfolio(self._portfolio.snapshot, as_of=self._portfolio.as_of)

    def _levels(self, given: Mapping[str, Sequence[int]]) -> list[Claim]:
        fresh = self._kept({"culture": {key: list(marks) for key, marks in given.items()}})
        slots: dict[str, Slot] = {}
        en, ru = [], []
        for key, marks in given.items():
            value = sum(marks) / len(marks)
            slots[key] = Reading(
                "culture", Unit.COUNT, int(value) if value == int(value) else value, convention="answers",
                grade="stated", n=len(marks), scope={"kind": "level", "by": "department", "group": key}, snapshot=fresh.snapshot,
            )  # fmt: skip
            en.append(f"{_lower(DEPARTMENTS[key].en)} {{{key}}}")
            ru.append(f"{_lower(DEPARTMENTS[key].ru)} — {{{key}}}")
        noted = Claim("culture.noted", Text(f"Noted: {', '.join(en)}.", f"Записано: {', '.join(ru)}."), slots)
        return [noted, *_culture_now(fresh)]

    def _noted(self, item: Lack, given: Mapping[str, Any]) -> list[Claim]:
        fresh = self._kept(given)
        slots: dict[str, Slot]
        if item.kind == "promise":
            promise = given["promises"][item.plan]
            slots = {"plan": Name(item.plan), "goal": Name(promise["goal"])}
            slots |= {key: Name(_shown(promise[key])) for key in ("base", "target")}
        elif item.kind == "margin":
            slots = {"value": _stated(fresh, "ltv", Unit.RATIO, given["margin"], "margin")}
        else:
            slots = {"value": _stated(fresh, "ttv", Unit.DAYS, given["ttv_target"], "target_stated")}
        return [Claim(f"noted.{item.kind}", NOTED[item.kind], slots), *_changed(item.kind, fresh)]


def _changed(kind: str, fresh: "Portfolio") -> list[Claim]:
    """The figures that an answer changes, where they may be stated."""
    from tools.metrics import compute, metrics

    keys = {"margin": ("ltv", "cac_payback"), "ttv": ("ttv",), "promise": ("vrs", "value_gap")}[kind]
    heads = [compute(fresh, key)[0] for key in keys if key in metrics()]
    return [
        Claim(f"now.{head.key}", NOW, {"name": metrics()[head.key].name, "value": head})
        for head in heads
        if head.usable
    ]


def _told_before(portfolio: "Portfolio") -> list[Claim]:
    from tools.metrics import compute

    return _culture_now(portfolio) if compute(portfolio, "culture")[0].usable else []


def _culture_now(portfolio: "Portfolio") -> list[Claim]:
    """The culture score out of the answers so far, and the weakest department."""
    from tools.metrics import compute, metrics

    found = compute(portfolio, "culture")
    head = found[0]
    if not head.usable:
        return []
    parts = [item for item in found if item.scope.get("by") == "department"]
    weak = min(parts, key=lambda item: (float(item.value or 0), item.scope["group"]))
    now: dict[str, Slot] = {"name": metrics()["culture"].name, "value": head}
    text = NOW
    if head.reason is not None:
        now["why"] = head.reason
        text = Text(f"{NOW.en[:-1]} ({{why}}).", f"{NOW.ru[:-1]} ({{why}}).")
    weakest: dict[str, Slot] = {"department": DEPARTMENTS[weak.scope["group"]], "score": weak}
    return [Claim("culture.now", text, now), Claim("culture.weakest", WEAKEST, weakest)]


def _departments(ref: str) -> list[str]:
    """The departments that a questionnaire asks: all four, or those that are asked again."""
    named = [key for key in ref.partition(":")[2].split(",") if key in DEPARTMENTS]
    return named or list(DEPARTMENTS)


def _again(asked: Sequence[str]) -> Pending:
    ref = CULTURE if list(asked) == list(DEPARTMENTS) else f"{CULTURE}:{','.join(asked)}"
    return Pending("questions", ref, OPTIONS)


def _open(asked: Sequence[Lack]) -> Pending:
    return Pending("questions", MISSING + ",".join(item.ref for item in asked), OPTIONS)


def _stated(portfolio: "Portfolio", key: str, unit: Unit, value: float, kind: str) -> Reading:
    return Reading(
        key, unit, value, convention="answers", grade="stated", scope={"kind": kind}, snapshot=portfolio.snapshot
    )


def _shown(value: float) -> str:
    return f"{value:g}"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
