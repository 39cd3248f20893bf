"""The assistant's own answers, many of them: what the proofs of numbers and of the guard look at."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from agent.assistant import Assistant
from agent.guard import Told, told
from agent.writer import numbered
from tests.generated import EVERYTHING, Seeded, tables
from tests.portfolios import build
from tools.document import Answer
from tools.metrics import metrics
from tools.portfolio import Portfolio
from tools.render import Register
from tools.text import LANGUAGES, Language

CASES = Path(__file__).parent / "cases"
METRICS = set(metrics())


def questions() -> list[str]:
    """Every question of the planner's cases and of the demo's, in both languages, each once."""
    files = ("planner.yaml", "ask_demo.yaml")
    rows: list[dict[str, Any]] = [row for file in files for row in yaml.safe_load((CASES / file).read_text("utf-8"))]
    return list(dict.fromkeys(row["q"] for row in rows))


@dataclass(frozen=True)
class Said:
    """One answer, ready to be worded: its claims as a model sees them, and the register that fills their tokens."""

    answer: Answer
    register: Register
    claims: Sequence[Told]

    @property
    def language(self) -> Language:
        return self.answer.language

    @classmethod
    def of(cls, answer: Answer) -> "Said":
        """The answer with every claim urgent, as the writer of the chat sends it."""
        register = numbered(answer.claims, answer.currency)
        seen = [told(one, register=register, language=answer.language, urgent=True) for one in answer.claims]
        return cls(answer, register, seen)


def generated(home: Path, seed: int) -> Portfolio:
    """A portfolio of everything, by chance."""
    chance = random.Random(seed)
    made = tables(Seeded(chance), EVERYTHING)
    currency = "RUB" if "rates" in made else chance.choice(("RUB", "USD", "EUR", "XXX"))
    rows = (row for rows in made.values() for row in rows if row.get("currency") == "RUB")
    for row in rows if "rates" not in made else ():
        row["currency"] = currency
    return build(home, currency=currency, **made)


def answers(
    assistant: Assistant, portfolio: Portfolio, asked: Sequence[str], *, chance: random.Random | None = None
) -> Iterator[Answer]:
    """The answers to the questions; with ``chance`` in a language drawn for each, else in that of the question."""
    for question in asked:
        language: Language | None = chance.choice(LANGUAGES) if chance else None
        yield assistant.ask(question, portfolio.snapshot, language=language)


OPENINGS: Mapping[Language, tuple[str, ...]] = {
    "ru": ("", "", "Вот что видно по данным.", "Коротко о главном.", "Ответ такой.", "По вашим данным картина такая."),
    "en": ("", "", "Here is what the data say.", "In short.", "The answer is this.", "This is the picture."),
}
JOINTS: Mapping[Language, tuple[str, ...]] = {
    "ru": ("", "", "", "При этом ", "Кроме того, ", "Также ", "Ещё вот что: ", "Отдельно: ", "Добавим: "),
    "en": ("", "", "", "Also, ", "In addition, ", "Besides, ", "Meanwhile, ", "Separately: ", "Note that "),
}


def worded(said: Said, chance: random.Random) -> str:
    """A right draft: the claims in an order that keeps what hangs together, connected in one of several ways."""
    language = said.language
    opening, style = (
        chance.choice(OPENINGS[language]),
        chance.choice(("plain", "joined", "semicolon", "lines", "numbered")),
    )
    parts = [claim.text for claim in _ordered(said, chance)]
    if style == "numbered":
        return "\n".join(f"{place}. {part}" for place, part in enumerate(parts, start=1))
    if style == "lines":
        return "\n".join([*filter(None, [opening]), *parts])
    if style == "semicolon":
        return " ".join([*filter(None, [opening]), _semicolons(parts)])
    joints = [chance.choice(JOINTS[language]) if style == "joined" else "" for _ in parts]
    return " ".join(
        [*filter(None, [opening]), *(_joined(joint, part) for joint, part in zip(joints, parts, strict=True))]
    )


def _ordered(said: Said, chance: random.Random) -> list[Told]:
    """The claims; meanings anywhere, sizes and whole groups of a metric in another order, the rest as it stands."""
    pairs = list(zip((claim.id for claim in said.answer.claims), said.claims, strict=True))
    if any(claim.text.rstrip().endswith(":") for claim in said.claims) or chance.random() < 0.3:
        return list(said.claims)
    meanings = [item for id, item in pairs if id.startswith("meaning.")]
    groups: list[list[Told]] = []
    last = ""
    for id, item in pairs:
        if id.startswith("meaning."):
            continue
        head = id.partition(".")[0]
        if head == last and head not in ("size", "account"):
            groups[-1].append(item)
        else:
            groups.append([item])
        last = head
    free = all(id.partition(".")[0] in METRICS | {"size", "meaning", "revenue"} for id, _ in pairs)
    if free:
        chance.shuffle(groups)
    for item in meanings:
        groups.insert(chance.randrange(len(groups) + 1) if free else len(groups), [item])
    return [item for group in groups for item in group]


def _semicolons(parts: Sequence[str]) -> str:
    out = ""
    for part in parts:
        short = part.rstrip(".")
        alone = not out.endswith(".") or ". " in short or "? " in short
        lowered = short if _acronym(short) else short[0].lower() + short[1:]
        out = f"{out} {part}".lstrip() if alone else f"{out[:-1]}; {lowered}."
    return out


def _joined(joint: str, part: str) -> str:
    return part if not joint or _acronym(part) else joint + part[0].lower() + part[1:]


def _acronym(part: str) -> bool:
    return part[1:2].isupper() or not part[0].isalpha()
