"""The examples of questions: enough of them, in both languages, no two alike, every call one that exists."""

import re
from collections import Counter
from typing import Any

import pytest
import yaml

from agent.calls import TOOLS
from agent.examples import FOLDER, examples
from agent.planning.nearest import GOES_ON
from agent.reading.words import SEGMENTS
from agent.refusals import REASONS
from knowledge.glossary import entries
from knowledge.search import stems
from tools.audit import codes
from tools.metrics import metrics
from tools.reports.audiences import AUDIENCES

#: Tools that examples may ask for before they are there.
COMING = frozenset({"compare", "inputs", "draft_message", "culture", "remember", "recall", "whatif"})
#: Tools that a rule alone calls: a letter of the shelf, and what marks a note as done ("done: …").
BY_RULE = frozenset({"letter", "done"})
#: Names recognised in a question; the question itself stands only in arguments.
SLOTS = frozenset({"account", "other", "plan", "campaign"})
SLOT = re.compile(r"\{(\w+)\}")
#: Reasons that a question can give by itself: the others come from names that were not found.
ASKED = ("forecast", "competitors", "costs", "off_topic", "injection", "which_client")
FORMS = ("letter", "call", "messenger")
KINDS = ("decision", "promise", "action", "outcome")
ARGUMENTS: dict[str, frozenset[str]] = {
    "metric": frozenset({"key"}),
    "define": frozenset({"key"}),
    "segment": frozenset({"segment"}),
    "account": frozenset({"id"}),
    "report": frozenset({"id"}),
    "compare": frozenset({"ids"}),
    "findings": frozenset({"codes"}),
    "telling": frozenset({"audience"}),
    "refuse": frozenset({"reason"}),
    "advice": frozenset({"query", "segment"}),
    "market": frozenset({"query"}),
    "documents": frozenset({"query"}),
    "whatif": frozenset({"query"}),
    "draft_message": frozenset({"id", "segment", "form"}),
    "remember": frozenset({"id", "kind", "text"}),
    "recall": frozenset({"id"}),
    "done": frozenset({"id"}),
    GOES_ON: frozenset({"to", "key"}),
}
OPTIONAL = {
    GOES_ON: {"to", "key"},
    "done": {"id"},
    "advice": {"segment"},
    "draft_message": {"id", "segment"},
    "remember": {"id"},
    "recall": {"id"},
}


def russian(question: str) -> bool:
    return re.search("[а-яё]", question, re.IGNORECASE) is not None


def known(argument: str, value: Any, tool: str) -> bool:
    """Whether a value is one that the registry of its argument holds."""
    if argument == "codes":
        return bool(value) and set(value) <= codes()
    registered = {
        "to": TOOLS,
        "key": metrics() if tool in ("metric", GOES_ON) else {**metrics(), **entries()},
        "segment": {**SEGMENTS, **({"": ()} if tool == "segment" else {})},
        "audience": AUDIENCES,
        "reason": REASONS,
        "form": FORMS,
        "kind": KINDS,
        "id": ("{account}",),
        "ids": (["{account}", "{other}"],),
        "query": ("{question}",),
        "text": ("{question}",),
    }
    return value in registered[argument]


def arguments() -> list[tuple[str, str, Any]]:
    return [
        (item["call"]["name"], name, value) for item in examples() for name, value in item["call"]["arguments"].items()
    ]


def test_there_are_enough_in_each_language() -> None:
    share = sum(russian(item["q"]) for item in examples()) / len(examples())
    assert len(examples()) >= 640
    assert 0.45 <= share <= 0.55


def test_every_file_is_read_and_holds_examples_only() -> None:
    files = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in FOLDER.iterdir() if path.suffix == ".yaml"}
    assert sum(map(len, files.values())) == len(examples())
    for stem, items in files.items():
        assert all(set(item) == {"q", "call"} and set(item["call"]) == {"name", "arguments"} for item in items), stem
        strange = {item["call"]["name"] for item in items if not stem.startswith(item["call"]["name"])}
        assert not strange, stem


def test_every_call_is_one_that_exists() -> None:
    for item in examples():
        name, given = item["call"]["name"], item["call"]["arguments"]
        assert name in TOOLS or name in COMING or name == GOES_ON, item
        allowed = ARGUMENTS.get(name, frozenset())
        assert allowed - OPTIONAL.get(name, set()) <= set(given) <= allowed, item
        assert all(known(argument, value, name) for argument, value in given.items()), item
        assert name != "draft_message" or len({"id", "segment"} & set(given)) == 1, item


def test_slots_are_known_and_a_call_takes_only_those_of_its_question() -> None:
    for item in examples():
        asked = set(SLOT.findall(item["q"]))
        filled = set(SLOT.findall(str(item["call"]["arguments"]))) - {"question"}
        assert asked <= SLOTS, item
        assert filled <= asked, item
        assert filled == asked & {"account", "other"}, item


def test_no_two_are_alike() -> None:
    said = Counter(" ".join(re.findall(r"\w+", item["q"].lower().replace("ё", "е"))) for item in examples())
    assert [question for question, times in said.items() if times > 1] == []
    stemmed: dict[frozenset[str], list[str]] = {}
    for item in examples():
        stemmed.setdefault(frozenset(stems(item["q"])), []).append(item["q"])
    assert [same for same in stemmed.values() if len(same) > 1] == []


@pytest.mark.parametrize("is_russian", [True, False], ids=["ru", "en"])
def test_everything_that_can_be_asked_for_has_examples(is_russian: bool) -> None:
    spoken = [item["call"] for item in examples() if russian(item["q"]) == is_russian]
    tools = Counter(item["name"] for item in spoken)
    assert {name for name in (set(TOOLS) | COMING) - BY_RULE if tools[name] < 5} == set()
    counts = Counter(
        (item["name"], value)
        for item in spoken
        for argument, given in item["arguments"].items()
        if argument in ("key", "segment", "audience", "reason", "codes")
        for value in (given if argument == "codes" else [given])
    )
    assert [key for key in metrics() if counts["metric", key] < 2] == []
    assert [key for key in (*SEGMENTS, "") if counts["segment", key] < 2] == []
    assert [code for code in codes() if counts["findings", code] < 1] == []
    assert [key for key in AUDIENCES if counts["telling", key] < 2] == []
    assert [reason for reason in ASKED if counts["refuse", reason] < (5 if reason == "which_client" else 10)] == []
