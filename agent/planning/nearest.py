"""What the examples say of a question: the call that they speak for, by meaning.

A ridge regression over the examples, in a kernel of their meaning (the bundled multilingual embedding, counted from
the examples' own mean, so a Russian example serves an English question) and of their wording (`agent.planning.wording`);
without the embedding, the example that shares most rare words decides.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agent.examples import Call, examples
from agent.planning.wording import LETTERS, STEMS, Wordings, worded
from agent.reading.names import masked

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from knowledge.embed import Embedder, Vectors

#: The parts of the wordings as they are stored.
WORDED = ("starts", "texts", "weights", "rare")
#: As much of a question is read for its meaning.
LONGEST = 2_000
VECTORS = Path(__file__).parent.parent / "prompts" / "examples.npz"
#: Width of the kernel of meaning and weight of the ridge, chosen on questions not seen before.
WIDTH, RIDGE = 2.0, 0.05
#: Below the first nothing is near; from the second on the call is as sure as a rule's.
NEAR, SURE = 0.2, 0.4


#: What the examples of messages that go on from the last answer call for, and no more kinds of them than so many.
GOES_ON = "onward"
ONWARD = 40


#: Questions of clients, never of a meaning.
WHO = re.compile(
    r"\W*(?:а |и |and )?(?:кто|кого|кому|у кого|чьи|какие клиенты|who|whom|whose|which (?:of our )?(?:clients|customers|accounts))\b"
)
#: Orders to show or list something, never to explain it.
SHOWN = re.compile(r"\W*(?:покаж\w+|выведи\w*|список|перечисл\w+|назов\w+|show|list)\b")
#: Questions of how large a figure is, never of its meaning.
HOW_LARGE = re.compile(
    r"\b(?:what(?:['’]s| is| are| was| were) (?:the|our|my|your|overall)|what(?:['’]s| is| are) (?:\w+ ){1,3}like\b|how (?:much|high|low|big|large|many)|чему (?:у нас )?(?:равн\w+|равен)|каков\w*)\b"
)
#: What a question to the user's own documents speaks of.
PAPERS = re.compile(
    r"документ|типов\w+ договор|договор\w* (?:сказано|записан|прописан|указан)|standard contract|template contract|our contract\b|contract (?:says?|contain|state)|регламент|файл|положени|политик|инструкц|памятк|приказ|стандарт|методичк|правил|загру|прописан|написан|сказано|бумаг|порядк|шаблон|"
    r"\bfile|document|\bdocs?\b|polic|upload|handbook|guide|paper|shelf|written|manual|procedure|rule|playbook|folder|template"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A call that the examples speak for, its slots unfilled, and how much (about one: they agree)."""

    call: Call
    weight: float


def nearest(seen: "Understood", *, sure: float = NEAR) -> list[Call] | None:
    """The call that the examples speak for at least as much as ``sure``, its slots unfilled; None where they say too little."""
    found = next((guess for guess in guesses(seen) if _fits(guess.call, seen)), None)
    return [found.call] if found is not None and found.weight >= sure else None


def _fits(call: Call, seen: "Understood") -> bool:
    """Whether a call may stand for what a question names: no forecast of the past, no meaning of a part or of clients."""
    grouped = any(want.startswith("by_") for want in seen.wants)
    if call["name"] == "refuse":
        reason = call["arguments"].get("reason")
        return not (
            seen.past if reason == "forecast" else grouped and reason in ("off_topic", "competitors", "which_client")
        )
    ours = "own" in seen.wants and "define" not in seen.wants
    sliced = seen.past or ours or grouped
    if call["name"] in ("account", "plan", "summary"):
        return not grouped
    if call["name"] == "documents":
        return PAPERS.search(seen.plain) is not None
    listed = SHOWN.match(seen.plain) is not None and "define" not in seen.wants
    large = listed or HOW_LARGE.search(seen.plain) is not None and "define" not in seen.wants
    return call["name"] != "define" or not (sliced or large or WHO.match(seen.plain))


def guesses(seen: "Understood", most: int = 5) -> list[Guess]:
    """The likeliest calls of a question that stands for itself, best first."""
    return [guess for guess in _guesses(seen, most + ONWARD) if guess.call["name"] != GOES_ON][:most]


def goes_on(seen: "Understood") -> Guess | None:
    """That a message goes on from the last answer, and by what, where the examples speak for that before anything else."""
    best = next(iter(_guesses(seen, 1)))
    return best if best.call["name"] == GOES_ON else None


def _guesses(seen: "Understood", most: int) -> list[Guess]:
    question = masked(seen.question, seen.mentions)
    vector = _asked(question)
    names, calls = _classes()
    if vector is None:
        return [Guess(_copy(item["call"]), weight) for item, weight in _by_words(question, most)]
    near = np.exp(WIDTH * (_matrix() @ vector - 1)) + _wordings().alike(question[:LONGEST], len(examples()))
    weights = near @ _ridge()
    order = np.argsort(-weights, kind="stable")[:most]
    return [Guess(_copy(calls[names[place]]), float(weights[place])) for place in order]


def nearest_examples(question: str, most: int = 8) -> list[Mapping[str, Any]]:
    """The examples nearest to a question whose names are slots, best first, each of another call."""
    vector = _asked(question)
    if vector is None:
        return [item for item, _ in _by_words(question, 2 * most) if item["call"]["name"] != GOES_ON][:most]
    order = np.argsort(-(_matrix() @ vector), kind="stable")
    found: dict[str, Mapping[str, Any]] = {}
    for item in (examples()[place] for place in order):
        if item["call"]["name"] != GOES_ON:
            found.setdefault(signature(item["call"]), item)
        if len(found) == most:
            break
    return list(found.values())


def _copy(call: Mapping[str, Any]) -> Call:
    return {"name": call["name"], "arguments": dict(call.get("arguments") or {})}


def signature(call: Mapping[str, Any]) -> str:
    """What tells the calls of examples apart: tool, and what it is about; never a period or the words of a query."""
    given = {
        name: str(value) for name, value in (call.get("arguments") or {}).items() if name not in ("query", "period")
    }
    return f"{call['name']} {sorted(given.items())}"


def _by_words(question: str, most: int) -> list[tuple[Mapping[str, Any], float]]:
    """The examples that share most of their rare words with the question: twice the shared weight over both."""
    from knowledge.search import stems

    weights, table = _weights()
    own = set(stems(question))
    rare = max(weights.values())
    total = sum(weights.get(stem, rare) for stem in own)
    wholes = (total + sum(weights[stem] for stem in words) for words in table)
    near = [2 * sum(weights[stem] for stem in own & words) / whole for words, whole in zip(table, wholes, strict=True)]
    order = sorted(range(len(near)), key=lambda place: -near[place])[:most]
    return [(examples()[place], near[place]) for place in order]


@cache
def _classes() -> tuple[list[str], Mapping[str, Call]]:
    calls = {signature(item["call"]): item["call"] for item in examples()}
    return sorted(calls), calls


@cache
def _stored() -> "tuple[Wordings, Vectors]":
    """Wordings of the examples and the weight of each for each call: as shipped where they are of these very examples."""
    if VECTORS.exists():
        with np.load(VECTORS) as stored:
            if "ridge" in stored and str(stored["of"]) == _state():
                worded = Wordings(*(stored[name] for name in WORDED))
                return worded, stored["ridge"].astype(np.float32)
    return _solved()


def _wordings() -> "Wordings":
    return _stored()[0]


def _ridge() -> "Vectors":
    return _stored()[1]


def _state() -> str:
    """A hash of all examples with their calls, in order."""
    told = "\n".join(f"{item['q']}\t{signature(item['call'])}" for item in examples())
    return hashlib.sha256(f"{WIDTH} {RIDGE} {STEMS} {LETTERS}\n{told}".encode()).hexdigest()


def _solved() -> "tuple[Wordings, Vectors]":
    """What `_stored` gives, worked out now."""
    questions = [item["q"] for item in examples()]
    places = {name: place for place, name in enumerate(_classes()[0])}
    wanted = np.zeros((len(questions), len(places)))
    for row, item in enumerate(examples()):
        wanted[row, places[signature(item["call"])]] = 1.0
    wordings = worded(questions)
    alike = np.stack([wordings.alike(question, len(questions)) for question in questions])
    kernel = np.exp(WIDTH * (_matrix().astype(np.float64) @ _matrix().T - 1)) + alike
    return wordings, np.linalg.solve(kernel + RIDGE * np.eye(len(kernel)), wanted).astype(np.float32)


@cache
def _weights() -> tuple[Mapping[str, float], tuple[frozenset[str], ...]]:
    from knowledge.search import stems

    table = tuple(frozenset(stems(item["q"])) for item in examples())
    counts: dict[str, int] = defaultdict(int)
    for words in table:
        for stem in words:
            counts[stem] += 1
    return {stem: log(1 + len(table) / count) for stem, count in counts.items()}, table


@cache
def _embedder() -> "Embedder | None":
    from knowledge.embed import bundled

    return bundled()


def _asked(question: str) -> "Vectors | None":
    question, model = question[:LONGEST], _embedder()
    if model is None:
        return None
    centred: Vectors = model.embed([question], "query")[0] - _mean()
    length = float(np.linalg.norm(centred))
    return centred / length if length else centred


@cache
def _raw() -> "Vectors":
    from knowledge.embed import shipped

    held = shipped(VECTORS)
    model = _embedder()
    assert model is not None
    missing = [item["q"] for item in examples() if key_of(item["q"]) not in held]
    if missing:
        made = model.embed(missing, "query")
        held |= {key_of(question): row for question, row in zip(missing, made, strict=True)}
    return np.stack([held[key_of(item["q"])] for item in examples()])


@cache
def _mean() -> "Vectors":
    mean: Vectors = _raw().mean(axis=0)
    return mean


@cache
def _matrix() -> "Vectors":
    centred = _raw() - _mean()
    rows: Vectors = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return rows


def key_of(question: str) -> str:
    """The hash under which the vector of an example is kept."""
    return hashlib.sha256(question.encode()).hexdigest()[:32]


def write_vectors(path: Path = VECTORS) -> int:
    """Embeds the examples that have no vector yet and drops those of examples that are gone; how many there are comes back."""
    keys = np.array([key_of(item["q"]).encode() for item in examples()])
    wordings, ridge = _solved()
    parts = {name: getattr(wordings, name) for name in WORDED}
    np.savez_compressed(
        path, keys=keys, vectors=_raw().astype(np.float16), ridge=ridge.astype(np.float16), of=_state(), **parts
    )
    return len(keys)


if __name__ == "__main__":
    write_vectors()
