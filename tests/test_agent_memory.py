"""The run store: exact round trips, and what a kill between two writes leaves."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest

from agent.memory import RunStore, decode, encode
from tools.document import (
    AccountLine,
    CardRef,
    Chart,
    Claim,
    Finding,
    MetricGoal,
    Missing,
    Name,
    NoCase,
    Recommendation,
    Section,
    Step,
    Telling,
)  # fmt: skip
from tools.reading import Reading, Rows, Unit, Window
from tools.text import Text

TEXT = Text("text", "текст")
VALUES = (
    1,
    0,
    1.0,
    0.0,
    0.1,
    1e300,
    10**20,
    Decimal("1"),
    Decimal("1.0"),
    Decimal("0.10"),
    Decimal("1E+3"),
    Decimal("-0"),
)


def reading(value: int | float | Decimal | None) -> Reading:
    return Reading(
        "nrr", Unit.MONEY, value, status="ok" if value is not None else "undefined", reason=None if value is not None else TEXT,
        n=3, numerator=Decimal("1.50"), denominator=2, window=Window(date(2024, 1, 1), date(2025, 1, 1)), ci=(0.5, float("inf")),
        flags=("a", "b"), scope={"by": "plan", "group": "7"}, rows=Rows(5, {"no date": 2}), sql="SELECT 1", snapshot="abc",
    )  # fmt: skip


def step() -> Step:
    slots = MappingProxyType(
        {"r": reading(1.5), "d": date(2025, 1, 2), "n": Name("2025-01-02", account="7"), "m": Name("1.5"), "t": TEXT}
    )
    claim = Claim("c", Text("{r} {d} {n} {t}", "{r} {m}"), slots, "down")
    finding = Finding(
        "code",
        "urgent",
        (claim,),
        (reading(1),),
        (AccountLine("7", "A", claim, reading(2)),),
        9,
        reading(Decimal(3)),
        ("x",),
    )
    advice = [
        Recommendation(
            TEXT, TEXT, (TEXT,), MetricGoal("nrr", None, reading(1.0), TEXT), case, CardRef("s", TEXT, TEXT, "source", "ours"),
            reading(None), reading(0.5), TEXT, 3, TEXT, "p", (reading(1),), "code", "growth",
        )
        for case in (NoCase(TEXT), CardRef("k", TEXT, TEXT, "source", "confirmed"))
    ]  # fmt: skip
    chart = Chart("waterfall", TEXT, (TEXT, TEXT), (reading(1), reading(2)))
    values = tuple(reading(value) for value in VALUES)
    return Step(
        "growth",
        TEXT,
        TEXT,
        "partial",
        TEXT,
        (claim,),
        values,
        (finding,),
        (Missing(TEXT, TEXT, TEXT),),
        (chart,),
        tuple(advice),
    )


def test_a_step_comes_back_equal_with_the_types_of_its_numbers() -> None:
    back = decode("step", encode(step()))
    assert back == step()
    assert [(type(r.value), str(r.value)) for r in back.readings] == [(type(value), str(value)) for value in VALUES]
    assert [type(slot) for slot in back.claims[0].slots.values()] == [Reading, date, Name, Name, Text]
    assert encode(back) == encode(step())


def test_a_telling_comes_back_equal() -> None:
    telling = Telling("ru", {"segments": Section("[[F1]]", "rules (draft rejected)")}, TEXT)
    assert decode("telling", encode(telling)) == telling


def test_a_part_whose_journal_line_was_lost_is_found_and_noted_once(tmp_path: Path) -> None:
    store = RunStore(tmp_path, "r")
    with store.locked():
        store.begin({"a": 1})
        key = store.finish("growth", "step", step(), status="partial")
    lines = store.journal_path.read_bytes().splitlines(keepends=True)
    store.journal_path.write_bytes(b"".join(lines[:-1]) + lines[-1][:17])
    with store.locked():
        assert store.finished("growth") == key
        assert store.part("growth") == step()
    assert [row["event"] for row in store.events()] == ["run", "finished"]
    assert [row["id"] for row in store.events()] == [1, 2]
    assert store.events()[-1] == {"id": 2, "event": "finished", "step": "growth", "hash": key, "status": "partial"}


def test_the_same_content_is_one_file(tmp_path: Path) -> None:
    first, second = (RunStore(tmp_path, name) for name in "ab")
    keys = []
    for store in (first, second):
        with store.locked():
            keys.append(store.finish("growth", "step", step()))
    assert keys[0] == keys[1]


def test_a_second_holder_says_so_and_waits(tmp_path: Path) -> None:
    import threading

    store, waited, order = RunStore(tmp_path, "r"), threading.Event(), list[str]()

    def other() -> None:
        with RunStore(tmp_path, "r").locked(waited.set):
            order.append("second")

    thread = threading.Thread(target=other)
    with store.locked():
        thread.start()
        assert waited.wait(5)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_a_journal_row_is_json_of_five_fields(tmp_path: Path) -> None:
    store = RunStore(tmp_path, "r")
    with store.locked():
        store.begin({})
    row = json.loads(store.journal_path.read_text())
    assert list(row) == ["id", "event", "step", "hash", "status"]


def test_a_damaged_order_is_no_silent_default() -> None:
    with pytest.raises(ValueError, match="title"):
        decode("step", b'{"key": "growth"}')
