"""What people could state beside the data: the questions that matter most, and what an answer to each changes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from agent import said
from tools.document import Claim, Name, Pending, Slot
from tools.metrics.culture import DEPARTMENTS
from tools.reading import Reading, Unit
from tools.text import Text

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

MOST = 3
OPTIONS = ("answer", "skip")
MISSING = "missing:"
HEAD = Text(
    "Your answers would make the audit fuller; any of these questions may be skipped:",
    "Ваши ответы дополнят аудит; любой из этих вопросов можно пропустить:",
)
HOW = Text(
    "Answer them together, in their order, divided by semicolons.",
    "Ответьте сразу на всё, по порядку вопросов, через точку с запятой.",
)
UNLOCKS = Text("— it completes: {what}.", "— уточнит: {what}.")
EXAMPLE = {
    "en": "request handling from 10 to 4 hours, now 6, 300 000 a year",
    "ru": "обработка заявки с 10 до 4 часов, сейчас 6, 300 000 в год",
}
ASKS: Mapping[str, Text] = {
    "promise": Text(
        "What result are the clients of plan “{plan}” promised: from which value to which, what is it now, what is it worth "
        "to a client a year? For example: “{example}”",
        "Что обещано клиентам тарифа «{plan}»: с какого значения до какого, сколько сейчас, сколько это стоит для клиента в год? "
        "Например: «{example}»",
    ),
    "margin": Text("What is your gross margin, in percent?", "Какая у вас валовая маржа, в процентах?"),
    "culture": Text(
        "How far does each department work by the client's value, from {low} to {high}: product, marketing, support, sales?",
        "Насколько каждый отдел работает от ценности для клиента, от {low} до {high}: продукт, маркетинг, поддержка, продажи?",
    ),
    "ttv": Text(
        "Which time to the first benefit do you consider normal, in days? Until you answer, it is {target}",
        "Какой срок до первой пользы вы считаете нормальным, в днях? Пока вы не ответили, это {target}",
    ),
}
#: Words by which a part of an answer is known to belong to a question.
WORDS: Mapping[str, str] = {
    "margin": r"марж\w*|margin",
    "ttv": r"срок\w*|дн(?:ей|я|и)\b|день|недел\w*|ttv|days?\b|weeks?\b",
    "promise": r"обеща\w*|обещан\w*|promis\w*|\b(?:с|от|from)\s+\d",
    "culture": rf"культур\w*|culture|{'|'.join(said.DEPARTMENT.values())}",
}
EXPECTED: Mapping[str, Text] = {
    "promise": Text(
        "a promise names the result and its figures, as in “{example}”",
        "в обещании нужны результат и его значения, как здесь: «{example}»",
    ),
    "margin": Text(
        "a margin is a number of percent, as in “{example}”", "маржа — число процентов, например «{example}»"
    ),
    "ttv": Text("a time is a number of days, as in “{example}”", "срок — число дней, например «{example}»"),
    "culture": Text("levels are whole numbers, as in “{example}”", "уровни — целые числа, например «{example}»"),
}
EXAMPLES = {"margin": "70 %", "ttv": "14", "culture": "3, 2, 4, 1"}


@dataclass(frozen=True, slots=True)
class Lack:
    """An open question: its kind, the plan it asks about, the steps that an answer completes, the money that hangs on it."""

    kind: str
    steps: tuple[str, ...]
    money: float = 0.0
    plan: str = ""

    @property
    def ref(self) -> str:
        """The question by name, to be found again when its answer comes."""
        return f"{self.kind}={quote(self.plan, safe='')}" if self.plan else self.kind


def lacks(portfolio: "Portfolio") -> list[Lack]:
    """The open questions, the one first that completes most steps of the audit, then that on which most money hangs."""
    found = [item for make in (_promise, _margin, _culture, _ttv) if (item := make(portfolio)) is not None]
    return sorted(found, key=lambda item: (-len(item.steps), -round(item.money, 2), item.kind))


def offered(portfolio: "Portfolio") -> tuple[list[Claim], Pending | None]:
    """At most three open questions as claims, each with what it completes, and where their answers go."""
    chosen = lacks(portfolio)[:MOST]
    if not chosen:
        return [], None
    asked = [_asked(item, portfolio) for item in chosen]
    pending = Pending("questions", MISSING + ",".join(item.ref for item in chosen), OPTIONS)
    return [Claim("missing.head", HEAD), *asked, Claim("missing.how", HOW)], pending


def kinds(ref: str) -> list[Lack]:
    """The questions of a reference, in their order."""
    parts = [item.partition("=") for item in ref.removeprefix(MISSING).split(",") if item]
    return [Lack(kind, (), plan=unquote(plan)) for kind, _, plan in parts if kind in ASKS]


def parted(text: str, asked: Sequence[Lack]) -> tuple[list[tuple[Lack, str]], list[str]]:
    """Which part of an answer belongs to which question (by place, else by words), and the parts of no question."""
    keywords = "|".join(WORDS[item.kind] for item in asked)
    pieces = [piece.strip() for piece in re.split(r"[;\n]+", text) if piece.strip()]
    if len(pieces) == 1 and len(asked) > 1:
        split = re.split(rf",\s*(?=(?:{keywords}))", pieces[0], flags=re.IGNORECASE)
        apart = {_kind_of(piece, asked) for piece in split}
        pieces = [piece.strip() for piece in split] if None not in apart and len(apart) == len(split) else pieces
    kinds_of = [_kind_of(piece, asked) for piece in pieces]
    in_place = len(pieces) == len(asked) and all(
        kind in (None, item) for kind, item in zip(kinds_of, asked, strict=True)
    )
    if in_place:
        return list(zip(asked, pieces, strict=True)), []
    found: dict[str, tuple[Lack, str]] = {}
    rest = []
    for kind, piece in zip(kinds_of, pieces, strict=True):
        if kind is not None and kind.ref not in found:
            found[kind.ref] = (kind, piece)
        elif not said.skipped(piece):
            rest.append(piece)
    return list(found.values()), rest


def _kind_of(piece: str, asked: Sequence[Lack]) -> Lack | None:
    """The one question whose words a part of an answer holds, or that alone it could answer."""
    promised = [item for item in asked if item.kind == "promise"]
    if promised and said.promise(piece):
        return promised[0]
    hits = [item for item in asked if re.search(WORDS[item.kind], piece, re.IGNORECASE)]
    if not hits and "%" in piece:
        hits = [item for item in asked if item.kind == "margin"]
    return hits[0] if len(hits) == 1 else None


def taken(item: Lack, text: str) -> dict[str, Any] | None:
    """The answer to a question as it is kept; None where the words do not fit it."""
    if item.kind == "margin":
        margin = said.share(text)
        return None if margin is None else {"margin": margin}
    if item.kind == "ttv":
        wanted = said.days(text)
        return None if wanted is None else {"ttv_target": wanted}
    if item.kind == "culture":
        levels = said.levels(text, list(DEPARTMENTS))
        return {"culture": dict(levels.given)} if levels.given and not levels.wrong else None
    bare = re.sub(r"^\W*(?:(?:мы\s+)?обеща\w+|(?:we\s+)?promis\w+)\s*[:—–-]?\s*", "", text, flags=re.IGNORECASE)
    found = said.promise(bare)
    return None if found is None else {"promises": {item.plan: found}}


def expected(item: Lack, words: str) -> Claim:
    """What an answer looks like, beside the words that were no answer."""
    text = EXPECTED[item.kind]
    slots: dict[str, Slot] = {"said": Name(words)}
    if item.kind == "promise":
        slots |= {"en": Name(EXAMPLE["en"]), "ru": Name(EXAMPLE["ru"])}
        shown = Text(text.en.replace("{example}", "{en}"), text.ru.replace("{example}", "{ru}"))
    else:
        slots |= {"example": Name(EXAMPLES[item.kind])}
        shown = text
    return Claim(
        f"expected.{item.kind}",
        Text(f"“{{said}}” was not taken: {shown.en}.", f"«{{said}}» не записано: {shown.ru}."),
        slots,
    )


def _asked(item: Lack, portfolio: "Portfolio") -> Claim:
    from tools.audit import steps

    titles = {spec.key: spec.title for spec in steps()}
    english = "; ".join(f"“{titles[key].en}”" for key in item.steps)
    what = Text(english, "; ".join(f"«{titles[key].ru}»" for key in item.steps))
    slots: dict[str, Slot] = {"what": what}
    text = ASKS[item.kind]
    if item.kind == "promise":
        slots |= {"plan": Name(item.plan), "en": Name(EXAMPLE["en"]), "ru": Name(EXAMPLE["ru"])}
        text = Text(text.en.replace("{example}", "{en}"), text.ru.replace("{example}", "{ru}"))
    elif item.kind == "ttv":
        slots["target"] = Reading(
            "ttv", Unit.DAYS, portfolio.policy["target_ttv"], convention="target:policy", grade="stated",
            scope={"kind": "target"}, snapshot=portfolio.snapshot,
        )  # fmt: skip
    elif item.kind == "culture":
        slots |= scale(portfolio)
    return Claim(f"missing.{item.kind}", Text(f"{text.en} {UNLOCKS.en}", f"{text.ru} {UNLOCKS.ru}"), slots)


def scale(portfolio: "Portfolio") -> dict[str, Slot]:
    """The ends of the questionnaire's scale."""
    ends = {"low": 0, "high": said.HIGHEST}
    return {
        name: Reading(
            "culture", Unit.COUNT, value, convention="answers", grade="stated", scope={"kind": f"scale_{name}"},
            snapshot=portfolio.snapshot,
        )
        for name, value in ends.items()
    }  # fmt: skip


def _promise(portfolio: "Portfolio") -> Lack | None:
    """The plan without any promise whose clients pay most."""
    from tools.metrics.orders import worths
    from tools.metrics.value import account_scores

    if not portfolio.has("accounts", "plan"):
        return None
    promised = account_scores(portfolio) if portfolio.has("value_goals") else {}
    paying = worths(portfolio)
    rows = portfolio.run(portfolio.table("accounts").select("account_id", "plan")).to_pylist()
    money: dict[str, float] = {}
    for row in rows:
        if row["plan"] and row["account_id"] in paying and row["account_id"] not in promised:
            money[row["plan"]] = money.get(row["plan"], 0.0) + paying[row["account_id"]]
    if not money:
        return None
    plan = max(money, key=lambda name: (round(money[name], 2), name))
    steps = ("proof",) if promised else ("segments", "delivery", "proof")
    return Lack("promise", steps, money[plan], plan)


def _margin(portfolio: "Portfolio") -> Lack | None:
    from tools.metrics import compute
    from tools.metrics.orders import worths

    ltv = compute(portfolio, "ltv")[0]
    if not ltv.usable or "revenue_not_margin" not in ltv.flags:
        return None
    return Lack("margin", ("growth",), sum(worths(portfolio).values()))


def _culture(portfolio: "Portfolio") -> Lack | None:
    from tools.metrics import compute

    return None if compute(portfolio, "culture")[0].usable else Lack("culture", ("culture",))


def _ttv(portfolio: "Portfolio") -> Lack | None:
    from tools.metrics import compute

    if "ttv_target" in portfolio.stated or not compute(portfolio, "ttv")[0].usable:
        return None
    return Lack("ttv", ("delivery",))
