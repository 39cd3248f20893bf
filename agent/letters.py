"""Letters in the chat: drafted out of the data, shown as they will read, kept until the user decides; never sent."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent import letter_store, sentences
from agent.letter_drafts import Wanted, checks, drafted
from agent.letter_store import Unbound
from agent.reading.letter_words import form_asked, step_asked
from agent.sentences import Desk, Result
from tools.document import Claim, Name, Pending, Slot
from tools.letters.letter import FORMS_OF_LETTER, Form, Letter, Line, placeholder, separator
from tools.letters.merge import Merge
from tools.reading import Reading, Unit
from tools.text import Text

if TYPE_CHECKING:
    from agent.assistant import Assistant
    from agent.examples import Call
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

OPTIONS = ("approve", "edit", "reject")
HEAD = Text(
    "Draft, {form}, for {client}. The occasion: {occasion}.",
    "Черновик ({form}) для клиента {client}. Повод: {occasion}.",
)
HEAD_OF_SEGMENT = Text(
    "Draft, {form}, for the segment “{segment}”. The occasion: {occasion}. It goes to {n} of {members} clients; what stands "
    "in square brackets is filled in for each of them.",
    "Черновик ({form}) для сегмента «{segment}». Повод: {occasion}. Получат {n} из {members} клиентов; то, что в квадратных "
    "скобках, у каждого своё.",
)
EXAMPLE = Text("This is how {client} gets it:", "Так его получит {client}:")
LEFT_OUT = Text("{title}: {n}.", "{title}: {n}.")
LEFT_OUT_HEAD = Text("Left out of the mailing:", "Не вошли в рассылку:")
OTHERS = Text(
    "Also true of this client and left for another time, as a letter asks for one thing: {others}.",
    "Ещё о клиенте, но не в этом письме (одно письмо — одна просьба): {others}.",
)
CHECK = Text("Check before sending: {reasons}.", "Проверьте перед отправкой: {reasons}.")
DATED = Text(
    "Days to answer are counted from the last day of the data, {day}.",
    "Сроки ответа отсчитаны от последнего дня данных, {day}.",
)
RESTS = Text("It rests on the playbook “{card}”.", "В основе — приём «{card}».")
APPROVED = Text("Approved. The text is frozen in the file {file}.", "Утверждено. Текст зафиксирован в файле {file}.")
REJECTED = Text(
    "Rejected, and the reason is noted. The draft goes nowhere.",
    "Отклонено, причина записана. Черновик никуда не уйдёт.",
)
HELD = Text(
    "The new text is kept, and not approved yet. This in it is not from your data, or not for a client's eyes: {found}. Approve it to let "
    "it stand as you wrote it, or edit it again.",
    "Новый текст сохранён, но ещё не утверждён. В нём есть то, чего нет в ваших данных или что не для глаз клиента: {found}. "
    "Утвердите, если так и нужно, или исправьте ещё раз.",
)
NO_REASON = "—"
REJECTED_BEFORE = Text(
    "It was rejected on {day}: “{reason}”; it may still be approved or edited.",
    "Черновик уже отклоняли {day}: «{reason}»; его всё ещё можно утвердить или исправить.",
)
WAITS = Text(
    "An edited text of yours waits for approval:\n\n{edited}",
    "Ждёт утверждения исправленный вами текст:\n\n{edited}",
)
STANDS = Text(
    "This letter was approved on {day} and is frozen in the file {file}.",
    "Это письмо утверждено {day} и зафиксировано в файле {file}.",
)

#: Those at risk, as people say it of whom a letter is for.
LEAVING = re.compile(
    r"(?:вот-вот|собрал\w+|собира\w+|подумыва\w+|дума\w+|хот\w+|решил\w*|готов\w*|мо[гж]\w+) (?:\w+ )?(?:уйти|уйд\w+|уходить|отказаться|отвал\w+)|"
    r"\bна выходе\b|одной ногой|(?:about to|thinking of|thinking about|going to|likely to|ready to|planning to|set to) (?:leav\w+|quit\w*|churn\w*|cancel\w*|go\b)|"
    r"heading (?:for|out) |\bone foot out"
)


def asked(seen: "Understood", portfolio: "Portfolio") -> "list[Call] | None":
    """The letter that a question asks for: to the client or the segment named, in the form and about what it says."""
    from agent.examples import call
    from agent.reading.names import nameless

    form = form_asked(seen.plain) or ("letter" if "letter" in seen.wants else None)
    if form is None or len(seen.accounts) > 1:
        return None
    about = step_asked(seen.plain)
    more = {"form": form, **({"step": about} if about is not None else {})}
    if seen.accounts:
        return [call("draft_message", id=seen.accounts[0][0], **more)]
    segment = next(iter(seen.segments), "at_risk" if LEAVING.search(seen.plain) else None)
    if segment is not None:
        return [call("draft_message", segment=segment, **more)]
    unknown = nameless(seen.question, portfolio)
    if unknown is not None:
        return [call("refuse", reason="unknown_account", names=[unknown.group(1)])]
    return [call("refuse", reason="which_client")]


def draft_message(
    desk: Desk, *, id: str | None = None, segment: str | None = None, step: str | None = None, form: Form = "letter"
) -> Result:
    """A letter, call script or message to a client or a segment, benefit before the request; it waits for a decision."""
    found = drafted(desk.portfolio, Wanted(id, segment, step, form, desk.language), home=desk.home)
    made, document = found.made, found.document
    if document["status"] in ("approved", "held"):
        return _decided_before(made, document, desk)
    told = _of_one(made, document, desk) if isinstance(made, Letter) else _of_many(made, document, desk)
    if document["status"] == "rejected":
        last = document["decisions"][-1]
        day, reason = Name(last["at"][:10]), Name(last["reason"])
        told.append(_told("before", REJECTED_BEFORE, desk, day=day, reason=reason))
    return Result(tuple(told), tuple(document["cards"]), pending=Pending("letter", document["id"], OPTIONS))


def decide(
    home: Path,
    ref: str,
    decision: str,
    text: str | None = None,
    *,
    at: datetime | None = None,
    as_written: bool = False,
) -> Result:
    """What came of a decision about a letter; the same decision again has no second effect.

    ``text`` is the new text of ``edit`` (which approves it) or the reason of ``reject``. An edited text with numbers or
    inner words that the draft has not waits to be approved as it is written.
    """
    when = at or datetime.now(UTC)
    if decision == "approve":
        done = letter_store.approve(home, ref, at=when)
    elif decision == "reject":
        done = letter_store.reject(home, ref, text or NO_REASON, at=when)
        return Result((Claim("letter.rejected", REJECTED),))
    else:
        try:
            done = letter_store.edit(home, ref, text or "", at=when, as_written=as_written, hold=True)
        except Unbound as error:
            waits = Pending("letter", ref, OPTIONS)
            return Result((Claim("letter.held", HELD, {"found": Name(", ".join(error.found))}),), pending=waits)
    return Result((Claim("letter.approved", APPROVED, {"file": _file(home, done)}),), tuple(done["cards"]))


def decided(assistant: "Assistant", portfolio: "Portfolio", ref: str, decision: str, text: str) -> Result:
    """A decision made in a conversation."""
    return decide(assistant.settings.home, ref, decision, text, at=assistant.clock())


def forget(assistant: "Assistant", ref: str) -> None:
    """Remove a draft that nobody approved, when its conversation is erased."""
    letter_store.forget(assistant.settings.home, ref)


def _decided_before(made: Letter | Merge, document: dict[str, Any], desk: Desk) -> Result:
    """A letter that was approved, or whose edited text waits: what stands now, not the draft it came from."""
    head = _head(made, desk)
    cards = tuple(document["cards"])
    if document["status"] == "held":
        waits = _told("waits", WAITS, desk, edited=Name(document["text"]))
        return Result((head, waits), cards, pending=Pending("letter", document["id"], OPTIONS))
    day, file = Name(document["decisions"][-1]["at"][:10]), _file(desk.home, document)
    return Result((head, _told("stands", STANDS, desk, day=day, file=file)), cards)


def _head(made: Letter | Merge, desk: Desk) -> Claim:
    form, occasion = FORMS_OF_LETTER[made.form], made.occasion.title
    if isinstance(made, Letter):
        client = Name(made.name, account=made.account)
        return _told("head", HEAD, desk, form=form, client=client, occasion=occasion)
    n, members = _count(len(made.letters), "letters", desk), _count(made.members, "members", desk)
    return _told("head", HEAD_OF_SEGMENT, desk, form=form, segment=made.title, occasion=occasion, n=n, members=members)


def _of_one(made: Letter, document: dict[str, Any], desk: Desk) -> list[Claim]:
    told = [_head(made, desk), *_lines(made.lines)]
    notes: list[Claim] = []
    if made.others:
        notes.append(_told("others", OTHERS, desk, others=_listed([item.title for item in made.others])))
    held = checks(made, desk.portfolio)
    if held:
        notes.append(_told("check", CHECK, desk, reasons=_listed(held)))
    return [*told, *_apart([*notes, *_last(document["cards"], made.lines, desk)])]


def _of_many(made: Merge, document: dict[str, Any], desk: Desk) -> list[Claim]:
    """The words with their placeholders, the letter to one client as an example, who is left out and why."""
    words = _lines(
        [
            replace(item, raw=Text(placeholder(item, "en"), placeholder(item, "ru")), marks={})
            for item in made.usual.lines
        ]
    )
    example = _told("example", EXAMPLE, desk, client=Name(made.usual.name, account=made.usual.account))
    out = [
        _told(f"out.{item.key}", LEFT_OUT, desk, title=item.title, n=_count(len(item.ids), item.key, desk))
        for item in made.left_out
        if item.ids
    ]
    reasons = [Claim("letter.out", LEFT_OUT_HEAD), *out] if out else []
    told = [_head(made, desk), *words, *_apart([example]), *_lines(made.usual.lines, name="example"), *_apart(reasons)]
    return [*told, *_apart(_last(document["cards"], made.usual.lines, desk))]


def _last(cards: list[str], lines: tuple[Line, ...], desk: Desk) -> list[Claim]:
    """From which day the days to answer are counted, and the playbook behind the letter."""
    from knowledge.cards import load_cards

    dated = {"soon", "meet", "answer"} & {name for item in lines for name in item.marks}
    days = [_told("dated", DATED, desk, day=desk.portfolio.as_of)] if dated and desk.portfolio.as_of is not None else []
    return [*days, *(_told("rests", RESTS, desk, card=load_cards()[slug].title) for slug in cards)]


def _lines(lines: "tuple[Line, ...] | list[Line]", *, name: str = "line") -> list[Claim]:
    """The sentences of a letter as they stand in it: paragraphs and lists keep their breaks."""
    told: list[Claim] = []
    before: Line | None = None
    for place, item in enumerate(lines):
        gap = separator(before, item) if before is not None else "\n\n"
        text = item.claim.text
        said = Text(gap.lstrip(" ") + text.en, gap.lstrip(" ") + text.ru)
        told.append(replace(item.claim, id=f"letter.{name}.{place}", text=said))
        before = item
    return told


def _apart(claims: list[Claim]) -> list[Claim]:
    """The claims as a paragraph of their own."""
    if not claims:
        return []
    first = claims[0]
    return [replace(first, text=Text("\n\n" + first.text.en, "\n\n" + first.text.ru)), *claims[1:]]


def _told(name: str, text: Text, desk: Desk, **slots: Slot) -> Claim:
    return sentences.claim(f"letter.{name}", text, desk, **slots)


def _listed(texts: list[Text]) -> Text:
    return Text("; ".join(item.en for item in texts), "; ".join(item.ru for item in texts))


def _count(value: int, kind: str, desk: Desk) -> Reading:
    scope = {"kind": f"letter:{kind}"}
    portfolio = desk.portfolio
    return Reading(
        "segments", Unit.COUNT, value, n=value, scope=scope, window=portfolio.day, snapshot=portfolio.snapshot
    )


def _file(home: Path | None, document: dict[str, Any]) -> Name:
    return Name(str(letter_store.file_of(home, document["id"])) if home is not None else document["id"])
