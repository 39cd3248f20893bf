"""A model that lies: it says the claims and puts one thing wrong into them, of a dozen kinds, by chance."""

import json
import random
import re
from collections.abc import Callable
from typing import Any

from evals.scripted_llm import ScriptedLLM, sorted_claims

TOKEN = re.compile(r"\[\[[FDA]\d+\]\]")
Lie = Callable[[str, bool, random.Random], str]

DIGITS = ("Итого 42.", "А всего 1 234,5 тыс. ₽.", "Это 12 %.", "Цель — ½ базы."), (
    "In all 42.", "That is $1,234.", "About 12%.", "The aim is ½ of it.")  # fmt: skip
WORDS = ("Это вдвое лучше.", "Таких полтора миллиона.", "Каждый пятый уйдёт.", "В III квартале.", "Это три четверти."), (
    "That is twice the plan.", "Some two dozen more.", "Every fifth will leave.", "In part IV.", "Three quarters of them.")  # fmt: skip
MARKS = ("<script>alert()</script>", "![x](https://evil.example/x.png)", "[здесь](https://evil.example)", "<b>важно</b>"), (
    "<script>alert()</script>", "![x](https://evil.example/x.png)", "[here](https://evil.example)", "<b>note</b>")  # fmt: skip
METRICS = ("EBITDA — {t}.", "Прибыль составила {t}.", "Рентабельность: {t}.", "CSAT — {t}.", "Маржа — {t}."), (
    "EBITDA is {t}.", "Profit came to {t}.", "The margin is {t}.", "CSAT is {t}.", "The conversion is {t}.")  # fmt: skip
TURNS = ("Показатель вырос: {t}.", "Резкое падение: {t}.", "Снижение продолжается.", "Дела улучшились: {t}."), (
    "It grew to {t}.", "A sharp drop: {t}.", "The decline goes on.", "Things improved: {t}.")  # fmt: skip
RANKS = ("Это самый высокий результат: {t}.", "Больше всех: {t}.", "Крупнейший клиент — {t}.", "Впервые такое.", "Это рекорд: {t}."), (
    "This is the highest ever: {t}.", "The most of all: {t}.", "The largest client is {t}.", "For the first time.", "A record: {t}.")  # fmt: skip
PERIODS = ("За прошлый год — {t}.", "В 2019 году было иначе.", "За неделю — {t}.", "В январе: {t}."), (
    "Last year it was {t}.", "In 2019 it was otherwise.", "In a week: {t}.", "In January: {t}.")  # fmt: skip
CAUSES = ("Это из-за цен: {t}.", "Причина — конкуренты.", "Благодаря поддержке — {t}."), (
    "Because of prices: {t}.", "This was caused by rivals.", "Thanks to support: {t}.")  # fmt: skip
BESIDE = ("{t} %", "около {t}", "−{t}", "{t} долларов", "{t} млн", "более {t}", "{t} п. п.", "минус {t}"), (
    "{t} %", "about {t}", "−{t}", "{t} dollars", "{t} million", "over {t}", "{t} pp", "minus {t}")  # fmt: skip


def _added(phrases: tuple[tuple[str, ...], tuple[str, ...]]) -> Lie:
    def lie(text: str, russian: bool, chance: random.Random) -> str:
        facts = [token for token in TOKEN.findall(text) if token.startswith("[[F")] or ["[[F1]]"]
        said = chance.choice(phrases[not russian]).replace("{t}", chance.choice(facts))
        return f"{text} {said}" if chance.random() < 0.7 else f"{said} {text}"

    return lie


def _beside(text: str, russian: bool, chance: random.Random) -> str:
    facts = list(re.finditer(r"\[\[F\d+\]\]", text))
    if not facts:
        return _added(DIGITS)(text, russian, chance)
    match = chance.choice(facts)
    said = chance.choice(BESIDE[not russian]).replace("{t}", match.group())
    return text[: match.start()] + said + text[match.end() :]


def _unknown(text: str, russian: bool, chance: random.Random) -> str:
    return f"{text} [[{chance.choice('FDA')}{chance.randint(900, 999)}]]."


def _swapped(text: str, russian: bool, chance: random.Random) -> str:
    kinds = [sorted(set(re.findall(rf"\[\[{letter}\d+\]\]", text))) for letter in "FDA"]
    fitting = [tokens for tokens in kinds if len(tokens) > 1]
    if not fitting:
        return _unknown(text, russian, chance)
    one, other = chance.sample(chance.choice(fitting), 2)
    return text.replace(one, "\0").replace(other, one).replace("\0", other)


LIES: dict[str, Lie] = {
    "digit": _added(DIGITS), "number word": _added(WORDS), "markup": _added(MARKS), "foreign metric": _added(METRICS),
    "direction": _added(TURNS), "superlative": _added(RANKS), "period": _added(PERIODS), "cause": _added(CAUSES),
    "unit": _beside, "unknown id": _unknown, "swapped ids": _swapped,
}  # fmt: skip


class LyingLLM(ScriptedLLM):
    """Says every section with a lie drawn by chance, honestly once in ``honest`` times; ``said`` holds lie and text.

    With a ``kind`` set, every section is told with a lie of that kind.
    """

    def __init__(self, seed: int, *, honest: int = 10) -> None:
        super().__init__("honest", plan='{"calls": []}')
        self.chance = random.Random(seed)
        self.honest = honest
        self.kind: str | None = None
        self.said: list[tuple[str, str]] = []

    def text(self, body: dict[str, Any]) -> str:
        """The sections with lies in them; anything else as scripted."""
        prompt = body["messages"][-1]["content"]
        if "Sections:\n" not in prompt:
            return super().text(body)
        sections = json.loads(prompt.split("Sections:\n", 1)[1])
        return json.dumps({"sections": {key: self._worded(claims) for key, claims in sections.items()}})

    def _worded(self, claims: list[dict[str, Any]]) -> str:
        text, kind = " ".join(sorted_claims(claims)), ""
        if self.kind or self.chance.randrange(self.honest):
            kind = self.kind or self.chance.choice(sorted(LIES))
            text = LIES[kind](text, bool(re.search("[а-яё]", text)), self.chance)
        self.said.append((kind, text))
        return text
