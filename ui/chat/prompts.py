"""The first-screen prompts: filled from the loaded data; one that the data cannot answer is not offered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.portfolio import Portfolio
from tools.text import Language, Text


@dataclass(frozen=True, slots=True)
class Prompt:
    """One suggestion; ``{account}`` stands for a client out of the data."""

    text: Text
    answerable: Callable[[Portfolio], bool]


def _always(_: Portfolio) -> bool:
    return True


def _has(*needs: tuple[str, str | None]) -> Callable[[Portfolio], bool]:
    return lambda portfolio: all(portfolio.has(table, column) for table, column in needs)


def _money(portfolio: Portfolio) -> bool:
    return portfolio.has("invoices") or portfolio.has("subscriptions")


PROMPTS: tuple[Prompt, ...] = (
    Prompt(
        Text(
            "Audit our clients: who gets value, who doesn't, what to do this month",
            "Проведи аудит: кто получает пользу, кто нет и что делать в этом месяце",
        ),
        _always,
    ),
    Prompt(
        Text(
            "Who looks healthy but has no proven result, and when do they renew?",
            "У кого договор кончается за 60 дней, а обещанное не выполнено?",
        ),
        _has(("value_goals", None), ("subscriptions", "end_date")),
    ),
    Prompt(
        Text(
            "How much of our NRR is price indexation, and how much is one client? Show the rows",
            "Сколько в нашем NRR индексации цен и сколько — одного клиента? Покажи строки",
        ),
        _money,
    ),
    Prompt(
        Text("Where do newcomers get stuck, and what does it cost?", "Где застревают новички и чего это стоит?"),
        _has(("milestones", None)),
    ),
    Prompt(
        Text(
            "Prepare {account}'s value report and what they must confirm",
            "Подготовь отчёт о ценности для {account}: обещали, сделали, не успели",
        ),
        _has(("accounts", None)),
    ),
    Prompt(
        Text(
            "What cannot be computed from these files, and which file would fix it?",
            "Чего нельзя посчитать по этим файлам и какой файл это исправит?",
        ),
        _always,
    ),
)


def offered(portfolio: Portfolio, *, language: Language, audit: Mapping[str, Any] | None = None) -> list[str]:
    """The prompts these data can answer, with a client's name filled in."""
    name = _client(portfolio, audit)
    return [
        prompt.text[language].replace("{account}", name)
        for prompt in PROMPTS
        if prompt.answerable(portfolio) and (name or "{account}" not in prompt.text.en)
    ]


def _client(portfolio: Portfolio, audit: Mapping[str, Any] | None) -> str:
    """The client worth asking about first: the first of an urgent finding, else the first of the base."""
    for step in (audit or {}).get("steps", ()):
        for finding in step["findings"]:
            if finding["severity"] == "urgent" and finding["accounts"]:
                return str(finding["accounts"][0]["name"])
    accounts = portfolio.accounts()
    return accounts[0][1] if accounts else ""
