"""Conversations: kept turn by turn, answered once, erased whole, one message at a time."""

import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.assistant import Assistant
from agent.conversation import Busy, KeyReused, thread_id
from agent.locks import held
from agent.settings import Settings
from agent.state import Before, ChatEvent
from agent.threads import book_at, locked
from evals.scripted_llm import ScriptedLLM
from tests.agent_small import small
from tools.errors import UnknownName, UserError

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    return Assistant.open(Settings(home=tmp_path, llm_base_url=None))


@pytest.fixture
def snapshot(tmp_path: Path) -> str:
    return small(tmp_path).snapshot


def text(assistant: Assistant, question: str, snapshot: str, **more: str) -> str:
    shown = assistant.render_answer(assistant.ask(question, snapshot, **more))
    return str(shown["text"])


def test_history_keeps_each_turn_with_its_time_and_answer(assistant: Assistant, snapshot: str) -> None:
    moments = iter([NOON + timedelta(minutes=minute) for minute in range(40)])
    assistant.clock = lambda: next(moments)
    told = [text(assistant, question, snapshot, thread="a") for question in ("Какой у нас отток?", "MRR?")]
    text(assistant, "What is our NRR?", snapshot, thread="b")
    with assistant.conversations() as book:
        assert [item.name for item in book.threads()] == ["b", "a"]
        first = book.thread("a")
        history = book.history(first.id)
    assert first.id == thread_id("a", snapshot) and first.title == "Какой у нас отток?" and first.turns == 2
    assert [turn.question for turn in history] == ["Какой у нас отток?", "MRR?"]
    assert [assistant.render_answer(turn.answer)["text"] for turn in history if turn.answer] == told
    assert NOON <= history[0].at < history[1].at


def test_a_turn_asked_twice_is_answered_once(assistant: Assistant, snapshot: str) -> None:
    heard: list[ChatEvent] = []
    first = assistant.ask("MRR?", snapshot, thread="t", turn="k", on_event=heard.append)
    again: list[ChatEvent] = []
    second = assistant.ask("MRR?", snapshot, thread="t", turn="k", on_event=again.append)
    assert first == second and heard == again and heard[-1].kind == "done"
    with assistant.conversations() as book:
        assert book.thread("t").turns == 1
    with pytest.raises(KeyReused):
        assistant.ask("NRR?", snapshot, thread="t", turn="k")


def test_a_key_outside_any_thread_is_no_conversation(assistant: Assistant, snapshot: str) -> None:
    assert assistant.ask("MRR?", snapshot, turn="k") == assistant.ask("MRR?", snapshot, turn="k")
    with assistant.conversations() as book:
        assert book.threads() == []


def test_sentences_told_while_it_is_made_are_the_answer(assistant: Assistant, snapshot: str) -> None:
    for question in ("Какой у нас отток?", "Кто в зоне риска и какой MRR?", "Какая погода завтра?"):
        heard: list[ChatEvent] = []
        answer = assistant.ask(question, snapshot, on_event=heard.append)
        shown = assistant.render_answer(answer)
        pieces = [json.loads(event.data) for event in heard if event.kind == "sentence"]
        assert "".join(piece["text"] for piece in pieces) == shown["text"]
        assert [span for piece in pieces for span in piece["spans"]] == shown["spans"]
        assert [event.kind for event in heard][:2] == ["understood", "planned"]


def test_a_models_sentences_are_told_after_the_guard(tmp_path: Path) -> None:
    snapshot = small(tmp_path).snapshot
    for script in ("honest", "digit"):
        with ScriptedLLM(script) as server:
            settings = Settings(
                home=tmp_path, llm_base_url=server.url, llm_model="m", llm_timeout=20, llm_api_key=SecretStr("x")
            )
            heard: list[ChatEvent] = []
            assistant = Assistant.open(settings)
            shown = assistant.render_answer(assistant.ask("What is our MRR?", snapshot, on_event=heard.append))
        told = [json.loads(event.data)["text"] for event in heard if event.kind == "sentence"]
        assert "".join(told) == shown["text"] and shown["written_by"] == ("model" if script == "honest" else "rules")
        assert "restarted" not in [event.kind for event in heard]


def test_the_state_keeps_what_the_last_answer_was_about(assistant: Assistant, snapshot: str) -> None:
    from agent.saver import saver_at

    assistant.ask("топ 3 клиента по MRR", snapshot, thread="t")
    with saver_at(assistant.settings.state_path) as saver:
        [checkpoint] = list(saver.list({"configurable": {"thread_id": thread_id("t", snapshot)}}))
    before = Before.read(checkpoint.checkpoint["channel_values"]["before"])
    assert len(before.accounts) == 3 and before.keys == ("mrr",) and before.calls[0]["name"] == "metric"
    assert Before.read(before.written()) == before


def test_another_message_waits_for_the_one_before_and_then_says_so(assistant: Assistant, snapshot: str) -> None:
    impatient = Assistant.open(Settings(home=assistant.settings.home, llm_base_url=None, thread_wait=0.05))
    with locked(assistant.settings.home, thread_id("t", snapshot), seconds=0), pytest.raises(Busy):
        impatient.ask("MRR?", snapshot, thread="t")
    assert text(impatient, "MRR?", snapshot, thread="t")


def test_those_who_wait_go_in_the_order_of_arrival(tmp_path: Path) -> None:
    order: list[int] = []
    arrived = [threading.Event() for _ in range(6)]

    def wait(place: int) -> None:
        arrived[place].set()
        with held(tmp_path / "lock", seconds=30):
            order.append(place)

    with held(tmp_path / "lock", seconds=0):
        waiting = []
        for place in range(6):
            one = threading.Thread(target=wait, args=(place,))
            one.start()
            arrived[place].wait()
            _until_queued(tmp_path / "lock", place + 2)
            waiting.append(one)
    for one in waiting:
        one.join()
    assert order == sorted(order)


def _until_queued(path: Path, count: int) -> None:
    from agent.locks import _QUEUES

    while len(_QUEUES.get(path, [])) < count:
        threading.Event().wait(0.001)


@pytest.mark.parametrize(("threads", "posts"), [(4, 5), pytest.param(100, 5, marks=pytest.mark.soak)])
def test_messages_of_one_thread_never_interleave(tmp_path: Path, threads: int, posts: int) -> None:
    """Messages of many threads at once: each is answered, one run each, and a thread's turns stand one after another."""
    snapshot = small(tmp_path).snapshot
    assistant = Assistant.open(Settings(home=tmp_path, llm_base_url=None, thread_wait=600))
    assistant.ask("MRR?", snapshot)
    told: dict[tuple[int, int], list[ChatEvent]] = {}

    def post(place: tuple[int, int]) -> None:
        thread, number = place
        heard = told.setdefault(place, [])
        assistant.ask("MRR?", snapshot, thread=f"t{thread}", turn=f"k{number}", on_event=heard.append)

    places = [(thread, number) for number in range(posts) for thread in range(threads)]
    with ThreadPoolExecutor(max_workers=min(len(places), 60)) as pool:
        list(pool.map(post, places))
    with assistant.conversations() as book:
        for thread in range(threads):
            history = book.history(thread_id(f"t{thread}", snapshot))
            assert [turn.place for turn in history] == list(range(1, posts + 1))
            assert {turn.turn for turn in history} == {f"k{number}" for number in range(posts)}
            assert all(turn.tries == 1 for turn in history)
    assert all([event.kind for event in heard].count("planned") == 1 for heard in told.values())
    assert integrity(assistant.settings.state_path) == "ok"


def integrity(path: Path) -> str:
    connection = sqlite3.connect(path)
    try:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()


def test_an_erased_thread_leaves_nothing_behind(assistant: Assistant, snapshot: str, tmp_path: Path) -> None:
    secret = "Какой MRR у фирмы Незабудка-Секрет?"
    assistant.ask(secret, snapshot, thread="gone", turn="k", on_event=lambda event: None)
    assistant.ask("MRR?", snapshot, thread="kept")
    assistant.erase_thread(thread_id("gone", snapshot))
    with assistant.conversations() as book:
        assert [item.name for item in book.threads()] == ["kept"]
        with pytest.raises(UnknownName):
            book.thread("gone")
    left = [path for path in tmp_path.rglob("*") if path.is_file() and "Незабудка-Секрет".encode() in path.read_bytes()]
    assert left == []
    assert not (tmp_path / "locks" / f"{thread_id('gone', snapshot)}.lock").exists()
    assert text(assistant, "а за последний квартал?", snapshot, thread="gone")  # nothing is remembered, nothing breaks


def test_old_conversations_are_erased_when_the_product_starts(tmp_path: Path) -> None:
    snapshot = small(tmp_path).snapshot
    settings = Settings(home=tmp_path, llm_base_url=None, thread_days=30)
    for name, day in (("old", 0), ("new", 40)):
        one = Assistant.open(settings)
        one.clock = lambda day=day: NOON + timedelta(days=day)
        one.ask("MRR?", snapshot, thread=name)
    with book_at(settings.state_path) as book:
        assert [item.name for item in book.threads()] == ["new"]


def test_a_thread_of_other_data_is_refused_and_a_wrong_name_named(
    assistant: Assistant, snapshot: str, demo_home: Path
) -> None:
    assistant.ask("MRR?", snapshot, thread="t")
    with assistant.conversations() as book, pytest.raises(UnknownName, match="Did you mean: t"):
        book.thread("tt")
    book_id = thread_id("t", snapshot)
    assert text(assistant, "NRR?", snapshot, thread=book_id)
    with assistant.conversations() as book:
        assert book.thread("t").turns == 2
        book.begin(thread_id("x", "another"), "x", "another", at=NOON, title="")
    with pytest.raises(UserError, match="other data"):
        assistant.ask("MRR?", snapshot, thread=thread_id("x", "another"))


def test_a_title_is_changed_and_the_name_stays(assistant: Assistant, snapshot: str) -> None:
    assistant.ask("MRR?", snapshot, thread="t")
    with assistant.conversations() as book:
        book.rename(book.thread("t").id, "  План   на осень " + "х" * 100)
        found = book.thread("t")
    assert found.title.startswith("План на осень х") and len(found.title) == 80 and found.name == "t"


def test_a_turn_that_failed_is_not_kept(assistant: Assistant, snapshot: str) -> None:
    assistant.ask("MRR?", snapshot, thread="t")
    with pytest.raises(UserError):
        assistant.decide(thread_id("t", snapshot), snapshot, "approve")
    with assistant.conversations() as book:
        assert book.open_threads() == [] and book.thread("t").turns == 1
