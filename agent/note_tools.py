"""The chat's memory of clients: notes kept, recalled, marked done; quoted as the user's own words, never a figure of the data."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from agent import sentences
from agent.notes import KINDS, Kind, Note, Notebook, binder
from agent.own_documents import has_figure, inner
from agent.planning.noting import NOTE_ID, past
from agent.reading.due import due as day_named
from agent.reading.due import end_of
from agent.sentences import Desk, Result
from tools.document import Claim, Name, Slot
from tools.errors import UserError
from tools.text import Text

if TYPE_CHECKING:
    from datetime import date

SHOWN = 10
MENTIONED = 2
QUOTED = 300
TITLES: Mapping[Kind, Text] = {
    "decision": Text("decision", "решение"),
    "promise": Text("promise", "обещание"),
    "action": Text("action", "действие"),
    "outcome": Text("outcome", "итог"),
    "note": Text("note", "заметка"),
}
NO_NOTES_HERE = Text("Notes are not kept here.", "Здесь заметки не ведутся.")
NOTED = Text("Noted about {client}, {kind}: “{words}”.", "Записано о клиенте {client}, {kind}: «{words}».")
NOTED_ALONE = Text(
    "Noted, {kind}, of no client in particular: “{words}”.", "Записано без привязки к клиенту, {kind}: «{words}»."
)
UNTIL = Text("Due: {due}.", "Срок: {due}.")
HOW_DONE = Text("When it is done, write “done: {number}”.", "Когда будет сделано, напишите «сделано: {number}».")
OWN_WORDS = Text(
    "These are your words; figures in them are not checked against the data.",
    "Это ваши слова; числа в них не сверены с данными.",
)
OF_CLIENT = Text("Your notes about {client}:", "Ваши записи о клиенте {client}:")
ALL = Text("Your notes:", "Ваши записи:")
NOTHING = Text("Nothing like this is noted.", "Такого в записях нет.")
NOTHING_OF = Text("Nothing like this is noted about {client}.", "О клиенте {client} такого не записано.")
HOW = Text("To note something, begin with “remember: …”.", "Чтобы записать, начните со слов «запомни: …».")
MORE = Text("All of them are shown by “cvm notes”.", "Все записи покажет команда «cvm notes».")
DONE = Text("Marked as done: “{words}”.", "Отмечено как сделанное: «{words}».")
NONE_OPEN = Text(
    "There is no open promise or action like this.", "Такого открытого обещания или действия в записях нет."
)
WHICH = Text(
    "It is not clear which one is done. Write “done:” with one of these numbers:",
    "Неясно, что именно сделано. Напишите «сделано:» и один из номеров:",
)
LINE = Text("{number} — “{words}”.", "{number} — «{words}».")
FORMER = Text(" (then called {former})", " (тогда: {former})")
OVERDUE = Text(", overdue", ", просрочено")
ENDED = Text(", done on {ended}", ", сделано {ended}")
BY = Text(", due {due}", ", срок {due}")
PROMISED, DECIDED = Text("promised", "обещано"), Text("decided", "решено")
IN_NOTES = Text("In your notes: {list}.", "В ваших записях: {list}.")


def remember(desk: Desk, *, kind: str, text: str, id: str | None = None) -> Result:
    """The words kept as a note about a client, or about none; with the day they name."""
    book, known = _book(desk), _kind(kind)
    account = None if id is None else (id, dict(desk.portfolio.accounts())[id])
    plain = text.lower().replace("ё", "е")
    due = None if known in ("outcome", "note") else day_named(plain, book.today, loosely=known != "decision")
    made = known == "action" and due is None and past(plain)
    note = book.add(text, kind=known, account=account, due=due, done=made)
    slots: dict[str, Slot] = {"kind": TITLES[note.kind], "words": _quote(note, desk)}
    if account is not None:
        slots["client"] = Name(account[1], account=account[0])
    claims = [sentences.claim(f"noted.{note.id}", NOTED if account is not None else NOTED_ALONE, desk, **slots)]
    if note.due is not None:
        claims.append(sentences.claim("due", UNTIL, desk, due=note.due))
    if note.open:
        claims.append(sentences.claim("how_done", HOW_DONE, desk, number=Name(note.id)))
    return Result((*claims, *_own_words([note])))


def recall(desk: Desk, *, id: str | None = None, kind: str | None = None, due: str | None = None) -> Result:
    """Notes about a client or about all, open ones by their day first, then the newest: at most ten.

    ``kind`` is one of the kinds; ``due``: open, overdue, or due today, this week, this month (what is overdue included).
    """
    book = _book(desk)
    whose = binder(desk.portfolio)
    found = [note for note in book.all() if id is None or whose(note) == id]
    if kind is not None:
        found = [note for note in found if note.kind == _kind(kind)]
    if due is not None:
        found = [note for note in found if note.open and _within(note, due, book.today)]
    if not found:
        return _nothing(desk, id)
    found.sort(key=lambda note: (not note.open, note.due.isoformat() if note.open and note.due else "9999"))
    shown = found[:SHOWN]
    names = dict(desk.portfolio.accounts())
    head = Claim("notes", ALL) if id is None else _of_client(id, desk)
    lines = [_line(note, names.get(whose(note) or ""), whose(note), desk, book, alone=id is not None) for note in shown]
    more = [Claim("more", MORE)] if len(found) > SHOWN else []
    return Result((head, *lines, *more, *_own_words(shown)))


def done(desk: Desk, *, text: str, id: str | None = None) -> Result:
    """The open promise or action that the words are about, marked as done; which ones there are where that is not clear."""
    book = _book(desk)
    before = book.finished_here()
    if before:
        return Result(tuple(_finished(note, desk) for note in before))
    whose = binder(desk.portfolio)
    found = [note for note in book.all() if note.open and (id is None or whose(note) == id)]
    named = NOTE_ID.search(text.lower())
    if named is not None:
        found = [note for note in found if note.id == named.group()]
    meant = found if named is not None else _meant(text, found, desk)
    if len(meant) == 1:
        return Result((_finished(book.finish(meant[0].id), desk),))
    if not found:
        return Result((Claim("none_open", NONE_OPEN),), refused=NONE_OPEN)
    lines = [
        sentences.claim(f"open.{note.id}", LINE, desk, number=Name(note.id), words=_quote(note, desk))
        for note in (meant or found)[:SHOWN]
    ]
    return Result((Claim("which", WHICH), *lines), refused=WHICH)


def mentioned(desk: Desk, id: str) -> tuple[Claim, ...]:
    """What an answer about a client says of its notes, in one sentence: open promises by their day, the last decision."""
    if desk.notebook is None:
        return ()
    notes = desk.notebook.of(id, desk.portfolio)
    promises = sorted((note for note in notes if note.open and note.kind == "promise"), key=_by_day)[:MENTIONED]
    decisions = [note for note in notes if note.kind == "decision"][:1]
    if not promises and not decisions:
        return ()
    slots: dict[str, Slot] = {}
    pieces: list[Text] = []
    for place, note in enumerate([*promises, *decisions]):
        mark = chr(97 + place)
        slots |= {f"text_{mark}": _quote(note, desk), f"verb_{mark}": DECIDED if note.kind == "decision" else PROMISED}
        until = BY.fill(due=f"{{due_{mark}}}") if note.open and note.due is not None else None
        if note.open and note.due is not None:
            slots[f"due_{mark}"] = note.due
        late = OVERDUE if note.open and note.due is not None and note.due < desk.notebook.today else None
        pieces.append(
            _sum(Text(f"{{verb_{mark}}} — “{{text_{mark}}}”", f"{{verb_{mark}}} — «{{text_{mark}}}»"), until, late)
        )
    said = IN_NOTES.fill(list=Text("; ".join(one.en for one in pieces), "; ".join(one.ru for one in pieces)))
    return (sentences.claim("in_notes", said, desk, **slots),)


def _book(desk: Desk) -> Notebook:
    if desk.notebook is None:
        raise UserError(NO_NOTES_HERE)
    return desk.notebook


def _kind(kind: str) -> Kind:
    return next((known for known in KINDS if known == kind), "note")


def _within(note: Note, due: str, today: "date") -> bool:
    if due == "open":
        return True
    if note.due is None:
        return False
    if due == "overdue":
        return note.due < today
    return note.due <= (today if due == "today" else end_of(due, today) if due in ("week", "month") else note.due)


def _by_day(note: Note) -> str:
    return note.due.isoformat() if note.due is not None else "9999"


def _line(note: Note, name: str | None, account: str | None, desk: Desk, book: Notebook, *, alone: bool) -> Claim:
    """One note: its day, kind, client where several are told of, words, when due, whether done."""
    slots: dict[str, Slot] = {"day": note.made.date(), "kind": TITLES[note.kind], "words": _quote(note, desk)}
    whom = Text("{day}, {kind}", "{day}, {kind}")
    client = name or note.name
    if client is not None and not alone:
        slots["client"] = Name(client, account=account)
        whom = _sum(whom, Text(", {client}", ", {client}"))
    if name is not None and note.name not in (name, None):
        slots["former"] = Name(str(note.name))
        whom = _sum(whom, FORMER)
    tail: list[Text] = []
    if note.due is not None:
        slots["due"] = note.due
        tail.append(BY)
        tail += [OVERDUE] if note.open and note.due < book.today else []
    if (
        note.done is not None
        and note.kind in ("promise", "action")
        and note.done.date() >= note.made.date()
        and note.done != note.made
    ):
        slots["ended"] = note.done.date()
        tail.append(ENDED)
    text = _sum(whom, Text(": “{words}”", ": «{words}»"), *tail, Text(".", "."))
    return sentences.claim(f"note.{note.id}", text, desk, **slots)


def _sum(*parts: Text | None) -> Text:
    said = [part for part in parts if part is not None]
    return Text("".join(part.en for part in said), "".join(part.ru for part in said))


def _of_client(id: str, desk: Desk) -> Claim:
    name = dict(desk.portfolio.accounts())[id]
    return sentences.claim("notes", OF_CLIENT, desk, client=Name(name, account=id))


def _nothing(desk: Desk, id: str | None) -> Result:
    if id is None:
        return Result((Claim("nothing", NOTHING), Claim("how", HOW)))
    name = dict(desk.portfolio.accounts())[id]
    return Result((sentences.claim("nothing", NOTHING_OF, desk, client=Name(name, account=id)), Claim("how", HOW)))


def _finished(note: Note, desk: Desk) -> Claim:
    return sentences.claim(f"done.{note.id}", DONE, desk, words=_quote(note, desk))


def _meant(text: str, found: Sequence[Note], desk: Desk) -> list[Note]:
    """The notes that share most words with what is said to be done, names of clients apart; all where nothing else is said."""
    from knowledge.search import stems

    names = {stem for note in found for stem in stems(note.name or "")}
    said = set(stems(text)) - names
    shared = {note.id: len(said & (set(stems(note.text)) - names)) for note in found}
    if not {word for word in said if len(word) > 2}:
        return list(found)
    best = max(shared.values(), default=0)
    return [note for note in found if best and shared[note.id] == best]


def _quote(note: Note, desk: Desk) -> Name:
    """The words of a note on one line, with marks that cannot end the quotation; a long one is cut at a word."""
    words = note.text if len(note.text) <= QUOTED else note.text[: QUOTED + 1].rpartition(" ")[0] + " …"
    return Name(re.sub(r"(?<![.…])\.$", "", inner(words, desk.language)))


def _own_words(notes: Sequence[Note]) -> tuple[Claim, ...]:
    return (Claim("own_words", OWN_WORDS),) if any(has_figure(note.text) for note in notes) else ()
