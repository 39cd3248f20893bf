"""One cell of the input is another: the answers change where their readings do, as the queries say, and only there."""

import copy
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.assistant import Assistant
from agent.settings import Settings
from agent.writer import numbered
from tests.answers import questions
from tests.computed_again import name_of, near
from tests.generated import AS_OF, EVERYTHING, Tables, everywhere, seeded
from tests.portfolios import build
from tools.document import Answer, Claim, Name
from tools.portfolio import Portfolio
from tools.reading import Reading
from tools.text import LANGUAGES

SHAPE = replace(
    EVERYTHING, clients=(8, 12), anchored=True, foreign=False, after=False, steps=False, trials=False, pauses=False,
    tables=frozenset(("subscriptions", "usage", "value_goals", "surveys", "milestones")),
)  # fmt: skip
CELLS = (
    ("subscriptions", "mrr"), ("subscriptions", "mrr"), ("subscriptions", "start_date"), ("subscriptions", "end_date"),
    ("accounts", "plan"), ("usage", "quantity"), ("value_goals", "current"), ("surveys", "score"), ("milestones", "date"),
)  # fmt: skip
OF_ONE, ASKED = 10, 4  # cells of one portfolio, questions to each of them
FEW, MANY = 20, 500


def test_an_answer_changes_where_its_readings_do_and_only_there() -> None:
    _all_right(sum((perturbed(seed) for seed in range(FEW // OF_ONE)), Counter()), FEW)


@pytest.mark.soak
def test_of_five_hundred_cells_each_changes_the_answers_that_depend_on_it(capsys: pytest.CaptureFixture[str]) -> None:
    seen: Counter[str] = sum(everywhere(perturbed, [(seed,) for seed in range(100, 100 + MANY // OF_ONE)]), Counter())
    with capsys.disabled():
        print("\n" + "\n".join(f"{what}: {count}" for what, count in sorted(seen.items())))  # noqa: T201
    _all_right(seen, MANY)


def _all_right(seen: Counter[str], times: int) -> None:
    assert seen["cells"] == times
    assert not {what: count for what, count in seen.items() if what.startswith("wrong")}
    assert seen["answers that changed"] > 0 and seen["answers that stayed"] > 0
    assert seen["figures that the query changed"] > 0 and seen["sentences that changed with their readings"] > 0


def perturbed(seed: int) -> Counter[str]:
    """What came of changing cells of the portfolio of a seed, one at a time."""
    chance, seen = random.Random(seed), Counter[str]()
    made = seeded(seed, SHAPE)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        assistant = Assistant.open(Settings(home=home, llm_base_url=None))
        base = build(home, **made)
        known: dict[tuple[str, Any], Answer] = {}
        for _ in range(OF_ONE):
            other = build(home, **_changed(made, chance))
            seen["cells"] += 1
            for question in chance.sample(questions(), ASKED):
                asked = question, chance.choice(LANGUAGES)
                if asked not in known:
                    known[asked] = assistant.ask(question, base.snapshot, language=asked[1], as_of=AS_OF)
                after = assistant.ask(question, other.snapshot, language=asked[1], as_of=AS_OF)
                for what in _compared(known[asked], after, assistant, assistant.portfolio(other.snapshot, as_of=AS_OF)):
                    seen[f"{what} [{seed}: {question}]" if what.startswith("wrong") else what] += 1
    return seen


def _changed(made: Tables, chance: random.Random) -> Tables:
    """The tables with one cell another."""
    fitting = [
        (table, column) for table, column in CELLS if any(row.get(column) is not None for row in made.get(table, ()))
    ]
    table, column = chance.choice(fitting)
    tables = copy.deepcopy(made)
    row = chance.choice([row for row in tables[table] if row.get(column) is not None])
    value = row[column]
    if column.endswith("date"):
        row[column] = (
            value - timedelta(days=chance.randint(1, 5)) if column != "end_date" else value + timedelta(days=3)
        )
    elif column == "plan":
        row[column] = chance.choice([plan for plan in ("Start", "Pro", "Max") if plan != value])
    elif column == "score":
        row[column] = (value + chance.randint(1, 10)) % 11
    else:
        row[column] = value + type(value)(chance.randint(1, 400))
    return tables


def _compared(before: Answer, after: Answer, assistant: Assistant, portfolio: Portfolio) -> Iterator[str]:
    old, new = _readings(before), _readings(after)
    changed = {name for name in old.keys() | new.keys() if not _same(old.get(name), new.get(name))}
    for name, item in old.items():
        if item.sql is None or item.value is None or name not in new:
            continue
        wanted = portfolio.query(item.sql).column(0)[0].as_py()
        yield "figures foretold by the query"
        value = new[name].value
        if (wanted is None) != (value is None) or (value is not None and not near(wanted, value)):
            yield f"wrong: {name}: the query gives {wanted}, the answer {value}"
        if not near(wanted, item.value):
            yield "figures that the query changed"
    shown, other = assistant.render_answer(before), assistant.render_answer(after)
    if not changed and _names(before) == _names(after):
        yield "answers that stayed"
        if shown["text"] != other["text"] and not (before.refused or after.refused):
            yield f"wrong: no reading changed, the text did: {shown['text']!r} / {other['text']!r}"
        return
    yield "answers that changed"
    if [claim.id for claim in before.claims] != [claim.id for claim in after.claims]:
        yield "answers with other sentences, or in another order"
    there = {claim.id: claim for claim in after.claims}
    for claim in before.claims:
        if claim.id not in there:
            continue
        now = there[claim.id]
        said, heard = (_said(one, answer) for one, answer in ((claim, before), (now, after)))
        if said == heard or _names_of(claim) != _names_of(now):
            continue
        if not changed & {name_of(item) for item in (*claim.readings, *now.readings)}:
            yield f"wrong: {said!r} became {heard!r}, and no reading of it did"
        yield "sentences that changed with their readings"


def _readings(answer: Answer) -> dict[tuple[Any, ...], Reading]:
    return {name_of(item): item for claim in answer.claims for item in claim.readings}


def _same(one: Reading | None, other: Reading | None) -> bool:
    return one is not None and other is not None and (one.value, one.status) == (other.value, other.status)


def _names(answer: Answer) -> list[str]:
    return [name for claim in answer.claims for name in _names_of(claim)]


def _names_of(claim: Claim) -> list[str]:
    return [slot.text for slot in claim.slots.values() if isinstance(slot, Name)]


def _said(claim: Claim, answer: Answer) -> str:
    return numbered(answer.claims, answer.currency).say(claim, answer.language).text
