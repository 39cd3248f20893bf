"""One message of a conversation: accepted, answered, written down; asked twice, answered once; killed, gone on with."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from agent import chat_graph
from agent.aloud import Aloud, Note
from agent.conversation import (
    THREAD_ID,
    About,
    KeyReused,
    NotWaiting,
    Turn,
    once_id,
    refuse_other_data,
    thread_id,
)
from agent.decisions import Decision, decision_of, effect_key
from agent.questionnaire import answers
from agent.retention import tidy
from agent.saver import saver_at
from agent.sentences import Result
from agent.state import ChatEvent, ChatEventKind
from agent.threads import Book, book_at, locked
from tools.document import Answer, Pending
from tools.errors import CVMError
from tools.text import Text

if TYPE_CHECKING:
    from agent.assistant import Assistant

Listener = Callable[[ChatEvent], None]
TRIES = 3
REUSED = Text(
    "This key belongs to another message of the conversation: send the new one with a new key.",
    "Этот ключ уже занят другим сообщением беседы: отправьте новое с новым ключом.",
)
NOT_WAITING = Text(
    "That draft does not wait for such a decision in this conversation.",
    "В этой беседе нет черновика, который ждёт такого решения.",
)


@dataclass(frozen=True, slots=True)
class Message:
    """What the user said, of which data, in which conversation (None: in none), under which key of a turn."""

    words: str
    snapshot: str
    thread: str | None = None
    turn: str | None = None
    about: About = About()


def answered(message: Message, assistant: "Assistant", *, on_event: Listener | None = None) -> Answer:
    """The answer to a message; with a ``turn`` the same message is answered once, whoever asks and however often.

    Raises `agent.conversation.Busy` where the conversation is still at an earlier message after the time one would wait, and
    `UserError` where the turn's key was used for other words.
    """
    if message.thread is None and message.turn is None:
        return _outside(message, assistant, Aloud(_counted(on_event)))
    settings = assistant.settings
    tidy(assistant)
    with book_at(settings.state_path) as book:
        thread = _named(message, book)
        with locked(settings.home, thread, seconds=settings.thread_wait):
            return _Teller(assistant, book, message.snapshot).answer(message, thread, on_event)


def resume(assistant: "Assistant") -> int:
    """Answer what was accepted and not answered when a process was killed; how many conversations had such."""
    path, home = assistant.settings.state_path, assistant.settings.home
    if not path.is_file():
        return 0
    with book_at(path) as book:
        waiting = book.open_threads()
        for thread, snapshot in waiting:
            try:
                with locked(home, thread, seconds=0):
                    _Teller(assistant, book, snapshot).finish(thread)
            except CVMError:
                continue
    return len(waiting)


def _named(message: Message, book: Book) -> str:
    """The id of the thread meant by a name or by an id; one about other data is refused."""
    if message.thread is None:
        return once_id(message.turn or "", message.snapshot)
    if not THREAD_ID.fullmatch(message.thread):
        return thread_id(message.thread, message.snapshot)
    found = book.thread(message.thread)
    refuse_other_data(found, message.snapshot)
    return found.id


def _outside(message: Message, assistant: "Assistant", aloud: Aloud) -> Answer:
    portfolio = assistant.portfolio(message.snapshot, as_of=message.about.as_of)
    start = chat_graph.question("", message.words, message.about.language)
    context = chat_graph.ChatContext(portfolio, assistant, aloud, said_in=(message.thread or "", message.turn or ""))
    state = chat_graph.chat_graph(None).invoke(start, context=context)
    return chat_graph.answer_of(state, portfolio, context.writer.usage)


def _counted(on_event: Listener | None) -> Note | None:
    """Events of a question that nobody can come back to: numbered, not kept."""
    if on_event is None:
        return None
    numbers = count(1)
    return lambda kind, data: on_event(ChatEvent(next(numbers), kind, _json(data)))


def _json(data: object) -> str:
    from tools.reports.json_text import dumps

    return dumps(data, indent=None)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Answers turns of a conversation that is held."""

    assistant: "Assistant"
    book: Book
    snapshot: str

    def answer(self, message: Message, thread: str, on_event: Listener | None) -> Answer:
        """The answer that stands, or the one made now; an earlier turn that was broken off goes first."""
        key = message.turn or uuid.uuid4().hex
        turn = self.book.turn(thread, key)
        if turn is not None and (turn.question, turn.about) != (message.words, message.about):
            raise KeyReused(REUSED)
        if turn is None:
            self.finish(thread)
            at, title = self.assistant.clock(), message.words
            name = "" if message.thread is None or message.thread == thread else message.thread
            self.book.begin(thread, name, self.snapshot, at=at, title=title, listed=message.thread is not None)
            turn = self.book.accept(thread, key, message.words, message.about, at=at)
        with self._noting(turn, on_event, kept=message.turn is not None) as note:
            return self._replayed(turn, on_event) if turn.answer is not None else self._told(turn, note)

    def finish(self, thread: str) -> None:
        """Answer the turn that a killed process left, if there is one; given up where it kills every process."""
        turn = self.book.open_turn(thread)
        if turn is None:
            return
        if turn.tries >= TRIES:
            self.book.drop(turn)
            return
        try:
            with self._noting(turn, None, kept=True) as note:
                self._told(turn, note)
        except CVMError:
            return

    def _told(self, turn: Turn, note: Note | None) -> Answer:
        whole = False
        try:
            self.book.again(turn)
            if note is not None and self.book.told(turn.thread, turn.turn):
                note("restarted", {})
            made = self._in_thread(turn, Aloud(note)) if turn.thread.startswith("chat-") else self._alone(turn, note)
            answer = self.book.answer(turn, made, shown=self._shown(turn, made), at=self.assistant.clock())
            whole = True
        finally:
            if not whole:
                self.book.drop(turn)
        if note is not None:
            note("done", self._done(turn, answer))
        return answer

    def _alone(self, turn: Turn, note: Note | None) -> Answer:
        return _outside(
            Message(turn.question, self.snapshot, turn.thread, turn.turn, turn.about), self.assistant, Aloud(note)
        )

    def _in_thread(self, turn: Turn, aloud: Aloud) -> Answer:
        from langgraph.types import Command

        portfolio = self.assistant.portfolio(self.snapshot, as_of=turn.about.as_of)
        context = chat_graph.ChatContext(
            portfolio, self.assistant, aloud, turn.about.as_of, self._once(turn), (turn.thread, turn.turn)
        )
        config: Any = {"configurable": {"thread_id": turn.thread}}
        with saver_at(self.assistant.settings.state_path) as saver:
            graph = chat_graph.chat_graph(saver)

            def run(start: object) -> Any:
                return graph.invoke(start, config, context=context, durability="sync")

            kept = saver.get_tuple(config)  # as written: `get_state` shows results whose step is not written yet
            values: Any = kept.checkpoint["channel_values"] if kept is not None else {}
            tasks = graph.get_state(config).tasks
            waits = any(task.interrupts for task in tasks)
            if values.get("turn") != turn.turn:
                shown, decision = self._decided(turn, values, waits)
                if waits and (decision is None or shown != values["shown"]):
                    run(Command(resume=chat_graph.LEAVE))
                    waits = False
                asked = chat_graph.question(turn.turn, turn.question, turn.about.language, shown, decision)
                values = run(Command(resume=asked) if waits else asked)
            elif tasks and not waits:
                values = run(None)
            answer = chat_graph.answer_of(values, portfolio, context.writer.usage)
            saver.prune([turn.thread])
        return answer

    def _decided(self, turn: Turn, values: Any, waits: bool) -> tuple[str, Decision | None]:
        """What the turn decides about, and how; a None decision is a question."""
        shown = str(values.get("shown") or "")
        if turn.about.decision is None:
            if not shown:
                return "", None
            pending = chat_graph.pending_of(shown)
            meant = decision_of(turn.question, pending.options, waiting=waits)
            if meant is None and waits and pending.kind == "questions" and answers(turn.question, pending.ref):
                meant = Decision("answer", turn.question)
            return shown, meant
        decision, text, ref = turn.about.decision
        drafts = self.book.drafts(turn.thread)
        found = next((item.shown for item in reversed(drafts) if ref in ("", item.ref)), None)
        if found is None or decision not in chat_graph.pending_of(found).options:
            raise NotWaiting(NOT_WAITING)
        return found, Decision(decision, text)

    def _shown(self, turn: Turn, answer: Answer) -> str:
        return "" if answer.pending is None else chat_graph.shown(answer.pending, turn.about.as_of)

    def _once(self, turn: Turn) -> chat_graph.Once:
        def once(pending: Pending, decision: Decision, make: Callable[[], Result]) -> Result:
            key = effect_key(turn.thread, turn.turn, pending, decision)
            known = self.book.effect(key)
            if known is None:
                decided = (pending.kind, pending.ref, decision.decision)
                known = self.book.had(key, turn, decided, make(), at=self.assistant.clock())
            return known

        return once

    @contextmanager
    def _noting(self, turn: Turn, on_event: Listener | None, *, kept: bool) -> Iterator[Note | None]:
        """What a turn tells goes to who listens; where one may come back for it (``kept``), to the disk first."""
        if not kept:
            counted = _counted(on_event)
            yield None if counted is None else lambda kind, data: counted(kind, self._placed(turn, kind, data))
            return
        with book_at(self.assistant.settings.state_path, synced=False) as journal:

            def note(kind: ChatEventKind, data: dict[str, Any]) -> None:
                raw = _json(self._placed(turn, kind, data))
                event = ChatEvent(journal.note(turn, kind, "" if kind == "done" else raw), kind, raw)
                if on_event is not None:
                    on_event(event)

            yield note

    def _placed(self, turn: Turn, kind: ChatEventKind, data: dict[str, Any]) -> dict[str, Any]:
        return {"thread": turn.thread, "turn": turn.turn, **data} if kind == "understood" else data

    def _done(self, turn: Turn, answer: Answer) -> dict[str, Any]:
        from tools.reports.contract import answer_json

        return {**answer_json(answer), "thread": turn.thread, "turn": turn.turn}

    def _replayed(self, turn: Turn, on_event: Listener | None) -> Answer:
        """What an answered turn told, told again in the same words."""
        assert turn.answer is not None
        if on_event is None:
            return turn.answer
        told = self.book.told(turn.thread, turn.turn)
        if not told or told[-1].kind != "done":
            told = [*told, ChatEvent(self.book.note(turn, "done", ""), "done", "")]
        for event in told:
            done = event.kind == "done"
            on_event(ChatEvent(event.id, event.kind, _json(self._done(turn, turn.answer)) if done else event.data))
        return turn.answer
