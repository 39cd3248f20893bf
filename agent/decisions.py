"""Decisions about what waits for the user: recognising them in a message, and having their effect, once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from agent import letters, questionnaire
from agent.examples import Call, call
from agent.memory import canonical, digest
from agent.sentences import Result
from tools.document import Claim, Name, Pending
from tools.text import Language, Text

if TYPE_CHECKING:
    from agent.assistant import Assistant
    from tools.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class Decision:
    """What the user decided, and the words that go with it: the new text, the reason, the answers."""

    decision: str
    text: str = ""


class Decider(Protocol):
    """Has the effect of a decision about one kind of document; the same decision again has it no second time."""

    def __call__(self, assistant: "Assistant", portfolio: "Portfolio", ref: str, decision: str, text: str) -> Result:
        """What came of it, to be told; `UserError` where it cannot be done."""


_DOCUMENT = (
    r"(?:\s+(?:это\s+|этот\s+|the\s+|this\s+|that\s+|it\b)?(?:письм\w+|отч[её]т\w*|черновик\w*|текст\w*|сообщени\w+|документ\w*|всё|все|его|её|"
    r"letter|report|draft|text|message|document|it|that|this)?)?"
)
_SEND = r"(?:отправляй(?:те)?|отправь(?:те)?|шли(?:те)?|посылай(?:те)?|можно отправлять|send(?: it)?|go ahead)"
_POLITE = r"(?:[,.!\s]*(?:спасибо|пожалуйста|thanks|thank you|please))?"
#: Words that decide by themselves, whatever was said in between.
_PLAIN: Mapping[str, str] = {
    "approve": r"одобряю|одобрено|одобрить|одобри|утверждаю|утверждено|утвердить|утверди|согласовано|approve|approved|i approve",
    "reject": r"отклонить|отклоняю|отклонено|отклони|не одобряю|не утверждаю|reject|rejected|i reject|decline",
    "edit": r"исправь(?:те)?|исправить|поправь(?:те)?|измени(?:те)?|edit|change it to|replace (?:it )?with",
    "skip": r"пропустить|пропусти|пропускаю|skip|skip it",
    "answer": r"ответ|ответы|answer|answers",
}
#: Words that decide only while the question stands right above.
_SHORT: Mapping[str, str] = {
    "approve": rf"да|ок|окей|хорошо|годится|подходит|согласен|согласна|подтверждаю|{_SEND}|yes|ok|okay|fine|looks good|lgtm|confirm",
    "reject": r"нет|не надо|не нужно|не подходит|не отправляй(?:те)?|отмена|отмени(?:те)?|no|don'?t send(?: it)?|cancel",
    "skip": r"дальше|позже|потом|не знаю|later|next|not now|i don'?t know",
}
_TAIL = r"(?:\s*[:—–]\s*|\s+[-]\s+|,?\s+(?:потому что|так как|because|since)\s+)(?P<text>.+)"
_NUMBERS = re.compile(r"^\W*\d+(?:[\s,;/.)]+\d+)+\W*$")
NEEDS_TEXT = ("edit", "answer")
HOW: Mapping[str, Text] = {
    "approve": Text("“approve”", "«одобряю»"),
    "edit": Text("“edit: the new text”", "«исправь: новый текст»"),
    "reject": Text("“reject: the reason”", "«отклонить: причина»"),
    "answer": Text("“answer: …”", "«ответ: …»"),
    "skip": Text("“skip”", "«пропустить»"),
}
IN_THREAD = Text(
    "This is a draft, nothing was sent. Reply with {ways}.", "Это черновик, никуда не отправлен. Ответьте: {ways}."
)
ASKED_IN_THREAD = Text("Reply with {ways}.", "Ответьте: {ways}.")
ALONE = Text(
    "This is a draft, nothing was sent. To decide about it here, ask in a conversation: “--thread NAME”.",
    "Это черновик, никуда не отправлен. Чтобы решить о нём здесь же, спросите в беседе: «--thread ИМЯ».",
)
ASKED_ALONE = Text(
    "To answer here, ask in a conversation: “--thread NAME”.",
    "Чтобы ответить здесь же, спросите в беседе: «--thread ИМЯ».",
)
OR = Text(" or ", " или ")
APPROVED_REPORT = Text(
    "Approved: the value report of {client} is frozen as it was shown.",
    "Одобрено: отчёт о ценности для клиента {client} зафиксирован таким, каким был показан.",
)
REPORT_FILE = Text("The file: {file}.", "Файл: {file}.")
LEFT_REPORT = Text(
    "Rejected: the value report of {client} stays a draft.",
    "Отклонено: отчёт о ценности для клиента {client} остаётся черновиком.",
)


def decision_of(message: str, options: tuple[str, ...], *, waiting: bool) -> Decision | None:
    """The decision a message is, out of the ones there are, else None: any other message is a question.

    Short words (“yes”, «да») decide only while the draft is the last thing said (``waiting``).
    """
    said = message.strip()
    if waiting and "answer" in options and _NUMBERS.match(said):
        return Decision("answer", said)
    for words in (_PLAIN, _SHORT) if waiting else (_PLAIN,):
        for option in options:
            if option in words and (found := _matched(words[option], said)) is not None:
                text = (found.groupdict().get("text") or "").strip()
                return Decision(option, text) if text or option not in NEEDS_TEXT else None
    return None


def nothing_waits(message: str) -> list[Call]:
    """The plan for a decision where nothing waits for one; empty for any other message."""
    decided = decision_of(message, ("approve", "edit", "reject"), waiting=False)
    return [] if decided is None else [call("refuse", reason="nothing_waits")]


def language_of(message: str, before: Language) -> Language:
    """The language of a decision: that of its words, else the one the draft was told in."""
    small = message.casefold()
    if any("а" <= letter <= "я" for letter in small):
        return "ru"
    return before if re.fullmatch(r"[\W\d]*(?:ok|okay|lgtm)?[\W\d]*", small) else "en"


def how_to(pending: Pending, *, paused: bool) -> Text:
    """How to decide about what waits, in a sentence."""
    if not paused:
        return ASKED_ALONE if pending.kind == "questions" else ALONE
    ways = [HOW[option] for option in pending.options if option in HOW]
    told = ways[0]
    for place, way in enumerate(ways[1:], start=2):
        told = Text(
            *(
                f"{told[language]}{OR[language] if place == len(ways) else ', '}{way[language]}"
                for language in ("en", "ru")
            )
        )
    return (ASKED_IN_THREAD if pending.kind == "questions" else IN_THREAD).fill(ways=told)


def effect_key(thread: str, turn: str, pending: Pending, decision: Decision) -> str:
    """What an effect is known by: the thread, the turn, the document and what was decided."""
    return digest(canonical([thread, turn, pending.kind, pending.ref, decision.decision, decision.text]))


def _matched(words: str, said: str) -> re.Match[str] | None:
    also = rf"(?:[,.!]?\s*{_SEND})?"
    return re.fullmatch(
        rf"\W*(?:да,?\s+|yes,?\s+|ок,?\s+|ok,?\s+|нет,?\s+|no,?\s+)?(?:{words}){_DOCUMENT}{also}{_POLITE}(?:[.!\s]*|{_TAIL})",
        said,
        re.IGNORECASE | re.DOTALL,
    )


def _report(assistant: "Assistant", portfolio: "Portfolio", ref: str, decision: str, text: str) -> Result:
    """Approving freezes the value report that was shown; rejecting leaves the draft."""
    from tools.reports.names import client_names

    client = Name(client_names(portfolio).get(ref, ref), account=ref)
    if decision != "approve":
        return Result((Claim("decided.report", LEFT_REPORT, {"client": client}),))
    made = assistant.report(ref, portfolio.snapshot, language="ru", approve=True, as_of=portfolio.as_of)
    [path] = made.files.values()
    return Result(
        (
            Claim("decided.report", APPROVED_REPORT, {"client": client}),
            Claim("decided.report.file", REPORT_FILE, {"file": Name(str(path))}),
        )
    )


DECIDERS: dict[str, Decider] = {"report": _report, "letter": letters.decided, "questions": questionnaire.decide}
#: Removes a draft of a kind that is not decided about, when its conversation is erased.
FORGET: dict[str, Callable[["Assistant", str], None]] = {"letter": letters.forget}
