"""What a guard is worth: twelve classes of wrong figures in the assistant's own answers, and its right ones reworded."""

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent import guard
from agent.assistant import Assistant
from agent.settings import Settings
from tests.agent_small import small
from tests.answers import Said, answers, generated, questions, worded
from tests.mutations import CLASSES, mutated, mutated_text
from tests.number_text import values_in
from tools.document import Answer

FEW, MANY = 10, 200  # of a class, in drafts and again in texts as shown
RIGHT_FEW, RIGHT_MANY = 100, 3000
Seen = tuple[Counter[str], Counter[str], Counter[str], list[str]]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Said]:
    """Answers over a small company."""
    home = tmp_path_factory.mktemp("home")
    assistant = Assistant.open(Settings(home=home, llm_base_url=None))
    return _tellable(list(answers(assistant, small(home), questions()[::5])))


@pytest.fixture(scope="module")
def much_said(tmp_path_factory: pytest.TempPathFactory, demo_home: Path, demo_snapshot: str) -> Sequence[Said]:
    """Answers over the small company, the demo and eight generated portfolios, each question in both languages."""
    home = tmp_path_factory.mktemp("home")
    assistant, other = (Assistant.open(Settings(home=path, llm_base_url=None)) for path in (home, demo_home))
    asked, chance = questions(), random.Random(1)
    portfolios = [small(home), *(generated(home, seed) for seed in range(8))]
    found = [one for portfolio in portfolios for one in answers(assistant, portfolio, asked, chance=chance)]
    for language_chance in (None, chance):
        found += answers(other, other.portfolio(demo_snapshot), asked, chance=language_chance)
    return _tellable(found)


def _tellable(found: Sequence[Answer]) -> list[Said]:
    """Answers with a figure, each once: those whose sentences a model would be given."""
    every = [Said.of(answer) for answer in found if answer.refused is None]
    once = {(item.language, tuple(claim.text for claim in item.claims)): item for item in every}
    return [item for item in once.values() if any(claim.tokens for claim in item.claims)]


def test_wrong_figures_are_found(said: Sequence[Said]) -> None:
    _none_accepted(*wrong(said, FEW, seed=1), FEW)


def test_right_drafts_stand(said: Sequence[Said]) -> None:
    rejected = right(said, RIGHT_FEW, seed=2)
    assert len(rejected) <= RIGHT_FEW // 100, rejected[:3]


@pytest.mark.soak
def test_two_thousand_four_hundred_wrong_figures_are_found_in_drafts_and_as_many_in_texts(
    much_said: Sequence[Said], capsys: pytest.CaptureFixture[str]
) -> None:
    seen = made, accepted, by_value, _ = wrong(much_said, MANY, seed=3)
    rejected = right(much_said, RIGHT_MANY, seed=4)
    with capsys.disabled():
        print(f"\nanswers {len(much_said)}; right drafts rejected {len(rejected)} of {RIGHT_MANY}")  # noqa: T201
        for key in made:
            print(f"{key:18} wrong {made[key]}, accepted {accepted[key]}, by value alone {by_value[key]}")  # noqa: T201
    _none_accepted(*seen, MANY)
    assert len(rejected) <= RIGHT_MANY // 100, rejected[:3]


def _none_accepted(
    made: Counter[str], accepted: Counter[str], by_value: Counter[str], examples: list[str], times: int
) -> None:
    assert {key: count for key, count in made.items() if count < times} == {}
    assert sum(accepted.values()) <= sum(made.values()) // 1000, examples[:5]


def wrong(said: Sequence[Said], times: int, *, seed: int) -> Seen:
    """Wrong drafts and texts by class: how many were made, how many accepted, how many by value alone; and examples."""
    chance = random.Random(seed)
    made: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    by_value: Counter[str] = Counter()
    examples: list[str] = []
    for kind in CLASSES:
        for carrier, attempt in (("draft", _in_draft), ("text", _in_text)):
            key = f"{carrier} {kind}"
            for _ in range(40 * times):
                if made[key] == times:
                    break
                item = chance.choice(said)
                draft = worded(item, chance)
                found = attempt(kind, draft, item, chance)
                if found is None:
                    continue
                violations, text = found
                made[key] += 1
                by_value[key] += supported_by_value(text, item)
                if not violations:
                    accepted[key] += 1
                    examples.append(f"{key}: {draft!r} became {text!r}")
    return made, accepted, by_value, examples


def _in_draft(kind: str, draft: str, item: Said, chance: random.Random) -> tuple[list[guard.Violation], str] | None:
    changed = mutated(kind, draft, item, chance)
    if changed is None:
        return None
    known = guard.TOKEN.sub(lambda match: match.group() if match[1] in item.register.slots else "?", changed)
    return guard.check(changed, claims=item.claims, language=item.language), item.register.fill(
        known, item.language
    ).text


def _in_text(kind: str, draft: str, item: Said, chance: random.Random) -> tuple[list[guard.Violation], str] | None:
    shown = item.register.fill(draft, item.language)
    changed = mutated_text(kind, shown, draft, item, chance)
    if changed is None:
        return None
    found = guard.check_shown(changed, claims=item.claims, register=item.register, language=item.language)
    return found, changed.text


def supported_by_value(text: str, item: Said) -> bool:
    """What a search by value would say: every number of the text is one that the answer shows somewhere."""
    known = {
        value for slot in item.register.slots.values() for value in values_in(item.register.shown(slot, item.language))
    }
    return set(values_in(text)) <= known


def right(said: Sequence[Said], times: int, *, seed: int) -> list[str]:
    """Right drafts and texts that are rejected, with the reasons."""
    chance = random.Random(seed)
    rejected = []
    for _ in range(times):
        item = chance.choice(said)
        draft = worded(item, chance)
        shown = item.register.fill(draft, item.language)
        found = [
            *guard.check(draft, claims=item.claims, language=item.language),
            *guard.check_shown(shown, claims=item.claims, register=item.register, language=item.language),
        ]
        if found:
            rejected.append(f"{guard.explain(found)}: {draft}")
    return rejected
